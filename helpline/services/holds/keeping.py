"""Setting a hold, saying why and until when, and what happens when its clock has run out: never a payment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select

from fraud.findings import Assessment, Finding
from helpline import audit, events, outbox
from helpline.db import db
from helpline.models import Caller, ServiceRequest
from helpline.outbox import Delivery
from helpline.services.bills.claiming import left_of
from helpline.services.bills.models import Bill, BillAccount, Biller
from helpline.services.contacts.telling import tell_contact
from helpline.services.context import Context
from helpline.services.holds.clocks import TIME_TO_DECIDE, clock_for
from helpline.services.holds.models import Hold
from helpline.settings import Settings
from helpline.staff.hours import OfficeHours, office_hours

FIRST_PAYMENT = "F023"
OUR_CALL_ASKS = {FIRST_PAYMENT, "F027", "F029", "F038"}  # a round amount and a due day far off say little of a bill that the
# biller has issued; a withheld number says nothing any more once we have rung the one on file
ANSWER_WITHIN = dt.timedelta(hours=2)  # of our ringing; then the office looks
FREE_THE_LINE = dt.timedelta(minutes=2)  # before we ring somebody who is still on the telephone with us
MOST_ROUNDS = 3  # of ringing for one payment, each of as many attempts as any call of ours has


def hold(request: ServiceRequest, bill: Bill, amount: Decimal, assessment: Assessment, reason: str, context: Context) -> Hold:
    """Let the payment of this request, of so much of the bill, wait. `reason` is in the caller's words. Where the clock cannot end before the bill
    is due, a person is told at once. Does not commit."""
    if request.caller_id is None:
        raise ValueError(f"request {request.id} is nobody's")
    outcome = "confirm" if assessment.outcome == "allow" else assessment.outcome
    hours = office_hours(context.settings)
    clock = clock_for(outcome, bill.due_on, context.now, context.settings, hours)
    waiting = Hold(
        request_id=request.id,
        bill_id=bill.id,
        caller_id=request.caller_id,
        amount=amount,
        currency=bill.currency,
        bill_left=left_of(bill),
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
    _promise_alarm(waiting, hours)
    if for_people(assessment):
        tell_contact(f"hold:{waiting.id}", request.caller_id, rules, context)
    if not clock.in_time:
        escalate(waiting, "due_soon", context.settings, context.now)
    return waiting


def for_people(assessment: Assessment) -> set[str]:
    """The rules that speak against a payment, and that no call of ours answers. A first payment, or what a caller has
    protected, is asked about as everybody's is, and is no news for anybody."""
    if assessment.outcome == "allow":
        return set()
    return {finding.id for finding in assessment.findings if finding.points > 0} - OUR_CALL_ASKS


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


def ends_with_our_call(hold: Hold) -> bool:
    """Whether nothing speaks against the payment but that it is the first one to this biller: our call asks about that,
    and nobody of the office has to."""
    against = {finding["id"] for finding in hold.findings if finding["points"] >= 0}
    return hold.outcome == "confirm" and FIRST_PAYMENT in against and against <= OUR_CALL_ASKS


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


def _promise_alarm(hold: Hold, hours: OfficeHours) -> None:
    """The office is told while there is still time to decide before the bill is due, where that is later than the clock's end,
    at which it is told anyway."""
    last = hours.last_open(hold.safe_until, TIME_TO_DECIDE)
    if last > hold.ends_at:
        outbox.promise_timer("hold_unsafe", f"hold:{hold.id}", last.astimezone(dt.UTC))


def unsafe(hold_id: int, settings: Settings, now: dt.datetime) -> None:
    """The bill's last safe moment is near, and nobody has decided. Does not commit."""
    _undecided(hold_id, "unsafe", settings, now)


def end_of_clock(hold_id: int, settings: Settings, now: dt.datetime) -> None:
    """The clock has run out: the office is told, and the caller is rung. Nothing is paid. Does not commit."""
    hold = locked(hold_id)
    if hold is None or hold.status != "waiting" or now < hold.ends_at:
        return
    events.record("hold_due", f"hold:{hold.id}", now)
    audit.write("helpline", "hold_due", f"hold:{hold.id}", now)
    if not ends_with_our_call(hold):
        escalate(hold, "due", settings, now)
    ring(hold, now, office_hours(settings).next_open(now))


