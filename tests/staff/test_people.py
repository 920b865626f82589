"""People of the office: added, given another role, gone; each change in the audit, and felt at once."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from helpline.audit import AuditEntry
from helpline.db import db
from helpline.staff import duty
from helpline.staff import people as office
from helpline.staff.models import Staff
from helpline.staff.people import Unfit
from tests.cast import PASSWORD, Clock, People, sign_in_ruth

RUTHS = "+442071838701"


def told(action: str) -> list[tuple[str, dict[str, object]]]:
    rows = db.session.execute(select(AuditEntry.actor, AuditEntry.data).where(AuditEntry.action == action))
    return [(actor, data) for actor, data in rows]


def test_somebody_new_signs_in_and_the_audit_says_who_let_them(
    app: Flask, client: FlaskClient, people: People, clock: Clock
) -> None:
    with app.app_context():
        office.add(" Sam ", "Sam Lee", "supervisor", PASSWORD, f"staff:{people.ruth}", "new in November", clock.now())
        db.session.commit()
        assert told("staff_added") == [(f"staff:{people.ruth}", {"role": "supervisor", "note": "new in November"})]
    assert sign_in_ruth(client, "sam").status_code == 302
    assert client.get("/office/").status_code == 200


def test_another_role_ends_sessions_and_duty(app: Flask, client: FlaskClient, people: People, clock: Clock) -> None:
    sign_in_ruth(client)
    with app.app_context():
        duty.begin(people.ruth, RUTHS, clock.now())
        ruth = office.of_login("RUTH")
        assert office.change_role(ruth, "auditor", "helpline staff", "", clock.now())
        assert not office.change_role(ruth, "auditor", "helpline staff", "", clock.now())
        db.session.commit()
        assert told("role_changed") == [("helpline staff", {"was": "coordinator", "now_is": "auditor", "note": ""})]
        assert duty.on_duty(clock.now()) == ()
    assert client.get("/office/").status_code == 302


def test_who_has_left_signs_in_no_more_and_may_come_back(app: Flask, client: FlaskClient, people: People, clock: Clock) -> None:
    with app.app_context():
        ruth = office.of_login("ruth")
        assert office.leave(ruth, "helpline staff", "moved", clock.now())
        assert not office.leave(ruth, "helpline staff", "", clock.now())
        db.session.commit()
    assert sign_in_ruth(client).status_code == 422
    with app.app_context():
        assert office.change_role(office.of_login("ruth"), "coordinator", "helpline staff", "", clock.now())
        db.session.commit()
        assert told("role_changed")[0][1]["was"] == "left"
    assert sign_in_ruth(client).status_code == 302


def test_a_new_password_ends_every_session(app: Flask, client: FlaskClient, people: People, clock: Clock) -> None:
    sign_in_ruth(client)
    with app.app_context():
        office.change_password(office.of_login("ruth"), "another long password", "helpline staff", "", clock.now())
        db.session.commit()
        assert "another" not in str(told("password_changed"))
    assert client.get("/office/").status_code == 302
    assert sign_in_ruth(client, password="another long password").status_code == 302


@pytest.mark.parametrize(
    ("login", "name", "role", "password", "why"),
    [
        ("", "Sam Lee", "coordinator", PASSWORD, "sign-in name"),
        ("sam lee", "Sam Lee", "coordinator", PASSWORD, "no space"),
        ("s\x00m", "Sam Lee", "coordinator", PASSWORD, "sign-in name"),
        ("s" * 61, "Sam Lee", "coordinator", PASSWORD, "sign-in name"),
        ("sam", " ", "coordinator", PASSWORD, "a name has"),
        ("sam", "Sam\nLee", "coordinator", PASSWORD, "a name has"),
        ("sam", "Sam Lee", "king", PASSWORD, "none of coordinator"),
        ("sam", "Sam Lee", "coordinator", "short", "password"),
        ("sam", "Sam Lee", "coordinator", "x" * 201, "password"),
        ("Ruth", "Another Ruth", "coordinator", PASSWORD, "already"),
    ],
)
def test_what_cannot_be_is_said(
    in_app: Flask, people: People, clock: Clock, login: str, name: str, role: str, password: str, why: str
) -> None:
    with pytest.raises(Unfit, match=why):
        office.add(login, name, role, password, "helpline staff", "", clock.now())
    assert len(db.session.scalars(select(Staff)).all()) == 1 and told("staff_added") == []
