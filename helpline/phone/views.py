"""The pages of the browser telephone, and its socket.

Without JavaScript a call is typed: each form that is sent is a turn. With it the same page brings the microphone to our
socket, which speaks as the telephone company's does. Who rings is always somebody invented.
"""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, current_app, flash, g, redirect, render_template, request, session, url_for
from flask_sock import Sock

from helpline.calls.conversation import OutOfTurn
from helpline.calls.doors import is_socket, parts, switchboard
from helpline.calls.lines import new_token
from helpline.calls.media import MOST_TYPED
from helpline.calls.routes import carry
from helpline.calls.turns import open_call
from helpline.db import db
from helpline.models import Call, Caller
from helpline.pages import CONTENT_POLICY, row_number
from helpline.phone import practice
from helpline.phone.captions import captions, outcomes
from helpline.services import handover
from helpline.staff.session import signed_in
from voice.heard import Heard, Reply

MAY_RING = ("coordinator", "supervisor", "administrator")
KEYS = "123456789*0#"
SHARE = 0.5  # of the lines: the others are for people who need something
MOST_KEYS = 40
NOTHING_SAID = "Write what you say, or which keys you press."
NOT_KEYS = "Keys are 0 to 9, * and #."
ON_THE_LINE = "This call is on the line by voice, perhaps in another window. Hang up there first."
blueprint = Blueprint("phone", __name__, url_prefix="/office/phone", template_folder="templates")
sock = Sock()


@blueprint.before_request
def refuse_other_sites_sockets() -> None:
    """A browser lets any site open a socket to us and sends our cookie with it: only a page of ours may."""
    if is_socket() and ("staff" not in session or not _from_our_page()):
        abort(403)


@blueprint.before_request
@signed_in(*MAY_RING)
def only_the_office() -> None:
    """Volunteers have pages of their own, and an auditor changes nothing."""


