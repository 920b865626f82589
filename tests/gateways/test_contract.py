"""What every payment gateway must do, asked of the embedded ledger and of Stripe over our small stateful stand-in."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

import pytest
from flask import Flask

from helpline.app import utc_now
from helpline.db import db
from helpline.services.gateways.cards import Card
from helpline.services.gateways.ledger import Ledger, balance
from helpline.services.gateways.payments import Charge, PaymentGateway
from helpline.services.gateways.stripe import Stripe
from tests.gateways.stripe_server import WEBHOOK_SECRET, FakeStripe

MARGARET, ARTHUR, ELECTRIC = "caller:1", "caller:2", "biller:1"


@dataclass
class Bank:
    """A gateway where Margaret has 100 pounds and Arthur none; `left` says what she has now."""

    gateway: PaymentGateway
    left: Callable[[], Decimal]

    def pay(self, key: str, amount: str = "42.50", payer: str = MARGARET) -> Charge:
        return self.gateway.charge(key, Decimal(amount), "GBP", payer, ELECTRIC, "account 7")


@pytest.fixture(params=["ledger", "stripe"])
def bank(request: pytest.FixtureRequest, in_app: Flask) -> Iterator[Bank]:
    if request.param == "ledger":
        ledger = Ledger(utc_now)
        for payer, money in ((MARGARET, "100.00"), (ARTHUR, "1.00")):
            ledger.deposit(f"for {payer}", Decimal(money), "GBP", payer)
        yield Bank(ledger, lambda: _committed(MARGARET))
        return
    db.session.add_all([Card(payer=MARGARET, customer="cus_m", payment_method="pm_m"),
                        Card(payer=ARTHUR, customer="cus_a", payment_method="pm_a")])  # fmt: skip
    db.session.commit()
    with FakeStripe().running() as stripe:
        stripe.money = {"cus_m": 10_000, "cus_a": 100}
        yield Bank(Stripe("sk_test_1", WEBHOOK_SECRET, stripe.url), lambda: Decimal(stripe.money["cus_m"]) / 100)


def _committed(payer: str) -> Decimal:
    money = balance(db.session(), payer, "GBP")
    db.session.rollback()
    return money


def test_a_charge_moves_money_once_however_often_its_key_comes(bank: Bank) -> None:
    assert [bank.pay("bill:1") for _ in range(3)] == [Charge("paid")] * 3
    assert bank.left() == Decimal("57.50")


def test_another_key_is_another_charge(bank: Bank) -> None:
    assert bank.pay("bill:1") == bank.pay("bill:2") == Charge("paid")
    assert bank.left() == Decimal("15.00")


def test_without_enough_money_nothing_moves_and_the_same_key_says_so_again(bank: Bank) -> None:
    assert [bank.pay("bill:1", payer=ARTHUR) for _ in range(2)] == [Charge("declined", "no_money")] * 2


def test_one_key_from_several_threads_moves_money_once(bank: Bank, in_app: Flask) -> None:
    answers: list[Charge] = []

    def pay() -> None:
        with in_app.app_context():
            answers.append(bank.pay("bill:1"))

    threads = [threading.Thread(target=pay) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [Charge("paid")] * 4 and bank.left() == Decimal("57.50")


def test_what_came_of_a_charge_can_be_found_without_moving_anything(bank: Bank) -> None:
    begun = utc_now()
    bank.pay("bill:1")
    bank.pay("bill:2", payer=ARTHUR)
    assert bank.gateway.find("bill:1", MARGARET, begun) == Charge("paid")
    assert bank.gateway.find("bill:2", ARTHUR, begun) == Charge("declined", "no_money")
    assert bank.gateway.find("bill:3", MARGARET, begun) is None
    assert bank.left() == Decimal("57.50")


def test_the_books_hold_what_was_paid_and_nothing_else(bank: Bank) -> None:
    begun = utc_now() - dt.timedelta(seconds=1)
    for number in range(1, 6):
        bank.pay(f"bill:{number}", "10.01")
    bank.pay("bill:6", payer=ARTHUR)
    books = sorted(bank.gateway.collected(begun, utc_now() + dt.timedelta(seconds=2)), key=lambda entry: entry.key)
    assert [(entry.key, entry.payee, entry.amount, entry.currency) for entry in books] == [
        (f"bill:{number}", ELECTRIC, Decimal("10.01"), "GBP") for number in range(1, 6)
    ]
    assert [*bank.gateway.collected(begun - dt.timedelta(days=2), begun - dt.timedelta(days=1))] == []


def test_a_refund_gives_everything_back_once(bank: Bank) -> None:
    begun = utc_now()
    bank.pay("bill:1")
    assert [bank.gateway.refund("refund:1", "bill:1", MARGARET, begun) for _ in range(2)] == [Charge("paid")] * 2
    assert bank.gateway.refund("refund:2", "bill:1", MARGARET, begun) == Charge("paid")  # it has been given back
    assert bank.left() == Decimal("100.00")


def test_what_was_never_paid_is_not_given_back(bank: Bank) -> None:
    begun = utc_now()
    bank.pay("bill:1", payer=ARTHUR)
    assert bank.gateway.refund("refund:1", "bill:1", ARTHUR, begun) == Charge("declined", "not_paid")
    assert bank.gateway.refund("refund:2", "bill:9", MARGARET, begun) == Charge("declined", "not_paid")
