"""What is owed and what was paid, as it is told: an answer first, then whether to pay, and nothing paid by asking."""

from __future__ import annotations

from typing import Any

import pytest

from tests.voice.dialogue.test_everywhere import ELECTRIC, ENGLISH, MARGARET, NOW, PAYMENT, WATER, spoken
from voice.dialogue import ASKS, State, advance
from voice.heard import Result, Step
from voice.understanding import understand

OPEN = State(ask="open", caller=MARGARET, values={"name": "Margaret"})


def hear(state: State, words: str) -> Step:
    return advance(state, understand(words, ENGLISH, ASKS[state.ask].expecting(state), NOW))


def asked(words: str, status: str, **data: Any) -> Step:
    """Margaret asks this, and that is what the rows say."""
    step = hear(OPEN, words)
    assert step.order is not None and (step.order.name, step.order.args["words"]) == ("bills.status", words)
    known = {"asked": "paid", "named": True, "new": False, "payment": PAYMENT}
    return advance(step.state, Result("bills.status", status, {**known, **data}))


def keys(step: Step) -> list[str]:
    return [said.key for said in step.says]


def test_a_paid_bill_is_told_with_its_day_amount_and_receipt() -> None:
    step = asked("have I paid my water bill", "paid")
    assert step.state.ask == "bill.was_paid"
    assert spoken(step).startswith(
        "Yes. Vale Water got forty-two pounds and fifty pence, Tuesday the third of November. The receipt number is one two three four"
    )
    assert keys(hear(step.state, "thank you")) == ["anything_else"]


def test_an_unpaid_bill_is_told_as_such_and_offered() -> None:
    step = asked("have I paid the electric", "one", bills=[ELECTRIC])
    assert keys(step) == ["bill.not_yet", "bill.confirm"]
    assert keys(hear(step.state, "no thank you")) == ["bill.left", "anything_else"]


def test_what_is_owed_is_told_without_a_word_about_what_was_asked_otherwise() -> None:
    assert keys(asked("how much do I owe", "one", bills=[ELECTRIC], asked="due")) == ["bill.confirm"]


def test_a_biller_who_was_never_paid_is_told_as_well_and_only_then_led_to_a_person() -> None:
    step = asked("how much is the water", "one", bills=[WATER], asked="due", new=True)
    assert keys(step) == ["bill.owed"] and "forty-two pounds and fifty pence" in spoken(step)
    assert hear(step.state, "yes please").order.args == {"biller": "Vale Water"}
    assert keys(hear(step.state, "no")) == ["anything_else"]


def test_several_bills_are_told_one_by_one_and_one_may_be_chosen() -> None:
    step = asked("what do I owe", "several", bills=[ELECTRIC, WATER], asked="due", named=False)
    assert keys(step) == ["bill.owed_one", "bill.owed_one", "bill.owed_any"]
    assert keys(hear(step.state, "yes")) == ["bill.which"]
    assert hear(step.state, "yes, the water one").order.args == {"biller": "water"}


def test_whether_the_last_payment_went_through_is_answered_before_what_waits() -> None:
    step = asked("did my last payment go through", "one", bills=[ELECTRIC], named=False)
    assert keys(step) == ["bill.last_paid", "bill.confirm"]


def test_nothing_to_pay_says_what_was_paid_last() -> None:
    assert keys(asked("do I owe anything", "none", asked="due")) == ["bill.none", "bill.last_paid", "anything_else"]
    assert keys(asked("do I owe anything", "none", asked="due", payment=None)) == ["bill.none", "anything_else"]


def test_three_payments_are_told_at_a_time() -> None:
    step = asked("what have I paid this year", "listed", payments=[PAYMENT] * 7)
    told = []
    while step.state.ask == "bill.paid_more":
        told.append(keys(step).count("bill.paid_one"))
        step = hear(step.state, "yes please")
    assert [*told, keys(step).count("bill.paid_one")] == [3, 3, 1] and step.state.ask == "anything_else"


def test_enough_of_a_list_is_enough() -> None:
    step = asked("what have I paid this year", "listed", payments=[PAYMENT] * 4)
    assert keys(hear(step.state, "no, that will do")) == ["anything_else"]


@pytest.mark.parametrize(("status", "said"), [("being_paid", "bill.in_hand"), ("held", "bill.waits")])
def test_what_is_under_way_is_never_offered_again(status: str, said: str) -> None:
    assert keys(asked("have I paid the water", status, bill=WATER)) == [said, "anything_else"]
