"""What only a person decides: payments that the gateway never told about, and payments that are given back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpline.audit import AuditEntry
from helpline.db import db
from helpline.outbox import Delivery
from helpline.services.bills import decisions, orders, settlement
from helpline.services.bills.decisions import NotNow
from helpline.services.bills.models import Bill, Payment, Refund
from helpline.services.gateways.ledger import Ledger, balance
from helpline.services.gateways.payments import Charge, GatewayUnclear
from tests.cast import Clock, People, on_the_line


@pytest.fixture
def claimed(in_app: Flask, people: People, due: int) -> Payment:
    """Margaret's payment, promised and not answered."""
    result = orders.claim({"bill_id": due}, on_the_line(in_app, people.margaret))
    db.session.commit()
    return db.session.get_one(Payment, result.data["payment_id"])


@pytest.fixture
def paid(in_app: Flask, claimed: Payment, clock: Clock) -> Payment:
    settlement.record(claimed, settlement.charge(claimed.id, Ledger(clock.now), clock.now()), clock.now())
    db.session.commit()
    return claimed


def money_of(caller_id: int) -> Decimal:
    money = balance(db.session(), f"caller:{caller_id}", "GBP")
    db.session.rollback()
    return money


class Lost(Ledger):
    """Gives the money back, and its first answer gets lost."""

    lost = False

    def refund(self, *asked: Any) -> Charge:
        answer = super().refund(*asked)
        if not self.lost:
            self.lost = True
            raise GatewayUnclear
        return answer


def test_what_the_gateway_never_told_waits_for_ruth_and_is_paid_when_she_says_so(
    in_app: Flask, people: People, claimed: Payment, clock: Clock
) -> None:
    settlement.hand_to_person(claimed, "payment_unclear", clock.now())
    (request,) = decisions.waiting()
    assert request.details["payment_id"] == claimed.id
    decisions.decide(claimed.id, True, people.ruth, "seen in the gateway's own pages", clock.now())
    db.session.commit()
    assert db.session.get_one(Bill, claimed.bill_id).status == "paid" and decisions.waiting() == []
    assert db.session.scalars(select(Delivery.body)).one().startswith("Paid: GBP 42.50")
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "payment_decided")).one()
    assert entry.actor == f"staff:{people.ruth}" and entry.data["note"] == "seen in the gateway's own pages"


def test_when_she_says_that_it_was_not_paid_the_bill_can_be_paid(
    in_app: Flask, people: People, claimed: Payment, clock: Clock
) -> None:
    settlement.hand_to_person(claimed, "payment_unclear", clock.now())
    decisions.decide(claimed.id, False, people.ruth, "not there", clock.now())
    db.session.commit()
    assert db.session.scalars(select(Delivery.body)).one().startswith("Not paid")
    again = orders.claim({"bill_id": claimed.bill_id}, on_the_line(in_app, people.margaret))
    assert again.status == "claimed"


def test_nobody_decides_what_is_still_asked_for_or_has_ended(people: People, claimed: Payment, clock: Clock) -> None:
    with pytest.raises(NotNow, match="nobody was asked"):
        decisions.decide(claimed.id, True, people.ruth, "", clock.now())
    settlement.hand_to_person(claimed, "payment_unclear", clock.now())
    decisions.decide(claimed.id, False, people.ruth, "", clock.now())
    with pytest.raises(NotNow, match="ended meanwhile"):
        decisions.decide(claimed.id, True, people.ruth, "", clock.now())


def test_a_payment_is_given_back_once(people: People, paid: Payment, clock: Clock) -> None:
    ledger = Ledger(clock.now)
    for _ in range(2):
        assert decisions.refund(paid.id, people.ruth, "a mistake", ledger, clock.now()) == "settled"
    assert money_of(people.margaret) == Decimal("100.00")
    actions = db.session.scalars(select(AuditEntry.action)).all()
    assert actions.count("refund_claimed") == actions.count("refund_settled") == 1
    assert db.session.get_one(Bill, paid.bill_id).status == "paid"  # whether to pay it again is not for the machine


def test_a_refund_whose_answer_got_lost_goes_on_under_its_key(people: People, paid: Payment, clock: Clock) -> None:
    gateway = Lost(clock.now)
    assert decisions.refund(paid.id, people.ruth, "a mistake", gateway, clock.now()) == "unclear"
    assert db.session.scalars(select(Refund.status)).one() == "claimed"
    db.session.rollback()
    assert decisions.refund(paid.id, people.ruth, "a mistake", gateway, clock.now() + dt.timedelta(hours=1)) == "settled"
    assert money_of(people.margaret) == Decimal("100.00")


def test_what_was_not_paid_is_not_given_back(people: People, claimed: Payment, clock: Clock) -> None:
    with pytest.raises(NotNow, match="was not paid"):
        decisions.refund(claimed.id, people.ruth, "a mistake", Ledger(clock.now), clock.now())
    assert db.session.scalar(select(func.count()).select_from(Refund)) == 0
