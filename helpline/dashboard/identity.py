"""How somebody proves who they are: our calls to them, who vouched, and what that is used for. No page shows a phrase or a PIN."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, url_for
from sqlalchemy import select

from helpline import audit
from helpline.dashboard.held import MAY_DECIDE
from helpline.dashboard.words import LONGEST_NOTE, TOO_LONG
from helpline.db import db
from helpline.identity import callbacks, phrases, vouching
from helpline.identity.callbacks import CallBack
from helpline.models import Caller
from helpline.parts import Parts
from helpline.services.proving import change_number
from helpline.staff.duty import phone_number
from helpline.staff.session import signed_in

blueprint = Blueprint("identity", __name__, url_prefix="/office/identity", template_folder="templates")
MOST_CALLERS, MOST_CALLS = 200, 10
NO_NOTE = "Write how you know that it is they."
NO_NUMBER = "Write the number with its country, for example +44 20 7183 8750."
RINGS = {
    "ok": "We ring the number on file in two minutes. Speak with them then.",
    "new_number": "Their number has changed within the last two weeks: a call to it proves nothing yet. Vouch at a visit.",
    "too_many": "They have been rung often enough today.",
}
CAME = {
    "referee": ("You have vouched for them. It is good for one hour and for one thing.",
                "No call of ours was answered with a yes in the last half hour, or it was vouched on already."),
    "code": ("The volunteer has the code now. It is good for half an hour.", "No volunteer of ours is with them today."),
    "visit": ("You have vouched for them together. It is good for one hour and for one thing.",
              "That code is not right, or it is too old, or it was tried too often. Nothing was changed."),
    "number": ("The number is changed. The old one gets a text where it takes one.", "Nobody has vouched for them within the last hour."),
}  # fmt: skip
STANDS = {"promised": "not answered", "answered": "a yes", "refused": "a no: they had asked for nothing"}


@blueprint.get("/")
@signed_in()
def caller_list() -> str:
    callers = db.session.scalars(
        select(Caller).where(Caller.training.is_(False)).order_by(Caller.full_name).limit(MOST_CALLERS)
    ).all()
    return render_template("dashboard/identities.html", callers=callers)


@blueprint.get("/<int:caller_id>")
@signed_in()
def caller_page(caller_id: int) -> str:
    """Who looked is written down."""
    _one(caller_id)
    audit.write(f"staff:{g.staff.id}", "identity_seen", f"caller:{caller_id}", _now())
    db.session.commit()
    return _page(caller_id)


@blueprint.post("/<int:caller_id>/ring")
@signed_in(*MAY_DECIDE)
def ring(caller_id: int) -> Any:
    """Have the number on file rung: so that they speak with the office, or choose a PIN of their own."""
    wish = "pin" if request.form.get("wish") == "pin" else "vouch"
    came = callbacks.promise(_one(caller_id), wish, None, f"staff:{g.staff.id}", _now())
    return _back(caller_id, RINGS[came], came == "ok")


@blueprint.post("/<int:caller_id>/referee")
@signed_in(*MAY_DECIDE)
def referee(caller_id: int) -> Any:
    return _with_note(caller_id, "referee", lambda note: vouching.vouch_on_the_call(caller_id, g.staff.id, note, _now()))


@blueprint.post("/<int:caller_id>/code")
@signed_in(*MAY_DECIDE)
def send_code(caller_id: int) -> Any:
    sent = vouching.send_code(_one(caller_id).id, g.staff.id, _today(), _parts().settings.secret_key, _now())
    return _back(caller_id, CAME["code"][not sent], sent)


@blueprint.post("/<int:caller_id>/visit")
@signed_in(*MAY_DECIDE)
def visit(caller_id: int) -> Any:
    code = "".join(sign for sign in request.form.get("code", "")[:20] if sign in "0123456789")
    secret = _parts().settings.secret_key
    vouch = vouching.vouch_at_the_visit
    return _with_note(caller_id, "visit", lambda note: vouch(caller_id, g.staff.id, code, note, secret, _now()))


@blueprint.post("/<int:caller_id>/number")
@signed_in(*MAY_DECIDE)
def number(caller_id: int) -> Any:
    """What needs level 3, done here: the vouch is used up by it."""
    caller, parts = _one(caller_id), _parts()
    try:
        new = phone_number(request.form.get("number", ""))
    except ValueError:
        return _page(caller_id, "number", NO_NUMBER), 422
    language = parts.languages.get(caller.language, parts.languages[parts.settings.language])
    landline = request.form.get("landline") == "yes"
    done = change_number(caller_id, new, landline, g.staff.id, language, parts.settings, parts.now())
    return _back(caller_id, CAME["number"][not done], done)


def _with_note(caller_id: int, what: str, vouch: Callable[[str], bool]) -> Any:
    """A vouch is worth what is written with it."""
    _one(caller_id)
    note = request.form.get("note", "").strip()
    if not note or len(note) > LONGEST_NOTE:
        return _page(caller_id, what, TOO_LONG if note else NO_NOTE), 422
    done = vouch(note)
    return _back(caller_id, CAME[what][not done], done)


def _back(caller_id: int, told: str, done: bool) -> Any:
    db.session.commit()
    flash(told, "message" if done else "error")
    return redirect(url_for(".caller_page", caller_id=caller_id))


def _page(caller_id: int, field: str = "", problem: str = "") -> str:
    """`field` names the form that something was wrong with."""
    now = _now()
    calls = db.session.scalars(
        select(CallBack).where(CallBack.caller_id == caller_id).order_by(CallBack.id.desc()).limit(MOST_CALLS)
    ).all()
    at_home = vouching.visit_today(caller_id, _today())
    return render_template(
        "dashboard/identity.html",
        caller=_one(caller_id),
        has_phrase=phrases.has_phrase(caller_id),
        calls=calls,
        stands=STANDS,
        good=vouching.good(caller_id, now),
        volunteer=at_home[1] if at_home else None,
        new_number=callbacks.number_changed_lately(caller_id, now),
        may=g.staff.role in MAY_DECIDE,
        field=field,
        problem=problem,
    )


def _one(caller_id: int) -> Caller:
    caller = db.session.get(Caller, caller_id)
    if caller is None:
        abort(404)
    return caller


def _parts() -> Parts:
    parts: Parts = current_app.extensions["helpline"]
    return parts


def _now() -> dt.datetime:
    return _parts().now()


def _today() -> dt.date:
    return _now().astimezone(ZoneInfo(_parts().settings.time_zone)).date()
