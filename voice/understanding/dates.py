"""Days, times and lengths of time as people say them in English, relative to now.

Said on a Tuesday, "Tuesday" is the coming one, a week away. "Next Tuesday" is the Tuesday of next week (weeks
begin on Monday). A day and month without a year is the coming one. Hours without morning or afternoon are read
as people mean them by day: eight to eleven in the morning, twelve to seven in the afternoon; the other reading
comes second.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from voice.understanding.numbers import Number, number_at, words_of

WEEKDAYS = {name: index for index, names in enumerate(
    (("monday", "mondays"), ("tuesday", "tuesdays"), ("wednesday", "wednesdays"), ("thursday", "thursdays"),
     ("friday", "fridays"), ("saturday", "saturdays"), ("sunday", "sundays"))) for name in names}  # fmt: skip
MONTHS = {name: index for index, name in enumerate(
    "january february march april may june july august september october november december".split(), start=1)}  # fmt: skip
MONTHS |= {name[:3]: number for name, number in MONTHS.items()} | {"sept": 9}
PARTS = {"morning": ("06:00", "12:00"), "afternoon": ("12:00", "18:00"), "evening": ("18:00", "22:00"), "tonight": ("18:00", "22:00"),
         "lunchtime": ("12:00", "14:00"), "night": ("20:00", "23:59")}  # fmt: skip
LENGTHS = {"second": 1, "seconds": 1, "minute": 60, "minutes": 60, "min": 60, "mins": 60, "hour": 3600, "hours": 3600,
           "day": 86400, "days": 86400, "week": 604800, "weeks": 604800, "fortnight": 1209600, "month": 2592000,
           "months": 2592000}  # fmt: skip
_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_SLASHED = re.compile(r"\b(\d{1,2})[/.](\d{1,2})(?:[/.](\d{4}|\d{2}))?\b")
_CLOCK = re.compile(r"\b([01]?\d|2[0-3])[:.]([0-5]\d)\s*(a\.?m\.?|p\.?m\.?)?", re.IGNORECASE)

Value = str | dict[str, Any] | None


def parse_date(text: str, now: dt.datetime) -> Value:
    """An ISO day, or {"from","to"} for a week, a weekend or a month. None when no day was said."""
    today = now.date()
    written = _written_date(text, today)
    if written:
        return written.isoformat()
    words = words_of(text)
    readings = [day for index in range(len(words)) if (day := _date_at(words, index, today)) is not None]
    return _as_json(readings[-1]) if readings else None


def _as_json(found: dt.date | tuple[dt.date, dt.date]) -> Value:
    if isinstance(found, tuple):
        return {"from": found[0].isoformat(), "to": found[1].isoformat()}
    return found.isoformat()


def _written_date(text: str, today: dt.date) -> dt.date | None:
    if match := _ISO.search(text[:2000]):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    match = next((m for m in _SLASHED.finditer(text[:2000]) if "/" in m[0] or m[3]), None)
    if not match:
        return None
    year = int(match[3]) if match[3] else None
    return _coming(int(match[1]), int(match[2]), year + 2000 if year and year < 100 else year, today)


def _date_at(words: list[str], index: int, today: dt.date) -> dt.date | tuple[dt.date, dt.date] | None:
    """The day that is named by the words that begin here."""
    word, before = words[index], words[max(0, index - 3) : index]
    after = words[index + 1 : index + 4]
    if word in ("today", "tonight"):
        return today
    if word == "tomorrow":
        return today + dt.timedelta(days=2 if before[-2:] == ["day", "after"] or before[-1:] == ["after"] else 1)
    if word == "yesterday":
        return today - dt.timedelta(days=2 if before[-2:] == ["day", "before"] else 1)
    if word in WEEKDAYS:
        return _weekday(WEEKDAYS[word], before, after, today)
    if word in ("week", "weekend", "month", "fortnight"):
        return _period(word, before, after, today)
    if word in MONTHS and not (word in ("may", "mar") and not _near_number(words, index)):
        return _month_day(words, index, today)
    number = number_at(words, index)
    if number is None or (index and number_at(words, index - 1) and number_at(words, index - 1).end > index):  # type: ignore[union-attr]
        return None
    return _counted(words, number, today)


def _weekday(weekday: int, before: list[str], after: list[str], today: dt.date) -> dt.date:
    coming = today + dt.timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    if before[-1:] == ["next"]:
        monday = today - dt.timedelta(days=today.weekday()) + dt.timedelta(days=7)
        return monday + dt.timedelta(days=weekday)
    if before[-1:] == ["last"]:
        return coming - dt.timedelta(days=7)
    if after[:1] == ["week"] or before[-2:] == ["week", "on"] or after[:2] == ["after", "next"]:
        return coming + dt.timedelta(days=7)
    if before[-2:] == ["fortnight", "on"]:
        return coming + dt.timedelta(days=14)
    return coming


def _period(word: str, before: list[str], after: list[str], today: dt.date) -> tuple[dt.date, dt.date] | dt.date | None:
    monday = today - dt.timedelta(days=today.weekday())
    shift = {"next": 1, "this": 0, "the": 0}.get(before[-1] if before else "")
    if word == "weekend" and shift is not None:
        return monday + dt.timedelta(days=5 + 7 * shift), monday + dt.timedelta(days=6 + 7 * shift)
    if word == "week" and before[-1:] in (["next"], ["this"]):
        start = monday + dt.timedelta(days=7 * (shift or 0))
        return start, start + dt.timedelta(days=6)
    if word == "month" and before[-1:] == ["next"]:
        first = (today.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
        return first, (first + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)
    if before[-2:] == ["in", "a"] or after[:2] == ["from", "now"] or after[:2] == ["from", "today"]:
        return today + dt.timedelta(seconds=LENGTHS[word])
    return None


def _near_number(words: list[str], index: int) -> bool:
    neighbours = words[max(0, index - 2) : index] + words[index + 1 : index + 3]
    return any(number_at([word], 0) for word in neighbours)


def _month_day(words: list[str], index: int, today: dt.date) -> dt.date | tuple[dt.date, dt.date] | None:
    month = MONTHS[words[index]]
    start = index - 1 - (words[index - 1] == "of" if index else 0)
    before = next((n for at in range(max(0, start - 1), start + 1) if (n := number_at(words, at)) and n.end == start + 1), None)
    skip = index + 1 + (words[index + 1 : index + 2] == ["the"])
    after = number_at(words, skip) if skip < len(words) else None
    if before and 1 <= before.value <= 31:
        return _coming(before.value, month, _year_at(words, index + 1), today)
    if after and 1 <= after.value <= 31:
        return _coming(after.value, month, _year_at(words, after.end), today)
    return None


def _year_at(words: list[str], index: int) -> int | None:
    """2027, twenty twenty-seven, nineteen forty-six, two thousand and five, '46 said as forty-six."""
    index += words[index : index + 1] in (["in"], ["of"])
    first = number_at(words, index) if index < len(words) else None
    if first is None or first.ordinal:
        return None
    if 1850 <= first.value <= 2200:
        return first.value
    second_at = first.end + (words[first.end : first.end + 1] in (["oh"], ["o"]))
    second = number_at(words, second_at) if second_at < len(words) else None
    if first.value in (18, 19, 20) and second and second.value < 100:
        return first.value * 100 + second.value
    if first.value in (19, 20) and words[first.end : first.end + 1] == ["hundred"]:
        return first.value * 100
    return 1900 + first.value if 20 <= first.value < 100 else None


