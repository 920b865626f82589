"""Whether the office is open, and what a promised call-back sounds like."""

from __future__ import annotations

import datetime as dt

from helpline.services.context import Context
from helpline.settings import Settings
from helpline.staff.hours import office_hours

CALL_BACK = dt.timedelta(hours=1)


def open_at(settings: Settings, now: dt.datetime) -> bool:
    return office_hours(settings).open_at(now)


def call_back_words(context: Context) -> str:
    """When somebody rings back, in the caller's language."""
    hours = office_hours(context.settings)
    within = context.now + CALL_BACK
    today = context.now.astimezone(hours.zone).date()
    if not hours.open_at(context.now):
        when = hours.next_open(context.now)
    elif hours.open_at(within):
        return context.language.prompt("when.within_the_hour", {}, today)
    else:
        when = hours.next_open(within)
    values = {"date": when.date().isoformat(), "time": when.time().isoformat("minutes")}
    return context.language.prompt("when.office_opens", values, today)
