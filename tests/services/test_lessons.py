"""A lesson in safety: a request when it begins, a ServiceInstance when it was heard to its end, and only once."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import func, select

from helpline.db import db
from helpline.events import Event
from helpline.models import ServiceRequest
from helpline.services import lessons
from tests.cast import People, on_the_line

BANK = {"lesson": "bank"}


def counted(kind: str) -> int:
    return db.session.scalar(select(func.count()).where(Event.kind == kind)) or 0


def test_margaret_hears_a_lesson_to_its_end(in_app: Flask, people: People) -> None:
    context = on_the_line(in_app, people.margaret)
    assert "telephone" in lessons.begin(BANK, context).data["question"]
    assert db.session.scalars(select(ServiceRequest.status)).one() == "open"
    lessons.heard(BANK, context)
    db.session.expire_all()
    request = db.session.scalars(select(ServiceRequest)).one()
    assert (request.intent, request.status, request.details["lesson"]) == ("safety_lesson", "done", "bank")
    event = db.session.scalars(select(Event).where(Event.kind == "service_instance")).one()
    assert event.data["intent"] == "safety_lesson" and event.area == "Elm Park"


def test_a_lesson_heard_twice_in_a_call_counts_once(in_app: Flask, people: People) -> None:
    context = on_the_line(in_app, people.margaret)
    for _ in range(2):
        lessons.begin(BANK, context)
        lessons.heard(BANK, context)
    assert (counted("request_opened"), counted("service_instance"), counted("lesson_heard")) == (1, 1, 1)


def test_a_lesson_that_was_left_counts_as_nothing(in_app: Flask, people: People) -> None:
    context = on_the_line(in_app, people.margaret)
    lessons.begin(BANK, context)
    lessons.leave(BANK, context)
    assert counted("service_instance") == 0
    db.session.expire_all()
    assert db.session.scalars(select(ServiceRequest.status)).one() == "cancelled"


def test_somebody_unknown_may_hear_a_lesson(in_app: Flask, people: People) -> None:
    context = on_the_line(in_app, None, number="")
    lessons.begin(BANK, context)
    lessons.heard(BANK, context)
    assert counted("service_instance") == 1


def test_the_wish_may_name_its_lesson(in_app: Flask, people: People) -> None:
    context = on_the_line(in_app, people.margaret)
    for words, wanted in (
        ("tell me about gift cards", "vouchers"),
        ("a lesson please", None),
        ("my grandson rang", "grandchild"),
    ):
        known = lessons.known({"words": words}, context)
        assert known.data["wanted"] == wanted
        assert [lesson["name"] for lesson in known.data["lessons"]][:2] == ["bank", "vouchers"]
