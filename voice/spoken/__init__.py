"""Values as words that a voice can say: money, dates, times, digits. One module a language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

from voice.spoken import en


class Spoken(Protocol):
    """What each language's module has. All pure; each answer has no digits and no symbols in it."""

    def number(self, value: int) -> str: ...
    def money(self, amount: Decimal, currency: str) -> str: ...
    def date(self, day: dt.date, today: dt.date) -> str: ...
    def full_date(self, day: dt.date) -> str: ...
    def time(self, time: dt.time) -> str: ...
    def digits(self, digits: str) -> str: ...
    def reference(self, reference: str) -> str: ...
    def list_or(self, items: Sequence[str]) -> str: ...
    def list_and(self, items: Sequence[str]) -> str: ...


RENDERERS: dict[str, Spoken] = {"en": en}


def renderer(code: str) -> Spoken:
    """The language's renderer. Raises KeyError for a language that has no words for numbers yet."""
    return RENDERERS[code]
