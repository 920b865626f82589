"""The page of stopped and protected payments: taken back for a caller by somebody who says how they made sure."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from helpline.audit import AuditEntry
from helpline.dashboard.guards import DONE, NO_PROOF, NOTHING_LEFT
from helpline.db import db
from helpline.outbox import Delivery
from helpline.services import protection
from helpline.services.protection import is_frozen
from helpline.staff.models import Staff
from tests.cast import People, on_the_line, press, sign_in_ruth


@pytest.fixture
def arthur(app: Flask, people: People) -> int:
    """Arthur, who has no PIN, has stopped his payments; his id."""
    with app.app_context():
        protection.freeze({}, on_the_line(app, people.arthur, level=1))
        db.session.commit()
    return people.arthur


def frozen(app: Flask, caller: int) -> bool:
    with app.app_context():
        return is_frozen(caller)


def test_ruth_rings_him_and_allows_his_payments_again(client: FlaskClient, app: Flask, arthur: int, people: People) -> None:
    sign_in_ruth(client)
    assert "Arthur Bell" in client.get("/office/protection/").text
    press(client, f"/office/protection/{arthur}/freeze", note="Rang him at home, spoke with him alone.")
    assert DONE["freeze"] in client.get("/office/protection/").text and not frozen(app, arthur)
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "payments_unfrozen")).one()
        assert (entry.actor, entry.subject) == (f"staff:{people.ruth}", f"caller:{arthur}")
        assert entry.data["note"] == "Rang him at home, spoke with him alone."
        assert "allowed again" in db.session.scalars(select(Delivery.body)).one()


def test_pressing_twice_takes_it_back_once_and_says_so(client: FlaskClient, app: Flask, arthur: int) -> None:
    sign_in_ruth(client)
    for _ in range(2):
        press(client, f"/office/protection/{arthur}/freeze", note="Rang him.")
    assert NOTHING_LEFT in client.get("/office/protection/").text
    with app.app_context():
        assert len(db.session.scalars(select(Delivery.id)).all()) == 1


def test_without_a_proof_nothing_is_allowed(client: FlaskClient, app: Flask, arthur: int) -> None:
    sign_in_ruth(client)
    answer = press(client, f"/office/protection/{arthur}/freeze", note=" ")
    assert answer.status_code == 422 and NO_PROOF in answer.text and frozen(app, arthur)


def test_an_auditor_sees_it_and_takes_nothing_back(client: FlaskClient, app: Flask, arthur: int) -> None:
    with app.app_context():
        db.session.execute(update(Staff).values(role="auditor"))
        db.session.commit()
    sign_in_ruth(client)
    page = client.get("/office/protection/").text
    assert "Arthur Bell" in page and "Allow payments again" not in page
    assert press(client, f"/office/protection/{arthur}/freeze", note="Rang him.").status_code == 403
    assert frozen(app, arthur)


def test_a_stranger_sees_nobody(client: FlaskClient, arthur: int) -> None:
    assert client.get("/office/protection/").location == "/office/sign-in"
