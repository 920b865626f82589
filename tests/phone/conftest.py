"""The office at the browser phone: Ruth is signed in, and the invented people are there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from helpline.app import create_app
from helpline.db import db
from helpline.settings import load_settings
from tests.calls.line import Ears, Voice
from tests.cast import PEPPER, Clock, People, press, sign_in_ruth
from tests.serving import free_port, served

SOON = 8.0  # seconds for what comes at once on an idle machine


@pytest.fixture
def changes() -> dict[str, Any]:
    """Settings that a test wants otherwise: overridden where it does."""
    return {}


@pytest.fixture
def app(tmp_path: Path, clock: Clock, changes: dict[str, Any]) -> Iterator[Flask]:
    """The application over a fresh SQLite file, at a free port of this machine."""
    here = {"data_dir": str(tmp_path), "public_url": f"http://127.0.0.1:{free_port()}"}
    app = create_app(load_settings({}, **{**here, "secret_key": "s" * 32, "pin_pepper": PEPPER, **changes}), clock.now)
    with app.app_context():
        db.create_all()
        db.session.remove()
    yield app
    app.extensions["switchboard"].pool.shutdown()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Where the application is served, with a voice and ears that need no model."""
    app.extensions["helpline"]._recognisers["en"] = Ears()
    app.extensions["helpline"]._voices["en"] = Voice()
    with served(app):
        yield app.extensions["helpline"].settings.public_url


@pytest.fixture
def ruth(client: FlaskClient, people: People) -> FlaskClient:
    """Ruth's browser, signed in, with the people for training."""
    sign_in_ruth(client)
    press(client, "/office/phone/afresh")
    return client
