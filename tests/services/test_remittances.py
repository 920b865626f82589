"""What billers are told was collected: every payment once, the same file again, and nothing that the gateway does not have."""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import threading
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from helpline.audit import AuditEntry
from helpline.commands.demo_data import seed
from helpline.db import db
from helpline.services.bills import decisions, orders, remittances, settlement
from helpline.services.bills.models import BillAccount, Biller, Payment, Remittance, RemittanceLine
from helpline.services.bills.remittances import DayNotOver, Differs, ToldMeanwhile, remit
from helpline.services.gateways.ledger import Ledger, LedgerEntry, balance
from tests.cast import Clock, People, on_the_line
from tests.conftest import DATABASE
from tests.needs import needs
from tests.services.accounts import account_with, bill
from tests.test_migrations import POSTGRESQL

LONDON = ZoneInfo("Europe/London")
TODAY = dt.date(2026, 11, 24)


def paid(app: Flask, caller_id: int, account: BillAccount, amount: str) -> int:
    """A bill of this account, claimed and settled now; the payment."""
    line = on_the_line(app, caller_id)
    row = bill(account, amount, line.now.date())
    claimed = orders.claim({"bill_id": row.id}, line)
    assert claimed.status == "claimed"
    db.session.commit()
    settle(claimed.data["payment_id"], app)
    return int(claimed.data["payment_id"])


def settle(payment_id: int, app: Flask) -> None:
    parts = app.extensions["helpline"]
    answer = settlement.charge(payment_id, parts.conversation.payments, parts.now())
    settlement.record(db.session.get_one(Payment, payment_id), answer, parts.now())
    db.session.commit()


def export(app: Flask, day: dt.date = TODAY) -> list[Remittance]:
    parts = app.extensions["helpline"]
    return remit(day, LONDON, parts.conversation.payments, parts.now())


def lines(remittance: Remittance) -> list[dict[str, Any]]:
    return [*csv.DictReader(io.StringIO(remittance.content, newline=""))]


@pytest.fixture
def gas(electricity: BillAccount, people: People, clock: Clock) -> BillAccount:
    """Northern Gas, which Margaret has paid before: one of her earlier payments was to them."""
    account = account_with(people.margaret, "Northern Gas", "gas")
    old = bill(account, "30.00", TODAY - dt.timedelta(days=200), "paid")
    payment = db.session.scalars(select(Payment).where(Payment.key == "before:3")).one()
    payment.bill_id, payment.ended_at = old.id, clock.now() - dt.timedelta(days=90)
    db.session.execute(update(Payment).where(Payment.key.startswith("before")).values(ended_at=payment.ended_at))
    db.session.commit()
    return account


@pytest.fixture
def two_days(in_app: Flask, people: People, electricity: BillAccount, gas: BillAccount, clock: Clock) -> None:
    """Margaret pays electricity and gas today, and electricity again after midnight."""
    paid(in_app, people.margaret, electricity, "42.50")
    paid(in_app, people.margaret, gas, "31.00")
    clock.pass_time(hours=14, minutes=1)
    paid(in_app, people.margaret, electricity, "20.00")


@pytest.mark.usefixtures("two_days")
def test_each_biller_gets_a_file_of_that_day_with_its_total(in_app: Flask) -> None:
    electric, gas = export(in_app)
    assert electric.file == "2026-11-24-biller-1-city-electric-GBP-1.csv"
    assert [(line["record"], line["amount"]) for line in lines(electric)] == [("payment", "42.50"), ("total", "42.50")]
    assert [(line["biller"], line["amount"]) for line in lines(gas)] == [("Northern Gas", "31.00")] * 2
    assert lines(electric)[0]["account"] == "electricity-1" and lines(electric)[0]["paid_at"] == "2026-11-24T10:00:00+00:00"
    assert len(lines(electric)[0]["receipt"]) == 8


@pytest.mark.usefixtures("two_days")
def test_exporting_again_gives_the_same_bytes_whatever_was_renamed_since(in_app: Flask) -> None:
    first = [(made.file, made.content) for made in export(in_app)]
    db.session.execute(update(Biller).values(name=Biller.name + " plc"))
    db.session.commit()
    assert [(made.file, made.content) for made in export(in_app)] == first
    assert db.session.scalar(select(func.count()).select_from(RemittanceLine)) == 2
    assert db.session.scalars(select(AuditEntry.action)).all().count("remittance_made") == 2


