"""A message for a person, and a call-back that is not wanted after all."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from helpline.db import db
from helpline.models import Recording, ServiceRequest
from helpline.services.context import Context
from helpline.services.people import drop, find, leave_message
from tests.cast import People, on_the_line

OWN_VOICE = bytes(range(64))


@pytest.fixture
def margaret(in_app: Flask, people: People) -> Context:
    return on_the_line(in_app, people.margaret)


def waiting() -> list[tuple[str, str]]:
    return [(request.intent, request.status) for request in db.session.scalars(select(ServiceRequest))]


def test_who_wants_no_call_back_is_waited_for_by_nobody(margaret: Context) -> None:
    find({"about": "speak_to_person"}, margaret)
    drop({"about": "speak_to_person"}, margaret)
    assert waiting() == [("speak_to_person", "cancelled")]


@pytest.mark.parametrize("about", ["emergency", "report_scam"])
def test_danger_is_looked_into_whoever_wants_no_call_back(margaret: Context, about: str) -> None:
    find({"about": about}, margaret)
    drop({"about": about}, margaret)
    assert waiting() == [(about, "open")]


def test_a_call_back_without_a_message_waits_for_a_person(margaret: Context) -> None:
    result = leave_message({"about": "leave_message", "words": ""}, margaret)
    assert result.status == "ok" and result.data["when"] == "within the hour" and waiting() == [("leave_message", "open")]


def test_the_hash_key_after_nothing_keeps_nothing(margaret: Context) -> None:
    assert leave_message({"about": "leave_message", "words": "", "empty": True}, margaret).status == "empty"
    assert waiting() == []


def test_the_hash_key_after_a_voice_keeps_it(in_app: Flask, people: People) -> None:
    line = on_the_line(in_app, people.margaret, recording=OWN_VOICE)
    assert leave_message({"about": "leave_message", "words": "", "empty": True}, line).status == "ok"
    assert db.session.scalars(select(Recording.audio)).one() == OWN_VOICE
