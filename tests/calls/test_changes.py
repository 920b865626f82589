"""Whole calls about what is there already: heard, moved, cancelled, complained about."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select

from helpline.commands.demo_data import Demonstration
from helpline.dashboard import queries
from helpline.db import db
from helpline.events import Event
from helpline.models import Recording, ServiceRequest
from helpline.outbox import Delivery
from helpline.services.appointments.models import CalendarSlot
from tests.calls.test_conversation import OnTheLine, keys_of, ring
from tests.cast import WEI, Clock
from voice.heard import Heard
from volunteers import tasks
from volunteers.models import Offer, Task, Volunteer

BOOK = ("I need to see the doctor on Thursday morning", "the first one", "yes", "yes")
ASK = ("I need a volunteer for my shopping on Thursday morning", "yes")


@pytest.fixture
def margaret(app: Flask, town: Demonstration) -> OnTheLine:
    """Margaret has said that it is she."""
    line = ring(app)
    line.say("yes")
    return line


@pytest.fixture
def booked(margaret: OnTheLine) -> OnTheLine:
    """She sees the doctor on Thursday at nine."""
    margaret.say(*BOOK)
    assert keys_of(margaret.reply) == ["anything_else"]
    return margaret


@pytest.fixture
def visit(app: Flask, margaret: OnTheLine, clock: Clock) -> OnTheLine:
    """Wei Chen comes on Thursday morning for the shopping."""
    margaret.say(*ASK)
    with app.app_context():
        task = db.session.scalars(select(Task)).one()
        wei = db.session.scalars(select(Volunteer.id).where(Volunteer.phone == WEI)).one()
        tasks.offer(task, wei, clock.now())
        assert tasks.accept(task.id, wei, clock.now())
        db.session.commit()
    return margaret


def held(app: Flask) -> list[str]:
    with app.app_context():
        slots = select(CalendarSlot.starts_at).where(CalendarSlot.request_id.is_not(None)).order_by(CalendarSlot.starts_at)
        return [f"{starts_at:%a %H:%M}" for starts_at in db.session.scalars(slots)]


def requests(app: Flask) -> list[tuple[str, str]]:
    with app.app_context():
        mine = select(ServiceRequest).where(ServiceRequest.dedupe_key.like("call:%")).order_by(ServiceRequest.id)
        return [(request.intent, request.status) for request in db.session.scalars(mine)]


def counted(app: Flask) -> list[str]:
    with app.app_context():
        told = select(Event).where(Event.kind == "service_instance").order_by(Event.id)
        return [event.data["intent"] for event in db.session.scalars(told)]


def texts(app: Flask, number: str) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(Delivery.body).where(Delivery.to_number == number, Delivery.channel == "sms")))


def test_margaret_hears_when_her_appointment_is_where_and_with_whom(booked: OnTheLine) -> None:
    booked.say("when is my appointment")
    assert keys_of(booked.reply) == ["appointment.told_last"]
    assert "nine o'clock in the morning, with Doctor Patel at Elm Park Surgery" in booked.reply.text


def test_who_has_nothing_booked_is_offered_to_book(margaret: OnTheLine) -> None:
    margaret.say("when is my appointment")
    assert keys_of(margaret.reply) == ["appointment.nothing"]
    margaret.say("yes")
    assert keys_of(margaret.reply) == ["appointment.day"]


def test_an_appointment_is_cancelled_after_a_yes_and_read_back(app: Flask, booked: OnTheLine) -> None:
    booked.say("I want to cancel my appointment on Thursday")
    assert keys_of(booked.reply) == ["appointment.cancel"] and held(app) == ["Thu 09:00"]
    booked.say("yes")
    assert keys_of(booked.reply) == ["appointment.cancelled"] and held(app) == []
    booked.say("yes")
    assert keys_of(booked.reply) == ["appointment.another"]
    assert requests(app) == [("book_appointment", "done"), ("cancel_appointment", "done")]
    assert counted(app) == ["book_appointment", "cancel_appointment"]


def test_the_word_cancel_alone_cancels_nothing(app: Flask, booked: OnTheLine) -> None:
    booked.say("I want to cancel my appointment", "cancel")
    assert keys_of(booked.reply) == ["cancel.yes_or_no", "appointment.cancel"] and held(app) == ["Thu 09:00"]
    booked.press("2")
    assert keys_of(booked.reply)[0] == "appointment.left" and held(app) == ["Thu 09:00"]


def test_a_turn_that_cancels_is_taken_once(app: Flask, booked: OnTheLine) -> None:
    booked.say("I want to cancel my appointment", "yes")
    with app.app_context():
        again = booked.conversation.take_turn(booked.call_id, booked.reply.turn, Heard(text="yes"))
    assert again == booked.reply and requests(app).count(("cancel_appointment", "open")) == 1


def test_an_appointment_is_moved_to_the_day_that_was_said_in_the_first_sentence(app: Flask, booked: OnTheLine) -> None:
    booked.say("can you move my appointment to Friday morning")
    assert keys_of(booked.reply) == ["appointment.new_time"]
    booked.say("the second one")
    assert keys_of(booked.reply) == ["appointment.move"] and held(app) == ["Thu 09:00"]
    assert "instead of Thursday" in booked.reply.text
    booked.say("yes")
    assert keys_of(booked.reply) == ["appointment.moved"] and held(app) == ["Fri 09:40"]
    booked.say("yes")
    assert keys_of(booked.reply) == ["anything_else"] and counted(app) == ["book_appointment", "change_appointment"]


def test_the_day_of_the_appointment_is_not_where_it_moves_to(booked: OnTheLine) -> None:
    booked.say("I can't make my appointment on Thursday, can I change it")
    assert keys_of(booked.reply) == ["appointment.new_day"]


def test_never_mind_leaves_it_as_it_was(app: Flask, booked: OnTheLine) -> None:
    booked.say("can you move my appointment to Friday morning", "the first one", "never mind")
    assert keys_of(booked.reply) == ["appointment.left", "anything_else"] and held(app) == ["Thu 09:00"]


def test_go_back_offers_the_times_again(booked: OnTheLine) -> None:
    booked.say("can you move my appointment to Friday morning", "the first one", "go back")
    assert keys_of(booked.reply) == ["appointment.new_time"]


def test_a_line_that_breaks_after_the_change_reads_it_back_first(app: Flask, booked: OnTheLine, clock: Clock) -> None:
    booked.say("can you move my appointment to Friday morning", "the first one", "yes")
    booked.hang_up()
    clock.pass_time(minutes=3)
    again = ring(app)
    again.say("yes")
    assert keys_of(again.reply) == ["resume.again", "appointment.moved"] and held(app) == ["Fri 09:00"]


def test_a_visit_is_cancelled_and_the_volunteer_is_told(app: Flask, visit: OnTheLine) -> None:
    visit.say("I don't need the volunteer any more")
    assert keys_of(visit.reply) == ["visit.cancel"]
    visit.say("yes")
    assert keys_of(visit.reply) == ["visit.cancelled_with", "anything_else"] and "Wei Chen" in visit.reply.text
    assert texts(app, WEI)[-1] == (
        "BlueVest: shopping, Elm Park, Thu 26 Nov morning is cancelled by the caller. You need not go. Thank you."
    )
    assert requests(app) == [("ask_volunteer", "cancelled"), ("cancel_task", "done")]


def test_a_visit_moves_to_another_day_and_the_same_volunteer_is_asked_first(app: Flask, visit: OnTheLine) -> None:
    visit.say("can the volunteer come on Friday instead")
    assert keys_of(visit.reply) == ["visit.move"]
    visit.say("no, in the afternoon")
    assert keys_of(visit.reply) == ["corrected", "visit.move"] and "in the afternoon" in visit.reply.text
    visit.say("yes")
    assert keys_of(visit.reply) == ["visit.moved.asked_again", "anything_else"]
    with app.app_context():
        old, new = db.session.scalars(select(Task).order_by(Task.id))
        assert (old.status, new.status, new.day, new.part_of_day) == (
            "cancelled",
            "offered",
            dt.date(2026, 11, 27),
            "afternoon",
        )
        asked = db.session.scalars(select(Offer).where(Offer.task_id == new.id)).one()
        assert db.session.get_one(Volunteer, asked.volunteer_id).name == "Wei Chen"
    assert "is not Thu 26 Nov morning but Fri 27 Nov afternoon. Answer YES" in texts(app, WEI)[-1]
    visit.say("who is coming")
    assert keys_of(visit.reply)[0] == "visit.status.waiting" and "Friday" in visit.reply.text


def test_who_has_no_visit_is_offered_to_ask_for_one(margaret: OnTheLine) -> None:
    margaret.say("I don't need the volunteer any more")
    assert keys_of(margaret.reply) == ["visit.nothing"]
    margaret.say("yes")
    assert keys_of(margaret.reply) == ["visit.kind"]


def test_a_complaint_about_a_volunteer_reaches_the_office_with_its_words(app: Flask, visit: OnTheLine) -> None:
    visit.say("that volunteer was rude to me")
    assert keys_of(visit.reply) == ["complaint.sorry", "message.record"] and "within the hour" in visit.reply.text
    visit.hear(Heard(text="he left after five minutes", recording=b"\xff" * 800))
    assert keys_of(visit.reply) == ["message.kept", "anything_else"]
    with app.app_context():
        request = db.session.scalars(select(ServiceRequest).where(ServiceRequest.intent == "complain")).one()
        waiting = queries.waiting_request(request.id)
        assert waiting is not None and waiting.about == "Complains about a volunteer"
        assert waiting.words == "that volunteer was rude to me\nhe left after five minutes"
        assert db.session.scalars(select(Recording.request_id)).all() == [request.id]
    assert "rude" not in " ".join(texts(app, WEI))


def test_a_complaint_that_says_no_more_is_asked_what_it_is_about(app: Flask, margaret: OnTheLine) -> None:
    margaret.say("I want to complain")
    assert keys_of(margaret.reply) == ["complaint.about"]
    margaret.press("4")
    assert keys_of(margaret.reply) == ["complaint.sorry", "message.record"]
    margaret.hang_up()
    assert requests(app) == [("complain", "open")]
