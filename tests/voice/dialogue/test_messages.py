"""A recorded message, and what is none: then a call-back is offered, or nothing."""

from __future__ import annotations

import pytest

from tests.voice.dialogue.test_everywhere import ENGLISH, NOW, at, press, say
from voice.dialogue import ASKS, advance
from voice.heard import Result, Step
from voice.understanding import understand


def hear(words: str, ask: str = "message.record") -> Step:
    return advance(at(ask), understand(words, ENGLISH, ASKS[ask].expecting(at(ask)), NOW))


@pytest.mark.parametrize(
    "words",
    ["No.", "no thank you", "never mind", "forget it", "Oh, never mind!", "nothing", "no message thanks", "goodbye",
     "I don't want to leave a message"],
)  # fmt: skip
def test_a_no_is_no_message(words: str) -> None:
    step = hear(words)
    assert step.order is None and step.state.ask == "message.ring_you"


@pytest.mark.parametrize(
    "words",
    ["no water has come out of my tap since Monday", "never mind the garden, it is the boiler", "tell her nothing has come",
     "it's about my appointment", "please repeat the order of last week", "Dorothy Pugh"],
)  # fmt: skip
def test_words_that_tell_something_are_a_message_as_they_stand(words: str) -> None:
    assert hear(words).order.args["words"] == words


def test_a_call_back_can_be_had_without_a_message() -> None:
    step = say(hear("no").state, "yes")
    assert (step.order.name, step.order.args["words"]) == ("message.leave", "")
    step = advance(step.state, Result("message.leave", "ok", {"reference": "12345678", "when": "within the hour"}))
    assert [said.key for said in step.says] == ["message.rings", "anything_else"]


def test_who_wants_no_call_back_either_is_asked_for_anything_else() -> None:
    step = say(hear("no").state, "no")
    assert step.order.name == "message.drop"
    assert advance(step.state, Result("message.drop", "ok")).state.ask == "anything_else"


def test_the_hash_key_after_nothing_leaves_no_message() -> None:
    step = press(at("message.record"), "#")
    assert step.order.args["empty"]
    assert advance(step.state, Result("message.leave", "empty")).state.ask == "message.ring_you"


@pytest.mark.parametrize("ask", ["details.address", "details.name", "details.contact"])
def test_a_no_is_no_new_name_or_address(ask: str) -> None:
    assert hear("no thank you", ask).order.name == "details.drop"
