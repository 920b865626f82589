"""A no, another no, and a third one, at every question: each is understood, and none leads nowhere."""

from __future__ import annotations

import pytest

from tests.voice.dialogue.test_everywhere import EVERY, OUTCOMES, at, spoken
from voice.dialogue import State, advance
from voice.heard import Meaning, Result, Say, Step

NOT_UNDERSTOOD = {"no_match.1", "no_match.2", "no_match.3", "no_luck", "person.not_here"}
BEGINNING_OR_END = {"open", "anything_else", "shall_we_end"}  # what is left to ask when nothing is wanted
FOR_ANOTHER_DAY = {"appointment.which", "appointment.confirm", "appointment.doctor", "appointment.new_time", "appointment.move"}


def hear(state: State, intent: str) -> tuple[Step, list[str]]:
    """The step after all that a turn has to look up, and the prompts that were said on the way."""
    step = advance(state, Meaning(intent, text="(words)"))
    says: list[Say] = list(step.says)
    while step.order is not None and not step.order.outside:
        status, data = OUTCOMES[step.order.name][0]
        step = advance(step.state, Result(step.order.name, status, data))
        says += step.says
    assert spoken(Step(step.state, tuple(says)))
    return step, [said.key for said in says]


@pytest.mark.parametrize("ask", EVERY)
def test_three_noes_are_understood_and_lead_to_the_beginning_or_the_end(ask: str) -> None:
    state = at(ask)
    for _ in range(3):
        step, said = hear(state, "no")
        assert not NOT_UNDERSTOOD & set(said), said
        assert step.state.failures == 0
        if step.then == "hang_up":
            return
        state = step.state
    assert state.ask in BEGINNING_OR_END


@pytest.mark.parametrize("ask", EVERY)
def test_no_question_is_put_again_after_two_noes(ask: str) -> None:
    first, _ = hear(at(ask), "no")
    if first.then == "listen" and first.state.ask not in BEGINNING_OR_END | {"resume"}:
        second, _ = hear(first.state, "no")
        assert second.then == "hang_up" or second.state.ask not in {ask, first.state.ask}


@pytest.mark.parametrize("ask", sorted(FOR_ANOTHER_DAY))
def test_a_no_to_a_time_asks_for_another_day_and_a_second_one_leaves_it(ask: str) -> None:
    first, _ = hear(at(ask), "no")
    assert first.state.ask in ("appointment.day", "appointment.new_day")
    _, said = hear(first.state, "no")
    assert said in (["appointment.not_booked", "anything_else"], ["appointment.left", "anything_else"])


@pytest.mark.parametrize(
    ("ask", "said"),
    [("bill.which", "bill.none_paid"), ("appointment.day", "appointment.not_booked"), ("visit.kind", "visit.left"),
     ("visit.day", "visit.left"), ("visit.part", "visit.left"), ("which_wish", "open")],
)  # fmt: skip
def test_a_no_to_which_and_when_leaves_it_and_says_so(ask: str, said: str) -> None:
    assert hear(at(ask), "no")[1][0] == said


def test_a_manner_that_was_no_better_is_taken_back_by_a_second_no() -> None:
    before = at("details.manner")
    faster = advance(before, Meaning("", slots={"choice": 1}))
    assert faster.state.pace > before.pace
    state = advance(faster.state, Result("details.prefer", "ok")).state
    step = advance(advance(state, Meaning("no")).state, Meaning("no"))
    assert step.order.name == "details.prefer" and step.order.args["pace"] == before.pace


@pytest.mark.parametrize("ask", EVERY)
def test_never_mind_is_understood_everywhere(ask: str) -> None:
    step, said = hear(at(ask), "cancel")
    assert not NOT_UNDERSTOOD & set(said) and step.state.failures == 0


def test_the_second_no_to_what_can_i_do_for_you_is_a_goodbye() -> None:
    asked, said = hear(at("open"), "no")
    assert said == ["shall_we_end"]
    again, _ = hear(asked.state, "no")
    assert again.state.ask == "open"
    last, said = hear(again.state, "no")
    assert last.then == "hang_up" and said == ["goodbye"]


def test_who_has_said_no_once_and_then_is_not_understood_is_not_hung_up_on() -> None:
    once, _ = hear(hear(at("open"), "no")[0].state, "no")
    assert advance(once.state, Meaning("none", text="(words)")).then == "listen"


def test_a_wish_after_a_no_makes_the_next_no_a_first_one() -> None:
    once, _ = hear(hear(at("open"), "no")[0].state, "no")
    left, _ = hear(hear(once.state, "ask_volunteer")[0].state, "no")
    assert left.state.ask == "anything_else" and not left.state.slots
