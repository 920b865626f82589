"""Amounts of money in a sentence."""

from __future__ import annotations

import re
from decimal import Decimal

from voice.understanding.numbers import Number, numbers, words_of

UNITS = {"pound": "GBP", "pounds": "GBP", "quid": "GBP", "sterling": "GBP", "euro": "EUR", "euros": "EUR",
         "dollar": "USD", "dollars": "USD", "bucks": "USD", "won": "KRW"}  # fmt: skip
SUBUNITS = {"pence": "GBP", "penny": "GBP", "p": "GBP", "cents": None, "cent": None}
NOTES = {"fiver": 5, "tenner": 10, "grand": 1000}
SIGNS = {"£": "GBP", "$": "USD", "€": "EUR"}
_WRITTEN = re.compile(r"([£$€])\s?(\d[\d,]*)(?:\.(\d{1,2}))?|(\d[\d,]*)\.(\d{2})\b")

Amount = tuple[Decimal, str | None]


def parse_money(text: str) -> dict[str, str | None] | None:
    """{"amount":"42.50","currency":"GBP"}; the currency is None when it was not said. The last amount counts."""
    found = _written(text) or _spoken(words_of(text))
    if found is None:
        return None
    amount, currency = found
    return {"amount": f"{amount:.2f}", "currency": currency}


def _written(text: str) -> Amount | None:
    matches = list(_WRITTEN.finditer(text[:2000]))
    if not matches:
        return None
    sign, whole, part, bare, bare_part = matches[-1].groups()
    digits = (whole or bare).replace(",", "")[:12]
    currency = SIGNS.get(sign or "") or next((UNITS[w] for w in words_of(text[matches[-1].end() :])[:1] if w in UNITS), None)
    return Decimal(f"{digits}.{(part or bare_part or '0'):0<2}"), currency


def _spoken(words: list[str]) -> Amount | None:
    for index in range(len(words) - 1, -1, -1):
        if words[index] in NOTES and index and words[index - 1] in ("a", "one"):
            return Decimal(NOTES[words[index]]), "GBP"
        if words[index][:-1].isdigit() and words[index].endswith("p"):
            return Decimal(words[index][:-1]) / 100, "GBP"
    found = numbers(words)
    amounts = [amount for position in range(len(found)) if (amount := _amount(words, found, position))]
    return amounts[-1] if amounts else None


def _amount(words: list[str], found: list[Number], position: int) -> Amount | None:
    """The amount whose whole part (or whose only part, in pence) is this number."""
    number = found[position]
    if number.ordinal or (position and _joined(words, found[position - 1], number)):
        return None
    unit = words[number.end] if number.end < len(words) else ""
    follows = found[position + 1] if position + 1 < len(found) else None
    if unit in SUBUNITS:
        return Decimal(number.value) / 100, SUBUNITS[unit]
    if follows and _joined(words, number, follows):
        return number.value + Decimal(follows.value) / 100, UNITS.get(unit) or _after(words, follows)
    half = words[number.end : number.end + 3] in (["and", "a", "half"], ["pounds", "and", "a"])
    return Decimal(number.value) + (Decimal("0.5") if half and "half" in words[number.end :] else 0), UNITS.get(unit)


def _after(words: list[str], number: Number) -> str | None:
    unit = words[number.end] if number.end < len(words) else ""
    return UNITS.get(unit) or SUBUNITS.get(unit)


def _joined(words: list[str], whole: Number, part: Number) -> bool:
    """forty-two fifty, forty-two pounds fifty, three pounds and six pence: one amount in two numbers."""
    between = words[whole.end : part.start]
    unit_after = words[part.end] if part.end < len(words) else ""
    if part.value >= 100 or part.ordinal:
        return False
    if not between:
        return part.value >= 10 or unit_after in SUBUNITS
    return between[0] in UNITS and between[1:] in ([], ["and"]) and unit_after not in UNITS
