"""What callers do to protect themselves: stop all payments at once, or have every payment confirmed by a call of ours.

Stopping and protecting need no PIN, because whoever is frightened must not be asked for one; taking it back does.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from fraud.assess import assess, ruleset
from helpline import audit, events, outbox
from helpline.db import Model, UtcDateTime, db
from helpline.identity.callbacks import number_changed_lately
from helpline.identity.household import household, person
from helpline.identity.pins import check_pin
from helpline.models import Caller, ServiceRequest
from helpline.services.bills.models import Bill, BillAccount, Biller, Payment
from helpline.services.context import Context
from helpline.services.requests import close, close_at, open_request
from helpline.services.scamwords import spoken
from helpline.settings import Settings
from helpline.staff.hours import office_hours
from voice.heard import Json, Result
from voice.languages import Language

RING_AFTER = dt.timedelta(minutes=2)  # so that their line is free again
ANSWER_WITHIN = dt.timedelta(hours=2)  # later than that somebody else may have the telephone in their hands
STOPPED = "payments_stopped"  # the timer by which stopped.py looks at what falls due meanwhile
INTENT = {"freeze": "unfreeze_payments", "protection": "protection_mode"}  # what is taken back -> the wish


class PaymentGuard(Model):
    """What a caller has switched on. `frozen_at`: no payment goes; `protected_at`: each waits for a call of ours."""

    __tablename__ = "payment_guard"
    caller_id: Mapped[int] = mapped_column(ForeignKey("caller.id"), primary_key=True)
    frozen_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    protected_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


def guard_of(caller_id: int) -> PaymentGuard:
    """The guard as it is now, kept until the end of the transaction: a payment and a freeze never pass each other.

    They meet at the caller's row, because a guard may have no row yet.
    """
    db.session.execute(select(Caller.id).where(Caller.id == caller_id).with_for_update())
    guard = db.session.get(PaymentGuard, caller_id, populate_existing=True)
    return guard or PaymentGuard(caller_id=caller_id, frozen_at=None, protected_at=None)


def is_frozen(caller_id: int) -> bool:
    """For who only looks: nothing is kept."""
    return db.session.scalar(select(PaymentGuard.frozen_at).where(PaymentGuard.caller_id == caller_id)) is not None


def is_protected(caller_id: int) -> bool:
    """For who only looks."""
    return db.session.scalar(select(PaymentGuard.protected_at).where(PaymentGuard.caller_id == caller_id)) is not None


def state(args: Json, context: Context) -> Result:
    guard = guard_of(context.caller_id) if context.caller_id else PaymentGuard()
    return Result(
        "protection.state", "ok", {"frozen": guard.frozen_at is not None, "protected": guard.protected_at is not None}
    )


def freeze(args: Json, context: Context) -> Result:
    """Stop all payments, from now on. Somebody whom we do not know stops those of everybody behind their number, and a
    person looks at that the same day; behind a number that we do not know there is nobody: then it is for a person."""
    if context.caller_id is not None:
        return _freeze_own(context.caller_id, context)
    people = [int(one["id"]) for one in household(context.number, context.training)]
    request = open_request("freeze_payments", context, key="freeze", about="freeze_unknown")
    for caller_id in people:
        _freeze(caller_id, f"call:{context.call_id}", context)
    return Result("protection.freeze", "others" if people else "nobody", {"reference": request.reference})


def _freeze_own(caller_id: int, context: Context) -> Result:
    done = _freeze(caller_id, f"caller:{caller_id}", context)
    if done:
        close(open_request("freeze_payments", context, key="freeze"), context, "done")
    under_way = db.session.scalars(
        select(Biller.name)
        .join(BillAccount, BillAccount.biller_id == Biller.id)
        .join(Bill, Bill.account_id == BillAccount.id)
        .join(Payment, Payment.bill_id == Bill.id)
        .where(Payment.caller_id == caller_id, Payment.status == "claimed")
    ).all()
    protected = guard_of(caller_id).protected_at is not None
    return Result("protection.freeze", "ok" if done else "already", {"billers": [*under_way], "protected": protected})


def _freeze(caller_id: int, actor: str, context: Context) -> bool:
    guard = guard_of(caller_id)
    if guard.frozen_at is not None:
        return False
    guard.frozen_at = context.now
    db.session.add(guard)
    if not context.training:
        watch(guard, office_hours(context.settings).next_open(context.now))
    events.record("payments_frozen", f"caller:{caller_id}", context.now)
    audit.write(actor, "payments_frozen", f"caller:{caller_id}", context.now, call=context.call_id)
    return True


def protect(args: Json, context: Context) -> Result:
    """From now on every payment waits until we have rung the caller about it."""
    if context.caller_id is None:
        return Result("protection.on", "none")
    guard = guard_of(context.caller_id)
    if guard.protected_at is None:
        guard.protected_at = context.now
        db.session.add(guard)
        close(open_request("protection_mode", context, key="on"), context, "done")
        events.record("protection_on", f"caller:{context.caller_id}", context.now)
        audit.write(f"caller:{context.caller_id}", "protection_on", f"caller:{context.caller_id}", context.now)
    return Result("protection.on", "ok")


def lift(args: Json, context: Context) -> Result:
    """Take back a freeze or the protection (`what`): with the PIN, and for who is protected with a call of ours as well.

    `ok`, `call_back`, or what the PIN came to: `wrong`, `too_many`, `none`. `new_number`: a call to a number that came on file
    lately proves nothing, so that a person takes it up.
    """
    if context.caller_id is None:
        return Result("protection.lift", "none")
    if context.level < 2:
        pin = check_pin(context.caller_id, context.call_id, args.get("pin", ""), context.settings.pin_pepper, context.now)
        if pin != "ok":
            return Result("protection.lift", pin)
    what = args["what"]
    request = open_request(INTENT[what], context, key=f"lift:{what}", about=f"lift_{what}")
    if guard_of(context.caller_id).protected_at is not None:
        if number_changed_lately(context.caller_id, context.now):
            return Result("protection.lift", "new_number")
        caller = db.session.get_one(Caller, context.caller_id)
        purpose = {"kind": "lift", "what": what, "request_id": request.id, "caller_id": caller.id}
        outbox.promise_call(caller.phone, purpose, f"lift:{request.id}", context.now + RING_AFTER)
        return Result("protection.lift", "call_back")
    _lift(context.caller_id, what, context)
    close(request, context, "done")
    return Result("protection.lift", "ok", {"what": what})


def why_we_ring(purpose: dict[str, Any], now: dt.datetime) -> Result:
    """Our call about what is to be taken back: `ask`, or `late` when it was decided, or too long ago."""
    request = db.session.get_one(ServiceRequest, purpose["request_id"])
    fresh = request.closed_at is None and now <= request.created_at + ANSWER_WITHIN
    caller = db.session.get_one(Caller, purpose["caller_id"])
    data = {"caller": person(caller), "request_id": request.id, "what": purpose["what"]}
    return Result("call.lift", "ask" if fresh else "late", data)


def confirmed(args: Json, context: Context) -> Result:
    """What they said to the questions that everybody is asked. Once, and only while the request is fresh."""
    request = db.session.scalar(select(ServiceRequest).where(ServiceRequest.id == args["request_id"]).with_for_update())
    caller_id = context.caller_id
    if request is None or caller_id is None or request.caller_id != caller_id or request.closed_at is not None:
        return Result("protection.confirmed", "late")
    yes = [name for name, said in args["answers"].items() if said]
    words = assess(spoken(context.words), ruleset())
    new_number = number_changed_lately(caller_id, context.now)  # since we promised to ring
    if yes or new_number or words.outcome != "allow" or context.now > request.created_at + ANSWER_WITHIN:
        refused = {"yes": yes, "new_number": new_number}
        audit.write(f"caller:{caller_id}", "lift_refused", f"caller:{caller_id}", context.now, **refused)
        return Result("protection.confirmed", "signal")
    _lift(caller_id, args["what"], context)
    close(request, context, "done")
    return Result("protection.confirmed", "ok", {"what": args["what"]})


def lift_by_staff(
    caller_id: int, what: str, staff_id: int, note: str, language: Language, settings: Settings, now: dt.datetime
) -> bool:
    """Somebody of the office has rung the number on file and takes it back. False when there is nothing to take back."""
    guard = guard_of(caller_id)
    if (guard.frozen_at if what == "freeze" else guard.protected_at) is None:
        return False
    _take_back(guard, what, f"staff:{staff_id}", now, note=note)
    _give_notice(caller_id, what, f"staff:{now.isoformat()}", language, settings, now)
    return True


def _lift(caller_id: int, what: str, context: Context) -> None:
    _take_back(guard_of(caller_id), what, f"caller:{caller_id}", context.now, call=context.call_id)
    _give_notice(caller_id, what, str(context.call_id), context.language, context.settings, context.now)


def _take_back(guard: PaymentGuard, what: str, actor: str, now: dt.datetime, **data: Any) -> None:
    action = "payments_unfrozen" if what == "freeze" else "protection_off"
    if what == "freeze":
        guard.frozen_at = None
        _end_watch(guard.caller_id, now)
    else:
        guard.protected_at = None
    db.session.add(guard)
    events.record(action, f"caller:{guard.caller_id}", now)
    audit.write(actor, action, f"caller:{guard.caller_id}", now, **data)


def watch(guard: PaymentGuard, first: dt.datetime) -> None:
    """Promise the clock's first look at what falls due during this stop (stopped.py). Once for each stop."""
    if guard.frozen_at is not None:
        outbox.promise_timer(STOPPED, f"caller:{guard.caller_id}", first, key=guard.frozen_at.astimezone(dt.UTC).isoformat())


