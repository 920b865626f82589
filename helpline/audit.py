"""Who changed money, identity, contacts, rules or roles: one AuditEntry each, in the transaction of the change."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from helpline.db import Model, UtcDateTime, db


class AuditEntry(Model):
    """`actor` did `action` to `subject`. Unhashed: sealing into a chain is not built yet."""

    __tablename__ = "audit_entry"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(60))  # "staff:3", "volunteer:8", "caller:12", "helpline"
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(60))
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


def write(actor: str, action: str, subject: str, at: dt.datetime, **data: Any) -> None:
    """Add an AuditEntry to the current transaction."""
    db.session.add(AuditEntry(at=at, actor=actor, action=action, subject=subject, data=data))
