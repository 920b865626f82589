"""What our own rows know about a payment that is asked for: the facts that the fraud rules look at.

Each fact is None where no row tells. Every question is about one caller, by an index, and most look back a bounded time.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from statistics import median
from typing import Any

from sqlalchemy import Row, Select, func, select

from fraud.facts import Facts, History, Identity, Line, MoneyRequest, Others
from helpline.db import db
from helpline.identity.callbacks import CallBack, days_since_number_changed
from helpline.identity.pins import DAY, WRONG_PER_CALL, PinAttempt, PinState
from helpline.models import Caller, ServiceRequest
from helpline.services.bills.claiming import left_of
from helpline.services.bills.models import Bill, BillAccount, Payment, Refund
from helpline.services.contacts.keeping import days_since_change
from helpline.services.context import Context
from helpline.services.office import CALL_BACK
from helpline.services.scamwords import read_words

WEEK = dt.timedelta(days=7)
MONTH = 30  # days, near enough to say whether a day is the usual one
FEWEST_BILLS, MOST_BILLS = 20, 200  # of a biller, the newest ones, that tell what it usually asks
SELDOM, ABOVE = 0.95, Decimal("1.5")  # so many are below, and so much more is still nothing unusual: as for a caller's own
FEW = 3  # payments, before which nobody has a usual day


def facts_of(row: Row[Any], amount: Decimal, context: Context, held: bool) -> Facts:
    """All that is known of paying so much of this bill now. `held`: the same payment waits already."""
    caller = db.session.get_one(Caller, row.BillAccount.caller_id)
    words = (*_told_before(context), *context.words)
    return Facts(
        words=words,
        read=read_words(words),
        request=_request(row, amount, context),
        history=_history(row, context, held),
        others=_others(caller),
        line=Line(withheld=not context.number),
        identity=_identity(caller, context),
    )


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


# --- the payment


def _request(row: Row[Any], amount: Decimal, context: Context) -> MoneyRequest:
    bill, today = row.Bill, context.now.date()
    settled = db.session.execute(_settled(context).where(Bill.account_id == row.BillAccount.id)).all()
    return MoneyRequest(
        amount=amount,
        biller_allowed=row.Biller.allowed,
        paid_before=tuple(paid.amount for paid in settled),
        bill_amount=left_of(bill),
        bill_issued=bill.issued_on <= today,
        due_in_days=(bill.due_on - today).days,
        already_paid_on=_twin_paid_on(bill, context),
        local_hour=context.now.hour,
        usual_day_off=_usual_day_off([_local(paid.ended_at, context) for paid in settled if paid.ended_at], today),
        largest_usual=_largest_usual(row),
    )


def _largest_usual(row: Row[Any]) -> Decimal | None:
    """What this biller's other bills seldom pass: a slipped decimal point shows even where this caller has paid little yet."""
    others = select(Bill.amount).join(BillAccount, Bill.account_id == BillAccount.id)
    others = others.where(BillAccount.biller_id == row.Biller.id, Bill.id != row.Bill.id, Bill.currency == row.Bill.currency)
    amounts = sorted(db.session.scalars(others.order_by(Bill.id.desc()).limit(MOST_BILLS)))
    if len(amounts) < FEWEST_BILLS:
        return None
    return amounts[int(len(amounts) * SELDOM)] * ABOVE


def _settled(context: Context) -> Select[Decimal, dt.datetime | None]:
    """The payments of this caller that went through."""
    return (
        select(Payment.amount, Payment.ended_at)
        .join(Bill, Payment.bill_id == Bill.id)
        .where(Payment.caller_id == context.caller_id, Payment.status == "settled")
    )


def _twin_paid_on(bill: Bill, context: Context) -> str | None:
    """When a bill like this one was paid: of the same account, due on the same day, over the same amount. A payment that
    was given back does not count."""
    given_back = select(Refund.payment_id).where(Refund.status == "settled")
    twins = _settled(context).where(
        Bill.account_id == bill.account_id,
        Bill.id != bill.id,
        Bill.due_on == bill.due_on,
        Bill.amount == bill.amount,
        Payment.id.not_in(given_back),
    )
    twin = db.session.execute(twins.order_by(Payment.ended_at.desc()).limit(1)).first()
    return _local(twin.ended_at, context).isoformat() if twin is not None and twin.ended_at else None


