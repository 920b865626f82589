"""What a caller should not have said aloud: a card's number, a PIN or a code of a bank. It is not kept.

Nobody asks for these, but thieves teach people to read them out, and some read them out to us. The digits become dots
before anybody makes anything of the sentence; that a code was asked for is in its words, and they stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from voice.heard import Expecting
from voice.languages import Language
from voice.tokens import plain
from voice.understanding.digits import may_be_digit
from voice.understanding.figures import figures
from voice.understanding.money import parse_money
from voice.understanding.slots import SECRET_DIGITS, longest_named

DOTS = "••••••"
NUMBER_ASKED = ("digits", "pin")
CARD = 13  # digits of the shortest card
CARD_WHERE_ASKED = 16  # a telephone number has 15 at the most
_HESITATION = frozenset("um uh er erm ah then and dash hyphen space 음 어 그".split())  # the number goes on behind it
_WORD = re.compile(r"\S+")
_ONE_NUMBER = re.compile(r"\W*\d+(?:\.\d+)?\W*")
_NO_LETTER = re.compile(r"[\d\W]+")


@dataclass(frozen=True)
class _Number:
    """A row of digits and where it stands in the sentence."""

    digits: str
    start: int
    end: int


def without_secrets(text: str, language: Language, expecting: Expecting) -> str:
    """The sentence with dots for a card's number, and for any longer number where a word speaks of a PIN or a code.

    An amount of money stays, and so does what was asked for.
    """
    asked = expecting.name in NUMBER_ASKED
    told = not asked and longest_named(text, language, "secret") is not None
    for number in reversed([*_numbers(text, language)]):
        code = told and len(number.digits) >= SECRET_DIGITS and not _is_money(text, number, language)
        if code or is_card(number.digits, asked):
            text = text[: number.start] + DOTS + text[number.end :]
    return text


def is_card(digits: str, asked: bool) -> bool:
    """Long enough for a card's. One that begins with two noughts is a telephone number with its country."""
    return len(digits) >= (CARD_WHERE_ASKED if asked else CARD) and not digits.startswith("00")


def _numbers(text: str, language: Language) -> Iterator[_Number]:
    number = None
    for word in _WORD.finditer(text):
        if digits := _digits_of(word[0], language):
            before = number or _Number("", word.start(), word.end())
            number = _Number(before.digits + digits, before.start, word.end())
        elif number and plain(word[0]) not in _HESITATION:
            yield number
            number = None
    if number:
        yield number


def _digits_of(word: str, language: Language) -> str:
    """The digits of one word: "4111", "forty" -> 40. What may be a digit among others ("oh", "double", "for") is one 0."""
    said = figures(language.for_parsers(word))
    if _NO_LETTER.fullmatch(said):
        return re.sub(r"\D", "", said)
    return "0" if may_be_digit(plain(word)) else ""


def _is_money(text: str, number: _Number, language: Language) -> bool:
    """One number with its currency: "five thousand pounds". A code that is read out is several, or has none."""
    follows = _WORD.search(text, number.end)
    said = parse_money(language.for_parsers(text[number.start : follows.end() if follows else number.end]))
    one = _ONE_NUMBER.fullmatch(figures(language.for_parsers(text[number.start : number.end])))
    return one is not None and isinstance(said, dict) and said.get("currency") is not None
