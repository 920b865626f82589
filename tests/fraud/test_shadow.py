"""Rules on trial, the words of staff for each rule, and facts that can be assessed again."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from fraud.assess import CONFIG, RulesetError, assess, ruleset
from fraud.facts import Facts, History, Line, MoneyRequest, as_line
from fraud.rules import RULES
from helpline.commands.assess import read_facts

GIFT_CARDS = Facts(("he told me to pay the fine with gift cards and read him the codes",))


def on_trial(tmp_path: Path, old: str, new: str) -> Path:
    """The rules as they stand, with one line changed."""
    text = CONFIG.read_text("utf-8")
    assert old in text
    path = tmp_path / "fraud.toml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


def test_a_rule_on_trial_speaks_and_changes_nothing(tmp_path: Path) -> None:
    rules = ruleset(on_trial(tmp_path, "F022 = { points = 100,", "F022 = { shadow = true, points = 100,"))
    result = assess(Facts((), MoneyRequest(biller_allowed=False)), rules)
    assert [finding.id for finding in result.shadow] == ["F022"]
    assert (result.outcome, result.score, result.findings) == ("allow", 0, ())


def test_a_rule_with_grades_can_be_on_trial(tmp_path: Path) -> None:
    rules = ruleset(on_trial(tmp_path, 'F001.""  =', 'F001.shadow = true\nF001.""  ='))
    result = assess(GIFT_CARDS, rules)
    assert "F001" in [finding.id for finding in result.shadow] and "F001" not in [finding.id for finding in result.findings]
    assert assess(GIFT_CARDS, ruleset()).outcome == "refuse" != result.outcome


def test_a_rule_on_trial_that_crashes_holds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Facts) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(RULES, "F027", broken)
    rules = replace(ruleset(), shadow=frozenset({"F027"}))
    assert assess(Facts((), MoneyRequest()), rules).outcome == "allow"


def test_staff_have_words_for_every_rule() -> None:
    assert ruleset().names.keys() == RULES.keys() and all(ruleset().names.values())


def test_a_file_that_lacks_a_name_is_no_ruleset(tmp_path: Path) -> None:
    with pytest.raises(RulesetError, match="names"):
        ruleset(on_trial(tmp_path, 'F027 = "A round amount"\n', ""))


def test_what_was_known_can_be_assessed_again() -> None:
    facts = Facts(
        ("he said not to tell anyone",),
        MoneyRequest(Decimal("42.50"), True, (Decimal("40.10"), Decimal(41)), Decimal("42.50")),
        History(today=(Decimal(5),), same_request_held=True),
        line=Line(withheld=False),
    )
    assert read_facts(json.loads(json.dumps(as_line(facts)))) == facts


def test_a_call_without_a_request_stays_one() -> None:
    assert read_facts(as_line(GIFT_CARDS)) == GIFT_CARDS
