"""The promise of a payment in our rows, before any gateway is asked: one for a bill, whoever asks and however often."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from helpline import audit, events, outbox
from helpline.db import db
from helpline.models import ServiceRequest
from helpline.services.bills.models import Bill, Payment

SETTLE_AFTER = dt.timedelta(minutes=2)  # the call itself asks the gateway at once; the timer is for calls that died


def left_of(bill: Bill) -> Decimal:
    """What is still to be paid of it."""
    return bill.amount - bill.paid


def claim_payment(
    bill: Bill, amount: Decimal, request: ServiceRequest, actor: str, now: dt.datetime, settle_after: dt.timedelta
) -> Payment | None:
    """Promise the payment of this request, to be settled by the clock if nobody does so before. Does not commit.

    None when the bill is being paid, or has been, already. `request` must be a caller's, `amount` no more than what is left
    of the bill, and the bill locked.
    """
    if request.caller_id is None:
        raise ValueError(f"request {request.id} is nobody's")
    if not 0 < amount <= left_of(bill):
        raise ValueError(f"bill {bill.id}: {amount} is not a part of what is left")
    settled = select(func.count()).where(Payment.bill_id == bill.id, Payment.status == "settled")
    payment = Payment(
        bill_id=bill.id,
        caller_id=request.caller_id,
        request_id=request.id,
        part=1 + (db.session.scalar(settled) or 0),
        key=f"bill:{bill.id}:request:{request.id}",
        amount=amount,
        currency=bill.currency,
        claimed_at=now,
    )
    try:
        with db.session.begin_nested():
            db.session.add(payment)
    except IntegrityError:
        return None
    outbox.promise_timer("settle_payment", f"payment:{payment.id}", now + settle_after)
    events.record("payment_claimed", f"payment:{payment.id}", now)
    audit.write(actor, "payment_claimed", f"payment:{payment.id}", now)
    return payment
