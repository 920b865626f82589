"""How often something may be tried: one row a subject, counted by one guarded UPDATE, so that nobody slips past."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Integer, String, case, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from helpline.db import Model, UtcDateTime, changed, db

KEEP = dt.timedelta(days=1)  # an address is personal data: it goes when it has no more use


class Tries(Model):
    """The tries at `subject` ("address:192.0.2.7") since the first one of this window."""

    __tablename__ = "tries"
    subject: Mapped[str] = mapped_column(String(120), primary_key=True)
    count: Mapped[int] = mapped_column(Integer)
    since: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)


def allow(subject: str, most: int, window: dt.timedelta, now: dt.datetime) -> bool:
    """Count one try at `subject`. False, and not counted, when there were `most` within `window` already.

    The caller commits before it does what was tried, so that tries at the same moment see each other.
    """
    if _count(subject, most, window, now):
        return True
    if db.session.scalar(select(Tries.subject).where(Tries.subject == subject)) is not None:
        return False
    db.session.execute(delete(Tries).where(Tries.since < now - KEEP))
    try:
        with db.session.begin_nested():
            db.session.add(Tries(subject=subject, count=1, since=now))
    except IntegrityError:
        return _count(subject, most, window, now)
    return True


def forget(subject: str) -> None:
    """What was tried has been done: the next one starts afresh."""
    db.session.execute(delete(Tries).where(Tries.subject == subject).execution_options(synchronize_session=False))


def _count(subject: str, most: int, window: dt.timedelta, now: dt.datetime) -> bool:
    over = Tries.since <= now - window
    return changed(
        update(Tries)
        .where(Tries.subject == subject, over | (Tries.count < most))
        .values(count=case((over, 1), else_=Tries.count + 1), since=case((over, now), else_=Tries.since))
    )
