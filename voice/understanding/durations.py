"""Lengths of time in a sentence, in seconds. A month is 30 days and a year 365."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from voice.understanding.figures import NUMBER, figures
from voice.understanding.marks import AMOUNT, Marks, Span
from voice.understanding.numbers import SPAN_WORDS
from voice.understanding.spans import as_json, with_spans
from voice.understanding.wording import CORRECTED

SECONDS = {"second": 1, "sec": 1, "minute": 60, "min": 60, "m": 60, "hour": 3600, "hr": 3600, "h": 3600, "day": 86_400,
           "week": 604_800, "fortnight": 1_209_600, "month": 2_592_000, "year": 31_536_000}  # fmt: skip
_SMALLER = {3600: 60, 60: 1}  # "an hour twenty": twenty of what
_PARTS = {"half": Decimal("0.5"), "quarter": Decimal("0.25"), "3 quarters": Decimal("0.75"), "3 quarter": Decimal("0.75")}
_UNIT = r"(?:second|sec|minute|min|hour|hr|day|week|fortnight|month|year)s?|(?<=\d )[hm]"
_PART = r"half|quarter|3 quarters?"
_ONE = (
    rf"(?:(?P<count>{NUMBER})|(?P<part>{_PART})(?: of)?(?: an?)?|an?)"
    rf"(?: (?:good|whole|full|solid|single|clear|entire))? (?P<unit>{_UNIT})\b(?: (?:and (?:a )?|a )(?P<more>{_PART})\b(?! an? ))?"
)
LENGTH = re.sub(
    r"\?P<\w+>", "?:", rf"(?:\b{_ONE}(?:(?: and)? {_ONE})*(?: (?:and )?\d\d?\b(?! ?(?:{_UNIT}|oclock|am|pm|past|to|[:.]\d)))?)"
)
FROM_NOW = re.compile(rf"\b(?:in|within) (?:about |around )?({LENGTH})(?: time)?|({LENGTH}) (?:from now|time)\b")
_EACH = re.compile(rf"\b{_ONE}")
_SMALL_CHANGE = re.compile(r"(\d\d?)$")  # the minutes of "an hour twenty"
_HOURS_AND_MINUTES = re.compile(r"\b(\d{1,2}):([0-5]\d) ?(?:hours?|h)\b")
_UNIT_SAID_ONCE = (  # "two or three hours", "between one and two hours"
    (re.compile(rf"\b({NUMBER}) (or|to|-) (?=({NUMBER}|an?) ({_UNIT})\b)"), r"\1 \4 \2 "),
    (re.compile(r"\ban? (\w+) or 2\b(?! \w+s\b)"), r"1 \1 or 2 \1"),
    (re.compile(rf"\bbetween ({NUMBER}|an?) (?:{_UNIT} )?(?:and )?(?=({NUMBER}|an?) ({_UNIT})\b)"), r"between \1 \3 to "),
)
_OFTEN = re.compile(
    r"\b(?:once|twice|\d+ times|times|per|every) (?:an?|each|every)? ?(?:second|minute|hour|day|week|month|year)s?\b"
)
_CORRECTED_COUNT = re.compile(
    rf"\b({_UNIT})((?: \{CORRECTED})+ (?:its )?{NUMBER})(?=$| \{CORRECTED})"
)  # "two hours, no, three"
_LENGTH = re.compile(LENGTH)


def seconds(length: str) -> int:
    """The seconds of words that match LENGTH: "1 hour and a half", "2 hours 10"."""
    total, unit = Decimal(0), 0
    for match in _EACH.finditer(length):
        unit = SECONDS.get(match["unit"]) or SECONDS[match["unit"].removesuffix("s")]
        count = Decimal(match["count"]) if match["count"] else _PARTS.get(match["part"], Decimal(1))
        total += (count + _PARTS.get(match["more"], Decimal(0))) * unit
    change = _SMALL_CHANGE.search(length)
    return round(total) + (int(change[1]) * _SMALLER.get(unit, 0) if change else 0)


def parse_duration(text: str) -> Any:
    """Seconds: half an hour, an hour and a half, two and a half hours, a fortnight, 1 hour 10. {"from","to"} for
    "between one and two hours", {"any_of"} for "two or three hours"; None when no length was said."""
    marks: Marks[int] = Marks(AMOUNT)
    said = _OFTEN.sub("", figures(text))
    said = _CORRECTED_COUNT.sub(r"\1\2 \1", said)
    for pattern, complete in _UNIT_SAID_ONCE:
        said = pattern.sub(complete, said)
    said = marks.put(said, _HOURS_AND_MINUTES, lambda m: int(m[1]) * 3600 + int(m[2]) * 60)
    said = marks.put(said, _LENGTH, lambda m: seconds(m[0]))
    said = with_spans(said, marks, SPAN_WORDS, _rising)
    return as_json(marks.chosen(said), lambda length: length)


def _rising(first: Any, last: Any, words: str) -> Span | None:
    if isinstance(first or 0, int) and isinstance(last or 0, int) and (first is None or last is None or first < last):
        return Span(first, last)
    return None
