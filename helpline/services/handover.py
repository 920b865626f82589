"""A caller who waits for a person: who is rung about it, who takes the call, and what becomes of a wait that is in vain.

Everything is a row, changed by guarded UPDATEs: whoever presses the key first has the caller, and news that comes late,
twice or in another order changes nothing. Nothing here commits.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, UniqueConstraint, false, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from helpline import events
from helpline.db import Model, UtcDateTime, changed, db
from helpline.models import Call
from helpline.outbox import Delivery, promise, withdraw_deliveries
from helpline.providers import LONGEST_JOINED
from helpline.staff.duty import OnDuty, on_duty
from helpline.staff.models import Duty, Staff

JOIN_WITHIN = dt.timedelta(seconds=30)  # from the key to the two being joined: then something has gone wrong
TELEPHONE_AFTER = dt.timedelta(seconds=20)  # without an answer at the desk: they may have walked away from it
TALK_OVER = dt.timedelta(seconds=LONGEST_JOINED, minutes=5)  # from the key: by then it has ended, though nobody told us
TAKE_CALL = "take_call"  # the purpose of a call to somebody on duty
WISHES = {"1": "message", "2": "call_back"}  # what a caller may press instead of waiting
Waits = Literal["waiting", "joining", "in_vain"]


class Handover(Model):
    """One caller's wait. waiting -> taken -> over; or in_vain (nobody took it), left (a key: `wish`), gone (hung up), lost
    (taken at a desk, whose line broke)."""

    __tablename__ = "handover"
    __table_args__ = (UniqueConstraint("call_id", "turn"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), index=True)
    turn: Mapped[int] = mapped_column(Integer)  # of the call, from which it was put through: once, however often asked
    about: Mapped[str] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(12), default="waiting")
    wish: Mapped[str] = mapped_column(String(12), default="")  # message, call_back
    began_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    answer_by: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    taken_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    joined_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class Ring(Model):
    """One person on duty being rung about a handover: ringing -> answered -> taken, declined, late or unanswered.
    `at_desk`: taken on the page, not at the telephone."""

    __tablename__ = "ring"
    __table_args__ = (
        Index("uq_ring_taken", "handover_id", unique=True, sqlite_where=text("status = 'taken'"),
              postgresql_where=text("status = 'taken'")),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    handover_id: Mapped[int] = mapped_column(ForeignKey("handover.id"), index=True)
    duty_id: Mapped[int] = mapped_column(ForeignKey("duty.id"))
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), unique=True)
    sid: Mapped[str | None] = mapped_column(String(64), index=True)  # the provider's id, once somebody has answered
    status: Mapped[str] = mapped_column(String(12), default="ringing")
    at_desk: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


def free(now: dt.datetime) -> tuple[OnDuty, ...]:
    """Who is on duty and is not talking to a caller already. News of a call's end may be lost: nobody is engaged for ever."""
    open_still = (Handover.ended_at.is_(None), Handover.taken_at > now - TALK_OVER)
    talking = select(Ring.duty_id).join(Handover).where(Ring.status == "taken", *open_still)
    busy = set(db.session.scalars(talking))
    return tuple(one for one in on_duty(now) if one.id not in busy)


def begin(call: Call, now: dt.datetime, patience: dt.timedelta, about: str = "", desks: bool = True) -> Handover | None:
    """Have everybody rung who is free, for this call as it stands: begun now, or the wait that was begun before (a
    repeated webhook), which may have ended. None when nobody is free. `about`, where the conversation does not know.
    `desks`: whether the call's sound can be carried to one; else telephones ring at once."""
    where = select(Handover).where(Handover.call_id == call.id, Handover.turn == call.turns)
    if (known := db.session.scalar(where)) is not None:
        return known
    people = free(now)
    if not people:
        return None
    about = about or str(((call.state or {}).get("slots") or {}).get("about", "speak_to_person"))
    handover = Handover(call_id=call.id, turn=call.turns, about=about, began_at=now, answer_by=now + patience)
    try:
        with db.session.begin_nested():
            db.session.add(handover)
    except IntegrityError:  # the same webhook, twice at the same moment
        return db.session.scalars(where).one()
    for one in people:
        _ring(handover, one, now, desks)
    events.record("waits_for_person", f"call:{call.id}", now, rung=len(people))
    return handover