@blueprint.after_request
def let_our_script_run(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = f"{CONTENT_POLICY}; script-src 'self'; connect-src 'self'"
    return response


# -- whom to ring as


@blueprint.get("/")
def start() -> str:
    return render_template("phone/start.html", callers=practice.callers(), pin=practice.PIN)


@blueprint.post("/afresh")
def afresh() -> Any:
    """The invented people of before are gone, and new ones have what they need."""
    practice.start_afresh(parts().settings, parts().now())
    db.session.commit()
    flash("The people for training are there, with new bills and free times.")
    return redirect(url_for(".start"))


@blueprint.post("/ring")
def ring() -> Any:
    """Open a call as one of the invented people, or as somebody unknown; a typed one is answered at once."""
    number, now = _number(request.form.get("caller", "")), parts().now()
    practice.add_free_times(parts().settings, now)
    who = {"kind": "training", "staff": g.staff.id}
    call = open_call(f"phone{secrets.token_hex(16)}", number, "inbound", now, who, training=True)
    call_id = call.id
    db.session.commit()
    if request.form.get("how") == "typing":
        _answered(call_id, parts().conversation.begin(call_id))
    return redirect(url_for(".call_page", call_id=call_id))


# -- one call


@blueprint.get("/calls/<int:call_id>")
def call_page(call_id: int) -> str:
    return _call_page(_own(call_id))


@blueprint.get("/calls/<int:call_id>/turns")
def turns(call_id: int) -> Any:
    """The turns from number `since` on, as a piece of the page; the header says whether there will be more."""
    call, since = _own(call_id), request.args.get("since", 0, type=row_number)
    state = "on" if call.ended_at is None else "over"
    return render_template("phone/turns.html", captions=captions(call.id, since)), {"X-Call": state}


@blueprint.post("/calls/<int:call_id>/turns")
def say(call_id: int) -> Any:
    """What was typed is what was heard: the next turn of this call. Sent twice, it is one turn."""
    call = _own(call_id)
    heard, problem = _typed()
    if heard is None:
        return _call_page(call, problem), 422
    if switchboard().lines.carries(call.id):
        flash(ON_THE_LINE, "error")
    elif call.ended_at is None:
        _take_turn(call_id, heard)
    return redirect(url_for(".call_page", call_id=call_id, _anchor="say"))


@blueprint.post("/calls/<int:call_id>/hang-up")
def hang_up(call_id: int) -> Any:
    parts().conversation.hung_up(_own(call_id).id)
    return redirect(url_for(".call_page", call_id=call_id))


@blueprint.post("/calls/<int:call_id>/token")
def token(call_id: int) -> Any:
    """What lets one socket carry this call, once. 409: it is over; 503: too many talk already."""
    call = _own(call_id)
    if call.ended_at is not None:
        abort(409)
    if not switchboard().lines.room_for(call.id, SHARE):
        abort(503)
    given = {"sid": call.sid, "token": new_token(call, str(current_app.secret_key))}
    db.session.commit()
    return given


@sock.route("/stream", bp=blueprint)  # type: ignore[untyped-decorator]
def stream(ws: Any) -> None:
    """The same socket as the telephone company's, for the call of whoever is signed in."""
    staff_id = g.staff.id
    db.session.remove()
    carry(ws, lambda call: call.training and call.purpose.get("staff") == staff_id, may_type=True)


# -- pieces


def _call_page(call: Call, problem: str = "") -> str:
    over = call.ended_at is not None
    caller = next((one for one in practice.callers() if one.phone == call.number), None)
    return render_template(
        "phone/call.html",
        call=call,
        name=_names(call.number) or "somebody unknown",
        pin=practice.PIN if caller else "",
        captions=captions(call.id),
        over=over,
        rung=handover.free(parts().now()) if over and call.outcome == "person" else (),
        outcomes=outcomes(call) if over else (),
        keys=KEYS,
        most=MOST_TYPED,
        problem=problem,
    )


def _take_turn(call_id: int, heard: Heard) -> None:
    number = request.form.get("turn", 0, type=row_number)
    try:
        _answered(call_id, parts().conversation.take_turn(call_id, number, heard))
    except OutOfTurn:
        flash("The call has gone on in another window. This was not said.", "error")


def _answered(call_id: int, reply: Reply) -> None:
    """Carry out what a gateway has to do, until the caller is asked something."""
    while reply.then == "carry_out":
        reply = parts().conversation.carry_out(call_id, reply.turn + 1)


def _typed() -> tuple[Heard | None, str]:
    """What the form says that the caller does; or what is wrong with it."""
    words = (request.form.get("instead") or request.form.get("words", "")).strip()[:MOST_TYPED]
    what = request.form.get("as", "words")
    if what == "silence":
        return Heard(), ""
    if not words:
        return None, NOTHING_SAID
    if what == "keys":
        keys = words.replace(" ", "")[:MOST_KEYS]
        return (None, NOT_KEYS) if keys.strip(KEYS) else (Heard(keys=keys), "")
    return Heard(text=words, engine="typed"), ""


def _own(call_id: int) -> Call:
    """A training call of whoever is signed in."""
    call = db.session.get(Call, call_id)
    if call is None or not call.training or call.purpose.get("staff") != g.staff.id:
        abort(404)
    return call


def _number(chosen: str) -> str:
    """The number of the caller who was chosen; one that nobody has for somebody unknown."""
    numbers = {str(one.id): one.phone for one in practice.callers()}
    if chosen != "unknown" and chosen not in numbers:
        abort(400)
    return numbers.get(chosen, practice.UNKNOWN)


def _names(number: str) -> str:
    people: list[Caller] = [one for one in practice.callers() if one.phone == number]
    return " or ".join(one.full_name for one in people)


def _from_our_page() -> bool:
    public = urlsplit(parts().settings.public_url)
    return request.headers.get("Origin", "") in (f"{public.scheme}://{public.netloc}", request.host_url.rstrip("/"))
