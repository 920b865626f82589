"""Our call to somebody whose payment was held: why we ring, what they answer, and what is written down of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select

from fraud.assess import assess, ruleset
from helpline import audit, events
from helpline.db import db
from helpline.identity.callbacks import number_changed_lately
from helpline.identity.household import person
from helpline.identity.pins import check_pin
from helpline.models import Caller, ServiceRequest
from helpline.services.bills.models import Bill, BillAccount, Biller, Payment
from helpline.services.bills.orders import assess_again, money_data
from helpline.services.context import Context
from helpline.services.holds import deciding, keeping
from helpline.services.holds.models import Hold
from helpline.services.scamwords import spoken
from voice.heard import Json, Result

PAID = {"settled": "paid", "failed": "failed", "claimed": "paying"}


def why_we_ring(purpose: dict[str, Any]) -> Result:
    """How it stands when they answer: `ask` the questions, `first` where these alone end it, or tell that it is paid,
    being paid, failed, refused, stopped or still waiting."""
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
    if hold.call_back != "promised":
        return "waiting"
    return "first" if keeping.ends_with_our_call(hold) else "ask"


def answered(args: Json, context: Context) -> Result:
    """What they said to the questions that everybody is asked, once for each call that we promised: each answer is true
    where it speaks against the payment.

    One that does, or words in this call, or a number on file that is new, is a new signal: two people decide then. Otherwise it is `clear`, and one may; a
    first payment needs nobody, but the caller's PIN: `prove`. Answers that come too late change nothing.
    """
    hold = _own(args, context)
    if hold is None or hold.call_back != "promised":
        return Result("holds.answered", "late")
    words = assess(spoken(context.words), ruleset())
    yes = [name for name, against in args["answers"].items() if against]
    new_number = number_changed_lately(hold.caller_id, context.now)  # then nobody knows who has answered
    clear = not yes and words.outcome == "allow" and not new_number
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
        new_number=new_number,
    )
    if not clear:
        keeping.escalate(hold, "signal", context.settings, context.now)
    return Result("holds.answered", "prove" if clear and keeping.ends_with_our_call(hold) else hold.call_back)


def pay(args: Json, context: Context) -> Result:
    """The PIN, in our own call and after clear answers: a first payment is promised, to be settled in this call.

    `claimed` with its `payment_id`; what the PIN came to: `wrong`, `too_many` or `none`; `waits` where something speaks or
    stands against it now, so that the office looks; `late` where it is no longer to be decided.
    """
    hold = _own(args, context)
    if hold is None or hold.status != "waiting" or hold.call_back != "clear" or not keeping.ends_with_our_call(hold):
        return Result("holds.pay", "late")
    pin = check_pin(hold.caller_id, context.call_id, args["pin"], context.settings.pin_pepper, context.now)
    if pin == "wrong":
        return Result("holds.pay", "wrong")
    if pin != "ok":
        _leave_to_the_office(hold, f"pin_{pin}", context)
        return Result("holds.pay", pin)
    assess_again(hold.bill_id, hold.amount, context)
    paid = deciding.confirm(hold, context.now.astimezone(dt.UTC))
    if isinstance(paid, str):
        _leave_to_the_office(hold, paid, context)
        return Result("holds.pay", "waits")
    return Result("holds.pay", "claimed", {"payment_id": paid.id})


def _leave_to_the_office(hold: Hold, why: str, context: Context) -> None:
    hold.call_back = "signal"
    hold.version += 1
    audit.write(f"caller:{hold.caller_id}", "hold_not_confirmed", f"hold:{hold.id}", context.now, why=why)
    keeping.escalate(hold, "signal", context.settings, context.now)


def ring_me(args: Json, context: Context) -> Result:
    """They have missed our call and want another one, as soon as their line is free. `enough`: there is none left."""
    hold = _own(args, context)
    if hold is None or hold.status != "waiting" or not keeping.may_be_rung_again(hold):
        return Result("holds.ring_me", "enough")
    keeping.ring(hold, context.now, context.now + keeping.FREE_THE_LINE)
    audit.write(f"caller:{hold.caller_id}", "hold_rung_again", f"hold:{hold.id}", context.now)
    return Result("holds.ring_me", "ok")


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


ORDERS = {"holds.answered": answered, "holds.pay": pay, "holds.ring_me": ring_me, "holds.stop": stop}
