"""How much of a bill is to be paid, and on which day: what was said of it, and what has to be asked first."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from voice.heard import Json, Meaning, Say

SHARES = {"half": 2, "third": 3, "quarter": 4}
A_STORY = 12  # words: who says more tells of many days and sums, and most of them are not the payment's
PENNY = Decimal("0.01")


def said(meaning: Meaning, bill: Json) -> dict[str, Any]:
    """The `amount`, the `share` and the `date` that a sentence names; today is no other day."""
    named = {name: meaning.slots[name] for name in ("amount", "share", "date") if meaning.slots.get(name)}
    return {name: value for name, value in named.items() if (name, value) != ("date", bill["today"])}


def said_at_first(meaning: Meaning) -> dict[str, Any]:
    """The same of a wish, before anybody knows which bill it is about: single days, and of a short sentence."""
    if len(meaning.text.split()) > A_STORY:
        return {}
    named = {name: meaning.slots[name] for name in ("amount", "share", "date") if meaning.slots.get(name)}
    return {name: value for name, value in named.items() if name != "date" or isinstance(value, str)}


def of_this_bill(first: Json, bill: Json) -> dict[str, Any]:
    """What of the first sentence is about paying this bill otherwise than all of it now. Its own sum is no part of it."""
    kept = dict(first)
    if "amount" in kept and not _is_part(kept["amount"], bill):
        del kept["amount"]
    if "date" in kept and kept["date"] <= bill["today"]:
        del kept["date"]
    return kept


def merged(before: Json, now: Json) -> dict[str, Any]:
    """A sum takes the place of a share, and a share that of a sum."""
    kept = {name: value for name, value in before.items() if not (now.keys() & {"amount", "share"} and name != "date")}
    return {**kept, **now}


def question(terms: Json, bill: Json) -> tuple[str, tuple[Say, ...]] | None:
    """What has to be asked before this can be done, and what is said before; None where it is clear."""
    if terms.get("share") == "some" or ("amount" in terms and terms["amount"].get("currency") != bill["amount"]["currency"]):
        return "bill.how_much", ()
    if "amount" in terms and _sum(terms["amount"]) > _sum(bill["amount"]):
        return "bill.how_much", (Say("bill.too_much"),)
    day = terms.get("date")
    if day is None:
        return None
    if not isinstance(day, str):
        return "bill.which_day", ()
    if day < bill["today"]:
        return "bill.which_day", (Say("bill.day_past"),)
    if day > bill["last_day"]:
        late = "bill.after_due" if bill["due"] >= bill["today"] else "bill.too_late"
        return "bill.which_day", (Say(late, {"due": bill["due"]}),)
    return None


def part_of(terms: Json, bill: Json) -> dict[str, str] | None:
    """How much of the bill is to be paid; None for all of it."""
    whole = _sum(bill["amount"])
    if share := SHARES.get(terms.get("share", "")):
        return _money((whole / share).quantize(PENNY, ROUND_HALF_UP), bill)
    return dict(terms["amount"]) if "amount" in terms and _is_part(terms["amount"], bill) else None


def rest_of(part: Json, bill: Json) -> dict[str, str]:
    """What stays to be paid."""
    return _money(_sum(bill["amount"]) - _sum(part), bill)


def _is_part(amount: Json, bill: Json) -> bool:
    return amount.get("currency") == bill["amount"]["currency"] and 0 < _sum(amount) < _sum(bill["amount"])


def _sum(amount: Json) -> Decimal:
    return Decimal(amount["amount"])


def _money(amount: Decimal, bill: Json) -> dict[str, str]:
    return {"amount": f"{amount:.2f}", "currency": bill["amount"]["currency"]}
