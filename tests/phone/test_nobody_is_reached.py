"""What is practised reaches no biller, no clinic, no volunteer and no telephone, and counts nowhere."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from helpline import clock as ticking
from helpline import deliveries, outbox
from helpline.dashboard import held, queries
from helpline.db import db
from helpline.events import Event
from helpline.identity.household import household
from helpline.models import Call, Caller, ServiceRequest
from helpline.outbox import Delivery
from helpline.phone import practice
from helpline.providers.console import ConsoleProvider
from helpline.services import protection
from helpline.services.appointments import orders
from helpline.services.appointments.models import CalendarSlot, Clinic
from helpline.services.bills import remittances
from helpline.services.bills.models import Payment, Remittance
from helpline.services.gateways.ledger import LedgerTransaction
from helpline.services.holds.models import Hold
from helpline.staff import duty
from tests.cast import MARGARET, Clock, People, on_the_line, press
from tests.phone.calls import keys, ring, say
from volunteers.models import Offer, Task

LONDON = ZoneInfo("Europe/London")


def count(model: type[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def pay(ruth: FlaskClient) -> None:
    call = ring(ruth, "Dorothy")
    for words in ("yes", "I want to pay my electricity bill", "yes please"):
        say(ruth, call, words)
    keys(ruth, call, practice.PIN)
    for words in ("thank you", "no thank you"):
        say(ruth, call, words)


def ask_for_shopping(ruth: FlaskClient) -> None:
    call = ring(ruth, "Dorothy")
    for words in ("yes", "can somebody help me with my shopping", "on Thursday", "in the morning", "yes", "no thank you"):
        say(ruth, call, words)


def book_the_doctor(ruth: FlaskClient) -> None:
    call = ring(ruth, "Dorothy")
    for words in ("yes", "I need to see the doctor", "on Friday", "the first one please", "yes", "no thank you"):
        say(ruth, call, words)


def hold_harolds_bill(ruth: FlaskClient) -> str:
    """He is protected: every payment of his waits. The address of the call."""
    call = ring(ruth, "Harold")
    for words in ("Harold", "I want to pay my water bill", "yes please"):
        say(ruth, call, words)
    keys(ruth, call, practice.PIN)
    return call


def test_no_gateway_hears_of_a_payment_and_no_biller_is_told(ruth: FlaskClient, app: Flask, clock: Clock) -> None:
    pay(ruth)
    with app.app_context():
        newest = db.session.scalars(select(Payment).order_by(Payment.id.desc()).limit(1)).one()
        assert newest.status == "settled" and count(LedgerTransaction) == 0
        db.session.rollback()
        today, gateway = clock.now().date(), app.extensions["helpline"].conversation.payments
        assert remittances.remit(today, LONDON, gateway, clock.pass_time(days=1)) == []
        assert count(Remittance) == 0


def test_a_payment_whose_call_died_is_settled_without_a_gateway_too(
    ruth: FlaskClient, app: Flask, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("helpline.phone.views._answered", lambda call_id, reply: None)
        call = ring(ruth, "Dorothy")
        with app.app_context():
            app.extensions["helpline"].conversation.begin(1)
        for words in ("yes", "I want to pay my electricity bill", "yes please"):
            say(ruth, call, words)
        keys(ruth, call, practice.PIN)
    clock.pass_time(minutes=5)
    ticking.tick(app)
    with app.app_context():
        newest = db.session.scalars(select(Payment).order_by(Payment.id.desc()).limit(1)).one()
        assert newest.status == "settled" and count(LedgerTransaction) == 0


def test_no_volunteer_is_asked(ruth: FlaskClient, app: Flask) -> None:
    ask_for_shopping(ruth)
    ticking.tick(app)
    with app.app_context():
        task = db.session.query(Task).one()
        assert (task.training, task.status, count(Offer)) == (True, "open", 0)
        assert count(Delivery) == db.session.query(Delivery).filter_by(status="withdrawn").count()


def test_the_booked_time_is_one_of_the_practice_clinic(ruth: FlaskClient, app: Flask, clock: Clock) -> None:
    with app.app_context():
        real = Clinic(name="Elm Park Surgery", area=practice.AREA, time_zone="Europe/London")
        db.session.add(real)
        db.session.flush()
        starts = clock.now() + dt.timedelta(days=3)
        db.session.add(CalendarSlot(clinic_id=real.id, department="doctor", practitioner="Doctor Patel", starts_at=starts))
        db.session.commit()
    book_the_doctor(ruth)
    with app.app_context():
        booked = db.session.query(CalendarSlot).filter(CalendarSlot.request_id.is_not(None)).one()
        assert db.session.get_one(Clinic, booked.clinic_id).name == practice.CLINIC


def test_a_real_caller_is_never_offered_the_practice_clinic(ruth: FlaskClient, app: Flask, people: People) -> None:
    with app.app_context():
        found = orders.find({"date": "2026-11-27", "department": "doctor"}, on_the_line(app, people.margaret))
        assert found.status == "no_clinic"


def test_no_text_and_no_call_goes_out(ruth: FlaskClient, app: Flask, clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    pay(ruth)
    with app.app_context():
        outbox.promise_call(practice.DOROTHY, {"kind": "hold"}, "of a hold", clock.now())
        outbox.promise_sms(MARGARET, "Paid.", "of somebody real", clock.now())
        db.session.commit()
        assert deliveries.send_due(ConsoleProvider(), "tests", "{delivery_id}", clock.now()) == 1
        sent = db.session.execute(select(Delivery.to_number, Delivery.status).order_by(Delivery.id)).all()
    assert {status for number, status in sent if number == practice.DOROTHY} == {"withdrawn"}
    assert {status for number, status in sent if number == MARGARET} == {"sent"}


def test_an_emergency_alarms_nobody_on_duty(ruth: FlaskClient, app: Flask, people: People, clock: Clock) -> None:
    with app.app_context():
        duty.begin(people.ruth, "+442071838701", clock.now())
        db.session.commit()
    call = ring(ruth, "Dorothy")
    say(ruth, call, "yes")
    say(ruth, call, "help I have fallen and I cannot get up")
    with app.app_context():
        assert db.session.query(ServiceRequest).filter_by(intent="emergency").one().training
        assert count(Delivery) == 0


def test_the_office_sees_none_of_it_in_its_lists_and_counts(ruth: FlaskClient, app: Flask, clock: Clock) -> None:
    pay(ruth)
    hold_harolds_bill(ruth)
    ask_for_shopping(ruth)
    book_the_doctor(ruth)
    call = ring(ruth)
    say(ruth, call, "a man told me to buy gift cards and read him the numbers")
    with app.app_context():
        seen = queries.overview(clock.now(), LONDON)
        assert count(Hold) == 1 and held.decided_holds(clock.now()) == ()
    assert (seen.waiting, seen.waiting_in_all, seen.held, seen.held_in_all) == ((), 0, (), 0)
    assert (seen.live, seen.endings, seen.tasks, sum(seen.delivered.totals)) == (0, (), (), 0)
    with app.app_context():
        kinds = set(db.session.scalars(select(Event.kind)))
    assert "practised" in kinds and "service_instance" not in kinds


def test_a_held_payment_is_reached_from_its_call_and_may_be_decided(ruth: FlaskClient) -> None:
    call = hold_harolds_bill(ruth)
    press(ruth, f"{call}/hang-up")
    assert 'href="/office/holds/1"' in ruth.get(call).text
    assert "Practice Water" in ruth.get("/office/holds/1").text


def test_a_request_for_a_person_is_marked_as_training(ruth: FlaskClient, app: Flask) -> None:
    keys(ruth, ring(ruth), "0")
    with app.app_context():
        waiting = db.session.query(ServiceRequest).filter_by(intent="speak_to_person").one()
    assert "For training" in ruth.get(f"/office/requests/{waiting.id}").text


def test_an_invented_person_is_met_in_training_only_and_a_real_one_never_there(ruth: FlaskClient, app: Flask) -> None:
    with app.app_context():
        db.session.add(Caller(name="Olive", full_name="Olive Grey", phone=practice.DOROTHY, created_at=dt.datetime.now(dt.UTC)))
        db.session.flush()
        assert [one["name"] for one in household(practice.DOROTHY)] == ["Olive"]
        assert [one["name"] for one in household(practice.DOROTHY, training=True)] == ["Dorothy"]


def test_somebody_unknown_in_training_stops_nobodys_payments_who_is_real(ruth: FlaskClient, app: Flask) -> None:
    with app.app_context():
        olive = Caller(name="Olive", full_name="Olive Grey", phone=practice.STONES, created_at=dt.datetime.now(dt.UTC))
        db.session.add(olive)
        db.session.flush()
        protection.freeze({}, on_the_line(app, None, practice.STONES, training=True))
        assert protection.guard_of(olive.id).frozen_at is None
        invented = [one["id"] for one in household(practice.STONES, training=True)]
        assert all(protection.guard_of(one).frozen_at for one in invented)


def test_every_call_of_the_browser_phone_is_marked(ruth: FlaskClient, app: Flask) -> None:
    for name in ("Dorothy", "unknown"):
        ring(ruth, name)
    with app.app_context():
        assert {call.training for call in db.session.query(Call)} == {True}
