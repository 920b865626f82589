"""A caller's details: how we speak is changed at once, what identity hangs on is only ever taken down."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from voice.dialogue import State, advance
from voice.heard import Meaning, Result, Say, Step
from voice.languages import load_language
from voice.understanding import understand, understand_keys

MARGARET = {"id": 1, "name": "Margaret", "pace": 1.0, "gain": 0.0}
NOW = dt.datetime(2026, 11, 24, 10, tzinfo=dt.UTC)
ENGLISH = load_language("en")
PROMPTS = ENGLISH.prompts
WHATS = {what: PROMPTS[f"details.what.{what}"] for what in ("phone", "address", "name", "contact", "manner", "proof")}
PROOFS = {proof: PROMPTS[f"details.proof.{proof}"] for proof in ("pin", "phrase", "visit_word")}
MANNERS = {way: PROMPTS[f"details.way.{way}"] for way in ("slower", "faster", "louder", "quieter", "language")}


def wished(wanted: str | None = None) -> Step:
    begun = advance(State(ask="open", caller=MARGARET, level=1), Meaning("update_details", text="my details have changed"))
    return come_back(begun, whats=WHATS, manners=MANNERS, proofs=PROOFS, wanted=wanted)


def hear(step: Step, intent: str, text: str = "(words)", **slots: Any) -> Step:
    return advance(step.state, Meaning(intent, slots=slots, text=text))


def say(step: Step, words: str) -> Step:
    assert step.expecting is not None
    return advance(step.state, understand(words, ENGLISH, step.expecting, NOW))


def press(step: Step, keys: str) -> Step:
    assert step.expecting is not None
    return advance(step.state, understand_keys(keys, step.expecting))


def come_back(step: Step, **data: Any) -> Step:
    assert step.order is not None
    return advance(step.state, Result(step.order.name, "ok", data))


def said(step: Step) -> list[str]:
    return [say.key for say in step.says]


def noted(step: Step) -> Step:
    assert step.order is not None and step.order.name == "details.note"
    return come_back(step, request_id=5)


# --- what is to change


@pytest.mark.parametrize(("words", "ask"), [
    ("my telephone number", "details.phone"), ("the address please", "details.address"), ("my name", "details.name"),
    ("somebody I trust", "details.contact"), ("how you speak", "details.manner"), ("my PIN", "details.proof"),
])  # fmt: skip
def test_what_changes_is_said_by_word(words: str, ask: str) -> None:
    assert say(wished(), words).state.ask == ask


@pytest.mark.parametrize(("keys", "ask"), [
    ("1", "details.phone"), ("2", "details.address"), ("3", "details.name"), ("4", "details.contact"), ("5", "details.manner"),
    ("6", "details.proof"),
])  # fmt: skip
def test_what_changes_is_chosen_by_key(keys: str, ask: str) -> None:
    assert press(wished(), keys).state.ask == ask


def test_a_wish_that_names_it_is_not_asked_again() -> None:
    assert wished("address").state.ask == "details.address"


def test_a_bank_is_a_persons_from_the_first_word() -> None:
    step = wished("bank")
    assert step.order.name == "person.find" and said(step) == ["details.person"]


def test_a_card_is_typed_behind_the_pin_where_this_line_can_take_one_else_it_is_a_persons() -> None:
    step = wished("card")
    assert step.order.name == "person.find" and said(step) == ["details.person"]
    begun = advance(State(ask="open", caller=MARGARET, level=1), Meaning("update_details", text="i have a new card"))
    asked = come_back(begun, whats=WHATS, manners=MANNERS, proofs=PROOFS, wanted="card", card_by_keys=True)
    assert said(asked) == ["prove.pin"]


@pytest.mark.parametrize("secret", ["pin", "phrase", "visit_word"])
def test_by_what_we_know_each_other_is_behind_the_pin(secret: str) -> None:
    step = wished(secret)
    assert step.state.ask == "prove.pin" and step.expecting.secret


@pytest.mark.parametrize(("key", "secret"), [("1", "pin"), ("2", "phrase"), ("3", "visit_word")])
def test_which_of_these_is_chosen_by_key(key: str, secret: str) -> None:
    step = press(press(wished(), "6"), key)
    assert step.state.ask == "prove.pin" and step.state.slots["wished"] == secret


def test_who_is_not_known_cannot_change_anything() -> None:
    step = advance(State(ask="unknown"), Meaning("update_details", text="change my address"))
    assert step.order is None and step.state.ask == "unknown"


# --- how we speak


def test_slower_is_slower_at_once_and_remembered() -> None:
    step = say(wished("manner"), "more slowly please")
    assert step.order.name == "details.prefer" and step.order.args["pace"] == 0.85
    step = come_back(step)
    assert step.state.pace == 0.85 and said(step) == ["pace.slower", "details.better"]
    assert said(come_back(hear(step, "yes"))) == ["details.remembered", "anything_else"]


def test_louder_after_slower_is_not_told_that_it_is_slower_again() -> None:
    step = hear(come_back(say(wished("manner"), "more slowly please")), "louder")
    assert said(step) == ["gain.louder", "details.better"] and step.state.gain == 3.0


def test_louder_by_key() -> None:
    step = press(wished("manner"), "3")
    assert step.order.args == {"pace": 1.0, "gain": 3.0}


def test_not_better_yet_is_asked_once_more() -> None:
    step = hear(come_back(press(wished("manner"), "1")), "no")
    assert step.state.ask == "details.manner"
    assert press(step, "1").order.args["pace"] == pytest.approx(0.722)


def test_slower_as_everywhere_is_remembered_here() -> None:
    step = hear(hear(wished("manner"), "slower"), "yes")
    assert step.order.name == "details.prefer" and step.order.args["pace"] == 0.85


def test_without_any_change_nothing_is_remembered() -> None:
    assert said(hear(wished("manner"), "no")) == ["details.left", "anything_else"]


def test_another_language_is_looked_up_and_remembered() -> None:
    step = press(wished("manner"), "5")
    assert step.order.name == "languages.known"
    languages = [{"code": "en", "name": "English"}, {"code": "ko", "name": "Korean"}]
    step = come_back(come_back(step, languages=languages), code="ko")
    assert step.state.language == "ko" and step.state.ask == "anything_else"


# --- what identity hangs on


def test_a_new_number_is_read_back_and_only_taken_down() -> None:
    step = say(wished("phone"), "oh seven seven double oh nine double oh one two three")
    assert step.order.args["number"] == "07700900123"
    step = noted(step)
    assert step.says == (Say("details.right_number", {"number": "07700900123"}),)
    assert "zero seven seven zero, zero nine" in ENGLISH.prompt("details.right_number", {"number": "07700900123"}, NOW.date())
    step = hear(step, "yes")
    assert step.order.args == {"request_id": 5, "confirmed": True}
    step = come_back(step, reference="12345678", when="within the hour")
    assert said(step) == ["details.taken", "details.number_gone", "anything_else"]
    assert step.state.done == (Say("recap.details", {"reference": "12345678"}),)


def test_a_number_is_typed_too() -> None:
    assert press(wished("phone"), "07700900123#").order.args["number"] == "07700900123"


@pytest.mark.parametrize("keys", ["12#", "0123456789012345678#", "#"])
def test_what_is_no_number_is_asked_for_again(keys: str) -> None:
    step = press(wished("phone"), keys)
    assert step.order is None and step.state.ask == "details.phone"


def test_zero_alone_is_a_person() -> None:
    assert press(wished("phone"), "0").order.name == "person.find"


def test_an_address_is_recorded_and_read_back_as_it_was_understood() -> None:
    step = wished("address")
    assert step.expecting.record
    step = noted(say(step, "twelve elm park road"))
    assert step.says == (Say("details.right", {"value": "twelve elm park road"}),)


def test_a_name_read_back_wrongly_twice_is_left_to_a_person() -> None:
    step = hear(noted(say(wished("name"), "margret huge")), "no")
    assert said(step) == ["details.once_more", "details.name"]
    step = hear(noted(say(step, "margaret hues")), "no")
    assert said(step) == ["details.not_sure"] and step.order.args == {"request_id": 5, "confirmed": False}


def test_a_contact_has_a_name_and_a_number() -> None:
    step = noted(say(wished("contact"), "my daughter susan"))
    assert step.state.ask == "details.contact_phone"
    step = noted(press(step, "07700900123#"))
    assert step.says == (Say("details.right_contact", {"value": "my daughter susan", "number": "07700900123"}),)


def test_never_mind_leaves_nothing_behind() -> None:
    step = hear(noted(say(wished("address"), "twelve elm park road")), "cancel")
    assert (step.order.name, step.order.args) == ("details.drop", {"request_id": 5})
    assert said(come_back(step)) == ["details.left", "anything_else"]


def test_star_goes_back_to_what_shall_change() -> None:
    assert press(wished("phone"), "*").state.ask == "details.which"
    assert press(noted(press(wished("phone"), "07700900123#")), "*").state.ask == "details.phone"


def test_no_way_through_the_form_changes_a_row_of_the_caller() -> None:
    """The only orders that the form gives about these four are to write down, to hand over, or to drop."""
    orders = set()
    for what in ("phone", "address", "name", "contact"):
        step = wished(what)
        for answer in ("07700900123", "twelve elm road"):
            tried = press(step, f"{answer}#") if answer.isdigit() else say(step, answer)
            orders |= {tried.order.name} if tried.order else set()
    assert orders == {"details.note"}
