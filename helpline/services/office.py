"""Whether the office is open, and what a promised call-back sounds like."""

from __future__ import annotations

import datetime as dt

from helpline.services.context import Context
from helpline.settings import Settings
from helpline.staff.hours import office_hours
from voice.languages import Language

CALL_BACK = dt.timedelta(hours=1)


def open_at(settings: Settings, now: dt.datetime) -> bool:
    return office_hours(settings).open_at(now)


def call_back_words(context: Context) -> str:
    """When somebody rings back, in the caller's language."""
    return call_back_at(context.settings, context.language, context.now)


def call_back_at(settings: Settings, language: Language, now: dt.datetime) -> str:
    hours = office_hours(settings)
    within, today = now + CALL_BACK, now.astimezone(hours.zone).date()
    if not hours.open_at(now):
        when = hours.next_open(now)
    elif hours.open_at(within):
        return language.prompt("when.within_the_hour", {}, today)
    else:
        when = hours.next_open(within)
    values = {"date": when.date().isoformat(), "time": when.time().isoformat("minutes")}
    return language.prompt("when.office_opens", values, today)
