"""The provider's way in: webhooks that say what a call does next, and the socket that carries its sound.

Every request must be signed by the provider for exactly our public address; the socket needs a one-time token as
well. Whatever goes wrong behind a webhook, its caller hears words and is never left with a dead line.
"""

from __future__ import annotations

import json
import logging
import socket
import struct
import time
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, abort, current_app, request
from flask_sock import Sock
from simple_websocket import ConnectionClosed
from werkzeug.exceptions import HTTPException

from helpline import deliveries
from helpline.calls import answering
from helpline.calls.answering import TurnTimes
from helpline.calls.conversation import BROKEN
from helpline.calls.lines import Lines, new_token, use_token
from helpline.calls.media import POLICY_VIOLATION, LiveCall, log_times
from helpline.calls.turns import find_call, open_call
from helpline.db import db
from helpline.models import Call
from helpline.outbox import Delivery
from helpline.providers import GoTo, HangUp, Provider, PutThrough, Ringing, Speak, Stream, Verb

blueprint = Blueprint("calls", __name__, url_prefix="/calls")
sock = Sock()
AFTER, HANDED_OVER, SOCKET = "/calls/after", "/calls/handed-over", "/calls/stream"
START_WITHIN = 5.0  # seconds from the handshake to `start`
SEND_WITHIN = 5  # seconds that the other side may leave our sound unread
MOST_SOCKETS = 3  # in a row: a line that breaks more often is given up
MOST_MESSAGE = 64 * 1024  # bytes of one message from the socket
PING_SECONDS = 25
log = logging.getLogger(__name__)


class Parts(answering.Parts, Protocol):
    """What the routes need of the application: what a live call needs, and the telephone company."""

    @property
    def provider(self) -> Provider: ...


@dataclass(frozen=True)
class Switchboard:
    """What all calls of this process share, as `app.extensions["switchboard"]`."""

    lines: Lines
    pool: Executor
    measured: Callable[[TurnTimes], None]


def init_app(app: Flask, parts: Parts, measured: Callable[[TurnTimes], None] = log_times) -> None:
    server = parts.settings.server
    app.config["SOCK_SERVER_OPTIONS"] = {"max_message_size": MOST_MESSAGE, "ping_interval": PING_SECONDS}
    pool = ThreadPoolExecutor(max_workers=server.most_calls, thread_name_prefix="answering")
    app.extensions["switchboard"] = Switchboard(Lines(server.most_calls), pool, measured)
    app.register_blueprint(blueprint)


# -- who is asking


@blueprint.before_request
def only_the_provider() -> None:
    """Refuse what is not signed for exactly our public address."""
    parts = _parts()
    base, path = urlsplit(parts.settings.public_url), _raw_path()
    scheme = base.scheme.replace("http", "ws") if _is_socket() else base.scheme
    form = {} if _is_socket() else request.form
    if not parts.provider.signed(f"{scheme}://{base.netloc}{path}", form, dict(request.headers)):
        log.warning("a request to %s is not signed by the provider", request.path)
        abort(403)


@blueprint.errorhandler(Exception)
def never_a_dead_line(error: Exception) -> Any:
    """What we could not answer: the caller hears so, and is put through to a person where there is one."""
    if isinstance(error, HTTPException):
        return error
    log.exception("the webhook %s failed", request.path)
    db.session.rollback()
    return _document(_spoken("trouble"), *_to_staff())


# -- webhooks


@blueprint.post("/incoming")
def incoming() -> Response:
    """Somebody rings."""
    ringing = _ringing()
    call = open_call(ringing.sid, ringing.number, "inbound", _parts().now())
    return _carry(call)


@blueprint.post("/answered/<int:delivery_id>")
def answered(delivery_id: int) -> Response:
    """Somebody whom we have rung picks up."""
    delivery = db.session.get(Delivery, delivery_id)
    if delivery is None or delivery.channel != "call":
        abort(404)
    ringing = _ringing()
    call = open_call(ringing.sid, ringing.number or delivery.to_number, "outbound", _parts().now(), delivery.purpose)
    return _carry(call)


@blueprint.post("/after")
def after() -> Response:
    """The stream has ended: by our own doing, or because it broke."""
    call = _call_of(_ringing())
    if call.outcome == "person":
        return _document(*(_to_staff() or [HangUp()]))
    if call.outcome not in ("", *BROKEN):
        return _document(HangUp())
    broken = request.args.get("broken", 0, type=int) + 1
    if broken >= MOST_SOCKETS:
        return _a_person_instead(call, "bad_line")
    return _carry(call, broken)


@blueprint.post("/handed-over")
def handed_over() -> Response:
    """A person was rung: they talked, or nobody was there and the caller comes back to us."""
    ringing = _ringing()
    call = _call_of(ringing)
    if ringing.taken or ringing.status == "ended":
        return _document(HangUp())
    call_id = call.id
    returned = _parts().conversation.come_back(call_id)
    if returned and _switchboard().lines.room_for(call_id):
        return _carry(db.session.get_one(Call, call_id))
    return _call_back(call_id, "bad_line" if _switchboard().lines.room_for(call_id) else "busy", nobody_there=True)


