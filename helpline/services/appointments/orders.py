"""Finding free times, booking one, and counting it once it was read back."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from helpline import events, outbox
from helpline.db import changed, db
from helpline.models import Caller, ServiceRequest
from helpline.services.appointments import reminders
from helpline.services.appointments.models import CalendarSlot, Clinic, slot_data
from helpline.services.context import Context
from helpline.services.requests import close, open_request, opened
from voice.heard import Json, Result
from voice.understanding.names import named_among

MOST_OFFERED = 3  # more would not be remembered on the telephone
SOONEST = dt.timedelta(hours=1)
LOOK_AHEAD = dt.timedelta(days=14)
PARTS = {"morning": (0, 12), "afternoon": (12, 17), "evening": (17, 24)}


def find(args: Json, context: Context) -> Result:
    """Free times on the day that was asked for; if there are none, on the nearest later day. At the clinic that is
    named by `clinic_id`, else at the caller's."""
    department = args.get("department") or "doctor"
    clinic = db.session.get(Clinic, args["clinic_id"]) if args.get("clinic_id") else _clinic(department, context)
    if clinic is None:
        return Result("appointments.find", "no_clinic")
    with_whom, known = _with_whom(clinic, department, args.get("practitioner"), context)
    if len(with_whom) > 1:
        return Result("appointments.find", "which_doctor", {"names": with_whom})
    first, last = span(args["date"])
    today = context.now.date()
    asked = [
        slot_data(slot, clinic, context.language)
        for slot in _free(clinic, department, max(first, today), last, context, with_whom)
    ]
    if wanted := _on_one_day(_in_part(asked, args.get("part_of_day")), args.get("time")):
        return Result("appointments.find", "ok", {"free": wanted, "no_such_doctor": not known})
    later = [
        slot_data(slot, clinic, context.language)
        for slot in _free(clinic, department, max(first, today), max(last, today) + LOOK_AHEAD, context, with_whom)
    ]
    if nearest := _on_one_day(later, args.get("time")):
        return Result("appointments.find", "other_day", {"free": nearest, "no_such_doctor": not known})
    return Result("appointments.find", "none")


def book(args: Json, context: Context) -> Result:
    """Book the slot for this caller: one guarded UPDATE, so that two callers never share a time."""
    slot = db.session.get(CalendarSlot, args["slot_id"], populate_existing=True)
    if slot is None or context.caller_id is None:
        return Result("appointments.book", "taken")
    clinic = db.session.get_one(Clinic, slot.clinic_id)
    data = slot_data(slot, clinic, context.language)
    before = opened("book_appointment", context, f"slot:{slot.id}")
    given_back = before is not None and slot.request_id != before.id  # booked and cancelled in this call: a new wish
    key = f"slot:{slot.id}:{context.turn}" if given_back else f"slot:{slot.id}"
    with db.session.begin_nested() as nested:
        request = open_request("book_appointment", context, key=key, **data)
        if not take(slot.id, request.id):
            nested.rollback()
            return Result("appointments.book", "taken")
    events.record("appointment_booked", f"request:{request.id}", context.now, area=clinic.area)
    send_recap("Booked", "booked", request, data, context)
    reminders.promise(request, slot.starts_at, context)
    return Result("appointments.book", "ok", {"request_id": request.id})


def take(slot_id: int, request_id: int) -> bool:
    """Give a free slot to a request; again, if it has it already. False when somebody else was faster."""
    free_or_ours = CalendarSlot.request_id.is_(None) | (CalendarSlot.request_id == request_id)
    return changed(update(CalendarSlot).where(CalendarSlot.id == slot_id, free_or_ours).values(request_id=request_id))


def read_back(args: Json, context: Context) -> Result:
    """The caller said yes to what was read back: a ServiceInstance."""
    request = db.session.get(ServiceRequest, args["request_id"])
    if request is None or request.caller_id != context.caller_id:
        return Result("appointments.read_back", "none")
    close(request, context, "done", delivered=True)
    return Result("appointments.read_back", "ok")


def _with_whom(clinic: Clinic, department: str, named: str | None, context: Context) -> tuple[list[str], bool]:
    """The people of the clinic whom the caller's words may mean, none for anybody; False where nobody there is called so."""
    if not named:
        return [], True
    query = select(CalendarSlot.practitioner).where(
        CalendarSlot.clinic_id == clinic.id, CalendarSlot.department == department, CalendarSlot.starts_at >= context.now
    )
    there = sorted(set(db.session.scalars(query)))
    if named in there:
        return [named], True
    meant = [there[place] for place in named_among(named.split()[-1:], there, context.language)]
    return meant, bool(meant)


