"""Runs the migrations inside the application: its engine, its metadata.

`create_app` has imported every module that has tables; none is named here.
"""

from __future__ import annotations

from typing import Any

from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app

from helpline.db import UtcDateTime


def render_item(kind: str, item: Any, autogen: AutogenContext) -> Any:
    """Write plain SQL types: an old migration must not depend on what our own type becomes later."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    """In one transaction: a migration that breaks leaves the database as it was."""
    migrate = current_app.extensions["migrate"]
    with migrate.db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=migrate.db.metadata,
            render_item=render_item,
            transactional_ddl=True,
            **migrate.configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("The migrations need the database itself: --sql cannot know what stands in it.")
run()
