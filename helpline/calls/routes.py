"""The provider's way in: webhooks that say what a call does next, and the socket that carries its sound.

The socket needs a one-time token besides the signature that every request must have.
"""

from __future__ import annotations

import json
import logging
import socket
import struct
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask import Flask, Response, abort, current_app, request
from flask_sock import Sock
from simple_websocket import ConnectionClosed

from helpline import deliveries, events
from helpline.calls import bridge, fallback, full, offers, person, turns
from helpline.calls.answering import TurnTimes
from helpline.calls.bridge import Talks
from helpline.calls.conversation import BROKEN
from helpline.calls.doors import (
    AFTER,
    HANDED_OVER,
    Parts,
    Switchboard,
    call_of,
    document,
    door,
    language_of,
    parts,
    public,
    ringing,
    spoken,
    switchboard,
)
from helpline.calls.lines import Lines, new_token, spent_token, use_token
from helpline.calls.media import POLICY_VIOLATION, LiveCall, log_times
from helpline.calls.turns import find_call, open_call
from helpline.db import db
from helpline.models import Call
from helpline.outbox import Delivery
from helpline.providers import GoTo, HangUp, Speak, Stream, TakeCard
from helpline.services import cards, fullhouse, handover, people
from helpline.services.cards import CardEntry
from helpline.services.handover import Handover
from volunteers.dispatch import NEWS

blueprint = door("calls", __name__)
sock = Sock()
SOCKET, DESK, STREAM_STATUS = "/calls/stream", "/calls/desk", "/calls/stream-status"
START_WITHIN = 5.0  # seconds from the handshake to `start`
SEND_WITHIN = 5  # seconds that the other side may leave our sound unread
MOST_SOCKETS = 2  # in a row: a line that breaks more often goes on by turns
MOST_MESSAGE = 64 * 1024  # bytes of one message from the socket
PING_SECONDS = 25
MACHINE_ANSWERED = "machine_answered"  # an event of a call
log = logging.getLogger(__name__)


def init_app(app: Flask, parts: Parts, measured: Callable[[TurnTimes], None] = log_times) -> None:
    server = parts.settings.server
    app.config["SOCK_SERVER_OPTIONS"] = {"max_message_size": MOST_MESSAGE, "ping_interval": PING_SECONDS}
    pool = ThreadPoolExecutor(max_workers=server.most_calls, thread_name_prefix="answering")
    app.extensions["switchboard"] = Switchboard(Lines(server.most_calls), Talks(), pool, measured)
    app.register_blueprint(blueprint)


# -- webhooks


@blueprint.post("/incoming")
def incoming() -> Response:
    """Somebody rings."""
    asked = ringing()
    return _carry_first(open_call(asked.sid, asked.number, "inbound", parts().now()))


@blueprint.post("/answered/<int:delivery_id>")
def answered(delivery_id: int) -> Response:
    """Somebody whom we have rung picks up."""
    delivery = db.session.get(Delivery, delivery_id)
    if delivery is None or delivery.channel != "call":
        abort(404)
    asked = ringing()
    if rung := handover.picked_up(delivery_id, asked.sid):
        return person.whispered(*rung)
    if delivery.purpose.get("kind") == NEWS:
        return offers.answered(delivery, asked.sid)
    call = open_call(asked.sid, asked.number or delivery.to_number, "outbound", parts().now(), delivery.purpose)
    if call.purpose.get("kind") == fullhouse.KIND:
        fullhouse.answered(call, parts().now())
        return _carry_first(call, spoken("full.rung_back", language_of(call)))
    return _carry_first(call)


@blueprint.post("/full/<int:call_id>")
def full_house(call_id: int) -> Response:
    """Somebody waits for a line: a key, or whether it is their turn."""
    asked = ringing()
    call = _waiting(call_id, asked.sid)
    if asked.keys == full.RING_ME:
        return full.ring_back(call)
    if asked.keys == full.A_PERSON:
        fullhouse.gone(call_id, parts().now())
        db.session.commit()
        return _call_back(call_id, "busy")
    return _carry(call, first=(spoken("full.your_turn", language_of(call)),), waits=True)


