"""Our requests have the shape that Stripe's own description of its interface asks for: checked by its stripe-mock, which
knows no money and forgets everything."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
import stripe
from flask import Flask

from helpline.app import utc_now
from helpline.db import db
from helpline.services.gateways.cards import Card
from helpline.services.gateways.payments import Charge
from helpline.services.gateways.stripe import Stripe


@pytest.fixture
def gateway(in_app: Flask, stripe_mock: str) -> Stripe:
    db.session.add(Card(payer="caller:1", customer="cus_1", payment_method="pm_card_visa"))
    db.session.commit()
    return Stripe("sk_test_1", "whsec_1", stripe_mock)


def test_a_charge_is_a_request_that_stripe_knows(gateway: Stripe, caplog: pytest.LogCaptureFixture) -> None:
    # Its answer is a sample of the vendor's and says nothing about our charge: what counts is that it was not refused.
    gateway.charge("bill:1", Decimal("42.50"), "GBP", "caller:1", "biller:1", "account 7")
    assert "refused the charge" not in caplog.text


def test_looking_a_charge_up_and_reading_the_books_are_requests_that_stripe_knows(gateway: Stripe) -> None:
    assert gateway.find("bill:1", "caller:1", utc_now()) is None  # the sample has another key
    assert [*gateway.collected(utc_now() - dt.timedelta(days=1), utc_now())] == []


def test_giving_back_is_a_request_that_stripe_knows(gateway: Stripe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "_intent", lambda *_: {"id": "pi_1", "status": "succeeded"})
    assert gateway.refund("refund:1", "bill:1", "caller:1", utc_now()) == Charge("paid")


def test_saving_a_card_is_a_request_that_stripe_knows(gateway: Stripe, caplog: pytest.LogCaptureFixture) -> None:
    gateway.save_card("card:1", "caller:1", "pm_card_visa")
    gateway.save_card("card:2", "caller:2", "pm_card_visa")  # who is no customer yet
    assert "refused the card" not in caplog.text


def test_a_page_for_a_card_is_a_request_that_stripe_knows(gateway: Stripe) -> None:
    assert gateway.open_card_page("card:1", "caller:1", "https://helpline.example.org/office/cards/1").id
    gateway.saved_on_page("cs_test_1")


def test_a_request_of_a_wrong_shape_would_be_noticed(gateway: Stripe) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        gateway._client.v1.payment_intents.create({"amount": "much", "currency": "gbp"})  # type: ignore[typeddict-item]
