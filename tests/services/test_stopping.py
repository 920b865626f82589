"""Margaret does not want a payment to go: what waits is stopped, and only hers; what has gone is told."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from helpline.audit import AuditEntry
from helpline.db import db
from helpline.models import ServiceRequest
from helpline.services.bills import orders, settlement, stopping
from helpline.services.bills.models import Payment
from helpline.services.holds.deciding import Decider, decide
from helpline.services.holds.models import Hold
from tests.cast import Clock, People, on_the_line

SUSPICIOUS = ("the man from the bank told me what to say to you",)


@pytest.fixture
def held(in_app: Flask, people: People, due: int) -> int:
    """Her bill of 42.50 waits because of what she said; the hold."""
    assert orders.claim({"bill_id": due}, on_the_line(in_app, people.margaret, words=SUSPICIOUS)).status == "held"
    db.session.commit()
    return db.session.scalars(select(Hold.id)).one()


def test_what_waits_is_stopped_without_a_pin_and_can_be_asked_for_anew(
    in_app: Flask, people: People, due: int, held: int
) -> None:
    line = on_the_line(in_app, people.margaret, level=1)
    (waiting,) = stopping.stoppable({"biller": "electricity"}, line).data["waiting"]
    assert waiting["hold_id"] == held and waiting["amount"] == {"amount": "42.50", "currency": "GBP"}
    assert [stopping.stop({"hold_id": held}, line).status for _ in range(2)] == ["ok", "gone"]
    assert db.session.get_one(Hold, held).status == "stopped"
    assert db.session.scalars(select(ServiceRequest.status).order_by(ServiceRequest.id)).all()[-1] == "cancelled"
    assert db.session.scalars(select(AuditEntry.action)).all().count("hold_stopped") == 1
    assert orders.claim({"bill_id": due}, on_the_line(in_app, people.margaret)).status == "claimed"


def test_a_stopped_payment_is_released_by_nobody(in_app: Flask, people: People, held: int, clock: Clock) -> None:
    stopping.stop({"hold_id": held}, on_the_line(in_app, people.margaret))
    by = Decider(people.ruth, "coordinator", db.session.get_one(Hold, held).version, "she is sure")
    assert decide(held, "release", by, clock.now(), in_app.extensions["helpline"].settings) == "decided_already"
    assert db.session.scalars(select(Payment.id).where(~Payment.key.startswith("before"))).all() == []


def test_arthur_neither_hears_of_it_nor_stops_it(in_app: Flask, people: People, held: int) -> None:
    line = on_the_line(in_app, people.arthur)
    assert stopping.stoppable({}, line).status == "none"
    assert stopping.stop({"hold_id": held}, line).status == "gone"
    assert db.session.get_one(Hold, held).status == "waiting"


def test_what_is_being_paid_and_what_has_gone_is_told(in_app: Flask, people: People, due: int) -> None:
    line = on_the_line(in_app, people.margaret)
    claimed = orders.claim({"bill_id": due}, line)
    assert stopping.stoppable({}, line).status == "under_way"
    db.session.commit()
    settlement.settle_order(claimed.data, settlement.charge_order(claimed.data, line), line)
    told = stopping.stoppable({}, line)
    assert told.status == "gone" and told.data["date"] == "2026-11-24" and told.data["biller"] == "City Electric"
    assert stopping.stoppable({"biller": "water"}, line).status == "none"
