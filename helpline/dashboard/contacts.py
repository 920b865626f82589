"""Whom callers trust: the list, and each contact written down or changed with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, url_for
from sqlalchemy import select

from helpline.dashboard.held import MAY_DECIDE
from helpline.dashboard.words import LONGEST_NOTE, TOO_LONG
from helpline.db import db
from helpline.models import Caller
from helpline.services import tables
from helpline.services.contacts.keeping import Details, Unfit, contact_of, keep
from helpline.services.contacts.models import TrustedContact
from helpline.staff.session import signed_in

blueprint = Blueprint("contacts", __name__, url_prefix="/office/contacts", template_folder="templates")
MOST_ROWS = 50
NO_REASON = "Write how you know. The reason is kept with your name."
READERS = {"name": tables.words(160), "phone": tables.phone, "relation": tables.words(40)}
LABELS = {"name": "The name", "phone": "The telephone number", "relation": "What they are to the caller"}
DONE = {"added": "The contact is written down.", "amended": "The contact is changed.", "unchanged": "Nothing was different."}


@dataclass(frozen=True)
class Trusting:
    """A caller with the contacts in both places, None where nobody is in it."""

    caller: Caller
    first: TrustedContact | None
    second: TrustedContact | None


@blueprint.get("/")
@signed_in()
def contact_list() -> str:
    """Callers with a contact, or those whose name or number is looked for."""
    wanted = request.args.get("find", "").strip()[:160]
    may_change = g.staff.role in MAY_DECIDE
    return render_template("dashboard/contacts.html", found=_callers(wanted), wanted=wanted, may_change=may_change)


@blueprint.get("/<int:caller_id>/<any(first, second):place>")
@signed_in(*MAY_DECIDE)
def contact_page(caller_id: int, place: str) -> str:
    contact = contact_of(caller_id, place)
    names = (*READERS, "consent", "suspected")
    return _page(caller_id, place, {name: getattr(contact, name) for name in names} if contact else {})


@blueprint.post("/<int:caller_id>/<any(first, second):place>")
@signed_in(*MAY_DECIDE)
def change_contact(caller_id: int, place: str) -> Any:
    """Every field is checked, then the contact kept with the reason."""
    given = {name: request.form.get(name, "").strip() for name in (*READERS, "note")}
    ticked = {name: request.form.get(name) == "yes" for name in ("consent", "suspected")}
    field, problem = _fault(given)
    if not problem:
        details = Details(given["name"], given["phone"], given["relation"], **ticked)
        try:
            now = current_app.extensions["helpline"].now()
            done = keep(_one(caller_id).id, place, details, f"staff:{g.staff.id}", now, note=given["note"])
        except Unfit as why:
            field, problem = "phone", f"{LABELS['phone']} {why}."
    if problem:
        db.session.rollback()
        return _page(caller_id, place, {**given, **ticked}, field, problem), 422
    db.session.commit()
    flash(DONE[done])
    return redirect(url_for(".contact_list"))


def _fault(given: dict[str, str]) -> tuple[str, str]:
    """The first field that is wrong, and how; two empty words where all are right."""
    for name, read in READERS.items():
        try:
            read(given[name])
        except ValueError as error:
            return name, f"{LABELS[name]} {error}."
    if not given["note"]:
        return "note", NO_REASON
    return ("note", TOO_LONG) if len(given["note"]) > LONGEST_NOTE else ("", "")


def _page(caller_id: int, place: str, given: dict[str, Any], field: str = "", problem: str = "") -> str:
    shown = {"given": given, "field": field, "problem": problem}
    return render_template("dashboard/contact.html", caller=_one(caller_id), place=place, labels=LABELS, **shown)


def _one(caller_id: int) -> Caller:
    caller = db.session.get(Caller, caller_id)
    if caller is None:
        abort(404)
    return caller


def _callers(wanted: str) -> tuple[Trusting, ...]:
    query = select(Caller).where(Caller.training.is_(False)).order_by(Caller.full_name, Caller.id).limit(MOST_ROWS)
    if wanted:
        query = query.where(Caller.full_name.icontains(wanted, autoescape=True) | (Caller.phone == wanted))
    else:
        query = query.where(Caller.id.in_(select(TrustedContact.caller_id)))
    return tuple(
        Trusting(caller, contact_of(caller.id, "first"), contact_of(caller.id, "second"))
        for caller in db.session.scalars(query)
    )
