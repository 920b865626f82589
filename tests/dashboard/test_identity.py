"""Vouching: somebody of the office after our own call, or together with the volunteer at a visit; for one thing, for an hour."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from helpline.audit import AuditEntry
from helpline.dashboard.identity import CAME, NO_NOTE, NO_NUMBER
from helpline.db import db
from helpline.identity import callbacks, phrases, vouching
from helpline.identity.callbacks import CallBack
from helpline.identity.vouching import GOOD_FOR, Vouch
from helpline.models import Caller, ServiceRequest
from helpline.outbox import Delivery
from helpline.services import proving
from helpline.staff.models import Staff
from tests.cast import MARGARET, PIN, WEI, Clock, People, on_the_line, press, sign_in_ruth
from volunteers import tasks

NOTE = "I have known her voice for six years and asked how her cat is."
NEW_NUMBER = "+44 20 7183 8799"


@pytest.fixture
def margaret(client: FlaskClient, app: Flask, people: People) -> int:
    """Ruth of the office is signed in; Margaret's id."""
    sign_in_ruth(client)
    return people.margaret


@pytest.fixture
def answered(app: Flask, people: People, clock: Clock) -> int:
    """Margaret has said yes in our call a moment ago; her id."""
    with app.app_context():
        line = on_the_line(app, people.margaret)
        callbacks.promise(db.session.get_one(Caller, people.margaret), "vouch", None, "staff:1", clock.now())
        row = db.session.scalars(select(CallBack)).one()
        callbacks.answered(row.id, people.margaret, line.call_id, True, clock.now())
        db.session.commit()
    return people.margaret


@pytest.fixture
def visited(app: Flask, people: People, clock: Clock) -> int:
    """Wei is with Margaret today; her id."""
    with app.app_context():
        task = tasks.open_task(
            kind="shopping", summary="shopping", area="Elm Park", address="12 Elm Park Road", door_notes="",
            caller_name="Margaret Hill", language="en", day=clock.now().date(), part_of_day="morning", minutes=60,
            now=clock.now(),
        )  # fmt: skip
        db.session.flush()
        tasks.offer(task, people.wei, clock.now())
        tasks.accept(task.id, people.wei, clock.now())
        db.session.add(ServiceRequest(reference="11112222", dedupe_key="wei", intent="ask_volunteer", task_id=task.id,
                                      caller_id=people.margaret, created_at=clock.now()))  # fmt: skip
        db.session.commit()
    return people.margaret


def post(client: FlaskClient, caller: int, what: str, **fields: str) -> str:
    """What the page says after the form was sent."""
    answer = press(client, f"/office/identity/{caller}/{what}", **fields)
    return client.get(f"/office/identity/{caller}").text if answer.status_code == 302 else answer.text


def code_of(app: Flask) -> str:
    with app.app_context():
        body = db.session.scalars(select(Delivery.body).where(Delivery.to_number == WEI).order_by(Delivery.id.desc())).first()
        return re.findall(r"\d{6}", body or "")[0]


def vouched(app: Flask, caller: int, clock: Clock) -> bool:
    with app.app_context():
        return vouching.good(caller, clock.now()) is not None


# -- after our call


def test_without_an_answered_call_nobody_vouches(client: FlaskClient, app: Flask, margaret: int, clock: Clock) -> None:
    assert CAME["referee"][1] in post(client, margaret, "referee", note=NOTE)
    assert not vouched(app, margaret, clock)


def test_after_her_yes_ruth_vouches_with_a_reason_and_it_is_in_the_audit(
    client: FlaskClient, app: Flask, answered: int, margaret: int, people: People, clock: Clock
) -> None:
    assert CAME["referee"][0] in post(client, margaret, "referee", note=NOTE)
    assert vouched(app, margaret, clock)
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "vouched")).one()
        assert entry.actor == f"staff:{people.ruth}" and entry.data["note"] == NOTE


def test_one_call_is_vouched_on_once(client: FlaskClient, app: Flask, answered: int, margaret: int) -> None:
    post(client, margaret, "referee", note=NOTE)
    assert CAME["referee"][1] in post(client, margaret, "referee", note=NOTE)


def test_a_vouch_says_why(client: FlaskClient, app: Flask, answered: int, margaret: int, clock: Clock) -> None:
    assert NO_NOTE in post(client, margaret, "referee", note=" ")
    assert not vouched(app, margaret, clock)


def test_a_call_of_an_hour_ago_is_too_old(client: FlaskClient, app: Flask, answered: int, margaret: int, clock: Clock) -> None:
    clock.pass_time(hours=1)
    assert CAME["referee"][1] in post(client, margaret, "referee", note=NOTE)


def test_ruth_has_her_rung_on_the_number_on_file(client: FlaskClient, app: Flask, margaret: int) -> None:
    post(client, margaret, "ring")
    with app.app_context():
        assert db.session.scalars(select(Delivery.to_number).where(Delivery.channel == "call")).all() == [MARGARET]


# -- at a visit


def test_the_code_goes_to_the_volunteer_and_the_office_confirms_it(
    client: FlaskClient, app: Flask, visited: int, margaret: int, clock: Clock
) -> None:
    page = post(client, margaret, "code")
    assert CAME["code"][0] in page and code_of(app) not in page
    assert CAME["visit"][0] in post(client, margaret, "visit", code=code_of(app), note=NOTE)
    assert vouched(app, margaret, clock)


