"""`helpline export remittances`: files in a folder, and an exit code that a script can trust."""

from __future__ import annotations

import datetime as dt
import os
from decimal import Decimal
from pathlib import Path

import pytest
from flask_migrate import upgrade

from helpline.app import create_app
from helpline.db import db
from helpline.services.bills import orders, settlement
from helpline.services.bills.models import Payment
from helpline.services.gateways.ledger import Ledger
from helpline.settings import load_settings
from tests.cast import Clock, enrol, on_the_line
from tests.commands.conftest import Run
from tests.services.accounts import account_with, bill

DAY = "2026-11-24"


@pytest.fixture
def paid(run: Run) -> None:
    """Margaret paid City Electric 42.50 on the day. Set up past the rules, which hold a first payment."""
    clock = Clock(dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC))
    app = create_app(load_settings(os.environ), clock.now)
    with app.app_context():
        upgrade()
        people = enrol(clock.now())
        due = bill(account_with(people.margaret, "City Electric", "electricity"), "42.50", clock.now().date())
        line = on_the_line(app, people.margaret)
        request = orders.open_request("pay_bill", line)
        payment = Payment(
            bill_id=due.id, caller_id=people.margaret, request_id=request.id, key="first", amount=due.amount, currency="GBP",
            claimed_at=clock.now(),
        )  # fmt: skip
        db.session.add(payment)
        db.session.commit()
        Ledger(clock.now).deposit("for Margaret", Decimal("100.00"), "GBP", f"caller:{people.margaret}")
        settlement.record(payment, settlement.charge(payment.id, line.payments, clock.now()), clock.now())
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


@pytest.mark.usefixtures("paid")
def test_the_file_is_written_and_written_again_the_same(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for _ in range(2):
        ran = run("export", "remittances", "--date", DAY, "--folder", out, "--json")
        assert ran.code == 0 and [(item["payments"], item["total"]) for item in ran.items] == [(1, "42.50")]
    (file,) = out.iterdir()
    assert file.read_bytes().decode().count("\r\n") == 3 and "total,City Electric" in file.read_text("utf-8")


def test_a_day_without_payments_and_a_day_to_come(run: Run, tmp_path: Path) -> None:
    assert run("export", "remittances", "--date", "2020-01-01").out == "Nothing was collected that day.\n"
    ran = run("export", "remittances", "--date", "2999-01-01")
    assert ran.code == 1 and "not over yet" in ran.err


@pytest.mark.usefixtures("paid")
def test_ruth_gives_a_payment_back_from_the_terminal(run: Run) -> None:
    ran = run("payments", "refund", "1", "--by", "nobody", "--note", "why")
    assert ran.code == 1 and "nobody who may decide" in ran.err
    assert run("payments", "refund", "1", "--by", "ruth", "--note", "a mistake").out == "Payment 1: given back\n"
    ran = run("payments", "refund", "2", "--by", "ruth", "--note", "a mistake")
    assert ran.code == 1 and "was not paid" in ran.err
    assert run("payments", "waiting").out == ""
    ran = run("payments", "decide", "1", "paid", "--by", "ruth", "--note", "seen")
    assert ran.code == 1 and "nobody was asked to decide" in ran.err