@blueprint.post("/full/<int:call_id>/number")
def full_house_number(call_id: int) -> Response:
    """Somebody whose number we do not see has typed one."""
    asked = ringing()
    return full.number_typed(_waiting(call_id, asked.sid), asked.keys)


@blueprint.post("/full/<int:call_id>/number/<number>")
def full_house_number_right(call_id: int, number: str) -> Response:
    """They have heard it read back."""
    asked = ringing()
    return full.number_confirmed(_waiting(call_id, asked.sid), number, asked.keys)


def _waiting(call_id: int, sid: str) -> Call:
    call = db.session.get(Call, call_id)
    if call is None or call.sid != sid:
        abort(404)
    return call


@blueprint.post("/after")
def after() -> Response:
    """The stream has ended: by our own doing, or because it broke."""
    call = call_of(ringing())
    if call.outcome == "person":
        return document(HangUp()) if _nobody_but_a_machine(call) else _to_person(call)
    if call.outcome == "card":
        return _card(call)
    if call.outcome not in ("", *BROKEN):
        return document(HangUp())
    worked = call.turns > request.args.get("turns", call.turns, type=int)
    broken = 1 if worked else request.args.get("broken", 0, type=int) + 1
    return _by_turns(call) if broken >= MOST_SOCKETS else _carry(call, broken)


@blueprint.post("/handed-over")
def handed_over() -> Response:
    """A person was rung: they talked, or nobody was there and the caller comes back to us. Or somebody has taken the call at
    their desk, and this is where its sound goes there."""
    asked = ringing()
    call, gone = call_of(asked), asked.status == "ended"
    waits = handover.latest(call.id)
    if waits is not None and waits.status in ("taken", "lost", "over") and handover.at_a_desk(waits) and not gone:
        return _after_the_desk(call, waits) if "desk" in request.args else _to_desk(call, waits)
    handover.close(call.id, parts().now(), asked.taken, gone)
    db.session.commit()
    return document(HangUp()) if asked.taken or gone else _nobody_there(call.id)


@blueprint.post("/card/<int:entry_id>")
def card_typed(entry_id: int) -> Response:
    """A card was typed, or was not: told twice, it counts once. The caller comes back to us."""
    asked = ringing()
    entry = db.session.get(CardEntry, entry_id)
    call = db.session.get(Call, entry.call_id) if entry is not None and entry.call_id else None
    if entry is None or call is None or call.sid != asked.sid:
        abort(404)
    typed = parts().provider.card(request.form)
    cards.take(entry, typed, parts().now())
    db.session.commit()
    return document(HangUp()) if typed.came == "hung_up" else _back_from_card(call.id)


@blueprint.post("/stream-status")
def stream_status() -> tuple[str, int]:
    """How a stream does. One that was refused before it said a word is not tried again in this call."""
    asked = ringing()
    call = find_call(asked.sid)
    if call is not None and asked.trouble:
        log.warning("call %s: its stream failed: %s", call.id, asked.trouble)
        if call.token_hash is not None:  # nobody has come with it: the socket was never opened
            fallback.refused(call, asked.trouble, parts().now())
    db.session.commit()
    return "", 204


@blueprint.post("/machine")
def machine() -> tuple[str, int]:
    """What seems to have answered a call of ours."""
    asked = ringing()
    call = find_call(asked.sid)
    if call is not None and asked.machine and not events.told(f"call:{call.id}", MACHINE_ANSWERED):
        events.record(MACHINE_ANSWERED, f"call:{call.id}", parts().now())
    db.session.commit()
    return "", 204


@blueprint.post("/status")
def status() -> tuple[str, int]:
    """How a call stands: late, repeated or out of order, it does no harm."""
    asked, now = ringing(), parts().now()
    if asked.status not in ("ended", "unanswered"):
        return "", 204
    call = find_call(asked.sid)
    if call is not None:
        parts().conversation.hung_up(call.id)
        handover.close(call.id, now, gone=True)
        fullhouse.gone(call.id, now)
        if _nobody_but_a_machine(call):
            deliveries.unanswered(asked.sid, now)
    elif not handover.ring_ended(asked.sid, now) and asked.status == "unanswered":
        deliveries.unanswered(asked.sid, now)
    db.session.commit()
    return "", 204


# -- the socket