def how_it_stands(handover: Handover, now: dt.datetime) -> Waits:
    """Whether to go on waiting. A wait that is in vain is ended here."""
    if handover.status == "waiting" and now < handover.answer_by and _somebody_may_come(handover):
        return "waiting"
    if handover.status == "taken" and handover.taken_at and now - handover.taken_at < JOIN_WITHIN:
        return "joining"
    if not _end(handover, "in_vain", now, only=handover.status):
        db.session.refresh(handover)  # somebody may have taken it at this very moment
    return "joining" if handover.status == "taken" else "in_vain"


def leave(handover: Handover, key: str, now: dt.datetime) -> bool:
    """The caller would rather leave a message, or be rung back. False for another key, or when somebody is coming."""
    if key not in WISHES or not _end(handover, "left", now, only="waiting"):
        return False
    db.session.execute(update(Handover).where(Handover.id == handover.id).values(wish=WISHES[key]))
    return True


def close(call_id: int, now: dt.datetime, talked: bool = False, gone: bool = False) -> None:
    """The caller is in the queue no more: they talked to somebody, have hung up (`gone`), or come back to us."""
    handover = latest(call_id)
    if handover is None or handover.ended_at is not None:
        return
    _end(handover, "over" if talked or handover.joined_at else "gone" if gone else "in_vain", now)


def latest(call_id: int) -> Handover | None:
    newest = select(Handover).where(Handover.call_id == call_id).order_by(Handover.id.desc()).limit(1)
    return db.session.scalar(newest.execution_options(populate_existing=True))


def wish_of(call: Call) -> str:
    """What the caller pressed who waited last, at this turn of the call; "" for none."""
    where = select(Handover.wish).where(Handover.call_id == call.id, Handover.turn == call.turns)
    return db.session.scalar(where) or ""


# -- the side of whoever is rung


def picked_up(delivery_id: int, sid: str) -> tuple[Ring, Handover] | None:
    """Somebody, or a machine, has answered. None for a call that rings nobody about a caller."""
    ring = db.session.scalar(select(Ring).where(Ring.delivery_id == delivery_id))
    if ring is None:
        return None
    db.session.execute(update(Ring).where(Ring.id == ring.id, Ring.status == "ringing").values(status="answered", sid=sid))
    return ring, db.session.get_one(Handover, ring.handover_id)


def take(ring: Ring, now: dt.datetime, at_desk: bool = False) -> bool:
    """They have pressed the key. True for the first, however often that is told; False for all others, and for their own
    telephone when they took it `at_desk`."""
    if ring.status not in ("ringing", "answered", "taken"):
        return False
    took = changed(
        update(Handover)
        .where(Handover.id == ring.handover_id, Handover.status == "waiting")
        .values(status="taken", taken_at=now)
    )
    if took:
        db.session.execute(update(Ring).where(Ring.id == ring.id).values(status="taken", at_desk=at_desk))
        _stop_ringing(ring.handover_id, now)
        events.record("person_took_it", f"handover:{ring.handover_id}", now, duty=ring.duty_id, at_desk=at_desk)
        return True
    handover = db.session.get_one(Handover, ring.handover_id, populate_existing=True)
    _end_ring(ring, "late", now)
    return handover.status == "taken" and ring.status == "taken" and ring.at_desk == at_desk


def decline(ring: Ring, now: dt.datetime) -> None:
    """Another key: this caller is not for them, at their telephone neither."""
    _end_ring(ring, "declined", now)
    withdraw_deliveries(select(Ring.delivery_id).where(Ring.id == ring.id), now)


def joined(handover: Handover, now: dt.datetime) -> None:
    """The two are about to hear each other."""
    still = (Handover.id == handover.id, Handover.status == "taken", Handover.joined_at.is_(None))
    db.session.execute(update(Handover).where(*still).values(joined_at=now))


def ring_ended(sid: str, now: dt.datetime) -> bool:
    """The provider says that this call to somebody on duty is over. False when it is no such call.

    Who has hung up between the key and the caller's voice has not taken the call: the caller comes back to us.
    """
    of_delivery = select(Delivery.id).where(Delivery.provider_id == sid)
    ring = db.session.scalar(select(Ring).where((Ring.sid == sid) | Ring.delivery_id.in_(of_delivery)).limit(1))
    if ring is None:
        return False
    _end_ring(ring, "unanswered", now)
    handover = db.session.get_one(Handover, ring.handover_id, populate_existing=True)
    if ring.status == "taken" and not ring.at_desk:
        _end(handover, "over" if handover.joined_at else "in_vain", now, only="taken")
    return True


