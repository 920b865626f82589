"""The safe phrase, by which the helpline proves itself when it rings, and the visit word, by which a caller does at the door.

The phrase is spoken to its caller and read nowhere else: no page shows it, and turns, states and logs hold dots in its
place. Only `spoken_words` fills it in, at the moment of speaking. The visit word is for the volunteer who comes, and
never a word of the phrase.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from helpline import audit, events
from helpline.db import Model, UtcDateTime, db
from helpline.models import Call, Caller

WORDS_OF = {"phrase": 2, "visit_word": 1}  # kind -> of how many words it is
OFFERED = 3
DOTS = ("•••",)
OURS, CHOSEN, WHICH = "phrase.ours", "phrase.chosen", "phrase.which"
SECRET = {OURS, CHOSEN, "visit_word.chosen", WHICH, f"{WHICH}.keys"}  # prompts whose words are filled in only when spoken


class SafePhrase(Model):
    """A caller's phrase, and what is being offered to them. Empty lists: none chosen yet, nothing offered."""

    __tablename__ = "safe_phrase"
    caller_id: Mapped[int] = mapped_column(ForeignKey("caller.id"), primary_key=True)
    words: Mapped[list[str]] = mapped_column(JSON, default=list)
    offered: Mapped[list[list[str]]] = mapped_column(JSON, default=list)
    offered_for: Mapped[str] = mapped_column(String(12), default="")
    set_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


def has_phrase(caller_id: int) -> bool:
    row = db.session.get(SafePhrase, caller_id)
    return row is not None and bool(row.words)


def offer(caller_id: int, kind: str, among: Sequence[str]) -> list[list[str]]:
    """Three new ones of random words, none of which the caller has in use. Raises KeyError for another kind."""
    row = db.session.get(SafePhrase, caller_id)
    if row is None:
        row = SafePhrase(caller_id=caller_id, words=[], offered=[], offered_for="")
        db.session.add(row)
    in_use = {*row.words, db.session.get_one(Caller, caller_id).visit_word}
    free = [word for word in among if word not in in_use]
    drawn = secrets.SystemRandom().sample(free, OFFERED * WORDS_OF[kind])
    row.offered = [drawn[start::OFFERED] for start in range(OFFERED)]
    row.offered_for = kind
    return row.offered


def choose(caller_id: int, kind: str, place: int, actor: str, now: dt.datetime) -> bool:
    """Keep the one at this place of what was offered last. False when nothing of this kind is offered any more."""
    row = db.session.get(SafePhrase, caller_id, with_for_update=True)
    if row is None or row.offered_for != kind or not 0 <= place < len(row.offered):
        return False
    chosen = row.offered[place]
    row.offered, row.offered_for = [], ""
    if kind == "phrase":
        row.words, row.set_at = chosen, now
    else:
        db.session.get_one(Caller, caller_id).visit_word = chosen[0]
    events.record(f"{kind}_chosen", f"caller:{caller_id}", now)
    audit.write(actor, f"{kind}_chosen", f"caller:{caller_id}", now)
    return True


def spoken_words(key: str, call: Call, caller_id: int | None) -> dict[str, Any]:
    """The words of a secret prompt, for the caller of this call; {} where it may not be said to them.

    The phrase proves that it is we who ring: it is said in calls that we have placed, and to who has just chosen it.
    """
    row = db.session.get(SafePhrase, caller_id) if caller_id else None
    if row is None or key not in SECRET or (key == OURS and call.direction != "outbound"):
        return {}
    if key.startswith(WHICH):
        return dict(zip(("first", "second", "third"), row.offered, strict=False))
    if key == "visit_word.chosen":
        return {"words": [db.session.get_one(Caller, row.caller_id).visit_word]}
    return {"words": row.words} if row.words else {}
