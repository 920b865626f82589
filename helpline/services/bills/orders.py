"""What is due, and claiming a payment: the promise in our rows, before any gateway is asked."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, exists, select

from fraud.assess import assess, ruleset
from fraud.facts import Facts, History, MoneyRequest, as_line
from fraud.findings import Assessment as Assessed
from helpline import outbox
from helpline.db import db
from helpline.models import ServiceRequest
from helpline.services import protection
from helpline.services.bills.claiming import claim_payment
from helpline.services.bills.models import Assessment, Bill, BillAccount, Biller, Payment
from helpline.services.context import Context
from helpline.services.holds import keeping
from helpline.services.holds.models import Hold
from helpline.services.office import CALL_BACK
from helpline.services.requests import close, count, open_request
from voice.heard import Json, Result

SETTLE_AFTER = dt.timedelta(minutes=2)  # the call itself asks the gateway at once; the timer is for calls that died
REASONS = {"F022": "reason.biller_not_allowed", "F023": "reason.first_payment"}


def due(args: Json, context: Context) -> Result:
    """The unpaid bills of this caller, at one kind of biller if it was named."""
    bills = unpaid_bills(context.caller_id)
    if wanted := args.get("biller"):
        bills = [bill for bill in bills if wanted in (bill["kind"], bill["biller"])]
    if not bills:
        return Result("bills.due", "none")
    if len(bills) > 1:
        return Result("bills.due", "several", {"bills": bills})
    if not paid_before(context.caller_id, bills[0]["biller_id"]):
        return Result("bills.due", "new", {"biller": bills[0]["biller"], "bills": bills})
    return Result("bills.due", "one", {"bills": bills})


def claim(args: Json, context: Context) -> Result:
    """Promise the payment: rules first, then one row that only one call can write."""
    # Locked: the amount that is promised must still be the bill's when the promise is written.
    db.session.execute(select(Bill.id).where(Bill.id == args["bill_id"]).with_for_update())
    row = next((row for row in _unpaid(context.caller_id) if row.Bill.id == args["bill_id"]), None)
    if row is None or context.caller_id is None:
        return Result("bills.claim", "already_paid")
    if args.get("amount", agreed := money_data(row.Bill.amount, row.Bill.currency)) != agreed:
        return Result("bills.claim", "changed", {"bill": _bill_data(row)})  # the biller corrected it since it was read out
    guard = protection.guard_of(context.caller_id)
    if guard.frozen_at is not None:
        return Result("bills.claim", "frozen")
    facts = _facts(row, context)
    assessment = assess(facts, ruleset())
    db.session.add(
        Assessment(
            call_id=context.call_id,
            bill_id=row.Bill.id,
            outcome=assessment.outcome,
            score=assessment.score,
            findings=[asdict(finding) for finding in assessment.findings],
            shadow=[asdict(finding) for finding in assessment.shadow],
            facts=as_line(facts),
            version=assessment.version,
            at=context.now,
        )
    )
    if (hold := keeping.waiting_on(row.Bill.id)) is not None:
        keeping.asked_again(hold, assessment.findings, context)
        return _waits(hold, row, context)
    request = open_request("pay_bill", context, key=f"bill:{row.Bill.id}", bill_id=row.Bill.id, biller=row.Biller.name)
    if assessment.outcome != "allow" or context.level < 2 or guard.protected_at is not None:
        return _not_now(request, row, assessment, context, guard.protected_at is not None)
    payment = claim_payment(row.Bill, request, f"caller:{context.caller_id}", context.now, SETTLE_AFTER)
    if payment is None:
        close(request, context, "cancelled")
        return Result("bills.claim", "being_paid")
    return Result("bills.claim", "claimed", {"payment_id": payment.id})


def _not_now(request: ServiceRequest, row: Row[Any], assessment: Assessed, context: Context, protected: bool) -> Result:
    """Hold the payment, never the person: people decide, and the caller hears why and until when."""
    rules = [finding.id for finding in assessment.findings]
    otherwise = "reason.words" if assessment.outcome != "allow" else "reason.protection" if protected else "reason.check"
    key = next((REASONS[rule] for rule in rules if rule in REASONS), otherwise)
    reason = context.language.prompt(key, {}, context.now.date())
    return _waits(keeping.hold(request, row.Bill, assessment, reason, context), row, context)


def _waits(hold: Hold, row: Row[Any], context: Context) -> Result:
    status = "refused" if hold.outcome == "refuse" else "held"
    return Result("bills.claim", status, {"biller": row.Biller.name, **keeping.spoken(hold, context)})


def receipt_heard(args: Json, context: Context) -> Result:
    """The caller has heard the receipt: now it counts as a ServiceInstance, and no more when its text has gone out."""
    payment = db.session.get(Payment, args["payment_id"])
    if payment is None or payment.caller_id != context.caller_id or payment.status != "settled":
        return Result("bills.receipt_heard", "none")
    if outbox.withdraw_timers(receipt_subject(payment.id), context.now):
        count(db.session.get_one(ServiceRequest, payment.request_id), context.now)
    return Result("bills.receipt_heard", "ok")


def receipt_subject(payment_id: int) -> str:
    """What the text with a receipt, and the timer that waits for it, are about."""
    return f"receipt:{payment_id}"


def _unpaid(caller_id: int | None) -> list[Row[Any]]:
    query = (
        select(Bill, BillAccount, Biller)
        .join(BillAccount, Bill.account_id == BillAccount.id)
        .join(Biller, BillAccount.biller_id == Biller.id)
        .where(BillAccount.caller_id == caller_id, Bill.status == "due", Biller.allowed)
        .order_by(Bill.due_on, Bill.id)
    )
    return [*db.session.execute(query)]


def unpaid_bills(caller_id: int | None) -> list[dict[str, Any]]:
    """The bills of this caller that wait to be paid, the one that is due first coming first."""
    return [_bill_data(row) for row in _unpaid(caller_id)]


def _bill_data(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.Bill.id,
        "biller_id": row.Biller.id,
        "biller": row.Biller.name,
        "kind": row.Biller.kind,
        "amount": money_data(row.Bill.amount, row.Bill.currency),
        "due": row.Bill.due_on.isoformat(),
    }


def money_data(amount: Decimal, currency: str) -> dict[str, str]:
    """Money as JSON, the shape that prompts and the command line use."""
    return {"amount": f"{amount:.2f}", "currency": currency}


def paid_before(caller_id: int | None, biller_id: int) -> bool:
    """Whether this caller has ever paid this biller with us."""
    settled = (
        select(Payment.id)
        .join(Bill, Payment.bill_id == Bill.id)
        .join(BillAccount, Bill.account_id == BillAccount.id)
        .where(Payment.caller_id == caller_id, Payment.status == "settled", BillAccount.biller_id == biller_id)
    )
    return bool(db.session.scalar(select(exists(settled))))


def _told_before(context: Context) -> list[str]:
    """What this caller has told of a thief in another call a while ago: who is made to hang up and ring again is in the
    same hands. Once somebody of the office has closed the case, it counts no more."""
    cases = select(ServiceRequest.details["words"].as_string()).where(
        ServiceRequest.caller_id == context.caller_id,
        ServiceRequest.intent == "report_scam",
        ServiceRequest.call_id != context.call_id,
        ServiceRequest.closed_at.is_(None),
        ServiceRequest.created_at > context.now - CALL_BACK,
    )
    return [words for words in db.session.scalars(cases) if words]


def _facts(row: Row[Any], context: Context) -> Facts:
    settled = [
        payment.amount
        for payment in db.session.scalars(
            select(Payment)
            .join(Bill, Payment.bill_id == Bill.id)
            .where(
                Payment.caller_id == context.caller_id,
                Payment.status == "settled",
                Bill.account_id == row.BillAccount.id,
            )
        )
    ]
    return Facts(
        words=(*_told_before(context), *context.words),
        request=MoneyRequest(
            amount=row.Bill.amount,
            biller_allowed=row.Biller.allowed,
            paid_before=tuple(settled),
            bill_amount=row.Bill.amount,
        ),
        history=History(same_request_held=keeping.waiting_on(row.Bill.id) is not None),
    )
