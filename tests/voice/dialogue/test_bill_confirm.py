"""The amount was read out: what is a yes to paying it, and what is not."""

from __future__ import annotations

import pytest

from tests.voice.dialogue.test_everywhere import ENGLISH, NOW, at
from voice.dialogue import ASKS, advance
from voice.heard import Step
from voice.understanding import understand


def hear(words: str) -> Step:
    return advance(at("bill.confirm"), understand(words, ENGLISH, ASKS["bill.confirm"].expecting(at("bill.confirm")), NOW))


@pytest.mark.parametrize(
    "words",
    ["yes", "could you pay that for me then", "pay it", "pay it today", "could you pay it today please", "yes, today", "go on then, pay it", "would you mind paying that one", "let's get it paid then",
     "if you could pay that for me", "well I suppose it has to be paid", "get it paid", "you may as well pay that",
     "yes please, it wants paying", "and could you pay it"],
)  # fmt: skip
def test_a_wish_to_pay_it_is_a_yes(words: str) -> None:
    assert hear(words).state.ask == "pin"


@pytest.mark.parametrize(
    "words",
    ["should I pay it", "I'm not sure I should pay it", "yes, but not today", "can I pay it next week", "could I pay it later",
     "pay half of it", "pay twenty pounds of it", "can you pay it for me on Friday", "what if I don't pay it", "it's too much to pay",
     "I can't pay that", "I already paid that", "pay the other one first", "do I pay it or does my son", "who do I pay", "rhubarb"],
)  # fmt: skip
def test_a_doubt_a_question_or_a_part_of_it_is_none(words: str) -> None:
    step = hear(words)
    assert step.state.ask != "pin" and not (step.order and step.order.name == "bills.claim")


def test_a_no_leaves_it() -> None:
    assert [said.key for said in hear("no, not today").says] == ["bill.left", "anything_else"]
