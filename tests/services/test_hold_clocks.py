"""When a hold ends: time to cool off, office hours, and the bill's due date before either."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from helpline.services.holds.clocks import clock_for, longest
from helpline.settings import load_settings
from helpline.staff.hours import OfficeHours

LONDON = ZoneInfo("Europe/London")
SETTINGS = load_settings({})
HOURS = OfficeHours(LONDON, (dt.time(8), dt.time(18)))
TEN = dt.datetime(2026, 11, 24, 10, 0, tzinfo=LONDON)  # a Tuesday


def due(day: int) -> dt.date:
    return dt.date(2026, 11, day)


def ends(outcome: str, due_on: dt.date, now: dt.datetime) -> tuple[str, bool]:
    clock = clock_for(outcome, due_on, now, SETTINGS, HOURS)
    return f"{clock.ends_at:%a %H:%M}", clock.in_time


@pytest.mark.parametrize(
    ("outcome", "due_on", "now", "end"),
    [
        pytest.param("hold", due(30), TEN, ("Wed 10:00", True), id="a day, when there is time"),
        pytest.param("refuse", due(30), TEN, ("Wed 10:00", True), id="a day for what the rules refuse, too"),
        pytest.param("confirm", due(30), TEN, ("Tue 10:10", True), id="minutes, when only our call is needed"),
        pytest.param("hold", due(25), TEN, ("Tue 16:00", True), id="shorter, so that a bill due tomorrow is paid in time"),
        pytest.param("hold", due(25), TEN.replace(hour=13), ("Wed 13:00", False), id="never shorter than four hours"),
        pytest.param("hold", due(24), TEN, ("Wed 10:00", False), id="due today: the full time, and somebody is told"),
        pytest.param("confirm", due(20), TEN, ("Tue 10:10", False), id="overdue already: somebody is told"),
        pytest.param("hold", due(30), TEN.replace(hour=22), ("Thu 08:00", True), id="nobody is rung in the night"),
        pytest.param("confirm", due(30), TEN.replace(hour=5), ("Tue 08:00", True), id="nor before the office opens"),
    ],
)  # fmt: skip
def test_a_hold_ends(outcome: str, due_on: dt.date, now: dt.datetime, end: tuple[str, bool]) -> None:
    assert ends(outcome, due_on, now) == end


def test_a_clock_over_the_night_on_which_the_clocks_change_ends_by_day() -> None:
    """On 28 March 2027 the clocks in London go forward at one."""
    saturday = dt.datetime(2027, 3, 27, 12, 0, tzinfo=LONDON)
    clock = clock_for("hold", dt.date(2027, 4, 20), saturday, SETTINGS, HOURS)
    assert 8 <= clock.ends_at.astimezone(LONDON).hour < 18


def test_no_extension_passes_three_days_from_the_beginning() -> None:
    assert longest(TEN, SETTINGS) - TEN == dt.timedelta(days=3)