@blueprint.post("/status")
def status() -> tuple[str, int]:
    """How a call stands: late, repeated or out of order, it does no harm."""
    parts, ringing = _parts(), _ringing()
    call = find_call(ringing.sid)
    if call is not None and ringing.status in ("ended", "unanswered"):
        parts.conversation.hung_up(call.id)
    if ringing.status == "unanswered":
        deliveries.unanswered(ringing.sid, parts.now())
        db.session.commit()
    return "", 204


# -- the socket


@sock.route("/stream", bp=blueprint)  # type: ignore[untyped-decorator]
def stream(ws: Any) -> None:
    """One socket: nothing is heard of it before a `start` with its call's own token."""
    switchboard: Switchboard = current_app.extensions["switchboard"]
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    _never_wait_long(ws)
    try:
        start = _start(ws)
    except ConnectionClosed:
        return
    carries = _let_in(start)
    if carries is None:
        ws.close(POLICY_VIOLATION, "not your call")
        return
    live = LiveCall(ws, start["streamSid"], *carries, app, _parts(), switchboard.pool, switchboard.measured)
    if not switchboard.lines.take(live):
        ws.close(POLICY_VIOLATION, "the call has a line already")
        return
    try:
        live.run()
    finally:
        switchboard.lines.leave(live)


def _start(ws: Any) -> dict[str, Any]:
    """The content of the first `start` message; {} when it does not come in time or is none."""
    until = time.monotonic() + START_WITHIN
    while (left := until - time.monotonic()) > 0:
        message = ws.receive(timeout=left)
        try:
            data = json.loads(message or "{}")
            if data.get("event") == "start":
                return {**data["start"], "streamSid": str(data["streamSid"])}
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return {}
    return {}


def _let_in(start: dict[str, Any]) -> tuple[int, int] | None:
    """The call that this socket may carry, and which of its sockets this is, from 1; or None."""
    parameters = start.get("customParameters")
    token = parameters.get("token") if isinstance(parameters, dict) else None
    sid = start.get("callSid")
    if not isinstance(token, str) or not isinstance(sid, str) or not sid.isalnum():
        return None
    call = find_call(sid)
    allowed = call is not None and use_token(call.id, token)
    db.session.commit()
    carries = (call.id, call.sockets) if call and allowed else None
    db.session.remove()
    return carries


def _never_wait_long(ws: Any) -> None:
    """Sending to somebody who does not read must end in an error, not in a thread that waits for ever."""
    ws.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", SEND_WITHIN, 0))


# -- pieces


def _carry(call: Call, broken: int = 0) -> Response:
    """Have the call's sound brought to our socket; when that ends, for whatever reason, we are asked again.

    How many streams have broken stands in the address that we are asked at: a stream that never reaches us counts too,
    and a webhook that is repeated does not.
    """
    if not _switchboard().lines.room_for(call.id):
        return _a_person_instead(call, "busy")
    parts = _parts()
    public = parts.settings.public_url.rstrip("/")
    token = new_token(call, str(current_app.secret_key))
    db.session.commit()
    next_time = public + AFTER + (f"?broken={broken}" if broken else "")
    return _document(Stream(public.replace("http", "ws", 1) + SOCKET, token), GoTo(next_time))


def _a_person_instead(call: Call, why: str) -> Response:
    """We cannot carry this call. Nobody hears silence or an engaged tone: a person now, or a promised call-back."""
    call_id = call.id
    db.session.commit()
    return _call_back(call_id, why)


def _call_back(call_id: int, why: str, nobody_there: bool = False) -> Response:
    when = _parts().conversation.promise_call_back(call_id, why, nobody_there)
    if not when:
        return _document(_spoken("person.connecting"), *_to_staff())
    return _document(_spoken(why, when=when), HangUp())


def _to_staff() -> list[Verb]:
    number = _parts().settings.telephony.staff_number
    return [PutThrough(number, _parts().settings.public_url.rstrip("/") + HANDED_OVER)] if number else []


def _spoken(key: str, **values: Any) -> Speak:
    parts = _parts()
    code = parts.settings.language
    return Speak(parts.languages[code].prompt(key, values, parts.now().date()), code)


def _ringing() -> Ringing:
    try:
        return _parts().provider.ringing(request.form)
    except ValueError as error:
        log.warning("%s", error)
        abort(400)


def _call_of(ringing: Ringing) -> Call:
    """The call; one that we do not know (its first webhook was lost) begins now."""
    return open_call(ringing.sid, ringing.number, "inbound", _parts().now())


def _document(*verbs: Verb) -> Response:
    return Response(_parts().provider.document(*verbs), mimetype="text/xml")


def _raw_path() -> str:
    """Path and query exactly as they were asked for: a signature is made over them."""
    raw = str(request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or request.path)
    return raw[raw.index("/", raw.index("://") + 3) :] if "://" in raw.split("?")[0] else raw


def _is_socket() -> bool:
    return "wsgi.websocket" in request.environ or request.headers.get("Upgrade", "").lower() == "websocket"


def _parts() -> Parts:
    parts: Parts = current_app.extensions["helpline"]
    return parts


def _switchboard() -> Switchboard:
    switchboard: Switchboard = current_app.extensions["switchboard"]
    return switchboard
