"""What a caller says in the middle of something, and what it is meant for there."""

from __future__ import annotations

from typing import Any

import pytest

from voice.dialogue import State, advance
from voice.heard import Expecting, Meaning, Order, Result, Say, Step
from voice.understanding import understand_keys

HAROLD = {"id": 5, "name": "Harold", "pace": 1.0, "gain": 0.0}
DOCTOR = {"id": 2, "booking": 6, "department": "doctor", "name": "Doctor Evans, Thursday", "date": "2026-11-26",
          "time": "10:20", "clinic": "Surgery", "with": "Doctor Evans"}  # fmt: skip


def hear(ask: str, intent: str, text: str = "(words)", slots: dict[str, Any] | None = None, **said: Any) -> Step:
    """Harold says this to the question `ask`, with `slots` in hand."""
    return advance(State(ask=ask, caller=HAROLD, level=1, slots=slots or {}), Meaning(intent, slots=said, text=text))


def ordered(step: Step) -> Order:
    assert step.order is not None
    return step.order


TOLD = {"coming": [DOCTOR], "nth": 0, "wish": "appointment_status", "wanted": {}}


def test_can_you_change_that_is_the_appointment_that_was_just_told() -> None:
    step = hear("appointment.told_last", "change_task", slots=TOLD, date="2026-11-27")
    assert ordered(step).name == "appointments.find_other" and ordered(step).args["slot_id"] == 2


def test_can_you_cancel_that_is_the_appointment_that_was_just_told() -> None:
    step = hear("appointment.told_last", "cancel_task", slots=TOLD)
    assert step.state.ask == "appointment.cancel"


def test_a_visit_that_is_named_is_the_visit() -> None:
    step = hear("appointment.told_last", "change_task", slots=TOLD, help_kind="garden")
    assert ordered(step).name == "visits.coming"


@pytest.mark.parametrize("ask", ["message.record", "still_there"])
def test_an_emergency_is_told_to_the_office_in_a_message_of_another_kind_too(ask: str) -> None:
    assert ordered(hear(ask, "emergency", slots={"about": "leave_message"})).name == "safety.emergency"


def test_what_is_said_for_the_office_after_an_emergency_is_its_message() -> None:
    step = hear("message.record", "emergency", "I am on the kitchen floor", {"about": "emergency"})
    assert ordered(step).name == "message.leave"
    assert ordered(step).args["words"] == "I am on the kitchen floor" and ordered(step).args["about"] == "emergency"


def come_back(order: str, status: str, **data: Any) -> Step:
    """What came of the order, for somebody whom we do not know."""
    return advance(State(ask="unknown"), Result(order, status, data))


def test_a_number_that_is_not_shown_is_asked_for_before_a_call_back_is_promised() -> None:
    step = come_back("person.find", "away", when="within the hour", withheld=True)
    assert [say.key for say in step.says] == ["person.not_here", "message.say_number", "message.record"]


def test_who_is_to_be_registered_and_shows_no_number_leaves_it_as_a_message() -> None:
    step = come_back("enrolment.request", "withheld", reference="12345678", when="within the hour")
    assert step.state.ask == "message.record" and step.state.slots["about"] == "register"


def test_a_dead_line_without_a_number_is_promised_nothing() -> None:
    step = come_back("message.leave", "ok", reference="12345678", when="within the hour", dead_line=True, withheld=True)
    assert step.then == "hang_up" and {say.key for say in step.says} == {"message.ring_again", "once_more"}


VISIT = {"wish": "ask_volunteer", "help_kind": "shopping", "kinds": {"shopping": "shopping"}, "today": "2026-11-24"}


def test_a_day_that_is_over_is_asked_again_before_anything_else() -> None:
    step = hear("visit.day", "", slots=VISIT, date="2026-11-23")
    assert [say.key for say in step.says] == ["visit.past", "visit.day"]


def test_a_visit_may_be_today() -> None:
    assert hear("visit.day", "", slots=VISIT, date="2026-11-24").state.ask == "visit.part"


def test_who_wanted_it_louder_before_we_knew_them_has_it_louder_than_we_remember() -> None:
    edith = {"id": 4, "name": "Edith", "pace": 0.8, "gain": 3.0}
    at_first = State(ask="who", household=(edith,), values={"name": "Edith"})
    louder = advance(at_first, Meaning("louder", text="I can't hear you")).state
    known = advance(louder, Meaning("yes", text="yes")).state
    assert (known.pace, known.gain) == (0.8, 6.0)


@pytest.mark.parametrize(("key", "order"), [
    ("1", "bills.due"), ("2", ""), ("3", "visits.kinds"), ("4", "safety.report"),
])  # fmt: skip
def test_the_wishes_have_keys_for_who_does_not_speak(key: str, order: str) -> None:
    step = advance(State(ask="open", caller=HAROLD, level=1), understand_keys(key, Expecting("open")))
    assert (step.order.name if step.order else "") == order
    assert order or step.state.ask == "appointment.day"


def test_who_is_back_after_a_pause_hears_the_question_again_and_no_excuse() -> None:
    asked = State(ask="visit.day", caller=HAROLD, slots=VISIT, said=(Say("visit.day"),))
    pause = advance(asked, Meaning("wait", text="just a moment")).state
    back = advance(pause, Meaning("none", text="right, I'm back"))
    assert [say.key for say in back.says] == ["visit.day"] and back.state.failures == 0
    assert advance(back.state, Meaning("none", text="rhubarb")).says[0].key == "no_match.1"
