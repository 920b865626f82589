"""Who is calling: who says no name, and who says at once what they want."""

from __future__ import annotations

import pytest

from tests.voice.dialogue.test_everywhere import ENGLISH, NOW
from voice.dialogue import ASKS, State, advance
from voice.heard import Result, Step
from voice.understanding import understand

EDITH = {"id": 4, "name": "Edith", "full_name": "Edith Cole", "pace": 1.0, "gain": 0.0}
HAROLD = {"id": 5, "name": "Harold", "full_name": "Harold Cole", "pace": 1.0, "gain": 0.0}


def rung(*household: dict[str, object]) -> State:
    return advance(State(), Result("call.begin", "inbound", {"household": list(household), "resume": None})).state


def hear(state: State, words: str) -> Step:
    return advance(state, understand(words, ENGLISH, ASKS[state.ask].expecting(state), NOW))


@pytest.mark.parametrize(
    "words", ["the wife", "me and the wife", "it's only me dear", "both of us", "my husband is out", "the husband speaking"]
)
def test_who_says_no_name_is_asked_for_it_and_has_not_failed(words: str) -> None:
    step = hear(rung(EDITH, HAROLD), words)
    assert [said.key for said in step.says] == ["who.by_name", "who_of"] and step.state.failures == 0


def test_the_wife_at_a_number_of_one_person_is_asked_as_well() -> None:
    step = hear(rung(EDITH), "the wife")
    assert [said.key for said in step.says] == ["who.by_name", "who"]
    assert hear(step.state, "it's Edith").state.ask == "open"


@pytest.mark.parametrize("words", ["yes dear it's me", "it's me", "yes it's only me"])
def test_a_yes_needs_no_name(words: str) -> None:
    assert hear(rung(EDITH), words).state.ask == "open"


def test_somebody_who_has_collapsed_is_no_way_to_say_who_it_is() -> None:
    step = hear(rung(EDITH, HAROLD), "my husband has collapsed")
    assert step.order and step.order.name == "safety.emergency"


def test_a_daughter_is_still_somebody_else() -> None:
    assert hear(rung(EDITH, HAROLD), "it's Edith's daughter").state.ask == "unknown"


@pytest.mark.parametrize("words", ["Edith, I need the doctor", "it's Edith and I want to see the doctor"])
def test_a_name_and_a_wish_answer_both_questions(words: str) -> None:
    step = hear(rung(EDITH, HAROLD), words)
    assert step.state.caller == EDITH and [said.key for said in step.says] == ["appointment.day"]


@pytest.mark.parametrize(
    "words", ["yes it's me and I need the doctor", "yes, I want to see the doctor", "speaking, I need the doctor"]
)
def test_a_yes_and_a_wish_answer_both_questions(words: str) -> None:
    step = hear(rung(EDITH), words)
    assert step.state.caller == EDITH and [said.key for said in step.says] == ["appointment.day"]


def test_a_wish_before_the_name_need_not_be_said_again() -> None:
    asked = hear(rung(EDITH, HAROLD), "I want to pay my gas bill")
    assert [said.key for said in asked.says] == ["who.first", "who_of"] and asked.state.failures == 0
    step = hear(asked.state, "Edith")
    assert step.order and (step.order.name, step.order.args) == ("bills.due", {"biller": "gas"})


def test_somebody_else_wants_nothing_in_her_name() -> None:
    step = hear(rung(EDITH), "no this is Doris, I want to pay my gas bill")
    assert step.state.ask == "unknown" and step.state.caller is None and step.state.also == ()


def test_a_yes_may_go_on_at_length() -> None:
    assert hear(rung(EDITH), "yes dear it is, who else would it be at this hour").state.ask == "open"


def test_what_it_is_about_is_no_introduction_of_somebody_else() -> None:
    assert hear(rung(EDITH, HAROLD), "it's about my wife's bill").state.ask != "unknown"


def test_both_bills_said_with_the_name_are_both() -> None:
    step = hear(rung(EDITH, HAROLD), "it's Edith Cole and I'd like to pay both my bills please")
    assert step.order and step.order.name == "bills.due" and step.state.slots["all"]