def _end_watch(caller_id: int, now: dt.datetime) -> None:
    """What they owe may be paid again: the clock looks at it no more, and nobody has to ring them about it."""
    outbox.withdraw_timers(f"caller:{caller_id}", now)
    for request in asked_to_ring(caller_id):
        close_at(request, now, "done")


def asked_to_ring(caller_id: int) -> list[ServiceRequest]:
    """What stopped.py has asked the office to ring this caller about, in any stop of theirs."""
    asked = select(ServiceRequest).where(ServiceRequest.dedupe_key.startswith(f"{STOPPED}:{caller_id}:"))
    return [*db.session.scalars(asked)]


def _give_notice(caller_id: int, what: str, key: str, language: Language, settings: Settings, now: dt.datetime) -> None:
    """Whoever gets the text and did not ask for it rings us."""
    caller = db.session.get_one(Caller, caller_id)
    if not caller.landline:
        notice = language.prompt(f"sms.lifted.{what}", {"helpline": settings.name}, now.date())
        outbox.promise_sms(caller.phone, notice, f"lifted:{what}:{caller_id}:{key}", now)


ORDERS = {
    "protection.state": state,
    "protection.freeze": freeze,
    "protection.on": protect,
    "protection.lift": lift,
    "protection.confirmed": confirmed,
}
