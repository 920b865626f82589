"""Putting a caller through: what they hear while they wait, and what whoever is rung hears and presses.

The caller waits in a queue of the telephone company's; everybody on duty is rung by the clock, as the outbox says. Who
is rung hears who it is and what about, and takes the call by a key: silence, another key or a machine takes none.
"""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from flask import Response, abort, request
from werkzeug.exceptions import HTTPException

from helpline.calls.doors import HANDED_OVER, document, door, language_of, parts, public, ringing, spoken, to_office
from helpline.calls.fallback import chosen
from helpline.db import db
from helpline.models import Call, Caller
from helpline.providers import AskKeys, GoTo, HangUp, Join, Leave, Pause, Speak, Verb, Wait
from helpline.services import handover
from helpline.services.handover import Handover, Ring

TAKE = "1"
BETWEEN_WORDS = 8  # seconds of quiet between two sentences to somebody who waits
LOOK_EVERY = 2  # of these seconds: who takes the call at a desk waits until the queue asks again
SILENT_LOOKS = BETWEEN_WORDS // LOOK_EVERY
TO_PRESS = 6  # seconds for somebody who has been rung, after each time that they hear what it is about
ABOUT = 10  # seconds: how exactly somebody is told how long they have waited
QUEUES = 1000  # the telephone company keeps every queue that it was ever told of: the names come round again
blueprint = door("person", __name__)
log = logging.getLogger(__name__)


@blueprint.errorhandler(Exception)
def a_way_out(error: Exception) -> Any:
    """What we could not answer: who waits leaves the queue, and is asked elsewhere how to go on."""
    if isinstance(error, HTTPException):
        return error
    log.exception("the webhook %s failed", request.path)
    db.session.rollback()
    return document(Leave()) if request.endpoint == "person.waiting" else document(spoken("trouble"), HangUp())


def put_through(call: Call, about: str = "") -> list[Verb]:
    """Let the caller wait while everybody on duty is rung; where nobody is, ring the office's own telephone. Nothing
    when it has none either, or when the wait of this turn has ended. Does not commit."""
    now, patience = parts().now(), dt.timedelta(seconds=parts().settings.turn_taking.longest_wait)
    waits = handover.begin(call, now, patience, about, desks=not chosen(call))
    if waits is None:
        return to_office()
    return [] if waits.ended_at else [Wait(_queue(waits), public(f"/calls/waiting/{waits.id}"), public(HANDED_OVER))]


def whispered(ring: Ring, waits: Handover) -> Response:
    """What somebody on duty hears who picks up: twice, because a telephone takes a moment to the ear."""
    verbs: list[Verb] = [*(_by_telephone(ring, waits) if waits.status == "waiting" else _too_late(waits)), HangUp()]
    db.session.commit()
    return document(*verbs)


@blueprint.post("/rings/<int:ring_id>")
def pressed(ring_id: int) -> Response:
    """Somebody on duty has pressed a key."""
    asked = ringing()
    ring = db.session.get(Ring, ring_id)
    if ring is None or ring.sid != asked.sid:
        abort(404)
    waits = db.session.get_one(Handover, ring.handover_id)
    verbs = _taken(ring, waits) if asked.keys == TAKE else _declined(ring)
    db.session.commit()
    return document(*verbs)


@blueprint.post("/rings/<int:ring_id>/joined")
def joined(ring_id: int) -> Response:
    """The caller leaves the queue, and hears who is there."""
    _ring, waits = _rung(ring_id)
    call = db.session.get_one(Call, waits.call_id)
    if ringing().sid != call.sid:
        abort(404)
    handover.joined(waits, parts().now())
    words = spoken("person.joined", language_of(call), name=handover.who_took_it(waits).partition(" ")[0])
    db.session.commit()
    return document(words)


@blueprint.post("/rings/<int:ring_id>/over")
def over(ring_id: int) -> Response:
    """They have talked, or the caller was not in the queue any more."""
    ring, waits = _rung(ring_id)
    if ringing().sid != ring.sid:
        abort(404)
    verbs: list[Verb] = [HangUp()] if waits.joined_at else [spoken("ring.gone"), HangUp()]
    db.session.rollback()
    return document(*verbs)


@blueprint.post("/waiting/<int:handover_id>")
def waiting(handover_id: int) -> Response:
    """What a caller in the queue hears next. The telephone company asks until they leave it."""
    waits, asked, now = db.session.get(Handover, handover_id), ringing(), parts().now()
    call = db.session.get(Call, waits.call_id) if waits else None
    if waits is None or call is None or call.sid != asked.sid:
        abort(404)
    code = language_of(call)
    left = handover.leave(waits, asked.keys, now)
    stands = "in_vain" if left else handover.how_it_stands(waits, now)
    waited = (now - waits.began_at).total_seconds()
    to_desk, desks = handover.taken_at_desk(waits), handover.rings_at_desks(waits, now)
    db.session.commit()
    if stands == "in_vain" or to_desk:
        return document(Leave())
    here = public(f"/calls/waiting/{handover_id}")
    if stands == "joining":
        return document(spoken("person.joining", code), Pause(BETWEEN_WORDS), GoTo(here))
    silent = request.args.get("silent", 0, type=int)
    says = () if silent else (_while_waiting(waited, code), spoken("person.instead", code))
    if not desks:
        return document(AskKeys(says, here, BETWEEN_WORDS), GoTo(here))
    left_silent = (silent or SILENT_LOOKS) - 1
    return document(AskKeys(says, here, LOOK_EVERY), GoTo(f"{here}?silent={left_silent}" if left_silent > 0 else here))


def _while_waiting(waited: float, code: str) -> Speak:
    if waited < ABOUT:
        return spoken("person.waiting", code)
    return spoken("person.still_waiting", code, seconds=round(waited / ABOUT) * ABOUT)


def whisper(waits: Handover) -> tuple[Speak, ...]:
    """Who it is and what about: a first name and a subject, nothing that a machine must not keep."""
    call = db.session.get_one(Call, waits.call_id)
    caller = db.session.get(Caller, call.caller_id) if call.caller_id else None
    subject, known = f"about.{waits.about}", parts().languages[parts().settings.language].prompts
    who = caller.name if caller else spoken("ring.somebody").text
    about = (spoken(subject),) if subject in known else ()
    return (spoken("ring.wants", who=who), *about)


def _by_telephone(ring: Ring, waits: Handover) -> list[Verb]:
    says = (*whisper(waits), spoken("ring.take"))
    return [AskKeys(says, public(f"/calls/rings/{ring.id}"), TO_PRESS)] * 2


def _taken(ring: Ring, waits: Handover) -> list[Verb]:
    if not handover.take(ring, parts().now()):
        return [*_too_late(waits), HangUp()]
    here = public(f"/calls/rings/{ring.id}")
    return [spoken("ring.joining"), Join(_queue(waits), f"{here}/joined", f"{here}/over")]


def _declined(ring: Ring) -> list[Verb]:
    handover.decline(ring, parts().now())
    return [spoken("ring.declined"), HangUp()]


def _too_late(waits: Handover) -> list[Verb]:
    db.session.refresh(waits)
    return [spoken("ring.taken" if waits.status in ("taken", "over") else "ring.gone")]


def _rung(ring_id: int) -> tuple[Ring, Handover]:
    ring = db.session.get(Ring, ring_id)
    if ring is None:
        abort(404)
    return ring, db.session.get_one(Handover, ring.handover_id)


def _queue(waits: Handover) -> str:
    return f"person-{waits.id % QUEUES}"