def who_took_it(handover: Handover) -> str:
    """The name of the person who took the call; "" when nobody has."""
    named = select(Staff.name).join(Duty, Duty.staff_id == Staff.id).join(Ring, Ring.duty_id == Duty.id)
    return db.session.scalar(named.where(Ring.handover_id == handover.id, Ring.status == "taken")) or ""


# -- the side of a desk


def at_desk(duty_id: int, now: dt.datetime) -> list[tuple[Ring, Handover]]:
    """The callers about whom this person's desk rings, longest waiting first."""
    rows = db.session.execute(
        select(Ring, Handover)
        .join(Handover, Handover.id == Ring.handover_id)
        .where(Ring.duty_id == duty_id, Ring.status.in_(("ringing", "answered")))
        .where(Handover.status == "waiting", Handover.answer_by > now)
        .order_by(Handover.id)
    )
    return [(ring, handover) for ring, handover in rows]


def rings_at_desks(handover: Handover, now: dt.datetime) -> bool:
    """Whether somebody may take the call on their page, who would have to wait until the caller's queue asks us again."""
    rung = set(db.session.scalars(select(Ring.duty_id).where(Ring.handover_id == handover.id, Ring.status == "ringing")))
    return any(one.at_desk and one.id in rung for one in on_duty(now))


def taken_at_desk(handover: Handover) -> bool:
    """Whether somebody has taken it on their page, and still wants it."""
    return handover.status == "taken" and at_a_desk(handover)


def at_a_desk(handover: Handover) -> bool:
    """Whether it was taken at a desk, whatever became of it."""
    taken = select(Ring.id).where(Ring.handover_id == handover.id, Ring.status == "taken", Ring.at_desk)
    return db.session.scalar(taken) is not None


def lost(handover: Handover, now: dt.datetime) -> bool:
    """The line between the caller and the desk broke: the caller comes back to us. False when they had finished."""
    return _end(handover, "lost", now, only="taken")


# -- pieces


def _ring(handover: Handover, one: OnDuty, now: dt.datetime, desks: bool) -> None:
    """Their telephone rings; of who sits at a desk, only when it is not answered there."""
    due = now + TELEPHONE_AFTER if desks and one.at_desk else now
    key = f"call:{TAKE_CALL}:{handover.id}:{one.id}"
    delivery = Delivery(channel="call", to_number=one.number, purpose={"kind": TAKE_CALL}, due_at=due, dedupe_key=key)
    promise(delivery)
    db.session.flush()
    db.session.add(Ring(handover_id=handover.id, duty_id=one.id, delivery_id=delivery.id))


def _somebody_may_come(handover: Handover) -> bool:
    """A telephone still rings, or is about to, or somebody is listening to what it is about."""
    alive = (
        select(Ring.id)
        .join(Delivery, Delivery.id == Ring.delivery_id)
        .where(Ring.handover_id == handover.id, Ring.status.in_(("ringing", "answered")), Delivery.status != "failed")
    )
    return db.session.scalar(alive.limit(1)) is not None


def _end(handover: Handover, status: str, now: dt.datetime, only: str = "") -> bool:
    """End the wait once. `only`: from this state. False when it had ended, or was in another."""
    open_still = [Handover.id == handover.id, Handover.ended_at.is_(None)]
    if only:
        open_still.append(Handover.status == only)
    if not changed(update(Handover).where(*open_still).values(status=status, ended_at=now)):
        return False
    _stop_ringing(handover.id, now)
    db.session.refresh(handover)
    events.record("wait_ended", f"call:{handover.call_id}", now, status=status)
    return True


def _stop_ringing(handover_id: int, now: dt.datetime) -> None:
    """Whom we have not rung yet need not be."""
    withdraw_deliveries(select(Ring.delivery_id).where(Ring.handover_id == handover_id), now)


def _end_ring(ring: Ring, status: str, now: dt.datetime) -> None:
    still = (Ring.id == ring.id, Ring.status.in_(("ringing", "answered")))
    db.session.execute(
        update(Ring).where(*still).values(status=status, ended_at=now).execution_options(synchronize_session=False)
    )
    db.session.refresh(ring)
