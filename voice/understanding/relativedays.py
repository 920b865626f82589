"""Days counted from today or from another day: weekdays, weeks, feasts, "a week on", "the day after"."""

from __future__ import annotations

import datetime as dt
import re

from voice.understanding.calendar import (
    FEASTS,
    MONTHS,
    WEEKDAYS,
    coming,
    day_of,
    latest,
    month_of,
    months_later,
    next_bank_holiday,
)
from voice.understanding.daysentence import (
    CLEAR_MONTHS,
    COUNT,
    DAY_NUMBER,
    MONTH,
    SHIFTS,
    TH,
    UNIT,
    WEEKDAY,
    WEEKDAY_NAMES,
    WHICH,
    YEAR,
    YEAR_BY_NAME,
    DayRules,
    Period,
    Sentence,
)
from voice.understanding.marks import DAY
from voice.understanding.wording import CORRECTED

rules: DayRules = DayRules()


@rules.reads(
    rf"\b(?:the )?(?:{DAY_NUMBER}{TH}|last day) (?:day )?(?:of )?(?:the )?(?:(?P<which>this|next|last|coming|same|current) )?month\b"
)
def _day_of_this_month(match: re.Match[str], sentence: Sentence) -> dt.date | None:
    """The first of next month; "the first of the month" is the coming one."""
    which = match["which"]
    days = [
        day_of(first.year, first.month, int(match["day"] or last.day))
        for first, last in (month_of(sentence.today, SHIFTS.get(which, 0) + later) for later in (0, 1))
    ]
    return days[0] if which or days[0] is None or days[0] >= sentence.today else days[1]


@rules.reads(
    r"\b(?:the )?(?P<part>end|last day|1st day|beginning|start|middle|mid) (?:of )?(?:the |(?:the )?(?P<which>this|next|last|following|coming) )?"
    rf"(?:(?P<period>week|month|year)|{MONTH}{YEAR}?)(?!\w)"
)
def _part_of_period(match: re.Match[str], sentence: Sentence) -> dt.date:
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


@rules.reads(
    r"\b(?:(?P<which>this|next|last) )?(?:" + "|".join(f"({name})" for name in FEASTS) + r")\b"
    rf"(?: (?:in )?(?P<year>{YEAR_BY_NAME}|(?:19|20(?= ?[0-3])) ?\d\d(?! hours)))?"
)
def _feast(match: re.Match[str], sentence: Sentence) -> dt.date:
    """Christmas, Boxing Day, Easter Monday: the coming one, or that of a year."""
    names = match.groups()[1:-1]
    in_year, today = _IN_YEAR[next(place for place, name in enumerate(names) if name is not None)], sentence.today
    if (year := sentence.year(match["year"])) is not None:
        return in_year(year)
    if match["which"] == "last":
        return next(day for back in (0, 1) if (day := in_year(today.year - back)) < today)
    return next(day for ahead in (0, 1) if (day := in_year(today.year + ahead)) >= today)


@rules.reads(rf"\b(?:the )?(?:next )?(?:bank|public) holiday(?: {WEEKDAY})?\b")
def _bank_holiday(match: re.Match[str], sentence: Sentence) -> dt.date:
    return next_bank_holiday(sentence.today, WEEKDAYS[match["weekday"]] if match["weekday"] else None)


@rules.reads(rf"\b(?:the )?(?:(?P<nth>1st|2nd|3rd) )?{WEEKDAY} (?:just )?(?P<side>before|after|following) (?P<mark>{DAY})")
def _weekday_by_day(match: re.Match[str], sentence: Sentence) -> dt.date:
    """The Monday after Christmas, the second Sunday before Easter."""
    day, weekday = sentence.day(match["mark"]), WEEKDAYS[match["weekday"]]
    more = dt.timedelta(weeks=int(match["nth"][0]) - 1 if match["nth"] else 0)
    return latest(weekday, day) - more if match["side"] == "before" else coming(weekday, day) + more


_WEEK = r"(?P<week>week after next|(?:the )?following week|(?:next|this|last) week)"


@rules.reads(
    rf"\b(?:the )?{WEEKDAY} (?:of |in |the )*{_WEEK}\b",
    rf"\b(?:the )?{_WEEK} (?:on )?(?:the )?{WEEKDAY}\b",
)
def _weekday_of_week(match: re.Match[str], sentence: Sentence) -> dt.date:
    words = match["week"].split()
    weeks = 2 if words[-1] == "next" else SHIFTS.get(words[-2], 0)
    return sentence.monday + dt.timedelta(days=7 * weeks + WEEKDAYS[match["weekday"]])


@rules.reads(
    rf"\b{WHICH}?(?P<weekday>(?:{WEEKDAY_NAMES})|(?:(?<=on )|(?<=this )|(?<=next )|(?<=last ))(?:sat|sun))\b"
    r"(?: (?P<after>after next|just gone|just past|gone|last|next)\b(?! (?:week|month)))?"
    rf"(?: (?:the )?(?P<day>[0-3]?\d){TH}(?! (?:of|one|time|thing|floor)\b))?"
)
def _named_weekday(match: re.Match[str], sentence: Sentence) -> dt.date:
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


@rules.reads(
    r"\b(?P<near>today|tomorrow|yesterday)\b|\b(?P<of>this|last)(?= (?:morning|afternoon|evening|lunchtime|teatime|night))|(?=\btonight\b)"
)
def _near(match: re.Match[str], sentence: Sentence) -> dt.date:
    return sentence.today + dt.timedelta(days=_NEAR[match["near"] or match["of"] or "tonight"])


