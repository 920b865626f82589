"""Our call the day before an appointment: when we ring, whom, and what may come of it."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select, update

from helpline import clock as ticking
from helpline.commands.demo_data import Demonstration
from helpline.db import db
from helpline.models import ServiceRequest
from helpline.outbox import Delivery, Timer
from helpline.services.appointments.models import CalendarSlot
from helpline.staff.models import OfficeDay
from tests.calls.test_conversation import OnTheLine, keys_of, ring
from tests.calls.test_hold_calls import pick_up
from tests.cast import Clock


def book(app: Flask, *words: str) -> OnTheLine:
    line = ring(app)
    line.say("yes", *words)
    agree(line, "appointment.booked")
    line.say("thank you")
    return line


def agree(line: OnTheLine, until: str) -> None:
    """The first of what is offered, and yes to all else."""
    for _ in range(4):
        if until in keys_of(line.reply):
            return
        line.say("the first one" if line.reply.expecting.name == "choice" else "yes")
    pytest.fail(f"{until} was never said, but {keys_of(line.reply)}")


@pytest.fixture
def booked(app: Flask, town: Demonstration) -> dt.datetime:
    """Margaret has a doctor's appointment next week; when it begins."""
    book(app, "I need to see the doctor next Wednesday")
    return begins(app)


def begins(app: Flask) -> dt.datetime:
    with app.app_context():
        latest = (
            select(CalendarSlot.starts_at).where(CalendarSlot.request_id.is_not(None)).order_by(CalendarSlot.request_id.desc())
        )
        return db.session.scalars(latest).first() or pytest.fail("nothing is booked")


def due(app: Flask) -> list[dt.datetime]:
    with app.app_context():
        return list(db.session.scalars(select(Timer.due_at).where(Timer.kind == "remind", Timer.done_at.is_(None))))


def calls(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(Delivery.dedupe_key).where(Delivery.dedupe_key.startswith("call:remind"))))


def until(clock: Clock, moment: dt.datetime) -> None:
    clock.pass_time(seconds=(moment - clock.now()).total_seconds())


@pytest.fixture
def rung(app: Flask, booked: dt.datetime, clock: Clock) -> OnTheLine:
    """The day before we ring, and somebody picks up."""
    until(clock, due(app)[0])
    ticking.tick(app)
    return pick_up(app)


def holder(app: Flask) -> list[str]:
    """The intents of the requests that hold a time of the calendar."""
    with app.app_context():
        held = select(ServiceRequest.intent).join(CalendarSlot, CalendarSlot.request_id == ServiceRequest.id)
        return list(db.session.scalars(held))


def test_it_is_promised_for_the_day_before_in_office_hours(app: Flask, booked: dt.datetime) -> None:
    assert due(app) == [booked - dt.timedelta(days=1)]


def test_where_the_office_is_closed_that_day_it_is_the_last_day_before(app: Flask, town: Demonstration, clock: Clock) -> None:
    with app.app_context():
        db.session.add(OfficeDay(day="tuesday"))
        db.session.commit()
    book(app, "I need to see the doctor next Wednesday")
    assert due(app) == [dt.datetime(2026, 11, 30, 17, 0, tzinfo=dt.UTC)]


def test_who_books_for_tomorrow_is_not_reminded(app: Flask, town: Demonstration, clock: Clock) -> None:
    clock.pass_time(hours=3)
    book(app, "I need to see the doctor tomorrow morning")
    assert begins(app) - clock.now() < dt.timedelta(hours=24) and due(app) == []


def test_it_rings_once_and_after_a_yes_that_was_all(app: Flask, rung: OnTheLine) -> None:
    assert keys_of(rung.reply) == ["remind.who"] and "doctor" not in rung.reply.text.lower()
    assert keys_of(rung.say("yes")) == ["remind.coming"] and "Doctor" in rung.reply.text
    rung.say("yes I can")
    assert keys_of(rung.reply) == ["remind.good", "goodbye"] and rung.reply.then == "hang_up"
    ticking.tick(app)
    assert len(calls(app)) == 1 and holder(app) == ["book_appointment"]


