"""The people of the tests, and a clock that stands until somebody moves it."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from helpline.calls.turns import open_call
from helpline.db import db
from helpline.identity.pins import hash_pin
from helpline.models import Caller
from helpline.parts import Parts
from helpline.services.context import Context
from helpline.staff.models import Staff
from helpline.staff.session import hash_password
from volunteers.models import Volunteer
from volunteers.web import sign_in_link

START = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)  # a Tuesday, the office is open
PIN = "482719"
PEPPER = "pepper of the tests"
PASSWORD = "correct horse battery"
MARGARET, ARTHUR, JOAN = "+442071838750", "+442071838751", "+442071838752"
WEI, GRACE = "+447700900101", "+447700900102"


class Clock:
    """`now` is what the application reads; only `pass_time` moves it."""

    def __init__(self, start: dt.datetime = START) -> None:
        self._now = start

    def now(self) -> dt.datetime:
        return self._now

    def pass_time(self, **span: float) -> dt.datetime:
        """Move on by days=, hours=, minutes= or seconds=; the new time."""
        self._now += dt.timedelta(**span)
        return self._now


@dataclass(frozen=True)
class People:
    """Everybody's row id."""

    margaret: int
    arthur: int
    joan: int
    wei: int
    grace: int
    ruth: int


def enrol(now: dt.datetime) -> People:
    """Margaret and Joan of Elm Park, Arthur of Riverside (no PIN yet); Wei and Grace in blue vests; Ruth in the office.

    Needs an app context; commits.
    """
    margaret = Caller(
        name="Margaret", full_name="Margaret Hill", phone=MARGARET, area="Elm Park", address="12 Elm Park Road",
        door_notes="Ring twice, she walks slowly", pin_hash=_pin_hash(), created_at=now,
    )  # fmt: skip
    arthur = Caller(
        name="Arthur", full_name="Arthur Bell", phone=ARTHUR, area="Riverside", address="3 Mill Lane", created_at=now
    )
    joan = Caller(
        name="Joan", full_name="Joan Fisher", phone=JOAN, area="Elm Park", address="27 Station Street",
        pin_hash=_pin_hash(), created_at=now,
    )  # fmt: skip
    wei = Volunteer(
        name="Wei Chen", phone=WEI, languages=["en", "ko"], areas=["Elm Park"], kinds=["shopping", "company"], created_at=now
    )
    grace = Volunteer(
        name="Grace Okafor", phone=GRACE, languages=["en"], areas=["Elm Park", "Riverside"],
        kinds=["shopping", "garden", "transport"], created_at=now,
    )  # fmt: skip
    ruth = Staff(name="Ruth Marsh", login="ruth", password_hash=password_hash(), role="coordinator")
    everybody = (margaret, arthur, joan, wei, grace, ruth)
    for person in everybody:
        db.session.add(person)
        db.session.flush()
    people = People(*(person.id for person in everybody))
    db.session.commit()
    return people


@cache
def _pin_hash() -> str:
    return hash_pin(PIN, PEPPER)


@cache
def password_hash() -> str:
    """Of PASSWORD: made once, because it is slow on purpose."""
    return hash_password(PASSWORD)


def on_the_line(app: Flask, caller_id: int | None, number: str = MARGARET, **changes: Any) -> Context:
    """What an order of this caller is carried out with, in a call of its own. Needs an app context; does not commit."""
    parts: Parts = app.extensions["helpline"]
    call = open_call(secrets.token_hex(8), number, "inbound", parts.now())
    given = {
        "call_id": call.id, "turn": 1, "number": number, "caller_id": caller_id, "level": 2,
        "language": parts.languages["en"], "languages": tuple(parts.languages), "now": parts.now(), "settings": parts.settings,
        "payments": parts.conversation.payments,
    }  # fmt: skip
    return Context(**{**given, **changes})


def press(client: FlaskClient, path: str, **fields: Any) -> TestResponse:
    """Send a form as a browser does: with the token of a page that was opened before."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/").text)
    assert token
    return client.post(path, data={"csrf_token": token[1], **fields})


def sign_in_ruth(client: FlaskClient, login: str = "ruth", password: str = PASSWORD) -> TestResponse:
    """Ruth, or another person of the office, signs in by name and password."""
    return press(client, "/office/sign-in", login=login, password=password)


def sign_in_volunteer(client: FlaskClient, volunteer_id: int) -> TestResponse:
    """A volunteer signs in by the link that was sent to them."""
    with client.application.app_context():
        link = sign_in_link(db.session.get_one(Volunteer, volunteer_id))
    return press(client, link)
