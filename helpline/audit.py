"""Who changed money, identity, contacts, rules or roles: one AuditEntry each, in the transaction of the change.

Entries are written unsealed, because two transactions that wait for each other's hash would wait for each other. The
clock seals them afterwards, one after the other, into a chain: each AuditSeal holds the hash of the seal before it and
of its entry. Whoever changes, removes or reorders a row breaks the chain from there on. Whoever can rewrite the whole
chain can hide it, so the newest seal belongs on another machine as well.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from helpline.db import Model, UtcDateTime, db

BEFORE_THE_FIRST = "0" * 64
MOST_AT_ONCE = 500
LATE = 10_000  # ids back from the newest sealed one: a transaction that took long may bring in an older entry
IN_MEMORY = 1000  # rows at a time, while a chain of any length is checked


class AuditEntry(Model):
    """`actor` did `action` to `subject`. Never changed, never deleted."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_subject", "subject"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(60))  # "staff:3", "volunteer:8", "caller:12", "helpline"
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(60))
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class AuditSeal(Model):
    """One link of the chain: the hash of the link before and of one entry. Numbers have no gap."""

    __tablename__ = "audit_seal"
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(ForeignKey("audit_entry.id"), unique=True)
    digest: Mapped[str] = mapped_column(String(64))
    sealed_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True)
class Chain:
    """What a check found: how many links are right, what is wrong with the first that is not ("" when all are), the
    newest seal, and how many entries wait to be sealed, with the time of the oldest."""

    sealed: int
    broken: str
    newest: str
    unsealed: int
    unsealed_since: dt.datetime | None


def write(actor: str, action: str, subject: str, at: dt.datetime, **data: Any) -> None:
    """Add an AuditEntry to the current transaction."""
    db.session.add(AuditEntry(at=at, actor=actor, action=action, subject=subject, data=data))


def seal(now: dt.datetime, most: int = MOST_AT_ONCE) -> int:
    """Seal what is unsealed, in the order of the entries; how many. Does not commit.

    Two who seal at once write the same number, and the second one's commit fails.
    """
    last = db.session.scalars(select(AuditSeal).order_by(AuditSeal.number.desc()).limit(1)).first()
    first, digest = (last.number + 1, last.digest) if last else (1, BEFORE_THE_FIRST)
    newest = db.session.scalar(select(func.max(AuditSeal.entry_id))) or 0
    waiting = db.session.scalars(_unsealed().where(AuditEntry.id > newest - LATE).order_by(AuditEntry.id).limit(most)).all()
    for number, entry in enumerate(waiting, start=first):
        digest = hash_of(digest, entry)
        db.session.add(AuditSeal(number=number, entry_id=entry.id, digest=digest, sealed_at=now))
    return len(waiting)


def hash_of(before: str, entry: AuditEntry) -> str:
    """SHA-256 over the seal before and the entry as JSON in one fixed form: keys sorted, ASCII, no spaces, time in UTC."""
    at = entry.at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    content = [entry.id, at, entry.actor, entry.action, entry.subject, entry.data]
    return hashlib.sha256(before.encode() + _canonical(content).encode()).hexdigest()


def verify(known: str = "") -> Chain:
    """Check every link from the first one on. `known`: a seal that somebody kept elsewhere; it must still be there."""
    count, digest, broken, seen = 0, BEFORE_THE_FIRST, "", False
    for link, entry in _links():
        broken = _what_is_wrong(count + 1, digest, link, entry)
        if broken:
            break
        count, digest, seen = count + 1, link.digest, seen or link.digest == known
    if known and not broken and not seen:
        broken = "the seal that was kept elsewhere is not in the chain: its end was cut off, or all of it written anew"
    unsealed = _unsealed().subquery()
    waiting, since = db.session.execute(select(func.count(), func.min(unsealed.c.at)).select_from(unsealed)).one()
    return Chain(count, broken, digest if count else "", waiting, since)


def _what_is_wrong(number: int, before: str, link: AuditSeal, entry: AuditEntry | None) -> str:
    if link.number != number:
        return f"seal {number} is missing"
    if entry is None:
        return f"entry {link.entry_id}, sealed as number {number}, is missing"
    if link.digest != hash_of(before, entry):
        return f"entry {link.entry_id}, sealed as number {number}, is not what was sealed there"
    return ""


def _links() -> Iterator[tuple[AuditSeal, AuditEntry | None]]:
    rows = select(AuditSeal, AuditEntry).outerjoin(AuditEntry, AuditSeal.entry_id == AuditEntry.id)
    for row in db.session.execute(rows.order_by(AuditSeal.number).execution_options(yield_per=IN_MEMORY)):
        yield row.AuditSeal, row.AuditEntry


def _unsealed() -> Any:
    return select(AuditEntry).where(~select(AuditSeal.number).where(AuditSeal.entry_id == AuditEntry.id).exists())


def _canonical(content: Any) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
