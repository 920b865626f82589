"""What the page shows of a training call, read from its rows: both sides of each turn, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from helpline.db import db
from helpline.models import Call, ServiceRequest, Turn
from helpline.services.holds.models import Hold
from helpline.services.people import FOR_A_PERSON
from voice.heard import Said


@dataclass(frozen=True)
class Caption:
    """One turn as it is read: what the caller did ("" where nobody was asked), and what the helpline said."""

    number: int
    caller: str
    said: tuple[Said, ...]
    language: str


@dataclass(frozen=True)
class Outcome:
    """A request of the call. `request_id` and `hold_id` lead to the office's pages; None where there is none to see."""

    reference: str
    wish: str
    state: str
    request_id: int | None
    hold_id: int | None


def captions(call_id: int, since: int = 0) -> list[Caption]:
    """The turns from number `since` on."""
    turns = select(Turn).where(Turn.call_id == call_id, Turn.number >= since).order_by(Turn.number)
    return [_caption(turn) for turn in db.session.scalars(turns)]


def outcomes(call: Call) -> list[Outcome]:
    rows = db.session.execute(
        select(ServiceRequest, Hold.id.label("hold_id"))
        .outerjoin(Hold, Hold.request_id == ServiceRequest.id)
        .where(ServiceRequest.call_id == call.id)
        .order_by(ServiceRequest.id)
    )
    return [
        Outcome(
            reference=row.ServiceRequest.reference,
            wish=row.ServiceRequest.intent.replace("_", " "),
            state=row.ServiceRequest.status,
            request_id=row.ServiceRequest.id if row.ServiceRequest.intent in FOR_A_PERSON else None,
            hold_id=row.hold_id,
        )
        for row in rows
    ]


def _caption(turn: Turn) -> Caption:
    said = tuple(Said(**said) for said in turn.reply["says"])
    return Caption(turn.number, _did(turn.heard) if turn.meaning else "", said, turn.reply["language"])


def _did(heard: dict[str, Any]) -> str:
    if heard["keys"]:
        return f"[keys {heard['keys']}]"
    return heard["text"] or ("[a sound, no words]" if heard["sound"] else "[silence]")
