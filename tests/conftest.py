"""The few things that tests of the whole application need. The people are in tests/cast.py."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from helpline.app import create_app
from helpline.db import db
from helpline.settings import load_settings
from tests.cast import PEPPER, Clock, People, enrol

DATABASE = "HELPLINE_TEST_DATABASE"  # the URL of an empty PostgreSQL database, to run the same tests over it


@pytest.fixture
def clock() -> Clock:
    """Tuesday, 24 November 2026, ten in the morning, until a test moves it."""
    return Clock()


@pytest.fixture
def app(tmp_path: Path, clock: Clock) -> Iterator[Flask]:
    """The application without a telephone company, over a fresh SQLite file, or over the empty database that is named."""
    url = os.environ.get(DATABASE, "")
    settings = load_settings({}, data_dir=str(tmp_path), database_url=url, secret_key="s" * 32, pin_pepper=PEPPER)
    app = create_app(settings, clock.now)
    with app.app_context():
        db.create_all()
        db.session.remove()
    yield app
    with app.app_context():
        db.session.remove()
        if url:
            db.drop_all()
        db.engine.dispose()


@pytest.fixture
def people(app: Flask, clock: Clock) -> People:
    """Margaret, Arthur, Joan, Wei, Grace and Ruth, all with a row."""
    with app.app_context():
        return enrol(clock.now())


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that nobody has signed in with yet."""
    return app.test_client()


@pytest.fixture
def in_app(app: Flask) -> Iterator[Flask]:
    """Inside an app context, with `db.session`: for tests of functions. Tests of pages take `client`."""
    with app.app_context():
        yield app
