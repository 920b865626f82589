"""A complaint: a ticket for the office, with the caller's words and a promised call-back, and nobody else's business."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from helpline.db import db
from helpline.models import ServiceRequest
from helpline.outbox import Delivery
from helpline.services.context import Context
from helpline.services.people import complain, leave_message, rung_back, subjects
from helpline.services.visits import open_visit
from tests.cast import People, on_the_line, sign_in_ruth, sign_in_volunteer
from volunteers import tasks
from volunteers.models import Task

RUDE = "that volunteer was rude to me"


@pytest.fixture
def margaret(in_app: Flask, people: People) -> Context:
    return on_the_line(in_app, people.margaret)


def tickets() -> list[ServiceRequest]:
    return list(db.session.scalars(select(ServiceRequest).where(ServiceRequest.intent == "complain")))


@pytest.mark.parametrize(
    ("words", "about"),
    [(RUDE, "complain_volunteer"), ("nobody rang me back and I'm cross", "complain_line"),
     ("the bill that you paid was wrong", "complain_bill"), ("I waited two hours at the surgery", "complain_appointment"),
     ("I want to complain", ""), ("", "")],
)  # fmt: skip
def test_the_first_sentence_may_say_what_it_is_about(margaret: Context, words: str, about: str) -> None:
    assert subjects({"words": words}, margaret).data["about"] == about


def test_every_subject_has_a_name_in_the_order_of_its_key(margaret: Context) -> None:
    data = subjects({"words": ""}, margaret).data
    assert dict(zip(data["subjects"], data["names"], strict=True)) == {
        "complain_volunteer": "a volunteer",
        "complain_bill": "a bill",
        "complain_appointment": "an appointment",
        "complain_line": "this telephone line",
        "complain_other": "something else",
    }


def test_there_is_a_ticket_before_the_words_are_recorded(margaret: Context) -> None:
    result = complain({"about": "complain_line", "words": "I want to complain"}, margaret)
    (ticket,) = tickets()
    assert result.data == {"reference": ticket.reference, "when": "within the hour"} and ticket.status == "open"


def test_what_is_recorded_comes_after_what_was_said_first_on_one_ticket(margaret: Context) -> None:
    opened = complain({"about": "complain_volunteer", "words": RUDE}, margaret)
    kept = leave_message({"about": "complain_volunteer", "words": "he slammed the door"}, margaret)
    (ticket,) = tickets()
    assert opened.data["reference"] == kept.data["reference"] == ticket.reference
    assert ticket.details["words"] == f"{RUDE}\nhe slammed the door"


def test_two_subjects_in_one_call_are_two_tickets_and_the_same_twice_is_one(margaret: Context) -> None:
    for about in ("complain_bill", "complain_line", "complain_bill"):
        complain({"about": about, "words": "it was wrong"}, margaret)
    assert [ticket.details["about"] for ticket in tickets()] == ["complain_bill", "complain_line"]


def test_somebody_unknown_may_complain(in_app: Flask, people: People) -> None:
    complain({"about": "complain_line", "words": "it does not hear me"}, on_the_line(in_app, None, "+442071838799"))
    (ticket,) = tickets()
    assert (ticket.caller_id, ticket.details["number"]) == (None, "+442071838799")


def test_the_office_sees_a_complaint_about_wei_and_wei_does_not(app: Flask, people: People) -> None:
    with app.app_context():
        margaret = on_the_line(app, people.margaret)
        open_visit({"help_kind": "shopping", "date": "2026-11-26", "part_of_day": "morning"}, margaret)
        task = db.session.scalars(select(Task)).one()
        tasks.offer(task, people.wei, margaret.now)
        tasks.accept(task.id, people.wei, margaret.now)
        complain({"about": "complain_volunteer", "words": RUDE}, margaret)
        task_id = task.id
        assert db.session.scalars(select(Delivery.id)).all() == []
        db.session.commit()
    wei, ruth = app.test_client(), app.test_client()
    sign_in_volunteer(wei, people.wei)
    pages = wei.get("/volunteers/").text + wei.get(f"/volunteers/tasks/{task_id}").text
    assert "Margaret Hill" in pages and "rude" not in pages and "omplain" not in pages
    sign_in_ruth(ruth)
    office = ruth.get("/office/").text
    assert "Complains about a volunteer" in office and RUDE in office


def test_who_has_rung_back_closes_it_once(margaret: Context, people: People) -> None:
    complain({"about": "complain_volunteer", "words": RUDE}, margaret)
    (ticket,) = tickets()
    assert rung_back(ticket.id, people.ruth, "Spoke with her, and with Wei", margaret.now)
    assert not rung_back(ticket.id, people.ruth, "again", margaret.now)