@sock.route("/stream", bp=blueprint)  # type: ignore[untyped-decorator]
def stream(ws: Any) -> None:
    """The telephone company's socket."""
    carry(ws, lambda call: not call.training)


@sock.route("/desk", bp=blueprint)  # type: ignore[untyped-decorator]
def desk(ws: Any) -> None:
    """The caller's side, once somebody has taken the call at their desk."""
    never_wait_long(ws)
    try:
        start = _start(ws)
    except ConnectionClosed:
        return
    carries = _let_in(start, lambda call: not call.training)
    waits = handover.latest(carries[0]) if carries else None
    talk = switchboard().talks.find(waits.id) if waits and handover.taken_at_desk(waits) else None
    handover_id = waits.id if waits else 0
    db.session.remove()
    if talk is None or not talk.come(talk.caller):
        ws.close(POLICY_VIOLATION, "nobody's call")
        return
    try:
        bridge.carry(ws, start["streamSid"], talk, talk.caller, joined=lambda: _joined(handover_id))
    finally:
        switchboard().talks.close(handover_id)


def _joined(handover_id: int) -> None:
    handover.joined(db.session.get_one(Handover, handover_id), parts().now())
    db.session.commit()
    db.session.remove()


def carry(ws: Any, its_own: Callable[[Call], bool], may_type: bool = False) -> None:
    """One socket: nothing is heard of it before a `start` with the token of a call that is `its_own`. `may_type`: what is
    typed there counts as said."""
    board = switchboard()
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    never_wait_long(ws)
    try:
        start = _start(ws)
    except ConnectionClosed:
        return
    carries = _let_in(start, its_own)
    if carries is None:
        ws.close(POLICY_VIOLATION, "not your call")
        return
    live = LiveCall(ws, start["streamSid"], *carries, app, parts(), board.pool, board.measured, may_type=may_type)
    if not board.lines.take(live):
        ws.close(POLICY_VIOLATION, "the call has a line already")
        return
    try:
        live.run()
    finally:
        board.lines.leave(live)


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


def _let_in(start: dict[str, Any], its_own: Callable[[Call], bool]) -> tuple[int, int] | None:
    """The call that this socket may carry, and which of its sockets this is, from 1; or None."""
    parameters = start.get("customParameters")
    token = parameters.get("token") if isinstance(parameters, dict) else None
    sid = start.get("callSid")
    if not isinstance(token, str) or not isinstance(sid, str) or not sid.isalnum():
        return None
    call = find_call(sid)
    allowed = call is not None and its_own(call) and use_token(call.id, token)
    db.session.commit()
    carries = (call.id, call.sockets) if call and allowed else None
    db.session.remove()
    return carries


def never_wait_long(ws: Any) -> None:
    """Sending to somebody who does not read must end in an error, not in a thread that waits for ever."""
    ws.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", SEND_WITHIN, 0))


# -- pieces


def _carry(call: Call, broken: int = 0, first: tuple[Speak, ...] = (), waits: bool = False) -> Response:
    """Have the call's sound brought to our socket, behind the `first` words; when that ends, for whatever reason, we are
    asked again. `waits`: it has been told that it has to wait for a line.

    How many streams have broken in a row, and at which turn, stands in the address that we are asked at: a stream that
    never reaches us counts too, a webhook that is repeated does not, and one that carried a turn has worked.
    """
    if fallback.chosen(call):
        return _by_turns(call)
    if not switchboard().lines.room_for(call.id, ahead=fullhouse.ahead(call, parts().now())):
        return _busy(call, waits)
    fullhouse.carried(call, parts().now())
    token = new_token(call, str(current_app.secret_key))
    db.session.commit()
    next_time = public(AFTER) + (f"?broken={broken}&turns={call.turns}" if broken else "")
    return _to_socket(token, next_time, first)


def _carry_first(call: Call, *first: Speak) -> Response:
    """The first answer to a call. Repeated while the call's socket is open, it is the answer that opened it: a new token
    that nobody comes with would make the next trouble of the stream look like a socket that was never opened."""
    if switchboard().lines.carries(call.id):
        db.session.commit()
        return _to_socket(spent_token(call, str(current_app.secret_key)), public(AFTER), first)
    return _carry(call, first=first)


