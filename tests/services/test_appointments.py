"""Booking a doctor: the day that was asked for, one time for one caller, counted when it was read back."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpline.db import db
from helpline.events import Event
from helpline.outbox import Delivery
from helpline.services.appointments.models import CalendarSlot, Clinic
from helpline.services.appointments.orders import book, find, read_back
from helpline.services.context import Context
from tests.cast import JOAN, People, on_the_line

pytestmark = pytest.mark.usefixtures("surgery")


def holders() -> list[int]:
    return list(db.session.scalars(select(CalendarSlot.request_id).where(CalendarSlot.request_id.is_not(None))))


def test_free_times_are_those_of_the_day_that_was_asked_for(in_app: Flask, people: People) -> None:
    result = find({"date": "2026-11-26"}, on_the_line(in_app, people.margaret))
    assert result.status == "ok"
    assert [(slot["time"], slot["with"]) for slot in result.data["free"]] == [
        ("09:00", "Doctor Patel"),
        ("09:50", "Doctor Patel"),
        ("14:00", "Doctor Patel"),
    ]


def test_the_afternoon_is_the_afternoon(in_app: Flask, people: People) -> None:
    result = find({"date": "2026-11-26", "part_of_day": "afternoon"}, on_the_line(in_app, people.margaret))
    assert [slot["time"] for slot in result.data["free"]] == ["14:00"]


def test_when_the_day_is_full_the_nearest_later_one_is_offered(in_app: Flask, people: People) -> None:
    result = find({"date": "2026-11-25"}, on_the_line(in_app, people.margaret))
    assert result.status == "other_day" and {slot["date"] for slot in result.data["free"]} == {"2026-11-26"}


def test_a_department_without_a_clinic_is_said(in_app: Flask, people: People) -> None:
    result = find({"date": "2026-11-26", "department": "dentist"}, on_the_line(in_app, people.margaret))
    assert result.status == "no_clinic"


def test_two_callers_want_the_same_time_and_one_gets_it(in_app: Flask, people: People) -> None:
    margaret, joan = on_the_line(in_app, people.margaret), on_the_line(in_app, people.joan, JOAN)
    assert book({"slot_id": 1}, margaret).status == "ok"
    assert book({"slot_id": 1}, joan).status == "taken"
    assert len(holders()) == 1
    assert "09:00" not in [slot["time"] for slot in find({"date": "2026-11-26"}, joan).data["free"]]


def test_two_callers_at_the_same_moment_one_gets_it(in_app: Flask, people: People) -> None:
    lines = [on_the_line(in_app, people.margaret), on_the_line(in_app, people.joan, JOAN)]
    db.session.commit()
    start, heard = threading.Barrier(2), []

    def try_to_book(line: Context) -> None:
        with in_app.app_context():
            start.wait()
            heard.append(book({"slot_id": 1}, line).status)
            db.session.commit()

    threads = [threading.Thread(target=try_to_book, args=(line,)) for line in lines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(heard) == ["ok", "taken"] and len(holders()) == 1


def test_who_was_too_late_leaves_no_request_behind(in_app: Flask, people: People) -> None:
    book({"slot_id": 1}, on_the_line(in_app, people.margaret))
    joan = on_the_line(in_app, people.joan, JOAN)
    book({"slot_id": 1}, joan)
    opened = db.session.scalars(select(Event.subject).where(Event.kind == "request_opened")).all()
    assert len(opened) == 1


def test_booking_twice_in_one_call_is_one_appointment_and_one_text(in_app: Flask, people: People) -> None:
    line = on_the_line(in_app, people.margaret)
    first, second = (book({"slot_id": 1}, line) for _ in range(2))
    assert first == second
    (body,) = db.session.scalars(select(Delivery.body)).all()
    assert body.startswith("Booked: Doctor Patel, Elm Park Surgery, Thu 26 Nov 2026 09:00. Reference ")


def test_it_counts_when_the_caller_said_yes_to_what_was_read_back(in_app: Flask, people: People) -> None:
    line = on_the_line(in_app, people.margaret)
    request_id = book({"slot_id": 1}, line).data["request_id"]
    for _ in range(2):
        assert read_back({"request_id": request_id}, line).status == "ok"
    assert db.session.scalar(select(func.count()).select_from(Event).where(Event.kind == "service_instance")) == 1


def test_joan_cannot_confirm_margarets_appointment(in_app: Flask, people: People) -> None:
    request_id = book({"slot_id": 1}, on_the_line(in_app, people.margaret)).data["request_id"]
    assert read_back({"request_id": request_id}, on_the_line(in_app, people.joan, JOAN)).status == "none"


def test_the_clinic_of_the_callers_own_district_comes_first(in_app: Flask, people: People, surgery: Clinic) -> None:
    db.session.add(Clinic(name="Riverside Health Centre", area="Riverside", time_zone="Europe/London"))
    db.session.flush()
    result = find({"date": "2026-11-26"}, on_the_line(in_app, people.arthur))
    assert {slot["clinic"] for slot in result.data["free"]} == {surgery.name}  # Riverside has no doctor's calendar