def ring(hold: Hold, now: dt.datetime, when: dt.datetime) -> None:
    """Promise our call to the number on file: with the questions that may release it, or, where the rules refuse the
    payment, only with the news that it still waits. An earlier call that has not gone out stays here."""
    hold.version += 1
    if hold.outcome != "refuse":
        hold.call_back = "promised"
    caller = db.session.get_one(Caller, hold.caller_id)
    purpose = {"kind": "hold", "hold_id": hold.id, "caller_id": caller.id}
    outbox.withdraw_deliveries(_calls_about(hold), now)
    outbox.promise_call(caller.phone, purpose, f"hold_call_back:{hold.id}:{hold.version}", when)
    if ends_with_our_call(hold):
        outbox.promise_timer("hold_unanswered", f"hold:{hold.id}", when + ANSWER_WITHIN, key=str(hold.version))


def unanswered(hold_id: int, settings: Settings, now: dt.datetime) -> None:
    """Our call has brought no end to it: from here on it is the office's. Does not commit."""
    _undecided(hold_id, "unanswered", settings, now)


def _undecided(hold_id: int, why: str, settings: Settings, now: dt.datetime) -> None:
    """The office is told once that a hold still waits, and why it must not."""
    hold, kind = locked(hold_id), f"hold_{why}"
    if hold is None or hold.status != "waiting" or events.told(f"hold:{hold.id}", kind):
        return
    events.record(kind, f"hold:{hold.id}", now)
    audit.write("helpline", kind, f"hold:{hold.id}", now)
    escalate(hold, why, settings, now)


def may_be_rung_again(hold: Hold) -> bool:
    """Whether there is a call of ours left for a caller who has missed the others."""
    rounds = select(func.count()).where(Delivery.id.in_(_calls_about(hold)), ~Delivery.dedupe_key.contains("#"))
    return hold.call_back in ("promised", "clear") and (db.session.scalar(rounds) or 0) < MOST_ROUNDS


def missed(caller_id: int, now: dt.datetime) -> dict[str, Any]:
    """The first payment that this caller was rung about and that still waits for their answer; {} where there is none."""
    query = (
        select(Hold, Biller.name)
        .join(Bill, Hold.bill_id == Bill.id)
        .join(BillAccount, Bill.account_id == BillAccount.id)
        .join(Biller, BillAccount.biller_id == Biller.id)
        .where(Hold.caller_id == caller_id, Hold.status == "waiting", Hold.ends_at <= now)
        .order_by(Hold.id)
    )
    for hold, biller in db.session.execute(query):
        if ends_with_our_call(hold) and may_be_rung_again(hold):
            amount = {"amount": f"{hold.amount:.2f}", "currency": hold.currency}
            return {"hold_id": hold.id, "biller": biller, "amount": amount}
    return {}


def _calls_about(hold: Hold) -> Select[Any]:
    return select(Delivery.id).where(Delivery.dedupe_key.startswith(f"call:hold_call_back:{hold.id}:"))


def escalate(hold: Hold, why: str, settings: Settings, now: dt.datetime) -> None:
    """A person has to look at once: on the office's page, and by a text where the office has a number."""
    events.record("hold_escalated", f"hold:{hold.id}", now, why=why)
    request = db.session.get_one(ServiceRequest, hold.request_id)
    if (staff := settings.telephony.staff_number) and not request.training:
        alert = f"A payment waits for a decision, reference {request.reference}. {WHY[why]}"
        outbox.promise_sms(staff, alert, f"hold_escalated:{hold.id}:{why}:{hold.version}", now)


WHY = {
    "due_soon": "The bill is due before the hold ends.",
    "unanswered": "The caller did not answer our call about a first payment, or did not finish it.",
    "unsafe": "Its bill must be paid soon: decide now, or it may reach the biller too late.",
    "due": "Its time is over. Nothing is paid until somebody decides.",
    "signal": "Something in our call to the caller was not as it should be.",
}


def _as_data(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    return [{"id": finding.id, "reason": finding.reason, "points": finding.points} for finding in findings]
