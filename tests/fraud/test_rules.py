"""Every rule over its cases in cases/*.toml: what it hits on, what it lets pass, and what all of them share."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from fraud.assess import assess, ruleset
from fraud.facts import Facts, MoneyRequest
from fraud.rules import RULES
from helpline.commands.assess import command

CASES = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in (Path(__file__).parent / "cases").glob("*.toml")}


def said(words: str | list[str]) -> list[str]:
    return [finding.id for finding in assess(Facts((words,) if isinstance(words, str) else tuple(words)), ruleset()).findings]


def answered(case: dict[str, Any]) -> list[str]:
    line = {"transcript": case.get("words", []), **{key: case[key] for key in ("request", "facts") if key in case}}
    answer = json.loads(CliRunner().invoke(command, input=json.dumps(line)).stdout)
    return [finding["id"] for finding in answer["findings"]]


@pytest.mark.parametrize("rule", sorted(CASES["words"]))
def test_a_rule_hears_its_signal_and_nothing_else(rule: str) -> None:
    cases = CASES["words"][rule]
    assert [words for words in cases["hits"] if rule not in said(words)] == []
    assert [words for words in cases["passes"] if rule in said(words)] == []


@pytest.mark.parametrize("rule", sorted(CASES["facts"]))
def test_a_rule_sees_its_facts_and_nothing_else(rule: str) -> None:
    cases = CASES["facts"][rule]
    assert [case for case in cases["hits"] if rule not in answered(case)] == []
    assert [case for case in cases["passes"] if rule in answered(case)] == []


def test_every_rule_has_three_cases() -> None:
    counts = {rule: sum(len(cases.get(rule, {}).get("hits", [])) for cases in CASES.values()) for rule in RULES}
    assert [rule for rule, count in counts.items() if count < 3] == []


def test_every_rule_has_a_near_miss() -> None:
    counts = {rule: sum(len(cases.get(rule, {}).get("passes", [])) for cases in CASES.values()) for rule in RULES}
    assert [rule for rule, count in counts.items() if count < 1] == []


def test_what_is_unavailable_never_hits() -> None:
    assert assess(Facts((), MoneyRequest()), ruleset()).findings == ()


def test_signals_of_a_denied_sentence_are_no_protection() -> None:
    assert assess(Facts(("nobody told me to buy gift cards", "he told me to buy gift cards")), ruleset()).outcome == "refuse"


def test_what_may_have_been_denied_is_asked_and_not_guessed() -> None:
    result = assess(Facts(("it's not that anybody, nobody told me that they'd be arrested or get me arrested",)), ruleset())
    assert result.outcome in ("allow", "confirm")


def test_a_hurry_with_a_reason_counts_half() -> None:
    due, not_due = (
        assess(Facts(("I need it paid straight away",), MoneyRequest(due_in_days=days)), ruleset()) for days in (1, 20)
    )
    assert [finding.points for finding in due.findings] == [7.5] and [finding.points for finding in not_due.findings] == [15]


def test_a_volunteers_case_never_enters_the_payment() -> None:
    result = assess(Facts(("the volunteer asked me for cash",)), ruleset())
    assert [finding.subject for finding in result.findings if finding.id == "F048"] == ["case"]
    assert replace(result, findings=()).outcome != "refuse"
