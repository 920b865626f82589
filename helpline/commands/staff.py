"""`helpline staff`: people of the office, their roles and passwords, from a shell and into the audit."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import select

from helpline.app import create_app
from helpline.commands.database import up_to_date
from helpline.db import db
from helpline.parts import Parts
from helpline.settings import load_settings
from helpline.staff import people
from helpline.staff.models import ROLES, Staff

login_argument = click.argument("login")
role_choice = click.Choice(ROLES)
by_option = click.option("--by", default="", metavar="LOGIN", help="Who of the office does it, for the audit.")
note_option = click.option("--note", default="", help="Why, for the audit.")
password_option = click.password_option(help="Asked for where it is not given; a command line is seen by others.")


@click.group()
def command() -> None:
    """People of the office. The first one is added here, with a role: coordinator, supervisor, auditor or administrator."""


@command.command()
@login_argument
@click.option("--name", required=True, help="First and family name, as colleagues and callers hear it.")
@click.option("--role", type=role_choice, required=True)
@password_option
@by_option
@note_option
def add(login: str, name: str, role: str, password: str, by: str, note: str) -> None:
    """Add somebody, who signs in by LOGIN."""
    with _office() as now:
        person = people.add(login, name, role, password, actor_of(by), note, now)
        click.echo(f"{person.name} is {role}, and signs in as {person.login}.")


@command.command("role")
@login_argument
@click.argument("role", type=role_choice)
@by_option
@note_option
def change_role(login: str, role: str, by: str, note: str) -> None:
    """Give somebody another role; who had left is back with it."""
    with _office() as now:
        person = people.of_login(login)
        changed = people.change_role(person, role, actor_of(by), note, now)
        click.echo(f"{person.name} is {role}{' now, and signs in anew' if changed else ' already'}.")


@command.command()
@login_argument
@by_option
@note_option
def leave(login: str, by: str, note: str) -> None:
    """Somebody has left: they cannot sign in, and take no call."""
    with _office() as now:
        person = people.of_login(login)
        left = people.leave(person, actor_of(by), note, now)
        click.echo(f"{person.name} {'has left' if left else 'had left already'}.")


@command.command("password")
@login_argument
@password_option
@by_option
@note_option
def change_password(login: str, password: str, by: str, note: str) -> None:
    """Give somebody a new password; every session of theirs ends."""
    with _office() as now:
        person = people.of_login(login)
        people.change_password(person, password, actor_of(by), note, now)
        click.echo(f"{person.name} signs in with the new password.")


@command.command("list")
def list_all() -> None:
    """Who there is, in which role, and who has left."""
    with _office():
        for person in db.session.scalars(select(Staff).order_by(Staff.login)):
            click.echo(f"{person.login:20} {person.role if person.active else 'left':14} {person.name}")


def actor_of(login: str, otherwise: str = people.ACTOR) -> str:
    """Who did it, as the audit names them; `otherwise` where nobody was named. Within an app context."""
    if not login:
        return otherwise
    try:
        person = people.of_login(login)
    except people.Unfit as why:
        raise click.BadParameter(str(why), param_hint="--by") from why
    if not person.active:
        raise click.BadParameter(f"{person.login} has left", param_hint="--by")
    return f"staff:{person.id}"


@contextmanager
def _office() -> Iterator[dt.datetime]:
    """Within an app context; kept where all went well."""
    app = create_app(load_settings(os.environ))
    parts: Parts = app.extensions["helpline"]
    with up_to_date(app):
        try:
            yield parts.now()
        except people.Unfit as why:
            raise click.ClickException(str(why)) from why
        db.session.commit()
