"""A payment on a later day: promised now, looked at by the rules again on its day, and made once, or told why not.

The row is the promise and its timer the clock. Whoever carries it out locks the row first and finds it waiting, once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from helpline import audit, events, outbox
from helpline.db import db
from helpline.identity.household import person
from helpline.models import Caller, ServiceRequest
from helpline.services import protection
from helpline.services.bills import orders
from helpline.services.bills.claiming import claim_payment, left_of
from helpline.services.bills.models import Bill, BillAccount, Biller, Payment, PlannedPayment
from helpline.services.context import Context
from helpline.services.gateways.payments import PaymentGateway
from helpline.services.holds import keeping
from helpline.services.requests import close_at
from helpline.settings import Settings
from helpline.staff.hours import office_hours
from voice.heard import Json, Result
from voice.languages import Language

AT = dt.time(9)  # of its day, on the caller's own clock
STANDS = {"settled": "paid", "failed": "failed", "claimed": "paying"}


def plan(args: Json, context: Context) -> Result:
    """Promise a payment of this bill, or of a `part` of it, for a `day`: `planned`, or what a claim would answer.

    What makes the rules hold it today holds it today. A first payment and a protected one may be planned: our call comes on
    the day (`rings`). `day_gone` where the day is over, or later than it may be.
    """
    asked = orders.asked_for(args, context)
    if isinstance(asked, Result):
        return asked
    row, part = asked
    day, today = dt.date.fromisoformat(args["day"]), context.now.date()
    if not today < day <= orders.last_day(row.Bill.due_on, today):
        return Result("bills.plan", "day_gone")
    if (planned := orders.plan_for(row.Bill.id)) is not None:
        return Result("bills.plan", "planned_already", orders.plan_data(planned, row.Biller))
    if (hold := keeping.waiting_on(row.Bill.id)) is not None:
        return orders.waits(hold, row, context)
    assessment = orders.assessed(row, part, context, held=False)
    request = orders.open_payment_request(row, context)
    if keeping.for_people(assessment) or context.level < 2:  # what was said today is not heard again on Friday
        return orders.not_now(request, row, part, assessment, context)
    promised = PlannedPayment(
        bill_id=row.Bill.id,
        caller_id=row.BillAccount.caller_id,
        call_id=context.call_id,
        request_id=request.id,
        amount=part,
        currency=row.Bill.currency,
        bill_left=left_of(row.Bill),
        pay_on=day,
        promised_at=context.now,
    )
    try:
        with db.session.begin_nested():
            db.session.add(promised)
    except IntegrityError:  # another call was quicker
        close_at(request, context.now, "cancelled")
        return Result("bills.plan", "being_paid")
    request.details = {**request.details, "pay_on": day.isoformat()}
    outbox.promise_timer("pay_planned", f"planned:{promised.id}", _due_at(promised, context))
    events.record("payment_planned", f"planned:{promised.id}", context.now)
    audit.write(f"caller:{context.caller_id}", "payment_planned", f"planned:{promised.id}", context.now, day=day.isoformat())
    rings = orders.must_wait(assessment, context)
    told = {**orders.plan_data(promised, row.Biller), "reference": request.reference, "rings": rings}
    return Result("bills.plan", "planned", told)


def _due_at(promised: PlannedPayment, context: Context) -> dt.datetime:
    """In office hours: what the rules then ask may need a call, or a person."""
    zone = ZoneInfo(db.session.get_one(Caller, promised.caller_id).time_zone)
    return office_hours(context.settings).next_open(dt.datetime.combine(promised.pay_on, AT, zone))


def stop(plan_id: int, context: Context) -> bool:
    """The caller does not want it any more. False where it is another's, or has gone. Does not commit."""
    promised = _locked(plan_id)
    if promised is None or promised.caller_id != context.caller_id or promised.status != "waiting":
        return False
    promised.status, promised.ended_at = "stopped", context.now
    close_at(db.session.get_one(ServiceRequest, promised.request_id), context.now, "cancelled")
    outbox.withdraw_timers(f"planned:{promised.id}", context.now)
    events.record("plan_stopped", f"planned:{promised.id}", context.now)
    audit.write(f"caller:{promised.caller_id}", "plan_stopped", f"planned:{promised.id}", context.now)
    return True


# --- its day has come


