"""Setting a hold, saying why and until when, and what happens when its clock has run out: never a payment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from fraud.findings import Assessment, Finding
from helpline import audit, events, outbox
from helpline.db import db
from helpline.models import Caller, ServiceRequest
from helpline.services.bills.models import Bill
from helpline.services.context import Context
from helpline.services.holds.clocks import clock_for
from helpline.services.holds.models import Hold
from helpline.settings import Settings


def hold(request: ServiceRequest, bill: Bill, assessment: Assessment, reason: str, context: Context) -> Hold:
    """Let the payment of this request wait. `reason` is in the caller's words. Where the clock cannot end before the bill
    is due, a person is told at once. Does not commit."""
    if request.caller_id is None:
        raise ValueError(f"request {request.id} is nobody's")
    outcome = "confirm" if assessment.outcome == "allow" else assessment.outcome
    clock = clock_for(outcome, bill.due_on, context.now, context.settings)
    waiting = Hold(
        request_id=request.id,
        bill_id=bill.id,
        caller_id=request.caller_id,
        amount=bill.amount,
        currency=bill.currency,
        outcome=outcome,
        findings=_as_data(assessment.findings),
        reason=reason,
        set_at=context.now,
        ends_at=clock.ends_at,
        safe_until=clock.safe_until,
    )
    db.session.add(waiting)
    db.session.flush()
    request.status = "held"
    rules = [finding.id for finding in assessment.findings]
    events.record("payment_held", f"hold:{waiting.id}", context.now, outcome=outcome, rules=rules)
    audit.write("helpline", "payment_held", f"hold:{waiting.id}", context.now, outcome=outcome, rules=rules)
    promise_end(waiting)
    if not clock.in_time:
        escalate(waiting, "due_soon", context.settings, context.now)
    return waiting


def waiting_on(bill_id: int) -> Hold | None:
    """The hold that keeps this bill from being paid, if there is one."""
    return db.session.scalar(select(Hold).where(Hold.bill_id == bill_id, Hold.status == "waiting"))


def locked(hold_id: int) -> Hold | None:
    """The hold as it is now, kept until the end of the transaction: two people never decide at the same moment."""
    row = select(Hold).where(Hold.id == hold_id).with_for_update()
    return db.session.scalar(row.execution_options(populate_existing=True))


def asked_again(hold: Hold, findings: Sequence[Finding], context: Context) -> None:
    """The same payment was asked for while it waits. That is written down; the clock goes on as it was."""
    rules = [finding.id for finding in findings]
    audit.write(f"caller:{context.caller_id}", "asked_again_while_held", f"hold:{hold.id}", context.now, rules=rules)


def spoken(hold: Hold, context: Context) -> dict[str, Any]:
    """Why it waits and, unless the rules refuse it, until when: as the prompts say it, on the caller's own clock."""
    if hold.outcome == "refuse":
        return {"reason": hold.reason}
    local = hold.ends_at.astimezone(context.now.tzinfo)
    return {
        "reason": hold.reason,
        "until": "hold.until" if hold.ends_at <= hold.safe_until else "hold.soon",
        "date": local.date().isoformat(),
        "time": local.time().isoformat("minutes"),
    }


def promise_end(hold: Hold) -> None:
    """The clock as a timer. An extended hold has a later one; the earlier one then finds nothing to do."""
    outbox.promise_timer("hold_due", f"hold:{hold.id}", hold.ends_at, key=hold.ends_at.astimezone(dt.UTC).isoformat())


def end_of_clock(hold_id: int, settings: Settings, now: dt.datetime) -> None:
    """The clock has run out: the office is told, and the caller is rung. Nothing is paid. Does not commit."""
    hold = locked(hold_id)
    if hold is None or hold.status != "waiting" or now < hold.ends_at:
        return
    events.record("hold_due", f"hold:{hold.id}", now)
    audit.write("helpline", "hold_due", f"hold:{hold.id}", now)
    escalate(hold, "due", settings, now)
    ring(hold, now)


def ring(hold: Hold, now: dt.datetime) -> None:
    """Promise our call to the number on file: with the questions that may release it, or, where the rules refuse the
    payment, only with the news that it still waits."""
    hold.version += 1
    if hold.outcome != "refuse":
        hold.call_back = "promised"
    caller = db.session.get_one(Caller, hold.caller_id)
    purpose = {"kind": "hold", "hold_id": hold.id, "caller_id": caller.id}
    outbox.promise_call(caller.phone, purpose, f"hold_call_back:{hold.id}:{hold.version}", now)


def escalate(hold: Hold, why: str, settings: Settings, now: dt.datetime) -> None:
    """A person has to look at once: on the office's page, and by a text where the office has a number."""
    events.record("hold_escalated", f"hold:{hold.id}", now, why=why)
    request = db.session.get_one(ServiceRequest, hold.request_id)
    if (staff := settings.telephony.staff_number) and not request.training:
        alert = f"A payment waits for a decision, reference {request.reference}. {WHY[why]}"
        outbox.promise_sms(staff, alert, f"hold_escalated:{hold.id}:{why}:{hold.version}", now)


WHY = {
    "due_soon": "The bill is due before the hold ends.",
    "due": "Its time is over. Nothing is paid until somebody decides.",
    "signal": "Something in our call to the caller was not as it should be.",
}


def _as_data(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    return [{"id": finding.id, "reason": finding.reason, "points": finding.points} for finding in findings]
