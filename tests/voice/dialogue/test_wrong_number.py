"""Whoever has rung the wrong number hears a goodbye, at once and kindly, in every state."""

from __future__ import annotations

import pytest

from tests.voice.dialogue.test_everywhere import BY_WORD, ENGLISH, NOW, at, spoken
from voice.dialogue import ASKS, State, advance
from voice.heard import Meaning, Result, Step
from voice.understanding import understand

WORDS = [
    "sorry, wrong number",
    "Oh, I think I've dialled the wrong number.",
    "I've got the wrong number",
    "I rang you by mistake",
]
READ_OUT = {"bill.receipt", "appointment.booked", "appointment.cancelled", "appointment.moved", "tell.accepted", "tell.waiting",
            "tell.cancelled", "tell.who", "remind.who", "hold.first_who"}  # there it is noted first whether it was heard, and the call ends after that  # fmt: skip
READ_BACK = {"details.right", "details.right_number", "details.right_contact"}  # there the number that was read may be wrong
LISTS = {
    ask for ask in BY_WORD if ASKS[ask].expecting(at(ask)).name == "choice"
}  # there "number" may be one of what was offered


def hear(ask: str, words: str) -> Step:
    return advance(at(ask), understand(words, ENGLISH, ASKS[ask].expecting(at(ask)), NOW))


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("ask", sorted(set(BY_WORD) - READ_OUT - READ_BACK - LISTS))
def test_a_wrong_number_is_a_kind_goodbye(ask: str, words: str) -> None:
    step = hear(ask, words)
    assert step.then == "hang_up" and step.state.failures == 0
    assert "Goodbye" in spoken(step)


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("ask", sorted(LISTS))
def test_at_a_list_it_is_a_goodbye_or_one_of_the_list_and_never_a_failure(ask: str, words: str) -> None:
    step = hear(ask, words)
    assert step.state.failures == 0 and (step.order or spoken(step))


@pytest.mark.parametrize("ask", sorted(READ_OUT))
def test_after_what_was_read_out_it_counts_as_heard_first(ask: str) -> None:
    step = hear(ask, "sorry, wrong number")
    assert step.order is not None
    assert advance(step.state, Result(step.order.name, "ok")).then == "hang_up"


@pytest.mark.parametrize("ask", sorted(READ_BACK))
@pytest.mark.parametrize("words", ["wrong number", "no, that's the wrong number", "that is the wrong number"])
def test_a_number_that_was_read_back_wrongly_ends_no_call(ask: str, words: str) -> None:
    step = hear(ask, words)
    assert step.then == "listen" and step.state.failures == 0


def test_nothing_stays_open_for_a_wrong_number_at_the_beginning() -> None:
    step = advance(State(), Result("call.begin", "inbound", {"household": [{"id": 1, "name": "Margaret"}], "resume": None}))
    step = advance(step.state, understand("sorry, wrong number", ENGLISH, step.expecting, NOW))
    assert step.order is None and step.then == "hang_up"


def test_the_wrong_number_told_to_us_for_somebody_else_is_no_goodbye() -> None:
    meaning = understand("you've got my number down wrong", ENGLISH, ASKS["open"].expecting(at("open")), NOW)
    assert isinstance(meaning, Meaning) and meaning.intent == "update_details"
