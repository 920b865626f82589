"""Promises are rows: made once, claimed by one worker at a time, settled by whoever holds them, and never lost."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpline import deliveries
from helpline.db import db
from helpline.events import Event
from helpline.outbox import LEASE, Delivery, Timer, claim, promise_call, promise_sms, promise_timer, settle
from helpline.providers import ProviderError
from tests.cast import MARGARET, Clock

SECOND = dt.timedelta(seconds=1)
ANSWER = "https://helpline.example.org/calls/answered?delivery={delivery_id}"


@pytest.fixture(autouse=True)
def _in_app(in_app: Flask) -> Flask:
    return in_app


@pytest.fixture
def now(clock: Clock) -> dt.datetime:
    return clock.now()


def promised(now: dt.datetime, *subjects: str) -> None:
    """Reminders that are due now, in this order."""
    for late, subject in enumerate(reversed(subjects)):
        promise_timer("remind", subject, now - late * SECOND)
    db.session.commit()


def claimed(worker: str, at: dt.datetime, most: int = 20) -> list[str]:
    rows = claim(Timer, worker, at, most)
    db.session.commit()
    return [row.subject for row in rows]


# --- promises


def test_a_promise_made_twice_is_one_promise(now: dt.datetime) -> None:
    assert promise_timer("remind", "visit:7", now)
    assert not promise_timer("remind", "visit:7", now + SECOND)
    db.session.commit()
    assert not promise_timer("remind", "visit:7", now)
    assert db.session.scalar(select(func.count(Timer.id))) == 1


def test_other_news_on_the_same_subject_is_another_promise(now: dt.datetime) -> None:
    assert promise_timer("remind", "visit:7", now)
    assert promise_timer("escalate", "visit:7", now)
    assert promise_timer("remind", "visit:7", now, key="second")


def test_a_text_and_a_call_about_the_same_are_two(now: dt.datetime) -> None:
    assert promise_sms(MARGARET, "Wei comes on Thursday", "offer:7", now)
    assert promise_call(MARGARET, {"kind": "tell_who_comes"}, "offer:7", now)
    assert not promise_sms(MARGARET, "Wei comes on Thursday", "offer:7", now)


def test_a_promise_goes_with_the_transaction_that_made_it(now: dt.datetime) -> None:
    promise_timer("remind", "visit:7", now)
    db.session.rollback()
    assert claimed("clock", now) == []


# --- claims


def test_what_is_due_is_claimed_oldest_first(now: dt.datetime) -> None:
    promised(now, "visit:1", "visit:2", "visit:3")
    promise_timer("remind", "visit:later", now + SECOND)
    db.session.commit()
    assert claimed("clock", now) == ["visit:1", "visit:2", "visit:3"]


def test_only_so_many_at_a_time(now: dt.datetime) -> None:
    promised(now, "visit:1", "visit:2", "visit:3")
    assert claimed("clock", now, most=2) == ["visit:1", "visit:2"]
    assert claimed("clock", now, most=2) == ["visit:3"]


def test_what_one_worker_holds_another_does_not_get(now: dt.datetime) -> None:
    promised(now, "visit:1")
    assert claimed("one", now) == ["visit:1"]
    assert claimed("two", now + LEASE) == []
    assert claimed("one", now) == []


def test_a_worker_that_died_loses_what_it_held(now: dt.datetime) -> None:
    promised(now, "visit:1")
    claimed("one", now)
    assert claimed("two", now + LEASE + SECOND) == ["visit:1"]
    assert db.session.scalars(select(Timer.attempts)).one() == 2


def test_two_workers_at_once_share_the_work_and_do_nothing_twice(app: Flask, now: dt.datetime) -> None:
    promised(now, *[f"visit:{number}" for number in range(30)])
    got: dict[str, list[str]] = {}
    start = threading.Barrier(3)

    def work(name: str) -> None:
        with app.app_context():
            start.wait()
            got[name] = [subject for _ in range(4) for subject in claimed(name, now, most=5)]
            db.session.remove()

    workers = [threading.Thread(target=work, args=(name,)) for name in ("one", "two", "three")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    everything = [subject for subjects in got.values() for subject in subjects]
    assert len(everything) == len(set(everything)) == 30


# --- settling


def test_what_is_settled_is_done_for_good(now: dt.datetime) -> None:
    promised(now, "visit:1")
    (row,) = claim(Timer, "one", now)
    assert settle(row, now)
    assert not settle(row, now)
    db.session.commit()
    assert claimed("two", now + 10 * LEASE) == []


def test_a_worker_that_was_too_slow_settles_nothing(now: dt.datetime) -> None:
    promised(now, "visit:1")
    (slow,) = claim(Timer, "one", now)
    db.session.commit()
    (quick,) = claim(Timer, "two", now + LEASE + SECOND)
    assert not settle(slow, now)
    assert settle(quick, now)


def test_the_same_worker_in_a_second_try_is_not_the_first(now: dt.datetime) -> None:
    """Its first try may still be running: only the claim that is valid now counts."""
    promised(now, "visit:1")
    (first,) = claim(Timer, "one", now)
    db.session.commit()
    (second,) = claim(Timer, "one", now + LEASE + SECOND)
    assert not settle(first, now)
    assert settle(second, now)


# --- deliveries


class Exchange:
    """Sends, or fails as it is told to: once for each error in the list."""

    def __init__(self, *errors: ProviderError | Exception) -> None:
        self.errors, self.sent = list(errors), []  # type: ignore[var-annotated]

    def _send(self, *what: str) -> str:
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append(what)
        return f"SM{len(self.sent)}"

    def send_sms(self, to: str, body: str, key: str) -> str:
        return self._send("sms", to, body, key)

    def place_call(self, to: str, answer_url: str, key: str) -> str:
        return self._send("call", to, answer_url, key)


BUSY = ProviderError("Twilio says 503", permanent=False)
LANDLINE = ProviderError("Twilio says 400, error 21614", permanent=True)


def send(exchange: Exchange, at: dt.datetime) -> int:
    provider: Any = exchange
    return deliveries.send_due(provider, "worker", ANSWER, at)


def the_delivery() -> Delivery:
    db.session.expire_all()
    return db.session.scalars(select(Delivery)).one()


def happened() -> list[str]:
    return list(db.session.scalars(select(Event.kind).order_by(Event.id)))


@pytest.fixture
def text(now: dt.datetime) -> None:
    promise_sms(MARGARET, "Wei comes on Thursday", "offer:7", now)
    db.session.commit()


@pytest.mark.usefixtures("text")
def test_a_text_is_sent_once_with_the_name_of_its_news(now: dt.datetime) -> None:
    exchange = Exchange()
    assert (send(exchange, now), send(exchange, now), send(exchange, now + 9 * LEASE)) == (1, 0, 0)
    assert exchange.sent == [("sms", MARGARET, "Wei comes on Thursday", "sms:offer:7")]
    delivery = the_delivery()
    assert (delivery.status, delivery.provider_id, delivery.done_at) == ("sent", "SM1", now)
    assert happened() == ["delivery_sent"]


def test_a_call_is_placed_with_the_address_that_knows_what_it_is_about(now: dt.datetime) -> None:
    promise_call(MARGARET, {"kind": "tell_who_comes", "task_id": 3}, "task:3", now)
    db.session.commit()
    exchange = Exchange()
    assert send(exchange, now) == 1
    assert exchange.sent == [("call", MARGARET, ANSWER.format(delivery_id=the_delivery().id), "call:task:3")]


@pytest.mark.usefixtures("text")
def test_what_failed_for_now_is_tried_again_later_and_later(now: dt.datetime) -> None:
    exchange = Exchange(BUSY, BUSY)
    assert send(exchange, now) == 0
    assert the_delivery().status == "waiting" and the_delivery().error == "Twilio says 503"
    assert send(exchange, now + deliveries.RETRY_AFTER) == 0, "not yet"
    assert the_delivery().attempts == 1
    assert send(exchange, now + deliveries.RETRY_AFTER + SECOND) == 0
    assert send(exchange, now + 3 * deliveries.RETRY_AFTER) == 0, "the second wait is longer"
    assert send(exchange, now + 4 * deliveries.RETRY_AFTER) == 1
    assert (the_delivery().status, the_delivery().error, the_delivery().attempts) == ("sent", "", 3)


@pytest.mark.usefixtures("text")
def test_what_can_never_be_sent_is_given_up_at_once_and_the_office_sees_it(now: dt.datetime) -> None:
    exchange = Exchange(LANDLINE)
    assert send(exchange, now) == 0
    assert send(exchange, now + 9 * LEASE) == 0
    assert (the_delivery().status, the_delivery().error) == ("failed", "Twilio says 400, error 21614")
    assert happened() == ["delivery_failed"]


@pytest.mark.usefixtures("text")
def test_after_five_tries_it_is_given_up(now: dt.datetime) -> None:
    exchange = Exchange(*[BUSY] * 9)
    for hour in range(9):
        send(exchange, now + hour * dt.timedelta(hours=1))
    assert len(exchange.errors) == 9 - deliveries.MOST_ATTEMPTS
    assert the_delivery().status == "failed"
    assert happened() == ["delivery_failed"]


def test_one_that_fails_does_not_keep_the_others_from_being_sent(now: dt.datetime) -> None:
    for number in range(3):
        promise_sms(MARGARET, f"news {number}", f"n:{number}", now)
    db.session.commit()
    exchange = Exchange(LANDLINE)
    assert send(exchange, now) == 2
    assert [what[2] for what in exchange.sent] == ["news 1", "news 2"]


@pytest.mark.usefixtures("text")
def test_nothing_is_locked_while_the_provider_is_asked(app: Flask, now: dt.datetime) -> None:
    """A provider may take ten seconds: others must be able to write meanwhile."""

    class Writing(Exchange):
        def send_sms(self, to: str, body: str, key: str) -> str:
            assert not db.session().in_transaction()
            return super().send_sms(to, body, key)

    assert send(Writing(), now) == 1


@pytest.mark.usefixtures("text")
def test_a_crash_in_the_middle_leaves_the_text_to_be_sent_again(now: dt.datetime) -> None:
    with pytest.raises(RuntimeError, match="the lights went out"):
        send(Exchange(RuntimeError("the lights went out")), now)
    db.session.rollback()
    exchange = Exchange()
    assert send(exchange, now + LEASE) == 0
    assert send(exchange, now + LEASE + SECOND) == 1


@pytest.mark.usefixtures("text")
def test_a_text_that_was_taken_over_meanwhile_is_not_marked_by_the_slow_worker(app: Flask, now: dt.datetime) -> None:
    """The slow worker's message left the house after its lease: the row belongs to the other one."""

    class Slow(Exchange):
        def send_sms(self, to: str, body: str, key: str) -> str:
            with app.app_context():
                claim(Delivery, "another", now + LEASE + SECOND)
                db.session.commit()
                db.session.remove()
            return super().send_sms(to, body, key)

    assert send(Slow(), now) == 0
    assert (the_delivery().status, the_delivery().lease_by) == ("waiting", "another")
    assert happened() == []
