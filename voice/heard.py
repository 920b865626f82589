"""The small frozen messages that travel between the parts of a call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Word:
    """One recognised word: `start` and `end` in seconds from the start of the turn's audio, `confidence` 0-1."""

    text: str
    start: float
    end: float
    confidence: float


@dataclass(frozen=True)
class Heard:
    """What came from the line in one turn: words, or keys, or nothing.

    `text` is empty when no words were recognised; `sound` then tells whether somebody seemed to speak (a
    mumble, a no-match) or nobody did (a no-input). `keys` wins over `text` when both are there. `recording`
    holds 8 kHz mu-law bytes only where the expectation asked for it. `deaf`: for long there has been sound and no word.
    `unheard`: our own words that had not been heard out when they answered.
    """

    text: str = ""
    keys: str = ""
    confidence: float = 1.0
    words: tuple[Word, ...] = ()
    sound: bool = False
    engine: str = ""
    recording: bytes = field(default=b"", repr=False)
    deaf: bool = False
    unheard: str = ""

    @property
    def silent(self) -> bool:
        """Neither words nor keys: the caller was quiet or was not understood."""
        return not (self.text or self.keys)


@dataclass(frozen=True)
class Expecting:
    """What the dialogue listens for next. It decides grammar, hotwords, patience and what keys mean.

    `name`: open, yes_no, digits, pin, choice, name, date, message.
    `options`: the phrases offered in this very turn, in the order of their keys (1 is the first). Of `name`, and of a
    yes_no that asks for somebody, they are all the names of each person.
    `digits`: the known length of a number, if it has one: keys are complete there at once.
    `secret`: what is heard reaches identity only and is stored as dots.
    `interruptible`: False for an amount or a legal sentence, which cannot be talked over (keys always can).
    `record`: keep the audio of the answer (a message for a person).
    """

    name: str
    options: tuple[str, ...] = ()
    digits: int | None = None
    secret: bool = False
    interruptible: bool = True
    record: bool = False


@dataclass(frozen=True)
class Meaning:
    """The intent and slots understood from Heard. `confidence` is 0-1 and usable as a threshold.

    `intent` is a name of the closed table, `none` when the words are not ours, or `""` when the turn held
    no words at all. An answer to a question comes in `slots`, under the name of what was expected:
    `choice` (0-based int), `among` (several of these, between whom to ask), `digits` (str), `date`, `time`, `money`. `alternatives`: what may have been meant as well,
    so nearly as likely that asking beats guessing. `also`: a second wish in the same breath, its `intent` and `slots`. `why`: what decided, for people who look after the sentences.
    """

    intent: str
    confidence: float = 1.0
    slots: Json = field(default_factory=dict)
    text: str = ""
    keys: str = ""
    sound: bool = False
    alternatives: tuple[str, ...] = ()
    also: tuple[Json, ...] = ()
    why: Json = field(default_factory=dict)


@dataclass(frozen=True)
class Order:
    """What the dialogue asks a service to look up or do. `outside`: a gateway does it, so it takes a turn of its own."""

    name: str
    args: Json = field(default_factory=dict)
    outside: bool = False


@dataclass(frozen=True)
class Result:
    """What came of an order. `status` is a word that the dialogue branches on (`ok`, `none`, `refused`, ...)."""

    order: str
    status: str
    data: Json = field(default_factory=dict)


@dataclass(frozen=True)
class Say:
    """One prompt by key, with the values it speaks. Values are JSON: dates and amounts as their ISO text."""

    key: str
    values: Json = field(default_factory=dict)


Then = Literal["listen", "carry_out", "hang_up", "person", "card"]


@dataclass(frozen=True)
class Step:
    """What the dialogue decides in one advance: say this, listen for that, or have an order done first."""

    state: Any
    says: tuple[Say, ...] = ()
    expecting: Expecting | None = None
    order: Order | None = None
    then: Then = "listen"


@dataclass(frozen=True)
class Said:
    """One prompt as it is spoken: its key, its words, and its language where that is not the reply's."""

    key: str
    text: str
    language: str = ""


@dataclass(frozen=True)
class Reply:
    """What a turn answers: said in order, then `then`: listen for `expecting`, carry out the pending order
    (say this meanwhile), hang up, hand the line to a person, or leave it for a card to be typed. `pace` 0.5-2.0 (1.0 natural), `gain` in dB. `pause`:
    seconds that this caller usually pauses within a sentence, 0.0 where that is not known."""

    turn: int
    says: tuple[Said, ...]
    expecting: Expecting
    then: Then = "listen"
    language: str = "en"
    pace: float = 1.0
    gain: float = 0.0
    pause: float = 0.0

    @property
    def text(self) -> str:
        """All that is said, as one line for a terminal, a caption or a transcript."""
        return " ".join(said.text for said in self.says)
