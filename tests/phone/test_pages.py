"""Who may open the browser phone, and where it is there at all."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from helpline.db import db
from helpline.models import Call
from helpline.settings import SettingsError, load_settings
from helpline.staff.models import Staff
from tests.cast import People, password_hash, press, sign_in_ruth, sign_in_volunteer
from tests.phone.calls import ring

FORMS = ("/office/phone/afresh", "/office/phone/ring", "{call}/turns", "{call}/hang-up", "{call}/token")
PAGES = ("/office/phone/", "{call}", "{call}/turns")


def test_who_is_not_signed_in_signs_in_first(client: FlaskClient, people: People) -> None:
    assert client.get("/office/phone/").location == "/office/sign-in"
    assert press(client, "/office/phone/afresh").location == "/office/sign-in"


def test_a_volunteer_has_no_browser_phone(client: FlaskClient, people: People) -> None:
    sign_in_volunteer(client, people.wei)
    assert client.get("/office/phone/").location == "/office/sign-in"


def test_an_auditor_changes_nothing_and_rings_nobody(ruth: FlaskClient, app: Flask) -> None:
    call = ring(ruth, "Dorothy")
    with app.app_context():
        db.session.execute(update(Staff).values(role="auditor"))
        db.session.commit()
    assert {ruth.get(path.format(call=call)).status_code for path in PAGES} == {403}
    assert {press(ruth, path.format(call=call)).status_code for path in FORMS} == {403}
    assert "for training" not in ruth.get("/office/").text


def test_the_office_has_a_link_to_it(ruth: FlaskClient) -> None:
    assert 'href="/office/phone/"' in ruth.get("/office/").text


def test_a_form_without_its_token_is_refused(ruth: FlaskClient, app: Flask) -> None:
    call = ring(ruth, "Dorothy", "voice")
    assert {ruth.post(path.format(call=call)).status_code for path in FORMS} == {400}
    with app.app_context():
        assert db.session.query(Call).one().token_hash is None


def test_another_colleagues_call_is_not_shown(ruth: FlaskClient, app: Flask) -> None:
    call = ring(ruth, "Dorothy")
    with app.app_context():
        db.session.add(Staff(name="Samuel Lowe", login="samuel", password_hash=password_hash(), role="supervisor"))
        db.session.commit()
    samuel = app.test_client()
    sign_in_ruth(samuel, "samuel")
    assert {samuel.get(path.format(call=call)).status_code for path in PAGES[1:]} == {404}
    assert {press(samuel, path.format(call=call), words="yes").status_code for path in FORMS[2:]} == {404}


def test_only_its_pages_may_run_a_script_and_none_stands_in_them(ruth: FlaskClient) -> None:
    call = ring(ruth, "Dorothy")
    for path in ("/office/phone/", "/office/desk", call):
        policy = ruth.get(path).headers["Content-Security-Policy"]
        assert "script-src 'self'; connect-src 'self'" in policy and "unsafe" not in policy
    assert "script-src" not in ruth.get("/office/").headers["Content-Security-Policy"]


def test_half_of_the_lines_are_for_people_who_need_something(ruth: FlaskClient, app: Flask) -> None:
    lines = app.extensions["switchboard"].lines
    lines._live = dict.fromkeys(range(1000, 1020))  # 20 of 40
    try:
        assert lines.room_for(1) and press(ruth, f"{ring(ruth, 'Dorothy', 'voice')}/token").status_code == 503
    finally:
        lines._live = {}


class TestInProduction:
    """At an address that others reach, it is there only where somebody has switched it on."""

    @pytest.fixture
    def changes(self) -> dict[str, Any]:
        return {"public_url": "https://helpline.example.org"}

    def test_it_is_off(self, client: FlaskClient, people: People) -> None:
        assert {client.get(path).status_code for path in ("/office/phone/", "/office/phone/stream")} == {404}


@pytest.mark.parametrize(
    ("wanted", "public_url", "there"),
    [
        ("auto", "http://127.0.0.1:5000", True), ("auto", "https://helpline.example.org", False),
        ("on", "https://helpline.example.org", True), ("off", "http://127.0.0.1:5000", False),
    ],
)  # fmt: skip
def test_the_setting_says_where_it_is(wanted: str, public_url: str, there: bool) -> None:
    secrets = {"secret_key": "s" * 32, "pin_pepper": "p" * 16}
    settings = load_settings({}, public_url=public_url, telephony={"browser_phone": wanted}, **secrets)
    assert settings.browser_phone is there


def test_another_word_in_the_setting_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"telephony\.browser_phone: auto, on or off"):
        load_settings({}, telephony={"browser_phone": "yes"})
