"""Level 3: somebody of the office vouches that it is they, after our own call, or together with a volunteer at the visit.

A referee of the office has spoken with them in a call that we have placed and that was answered. At a visit the volunteer
gets a code by text and reads it to the coordinator, who has not seen it: neither can vouch without the other. What was
vouched for is good for an hour and for one thing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String, select, update
from sqlalchemy.orm import Mapped, mapped_column

from helpline import audit, events, outbox
from helpline.db import Model, UtcDateTime, changed, db
from helpline.identity.callbacks import CallBack
from helpline.models import Caller, ServiceRequest
from volunteers.models import Task, Volunteer

CODE_DIGITS = 6
CODE_LIFE = dt.timedelta(minutes=30)
MOST_TRIES = 3
ANSWERED_WITHIN = dt.timedelta(minutes=30)  # how long ago our call may have been, for a referee
GOOD_FOR = dt.timedelta(hours=1)


class Vouch(Model):
    """open (a visit's code is out) -> confirmed by somebody of the office -> used, once. `kind`: referee, visit."""

    __tablename__ = "vouch"
    __table_args__ = (
        CheckConstraint("status NOT IN ('confirmed', 'used') OR confirmed_by IS NOT NULL", name="confirmed_by_the_office"),
        CheckConstraint("kind <> 'visit' OR volunteer_id IS NOT NULL", name="visit_has_a_volunteer"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    caller_id: Mapped[int] = mapped_column(ForeignKey("caller.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(10), default="open")
    call_back_id: Mapped[int | None] = mapped_column(ForeignKey("call_back.id"), unique=True)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"))
    volunteer_id: Mapped[int | None] = mapped_column(ForeignKey("volunteer.id"))
    code_hash: Mapped[str] = mapped_column(String(64), default="")
    tries: Mapped[int] = mapped_column(Integer, default=0)
    note: Mapped[str] = mapped_column(String(500), default="")  # how the office knows that it is they
    used_for: Mapped[str] = mapped_column(String(20), default="")
    opened_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    confirmed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


def vouch_on_the_call(caller_id: int, staff_id: int, note: str, now: dt.datetime) -> bool:
    """A referee of the office is sure of who spoke in the call that we placed. False when no such call was answered of
    late, or it was vouched on already. Does not commit."""
    call = db.session.scalar(
        select(CallBack)
        .where(CallBack.caller_id == caller_id, CallBack.status == "answered", CallBack.answered_at >= now - ANSWERED_WITHIN)
        .where(CallBack.id.not_in(select(Vouch.call_back_id).where(Vouch.call_back_id.is_not(None))))
        .order_by(CallBack.id.desc())
        .limit(1)
    )
    if call is None:
        return False
    row = Vouch(caller_id=caller_id, kind="referee", call_back_id=call.id, opened_at=now, status="confirmed",
                confirmed_by=staff_id, confirmed_at=now, note=note)  # fmt: skip
    db.session.add(row)
    db.session.flush()
    _written(row, staff_id, now)
    return True


def visit_today(caller_id: int, today: dt.date) -> tuple[Task, Volunteer] | None:
    """The visit at which somebody may vouch with the office: today's, with the volunteer who has said yes."""
    row = db.session.execute(
        select(Task, Volunteer)
        .join(Volunteer, Task.volunteer_id == Volunteer.id)
        .join(ServiceRequest, ServiceRequest.task_id == Task.id)
        .where(ServiceRequest.caller_id == caller_id, Task.day == today, Task.status == "accepted")
        .order_by(Task.id)
    ).first()
    return (row.Task, row.Volunteer) if row else None


def send_code(caller_id: int, staff_id: int, today: dt.date, secret: str, now: dt.datetime) -> bool:
    """Text a code to the volunteer who is at the caller's today. False when nobody is. Does not commit."""
    if (visit := visit_today(caller_id, today)) is None:
        return False
    task, volunteer = visit
    code = "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))
    db.session.execute(
        update(Vouch).where(Vouch.caller_id == caller_id, Vouch.status == "open").values(status="over", code_hash="")
    )
    row = Vouch(caller_id=caller_id, kind="visit", task_id=task.id, volunteer_id=volunteer.id, opened_at=now,
                code_hash=_hash(code, caller_id, secret))  # fmt: skip
    db.session.add(row)
    db.session.flush()
    name = db.session.get_one(Caller, caller_id).name
    body = f"{code} is the code of your visit to {name}. Read it to the coordinator on the telephone, and to nobody else."
    outbox.promise_sms(volunteer.phone, body, f"vouch:{row.id}", now)
    audit.write(f"staff:{staff_id}", "vouch_code_sent", f"caller:{caller_id}", now, volunteer=volunteer.id, task=task.id)
    return True


def vouch_at_the_visit(caller_id: int, staff_id: int, code: str, note: str, secret: str, now: dt.datetime) -> bool:
    """The coordinator has the code from the volunteer. False when it is wrong, too old or tried too often; every try
    counts. Does not commit."""
    row = db.session.scalar(select(Vouch).where(Vouch.caller_id == caller_id, Vouch.status == "open").with_for_update())
    if row is None or now > row.opened_at + CODE_LIFE or row.tries >= MOST_TRIES:
        return False
    row.tries += 1
    if not hmac.compare_digest(row.code_hash, _hash(code, caller_id, secret)):
        audit.write(f"staff:{staff_id}", "vouch_refused", f"caller:{caller_id}", now)
        return False
    row.status, row.confirmed_by, row.confirmed_at, row.note, row.code_hash = "confirmed", staff_id, now, note, ""
    _written(row, staff_id, now)
    return True


def good(caller_id: int, now: dt.datetime) -> Vouch | None:
    """What lifts this caller to level 3 at the moment, if anything does."""
    where = (Vouch.caller_id == caller_id, Vouch.status == "confirmed", Vouch.confirmed_at >= now - GOOD_FOR)
    return db.session.scalar(select(Vouch).where(*where).order_by(Vouch.id.desc()).limit(1))


def use(caller_id: int, what: str, now: dt.datetime) -> bool:
    """Use it up for one thing. False when there is none, or somebody else has just used it. Does not commit."""
    vouch = good(caller_id, now)
    return vouch is not None and changed(
        update(Vouch).where(Vouch.id == vouch.id, Vouch.status == "confirmed").values(status="used", used_for=what)
    )


def _written(row: Vouch, staff_id: int, now: dt.datetime) -> None:
    events.record("vouched", f"caller:{row.caller_id}", now, how=row.kind)
    audit.write(f"staff:{staff_id}", "vouched", f"caller:{row.caller_id}", now, how=row.kind, note=row.note,
                call_back=row.call_back_id, volunteer=row.volunteer_id)  # fmt: skip


def _hash(code: str, caller_id: int, secret: str) -> str:
    return hmac.new(secret.encode(), f"vouch:{caller_id}:{code}".encode(), hashlib.sha256).hexdigest()
