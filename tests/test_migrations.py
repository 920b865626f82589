"""The migrations make the tables that the models describe, and can be taken back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

from helpline.app import create_app
from helpline.db import db
from helpline.settings import load_settings
from tests.needs import needs

POSTGRESQL = "HELPLINE_TEST_POSTGRESQL"  # the URL of an empty database that tests may fill and empty


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The application over a database without tables."""
    url = os.environ.get(POSTGRESQL, "") if request.param == "postgresql" else ""
    needs(request.param == "sqlite" or url, f"PostgreSQL ({POSTGRESQL})")
    app = create_app(load_settings({}, database_url=url, data_dir=str(tmp_path)))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def differences() -> list[object]:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, db.metadata))


def test_upgrade_makes_exactly_the_tables_of_the_models(empty: Flask) -> None:
    upgrade()
    try:
        assert differences() == []
    finally:
        downgrade(revision="base")


def test_the_indexes_that_keep_promises_unique_are_partial(empty: Flask) -> None:
    upgrade()
    try:
        offer = {index["name"]: index for index in inspect(db.engine).get_indexes("offer")}
        option = f"{db.engine.dialect.name}_where"
        assert offer["uq_offer_accepted"]["unique"]
        assert "accepted" in str(offer["uq_offer_accepted"]["dialect_options"][option])
    finally:
        downgrade(revision="base")


def test_downgrade_to_base_leaves_nothing_behind(empty: Flask) -> None:
    upgrade()
    downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}


def test_upgrading_twice_changes_nothing(empty: Flask) -> None:
    upgrade()
    upgrade()
    try:
        assert differences() == []
    finally:
        downgrade(revision="base")
