"""What an order is carried out with: who asks, when, and the collaborators that it may need."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from helpline.services.gateways.payments import PaymentGateway
from helpline.settings import Settings
from voice.languages import Language


@dataclass(frozen=True)
class Context:
    """`languages` are the codes of all that this line speaks. `words` are the caller's sentences of this call so far; `level` is how sure we are of them (0-3).

    `now` is aware and in the caller's time zone. `recording` holds the mu-law bytes of a message. In a `training` call nothing
    may reach anybody outside.
    """

    call_id: int
    turn: int
    number: str
    caller_id: int | None
    level: int
    language: Language
    languages: tuple[str, ...]
    now: dt.datetime
    settings: Settings
    payments: PaymentGateway
    words: tuple[str, ...] = ()
    training: bool = False
    recording: bytes = field(default=b"", repr=False)
