"""Values as words that a voice can say: money, dates, times, digits. One module a language."""

from __future__ import annotations

import datetime as dt
import importlib
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from typing import Protocol, cast

from voice.spoken import figures
from voice.traits import CODE


class Spoken(Protocol):
    """What each language's module has. All pure; each answer is words alone, without a digit or a symbol."""

    def number(self, value: int) -> str: ...
    def money(self, amount: Decimal, currency: str) -> str: ...
    def date(self, day: dt.date, today: dt.date) -> str: ...
    def full_date(self, day: dt.date) -> str: ...
    def time(self, time: dt.time) -> str: ...
    def digits(self, digits: str) -> str: ...
    def phone(self, number: str) -> str: ...
    def reference(self, reference: str) -> str: ...
    def list_or(self, items: Sequence[str]) -> str: ...
    def list_and(self, items: Sequence[str]) -> str: ...


@cache
def renderer(code: str) -> Spoken:
    """The words of a language, from the module here that has its code for a name ("-" is "_"); else its figures."""
    name = f"{__name__}.{code.replace('-', '_')}"
    if not CODE.fullmatch(code):
        return cast(Spoken, figures)
    try:
        return cast(Spoken, importlib.import_module(name))
    except ModuleNotFoundError as error:
        if error.name != name:
            raise  # the module is there and lacks something
        return cast(Spoken, figures)
