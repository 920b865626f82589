"""Random values as people say them and as recognisers write them, each with the answer.

`python -m tests.voice.understanding.spoken_values` prints the share that is read right, by kind and by style. What is
said here is made from the value by the speaking rules of `voice.spoken` and the tables below; the reading rules have
no part in it, so the two can disagree.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from voice.spoken import en
from voice.understanding import parse

NOW = dt.datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Europe/London"))  # a Tuesday
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Said:
    """A sentence, the kind of value in it, the value as `parse` should answer it, and how it was said."""

    text: str
    kind: str
    value: Any
    style: str


def number(rng: random.Random) -> tuple[str, Any, str]:
    style = rng.choice(
        "whole small thousands decimal negative ordinal figures half hundred_fashion no_and digits million".split()
    )
    if style == "small":
        value = rng.randint(0, 20)
        return en.number(value), value, style
    if style == "thousands":
        value = rng.choice([rng.randint(1000, 9999), rng.randint(10_000, 999_999), rng.randint(1, 99) * 1000])
        return en.number(value), value, style
    if style == "decimal":
        whole, part = rng.randint(0, 120), rng.choice([str(rng.randint(1, 9)), f"{rng.randint(1, 99):02}"])
        said = f"{en.number(whole)} point {' '.join(en.ONES[int(digit)] for digit in part)}"
        return said, float(f"{whole}.{part}"), style
    if style == "negative":
        value = rng.randint(1, 40)
        return f"{rng.choice(['minus', 'negative'])} {en.number(value)}", -value, style
    if style == "ordinal":
        value = rng.randint(1, 100)
        return f"the {en.ordinal(value)}", value, style
    if style == "figures":
        value = rng.choice([rng.randint(0, 999), rng.randint(1000, 99_999)])
        return rng.choice([str(value), f"{value:,}"]), value, style
    if style == "half":
        value = rng.randint(1, 30)
        part, words = rng.choice([(0.5, "a half"), (0.25, "a quarter"), (0.75, "three quarters")])
        return f"{en.number(value)} and {words}", value + part, style
    if style == "hundred_fashion":
        value = rng.randint(11, 19) * 100 + rng.choice([0, 0, rng.randint(1, 99)])
        rest = f" and {en.number(value % 100)}" if value % 100 else ""
        return f"{en.number(value // 100)} hundred{rest}", value, style
    if style == "no_and":
        value = rng.randint(101, 999)
        return en.number(value).replace(" and", ""), value, style
    if style == "digits":
        value = rng.randint(101, 999)
        return " ".join(rng.choice(["oh", "zero"]) if d == "0" else en.ONES[int(d)] for d in str(value)), value, style
    if style == "million":
        tenths = rng.randint(1, 99)
        return f"{en.number(tenths // 10)} point {en.ONES[tenths % 10]} million", tenths * 100_000, style
    value = rng.randint(0, 999)
    said = en.number(value)
    return (said.replace("one hundred", "a hundred", 1) if rng.random() < 0.5 else said), value, style


def digits(rng: random.Random) -> tuple[str, Any, str]:
    style = rng.choice("singles doubles pairs figures grouped telephone".split())
    value = "".join(rng.choice("0123456789") for _ in range(rng.randint(3, 12)))
    nought = rng.choice(["oh", "zero", "nought", "oh"])

    def single(digit: str) -> str:
        return nought if digit == "0" else en.ONES[int(digit)]

    if style == "figures":
        return value, value, style
    if style == "grouped":
        size = rng.choice([2, 3, 4])
        return rng.choice([" ", "-"]).join(value[at : at + size] for at in range(0, len(value), size)), value, style
    if style == "pairs":
        pairs = [str(rng.randint(20, 99)) for _ in range(rng.randint(2, 4))]
        return " ".join(en.number(int(pair)) for pair in pairs), "".join(pairs), style
    if style == "doubles":
        parts, index = [], 0
        while index < len(value):
            run = len(value[index:]) - len(value[index:].lstrip(value[index]))
            take = min(run, 3)
            word = {2: "double ", 3: rng.choice(["triple ", "treble "])}.get(take, "")
            parts.append(word + single(value[index]))
            index += take
        return rng.choice([" ", ", "]).join(parts), value, style
    if style == "telephone":
        value = "0" + "".join(rng.choice("0123456789") for _ in range(10))
        words = [single(digit) for digit in value]
        return ", ".join(" ".join(words[start:end]) for start, end in ((0, 5), (5, 8), (8, 11))), value, style
    return rng.choice([" ", ", "]).join(single(digit) for digit in value), value, style


def money(rng: random.Random) -> tuple[str, Any, str]:
    style = rng.choice(
        "full full pounds_number pair quid pence written pound_and euros dollars slang thousand bare_unit".split()
    )
    pounds, pence = rng.choice([rng.randint(1, 99), rng.randint(100, 999)]), rng.randint(1, 99)

    def gbp(amount: str | Decimal, currency: str | None = "GBP") -> dict[str, str | None]:
        return {"amount": f"{Decimal(amount):.2f}", "currency": currency}

    if style == "full":
        said = en.money(Decimal(f"{pounds}.{pence:02}"), "GBP")
        return (said if rng.random() < 0.5 else said.replace(" and", "")), gbp(f"{pounds}.{pence:02}"), style
    if style == "pounds_number":
        pence = rng.randint(10, 99)
        return f"{en.number(pounds)} pound{rng.choice(['s', ''])} {en.number(pence)}", gbp(f"{pounds}.{pence}"), style
    if style == "pair":
        pence = rng.randint(10, 99)
        pounds = rng.randint(1, 99)
        return f"{en.number(pounds)} {en.number(pence)}", gbp(f"{pounds}.{pence}", None), style
    if style == "quid":
        return f"{en.number(pounds)} quid", gbp(pounds), style
    if style == "pence":
        return f"{en.number(pence)} {rng.choice(['p', 'pence'])}" if pence > 1 else "a penny", gbp(f"0.{pence:02}"), style
    if style == "written":
        pounds = rng.choice([pounds, rng.randint(1000, 9999)])
        said = rng.choice(
            [
                f"£{pounds:,}.{pence:02}",
                f"£{pounds}.{pence:02}",
                f"{pounds}.{pence:02} pounds",
                f"{pounds} pounds {pence} pence",
            ]
        )
        return said, gbp(f"{pounds}.{pence:02}"), style
    if style == "pound_and":
        pence = rng.randint(10, 99)
        return f"a pound {en.number(pence)}", gbp(f"1.{pence}"), style
    if style == "euros":
        said = en.money(Decimal(f"{pounds}.{pence:02}"), "EUR")
        return said, gbp(f"{pounds}.{pence:02}", "EUR"), style
    if style == "dollars":
        return (
            rng.choice([f"${pounds}.{pence:02}", en.money(Decimal(f"{pounds}.{pence:02}"), "USD")]),
            gbp(f"{pounds}.{pence:02}", "USD"),
            style,
        )
    if style == "slang":
        said, amount = rng.choice(
            [("a fiver", "5"), ("a tenner", "10"), ("two grand", "2000"), ("three tenners", "30"), ("a couple of quid", "2")]
        )
        return said, gbp(amount), style
    if style == "thousand":
        thousands = rng.randint(1, 20)
        return f"{en.number(thousands)} and a half thousand pounds", gbp(thousands * 1000 + 500), style
    pounds = rng.choice([pounds, rng.randint(1000, 20_000)])
    said = en.number(pounds) + (" pound" if pounds == 1 else " pounds")
    return said.replace("one hundred", "a hundred", 1), gbp(pounds), style


def date(rng: random.Random) -> tuple[str, Any, str]:
    style = rng.choice(
        "day_month month_day dob dob_numbers dob_digits dob_short written weekday next_weekday week_on relative in_some ago "
        "feast nth_weekday day_only short_month with_weekday fortnight week_after".split()
    )
    today = NOW.date()
    day = today + rng.randint(1, 364) * DAY
    month = en.MONTHS[day.month - 1]
    born = dt.date(1920, 1, 1) + rng.randint(0, 365 * 40) * DAY
    born_month = en.MONTHS[born.month - 1]
    weekday = rng.randrange(7)
    coming = today + ((weekday - today.weekday() - 1) % 7 + 1) * DAY
    name = en.WEEKDAYS[weekday]
    if style == "day_month":
        said = rng.choice(["the {} of {}", "{} of {}", "{} {}"]).format(en.ordinal(day.day), month)
        return said, day.isoformat(), style
    if style == "month_day":
        said = rng.choice([f"{month} {en.ordinal(day.day)}", f"{month} the {en.ordinal(day.day)}", f"{month} {day.day}"])
        return said, day.isoformat(), style
    if style == "dob":
        said = rng.choice(
            [
                f"the {en.ordinal(born.day)} of {born_month} {en.year(born.year)}",
                f"{en.ordinal(born.day)} {born_month} {en.year(born.year)}",
                f"{born_month} the {en.ordinal(born.day)}, {en.year(born.year)}",
                f"{born_month} {en.ordinal(born.day)} {en.year(born.year)}",
                f"the {en.ordinal(born.day)} of {born_month} nineteen hundred and {en.number(born.year % 100)}",
            ]
        )
        return said, born.isoformat(), style
    if style == "dob_numbers":
        year = rng.choice([en.year(born.year), en.number(born.year % 100)]) if born.year >= 1928 else en.year(born.year)
        return (
            f"{rng.choice(['the ', ''])}{en.ordinal(born.day)} of the {en.ordinal(born.month)} {year}",
            born.isoformat(),
            style,
        )
    if style == "dob_digits":
        oh = rng.choice(["oh", "zero", "nought"])
        spoken = [
            f"{oh} {en.number(part)}" if part < 10 and rng.random() < 0.7 else en.number(part)
            for part in (born.day, born.month)
        ]
        year = en.year(born.year) if rng.random() < 0.5 or born.year < 1928 else en.number(born.year % 100)
        return " ".join([*spoken, year]), born.isoformat(), style
    if style == "dob_short":
        born = born.replace(year=max(born.year, 1928))
        said = rng.choice(
            [
                f"{born_month} the {en.ordinal(born.day)} {en.number(born.year % 100)}",
                f"{en.ordinal(born.day)} of {born_month} {en.number(born.year % 100)}",
            ]
        )
        return said, born.isoformat(), style
    if style == "written":
        said = rng.choice(
            [
                f"{born:%d/%m/%Y}", f"{born:%Y-%m-%d}", f"{born.day}/{born.month}/{born.year}", f"{born:%d-%m-%Y}", f"{born:%d.%m.%Y}",
                f"{born.day} {born_month} {born.year}", f"{en.ordinal(born.day)} of {born_month}, {born.year}",
                f"{born.day}{_th(born.day)} {born_month} {born.year}", f"{born_month} {born.day}, {born.year}",
                f"the {born.day}{_th(born.day)} of {born_month} {born.year}",
            ]
        )  # fmt: skip
        return said, born.isoformat(), style
    if style == "weekday":
        return (
            rng.choice([f"on {name}", name, f"this {name}", f"this coming {name}"]) if weekday != 1 else f"on {name}",
            coming.isoformat(),
            style,
        )
    if style == "next_weekday":
        monday = today - today.weekday() * DAY
        return (
            rng.choice([f"next {name}", f"{name} next week", f"next week on {name}"]),
            (monday + (7 + weekday) * DAY).isoformat(),
            style,
        )
    if style == "week_on":
        weeks, words = rng.choice([(1, "a week"), (2, "a fortnight"), (2, "two weeks"), (3, "three weeks")])
        return rng.choice([f"{words} on {name}", f"{words} from {name}"]), (coming + 7 * weeks * DAY).isoformat(), style
    if style == "fortnight":
        weeks, words = rng.choice([(1, "week"), (2, "fortnight")])
        return f"{name} {words}", (coming + 7 * weeks * DAY).isoformat(), style
    if style == "relative":
        said, ahead = rng.choice(
            [("today", 0), ("tomorrow", 1), ("the day after tomorrow", 2), ("yesterday", -1), ("the day before yesterday", -2),
             ("a week today", 7), ("a week tomorrow", 8), ("tomorrow week", 8), ("a fortnight today", 14), ("two weeks tomorrow", 15)]
        )  # fmt: skip
        return said, (today + ahead * DAY).isoformat(), style
    if style == "in_some":
        count = rng.randint(2, 30)
        unit, size = rng.choice([("days", 1), ("weeks", 7)])
        said = rng.choice(["in {} {}", "in {} {} time", "{} {} from now", "{} {} from today"]).format(en.number(count), unit)
        return (
            said.replace("days time", "days' time").replace("weeks time", "weeks' time"),
            (today + count * size * DAY).isoformat(),
            style,
        )
    if style == "ago":
        count = rng.randint(2, 12)
        unit, size = rng.choice([("days", 1), ("weeks", 7)])
        return f"{en.number(count)} {unit} ago", (today - count * size * DAY).isoformat(), style
    if style in ("feast", "week_after"):
        said, feast = rng.choice(
            [("Christmas Day", dt.date(2026, 12, 25)), ("Christmas Eve", dt.date(2026, 12, 24)), ("Boxing Day", dt.date(2026, 12, 26)),
             ("New Year's Day", dt.date(2027, 1, 1)), ("New Year's Eve", dt.date(2026, 12, 31)), ("Good Friday", dt.date(2027, 3, 26)),
             ("Easter Monday", dt.date(2027, 3, 29)), ("Easter Sunday", dt.date(2027, 3, 28)), ("Valentine's Day", dt.date(2027, 2, 14)),
             ("Halloween", dt.date(2027, 10, 31)), ("Bonfire Night", dt.date(2027, 11, 5)), ("the August bank holiday", dt.date(2027, 8, 30)),
             ("Pancake Day", dt.date(2027, 2, 9)), ("Mothering Sunday", dt.date(2027, 3, 7)), ("Father's Day", dt.date(2027, 6, 20))]
        )  # fmt: skip
        if style == "feast":
            return said, feast.isoformat(), style
        before, shift = rng.choice(
            [("the day after", 1), ("the day before", -1), ("two days after", 2), ("a week after", 7), ("a week before", -7)]
        )
        return f"{before} {said}", (feast + shift * DAY).isoformat(), style
    if style == "nth_weekday":
        nth = rng.randrange(4)
        first = dt.date(2027, rng.randint(1, 10), 1)
        found = first + ((weekday - first.weekday()) % 7 + 7 * nth) * DAY
        month = en.MONTHS[first.month - 1]
        return f"the {('first', 'second', 'third', 'fourth')[nth]} {name} in {month}", found.isoformat(), style
    if style == "day_only":
        ahead = today + rng.randint(0, 29) * DAY
        return f"the {en.ordinal(ahead.day)}", ahead.isoformat(), style
    if style == "short_month":
        return f"{day.day} {month[:3]}", day.isoformat(), style
    return f"{en.WEEKDAYS[day.weekday()]} the {en.ordinal(day.day)} of {month}", day.isoformat(), style


def _th(day: int) -> str:
    return "th" if day in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02}:{minute % 60:02}"


def _readings(hour: int, minute: int) -> Any:
    """Both halves of the day, the likelier first: eight to eleven is morning, the rest afternoon."""
    early, late = _clock(hour % 12 * 60 + minute), _clock((hour % 12 + 12) * 60 + minute)
    return {"any_of": [early, late] if 8 <= hour <= 11 else [late, early]}


def clock(rng: random.Random) -> tuple[str, Any, str]:
    style = rng.choice(
        "oclock past to half_british digital written part_of_day am_pm twenty_four noon american span odd bare before".split()
    )
    hour, five = rng.randint(1, 12), rng.choice([5, 10, 15, 20, 25])
    word, following = en.number(hour), en.number(hour % 12 + 1)
    minutes = "quarter" if five == 15 else en.number(five)
    if style == "oclock":
        return f"{word} {rng.choice(['oclock', 'o clock', chr(111) + chr(39) + 'clock'])}", _readings(hour, 0), style
    if style == "past":
        half = rng.random() < 0.3
        return ("half" if half else minutes) + f" past {word}", _readings(hour, 30 if half else five), style
    if style == "to":
        return f"{rng.choice(['', 'a ']) if five == 15 else ''}{minutes} to {following}", _readings(hour, 60 - five), style
    if style == "half_british":
        return f"half {word}", _readings(hour, 30), style
    if style == "digital":
        minute = rng.choice([10, 15, 20, 30, 40, 45, 50, 55, 5])
        return f"{word} {'oh ' if minute < 10 else ''}{en.number(minute)}", _readings(hour, minute), style
    if style == "written":
        minute = rng.randrange(0, 60, 5)
        return rng.choice([f"{hour}:{minute:02}", f"{hour}.{minute:02}"]), _readings(hour, minute), style
    if style == "part_of_day":
        late = rng.random() < 0.6
        hour = rng.choice([12, 1, 2, 3, 4, 5]) if late else rng.randint(6, 11)
        said, past = rng.choice(
            [(en.number(hour), 0), (f"half past {en.number(hour)}", 30), (f"quarter past {en.number(hour)}", 15)]
        )
        return f"{said} in the {'afternoon' if late else 'morning'}", _clock((hour % 12 + 12 * late) * 60 + past), style
    if style == "am_pm":
        late = rng.random() < 0.5
        minute = rng.choice([0, 0, 15, 30, 45])
        suffix = rng.choice([["am", "pm"], ["a.m.", "p.m."], ["AM", "PM"], ["a m", "p m"]])[late]
        time_words = (
            rng.choice([f"{hour}:{minute:02}", f"{hour}.{minute:02}"])
            if minute and rng.random() < 0.5
            else word + (f" {en.number(minute)}" if minute else "")
        )
        return f"{time_words} {suffix}", _clock((hour % 12 + 12 * late) * 60 + minute), style
    if style == "twenty_four":
        hour, minute = rng.randint(13, 23), rng.randrange(10, 60, 5)
        return (
            rng.choice([f"{en.number(hour)} {en.number(minute)}", f"{hour}:{minute}", f"{hour}{minute} hours"]),
            _clock(hour * 60 + minute),
            style,
        )
    if style == "noon":
        return rng.choice(
            [
                ("noon", "12:00", style),
                ("midday", "12:00", style),
                ("midnight", "00:00", style),
                ("twelve noon", "12:00", style),
            ]
        )
    if style == "american":
        said, value = rng.choice(
            [
                (f"a quarter after {word}", (hour, 15)),
                (f"quarter of {following}", (hour, 45)),
                (f"{en.number(20)} after {word}", (hour, 20)),
            ]
        )
        return said, _readings(*value), style
    if style == "span":
        start, end = sorted(rng.sample(range(9, 18), 2))
        said = rng.choice(["between {} and {}", "from {} to {}", "any time between {} and {}"])
        ends = [en.number((hour - 1) % 12 + 1) for hour in (start, end)]
        return said.format(*ends), {"from": _clock(start * 60), "to": _clock(end * 60)}, style
    if style == "odd":
        minute = rng.choice([3, 7, 12, 18, 22, 24])
        said, past = rng.choice(
            [(f"{en.number(minute)} minutes past {word}", minute), (f"{en.number(minute)} minutes to {following}", 60 - minute)]
        )
        return said, _readings(hour, past), style
    if style == "before":
        hour = rng.randint(9, 17)
        said = en.number((hour - 1) % 12 + 1) + " oclock"
        return rng.choice(
            [(f"before {said}", {"from": None, "to": _clock(hour * 60)}, style), (f"not before {said}", {"from": _clock(hour * 60), "to": None}, style),
             (f"after {said}", {"from": _clock(hour * 60), "to": None}, style), ("any time before noon", {"from": None, "to": "12:00"}, style)]
        )  # fmt: skip
    return f"at {word}", _readings(hour, 0), style


def moment(rng: random.Random) -> tuple[str, Any, str]:
    """A day and a time together, in either order, or the day alone."""
    day_words, day, day_style = date(rng)
    while day_style in ("dob", "dob_digits", "dob_numbers", "dob_short"):
        day_words, day, day_style = date(rng)
    if rng.random() < 0.15:
        return day_words, day, f"{day_style} alone"
    time_words, time_value, time_style = clock(rng)

    def at(value: Any) -> Any:
        return value and f"{day}T{value}"

    if isinstance(time_value, str):
        value: Any = at(time_value)
    elif "any_of" in time_value:
        value = {"any_of": [at(reading) for reading in time_value["any_of"]]}
    else:
        value = {end: at(reading) for end, reading in time_value.items()}
    leading = "" if time_words.startswith(("at ", "before", "not", "after", "between", "from", "any")) else "at "
    both = [f"{day_words} {leading}{time_words}", f"{day_words}, {time_words}" if leading else f"{day_words} {time_words}"]
    if time_style not in ("twenty_four", "written", "digital"):
        both.append(
            f"{leading}{time_words} {'on ' if day_style in ('day_month', 'with_weekday', 'day_only') else ''}{day_words}"
        )
    return rng.choice(both), value, f"{day_style} {time_style}"


def duration(rng: random.Random) -> tuple[str, Any, str]:
    style = rng.choice("minutes hours hour_and_half fixed mixed days figures couple two_readings span half_units".split())
    if style == "minutes":
        value = rng.randint(2, 120)
        return f"{en.number(value)} minutes", value * 60, style
    if style == "hours":
        value = rng.randint(1, 48)
        return f"{en.number(value)} hour{'s' if value > 1 else ''}", value * 3600, style
    if style == "hour_and_half":
        value = rng.randint(1, 12)
        one = rng.choice(["an hour and a half", "one and a half hours", "an hour and a quarter"])
        if value == 1:
            return one, 4500 if "quarter" in one else 5400, style
        return (
            rng.choice([f"{en.number(value)} and a half hours", f"{en.number(value)} hours and a half"]),
            value * 3600 + 1800,
            style,
        )
    if style == "fixed":
        said, value = rng.choice(
            [("half an hour", 1800), ("a quarter of an hour", 900), ("three quarters of an hour", 2700), ("a fortnight", 1_209_600),
             ("half a day", 43_200), ("an hour", 3600), ("a minute and a half", 90), ("a week", 604_800), ("a day and a half", 129_600),
             ("half hour", 1800), ("a month", 2_592_000), ("a year", 31_536_000)]
        )  # fmt: skip
        return said, value, style
    if style == "mixed":
        hours, minutes = rng.randint(1, 9), rng.randint(2, 59)
        hour_words = f"{en.number(hours)} hour{'s' if hours > 1 else ''}"
        said = rng.choice(
            [
                f"{hour_words} and {en.number(minutes)} minutes",
                f"{hour_words} {en.number(minutes)} minutes",
                f"{hour_words} {en.number(minutes)}",
            ]
        )
        return said, hours * 3600 + minutes * 60, style
    if style == "days":
        value, (unit, size) = rng.randint(2, 30), rng.choice([("days", 86_400), ("weeks", 604_800), ("months", 2_592_000)])
        return f"{en.number(value)} {unit}", value * size, style
    if style == "figures":
        value = rng.randint(2, 90)
        unit, size = rng.choice([("minutes", 60), ("mins", 60), ("hours", 3600), ("hrs", 3600), ("seconds", 1)])
        return f"{value} {unit}", value * size, style
    if style == "couple":
        unit, size = rng.choice([("hours", 3600), ("days", 86_400), ("weeks", 604_800), ("minutes", 60)])
        return f"a couple of {unit}", 2 * size, style
    if style == "half_units":
        unit, size = rng.choice([("hours", 3600), ("days", 86_400), ("weeks", 604_800)])
        value = rng.randint(2, 9)
        return f"{value}.5 {unit}", round((value + 0.5) * size), style
    low = rng.randint(1, 10)
    high = low + rng.randint(1, 3)
    unit, size = rng.choice([("hours", 3600), ("minutes", 60), ("days", 86_400)])
    if style == "two_readings":
        return f"{en.number(low)} or {en.number(high)} {unit}", {"any_of": [low * size, high * size]}, style
    return f"between {en.number(low)} and {en.number(high)} {unit}", {"from": low * size, "to": high * size}, style


MAKERS: dict[str, Callable[[random.Random], tuple[str, Any, str]]] = {
    "number": number, "digits": digits, "money": money, "date": date, "time": clock, "datetime": moment, "duration": duration}  # fmt: skip
CARRIERS = {
    "": ["{}", "{} please", "it's {}", "I think it's {}", "um, {}", "well, er, {} I think", "{} if that's all right, dear", "yes, {}",
         "let me see, {}", "oh, it's {} love", "that would be {}", "hello, yes, it's {}, thank you", "my daughter said {}",
         "hold on, I've got it written down, {}", "just a minute, my glasses, {}", "I'd say {}", "so it's, you know, {}"],
    "number": ["there are {} of them", "the answer is {}", "I have {} here", "it says {} on the paper", "number {}"],
    "digits": ["my account number is {}", "the reference is {}", "it's {} at the bottom of the bill", "ring me on {}", "the code is {}"],
    "money": ["I want to pay {}", "the bill says {}", "they want {} from me", "can you pay {} off my gas bill", "I owe them {}",
              "it came to {} altogether", "he asked me for {}", "it's {} for the electric"],
    "date": ["I was thinking of {}", "can I come {}", "my appointment is {}", "the letter says {}", "I'd like {}", "could somebody come {}"],
    "time": ["could you come {}", "the appointment is {}", "I'd prefer {}", "shall we say {}", "make it {}", "I'll be ready {}"],
    "datetime": ["I'd like to see the doctor {}", "could somebody come {}", "it's booked for {}", "can you make it {}", "the man is coming {}"],
    "duration": ["it takes {}", "I've been waiting {}", "it should take about {}", "I need somebody for {}", "it lasted {}", "he said {}"],
}  # fmt: skip
CORRECTIONS = [
    "{}, no, {}",
    "{}, sorry, {}",
    "{}, no sorry, {}",
    "{}, I mean {}",
    "{}, no, wait, {}",
    "{}, actually {}",
    "{} - no, {}",
]


def said(rng: random.Random, kind: str, garbled: bool = True) -> Said:
    """One sentence with a value of this kind. Garbled ones are written as recognisers write: no case, no signs."""
    words, value, style = MAKERS[kind](rng)
    if rng.random() < 0.12:
        other, _, other_style = MAKERS[kind](rng)
        for _ in range(60):
            if other_style == style and other != words:
                words, style = rng.choice(CORRECTIONS).format(other, words), f"{style} corrected"
                break
            other, _, other_style = MAKERS[kind](rng)
    text = rng.choice(CARRIERS[""] + CARRIERS[kind] * 2).format(words)
    if garbled and rng.random() < 0.6:
        text = text.lower().replace(", ", " ").replace("o'clock", "o'clock")
        if not any(sign.isdigit() for sign in text):
            text = text.replace("-", " ").replace(".", "")
    if garbled and rng.random() < 0.15:
        parts = text.split(" ")
        at = rng.randrange(len(parts))
        text = " ".join([*parts[:at], rng.choice(["um", "er", "uh", "erm"]), *parts[at:]])
    return Said(text, kind, value, style)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=600, help="sentences of each kind")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--wrong", type=int, default=0, help="show so many wrong ones of each kind")
    options = parser.parse_args()
    seconds = []
    for kind in MAKERS:
        rng, right, wrong = random.Random(f"{options.seed} {kind}"), 0, []
        for _ in range(options.each):
            sentence = said(rng, kind)
            started = time.perf_counter()
            got = parse(kind, sentence.text, NOW)
            seconds.append(time.perf_counter() - started)
            right += got == sentence.value
            if got != sentence.value:
                wrong.append((sentence, got))
        print(f"{kind:9} {right / options.each:6.1%} of {options.each}")
        if options.wrong:
            print("   ", Counter(sentence.style for sentence, _ in wrong).most_common(8))
        for sentence, got in wrong[: options.wrong]:
            print(f"    {sentence.text!r}: {got} and not {sentence.value}")
    print(
        f"one sentence: median {statistics.median(seconds) * 1000:.2f} ms, p95 {statistics.quantiles(seconds, n=20)[-1] * 1000:.2f} ms"
    )


if __name__ == "__main__":
    main()
