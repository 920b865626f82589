"""What the volunteer is to know: said at the last question, read back, and confirmed along with the visit."""

from __future__ import annotations

import pytest

from tests.voice.dialogue.test_everywhere import ENGLISH, KINDS, MARGARET, NOW, spoken
from voice.dialogue import ASKS, State, advance
from voice.heard import Meaning, Result, Step
from voice.understanding import understand

WISH = {"help_kind": "shopping", "date": "2026-11-26", "part_of_day": "morning"}


def to_confirm() -> Step:
    """Margaret has asked for help with her shopping on Thursday morning."""
    step = advance(State(ask="open", caller=MARGARET), Meaning("ask_volunteer", slots=WISH, text="(words)"))
    return advance(step.state, Result("visits.kinds", "ok", {"kinds": KINDS}))


def hear(step: Step, words: str) -> Step:
    return advance(step.state, understand(words, ENGLISH, ASKS[step.state.ask].expecting(step.state), NOW))


@pytest.mark.parametrize(
    ("words", "note"),
    [("some bread and milk", "some bread and milk"),
     ("and could they bring some milk as well", "could they bring some milk as well"),
     ("yes, and could they bring some bread", "could they bring some bread"),
     ("tell them to use the back door", "tell them to use the back door"),
     ("oh and the dog is friendly", "oh and the dog is friendly"),
     ("the red thing by the window", "the red thing by the window")],
)  # fmt: skip
def test_it_is_read_back_and_the_visit_is_asked_for_again(words: str, note: str) -> None:
    step = hear(to_confirm(), words)
    assert [said.key for said in step.says] == ["visit.note", "visit.confirm"]
    assert f"I will tell the volunteer: {note}." in spoken(step)


def test_with_the_yes_it_goes_to_the_volunteers() -> None:
    step = hear(hear(hear(to_confirm(), "some bread and milk"), "and the dog is friendly"), "yes")
    assert step.order.name == "visits.open"
    assert step.order.args["notes"] == ["some bread and milk", "the dog is friendly"]


def test_a_no_leaves_the_note_out_and_a_second_no_the_visit() -> None:
    step = hear(hear(to_confirm(), "the red thing by the window"), "no")
    assert [said.key for said in step.says] == ["visit.no_note", "visit.confirm"]
    assert hear(step, "yes").order.args["notes"] == []
    assert [said.key for said in hear(step, "no").says] == ["visit.left", "anything_else"]


def test_a_note_may_change_the_day_as_well() -> None:
    step = hear(to_confirm(), "no, bring it on Friday")
    assert step.state.slots["date"] == "2026-11-27" and step.says[0].key == "visit.note"


@pytest.mark.parametrize("words", ["yes please", "yes, please ask them", "yes that would be lovely, thank you"])
def test_a_yes_that_says_no_more_is_no_note(words: str) -> None:
    assert hear(to_confirm(), words).order.args["notes"] == []


@pytest.mark.parametrize(
    "words", ["what time would they come", "how much does it cost", "um what", "one two three four five six",
              "the pin is four eight two seven, bring cash", "and bring my bank card"]
)  # fmt: skip
def test_a_question_and_a_secret_are_no_note(words: str) -> None:
    assert not hear(to_confirm(), words).state.slots.get("notes")


def test_words_without_end_are_not_taken_down_for_ever() -> None:
    step = to_confirm()
    for _ in range(6):
        step = hear(step, "the red thing by the window")
    assert step.order.name == "person.find"
