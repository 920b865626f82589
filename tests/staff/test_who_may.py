"""Every page of the office, and who may open or press it: a page that is missing here is a page that nobody thought about."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.routing import Rule

from helpline.db import db
from helpline.staff.models import ROLES, Staff
from tests.cast import People, press, sign_in_ruth, sign_in_volunteer

ALL = set(ROLES)
DECIDING = {"coordinator", "supervisor"}
READING = {"auditor", "supervisor", "administrator"}
TRAINING = {"coordinator", "supervisor", "administrator"}
SIGN_IN = "/office/sign-in"
OPEN = {"staff.sign_in", "staff.check", "staff.sign_out"}  # for whoever is not signed in yet, or any more
WHO_MAY = {
    "contacts.contact_list": ALL,
    "contacts.contact_page": DECIDING,
    "contacts.change_contact": DECIDING,
    "dashboard.overview": ALL,
    "dashboard.request_page": ALL,
    "dashboard.close_request": DECIDING,
    "dashboard.recording": ALL,
    "desk.page": DECIDING,
    "desk.here": DECIDING,
    "desk.away": DECIDING,
    "desk.take": DECIDING,
    "desk.decline": DECIDING,
    "duty.page": ALL,
    "duty.begin": DECIDING,
    "duty.end": DECIDING,
    "cards.caller_list": ALL,
    "cards.caller_page": ALL,
    "cards.open_for": DECIDING,
    "cards.back": DECIDING,
    "guards.guard_list": ALL,
    "guards.lift_page": DECIDING,
    "guards.lift": DECIDING,
    "holds.hold_list": ALL,
    "holds.hold_page": ALL,
    "holds.take_step": DECIDING,
    "holds.take_verdict": DECIDING,
    "holds.measured": ALL,
    "identity.caller_list": ALL,
    "identity.caller_page": ALL,
    "identity.ring": DECIDING,
    "identity.referee": DECIDING,
    "identity.send_code": DECIDING,
    "identity.visit": DECIDING,
    "identity.number": DECIDING,
    "phone.start": TRAINING,
    "phone.afresh": TRAINING,
    "phone.ring": TRAINING,
    "phone.call_page": TRAINING,
    "phone.turns": TRAINING,
    "phone.say": TRAINING,
    "phone.hang_up": TRAINING,
    "phone.token": TRAINING,
    "trail.audit_page": READING,
}


def pages(app: Flask) -> list[Rule]:
    """All but the sockets, which are no pages."""
    office = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/office") and not rule.websocket]
    return [rule for rule in office if rule.endpoint not in OPEN]


def ask(client: FlaskClient, rule: Rule) -> tuple[int, str]:
    """What the page answers to somebody who only knows its address: its status, and where it leads."""
    path = re.sub("<int:[a-z_]+>", "1", re.sub(r"<any\((\w+).*>", r"\1", rule.rule))
    answer = client.get(path) if "GET" in (rule.methods or set()) else press(client, path)
    return answer.status_code, answer.location or ""


def test_of_every_page_it_is_written_who_may(app: Flask) -> None:
    assert {rule.endpoint for rule in pages(app)} == WHO_MAY.keys()


def test_a_stranger_is_sent_to_sign_in_from_every_page(client: FlaskClient, app: Flask, people: People) -> None:
    assert {rule.endpoint: ask(client, rule) for rule in pages(app)} == dict.fromkeys(WHO_MAY, (302, SIGN_IN))


def test_a_volunteer_is_sent_to_sign_in_from_every_page(client: FlaskClient, app: Flask, people: People) -> None:
    """They are signed in, and with a row of the same number as Ruth's: it is of no use here."""
    assert people.wei == people.ruth
    sign_in_volunteer(client, people.wei)
    assert client.get("/volunteers/").status_code == 200
    assert {rule.endpoint: ask(client, rule) for rule in pages(app)} == dict.fromkeys(WHO_MAY, (302, SIGN_IN))


@pytest.mark.parametrize("role", ROLES)
def test_each_role_reaches_what_is_theirs_and_nothing_else(client: FlaskClient, app: Flask, people: People, role: str) -> None:
    with app.app_context():
        db.session.execute(update(Staff).values(role=role))
        db.session.commit()
    sign_in_ruth(client)
    refused, led_away = set(), set()
    for rule in pages(app):
        status, leads_to = ask(client, rule)
        assert status in (200, 204, 302, 400, 403, 404, 409, 422), rule.endpoint
        refused |= {rule.endpoint} if status == 403 else set()
        led_away |= {rule.endpoint} if leads_to == SIGN_IN else set()
    assert refused == {endpoint for endpoint, roles in WHO_MAY.items() if role not in roles}
    assert led_away == set()


def test_somebody_of_the_office_is_no_volunteer(client: FlaskClient, people: People) -> None:
    sign_in_ruth(client)
    assert client.get("/volunteers/").location == "/volunteers/sign-in"
