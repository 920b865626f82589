"""When the office is open, and what a promised call-back sounds like."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from helpline.services.context import Context
from helpline.settings import Settings

CALL_BACK = dt.timedelta(hours=1)


def is_open(context: Context) -> bool:
    return open_at(context.settings, context.now)


def open_at(settings: Settings, now: dt.datetime) -> bool:
    opens, closes = _hours(settings)
    return opens <= _local(settings, now).time() < closes


def call_back_words(context: Context) -> str:
    """When somebody rings back, in the caller's language."""
    opens, closes = _hours(context.settings)
    local = _local(context.settings, context.now)
    if opens <= local.time() and (local + CALL_BACK).time() < closes and (local + CALL_BACK).date() == local.date():
        return context.language.prompt("when.within_the_hour", {}, local.date())
    day = local.date() + dt.timedelta(days=0 if local.time() < opens else 1)
    values = {"date": day.isoformat(), "time": opens.isoformat("minutes")}
    return context.language.prompt("when.office_opens", values, local.date())


def _hours(settings: Settings) -> tuple[dt.time, dt.time]:
    telephony = settings.telephony
    return dt.time.fromisoformat(telephony.office_opens), dt.time.fromisoformat(telephony.office_closes)


def _local(settings: Settings, now: dt.datetime) -> dt.datetime:
    return now.astimezone(ZoneInfo(settings.time_zone))
