"""Accounts and cards come in by file, and only to a caller who is named beyond doubt."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from helpline.audit import AuditEntry
from helpline.db import db
from helpline.models import Caller
from helpline.services.bills.imports import Arrival, Brought
from helpline.services.bills.models import BillAccount, Biller
from helpline.services.bills.payers import bring_accounts, bring_cards
from helpline.services.gateways.cards import card_of
from tests.cast import ARTHUR, JOAN, MARGARET, Clock, People


@pytest.fixture(autouse=True)
def clearwater(in_app: Flask, people: People) -> None:
    db.session.add(Biller(name="Clearwater", kind="water", allowed=True, account_mask="9999-9999", account_check="luhn"))
    db.session.commit()


def accounts(clock: Clock, *lines: str) -> Brought:
    file = "\n".join(["phone,full_name,biller,account", *lines])
    return bring_accounts(file.encode(), Arrival("accounts.csv", clock.now()))


def cards(clock: Clock, *lines: str) -> Brought:
    file = "\n".join(["phone,full_name,customer,payment_method", *lines])
    return bring_cards(file.encode(), Arrival("cards.csv", clock.now()))


def test_an_account_goes_in_once_and_into_the_audit(people: People, clock: Clock) -> None:
    line = f"{MARGARET},Margaret Hill,Clearwater,1234-5674"
    assert accounts(clock, line).counts == {"added": 1} and accounts(clock, line).counts == {"unchanged": 1}
    assert db.session.scalars(select(BillAccount.caller_id)).all() == [people.margaret]
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.subject) == ("account_added", f"caller:{people.margaret}")


def test_an_account_does_not_go_to_somebody_else(people: People, clock: Clock) -> None:
    accounts(clock, f"{MARGARET},Margaret Hill,Clearwater,1234-5674")
    (fault,) = accounts(clock, f"{ARTHUR},Arthur Bell,Clearwater,1234-5674").faults
    assert str(fault) == "line 2, account: '1234-5674' belongs to another caller"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (f"{MARGARET},Margaret Mill,Clearwater,1234-5674", "line 2, full_name: no callers on file"),
        (f"{JOAN},Margaret Hill,Clearwater,1234-5674", "line 2, full_name: no callers on file"),
        (f"{MARGARET},Margaret Hill,Clearwater,1234-5675", "check digit"),
        ("02071838750,Margaret Hill,Clearwater,1234-5674", "line 2, phone: '02071838750' is no telephone number"),
    ],
)
def test_a_caller_or_a_number_in_doubt_is_refused(clock: Clock, line: str, told: str) -> None:
    (fault,) = accounts(clock, line).faults
    assert told in str(fault)


def test_two_people_of_one_name_behind_one_number_are_in_doubt(people: People, clock: Clock) -> None:
    db.session.add(Caller(name="Margaret", full_name="Margaret Hill", phone=MARGARET, created_at=clock.now()))
    db.session.commit()
    (fault,) = cards(clock, f"{MARGARET},Margaret Hill,cus_1,pm_1").faults
    assert "2 callers on file" in fault.what


def test_a_new_card_takes_the_place_of_the_old_one(people: People, clock: Clock) -> None:
    for method, done in (("pm_1", "added"), ("pm_1", "unchanged"), ("pm_2", "amended")):
        assert cards(clock, f"{MARGARET},Margaret Hill,cus_1,{method}").counts == {done: 1}
    card = card_of(f"caller:{people.margaret}")
    assert card is not None and card.payment_method == "pm_2"
    assert db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all() == ["card_added", "card_amended"]
