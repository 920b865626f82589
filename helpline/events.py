"""The append-only log: one Event for each change, written in the transaction of the change that it tells."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, Index, String, select
from sqlalchemy.orm import Mapped, mapped_column

from helpline.db import Model, UtcDateTime, db


class Event(Model):
    """What happened, to what (`subject`, such as "task:12"), where, and when. Never changed, never deleted."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_kind_at", "kind", "at"), Index("ix_event_subject", "subject"))
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(60))
    area: Mapped[str] = mapped_column(String(80), default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


def record(kind: str, subject: str, at: dt.datetime, area: str = "", **data: Any) -> None:
    """Add an Event to the current transaction. `data` must be JSON; it must hold no secret."""
    db.session.add(Event(at=at, kind=kind, subject=subject, area=area, data=data))


def told(subject: str, *kinds: str) -> bool:
    """Whether one of these things has happened to `subject` already."""
    found = select(Event.id).where(Event.subject == subject, Event.kind.in_(kinds)).limit(1)
    return db.session.scalar(found) is not None
