"""Values of a language that has no words for them yet: figures one by one, which its voice reads in its own words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

GROUP = 4  # figures between two pauses


def number(value: int) -> str:
    return ("- " if value < 0 else "") + " ".join(str(abs(value)))


def money(amount: Decimal, currency: str) -> str:
    """The whole, its hundredths after a pause where there are any, and the letters of the currency."""
    exact = amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
    whole, hundredths = int(abs(exact)), int(abs(exact) * 100) % 100
    part = f", {digits(f'{hundredths:02}')}" if hundredths else ""
    return ("- " if exact < 0 else "") + f"{number(whole)}{part}, {reference(currency)}"


def date(day: dt.date, today: dt.date) -> str:
    """The day and the month; the year where it is another one."""
    return f"{number(day.day)}, {number(day.month)}" if day.year == today.year else full_date(day)


def full_date(day: dt.date) -> str:
    return f"{number(day.day)}, {number(day.month)}, {number(day.year)}"


def time(time: dt.time) -> str:
    """The hour of 24 and the minute."""
    return f"{number(time.hour)}, {digits(f'{time.minute:02}')}"


def digits(digits: str) -> str:
    """One by one, in groups with a pause."""
    return ", ".join(_groups("".join(re.findall("[0-9]", digits))))


def phone(number: str) -> str:
    return ("+ " if number.strip().startswith("+") else "") + digits(number)


def reference(reference: str) -> str:
    """Letters and figures one by one, in the groups that they are written in."""
    return ", ".join(group for part in re.findall(r"[A-Z]+|[0-9]+", reference.upper()) for group in _groups(part))


def _groups(signs: str) -> list[str]:
    return [" ".join(signs[start : start + GROUP]) for start in range(0, len(signs), GROUP)]


def list_or(items: Sequence[str]) -> str:
    return ", ".join(items)


def list_and(items: Sequence[str]) -> str:
    return ", ".join(items)