def _to_socket(token: str, next_time: str, first: tuple[Speak, ...]) -> Response:
    return document(*first, Stream(public(SOCKET).replace("http", "ws", 1), token, public(STREAM_STATUS)), GoTo(next_time))


def _to_desk(call: Call, waits: Handover) -> Response:
    """The caller has left the queue, because somebody took the call at their desk: its sound goes there, once."""
    if fallback.chosen(call) or not handover.taken_at_desk(waits):
        return _after_the_desk(call, waits)
    token, name = new_token(call, str(current_app.secret_key)), handover.who_took_it(waits).partition(" ")[0]
    db.session.commit()
    stream = Stream(public(DESK).replace("http", "ws", 1), token, public(STREAM_STATUS))
    return document(spoken("person.joined", language_of(call), name=name), stream, GoTo(public(HANDED_OVER) + "?desk"))


def _after_the_desk(call: Call, waits: Handover) -> Response:
    """They have talked, and whoever was at the desk hung up; or the line to it broke, and the caller is taken up again."""
    handover.lost(waits, parts().now())
    over = waits.status == "over"
    db.session.commit()
    return document(HangUp()) if over else _nobody_there(call.id, (spoken("person.lost", language_of(call)),))


def _by_turns(call: Call) -> Response:
    """The sound cannot be carried: the same call goes on by keys and recordings."""
    verbs = fallback.go_on(call)
    db.session.commit()
    return document(*verbs)


def _nobody_but_a_machine(call: Call) -> bool:
    """A call of ours that a machine seems to have answered, and in which nobody has said who they are or pressed a key:
    what the telephone company takes for a machine may be a person with a long greeting."""
    unknown = call.direction == "outbound" and call.caller_id is None
    return unknown and events.told(f"call:{call.id}", MACHINE_ANSWERED) and not turns.pressed_a_key(call.id)


def _busy(call: Call, waits: bool) -> Response:
    """We cannot carry this call now: a person takes it, or it waits for its turn."""
    call_id, now = call.id, parts().now()
    if not waits and people.somebody_is_here(parts().settings, now):
        db.session.commit()
        return _call_back(call_id, "busy")
    return full.wait(call, still=waits)


def _to_person(call: Call) -> Response:
    """The conversation has said that it puts the caller through. Asked again after that is over, nobody is rung anew."""
    verbs = person.put_through(call)
    waited = handover.latest(call.id)
    db.session.commit()
    if verbs:
        return document(*verbs)
    over = waited is not None and waited.status in ("over", "gone")
    return document(HangUp()) if over else _nobody_there(call.id)


def _card(call: Call) -> Response:
    """Have the telephone company ask for the card that this call was left for."""
    entry = cards.entry_of(call)
    if entry is None or entry.status != "waiting":
        return _back_from_card(call.id)
    code, here = language_of(call), public(f"/calls/card/{entry.id}")
    number, month, secret, checking = (spoken(f"card.{step}", code) for step in ("number", "month", "code", "processing"))
    connector = parts().settings.telephony.pay_connector
    return document(TakeCard((number, month, secret, checking), spoken("card.again", code), connector, here), GoTo(here))


def _back_from_card(call_id: int) -> Response:
    parts().conversation.come_back(call_id)
    call = db.session.get_one(Call, call_id)
    return _carry(call) if call.outcome in ("", *BROKEN) else document(HangUp())


def _nobody_there(call_id: int, first: tuple[Speak, ...] = ()) -> Response:
    """No person took the call: it goes on where it was."""
    returned = parts().conversation.come_back(call_id)
    if returned and switchboard().lines.room_for(call_id):
        return _carry(db.session.get_one(Call, call_id), first=first)
    return _call_back(call_id, "bad_line" if switchboard().lines.room_for(call_id) else "busy", nobody_there=True)


def _call_back(call_id: int, why: str, nobody_there: bool = False) -> Response:
    when = parts().conversation.promise_call_back(call_id, why, nobody_there)
    call = db.session.get_one(Call, call_id)
    code, verbs = language_of(call), [] if when else person.put_through(call, why)
    db.session.commit()
    if verbs:
        return document(spoken("person.connecting", code), *verbs)
    when = when or parts().conversation.promise_call_back(call_id, why, nobody_there=True)
    return document(spoken(why, code, when=when), HangUp())
