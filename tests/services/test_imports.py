"""Bills that come in as files: each once, corrected while nobody pays them, and never against what a caller agreed to."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from helpline.audit import AuditEntry
from helpline.db import db
from helpline.events import Event
from helpline.services.bills import imports, orders, settlement
from helpline.services.bills.imports import Arrival, Brought, bring_billers, bring_bills
from helpline.services.bills.models import Bill, BillAccount, Biller
from tests.cast import Clock, People, on_the_line
from tests.services.accounts import account_with

HEADER = "biller,account,reference,amount,currency,period,issued,due\n"
NOVEMBER = "City Electric,electricity-1,CE-11,42.50,GBP,2026-11,2026-11-20,2026-12-04"
KINDS = ("electricity", "gas", "water")


@pytest.fixture
def account(electricity: BillAccount) -> BillAccount:
    assert electricity.reference == "electricity-1"
    return electricity


def bring(*lines: str, check: bool = False) -> Brought:
    arrival = Arrival("bills.csv", dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC), check)
    return bring_bills((HEADER + "\n".join(lines)).encode(), arrival)


def faults(*lines: str) -> list[tuple[int, str, str]]:
    return [(fault.line, fault.column, fault.what) for fault in bring(*lines).faults]


def on_file() -> list[tuple[str, Decimal, str]]:
    rows = db.session.execute(select(Bill.reference, Bill.amount, Bill.status).where(Bill.reference != "").order_by(Bill.id))
    return [(reference, amount, status) for reference, amount, status in rows]


def pay(app: Flask, caller_id: int) -> int:
    """Margaret pays what is due, up to the claim; the payment."""
    line = on_the_line(app, caller_id)
    bill_id = db.session.scalars(select(Bill.id).where(Bill.reference == "CE-11")).one()
    claimed = orders.claim({"bill_id": bill_id}, line)
    db.session.commit()
    assert claimed.status == "claimed"
    return int(claimed.data["payment_id"])


def test_a_bill_goes_in_and_can_be_heard(in_app: Flask, people: People, account: BillAccount) -> None:
    assert bring(NOVEMBER).counts == {"added": 1}
    (heard,) = orders.due({}, on_the_line(in_app, people.margaret)).data["bills"]
    assert heard["amount"] == {"amount": "42.50", "currency": "GBP"} and heard["due"] == "2026-12-04"


def test_the_same_file_again_changes_nothing(account: BillAccount) -> None:
    bring(NOVEMBER)
    assert bring(NOVEMBER).counts == {"unchanged": 1}
    assert on_file() == [("CE-11", Decimal("42.50"), "due")]
    assert db.session.scalars(select(AuditEntry.action)).all() == ["bill_added"]


def test_good_rows_are_kept_beside_bad_ones(account: BillAccount) -> None:
    brought = bring(NOVEMBER, "Northern Gas,1,NG-1,1.00,GBP,2026-11,2026-11-20,2026-12-04")
    assert brought.counts == {"added": 1}
    assert [str(fault) for fault in brought.faults] == ["line 3, biller: 'Northern Gas' is not a biller on file"]
    told = db.session.scalars(select(Event.data).where(Event.kind == "bills_imported")).one()
    assert told == {"counts": {"added": 1}, "refused": 1}


def test_a_check_says_what_would_be_and_changes_nothing(account: BillAccount) -> None:
    assert bring(NOVEMBER, check=True).counts == {"added": 1}
    assert on_file() == [] and db.session.scalar(select(func.count()).select_from(AuditEntry)) == 0


def test_a_corrected_bill_is_amended_and_the_audit_says_from_what(account: BillAccount) -> None:
    bring(NOVEMBER)
    assert bring(NOVEMBER.replace("42.50", "45.00").replace("12-04", "12-08")).counts == {"amended": 1}
    assert on_file() == [("CE-11", Decimal("45.00"), "due")]
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "bill_amended")).one()
    assert entry.data["was"] == {"amount": "42.50", "due_on": "2026-12-04"}
    assert entry.data["is"] == {"amount": "45.00", "due_on": "2026-12-08"} and entry.data["line"] == 2


def test_a_paid_bill_stays_as_it_was_paid(in_app: Flask, people: People, account: BillAccount) -> None:
    bring(NOVEMBER)
    line = on_the_line(in_app, people.margaret)
    args = {"payment_id": pay(in_app, people.margaret)}
    settlement.settle_order(args, settlement.charge_order(args, line), line)
    db.session.commit()
    assert faults(NOVEMBER.replace("42.50", "45.00")) == [(2, "amount", "bill CE-11 has been paid, and stays as it was")]
    assert bring(NOVEMBER).counts == {"unchanged": 1}
    assert on_file() == [("CE-11", Decimal("42.50"), "paid")]


def test_a_bill_that_is_being_paid_is_not_amended(in_app: Flask, people: People, account: BillAccount) -> None:
    bring(NOVEMBER)
    pay(in_app, people.margaret)
    assert "being paid at this moment" in faults(NOVEMBER.replace("42.50", "45.00"))[0][2]
    assert on_file() == [("CE-11", Decimal("42.50"), "due")]


def test_what_margaret_agreed_to_is_not_paid_at_another_amount(in_app: Flask, people: People, account: BillAccount) -> None:
    bring(NOVEMBER)
    line = on_the_line(in_app, people.margaret)
    (heard,) = orders.due({}, line).data["bills"]
    bring(NOVEMBER.replace("42.50", "45.00"))
    result = orders.claim({"bill_id": heard["id"], "amount": heard["amount"]}, line)
    assert result.status == "changed" and result.data["bill"]["amount"]["amount"] == "45.00"
    again = {"bill_id": heard["id"], "amount": result.data["bill"]["amount"]}
    assert orders.claim(again, line).status == "claimed"


def test_the_same_month_under_another_number_is_no_second_bill(account: BillAccount) -> None:
    bring(NOVEMBER)
    assert faults(NOVEMBER.replace("CE-11", "CE-12")) == [(2, "period", "this account has a bill for 2026-11 already: CE-11")]
    assert len(on_file()) == 1


def test_of_two_rows_about_one_bill_none_is_taken(account: BillAccount) -> None:
    wrong = faults(NOVEMBER, NOVEMBER.replace("42.50", "4250.00"))
    assert ("reference", "is also on line 3") in [(column, what) for line, column, what in wrong if line == 2]
    assert {line for line, _, _ in wrong} == {2, 3} and on_file() == []


def test_a_bill_does_not_move_to_somebody_elses_account(people: People, account: BillAccount) -> None:
    bring(NOVEMBER)
    db.session.add(BillAccount(caller_id=people.arthur, biller_id=account.biller_id, reference="electricity-2"))
    db.session.commit()
    wrong = faults(NOVEMBER.replace("electricity-1", "electricity-2").replace("2026-11,", "2026-10,"))
    assert wrong == [(2, "account", "bill CE-11 is on file with another account")]


@pytest.mark.parametrize(
    ("written", "instead", "column", "told"),
    [
        ("electricity-1", "electricity-7", "account", "no caller has the account"),
        ("GBP", "XAU", "currency", "is none of"),
        ("42.50,GBP", "4250.50,KRW", "amount", "KRW has 0 places"),
        ("2026-11,", "2026-13,", "period", "no period"),
        ("2026-11-20", "2026-11-25", "issued", "still to come"),
        ("2026-12-04", "2026-11-19", "due", "within 366 days after"),
        ("2026-12-04", "2062-12-04", "due", "within 366 days after"),
        ("CE-11", "=CE-11", "reference", "formula"),
    ],
)
def test_a_bill_that_cannot_be_right_is_refused(
    account: BillAccount, written: str, instead: str, column: str, told: str
) -> None:
    ((_, where, what),) = faults(NOVEMBER.replace(written, instead))
    assert where == column and told in what and on_file() == []


def test_an_account_number_is_checked_by_its_billers_pattern(account: BillAccount) -> None:
    db.session.execute(update(Biller).values(account_mask="9999-9999-999", account_check="luhn"))
    db.session.execute(update(BillAccount).values(reference="7992-7398-713"))
    db.session.commit()
    assert bring(NOVEMBER.replace("electricity-1", "7992-7398-713")).counts == {"added": 1}
    assert "check digit" in faults(NOVEMBER.replace("electricity-1", "7992-7398-731"))[0][2]
    assert "is not written as" in faults(NOVEMBER)[0][2]


def test_a_long_file_goes_in_by_parts(account: BillAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "AT_ONCE", 2)
    lines = [NOVEMBER.replace("CE-11", f"CE-{month}").replace("2026-11,", f"2026-{month:02d},") for month in range(1, 8)]
    assert bring(*lines).counts == {"added": 7} and len(on_file()) == 7


def test_billers_come_by_file_and_a_change_of_who_may_be_paid_is_in_the_audit(
    in_app: Flask, people: People, clock: Clock
) -> None:
    account_with(people.margaret, "Clearwater", "water")
    db.session.commit()
    arrival = Arrival("billers.csv", clock.now())
    file = "name,kind,allowed,account_mask,account_check\nClearwater,water,no,,\nNorthern Gas,gas,yes,9999 9999,luhn\n"
    assert bring_billers(file.encode(), KINDS, arrival).counts == {"amended": 1, "added": 1}
    assert bring_billers(file.encode(), KINDS, arrival).counts == {"unchanged": 2}
    entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [entry.action for entry in entries] == ["biller_amended", "biller_added"]
    assert entries[0].data["was"] == {"allowed": True} and entries[0].data["is"] == {"allowed": False}
    assert not db.session.scalars(select(Biller.allowed).where(Biller.name == "Clearwater")).one()


def test_a_biller_that_nobody_could_ask_for_is_refused(in_app: Flask, clock: Clock) -> None:
    file = b"name,kind,allowed,account_mask,account_check\nAnvils Ltd,anvils,maybe,(9+)+,crc\n"
    brought = bring_billers(file, KINDS, Arrival("billers.csv", clock.now()))
    assert [fault.column for fault in brought.faults] == ["kind", "allowed", "account_mask", "account_check"]
    assert db.session.scalar(select(func.count()).select_from(Biller)) == 0
