"""Whose payments are stopped or protected, and how somebody of the office takes that back for a caller without a PIN."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, url_for
from sqlalchemy import or_, select

from helpline.dashboard.held import MAY_DECIDE
from helpline.dashboard.words import LONGEST_NOTE, TOO_LONG
from helpline.db import db
from helpline.models import Caller
from helpline.parts import Parts
from helpline.services.protection import PaymentGuard, lift_by_staff
from helpline.staff.session import signed_in

blueprint = Blueprint("guards", __name__, url_prefix="/office/protection", template_folder="templates")
NO_PROOF = "Write how you made sure that it is they."
WORDS = {"freeze": "Allow payments again", "protection": "Switch the protection off"}
DONE = {"freeze": "Payments are allowed again.", "protection": "The protection is off."}
NOTHING_LEFT = "Somebody has done that already. Nothing more was done."


@dataclass(frozen=True)
class Guarded:
    """What one caller has switched on, and since when; None where it is off."""

    caller_id: int
    name: str
    number: str
    freeze: dt.datetime | None
    protection: dt.datetime | None


@blueprint.get("/")
@signed_in()
def guard_list() -> str:
    may_lift = g.staff.role in MAY_DECIDE
    return render_template("dashboard/guards.html", guarded=_guarded(), may_lift=may_lift, words=WORDS)


@blueprint.get("/<int:caller_id>/<any(freeze, protection):what>")
@signed_in(*MAY_DECIDE)
def lift_page(caller_id: int, what: str) -> str:
    return _lift_page(caller_id, what)


@blueprint.post("/<int:caller_id>/<any(freeze, protection):what>")
@signed_in(*MAY_DECIDE)
def lift(caller_id: int, what: str) -> Any:
    """With a written proof, once."""
    note = request.form.get("note", "").strip()
    if not note or len(note) > LONGEST_NOTE:
        return _lift_page(caller_id, what, note, TOO_LONG if note else NO_PROOF), 422
    parts: Parts = current_app.extensions["helpline"]
    language = parts.languages.get(_one(caller_id).language, parts.languages[parts.settings.language])
    done = lift_by_staff(caller_id, what, g.staff.id, note, language, parts.settings, parts.now())
    db.session.commit()
    flash(DONE[what] if done else NOTHING_LEFT, "message" if done else "error")
    return redirect(url_for(".guard_list"))


def _lift_page(caller_id: int, what: str, note: str = "", problem: str = "") -> str:
    caller = _one(caller_id)
    return render_template("dashboard/guard.html", caller=caller, what=what, words=WORDS, note=note, problem=problem)


def _one(caller_id: int) -> Caller:
    caller = db.session.get(Caller, caller_id)
    if caller is None:
        abort(404)
    return caller


def _guarded() -> tuple[Guarded, ...]:
    rows = db.session.execute(
        select(PaymentGuard, Caller)
        .join(Caller, PaymentGuard.caller_id == Caller.id)
        .where(or_(PaymentGuard.frozen_at.is_not(None), PaymentGuard.protected_at.is_not(None)))
        .where(Caller.training.is_(False))
        .order_by(PaymentGuard.frozen_at.is_(None), Caller.full_name)
    )
    return tuple(
        Guarded(
            row.Caller.id, row.Caller.full_name, row.Caller.phone, row.PaymentGuard.frozen_at, row.PaymentGuard.protected_at
        )
        for row in rows
    )
