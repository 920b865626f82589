"""What a call has left in the tables, a line for each row, so that a story can say all of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import select

from helpline.commands.demo_data import ZONE
from helpline.db import db
from helpline.models import Call, Caller, Recording, ServiceRequest, Turn
from helpline.outbox import Delivery
from helpline.services.appointments.models import CalendarSlot
from helpline.services.bills.models import Assessment, Payment, PlannedPayment
from helpline.services.holds.models import Hold
from helpline.services.protection import PaymentGuard
from volunteers.models import Task


def standing(app: Flask) -> Counter[str]:
    """How everything stands, a row in words, with how many of it there are."""
    with app.app_context():
        return Counter(
            [
                *_requests(),
                *_payments(),
                *_plans(),
                *_assessments(),
                *_holds(),
                *_guards(),
                *_slots(),
                *_tasks(),
                *_deliveries(),
                *_callers(),
            ]
        )


def came_of(before: Counter[str], after: Counter[str]) -> list[str]:
    """What stands there now and did not, and what stands there no more, sorted."""
    gone = (f"no more: {row}" for row in (before - after).elements())
    return sorted([*(after - before).elements(), *gone])


def _requests() -> Iterator[str]:
    for request in db.session.scalars(select(ServiceRequest)):
        voice = db.session.scalar(select(Recording.id).where(Recording.request_id == request.id))
        yield f"request: {request.intent} {request.status}" + (" with a recording" if voice else "")
        if words := request.details.get("words"):
            yield f"written down: {' / '.join(words.splitlines())}"


def _payments() -> Iterator[str]:
    for payment in db.session.scalars(select(Payment)):
        yield f"payment: {payment.amount} {payment.currency} {payment.status}"


def _plans() -> Iterator[str]:
    for plan in db.session.scalars(select(PlannedPayment)):
        yield f"planned: {plan.amount} {plan.currency} {plan.pay_on} {plan.status}"


def _assessments() -> Iterator[str]:
    for assessment in db.session.scalars(select(Assessment)):
        yield f"assessment: {assessment.outcome}"


def _holds() -> Iterator[str]:
    for hold in db.session.scalars(select(Hold)):
        yield f"hold: {hold.outcome} {hold.status}"


def _guards() -> Iterator[str]:
    """What callers have switched on themselves."""
    for guard in db.session.scalars(select(PaymentGuard)):
        yield f"payments: {'stopped' if guard.frozen_at else 'not stopped'}, {'protected' if guard.protected_at else 'not protected'}"


def _slots() -> Iterator[str]:
    for slot in db.session.scalars(select(CalendarSlot).where(CalendarSlot.request_id.is_not(None))):
        yield f"booked: {slot.practitioner} {slot.starts_at.astimezone(ZoneInfo(ZONE)):%Y-%m-%d %H:%M}"


def _tasks() -> Iterator[str]:
    for task in db.session.scalars(select(Task)):
        yield f"task: {task.kind} {task.day} {task.part_of_day} {task.status}"


def _deliveries() -> Iterator[str]:
    for delivery in db.session.scalars(select(Delivery)):
        yield f"{delivery.channel} to {delivery.to_number}"


def _callers() -> Iterator[str]:
    """How a caller is spoken to whenever they ring."""
    for caller in db.session.scalars(select(Caller)):
        yield f"remembered: {caller.full_name}, {caller.language}, pace {caller.pace:g}, {caller.gain:g} dB"


def written_down(app: Flask) -> list[str]:
    """All that was kept of calls and their turns, as text: no PIN may ever be in it."""
    with app.app_context():
        turns = db.session.scalars(select(Turn)).all()
        states = db.session.scalars(select(Call.state)).all()
    return [json.dumps([turn.heard, turn.meaning, turn.orders, turn.reply]) for turn in turns] + [json.dumps(s) for s in states]