def _clinic(department: str, context: Context) -> Clinic | None:
    """The clinic of the caller's own district if it has this department, else the first that has."""
    caller = db.session.get(Caller, context.caller_id) if context.caller_id else None
    clinics = db.session.scalars(
        select(Clinic)
        .where(Clinic.id.in_(select(CalendarSlot.clinic_id).where(CalendarSlot.department == department)))
        .where(Clinic.training.is_(context.training))
        .order_by(Clinic.id)
    ).all()
    own = [clinic for clinic in clinics if caller and clinic.area == caller.area]
    return next(iter(own or clinics), None)


def span(date: Any) -> tuple[dt.date, dt.date]:
    """A day, or the days from one to another; of several readings the likeliest."""
    if isinstance(date, dict) and "any_of" in date:
        return span(date["any_of"][0])
    if isinstance(date, dict):
        start, end = (date.get("from") or date["to"]), (date.get("to") or date["from"])
        return dt.date.fromisoformat(start), dt.date.fromisoformat(end)
    day = dt.date.fromisoformat(date[:10])
    return day, day


def _free(
    clinic: Clinic, department: str, first: dt.date, last: dt.date, context: Context, with_whom: list[str]
) -> list[CalendarSlot]:
    zone = ZoneInfo(clinic.time_zone)
    start = max(dt.datetime.combine(first, dt.time.min, zone), context.now + SOONEST)
    end = dt.datetime.combine(last + dt.timedelta(days=1), dt.time.min, zone)
    query = (
        select(CalendarSlot)
        .where(
            CalendarSlot.clinic_id == clinic.id,
            CalendarSlot.department == department,
            CalendarSlot.starts_at >= start,
            CalendarSlot.starts_at < end,
            CalendarSlot.request_id.is_(None),
        )
        .order_by(CalendarSlot.starts_at, CalendarSlot.id)
    )
    if with_whom:
        query = query.where(CalendarSlot.practitioner.in_(with_whom))
    return list(db.session.scalars(query).all())


def _in_part(slots: list[dict[str, Any]], part: str | None) -> list[dict[str, Any]]:
    earliest, latest = PARTS.get(part or "", (0, 24))
    return [slot for slot in slots if earliest <= int(slot["time"][:2]) < latest]


def _on_one_day(slots: list[dict[str, Any]], time: Any) -> list[dict[str, Any]]:
    """At most three of the first day's times, one for each time of day: those nearest to `time`, else the earliest."""
    same_day = [slot for slot in slots if slot["date"] == slots[0]["date"]]
    by_time = {slot["time"]: slot for slot in reversed(same_day)}
    near = sorted(by_time.values(), key=lambda slot: (_minutes_from(slot["time"], time), slot["time"]))
    return sorted(near[:MOST_OFFERED], key=lambda slot: slot["time"])


def _minutes_from(time: str, wanted: Any) -> int:
    """How far a time is from the one that was asked for: a time, a span, or several readings."""
    if isinstance(wanted, dict) and "any_of" in wanted:
        return min(_minutes_from(time, reading) for reading in wanted["any_of"])
    if isinstance(wanted, dict):
        start, end = wanted.get("from") or "00:00", wanted.get("to") or "23:59"
        return 0 if start <= time < end else min(_minutes_from(time, start), _minutes_from(time, end))
    return abs(_minutes(time) - _minutes(wanted)) if wanted else 0


def _minutes(time: str) -> int:
    hour, minute = time.split(":")[:2]
    return int(hour) * 60 + int(minute)


def send_recap(word: str, key: str, request: ServiceRequest, data: Json, context: Context) -> None:
    """One text with what stands in the calendar now: `word` begins it, `key` names the news."""
    day = dt.date.fromisoformat(data["date"])
    body = f"{word}: {data['with']}, {data['clinic']}, {day:%a %d %b %Y} {data['time']}. Reference {request.reference}."
    outbox.promise_sms(context.number, body, f"{key}:{request.id}", context.now)


ORDERS = {"appointments.find": find, "appointments.book": book, "appointments.read_back": read_back}
