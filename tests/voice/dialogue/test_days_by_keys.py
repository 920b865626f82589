"""A day by keys: today, tomorrow, or the two figures of a day of the month; and the keys that lead to it."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.voice.dialogue.test_everywhere import MARGARET, SLOTS, TODAY, VALUES, at, looks_for_a_person, press, say, spoken
from voice.dialogue import State, advance
from voice.heard import Expecting, Result, Step
from voice.understanding import understand_keys

DAYS = ("appointment.day", "appointment.new_day", "visit.day", "visit.new_day")
TWO_FIGURES = Expecting("date", digits=2)


def day_of(step: Step) -> str:
    """The day that a question got, wherever the form keeps it."""
    slots = step.state.slots
    kept = [slots.get("date"), (slots.get("wanted") or {}).get("date"), (step.order.args if step.order else {}).get("date")]
    return next(str(day) for day in kept if day)


@pytest.mark.parametrize("ask", DAYS)
@pytest.mark.parametrize(("key", "day"), [("1", "2026-11-24"), ("2", "2026-11-25")])
def test_today_and_tomorrow_are_one_key(ask: str, key: str, day: str) -> None:
    state = State(ask=ask, caller=MARGARET, values=VALUES, slots={**SLOTS, "date": None, "wanted": {}})
    assert day_of(press(state, key)) == day


@pytest.mark.parametrize("ask", DAYS)
def test_another_day_is_asked_for_by_its_two_figures(ask: str) -> None:
    state = State(ask=ask, caller=MARGARET, values=VALUES, slots={**SLOTS, "date": None, "wanted": {}})
    asked = press(state, "3")
    assert asked.state.ask == "which_date" and asked.expecting == TWO_FIGURES
    assert day_of(press(asked.state, "05")) == "2026-12-05"


@pytest.mark.parametrize("ask", DAYS)
def test_the_keys_are_named(ask: str) -> None:
    said = spoken(say(at(ask), "help"))
    assert all(
        words in said for words in ("For today, press one.", "For tomorrow, press two.", "For another day, press three.")
    )


@pytest.mark.parametrize(
    ("today", "keys", "day"),
    [("2026-11-24", "24", "2026-11-24"), ("2026-11-24", "23", "2026-12-23"), ("2026-11-24", "5", "2026-12-05"),
     ("2026-02-01", "31", "2026-03-31"), ("2026-06-01", "31", "2026-07-31"), ("2027-01-31", "30", "2027-03-30")],
)  # fmt: skip
def test_a_day_of_the_month_is_the_next_one(today: str, keys: str, day: str) -> None:
    assert understand_keys(keys, TWO_FIGURES, dt.date.fromisoformat(today)).slots == {"date": day}


@pytest.mark.parametrize("keys", ["00", "32", "99", "#"])
def test_no_such_day_is_none(keys: str) -> None:
    assert understand_keys(keys, TWO_FIGURES, TODAY).intent == "none"


def test_a_zero_alone_still_asks_for_a_person_and_a_star_goes_back() -> None:
    asked = press(at("visit.day"), "3").state
    assert looks_for_a_person(press(asked, "0"))
    assert press(asked, "*").state.ask == "visit.day"


def test_nine_and_eight_are_days_of_the_month_and_no_commands() -> None:
    asked = press(State(ask="visit.day", caller=MARGARET, slots={**SLOTS, "date": None}), "3").state
    assert day_of(press(asked, "9")) == "2026-12-09" and day_of(press(asked, "8")) == "2026-12-08"


def test_what_is_booked_has_a_key_at_the_open_question() -> None:
    looked_up = press(at("open"), "5")
    assert looked_up.order and looked_up.order.name == "wishes.named"
    names = ["change an appointment", "cancel an appointment", "change a visit", "cancel a visit"]
    step = advance(looked_up.state, Result("wishes.named", "ok", {"names": names}))
    assert step.state.ask == "which_booked"
    chosen = press(step.state, "4")
    assert chosen.order and chosen.order.name == "visits.coming" and chosen.state.slots["wish"] == "cancel_task"


def test_who_never_speaks_hears_the_keys_with_the_question() -> None:
    rung = advance(State(), Result("call.begin", "inbound", {"household": [MARGARET], "resume": None}))
    step = press(rung.state, "1")
    assert [said.key for said in step.says] == ["open", "open.keys"]
    assert [said.key for said in say(step.state, "repeat").says] == ["open", "open.keys"]


def test_who_has_spoken_does_not() -> None:
    step = press(State(ask="visit.confirm", caller=MARGARET, slots=SLOTS, spoken=True), "2")
    assert [said.key for said in step.says][-1] == "anything_else"
