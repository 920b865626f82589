"""English words for values."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
SCALES = ((1_000_000_000, "billion"), (1_000_000, "million"), (1_000, "thousand"))
ORDINALS = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
            "twelve": "twelfth"}  # fmt: skip
CURRENCIES = {  # singular, plural, hundredth singular, hundredth plural
    "GBP": ("pound", "pounds", "penny", "pence"),
    "EUR": ("euro", "euros", "cent", "cents"),
    "USD": ("dollar", "dollars", "cent", "cents"),
    "KRW": ("won", "won", "", ""),
    "JPY": ("yen", "yen", "", ""),
}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip
LETTERS = dict(  # spelt as our voice says them: it reads "ay" like "eye"
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "eigh bee see dee ee eff gee aitch eye jay kay el em en oh pee cue ar ess tee you vee double-u ex why zed".split(),
        strict=True,
    )
)


def number(value: int) -> str:
    """A whole number up to 999 billion. Raises ValueError beyond."""
    if value < 0:
        return f"minus {number(-value)}"
    if value < 20:
        return ONES[value]
    if value < 100:
        tens, ones = divmod(value, 10)
        return TENS[tens] + (f"-{ONES[ones]}" if ones else "")
    if value < 1000:
        hundreds, rest = divmod(value, 100)
        return f"{ONES[hundreds]} hundred" + (f" and {number(rest)}" if rest else "")
    for scale, name in SCALES:
        if value >= scale:
            count, rest = divmod(value, scale)
            if count >= 1000:
                raise ValueError(f"{value} is too large to say")
            joined = f" and {number(rest)}" if 0 < rest < 100 else f" {number(rest)}" if rest else ""
            return f"{number(count)} {name}{joined}"
    raise AssertionError(value)


def ordinal(value: int) -> str:
    """first, second, twenty-third, hundredth."""
    words = number(value)
    last = re.split("[ -]", words)[-1]
    ending = ORDINALS.get(last) or (last[:-1] + "ieth" if last.endswith("y") else f"{last}th")
    return words.removesuffix(last) + ending


def money(amount: Decimal, currency: str) -> str:
    """forty-two pounds and fifty pence. A currency that is not listed is said by its letters, with "point"."""
    one, many, one_hundredth, many_hundredths = CURRENCIES.get(currency, ("", "", "", "point"))
    exact = amount.quantize(Decimal("0.01") if many_hundredths else Decimal(1), ROUND_HALF_UP)
    whole, hundredths = int(abs(exact)), int(abs(exact) * 100) % 100
    if not one:
        point = f" point {digits(f'{hundredths:02}')}" if hundredths else ""
        return ("minus " if exact < 0 else "") + f"{number(whole)}{point} {reference(currency)}"
    parts = [f"{number(whole)} {one if whole == 1 else many}"] if whole or not hundredths else []
    if hundredths:
        parts.append(f"{number(hundredths)} {one_hundredth if hundredths == 1 else many_hundredths}")
    return ("minus " if exact < 0 else "") + " and ".join(parts)


def date(day: dt.date, today: dt.date) -> str:
    """today, tomorrow, or the weekday with the day and month; the year where it is another one."""
    if day == today:
        return "today"
    if day == today + dt.timedelta(days=1):
        return "tomorrow"
    spoken = f"{WEEKDAYS[day.weekday()]} the {ordinal(day.day)} of {MONTHS[day.month - 1]}"
    return spoken if day.year == today.year else f"{spoken} {year(day.year)}"


def full_date(day: dt.date) -> str:
    return f"{WEEKDAYS[day.weekday()]} the {ordinal(day.day)} of {MONTHS[day.month - 1]} {year(day.year)}"


def year(value: int) -> str:
    """nineteen forty-six, two thousand and five, twenty twenty-six."""
    hundreds, rest = divmod(value, 100)
    if 2000 <= value < 2010 or not 1100 <= value < 2100:
        return number(value)
    if not rest:
        return f"{number(hundreds)} hundred"
    return f"{number(hundreds)} {'oh ' if rest < 10 else ''}{number(rest)}"


def time(time: dt.time) -> str:
    """half past four in the afternoon, ten o'clock in the morning, noon, midnight."""
    if time.minute == 0 and time.hour in (0, 12):
        return "midnight" if time.hour == 0 else "noon"
    hour = (time.hour - 1) % 12 + 1
    next_hour = hour % 12 + 1
    minute = time.minute
    if minute == 0:
        spoken = f"{number(hour)} o'clock"
    elif minute in (15, 30, 45):
        spoken = {15: f"quarter past {number(hour)}", 30: f"half past {number(hour)}", 45: f"quarter to {number(next_hour)}"}[
            minute
        ]
    elif minute % 5 == 0:
        spoken = f"{number(minute)} past {number(hour)}" if minute < 30 else f"{number(60 - minute)} to {number(next_hour)}"
    else:
        spoken = f"{number(hour)} {'oh ' if minute < 10 else ''}{number(minute)}"
    return f"{spoken} {part_of_day(time)}"


def part_of_day(time: dt.time) -> str:
    if time.hour < 5 or time.hour >= 22:
        return "at night"
    if time.hour < 12:
        return "in the morning"
    return "in the afternoon" if time.hour < 18 else "in the evening"


def digits(digits: str) -> str:
    """One by one, in groups with a pause: four eight two, seven one nine."""
    only = [ONES[int(digit)] for digit in digits if digit in "0123456789"]
    return ", ".join(" ".join(only[start:end]) for start, end in _groups(len(only)))


def phone(number: str) -> str:
    """Digits in groups; a country code is said with "plus"."""
    return ("plus " if number.strip().startswith("+") else "") + digits(number)


def reference(reference: str) -> str:
    """Letters by their names and digits one by one, grouped as it is written, and in threes and fours where it is long."""
    parts: list[str] = []
    for part in re.findall(r"[A-Z]+|[0-9]+", reference.upper()):
        named = [LETTERS.get(sign) or ONES[int(sign)] for sign in part]
        parts += [" ".join(named[start:end]) for start, end in _groups(len(named))]
    return ", ".join(parts)


def _groups(length: int) -> list[tuple[int, int]]:
    """Groups of three or four: 6 is 3 and 3, 8 is 4 and 4, 11 is 4, 4 and 3."""
    count = max(1, -(-length // 4))
    size, longer = divmod(length, count)
    bounds, start = [], 0
    for index in range(count):
        end = start + size + (index < longer)
        bounds.append((start, end))
        start = end
    return bounds


def list_or(items: Sequence[str]) -> str:
    return _joined(items, "or")


def list_and(items: Sequence[str]) -> str:
    return _joined(items, "and")


def _joined(items: Sequence[str], word: str) -> str:
    """Commas are pauses: each thing that is offered stands by itself."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])}, {word} {items[-1]}" if items else ""
