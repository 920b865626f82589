"""The card company's page for a new card: opened by the office with a reason; what came of it is asked there, and kept once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from helpline.app import create_app
from helpline.audit import AuditEntry
from helpline.dashboard.cards import CAME, NO_ANSWER, NO_NOTE
from helpline.db import db
from helpline.outbox import Delivery
from helpline.services.cards import CardEntry
from helpline.services.gateways.cards import Card
from helpline.settings import load_settings
from tests.cast import PEPPER, Clock, People, press, sign_in_ruth
from tests.gateways.stripe_server import WEBHOOK_SECRET, FakeStripe

NOTE = "She sits beside me. I have known her for six years."
BACK = "/office/cards/1/back/1"


@pytest.fixture
def stripe() -> Iterator[FakeStripe]:
    with FakeStripe().running() as stripe:
        yield stripe


@pytest.fixture
def app(stripe: FakeStripe, tmp_path: Path, clock: Clock) -> Iterator[Flask]:
    secrets = {"STRIPE_SECRET_KEY": "sk_test_1", "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET}
    payments = {"gateway": "stripe", "stripe_url": stripe.url}
    app = create_app(
        load_settings(secrets, data_dir=str(tmp_path), secret_key="s" * 32, pin_pepper=PEPPER, payments=payments), clock.now
    )
    with app.app_context():
        db.create_all()
        db.session.remove()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def ruth(client: FlaskClient, people: People) -> FlaskClient:
    sign_in_ruth(client)
    return client


def cards(app: Flask) -> list[tuple[str, str]]:
    with app.app_context():
        return [(card.payer, card.last_four) for card in db.session.scalars(select(Card))]


def test_a_card_that_is_left_on_the_page_pays_from_then_on(ruth: FlaskClient, app: Flask, stripe: FakeStripe) -> None:
    opened = press(ruth, "/office/cards/1/open", note=NOTE)
    assert 'href="https://checkout.stripe.com/c/pay/cs_test_1"' in opened.text
    stripe.fill_page("cs_test_1", stripe.leave_card("4242424242424242", "1235"))
    for _ in range(2):
        ruth.get(BACK)
    assert "ends in 4242, good until 12/2035" in ruth.get("/office/cards/1").text
    assert cards(app) == [("caller:1", "4242")]
    with app.app_context():
        assert db.session.scalar(select(func.count(Delivery.id))) == 1
        actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
        assert actions.count("card_page_opened") == actions.count("card_saved") == 1


def test_whoever_comes_back_without_having_left_one_has_changed_nothing(ruth: FlaskClient, app: Flask) -> None:
    press(ruth, "/office/cards/1/open", note=NOTE)
    assert CAME["waiting"] in ruth.get(BACK, follow_redirects=True).text
    assert cards(app) == []


def test_a_page_is_opened_with_a_reason(ruth: FlaskClient, app: Flask, stripe: FakeStripe) -> None:
    answer = press(ruth, "/office/cards/1/open", note=" ")
    assert answer.status_code == 422 and NO_NOTE in answer.text and stripe.asked == []


def test_when_the_card_company_does_not_answer_that_is_said(ruth: FlaskClient, app: Flask, stripe: FakeStripe) -> None:
    stripe.faults.append("500 before")
    press(ruth, "/office/cards/1/open", note=NOTE)
    assert NO_ANSWER in ruth.get("/office/cards/1").text
    with app.app_context():
        assert db.session.scalars(select(CardEntry.status)).one() == "waiting"


def test_the_way_back_of_another_caller_is_none(ruth: FlaskClient, app: Flask) -> None:
    press(ruth, "/office/cards/1/open", note=NOTE)
    assert ruth.get("/office/cards/2/back/1").status_code == 404


def test_no_field_of_ours_asks_for_a_number(ruth: FlaskClient) -> None:
    page = ruth.get("/office/cards/1").text
    assert page.count("<textarea") == 1 and 'type="text"' not in page and "cc-number" not in page
