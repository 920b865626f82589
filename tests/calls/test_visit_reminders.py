"""Our call the day before a visit: who comes, and which number they say at the door."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from flask import Flask
from sqlalchemy import select

from helpline import clock as ticking
from helpline.commands.demo_data import Demonstration
from helpline.db import db
from helpline.outbox import Delivery, Timer
from helpline.services import visits
from helpline.staff.models import OfficeDay
from tests.calls.test_conversation import OnTheLine, keys_of, ring
from tests.calls.test_hold_calls import pick_up
from tests.calls.test_reminders import until
from tests.cast import JOAN, Clock
from volunteers import tasks
from volunteers.models import Offer, Task

A_DAY_BEFORE = dt.datetime(2026, 11, 26, 10, 0, tzinfo=dt.UTC)  # Thursday at ten, for Friday morning


def ask(app: Flask, day: str) -> int:
    joan = ring(app, JOAN)
    joan.say("yes", "can somebody help me with my shopping", day, "in the morning", "yes")
    with app.app_context():
        return db.session.scalars(select(Task.id)).one()


def accept(app: Flask, task: int, clock: Clock) -> None:
    ticking.tick(app)
    with app.app_context():
        offer = db.session.scalars(select(Offer).where(Offer.task_id == task, Offer.status == "open")).first()
        assert offer is not None and tasks.accept(task, offer.volunteer_id, clock.now())
        db.session.commit()
    ticking.tick(app)


def take_over(app: Flask, task: int, clock: Clock) -> None:
    """Whoever wanted to come hands it back, and somebody else accepts."""
    with app.app_context():
        holder = db.session.get_one(Task, task).volunteer_id
        assert holder is not None and tasks.hand_back(task, holder, clock.now())
        db.session.commit()
    accept(app, task, clock)


def due(app: Flask) -> list[dt.datetime]:
    with app.app_context():
        return list(db.session.scalars(select(Timer.due_at).where(Timer.kind == visits.TOMORROW, Timer.done_at.is_(None))))


def reminders(app: Flask) -> int:
    with app.app_context():
        return len(db.session.scalars(select(Delivery).where(Delivery.dedupe_key.contains(visits.TOMORROW))).all())


@pytest.fixture
def accepted(app: Flask, town: Demonstration, clock: Clock) -> int:
    """Somebody comes to Joan on Friday morning, and said so on Tuesday; the task."""
    task = ask(app, "on friday")
    accept(app, task, clock)
    return task


@pytest.fixture
def rung(app: Flask, accepted: int, clock: Clock) -> OnTheLine:
    """The day before we ring, and somebody picks up."""
    until(clock, A_DAY_BEFORE)
    ticking.tick(app)
    return pick_up(app)


def test_who_comes_is_told_at_once_and_again_the_day_before(app: Flask, accepted: int) -> None:
    assert keys_of(pick_up(app).say("yes")) == ["tell.accepted"]
    assert due(app) == [A_DAY_BEFORE] and reminders(app) == 0


def test_it_rings_once_and_says_the_number_of_the_door_once_more(app: Flask, accepted: int, clock: Clock) -> None:
    at_once = pick_up(app).say("yes").text
    until(clock, A_DAY_BEFORE)
    ticking.tick(app)
    line = pick_up(app)
    assert keys_of(line.reply) == ["tell.who"] and at_the_door(line.reply.text) == ""
    assert keys_of(line.say("yes")) == ["tell.coming"]
    assert at_the_door(line.reply.text) == at_the_door(at_once) != ""
    assert line.say("yes, I'll be here").then == "hang_up"
    ticking.tick(app)
    assert reminders(app) == 1


def at_the_door(said: str) -> str:
    """The number as it is spoken; "" where none is."""
    found = re.search(r"says this number to you: ([^.]+)\.", said)
    return found[1] if found else ""


@pytest.mark.parametrize("words", [("no I can't", "no", "yes"), ("cancel it", "yes"), ("I need to cancel the visit", "yes")])
def test_who_cannot_be_at_home_cancels_it_in_that_call(
    app: Flask, accepted: int, rung: OnTheLine, words: tuple[str, ...]
) -> None:
    rung.say("yes", *words)
    assert "visit.cancelled_with" in keys_of(rung.reply)
    with app.app_context():
        assert db.session.get_one(Task, accepted).status == "cancelled"


def test_or_has_it_on_another_day_by_keys_too(app: Flask, accepted: int, rung: OnTheLine) -> None:
    for key in "121":
        rung.press(key)
    assert "visit.new_day" in keys_of(rung.reply)
    rung.say("on Monday", "yes")
    with app.app_context():
        days = db.session.scalars(select(Task.day).where(Task.status.in_(tasks.UNDER_WAY))).all()
    assert days == [dt.date(2026, 11, 30)]


def test_of_a_visit_that_is_over_there_is_nothing_to_do(app: Flask, accepted: int, rung: OnTheLine, clock: Clock) -> None:
    clock.pass_time(days=2)
    line = pick_up(app)
    assert keys_of(line.say("yes")) == ["tell.over", "goodbye"]


def test_who_has_only_just_heard_who_comes_is_not_rung_again(app: Flask, accepted: int, clock: Clock) -> None:
    until(clock, A_DAY_BEFORE - dt.timedelta(minutes=30))
    take_over(app, accepted, clock)
    until(clock, A_DAY_BEFORE)
    ticking.tick(app)
    assert reminders(app) == 0


def test_somebody_else_at_the_telephone_hears_nothing_of_it(rung: OnTheLine) -> None:
    assert keys_of(rung.say("no")) == ["tell.ask_them"]


def test_of_a_visit_that_is_off_nobody_is_reminded(app: Flask, accepted: int, clock: Clock) -> None:
    with app.app_context():
        tasks.cancel(accepted, clock.now())
        db.session.commit()
    until(clock, A_DAY_BEFORE)
    ticking.tick(app)
    assert reminders(app) == 0


def test_another_volunteer_in_between_is_one_reminder(app: Flask, accepted: int, clock: Clock) -> None:
    take_over(app, accepted, clock)
    until(clock, A_DAY_BEFORE)
    for _ in range(2):
        ticking.tick(app)
    assert reminders(app) == 1


def test_who_asks_for_tomorrow_is_rung_about_it_once(app: Flask, town: Demonstration, clock: Clock) -> None:
    clock.pass_time(hours=3)
    accept(app, ask(app, "tomorrow"), clock)
    assert due(app) == []


def test_where_the_office_is_closed_the_day_before_it_is_the_last_day_before_that(
    app: Flask, town: Demonstration, clock: Clock
) -> None:
    with app.app_context():
        db.session.add(OfficeDay(day="thursday"))
        db.session.commit()
    accept(app, ask(app, "on friday"), clock)
    assert due(app) == [dt.datetime(2026, 11, 25, 17, 0, tzinfo=dt.UTC)]


def test_a_clock_that_slept_over_the_day_does_not_remind_of_what_is_over(app: Flask, accepted: int, clock: Clock) -> None:
    until(clock, A_DAY_BEFORE + dt.timedelta(days=1))
    ticking.tick(app)
    assert reminders(app) == 0
