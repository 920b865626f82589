"""Our call to somebody whose payment was held: why we ring, what they answer, and what is written down of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select

from fraud.assess import assess, ruleset
from fraud.facts import Facts
from helpline import audit, events
from helpline.db import db
from helpline.identity.household import person
from helpline.models import Caller, ServiceRequest
from helpline.services.bills.models import Bill, BillAccount, Biller, Payment
from helpline.services.bills.orders import money_data
from helpline.services.context import Context
from helpline.services.holds import deciding, keeping
from helpline.services.holds.models import Hold
from voice.heard import Json, Result

QUESTIONS = ("phoned", "told", "alone")  # a yes to any of them is for people, not for a machine
PAID = {"settled": "paid", "failed": "failed", "claimed": "paying"}


def why_we_ring(purpose: dict[str, Any]) -> Result:
    """How it stands when they answer: `ask` the questions, or tell that it is paid, being paid, failed, refused, stopped
    or still waiting."""
    hold = db.session.get_one(Hold, purpose["hold_id"])
    caller = db.session.get_one(Caller, purpose["caller_id"])
    biller = db.session.scalars(
        select(Biller)
        .join(BillAccount, BillAccount.biller_id == Biller.id)
        .join(Bill, Bill.account_id == BillAccount.id)
        .where(Bill.id == hold.bill_id)
    ).one()
    payment = db.session.scalar(select(Payment).where(Payment.request_id == hold.request_id))
    return Result(
        "call.hold",
        _stands(hold, payment),
        {
            "caller": person(caller),
            "hold_id": hold.id,
            "payment_id": payment.id if payment else None,
            "biller": biller.name,
            "amount": money_data(hold.amount, hold.currency),
            "reason": hold.reason,
            "receipt": db.session.get_one(ServiceRequest, hold.request_id).reference,
        },
    )


def _stands(hold: Hold, payment: Payment | None) -> str:
    if payment is not None:
        return PAID[payment.status]
    if hold.status != "waiting":
        return hold.status
    return "ask" if hold.call_back == "promised" else "waiting"


def answered(args: Json, context: Context) -> Result:
    """What they said to the questions that everybody is asked, once for each call that we promised.

    A yes, or words in this call that speak against it, is a new signal: two people decide then. Otherwise it is `clear`,
    and one may. Answers that come too late change nothing.
    """
    hold = _own(args, context)
    if hold is None or hold.call_back != "promised":
        return Result("holds.answered", "late")
    words = assess(Facts(words=context.words), ruleset())
    yes = [name for name in QUESTIONS if args["answers"][name]]
    clear = not yes and words.outcome == "allow"
    hold.call_back = "clear" if clear else "signal"
    hold.version += 1
    rules = [finding.id for finding in words.findings]
    events.record("hold_call_answered", f"hold:{hold.id}", context.now, call_back=hold.call_back)
    audit.write(
        f"caller:{hold.caller_id}",
        "hold_call_answered",
        f"hold:{hold.id}",
        context.now,
        came=hold.call_back,
        yes=yes,
        rules=rules,
    )
    if not clear:
        keeping.escalate(hold, "signal", context.settings, context.now)
    return Result("holds.answered", hold.call_back)


def stop(args: Json, context: Context) -> Result:
    """They do not want it paid any more."""
    hold = _own(args, context)
    if hold is None or hold.status != "waiting":
        return Result("holds.stop", "late")
    deciding.stop(hold, context.now.astimezone(dt.UTC))
    return Result("holds.stop", "ok")


def _own(args: Json, context: Context) -> Hold | None:
    hold = keeping.locked(args["hold_id"])
    return hold if hold is not None and hold.caller_id == context.caller_id else None


ORDERS = {"holds.answered": answered, "holds.stop": stop}
