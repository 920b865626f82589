"""Times by the clock: half past four, ten to six, sixteen thirty, 4.30 pm."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from voice.understanding.marks import DAY, AnyOf, Marks, Rule, Rules, Span
from voice.understanding.wording import CORRECTED

HALF_A_DAY, A_DAY = 720, 1440  # minutes
_MORNING_FROM, _MORNING_UNTIL = 8 * 60, 12 * 60
SAID, BARE, PART_OF_DAY = 2, 1, 0  # "four o'clock" counts more than "at four", and that more than "the afternoon"


class Clock(NamedTuple):
    """A minute of the day, 0-1439. `open`: morning or afternoon was not said, and 12 hours later is a reading too."""

    minute: int
    open: bool
    rank: int = SAID

    @property
    def readings(self) -> tuple[int, ...]:
        """The minutes of the day that may be meant, the likeliest first."""
        if not self.open:
            return (self.minute,)
        early, late = self.minute, self.minute + HALF_A_DAY
        return (early, late) if _MORNING_FROM <= early < _MORNING_UNTIL else (late, early)


Clocks = Marks[Clock | Span | AnyOf]
ClockRules = Rules[Callable[[re.Match[str]], Clock | Span | None]]
rules: ClockRules = ClockRules()
PARTS_OF_DAY = r"mornings?|afternoons?|evenings?|nights?|tonight"
_UNITS = (
    "years?|days?|weeks?|fortnights?|months?|minutes?|mins?|hours?|seconds?|pounds?|quid|pence|p|euros?|dollars?|people|tablets?|"
    "pills?|miles?|times?|percent|degrees|of (?:us|them|those|these|you)|more|others?|digits?|or more|bags?|tins?|boxes|cats?|dogs?|"
    "children|grandchildren|stairs|steps|doors?|houses?"
)
NOT_AN_HOUR = rf"(?!(?:st|nd|rd|th)| ?(?:[:./-]|\d(?!\d? oclock)|(?:{_UNITS})\b))"
_SOUNDS = {"for": "4", "to": "2", "too": "2", "ate": "8", "won": "1"}
PLAINER: list[Rule] = [
    (re.compile(r"\b5 and 20(?: minutes)? (?=past|to)"), lambda m: "25 "),
    (re.compile(r"\bnot (?:in |on )?(?:the |this |\W)?(?:morning|afternoon|evening)s?\b"), lambda m: ""),
    (re.compile(rf"\b(?:{PARTS_OF_DAY}|am|pm)(?: \{CORRECTED})+ (?:its |in |the |this )*(morning|afternoon|evening|am|pm)\b(?! at| \d)"),
     lambda m: m[1]),
    (re.compile(r"\b(?:just|shortly|a (?:bit|little)|slightly|right|straight) (?:before|after|gone|past) (?=\d|half|quarter|noon|mid)"), lambda m: ""),
    (re.compile(r"\b(half|quarter past|quarter to|quarter after|\d past|\d to|at) (for|ate|too)(?= oclock| in the | this | at night| pm| am| please|$| \|)"),
     lambda m: f"{m[1]} {_SOUNDS[m[2]]}"),
    (re.compile(r"\b(for|to|too|ate|won)(?= oclock\b| (?:15|30|45)(?: [ap]m\b| in the | tomorrow\b|$))"), lambda m: _SOUNDS[m[1]]),
    (re.compile(r"\bbetween (\d\d?)(?= and )|\bbetween (1[0-2]|[1-9])(?= (?:1[0-2]|[1-9])\b(?![ :.]\d))|\bfrom (\d\d?)(?= (?:to|until|-) )"), lambda m: f"{m[0]} oclock"),
    (re.compile(r"\boclock (in the (?:morning|afternoon|evening)|at night)? ?(sharp|on the dot|exactly|ish)\b"), lambda m: f"oclock {m[1] or ''}".rstrip()),
    (re.compile(r"(?<![-\d] )\b(1[3-9]|2[0-3]) - ([0-5]\d)\b(?! -)"), lambda m: f"{m[1]}:{m[2]}"),
    (re.compile(r"\b(\d\d?) h (\d\d)\b"), lambda m: f"{m[1]}:{m[2]}"),
    (re.compile(rf"\b(?:half|quarter|\d\d?) (?:past|to) (\d\d?)((?: \{CORRECTED})+ (?:its )?(?:half|quarter|\d\d?) (?:past|to))\b(?! \d)"),
     lambda m: f"{m[2]} {m[1]}"),
    (re.compile(rf"\b(\d\d?)\.([1-5])(?![\d.])(?! (?:{_UNITS}|hundred|thousand|million)\b)"), lambda m: f"{m[1]}:{m[2]}0"),  # 7.20 as 7.2
    (re.compile(r"\b(\d\d?) clock\b"), lambda m: f"{m[1]} oclock"),
    (re.compile(r"\b(half|quarter|\d\d?(?: minutes)?) passed (?=\d)"), lambda m: f"{m[1]} past "),
    (re.compile(r"\b(?:(quarter|\d\d? minutes) (?:2|too)|(5|10|20|25) too|(5|10|25) 2) (?=\d)"), lambda m: f"{m[1] or m[2] or m[3]} to "),
    (re.compile(r"\b(?:oh|0) (\d)([0-5]\d)\b"), lambda m: f"0{m[1]}:{m[2]}"),
]  # fmt: skip
_HOURS = {"noon": 12, "midday": 12, "12 noon": 12, "midnight": 0, "12 midnight": 0}
_HOUR = r"(?P<hour>12 noon|12 midnight|noon|midday|midnight|\d\d?)(?: oclock)?"
_HALF = r"(?: ?(?P<half>am|pm)\b)?"


def clock_of(hour: str | int, minute: str | int, half: str | None, rank: int = SAID) -> Clock | None:
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


@rules.reads(
    rf"\b(?:a )?(?P<part>half|quarter) (?:(?P<joint>past|gone|after|to|until|before|of) )?{_HOUR}\b{NOT_AN_HOUR}{_HALF}"
)
def _half_or_quarter(match: re.Match[str]) -> Clock | None:
    """Half past four, half four, a quarter to five, a quarter of five (American)."""
    if match["part"] == "quarter" and not match["joint"]:
        return None
    return _beside(match, 30 if match["part"] == "half" else 15)


@rules.reads(
    rf"\b(?P<minutes>\d\d?)(?P<named> minutes?)? (?P<joint>past|gone|after|to|until|before|of) {_HOUR}\b{NOT_AN_HOUR}{_HALF}"
)
def _minutes_beside(match: re.Match[str]) -> Clock | None:
    """Ten to six, twenty-five past four, ten after two (American). "Two to four" is a span, and "two of four" neither."""
    minutes, joint = int(match["minutes"]), match["joint"]
    said_in_full = match["named"] or minutes % 5 == 0 or (minutes > 12 and joint in ("past", "to"))
    return _beside(match, minutes) if minutes < 60 and said_in_full else None


def _beside(match: re.Match[str], minutes: int) -> Clock | None:
    hour = clock_of(match["hour"], 0, match["half"])
    if hour is None:
        return None
    sign = -1 if match["joint"] in ("to", "until", "before", "of") else 1
    return hour._replace(minute=(hour.minute + sign * minutes) % (HALF_A_DAY if hour.open else A_DAY))


@rules.reads(r"\b(?P<hour>[01]?\d|2[0-3])[: ]?(?P<minute>[0-5]\d) hours\b")
def _by_the_day(match: re.Match[str]) -> Clock:
    """Sixteen hundred hours, 11:30 hours."""
    return Clock(int(match["hour"]) * 60 + int(match["minute"]), open=False)


@rules.reads(
    rf"\b(?P<nought>oh |0 )?(?P<hour>\d\d?) (?P<minute>[0-5]\d)\b{_HALF}(?: hours)?(?! (?:past|to \d|{_UNITS})\b)(?![.:]?\d| \d)",
    rf"\b(?P<nought>oh |0 )?(?P<hour>\d\d?) (?:oh|o|0) (?P<minute>\d)\b{_HALF}(?: hours)?(?! \d)",
    rf"\b(?P<hour>[01]?\d|2[0-3])[:.](?P<minute>[0-5]\d)(?::\d\d)?{_HALF}(?: hours)?(?![.:]?\d)(?! (?:pounds?|percent|miles|quid|million))",
)
def _hour_and_minute(match: re.Match[str]) -> Clock | None:
    nought = "0" if match.groupdict().get("nought") else ""
    return clock_of(nought + match["hour"], match["minute"], match["half"])


@rules.reads(
    r"^(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)$(?P<half>)",
    rf"(?:(?<=\bat )|(?<=\bby )|(?<=\bfor )|(?<=\babout )|(?<=\baround )|(?<=\bits )|(?<={DAY} ))(?P<hour>[01]?\d|2[0-3])(?P<minute>[0-5]\d)\b{NOT_AN_HOUR}(?P<half>)",
    r"\b(?P<hour>\d|1[0-2])(?P<minute>[0-5]\d) ?(?P<half>am|pm)\b",
)
def _in_one_figure(match: re.Match[str]) -> Clock | None:
    return clock_of(match["hour"], match["minute"], match["half"])


@rules.reads(
    r"\b(?P<hour>12 noon|12 midnight|noon|midday|midnight)\b(?P<half>)",
    rf"\b(?P<nought>oh |0 )?(?P<hour>\d\d?) (?:oclock|ish|sharp|on the dot){_HALF}(?! \d\d? )",
    r"\b(?P<hour>\d\d?) ?(?P<half>am|pm)\b",
)
def _whole_hour(match: re.Match[str]) -> Clock | None:
    return clock_of(match["hour"], 0, match["half"])
