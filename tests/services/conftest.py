"""A biller that Margaret has paid before, this month's bill, and a clinic with a calendar."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from helpline.db import db
from helpline.services.appointments.models import CalendarSlot, Clinic
from helpline.services.bills.models import BillAccount, Payment
from helpline.services.gateways.ledger import Ledger
from helpline.services.requests import open_request
from tests.cast import Clock, People, on_the_line
from tests.services.accounts import account_with, bill

LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def electricity(in_app: Flask, people: People, clock: Clock) -> BillAccount:
    """Margaret's account with City Electric: three bills paid, and 100 pounds with us."""
    account = account_with(people.margaret, "City Electric", "electricity")
    today = clock.now().date()
    for months, amount in ((3, "39.80"), (2, "41.10"), (1, "44.20")):
        paid = bill(account, amount, today - dt.timedelta(days=30 * months), "paid")
        request = open_request("pay_bill", on_the_line(in_app, people.margaret))
        request.status, request.closed_at = "done", clock.now()
        request.created_at = clock.now() - dt.timedelta(days=30 * months)  # asked for today it would be one of many
        db.session.add(
            Payment(
                bill_id=paid.id, caller_id=people.margaret, request_id=request.id, key=f"before:{months}", amount=paid.amount,
                currency="GBP", status="settled", claimed_at=clock.now(), ended_at=clock.now(),
            )
        )  # fmt: skip
    db.session.commit()
    Ledger(clock.now).deposit("for Margaret", Decimal("100.00"), "GBP", f"caller:{people.margaret}")
    return account


@pytest.fixture
def due(electricity: BillAccount, clock: Clock) -> int:
    """This month's bill of 42.50; its id."""
    row = bill(electricity, "42.50", clock.now().date() + dt.timedelta(days=6))
    db.session.commit()
    return row.id


@pytest.fixture
def surgery(in_app: Flask, people: People) -> Clinic:
    """Elm Park Surgery: Doctor Patel is free on Thursday at nine, at ten to ten and at two; on Friday at nine."""
    clinic = Clinic(name="Elm Park Surgery", area="Elm Park", time_zone="Europe/London")
    db.session.add(clinic)
    db.session.flush()
    for day, hour, minute in ((26, 9, 0), (26, 9, 50), (26, 14, 0), (27, 9, 0)):
        starts_at = dt.datetime(2026, 11, day, hour, minute, tzinfo=LONDON)
        db.session.add(CalendarSlot(clinic_id=clinic.id, department="doctor", practitioner="Doctor Patel", starts_at=starts_at))
    db.session.commit()
    return clinic
