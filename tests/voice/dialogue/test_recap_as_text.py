"""What was done, as a text message: offered after the recap, or asked for in one's own words."""

from __future__ import annotations

import datetime as dt

import pytest

from voice.dialogue import State, advance
from voice.heard import Meaning, Result, Say, Step
from voice.languages import load_language
from voice.understanding import understand, understand_keys

MARGARET = {"id": 1, "name": "Margaret", "texts": True}
AT_HOME = {"id": 1, "name": "Margaret", "texts": False}
PAID = Say("recap.paid", {"biller": "City Electric", "amount": {"amount": "42.50", "currency": "GBP"}, "receipt": "11112222"})
ASKED = Say("recap.asked", {"kind": "shopping", "day": "2026-11-26", "reference": "33334444"})
NOW = dt.datetime(2026, 11, 24, 10, tzinfo=dt.UTC)


def done(*things: Say, caller: dict[str, object] = MARGARET) -> Step:
    """Margaret has had these things done, and is asked whether there is anything else."""
    return advance(State(ask="anything_else", caller=caller, done=things), Meaning("none", text="(mumble)"))


def hear(step: Step, intent: str) -> Step:
    return advance(step.state, Meaning(intent, text="(words)"))


def say(step: Step, words: str, code: str = "en") -> Step:
    assert step.expecting is not None
    return advance(step.state, understand(words, load_language(code), step.expecting, NOW))


def sent(step: Step, status: str = "ok") -> Step:
    assert step.order is not None and step.order.name == "recap.send"
    return advance(step.state, Result("recap.send", status))


def said(step: Step) -> list[str]:
    return [say.key for say in step.says]


def test_after_the_recap_a_text_is_offered_and_sent() -> None:
    step = hear(hear(done(PAID, ASKED), "no"), "no")
    assert step.state.ask == "recap.text"
    step = hear(step, "yes")
    assert [thing["key"] for thing in step.order.args["done"]] == ["recap.paid", "recap.asked"]
    step = sent(step)
    assert said(step) == ["recap.sent", "goodbye"] and step.then == "hang_up"


def test_the_text_is_chosen_by_key_too() -> None:
    step = hear(done(PAID, ASKED), "no")
    for keys in ("2", "1"):
        step = advance(step.state, understand_keys(keys, step.expecting))
    assert step.order.name == "recap.send"


def test_a_telephone_that_takes_no_texts_is_offered_none() -> None:
    step = hear(hear(done(PAID, ASKED, caller=AT_HOME), "no"), "no")
    assert step.then == "hang_up" and said(step) == ["goodbye"]


def test_asked_for_there_it_is_told_again_instead() -> None:
    step = say(done(PAID, caller=AT_HOME), "text me the details")
    assert step.order is None and said(step) == ["recap.no_texts", "recap"]
    assert "recap.paid" in said(hear(step, "yes"))


@pytest.mark.parametrize(
    "words",
    [
        "send me that", "text me the details", "text it to me please", "can you text me that", "send it to me as a text",
        "please send that by text", "could you send me a message with all that", "yes text me that", "no text me the details",
    ],
)  # fmt: skip
@pytest.mark.parametrize("ask", ["anything_else", "recap", "recap.text"])
def test_send_me_that_in_many_words(ask: str, words: str) -> None:
    step = done(PAID, ASKED)
    if ask != "anything_else":
        step = hear(step, "no")
    if ask == "recap.text":
        step = hear(step, "no")
    assert step.state.ask == ask
    assert say(step, words).order.name == "recap.send"


def test_in_korean_too() -> None:
    step = advance(State(ask="recap", language="ko", caller=MARGARET, done=(PAID, ASKED)), Meaning("none", text="(mumble)"))
    assert say(step, "문자 로 보내 주세요", "ko").order.name == "recap.send"


def test_after_a_text_in_the_middle_the_call_goes_on() -> None:
    step = sent(say(done(PAID), "text me that"))
    assert said(step) == ["recap.sent", "anything_else"] and step.then == "listen"


def test_there_may_be_nothing_to_send() -> None:
    step = say(done(), "send me that")
    assert said(step) == ["recap.nothing_to_send", "anything_else"]


def test_when_the_number_has_changed_meanwhile_nothing_is_sent() -> None:
    assert said(sent(say(done(PAID), "text me that"), "none")) == ["recap.no_texts", "recap"]


def test_silence_after_the_offer_is_a_goodbye() -> None:
    step = hear(hear(done(PAID, ASKED), "no"), "no")
    assert advance(step.state, Meaning("")).then == "hang_up"
