"""The pages of held payments: who sees and does what, with a reason and a second look, and never twice."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from helpline.audit import AuditEntry
from helpline.dashboard.holds import NO_REASON, NO_STEP
from helpline.dashboard.words import HOLD_CAME, HOLD_STEPS
from helpline.db import db
from helpline.services.bills import orders
from helpline.services.bills.models import Payment
from helpline.services.holds import deciding
from helpline.services.holds.models import Hold
from helpline.staff.models import Staff
from tests.cast import Clock, People, on_the_line, password_hash, press, sign_in_ruth
from tests.services.accounts import account_with, bill


@pytest.fixture
def hold(app: Flask, people: People, clock: Clock) -> int:
    """Margaret's first payment to City Electric waits; Sam is a supervisor. The hold's id."""
    with app.app_context():
        due = bill(account_with(people.margaret, "City Electric", "electricity"), "42.50", clock.now().date())
        orders.claim({"bill_id": due.id}, on_the_line(app, people.margaret))
        db.session.add(Staff(name="Sam Lowe", login="sam", password_hash=password_hash(), role="supervisor"))
        db.session.commit()
        return db.session.scalars(select(Hold.id)).one()


def do(client: FlaskClient, hold: int, step: str, note: str = "Spoke with her.", sure: str = "yes") -> str:
    """Take a step from a page just opened; the page that comes of it."""
    version = re.search(r'name="version" value="(\d+)"', client.get(f"/office/holds/{hold}").text)
    answer = press(client, f"/office/holds/{hold}", step=step, note=note, sure=sure, version=version[1] if version else "0")
    return client.get(answer.location).text if answer.location else answer.text


def payments(app: Flask) -> int:
    with app.app_context():
        return len(db.session.scalars(select(Payment.id)).all())


def become(app: Flask, role: str) -> None:
    with app.app_context():
        db.session.execute(update(Staff).where(Staff.login == "ruth").values(role=role))
        db.session.commit()


def test_the_page_says_why_until_when_and_what_the_caller_heard(client: FlaskClient, hold: int) -> None:
    sign_in_ruth(client)
    page = client.get(f"/office/holds/{hold}").text
    for words in ("City Electric, GBP 42.50", "it is the first payment to this biller", "runs until 10:10", "Margaret Hill",
                  "because it is the first time that you pay them with us"):  # fmt: skip
        assert words in page, words


def test_ruth_asks_and_sam_has_it_paid(client: FlaskClient, app: Flask, hold: int) -> None:
    sign_in_ruth(client)
    assert HOLD_CAME["asked"] in do(client, hold, "ask")
    press(client, "/office/sign-out")
    sign_in_ruth(client, login="sam")
    assert HOLD_CAME["released"] in do(client, hold, "release", "Both reasons are fine.")
    assert payments(app) == 1
    page = client.get(f"/office/holds/{hold}").text
    assert "Ruth Marsh, coordinator" in page and "Sam Lowe, supervisor" in page and "Both reasons are fine." in page


def test_ruth_alone_cannot_and_what_she_tried_is_written_down(client: FlaskClient, app: Flask, hold: int) -> None:
    sign_in_ruth(client)
    assert HOLD_CAME["clock_runs"] in do(client, hold, "release")
    do(client, hold, "ask")
    assert HOLD_CAME["own_hold"] in do(client, hold, "release")
    assert payments(app) == 0
    with app.app_context():
        tried = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "hold_step_refused")).all()
    assert [entry.data["why"] for entry in tried] == ["clock_runs", "own_hold"]


def test_nothing_happens_before_the_second_look(client: FlaskClient, app: Flask, hold: int) -> None:
    sign_in_ruth(client)
    page = do(client, hold, "refuse", sure="")
    assert "Do not pay it?" in page and "Spoke with her." in page
    with app.app_context():
        assert db.session.get_one(Hold, hold).status == "waiting"


@pytest.mark.parametrize(
    ("step", "note", "problem"), [("", "why", NO_STEP), ("pay twice", "why", NO_STEP), ("refuse", "  ", NO_REASON)]
)
def test_a_step_and_a_reason_are_asked_for(client: FlaskClient, hold: int, step: str, note: str, problem: str) -> None:
    sign_in_ruth(client)
    answer = press(client, f"/office/holds/{hold}", step=step, note=note, version="0", sure="yes")
    assert answer.status_code == 422 and problem in answer.text and "<title>Error: " in answer.text


def test_the_same_form_twice_refuses_once(client: FlaskClient, app: Flask, hold: int) -> None:
    sign_in_ruth(client)
    fields = {"step": "refuse", "note": "She does not know them.", "version": "0", "sure": "yes"}
    for _ in range(2):
        press(client, f"/office/holds/{hold}", **fields)
    assert HOLD_CAME["decided_already"] in client.get(f"/office/holds/{hold}").text
    with app.app_context():
        assert len(db.session.scalars(select(AuditEntry).where(AuditEntry.action == "hold_refused")).all()) == 1


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_who_does_not_decide_sees_it_and_changes_nothing(client: FlaskClient, app: Flask, hold: int, role: str) -> None:
    become(app, role)
    sign_in_ruth(client)
    page = client.get(f"/office/holds/{hold}")
    assert page.status_code == 200 and "Choose one" not in page.text
    assert press(client, f"/office/holds/{hold}", step="refuse", note="x", version="0", sure="yes").status_code == 403
    with app.app_context():
        assert db.session.get_one(Hold, hold).status == "waiting"


def test_a_stranger_sees_nothing(client: FlaskClient, hold: int) -> None:
    assert client.get(f"/office/holds/{hold}").location == "/office/sign-in"
    assert client.get("/office/holds/").location == "/office/sign-in"


def test_a_hold_that_is_not_there(client: FlaskClient, hold: int) -> None:
    sign_in_ruth(client)
    assert client.get("/office/holds/99").status_code == 404
    assert press(client, "/office/holds/99", step="refuse", note="x", version="0", sure="yes").status_code == 404


def test_the_list_has_what_waits_and_what_is_decided(client: FlaskClient, hold: int) -> None:
    sign_in_ruth(client)
    assert "None was decided yet." in client.get("/office/holds/").text
    do(client, hold, "refuse")
    page = client.get("/office/holds/").text
    assert "No payment is held." in page and "City Electric" in page


def test_every_step_and_everything_that_may_come_of_it_has_words() -> None:
    assert HOLD_STEPS.keys() == deciding.STEPS.keys()
    assert HOLD_CAME.keys() >= deciding.DONE
