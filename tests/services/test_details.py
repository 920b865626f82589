"""A caller's details: pace and loudness in the row at once; the rest on a ticket, and in no event."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from helpline.audit import AuditEntry
from helpline.dashboard.queries import waiting_request
from helpline.db import db
from helpline.events import Event
from helpline.models import Caller, Recording, ServiceRequest
from helpline.services import details
from helpline.services import people as office
from tests.cast import MARGARET, People, on_the_line

NEW_NUMBER = "07700900123"
PHONE = {"what": "phone", "value": "", "number": NEW_NUMBER}
ADDRESS = {"what": "address", "value": "twelve elm park road", "number": ""}


def note(args: dict[str, Any], context: Any) -> int:
    request_id = details.note(args, context).data["request_id"]
    assert isinstance(request_id, int)
    return request_id


def test_pace_and_loudness_are_remembered_for_the_next_call(in_app: Flask, people: People) -> None:
    details.prefer({"pace": 0.8, "gain": 3.0}, on_the_line(in_app, people.margaret))
    caller = db.session.get_one(Caller, people.margaret)
    assert (caller.pace, caller.gain) == (0.8, 3.0)
    event = db.session.scalars(select(Event).where(Event.kind == "manner_chosen")).one()
    assert event.data == {"pace": 0.8, "gain": 3.0}


def test_the_same_again_is_no_news(in_app: Flask, people: People) -> None:
    for _ in range(2):
        details.prefer({"pace": 0.8, "gain": 3.0}, on_the_line(in_app, people.margaret))
    assert len(list(db.session.scalars(select(Event).where(Event.kind == "manner_chosen")))) == 1


def test_a_new_number_is_on_the_ticket_and_not_on_the_caller(in_app: Flask, people: People) -> None:
    context = on_the_line(in_app, people.margaret)
    request_id = note(PHONE, context)
    told = details.take_down({"request_id": request_id, "confirmed": True}, context)
    request = db.session.get_one(ServiceRequest, request_id)
    assert told.data["reference"] == request.reference and told.data["when"]
    assert request.details["words"] == NEW_NUMBER and request.status == "open"
    assert db.session.get_one(Caller, people.margaret).phone == MARGARET


@pytest.mark.parametrize("what", ["phone", "address", "name", "contact"])
def test_nothing_that_identity_hangs_on_is_changed(in_app: Flask, people: People, what: str) -> None:
    context = on_the_line(in_app, people.margaret)
    before = dict(vars(db.session.get_one(Caller, people.margaret)))
    request_id = note({"what": what, "value": "something else", "number": NEW_NUMBER}, context)
    details.take_down({"request_id": request_id, "confirmed": True}, context)
    db.session.flush()
    after = dict(vars(db.session.get_one(Caller, people.margaret)))
    assert {**before, "_sa_instance_state": 0} == {**after, "_sa_instance_state": 0}


def test_events_and_audit_say_what_and_never_to_what(in_app: Flask, people: People) -> None:
    context = on_the_line(in_app, people.margaret)
    for args in (PHONE, ADDRESS):
        details.take_down({"request_id": note(args, context), "confirmed": True}, context)
    written = [*db.session.scalars(select(Event.data)), *db.session.scalars(select(AuditEntry.data))]
    assert {data.get("what") for data in written} >= {"phone", "address"}
    assert NEW_NUMBER not in str(written) and "elm park road" not in str(written)


def test_taken_down_twice_it_is_one_ticket_and_one_event(in_app: Flask, people: People) -> None:
    context = on_the_line(in_app, people.margaret)
    request_id = note(PHONE, context)
    first, second = (details.take_down({"request_id": request_id, "confirmed": True}, context) for _ in range(2))
    assert first == second
    assert len(list(db.session.scalars(select(Event).where(Event.kind == "change_asked")))) == 1


def test_what_is_said_again_takes_the_place_of_the_first(in_app: Flask, people: People) -> None:
    context = on_the_line(in_app, people.margaret)
    first = note(ADDRESS, context)
    second = note({**ADDRESS, "value": "twenty elm park road"}, context)
    assert first == second
    assert db.session.get_one(ServiceRequest, first).details["words"] == "twenty elm park road"


def test_what_was_left_and_is_wished_for_again_is_open_again(in_app: Flask, people: People) -> None:
    context = on_the_line(in_app, people.margaret)
    request_id = note(PHONE, context)
    details.drop({"request_id": request_id}, context)
    db.session.expire_all()
    assert db.session.get_one(ServiceRequest, request_id).status == "cancelled"
    assert note(PHONE, context) == request_id
    assert db.session.get_one(ServiceRequest, request_id).closed_at is None


def test_joan_cannot_drop_what_margaret_asked_for(in_app: Flask, people: People) -> None:
    request_id = note(PHONE, on_the_line(in_app, people.margaret))
    details.drop({"request_id": request_id}, on_the_line(in_app, people.joan))
    db.session.expire_all()
    assert db.session.get_one(ServiceRequest, request_id).status == "open"


def test_the_office_sees_it_with_the_callers_voice_and_closes_it(in_app: Flask, people: People) -> None:
    context = on_the_line(in_app, people.margaret, recording=b"\xff" * 800)
    request_id = note(ADDRESS, context)
    assert db.session.scalars(select(Recording.request_id)).one() == request_id
    db.session.flush()
    waiting = waiting_request(request_id)
    assert waiting is not None and waiting.words == "twelve elm park road" and "ring the number on file first" in waiting.about
    assert waiting.number == MARGARET
    assert office.rung_back(request_id, people.ruth, "rang, it was her", context.now)


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("change my address please", "address"), ("i've moved in with my daughter", "address"), ("i've got a new mobile", "phone"),
        ("my son's number has changed", "contact"), ("change my next of kin", "contact"), ("i've forgotten my pin number", "pin"),
        ("change my bank details", "bank"), ("i have a new bank card", "card"), ("i've gone back to my maiden name", "name"), ("take my husband's name off", "contact"),
        ("change the language", "language"), ("change how fast you speak", "manner"), ("something has changed", None),
    ],
)  # fmt: skip
def test_the_wish_may_name_what_changes(in_app: Flask, people: People, words: str, wanted: str | None) -> None:
    assert details.known({"words": words}, on_the_line(in_app, people.margaret)).data["wanted"] == wanted
