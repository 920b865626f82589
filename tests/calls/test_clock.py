"""The clock: timers that are carried out once, tried again when they fail, and survive a crash."""

from __future__ import annotations

import datetime as dt
import fcntl
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from helpline import clock as ticking
from helpline import outbox
from helpline.clock import AlreadyRunning
from helpline.commands.demo_data import Demonstration
from helpline.db import db
from helpline.events import Event
from helpline.models import Caller, ServiceRequest
from helpline.outbox import LEASE, Delivery, Timer, promise_timer
from helpline.providers import ProviderError
from helpline.services.bills.models import Payment
from helpline.services.gateways.payments import Charge, GatewayUnclear
from tests.calls.test_conversation import OnTheLine, paid, ring
from tests.cast import JOAN, PIN, Clock
from voice.heard import Heard
from volunteers import tasks
from volunteers.models import Offer, Task, Volunteer


class Sent:
    """A telephone company that only remembers what it was asked for."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.calls: list[str] = []
        self.failing: ProviderError | None = None

    def send_sms(self, to: str, body: str, key: str) -> str:
        if self.failing:
            raise self.failing
        self.texts.append(to)
        return f"SM{key}"

    def place_call(self, to: str, answer_url: str, key: str) -> str:
        if self.failing:
            raise self.failing
        self.calls.append(f"{to} {answer_url.partition('/calls/')[2]}")
        return f"CA{key}"


@pytest.fixture
def company(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Sent:
    company = Sent()
    monkeypatch.setitem(app.extensions["helpline"].__dict__, "provider", company)
    return company


@pytest.fixture
def claimed(app: Flask, town: Demonstration, company: Sent) -> OnTheLine:
    """Margaret has said yes and typed her PIN; then the process died, before the gateway was asked."""
    margaret = ring(app)
    margaret.say("yes", "i want to pay my electricity bill", "yes")
    margaret.hear(Heard(keys=PIN), carry_out=False)
    return margaret


def timers(app: Flask) -> list[tuple[str, bool]]:
    with app.app_context():
        return [(timer.kind, timer.done_at is not None) for timer in db.session.scalars(select(Timer).order_by(Timer.id))]


def gateway(app: Flask, monkeypatch: pytest.MonkeyPatch, *answers: Charge | Exception) -> list[str]:
    """A gateway that gives these answers, one after the other; the keys that it was asked with."""
    waiting, keys = list(answers), []

    class Gateway:
        def charge(self, key: str, *_: object) -> Charge:
            keys.append(key)
            answer = waiting.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

    monkeypatch.setitem(app.extensions["helpline"].conversation.__dict__, "payments", Gateway())
    return keys


# -- a payment whose call died


def test_a_claimed_payment_is_settled_after_a_crash(app: Flask, claimed: OnTheLine, clock: Clock) -> None:
    ticking.tick(app)
    assert paid(app)[0] == ["claimed"]  # the call itself may still be at it
    clock.pass_time(minutes=2)
    ticking.tick(app)
    assert paid(app) == (["settled"], Decimal("42.50")) and ("settle_payment", True) in timers(app)


def test_its_receipt_is_sent_once_and_the_caller_who_rings_back_is_told(
    app: Flask, claimed: OnTheLine, clock: Clock, company: Sent
) -> None:
    clock.pass_time(minutes=2)
    for _ in range(3):
        ticking.tick(app)
    assert len(company.texts) == 1
    reply = ring(app).say("yes")
    assert [said.key for said in reply.says] == ["bill.paid", "bill.receipt"] and paid(app)[1] == Decimal("42.50")


def test_a_payment_that_the_call_settled_itself_is_left_alone(app: Flask, claimed: OnTheLine, clock: Clock) -> None:
    with app.app_context():
        claimed.conversation.carry_out(claimed.call_id, claimed.reply.turn + 1)
    clock.pass_time(minutes=2)
    ticking.tick(app)
    assert paid(app) == (["settled"], Decimal("42.50")) and ("settle_payment", True) in timers(app)


def test_an_unclear_answer_is_asked_for_again_with_the_same_key(
    app: Flask, claimed: OnTheLine, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = gateway(app, monkeypatch, GatewayUnclear(), Charge("paid"))
    clock.pass_time(minutes=2)
    ticking.tick(app)
    assert paid(app)[0] == ["claimed"] and ("settle_payment", False) in timers(app)
    clock.pass_time(seconds=LEASE.total_seconds() + 1)
    ticking.tick(app)
    assert paid(app)[0] == ["settled"] and len(keys) == 2 and len(set(keys)) == 1


def test_a_declined_payment_fails_and_leaves_the_bill_due(
    app: Flask, claimed: OnTheLine, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway(app, monkeypatch, Charge("declined", "no_money"))
    clock.pass_time(minutes=2)
    ticking.tick(app)
    with app.app_context():
        payment = db.session.scalars(select(Payment).order_by(Payment.id.desc())).first()
        assert payment is not None and (payment.status, payment.reason) == ("failed", "no_money")
        assert db.session.get_one(ServiceRequest, payment.request_id).status == "failed"
    assert ring(app).say("yes").says[0].key == "bill.not_paid"


def test_the_gateway_is_asked_with_no_transaction_open(
    app: Flask, claimed: OnTheLine, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = claimed.conversation.payments

    class Gateway:
        def charge(self, *asked: object) -> Charge:
            write_elsewhere()
            answer: Charge = real.charge(*asked)  # type: ignore[arg-type]
            return answer

    monkeypatch.setitem(claimed.conversation.__dict__, "payments", Gateway())
    clock.pass_time(minutes=2)
    ticking.tick(app)
    assert paid(app)[0] == ["settled"]


def write_elsewhere() -> None:
    """Raises where somebody else holds the database."""
    with db.engine.connect() as other:
        other.execute(text("PRAGMA busy_timeout=0"))
        other.execute(text("UPDATE caller SET door_notes = 'written meanwhile'"))
        other.commit()


# -- timers


def test_a_timer_that_fails_is_tried_again_and_the_others_go_on(
    app: Flask, claimed: OnTheLine, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with app.app_context():
        promise_timer("settle_payment", "payment:999", clock.now())  # there is no such payment
        db.session.commit()
    clock.pass_time(minutes=2)
    ticking.tick(app)
    assert timers(app) == [("settle_payment", True), ("settle_payment", False), ("count_receipt", False)]
    assert "will be tried again" in caplog.text
    attempts = select(Timer.attempts).where(Timer.subject == "payment:999")
    with app.app_context():
        assert db.session.scalars(attempts).one() == 1
    clock.pass_time(minutes=2)
    ticking.tick(app)
    with app.app_context():
        assert db.session.scalars(attempts).one() == 2


def test_a_timer_of_an_unknown_kind_stays(app: Flask, town: Demonstration, company: Sent, clock: Clock) -> None:
    with app.app_context():
        promise_timer("feed_the_cat", "cat:1", clock.now())
        db.session.commit()
    ticking.tick(app)
    assert timers(app) == [("feed_the_cat", False)]


def test_nothing_happens_before_its_time(app: Flask, claimed: OnTheLine, clock: Clock) -> None:
    clock.pass_time(seconds=119)
    ticking.tick(app)
    assert timers(app) == [("settle_payment", False)]


def test_a_worker_that_lost_its_lease_settles_nothing(app: Flask, town: Demonstration, clock: Clock) -> None:
    with app.app_context():
        promise_timer("expire_offer", "offer:1", clock.now())
        db.session.commit()
        (slow,) = outbox.claim(Timer, "slow", clock.now())
        db.session.commit()
        clock.pass_time(minutes=2)
        (quick,) = outbox.claim(Timer, "quick", clock.now())
        db.session.commit()
        assert not outbox.settle(slow, clock.now())
        assert outbox.settle(quick, clock.now())


# -- volunteers and news


@pytest.fixture
def shopping(app: Flask, town: Demonstration, company: Sent, clock: Clock) -> int:
    """Joan has asked for help with her shopping on Thursday morning; the task."""
    joan = ring(app, JOAN)
    joan.say("yes", "can somebody help me with my shopping", "on thursday", "in the morning", "yes")
    with app.app_context():
        return db.session.scalars(select(Task.id)).one()


def test_joan_is_rung_when_somebody_has_said_yes(app: Flask, shopping: int, clock: Clock, company: Sent) -> None:
    ticking.tick(app)
    with app.app_context():
        asked = db.session.scalars(select(Offer)).first()
        assert asked is not None and tasks.accept(shopping, asked.volunteer_id, clock.now())
        db.session.commit()
    for _ in range(3):
        ticking.tick(app)
    with app.app_context():
        delivery = db.session.scalars(select(Delivery).where(Delivery.channel == "call")).one()
        assert delivery.purpose["task_id"] == shopping and delivery.status == "sent"
        assert company.calls == [f"{JOAN} answered/{delivery.id}"]


def test_an_offer_that_nobody_answers_expires_and_the_task_is_offered_on(
    app: Flask, shopping: int, clock: Clock, company: Sent
) -> None:
    ticking.tick(app)
    with app.app_context():
        first = db.session.scalars(select(Offer.id)).first()
        deadline = db.session.scalars(select(func.max(Offer.answer_by))).one()
    assert first is not None and deadline == clock.now() + dt.timedelta(hours=2)
    clock.pass_time(hours=2, minutes=1)
    ticking.tick(app)
    with app.app_context():
        assert db.session.get_one(Offer, first).status == "expired"
        assert db.session.scalar(select(func.count(Event.id)).where(Event.kind == "offer_expired"))


def test_news_for_a_caller_who_is_not_known_any_more_is_no_news(app: Flask, shopping: int, clock: Clock, company: Sent) -> None:
    with app.app_context():
        db.session.execute(text("UPDATE service_request SET caller_id = NULL"))
        promise_timer("tell_who_comes", f"task:{shopping}", clock.now())
        db.session.commit()
    ticking.tick(app)
    assert company.calls == [] and ("tell_who_comes", True) in timers(app)


def test_volunteers_get_a_text_each_and_once(app: Flask, shopping: int, company: Sent) -> None:
    for _ in range(3):
        ticking.tick(app)
    with app.app_context():
        asked = db.session.scalars(select(Volunteer.phone).join(Offer, Offer.volunteer_id == Volunteer.id)).all()
        joan = db.session.scalars(select(Caller.phone).where(Caller.name == "Joan")).one()
    assert sorted(company.texts) == sorted(asked) and joan not in company.texts


# -- one clock


def test_a_second_clock_says_that_another_is_running(app: Flask, tmp_path: Path) -> None:
    with (tmp_path / "clock.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(AlreadyRunning, match=r"clock\.lock"):
            ticking.run(app)


def test_a_clock_that_died_leaves_no_lock(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Died(Exception):
        pass

    def die(_: object) -> None:
        raise Died

    monkeypatch.setattr(ticking.BlockingScheduler, "start", die)
    monkeypatch.setattr(ticking.signal, "signal", lambda *_: None)
    for _ in range(2):
        with pytest.raises(Died):
            ticking.run(app)
