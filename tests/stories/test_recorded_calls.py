"""The demonstration's six recorded calls over the real socket, several at a time, and what came of each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from helpline.calls.turns import find_call
from helpline.commands.demo import volunteer_comes
from helpline.commands.demo_calls import DemoCall, calls
from helpline.commands.demo_setup import Running
from helpline.commands.exchange import Leg
from tests.stories.town import CALL_SECONDS, ledger_total, payments, town

pytestmark = pytest.mark.speech
CALLS = {call.title: call for call in calls()}


def waves() -> Iterator[list[DemoCall]]:
    """As many calls at once as there are telephones: nobody rings twice at the same time from one number."""
    waiting = list(CALLS.values())
    while waiting:
        wave = {call.number: call for call in reversed(waiting)}.values()
        yield list(wave)
        waiting = [call for call in waiting if call not in wave]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with town(tmp_path_factory.mktemp("town")) as running:
        yield running


@pytest.fixture(scope="module")
def legs(running: Running) -> dict[str, Leg]:
    """Every call, carried to its end."""
    legs: dict[str, Leg] = {}
    for wave in waves():
        rung = {call.title: running.exchange.dial(call.number, call.script) for call in wave}
        assert all(leg.ended.wait(CALL_SECONDS) for leg in rung.values())
        legs |= rung
    return legs


@pytest.mark.parametrize("title", CALLS)
def test_what_the_call_was_for_has_come_about(running: Running, legs: dict[str, Leg], title: str) -> None:
    leg = legs[title]

    def came_of_it() -> str:
        row = find_call(leg.sid)
        assert row is not None and row.ended_at is not None
        return CALLS[title].came_of_it(row)

    assert leg.failure == ""
    assert running.look(came_of_it)
    assert len(leg.heard) > 8_000  # the helpline was heard to speak


def test_one_bill_was_paid_and_the_ledger_is_balanced(running: Running, legs: dict[str, Leg]) -> None:
    assert running.look(payments) == ["settled"]
    assert running.look(ledger_total) == 0


def test_a_volunteer_accepts_and_joan_is_rung_and_told_who_comes(running: Running, legs: dict[str, Leg]) -> None:
    assert volunteer_comes(running)
