"""When people of the office can be reached: for each weekday and for single days rows, and the settings where there are none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from sqlalchemy import select

from helpline.db import db
from helpline.settings import Settings
from helpline.staff.models import WEEKDAYS, OfficeDay

LONGEST_CLOSED = 366  # days in a row: an office that opens never again has no hours that anybody could wait for
Span = tuple[dt.time, dt.time]


@dataclass(frozen=True)
class OfficeHours:
    """`usual` is for every day that is not among `days`, which are named as OfficeDay names them. All moments are aware."""

    zone: ZoneInfo
    usual: Span
    days: Mapping[str, Span | None] = field(default_factory=dict)

    def on(self, day: dt.date) -> Span | None:
        """From when until when on that day; None where it is closed."""
        weekday = self.days.get(WEEKDAYS[day.weekday()], self.usual)
        return self.days.get(day.isoformat(), weekday)

    def open_at(self, moment: dt.datetime) -> bool:
        local = moment.astimezone(self.zone)
        span = self.on(local.date())
        return span is not None and span[0] <= local.time() < span[1]

    def next_open(self, moment: dt.datetime) -> dt.datetime:
        """This moment where the office is open, or when it opens next."""
        local = moment.astimezone(self.zone)
        if self.open_at(local):
            return local
        for days in range(LONGEST_CLOSED):
            day = local.date() + dt.timedelta(days=days)
            span = self.on(day)
            if span and (opens := dt.datetime.combine(day, span[0], self.zone)) > local:
                return opens
        return local

    def last_open(self, before: dt.datetime, left: dt.timedelta) -> dt.datetime:
        """The latest moment not after `before` at which the office stays open for as long as `left`, on the latest day whose
        last such moment that is."""
        local = before.astimezone(self.zone)
        for days in range(LONGEST_CLOSED):
            day = local.date() - dt.timedelta(days=days)
            span = self.on(day)
            if span is None:
                continue
            opens, closes = (dt.datetime.combine(day, time, self.zone) for time in span)
            if opens <= (latest := closes - left) <= local:
                return latest
        return local


def office_hours(settings: Settings) -> OfficeHours:
    """As they stand in the rows now."""
    opens, closes = settings.telephony.office_opens, settings.telephony.office_closes
    rows = db.session.scalars(select(OfficeDay))
    days = {row.day: (row.opens, row.closes) if row.opens and row.closes else None for row in rows}
    return OfficeHours(ZoneInfo(settings.time_zone), (dt.time.fromisoformat(opens), dt.time.fromisoformat(closes)), days)