def _counted(words: list[str], number: Number, today: dt.date) -> dt.date | None:
    """in three days, two weeks from now; the fourth (of this or the coming month)."""
    unit = words[number.end] if number.end < len(words) else ""
    before = words[number.start - 1] if number.start else ""
    if unit in ("day", "days", "week", "weeks", "fortnight", "month", "months") and not number.ordinal:
        if before == "in" or words[number.end + 1 : number.end + 2] in (["from"], ["today"]):
            return today + dt.timedelta(seconds=min(number.value, 5000) * LENGTHS[unit])
        return None
    names_a_month = (
        any(word in MONTHS for word in words[number.end : number.end + 2])
        or before in MONTHS
        or (before == "the" and (number.start > 1 and words[number.start - 2] in MONTHS))
    )
    if (
        number.ordinal
        and before in ("the", "on")
        and 1 <= number.value <= 31
        and not names_a_month
        and unit not in ("one", "time")
    ):
        for ahead in range(3):
            first = (today.replace(day=1) + dt.timedelta(days=32 * ahead)).replace(day=1)
            day = _day(first.year, first.month, number.value)
            if day and day >= today:
                return day
    return None


def _coming(day: int, month: int, year: int | None, today: dt.date) -> dt.date | None:
    if year is not None:
        return _day(year, month, day)
    this_year = _day(today.year, month, day)
    return this_year if this_year and this_year >= today else _day(today.year + 1, month, day)


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def parse_time(text: str) -> Value:
    """HH:MM; {"any_of": [likelier, other]} where morning or afternoon was not said; a span for "morning" alone."""
    words = words_of(text)
    half = _half_of_day(words, text)
    if match := list(_CLOCK.finditer(text[:2000])):
        hour, minute, suffix = match[-1].groups()
        half = (suffix or "").replace(".", "").lower() or half
        return _clock(int(hour), int(minute), half)
    for word, value in (("noon", "12:00"), ("midday", "12:00"), ("midnight", "00:00")):
        if word in words:
            return value
    if (last := _last_time(words)) is not None:
        return _clock(*last, half)
    if "first" in words and words[words.index("first") + 1 : words.index("first") + 2] == ["thing"]:
        return {"from": "08:00", "to": "09:30"}
    part = next((word for word in reversed(words) if word in PARTS), None)
    return {"from": PARTS[part][0], "to": PARTS[part][1]} if part else None


