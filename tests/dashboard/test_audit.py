"""The audit's page: auditors read all of it, and there is nothing to press."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from helpline import audit
from helpline.db import db
from helpline.staff.models import Staff
from tests.cast import Clock, People, press, sign_in_ruth


@pytest.fixture
def written(app: Flask, people: People, clock: Clock) -> Flask:
    """Three things were done, two of them are sealed; Ruth is an auditor."""
    with app.app_context():
        audit.write(f"staff:{people.ruth}", "hold_asked", "hold:1", clock.now(), note="<b>She knows them</b>")
        audit.write("caller:1", "pin_refused", "call:4", clock.now())
        db.session.flush()
        audit.seal(clock.now())
        audit.write("helpline", "hold_due", "hold:1", clock.now(), rules=["F007", "F023"])
        db.session.execute(update(Staff).values(role="auditor"))
        db.session.commit()
    return app


def test_an_auditor_reads_who_did_what_and_whether_it_is_sealed(client: FlaskClient, written: Flask) -> None:
    sign_in_ruth(client)
    page = client.get("/office/audit/").text
    for words in ("Ruth Marsh, auditor", "Asked a supervisor to have it paid", "Pin refused", "F007, F023", "not yet"):
        assert words in page, words
    assert "<b>She" not in page and "&lt;b&gt;She" in page
    assert "The audit" in client.get("/office/").text


def test_the_trail_of_one_thing(client: FlaskClient, written: Flask) -> None:
    sign_in_ruth(client)
    page = client.get("/office/audit/?about=hold:1").text
    assert "2 entries" in page and "Pin refused" not in page


def test_older_entries_are_a_page_further(client: FlaskClient, written: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("helpline.dashboard.trail.ON_A_PAGE", 2)
    sign_in_ruth(client)
    newest = client.get("/office/audit/").text
    assert "Older entries" in newest and "before=" in newest
    assert "She knows them" not in client.get("/office/audit/").text
    older = client.get("/office/audit/?before=2").text
    assert "She knows them" in older and "Older entries" not in older


@pytest.mark.parametrize("query", ["before=99999999999999999999", "before=-1", "before=0", "before=x"])
def test_a_number_that_no_entry_can_have_shows_the_newest(client: FlaskClient, written: Flask, query: str) -> None:
    sign_in_ruth(client)
    assert "She knows them" in client.get(f"/office/audit/?{query}").text


def test_what_no_database_keeps_is_left_out_of_a_search(client: FlaskClient, written: Flask) -> None:
    sign_in_ruth(client)
    assert "2 entries" in client.get("/office/audit/?about=hold%00:1").text


def test_a_page_that_is_read_changes_nothing(client: FlaskClient, written: Flask) -> None:
    sign_in_ruth(client)
    with written.app_context():
        before = audit.verify()
        db.session.rollback()
    client.get("/office/audit/")
    with written.app_context():
        assert audit.verify() == before
    assert press(client, "/office/audit/").status_code == 405


def test_a_coordinator_has_no_business_there(client: FlaskClient, written: Flask) -> None:
    with written.app_context():
        db.session.execute(update(Staff).values(role="coordinator"))
        db.session.commit()
    sign_in_ruth(client)
    assert client.get("/office/audit/").status_code == 403
    assert "office/audit" not in client.get("/office/").text
