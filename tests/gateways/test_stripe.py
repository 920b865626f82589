"""Stripe when it fails, and its notices: money moves once, an answer that got lost is looked up, a stranger is not believed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpline.app import create_app, utc_now
from helpline.db import db
from helpline.models import ServiceRequest
from helpline.services.bills.models import GatewayNotice, Payment, Refund
from helpline.services.gateways.cards import Card
from helpline.services.gateways.payments import Charge, GatewayUnclear
from helpline.services.gateways.stripe import Stripe
from helpline.services.requests import open_request
from helpline.settings import Settings, SettingsError, load_settings
from tests.cast import PEPPER, Clock, People, on_the_line
from tests.gateways.stripe_server import WEBHOOK_SECRET, FakeStripe, notice
from tests.services.accounts import account_with, bill

SECRETS = {"STRIPE_SECRET_KEY": "sk_test_1", "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET}


@pytest.fixture
def stripe() -> Iterator[FakeStripe]:
    with FakeStripe().running() as stripe:
        stripe.money = {"cus_m": 10_000}
        yield stripe


def settings(folder: Path, url: str) -> Settings:
    payments = {"gateway": "stripe", "stripe_url": url}
    return load_settings(SECRETS, data_dir=str(folder), secret_key="s" * 32, pin_pepper=PEPPER, payments=payments)


@pytest.fixture
def app(stripe: FakeStripe, tmp_path: Path, clock: Clock) -> Iterator[Flask]:
    """The application with Stripe as its gateway."""
    app = create_app(settings(tmp_path, stripe.url), clock.now)
    with app.app_context():
        db.create_all()
        db.session.add(Card(payer="caller:1", customer="cus_m", payment_method="pm_m"))
        db.session.commit()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def gateway(in_app: Flask) -> Stripe:
    gateway = in_app.extensions["helpline"].conversation.payments
    assert isinstance(gateway, Stripe)
    return gateway


def pay(gateway: Stripe, key: str = "bill:1", payer: str = "caller:1") -> Charge:
    return gateway.charge(key, Decimal("42.50"), "GBP", payer, "biller:1", "account 7")


def test_the_key_stands_in_the_header_and_in_the_books(gateway: Stripe, stripe: FakeStripe) -> None:
    assert pay(gateway) == Charge("paid")
    assert stripe.asked == [("/v1/payment_intents", "bill:1")]
    assert stripe.intents[0]["metadata"] == {"key": "bill:1", "payee": "biller:1"} and stripe.intents[0]["amount"] == 4250


def test_an_answer_that_got_lost_after_the_charge_is_looked_up_at_once(gateway: Stripe, stripe: FakeStripe) -> None:
    stripe.faults.append("lost after")
    assert pay(gateway) == Charge("paid") and stripe.money["cus_m"] == 5750


@pytest.mark.parametrize("fault", ["lost before", "500 before", "409", "429", "401"])
def test_without_a_charge_it_stays_unclear_and_the_same_key_pays_later(gateway: Stripe, stripe: FakeStripe, fault: str) -> None:
    stripe.faults.append(fault)
    with pytest.raises(GatewayUnclear):
        pay(gateway)
    assert stripe.money["cus_m"] == 10_000
    assert pay(gateway) == Charge("paid") and stripe.money["cus_m"] == 5750


def test_a_500_that_is_kept_under_the_key_does_not_hide_that_it_was_paid(gateway: Stripe, stripe: FakeStripe) -> None:
    stripe.faults.append("500 after")
    assert [pay(gateway) for _ in range(2)] == [Charge("paid")] * 2
    assert stripe.money["cus_m"] == 5750


def test_when_the_books_are_shut_too_nobody_knows(gateway: Stripe, stripe: FakeStripe) -> None:
    stripe.faults.extend(["lost after", "books shut"])
    with pytest.raises(GatewayUnclear):
        pay(gateway)
    with pytest.raises(GatewayUnclear):
        gateway.find("bill:1", "caller:1", utc_now())
    stripe.faults.clear()
    assert gateway.find("bill:1", "caller:1", utc_now()) == Charge("paid")


def test_a_key_that_comes_with_another_amount_says_what_it_did_the_first_time(gateway: Stripe, stripe: FakeStripe) -> None:
    pay(gateway)
    assert gateway.charge("bill:1", Decimal("99.00"), "GBP", "caller:1", "biller:1", "") == Charge("paid")
    assert stripe.money["cus_m"] == 5750


@pytest.mark.parametrize(
    ("method", "reason"), [("pm_asks_for_a_password", "gateway"), ("gone", "gateway"), ("pm_m", "no_money")]
)
def test_a_card_that_cannot_be_charged_is_declined(gateway: Stripe, stripe: FakeStripe, method: str, reason: str) -> None:
    db.session.add(Card(payer="caller:2", customer="cus_poor", payment_method=method))
    db.session.commit()
    assert pay(gateway, payer="caller:2") == Charge("declined", reason)


def test_a_caller_without_a_card_is_declined_without_asking(gateway: Stripe, stripe: FakeStripe) -> None:
    assert pay(gateway, payer="caller:9") == Charge("declined", "no_card") and stripe.asked == []


def test_a_charge_that_is_still_under_way_is_unclear(gateway: Stripe, stripe: FakeStripe) -> None:
    pay(gateway)
    stripe.intents[0]["status"] = "processing"
    with pytest.raises(GatewayUnclear, match="processing"):
        gateway.find("bill:1", "caller:1", utc_now())


# -- refunds


def give_back(gateway: Stripe, key: str = "refund:1") -> Charge:
    return gateway.refund(key, "bill:1", "caller:1", utc_now())


@pytest.mark.parametrize("status", ["pending", "requires_action"])
def test_a_refund_that_is_under_way_is_unclear_until_the_bank_has_answered(
    gateway: Stripe, stripe: FakeStripe, status: str
) -> None:
    pay(gateway)
    stripe.refund_status = status
    for _ in range(2):
        with pytest.raises(GatewayUnclear, match=status):
            give_back(gateway)
    stripe.refunds[0]["status"] = "succeeded"
    assert give_back(gateway) == Charge("paid")
    assert len(stripe.refunds) == 1


@pytest.mark.parametrize("status", ["failed", "canceled"])
def test_a_refund_that_the_bank_sends_back_was_not_given(gateway: Stripe, stripe: FakeStripe, status: str) -> None:
    pay(gateway)
    stripe.refund_status = status
    assert give_back(gateway) == Charge("declined", "gateway")


def test_a_refund_that_somebody_else_has_begun_is_unclear_while_it_is_under_way(gateway: Stripe, stripe: FakeStripe) -> None:
    pay(gateway)
    stripe.refund_status = "pending"
    with pytest.raises(GatewayUnclear):
        give_back(gateway, "by hand")
    with pytest.raises(GatewayUnclear, match="pending"):
        give_back(gateway)
    stripe.refunds[0]["status"] = "succeeded"
    assert give_back(gateway, "another") == Charge("paid")


# -- notices


@pytest.fixture
def claimed(in_app: Flask, people: People, clock: Clock) -> int:
    """Margaret's payment, promised and not answered yet."""
    due = bill(account_with(people.margaret, "City Electric", "electricity"), "42.50", clock.now().date())
    request = open_request("pay_bill", on_the_line(in_app, people.margaret))
    payment = Payment(
        bill_id=due.id, caller_id=people.margaret, request_id=request.id, key="bill:1", amount=due.amount, currency="GBP",
        claimed_at=clock.now(),
    )  # fmt: skip
    db.session.add(payment)
    db.session.commit()
    return payment.id