def _usual_day_off(paid_on: list[dt.date], today: dt.date) -> int | None:
    """How far today is from the day of the month on which this account is mostly paid; the 31st and the 1st are neighbours."""
    if len(paid_on) < FEW:
        return None
    apart = (abs(day.day - today.day) for day in paid_on)
    return round(median(min(days, abs(MONTH - days)) for days in apart))


def _local(at: dt.datetime, context: Context) -> dt.date:
    return at.astimezone(context.now.tzinfo).date()


# --- what else this caller asked for


def _history(row: Row[Any], context: Context, held: bool) -> History:
    last = db.session.scalar(
        select(func.max(Payment.ended_at)).where(Payment.caller_id == context.caller_id, Payment.status == "settled")
    )
    return History(
        same_request_held=held,
        asked_today=_calls_that_asked(context),
        new_payees_week=_new_payees(row.Biller.id, context),
        quiet_days=(context.now - last).days if last is not None else None,
    )


def _calls_that_asked(context: Context) -> int:
    """In how many calls of the last day, this one included, a payment was asked for: to pay all one's bills in one call is
    what the line is for, and parts of a bill are one wish."""
    asked = db.session.scalars(
        select(ServiceRequest.call_id)
        .where(ServiceRequest.caller_id == context.caller_id, ServiceRequest.created_at > context.now - DAY)
        .where(ServiceRequest.intent == "pay_bill", ServiceRequest.status != "cancelled")
        .distinct()
    )
    return len({*asked, context.call_id})


def _new_payees(biller_id: int, context: Context) -> int | None:
    """How many companies became this caller's within a week, this one included. None for who has just come to us: all
    their companies are new."""
    since = context.now - WEEK
    firsts = (
        select(BillAccount.biller_id, func.min(Payment.claimed_at))
        .select_from(Payment)
        .join(Bill, Payment.bill_id == Bill.id)
        .join(BillAccount, Bill.account_id == BillAccount.id)
        .where(Payment.caller_id == context.caller_id, Payment.status.in_(("claimed", "settled")))
        .group_by(BillAccount.biller_id)
    )
    first_paid: dict[int, dt.datetime] = dict(db.session.execute(firsts).all())
    if all(first > since for first in first_paid.values()):
        return None
    return len({biller for biller, first in first_paid.items() if first > since} | ({biller_id} - first_paid.keys()))


# --- other callers


def _others(caller: Caller) -> Others:
    """Who else has this telephone number on file, and whether they seem to live in the same house."""
    behind = db.session.scalars(
        select(Caller.address).where(Caller.phone == caller.phone, Caller.training.is_(caller.training))
    ).all()
    return Others(accounts_on_number=len(behind), shared_home=_one_house([*behind]))


def _one_house(addresses: list[str]) -> bool | None:
    """Numbers are left out: the rooms of a care home differ in nothing else. None where an address is missing."""
    houses = {" ".join(re.findall(r"[^\W\d_]+", address.casefold())) for address in addresses}
    return None if "" in houses else len(houses) == 1


# --- who is on the line


def _identity(caller: Caller, context: Context) -> Identity:
    proved = db.session.scalar(
        select(func.max(CallBack.answered_at)).where(CallBack.caller_id == caller.id, CallBack.status == "answered")
    )
    return Identity(
        pin_failures_call=_failures(caller, proved, PinAttempt.call_id == context.call_id),
        pin_failures_day=_failures(caller, proved, PinAttempt.at > context.now - DAY),
        sure_after_failures=_sure_after_failures(caller, proved, context.now),
        phone_changed_days=days_since_number_changed(caller.id, context.now),
        contact_changed_days=days_since_change(caller.id, context.now),
    )


def _sure_after_failures(caller: Caller, proved: dt.datetime | None, now: dt.datetime) -> bool:
    """Whether the PIN was right of late, and wrong as often as a call allows in the day before that."""
    right_at = db.session.scalar(select(PinState.right_at).where(PinState.caller_id == caller.id))
    if right_at is None or right_at <= now - DAY:
        return False
    return _failures(caller, proved, PinAttempt.at > right_at - DAY, PinAttempt.at <= right_at) >= WRONG_PER_CALL


def _failures(caller: Caller, proved: dt.datetime | None, *where: Any) -> int:
    """Wrong PINs; what came before our call proved the caller says nothing any more."""
    since = (PinAttempt.at > proved,) if proved is not None else ()
    count = select(func.count()).select_from(PinAttempt).where(PinAttempt.caller_id == caller.id, *since, *where)
    return db.session.scalar(count) or 0
