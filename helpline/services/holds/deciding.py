"""What people decide about a hold: ask for its release, release, refuse, extend, ring again.

Each answers with the name of what was done, or of why not; words for both stand with the pages. A refused attempt is in
the audit as well. Nothing here commits.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import or_, select

from helpline import audit, events
from helpline.db import db
from helpline.identity.callbacks import vouched_lately
from helpline.models import ServiceRequest
from helpline.services import protection
from helpline.services.bills.claiming import SETTLE_AFTER, claim_payment, left_of
from helpline.services.bills.models import Assessment, Bill, BillAccount, Biller, Payment
from helpline.services.holds import keeping, telling
from helpline.services.holds.clocks import longest
from helpline.services.holds.models import Hold
from helpline.services.requests import close_at
from helpline.settings import Settings

EXTENSION = dt.timedelta(hours=24)
ASKED_AGAIN = "F035"  # a caller who asks again has given no new reason for a doubt
DONE = {"asked", "released", "refused", "extended", "rung"}


@dataclass(frozen=True)
class Decider:
    """Somebody of the office who decides, on a page that showed the hold's `version`, with a written reason."""

    staff_id: int
    role: str
    version: int
    note: str


def ask_for_release(hold: Hold, by: Decider, now: dt.datetime, settings: Settings) -> str:
    """The first of two: wants it paid before the clock, or without a clear call. Another, a supervisor, confirms."""
    if by.staff_id in (hold.set_by, hold.extended_by):
        return "own_hold"
    if hold.asked_by is not None:
        return "asked_already"
    hold.asked_by = by.staff_id
    return "asked"


def release(hold: Hold, by: Decider, now: dt.datetime, settings: Settings) -> str:
    """Pay it, once: claimed here, settled by the clock with the payment's own key. Bill and caller are locked, so that
    neither a corrected amount nor a freeze comes in between."""
    _lock(hold)
    if problem := who_may_not(hold, by.staff_id, by.role, now) or what_is_in_the_way(hold):
        return problem
    request = db.session.get_one(ServiceRequest, hold.request_id)
    bill = db.session.get_one(Bill, hold.bill_id)
    if claim_payment(bill, hold.amount, request, f"staff:{by.staff_id}", now, settle_after=dt.timedelta(0)) is None:
        return "paid_otherwise"
    request.status = "open"
    _end(hold, "released", by, now)
    return "released"


def _lock(hold: Hold) -> None:
    db.session.execute(select(Bill.id).where(Bill.id == hold.bill_id).with_for_update())
    protection.guard_of(hold.caller_id)


def refuse(hold: Hold, by: Decider, now: dt.datetime, settings: Settings) -> str:
    """Not paid, and the caller is told. One person is enough: no money moves, and the bill can be asked for anew."""
    _end(hold, "refused", by, now)
    close_at(db.session.get_one(ServiceRequest, hold.request_id), now, "cancelled")
    telling.promise_news(hold, now)
    return "refused"


def extend(hold: Hold, by: Decider, now: dt.datetime, settings: Settings) -> str:
    """Once, by another than set it; never past the longest time, nor past the bill's last safe moment unless the caller
    has talked with us."""
    if by.staff_id == hold.set_by:
        return "own_hold"
    if hold.extended_by is not None:
        return "extended_already"
    ends_at = min(max(hold.ends_at, now) + EXTENSION, longest(hold.set_at, settings))
    if ends_at <= hold.ends_at:
        return "too_long"
    if ends_at > hold.safe_until and hold.call_back not in ("clear", "signal"):
        return "bill_due"
    hold.ends_at, hold.extended_by, hold.call_back = ends_at, by.staff_id, ""
    keeping.promise_end(hold)
    return "extended"


def ring_again(hold: Hold, by: Decider, now: dt.datetime, settings: Settings) -> str:
    """Ring the caller once more, after the clock."""
    if now < hold.ends_at:
        return "clock_runs"
    keeping.ring(hold, now, now)
    return "rung"


STEPS: dict[str, Callable[[Hold, Decider, dt.datetime, Settings], str]] = {
    "ask": ask_for_release,
    "release": release,
    "refuse": refuse,
    "extend": extend,
    "ring": ring_again,
}


def decide(hold_id: int, step: str, by: Decider, now: dt.datetime, settings: Settings) -> str:
    """Take one step about a hold, once, and write it into the audit with its reason; a refused attempt too.

    A form that is sent twice, or from a page on which the hold looked otherwise, changes nothing. Raises KeyError for an
    unknown step or hold.
    """
    hold = keeping.locked(hold_id)
    if hold is None:
        raise KeyError(hold_id)
    if hold.status != "waiting":
        came = "decided_already"
    elif by.version != hold.version:
        came = "changed_meanwhile"
    else:
        came = STEPS[step](hold, by, now, settings)
    actor, subject = f"staff:{by.staff_id}", f"hold:{hold.id}"
    if came in DONE:
        hold.version += 1
        events.record(f"hold_{came}", subject, now)
        audit.write(actor, f"hold_{came}", subject, now, note=by.note)
    else:
        audit.write(actor, "hold_step_refused", subject, now, step=step, why=came, note=by.note)
    return came


