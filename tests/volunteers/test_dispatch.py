"""The tick that asks the next volunteer, one at a time, until somebody says yes or the office takes over."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, update

from helpline import clock as process
from helpline.db import db
from helpline.events import Event
from helpline.outbox import Delivery
from tests.cast import WEI, Clock, People
from volunteers import tasks
from volunteers.dispatch import offer_text, tick
from volunteers.models import Offer, Task, Volunteer


class Sent(list[tuple[int, str, str]]):
    """Instead of the outbox: whom, what, and the key of the news."""

    def __call__(self, volunteer: Volunteer, body: str, key: str) -> None:
        self.append((volunteer.id, body, key))


@pytest.fixture
def sent() -> Sent:
    return Sent()


def test_one_volunteer_is_asked_at_a_time(in_app: Flask, shopping: int, people: People, clock: Clock, sent: Sent) -> None:
    assert tick(clock.now(), sent) == 1
    assert tick(clock.now(), sent) == 0
    assert [who for who, _, _ in sent] == [people.wei]


def test_after_a_no_the_next_one_is_asked(in_app: Flask, shopping: int, people: People, clock: Clock, sent: Sent) -> None:
    tick(clock.now(), sent)
    tasks.decline(shopping, people.wei, clock.now())
    tick(clock.now(), sent)
    assert [who for who, _, _ in sent] == [people.wei, people.grace]


def test_when_nobody_is_left_the_office_takes_over_and_knows_why(
    in_app: Flask, shopping: int, people: People, clock: Clock, sent: Sent
) -> None:
    db.session.execute(update(Volunteer).where(Volunteer.id == people.grace).values(on_duty=False))
    tick(clock.now(), sent)
    tasks.decline(shopping, people.wei, clock.now())
    assert tick(clock.now(), sent) == 0
    assert db.session.get_one(Task, shopping, populate_existing=True).status == "escalated"
    event = db.session.scalars(select(Event).where(Event.kind == "task_escalated")).one()
    assert event.data["reason"] == "1 asked; the others: not on duty"


def test_who_handed_it_back_is_not_asked_again(in_app: Flask, shopping: int, people: People, clock: Clock, sent: Sent) -> None:
    tick(clock.now(), sent)
    tasks.accept(shopping, people.wei, clock.now())
    tasks.hand_back(shopping, people.wei, clock.now())
    tick(clock.now(), sent)
    assert [who for who, _, _ in sent] == [people.wei, people.grace]


def test_an_offer_is_one_text_without_name_or_address(
    in_app: Flask, shopping: int, people: People, clock: Clock, sent: Sent
) -> None:
    tick(clock.now(), sent)
    ((_, body, _),) = sent
    assert "shopping, Elm Park, Thu 26 Nov morning, 60 min" in body
    assert "Hill" not in body and "12 Elm" not in body
    assert len(body) <= 160 and body.isascii()


def test_a_long_task_still_fits_one_text(in_app: Flask, shopping: int, people: People, clock: Clock) -> None:
    task = db.session.get_one(Task, shopping)
    task.summary = "the telephone or computer, " * 4
    offer = tasks.offer(task, people.wei, clock.now())
    assert offer is not None and len(offer_text(task, offer)) <= 160


def test_the_clock_asks_waits_and_asks_the_next(
    app: Flask, shopping: int, people: People, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    """All ticks, as the process runs them: Wei is texted, does not answer for two hours, then Grace is texted."""
    process.tick(app)
    assert f"[text to {WEI}] BlueVest: shopping" in capsys.readouterr().out
    clock.pass_time(hours=2, seconds=1)
    process.tick(app)
    with app.app_context():
        assert db.session.scalars(select(Offer.status).order_by(Offer.id)).all() == ["expired", "open"]
        sms = db.session.scalars(select(Delivery.status).where(Delivery.channel == "sms")).all()
        assert sms == ["sent", "sent"]
