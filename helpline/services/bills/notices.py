"""What the card gateway tells of its own accord: believed only when signed, and each notice once."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from typing import Protocol

from flask import Blueprint, request
from sqlalchemy import exists, select, update
from sqlalchemy.exc import IntegrityError

from helpline import audit, events
from helpline.db import changed, db
from helpline.services.bills import settlement
from helpline.services.bills.models import GatewayNotice, Payment, Refund
from helpline.services.gateways.payments import NotGenuine, Notice

ENDS = {"paid": "settled", "declined": "failed"}
log = logging.getLogger(__name__)


class Teller(Protocol):
    """A gateway that sends notices."""

    def notice(self, body: bytes, signature: str) -> Notice | None:
        """Raises NotGenuine."""
        ...


def pages(gateway: Teller, now: Callable[[], dt.datetime]) -> Blueprint:
    """`/payments/notice`: 400 for what is not signed, 200 for everything else, so that nothing is sent for ever."""
    blueprint = Blueprint("payments", __name__)

    @blueprint.post("/payments/notice")
    def notice() -> tuple[str, int]:
        try:
            told = gateway.notice(request.get_data(), request.headers.get("Stripe-Signature", ""))
        except NotGenuine as error:
            log.warning("%s", error)
            return "not signed\n", 400
        if told is not None:
            take(told, now())
            db.session.commit()
        return "taken\n", 200

    return blueprint


def take(notice: Notice, now: dt.datetime) -> bool:
    """Write down what a notice tells. False when it was told before, or when it changes nothing. Does not commit.

    A payment that waits is ended by it. Where it says otherwise than our rows do, a person has to look.
    """
    try:
        with db.session.begin_nested():
            db.session.add(GatewayNotice(id=notice.id, key=notice.key, status=notice.status, at=now))
    except IntegrityError:
        return False
    if notice.status == "not_given":
        return _came_back(notice, now)
    payment = db.session.scalar(select(Payment).where(Payment.key == notice.key))
    if payment is None:
        log.warning("a notice (%s, %s) is about no payment of ours", notice.id, notice.status)
        return False
    if settlement.record(payment, {"status": notice.status, "reason": notice.reason}, now):
        return True
    db.session.refresh(payment)
    if _our_refund(payment, notice) or payment.status == ENDS.get(notice.status):
        return False
    subject = f"payment:{payment.id}"
    events.record("payment_contradicted", subject, now, ours=payment.status, theirs=notice.status)
    audit.write("gateway", "payment_contradicted", subject, now, ours=payment.status, theirs=notice.status)
    return settlement.hand_to_person(payment, f"payment_{notice.status}_elsewhere", now)


def _our_refund(payment: Payment, notice: Notice) -> bool:
    """Whether we have given the money back ourselves. A refund of ours that failed explains none that was made since."""
    given = exists().where(Refund.payment_id == payment.id, Refund.status != "failed")
    return notice.status == "refunded" and bool(db.session.scalar(select(given)))


def _came_back(notice: Notice, now: dt.datetime) -> bool:
    """The bank has sent a refund of ours back, days later perhaps: the caller does not have the money."""
    refund = db.session.scalar(select(Refund).where(Refund.key == notice.key))
    if refund is None:
        log.warning("a notice (%s, %s) is about no refund of ours", notice.id, notice.status)
        return False
    still = (Refund.id == refund.id, Refund.status != "failed")
    if not changed(update(Refund).where(*still).values(status="failed", reason="gateway", ended_at=now)):
        return False
    audit.write("gateway", "refund_failed", f"payment:{refund.payment_id}", now, reason="gateway")
    payment = db.session.get_one(Payment, refund.payment_id)
    return settlement.hand_to_person(payment, "payment_refund_failed", now)
