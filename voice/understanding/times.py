"""Times of day in a sentence: rules that put a mark in the place of each.

Hours without morning or afternoon have two readings. The likelier is by day: eight to eleven in the morning, twelve
to seven in the afternoon. The two ends of a span choose for each other: "nine to five" is 09:00 to 17:00.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from voice.understanding.days import with_days
from voice.understanding.durations import LENGTH, seconds
from voice.understanding.figures import figures
from voice.understanding.marks import CLOCK, DAY, AnyOf, Marks, Rule, Span, rewritten
from voice.understanding.spans import as_json, highest, span_words, with_spans
from voice.understanding.wording import CORRECTED

HALF_A_DAY, A_DAY = 720, 1440  # minutes
_MORNING_FROM, _MORNING_UNTIL = 8 * 60, 12 * 60
_SAID, _BARE, _PART_OF_DAY = 2, 1, 0  # "four o'clock" counts more than "at four", and that more than "the afternoon"


class Clock(NamedTuple):
    """A minute of the day, 0-1439. `open`: morning or afternoon was not said, and 12 hours later is a reading too."""

    minute: int
    open: bool
    rank: int = _SAID

    @property
    def readings(self) -> tuple[int, ...]:
        """The minutes of the day that may be meant, the likeliest first."""
        if not self.open:
            return (self.minute,)
        early, late = self.minute, self.minute + HALF_A_DAY
        return (early, late) if _MORNING_FROM <= early < _MORNING_UNTIL else (late, early)


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
    said = rewritten(said, _PLAINER)
    if now:
        said = rewritten(said, [(_FROM_NOW, lambda m: clocks.keep(_after(now, m[1] or m[2])))])
    said = rewritten(said, [(pattern, _marking(read, clocks)) for pattern, read in _RULES])
    said = _in_part_of_day(_with_bare_hours(said, clocks), clocks)
    said = rewritten(said, [(pattern, _marking(read, clocks)) for pattern, read in _PART_RULES])
    said = with_spans(said, clocks, _SPAN_WORDS, _joined)
    return _minutes(clocks.chosen(said, highest(lambda clock: clock.rank)))


def _minutes(value: Clock | Span | AnyOf | None) -> Any:
    if value is None:
        return None
    if isinstance(value, Span):
        return Span(*(end and end.readings[0] for end in value))
    clocks = [clock for clock in value.readings if isinstance(clock, Clock)] if isinstance(value, AnyOf) else [value]
    likely, others = [clock.readings[0] for clock in clocks], [clock.readings[1] for clock in clocks if clock.open]
    return AnyOf((*likely, *others)) if len(likely) + len(others) > 1 else likely[0]


def _after(now: dt.datetime, length: str) -> Clock:
    then = now + dt.timedelta(seconds=seconds(length))
    return Clock(then.hour * 60 + then.minute, open=False)


Clocks = Marks["Clock | Span | AnyOf"]
_Read = Callable[[re.Match[str]], "Clock | Span | None"]


def _marking(read: _Read, clocks: Clocks) -> Callable[[re.Match[str]], str | None]:
    return lambda match: None if (found := read(match)) is None else clocks.keep(found)


_FROM_NOW = re.compile(rf"\b(?:in|within) (?:about |around )?({LENGTH})(?: time)?|({LENGTH}) (?:from now|time)\b")
_UNITS = (
    "years?|days?|weeks?|fortnights?|months?|minutes?|mins?|hours?|seconds?|pounds?|quid|pence|p|euros?|dollars?|people|tablets?|"
    "pills?|miles?|times?|percent|degrees|of (?:us|them|those|these|you)|more|others?|digits?|or more|bags?|tins?|boxes|cats?|dogs?|"
    "children|grandchildren|stairs|steps|doors?|houses?"
)
_NOT_AN_HOUR = rf"(?!(?:st|nd|rd|th)| ?(?:[:./-]|\d(?!\d? oclock)|(?:{_UNITS})\b))"
_SOUNDS = {"for": "4", "to": "2", "too": "2", "ate": "8", "won": "1"}
_PARTS_OF_DAY = r"mornings?|afternoons?|evenings?|nights?|tonight"
_PLAINER: list[Rule] = [
    (re.compile(r"\b5 and 20(?: minutes)? (?=past|to)"), lambda m: "25 "),
    (re.compile(r"\bnot (?:in |on )?(?:the |this |\W)?(?:morning|afternoon|evening)s?\b"), lambda m: ""),
    (re.compile(rf"\b(?:{_PARTS_OF_DAY}|am|pm)(?: \{CORRECTED})+ (?:its |in |the |this )*(morning|afternoon|evening|am|pm)\b(?! at| \d)"),
     lambda m: m[1]),
    (re.compile(r"\b(?:just|shortly|a (?:bit|little)|slightly|right|straight) (?:before|after|gone|past) (?=\d|half|quarter|noon|mid)"), lambda m: ""),
    (re.compile(r"\b(half|quarter past|quarter to|quarter after|\d past|\d to|at) (for|ate|too)(?= oclock| in the | this | at night| pm| am| please|$| \|)"),
     lambda m: f"{m[1]} {_SOUNDS[m[2]]}"),
    (re.compile(r"\b(for|to|too|ate|won)(?= oclock\b| (?:15|30|45)(?: [ap]m\b| in the | tomorrow\b|$))"), lambda m: _SOUNDS[m[1]]),
    (re.compile(r"\bbetween (\d\d?)(?= and )|\bbetween (1[0-2]|[1-9])(?= (?:1[0-2]|[1-9])\b(?![ :.]\d))|\bfrom (\d\d?)(?= (?:to|until|-) )"), lambda m: f"{m[0]} oclock"),
    (re.compile(r"\boclock (in the (?:morning|afternoon|evening)|at night)? ?(sharp|on the dot|exactly|ish)\b"), lambda m: f"oclock {m[1] or ''}".rstrip()),
    (re.compile(r"\b(\d\d?) h (\d\d)\b"), lambda m: f"{m[1]}:{m[2]}"),
    (re.compile(rf"\b(?:half|quarter|\d\d?) (?:past|to) (\d\d?)((?: \{CORRECTED})+ (?:its )?(?:half|quarter|\d\d?) (?:past|to))\b(?! \d)"),
     lambda m: f"{m[2]} {m[1]}"),
    (re.compile(r"\b(\d\d?) clock\b"), lambda m: f"{m[1]} oclock"),
    (re.compile(r"\b(half|quarter|\d\d?(?: minutes)?) passed (?=\d)"), lambda m: f"{m[1]} past "),
    (re.compile(r"\b(?:(quarter|\d\d? minutes) (?:2|too)|(5|10|20|25) too|(5|10|25) 2) (?=\d)"), lambda m: f"{m[1] or m[2] or m[3]} to "),
    (re.compile(r"\b(?:oh|0) (\d)([0-5]\d)\b"), lambda m: f"0{m[1]}:{m[2]}"),
]  # fmt: skip
_HOURS = {"noon": 12, "midday": 12, "12 noon": 12, "midnight": 0, "12 midnight": 0}
_HOUR = r"(?P<hour>12 noon|12 midnight|noon|midday|midnight|\d\d?)(?: oclock)?"
_HALF = r"(?: ?(?P<half>am|pm)\b)?"
_RULES: list[tuple[re.Pattern[str], _Read]] = []


def _rule(*patterns: str) -> Callable[[_Read], _Read]:
    def add(read: _Read) -> _Read:
        _RULES.extend((re.compile(pattern), read) for pattern in patterns)
        return read

    return add


def _clock(hour: str | int, minute: str | int, half: str | None, rank: int = _SAID) -> Clock | None:
    """The time of an hour and minute as they were said. Hours with a leading nought, and 0 and 13 to 24, are sure."""
    said = str(hour)
    hours, minutes = _HOURS.get(said), int(minute)
    sure = hours is not None or (said.startswith("0") and not half)
    hours = int(said) if hours is None else hours
    if hours > 24 or minutes > 59 or (hours == 24 and minutes):
        return None
    if sure or hours > 12 or hours == 0:
        return Clock(hours % 24 * 60 + minutes, open=False, rank=rank)
    early = hours % 12 * 60 + minutes
    return Clock(early + HALF_A_DAY * (half == "pm"), open=not half, rank=rank)


@_rule(rf"\b(?:a )?(?P<part>half|quarter) (?:(?P<joint>past|gone|after|to|until|before|of) )?{_HOUR}\b{_NOT_AN_HOUR}{_HALF}")
def _half_or_quarter(match: re.Match[str]) -> Clock | None:
    """Half past four, half four, a quarter to five, a quarter of five (American)."""
    if match["part"] == "quarter" and not match["joint"]:
        return None
    return _beside(match, 30 if match["part"] == "half" else 15)


@_rule(
    rf"\b(?P<minutes>\d\d?)(?P<named> minutes?)? (?P<joint>past|gone|after|to|until|before|of) {_HOUR}\b{_NOT_AN_HOUR}{_HALF}"
)
def _minutes_beside(match: re.Match[str]) -> Clock | None:
    """Ten to six, twenty-five past four, ten after two (American). "Two to four" is a span, and "two of four" neither."""
    minutes, joint = int(match["minutes"]), match["joint"]
    said_in_full = match["named"] or minutes % 5 == 0 or (minutes > 12 and joint in ("past", "to"))
    return _beside(match, minutes) if minutes < 60 and said_in_full else None


def _beside(match: re.Match[str], minutes: int) -> Clock | None:
    hour = _clock(match["hour"], 0, match["half"])
    if hour is None:
        return None
    sign = -1 if match["joint"] in ("to", "until", "before", "of") else 1
    return hour._replace(minute=(hour.minute + sign * minutes) % (HALF_A_DAY if hour.open else A_DAY))


@_rule(r"\b(?P<hour>[01]?\d|2[0-3])[: ]?(?P<minute>[0-5]\d) hours\b")
def _by_the_day(match: re.Match[str]) -> Clock:
    """Sixteen hundred hours, 11:30 hours."""
    return Clock(int(match["hour"]) * 60 + int(match["minute"]), open=False)


@_rule(
    rf"\b(?P<nought>oh |0 )?(?P<hour>\d\d?) (?P<minute>[0-5]\d)\b{_HALF}(?: hours)?(?! (?:past|to \d|{_UNITS})\b)(?![.:]?\d| \d)",
    rf"\b(?P<nought>oh |0 )?(?P<hour>\d\d?) (?:oh|o|0) (?P<minute>\d)\b{_HALF}(?: hours)?(?! \d)",
    rf"\b(?P<hour>[01]?\d|2[0-3])[:.](?P<minute>[0-5]\d)(?::\d\d)?{_HALF}(?: hours)?(?![.:]?\d)(?! (?:pounds?|percent|miles|quid|million))",
)
def _hour_and_minute(match: re.Match[str]) -> Clock | None:
    nought = "0" if match.groupdict().get("nought") else ""
    return _clock(nought + match["hour"], match["minute"], match["half"])


@_rule(
    r"^(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)$(?P<half>)",
    rf"(?:(?<=\bat )|(?<=\bby )|(?<=\bfor )|(?<=\babout )|(?<=\baround )|(?<=\bits )|(?<={DAY} ))(?P<hour>[01]?\d|2[0-3])(?P<minute>[0-5]\d)\b{_NOT_AN_HOUR}(?P<half>)",
    r"\b(?P<hour>\d|1[0-2])(?P<minute>[0-5]\d) ?(?P<half>am|pm)\b",
)
def _in_one_figure(match: re.Match[str]) -> Clock | None:
    return _clock(match["hour"], match["minute"], match["half"])


@_rule(
    r"\b(?P<hour>12 noon|12 midnight|noon|midday|midnight)\b(?P<half>)",
    rf"\b(?P<nought>oh |0 )?(?P<hour>\d\d?) (?:oclock|ish|sharp|on the dot){_HALF}(?! \d\d? )",
    r"\b(?P<hour>\d\d?) ?(?P<half>am|pm)\b",
)
def _whole_hour(match: re.Match[str]) -> Clock | None:
    return _clock(match["hour"], 0, match["half"])


# A bare hour counts where something beside it says that it is one, and so do four figures that a clock shows. What is kept stays in front of its mark.
_BARE_HOURS = [re.compile(pattern) for pattern in (
    rf"(?P<kept>(?:\b(?:at|dead on|bang on|around|about|by|before|after|past|until|say|for|from|gone|than|its|it|is|be|or)|\{CORRECTED}|{DAY}|{CLOCK} (?:and|to|or))"
    rf"(?: (?:about|around|say|at))? )(?P<hour>1[0-2]|[1-9])\b{_NOT_AN_HOUR}",
    rf"(?P<kept>\b)(?P<hour>1[0-2]|[1-9])(?= (?:in (?:the )?(?:{_PARTS_OF_DAY})|at night|this|tonight|on {DAY}|{DAY}|please|or {CLOCK}|or (?:later|earlier|after|before)|onwards|- {CLOCK}|to {CLOCK}))",
    rf"(?P<kept>\b(?:{_PARTS_OF_DAY}) )(?P<hour>1[0-2]|[1-9])\b{_NOT_AN_HOUR}",
    r"(?P<kept>^|\b)(?P<hour>1[0-2]|[1-9])(?= (?:to|until|-) (?:1[0-2]|[1-9])$)",
    rf"(?P<kept>{CLOCK} (?:to|until|-) )(?P<hour>1[0-2]|[1-9])$",
    rf"(?P<kept>between {CLOCK} )(?P<hour>1[0-2]|[1-9])\b",
    r"(?P<kept>^|\b(?!(?:number|have|got|am|of|page|option|choice|all|about \w+) )[a-z]+ )(?P<hour>1[0-2]|[1-9])(?=$| (?:if|please|dear|love|thanks|thank you)\b)",
    rf"(?<!in )(?<!since )(?<!born )(?<!of )(?P<kept>\b)(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)\b{_NOT_AN_HOUR}",
)]  # fmt: skip


def _with_bare_hours(said: str, clocks: Clocks) -> str:
    def keep(match: re.Match[str]) -> str:
        clock = _clock(match["hour"], match.groupdict().get("minute") or 0, None, _BARE)
        return match["kept"] + clocks.keep(clock) if clock else match[0]

    return rewritten(said, [(pattern, keep) for pattern in _BARE_HOURS])


_PART_BESIDE = re.compile(rf"\b(?:{_PARTS_OF_DAY})\b|^ ?(?:am|pm)\b")
_FAR = 100  # characters: a part of the day further away is about something else
_MARK = re.compile(CLOCK)
_ENDS_HERE = re.compile(rf"{CLOCK}|\{CORRECTED}")


def _in_part_of_day(said: str, clocks: Clocks) -> str:
    """Each time in the light of the morning, afternoon, evening or night that is said after it, else before it."""

    def placed(match: re.Match[str]) -> str:
        clock = clocks[match[0]]
        if not isinstance(clock, Clock) or not clock.open:
            return match[0]
        after = _PART_BESIDE.search(_ENDS_HERE.split(said[match.end() : match.end() + _FAR], maxsplit=1)[0])
        before = None if after else _last(_PART_BESIDE, said[max(0, match.start() - _FAR) : match.start()])
        if not after and not before:
            return clocks.keep(_in_the_same_half(clock, said[: match.start()], clocks))
        part = (after or before or [""])[0].strip().removesuffix("s")
        if not part or (before and part == "morning" and 60 <= clock.minute < 360):
            return match[0]  # who saw somebody this morning and says "four o'clock" means no four in the morning
        return clocks.keep(clock._replace(minute=clock.minute + HALF_A_DAY * _is_late(clock.minute, part), open=False))

    return re.sub(CLOCK, placed, said)


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    return next(reversed(list(pattern.finditer(text))), None)


def _in_the_same_half(clock: Clock, before: str, clocks: Clocks) -> Clock:
    """ "Five pm, no, six" is six pm."""
    taken_back, correction, _ = before.rpartition(CORRECTED)
    last = _last(_MARK, taken_back) if correction else None
    corrected = clocks[last[0]] if last else None
    if not isinstance(corrected, Clock) or corrected.open or corrected.minute % HALF_A_DAY == 0:
        return clock
    return clock._replace(minute=clock.minute + HALF_A_DAY * (corrected.minute >= HALF_A_DAY), open=False)


def _is_late(minute: int, part: str) -> bool:
    """Whether a time by the twelve-hour clock is after noon: twelve and two at night are before it."""
    if part in ("morning", "am"):
        return False
    if part in ("evening", "tonight"):
        return minute >= 60
    return minute >= 360 if part == "night" else True


def _hours(first: float, last: float | None = None) -> Span:
    ends = (Clock(round(hour * 60), open=False, rank=_PART_OF_DAY) if hour else None for hour in (first, last))
    return Span(*ends)


_PARTS = {"morning": _hours(6, 12), "afternoon": _hours(12, 18), "evening": _hours(18, 22), "tonight": _hours(18, 22),
          "night": _hours(20, 23 + 59 / 60)}  # fmt: skip
_PARTS_OF_PARTS = {
    ("early", "morning"): _hours(6, 9), ("mid", "morning"): _hours(9.5, 11), ("late", "morning"): _hours(10.5, 12),
    ("early", "afternoon"): _hours(12, 14), ("mid", "afternoon"): _hours(14, 16), ("late", "afternoon"): _hours(16, 18),
    ("early", "evening"): _hours(17, 19), ("late", "evening"): _hours(20, 22)}  # fmt: skip
_FIRST_THING, _LAST_THING, _LAST_THING_AT_NIGHT = _hours(8, 9.5), _hours(16.5, 18), _hours(21, 23)
_MEALS = {"breakfast": (7, 9), "elevenses": (10.5, 11.5), "lunch": (12, 13), "tea": (16, 17), "dinner": (18, 19.5),
          "supper": (19, 20), "bed": (21, 23)}  # fmt: skip
_MEAL_TIMES = {"breakfast": _hours(7, 9), "elevenses": _hours(10.5, 11.5), "lunch": _hours(12, 14), "tea": _hours(16, 18),
               "dinner": _hours(18, 20), "supper": _hours(19, 21), "bed": _hours(21, 23)}  # fmt: skip
_MEAL = "|".join(_MEALS)


def _beside_meal(match: re.Match[str]) -> Span:
    start, end = _MEALS[match["meal"]]
    if match["side"] == "before":
        return Span(None, _hours(start).start)
    return Span(_hours(end).start, None)


_PART_RULES: list[tuple[re.Pattern[str], _Read]] = [
    (re.compile(rf"\blast thing(?: {DAY})? (?:at )?(?:night|tonight)\b"), lambda m: _LAST_THING_AT_NIGHT),
    (re.compile(rf"\b1st thing\b(?: on {DAY}| {DAY}| in the)?(?: morning)?"), lambda m: _FIRST_THING),
    (re.compile(rf"\blast thing\b(?: on {DAY}| {DAY}| in the)?(?: afternoon)?"), lambda m: _LAST_THING),
    (re.compile(rf"\b(?P<side>before|after) (?:my |our |the |ive had my |weve had )?(?P<meal>{_MEAL})(?:time| time)?\b"), _beside_meal),
    (re.compile(rf"\b(?P<meal>{_MEAL}) ?time\b|\b(?:at|around) (?P<m>lunch|tea|breakfast|supper|dinner)\b|\b(?P<e>elevenses)\b"),
     lambda m: _MEAL_TIMES[m["meal"] or m["m"] or m["e"]]),
    (re.compile(r"\b(?P<how>early|mid|late)(?: on)?(?: in)?(?: the| in the)? (?P<part>morning|afternoon|evening)s?\b"),
     lambda m: _PARTS_OF_PARTS[m["how"], m["part"]]),
    (re.compile(rf"\b(?P<part>{_PARTS_OF_DAY})\b"), lambda m: _PARTS[m["part"].removesuffix("s")]),
]  # fmt: skip
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
