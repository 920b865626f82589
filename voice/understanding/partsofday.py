"""Parts of the day: what they say about a time by the clock, and how long they last by themselves."""

from __future__ import annotations

import re

from voice.understanding.clocks import HALF_A_DAY, PART_OF_DAY, PARTS_OF_DAY, Clock, ClockRules, Clocks
from voice.understanding.marks import CLOCK, DAY, Span
from voice.understanding.wording import CORRECTED

_PART_BESIDE = re.compile(rf"\b(?:{PARTS_OF_DAY})\b|^ ?(?:am|pm)\b")
_FAR = 100  # characters: a part of the day further away is about something else
_MARK = re.compile(CLOCK)
_ENDS_HERE = re.compile(rf"{CLOCK}|\{CORRECTED}")


def in_part_of_day(said: str, clocks: Clocks) -> str:
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


def _hours(first: float, last: float) -> Span:
    return Span(*(Clock(round(hour * 60), open=False, rank=PART_OF_DAY) for hour in (first, last)))


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


rules: ClockRules = ClockRules()


@rules.reads(rf"\blast thing(?: {DAY})? (?:at )?(?:night|tonight)\b")
def _last_thing_at_night(match: re.Match[str]) -> Span:
    return _LAST_THING_AT_NIGHT


@rules.reads(rf"\b1st thing\b(?: on {DAY}| {DAY}| in the)?(?: morning)?")
def _first_thing(match: re.Match[str]) -> Span:
    return _FIRST_THING


@rules.reads(rf"\blast thing\b(?: on {DAY}| {DAY}| in the)?(?: afternoon)?")
def _last_thing(match: re.Match[str]) -> Span:
    return _LAST_THING


@rules.reads(rf"\b(?P<side>before|after) (?:my |our |the |ive had my |weve had )?(?P<meal>{_MEAL})(?:time| time)?\b")
def _beside_meal(match: re.Match[str]) -> Span:
    start, end = _MEALS[match["meal"]]
    return Span(None, _hours(start, end).start) if match["side"] == "before" else Span(_hours(start, end).end, None)


@rules.reads(
    rf"\b(?P<meal>{_MEAL}) ?time\b",
    r"\b(?:at|around) (?P<meal>lunch|tea|breakfast|supper|dinner)\b",
    r"\b(?P<meal>elevenses)\b",
)
def _meal_time(match: re.Match[str]) -> Span:
    return _MEAL_TIMES[match["meal"]]


@rules.reads(r"\b(?P<how>early|mid|late)(?: on)?(?: in)?(?: the| in the)? (?P<part>morning|afternoon|evening)s?\b")
def _part_of_part(match: re.Match[str]) -> Span | None:
    return _PARTS_OF_PARTS.get((match["how"], match["part"]))


@rules.reads(rf"\b(?P<part>{PARTS_OF_DAY})\b")
def _part(match: re.Match[str]) -> Span:
    return _PARTS[match["part"].removesuffix("s")]
