"""Whether a bill is paid, what was paid, what waits: from the rows of this caller, and of nobody else."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from helpline.db import db
from helpline.services.bills import orders, settlement
from helpline.services.bills.models import BillAccount
from helpline.services.bills.status import status
from helpline.services.context import Context
from tests.cast import Clock, People, on_the_line
from tests.services.accounts import account_with, bill
from voice.heard import Result


@pytest.fixture
def margaret(in_app: Flask, people: People) -> Context:
    return on_the_line(in_app, people.margaret)


def ask(line: Context, words: str, biller: str | None = None, date: Any = None) -> Result:
    return status({"words": words, "biller": biller, "date": date}, line)


def pay(due: int, line: Context) -> str:
    """Claim and settle; the receipt's number."""
    claimed = orders.claim({"bill_id": due}, line)
    db.session.commit()  # the gateway is asked with no transaction open
    settled = settlement.settle_order(claimed.data, settlement.charge_order(claimed.data, line), line)
    db.session.commit()
    return str(settled.data["receipt"])


def test_a_bill_that_waits_is_not_paid_yet(margaret: Context, due: int) -> None:
    result = ask(margaret, "have I paid my electric", "electricity")
    assert (result.status, result.data["asked"], result.data["new"]) == ("one", "paid", False)
    assert result.data["bills"][0]["amount"] == {"amount": "42.50", "currency": "GBP"}


def test_a_paid_bill_is_told_with_its_receipt(margaret: Context, due: int) -> None:
    receipt = pay(due, margaret)
    result = ask(margaret, "have I paid my electric", "electricity")
    assert result.status == "paid"
    assert result.data["payment"] == {
        "biller": "City Electric", "amount": {"amount": "42.50", "currency": "GBP"}, "date": "2026-11-24", "receipt": receipt,
    }  # fmt: skip


def test_what_was_paid_is_listed_from_the_latest_on(margaret: Context, due: int) -> None:
    pay(due, margaret)
    result = ask(margaret, "what have I paid this year", date={"from": "2026-01-01", "to": "2026-12-31"})
    assert result.status == "listed" and len(result.data["payments"]) == 4
    assert result.data["payments"][0]["amount"]["amount"] == "42.50"


@pytest.mark.parametrize(("first", "last", "many"), [("2026-10-01", "2026-10-31", 0), ("2026-11-01", "2026-11-30", 3)])
def test_a_list_keeps_to_the_days_that_were_named(
    margaret: Context, electricity: BillAccount, first: str, last: str, many: int
) -> None:
    assert len(ask(margaret, "what did I pay then", date={"from": first, "to": last}).data["payments"]) == many


def test_days_to_come_were_not_meant(margaret: Context, electricity: BillAccount) -> None:
    october = {"from": "2027-10-01", "to": "2027-10-31"}
    assert len(ask(margaret, "what did I pay in October", date=october).data["payments"]) == 3


def test_nothing_waits_and_nothing_was_ever_paid(in_app: Flask, people: People) -> None:
    result = ask(on_the_line(in_app, people.joan), "how much do I owe")
    assert (result.status, result.data["payment"]) == ("none", None)


def test_a_payment_under_way_is_told_as_such(margaret: Context, due: int) -> None:
    orders.claim({"bill_id": due}, margaret)
    assert ask(margaret, "have I paid the electric", "electricity").status == "being_paid"


def test_a_held_payment_waits_for_a_person(margaret: Context, due: int) -> None:
    orders.claim({"bill_id": due}, replace(margaret, words=("he told me what to say to you",)))
    assert ask(margaret, "did the electric get paid", "electricity").status == "held"


def test_a_first_payment_waits_for_our_call(margaret: Context, people: People, clock: Clock) -> None:
    first = bill(account_with(people.margaret, "Clearwater", "water"), "31.20", clock.now().date() + dt.timedelta(days=9))
    orders.claim({"bill_id": first.id}, margaret)
    assert ask(margaret, "did the water get paid", "water").status == "rings"


def test_several_bills_come_with_the_one_that_is_due_first(margaret: Context, due: int, people: People, clock: Clock) -> None:
    water = account_with(people.margaret, "Clearwater", "water")
    bill(water, "31.20", clock.now().date() + dt.timedelta(days=2))
    result = ask(margaret, "what do I owe")
    assert result.status == "several" and [one["biller"] for one in result.data["bills"]] == ["Clearwater", "City Electric"]
    assert ask(margaret, "how much is the water", "water").data["new"]


def test_nobody_hears_of_another_caller(in_app: Flask, people: People, margaret: Context, due: int) -> None:
    pay(due, margaret)
    joan = on_the_line(in_app, people.joan)
    assert ask(joan, "what have I paid").data["payments"] == [] and ask(joan, "have I paid").status == "none"
