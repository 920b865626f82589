"""With which card a caller pays, and the card company's own page for a new one: opened by somebody of the office with the
caller beside them. No page of ours asks for a card's number."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, url_for
from sqlalchemy import select

from helpline import audit
from helpline.dashboard.held import MAY_DECIDE
from helpline.dashboard.words import LONGEST_NOTE, TOO_LONG
from helpline.db import db
from helpline.models import Caller
from helpline.parts import Parts
from helpline.services.cards import CardEntry, look_at_page, open_page
from helpline.services.gateways.cards import Card, CardGateway
from helpline.services.gateways.payments import GatewayUnclear
from helpline.staff.session import signed_in

blueprint = Blueprint("cards", __name__, url_prefix="/office/cards", template_folder="templates")
MOST_CALLERS, MOST_ENTRIES = 200, 5
NO_NOTE = "Write how you know that it is they."
NO_ANSWER = "The card company does not answer. Nothing has changed. Try it again in a moment."
CAME = {"saved": "The card is saved. Their payments go to it from now on.", "waiting": "No card has been left there yet."}
STANDS = {"waiting": "not finished", "typed": "typed, and not answered yet", "saved": "saved", "failed": "no card came of it"}


@blueprint.get("/")
@signed_in()
def caller_list() -> str:
    callers = db.session.scalars(
        select(Caller).where(Caller.training.is_(False)).order_by(Caller.full_name).limit(MOST_CALLERS)
    ).all()
    return render_template("dashboard/card_list.html", callers=callers)


@blueprint.get("/<int:caller_id>")
@signed_in()
def caller_page(caller_id: int) -> str:
    """Who looked is written down."""
    _one(caller_id)
    audit.write(f"staff:{g.staff.id}", "card_seen", f"caller:{caller_id}", _parts().now())
    db.session.commit()
    return _page(caller_id)


@blueprint.post("/<int:caller_id>/open")
@signed_in(*MAY_DECIDE)
def open_for(caller_id: int) -> Any:
    """A link to the card company's page, which comes back here. A link, for no form of ours may lead elsewhere."""
    if _one(caller_id).training:
        abort(404)
    note, parts = request.form.get("note", "").strip(), _parts()
    if not note or len(note) > LONGEST_NOTE:
        return _page(caller_id, TOO_LONG if note else NO_NOTE), 422
    back = f"{parts.settings.public_url.rstrip('/')}/office/cards/{caller_id}/back/{{}}"
    try:
        url = open_page(caller_id, g.staff.id, note, _gateway(), back, parts.now())
        return render_template("dashboard/card_open.html", caller=_one(caller_id), url=url)
    except GatewayUnclear:
        flash(NO_ANSWER, "error")
        return redirect(url_for(".caller_page", caller_id=caller_id))


@blueprint.get("/<int:caller_id>/back/<int:entry_id>")
@signed_in(*MAY_DECIDE)
def back(caller_id: int, entry_id: int) -> Any:
    """From the card company's page: what came of it is asked there, and nothing of this address is believed."""
    entry, parts = db.session.get(CardEntry, entry_id), _parts()
    if entry is None or entry.caller_id != caller_id or entry.staff_id is None:
        abort(404)
    language = parts.languages.get(_one(caller_id).language, parts.languages[parts.settings.language])
    try:
        came = look_at_page(entry, _gateway(), language, parts.now())
        flash(CAME[came], "message" if came == "saved" else "error")
    except GatewayUnclear:
        flash(NO_ANSWER, "error")
    return redirect(url_for(".caller_page", caller_id=caller_id))


def _page(caller_id: int, problem: str = "") -> str:
    entries = db.session.scalars(
        select(CardEntry).where(CardEntry.caller_id == caller_id).order_by(CardEntry.id.desc()).limit(MOST_ENTRIES)
    ).all()
    return render_template(
        "dashboard/card.html",
        caller=_one(caller_id),
        card=db.session.get(Card, f"caller:{caller_id}"),
        entries=entries,
        stands=STANDS,
        may=g.staff.role in MAY_DECIDE and isinstance(_parts().conversation.payments, CardGateway),
        problem=problem,
    )


def _gateway() -> CardGateway:
    gateway = _parts().conversation.payments
    if not isinstance(gateway, CardGateway):
        abort(404)
    return gateway


def _one(caller_id: int) -> Caller:
    caller = db.session.get(Caller, caller_id)
    if caller is None:
        abort(404)
    return caller


def _parts() -> Parts:
    parts: Parts = current_app.extensions["helpline"]
    return parts
