"""Texts and calls that the outbox holds: sent once, tried again, given up with a trace."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select

from helpline import deliveries
from helpline.calls.turns import open_call
from helpline.commands.demo_data import Demonstration
from helpline.db import db
from helpline.deliveries import CALL_AGAIN, MOST_ATTEMPTS, MOST_CALLS
from helpline.events import Event
from helpline.outbox import Delivery, promise_call, promise_sms
from helpline.providers import ProviderError
from helpline.services import handover
from tests.calls.test_clock import Sent, write_elsewhere
from tests.cast import JOAN, Clock, People

URL = "http://127.0.0.1/calls/answered/{delivery_id}"
NEWS = {"kind": "tell_who_comes", "task_id": 1, "caller_id": 3}


@pytest.fixture
def company() -> Sent:
    return Sent()


def send(company: Sent, clock: Clock) -> int:
    return deliveries.send_due(company, "clock:1", URL, clock.now())  # type: ignore[arg-type]


def kinds() -> list[str]:
    return [*db.session.scalars(select(Event.kind).where(Event.kind.like("%deliver%") | (Event.kind == "call_unanswered")))]


def rows() -> list[Delivery]:
    return [*db.session.scalars(select(Delivery).order_by(Delivery.id))]


def test_a_text_is_sent_once(in_app: Flask, clock: Clock, company: Sent) -> None:
    promise_sms(JOAN, "Hello Joan", "greeting", clock.now())
    assert (send(company, clock), send(company, clock)) == (1, 0)
    assert company.texts == [JOAN] and rows()[0].provider_id == "SMsms:greeting" and kinds() == ["delivery_sent"]


def test_the_same_news_is_promised_once(in_app: Flask, clock: Clock, company: Sent) -> None:
    for _ in range(2):
        promise_sms(JOAN, "Hello Joan", "greeting", clock.now())
    assert send(company, clock) == 1


def test_the_company_is_asked_with_no_transaction_open(in_app: Flask, people: People, clock: Clock, company: Sent) -> None:
    def send_sms(to: str, body: str, key: str) -> str:
        write_elsewhere()
        return "SM1"

    company.send_sms = send_sms  # type: ignore[method-assign]
    promise_sms(JOAN, "Hello Joan", "greeting", clock.now())
    assert send(company, clock) == 1


def test_what_fails_for_now_is_tried_again_later_and_later(in_app: Flask, clock: Clock, company: Sent) -> None:
    company.failing = ProviderError("the company could not be asked", permanent=False)
    promise_sms(JOAN, "Hello Joan", "greeting", clock.now())
    assert send(company, clock) == 0
    assert rows()[0].error == "the company could not be asked" and rows()[0].status == "waiting"
    company.failing = None
    assert send(company, clock) == 0
    clock.pass_time(seconds=31)
    assert send(company, clock) == 1


def test_it_is_given_up_after_a_few_times(in_app: Flask, clock: Clock, company: Sent) -> None:
    company.failing = ProviderError("the company could not be asked", permanent=False)
    promise_sms(JOAN, "Hello Joan", "greeting", clock.now())
    for _ in range(MOST_ATTEMPTS + 2):
        send(company, clock)
        clock.pass_time(minutes=5)
    assert (rows()[0].status, rows()[0].attempts) == ("failed", MOST_ATTEMPTS) and kinds() == ["delivery_failed"]


def test_a_wrong_number_is_not_tried_again(in_app: Flask, clock: Clock, company: Sent) -> None:
    company.failing = ProviderError("no such number", permanent=True)
    promise_sms(JOAN, "Hello Joan", "greeting", clock.now())
    send(company, clock)
    clock.pass_time(hours=1)
    send(company, clock)
    assert (rows()[0].status, rows()[0].attempts) == ("failed", 1) and kinds() == ["delivery_failed"]


def test_a_failure_does_not_hold_up_the_others(in_app: Flask, clock: Clock, company: Sent) -> None:
    def send_sms(to: str, body: str, key: str) -> str:
        if key == "sms:1":
            raise ProviderError("not now", permanent=False)
        return f"SM{key}"

    company.send_sms = send_sms  # type: ignore[method-assign]
    for key in ("1", "2", "3"):
        promise_sms(JOAN, "Hello Joan", key, clock.now())
    assert send(company, clock) == 2


def unanswered(clock: Clock) -> bool:
    """The company tells of the last call that nobody picked up."""
    told = deliveries.unanswered(rows()[-1].provider_id or "", clock.now())
    db.session.commit()
    return told


def test_nobody_picks_up_so_she_is_rung_again_after_a_while(in_app: Flask, clock: Clock, company: Sent) -> None:
    promise_call(JOAN, NEWS, "task:1", clock.now())
    send(company, clock)
    assert unanswered(clock)
    first, again = rows()
    assert (first.status, first.error) == ("failed", "nobody answered")
    assert (again.due_at, again.purpose, again.to_number) == (clock.now() + CALL_AGAIN, NEWS, JOAN)


def test_she_is_rung_three_times_at_most(in_app: Flask, clock: Clock, company: Sent) -> None:
    promise_call(JOAN, NEWS, "task:1", clock.now())
    for _ in range(MOST_CALLS + 2):
        if send(company, clock):
            assert unanswered(clock)
        clock.pass_time(minutes=21)
    assert len(company.calls) == MOST_CALLS and [row.status for row in rows()] == ["failed"] * MOST_CALLS


def test_told_twice_that_nobody_picked_up_she_is_rung_again_once(in_app: Flask, clock: Clock, company: Sent) -> None:
    promise_call(JOAN, NEWS, "task:1", clock.now())
    send(company, clock)
    provider_id = rows()[0].provider_id or ""
    assert deliveries.unanswered(provider_id, clock.now())
    assert not deliveries.unanswered(provider_id, clock.now())
    assert len(rows()) == 2


def test_a_call_that_is_none_of_ours_means_nothing(in_app: Flask, clock: Clock) -> None:
    assert not deliveries.unanswered("CA1", clock.now()) and rows() == []


def test_two_pieces_of_news_are_counted_apart(in_app: Flask, town: Demonstration, clock: Clock, company: Sent) -> None:
    for news in ("task:1", "task:2"):
        promise_call(JOAN, NEWS, news, clock.now())
        send(company, clock)
        assert unanswered(clock)
    assert [row.due_at - clock.now() for row in rows()][-1] == dt.timedelta(minutes=20) and len(rows()) == 4


def test_somebody_else_picks_up_so_she_is_rung_again_as_often_as_if_nobody_had(
    in_app: Flask, clock: Clock, company: Sent
) -> None:
    promise_call(JOAN, NEWS, "task:1", clock.now())
    for again in (True, True, False):
        assert send(company, clock) == 1
        assert deliveries.somebody_else(rows()[-1].provider_id or "", clock.now()) is again
        db.session.commit()
        clock.pass_time(minutes=21)
    assert len(rows()) == MOST_CALLS and send(company, clock) == 0


# -- news that was lost


def lost(clock: Clock) -> int:
    number = deliveries.look_for_lost(clock.now())
    db.session.commit()
    return number


def test_a_call_of_which_nothing_more_is_heard_is_placed_again(in_app: Flask, clock: Clock, company: Sent) -> None:
    promise_call(JOAN, NEWS, "task:1", clock.now())
    send(company, clock)
    clock.pass_time(minutes=4)
    assert lost(clock) == 0
    clock.pass_time(minutes=2)
    assert (lost(clock), lost(clock)) == (1, 0)
    assert [row.status for row in rows()] == ["failed", "waiting"]
    assert not unanswered_late(clock)


def unanswered_late(clock: Clock) -> bool:
    """The news of the first call comes after all."""
    return deliveries.unanswered(rows()[0].provider_id or "", clock.now())


def test_where_all_news_is_lost_she_is_rung_three_times_and_no_more(in_app: Flask, clock: Clock, company: Sent) -> None:
    promise_call(JOAN, NEWS, "task:1", clock.now())
    for _ in range(MOST_CALLS + 3):
        send(company, clock)
        clock.pass_time(minutes=30)
        lost(clock)
    assert len(company.calls) == MOST_CALLS


def test_a_call_that_somebody_picked_up_is_not_lost(in_app: Flask, clock: Clock, company: Sent) -> None:
    promise_call(JOAN, NEWS, "task:1", clock.now())
    send(company, clock)
    open_call(rows()[0].provider_id or "", JOAN, "outbound", clock.now())
    clock.pass_time(minutes=10)
    assert lost(clock) == 0


def test_a_call_to_somebody_on_duty_has_its_own_patience(in_app: Flask, clock: Clock, company: Sent) -> None:
    promise_call(JOAN, {"kind": handover.TAKE_CALL}, "take_call:1", clock.now())
    send(company, clock)
    clock.pass_time(minutes=10)
    assert lost(clock) == 0 and handover.TAKE_CALL == deliveries.OWN_PATIENCE
