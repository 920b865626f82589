"""Another wish in the middle of one, or after what was read out: taken up, and what becomes of the first one is said."""

from __future__ import annotations

from typing import Any

import pytest

from tests.voice.dialogue.test_everywhere import ENGLISH, MARGARET, NOW, OUTCOMES, SILENCE, SLOTS, VALUES, at
from voice.dialogue import ASKS, State, advance
from voice.heard import Meaning, Result, Say, Step
from voice.understanding import understand

UNDER_WAY = {
    "bill.which": "pay_bill",
    "bill.confirm": "pay_bill",
    "payment.stop": "cancel_payment",
    "appointment.day": "book_appointment",
    "appointment.which": "book_appointment",
    "appointment.confirm": "book_appointment",
    "appointment.cancel": "cancel_appointment",
    "appointment.move": "change_appointment",
    "freeze.confirm": "freeze_payments",
}


def in_hand(ask: str, wish: str, **slots: Any) -> State:
    known = {name: value for name, value in SLOTS.items() if name not in ("request_id", "task_id", "payment_id")}
    return State(
        ask=ask, caller=MARGARET, level=1, values=VALUES, slots={**known, "wish": wish, **slots}, said=(Say(ask, VALUES),)
    )


def hear(state: State, words: str) -> Step:
    return advance(state, understand(words, ENGLISH, ASKS[state.ask].expecting(state), NOW))


@pytest.mark.parametrize("words", ["no, I need my shopping instead", "oh leave that, I need somebody to do my shopping"])
@pytest.mark.parametrize(("ask", "wish"), UNDER_WAY.items())
def test_a_wish_in_the_place_of_the_one_under_way_is_taken_up_and_said_so(ask: str, wish: str, words: str) -> None:
    step = hear(in_hand(ask, wish), words)
    assert [said.key for said in step.says] == ["instead"]
    assert step.order and step.order.name == "visits.kinds" and step.state.slots["help_kind"] == "shopping"


def test_another_bill_at_the_confirmation_is_a_correction_and_no_other_wish() -> None:
    step = hear(in_hand("bill.confirm", "pay_bill"), "no, I want to pay the gas bill instead")
    assert step.order and (step.order.name, step.order.args) == ("bills.due", {"biller": "gas"})
    assert [said.key for said in step.says] == ["corrected"]


def test_a_doctor_is_wanted_where_a_volunteer_was_asked_for() -> None:
    step = hear(in_hand("visit.day", "ask_volunteer"), "actually can I book the doctor instead")
    assert [said.key for said in step.says] == ["instead", "appointment.day"]


def test_who_only_asks_about_something_else_unsurely_leaves_nothing() -> None:
    asked = in_hand("visit.part", "ask_volunteer")
    step = advance(asked, Meaning("pay_bill", 0.7, text="the bill, is it", alternatives=("bill_status",)))
    assert step.says[0].key == "no_match.1"


def test_nobody_turns_away_from_the_questions_about_a_held_payment() -> None:
    step = hear(at("hold.phoned"), "no, I need my shopping instead")
    assert step.state.ask == "hold.told"


def test_a_yes_and_a_second_wish_does_the_first_and_remembers_the_second() -> None:
    step = hear(in_hand("appointment.confirm", "book_appointment"), "yes please and then I need somebody to do my shopping")
    assert step.order and step.order.name == "appointments.book"
    assert [wish["intent"] for wish in step.state.also] == ["ask_volunteer"]


@pytest.mark.parametrize(("ask", "order"), [
    ("bill.receipt", "bills.receipt_heard"), ("appointment.booked", "appointments.read_back"),
    ("appointment.cancelled", "appointments.heard"), ("appointment.moved", "appointments.heard"),
    ("tell.accepted", "visits.told"), ("tell.waiting", "visits.told"), ("tell.cancelled", "visits.told"),
])  # fmt: skip
@pytest.mark.parametrize("words", ["and could you pay my gas bill", "no, but could you pay my gas bill"])
def test_a_wish_after_what_was_read_out_comes_once_that_counts_as_heard(ask: str, order: str, words: str) -> None:
    heard = hear(at(ask), words)
    assert heard.order and heard.order.name == order
    status, data = OUTCOMES[order][0]
    step = advance(heard.state, Result(order, status, data))
    if step.state.ask == "appointment.another":  # what was cancelled may be booked anew first
        step = advance(step.state, Meaning("no", text="no"))
    assert step.order and (step.order.name, step.order.args) == ("bills.due", {"biller": "gas"})
    assert [said.key for said in step.says] == ["second_wish"]


def test_who_only_listens_to_our_news_is_waited_for_and_leaves_no_message() -> None:
    state = at("tell.accepted")
    said = []
    for _ in range(4):
        step = advance(state, SILENCE)
        assert step.then == "listen" and step.order is None
        said.append(step.says[-1].key)
        state = step.state
    assert said == ["tell.accepted", "tell.accepted.keys", "waiting", "tick"]


def test_a_line_that_is_dead_after_our_news_is_rung_again() -> None:
    step = advance(at("tell.accepted"), Meaning("", 0.0, {"dead_line": True}))
    assert step.order and step.order.name == "visits.not_there"
