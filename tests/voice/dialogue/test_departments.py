"""Whom an appointment is with: what was asked for is what the questions speak of."""

from __future__ import annotations

import pytest

from tests.voice.dialogue.test_everywhere import ENGLISH, MARGARET, NOW, spoken
from voice.dialogue import ASKS, State, advance
from voice.heard import Result, Step
from voice.understanding import understand


def hear(state: State, words: str) -> Step:
    return advance(state, understand(words, ENGLISH, ASKS[state.ask].expecting(state), NOW))


def wish(words: str) -> Step:
    """Margaret's first words after "what can I do for you"."""
    return hear(State(ask="open", caller=MARGARET, values={"name": "Margaret"}), words)


@pytest.mark.parametrize(
    ("words", "whom"),
    [("I need to see the doctor", "the doctor"), ("I need to see the nurse", "the nurse"), ("I need the dentist", "the dentist"),
     ("could I see the foot lady", "the foot clinic"), ("I need to see the eye doctor", "the eye clinic"),
     ("I'd like a check up", "the doctor")],
)  # fmt: skip
def test_the_question_for_the_day_names_who_was_asked_for(words: str, whom: str) -> None:
    assert spoken(wish(words)) == f"Which day would you like to go to {whom}?"


def test_who_has_no_clinic_hears_whom_we_cannot_book() -> None:
    step = hear(wish("I need the dentist").state, "on Thursday")
    assert step.order.args["department"] == "dentist"
    step = advance(step.state, Result("appointments.find", "no_clinic"))
    assert spoken(step).startswith("I am sorry, I cannot book the dentist yet.")


def test_who_wants_somebody_else_than_was_understood_is_asked_for_the_day_there() -> None:
    step = hear(wish("I need to see the doctor").state, "the nurse please")
    assert spoken(step) == "I see. Which day would you like to go to the nurse?"


def test_nothing_free_asks_for_another_day_at_the_same_place() -> None:
    step = hear(wish("I need to see the nurse").state, "tomorrow")
    step = advance(step.state, Result("appointments.find", "none"))
    assert spoken(step).endswith("Which day would you like to go to the nurse?")


@pytest.mark.parametrize(
    ("words", "first", "then"),
    [("I need to see the doctor and the nurse", "doctor", ["nurse"]),
     ("an appointment with the eye doctor and then the foot lady please", "eyes", ["feet"]),
     ("book me in with the nurse and the doctor and also the dentist", "nurse", ["doctor", "dentist"])],
)  # fmt: skip
def test_who_names_two_side_by_side_gets_both_in_turn(words: str, first: str, then: list[str]) -> None:
    step = wish(words)
    assert step.state.slots["department"] == first
    assert [(one["intent"], one["slots"]["department"]) for one in step.state.also] == [
        ("book_appointment", one) for one in then
    ]


def test_the_day_that_was_said_with_both_holds_for_both() -> None:
    step = wish("book me in with the doctor and the nurse on Thursday")
    assert step.order.args["date"] == step.state.also[0]["slots"]["date"] == "2026-11-26"


@pytest.mark.parametrize(
    "words", ["the doctor says I need to see the nurse", "I had the doctor last week and now I want to see the nurse"]
)
def test_who_only_speaks_of_another_gets_one(words: str) -> None:
    step = wish(words)
    assert step.state.also == () and step.state.slots["department"] == "nurse"
