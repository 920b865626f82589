"""`helpline assess`: the fraud rules over conversations on standard input, one JSON object a line."""

from __future__ import annotations

import json
import sys
import typing
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from decimal import Decimal, InvalidOperation
from typing import Any

import click

from fraud.assess import assess, ruleset
from fraud.facts import Facts, History, Identity, Line, Manner, MoneyRequest, Others, Visits
from helpline.commands.filters import lines, write
from helpline.services.scamwords import read_words

GROUPS: Mapping[str, type] = {
    "history": History,
    "others": Others,
    "line": Line,
    "identity": Identity,
    "manner": Manner,
    "visits": Visits,
}
LARGEST_AMOUNT = Decimal(10) ** 12


@click.command()
def command() -> None:
    """Read {"transcript":[...], "request":{...}?, "facts":{...}?} a line, write {"outcome","score","findings"} a line.

    Without "request" only the rules about words run. "request" holds what fraud/facts.py calls MoneyRequest ("amount",
    "biller_allowed", "paid_before", ...); "facts" holds the other groups by name ("history", "line", ...) or their
    keys alone, and may hold the request's. What is absent or null is unavailable; unknown keys are left alone. A line
    that is none of this gets {"error"}, the others still come out, and the exit code is 1.
    """
    failed = False
    for line in lines():
        if not line.strip():
            continue
        try:
            answer = _assess(json.loads(line, parse_constant=_no_number))
        except (ValueError, TypeError, RecursionError) as error:
            failed, answer = True, {"error": f"not a conversation: {error}"}
        write(answer)
    sys.exit(1 if failed else 0)


def _assess(data: Any) -> dict[str, Any]:
    facts = read_facts(data)
    result = assess(facts if facts.read is not None else replace(facts, read=read_words(facts.words)), ruleset())
    findings = [{"id": finding.id, "points": finding.points, "reason": finding.reason} for finding in result.findings]
    return {"outcome": result.outcome, "score": result.score, "findings": findings}


def read_facts(data: Any) -> Facts:
    """The facts of one line. Raises TypeError or ValueError, with words that say what is wrong."""
    if not isinstance(data, dict):
        raise TypeError('an object with "transcript", a list of sentences, is needed')
    words = data.get("transcript", [])
    if not isinstance(words, list) or not all(isinstance(sentence, str) for sentence in words):
        raise TypeError('"transcript" must be a list of sentences')
    read = _number("read", data["read"]) if data.get("read") is not None else None
    return replace(_facts(tuple(words), _object(data, "request"), _object(data, "facts") or {}), read=read)


def _object(data: dict[str, Any], name: str) -> dict[str, Any] | None:
    value = data.get(name)
    if value is not None and not isinstance(value, dict):
        raise TypeError(f'"{name}" must be an object')
    return value


def _facts(words: tuple[str, ...], request: dict[str, Any] | None, given: dict[str, Any]) -> Facts:
    """`given` by group or key by key; a request without a key takes it from there."""
    groups = {name: _read(group, {**given, **(_object(given, name) or {})}) for name, group in GROUPS.items()}
    money = None if request is None else _read(MoneyRequest, {**given, **request})
    return Facts(words=words, request=money, **groups)


def _read(group: type, data: Mapping[str, Any]) -> Any:
    """One group of facts. Raises TypeError or ValueError for a value that can't be that fact."""
    hints = typing.get_type_hints(group)
    given = {field.name: data[field.name] for field in fields(group) if data.get(field.name) is not None}
    return group(**{name: _value(name, value, typing.get_args(hints[name])[0]) for name, value in given.items()})


def _value(name: str, value: Any, kind: Any) -> Any:
    if typing.get_origin(kind) is tuple:
        if not isinstance(value, list):
            raise TypeError(f'"{name}" must be a list of amounts')
        return tuple(_amount(name, item) for item in value)
    return READERS[kind](name, value)


def _amount(name: str, value: Any) -> Decimal:
    try:
        amount = Decimal(str(value).strip()) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
    except InvalidOperation:
        amount = None
    if amount is None or not amount.is_finite() or not 0 <= amount <= LARGEST_AMOUNT:
        raise ValueError(f'"{name}": {value!r:.40} is not an amount')
    return amount


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f'"{name}" must be true or false')
    return value


def _count(name: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f'"{name}" must be a whole number')
    return value


def _number(name: str, value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or abs(value) > LARGEST_AMOUNT:
        raise TypeError(f'"{name}" must be a number')
    return float(value)


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f'"{name}" must be text')
    return value


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not a number")


READERS: Mapping[Any, Callable[[str, Any], Any]] = {Decimal: _amount, bool: _flag, int: _count, float: _number, str: _text}
