"""What is said about one amount holds for the other."""

from __future__ import annotations

from voice.understanding.money import parse_money


def test_a_corrected_amount_keeps_the_currency() -> None:
    assert parse_money("forty pounds, no, fifty") == {"amount": "50.00", "currency": "GBP"}


def test_a_new_currency_is_not_overruled() -> None:
    assert parse_money("forty pounds, no, fifty euros") == {"amount": "50.00", "currency": "EUR"}


def test_an_age_is_no_amount_where_an_amount_was_said() -> None:
    assert parse_money("I'm eighty-two and they want forty pounds off me") == {"amount": "40.00", "currency": "GBP"}
    assert parse_money("they want forty pounds and I'm eighty-two") == {"amount": "40.00", "currency": "GBP"}


def test_four_figures_without_a_comma_are_pounds_and_pence_first() -> None:
    """Whisper writes "fifteen eighty-seven" as 1587."""
    pounds_and_pence, whole = parse_money("it says 1587")["any_of"]
    assert (pounds_and_pence["amount"], whole["amount"]) == ("15.87", "1587.00")
    assert parse_money("1,587")["amount"] == "1587.00"
    assert parse_money("£1587")["amount"] == "1587.00"


def test_cents_belong_to_no_currency_alone() -> None:
    assert parse_money("fifty cents") == {"amount": "0.50", "currency": None}
