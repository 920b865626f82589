"""Our call the day before an appointment: when we ring, and how it stands when they answer."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Row

from helpline import outbox
from helpline.db import db
from helpline.identity.household import person
from helpline.models import Caller, ServiceRequest
from helpline.services.appointments.models import booked_to_come, named
from helpline.services.context import Context
from helpline.settings import Settings
from helpline.staff.hours import office_hours
from voice.heard import Result
from voice.languages import Language

KIND = "remind"
BEFORE = dt.timedelta(days=1)
WITH_PEOPLE_THERE = dt.timedelta(hours=1)  # of the office, for whoever wants one after our call
JUST_BOOKED = dt.timedelta(hours=12)  # who has heard of it so lately is not rung about it
TOO_LATE = dt.timedelta(hours=2)  # before it begins: nobody could get ready any more


def promise(booking: ServiceRequest, starts_at: dt.datetime, context: Context) -> None:
    """Promise our call, in office hours: a day before, or the last time the office is open before that. It falls away with
    the booking. Does not commit."""
    when = day_before(starts_at, context.settings, context.now)
    if when and not context.training:
        outbox.promise_timer(KIND, f"request:{booking.id}", when)


def day_before(starts_at: dt.datetime, settings: Settings, now: dt.datetime) -> dt.datetime | None:
    """When somebody is reminded of what begins then; None where they have heard of it too lately."""
    hours = office_hours(settings)
    earlier = starts_at - BEFORE
    when = earlier if hours.open_at(earlier) else hours.last_open(earlier, WITH_PEOPLE_THERE)
    return when.astimezone(dt.UTC) if when >= now + JUST_BOOKED else None


def ring(booking_id: int, settings: Settings, now: dt.datetime) -> None:
    """The time has come: ring them, if the appointment is still theirs and the office opens early enough. Does not commit."""
    row = _booked(booking_id, now)
    if row is None:
        return
    when = office_hours(settings).next_open(now).astimezone(dt.UTC)
    if when + TOO_LATE > row.CalendarSlot.starts_at:
        return
    caller = db.session.get_one(Caller, row.ServiceRequest.caller_id)
    purpose = {"kind": KIND, "request_id": booking_id, "caller_id": caller.id}
    outbox.promise_call(caller.phone, purpose, f"{KIND}:{booking_id}", when)


def why_we_ring(purpose: dict[str, Any], language: Language, now: dt.datetime) -> Result:
    """How it stands when they answer: it is `coming`, or `gone` from the calendar, or begun."""
    caller = person(db.session.get_one(Caller, purpose["caller_id"]))
    row = _booked(purpose["request_id"], now)
    if row is None:
        return Result("call.remind", "gone", {"caller": caller})
    return Result("call.remind", "coming", {"caller": caller, "mine": named(row, language, now.date())})


def _booked(booking_id: int, now: dt.datetime) -> Row[Any] | None:
    row: Row[Any] | None = db.session.execute(booked_to_come(now).where(ServiceRequest.id == booking_id)).first()
    return row