def carry_out(
    plan_id: int, settings: Settings, languages: Mapping[str, Language], payments: PaymentGateway, now: dt.datetime
) -> None:
    """Claim the payment, to be settled by the clock; hold it, where the rules say so today; or tell why it is not made.

    Run twice, it does so once. Does not commit.
    """
    promised = _locked(plan_id)
    if promised is None or promised.status != "waiting":
        return
    context = _context(promised, settings, languages, payments, now)
    db.session.execute(select(Bill.id).where(Bill.id == promised.bill_id).with_for_update())
    row = orders.unpaid_row(promised.bill_id, promised.caller_id)
    if why := _why_not(promised, row):
        _not_made(promised, why, context)
        return
    assert row is not None  # noqa: S101 - that would have been a reason
    request = db.session.get_one(ServiceRequest, promised.request_id)
    assessment = orders.assessed(row, promised.amount, context, held=False)
    if orders.must_wait(assessment, context):
        orders.not_now(request, row, promised.amount, assessment, context)
        _end(promised, "held", context)
    elif claim_payment(row.Bill, promised.amount, request, f"caller:{promised.caller_id}", now, dt.timedelta(0)) is None:
        _not_made(promised, "being_paid", context)
    else:
        _end(promised, "done", context)


def _why_not(promised: PlannedPayment, row: Any) -> str:
    if row is None:
        return "nothing_due"
    if (left_of(row.Bill), row.Bill.currency) != (promised.bill_left, promised.currency):
        return "bill_changed"
    return "frozen" if protection.guard_of(promised.caller_id).frozen_at is not None else ""


def _not_made(promised: PlannedPayment, why: str, context: Context) -> None:
    """The caller counts on it: they are told by text, and rung."""
    promised.reason = context.language.prompt(f"reason.{why}", {}, context.now.date())
    close_at(db.session.get_one(ServiceRequest, promised.request_id), context.now, "cancelled")
    _end(promised, "over", context, why=why)
    caller = db.session.get_one(Caller, promised.caller_id)
    told = {"helpline": context.settings.name, "biller": _biller(promised).name, "reason": promised.reason}
    if not caller.landline:
        body = context.language.prompt("sms.not_made", told, context.now.date())
        outbox.promise_sms(caller.phone, body, f"not_made:{promised.id}", context.now)
    _ring(promised, caller, context.now)


def _end(promised: PlannedPayment, status: str, context: Context, **why: str) -> None:
    promised.status, promised.ended_at = status, context.now
    events.record(f"plan_{status}", f"planned:{promised.id}", context.now, **why)
    audit.write("helpline", f"plan_{status}", f"planned:{promised.id}", context.now, **why)


def _ring(promised: PlannedPayment, caller: Caller, now: dt.datetime) -> None:
    purpose = {"kind": "planned", "plan_id": promised.id, "caller_id": caller.id}
    outbox.promise_call(caller.phone, purpose, f"planned:{promised.id}", now)


def payment_ended(payment: Payment, failed: bool, now: dt.datetime) -> None:
    """A planned payment was settled or failed: who has no texts is rung with the receipt, and everybody where it failed."""
    promised = db.session.scalar(select(PlannedPayment).where(PlannedPayment.request_id == payment.request_id))
    if promised is None or promised.status != "done":
        return
    caller = db.session.get_one(Caller, payment.caller_id)
    if caller.landline or failed:
        _ring(promised, caller, now)


def why_we_ring(purpose: dict[str, Any]) -> Result:
    """How a planned payment stands when they answer: `paid`, `paying`, `failed`, or `not_made` with its `reason`."""
    promised = db.session.get_one(PlannedPayment, purpose["plan_id"])
    payment = db.session.scalar(select(Payment).where(Payment.request_id == promised.request_id))
    return Result(
        "call.hold",
        STANDS[payment.status] if payment is not None else "not_made",
        {
            "caller": person(db.session.get_one(Caller, promised.caller_id)),
            "payment_id": payment.id if payment is not None else None,
            "biller": _biller(promised).name,
            "amount": orders.money_data(promised.amount, promised.currency),
            "reason": promised.reason,
            "receipt": db.session.get_one(ServiceRequest, promised.request_id).reference,
        },
    )


def _locked(plan_id: int) -> PlannedPayment | None:
    row = select(PlannedPayment).where(PlannedPayment.id == plan_id).with_for_update()
    return db.session.scalar(row.execution_options(populate_existing=True))


def _biller(promised: PlannedPayment) -> Biller:
    account = db.session.get_one(BillAccount, db.session.get_one(Bill, promised.bill_id).account_id)
    return db.session.get_one(Biller, account.biller_id)


def _context(
    promised: PlannedPayment,
    settings: Settings,
    languages: Mapping[str, Language],
    payments: PaymentGateway,
    now: dt.datetime,
) -> Context:
    """As if the caller asked for it now, with the PIN that they typed when they planned it."""
    caller = db.session.get_one(Caller, promised.caller_id)
    return Context(
        call_id=promised.call_id,
        turn=0,
        number=caller.phone,
        caller_id=caller.id,
        level=2,
        language=languages.get(caller.language, languages[settings.language]),
        languages=tuple(languages),
        now=now.astimezone(ZoneInfo(caller.time_zone)),
        settings=settings,
        payments=payments,
        training=caller.training,
    )


ORDERS = {"bills.plan": plan}
