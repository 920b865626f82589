"""The values in what is said: {amount:money} in a prompt is spoken in full, in the words of its language."""

from __future__ import annotations

import datetime as dt
import string
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from voice.spoken import Spoken

# How each kind of value is said: its JSON value in, words out.
KINDS: dict[str, Callable[[Spoken, dt.date, Any], str]] = {
    "money": lambda spoken, today, value: spoken.money(Decimal(value["amount"]), value["currency"]),
    "date": lambda spoken, today, value: spoken.date(dt.date.fromisoformat(value), today),
    "full_date": lambda spoken, today, value: spoken.full_date(dt.date.fromisoformat(value)),
    "time": lambda spoken, today, value: spoken.time(dt.time.fromisoformat(value)),
    "digits": lambda spoken, today, value: spoken.digits(value),
    "phone": lambda spoken, today, value: spoken.phone(value),
    "reference": lambda spoken, today, value: spoken.reference(value),
    "number": lambda spoken, today, value: spoken.number(value),
    "list_or": lambda spoken, today, value: spoken.list_or(value),
    "list_and": lambda spoken, today, value: spoken.list_and(value),
}
Placeholders = set[tuple[str, str]]  # of a prompt: the name of each value and its kind
WORD = "word"  # a word of the program, such as "morning": the prompt word.morning says it


class _Fill(string.Formatter):
    def __init__(self, spoken: Spoken, today: dt.date, prompts: Mapping[str, str]) -> None:
        self._spoken, self._today, self._prompts = spoken, today, prompts

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec == WORD:
            return self._prompts.get(f"word.{value}", str(value))
        return KINDS[format_spec](self._spoken, self._today, value) if format_spec else str(value)


def fill(key: str, prompts: Mapping[str, str], values: Mapping[str, Any], spoken: Spoken, today: dt.date) -> str:
    """The prompt of that key with its values. Raises KeyError for an unknown key or a value that is missing."""
    return _Fill(spoken, today, prompts).vformat(prompts[key], (), values)


def placeholders(text: str) -> Placeholders:
    """Name and kind ("" for none) of each value that a prompt speaks. Raises ValueError for a brace that is not closed."""
    return {(name, kind or "") for _, name, kind, _ in string.Formatter().parse(text) if name is not None}
