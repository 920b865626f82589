"""Days by name: weekdays, months, feasts and bank holidays (of England and Wales)."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable
from functools import cache

import holidays
from dateutil.easter import easter

WEEKDAYS = {name: index for index, names in enumerate((
    ("monday", "mondays", "mon"), ("tuesday", "tuesdays", "tues", "tue"), ("wednesday", "wednesdays", "weds", "wed"),
    ("thursday", "thursdays", "thurs", "thur", "thu"), ("friday", "fridays", "fri"), ("saturday", "saturdays", "sat"),
    ("sunday", "sundays", "sun"))) for name in names}  # fmt: skip
MONTHS = {name: index for index, name in enumerate(
    "january february march april may june july august september october november december".split(), start=1)}  # fmt: skip
MONTHS |= {name[:3]: number for name, number in MONTHS.items()} | {"sept": 9}
LAST = -1


def day_of(year: int, month: int, day: int) -> dt.date | None:
    """The day, or None where the calendar has none."""
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def month_of(day: dt.date, ahead: int = 0) -> tuple[dt.date, dt.date]:
    """The first and the last day of the month that is `ahead` months after the day's own."""
    years, month = divmod(day.year * 12 + day.month - 1 + ahead, 12)
    return dt.date(years, month + 1, 1), dt.date(years, month + 1, calendar.monthrange(years, month + 1)[1])


def months_later(day: dt.date, months: int) -> dt.date:
    """The same day of a later month, or that month's last day."""
    first, last = month_of(day, months)
    return first.replace(day=min(day.day, last.day))


def coming(weekday: int, after: dt.date) -> dt.date:
    """The first such weekday after the day itself."""
    return after + dt.timedelta(days=(weekday - after.weekday() - 1) % 7 + 1)


def latest(weekday: int, before: dt.date) -> dt.date:
    """The last such weekday before the day itself."""
    return before - dt.timedelta(days=(before.weekday() - weekday - 1) % 7 + 1)


def nth_weekday(weekday: int, nth: int, first: dt.date, last: dt.date) -> dt.date | None:
    """The nth such weekday of these days, or the last one (LAST); None where there are not so many."""
    if nth == LAST:
        return latest(weekday, last + dt.timedelta(days=1))
    day = coming(weekday, first - dt.timedelta(days=1)) + dt.timedelta(weeks=nth - 1)
    return day if day <= last else None


def coming_day(day: int, month: int, today: dt.date) -> dt.date | None:
    """The next such day from today on; for 29 February the next leap year's."""
    for year in range(today.year, today.year + 9):
        found = day_of(year, month, day)
        if found and found >= today:
            return found
    return None


@cache
def bank_holidays(year: int) -> tuple[dt.date, ...]:
    """The bank holidays of a year in order, with those that stand in for one at a weekend."""
    days = holidays.country_holidays("GB", subdiv="ENG", years=year)
    return tuple(sorted(day for day in days if day.weekday() < 5))


def next_bank_holiday(today: dt.date, weekday: int | None = None) -> dt.date:
    """The first bank holiday after today (that falls on this weekday). Raises OverflowError where the calendar ends before."""
    for year in range(today.year, today.year + 3):
        for day in bank_holidays(year):
            if day > today and weekday in (None, day.weekday()):
                return day
    raise OverflowError(f"no bank holiday comes after {today}")


def _from_easter(days: int) -> Callable[[int], dt.date]:
    return lambda year: easter(year) + dt.timedelta(days=days)


def _nth(weekday: str, nth: int, month: int) -> Callable[[int], dt.date]:
    def in_year(year: int) -> dt.date:
        day = nth_weekday(WEEKDAYS[weekday], nth, *month_of(dt.date(year, month, 1)))
        assert day is not None, "no feast is a fifth weekday"  # noqa: S101
        return day

    return in_year


def _fixed(month: int, day: int) -> Callable[[int], dt.date]:
    return lambda year: dt.date(year, month, day)


FEASTS: dict[str, Callable[[int], dt.date]] = {  # name, as a pattern, in figures and without apostrophes
    r"(?:christmas|xmas) eve": _fixed(12, 24),
    r"(?:christmas|xmas)(?: day)?": _fixed(12, 25),
    r"boxing day|(?:saint|st) stephens day": _fixed(12, 26),
    r"new years? eve|hogmanay": _fixed(12, 31),
    r"new years?(?: day)?": _fixed(1, 1),
    r"12th night": _fixed(1, 5),
    r"epiphany": _fixed(1, 6),
    r"burns night": _fixed(1, 25),
    r"(?:(?:saint|st) )?valentines?(?: day)?": _fixed(2, 14),
    r"(?:saint|st) davids day": _fixed(3, 1),
    r"(?:saint|st) patricks day": _fixed(3, 17),
    r"april fools?(?: day)?": _fixed(4, 1),
    r"(?:saint|st) georges day": _fixed(4, 23),
    r"(?:early )?may (?:day )?bank holiday": _nth("monday", 1, 5),
    r"may day": _fixed(5, 1),
    r"ve day": _fixed(5, 8),
    r"(?:spring|late may|whitsun|whit|end of may) bank holiday": _nth("monday", LAST, 5),
    r"midsummers? day": _fixed(6, 24),
    r"independence day": _fixed(7, 4),
    r"(?:late )?(?:august|summer) bank holiday": _nth("monday", LAST, 8),
    r"labou?r day": _nth("monday", 1, 9),
    r"hallowe?en": _fixed(10, 31),
    r"all saints(?: day)?": _fixed(11, 1),
    r"(?:bonfire|guy fawkes|fireworks)(?: night| day)?": _fixed(11, 5),
    r"(?:armistice|remembrance) day": _fixed(11, 11),
    r"(?:saint|st) andrews day": _fixed(11, 30),
    r"remembrance sunday": _nth("sunday", 2, 11),
    r"thanksgiving(?: day)?": _nth("thursday", 4, 11),
    r"mothers day|mothering sunday": _from_easter(-21),
    r"fathers day": _nth("sunday", 3, 6),
    r"(?:shrove tuesday|pancake (?:day|tuesday))": _from_easter(-47),
    r"ash wednesday": _from_easter(-46),
    r"palm sunday": _from_easter(-7),
    r"(?:maundy|easter) thursday": _from_easter(-3),
    r"(?:good|easter) friday": _from_easter(-2),
    r"easter saturday": _from_easter(-1),
    r"easter monday|easter bank holiday": _from_easter(1),
    r"easter tuesday": _from_easter(2),
    r"easter(?: (?:sun)?day)?": _from_easter(0),
    r"ascension(?: day)?": _from_easter(39),
    r"whit sunday|pentecost|whitsun": _from_easter(49),
    r"whit monday": _from_easter(50),
}