def tell(app: Flask, kind: str, id: str = "evt_1", at: float | None = None, **subject: object) -> int:
    body, signature = notice(kind, {"metadata": {"key": "bill:1", "payee": "biller:1"}, **subject}, id, at)
    return app.test_client().post("/payments/notice", data=body, headers={"Stripe-Signature": signature}).status_code


def status_of(payment_id: int) -> tuple[str, str]:
    db.session.rollback()
    payment = db.session.get_one(Payment, payment_id)
    return payment.status, payment.reason


def for_a_person() -> list[str]:
    requests = db.session.scalars(select(ServiceRequest).where(ServiceRequest.intent == "speak_to_person"))
    return [request.details["about"] for request in requests]


def test_a_signed_notice_settles_what_was_waiting_and_its_repeat_changes_nothing(in_app: Flask, claimed: int) -> None:
    assert [tell(in_app, "payment_intent.succeeded") for _ in range(2)] == [200, 200]
    assert status_of(claimed) == ("settled", "")
    assert db.session.scalar(select(func.count()).select_from(GatewayNotice)) == 1 and for_a_person() == []


def test_a_notice_of_a_decline_fails_the_payment_with_its_reason(in_app: Flask, claimed: int) -> None:
    tell(in_app, "payment_intent.payment_failed", last_payment_error={"decline_code": "insufficient_funds"})
    assert status_of(claimed) == ("failed", "no_money")


