"""Settling a claimed payment: the gateway outside any transaction, then what came of it in one."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict

from sqlalchemy import select, update

from helpline import audit, events, outbox
from helpline.db import changed, db
from helpline.models import Caller, ServiceRequest
from helpline.outbox import Delivery
from helpline.services import cards
from helpline.services.bills import planning
from helpline.services.bills.claiming import left_of
from helpline.services.bills.models import Bill, BillAccount, Biller, Payment
from helpline.services.bills.orders import money_data, receipt_subject
from helpline.services.context import Context
from helpline.services.gateways.payments import Charge, GatewayUnclear, PaymentGateway
from helpline.services.holds import telling
from helpline.services.requests import close_at, count, find, new_reference
from voice.heard import Json, Result

TEXT_GONE_AFTER = dt.timedelta(minutes=10)  # by then the call is over, and the text has gone or was given up
ASK_WITHIN = dt.timedelta(hours=20)  # of the claim: well inside the day that a gateway keeps a key
LONGEST_WAIT = dt.timedelta(hours=1)  # between two questions


def charge(payment_id: int, gateway: PaymentGateway, now: dt.datetime) -> dict[str, str]:
    """Ask the gateway for a claimed payment, with the payment's own key: asking twice moves money once.

    What has come of it already stands in our rows: then nobody is asked. After ASK_WITHIN the key may have been forgotten,
    and the same question would move money again: from then on it is only looked for. Of a training caller's payment no
    gateway ever hears: it is paid with nothing.
    """
    payment = db.session.get_one(Payment, payment_id)
    if payment.status != "claimed":
        db.session.rollback()
        return {"status": "known", "reason": ""}
    if db.session.get_one(Caller, payment.caller_id).training:
        db.session.rollback()
        return asdict(Charge("paid"))
    account = db.session.get_one(BillAccount, db.session.get_one(Bill, payment.bill_id).account_id)
    key, payer, payee = payment.key, f"caller:{payment.caller_id}", f"biller:{account.biller_id}"
    amount, currency, memo, claimed_at = payment.amount, payment.currency, account.reference, payment.claimed_at
    db.session.rollback()  # the gateway is asked with no transaction open
    try:
        if now - claimed_at < ASK_WITHIN:
            return asdict(gateway.charge(key, amount, currency, payer, payee, memo))
        found = gateway.find(key, payer, claimed_at)
    except GatewayUnclear:
        found = None
    return asdict(found) if found else {"status": "unclear", "reason": ""}


def charge_order(args: Json, context: Context) -> Json:
    return charge(args["payment_id"], context.payments, context.now)


def settle_order(args: Json, answer: Json, context: Context) -> Result:
    """Write down what came of it, and say so. Run again, it says the same and changes nothing."""
    payment = db.session.get_one(Payment, args["payment_id"])
    record(payment, answer, context.now, told=True)
    db.session.refresh(payment)
    data = _spoken(payment)
    if payment.status == "settled":
        return Result("bills.settle", "paid", data)
    if payment.status == "failed":
        reason = context.language.prompt(f"reason.{payment.reason or 'gateway'}", {}, context.now.date())
        return Result("bills.settle", "not_paid", {**data, "reason": reason, "by_keys": cards.by_keys(context)})
    return Result("bills.settle", "unknown", data)


def record(payment: Payment, answer: Json, now: dt.datetime, told: bool = False) -> bool:
    """Move a claimed payment to settled or failed, once. False when there was nothing (more) to move.

    `told`: its caller hears of it in this very turn, and need not be rung about it."""
    status = {"paid": "settled", "declined": "failed"}.get(answer["status"])
    if status is None:
        return False
    bill = _locked_bill(payment)  # before the payment, as whoever claims one has it
    moved = changed(
        update(Payment)
        .where(Payment.id == payment.id, Payment.status == "claimed")
        .values(status=status, reason=answer["reason"], ended_at=now)
    )
    if not moved:
        return False
    if status == "settled":
        bill.paid += payment.amount
        bill.status = "due" if left_of(bill) > 0 else "paid"
        close_at(db.session.get_one(ServiceRequest, payment.request_id), now, "done")
        _send_receipt(payment, now)
        outbox.promise_timer("count_receipt", receipt_subject(payment.id), now + TEXT_GONE_AFTER)
    else:
        db.session.execute(
            update(ServiceRequest).where(ServiceRequest.id == payment.request_id).values(status="failed", closed_at=now)
        )
        _send_not_paid(payment, now)
    events.record(f"payment_{status}", f"payment:{payment.id}", now)
    audit.write("helpline", f"payment_{status}", f"payment:{payment.id}", now, reason=answer["reason"])
    if not told:
        telling.payment_ended(payment, now)
        planning.payment_ended(payment, failed=status == "failed", now=now)
    return True


def _locked_bill(payment: Payment) -> Bill:
    row = select(Bill).where(Bill.id == payment.bill_id).with_for_update()
    return db.session.scalars(row.execution_options(populate_existing=True)).one()


def count_texted_receipt(payment_id: int, now: dt.datetime) -> bool:
    """Whoever hung up before the receipt has it as a text: it counts once that has gone. One that was given up, or went
    to a telephone that takes no texts, told nobody. False while it is not known yet."""
    payment = db.session.get_one(Payment, payment_id)
    text = db.session.scalars(select(Delivery).where(Delivery.dedupe_key == f"sms:{receipt_subject(payment.id)}")).one()
    if text.done_at is None:
        return False
    if text.status != "failed" and not db.session.get_one(Caller, payment.caller_id).landline:
        count(db.session.get_one(ServiceRequest, payment.request_id), now)
    return True


def ask_again(payment: Payment, now: dt.datetime) -> None:
    """The answer is still out: promise to ask once more, less and less often; when its time is over, a person has it."""
    age = now - payment.claimed_at
    if age >= ASK_WITHIN:
        hand_to_person(payment, "payment_unclear", now)
        return
    wait = max(outbox.LEASE, min(age / 2, LONGEST_WAIT))
    due_at = min(now + wait, payment.claimed_at + ASK_WITHIN)
    outbox.promise_timer("settle_payment", f"payment:{payment.id}", due_at, key=due_at.isoformat())


def hand_to_person(payment: Payment, about: str, now: dt.datetime) -> bool:
    """Open a request for a person, once for each thing that a payment can be about. False when it is open already.

    A claimed payment stays claimed, so that nobody can pay the bill again, until somebody has looked it up and decides.
    """
    key = f"{about}:{payment.id}"
    if find(key) is not None:
        return False
    caller, spoken = db.session.get_one(Caller, payment.caller_id), _spoken(payment)
    words = f"{payment.currency} {payment.amount:.2f} to {spoken['biller']}, receipt {spoken['receipt']}, key {payment.key}"
    details = {"about": about, "number": caller.phone, "payment_id": payment.id, "words": words}
    request = ServiceRequest(
        reference=new_reference(),
        dedupe_key=key,
        intent="speak_to_person",
        caller_id=caller.id,
        details=details,
        created_at=now,
    )
    db.session.add(request)
    events.record(about, f"payment:{payment.id}", now)
    audit.write("helpline", about, f"payment:{payment.id}", now)
    return True


def _send_receipt(payment: Payment, now: dt.datetime) -> None:
    caller = db.session.get_one(Caller, payment.caller_id)
    spoken = _spoken(payment)
    body = f"Paid: {payment.currency} {payment.amount:.2f} to {spoken['biller']}. Receipt {spoken['receipt']}."
    outbox.promise_sms(caller.phone, body, receipt_subject(payment.id), now)


def _send_not_paid(payment: Payment, now: dt.datetime) -> None:
    """Whoever was told that nobody knows yet must not be left to think that it was paid."""
    caller = db.session.get_one(Caller, payment.caller_id)
    body = f"Not paid: {payment.currency} {payment.amount:.2f} to {_spoken(payment)['biller']}. The bill is still open."
    outbox.promise_sms(caller.phone, body, f"not_paid:{payment.id}", now)


def _spoken(payment: Payment) -> dict[str, object]:
    bill = db.session.get_one(Bill, payment.bill_id)
    rest = {"rest": money_data(left_of(bill), bill.currency), "due": bill.due_on.isoformat()} if bill.status == "due" else {}
    biller = db.session.get_one(Biller, db.session.get_one(BillAccount, bill.account_id).biller_id)
    return {
        "payment_id": payment.id,
        "biller": biller.name,
        "amount": money_data(payment.amount, payment.currency),
        "receipt": db.session.get_one(ServiceRequest, payment.request_id).reference,
        **rest,
    }
