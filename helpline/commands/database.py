"""`helpline db`: create and upgrade the database, and fill it with demonstration data."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import Flask
from flask_migrate import upgrade as migrate_up

from helpline.app import create_app
from helpline.commands.demo_data import seed
from helpline.db import db
from helpline.models import Caller
from helpline.parts import Parts
from helpline.settings import load_settings


@click.group()
def command() -> None:
    """Create and upgrade the database."""


@command.command()
def upgrade() -> None:
    """Bring the database to this version's tables. Safe to run again."""
    app = create_app(load_settings(os.environ))
    with app.app_context():
        migrate_up()
    click.echo(f"The database is ready: {db_name(app.extensions['helpline'])}")


@command.command("seed")
def seed_command() -> None:
    """Fill an empty database with demonstration data and print its sign-ins."""
    app = create_app(load_settings(os.environ))
    parts: Parts = app.extensions["helpline"]
    with app.app_context():
        migrate_up()
        if db.session.query(Caller).first() is not None:
            raise click.ClickException("the database holds callers already; demonstration data goes into an empty one")
        made = seed(parts.settings, parts.now())
    click.echo(f"Coordinator: {made.coordinator}, password {made.password}")
    click.echo("With the same password: " + ", ".join(f"{role} {login}" for role, login in made.colleagues.items()))
    for name, number in made.numbers.items():
        click.echo(f"Ring as {name}: {number}" + (f", PIN {made.pin}" if name[0].isupper() else ""))


@contextmanager
def up_to_date(app: Flask) -> Iterator[None]:
    """An app context over this version's tables: the embedded database is upgraded first, another one is left to
    `helpline db upgrade`."""
    parts: Parts = app.extensions["helpline"]
    with app.app_context():
        if not parts.settings.database_url:
            migrate_up()
        yield
        db.session.remove()
        db.engine.dispose()


def db_name(parts: Parts) -> str:
    """The database without its password."""
    return parts.settings.database.rpartition("@")[2]
