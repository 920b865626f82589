"""The same call without a stream: keys that the telephone company collects, and short recordings of what is said.

Each question is a document, each answer a webhook at /calls/<call>/turns/<number>, and between them the same
`take_turn` goes on with the same state. It is slower, nobody can talk over us, and each answer waits for a recording:
it is for lines on which sound cannot be carried. Keys alone are enough wherever a question has keys.
"""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import replace
from typing import Any

from flask import Response, abort, request
from werkzeug.exceptions import HTTPException

from helpline import events
from helpline.calls import turns
from helpline.calls.conversation import OutOfTurn
from helpline.calls.doors import AFTER, document, door, never_a_dead_line, parts, public, ringing, spoken, switchboard
from helpline.db import db
from helpline.models import Call
from helpline.providers import AskKeys, GoTo, HangUp, ProviderError, Record, Ringing, Speak, Verb
from voice.audio import AudioError, pcm_to_mulaw, sound_pcm
from voice.heard import Expecting, Heard, Reply
from voice.recognisers import RecogniserError

BY_TURNS, REFUSED = "goes_on_by_turns", "stream_refused"  # events of a call
TO_PRESS = 3  # seconds for a key before the tone; behind it, Twilio tells nothing of a recording that holds no sound
TO_TYPE = 10  # seconds between two keys of a number
QUIET = 5  # seconds of silence that end a recording, also before the first word
MOST_TROUBLES = 2  # in a row; then a person
NUMBERS = ("digits", "pin")
blueprint = door("fallback", __name__)
log = logging.getLogger(__name__)


def chosen(call: Call) -> bool:
    """Whether this call goes on without a stream: it has begun to, or its stream was refused."""
    return events.told(f"call:{call.id}", BY_TURNS, REFUSED)


def refused(call: Call, why: str, now: dt.datetime) -> None:
    """The provider could not open our socket: told once, however often we hear it. Does not commit."""
    if not chosen(call):
        events.record(REFUSED, f"call:{call.id}", now, why=why)


def go_on(call: Call) -> list[Verb]:
    """Take the call up by turns. Does not commit."""
    if not events.told(f"call:{call.id}", BY_TURNS):
        events.record(BY_TURNS, f"call:{call.id}", parts().now())
    return [GoTo(public(f"/calls/{call.id}/turns"))]


@blueprint.errorhandler(Exception)
def ask_again(error: Exception) -> Any:
    """A turn that failed is apologised for, and the question asked again; when that goes on, it is a person."""
    tries = request.args.get("tries", 0, type=int) + 1
    if isinstance(error, HTTPException) or tries > MOST_TROUBLES:
        return never_a_dead_line(error)
    log.exception("the webhook %s failed", request.path)
    db.session.rollback()
    call_id = (request.view_args or {})["call_id"]
    return document(spoken("trouble"), GoTo(public(f"/calls/{call_id}/turns?tries={tries}")))


@blueprint.post("/<int:call_id>/turns")
def begin(call_id: int) -> Response:
    """The first words, or the last ones once more."""
    _own(call_id, ringing())
    db.session.rollback()
    reply = parts().conversation.begin(call_id)
    return _answer(call_id, reply, spoken("turns.begin", reply.language))


@blueprint.post("/<int:call_id>/turns/<int:number>")
def turn(call_id: int, number: int) -> Response:
    """What the caller pressed or said, or that nothing came. Told twice, it is answered twice and done once."""
    asked = ringing()
    started_at = _own(call_id, asked).started_at
    before, reply = turns.stored_reply(call_id, number - 1), turns.stored_reply(call_id, number)
    db.session.rollback()
    if reply is not None:
        return _answer(call_id, reply)
    if before is None:
        return _as_it_stands(call_id)
    if (parts().now() - started_at).total_seconds() > parts().settings.turn_taking.longest_call:
        parts().conversation.hung_up(call_id, why="too_long")
        return document(spoken("too_long", before.language), HangUp())
    try:
        return _answer(call_id, _taken(call_id, number, before, asked))
    except OutOfTurn as error:
        log.warning("%s", error)
        return _as_it_stands(call_id)


