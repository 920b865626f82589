"""A request that waits for a person: heard, rung back, closed once, and by whom."""

from __future__ import annotations

import io
import threading
import wave

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from helpline.audit import AuditEntry
from helpline.dashboard.views import NO_NOTE
from helpline.db import db
from helpline.events import Event
from helpline.models import Recording, ServiceRequest
from helpline.services import people as for_people
from helpline.services import safety
from helpline.services.requests import open_request
from helpline.staff.models import Staff
from tests.cast import Clock, People, on_the_line, press, sign_in_ruth


@pytest.fixture
def message(app: Flask, people: People) -> int:
    """Margaret has left a message; the request's id."""
    with app.app_context():
        line = on_the_line(app, people.margaret, recording=b"\xff\x00" * 4000)
        for_people.leave_message({"about": "leave_message", "words": "please ring my daughter"}, line)
        db.session.commit()
        return db.session.scalars(select(ServiceRequest.id)).one()


def closing_events(app: Flask) -> list[tuple[str, str]]:
    with app.app_context():
        kinds = ("service_instance", "request_closed")
        rows = db.session.scalars(select(Event).where(Event.kind.in_(kinds)))
        return [(event.kind, event.data["intent"]) for event in rows]


def test_ruth_rings_back_and_closes_it(client: FlaskClient, app: Flask, people: People, message: int) -> None:
    sign_in_ruth(client)
    assert press(client, f"/office/requests/{message}", note="Spoke to Susan.").location == "/office/"
    with app.app_context():
        request = db.session.get_one(ServiceRequest, message)
        assert request.status == "done" and request.details["note"] == "Spoke to Susan."
        assert request.details["words"] == "please ring my daughter"
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "request_closed")).one()
    assert (entry.actor, entry.subject) == (f"staff:{people.ruth}", f"request:{message}")
    assert closing_events(app) == [("request_closed", "leave_message")]
    assert "Nobody is waiting." in client.get("/office/").text


def test_a_scam_that_a_person_closes_counts_as_a_service_instance(client: FlaskClient, app: Flask, people: People) -> None:
    with app.app_context():
        safety.report({"words": "he wants gift cards", "findings": []}, on_the_line(app, people.joan))
        db.session.commit()
    sign_in_ruth(client)
    press(client, "/office/requests/1", note="Her bank knows, nothing was paid.")
    assert closing_events(app) == [("service_instance", "report_scam")]


def test_pressing_twice_closes_once_and_says_so(client: FlaskClient, app: Flask, message: int) -> None:
    sign_in_ruth(client)
    press(client, f"/office/requests/{message}", note="Spoke to Susan.")
    press(client, f"/office/requests/{message}", note="Spoke to Susan again.")
    assert "Somebody else has closed it already" in client.get("/office/").text
    assert len(closing_events(app)) == 1
    with app.app_context():
        assert db.session.get_one(ServiceRequest, message).details["note"] == "Spoke to Susan."


def test_without_a_note_nothing_is_closed(client: FlaskClient, app: Flask, message: int) -> None:
    sign_in_ruth(client)
    answer = press(client, f"/office/requests/{message}", note="  ")
    assert answer.status_code == 422 and NO_NOTE in answer.text and "<title>Error: " in answer.text
    assert closing_events(app) == []


def test_a_note_that_is_too_long_is_kept_on_the_page(client: FlaskClient, message: int) -> None:
    sign_in_ruth(client)
    answer = press(client, f"/office/requests/{message}", note="word " * 200)
    assert answer.status_code == 422 and "word word word" in answer.text


def test_an_auditor_reads_and_closes_nothing(client: FlaskClient, app: Flask, message: int) -> None:
    with app.app_context():
        db.session.execute(update(Staff).values(role="auditor"))
        db.session.commit()
    sign_in_ruth(client)
    page = client.get(f"/office/requests/{message}")
    assert page.status_code == 200 and "close it" not in page.text
    assert press(client, f"/office/requests/{message}", note="Looks fine").status_code == 403
    assert closing_events(app) == []


def test_a_payment_is_no_request_for_a_person_to_close(client: FlaskClient, app: Flask, people: People) -> None:
    with app.app_context():
        request_id = open_request("pay_bill", on_the_line(app, people.margaret)).id
        db.session.commit()
    sign_in_ruth(client)
    assert press(client, f"/office/requests/{request_id}", note="Paid it myself").status_code == 404
    assert client.get(f"/office/requests/{request_id}").status_code == 404


def test_the_message_can_be_played_and_who_listened_is_written_down(
    client: FlaskClient, app: Flask, people: People, message: int
) -> None:
    sign_in_ruth(client)
    answer = client.get("/office/recordings/1.wav")
    with wave.open(io.BytesIO(answer.data)) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getnframes()) == (8000, 1, 8000)
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "recording_heard")).one()
    assert (entry.actor, entry.subject) == (f"staff:{people.ruth}", "recording:1")


def test_a_stranger_hears_no_message(client: FlaskClient, app: Flask, message: int) -> None:
    assert client.get("/office/recordings/1.wav").location == "/office/sign-in"
    with app.app_context():
        assert db.session.get_one(Recording, 1).audio


def test_a_volunteer_is_not_staff(client: FlaskClient, app: Flask, people: People, message: int) -> None:
    with client.session_transaction() as session:
        session["volunteer"] = people.ruth
    assert client.get(f"/office/requests/{message}").location == "/office/sign-in"


def test_what_a_caller_says_cannot_become_part_of_the_page(client: FlaskClient, app: Flask, people: People) -> None:
    with app.app_context():
        line = on_the_line(app, people.margaret)
        for_people.leave_message({"about": "leave_message", "words": "<script>alert(1)</script>"}, line)
        db.session.commit()
    sign_in_ruth(client)
    page = client.get("/office/").text
    assert "<script>" not in page and "&lt;script&gt;" in page


def test_two_who_close_at_the_same_moment_one_note_stands(app: Flask, people: People, message: int, clock: Clock) -> None:
    start, closed = threading.Barrier(2), []

    def close(note: str) -> None:
        with app.app_context():
            start.wait()
            closed.append((for_people.rung_back(message, people.ruth, note, clock.now()), note))
            db.session.commit()

    threads = [threading.Thread(target=close, args=(note,)) for note in ("Spoke to Susan.", "Nobody answered.")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (kept,) = [note for has_closed, note in closed if has_closed]
    with app.app_context():
        assert db.session.get_one(ServiceRequest, message).details["note"] == kept
    assert len(closing_events(app)) == 1
