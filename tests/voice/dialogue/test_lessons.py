"""Lessons in safety: chosen, told, asked about, again, the next one, enough. Nobody is told that they were wrong."""

from __future__ import annotations

import datetime as dt
from typing import Any

from voice.dialogue import State, advance
from voice.heard import Expecting, Meaning, Result, Say, Step
from voice.languages import load_language
from voice.understanding import understand, understand_keys

MARGARET = {"id": 1, "name": "Margaret"}
NOW = dt.datetime(2026, 11, 24, 10, tzinfo=dt.UTC)
LESSONS = [{"name": name, "title": title} for name, title in (("bank", "a call from the bank"), ("vouchers", "gift cards"))]
WAYS = {"yes": "yes", "no": "no", "next": "next one", "again": "again", "stop": "stop"}


def hear(step: Step, intent: str, text: str = "(words)", **slots: Any) -> Step:
    return advance(step.state, Meaning(intent, slots=slots, text=text))


def say(step: Step, words: str) -> Step:
    """As the understanding hears it."""
    assert step.expecting is not None
    return advance(step.state, understand(words, load_language("en"), step.expecting, NOW))


def press(step: Step, keys: str) -> Step:
    assert step.expecting is not None
    return advance(step.state, understand_keys(keys, step.expecting))


def come_back(step: Step, **data: Any) -> Step:
    assert step.order is not None
    return advance(step.state, Result(step.order.name, "ok", data))


def said(step: Step) -> list[str]:
    return [say.key for say in step.says]


def wished(wanted: str | None = None, caller: dict[str, Any] | None = MARGARET) -> Step:
    begun = advance(State(ask="open", caller=caller), Meaning("safety_lesson", text="a lesson please"))
    return come_back(begun, lessons=LESSONS, ways=WAYS, wanted=wanted)


def told(lesson: str = "bank") -> Step:
    return come_back(wished(lesson), question="Would you put the telephone down?")


def test_the_lessons_are_offered_by_their_titles() -> None:
    step = wished()
    assert step.state.ask == "lesson.which"
    assert step.expecting == Expecting("choice", options=("a call from the bank", "gift cards"))


def test_a_lesson_that_the_wish_names_begins_at_once() -> None:
    step = wished("vouchers")
    assert (step.order.name, step.order.args) == ("lessons.begin", {"lesson": "vouchers"})


def test_a_lesson_is_chosen_by_word_or_by_key() -> None:
    assert say(wished(), "the gift cards please").order.args == {"lesson": "vouchers"}
    assert press(wished(), "1").order.args == {"lesson": "bank"}


def test_a_lesson_ends_with_one_question() -> None:
    assert said(told()) == ["lesson.bank", "lesson.question"]


def test_a_no_is_as_good_as_a_yes_and_is_never_called_wrong() -> None:
    for answer in ("yes I would", "no I don't think so"):
        step = say(told(), answer)
        assert (step.order.name, step.order.args) == ("lessons.heard", {"lesson": "bank"})
        assert said(come_back(step))[1:] == ["lesson.bank.remember", "lesson.more"]


def test_an_answer_in_ones_own_words_is_an_answer() -> None:
    step = say(told(), "I'd put the phone down")
    assert step.order.name == "lessons.heard" and said(come_back(step))[0] == "lesson.own"


def test_again_tells_all_of_it_by_word_by_key_and_by_repeat() -> None:
    assert said(say(told(), "again")) == ["lesson.bank", "lesson.question"]
    assert said(press(told(), "4")) == ["lesson.bank", "lesson.question"]
    assert said(hear(told(), "repeat")) == ["lesson.bank", "lesson.question"]


def test_who_goes_on_to_the_next_one_has_not_heard_this_one() -> None:
    step = say(told(), "next one")
    assert (step.order.name, step.order.args) == ("lessons.leave", {"lesson": "bank"})
    assert come_back(step).order.args == {"lesson": "vouchers"}


def test_stop_is_enough_by_word_and_by_key() -> None:
    for step in (say(told(), "stop"), press(told(), "5"), hear(told(), "cancel")):
        step = come_back(step)
        assert said(step) == ["lesson.enough", "anything_else"]


def test_star_goes_back_to_the_lessons() -> None:
    assert press(told(), "*").state.ask == "lesson.which"


def test_after_one_lesson_the_next_is_offered_by_its_title() -> None:
    step = come_back(hear(told(), "yes"))
    assert step.says[-1] == Say("lesson.more", {"title": "gift cards"})
    assert say(step, "yes please").order.args == {"lesson": "vouchers"}
    assert said(say(step, "no thank you")) == ["lesson.enough", "anything_else"]
    assert said(press(step, "2")) == ["lesson.bank", "lesson.question"]


def test_after_the_last_one_there_is_no_more() -> None:
    step = come_back(hear(come_back(hear(told("vouchers"), "yes")), "yes"), question="Would you?")
    assert step.state.slots["lesson"] == "bank"
    assert said(come_back(hear(step, "yes")))[-2:] == ["lesson.all", "anything_else"]


def test_a_lesson_needs_no_name() -> None:
    assert wished(caller=None).state.ask == "lesson.which"


def test_a_thief_on_the_line_ends_the_lesson() -> None:
    assert say(told(), "he told me to move my money to a safe account").order.name == "safety.report"


def test_every_lesson_of_every_language_is_complete_and_short() -> None:
    for code in ("en", "ko"):
        prompts = load_language(code).prompts
        names = [key.split(".")[1] for key in prompts if key.startswith("lesson.") and key.endswith(".title")]
        assert len(names) >= 5
        for name in names:
            assert prompts[f"lesson.{name}.question"].endswith("?") and prompts[f"lesson.{name}.remember"]
            sentences = prompts[f"lesson.{name}"].count(".") + prompts[f"lesson.{name}.question"].count("?")
            assert 3 <= sentences <= 4, name
            assert name in load_language(code).words["lesson"]
