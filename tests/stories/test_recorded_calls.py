"""The demonstration's six recorded calls over the real socket, several at a time, and what came of each."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from helpline.calls.turns import find_call
from helpline.commands.demo import volunteer_comes
from helpline.commands.demo_calls import calls
from helpline.commands.demo_data import JOAN
from helpline.commands.demo_setup import Running
from helpline.commands.exchange import Leg
from tests.stories.town import ledger_total, payments, town

pytestmark = pytest.mark.speech
CALLS = {call.title: call for call in calls()}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with town(tmp_path_factory.mktemp("town")) as running:
        yield running


@dataclass
class Day:
    """What happened: every call, carried to its end, and whether Joan was told who comes."""

    legs: dict[str, Leg]
    joan_told: bool = False


@pytest.fixture(scope="module")
def day(running: Running) -> Day:
    """All telephones ring at once, and nobody rings twice at the same time; for Joan a volunteer is found meanwhile."""
    numbers = {call.number for call in CALLS.values()}
    day = Day({})

    def ring(number: str) -> None:
        for call in CALLS.values():
            if call.number == number:
                day.legs[call.title] = running.exchange.ring(number, call.script)
        if number == JOAN:
            day.joan_told = volunteer_comes(running)

    with ThreadPoolExecutor(len(numbers)) as telephones:
        list(telephones.map(ring, numbers))
    return day


@pytest.mark.parametrize("title", CALLS)
def test_what_the_call_was_for_has_come_about(running: Running, day: Day, title: str) -> None:
    leg = day.legs[title]

    def came_of_it() -> str:
        row = find_call(leg.sid)
        assert row is not None and row.ended_at is not None
        return CALLS[title].came_of_it(row)

    assert leg.failure == ""
    assert running.look(came_of_it)
    assert len(leg.heard) > 8_000  # the helpline was heard to speak


def test_one_bill_was_paid_and_the_ledger_is_balanced(running: Running, day: Day) -> None:
    assert running.look(payments) == ["settled"]
    assert running.look(ledger_total) == 0


def test_a_volunteer_accepts_and_joan_is_rung_and_told_who_comes(day: Day) -> None:
    assert day.joan_told
