"""Who does not know their PIN is not asked to guess: a person, nothing paid, and no failure."""

from __future__ import annotations

import pytest

from tests.voice.dialogue.test_everywhere import ENGLISH, NOW, at
from voice.dialogue import ASKS, advance
from voice.understanding import understand


@pytest.mark.parametrize("ask", ["pin", "protection.pin"])
@pytest.mark.parametrize(
    "words",
    ["I've forgotten my number", "I can't remember my PIN", "oh I don't know it", "I've lost the paper it was on, I've no idea",
     "no, I don't remember it", "what pin", "I never had one"],
)  # fmt: skip
def test_a_forgotten_pin_goes_to_a_person_kindly(ask: str, words: str) -> None:
    step = advance(at(ask), understand(words, ENGLISH, ASKS[ask].expecting(at(ask)), NOW))
    assert [said.key for said in step.says] == ["pin.forgotten"] and step.state.failures == 0
    assert step.order and (step.order.name, step.order.args) == ("person.find", {"about": "new_pin"})


def test_digits_are_a_pin_whatever_is_said_with_them() -> None:
    step = advance(at("pin"), understand("four eight two seven one nine", ENGLISH, ASKS["pin"].expecting(at("pin")), NOW))
    assert step.order and step.order.name == "identity.check_pin"


@pytest.mark.parametrize("words", ["no", "never mind"])
def test_who_would_rather_not_leaves_the_bill(words: str) -> None:
    step = advance(at("pin"), understand(words, ENGLISH, ASKS["pin"].expecting(at("pin")), NOW))
    assert step.says[0].key == "bill.left"
