"""Twilio's <Pay>, as the exchange speaks it: it asks for a card by keys, looks at what was typed as Twilio does, and has its
Pay Connector make a token of it. Nothing of the card but its last four digits leaves here."""

from __future__ import annotations

import datetime as dt
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping

Keys = Callable[[], str]  # what the caller presses next; "" for nothing
Connector = Callable[[str, str], str]  # a card's number and last month -> its token; "" when the card company refuses it
KINDS = {"visa": r"4\d{12}(\d{2}|\d{3}|\d{6})?", "mastercard": r"5[1-5]\d{14}|2[2-7]\d{14}", "amex": r"3[47]\d{13}"}
STEPS = ("payment-card-number", "expiration-date", "security-code")


class Stopped(Exception):
    """The caller pressed star, or had tries enough: the result that is told."""


def pay(verb: ET.Element, connectors: Mapping[str, Connector], keys: Keys, say: Callable[[str], None]) -> dict[str, str]:
    """What is told to the verb's action, beside what every webhook holds."""
    if (connector := connectors.get(verb.get("paymentConnector", "Default"))) is None:
        return {"Result": "validation-error", "PaymentError": "no such connector", "PayErrorCode": "64004"}
    try:
        number, month, _ = (_asked(verb, step, keys, say) for step in STEPS)
    except Stopped as stopped:
        return {"Result": str(stopped)}
    _prompt(verb, "payment-processing", 1, say)
    token = connector(number, month)
    if not token:
        return {"Result": "payment-connector-error", "PaymentError": "card is declined", "PayErrorCode": "64011"}
    return {
        "Result": "success",
        "PaymentToken": token,
        "PaymentMethod": "credit-card",
        "PaymentCardNumber": "x" * (len(number) - 4) + number[-4:],
        "PaymentCardType": _kind(number),
        "ExpirationDate": month,
        "SecurityCode": "***",
    }


def _asked(verb: ET.Element, step: str, keys: Keys, say: Callable[[str], None]) -> str:
    for attempt in range(1, int(verb.get("maxAttempts", "1")) + 2):  # the first one is no repetition
        _prompt(verb, step, attempt, say)
        typed = keys()
        if "*" in typed:
            raise Stopped("caller-interrupted-with-star")
        if _right(step, typed.rstrip("#")):
            return typed.rstrip("#")
    raise Stopped("too-many-failed-attempts")


def _prompt(verb: ET.Element, step: str, attempt: int, say: Callable[[str], None]) -> None:
    for prompt in verb.iter("Prompt"):
        if prompt.get("for") == step and str(attempt) in prompt.get("attempt", str(attempt)).split():
            for words in prompt.iter("Say"):
                say(words.text or "")


def _right(step: str, typed: str) -> bool:
    if step == "payment-card-number":
        return bool(_kind(typed)) and _luhn(typed)
    if step == "security-code":
        return re.fullmatch(r"\d{3,4}", typed) is not None
    if not re.fullmatch(r"(0[1-9]|1[0-2])\d\d", typed):
        return False
    today = dt.datetime.now(dt.UTC).date()
    return (2000 + int(typed[2:]), int(typed[:2])) >= (today.year, today.month)


def _kind(number: str) -> str:
    return next((kind for kind, pattern in KINDS.items() if re.fullmatch(pattern, number)), "")


def _luhn(number: str) -> bool:
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(number))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