def _last_time(words: list[str]) -> tuple[int, int] | None:
    """The last time of day in the sentence: people correct themselves to the right."""
    last, index = None, 0
    while index < len(words):
        found = _time_at(words, index)
        last = found or last
        # "half past four in the afternoon" is one time: its "four in the afternoon" is not another.
        index += 3 if found and (set(words[index + 1 : index + 3]) & {"past", "to", "after"} or words[index] == "half") else 1
    return last


def _half_of_day(words: list[str], text: str) -> str:
    if "morning" in words or re.search(r"\d\s?a\.?m\b", text[:2000], re.IGNORECASE) or "am" in words[1:]:
        return "am"
    if {"afternoon", "evening", "tonight", "night"} & set(words) or re.search(r"(\d|\b)p\.?m\b", text[:2000], re.IGNORECASE):
        return "pm"
    return ""


def _time_at(words: list[str], index: int) -> tuple[int, int] | None:
    """(hour, minute) that the words from here on name."""
    word = words[index]
    if word in ("half", "quarter"):
        joint, at = words[index + 1] if index + 1 < len(words) else "", index + 2
        if joint not in ("past", "to", "after") and word == "half":
            joint, at = "past", index + 1
        hour = number_at(words, at) if at < len(words) and joint in ("past", "to", "after") else None
        if hour is None or not 1 <= hour.value <= 12:
            return None
        minute = 30 if word == "half" else 15
        return (hour.value, minute) if joint != "to" else _before(hour.value, minute)
    number = number_at(words, index)
    if number is None or number.ordinal:
        return _suffixed(word)
    return _numbered_time(words, number)


def _suffixed(word: str) -> tuple[int, int] | None:
    return (int(word[:-2]), 0) if word[:-2].isdigit() and word[-2:] in ("am", "pm") and int(word[:-2]) <= 12 else None