@rules.reads(
    r"\b(?:the )?(?P<period>weekend|week|month|year) after (?P<which>next)\b",
    r"\b(?:at|over) (?P<period>weekend)(?P<which>\b)",
    rf"\b{WHICH}(?P<period>weekend|week|month|year)\b(?! (?:before|after|of|commencing|beginning|starting|following) {DAY}|s)",
)
def _named_period(match: re.Match[str], sentence: Sentence) -> Period:
    return _period(match, sentence, more=" after next" in match[0])


def _period(match: re.Match[str], sentence: Sentence, more: bool = False) -> Period:
    shift, period, today = SHIFTS.get((match["which"] or "").split(" ")[-1], 0) + more, match["period"], sentence.today
    if period == "month":
        return Period(*month_of(today, shift))
    if period == "year":
        return Period(dt.date(today.year + shift, 1, 1), dt.date(today.year + shift, 12, 31))
    monday = sentence.monday + dt.timedelta(weeks=shift)
    return Period(monday + dt.timedelta(days=5 if period == "weekend" else 0), monday + dt.timedelta(days=6))


@rules.reads(
    rf"\b(?P<count>\d{{1,3}}|an?) {UNIT} (?:before|prior to|ahead of) (?:the )?(?P<mark>{DAY})",
    rf"\b(?:the )?(?P<count>)(?P<unit>day) (?:before|prior to|ahead of) (?:the )?(?P<mark>{DAY})",
    rf"\b{COUNT} {UNIT} ago (?:on |last )?(?P<mark>{DAY})",
)
def _before_day(match: re.Match[str], sentence: Sentence) -> dt.date:
    return _moved(sentence.day(match["mark"]), match, -1)


@rules.reads(
    rf"(?<!\ba )(?<!\d )\b(?:(?P<period>week|weekend) (?P<side>of|commencing|beginning|starting|after|following|before) )(?:the )?(?P<mark>{DAY})"
)
def _week_of(match: re.Match[str], sentence: Sentence) -> Period:
    """The week after Easter, the weekend before Christmas, the week of the fourth."""
    day, weekend = sentence.day(match["mark"]), match["period"] == "weekend"
    weeks = {"after": 0 if weekend else 1, "following": 0 if weekend else 1, "before": -1}.get(match["side"], 0)
    first = day - dt.timedelta(days=day.weekday() - 7 * weeks - (5 if weekend else 0))
    return Period(first, first + dt.timedelta(days=1 if weekend else 6))


@rules.reads(
    rf"(?P<mark>{DAY}) (?P<unit>week|fortnight)\b(?P<count>)",
    rf"(?<!\bany )\b(?:{COUNT} )?{UNIT} (?P<joint>from |for |on |after |past |following |since |come |next )?(?:the )?(?P<mark>{DAY})",
)
def _after_day(match: re.Match[str], sentence: Sentence) -> dt.date:
    """A week on Tuesday, Tuesday week, two days after Christmas, a fortnight today; but "a week last Friday" is before it."""
    day, joint = sentence.last_day(match["mark"]), match.groupdict().get("joint")
    return _moved(day, match, 1 if joint or day >= sentence.today else -1)


@rules.reads(
    rf"\b{COUNT} {UNIT} (?P<back>ago|back|before now)\b",
    rf"\b{COUNT} {UNIT} (?:from now|hence|time)\b",
    rf"\b(?:in|within) (?:about |around |another )?{COUNT} {UNIT}\b(?: time)?",
)
def _from_today(match: re.Match[str], sentence: Sentence) -> dt.date:
    return _moved(sentence.today, match, -1 if match.groupdict().get("back") else 1)


def _moved(day: dt.date, match: re.Match[str], sign: int) -> dt.date:
    count, unit = match["count"] or "a", match["unit"]
    steps = sign * (int(count) if count.isdigit() else 1)
    if unit in ("month", "year"):
        return months_later(day, steps * (12 if unit == "year" else 1))
    return day + dt.timedelta(days=steps * {"day": 1, "week": 7, "fortnight": 14}[unit])


@rules.reads(rf"(?:(?<={DAY} )|(?<={DAY} or )|(?<={DAY} and )|(?<={DAY} \{CORRECTED} ))the day after\b")
def _day_after(match: re.Match[str], sentence: Sentence) -> dt.date:
    """ "Tomorrow, or the day after"."""
    mark = re.findall(DAY, match.string[: match.start()])[-1]
    return sentence.last_day(mark) + dt.timedelta(days=1)


@rules.reads(
    rf"(?:\b(?:the|on) |(?:^|\{CORRECTED} )(?:its )?){DAY_NUMBER}{TH}\b"
    r"(?! (?:of|one|time|thing|floor|name|street|avenue|house|door|option|choice|person|place|class)\b)"
)
def _bare_day(match: re.Match[str], sentence: Sentence) -> dt.date | None:
    """The fourth: the next one that is not past."""
    return next(iter(sentence.coming_nth(int(match["day"]))), None)


@rules.reads(
    r"\b(?:in |during |since |until |before |after |(?P<which>this|next|last) )(?P<month>march|may)\b",
    rf"(?<!of )\b{WHICH}?(?P<month>{CLEAR_MONTHS})\b",
)
def _named_month(match: re.Match[str], sentence: Sentence) -> Period:
    return _month(match, sentence)


def _month(match: re.Match[str], sentence: Sentence) -> Period:
    """April: the coming one, or this month where it is April."""
    groups, month, today = match.groupdict(), MONTHS[match["month"]], sentence.today
    year = sentence.year(groups.get("year"))
    if year is None:
        shift = SHIFTS.get((groups.get("which") or "").split(" ")[-1], 0)
        year = today.year + (month < today.month) + (month == today.month and shift > 0)
        year -= shift < 0
    return Period(*month_of(dt.date(year, month, 1)))
