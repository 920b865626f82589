"""Payments that are stopped cut nobody off: a person hears of each bill in time, once."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from flask import Flask
from sqlalchemy import select

from helpline import clock as ticking
from helpline.audit import AuditEntry
from helpline.db import db
from helpline.models import ServiceRequest
from helpline.outbox import Delivery, Timer
from helpline.services import protection, stopped
from helpline.services.bills import orders
from helpline.services.bills.models import Bill, BillAccount
from helpline.services.holds.clocks import TIME_TO_DECIDE, safe_until
from helpline.services.protection import PaymentGuard
from helpline.staff.hours import office_hours
from tests.cast import Clock, People, on_the_line
from tests.services.accounts import bill

OFFICE = "+442071838700"


def stop(app: Flask, caller: int | None) -> None:
    protection.freeze({}, on_the_line(app, caller))
    db.session.commit()


def days_pass(app: Flask, clock: Clock, days: int) -> None:
    db.session.commit()
    for _ in range(days):
        ticking.tick(app)
        clock.pass_time(days=1)
    ticking.tick(app)


def told() -> list[ServiceRequest]:
    rows = select(ServiceRequest).where(ServiceRequest.intent == "freeze_payments", ServiceRequest.call_id.is_(None))
    return [*db.session.scalars(rows.order_by(ServiceRequest.id))]


def test_a_bill_that_is_far_off_is_nobodys_business_yet(in_app: Flask, people: People, due: int, clock: Clock) -> None:
    stop(in_app, people.margaret)
    days_pass(in_app, clock, 3)
    assert told() == []


def test_before_it_is_too_late_the_office_is_asked_to_ring_and_asked_once(
    in_app: Flask, people: People, due: int, clock: Clock
) -> None:
    stop(in_app, people.margaret)
    days_pass(in_app, clock, 9)
    [request] = told()
    settings = on_the_line(in_app, None).settings
    hours = office_hours(settings)
    last = hours.last_open(safe_until(db.session.get_one(Bill, due).due_on, settings, hours), TIME_TO_DECIDE)
    assert last - dt.timedelta(days=1) <= request.created_at <= last
    assert (request.caller_id, request.status) == (people.margaret, "open")
    assert request.details["about"] == stopped.ABOUT and "City Electric: GBP 42.50" in request.details["words"]
    assert "due_while_stopped" in db.session.scalars(select(AuditEntry.action)).all()


def test_the_office_has_a_text_of_it_without_names_or_sums(in_app: Flask, people: People, due: int, clock: Clock) -> None:
    stop(in_app, people.margaret)
    settings = on_the_line(in_app, None).settings
    settings = replace(settings, telephony=replace(settings.telephony, staff_number=OFFICE))
    for _ in range(2):
        stopped.look(people.margaret, settings, clock.pass_time(days=5))
    [text] = db.session.scalars(select(Delivery).where(Delivery.to_number == OFFICE))
    [request] = told()
    assert request.reference in text.body and "42.50" not in text.body and "Margaret" not in text.body


def test_a_stranger_who_stops_somebodys_payments_cuts_nobody_off(in_app: Flask, people: People, due: int, clock: Clock) -> None:
    stop(in_app, None)
    days_pass(in_app, clock, 6)
    assert [request.caller_id for request in told()] == [people.margaret]


def test_what_is_due_already_is_told_at_once_in_one_piece(
    in_app: Flask, people: People, electricity: BillAccount, clock: Clock
) -> None:
    for late in (1, 0):
        bill(electricity, "10.00", clock.now().date() - dt.timedelta(days=late))
    db.session.commit()
    stop(in_app, people.margaret)
    days_pass(in_app, clock, 0)
    [request] = told()
    assert request.details["words"].count("City Electric") == 2


def test_a_bill_that_comes_later_is_told_too(in_app: Flask, people: People, electricity: BillAccount, clock: Clock) -> None:
    stop(in_app, people.margaret)
    days_pass(in_app, clock, 2)
    bill(electricity, "12.00", clock.now().date() + dt.timedelta(days=1))
    db.session.commit()
    days_pass(in_app, clock, 1)
    assert len(told()) == 1


def test_whoever_allows_payments_again_is_not_rung_and_a_second_stop_begins_anew(
    in_app: Flask, people: People, due: int, clock: Clock
) -> None:
    stop(in_app, people.margaret)
    days_pass(in_app, clock, 6)
    context = on_the_line(in_app, people.margaret, level=2)
    assert protection.lift({"what": "freeze"}, context).status == "ok"
    db.session.commit()
    [request] = told()
    assert request.status == "done" and request.closed_at is not None
    assert looks() == []
    days_pass(in_app, clock, 1)
    assert len(told()) == 1
    stop(in_app, people.margaret)
    days_pass(in_app, clock, 0)
    assert [one.status for one in told()] == ["done", "open"]


def test_a_bill_that_was_paid_before_the_stop_is_not_told(in_app: Flask, people: People, due: int, clock: Clock) -> None:
    db.session.get_one(Bill, due).status = "paid"
    stop(in_app, people.margaret)
    days_pass(in_app, clock, 6)
    assert told() == []


def test_a_payment_that_had_begun_before_the_stop_is_no_reason_to_ring(
    in_app: Flask, people: People, due: int, clock: Clock
) -> None:
    assert orders.claim({"bill_id": due}, on_the_line(in_app, people.margaret)).status == "claimed"
    stop(in_app, people.margaret)
    stopped.look(people.margaret, on_the_line(in_app, None).settings, clock.pass_time(days=5))
    assert told() == []


def test_what_is_paid_after_all_need_not_be_rung_about(in_app: Flask, people: People, due: int, clock: Clock) -> None:
    stop(in_app, people.margaret)
    days_pass(in_app, clock, 6)
    db.session.get_one(Bill, due).status = "paid"
    days_pass(in_app, clock, 1)
    assert [request.status for request in told()] == ["done"]


def test_a_stop_from_before_the_clock_looked_is_looked_at_once_it_runs(
    in_app: Flask, people: People, due: int, clock: Clock
) -> None:
    db.session.add(PaymentGuard(caller_id=people.margaret, frozen_at=clock.now(), protected_at=None))
    for _ in range(2):
        stopped.watch_all(clock.now())
    assert len(looks()) == 1
    days_pass(in_app, clock, 6)
    assert [request.caller_id for request in told()] == [people.margaret]


def test_a_stop_that_is_practised_is_nobodys_business(in_app: Flask, people: People, due: int) -> None:
    protection.freeze({}, on_the_line(in_app, people.margaret, training=True))
    assert protection.is_frozen(people.margaret) and looks() == []


def looks() -> list[Timer]:
    return [*db.session.scalars(select(Timer).where(Timer.kind == protection.STOPPED, Timer.done_at.is_(None)))]
