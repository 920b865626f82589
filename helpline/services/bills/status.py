"""What is owed and what was paid: told, never changed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Row, select

from helpline.db import db
from helpline.models import ServiceRequest
from helpline.services.bills.models import Bill, BillAccount, Biller, Payment
from helpline.services.bills.orders import money_data, paid_before, unpaid_bills
from helpline.services.context import Context
from helpline.services.holds import keeping
from voice.heard import Json, Result
from voice.understanding.slots import longest_named


def status(args: Json, context: Context) -> Result:
    """What was asked for: a list of payments, whether something is paid, or what is owed, at one `biller` if it was named.

    `paid`: the latest `payment`. `listed`: `payments`, the latest first, in the days of `date` if they have begun.
    `being_paid`, `rings` (our call ends it), `held`: a `bill` whose payment is under way. `planned`: the only one is to be paid on a later day. `one`, `several`: `bills` that wait to be paid; `new` tells
    whether the caller never paid this biller. `none`: nothing waits. Of the last two, `payment` is the latest one or None.
    `asked` is "paid" or "due", `named` whether a biller was named.
    """
    asked = longest_named(args["words"], context.language, "bill_status") or "due"
    payments = [_payment_data(row, context) for row in _settled(context) if _is_of(row.Biller, args.get("biller"))]
    if asked == "list":
        return Result("bills.status", "listed", {"payments": _within(payments, args.get("date"), context.now.date())})
    bills = [bill for bill in unpaid_bills(context) if args.get("biller") in (None, bill["kind"], bill["biller"])]
    if len(bills) == 1 and bills[0]["planned"]:
        return Result("bills.status", "planned", bills[0]["planned"])
    if waiting := next(((bill, why) for bill in bills if (why := _under_way(bill["id"], context))), None):
        return Result("bills.status", waiting[1], {"bill": waiting[0]})
    data = {"asked": asked, "named": bool(args.get("biller")), "payment": payments[0] if payments else None}
    if not bills:
        return Result("bills.status", "paid" if asked == "paid" and payments else "none", data)
    new = not paid_before(context.caller_id, bills[0]["biller_id"])
    return Result("bills.status", "one" if len(bills) == 1 else "several", {**data, "bills": bills, "new": new})


def _is_of(biller: Biller, named: str | None) -> bool:
    return named in (None, biller.kind, biller.name)


def _settled(context: Context) -> list[Row[Any]]:
    query = (
        select(Payment, Biller, ServiceRequest.reference)
        .join(Bill, Payment.bill_id == Bill.id)
        .join(BillAccount, Bill.account_id == BillAccount.id)
        .join(Biller, BillAccount.biller_id == Biller.id)
        .join(ServiceRequest, Payment.request_id == ServiceRequest.id)
        .where(Payment.caller_id == context.caller_id, Payment.status == "settled")
        .order_by(Payment.ended_at.desc(), Payment.id.desc())
    )
    return [*db.session.execute(query)]


def _payment_data(row: Row[Any], context: Context) -> dict[str, Any]:
    return {
        "biller": row.Biller.name,
        "amount": money_data(row.Payment.amount, row.Payment.currency),
        "date": row.Payment.ended_at.astimezone(context.now.tzinfo).date().isoformat(),
        "receipt": row.reference,
    }


def _within(payments: list[dict[str, Any]], date: Any, today: dt.date) -> list[dict[str, Any]]:
    """Those of the days that were named. Days to come were not meant: "in October" is the one that is over."""
    first, last = (date.get("from"), date.get("to")) if isinstance(date, dict) else (date, date)
    if not first or first > today.isoformat():
        return payments
    return [payment for payment in payments if first <= payment["date"] <= (last or payment["date"])]


def _under_way(bill_id: int, context: Context) -> str:
    """`being_paid`, `rings` or `held`, where a payment of the bill was asked for and is neither done nor over; else ""."""
    claimed = select(Payment.id).where(Payment.bill_id == bill_id, Payment.status == "claimed")
    if db.session.scalar(claimed) is not None:
        return "being_paid"
    if (hold := keeping.waiting_on(bill_id)) is None:
        return ""
    return "rings" if keeping.ends_with_our_call(hold) else "held"
