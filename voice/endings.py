"""Is a sentence over? From its last words, and for a number from its digits."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from voice.heard import Expecting, Heard
from voice.languages import Language
from voice.tokens import plain
from voice.turntaking import Completeness
from voice.understanding.digits import parse_digits

FILE = "endings.toml"
SHORTEST = 7  # digits of a number whose length nobody knows: a telephone number
RISKY = ("yes_no", "choice")  # "I am", "it's that": their shortest answers end as unfinished sentences do


@dataclass(frozen=True)
class Endings:
    """Of one language: the last words of unfinished sentences, how a last word may end there, and what only looks so."""

    unfinished: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    finished: tuple[str, ...] = ()


@cache
def load_endings(folder: Path) -> Endings:
    """The endings of the language whose files lie in `folder`; none where it has no such file."""
    if not (folder / FILE).exists():
        return Endings()
    data = tomllib.loads((folder / FILE).read_text("utf-8"))
    words = {name: tuple(plain(words) for words in data.get(name, ())) for name in ("unfinished", "finished")}
    return Endings(suffixes=tuple(data.get("suffixes", ())), **words)


def completeness(text: str, expecting: Expecting, language: Language) -> Completeness:
    """Whether the words so far can be all of it. "open" where the words do not tell."""
    if not text:
        return "open"
    if expecting.digits or expecting.name == "digits":
        digits = parse_digits(language.for_parsers(text)) or ""
        if len(digits) == expecting.digits:
            return "complete"
        return "unfinished" if 0 < len(digits) < (expecting.digits or SHORTEST) else "open"
    if expecting.name in RISKY:
        return "open"
    return "unfinished" if _breaks_off(plain(text), load_endings(language.folder)) else "open"


def joined(first: Heard, second: Heard) -> Heard:
    """Two halves of one turn as one: the words of both, their confidence by length."""
    if not first.text or not second.text:
        return first if first.text else second
    lengths = len(first.text), len(second.text)
    return Heard(
        text=f"{first.text} {second.text}",
        confidence=(first.confidence * lengths[0] + second.confidence * lengths[1]) / sum(lengths),
        words=first.words + second.words,
        sound=first.sound or second.sound,
        engine=second.engine,
    )


def _breaks_off(said: str, endings: Endings) -> bool:
    if any(_ends_with(said, words) for words in endings.finished):
        return False
    return any(_ends_with(said, words) for words in endings.unfinished) or said.endswith(endings.suffixes or ("\0",))


def _ends_with(said: str, words: str) -> bool:
    return f" {said}".endswith(f" {words}")
