"""The figures of `helpline bench understanding`, on answers that can be counted by hand."""

from __future__ import annotations

import pytest

from helpline.commands.bench_understanding import Answer, calibration_error, figures, threshold_at


def foreign(understood: str, confidence: float) -> Answer:
    return Answer("nice weather", "none", understood, confidence)


def test_the_threshold_lets_one_foreign_sentence_in_twenty_through() -> None:
    answers = [foreign("pay_bill", 0.9), foreign("pay_bill", 0.6), *[foreign("none", 1.0)] * 18]
    assert threshold_at(answers, 0.05) == 0.6


def test_a_right_wish_below_the_threshold_is_not_counted() -> None:
    wishes = [Answer("pay it", "pay_bill", "pay_bill", 0.95), Answer("settle it", "pay_bill", "pay_bill", 0.5)]
    found = figures([*wishes, foreign("pay_bill", 0.7), *[foreign("none", 1.0)] * 9])
    assert found["right_of_ours"] == 1.0 and found["right_at_5_percent_false_accepts"] == 0.5


def test_sureness_that_is_always_wrong_is_a_full_error() -> None:
    assert calibration_error([foreign("pay_bill", 1.0)] * 30) == pytest.approx(1.0)


def test_an_emergency_taken_for_chatter_lowers_the_recall() -> None:
    heard = [Answer("I fell", "emergency", "emergency", 0.9), Answer("my chest", "emergency", "none", 0.9)]
    found = figures([*heard, Answer("I fell last year", "not_emergency", "emergency", 0.4)])
    assert found["emergency_recall"] == 0.5 and found["emergency_false_alarms"] == 1.0