def _taken(call_id: int, number: int, before: Reply, asked: Ringing) -> Reply:
    if before.then == "carry_out":
        return parts().conversation.carry_out(call_id, number)
    reply = parts().conversation.take_turn(call_id, number, _heard(asked, before))
    if asked.recording:  # it is in our rows now, or was of no use
        switchboard().pool.submit(parts().provider.forget_recording, asked.recording)
    return reply


def _own(call_id: int, asked: Ringing) -> Call:
    call = db.session.get(Call, call_id)
    if call is None or call.sid != asked.sid:
        abort(404)
    return call


def _as_it_stands(call_id: int) -> Response:
    """A turn that does not come next: the last reply once more."""
    reply = turns.stored_reply(call_id, db.session.get_one(Call, call_id).turns - 1)
    db.session.rollback()
    return _answer(call_id, reply) if reply else document(GoTo(public(f"/calls/{call_id}/turns")))


# -- what was heard


def _heard(asked: Ringing, before: Reply) -> Heard:
    """Keys win; but a # behind words only ends them."""
    expecting = before.expecting
    recorded = bool(asked.recording) and not expecting.secret
    if asked.keys and not (asked.keys == "#" and recorded):
        return _pressed(asked.keys, expecting)
    return _said(asked.recording, before) if recorded else Heard()


def _pressed(keys: str, expecting: Expecting) -> Heard:
    if expecting.name in NUMBERS and "*" in keys:
        return Heard(keys=keys[: keys.index("*") + 1])  # what was typed behind it was cut short
    return Heard(keys=keys)


def _said(url: str, before: Reply) -> Heard:
    """The words of a recording. What cannot be fetched or recognised was said all the same."""
    try:
        pcm = sound_pcm(parts().provider.recording(url))
    except (ProviderError, AudioError) as error:
        log.warning("a recording is lost: %s", error)
        return Heard(sound=True)
    kept = pcm_to_mulaw(pcm) if before.expecting.record else b""
    try:
        stream = parts().recogniser(before.language).stream(before.expecting)
        stream.feed(pcm)
        return replace(stream.finish(), sound=True, recording=kept)
    except RecogniserError as error:
        log.error("%s", error)
        return Heard(sound=True, recording=kept)


# -- what is said


def _answer(call_id: int, reply: Reply, *first: Speak) -> Response:
    says = (*first, *(Speak(said.text, said.language or reply.language) for said in reply.says if said.text))
    if reply.then == "hang_up":
        return document(*says, HangUp())
    if reply.then in ("person", "card"):
        return document(*says, GoTo(public(AFTER)))
    tries = request.args.get("tries", 0, type=int)
    here = public(f"/calls/{call_id}/turns/{reply.turn + 1}") + (f"?tries={tries}" if tries else "")
    if reply.then == "carry_out":
        return document(*says, GoTo(here))
    return document(*_question((*says, *_by_keys(call_id, reply)), reply.expecting, here), GoTo(here))


def _question(says: tuple[Speak, ...], expecting: Expecting, here: str) -> list[Verb]:
    """A number is typed. Everything else may be said after the tone, or pressed before it."""
    if expecting.name in NUMBERS:
        return [AskKeys(says, here, TO_TYPE, expecting.digits or 0)]
    times = parts().settings.turn_taking
    longest = times.longest_message if expecting.record else times.longest_turn
    return [AskKeys(says, here, TO_PRESS, expecting.digits or 1), Record(here, int(longest), QUIET)]


def _by_keys(call_id: int, reply: Reply) -> list[Speak]:
    """How the open question is answered by keys, where that was not said already."""
    words = parts().conversation.question_by_keys(call_id, reply)
    return [Speak(words, reply.language)] if words else []
