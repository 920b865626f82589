"""The recorded calls of the demonstration: who rings, what they let be heard, and what must have come of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from helpline.commands.demo_data import ARTHUR, JOAN, MARGARET, PIN, STRANGER
from helpline.commands.exchange import Act, Decide, Play, Press
from helpline.db import db
from helpline.models import Call, Recording, ServiceRequest
from helpline.services.appointments.models import CalendarSlot
from helpline.services.bills.models import Payment
from helpline.services.handover import Handover
from voice.audio import line_pcm, pcm_to_mulaw
from volunteers.models import Task

RECORDINGS = Path(__file__).parent / "recordings"


@dataclass(frozen=True)
class DemoCall:
    """One call. `came_of_it` looks into the rows and answers what happened, or raises NotDone."""

    title: str
    caller: str
    number: str
    script: tuple[Act, ...]
    came_of_it: Callable[[Call], str]


class NotDone(AssertionError):
    """What the call was for has not come about; the message says what there is instead."""


def recording(name: str) -> Play:
    """A recorded caller's sentence as it comes over the line."""
    return Play(pcm_to_mulaw(line_pcm(RECORDINGS / f"{name}.wav")), name)


def calls() -> tuple[DemoCall, ...]:
    """The six calls, in the order in which they are placed."""
    return (
        DemoCall(
            "Margaret pays her electricity bill",
            "Margaret",
            MARGARET,
            (
                recording("yes_speaking"),
                recording("i_want_to_pay_my_electricity_bill"),
                recording("yes_please_pay_it"),
                Press(PIN),
                recording("i_got_that_thank_you"),
                recording("thank_you_goodbye"),
            ),
            _bill_paid,
        ),
        DemoCall(
            "Arthur books the doctor",
            "Arthur",
            ARTHUR,
            (
                recording("yes_speaking_arthur"),
                recording("i_need_to_see_the_doctor_next_tuesday_morning"),
                recording("the_first_one_please"),
                recording("yes_arthur"),
                recording("i_got_that_thank_you_arthur"),
                recording("thank_you_goodbye_arthur"),
            ),
            _appointment_booked,
        ),
        DemoCall(
            "Joan asks for help with her shopping",
            "Joan",
            JOAN,
            (
                recording("yes_speaking_joan"),
                recording("can_somebody_help_me_with_my_shopping"),
                recording("on_thursday"),
                recording("in_the_morning"),
                recording("yes_joan"),
                recording("thank_you_goodbye_joan"),
            ),
            _task_opened,
        ),
        DemoCall(
            "A thief has told Margaret to move her money",
            "Margaret",
            MARGARET,
            (
                recording("yes_speaking"),
                recording("a_man_on_the_phone_told_me_to_move_my_money_to_a_safe_account"),
                recording("yes_i_would_like_to_speak_to_somebody"),
            ),
            _scam_stopped,
        ),
        DemoCall(
            "Arthur is silent, mumbles, and leaves a message",
            "Arthur",
            ARTHUR,
            (
                recording("yes_speaking_arthur"),
                recording("silence"),
                recording("mumble"),
                recording("mumble"),
                recording("please_ring_my_daughter_susan_about_friday"),
                recording("no_thank_you_arthur"),
            ),
            _message_kept,
        ),
        DemoCall(
            "Somebody whom the helpline does not know",
            "Somebody",
            STRANGER,
            (
                recording("what_can_you_do_for_me"),
                recording("no_thank_you_stranger"),
                recording("no_thank_you_stranger"),
            ),
            _told_how_to_register,
        ),
    )


def told_who_comes() -> tuple[Act, ...]:
    """What Joan does when the helpline rings her back."""
    return (recording("yes_speaking_joan"), recording("yes_joan"))


def ruth_decides() -> tuple[Act, ...]:
    """What Ruth does when she is rung: she takes Margaret's call, and cannot take another one."""
    return (Decide(lambda heard: "1" if "Margaret" in heard else "2"),)


def _bill_paid(call: Call) -> str:
    request = _request(call, "pay_bill")
    payments = db.session.scalars(select(Payment).where(Payment.request_id == request.id)).all()
    if request.status != "done" or [payment.status for payment in payments] != ["settled"]:
        raise NotDone(f"the bill is {request.status}, payments {[payment.status for payment in payments]}")
    payment = payments[0]
    return (
        f"the bill is paid: {payment.currency} {payment.amount:.2f} to {request.details['biller']}, receipt {request.reference}"
    )


def _appointment_booked(call: Call) -> str:
    request = _request(call, "book_appointment")
    slot = db.session.scalar(select(CalendarSlot).where(CalendarSlot.request_id == request.id))
    if request.status != "done" or slot is None:
        raise NotDone(f"the appointment is {request.status}")
    details = request.details
    return f"the appointment is booked: {details['date']} {details['time']}, {details['with']} at {details['clinic']}"


def _task_opened(call: Call) -> str:
    request = _request(call, "ask_volunteer")
    task = db.session.get(Task, request.task_id) if request.task_id else None
    if task is None:
        raise NotDone("no task was opened")
    return f"a task is open: {task.summary} for {task.caller_name}, {task.day} in the {task.part_of_day}"


def _scam_stopped(call: Call) -> str:
    request = _request(call, "report_scam")
    paid = db.session.scalar(
        select(func.count())
        .select_from(ServiceRequest)
        .where(ServiceRequest.call_id == call.id, ServiceRequest.intent == "pay_bill")
    )
    if paid or call.outcome != "person":
        raise NotDone(f"{paid} payments were asked for and the call ended as {call.outcome!r}")
    waited = db.session.scalars(select(Handover).where(Handover.call_id == call.id)).one_or_none()
    if waited is None or waited.joined_at is None:
        raise NotDone(f"Margaret waited for a person in vain: {waited.status if waited else 'nobody was rung'}")
    return f"nothing was paid, a case is open ({request.reference}), and Margaret talks to Ruth"


def _message_kept(call: Call) -> str:
    request = db.session.scalars(select(ServiceRequest).where(ServiceRequest.call_id == call.id)).first()
    kept = db.session.scalar(select(Recording).where(Recording.request_id == request.id)) if request else None
    if request is None or kept is None:
        raise NotDone("no message was kept")
    return f"a message for a person is kept ({request.reference}): {request.details['words']!r}, {len(kept.audio) / 8000:.1f} s"


def _told_how_to_register(call: Call) -> str:
    if call.caller_id is not None or call.outcome != "hang_up":
        raise NotDone(f"the call ended as {call.outcome!r}")
    return "the helpline said what it can do and how to register, and kept nothing"


def _request(call: Call, intent: str) -> ServiceRequest:
    found = db.session.scalars(
        select(ServiceRequest).where(ServiceRequest.call_id == call.id, ServiceRequest.intent == intent)
    ).first()
    if found is None:
        raise NotDone(f"nothing was asked for: there is no request {intent!r}")
    return found
