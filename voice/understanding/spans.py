"""From one value to another, or one of several: what people say around values of any kind."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from voice.understanding.marks import AnyOf, Marks, Span, rewritten


class SpanWords(NamedTuple):
    """The patterns of one kind of mark. Each holds the marks that it joins as its groups."""

    mark: re.Pattern[str]
    between: re.Pattern[str]
    choice: re.Pattern[str]
    opening: re.Pattern[str]  # from this value on
    closing: re.Pattern[str]  # up to this value


def span_words(kind: str, later: str, earlier: str) -> SpanWords:
    """Patterns for a kind of mark, with the words before it that open a span and that close one."""
    mark = f"({kind})"
    return SpanWords(
        mark=re.compile(kind),
        between=re.compile(
            rf"(?:\b(?:anything |any ?time |sometime |somewhere )?(?:between|from) {mark} (?:(?:and|to|until|through|or|-) )?|"
            rf"{mark} (?:to|until|through|thru|up to|-) )(?:the |about |around )?{mark}"
        ),
        choice=re.compile(rf"(?:either )?{kind}(?: or (?:maybe |perhaps |even |on |at |about |the |possibly |else )*{kind})+"),
        opening=re.compile(
            rf"\b(?:{later}) {mark}|{mark} (?:onwards?|and after|or (?:later|after|more|over)|at the earliest)\b"
        ),
        closing=re.compile(rf"\b(?:{earlier}) {mark}|{mark} (?:or (?:earlier|before|less|under|sooner)|at the latest)\b"),
    )


Joined = Callable[[Any, Any, str], Span | None]


def with_spans(text: str, marks: Marks[Any], words: SpanWords, joined: Joined) -> str:
    """The text with spans and choices as marks of their own.

    `joined` makes a span of its first and last value (None for an open end) and of the words that said so; it
    answers None where that is no span.
    """

    def span(first: str | None, last: str | None, said: str) -> str | None:
        found = joined(first and marks[first], last and marks[last], said)
        return None if found is None else marks.keep(found)

    def choice(match: re.Match[str]) -> str:
        return marks.keep(AnyOf(tuple(marks[mark] for mark in words.mark.findall(match[0]))))

    return rewritten(
        text,
        [
            (words.between, lambda match: span(match[1] or match[2], match[3], match[0])),
            (words.choice, choice),
            (words.opening, lambda match: span(match[1] or match[2], None, match[0])),
            (words.closing, lambda match: span(None, match[1] or match[2], match[0])),
        ],
    )


def as_json(value: Any, plain: Callable[[Any], Any]) -> Any:
    """{"from","to"} for a span, {"any_of"} for several readings, the plain value else; None stays None."""
    if value is None:
        return None
    if isinstance(value, Span):
        return {"from": as_json(value.start, plain), "to": as_json(value.end, plain)}
    if isinstance(value, AnyOf):
        readings = [as_json(reading, plain) for reading in value.readings]
        different = [reading for place, reading in enumerate(readings) if reading not in readings[:place]]
        return {"any_of": different} if len(different) > 1 else different[0]
    return plain(value)


def highest(rank: Callable[[Any], int]) -> Callable[[Any], int]:
    """The rank of a span or a choice is that of its best value."""

    def of(value: Any) -> int:
        values = (
            [v for v in value if v is not None]
            if isinstance(value, Span)
            else value.readings
            if isinstance(value, AnyOf)
            else [value]
        )
        return max(of(v) if isinstance(v, Span | AnyOf) else rank(v) for v in values)

    return of
