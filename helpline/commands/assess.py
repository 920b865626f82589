"""`helpline assess`: the fraud rules over conversations on standard input, one JSON object a line."""

from __future__ import annotations

import json
import sys
from decimal import Decimal, InvalidOperation
from typing import Any

import click

from fraud.assess import assess, ruleset
from fraud.facts import Facts, MoneyRequest
from helpline.commands.filters import lines


@click.command()
def command() -> None:
    """Read {"transcript":[...], "request":{...}?} a line, write {"outcome","score","findings"} a line.

    Without "request" only the rules about words run. A request may hold "amount", "biller_allowed",
    "paid_before" (amounts) and "bill_amount"; what is absent is unavailable. A line that is none of this gets
    {"error"}, the others still come out, and the exit code is 1.
    """
    failed = False
    for line in lines():
        if not line.strip():
            continue
        try:
            answer: dict[str, Any] = _assess(json.loads(line))
        except (ValueError, TypeError, RecursionError) as error:
            failed, answer = True, {"error": f"not a conversation: {error}"}
        print(json.dumps(answer, ensure_ascii=False), flush=True)
    sys.exit(1 if failed else 0)


def _assess(data: Any) -> dict[str, Any]:
    if not isinstance(data, dict) or not isinstance(data.get("transcript", []), list):
        raise TypeError('an object with "transcript", a list of sentences, is needed')
    words = tuple(sentence for sentence in data.get("transcript", []) if isinstance(sentence, str))
    request = {**(data.get("facts") or {}), **data["request"]} if data.get("request") else None
    result = assess(Facts(words, _money_request(request)), ruleset())
    findings = [{"id": f.id, "points": f.points, "reason": f.reason} for f in result.findings]
    return {"outcome": result.outcome, "score": result.score, "findings": findings}


def _money_request(data: dict[str, Any] | None) -> MoneyRequest | None:
    if data is None:
        return None
    before = data.get("paid_before")
    return MoneyRequest(
        amount=_amount(data.get("amount")),
        biller_allowed=data.get("biller_allowed"),
        paid_before=None if before is None else tuple(amount for item in before if (amount := _amount(item))),
        bill_amount=_amount(data.get("bill_amount")),
    )


def _amount(value: Any) -> Decimal | None:
    try:
        return None if value is None else Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError(f"{value!r} is not an amount") from error