def _numbered_time(words: list[str], number: Number) -> tuple[int, int] | None:
    rest = words[number.end : number.end + 3]
    skip = rest[:1] in (["minute"], ["minutes"])
    if rest[skip : skip + 1] in (["past"], ["to"], ["after"]) and 1 <= number.value < 60:
        at = number.end + skip + 1
        hour = number_at(words, at) if at < len(words) else None
        if hour and 1 <= hour.value <= 24:
            return (hour.value, number.value) if rest[skip] != "to" else _before(hour.value, number.value)
    if not 0 <= number.value <= 23:
        tens, ones = divmod(number.value, 100)
        return (tens, ones) if 100 <= number.value <= 2359 and ones < 60 and tens < 24 and rest[:1] == ["hours"] else None
    if rest[:1] in (["o'clock"], ["oclock"], ["am"], ["pm"], ["sharp"]) or rest[:2] == ["o", "clock"]:
        return number.value, 0
    minute_at = number.end + (rest[:1] in (["oh"], ["o"]))
    minute = number_at(words, minute_at) if minute_at < len(words) else None
    if minute and not minute.ordinal and number.value >= 1 and (10 <= minute.value < 60 or minute_at > number.end):
        return number.value, minute.value
    before = words[number.start - 1] if number.start else ""
    daypart = (rest[:1] == ["in"] and set(words[number.end : number.end + 3]) & PARTS.keys()) or rest[:2] in (
        ["at", "night"],
        ["this", "afternoon"],
    )
    return (
        (number.value, 0)
        if number.value and (before in ("at", "around", "about", "by", "before", "after", "past") or daypart)
        else None
    )


def _before(hour: int, minutes: int) -> tuple[int, int]:
    return (hour - 1 or 12), 60 - minutes


def _clock(hour: int, minute: int, half: str) -> Value:
    if hour > 12 or hour == 0:
        return f"{hour % 24:02d}:{minute:02d}"
    morning, evening = f"{hour % 12:02d}:{minute:02d}", f"{hour % 12 + 12:02d}:{minute:02d}"
    if half:
        return morning if half == "am" else evening
    return {"any_of": [morning, evening] if 8 <= hour <= 11 else [evening, morning]}


def parse_datetime(text: str, now: dt.datetime) -> Value:
    """A day with its time, the day alone, a span, or the readings of an hour without morning or afternoon."""
    day, time = parse_date(text, now), parse_time(text)
    if not isinstance(day, str) or time is None:
        return day
    if isinstance(time, str):
        return f"{day}T{time}"
    return {key: [f"{day}T{t}" for t in value] if isinstance(value, list) else f"{day}T{value}" for key, value in time.items()}


def part_of_day(text: str) -> str | None:
    """morning, afternoon or evening, if one was named."""
    words = set(words_of(text))
    if words & {"evening", "tonight", "night"}:
        return "evening"
    return next((part for part in ("morning", "afternoon") if part in words), None)


def parse_duration(text: str) -> int | None:
    """Seconds: half an hour, an hour and a half, two and a half hours, a fortnight, 20 minutes, 1 hour 10 minutes."""
    words = words_of(text)
    total, found = 0.0, False
    for index, word in enumerate(words):
        if word not in LENGTHS:
            continue
        count = _count_before(words, index)
        if count is None:
            continue
        total, found = total + count * LENGTHS[word], True
        if words[index + 1 : index + 4] == ["and", "a", "half"]:
            total += 0.5 * LENGTHS[word]
        if words[index + 1 : index + 4] == ["and", "a", "quarter"]:
            total += 0.25 * LENGTHS[word]
    return round(total) if found else None


def _count_before(words: list[str], index: int) -> float | None:
    before = words[max(0, index - 4) : index]
    if before[-2:] in (["half", "an"], ["half", "a"]) or (before[-1:] == ["half"] and "and" not in before):
        return 0.5
    if before[-3:] == ["quarter", "of", "an"]:
        return 3 * 0.25 if before[-4:-3] in (["three"], ["3"]) else 0.25
    half = before[-3:] == ["and", "a", "half"]
    end = index - 3 if half else index
    number = next((n for at in range(max(0, end - 5), end) if (n := number_at(words, at)) and n.end == end), None)
    if number and not number.ordinal:
        return number.value + 0.5 * half
    if before[-1:] in (["a"], ["an"]) or before[-2:] in (["couple", "of"],):
        return 2 if before[-2:] == ["couple", "of"] else 1
    return None