def test_an_old_notice_is_not_believed(in_app: Flask, claimed: int) -> None:
    assert tell(in_app, "payment_intent.succeeded", at=time.time() - 301) == 400
    assert status_of(claimed) == ("claimed", "")


def test_a_notice_without_their_signature_is_not_believed(in_app: Flask, claimed: int) -> None:
    body, signature = notice("payment_intent.succeeded", {"metadata": {"key": "bill:1"}})
    client = in_app.test_client()
    for sent, headers in (
        (body, {}),
        (body + b" ", {"Stripe-Signature": signature}),
        (b"\xff", {"Stripe-Signature": "t=1,v1=0"}),
    ):
        assert client.post("/payments/notice", data=sent, headers=headers).status_code == 400
    assert status_of(claimed) == ("claimed", "")


def test_a_late_notice_that_contradicts_our_rows_goes_to_a_person(in_app: Flask, claimed: int) -> None:
    tell(in_app, "payment_intent.payment_failed", id="evt_1")
    tell(in_app, "payment_intent.succeeded", id="evt_2")
    assert status_of(claimed)[0] == "failed" and for_a_person() == ["payment_paid_elsewhere"]


def test_a_refund_made_at_the_gateway_goes_to_a_person(in_app: Flask, claimed: int) -> None:
    tell(in_app, "payment_intent.succeeded", id="evt_1")
    tell(in_app, "charge.refunded", id="evt_2")
    assert status_of(claimed)[0] == "settled" and for_a_person() == ["payment_refunded_elsewhere"]


@pytest.mark.parametrize(("ours", "opened"), [("claimed", []), ("settled", []), ("failed", ["payment_refunded_elsewhere"])])
def test_a_refund_of_ours_that_failed_does_not_explain_one_made_at_the_gateway(
    in_app: Flask, claimed: int, clock: Clock, ours: str, opened: list[str]
) -> None:
    tell(in_app, "payment_intent.succeeded", id="evt_1")
    db.session.add(Refund(payment_id=claimed, key=f"refund:{claimed}", status=ours, claimed_at=clock.now()))
    db.session.commit()
    tell(in_app, "charge.refunded", id="evt_2")
    assert for_a_person() == opened


@pytest.mark.parametrize("ours", ["claimed", "settled"])
def test_a_refund_that_the_bank_sends_back_later_goes_to_a_person_once(
    in_app: Flask, claimed: int, clock: Clock, ours: str
) -> None:
    tell(in_app, "payment_intent.succeeded", id="evt_1")
    db.session.add(Refund(payment_id=claimed, key=f"refund:{claimed}", status=ours, claimed_at=clock.now()))
    db.session.commit()
    for id in ("evt_2", "evt_2", "evt_3"):
        tell(in_app, "refund.failed", id=id, metadata={"key": f"refund:{claimed}"})
    assert db.session.scalars(select(Refund.status)).one() == "failed" and for_a_person() == ["payment_refund_failed"]
    tell(in_app, "charge.refunded", id="evt_4")
    assert for_a_person() == ["payment_refund_failed", "payment_refunded_elsewhere"]


def test_a_refund_of_somebody_elses_that_failed_is_none_of_ours(in_app: Flask, claimed: int) -> None:
    assert tell(in_app, "refund.failed", metadata={"key": "by hand"}) == 200
    assert for_a_person() == []


def test_a_notice_about_something_else_is_taken_and_forgotten(in_app: Flask, claimed: int) -> None:
    assert tell(in_app, "customer.created") == 200
    assert tell(in_app, "payment_intent.succeeded", metadata={}) == 200
    assert status_of(claimed) == ("claimed", "")


def test_with_the_ledger_nobody_may_send_notices(tmp_path: Path, clock: Clock) -> None:
    app = create_app(load_settings({}, data_dir=str(tmp_path)), clock.now)
    assert app.test_client().post("/payments/notice").status_code == 404


def test_stripe_without_its_secrets_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="set STRIPE_SECRET_KEY"):
        load_settings({}, payments={"gateway": "stripe"})
    with pytest.raises(SettingsError, match="https outside this machine"):
        load_settings(SECRETS, payments={"gateway": "stripe", "stripe_url": "http://stripe.example.org"})
    assert "whsec" not in repr(settings(tmp_path, "http://127.0.0.1:1"))
