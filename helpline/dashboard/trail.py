"""The audit as a page: read by those who look over others' shoulders, and changed by nobody."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from flask import Blueprint, render_template, request
from sqlalchemy import select

from helpline.audit import AuditEntry, AuditSeal
from helpline.dashboard.held import who
from helpline.dashboard.words import HOLD_ACTIONS, word_for
from helpline.db import db
from helpline.pages import row_number
from helpline.staff.session import signed_in

blueprint = Blueprint("trail", __name__, url_prefix="/office/audit", template_folder="templates")
READERS = ("auditor", "supervisor", "administrator")
ON_A_PAGE = 50


@dataclass(frozen=True)
class Entry:
    """One line; `seal` is "" until the clock has sealed it."""

    id: int
    at: dt.datetime
    who: str
    what: str
    about: str
    details: tuple[str, ...]
    seal: str


@blueprint.get("/")
@signed_in(*READERS)
def audit_page() -> str:
    """The newest first. `?about=hold:3` is the trail of one thing; `?before=` goes back in time."""
    about = "".join(filter(str.isprintable, request.args.get("about", "")))[:60]
    before = request.args.get("before", 0, type=row_number)
    entries = _entries(about, before)
    older = entries[-1].id if len(entries) == ON_A_PAGE else 0
    return render_template("dashboard/audit.html", entries=entries, about=about, before=before, older=older)


def _entries(about: str, before: int) -> tuple[Entry, ...]:
    query = select(AuditEntry, AuditSeal.digest).outerjoin(AuditSeal, AuditSeal.entry_id == AuditEntry.id)
    if about:
        query = query.where(AuditEntry.subject == about)
    if before:
        query = query.where(AuditEntry.id < before)
    rows = db.session.execute(query.order_by(AuditEntry.id.desc()).limit(ON_A_PAGE)).all()
    return tuple(_entry(row.AuditEntry, row.digest or "") for row in rows)


def _entry(entry: AuditEntry, digest: str) -> Entry:
    return Entry(
        id=entry.id,
        at=entry.at,
        who=who(entry.actor),
        what=word_for(HOLD_ACTIONS, entry.action),
        about=entry.subject,
        details=tuple(f"{name}: {_plain(value)}" for name, value in entry.data.items() if value not in ("", [], None)),
        seal=digest[:12],
    )


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
