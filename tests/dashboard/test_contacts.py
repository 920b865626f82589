"""The page of trusted contacts: found by the caller, changed by a coordinator with a reason, seen by whoever signs in."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from helpline.audit import AuditEntry
from helpline.dashboard.contacts import DONE, NO_REASON
from helpline.db import db
from helpline.services.contacts.models import TrustedContact
from helpline.staff.models import Staff
from tests.cast import MARGARET, WEI, People, press, sign_in_ruth

SUSAN = {"name": "Susan Hill", "phone": "+447700900201", "relation": "daughter", "consent": "yes", "note": "Both told me."}


def contacts(app: Flask) -> list[tuple[str, bool]]:
    with app.app_context():
        return [(one.name, one.suspected) for one in db.session.scalars(select(TrustedContact))]


def send(client: FlaskClient, people: People, **changes: str) -> Any:
    return press(client, f"/office/contacts/{people.margaret}/first", **{**SUSAN, **changes})


def test_ruth_finds_margaret_and_writes_down_her_daughter(client: FlaskClient, app: Flask, people: People) -> None:
    sign_in_ruth(client)
    assert "Margaret Hill" in client.get("/office/contacts/", query_string={"find": MARGARET}).text
    send(client, people)
    page = client.get("/office/contacts/").text
    assert DONE["added"] in page and "Susan Hill, daughter" in page
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "contact_added")).one()
        assert (entry.actor, entry.data["note"]) == (f"staff:{people.ruth}", "Both told me.")


def test_ruth_marks_her_as_suspected(client: FlaskClient, app: Flask, people: People) -> None:
    sign_in_ruth(client)
    send(client, people)
    assert "Susan Hill" in client.get(f"/office/contacts/{people.margaret}/first").text
    send(client, people, suspected="yes", note="Margaret told me of missing money.")
    assert contacts(app) == [("Susan Hill", True)]
    assert "Suspected: is told nothing" in client.get("/office/contacts/").text


def test_without_a_reason_nothing_is_kept(client: FlaskClient, app: Flask, people: People) -> None:
    sign_in_ruth(client)
    answer = send(client, people, note=" ")
    assert answer.status_code == 422 and NO_REASON in answer.text and contacts(app) == []


def test_a_number_that_is_none_or_a_volunteers_is_told_at_its_field(client: FlaskClient, app: Flask, people: People) -> None:
    sign_in_ruth(client)
    for number, told in (("07700900201", "is no telephone number"), (WEI, "a volunteer can never be a contact")):
        answer = send(client, people, phone=number)
        assert answer.status_code == 422 and told in answer.text and "Susan Hill" in answer.text
    assert contacts(app) == []


def test_an_auditor_sees_them_and_changes_nothing(client: FlaskClient, app: Flask, people: People) -> None:
    sign_in_ruth(client)
    send(client, people)
    with app.app_context():
        db.session.execute(update(Staff).values(role="auditor"))
        db.session.commit()
    page = client.get("/office/contacts/").text
    assert "Susan Hill" in page and "Change the" not in page
    assert send(client, people, name="Derek").status_code == 403 and contacts(app) == [("Susan Hill", False)]


def test_a_stranger_sees_nobody(client: FlaskClient, people: People) -> None:
    assert client.get("/office/contacts/").location == "/office/sign-in"


def test_nobody_has_the_contact_of_a_caller_who_is_not_there(client: FlaskClient, people: People) -> None:
    sign_in_ruth(client)
    assert client.get("/office/contacts/999/first").status_code == 404