def test_by_keys_alone(app: Flask, rung: OnTheLine) -> None:
    rung.press("1")
    rung.press("2")
    assert keys_of(rung.reply)[0] == "remind.other_day"
    rung.press("2")
    assert keys_of(rung.reply)[0] == "appointment.cancel"
    rung.press("1")
    assert "appointment.cancelled" in keys_of(rung.reply) and holder(app) == []


def test_who_cannot_go_gets_another_day_and_is_reminded_of_that(app: Flask, rung: OnTheLine, booked: dt.datetime) -> None:
    rung.say("yes", "no I can't")
    assert keys_of(rung.reply) == ["remind.other_day"]
    assert keys_of(rung.say("yes please"))[-1] == "appointment.new_day"
    rung.say("Friday")
    agree(rung, "appointment.moved")
    assert holder(app) == ["change_appointment"] and begins(app) > booked
    assert due(app) == [begins(app) - dt.timedelta(days=1)]


@pytest.mark.parametrize(
    ("words", "next_question"),
    [
        ("could we make it Friday instead", "appointment.move"),
        ("please cancel it", "appointment.cancel"),
        ("I'd like to change that appointment", "appointment.new_day"),
    ],
)
def test_what_is_to_become_of_it_may_be_said_at_once(rung: OnTheLine, words: str, next_question: str) -> None:
    rung.say("yes", words)
    if rung.reply.expecting.name == "choice":
        rung.say("the first one")
    assert keys_of(rung.reply)[-1] == next_question


def test_somebody_else_hears_nothing_and_it_is_tried_again(app: Flask, rung: OnTheLine) -> None:
    reply = rung.say("no")
    assert keys_of(reply)[-1] in ("tell.not_there", "tell.ask_them") and reply.then == "hang_up"
    assert "doctor" not in reply.text.lower()


def test_another_wish_is_taken_up_after_it(rung: OnTheLine) -> None:
    rung.say("yes", "I need somebody to do my shopping")
    assert keys_of(rung.reply)[-1] in ("visit.day", "visit.kind")


def test_cancelled_meanwhile_it_rings_nobody(app: Flask, booked: dt.datetime, clock: Clock) -> None:
    line = ring(app)
    line.say("yes", "cancel my doctor's appointment", "yes")
    assert holder(app) == [] and due(app) == []


def test_cancelled_after_it_was_dialled_they_hear_that_there_is_nothing_to_do(
    app: Flask, booked: dt.datetime, clock: Clock
) -> None:
    until(clock, due(app)[0])
    ticking.tick(app)
    with app.app_context():
        db.session.execute(update(CalendarSlot).values(request_id=None))
        db.session.commit()
    line = pick_up(app)
    assert keys_of(line.say("yes")) == ["remind.gone", "goodbye"] and line.reply.then == "hang_up"


def test_a_clock_that_stood_still_over_night_rings_when_the_office_opens_if_that_is_in_time(
    app: Flask, booked: dt.datetime, clock: Clock
) -> None:
    until(clock, booked.replace(hour=3, minute=0))
    ticking.tick(app)
    with app.app_context():
        when = db.session.scalars(select(Delivery.due_at).where(Delivery.dedupe_key.startswith("call:remind"))).all()
    early_enough = booked.hour >= 10
    assert when == ([booked.replace(hour=8, minute=0)] if early_enough else [])


def test_too_late_it_is_left(app: Flask, booked: dt.datetime, clock: Clock) -> None:
    until(clock, booked - dt.timedelta(minutes=30))
    ticking.tick(app)
    assert calls(app) == []


def test_she_hears_of_it_when_she_asks_whether_that_was_really_us(app: Flask, rung: OnTheLine) -> None:
    rung.say("yes", "yes")
    with app.app_context():
        ours = update(Delivery).where(Delivery.dedupe_key.startswith("call:remind"))
        db.session.execute(ours.values(status="sent", provider_id="CA1", done_at=app.extensions["helpline"].now()))
        db.session.commit()
    line = ring(app)
    line.say("yes", "did you ring me today")
    assert "appointment" in line.reply.text
