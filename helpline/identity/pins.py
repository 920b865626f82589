"""The PIN, by keys only: hashed, limited, never a lock on help, and in no row, log or caption.

Guessing gets slower and slower: three wrong ones a call, five a day, and from the third on a wait that doubles. Whoever has
to wait may always be rung back instead: that is as good as the PIN.
"""

from __future__ import annotations

import datetime as dt

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import ForeignKey, Index, String, func, select
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import ColumnElement

from helpline import audit
from helpline.audit import AuditEntry
from helpline.db import Model, UtcDateTime, db
from helpline.models import Call, Caller

WRONG_PER_CALL = 3
WRONG_PER_DAY = 5
DAY = dt.timedelta(hours=24)
WRONG_PER_NUMBER = 10  # a day, from one telephone, whoever's PIN they were meant for
WRONG_AT_ALL = 100  # an hour, over everybody: then somebody tries one PIN after another
WRONG_IN_A_ROW = 100  # then only a new PIN helps
FREE = 2  # wrong ones in a row that cost no wait
FIRST_WAIT, LONGEST_WAIT = dt.timedelta(seconds=30), dt.timedelta(hours=1)
HOUR = dt.timedelta(hours=1)
PIN_DIGITS = 6
YEARS = ("19", "20")  # as a birthday would begin or end

_hasher = PasswordHasher()