def test_where_no_volunteer_is_today_there_is_no_code(client: FlaskClient, app: Flask, margaret: int) -> None:
    assert CAME["code"][1] in post(client, margaret, "code")


def test_three_wrong_codes_end_it_even_for_the_right_one(
    client: FlaskClient, app: Flask, visited: int, margaret: int, clock: Clock
) -> None:
    post(client, margaret, "code")
    right = code_of(app)
    wrong = "000000" if right != "000000" else "111111"
    for code in (wrong, wrong, wrong, right):
        assert CAME["visit"][1] in post(client, margaret, "visit", code=code, note=NOTE)
    assert not vouched(app, margaret, clock)


def test_a_code_is_good_for_half_an_hour(client: FlaskClient, app: Flask, visited: int, margaret: int, clock: Clock) -> None:
    post(client, margaret, "code")
    clock.pass_time(minutes=31)
    assert CAME["visit"][1] in post(client, margaret, "visit", code=code_of(app), note=NOTE)


def test_no_volunteer_alone_raises_a_level_not_even_in_the_tables(in_app: Flask, people: People, clock: Clock) -> None:
    db.session.add(Vouch(caller_id=people.margaret, kind="visit", volunteer_id=people.wei, status="confirmed",
                         opened_at=clock.now(), confirmed_at=clock.now()))  # fmt: skip
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


# -- what it is for


def test_a_new_number_needs_a_vouch_and_uses_it_up(
    client: FlaskClient, app: Flask, answered: int, margaret: int, clock: Clock
) -> None:
    assert CAME["number"][1] in post(client, margaret, "number", number=NEW_NUMBER)
    post(client, margaret, "referee", note=NOTE)
    assert NO_NUMBER in post(client, margaret, "number", number="8799")
    assert CAME["number"][0] in post(client, margaret, "number", number=NEW_NUMBER)
    with app.app_context():
        assert db.session.get_one(Caller, margaret).phone == "+442071838799"
        told = db.session.execute(select(Delivery.to_number, Delivery.body).where(Delivery.channel == "sms")).one()
        assert told.to_number == MARGARET and "another number" in told.body
        assert callbacks.number_changed_lately(margaret, clock.now())
    assert not vouched(app, margaret, clock)


def test_a_vouch_is_good_for_an_hour(client: FlaskClient, app: Flask, answered: int, margaret: int, clock: Clock) -> None:
    post(client, margaret, "referee", note=NOTE)
    clock.pass_time(seconds=GOOD_FOR.total_seconds() + 1)
    assert CAME["number"][1] in post(client, margaret, "number", number=NEW_NUMBER)


def test_a_lost_pin_takes_a_vouch_and_uses_it_up(
    client: FlaskClient, app: Flask, answered: int, margaret: int, clock: Clock
) -> None:
    with app.app_context():
        line = on_the_line(app, margaret)
        assert proving.may_choose_pin({}, line).status == "person"
        db.session.commit()
    post(client, margaret, "referee", note=NOTE)
    with app.app_context():
        assert proving.may_choose_pin({}, line).status == "ok"
        proving.propose_pin({"pin": "739264"}, line)
        assert proving.keep_pin({"pin": "739264"}, line).status == "ok"
        db.session.commit()
    assert not vouched(app, margaret, clock)


# -- who sees what


def test_no_page_shows_a_phrase_a_pin_or_a_visit_word(client: FlaskClient, app: Flask, margaret: int, clock: Clock) -> None:
    with app.app_context():
        words = phrases.offer(margaret, "phrase", ("teapot", "robin", "ladder", "candle", "apple", "violin"))[0]
        phrases.choose(margaret, "phrase", 0, "caller:1", clock.now())
        db.session.get_one(Caller, margaret).visit_word = "lantern"
        db.session.commit()
    page = client.get(f"/office/identity/{margaret}").text
    assert "Chosen" in page and not any(word in page for word in (*words, "lantern", PIN))


def test_who_looked_is_written_down(client: FlaskClient, app: Flask, margaret: int, people: People) -> None:
    client.get(f"/office/identity/{margaret}")
    with app.app_context():
        seen = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "identity_seen")).one()
        assert (seen.actor, seen.subject) == (f"staff:{people.ruth}", f"caller:{margaret}")


@pytest.mark.parametrize("what", ["ring", "referee", "code", "visit", "number"])
def test_an_auditor_changes_nothing(client: FlaskClient, app: Flask, margaret: int, what: str) -> None:
    with app.app_context():
        db.session.execute(update(Staff).values(role="auditor"))
        db.session.commit()
    assert press(client, f"/office/identity/{margaret}/{what}", note=NOTE).status_code == 403


def test_somebody_who_is_not_signed_in_sees_nobody(client: FlaskClient, people: People) -> None:
    assert "Margaret" not in client.get("/office/identity/").text


def test_the_day_of_a_visit_is_that_of_the_office(in_app: Flask, visited: int, clock: Clock) -> None:
    assert vouching.visit_today(visited, clock.now().date()) is not None
    assert vouching.visit_today(visited, clock.now().date() + dt.timedelta(days=1)) is None
