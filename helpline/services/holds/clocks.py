"""When a hold's clock ends: long enough to cool off, before the bill's due date where that can be, in office hours."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from helpline.settings import Settings

TIME_TO_DECIDE = dt.timedelta(hours=2)  # that people have before the office closes, after our call


@dataclass(frozen=True)
class HoldClock:
    """`ends_at` is when we ring the caller; a payment after `safe_until` may reach the biller too late."""

    ends_at: dt.datetime
    safe_until: dt.datetime

    @property
    def in_time(self) -> bool:
        return self.ends_at <= self.safe_until


def clock_for(outcome: str, due_on: dt.date, now: dt.datetime, settings: Settings) -> HoldClock:
    """A payment that only needs our call waits for minutes, any other for its full time; sooner for a bill's sake,
    but never less than the least. Where even that is too late the full time stands, and a person must look at once."""
    zone, holds = ZoneInfo(settings.time_zone), settings.holds
    end_of_due_day = dt.datetime.combine(due_on + dt.timedelta(days=1), dt.time.min, zone)
    safe_until = end_of_due_day - dt.timedelta(hours=holds.payment_hours)
    wait = dt.timedelta(minutes=holds.confirm_minutes) if outcome == "confirm" else dt.timedelta(hours=holds.first_hours)
    full = next_in_office(now + wait, settings)
    if full <= safe_until:
        return HoldClock(full, safe_until)
    sooner = _last_in_office(safe_until, settings)
    enough = sooner >= now + dt.timedelta(hours=holds.least_hours)
    return HoldClock(sooner if enough else full, safe_until)


def longest(set_at: dt.datetime, settings: Settings) -> dt.datetime:
    """The end that no extension passes."""
    return set_at + dt.timedelta(hours=settings.holds.most_hours)


def next_in_office(moment: dt.datetime, settings: Settings) -> dt.datetime:
    """This moment, or the next morning's: nobody is rung in the night."""
    zone = ZoneInfo(settings.time_zone)
    opens, closes = _hours(settings)
    local = moment.astimezone(zone)
    if opens <= local.time() < closes:
        return local
    return dt.datetime.combine(local.date() + dt.timedelta(days=local.time() >= closes), opens, zone)


def _last_in_office(before: dt.datetime, settings: Settings) -> dt.datetime:
    zone = ZoneInfo(settings.time_zone)
    local = before.astimezone(zone)
    latest = dt.datetime.combine(local.date(), _hours(settings)[1], zone) - TIME_TO_DECIDE
    return latest if latest <= local else latest - dt.timedelta(days=1)


def _hours(settings: Settings) -> tuple[dt.time, dt.time]:
    telephony = settings.telephony
    return dt.time.fromisoformat(telephony.office_opens), dt.time.fromisoformat(telephony.office_closes)