VERDICTS = ("false_alarm", "scam")


def judge(hold_id: int, verdict: str, by: Decider, now: dt.datetime) -> str:
    """What people found out about a decided hold, for the measuring of the rules: `judged`, or why not. It may be judged
    anew, and the audit keeps each. Raises KeyError for an unknown verdict or hold."""
    hold = keeping.locked(hold_id)
    if hold is None or verdict not in VERDICTS:
        raise KeyError(hold_id)
    if hold.status == "waiting":
        return "not_decided"
    if by.version != hold.version:
        return "changed_meanwhile"
    before, hold.verdict = hold.verdict, verdict
    hold.version += 1
    subject = f"hold:{hold.id}"
    events.record("hold_judged", subject, now, verdict=verdict)
    audit.write(f"staff:{by.staff_id}", f"hold_judged_{verdict}", subject, now, before=before, note=by.note)
    return "judged"


def who_may_not(hold: Hold, staff_id: int, role: str, now: dt.datetime) -> str:
    """Why this person may not release it now; "" when they may."""
    if staff_id in (hold.set_by, hold.extended_by, hold.asked_by):
        return "own_hold"
    if vouched_lately(staff_id, hold.caller_id, now):
        return "own_proof"
    if hold.asked_by is not None and role == "supervisor":
        return ""
    alone = _why_not_alone(hold, now)
    return "needs_supervisor" if alone and hold.asked_by is not None else alone


def _why_not_alone(hold: Hold, now: dt.datetime) -> str:
    if hold.outcome == "refuse":
        return "needs_two"
    if now < hold.ends_at:
        return "clock_runs"
    if hold.call_back != "clear":
        return "no_clear_call"
    return "new_signal" if new_signals(hold) else ""


def what_is_in_the_way(hold: Hold) -> str:
    """Why nobody may pay this now, whoever it is; "" when nothing is."""
    bill = db.session.get_one(Bill, hold.bill_id)
    account = db.session.get_one(BillAccount, bill.account_id)
    if bill.status != "due":
        return "paid_otherwise"
    if protection.is_frozen(hold.caller_id):
        return "frozen"
    if (left_of(bill), bill.currency) != (hold.bill_left, hold.currency):
        return "bill_changed"
    return "" if db.session.get_one(Biller, account.biller_id).allowed else "biller_not_allowed"


def new_signals(hold: Hold) -> tuple[str, ...]:
    """What has spoken against the payment since it was held, in words: rules that were silent then, and a scam that the caller
    reported since, or before and nobody has closed yet."""
    known = {finding["id"] for finding in hold.findings} | {ASKED_AGAIN}
    later = db.session.scalars(
        select(Assessment).where(Assessment.bill_id == hold.bill_id, Assessment.at > hold.set_at).order_by(Assessment.id)
    )
    found = [f for assessment in later for f in assessment.findings if f["points"] > 0 and f["id"] not in known]
    reported = db.session.scalar(
        select(ServiceRequest.id).where(
            ServiceRequest.caller_id == hold.caller_id,
            ServiceRequest.intent == "report_scam",
            or_(ServiceRequest.created_at >= hold.set_at, ServiceRequest.closed_at.is_(None)),
        )
    )
    scam = ("the caller has reported a scam",) if reported else ()
    return (*dict.fromkeys(finding["reason"] for finding in found), *scam)


def confirm(hold: Hold, now: dt.datetime) -> Payment | str:
    """Pay what our call has cleared, to be settled in that call; or why not. Locked as a release is."""
    _lock(hold)
    if problem := what_is_in_the_way(hold) or ("new_signal" if new_signals(hold) else ""):
        return problem
    request = db.session.get_one(ServiceRequest, hold.request_id)
    bill = db.session.get_one(Bill, hold.bill_id)
    payment = claim_payment(bill, hold.amount, request, f"caller:{hold.caller_id}", now, SETTLE_AFTER)
    if payment is None:
        return "paid_otherwise"
    request.status = "open"
    hold.status, hold.ended_at, hold.version = "confirmed", now, hold.version + 1
    events.record("hold_confirmed", f"hold:{hold.id}", now)
    audit.write(f"caller:{hold.caller_id}", "hold_confirmed", f"hold:{hold.id}", now)
    return payment


def stop(hold: Hold, now: dt.datetime) -> None:
    """The caller does not want it paid any more. Nobody has to agree to that."""
    hold.status, hold.ended_at, hold.version = "stopped", now, hold.version + 1
    close_at(db.session.get_one(ServiceRequest, hold.request_id), now, "cancelled")
    events.record("hold_stopped", f"hold:{hold.id}", now)
    audit.write(f"caller:{hold.caller_id}", "hold_stopped", f"hold:{hold.id}", now)


def _end(hold: Hold, status: str, by: Decider, now: dt.datetime) -> None:
    hold.status, hold.decided_by, hold.ended_at = status, by.staff_id, now
