"""What a caller says in the middle of something, and what it is meant for there."""

from __future__ import annotations

from typing import Any

import pytest

from voice.dialogue import State, advance
from voice.heard import Meaning, Step

HAROLD = {"id": 5, "name": "Harold", "pace": 1.0, "gain": 0.0}
DOCTOR = {"id": 2, "booking": 6, "department": "doctor", "name": "Doctor Evans, Thursday", "date": "2026-11-26",
          "time": "10:20", "clinic": "Surgery", "with": "Doctor Evans"}  # fmt: skip


def hear(ask: str, intent: str, text: str = "(words)", slots: dict[str, Any] | None = None, **said: Any) -> Step:
    """Harold says this to the question `ask`, with `slots` in hand."""
    return advance(State(ask=ask, caller=HAROLD, level=1, slots=slots or {}), Meaning(intent, slots=said, text=text))


TOLD = {"coming": [DOCTOR], "nth": 0, "wish": "appointment_status", "wanted": {}}


def test_can_you_change_that_is_the_appointment_that_was_just_told() -> None:
    step = hear("appointment.told_last", "change_task", slots=TOLD, date="2026-11-27")
    assert step.order.name == "appointments.find_other" and step.order.args["slot_id"] == 2


def test_can_you_cancel_that_is_the_appointment_that_was_just_told() -> None:
    step = hear("appointment.told_last", "cancel_task", slots=TOLD)
    assert step.state.ask == "appointment.cancel"


def test_a_visit_that_is_named_is_the_visit() -> None:
    assert hear("appointment.told_last", "change_task", slots=TOLD, help_kind="garden").order.name == "visits.coming"


@pytest.mark.parametrize("ask", ["message.record", "still_there"])
def test_an_emergency_is_told_to_the_office_in_a_message_of_another_kind_too(ask: str) -> None:
    assert hear(ask, "emergency", slots={"about": "leave_message"}).order.name == "safety.emergency"


def test_what_is_said_for_the_office_after_an_emergency_is_its_message() -> None:
    step = hear("message.record", "emergency", "I am on the kitchen floor", {"about": "emergency"})
    assert step.order.name == "message.leave"
    assert step.order.args == {"words": "I am on the kitchen floor", "about": "emergency"}
