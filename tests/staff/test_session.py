"""Signing in to the office: who may, who may not, and how often somebody may guess."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from helpline.audit import AuditEntry
from helpline.db import db
from helpline.staff import session
from helpline.staff.models import Staff
from helpline.staff.session import MOST_PER_LOGIN, WRONG, hash_password, signed_in
from helpline.throttle import Tries
from tests.cast import PASSWORD, Clock, People, press, sign_in_ruth


def test_ruth_signs_in_and_sees_the_office(client: FlaskClient, people: People) -> None:
    assert sign_in_ruth(client).location == "/office/"
    assert client.get("/office/").status_code == 200


def test_a_stranger_is_sent_to_sign_in(client: FlaskClient, people: People) -> None:
    assert client.get("/office/").location == "/office/sign-in"


def test_a_wrong_password_and_a_wrong_name_get_the_same_answer(client: FlaskClient, people: People) -> None:
    wrong_password = sign_in_ruth(client, password="not this one either")
    wrong_name = sign_in_ruth(client, login="nobody")
    assert wrong_password.status_code == wrong_name.status_code == 422
    assert WRONG in wrong_password.text and WRONG in wrong_name.text


def test_the_name_is_kept_and_the_password_is_not(client: FlaskClient, people: People) -> None:
    page = sign_in_ruth(client, password="not this one either").text
    assert 'value="ruth"' in page and "not this one" not in page
    assert "<title>Error: " in page


def test_capitals_and_spaces_around_the_name_do_not_matter(client: FlaskClient, people: People) -> None:
    assert sign_in_ruth(client, login=" Ruth ").location == "/office/"


def test_signs_that_no_name_has_and_no_database_keeps_are_left_out(client: FlaskClient, people: People) -> None:
    assert sign_in_ruth(client, login="ru\x00th").location == "/office/"


def test_after_too_many_wrong_passwords_even_the_right_one_waits(client: FlaskClient, people: People, clock: Clock) -> None:
    for _ in range(MOST_PER_LOGIN):
        assert sign_in_ruth(client, password="guess after guess").status_code == 422
    assert sign_in_ruth(client).status_code == 429
    clock.pass_time(minutes=10)
    assert sign_in_ruth(client).location == "/office/"


def test_knocking_while_locked_does_not_lock_longer(client: FlaskClient, people: People, clock: Clock) -> None:
    for _ in range(MOST_PER_LOGIN):
        sign_in_ruth(client, password="guess after guess")
    clock.pass_time(minutes=9)
    sign_in_ruth(client, password="guess after guess")
    clock.pass_time(minutes=1)
    assert sign_in_ruth(client).location == "/office/"


def test_one_address_cannot_try_many_names(client: FlaskClient, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "MOST_PER_ADDRESS", 3)
    answers = [sign_in_ruth(client, login=f"name{n}").status_code for n in range(4)]
    assert answers == [422, 422, 422, 429]


def test_signing_in_forgets_the_wrong_tries(client: FlaskClient, people: People) -> None:
    for _ in range(2):
        for _ in range(MOST_PER_LOGIN - 1):
            sign_in_ruth(client, password="guess after guess")
        assert sign_in_ruth(client).location == "/office/"


def test_what_was_typed_as_a_name_stands_in_no_row(client: FlaskClient, people: People, app: Flask) -> None:
    sign_in_ruth(client, login=PASSWORD)
    with app.app_context():
        kept = [*db.session.scalars(select(Tries.subject)), *map(str, db.session.scalars(select(AuditEntry.subject)))]
    assert kept and not any(PASSWORD in word for word in kept)


def test_who_has_left_cannot_sign_in(client: FlaskClient, people: People, app: Flask) -> None:
    with app.app_context():
        db.session.execute(update(Staff).values(active=False))
        db.session.commit()
    assert WRONG in sign_in_ruth(client).text


def test_who_leaves_while_signed_in_is_out_at_once(client: FlaskClient, people: People, app: Flask) -> None:
    sign_in_ruth(client)
    with app.app_context():
        db.session.execute(update(Staff).values(active=False))
        db.session.commit()
    assert client.get("/office/").location == "/office/sign-in"


def test_signing_out_ends_the_session_on_the_other_screen_too(app: Flask, people: People) -> None:
    here, there = app.test_client(), app.test_client()
    sign_in_ruth(here)
    sign_in_ruth(there)
    press(here, "/office/sign-out")
    assert there.get("/office/").location == "/office/sign-in"


def test_signing_in_and_out_and_failing_leave_audit_entries(client: FlaskClient, people: People, app: Flask) -> None:
    sign_in_ruth(client, password="not this one either")
    sign_in_ruth(client)
    press(client, "/office/sign-out")
    ruth = f"staff:{people.ruth}"
    with app.app_context():
        entries = [(entry.actor, entry.action, entry.subject) for entry in db.session.scalars(select(AuditEntry))]
    assert entries == [
        ("helpline", "sign_in_refused", ruth),
        (ruth, "signed_in", ruth),
        (ruth, "signed_out", ruth),
    ]


def test_a_form_without_its_token_is_refused(client: FlaskClient, people: People) -> None:
    assert client.post("/office/sign-in", data={"login": "ruth", "password": PASSWORD}).status_code == 400


def test_somebody_comes_back_to_the_page_that_they_wanted(client: FlaskClient, people: People) -> None:
    client.get("/office/")
    assert sign_in_ruth(client).location == "/office/"


@pytest.mark.parametrize("password", ["too short", "x" * 201])
def test_a_password_is_neither_short_nor_endless(password: str) -> None:
    with pytest.raises(ValueError, match="12 to 200"):
        hash_password(password)


def test_a_guard_for_a_role_that_nobody_has_is_a_slip_of_ours() -> None:
    with pytest.raises(ValueError, match="no such role"):
        signed_in("co-ordinator")
