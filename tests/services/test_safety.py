"""Danger: a case for a person, the office alerted, nothing lost."""

from __future__ import annotations

from dataclasses import replace

from flask import Flask
from sqlalchemy import select

from helpline.db import db
from helpline.models import Recording, ServiceRequest
from helpline.outbox import Delivery
from helpline.services import safety
from helpline.staff import duty
from tests.cast import MARGARET, People, on_the_line


def test_an_emergency_is_a_request_and_a_text_to_the_office(app: Flask, people: People) -> None:
    with app.app_context():
        context = on_the_line(app, people.margaret)
        telephony = replace(context.settings.telephony, staff_number="+442071838700")
        context = replace(context, settings=replace(context.settings, telephony=telephony))
        told = safety.emergency({"words": "I have fallen"}, context)
        db.session.commit()
        alert = db.session.scalars(select(Delivery)).one()
        assert alert.to_number == "+442071838700" and MARGARET in alert.body and told.data["reference"] in alert.body
        assert told.data["emergency_number"] == "999"


def test_whoever_is_on_duty_gets_a_text_about_an_emergency_once(app: Flask, people: People) -> None:
    with app.app_context():
        context = on_the_line(app, people.margaret)
        duty.begin(people.ruth, "+447700900200", context.now)
        for _ in range(2):
            safety.emergency({"words": "I have fallen"}, context)
        db.session.commit()
        alert = db.session.scalars(select(Delivery)).one()
        assert alert.to_number == "+447700900200" and alert.body.startswith("EMERGENCY")


def test_without_a_number_of_the_office_its_page_alone_shows_it(app: Flask, people: People) -> None:
    with app.app_context():
        safety.emergency({"words": "there is smoke"}, on_the_line(app, people.margaret))
        db.session.commit()
        assert db.session.scalars(select(ServiceRequest.intent)).one() == "emergency"
        assert db.session.scalars(select(Delivery)).all() == []


def test_what_was_recorded_when_it_was_noticed_is_kept(app: Flask, people: People) -> None:
    with app.app_context():
        safety.emergency({"words": "my chest"}, on_the_line(app, people.margaret, recording=b"\xff" * 800))
        db.session.commit()
        assert db.session.scalars(select(Recording)).one().audio == b"\xff" * 800


def test_a_scam_told_twice_in_a_call_is_one_case(app: Flask, people: People) -> None:
    with app.app_context():
        context = on_the_line(app, people.margaret)
        first = safety.report({"words": "a man rang", "findings": ["F001"]}, context)
        second = safety.report({"words": "he rang again", "findings": ["F001", "F002"]}, context)
        assert first.data == second.data
        case = db.session.scalars(select(ServiceRequest)).one()
        assert (case.details["words"], case.details["findings"]) == ("a man rang\nhe rang again", ["F001", "F002"])


def test_an_emergency_told_twice_keeps_what_was_said_each_time(app: Flask, people: People) -> None:
    with app.app_context():
        context = on_the_line(app, people.margaret)
        safety.emergency({"words": "my husband has fallen"}, context)
        safety.emergency({"words": "he does not breathe"}, context)
        emergency = db.session.scalars(select(ServiceRequest)).one()
        assert emergency.details["words"] == "my husband has fallen\nhe does not breathe"
