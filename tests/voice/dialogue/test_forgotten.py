"""Who does not know their PIN is not asked to guess: a call of ours instead, nothing paid, and no failure."""

from __future__ import annotations

import pytest

from tests.voice.dialogue.test_everywhere import ENGLISH, NOW, SLOTS, at
from voice.dialogue import ASKS, advance
from voice.heard import Meaning
from voice.understanding import understand


@pytest.mark.parametrize(("ask", "wish"), [("pin", "pay_bill"), ("protection.pin", SLOTS["wish"])])
@pytest.mark.parametrize(
    "words",
    ["I've forgotten my number", "I can't remember my PIN", "oh I don't know it", "I've lost the paper it was on, I've no idea",
     "no, I don't remember it", "what pin", "I never had one"],
)  # fmt: skip
def test_for_a_forgotten_pin_there_is_a_call_of_ours_and_a_person(ask: str, wish: str, words: str) -> None:
    step = advance(at(ask), understand(words, ENGLISH, ASKS[ask].expecting(at(ask)), NOW))
    assert [said.key for said in step.says] == ["pin.forgotten", "prove.call_back"] and step.state.failures == 0
    ring_me = advance(step.state, Meaning("yes"))
    assert ring_me.order and (ring_me.order.name, ring_me.order.args) == ("identity.call_back", {"wish": wish})
    person = advance(step.state, Meaning("speak_to_person"))
    assert person.order and person.order.name == "person.find"


def test_digits_are_a_pin_whatever_is_said_with_them() -> None:
    step = advance(at("pin"), understand("four eight two seven one nine", ENGLISH, ASKS["pin"].expecting(at("pin")), NOW))
    assert step.order and step.order.name == "identity.check_pin"


@pytest.mark.parametrize("words", ["no", "never mind"])
def test_who_would_rather_not_leaves_the_bill(words: str) -> None:
    step = advance(at("pin"), understand(words, ENGLISH, ASKS["pin"].expecting(at("pin")), NOW))
    assert step.says[0].key == "bill.left"
