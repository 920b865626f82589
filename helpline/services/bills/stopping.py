"""A caller who does not want a payment to go: what waits is stopped, what has gone is told."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Row, select

from helpline.db import db
from helpline.services.bills import planning
from helpline.services.bills.models import Bill, BillAccount, Biller, Payment, PlannedPayment
from helpline.services.bills.orders import money_data
from helpline.services.context import Context
from helpline.services.holds import deciding, keeping
from helpline.services.holds.models import Hold
from voice.heard import Json, Result

LATELY = dt.timedelta(days=14)  # a payment before that is not what somebody means who wants one stopped


def stoppable(args: Json, context: Context) -> Result:
    """What the caller may mean, at one `biller` if it was named.

    `waits`: payments that are held, or planned for a later day, as `waiting`, each with its `hold_id` or `plan_id`. `under_way`: the gateway is being asked now.
    `gone`: the last one that was paid lately. `none`: nothing of these.
    """
    held = _at(args, select(Hold, Bill, Biller).join(Bill, Hold.bill_id == Bill.id))
    waiting = held.where(Hold.caller_id == context.caller_id, Hold.status == "waiting").order_by(Hold.id)
    planned = _at(args, select(PlannedPayment, Bill, Biller).join(Bill, PlannedPayment.bill_id == Bill.id))
    later = planned.where(PlannedPayment.caller_id == context.caller_id, PlannedPayment.status == "waiting")
    each = [
        *({**_spoken(row, row.Hold), "kind": row.Biller.kind, "hold_id": row.Hold.id} for row in db.session.execute(waiting)),
        *(
            {**_spoken(row, row.PlannedPayment), "kind": row.Biller.kind, "plan_id": row.PlannedPayment.id}
            for row in db.session.execute(later.order_by(PlannedPayment.pay_on))
        ),
    ]
    if each:
        return Result("payments.stoppable", "waits", {"waiting": each})
    payments = _at(args, select(Payment, Bill, Biller).join(Bill, Payment.bill_id == Bill.id))
    mine = payments.where(Payment.caller_id == context.caller_id).order_by(Payment.id.desc())
    if row := db.session.execute(mine.where(Payment.status == "claimed")).first():
        return Result("payments.stoppable", "under_way", _spoken(row, row.Payment))
    paid = mine.where(Payment.status == "settled", Payment.ended_at >= context.now - LATELY)
    if row := db.session.execute(paid).first():
        day = row.Payment.ended_at.astimezone(context.now.tzinfo).date()
        return Result("payments.stoppable", "gone", {**_spoken(row, row.Payment), "date": day.isoformat()})
    return Result("payments.stoppable", "none")


def stop(args: Json, context: Context) -> Result:
    """Stop a payment that waits, once. `gone` where somebody has decided it meanwhile, or where it is another's."""
    if args.get("plan_id"):
        return Result("payments.stop", "ok" if planning.stop(args["plan_id"], context) else "gone")
    hold = keeping.locked(args["hold_id"])
    if hold is None or hold.caller_id != context.caller_id or hold.status != "waiting":
        return Result("payments.stop", "gone")
    deciding.stop(hold, context.now)
    return Result("payments.stop", "ok")


def _at(args: Json, query: Any) -> Any:
    """A query of bills, narrowed to the biller that was named."""
    query = query.join(BillAccount, Bill.account_id == BillAccount.id).join(Biller, BillAccount.biller_id == Biller.id)
    wanted = args.get("biller")
    return query.where((Biller.kind == wanted) | (Biller.name == wanted)) if wanted else query


def _spoken(row: Row[Any], what: Hold | Payment | PlannedPayment) -> dict[str, Any]:
    return {"biller": row.Biller.name, "amount": money_data(what.amount, what.currency)}


ORDERS = {"payments.stoppable": stoppable, "payments.stop": stop}
