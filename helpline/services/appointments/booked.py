"""What is booked already: heard, moved to another time, cancelled.

The calendar is in our database, so the new time is taken and the old one given back in the one transaction of the
turn: a crash leaves the caller with the old appointment or with the new one, never with none and never with two.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, update

from helpline import events, outbox
from helpline.db import changed, db
from helpline.models import ServiceRequest
from helpline.services.appointments import reminders
from helpline.services.appointments.models import CalendarSlot, Clinic, booked_to_come, named, slot_data
from helpline.services.appointments.orders import find, read_back, send_recap, span, take
from helpline.services.context import Context
from helpline.services.requests import close, open_request, opened
from voice.heard import Json, Result


def coming(args: Json, context: Context) -> Result:
    """The caller's appointments that are still to come, the next one first.

    `ok`: those that fit the department and the day that were named; `others`: nothing fits, so all of them.
    """
    rows = _coming(context)
    if not rows:
        return Result("appointments.coming", "none")
    fitting = [row for row in rows if args.get("department") in (None, row.CalendarSlot.department)]
    fitting = [row for row in fitting or rows if _on(row, args.get("date"), context)]
    mine = [named(row, context.language, context.now.date()) for row in fitting or rows]
    return Result("appointments.coming", "ok" if fitting else "others", {"appointments": mine})


def find_other(args: Json, context: Context) -> Result:
    """Free times for an appointment that is to be moved: the same department of the same clinic."""
    row = _own(args["slot_id"], context)
    if row is None:
        return Result("appointments.find_other", "gone")
    kept = {"department": row.CalendarSlot.department, "clinic_id": row.Clinic.id}
    return replace(find({**args, **kept}, context), order="appointments.find_other")


def cancel(args: Json, context: Context) -> Result:
    """Give the time back. `gone`: it is the caller's no more, or it has begun."""
    key = f"slot:{args['slot_id']}:{args['booking']}"
    if (known := opened("cancel_appointment", context, key)) is not None:
        return Result("appointments.cancel", "ok", {"request_id": known.id})
    row = _own(args["slot_id"], context, args["booking"])
    if row is None or not _give_back(row.CalendarSlot.id, row.ServiceRequest.id):
        return Result("appointments.cancel", "gone")
    data = slot_data(row.CalendarSlot, row.Clinic, context.language)
    request = open_request("cancel_appointment", context, key=key, booking=row.ServiceRequest.id, **data)
    _end_booking(row.ServiceRequest, context)
    events.record("appointment_cancelled", f"request:{row.ServiceRequest.id}", context.now, area=row.Clinic.area, by=request.id)
    send_recap("Cancelled", "cancelled", request, data, context)
    return Result("appointments.cancel", "ok", {"request_id": request.id})


def move(args: Json, context: Context) -> Result:
    """Take the new time, then give the old one back: both or neither. `taken`: somebody else has the new one by now;
    `gone`: the old one is the caller's no more, or it has begun."""
    key = f"slot:{args['slot_id']}:{args['booking']}:{args['to']}"
    if (known := opened("change_appointment", context, key)) is not None:
        return Result("appointments.move", "ok", {"request_id": known.id})
    row, new = _own(args["slot_id"], context, args["booking"]), db.session.get(CalendarSlot, args["to"])
    if row is None:
        return Result("appointments.move", "gone")
    if new is None:
        return Result("appointments.move", "taken")
    clinic = db.session.get_one(Clinic, new.clinic_id)
    data, old = slot_data(new, clinic, context.language), slot_data(row.CalendarSlot, row.Clinic, context.language)
    with db.session.begin_nested() as both:
        request = open_request("change_appointment", context, key=key, booking=row.ServiceRequest.id, old=old, **data)
        refused = "" if take(new.id, request.id) else "taken"
        refused = refused or ("" if _give_back(row.CalendarSlot.id, row.ServiceRequest.id) else "gone")
        if refused:
            both.rollback()
            return Result("appointments.move", refused)
    _end_booking(row.ServiceRequest, context)
    events.record("appointment_moved", f"request:{row.ServiceRequest.id}", context.now, area=clinic.area, by=request.id)
    send_recap("Moved to", "moved", request, data, context)
    reminders.promise(request, new.starts_at, context)
    return Result("appointments.move", "ok", {"request_id": request.id})


def heard(args: Json, context: Context) -> Result:
    """The caller said yes to what was read back of a change: a ServiceInstance, as a booking is."""
    return replace(read_back(args, context), order="appointments.heard")


def _mine(context: Context) -> Any:
    return booked_to_come(context.now).where(ServiceRequest.caller_id == context.caller_id)


def _coming(context: Context) -> list[Row[Any]]:
    return list(db.session.execute(_mine(context).order_by(CalendarSlot.starts_at, CalendarSlot.id)))


def _own(slot_id: int, context: Context, booking: int | None = None) -> Row[Any] | None:
    """The caller's slot, still to come; held by that very booking, where one is named."""
    query = _mine(context).where(CalendarSlot.id == slot_id)
    row: Row[Any] | None = db.session.execute(query if booking is None else query.where(ServiceRequest.id == booking)).first()
    return row


def _on(row: Row[Any], date: Any, context: Context) -> bool:
    if date is None:
        return True
    first, last = span(date)
    day = dt.date.fromisoformat(slot_data(row.CalendarSlot, row.Clinic, context.language)["date"])
    return first <= day <= last


def _give_back(slot_id: int, booking: int) -> bool:
    """Free the slot again, if that booking still holds it."""
    held = (CalendarSlot.id == slot_id, CalendarSlot.request_id == booking)
    return changed(update(CalendarSlot).where(*held).values(request_id=None))


def _end_booking(booking: ServiceRequest, context: Context) -> None:
    """A booking that was read back was delivered, and stays so; one that nobody has confirmed never will be."""
    close(booking, context, "cancelled")
    outbox.withdraw_timers(f"request:{booking.id}", context.now)


ORDERS = {
    "appointments.coming": coming,
    "appointments.find_other": find_other,
    "appointments.cancel": cancel,
    "appointments.move": move,
    "appointments.heard": heard,
}