class PinAttempt(Model):
    """One wrong PIN: counted, never what was typed."""

    __tablename__ = "pin_attempt"
    __table_args__ = (Index("ix_pin_attempt_caller_at", "caller_id", "at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    caller_id: Mapped[int] = mapped_column(ForeignKey("caller.id"))
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class PinState(Model):
    """How a caller's PIN stands: when it was last right, and a new one that is to be typed a second time."""

    __tablename__ = "pin_state"
    caller_id: Mapped[int] = mapped_column(ForeignKey("caller.id"), primary_key=True)
    right_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    chosen_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    proposed_hash: Mapped[str | None] = mapped_column(String(240))
    proposed_in: Mapped[int | None] = mapped_column(ForeignKey("call.id"))


def hash_pin(pin: str, pepper: str) -> str:
    """Argon2 of pepper and PIN. Raises ValueError for a PIN that is not six digits or is easily guessed."""
    if len(pin) != PIN_DIGITS or not pin.isascii() or not pin.isdigit():
        raise ValueError(f"a PIN has {PIN_DIGITS} digits")
    if len(set(pin)) < 3 or pin in "01234567890123456789" or pin in "98765432109876543210" or _is_a_birthday(pin):
        raise ValueError("that PIN is too easily guessed")
    return _hasher.hash(pepper + pin)


def check_pin(caller_id: int, call_id: int, pin: str, pepper: str, now: dt.datetime) -> str:
    """`ok`, `wrong`, `too_many` or `none`. A wrong one is counted in this transaction; one that comes too early is not
    even compared, and is in the audit all the same."""
    caller = db.session.get_one(Caller, caller_id)
    if caller.pin_hash is None:
        return "none"
    if why := _too_early(caller_id, call_id, now):
        audit.write(f"caller:{caller_id}", "pin_not_tried", f"call:{call_id}", now, why=why)
        return "too_many"
    try:
        _hasher.verify(caller.pin_hash, pepper + pin)
    except VerifyMismatchError:
        return _count_wrong(caller_id, call_id, now)
    _state(caller_id).right_at = now
    audit.write(f"caller:{caller_id}", "pin_accepted", f"call:{call_id}", now)
    return "ok"


def _count_wrong(caller_id: int, call_id: int, now: dt.datetime) -> str:
    db.session.add(PinAttempt(caller_id=caller_id, call_id=call_id, at=now))
    db.session.flush()
    audit.write(f"caller:{caller_id}", "pin_refused", f"call:{call_id}", now)
    return "too_many" if _used_up(caller_id, call_id, now) else "wrong"


def may_choose(caller_id: int, call_id: int) -> bool:
    """Whether this call has proved enough for a new PIN: there is none yet, or the old one was right a moment ago."""
    if db.session.get_one(Caller, caller_id).pin_hash is None:
        return True
    right = (
        AuditEntry.action == "pin_accepted",
        AuditEntry.actor == f"caller:{caller_id}",
        AuditEntry.subject == f"call:{call_id}",
    )
    return db.session.scalar(select(AuditEntry.id).where(*right).limit(1)) is not None


def propose(caller_id: int, call_id: int, pin: str, pepper: str) -> bool:
    """Keep a new PIN until it was typed a second time. False when it is too easily guessed."""
    try:
        proposed = hash_pin(pin, pepper)
    except ValueError:
        return False
    state = _state(caller_id)
    state.proposed_hash, state.proposed_in = proposed, call_id
    return True


def choose(caller_id: int, call_id: int, pin: str, pepper: str, now: dt.datetime) -> bool:
    """The second time: it is their PIN from now on. False when it is not the same; then nothing is proposed any more."""
    state = _state(caller_id)
    proposed, state.proposed_hash = state.proposed_hash, None
    if proposed is None or state.proposed_in != call_id:
        return False
    try:
        _hasher.verify(proposed, pepper + pin)
    except VerifyMismatchError:
        return False
    db.session.get_one(Caller, caller_id).pin_hash = proposed
    state.right_at = state.chosen_at = now
    audit.write(f"caller:{caller_id}", "pin_chosen", f"caller:{caller_id}", now, call=call_id)
    return True


def _state(caller_id: int) -> PinState:
    state = db.session.get(PinState, caller_id)
    if state is None:
        state = PinState(caller_id=caller_id)
        db.session.add(state)
    return state


def _too_early(caller_id: int, call_id: int, now: dt.datetime) -> str:
    """Why this try does not count, "" where it does."""
    right_at = db.session.scalar(select(PinState.right_at).where(PinState.caller_id == caller_id))
    since_right = (PinAttempt.caller_id == caller_id, *((PinAttempt.at > right_at,) if right_at else ()))
    in_a_row = _count(*since_right)
    if in_a_row >= WRONG_IN_A_ROW:
        return "new_pin_needed"
    if _used_up(caller_id, call_id, now):
        return "used_up"
    last = db.session.scalar(select(func.max(PinAttempt.at)).where(*since_right)) if in_a_row else None
    others = PinAttempt.call_id != call_id  # within a call nobody is kept waiting: three tries end that
    if last is not None and _count(*since_right, others) > FREE and now < last + wait_after(in_a_row):
        return "wait"
    number = db.session.scalar(select(Call.number).where(Call.id == call_id)) or ""
    from_there = PinAttempt.call_id.in_(select(Call.id).where(Call.number == number))
    if number and _count(from_there, PinAttempt.at > now - DAY) >= WRONG_PER_NUMBER:
        return "number"
    return "everybody" if _count(PinAttempt.at > now - HOUR) >= WRONG_AT_ALL else ""


def wait_after(wrong: int) -> dt.timedelta:
    """How long nobody may try after so many wrong ones in a row: 30 seconds after three, doubled by each, one hour at most."""
    doubled = min(wrong - FREE - 1, 10)
    return min(FIRST_WAIT * 2**doubled, LONGEST_WAIT) if wrong > FREE else dt.timedelta()


def _used_up(caller_id: int, call_id: int, now: dt.datetime) -> bool:
    mine = PinAttempt.caller_id == caller_id
    in_call, today = _count(mine, PinAttempt.call_id == call_id), _count(mine, PinAttempt.at > now - DAY)
    return in_call >= WRONG_PER_CALL or today >= WRONG_PER_DAY


def _count(*where: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count()).select_from(PinAttempt).where(*where)) or 0


def _is_a_birthday(pin: str) -> bool:
    """A day and a month with two figures of a year, in either order, or with a whole year and one of them."""
    pairs = (int(pin[:2]), int(pin[2:4]), int(pin[4:]))
    day_first = 1 <= pairs[0] <= 31 and 1 <= pairs[1] <= 12
    month_first = 1 <= pairs[0] <= 12 and 1 <= pairs[1] <= 31
    year_first = 1 <= pairs[1] <= 12 and 1 <= pairs[2] <= 31
    return day_first or month_first or year_first or pin[:2] in YEARS or pin[2:4] in YEARS
