"""The number that a sentence says."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, NamedTuple

from voice.understanding.counting import LARGEST, ORDINALS, Number, number_at, numbers, words_of
from voice.understanding.digits import parse_digits
from voice.understanding.figures import figures
from voice.understanding.marks import AMOUNT, AnyOf, Marks, Span, rewritten
from voice.understanding.spans import as_json, highest, span_words, with_spans

__all__ = ["ORDINALS", "Number", "number_at", "numbers", "parse_digits", "parse_number", "words_of"]

_BELOW = {"half": 2, "halves": 2, "3rd": 3, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "5th": 5, "fifths": 5,
          "6th": 6, "sixths": 6, "8th": 8, "eighths": 8, "10th": 10, "tenths": 10}  # fmt: skip
_FRACTION = re.compile(rf"\b(?:(\d{{1,3}}) ({'|'.join(_BELOW)})|an? (half|3rd|quarter|5th|6th|8th|10th)|(half))\b")
_MIXED = re.compile(rf"\b(\d{{1,6}}) and (?:an?|(\d{{1,2}})) ({'|'.join(_BELOW)})\b")
_DENIED = re.compile(r"(?<=\bnot )(\d+(?:\.\d+)?)(?= \d+(?:\.\d+)?\b(?! (?:oh|\d)))")  # "not twelve, thirteen"
_ORDINAL = re.compile(r"\b(\d+)(?:st|nd|rd|th)\b")
_CARDINAL = re.compile(
    r"\b(minus |negative )?(?:(\d{1,3}(?: (?:oh )?\d{1,2}\b(?![.:]))+(?:(?<= \d)(?: oh)+(?! \|))?|\b\d(?: oh)+\b(?! \|))|(\d+(?:\.\d+)?))(?![.:]?\d)"
)
_NOT_RISEN = r"(?<!gone )(?<!went )(?<!come )(?<!put me )(?<!put it )(?<!adds )"  # "it has gone up to sixty pounds" is sixty
SPAN_WORDS = span_words(
    AMOUNT,
    later="at least|(?:no|not) (?:less|fewer) than|(?<!no )(?<!not )more than|a minimum of|upwards of",
    earlier=rf"at most|{_NOT_RISEN}up to|(?:no|not) more than|(?<!no )(?<!not )(?:less|fewer) than|a maximum of",
)
_SURE, _PLACE, _PART = 2, 1, 0


class _Said(NamedTuple):
    value: Decimal
    rank: int


def parse_number(text: str) -> Any:
    """The number said in the sentence, the corrected one where somebody corrected themselves; None without one.

    Digits and pairs ("four oh seven", "nineteen forty-six") are one number. A count is surer than a place ("the
    third"), a place surer than a part ("a half"). {"from","to"} for a range, {"any_of"} for a choice.
    """
    marks: Marks[_Said] = Marks(AMOUNT)

    def keep(value: Decimal, rank: int) -> str | None:
        return marks.keep(_Said(value, rank)) if abs(value) < LARGEST else None

    def cardinal(match: re.Match[str]) -> str | None:
        digits = match[3] or _one_number(match[2].replace("oh", "0").split())
        return keep(Decimal(digits) * (-1 if match[1] else 1), _SURE)

    said = rewritten(
        figures(text),
        [
            (_DENIED, lambda m: keep(Decimal(m[1]), _SURE)),
            (_MIXED, lambda m: keep(Decimal(m[1]) + Decimal(m[2] or 1) / _BELOW[m[3]], _SURE)),
            (_FRACTION, lambda m: keep(Decimal(m[1] or 1) / _BELOW[m[2] or m[3] or m[4]], _PART)),
            (_ORDINAL, lambda m: keep(Decimal(m[1]), _PLACE)),
            (_CARDINAL, cardinal),
        ],
    )
    said = with_spans(said, marks, SPAN_WORDS, _rising)
    return as_json(marks.chosen(said, highest(lambda number: number.rank)), lambda number: _json(number.value))


def _one_number(parts: list[str]) -> str:
    """4 0 7 -> 407, 19 46 -> 1946; and "fifteen, one five" is fifteen, said twice to be clear."""
    first, *rest = parts
    return first if first == "".join(rest) and len(first) > 1 else "".join(parts)


def _rising(first: Any, last: Any, words: str) -> Span | None:
    """A range of numbers; "twenty to ten" is none."""
    if any(isinstance(end, (Span, AnyOf)) for end in (first, last)) or (first and last and first.value >= last.value):
        return None
    return Span(first, last)


def _json(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
