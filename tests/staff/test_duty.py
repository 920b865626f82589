"""Going on and off duty: on the page, once, by whom it is for, and never for longer than a day's work."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from helpline.audit import AuditEntry
from helpline.db import db
from helpline.staff import duty
from helpline.staff.duty import phone_number
from helpline.staff.duty_page import NO_NUMBER, OUR_OWN
from helpline.staff.models import Duty, Staff
from tests.cast import Clock, People, password_hash, press, sign_in_ruth

RUTHS = "+442071838701"


def on_duty(app: Flask, clock: Clock) -> list[tuple[str, str]]:
    with app.app_context():
        return [(one.name, one.number) for one in duty.on_duty(clock.now())]


def test_ruth_goes_on_duty_and_off_again(client: FlaskClient, app: Flask, people: People, clock: Clock) -> None:
    sign_in_ruth(client)
    assert press(client, "/office/duty", number="+44 (20) 7183-8701").location == "/office/duty"
    assert on_duty(app, clock) == [("Ruth Marsh", RUTHS)]
    assert "You are on duty" in client.get("/office/duty").text
    press(client, "/office/duty/end")
    assert on_duty(app, clock) == []
    assert "Nobody is on duty." in client.get("/office/duty").text


def test_both_leave_an_audit_entry(client: FlaskClient, app: Flask, people: People) -> None:
    sign_in_ruth(client)
    press(client, "/office/duty", number=RUTHS)
    press(client, "/office/duty/end")
    with app.app_context():
        written = db.session.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith("duty"))).all()
    assert written == ["duty_began", "duty_ended"]


def test_pressing_twice_is_one_duty(client: FlaskClient, app: Flask, people: People) -> None:
    sign_in_ruth(client)
    press(client, "/office/duty", number=RUTHS)
    press(client, "/office/duty", number="+442071838799")
    assert "You were on duty already." in client.get("/office/duty").text
    with app.app_context():
        assert db.session.scalars(select(Duty.number)).all() == [RUTHS]


def test_two_presses_at_the_same_moment_are_one_duty(app: Flask, people: People, clock: Clock) -> None:
    start, began = threading.Barrier(2), []

    def begin() -> None:
        with app.app_context():
            start.wait()
            began.append(duty.begin(people.ruth, RUTHS, clock.now()))
            db.session.commit()

    both = [threading.Thread(target=begin) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(began) == [False, True]


def test_going_off_duty_twice_does_no_harm(client: FlaskClient, app: Flask, people: People) -> None:
    sign_in_ruth(client)
    press(client, "/office/duty/end")
    assert "You were not on duty." in client.get("/office/duty").text
    with app.app_context():
        assert db.session.scalar(select(func.count(AuditEntry.id)).where(AuditEntry.action == "duty_ended")) == 0


def test_who_is_on_duty_is_seen_by_the_others(client: FlaskClient, app: Flask, people: People, clock: Clock) -> None:
    with app.app_context():
        helen = Staff(name="Helen Ward", login="helen", password_hash=password_hash(), role="supervisor")
        db.session.add(helen)
        db.session.flush()
        duty.begin(helen.id, "+447700900200", clock.now())
        db.session.commit()
    sign_in_ruth(client)
    page = client.get("/office/duty").text
    assert "Helen Ward" in page and "+447700900200" in page and "You are not on duty" in page


@pytest.mark.parametrize(
    "written", ["", "Ruth", "020 7183 8700", "+44", "+0442071838700", "+44207183870012345", "+4420x71838700"]
)
def test_what_is_no_number_with_its_country_is_refused(client: FlaskClient, app: Flask, people: People, written: str) -> None:
    sign_in_ruth(client)
    answer = press(client, "/office/duty", number=written)
    assert answer.status_code == 422 and NO_NUMBER in answer.text and "<title>Error: " in answer.text
    with app.app_context():
        assert db.session.scalar(select(func.count(Duty.id))) == 0


@pytest.mark.parametrize("written", ["+442071838701", "00442071838701", " +44 20 7183.8701 ", "+44 (20) 7183-8701"])
def test_a_number_may_be_written_as_people_write_it(written: str) -> None:
    assert phone_number(written) == RUTHS


def test_the_helplines_own_number_would_ring_itself(client: FlaskClient, app: Flask, people: People) -> None:
    sign_in_ruth(client)
    own = app.extensions["helpline"].settings.telephony.number
    answer = press(client, "/office/duty", number=own)
    assert answer.status_code == 422 and OUR_OWN.split(":")[1] in answer.text.replace("&#39;", "'")


def test_the_number_of_the_last_time_stands_in_the_form(client: FlaskClient, people: People) -> None:
    sign_in_ruth(client)
    press(client, "/office/duty", number=RUTHS)
    press(client, "/office/duty/end")
    assert f'value="{RUTHS}"' in client.get("/office/duty").text


def test_who_forgets_to_go_off_duty_is_not_rung_the_next_morning(
    client: FlaskClient, app: Flask, people: People, clock: Clock
) -> None:
    with app.app_context():
        began = clock.now()
        duty.begin(people.ruth, RUTHS, began)
        db.session.commit()
    clock.pass_time(hours=22)
    assert on_duty(app, clock) == []
    sign_in_ruth(client)
    press(client, "/office/duty", number=RUTHS)
    assert on_duty(app, clock) == [("Ruth Marsh", RUTHS)]
    with app.app_context():
        first = db.session.scalars(select(Duty).order_by(Duty.id)).first()
        assert first is not None and first.ended_at == began + dt.timedelta(hours=12)


@pytest.mark.parametrize("left", [{"active": False}, {"role": "auditor"}])
def test_who_has_left_or_has_other_work_is_rung_no_more(
    app: Flask, people: People, clock: Clock, left: dict[str, object]
) -> None:
    with app.app_context():
        duty.begin(people.ruth, RUTHS, clock.now())
        db.session.execute(update(Staff).values(**left))
        db.session.commit()
    assert on_duty(app, clock) == []


def test_an_auditor_sees_who_is_on_duty_and_takes_no_calls(client: FlaskClient, app: Flask, people: People) -> None:
    with app.app_context():
        db.session.execute(update(Staff).values(role="auditor"))
        db.session.commit()
    sign_in_ruth(client)
    page = client.get("/office/duty")
    assert page.status_code == 200 and "Go on duty" not in page.text
    assert press(client, "/office/duty", number=RUTHS).status_code == 403


def test_a_stranger_is_sent_to_sign_in(client: FlaskClient, people: People) -> None:
    assert client.get("/office/duty").location == "/office/sign-in"
    assert press(client, "/office/duty", number=RUTHS).location == "/office/sign-in"


def test_a_form_from_elsewhere_puts_nobody_on_duty(client: FlaskClient, app: Flask, people: People, clock: Clock) -> None:
    sign_in_ruth(client)
    assert client.post("/office/duty", data={"number": RUTHS}).status_code == 400
    assert on_duty(app, clock) == []


def test_a_number_cannot_become_part_of_the_page(client: FlaskClient, people: People) -> None:
    sign_in_ruth(client)
    assert "<script>" not in press(client, "/office/duty", number='"><script>alert(1)</script>').text
