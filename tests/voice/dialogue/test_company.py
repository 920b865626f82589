"""Somebody who is lonely has no wish to be understood, and is offered company or a person."""

from __future__ import annotations

import pytest

from tests.voice.dialogue.test_everywhere import ENGLISH, KINDS, NOW, at, say
from voice.dialogue import ASKS, advance
from voice.heard import Result, Step
from voice.understanding import understand


def hear(ask: str, words: str) -> Step:
    return advance(at(ask), understand(words, ENGLISH, ASKS[ask].expecting(at(ask)), NOW))


@pytest.mark.parametrize("ask", ["open", "anything_else"])
@pytest.mark.parametrize(
    "words",
    ["I'm so lonely since my husband died", "I miss my wife", "it's so quiet here since he went", "I haven't spoken to anybody all week",
     "I just wanted a chat"],
)  # fmt: skip
def test_company_is_offered_kindly(ask: str, words: str) -> None:
    step = hear(ask, words)
    assert [said.key for said in step.says] == ["visit.company"] and step.state.failures == 0


def test_a_yes_asks_for_a_visit_of_company() -> None:
    looked_up = say(hear("open", "I'm so lonely since my husband died").state, "yes")
    step = advance(looked_up.state, Result("visits.kinds", "ok", {"kinds": KINDS, "today": "2026-11-24"}))
    assert step.state.ask == "visit.day" and step.state.slots["help_kind"] == "company"


def test_a_no_offers_a_person() -> None:
    step = say(hear("open", "I'm so lonely since my husband died").state, "no")
    assert step.state.ask == "person.offer"


def test_who_can_bear_it_no_longer_is_in_danger() -> None:
    step = hear("open", "I'm so lonely I don't want to go on")
    assert step.order and step.order.name == "safety.emergency"


def test_a_wish_that_is_said_with_it_comes_first() -> None:
    step = hear("open", "I'm lonely, could somebody come and visit me")
    assert step.order and step.order.name == "visits.kinds" and step.state.slots["help_kind"] == "company"