@pytest.mark.usefixtures("two_days")
def test_a_day_that_is_not_over_is_not_told(in_app: Flask, clock: Clock) -> None:
    tomorrow = TODAY + dt.timedelta(days=1)
    with pytest.raises(DayNotOver, match="2026-11-25 is not over yet in Europe/London"):
        export(in_app, tomorrow)
    clock.pass_time(days=1)
    (electric,) = export(in_app, tomorrow)
    assert electric.total == Decimal("20.00")


@pytest.mark.usefixtures("two_days")
def test_a_payment_that_was_written_down_late_comes_in_a_file_of_its_own(in_app: Flask) -> None:
    late = db.session.scalars(select(Payment.id).where(Payment.amount == Decimal("42.50"))).one()
    ended_at = db.session.get_one(Payment, late).ended_at
    db.session.execute(update(Payment).where(Payment.id == late).values(status="claimed", ended_at=None))
    db.session.commit()
    assert [made.total for made in export(in_app)] == [Decimal("31.00")]
    db.session.execute(update(Payment).where(Payment.id == late).values(status="settled", ended_at=ended_at))
    db.session.commit()
    assert [(made.total, made.number) for made in export(in_app)] == [(Decimal("31.00"), 1), (Decimal("42.50"), 1)]


@pytest.mark.usefixtures("two_days")
def test_a_second_file_for_one_biller_has_the_next_number(in_app: Flask) -> None:
    first = export(in_app)[0].content
    later = db.session.scalars(select(Payment).where(Payment.amount == Decimal("20.00"))).one()
    later.ended_at = later.ended_at - dt.timedelta(hours=1) if later.ended_at else None
    db.session.commit()
    made = export(in_app)
    assert [(one.number, one.total) for one in made if one.biller_id == 1] == [(1, Decimal("42.50")), (2, Decimal("20.00"))]
    assert made[0].content == first


@pytest.mark.usefixtures("two_days")
def test_another_amount_in_the_ledger_makes_no_file_at_all(in_app: Flask) -> None:
    db.session.execute(update(LedgerEntry).where(LedgerEntry.amount == Decimal("42.50")).values(amount=Decimal("45.50")))
    db.session.commit()
    with pytest.raises(Differs, match=r"GBP 42\.50 to biller:1, but the gateway moved GBP 45\.50 to biller:1"):
        export(in_app)
    assert db.session.scalar(select(func.count()).select_from(Remittance)) == 0


def test_a_payment_that_the_ledger_does_not_know_makes_no_file(
    in_app: Flask, people: People, electricity: BillAccount, clock: Clock
) -> None:
    clock.pass_time(days=1)  # her earlier payments were set up past the ledger
    with pytest.raises(Differs) as differs:
        export(in_app)
    assert len(differs.value.differences) == 3 and "is not in the gateway's books" in differs.value.differences[0]


@pytest.mark.usefixtures("two_days")
def test_money_that_was_moved_for_no_payment_makes_no_file(in_app: Flask, people: People, clock: Clock) -> None:
    then = clock.now() - dt.timedelta(hours=5)
    Ledger(lambda: then).charge("a stray", Decimal("1.00"), "GBP", f"caller:{people.margaret}", "biller:1", "")
    with pytest.raises(Differs, match=r"moved GBP 1.00 to biller:1 for no payment \(a stray\)"):
        export(in_app)


def test_a_payment_whose_answer_is_awaited_is_told_when_it_has_come(
    in_app: Flask, people: People, gas: BillAccount, electricity: BillAccount, clock: Clock
) -> None:
    line = on_the_line(in_app, people.margaret)
    claimed = orders.claim({"bill_id": bill(electricity, "42.50", TODAY).id}, line)
    db.session.commit()
    settlement.charge(claimed.data["payment_id"], line.payments, line.now)  # the money moves; the process dies
    clock.pass_time(hours=14, minutes=1)
    assert export(in_app) == []
    settle(claimed.data["payment_id"], in_app)
    clock.pass_time(days=1)
    assert [made.total for made in export(in_app, TODAY + dt.timedelta(days=1))] == [Decimal("42.50")]


