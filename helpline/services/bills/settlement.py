"""Settling a claimed payment: the gateway outside any transaction, then what came of it in one."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict

from sqlalchemy import update

from helpline import audit, events, outbox
from helpline.db import changed, db
from helpline.models import Caller, ServiceRequest
from helpline.services.bills.models import Bill, BillAccount, Biller, Payment
from helpline.services.bills.orders import money_data
from helpline.services.context import Context
from helpline.services.gateways.payments import GatewayUnclear, PaymentGateway
from helpline.services.holds import telling
from voice.heard import Json, Result


def charge(payment_id: int, gateway: PaymentGateway) -> dict[str, str]:
    """Ask the gateway for a claimed payment, with the payment's own key: asking twice moves money once.

    What has come of it already stands in our rows: then nobody is asked, however old the key is.
    """
    payment = db.session.get_one(Payment, payment_id)
    if payment.status != "claimed":
        db.session.rollback()
        return {"status": "known", "reason": ""}
    account = db.session.get_one(BillAccount, db.session.get_one(Bill, payment.bill_id).account_id)
    asked = (payment.key, payment.amount, payment.currency, f"caller:{payment.caller_id}", f"biller:{account.biller_id}")
    memo = account.reference
    db.session.rollback()  # the gateway is asked with no transaction open
    try:
        return asdict(gateway.charge(*asked, memo))
    except GatewayUnclear:
        return {"status": "unclear", "reason": ""}


def charge_order(args: Json, context: Context) -> Json:
    return charge(args["payment_id"], context.payments)


def settle_order(args: Json, answer: Json, context: Context) -> Result:
    """Write down what came of it, and say so. Run again, it says the same and changes nothing."""
    payment = db.session.get_one(Payment, args["payment_id"])
    record(payment, answer, context.now)
    db.session.refresh(payment)
    data = _spoken(payment)
    if payment.status == "settled":
        return Result("bills.settle", "paid", data)
    if payment.status == "failed":
        reason = context.language.prompt(f"reason.{payment.reason or 'gateway'}", {}, context.now.date())
        return Result("bills.settle", "not_paid", {**data, "reason": reason})
    return Result("bills.settle", "unknown", data)


def record(payment: Payment, answer: Json, now: dt.datetime) -> bool:
    """Move a claimed payment to settled or failed, once. False when there was nothing (more) to move."""
    status = {"paid": "settled", "declined": "failed"}.get(answer["status"])
    if status is None:
        return False
    moved = changed(
        update(Payment)
        .where(Payment.id == payment.id, Payment.status == "claimed")
        .values(status=status, reason=answer["reason"], ended_at=now)
    )
    if not moved:
        return False
    if status == "settled":
        db.session.execute(update(Bill).where(Bill.id == payment.bill_id).values(status="paid"))
        _send_receipt(payment, now)
    else:
        db.session.execute(
            update(ServiceRequest).where(ServiceRequest.id == payment.request_id).values(status="failed", closed_at=now)
        )
    events.record(f"payment_{status}", f"payment:{payment.id}", now)
    audit.write("helpline", f"payment_{status}", f"payment:{payment.id}", now, reason=answer["reason"])
    telling.payment_ended(payment, now)
    return True


def _send_receipt(payment: Payment, now: dt.datetime) -> None:
    caller = db.session.get_one(Caller, payment.caller_id)
    spoken = _spoken(payment)
    body = f"Paid: {payment.currency} {payment.amount:.2f} to {spoken['biller']}. Receipt {spoken['receipt']}."
    outbox.promise_sms(caller.phone, body, f"receipt:{payment.id}", now)


def _spoken(payment: Payment) -> dict[str, object]:
    bill = db.session.get_one(Bill, payment.bill_id)
    biller = db.session.get_one(Biller, db.session.get_one(BillAccount, bill.account_id).biller_id)
    return {
        "payment_id": payment.id,
        "biller": biller.name,
        "amount": money_data(payment.amount, payment.currency),
        "receipt": db.session.get_one(ServiceRequest, payment.request_id).reference,
    }
