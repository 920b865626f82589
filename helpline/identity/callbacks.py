"""A call of ours as proof: to the number on file, about one wish, answered by a yes within minutes. Nothing to remember."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, String, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from helpline import audit, events, outbox
from helpline.audit import AuditEntry
from helpline.db import Model, UtcDateTime, changed, db
from helpline.models import Caller

RING_AFTER = dt.timedelta(minutes=2)  # so that their line is free again
ANSWER_WITHIN = dt.timedelta(minutes=10)  # later than that somebody else may have the telephone in their hands
NEW_NUMBER = dt.timedelta(days=14)  # so long a call to a number that has changed proves nothing
MOST_A_DAY = 5  # for one caller: more would be somebody who has them rung


class CallBack(Model):
    """promised -> answered (a yes, in time) or refused. It is for one wish of one caller, and counts once."""

    __tablename__ = "call_back"
    id: Mapped[int] = mapped_column(primary_key=True)
    caller_id: Mapped[int] = mapped_column(ForeignKey("caller.id"), index=True)
    asked_in: Mapped[int | None] = mapped_column(ForeignKey("call.id"))  # None: the office asked for it
    answered_in: Mapped[int | None] = mapped_column(ForeignKey("call.id"))
    wish: Mapped[str] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(12), default="promised")
    asked_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


def promise(caller: Caller, wish: str, call_id: int | None, actor: str, now: dt.datetime) -> str:
    """Promise to ring the number on file about `wish`: `ok`, `new_number` or `too_many`. Once for a wish that waits already."""
    if number_changed_lately(caller.id, now):
        return "new_number"
    if _waits(caller.id, wish, now):
        return "ok"
    if _of_today(caller.id, now) >= MOST_A_DAY:
        return "too_many"
    row = CallBack(caller_id=caller.id, asked_in=call_id, wish=wish, asked_at=now)
    db.session.add(row)
    db.session.flush()
    purpose = {"kind": "prove", "call_back_id": row.id, "caller_id": caller.id}
    outbox.promise_call(caller.phone, purpose, f"prove:{row.id}", now + RING_AFTER)
    audit.write(actor, "call_back_promised", f"caller:{caller.id}", now, wish=wish)
    return "ok"


def answered(call_back_id: int, caller_id: int, call_id: int, yes: bool, now: dt.datetime) -> str:
    """Whoever we rang has said yes or no to the wish: `ok`, `no`, or `late`. The first answer is the only one."""
    came = "answered" if yes else "refused"
    taken = changed(
        update(CallBack)
        .where(CallBack.id == call_back_id, CallBack.caller_id == caller_id, CallBack.status == "promised")
        .where(CallBack.asked_at >= now - ANSWER_WITHIN)
        .values(status=came, answered_in=call_id, answered_at=now)
    )
    if not taken:
        return "late"
    events.record(f"call_back_{came}", f"caller:{caller_id}", now)
    audit.write(f"caller:{caller_id}", f"call_back_{came}", f"caller:{caller_id}", now, call=call_id)
    return "ok" if yes else "no"


def is_fresh(row: CallBack, now: dt.datetime) -> bool:
    return row.status == "promised" and now <= row.asked_at + ANSWER_WITHIN


def number_changed_lately(caller_id: int, now: dt.datetime) -> bool:
    changed_at = _number_changed_at(caller_id)
    return changed_at is not None and changed_at > now - NEW_NUMBER


def days_since_number_changed(caller_id: int, now: dt.datetime) -> int | None:
    """How many days ago another number came on file; None where none ever did."""
    changed_at = _number_changed_at(caller_id)
    return (now - changed_at).days if changed_at is not None else None


def vouched_lately(staff_id: int, caller_id: int, now: dt.datetime) -> bool:
    """Whether this person of the office has put another number on file, or vouched for whoever rings, as lately."""
    where = (
        AuditEntry.actor == f"staff:{staff_id}",
        AuditEntry.subject == f"caller:{caller_id}",
        AuditEntry.action.in_(("phone_changed", "vouched")),
        AuditEntry.at > now - NEW_NUMBER,
    )
    return db.session.scalar(select(AuditEntry.id).where(*where).limit(1)) is not None


def _number_changed_at(caller_id: int) -> dt.datetime | None:
    where = (AuditEntry.action == "phone_changed", AuditEntry.subject == f"caller:{caller_id}")
    return db.session.scalar(select(func.max(AuditEntry.at)).where(*where))


def _waits(caller_id: int, wish: str, now: dt.datetime) -> bool:
    rows = select(CallBack).where(CallBack.caller_id == caller_id, CallBack.wish == wish)
    return any(is_fresh(row, now) for row in db.session.scalars(rows))


def _of_today(caller_id: int, now: dt.datetime) -> int:
    rows = select(func.count()).select_from(CallBack).where(CallBack.caller_id == caller_id)
    return db.session.scalar(rows.where(CallBack.asked_at > now - dt.timedelta(days=1))) or 0
