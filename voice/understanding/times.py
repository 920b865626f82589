"""Times of day in a sentence.

Hours without morning or afternoon have two readings. The likelier is by day: eight to eleven in the morning, twelve
to seven in the afternoon. The two ends of a span choose for each other: "nine to five" is 09:00 to 17:00.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from voice.understanding.clocks import BARE, NOT_AN_HOUR, PARTS_OF_DAY, PLAINER, Clock, Clocks, clock_of
from voice.understanding.clocks import rules as clock_rules
from voice.understanding.days import with_days
from voice.understanding.durations import FROM_NOW, seconds
from voice.understanding.figures import figures
from voice.understanding.marks import CLOCK, DAY, AnyOf, Marks, Span, rewritten
from voice.understanding.partsofday import in_part_of_day
from voice.understanding.partsofday import rules as part_rules
from voice.understanding.spans import as_json, highest, span_words, with_spans
from voice.understanding.wording import CORRECTED

# Which half of the day has been read into the time before it: "nine in the morning till noon" does not begin with the morning.
_PLACED = re.compile(rf"({CLOCK}) (?:in the (?:morning|afternoon|evening)|at night)(?= (?:to|until|through|and|or|-) )")


def parse_time(text: str, now: dt.datetime | None = None) -> Any:
    """HH:MM; {"any_of": [likelier, other]} where morning or afternoon was not said; {"from","to"} for a span or a part
    of the day. "In an hour" needs `now`. None when no time was said."""
    said, _ = with_days(figures(text), now.date() if now else dt.date(2000, 1, 1))
    return as_json(time_in(said, now), clock_json)


def clock_json(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def time_in(said: str, now: dt.datetime | None) -> Any:
    """The minute of the day that the sentence means, or AnyOf or a Span of minutes. Its days are marks already."""
    clocks: Clocks = Marks(CLOCK)
    said = rewritten(said, PLAINER)
    if now:
        said = clocks.put(said, FROM_NOW, lambda m: _after(now, m[1] or m[2]))
    for pattern, read in clock_rules:
        said = clocks.put(said, pattern, read)
    said = _PLACED.sub(r"\1", in_part_of_day(_with_bare_hours(said, clocks), clocks))
    for pattern, read in part_rules:
        said = clocks.put(said, pattern, read)
    said = with_spans(said, clocks, _SPAN_WORDS, _joined)
    return _minutes(clocks.chosen(said, highest(lambda clock: clock.rank)))


def _minutes(value: Clock | Span | AnyOf | None) -> Any:
    if value is None:
        return None
    if isinstance(value, Span):
        return Span(*(end and end.readings[0] for end in value))
    said = value.readings if isinstance(value, AnyOf) else (value,)
    likely = [_minutes(one) if isinstance(one, Span) else one.readings[0] for one in said]
    others = [clock.readings[1] for clock in said if isinstance(clock, Clock) and clock.open]
    return AnyOf((*likely, *others)) if len(likely) + len(others) > 1 else likely[0]


def _after(now: dt.datetime, length: str) -> Clock:
    then = now + dt.timedelta(seconds=seconds(length))
    return Clock(then.hour * 60 + then.minute, open=False)


# A bare hour counts where something beside it says that it is one, and so do four figures that a clock shows. What is kept stays in front of its mark.
_BARE_HOURS = [re.compile(pattern) for pattern in (
    rf"(?P<kept>(?:\b(?:at|dead on|bang on|around|about|by|before|after|past|until|say|for|from|gone|than|its|it|is|be|or)|\{CORRECTED}|{DAY}|{CLOCK} (?:and|to|or))"
    rf"(?: (?:about|around|say|at))? )(?P<hour>1[0-2]|[1-9])\b{NOT_AN_HOUR}",
    rf"(?P<kept>\b)(?P<hour>1[0-2]|[1-9])(?= (?:in (?:the )?(?:{PARTS_OF_DAY})|at night|this|tonight|on {DAY}|{DAY}|please|or {CLOCK}|or (?:later|earlier|after|before)|onwards|- {CLOCK}|to {CLOCK}))",
    rf"(?P<kept>\b(?:{PARTS_OF_DAY}) )(?P<hour>1[0-2]|[1-9])\b{NOT_AN_HOUR}",
    r"(?P<kept>^|\b)(?P<hour>1[0-2]|[1-9])(?= (?:to|until|-) (?:1[0-2]|[1-9])$)",
    rf"(?P<kept>{CLOCK} (?:to|until|-) )(?P<hour>1[0-2]|[1-9])$",
    rf"(?P<kept>between {CLOCK} )(?P<hour>1[0-2]|[1-9])\b",
    r"(?P<kept>^|\b(?!(?:number|have|got|am|of|page|option|choice|all|about \w+) )[a-z]+ )(?P<hour>1[0-2]|[1-9])(?=$| (?:if|please|dear|love|thanks|thank you)\b)",
    r"(?P<kept>^|\b(?!(?:number|have|got|of|page) )[a-z]+ )(?P<hour>[1-9])(?P<minute>[0-5]\d)(?=$| (?:if|please|dear|love|thanks|thank you)\b)",
    rf"(?<!in )(?<!since )(?<!born )(?<!of )(?P<kept>\b)(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)\b{NOT_AN_HOUR}",
)]  # fmt: skip


def _with_bare_hours(said: str, clocks: Clocks) -> str:
    def keep(match: re.Match[str]) -> str:
        clock = clock_of(match["hour"], match.groupdict().get("minute") or 0, None, BARE)
        return match["kept"] + clocks.keep(clock) if clock else match[0]

    return rewritten(said, [(pattern, keep) for pattern in _BARE_HOURS])


_SPAN_WORDS = span_words(
    CLOCK,
    later=r"(?:any ?time |sometime )?(?<!not )(?<!no )(?<!nothing )(?:after|past|from)|(?:not|no|nothing|never|cant|cannot|wont|dont)(?: \w+){0,4}? "
    r"(?:before|earlier than|sooner than|until)|(?<!no )(?<!not )later than",
    earlier=r"(?:any ?time |sometime )?(?:before|until|up to)|(?:not|no|nothing|never|no one)(?: \w+)? (?:after|later than|past)|earlier than",
)


def _joined(first: Any, last: Any, words: str) -> Span | None:
    """From the first time to the last: an end that leaves morning or afternoon open takes what the other one needs."""
    if any(isinstance(end, AnyOf) or (isinstance(end, Span) and not all(end)) for end in (first, last)):
        return None
    first, last = (first.start if isinstance(first, Span) else first), (last.end if isinstance(last, Span) else last)
    if first is None or last is None:
        return Span(first, last)
    starts, ends = first.readings, last.readings
    if first.open and not last.open:
        starts = sorted((start for start in starts if start < ends[0]), reverse=True) or starts
    later = sorted(end for end in ends if end > starts[0]) or ends
    return Span(Clock(starts[0], open=False, rank=first.rank), Clock(later[0], open=False, rank=last.rank))
