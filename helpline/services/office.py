"""When the office is open, and what a promised call-back sounds like."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from helpline.services.context import Context

CALL_BACK = dt.timedelta(hours=1)


def is_open(context: Context) -> bool:
    opens, closes = _hours(context)
    return opens <= _local(context).time() < closes


def call_back_words(context: Context) -> str:
    """When somebody rings back, in the caller's language."""
    opens, closes = _hours(context)
    local = _local(context)
    if opens <= local.time() and (local + CALL_BACK).time() < closes and (local + CALL_BACK).date() == local.date():
        return context.language.prompt("when.within_the_hour", {}, local.date())
    day = local.date() + dt.timedelta(days=0 if local.time() < opens else 1)
    values = {"date": day.isoformat(), "time": opens.isoformat("minutes")}
    return context.language.prompt("when.office_opens", values, local.date())


def _hours(context: Context) -> tuple[dt.time, dt.time]:
    telephony = context.settings.telephony
    return dt.time.fromisoformat(telephony.office_opens), dt.time.fromisoformat(telephony.office_closes)


def _local(context: Context) -> dt.datetime:
    return context.now.astimezone(ZoneInfo(context.settings.time_zone))
