"""Days in a sentence, relative to today: rules that put a mark in the place of each.

Said on a Tuesday, "Tuesday" is the coming one, a week away. "Next Tuesday" is the Tuesday of next week (weeks
begin on Monday). A day and month without a year is the coming one. Two figures for a year are the latest such
year up to the next one: "forty-six" is 1946. Each rule stands under its pattern, and earlier rules go first.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from voice.understanding.calendar import (
    FEASTS,
    LAST,
    MONTHS,
    WEEKDAYS,
    coming,
    coming_day,
    day_of,
    latest,
    month_of,
    months_later,
    next_bank_holiday,
    nth_weekday,
)
from voice.understanding.marks import DAY, Marks, Rule, Span, rewritten
from voice.understanding.wording import CORRECTED

_WEEKDAYS = "(?:mon|tues|wednes|thurs|fri|satur|sun)days?|mon|tues?|weds?|thurs?|thu|fri"
_CLEAR_MONTHS = "january|february|april|june|july|august|september|october|november|december"
_MONTHS = f"{_CLEAR_MONTHS}|march|may|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
_WEEKDAY, _MONTH = f"(?P<weekday>{_WEEKDAYS})", f"(?P<month>{_MONTHS})"
_TH = "(?:st|nd|rd|th)"
_OH = "(?:oh|o|0)"
_DAY_NUMBER = r"(?P<day>[0-3]?\d)"
_NOT_A_YEAR = r"(?! ?(?:(?:oclock|am|pm|minutes?|past|(?:to|after|before) (?:\d+|noon|midday|midnight)|oh \d|pounds?|quid|p|pence|percent|\d\d|hours?|of|noon|midnight|in the (?:morning|afternoon|evening)|at night)\b|[:.]\d|[-/] \d))"
_YEAR = (
    r"(?: (?:in |of |the year |back in |year )*"
    rf"(?P<year>(?:(?:19\d|20[0-3])\d|(?:19 |20 (?![4-9]\d))(?:and )?(?:{_OH} )?\d\d?(?! \d)|[12] \d \d \d)\b(?! hours)|"
    rf"(?:(?:{_OH} \d|\d \d(?! \d)|\d\d)\b|\d\d(?={_TH}\b)){_NOT_A_YEAR})(?:{_TH}\b)?)"
)
_WHICH = r"(?:(?P<which>this coming|this|next|last|the coming|coming|the following|the) )"
_COUNT, _UNIT = r"(?P<count>\d{1,3}|an?|the)", r"(?P<unit>day|week|fortnight|month|year)s?"
_SHIFTS = {"next": 1, "following": 1, "last": -1}  # every other word means the present one
_GROWN_UP = 18  # years: whoever tells us a date of birth is at least so old
_BORN = re.compile(r"\b(?:born|birth|birthday|birthdate|dob)\b")


class Period(Span):
    """A week, a weekend, a month or a year: its first and its last day."""


Days = Marks["dt.date | Span"]


@dataclass
class _Sentence:
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
        """1946 from "1946", "19 46", "1 9 4 6" and "46", 1906 from "19 oh 6"; None when none was said."""
        if words is None:
            return None
        figures = re.sub(r"\b(?:oh|o)\b", "0", words).replace("and ", "").split()
        if len(figures) == 2 and len(figures[0]) == 2 and len(figures[1]) == 1:
            figures.insert(1, "0")
        year = int("".join(figures))
        if year >= 100:
            return year
        return next(
            century + year for century in (2000, 1900) if century + year <= self.today.year + (-_GROWN_UP if self.born else 1)
        )

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


_Read = Callable[[re.Match[str], _Sentence], "dt.date | Period | None"]
_R = TypeVar("_R", bound=_Read)
_RULES: list[tuple[re.Pattern[str], _Read]] = []


def with_days(text: str, today: dt.date) -> tuple[str, Days]:
    """The sentence in figures with every day, week or month as a mark, and what the marks mean."""
    sentence = _Sentence(today, born=bool(_BORN.search(text)))

    def marking(read: _Read) -> Callable[[re.Match[str]], str | None]:
        return lambda match: None if (found := read(match, sentence)) is None else sentence.days.keep(found)

    rules = [(pattern, marking(read)) for pattern, read in _RULES]
    return rewritten(rewritten(text, _COMPLETED), rules), sentence.days


def _rule(*patterns: str) -> Callable[[_R], _R]:
    """Adds the function as the reading of these patterns, the first one first."""

    def add(read: _R) -> _R:
        _RULES.extend((re.compile(pattern), read) for pattern in patterns)
        return read

    return add


# What a correction or a list leaves out is put back before the rules: "the fourth of March, no, the fifth" keeps its
# month, "between the fourth and the eighth of March" has it twice, "move it from Tuesday to Friday" means Friday.
_OF_MONTH = rf"\d\d?{_TH} (?:of )?(?:the )?{_MONTH}"
_AGAIN = rf"(?: \{CORRECTED})+ (?:its |on |in |of |the |{_WEEKDAY} )*"
_COMPLETED: list[Rule] = [
    (re.compile(rf"\b([23])0 seconds? (?:of )?(?={_MONTH})"), lambda m: f"{m[1]}2nd of "),
    (re.compile(rf"\b{_OF_MONTH}{_YEAR}?{_AGAIN}(?P<again>\d\d?{_TH})(?! (?:of |{_CLEAR_MONTHS}|march|may))"),
     lambda m: f"{CORRECTED} the {m['again']} of {m['month']} {m['year'] or ''}".rstrip()),
    (re.compile(rf"\b(?P<day>\d\d?{_TH}) (?:of )?(?:the )?{_MONTH}{_YEAR}?{_AGAIN}(?P<again>{_CLEAR_MONTHS}|march|may)\b(?! (?:the )?\d\d?{_TH})"),
     lambda m: f"{m['day']} of {m['again']} {m['year'] or ''}".rstrip()),
    (re.compile(rf"\b(?P<kept>{_OF_MONTH}){_YEAR}(?: \{CORRECTED})+ (?:its )?(?P<again>(?:(?:19|20) ?)?\d\d)\b{_NOT_A_YEAR}(?!{_TH})"),
     lambda m: f"{m['kept']} {m['again']}"),
    (re.compile(rf"\b(\d\d?{_TH})( (?:and|to|until|or|-|through)(?: the)? )(\d\d?{_TH} of {_MONTH})({_YEAR}?)"),
     lambda m: f"{m[1]} of {m['month']}{m[5]}{m[2]}{m[3]}{m[5]}"),
    (re.compile(r"\b(?:chang|mov|shift|switch|swap|put|bring)\w* ([^|]{1,60}?) to (?!see|the (?:doctor|nurse|phone))"), lambda m: f"{m[1]} {CORRECTED} "),
]  # fmt: skip


@_rule(r"\b(\d{4}) ?[-/.] ?(\d\d?) ?[-/.] ?(\d\d?)\b")
def _iso(match: re.Match[str], sentence: _Sentence) -> dt.date | None:
    return day_of(int(match[1]), int(match[2]), int(match[3]))


@_rule(r"\b(\d\d?) ?(?P<sign>[-/.]) ?(\d\d?) ?(?P=sign) ?(\d{4}|\d\d)\b|\b(\d\d?) ?/ ?(\d\d?)\b(?! ?[-/.]\d)")
def _day_first(match: re.Match[str], sentence: _Sentence) -> dt.date | None:
    return sentence.date(int(match[1] or match[5]), int(match[3] or match[6]), sentence.year(match[4]))


@_rule(r"\b(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])(\d\d| ?(?:19|20)\d\d| (?:19|20) \d\d)\b")
def _in_one_figure(match: re.Match[str], sentence: _Sentence) -> dt.date | None:
    return sentence.date(int(match[1]), int(match[2]), sentence.year(match[3]))


@_rule(
    rf"\b(?:the )?(?P<nth>1st|2nd|3rd|4th|5th|last) {_WEEKDAY} (?:(?:in|of) (?:the )?)?"
    rf"(?:{_MONTH}{_YEAR}?|(?:(?P<which>this|next|coming|same) )?month)(?!\w)"
)
def _nth_weekday_of_month(match: re.Match[str], sentence: _Sentence) -> dt.date | None:
    nth = LAST if match["nth"] == "last" else int(match["nth"][0])
    if match["month"]:
        year, month = sentence.year(match["year"]), MONTHS[match["month"]]
        months = [dt.date(y, month, 1) for y in ([year] if year else [sentence.today.year, sentence.today.year + 1])]
    else:
        months = [month_of(sentence.today, ahead)[0] for ahead in ([1] if match["which"] == "next" else [0, 1])]
    found = [nth_weekday(WEEKDAYS[match["weekday"]], nth, *month_of(first)) for first in months]
    return next((day for day in found if day and (day >= sentence.today or len(found) == 1)), None)


@_rule(
    rf"\b(?:the )?{_DAY_NUMBER}{_TH}(?: day)?(?: of)?(?: the)?(?: month of)? {_MONTH}{_YEAR}?(?!\w)",
    rf"(?<!\bpast )(?<!\bto )(?<!\bafter )(?<!\bhalf )(?<!\bbefore )(?<!\bat )(?<!\band )\b(?:the )?{_DAY_NUMBER}(?: of)? {_MONTH}(?! (?:the )?\d\d?{_TH}){_YEAR}?(?!\w)",
)
def _day_then_month(match: re.Match[str], sentence: _Sentence) -> dt.date | None:
    return sentence.date(int(match["day"]), MONTHS[match["month"]], sentence.year(match["year"]))


@_rule(rf"\b{_MONTH} (?:of |in )?(?P<year>(?:19|20)\d\d|(?:19|20) \d\d)\b(?! ?[:.]\d)")
def _month_of_year(match: re.Match[str], sentence: _Sentence) -> Period:
    return Period(*month_of(dt.date(sentence.year(match["year"]) or 1, MONTHS[match["month"]], 1)))


@_rule(
    rf"\b(?P<year>(?:19|20)\d\d|(?:19|20) \d\d) (?:on )?{_MONTH} (?:the )?{_DAY_NUMBER}(?:{_TH})?(?!\w)",
    rf"\b{_MONTH} (?:on )?(?:the )?{_DAY_NUMBER}(?:{_TH})?(?! ?(?:oclock|am|pm|:\d|[-/] \d)){_YEAR}?(?!\w)",
)
def _month_then_day(match: re.Match[str], sentence: _Sentence) -> dt.date | None:
    return sentence.date(int(match["day"]), MONTHS[match["month"]], sentence.year(match["year"]))


@_rule(
    rf"\b(?:the )?{_DAY_NUMBER}{_TH}(?: day)?(?: of)?(?: the)? (?P<month>1?\d){_TH}(?: month)?{_YEAR}",
    rf"\b(?:the )?{_DAY_NUMBER}{_TH}(?: day)? of (?:the )?(?P<month>1?\d){_TH}(?: month)?(?P<year>\b)(?!\w)",
    rf"(?<![\d.:] )\b(?:{_OH} )?{_DAY_NUMBER} (?:{_OH} )?(?P<month>[01]?\d){_YEAR}(?! \d)",
)
def _day_then_month_number(match: re.Match[str], sentence: _Sentence) -> dt.date | None:
    return sentence.date(int(match["day"]), int(match["month"]), sentence.year(match["year"] or None))


@_rule(rf"\b(?:the )?{_DAY_NUMBER}{_TH} (?:{_OH} )?(?P<month>[01]?\d){_YEAR}(?! \d)")
def _day_then_counted_month(match: re.Match[str], sentence: _Sentence) -> dt.date | None:
    """The fourteenth, seven, thirty-one; but "the fourteenth, seven thirty" is a time."""
    like_minutes = re.fullmatch(rf"\d[05]|{_OH} \d", match["year"])
    if like_minutes and not sentence.born:
        return None
    return sentence.date(int(match["day"]), int(match["month"]), sentence.year(match["year"]))


@_rule(r"(?<!\d )\b(?P<tens>[23])(?P<month>[1-9]) (?P<year>(?:19|20)\d\d|(?:19|20) \d\d|\d\d)\b(?! \d)")
def _run_together(match: re.Match[str], sentence: _Sentence) -> dt.date | None:
    """ "thirty five nineteen fifty-six" is the thirtieth of the fifth; "thirty five fifty-six" only for a birth."""
    if len(match["year"]) == 2 and not sentence.born:
        return None
    return sentence.date(int(match["tens"]) * 10, int(match["month"]), sentence.year(match["year"]))


@_rule(
    rf"\b(?:the )?(?:{_DAY_NUMBER}{_TH}|last day) (?:day )?(?:of )?(?:the )?(?:(?P<which>this|next|last|coming|same|current) )?month\b"
)
def _day_of_this_month(match: re.Match[str], sentence: _Sentence) -> dt.date | None:
    """The first of next month; "the first of the month" is the coming one."""
    which = match["which"]
    days = [
        day_of(first.year, first.month, int(match["day"] or last.day))
        for first, last in (month_of(sentence.today, _SHIFTS.get(which, 0) + later) for later in (0, 1))
    ]
    return days[0] if which or days[0] is None or days[0] >= sentence.today else days[1]


@_rule(
    r"\b(?:the )?(?P<part>end|last day|1st day|beginning|start|middle|mid) (?:of )?(?:the |(?:the )?(?P<which>this|next|last|following|coming) )?"
    rf"(?:(?P<period>week|month|year)|{_MONTH}{_YEAR}?)(?!\w)"
)
def _part_of_period(match: re.Match[str], sentence: _Sentence) -> dt.date:
    """The end of the month is its last day, the end of the week Friday, the middle of next week Wednesday."""
    period = _month(match, sentence) if match["month"] else _period(match, sentence)
    first, last = period.start, period.end
    if match["period"] == "week":
        last = first + dt.timedelta(days=4)
    day: dt.date = {"end": last, "last day": last, "1st day": first, "beginning": first, "start": first}.get(
        match["part"], first + (last - first) / 2
    )
    return day


_IN_YEAR = list(FEASTS.values())


@_rule(
    r"\b(?:(?P<which>this|next|last) )?(?:" + "|".join(f"({name})" for name in FEASTS) + r")\b"
    r"(?: (?P<year>this year|next year|last year|(?:in )?(?:19\d|20[0-3])\d(?! hours)|20 [0-3]\d(?! hours)))?"
)
def _feast(match: re.Match[str], sentence: _Sentence) -> dt.date:
    """Christmas, Boxing Day, Easter Monday: the coming one, or that of a year."""
    names = match.groups()[1:-1]
    in_year, today = _IN_YEAR[next(place for place, name in enumerate(names) if name is not None)], sentence.today
    if match["year"]:
        this, *_ = words = match["year"].split()
        return in_year(
            today.year + _SHIFTS.get(this, 0)
            if words[-1] == "year"
            else sentence.year(" ".join(words[-2:]).removeprefix("in ")) or 1
        )
    if match["which"] == "last":
        return next(day for back in (0, 1) if (day := in_year(today.year - back)) < today)
    return next(day for ahead in (0, 1) if (day := in_year(today.year + ahead)) >= today)


@_rule(rf"\b(?:the )?(?:next )?(?:bank|public) holiday(?: {_WEEKDAY})?\b")
def _bank_holiday(match: re.Match[str], sentence: _Sentence) -> dt.date:
    return next_bank_holiday(sentence.today, WEEKDAYS[match["weekday"]] if match["weekday"] else None)


@_rule(rf"\b(?:the )?(?:(?P<nth>1st|2nd|3rd) )?{_WEEKDAY} (?:just )?(?P<side>before|after|following) (?P<mark>{DAY})")
def _weekday_by_day(match: re.Match[str], sentence: _Sentence) -> dt.date:
    """The Monday after Christmas, the second Sunday before Easter."""
    day, weekday = sentence.day(match["mark"]), WEEKDAYS[match["weekday"]]
    more = dt.timedelta(weeks=int(match["nth"][0]) - 1 if match["nth"] else 0)
    return latest(weekday, day) - more if match["side"] == "before" else coming(weekday, day) + more


_WEEK = r"(?P<week>week after next|(?:the )?following week|(?:next|this|last) week)"


@_rule(
    rf"\b(?:the )?{_WEEKDAY} (?:of |in |the )*{_WEEK}\b",
    rf"\b(?:the )?{_WEEK} (?:on )?(?:the )?{_WEEKDAY}\b",
)
def _weekday_of_week(match: re.Match[str], sentence: _Sentence) -> dt.date:
    words = match["week"].split()
    weeks = 2 if words[-1] == "next" else _SHIFTS.get(words[-2], 0)
    return sentence.monday + dt.timedelta(days=7 * weeks + WEEKDAYS[match["weekday"]])


@_rule(
    rf"\b{_WHICH}?(?P<weekday>(?:{_WEEKDAYS})|(?:(?<=on )|(?<=this )|(?<=next )|(?<=last ))(?:sat|sun))\b"
    r"(?: (?P<after>after next|just gone|just past|gone|last|next)\b(?! (?:week|month)))?"
    rf"(?: (?:the )?(?P<day>[0-3]?\d){_TH}(?! (?:of|one|time|thing|floor)\b))?"
)
def _named_weekday(match: re.Match[str], sentence: _Sentence) -> dt.date:
    weekday, how = WEEKDAYS[match["weekday"]], {match["which"], match["after"]} - {None, "the", "this", "coming", "this coming"}
    of_next_week = sentence.monday + dt.timedelta(days=7 + weekday)
    if match["day"]:  # "Tuesday the fourth": the coming fourth that is a Tuesday
        days = sentence.coming_nth(int(match["day"]))
        return next((day for day in days if day.weekday() == weekday), days[0] if days else coming(weekday, sentence.today))
    if "after next" in how:
        return of_next_week + dt.timedelta(weeks=1)
    if how & {"last", "gone", "just gone", "just past"}:
        return latest(weekday, sentence.today)
    return of_next_week if "next" in how else coming(weekday, sentence.today)


_NEAR = {"today": 0, "tonight": 0, "this": 0, "tomorrow": 1, "yesterday": -1, "last": -1}


@_rule(
    r"\b(?P<near>today|tomorrow|yesterday)\b|\b(?P<of>this|last)(?= (?:morning|afternoon|evening|lunchtime|teatime|night))|(?=\btonight\b)"
)
def _near(match: re.Match[str], sentence: _Sentence) -> dt.date:
    return sentence.today + dt.timedelta(days=_NEAR[match["near"] or match["of"] or "tonight"])


@_rule(
    r"\b(?:the )?(?P<period>weekend|week|month|year) after (?P<which>next)\b",
    r"\b(?:at|over) (?P<period>weekend)(?P<which>\b)",
    rf"\b{_WHICH}(?P<period>weekend|week|month|year)\b(?! (?:before|after|of|commencing|beginning|starting|following) {DAY}|s)",
)
def _named_period(match: re.Match[str], sentence: _Sentence) -> Period:
    return _period(match, sentence, more=" after next" in match[0])


def _period(match: re.Match[str], sentence: _Sentence, more: bool = False) -> Period:
    shift, period, today = _SHIFTS.get((match["which"] or "").split(" ")[-1], 0) + more, match["period"], sentence.today
    if period == "month":
        return Period(*month_of(today, shift))
    if period == "year":
        return Period(dt.date(today.year + shift, 1, 1), dt.date(today.year + shift, 12, 31))
    monday = sentence.monday + dt.timedelta(weeks=shift)
    return Period(monday + dt.timedelta(days=5 if period == "weekend" else 0), monday + dt.timedelta(days=6))


@_rule(
    rf"\b(?P<count>\d{{1,3}}|an?) {_UNIT} (?:before|prior to|ahead of) (?:the )?(?P<mark>{DAY})",
    rf"\b(?:the )?(?P<count>)(?P<unit>day) (?:before|prior to|ahead of) (?:the )?(?P<mark>{DAY})",
    rf"\b{_COUNT} {_UNIT} ago (?:on |last )?(?P<mark>{DAY})",
)
def _before_day(match: re.Match[str], sentence: _Sentence) -> dt.date:
    return _moved(sentence.day(match["mark"]), match, -1)


@_rule(
    rf"(?<!\ba )(?<!\d )\b(?:(?P<period>week|weekend) (?P<side>of|commencing|beginning|starting|after|following|before) )(?:the )?(?P<mark>{DAY})"
)
def _week_of(match: re.Match[str], sentence: _Sentence) -> Period:
    """The week after Easter, the weekend before Christmas, the week of the fourth."""
    day, weekend = sentence.day(match["mark"]), match["period"] == "weekend"
    weeks = {"after": 0 if weekend else 1, "following": 0 if weekend else 1, "before": -1}.get(match["side"], 0)
    first = day - dt.timedelta(days=day.weekday() - 7 * weeks - (5 if weekend else 0))
    return Period(first, first + dt.timedelta(days=1 if weekend else 6))


@_rule(
    rf"(?P<mark>{DAY}) (?P<unit>week|fortnight)\b(?P<count>)",
    rf"\b(?:{_COUNT} )?{_UNIT} (?:from |on |after |past |following |since |come |next )?(?:the )?(?P<mark>{DAY})",
)
def _after_day(match: re.Match[str], sentence: _Sentence) -> dt.date:
    """A week on Tuesday, Tuesday week, two days after Christmas, a fortnight today."""
    return _moved(sentence.last_day(match["mark"]), match, 1)


@_rule(
    rf"\b{_COUNT} {_UNIT} (?P<back>ago|back|before now)\b",
    rf"\b{_COUNT} {_UNIT} (?:from now|hence|time)\b",
    rf"\b(?:in|within) (?:about |around |another )?{_COUNT} {_UNIT}\b(?: time)?",
)
def _from_today(match: re.Match[str], sentence: _Sentence) -> dt.date:
    return _moved(sentence.today, match, -1 if match.groupdict().get("back") else 1)


def _moved(day: dt.date, match: re.Match[str], sign: int) -> dt.date:
    count, unit = match["count"] or "a", match["unit"]
    steps = sign * (int(count) if count.isdigit() else 1)
    if unit in ("month", "year"):
        return months_later(day, steps * (12 if unit == "year" else 1))
    return day + dt.timedelta(days=steps * {"day": 1, "week": 7, "fortnight": 14}[unit])


@_rule(rf"(?:(?<={DAY} )|(?<={DAY} or )|(?<={DAY} and )|(?<={DAY} \{CORRECTED} ))the day after\b")
def _day_after(match: re.Match[str], sentence: _Sentence) -> dt.date:
    """ "Tomorrow, or the day after"."""
    mark = re.findall(DAY, match.string[: match.start()])[-1]
    return sentence.last_day(mark) + dt.timedelta(days=1)


@_rule(
    rf"(?:\b(?:the|on) |(?:^|\{CORRECTED} )(?:its )?){_DAY_NUMBER}{_TH}\b"
    r"(?! (?:of|one|time|thing|floor|name|street|avenue|house|door|option|choice|person|place|class)\b)"
)
def _bare_day(match: re.Match[str], sentence: _Sentence) -> dt.date | None:
    """The fourth: the next one that is not past."""
    return next(iter(sentence.coming_nth(int(match["day"]))), None)


@_rule(
    r"\b(?:in |during |since |until |before |after |(?P<which>this|next|last) )(?P<month>march|may)\b",
    rf"(?<!of )\b{_WHICH}?(?P<month>{_CLEAR_MONTHS})\b",
)
def _month(match: re.Match[str], sentence: _Sentence) -> Period:
    """April: the coming one, or this month where it is April."""
    groups, month, today = match.groupdict(), MONTHS[match["month"]], sentence.today
    year = sentence.year(groups.get("year"))
    if year is None:
        shift = _SHIFTS.get((groups.get("which") or "").split(" ")[-1], 0)
        year = today.year + (month < today.month) + (month == today.month and shift > 0)
        year -= shift < 0
    return Period(*month_of(dt.date(year, month, 1)))
