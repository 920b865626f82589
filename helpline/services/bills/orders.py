"""What is due, and claiming a payment: the promise in our rows, before any gateway is asked."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, exists, select

from fraud.assess import assess, ruleset
from fraud.facts import as_line
from fraud.findings import Assessment as Assessed
from fraud.rules import ABOUT_WORDS
from helpline import outbox
from helpline.db import db
from helpline.models import ServiceRequest
from helpline.services import protection
from helpline.services.bills.claiming import SETTLE_AFTER, claim_payment, left_of
from helpline.services.bills.gathering import facts_of
from helpline.services.bills.models import Assessment, Bill, BillAccount, Biller, Payment, PlannedPayment
from helpline.services.context import Context
from helpline.services.holds import keeping
from helpline.services.holds.models import Hold
from helpline.services.requests import close, count, open_request
from voice.heard import Json, Result

LONGEST_OVERDUE = dt.timedelta(days=30)  # that an overdue bill may be put off once more
REASONS = {
    "F022": "reason.biller_not_allowed",
    "F023": "reason.first_payment",
    "F025": "reason.account_changed",
    "F026": "reason.more_than_usual",
    "F028": "reason.already_paid",
    "F029": "reason.not_due",
    "F030": "reason.over_limit",
    "F031": "reason.many",
    "F032": "reason.many",
    "F036": "reason.night",
    "F044": "reason.changed_lately",
    "F045": "reason.wrong_pin",
}  # what may be said aloud, to whoever is on the line. What else the rules have seen is said as `reason.check`


def due(args: Json, context: Context) -> Result:
    """The unpaid bills of this caller, at one kind of biller if it was named; `besides`: the bill that is not meant."""
    bills = unpaid_bills(context)
    if wanted := args.get("biller"):
        bills = [bill for bill in bills if wanted in (bill["kind"], bill["biller"])]
    bills = [bill for bill in bills if bill["id"] != args.get("besides")]
    if not bills:
        return Result("bills.due", "none")
    if len(bills) > 1:
        return Result("bills.due", "several", {"bills": bills})
    if not paid_before(context.caller_id, bills[0]["biller_id"]):
        return Result("bills.due", "new", {"biller": bills[0]["biller"], "bills": bills})
    return Result("bills.due", "one", {"bills": bills})


def claim(args: Json, context: Context) -> Result:
    """Promise the payment: rules first, then one row that only one call can write.

    `amount` is what was read out as left of the bill, `part` how much of that is to be paid, all of it where none is given.
    """
    asked = asked_for(args, context)
    if isinstance(asked, Result):
        return asked
    row, part = asked
    if (planned := plan_for(row.Bill.id)) is not None:
        return Result("bills.claim", "planned_already", plan_data(planned, row.Biller))
    hold = keeping.waiting_on(row.Bill.id)
    assessment = assessed(row, part, context, held=hold is not None)
    if hold is not None:
        keeping.asked_again(hold, assessment.findings, context)
        return waits(hold, row, context)
    request = open_payment_request(row, context)
    if must_wait(assessment, context):
        return not_now(request, row, part, assessment, context)
    payment = claim_payment(row.Bill, part, request, f"caller:{context.caller_id}", context.now, SETTLE_AFTER)
    if payment is None:
        close(request, context, "cancelled")
        return Result("bills.claim", "being_paid")
    return Result("bills.claim", "claimed", {"payment_id": payment.id})


def asked_for(args: Json, context: Context) -> tuple[Row[Any], Decimal] | Result:
    """The bill that is to be paid, locked until the end of the transaction, and how much of it; or why not."""
    # Locked: the amount that is promised must still be the bill's when the promise is written.
    db.session.execute(select(Bill.id).where(Bill.id == args["bill_id"]).with_for_update())
    row = unpaid_row(args["bill_id"], context.caller_id)
    if row is None or context.caller_id is None:
        return Result("bills.claim", "already_paid")
    left = left_of(row.Bill)
    part = Decimal(args["part"]["amount"]) if args.get("part") else left
    if args.get("amount", agreed := money_data(left, row.Bill.currency)) != agreed or not 0 < part <= left:
        return Result("bills.claim", "changed", {"bill": _bill_data(row, context)})  # paid or corrected since it was read out
    if protection.guard_of(context.caller_id).frozen_at is not None:
        return Result("bills.claim", "frozen")
    return row, part


def open_payment_request(row: Row[Any], context: Context) -> ServiceRequest:
    """Of this turn: the same call may pay another part of the same bill."""
    key = f"bill:{row.Bill.id}:{context.turn}"
    return open_request("pay_bill", context, key=key, bill_id=row.Bill.id, biller=row.Biller.name)


def must_wait(assessment: Assessed, context: Context) -> bool:
    """Whether people, or our call, come before this payment."""
    return assessment.outcome != "allow" or context.level < 2 or _is_protected(context)


def _is_protected(context: Context) -> bool:
    return context.caller_id is not None and protection.guard_of(context.caller_id).protected_at is not None


def not_now(request: ServiceRequest, row: Row[Any], part: Decimal, assessment: Assessed, context: Context) -> Result:
    """Hold the payment, never the person: people decide, and the caller hears why and until when."""
    reason = context.language.prompt(_reason(assessment, context), {}, context.now.date())
    return waits(keeping.hold(request, row.Bill, part, assessment, reason, context), row, context)


def _reason(assessment: Assessed, context: Context) -> str:
    """The key of what is said: of what speaks against the payment, the weightiest that may be said."""
    against = [finding for finding in assessment.findings if finding.points > 0 and finding.subject == "payment"]
    for finding in sorted(against, key=lambda finding: -finding.points):
        if finding.id in REASONS:
            return REASONS[finding.id]
    if any(finding.id in ABOUT_WORDS for finding in against):
        return "reason.words"
    return "reason.protection" if assessment.outcome == "allow" and _is_protected(context) else "reason.check"


def waits(hold: Hold, row: Row[Any], context: Context) -> Result:
    """`rings`: our call will end it; `missed`: it was made and not answered; else people decide: `refused` or `held`."""
    told = {"biller": row.Biller.name, **keeping.spoken(hold, context)}
    if keeping.ends_with_our_call(hold) and hold.ends_at > context.now:
        return Result("bills.claim", "rings", told)
    if missed := keeping.missed(hold.caller_id, context.now):
        return Result("bills.claim", "missed", missed)
    return Result("bills.claim", "refused" if hold.outcome == "refuse" else "held", told)


def assess_again(bill_id: int, amount: Decimal, context: Context) -> None:
    """What the rules say of a payment that our call is about to end: written down, so that a new signal is seen."""
    row = unpaid_row(bill_id, context.caller_id)
    if row is not None:
        assessed(row, amount, context, held=False)
        db.session.flush()


def assessed(row: Row[Any], amount: Decimal, context: Context, held: bool) -> Assessed:
    """What the rules say of paying so much of this bill now, written down. `held`: the same payment waits already."""
    facts = facts_of(row, amount, context, held)
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
    return assessment


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
        .execution_options(populate_existing=True)
    )
    return [*db.session.execute(query)]


def unpaid_row(bill_id: int, caller_id: int | None) -> Row[Any] | None:
    """One bill of this caller that waits to be paid, with its account and biller."""
    return next((row for row in _unpaid(caller_id) if row.Bill.id == bill_id), None)


def unpaid_bills(context: Context) -> list[dict[str, Any]]:
    """The bills of this caller that wait to be paid, the one that is due first coming first."""
    return [_bill_data(row, context) for row in _unpaid(context.caller_id)]


def plan_for(bill_id: int) -> PlannedPayment | None:
    """The payment of this bill that is planned for a later day, if there is one."""
    where = (PlannedPayment.bill_id == bill_id, PlannedPayment.status == "waiting")
    return db.session.scalar(select(PlannedPayment).where(*where))


def plan_data(plan: PlannedPayment, biller: Biller) -> dict[str, Any]:
    """A planned payment as it is told."""
    return {"biller": biller.name, "amount": money_data(plan.amount, plan.currency), "date": plan.pay_on.isoformat()}


def last_day(due_on: dt.date, today: dt.date) -> dt.date:
    """Until when a payment may be put off: the day on which the bill is due; for one that is overdue, a while."""
    return due_on if due_on >= today else today + LONGEST_OVERDUE


def _bill_data(row: Row[Any], context: Context) -> dict[str, Any]:
    """`amount` is what is left of the bill, `paid` what is not, None where it is nothing; `planned` what waits for its day.
    `today` and `last_day` are the days on which it can be paid."""
    plan, today = plan_for(row.Bill.id), context.now.date()
    return {
        "paid": money_data(row.Bill.paid, row.Bill.currency) if row.Bill.paid else None,
        "planned": plan_data(plan, row.Biller) if plan is not None else None,
        "today": today.isoformat(),
        "last_day": last_day(row.Bill.due_on, today).isoformat(),
        "id": row.Bill.id,
        "biller_id": row.Biller.id,
        "biller": row.Biller.name,
        "kind": row.Biller.kind,
        "amount": money_data(left_of(row.Bill), row.Bill.currency),
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
