"""What only a person decides about money: a payment of which the gateway never told, and a payment that is given back."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from helpline import audit, events
from helpline.db import changed, db
from helpline.models import ServiceRequest
from helpline.services.bills import settlement
from helpline.services.bills.models import Payment, Refund
from helpline.services.gateways.payments import GatewayUnclear, PaymentGateway
from helpline.services.requests import close_at, find

Ended = Literal["settled", "failed", "unclear"]


class NotNow(ValueError):
    """What was asked for cannot be done to this payment, and why."""


def waiting() -> list[ServiceRequest]:
    """The requests about payments that nobody knows the end of, the oldest first."""
    query = select(ServiceRequest).where(ServiceRequest.dedupe_key.startswith("payment_unclear:"))
    return [*db.session.scalars(query.where(ServiceRequest.closed_at.is_(None)).order_by(ServiceRequest.id))]


def decide(payment_id: int, paid: bool, staff_id: int, note: str, now: dt.datetime) -> None:
    """Somebody has looked it up at the gateway: the payment ends so, and the caller is told. Does not commit.

    Raises NotNow for a payment that no person was asked about, or that has ended meanwhile.
    """
    request = find(f"payment_unclear:{payment_id}")
    payment = db.session.get(Payment, payment_id)
    if request is None or payment is None:
        raise NotNow("nobody was asked to decide about this payment")
    if not settlement.record(payment, {"status": "paid" if paid else "declined", "reason": "" if paid else "gateway"}, now):
        raise NotNow("this payment has ended meanwhile")
    close_at(request, now, "done")
    audit.write(f"staff:{staff_id}", "payment_decided", f"payment:{payment_id}", now, paid=paid, note=note)


def refund(payment_id: int, staff_id: int, note: str, gateway: PaymentGateway, now: dt.datetime) -> Ended:
    """Give a payment back: claimed in our rows, then asked for outside any transaction, then written down. Commits.

    Run again, it goes on where it stopped, under the same key, and moves money once. Raises NotNow for what was not paid.
    """
    begun, asked = _claim(payment_id, staff_id, note, now)
    if begun.status != "claimed":
        return "settled" if begun.status == "settled" else "failed"
    try:
        answer = gateway.refund(*asked)
    except GatewayUnclear:
        return "unclear"
    status: Ended = "settled" if answer.status == "paid" else "failed"
    moved = changed(
        update(Refund)
        .where(Refund.id == begun.id, Refund.status == "claimed")
        .values(status=status, reason=answer.reason, ended_at=now)
    )
    if moved:
        events.record(f"refund_{status}", f"payment:{payment_id}", now)
        audit.write("helpline", f"refund_{status}", f"payment:{payment_id}", now, reason=answer.reason)
    db.session.commit()
    return status


def _claim(payment_id: int, staff_id: int, note: str, now: dt.datetime) -> tuple[Refund, tuple[str, str, str, dt.datetime]]:
    """The refund of this payment, made now or before, detached; and what the gateway is asked."""
    payment = db.session.get(Payment, payment_id)
    if payment is None or payment.status != "settled":
        raise NotNow("this payment was not paid")
    try:
        with db.session.begin_nested():
            db.session.add(Refund(payment_id=payment_id, key=f"refund:{payment_id}", claimed_at=now))
        audit.write(f"staff:{staff_id}", "refund_claimed", f"payment:{payment_id}", now, note=note)
    except IntegrityError:
        pass  # somebody has begun it before: it goes on
    refund = db.session.scalars(select(Refund).where(Refund.payment_id == payment_id)).one()
    asked = (refund.key, payment.key, f"caller:{payment.caller_id}", payment.claimed_at)
    db.session.expunge(refund)
    db.session.commit()
    return refund, asked
