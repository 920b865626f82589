"""The page of held payments also shows what waits for its day."""

from __future__ import annotations

import datetime as dt

from flask import Flask
from flask.testing import FlaskClient

from helpline.db import db
from helpline.services.bills import planning
from tests.cast import Clock, People, on_the_line, sign_in_ruth
from tests.services.accounts import account_with, bill


def test_a_planned_payment_is_shown_until_it_is_stopped(client: FlaskClient, app: Flask, people: People, clock: Clock) -> None:
    sign_in_ruth(client)
    assert "No payment is planned." in client.get("/office/holds/").text
    with app.app_context():
        owed = bill(account_with(people.margaret, "Clearwater", "water"), "31.20", clock.now().date() + dt.timedelta(days=9))
        line = on_the_line(app, people.margaret)
        asked = {"bill_id": owed.id, "amount": {"amount": "31.20", "currency": "GBP"}, "part": None, "day": "2026-11-27"}
        assert planning.plan(asked, line).status == "planned"
        db.session.commit()
    page = client.get("/office/holds/").text
    assert "Clearwater, GBP 31.20" in page and "27 November" in page and "Margaret Hill" in page
    with app.app_context():
        assert planning.stop(1, on_the_line(app, people.margaret))
        db.session.commit()
    assert "No payment is planned." in client.get("/office/holds/").text
