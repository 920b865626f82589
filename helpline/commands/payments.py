"""`helpline payments`: what a person decides about money, from the office's own machine."""

from __future__ import annotations

import os
from collections.abc import Callable

import click
from sqlalchemy import select

from helpline.app import create_app
from helpline.commands.database import up_to_date
from helpline.db import db
from helpline.parts import Parts
from helpline.services.bills import decisions
from helpline.settings import load_settings
from helpline.staff.models import Staff

by_option = click.option("--by", "login", required=True, help="The sign-in name of whoever decides.")
note_option = click.option("--note", required=True, help="Why, and where it was looked up: it goes into the audit.")


@click.group()
def command() -> None:
    """Payments that need a person: those of which the gateway never told, and those that are given back."""


@command.command()
def waiting() -> None:
    """The payments that nobody knows the end of, each with its key at the gateway."""
    with up_to_date(create_app(load_settings(os.environ))):
        for request in decisions.waiting():
            click.echo(f"{request.details['payment_id']}: {request.details['words']}")


@command.command()
@click.argument("payment_id", type=int)
@click.argument("came_of_it", type=click.Choice(["paid", "not-paid"]))
@by_option
@note_option
def decide(payment_id: int, came_of_it: str, login: str, note: str) -> None:
    """Say what came of a payment, after looking it up at the gateway. The caller gets a text."""

    def settle(staff_id: int, parts: Parts) -> str:
        decisions.decide(payment_id, came_of_it == "paid", staff_id, note, parts.now())
        db.session.commit()
        return f"Payment {payment_id}: {came_of_it}"

    _decided(login, settle)


@command.command()
@click.argument("payment_id", type=int)
@by_option
@note_option
def refund(payment_id: int, login: str, note: str) -> None:
    """Give a payment back, whole and once. Where the gateway does not answer, or the bank has not, run it again: it goes on."""

    def give_back(staff_id: int, parts: Parts) -> str:
        ended = decisions.refund(payment_id, staff_id, note, parts.conversation.payments, parts.now())
        if ended == "unclear":
            raise click.ClickException(
                f"payment {payment_id}: nobody knows yet whether it was given back; run this again later"
            )
        if ended == "failed":
            raise click.ClickException(f"payment {payment_id} was not given back")
        return f"Payment {payment_id}: given back"

    _decided(login, give_back)


def _decided(login: str, act: Callable[[int, Parts], str]) -> None:
    app = create_app(load_settings(os.environ))
    with up_to_date(app):
        staff_id = db.session.scalar(select(Staff.id).where(Staff.login == login, Staff.active, Staff.role != "auditor"))
        if staff_id is None:
            raise click.ClickException(f"nobody who may decide signs in as {login!r}")
        try:
            click.echo(act(staff_id, app.extensions["helpline"]))
        except decisions.NotNow as error:
            raise click.ClickException(str(error)) from error
