"""One of what was offered before, by its place, after another one was chosen."""

from __future__ import annotations

import pytest

from tests.voice.dialogue.test_everywhere import BOOKED, ENGLISH, MARGARET, NOW
from voice.dialogue import ASKS, State, advance
from voice.heard import Step
from voice.understanding import understand

FREE = [{"id": hour, "date": "2026-11-26", "time": f"{hour:02}:00", "time_words": f"{hour} o'clock", "clinic": "Mill Lane",
         "with": "Dr Osei"} for hour in (9, 10, 11)]  # fmt: skip


def chosen(ask: str, wish: str) -> State:
    """Margaret has chosen the first of three times, and is asked whether that is right."""
    slots = {"wish": wish, "free": FREE, "chosen": FREE[0], "mine": BOOKED, "wanted": {}}
    return State(ask=ask, caller=MARGARET, level=1, slots=slots)


def hear(state: State, words: str) -> Step:
    return advance(state, understand(words, ENGLISH, ASKS[state.ask].expecting(state), NOW))


@pytest.mark.parametrize(
    ("ask", "wish"), [("appointment.confirm", "book_appointment"), ("appointment.move", "change_appointment")]
)
@pytest.mark.parametrize(("words", "time"), [
    ("no, the third one", "11:00"), ("no, the second one please", "10:00"), ("no, the third", "11:00"), ("the last one", "11:00"),
    ("I'd rather have the second one", "10:00"),
])  # fmt: skip
def test_another_of_the_times_is_read_back_and_asked_for(ask: str, wish: str, words: str, time: str) -> None:
    step = hear(chosen(ask, wish), words)
    assert [said.key for said in step.says] == ["corrected", ask]
    assert step.state.slots["chosen"]["time"] == time and step.order is None


def test_the_one_that_was_chosen_is_a_yes_to_it() -> None:
    step = hear(chosen("appointment.confirm", "book_appointment"), "yes, the first one")
    assert step.order and step.order.name == "appointments.book"


def test_a_place_that_was_not_offered_is_none() -> None:
    assert hear(chosen("appointment.confirm", "book_appointment"), "no, the seventh one").state.ask == "appointment.day"


def test_a_day_of_the_month_is_a_day() -> None:
    step = hear(chosen("appointment.confirm", "book_appointment"), "no, the third of December")
    assert step.order and step.order.name == "appointments.find" and step.order.args["date"] == "2026-12-03"
