"""The PIN, by keys only: hashed, limited, never a lock on help, and in no row, log or caption."""

from __future__ import annotations

import datetime as dt

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import ForeignKey, Index, func, select
from sqlalchemy.orm import Mapped, mapped_column

from helpline import audit
from helpline.db import Model, UtcDateTime, db
from helpline.models import Caller

WRONG_PER_CALL = 3
WRONG_PER_DAY = 5
DAY = dt.timedelta(hours=24)
PIN_DIGITS = 6

_hasher = PasswordHasher()


class PinAttempt(Model):
    """One wrong PIN: counted, never what was typed."""

    __tablename__ = "pin_attempt"
    __table_args__ = (Index("ix_pin_attempt_caller_at", "caller_id", "at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    caller_id: Mapped[int] = mapped_column(ForeignKey("caller.id"))
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


def hash_pin(pin: str, pepper: str) -> str:
    """Argon2 of pepper and PIN. Raises ValueError for a PIN that is not six digits or is easily guessed."""
    if len(pin) != PIN_DIGITS or not pin.isascii() or not pin.isdigit():
        raise ValueError(f"a PIN has {PIN_DIGITS} digits")
    if len(set(pin)) < 3 or pin in "01234567890123456789" or pin in "98765432109876543210":
        raise ValueError("that PIN is too easily guessed")
    return _hasher.hash(pepper + pin)


def check_pin(caller_id: int, call_id: int, pin: str, pepper: str, now: dt.datetime) -> str:
    """`ok`, `wrong`, `too_many` or `none`. A wrong one is counted in this transaction."""
    caller = db.session.get_one(Caller, caller_id)
    if caller.pin_hash is None:
        return "none"
    if _wrong(caller_id, PinAttempt.call_id == call_id) >= WRONG_PER_CALL or _today(caller_id, now) >= WRONG_PER_DAY:
        return "too_many"
    try:
        _hasher.verify(caller.pin_hash, pepper + pin)
    except VerifyMismatchError:
        return _count_wrong(caller_id, call_id, now)
    audit.write(f"caller:{caller_id}", "pin_accepted", f"call:{call_id}", now)
    return "ok"


def _count_wrong(caller_id: int, call_id: int, now: dt.datetime) -> str:
    db.session.add(PinAttempt(caller_id=caller_id, call_id=call_id, at=now))
    db.session.flush()
    audit.write(f"caller:{caller_id}", "pin_refused", f"call:{call_id}", now)
    used_up = _wrong(caller_id, PinAttempt.call_id == call_id) >= WRONG_PER_CALL or _today(caller_id, now) >= WRONG_PER_DAY
    return "too_many" if used_up else "wrong"


def _wrong(caller_id: int, *where: object) -> int:
    query = select(func.count()).select_from(PinAttempt).where(PinAttempt.caller_id == caller_id, *where)  # type: ignore[arg-type]
    return db.session.scalar(query) or 0


def _today(caller_id: int, now: dt.datetime) -> int:
    return _wrong(caller_id, PinAttempt.at > now - DAY)
