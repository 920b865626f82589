"""Who answers with a question, minds nothing, wants something later, or names a thing without a verb: none has failed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.voice.dialogue.test_everywhere import BOOKED, ENGLISH, KINDS, MARGARET, NOW, at
from voice.dialogue import ASKS, State, advance
from voice.heard import Expecting, Step
from voice.understanding import understand

FREE = [{"id": minute, "date": "2026-11-26", "time": f"09:{minute:02}", "time_words": f"{words} nine in the morning", "clinic": "Mill Lane",
         "with": "Dr Osei"} for minute, words in ((10, "ten past"), (20, "twenty past"), (25, "twenty-five past"))]  # fmt: skip
VISIT: dict[str, Any] = {"wish": "ask_volunteer", "help_kind": "shopping", "kinds": KINDS, "today": "2026-11-24"}


def hear(state: State, words: str) -> Step:
    return advance(state, understand(words, ENGLISH, ASKS[state.ask].expecting(state), NOW))


def offered(ask: str, wish: str) -> State:
    slots = {"wish": wish, "free": FREE, "chosen": FREE[0], "mine": BOOKED, "wanted": {}, "date": "2026-11-26"}
    return State(ask=ask, caller=MARGARET, level=1, slots=slots)


@pytest.mark.parametrize("words", ["how much is it again", "when is it due", "what was it for"])
def test_what_the_bill_is_is_said_again(words: str) -> None:
    assert [said.key for said in hear(at("bill.confirm"), words).says] == ["bill.confirm"]
    step = hear(at("pin"), words)
    assert [said.key for said in step.says] == ["bill.owed_one", "pin"] and step.state.failures == 0


@pytest.mark.parametrize("ask", ["pin", "protection.pin"])
def test_why_the_pin_is_asked_for_is_told(ask: str) -> None:
    assert [said.key for said in hear(at(ask), "why do you need that").says] == ["pin.why", ask]


@pytest.mark.parametrize(("ask", "wish", "order"), [
    ("appointment.which", "book_appointment", "appointments.find"), ("appointment.new_time", "change_appointment", "appointments.find_other"),
])  # fmt: skip
@pytest.mark.parametrize(("words", "time"), [
    ("is there nothing later", {"from": "09:26"}), ("something a bit later please", {"from": "09:26"}),
    ("that's too early for me", {"from": "09:26"}), ("have you anything earlier", {"to": "09:10"}),
])  # fmt: skip
def test_a_later_time_is_looked_for_on_that_day(ask: str, wish: str, order: str, words: str, time: dict[str, str]) -> None:
    step = hear(offered(ask, wish), words)
    assert (
        step.order and step.order.name == order and step.order.args["date"] == "2026-11-26" and step.order.args["time"] == time
    )


def test_no_later_is_later_than_the_one_that_was_chosen() -> None:
    step = hear(offered("appointment.confirm", "book_appointment"), "no, a bit later")
    assert step.order and step.order.name == "appointments.find" and step.order.args["time"] == {"from": "09:11"}


def test_a_time_that_was_not_offered_is_looked_for_and_no_other_taken() -> None:
    step = hear(offered("appointment.which", "book_appointment"), "half past eleven")
    assert step.order and step.order.name == "appointments.find" and "11:30" in step.order.args["time"]["any_of"]


@pytest.mark.parametrize("words", ["whichever is easiest", "I don't mind", "any of them"])
def test_who_does_not_mind_which_time_is_asked_about_the_first(words: str) -> None:
    step = hear(offered("appointment.which", "book_appointment"), words)
    assert step.state.ask == "appointment.confirm" and step.state.slots["chosen"] == FREE[0]


def test_who_does_not_mind_which_bill_is_asked_again() -> None:
    assert understand("I don't mind", ENGLISH, Expecting("choice", options=("City Electric", "Vale Water")), NOW).slots == {}


def test_who_does_not_mind_which_day_is_offered_tomorrow() -> None:
    step = hear(State(ask="visit.day", caller=MARGARET, slots=VISIT), "any day")
    assert step.state.ask == "visit.part" and step.state.slots["date"] == "2026-11-25"


def test_some_day_next_week_is_asked_for_more_closely() -> None:
    step = hear(State(ask="visit.day", caller=MARGARET, slots=VISIT), "sometime next week")
    assert [said.key for said in step.says] == ["visit.one_day", "visit.day"] and step.state.failures == 0


@pytest.mark.parametrize(
    ("words", "day", "ask"),
    [("no wait, Friday", "2026-11-27", "visit.part"), ("no, Friday afternoon", "2026-11-27", "visit.confirm")],
)
def test_another_day_at_the_part_of_the_day_is_a_correction(words: str, day: str, ask: str) -> None:
    step = hear(State(ask="visit.part", caller=MARGARET, slots={**VISIT, "date": "2026-12-01"}), words)
    assert [said.key for said in step.says] == ["corrected", ask] and step.state.slots["date"] == day


def test_the_kind_and_the_day_may_come_in_one_answer() -> None:
    state = State(ask="visit.kind", caller=MARGARET, slots={"wish": "ask_volunteer", "kinds": KINDS, "today": "2026-11-24"})
    assert hear(state, "shopping on Thursday morning please").state.ask == "visit.confirm"


@pytest.mark.parametrize("ask", ["visit.day", "visit.part"])
def test_another_kind_of_help_keeps_the_question(ask: str) -> None:
    step = hear(
        State(ask=ask, caller=MARGARET, slots={**VISIT, "date": "2026-12-01" if ask == "visit.part" else None}),
        "no, for some company",
    )
    assert [said.key for said in step.says] == ["corrected", ask] and step.state.slots["help_kind"] == "company"


@pytest.mark.parametrize(
    ("words", "wishes"),
    [("oh yes, the shopping", ["ask_volunteer", "task_status"]), ("the doctor on the thirtieth", ["book_appointment", "appointment_status"])],
)  # fmt: skip
def test_a_thing_without_a_verb_is_asked_about(words: str, wishes: list[str]) -> None:
    step = hear(at("open"), words)
    assert step.order and step.order.args == {"wishes": wishes} and step.state.failures == 0


def test_a_story_about_a_thing_is_none() -> None:
    assert hear(at("open"), "my daughter works at the water company").says[0].key == "no_match.1"


def test_who_has_forgotten_what_they_rang_for_is_told_what_there_is() -> None:
    step = hear(at("open"), "I can't remember what I rang for")
    assert [said.key for said in step.says] == ["open.forgotten", "open"] and step.state.failures == 0


@pytest.mark.parametrize("words", ["could we make it Friday", "can I change that to Friday"])
def test_an_appointment_that_was_told_is_moved_to_the_day_that_is_named(words: str) -> None:
    state = State(
        ask="appointment.told_last",
        caller=MARGARET,
        slots={"coming": [BOOKED], "nth": 0, "wish": "appointment_status", "wanted": {}},
    )
    step = hear(state, words)
    assert step.order and step.order.name == "appointments.find_other" and step.order.args["date"] == "2026-11-27"


def test_who_cannot_come_on_a_day_is_in_no_danger() -> None:
    step = hear(at("open"), "I can't come on Thursday")
    assert step.order is None or step.order.name != "safety.emergency"


@pytest.mark.parametrize(
    ("words", "nth"), [("the middle one", 1), ("the early one", 0), ("the later one", 2), ("the latest please", 2), ("one", 0)]
)
def test_the_times_have_a_middle_and_ends(words: str, nth: int) -> None:
    assert hear(offered("appointment.which", "book_appointment"), words).state.slots["chosen"] == FREE[nth]


@pytest.mark.parametrize(("words", "biller"), [("the gas one", "gas"), ("the electric please", "electricity")])
def test_one_of_what_is_owed_is_named_without_a_yes(words: str, biller: str) -> None:
    step = hear(at("bill.owed_any"), words)
    assert step.order and (step.order.name, step.order.args) == ("bills.due", {"biller": biller})


def test_both_of_what_is_owed_are_paid_in_turn() -> None:
    step = hear(at("bill.owed_any"), "yes, both of them please")
    assert [said.key for said in step.says] == ["bill.one_by_one", "bill.confirm"] and len(step.state.also) == 1


@pytest.mark.parametrize(("words", "part"), [("my appointment's at ten", "morning"), ("at three o'clock", "afternoon")])
def test_a_time_is_a_part_of_the_day(words: str, part: str) -> None:
    step = hear(State(ask="visit.part", caller=MARGARET, slots={**VISIT, "date": "2026-12-01"}), words)
    assert step.state.ask == "visit.confirm" and step.state.slots["part_of_day"] == part


def test_the_part_of_the_day_that_it_is_already_is_no_note() -> None:
    slots = {**VISIT, "date": "2026-12-01", "part_of_day": "morning"}
    step = hear(State(ask="visit.confirm", caller=MARGARET, slots=slots), "well the morning then")
    assert [said.key for said in step.says] == ["visit.confirm"] and step.state.failures == 0


@pytest.mark.parametrize("ask", ["open", "anything_else"])
def test_thanks_that_are_all_end_the_call(ask: str) -> None:
    assert hear(at(ask), "thank you, that's all").then == "hang_up"


def test_who_tries_out_the_line_is_in_no_danger() -> None:
    step = hear(at("open"), "oh nothing really, I just wanted to see if it works")
    assert step.order is None or step.order.name != "safety.emergency"


def test_who_makes_little_of_a_fall_is_in_danger_all_the_same() -> None:
    step = hear(at("open"), "I just wanted to see if it works, I've fallen and can't get up")
    assert step.order and step.order.name == "safety.emergency"


def test_a_bill_comes_before_the_new_number() -> None:
    state = State(
        ask="details.phone",
        caller=MARGARET,
        slots={"wish": "update_details", "what": "phone", "request_id": None, "value": "", "number": "", "tries": 0},
    )
    step = hear(state, "no wait I want to pay my bill first")
    assert step.order and step.order.name == "bills.due" and [said.key for said in step.says] == ["instead"]
