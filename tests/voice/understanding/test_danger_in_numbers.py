"""A row of digits is a number, however much it sounds like a cry; the numbers to ring for help stay what they are."""

from __future__ import annotations

import datetime as dt

import pytest

from voice.heard import Expecting
from voice.languages import load_language
from voice.understanding import understand

NOW = dt.datetime(2026, 11, 24, 10, tzinfo=dt.UTC)


def intent(words: str, expecting: Expecting) -> str:
    return understand(words, load_language("en"), expecting, NOW).intent


@pytest.mark.parametrize(
    "words",
    ["oh two oh seven nine four six oh one two four", "oh seven seven oh oh nine oh oh one two three",
     "oh one six one four nine six oh three nine two", "double oh four nine oh one six treble nine"],
)  # fmt: skip
def test_a_telephone_number_is_no_emergency(words: str) -> None:
    assert intent(words, Expecting("digits")) == ""
    assert intent(words, Expecting("open")) != "emergency"


@pytest.mark.parametrize(
    "words", ["ring nine nine nine", "call 999", "get me an ambulance, my number is oh one six one four nine six"]
)
@pytest.mark.parametrize("expecting", ["open", "digits", "yes_no"])
def test_whoever_asks_for_help_with_a_number_is_heard(words: str, expecting: str) -> None:
    assert intent(words, Expecting(expecting)) == "emergency"
