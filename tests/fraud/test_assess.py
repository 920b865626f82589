"""The fraud rules: what each hears, what it lets pass, and how findings add up to an outcome."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest

from fraud import rules as rules_module
from fraud.assess import assess, ruleset
from fraud.facts import Facts, MoneyRequest
from fraud.findings import OUTCOMES

HITS = [
    ("F001", "he says I must pay the fine with gift cards"),
    ("F001", "she wants me to read the Google Play card codes"),
    ("F002", "I have to put it into a Bitcoin machine"),
    ("F003", "a courier is coming for the money"),
    ("F004", "the man wants me to put AnyDesk on it"),
    ("F005", "a man on the phone told me to move my money to a safe account"),
    ("F005", "they said transfer my savings so that it is safe"),
    ("F006", "he told me not to tell anyone about this"),
    ("F007", "he told me what to say to you"),
]
MISSES = [
    "I bought a gift card for my grandson's birthday",
    "nobody asked me for gift cards to pay anything",
    "last year someone wanted me to pay with gift cards",
    "I heard on the radio about a safe account",
    "my neighbour was told to move her money to a safe account",
    "I want to pay my electricity bill",
    "nobody told me what to say",
    "my warranty has expired",
    "I need a rest now",
]


@pytest.mark.parametrize(("rule", "sentence"), HITS)
def test_what_a_rule_hears(rule: str, sentence: str) -> None:
    assert rule in [finding.id for finding in assess(Facts((sentence,)), ruleset()).findings]


@pytest.mark.parametrize("sentence", MISSES)
def test_what_the_rules_let_pass(sentence: str) -> None:
    result = assess(Facts((sentence,)), ruleset())
    assert result.findings == () and result.outcome == "allow" and result.score == 0


def money(paid: int = 3, allowed: bool = True, bill: str = "42.50") -> MoneyRequest:
    return MoneyRequest(Decimal("42.50"), allowed, (Decimal(40),) * paid, Decimal(bill))


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        (Facts((), money()), "allow"),
        (Facts((), money(paid=0)), "confirm"),
        (Facts((), money(allowed=False)), "refuse"),
        (Facts(("pay it with gift cards",), money()), "refuse"),
        (Facts(("he told me not to tell my daughter",), money()), "hold"),
    ],
)
def test_protective_points_never_lift_a_floor(facts: Facts, outcome: str) -> None:
    assert assess(facts, ruleset()).outcome == outcome


def test_a_few_words_amid_many_honest_ones_are_a_question() -> None:
    honest = ("I'd like a nurse for my bloods on Friday please", "any morning, and can the volunteer do my shopping",
              "I'll leave the money in an envelope for the window cleaner")  # fmt: skip
    result = assess(Facts(honest), ruleset())
    assert "F003" in [finding.id for finding in result.findings] and result.outcome == "confirm"


def test_a_rule_that_crashes_holds_the_payment(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Facts) -> str | None:
        raise ZeroDivisionError

    monkeypatch.setitem(rules_module.RULES, "F002", broken)
    result = assess(Facts((), money()), ruleset())
    assert result.outcome == "hold" and "ZeroDivisionError" in result.findings[0].reason


def test_a_worse_outcome_never_scores_lower() -> None:
    sentences = [sentence for _, sentence in HITS] + MISSES
    results = [assess(Facts((one, two)), ruleset()) for one in sentences for two in sentences]
    by_outcome = [[r.score for r in results if r.outcome == outcome] for outcome in OUTCOMES]
    filled = [scores for scores in by_outcome if scores]
    assert all(max(lower) < min(higher) for lower, higher in pairwise(filled))
