"""Bills that fall due while a caller's payments are stopped: a person rings the caller in time, so that a stop cuts nobody off.

Anybody may stop payments, from any telephone and without a PIN, and may mean harm by it. The clock therefore looks at what
a caller owes when their payments are stopped, and once on every day after that for as long as they are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select

from helpline import audit, events, outbox
from helpline.db import db
from helpline.models import Caller, ServiceRequest
from helpline.services.bills.models import Bill, BillAccount, Biller, Payment
from helpline.services.holds.clocks import TIME_TO_DECIDE, safe_until
from helpline.services.protection import STOPPED, PaymentGuard, asked_to_ring, watch
from helpline.services.requests import close_at, open_alone
from helpline.settings import Settings
from helpline.staff.hours import OfficeHours, office_hours

A_DAY = dt.timedelta(days=1)
ABOUT = "stopped_bill_due"
ALERT = "A caller's payments are stopped, and a bill of theirs must be paid soon: ring the number on file. Reference {}."


def watch_all(now: dt.datetime) -> None:
    """As the clock begins: of each stop that nobody looks at yet, because it is older than this clock. Does not commit."""
    stops = select(PaymentGuard).join(Caller, PaymentGuard.caller_id == Caller.id)
    for guard in db.session.scalars(stops.where(PaymentGuard.frozen_at.is_not(None), Caller.training.is_(False))):
        watch(guard, now)


def look(caller_id: int, settings: Settings, now: dt.datetime) -> None:
    """Tell the office of each bill that is due before the next look, once for each stop; close what was told where the bills
    have been paid; and look again on the next day, unless payments are allowed by now. Does not commit."""
    guard = db.session.get(PaymentGuard, caller_id)
    if guard is None or guard.frozen_at is None:
        return
    hours = office_hours(settings)
    again = hours.next_open(now + A_DAY)
    asked = [request for request in asked_to_ring(caller_id) if request.created_at >= guard.frozen_at]
    _close_paid(asked, now)
    told = {bill_id for request in asked for bill_id in request.details["bills"]}
    if due := [row for row in _due(caller_id, again, settings, hours) if row.Bill.id not in told]:
        _tell(caller_id, due, settings, now)
    outbox.promise_timer(STOPPED, f"caller:{caller_id}", again, key=f"{guard.frozen_at.isoformat()}:{again.date()}")


def _due(caller_id: int, again: dt.datetime, settings: Settings, hours: OfficeHours) -> Iterator[Any]:
    """The unpaid bills about which it would be too late at the next look; not those whose payment had begun before the stop."""
    under_way = select(Payment.bill_id).where(Payment.caller_id == caller_id, Payment.status == "claimed")
    query = (
        select(Bill, Biller)
        .join(BillAccount, Bill.account_id == BillAccount.id)
        .join(Biller, BillAccount.biller_id == Biller.id)
        .where(BillAccount.caller_id == caller_id, Bill.status == "due", Bill.id.not_in(under_way))
        .order_by(Bill.due_on, Bill.id)
    )
    for row in db.session.execute(query):
        if hours.last_open(safe_until(row.Bill.due_on, settings, hours), TIME_TO_DECIDE) < again:
            yield row


def _close_paid(asked: Sequence[ServiceRequest], now: dt.datetime) -> None:
    """Nobody has to ring about bills that are all paid by now."""
    for request in asked:
        due = select(Bill.id).where(Bill.id.in_(request.details["bills"]), Bill.status == "due").limit(1)
        if db.session.scalar(due) is None:
            close_at(request, now, "done")


def _tell(caller_id: int, due: Sequence[Any], settings: Settings, now: dt.datetime) -> None:
    words = "\n".join(
        f"{row.Biller.name}: {row.Bill.currency} {row.Bill.amount - row.Bill.paid:.2f}, due {row.Bill.due_on}" for row in due
    )
    bills = [row.Bill.id for row in due]
    key = f"{STOPPED}:{caller_id}:{now.isoformat()}"
    request = open_alone(key, "freeze_payments", caller_id, now, about=ABOUT, words=words, bills=bills)
    events.record("due_while_stopped", f"caller:{caller_id}", now, bills=bills)
    audit.write("helpline", "due_while_stopped", f"caller:{caller_id}", now, bills=bills)
    if staff := settings.telephony.staff_number:
        outbox.promise_sms(staff, ALERT.format(request.reference), key, now)
