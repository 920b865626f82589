"""Days, times and both together as people say them in English, relative to now."""

from __future__ import annotations

import datetime as dt
import re
from functools import partial
from typing import Any

from voice.understanding.days import Period, with_days
from voice.understanding.durations import FROM_NOW, parse_duration, seconds
from voice.understanding.figures import figures
from voice.understanding.marks import DAY, AnyOf, Marks, Span
from voice.understanding.spans import as_json, span_words, with_spans
from voice.understanding.times import clock_json, parse_time, time_in

__all__ = ["parse_date", "parse_datetime", "parse_duration", "parse_time", "part_of_day"]

_SPAN_WORDS = span_words(
    DAY,
    later=r"(?:any ?time |any day |sometime )?(?<!not )(?<!no )after|(?:not|no|nothing)(?: \w+)? (?:before|earlier than|sooner than|until)|"
    r"(?:any ?time |any day |starting )from",
    earlier=r"(?:any ?time |any day |sometime )?before|up (?:to|until)|until|(?:not|no|nothing)(?: \w+)? (?:after|later than)",
)
_BY_THE_CLOCK = re.compile(r"\b(?:second|minute|hour)s?\b")
_NOW = re.compile(r"\b(?:right now|straight away|right away|immediately|this minute|at once)\b")
_SMALL_HOURS = 5 * 60  # minutes: a night goes on until then
_A_DAY = dt.timedelta(days=1)


def parse_date(text: str, now: dt.datetime) -> Any:
    """An ISO day; {"from","to"} for a week, a weekend, a month or a span; {"any_of"} for "Monday or Tuesday". None
    when no day was said. The days of a span count themselves: "before Friday" goes to Thursday."""
    return as_json(_day_in(*with_days(figures(text), now.date())), _iso)


def parse_datetime(text: str, now: dt.datetime) -> Any:
    """A day with its time ("2026-11-24T16:30"), the day alone where no time was said, {"from","to"} or {"any_of"}.

    A time alone is the coming one. None when neither was said.
    """
    said = figures(text)
    if then := _from_now(said, now):
        return then
    said, days = with_days(said, now.date())
    day, time = _day_in(said, days), time_in(said, now)
    if time is None:
        return as_json(day, _iso)
    if day is None:
        return as_json(_on_the_coming_day(time, now), str)
    if day == now.date() and isinstance(time, int) and time < _SMALL_HOURS and "tonight" in said:
        day += _A_DAY  # "tonight at twelve"
    if isinstance(day, dt.date):
        return as_json(_mapped(time, lambda minute: _at(day, minute)), str)
    if isinstance(day, AnyOf) and not isinstance(time, Span):
        minutes = time.readings if isinstance(time, AnyOf) else (time,)
        return as_json(
            AnyOf(tuple(_mapped(it, partial(_at, one)) for it in minutes for one in day.readings if isinstance(one, dt.date))),
            str,
        )
    if isinstance(day, Span) and (open_end := _one_end(day, time)):
        return as_json(open_end, str)
    return as_json(day, _iso)


def _one_end(days: Span, time: Any) -> Span | None:
    """ "By five on Thursday at the latest", "not before Monday at ten": an open span of days with the time of its end."""
    if isinstance(time, AnyOf) or all(days):
        return None
    starts, ends = (time.start, time.end) if isinstance(time, Span) else (time, time)
    minute = starts if days.start else ends
    return None if minute is None else _mapped(days, lambda day: _at(day, minute))


def part_of_day(text: str) -> str | None:
    """morning, afternoon or evening, if one was named."""
    words = set(re.findall(r"\w+", re.sub(r"good (?:morning|afternoon|evening)", "", text[:2000].lower())))
    if words & {"evening", "tonight", "night"}:
        return "evening"
    return next((part for part in ("morning", "afternoon") if part in words), None)


def _day_in(said: str, days: Marks[Any]) -> Any:
    said = with_spans(said, days, _SPAN_WORDS, _joined)
    return days.chosen(said, _rank)


def _rank(value: Any) -> int:
    """A day counts more than the week or the month that it is in."""
    return 0 if isinstance(value, Period) else 1


def _joined(first: Any, last: Any, words: str) -> Span | None:
    """From the first day to the last. "Friday to Monday" ends in the week after, "before" and "after" leave the day out."""
    if isinstance(first, AnyOf) or isinstance(last, AnyOf):
        return None
    start, end = (first.start if isinstance(first, Span) else first), (last.end if isinstance(last, Span) else last)
    if start and end:
        if end < start and (start - end).days < 7:
            end += 7 * _A_DAY
        return Span(start, end) if start <= end else None
    if start and re.search(r"(?<!not )\bafter\b", words):
        start = (first.end if isinstance(first, Span) else first) + _A_DAY
    if end and re.search(r"(?<!not )\bbefore\b", words):
        end = (last.start if isinstance(last, Span) else last) - _A_DAY
    return Span(start, end)


def _from_now(said: str, now: dt.datetime) -> str | None:
    """In two hours, in twenty minutes, straight away."""
    match = FROM_NOW.search(said)
    length = (match[1] or match[2]) if match else ""
    if not _BY_THE_CLOCK.search(length):
        return now.strftime("%Y-%m-%dT%H:%M") if _NOW.search(said) else None
    return (now + dt.timedelta(seconds=seconds(length))).strftime("%Y-%m-%dT%H:%M")


def _on_the_coming_day(time: Any, now: dt.datetime) -> Any:
    if isinstance(time, AnyOf):
        return AnyOf(tuple(_on_the_coming_day(reading, now) for reading in time.readings))
    return _mapped(time, lambda minute: _at(_coming_day(time, minute, now), minute))


def _coming_day(time: Any, minute: int, now: dt.datetime) -> dt.date:
    """Today, or tomorrow for a time that is past; both ends of a span are on one day."""
    first = (time.start if time.start is not None else time.end) if isinstance(time, Span) else minute
    return now.date() + (_A_DAY if first <= now.hour * 60 + now.minute else dt.timedelta(0))


def _mapped(value: Any, change: Any) -> Any:
    if isinstance(value, Span):
        return Span(*(None if end is None else change(end) for end in value))
    if isinstance(value, AnyOf):
        return AnyOf(tuple(_mapped(reading, change) for reading in value.readings))
    return change(value)


def _at(day: dt.date, minute: int) -> str:
    return f"{_iso(day)}T{clock_json(minute)}"


def _iso(day: Any) -> Any:
    return as_json(day, _iso) if isinstance(day, Span) else day.isoformat()
