"""Timer and Delivery rows: promise, claim, settle. The row is the queue; whoever claims it first does it."""

from __future__ import annotations

import datetime as dt
from typing import Any, TypeVar

from sqlalchemy import JSON, Index, Integer, Select, String, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from helpline.db import Model, UtcDateTime, changed, db

LEASE = dt.timedelta(seconds=60)


class Timer(Model):
    """A promise with a due time. `kind` is a word in the clock's table, `subject` what it is about ("offer:7")."""

    __tablename__ = "timer"
    __table_args__ = (
        Index("ix_timer_due", "due_at", sqlite_where=text("done_at IS NULL"), postgresql_where=text("done_at IS NULL")),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(60))
    dedupe_key: Mapped[str] = mapped_column(String(120), unique=True)
    due_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    lease_by: Mapped[str | None] = mapped_column(String(60))
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    done_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class Delivery(Model):
    """One SMS or outbound call to be sent. `dedupe_key` keeps the same news from being told twice."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_due", "due_at", sqlite_where=text("done_at IS NULL"), postgresql_where=text("done_at IS NULL")),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(8))  # sms, call
    to_number: Mapped[str] = mapped_column(String(20))
    body: Mapped[str] = mapped_column(String(1600), default="")  # the text of an SMS
    purpose: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # what a call is about: {"kind", "subject", ...}
    dedupe_key: Mapped[str] = mapped_column(String(120), unique=True)
    due_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    lease_by: Mapped[str | None] = mapped_column(String(60))
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    status: Mapped[str] = mapped_column(String(12), default="waiting")  # waiting, sent, delivered, failed, again, withdrawn
    provider_id: Mapped[str | None] = mapped_column(String(64))
    error: Mapped[str] = mapped_column(String(240), default="")
    done_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


Promised = TypeVar("Promised", Timer, Delivery)


def promise(row: Timer | Delivery) -> bool:
    """Add the row to the current transaction unless its dedupe_key is there already. True when it is new."""
    model = type(row)
    if db.session.scalar(select(model.id).where(model.dedupe_key == row.dedupe_key)) is not None:
        return False
    db.session.add(row)
    return True


def promise_timer(kind: str, subject: str, due_at: dt.datetime, key: str = "") -> bool:
    """Promise that `kind` happens to `subject` at `due_at`; `key` tells apart promises of one kind on one subject."""
    return promise(Timer(kind=kind, subject=subject, due_at=due_at, dedupe_key=f"{kind}:{subject}:{key}"))


def withdraw_timers(subject: str, now: dt.datetime) -> bool:
    """Nothing more is to happen about `subject`: what was promised about it is done, without having happened.

    A worker that holds one of them cannot settle it any more, and takes back what it did. False when nothing waited.
    """
    return changed(update(Timer).where(Timer.subject == subject, Timer.done_at.is_(None)).values(done_at=now))


def withdraw_deliveries(ids: Select[Any], now: dt.datetime) -> bool:
    """What was to be sent by these deliveries is no news any more: what has not gone out stays here."""
    still = (Delivery.id.in_(ids), Delivery.done_at.is_(None))
    return changed(update(Delivery).where(*still).values(status="withdrawn", done_at=now))


def promise_sms(to_number: str, body: str, key: str, due_at: dt.datetime) -> bool:
    """Promise one SMS. `key` names the news that it tells ("offer:7")."""
    return promise(Delivery(channel="sms", to_number=to_number, body=body, due_at=due_at, dedupe_key=f"sms:{key}"))


def promise_call(to_number: str, purpose: dict[str, Any], key: str, due_at: dt.datetime) -> bool:
    """Promise one outbound call; `purpose` says what the dialogue has to tell or ask."""
    return promise(Delivery(channel="call", to_number=to_number, purpose=purpose, due_at=due_at, dedupe_key=f"call:{key}"))


def claim(model: type[Promised], worker: str, now: dt.datetime, most: int = 20) -> list[Promised]:
    """Lease up to `most` due rows to `worker`, in one statement, so that two workers never get the same row.

    The caller commits at once, does the work outside the transaction where it leaves the house, then calls
    `settle` in the transaction of the effect. A worker that dies loses its lease after LEASE. The rows are detached
    from the session: reading them later opens no transaction, and they go on saying what was claimed.
    """
    due = (
        select(model.id)
        .where(model.done_at.is_(None), model.due_at <= now, (model.lease_until.is_(None)) | (model.lease_until < now))
        .order_by(model.due_at, model.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    claimed = (
        update(model)
        .where(model.id.in_(due))
        .values(lease_until=now + LEASE, lease_by=worker, attempts=model.attempts + 1)
        .returning(model)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    rows = sorted(db.session.scalars(claimed).all(), key=lambda row: (row.due_at, row.id))
    for row in rows:
        db.session.expunge(row)
    return rows


def settle(row: Timer | Delivery, now: dt.datetime, **values: Any) -> bool:
    """Mark a claimed row done, unless another worker has taken it over. False: roll back, it is theirs."""
    model = type(row)
    return changed(
        update(model)
        .where(
            model.id == row.id,
            model.lease_by == row.lease_by,
            model.attempts == row.attempts,
            model.done_at.is_(None),
        )
        .values(done_at=now, **values)
    )