@pytest.mark.usefixtures("two_days")
def test_a_refund_is_told_once_with_the_day_on_which_it_was_given(in_app: Flask, people: People, clock: Clock) -> None:
    export(in_app)
    payment_id = db.session.scalars(select(Payment.id).where(Payment.amount == Decimal("42.50"))).one()
    decisions.refund(payment_id, people.ruth, "paid twice at the bank", Ledger(clock.now), clock.now())
    clock.pass_time(days=1)
    for _ in range(2):
        (electric,) = export(in_app, TODAY + dt.timedelta(days=1))
        assert (electric.payments, electric.refunds, electric.total) == (1, 1, Decimal("-22.50"))
    assert [(line["record"], line["amount"]) for line in lines(electric)] == [
        ("payment", "20.00"), ("refund", "-42.50"), ("total", "-22.50"),
    ]  # fmt: skip


@pytest.fixture
def refund_next_week(two_days: None, in_app: Flask, people: People, clock: Clock) -> dt.date:
    """The 42.50 is given back on a day on which nothing else happens, and which is over; that day."""
    for day in (TODAY, TODAY + dt.timedelta(days=1)):
        clock.pass_time(days=1)
        export(in_app, day)
    clock.pass_time(days=5)
    payment_id = db.session.scalars(select(Payment.id).where(Payment.amount == Decimal("42.50"))).one()
    decisions.refund(payment_id, people.ruth, "paid twice at the bank", Ledger(clock.now), clock.now())
    return (clock.pass_time(days=1) - dt.timedelta(days=1)).date()


def times_told(day: dt.date) -> list[tuple[int, Decimal]]:
    db.session.rollback()
    return [(made.refunds, made.total) for made in db.session.scalars(select(Remittance).where(Remittance.day == day))]


def test_a_refund_that_was_told_since_it_was_read_is_not_told_again(in_app: Flask, refund_next_week: dt.date) -> None:
    start = dt.datetime.combine(refund_next_week, dt.time.min, LONDON)
    read = remittances._given_back(start, start + dt.timedelta(days=1))
    export(in_app, refund_next_week)
    with pytest.raises(ToldMeanwhile):
        remittances._write(1, "GBP", refund_next_week, read, LONDON, start)
    assert times_told(refund_next_week) == [(1, Decimal("-42.50"))]


@pytest.fixture
def over_postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite lets one export in at a time; PostgreSQL lets two read the same refund."""
    url = os.environ.get(POSTGRESQL, "")
    needs(url, f"PostgreSQL ({POSTGRESQL})")
    monkeypatch.setenv(DATABASE, url)


@pytest.mark.usefixtures("over_postgresql")
def test_of_two_exports_at_once_one_tells_of_a_refund(
    in_app: Flask, refund_next_week: dt.date, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one comes between what this one reads and what it writes."""
    agree = remittances._agree

    def in_between(*given: Any) -> None:
        monkeypatch.setattr(remittances, "_agree", agree)
        other = threading.Thread(target=the_other)
        other.start()
        other.join()
        agree(*given)

    def the_other() -> None:
        with in_app.app_context():
            made.extend(file.total for file in export(in_app, refund_next_week))

    made: list[Decimal] = []
    monkeypatch.setattr(remittances, "_agree", in_between)
    with pytest.raises(ToldMeanwhile, match="was quicker"):
        export(in_app, refund_next_week)
    assert made == [Decimal("-42.50")] and times_told(refund_next_week) == [(1, Decimal("-42.50"))]
    assert [file.number for file in export(in_app, refund_next_week)] == [1]


@pytest.mark.usefixtures("two_days")
def test_a_name_that_a_spreadsheet_would_carry_out_is_quoted(in_app: Flask) -> None:
    db.session.execute(update(Biller).where(Biller.id == 1).values(name="=HYPERLINK(1)"))
    db.session.commit()
    assert lines(export(in_app)[0])[0]["biller"] == "'=HYPERLINK(1)"


def test_the_days_that_the_demonstration_begins_with_agree_with_its_ledger(in_app: Flask, clock: Clock) -> None:
    parts = in_app.extensions["helpline"]
    seed(parts.settings, clock.now())
    (told,) = export(in_app, (clock.now() - dt.timedelta(days=30)).date())
    assert (told.payments, told.total) == (1, Decimal("44.20"))
    assert balance(db.session(), "caller:1", "GBP") == Decimal("250.00")
