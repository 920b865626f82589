"""The application with a telephone company, its voice and its recogniser replaced by small fakes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from helpline.app import create_app
from helpline.commands.demo_data import Demonstration, seed
from helpline.db import db
from helpline.settings import load_settings
from tests.calls.line import ACCOUNT, TOKEN, Ears, Telephone, Voice
from tests.cast import PEPPER, START, Clock
from tests.serving import free_port


@pytest.fixture
def changes() -> dict[str, Any]:
    """Settings that a test wants otherwise: overridden where it does."""
    return {}


@pytest.fixture
def app(tmp_path: Path, clock: Clock, changes: dict[str, Any]) -> Iterator[Flask]:
    """The application over a fresh SQLite file, reached on a free port of this machine."""
    telephony = {"provider": "twilio", "account_sid": ACCOUNT, "auth_token": TOKEN}
    settings = load_settings(
        {},
        data_dir=str(tmp_path),
        secret_key="s" * 32,
        pin_pepper=PEPPER,
        **{
            "public_url": f"http://127.0.0.1:{free_port()}",
            **changes,
            "telephony": {**telephony, **changes.get("telephony", {})},
        },
    )
    app = create_app(settings, clock.now)
    with app.app_context():
        db.create_all()
        db.session.remove()
    yield app
    app.extensions["switchboard"].pool.shutdown()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def ears(app: Flask) -> Ears:
    """What the callers say, sentence by sentence, in place of the recogniser."""
    ears = Ears()
    app.extensions["helpline"]._recognisers["en"] = ears
    return ears


@pytest.fixture
def voice(app: Flask) -> Voice:
    """What the helpline says, in place of its voice."""
    voice = Voice()
    app.extensions["helpline"]._voices["en"] = voice
    return voice


@pytest.fixture
def telephone(app: Flask) -> Telephone:
    """The telephone company's side of the webhooks."""
    return Telephone(app)


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Demonstration]:
    """The demonstration's town as a database file, made once: its PINs are slow to hash on purpose."""
    folder = tmp_path_factory.mktemp("town")
    app = create_app(load_settings({}, data_dir=str(folder), secret_key="s" * 32, pin_pepper=PEPPER))
    with app.app_context():
        db.create_all()
        town = seed(app.extensions["helpline"].settings, START)
        db.session.remove()
        db.engine.dispose()
    return folder / "helpline.db", town


@pytest.fixture
def town(app: Flask, seeded: tuple[Path, Demonstration], tmp_path: Path) -> Demonstration:
    """The demonstration's people: Margaret owes City Electric 42.50 and has paid them before; her PIN is PIN."""
    with app.app_context():
        db.engine.dispose()
    for old in tmp_path.glob("helpline.db*"):
        old.unlink()
    shutil.copy(seeded[0], tmp_path / "helpline.db")
    return seeded[1]
