"""Calls and Turns as rows: opened once per provider id, each turn stored exactly once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from helpline import events
from helpline.db import db
from helpline.models import Call, Turn
from voice.heard import Expecting, Heard, Meaning, Order, Reply, Result, Said
from voice.languages import Language
from voice.understanding import private

DOTS = private.DOTS


def open_call(
    sid: str, number: str, direction: str, now: dt.datetime, purpose: dict[str, Any] | None = None, training: bool = False
) -> Call:
    """The call of this provider id: opened now, or the one that is there (a repeated webhook). Does not commit."""
    if (known := find_call(sid)) is not None:
        return known
    call = Call(sid=sid, number=number, direction=direction, purpose=purpose or {}, training=training, started_at=now)
    try:
        with db.session.begin_nested():
            db.session.add(call)
    except IntegrityError:  # the same webhook, twice at the same moment
        return db.session.scalars(select(Call).where(Call.sid == sid)).one()
    events.record("call_started", f"call:{call.id}", now, direction=direction)
    return call


def find_call(sid: str) -> Call | None:
    return db.session.scalar(select(Call).where(Call.sid == sid))


def locked(call_id: int) -> Call:
    """The call's row as it is now, held until the end of the transaction: two turns of one call never run at once."""
    held = select(Call).where(Call.id == call_id).with_for_update()
    return db.session.scalars(held.execution_options(populate_existing=True)).one()


def stored_reply(call_id: int, number: int) -> Reply | None:
    """What this turn answered, if it was taken already."""
    reply = db.session.scalar(select(Turn.reply).where(Turn.call_id == call_id, Turn.number == number))
    return reply_from_json(reply) if reply is not None else None


def store(
    call: Call,
    heard: Heard,
    meaning: Meaning | None,
    orders: list[tuple[Order, Result]],
    reply: Reply,
    secret: bool,
    now: dt.datetime,
) -> None:
    """Add the turn to the transaction. A `secret` answer (`hidden` before) leaves dots in every column."""
    db.session.add(
        Turn(
            call_id=call.id,
            number=reply.turn,
            heard={**asdict(heard), "recording": len(heard.recording)},
            meaning=_meaning_json(meaning, secret),
            orders=[{"order": _order_json(order, secret), "result": asdict(result)} for order, result in orders],
            reply=asdict(reply),
            at=now,
        )
    )
    call.turns = reply.turn + 1
    call.last_turn_at = now


def hidden(heard: Heard, meaning: Meaning) -> tuple[Heard, Meaning]:
    """A secret answer as dots, whatever becomes of it from here: a message, a case, a row. Only the meaning's slots
    still hold it, for identity."""
    text, keys = DOTS if heard.text else "", DOTS if heard.keys else ""
    return replace(heard, text=text, keys=keys, words=(), recording=b""), replace(meaning, text=text, keys=keys)


def without_words(reply: Reply, keys: Container[str]) -> Reply:
    """The reply as it is kept: of the prompts with these keys only that they were said."""
    return replace(reply, says=tuple(replace(said, text=DOTS) if said.key in keys else said for said in reply.says))


def without_secrets_of(heard: Heard, language: Language, expecting: Expecting) -> Heard:
    """What may be understood and kept of an answer that is no secret itself: a card's number or a code in it is dots, and a
    recording that says one goes with it. Of a card's number in keys it is kept that there was something."""
    if private.is_card(heard.keys.rstrip("*#"), expecting.name in private.NUMBER_ASKED):
        return replace(heard, keys="", sound=True)
    text = private.without_secrets(heard.text, language, expecting)
    return heard if text == heard.text else replace(heard, text=text, words=(), recording=b"")


def words_so_far(call_id: int) -> tuple[str, ...]:
    """The caller's sentences of this call, oldest first."""
    turns = db.session.scalars(select(Turn.heard).where(Turn.call_id == call_id).order_by(Turn.number))
    return tuple(heard["text"] for heard in turns if heard["text"] and heard["text"] != DOTS)


def last_heard_at(call_id: int) -> dt.datetime | None:
    """When the caller last said a word or pressed a key."""
    turns = db.session.execute(select(Turn.heard, Turn.at).where(Turn.call_id == call_id).order_by(Turn.number.desc()))
    return next((turn.at for turn in turns if turn.heard["text"] or turn.heard["keys"]), None)


def pressed_a_key(call_id: int) -> bool:
    """Whether anybody has answered by keys in this call."""
    return any(heard["keys"] for heard in db.session.scalars(select(Turn.heard).where(Turn.call_id == call_id)))


def _meaning_json(meaning: Meaning | None, secret: bool) -> dict[str, Any]:
    if meaning is None:
        return {}
    return {**asdict(meaning), **({"slots": {}} if secret else {})}


def _order_json(order: Order, secret: bool) -> dict[str, Any]:
    data = asdict(order)
    if secret and "pin" in data["args"]:
        data["args"] = {**data["args"], "pin": DOTS}
    return data


def reply_from_json(data: dict[str, Any]) -> Reply:
    expecting = data["expecting"]
    return Reply(
        **{
            **data,
            "says": tuple(Said(**said) for said in data["says"]),
            "expecting": Expecting(**{**expecting, "options": tuple(expecting["options"])}),
        }
    )
