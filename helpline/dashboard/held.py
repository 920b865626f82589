"""What the pages show of held payments: why, until when, who has done what, and what somebody may do now. Only reads."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, func, select

from helpline.audit import AuditEntry
from helpline.dashboard.words import ACTORS, CALL_BACKS, HOLD_ACTIONS, HOLD_STATES, OUTCOMES, VERDICTS, word_for
from helpline.db import db
from helpline.models import Caller, ServiceRequest
from helpline.services.bills.models import Bill, BillAccount, Biller, PlannedPayment
from helpline.services.holds import deciding
from helpline.services.holds.models import Hold
from helpline.staff.models import Staff

MOST_ROWS = 50
MAY_DECIDE = ("coordinator", "supervisor")
_REAL = ServiceRequest.training.is_(False)  # one of a training call is shown to whoever has its address, and in no list


@dataclass(frozen=True)
class Held:
    """A payment that waits, or waited, with every reason that the rules gave."""

    id: int
    reference: str
    name: str
    number: str
    biller: str
    amount: Decimal
    currency: str
    due_on: dt.date
    since: dt.datetime
    ends_at: dt.datetime
    over: bool  # its clock
    due_first: bool  # a payment after the clock may come too late for the bill
    outcome: str
    reasons: tuple[str, ...]
    status: str
    asked: bool

    @property
    def urgent(self) -> bool:
        return self.status == "waiting" and (self.over or self.due_first)


@dataclass(frozen=True)
class Past:
    """One thing that was done about it."""

    at: dt.datetime
    who: str
    what: str
    note: str


@dataclass(frozen=True)
class Steps:
    """What one person may do: names of steps in the order shown, and why they may not pay it, "" where they may."""

    allowed: tuple[str, ...]
    why_not_paid: str


@dataclass(frozen=True)
class HoldPage:
    held: Held
    state: str
    rules_say: str
    told: str
    call_back: str
    signals: tuple[str, ...]
    version: int
    history: tuple[Past, ...]
    steps: Steps
    verdict: str
    may_judge: bool


def waiting_holds(now: dt.datetime) -> tuple[Held, ...]:
    """Those whose time is over or whose bill is due first, then by the end of their clock."""
    rows = db.session.execute(_holds().where(Hold.status == "waiting", _REAL).order_by(Hold.ends_at, Hold.id).limit(MOST_ROWS))
    return tuple(sorted((_held(row, now) for row in rows), key=lambda held: not held.urgent))


def decided_holds(now: dt.datetime) -> tuple[Held, ...]:
    """The newest first."""
    rows = db.session.execute(_holds().where(Hold.status != "waiting", _REAL).order_by(Hold.ended_at.desc()).limit(MOST_ROWS))
    return tuple(_held(row, now) for row in rows)


@dataclass(frozen=True)
class Planned:
    """A payment that waits for its day."""

    name: str
    number: str
    biller: str
    amount: Decimal
    currency: str
    pay_on: dt.date
    due_on: dt.date
    reference: str


def planned_payments() -> tuple[Planned, ...]:
    """Those that wait for their day, the next one first."""
    rows = db.session.execute(
        select(PlannedPayment, ServiceRequest.reference, Caller, Bill.due_on, Biller.name)
        .join(ServiceRequest, PlannedPayment.request_id == ServiceRequest.id)
        .join(Caller, PlannedPayment.caller_id == Caller.id)
        .join(Bill, PlannedPayment.bill_id == Bill.id)
        .join(BillAccount, Bill.account_id == BillAccount.id)
        .join(Biller, BillAccount.biller_id == Biller.id)
        .where(PlannedPayment.status == "waiting", _REAL)
        .order_by(PlannedPayment.pay_on, PlannedPayment.id)
        .limit(MOST_ROWS)
    )
    return tuple(
        Planned(caller.full_name, caller.phone, biller, plan.amount, plan.currency, plan.pay_on, due_on, reference)
        for plan, reference, caller, due_on, biller in rows
    )


def waiting_in_all() -> int:
    holds = select(func.count(Hold.id)).join(ServiceRequest, Hold.request_id == ServiceRequest.id)
    return db.session.scalar(holds.where(Hold.status == "waiting", _REAL)) or 0


def hold_page(hold_id: int, staff: Staff, now: dt.datetime) -> HoldPage | None:
    """One hold with its history, and what `staff` may do about it."""
    row = db.session.execute(_holds().where(Hold.id == hold_id)).first()
    if row is None:
        return None
    hold: Hold = row.Hold
    return HoldPage(
        held=_held(row, now),
        state=word_for(HOLD_STATES, hold.status),
        rules_say=word_for(OUTCOMES, hold.outcome),
        told=hold.reason,
        call_back=CALL_BACKS[hold.call_back],
        signals=deciding.new_signals(hold),
        version=hold.version,
        history=_history(hold),
        steps=_steps(hold, staff, now),
        verdict=VERDICTS.get(hold.verdict, ""),
        may_judge=hold.status != "waiting" and staff.role in MAY_DECIDE,
    )


def _holds() -> Any:
    return (
        select(Hold, ServiceRequest, Caller, Bill, Biller)
        .join(ServiceRequest, Hold.request_id == ServiceRequest.id)
        .join(Caller, Hold.caller_id == Caller.id)
        .join(Bill, Hold.bill_id == Bill.id)
        .join(BillAccount, Bill.account_id == BillAccount.id)
        .join(Biller, BillAccount.biller_id == Biller.id)
    )


def _held(row: Row[Any], now: dt.datetime) -> Held:
    hold: Hold = row.Hold
    return Held(
        id=hold.id,
        reference=row.ServiceRequest.reference,
        name=row.Caller.full_name,
        number=row.Caller.phone,
        biller=row.Biller.name,
        amount=hold.amount,
        currency=hold.currency,
        due_on=row.Bill.due_on,
        since=hold.set_at,
        ends_at=hold.ends_at,
        over=now >= hold.ends_at,
        due_first=hold.safe_until < hold.ends_at,
        outcome=hold.outcome,
        reasons=tuple(_reason(finding) for finding in hold.findings),
        status=hold.status,
        asked=hold.asked_by is not None,
    )


def _reason(finding: dict[str, Any]) -> str:
    return f"{finding['reason']} (this speaks for it)" if finding["points"] < 0 else str(finding["reason"])


def _steps(hold: Hold, staff: Staff, now: dt.datetime) -> Steps:
    if hold.status != "waiting" or staff.role not in MAY_DECIDE:
        return Steps((), "")
    why_not = deciding.who_may_not(hold, staff.id, staff.role, now) or deciding.what_is_in_the_way(hold)
    own = staff.id in (hold.set_by, hold.extended_by)
    may = {
        "release": not why_not,
        "ask": bool(why_not) and hold.asked_by is None and not own and not deciding.what_is_in_the_way(hold),
        "ring": now >= hold.ends_at,
        "extend": hold.extended_by is None and staff.id != hold.set_by,
        "refuse": True,
    }
    return Steps(tuple(step for step, allowed in may.items() if allowed), why_not)


def _history(hold: Hold) -> tuple[Past, ...]:
    entries = db.session.scalars(
        select(AuditEntry).where(AuditEntry.subject == f"hold:{hold.id}").order_by(AuditEntry.id)
    ).all()
    return tuple(
        Past(entry.at, who(entry.actor), word_for(HOLD_ACTIONS, entry.action), str(entry.data.get("note", "")))
        for entry in entries
    )


def who(actor: str) -> str:
    """Who did it, by name: an AuditEntry's `actor`, such as "staff:3"."""
    kind, _, number = actor.partition(":")
    if kind == "staff" and number.isdigit():
        staff = db.session.get(Staff, int(number))
        return f"{staff.name}, {staff.role}" if staff else actor
    return word_for(ACTORS, kind)
