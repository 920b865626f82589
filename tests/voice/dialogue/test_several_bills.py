"""All of the bills, one after the other: each read out and confirmed on its own."""

from __future__ import annotations

import pytest

from tests.voice.dialogue.test_everywhere import ENGLISH, MARGARET, NOW, POUNDS
from voice.dialogue import ASKS, State, advance
from voice.heard import Result, Step
from voice.understanding import understand

GAS, WATER, LIGHT = (
    {"id": number, "biller": biller, "kind": kind, "amount": POUNDS, "due": "2026-12-01"}
    for number, biller, kind in ((1, "Northern Gas", "gas"), (2, "Clearwater", "water"), (3, "City Electric", "electricity"))
)


def hear(state: State, words: str) -> Step:
    return advance(state, understand(words, ENGLISH, ASKS[state.ask].expecting(state), NOW))


def which_of(*bills: dict[str, object]) -> State:
    """Margaret wants a bill paid and has these."""
    step = hear(State(ask="open", caller=MARGARET, level=2), "I want to pay a bill")
    return advance(step.state, Result("bills.due", "several", {"bills": list(bills)})).state


def to_come(step: Step) -> list[str]:
    return [wish["slots"]["biller"] for wish in step.state.also]


@pytest.mark.parametrize(
    "words", ["both of them", "all of them please", "the gas and the water", "I want to pay both", "both bills"]
)
def test_both_are_paid_one_after_the_other(words: str) -> None:
    step = hear(which_of(GAS, WATER), words)
    assert [said.key for said in step.says] == ["bill.one_by_one", "bill.confirm"]
    assert step.state.slots["bill"] == GAS and to_come(step) == ["Clearwater"]


@pytest.mark.parametrize("words", ["the gas", "gas please", "gas", "oh the gas please", "my gas"])
def test_a_bill_that_was_offered_is_no_smell_of_gas(words: str) -> None:
    step = hear(which_of(GAS, WATER), words)
    assert [said.key for said in step.says] == ["bill.confirm"] and step.state.slots["bill"] == GAS


def test_a_smell_of_gas_is_one_wherever_it_is_said() -> None:
    step = hear(which_of(GAS, WATER), "I can smell gas")
    assert step.order and step.order.name == "safety.emergency"


def test_two_of_three_are_these_two() -> None:
    step = hear(which_of(GAS, WATER, LIGHT), "the gas and the electric")
    assert step.state.slots["bill"] == GAS and to_come(step) == ["City Electric"]


def test_who_wants_all_bills_paid_is_not_asked_which() -> None:
    looked_up = hear(State(ask="open", caller=MARGARET, level=2), "please pay both my bills")
    step = advance(looked_up.state, Result("bills.due", "several", {"bills": [GAS, WATER]}))
    assert step.state.ask == "bill.confirm" and to_come(step) == ["Clearwater"]


def test_two_that_were_named_at_once_are_looked_up_in_turn() -> None:
    step = hear(State(ask="open", caller=MARGARET, level=2), "pay the gas and the water")
    assert step.order and step.order.args == {"biller": "gas"} and to_come(step) == ["water"]


def test_the_second_one_has_a_question_of_its_own_after_a_no_to_the_first() -> None:
    step = hear(hear(which_of(GAS, WATER), "both of them").state, "no")
    assert [said.key for said in step.says] == ["bill.left", "second_wish"]
    assert step.order and step.order.args == {"biller": "Clearwater"} and to_come(step) == []


def test_a_no_to_all_of_them_leaves_the_second_one_too() -> None:
    step = hear(hear(which_of(GAS, WATER), "both of them").state, "no, leave both of them")
    assert [said.key for said in step.says] == ["bill.left", "anything_else"] and to_come(step) == []


def test_who_takes_leave_at_the_first_receipt_still_hears_of_the_second() -> None:
    paid = hear(which_of(GAS, WATER), "both of them").state
    receipt = {"payment_id": 4, "biller": "Northern Gas", "amount": POUNDS, "receipt": "12345678"}
    step = advance(paid, Result("bills.settle", "paid", receipt))
    heard = hear(step.state, "no that's all thank you")
    step = advance(heard.state, Result("bills.receipt_heard", "ok"))
    assert step.then == "listen" and step.order and step.order.args == {"biller": "Clearwater"}


def test_none_of_them_pays_none() -> None:
    assert [said.key for said in hear(which_of(GAS, WATER), "no, none of them").says] == ["bill.none_paid", "anything_else"]


def read_out(bill: dict[str, object]) -> State:
    step = hear(State(ask="open", caller=MARGARET, level=2), "I want to pay a bill")
    return advance(step.state, Result("bills.due", "one", {"bills": [bill]})).state


@pytest.mark.parametrize("words", ["no, the other one", "not that one, the other bill", "no a different one"])
def test_the_other_one_is_looked_up(words: str) -> None:
    step = hear(read_out(GAS), words)
    assert step.order and step.order.name == "bills.due" and step.order.args == {"besides": GAS["id"]}


def test_where_there_is_no_other_the_one_that_was_read_out_is_asked_about_again() -> None:
    step = hear(read_out(GAS), "no, the other one")
    step = advance(step.state, Result("bills.due", "none"))
    assert [said.key for said in step.says] == ["bill.none_of_that", "bill.confirm"] and step.state.slots["bill"] == GAS
