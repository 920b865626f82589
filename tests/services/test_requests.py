"""A wish is one request, is closed once, and has a number that can be said on the telephone."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from helpline.db import db
from helpline.events import Event
from helpline.models import Recording, ServiceRequest
from helpline.services import people as for_people
from helpline.services.context import Context
from helpline.services.requests import close, open_request
from tests.cast import People, on_the_line


@pytest.fixture
def margaret(in_app: Flask, people: People) -> Context:
    return on_the_line(in_app, people.margaret, recording=b"\xff" * 800)


def kinds() -> list[str]:
    return list(db.session.scalars(select(Event.kind).where(Event.kind != "call_started").order_by(Event.id)))


def test_the_same_wish_in_one_call_is_one_request(margaret: Context) -> None:
    first, second = (open_request("pay_bill", margaret, key="bill:1") for _ in range(2))
    assert first.id == second.id and kinds() == ["request_opened"]


def test_the_same_wish_in_another_call_is_another_request(in_app: Flask, margaret: Context, people: People) -> None:
    first = open_request("pay_bill", margaret, key="bill:1")
    second = open_request("pay_bill", on_the_line(in_app, people.margaret), key="bill:1")
    assert first.reference != second.reference


def test_a_reference_is_eight_digits(margaret: Context) -> None:
    reference = open_request("pay_bill", margaret).reference
    assert len(reference) == 8 and reference.isdigit()


def test_closing_twice_counts_once(margaret: Context) -> None:
    request = open_request("book_appointment", margaret)
    assert close(request, margaret, "done", delivered=True)
    assert not close(request, margaret, "done", delivered=True)
    assert kinds() == ["request_opened", "service_instance"]


def test_what_was_cancelled_cannot_be_delivered_afterwards(margaret: Context) -> None:
    request = open_request("book_appointment", margaret)
    close(request, margaret, "cancelled")
    assert not close(request, margaret, "done", delivered=True)
    assert kinds() == ["request_opened", "request_closed"]


def test_the_event_knows_the_callers_district(margaret: Context) -> None:
    open_request("pay_bill", margaret)
    assert db.session.scalars(select(Event.area).where(Event.kind == "request_opened")).one() == "Elm Park"


def test_a_message_belongs_to_the_promise_that_came_before_it(margaret: Context) -> None:
    for_people.find({"about": "pin"}, margaret)
    for_people.leave_message({"about": "pin", "words": "please ring me"}, margaret)
    request = db.session.scalars(select(ServiceRequest)).one()
    assert request.details["words"] == "please ring me" and request.details["about"] == "pin"
    assert db.session.scalars(select(Recording.request_id)).all() == [request.id]


def test_somebody_who_only_listens_can_close_nothing_that_is_no_persons(margaret: Context) -> None:
    request = open_request("pay_bill", margaret)
    assert not for_people.rung_back(request.id, 1, "paid it myself", margaret.now)
    assert not for_people.rung_back(999, 1, "nothing there", margaret.now)
    assert request.closed_at is None
