"""Two wishes at once: which of them was meant, or both in turn."""

from __future__ import annotations

from typing import Any

from voice.dialogue import State, advance
from voice.dialogue.advance import STARTS
from voice.heard import Meaning, Result, Say, Step
from voice.languages import load_language

MARGARET = {"id": 1, "name": "Margaret", "pace": 0.9, "gain": 0.0}
OPEN = State(ask="open", caller=MARGARET, values={"name": "Margaret"})
UNSURE = Meaning("pay_bill", 0.5, {"biller": "gas"}, "the gas bill", alternatives=("bill_status",))
NAMES = ["pay a bill", "hear what you owe"]


def come_back(step: Step, status: str = "ok", **data: Any) -> Step:
    assert step.order is not None
    return advance(step.state, Result(step.order.name, status, data))


def asked_which() -> Step:
    return come_back(advance(OPEN, UNSURE), names=NAMES)


def test_two_close_wishes_are_asked_about_and_never_guessed() -> None:
    step = asked_which()
    assert step.state.ask == "which_wish" and step.says == (Say("which_wish", {"names": NAMES}),)
    assert step.expecting.options == tuple(NAMES)


def test_the_answer_takes_along_what_was_said_before() -> None:
    step = advance(asked_which().state, Meaning("", slots={"choice": 0}))
    assert (step.order.name, step.order.args) == ("bills.due", {"biller": "gas"})


def test_the_wish_itself_is_an_answer_too() -> None:
    assert advance(asked_which().state, Meaning("bill_status", text="what I owe")).order.name == "bills.status"


def test_a_clear_sentence_with_a_distant_second_is_not_asked_about() -> None:
    sure = Meaning("pay_bill", 0.95, text="pay the gas bill", alternatives=("bill_status",))
    assert advance(OPEN, sure).order.name == "bills.due"


def test_a_second_wish_in_the_same_breath_comes_after_the_first() -> None:
    both = Meaning("pay_bill", text="...", also=({"intent": "book_appointment", "slots": {"department": "doctor"}},))
    step = come_back(advance(OPEN, both), "none")
    assert [say.key for say in step.says] == ["bill.none", "second_wish", "appointment.day"]
    assert step.state.ask == "appointment.day" and step.state.slots["department"] == "doctor"
    assert step.state.also == ()


def test_every_wish_has_a_name_to_be_asked_for() -> None:
    for code in ("en", "ko"):
        assert {f"wish.{wish}" for wish in STARTS} <= load_language(code).prompts.keys()
