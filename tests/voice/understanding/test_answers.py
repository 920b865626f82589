"""Answers and wishes as people put them: corrections, two wishes at once, danger in a message."""

from __future__ import annotations

import datetime as dt

import pytest

from voice.heard import Expecting
from voice.languages import load_language
from voice.understanding import understand

ENGLISH, NOW = load_language("en"), dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)


def test_two_visits_in_one_breath_are_both_heard() -> None:
    said = "I need somebody to do my shopping tomorrow morning and I need a lift to the hospital on Friday"
    meaning = understand(said, ENGLISH, Expecting("open"), NOW)
    assert meaning.intent == "ask_volunteer"
    assert meaning.slots == {"help_kind": "shopping", "date": "2026-11-25", "part_of_day": "morning"}
    assert meaning.also == ({"intent": "ask_volunteer", "slots": {"help_kind": "transport", "date": "2026-11-27"}},)


def test_two_wishes_in_one_breath_are_both_heard() -> None:
    meaning = understand("I want to pay the gas bill and I need to see the doctor", ENGLISH, Expecting("open"), NOW)
    assert meaning.intent == "pay_bill" and meaning.slots["biller"] == "gas"
    assert meaning.also == ({"intent": "book_appointment", "slots": {"department": "doctor"}},)


@pytest.mark.parametrize(
    "one_wish",
    [
        "I need to see the doctor and the nurse",
        "can somebody get me bread and milk from the shop",
        "pay the gas and the electric",
    ],
)
def test_an_and_within_one_wish_joins_nothing(one_wish: str) -> None:
    assert understand(one_wish, ENGLISH, Expecting("open"), NOW).also == ()


@pytest.mark.parametrize(
    ("said", "intent", "slot"),
    [("no, the water one", "no", ("biller", "water")), ("no, in the afternoon", "no", ("part_of_day", "afternoon")),
     ("yes but on Thursday", "yes", ("date", "2026-11-26"))],
)  # fmt: skip
def test_what_is_said_besides_a_yes_or_no_is_a_correction(said: str, intent: str, slot: tuple[str, str]) -> None:
    meaning = understand(said, ENGLISH, Expecting("yes_no"), NOW)
    assert meaning.intent == intent and meaning.slots[slot[0]] == slot[1]


@pytest.mark.parametrize("said", ["yes no", "no yes well", "maybe", "I suppose I might"])
def test_what_is_no_clear_yes_is_none(said: str) -> None:
    assert understand(said, ENGLISH, Expecting("yes_no"), NOW).intent not in ("yes",)


def test_an_emergency_in_a_message_is_heard() -> None:
    assert understand("I've fallen and I can't get up", ENGLISH, Expecting("message", record=True), NOW).intent == "emergency"
    assert understand("tell my daughter that I am well", ENGLISH, Expecting("message", record=True), NOW).intent == ""
