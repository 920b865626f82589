"""What the rules for days share: the pieces of their patterns, and what they know of the sentence."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from voice.understanding.calendar import coming_day, day_of, month_of
from voice.understanding.marks import DAY, Marks, Rules, Span

WEEKDAY_NAMES = "(?:mon|tues|wednes|thurs|fri|satur|sun)days?|mon|tues?|weds?|thurs?|thu|fri"
CLEAR_MONTHS = "january|february|april|june|july|august|september|october|november|december"
MONTH_NAMES = f"{CLEAR_MONTHS}|march|may|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
WEEKDAY, MONTH = f"(?P<weekday>{WEEKDAY_NAMES})", f"(?P<month>{MONTH_NAMES})"
TH = "(?:st|nd|rd|th)"
OH = "(?:oh|o|0)"
DAY_NUMBER = r"(?P<day>[0-3]?\d)"
NOT_A_YEAR = (  # after two figures: they are a time, an amount or the first half of something
    r"(?! ?(?:(?:oclock|am|pm|minutes?|hours?|past|(?:to|after|before) (?:\d+|noon|midday|midnight)|noon|midnight|oh \d|\d\d|"
    r"in the (?:morning|afternoon|evening)|at night|pounds?|quid|p|pence|percent|of)\b|[:.]\d|[-/] \d))"
)
YEAR_BY_NAME = r"(?:this|next|last) year\b"
YEAR = (
    r"(?: (?:in |of |the year |back in |year )*"
    rf"(?P<year>{YEAR_BY_NAME}|(?:(?:19\d|20[0-3])\d|(?:19 |20 (?![4-9]\d))(?:and )?(?:{OH} )?\d\d?(?! \d)|[12] \d \d \d)\b(?! hours)|"
    rf"(?:(?:{OH} \d|\d \d(?! \d)|\d\d)\b|\d\d(?={TH}\b)){NOT_A_YEAR})(?:{TH}\b)?)"
)
WHICH = r"(?:(?P<which>this coming|this|next|last|the coming|coming|the following|the) )"
COUNT, UNIT = r"(?P<count>\d{1,3}|an?|the)", r"(?P<unit>day|week|fortnight|month|year)s?"
SHIFTS = {"next": 1, "following": 1, "last": -1}  # every other word means the present one
_GROWN_UP = 18  # years: whoever tells us a date of birth is at least so old


class Period(Span):
    """A week, a weekend, a month or a year: its first and its last day."""


Days = Marks["dt.date | Span"]


@dataclass
class Sentence:
    """What today is, whether the sentence tells of a birth, and the days that were read so far."""

    today: dt.date
    born: bool
    days: Days = field(default_factory=lambda: Marks(DAY))

    @property
    def monday(self) -> dt.date:
        return self.today - dt.timedelta(days=self.today.weekday())

    def day(self, mark: str) -> dt.date:
        """The day of a mark; a span begins with it."""
        found = self.days[mark]
        start: dt.date = found.start if isinstance(found, Span) else found
        return start

    def last_day(self, mark: str) -> dt.date:
        found = self.days[mark]
        end: dt.date = found.end if isinstance(found, Span) else found
        return end

    def year(self, words: str | None) -> int | None:
        """1946 from "1946", "19 46", "1 9 4 6" and "46", 1906 from "19 oh 6"; that of "next year"; None when none was said."""
        if words is None:
            return None
        if words.endswith(" year"):
            return self.today.year + SHIFTS.get(words.split()[0], 0)
        figures = re.sub(r"\b(?:oh|o)\b", "0", words).replace("and ", "").split()
        if len(figures) == 2 and len(figures[0]) == 2 and len(figures[1]) == 1:
            figures.insert(1, "0")
        year = int("".join(figures))
        if year >= 100:
            return year
        latest = self.today.year + (-_GROWN_UP if self.born else 1)
        return 2000 + year if 2000 + year <= latest else 1900 + year

    def date(self, day: int, month: int, year: int | None) -> dt.date | None:
        """A day of a numbered month, the coming one without a year. Where only the other order makes a day, that."""
        if month > 12 >= day:
            day, month = month, day
        if year is None:
            return coming_day(day, month, self.today) if 1 <= month <= 12 else None
        found = day_of(year, month, day)
        return day_of(year - 100, month, day) if found and self.born and found > self.today else found

    def coming_nth(self, day: int) -> list[dt.date]:
        """Such days of the next twelve months, today included."""
        months = (month_of(self.today, ahead)[0] for ahead in range(13))
        return [found for first in months if (found := day_of(first.year, first.month, day)) and found >= self.today]


DayRules = Rules[Callable[[re.Match[str], Sentence], dt.date | Period | None]]
