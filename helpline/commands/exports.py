"""`helpline export`: what others are told, as files."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from helpline.app import create_app
from helpline.commands.database import up_to_date
from helpline.parts import Parts
from helpline.services.bills.models import Remittance
from helpline.services.bills.remittances import DayNotOver, Differs, ToldMeanwhile, remit
from helpline.services.gateways.payments import GatewayUnclear
from helpline.settings import load_settings


@click.group()
def command() -> None:
    """Write files for others."""


@command.command()
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), required=True, help="A day of the office's that is over.")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), default=".", help="Where the files go.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file instead of words.")
def remittances(day: dt.datetime, folder: Path, as_json: bool) -> None:
    """What was collected for each biller that day, a CSV file each with its total.

    A payment stands in one file, ever; exporting the day again gives the same files. No file is made where our payments and
    the gateway's books differ: the exit code is then 1.
    """
    app = create_app(load_settings(os.environ))
    parts: Parts = app.extensions["helpline"]
    with up_to_date(app):
        try:
            zone = ZoneInfo(parts.settings.time_zone)
            made = remit(day.date(), zone, parts.conversation.payments, parts.now())
        except Differs as error:
            raise click.ClickException("\n".join(["no file was made:", *error.differences])) from error
        except DayNotOver as error:
            raise click.ClickException(str(error)) from error
        except GatewayUnclear as error:
            raise click.ClickException("the gateway's books cannot be had now; no file was made") from error
        except ToldMeanwhile as error:
            raise click.ClickException("another export of these payments has just been made; run this again") from error
    for remittance in made:
        _put(folder / remittance.file, remittance.content)
        click.echo(_line(remittance, as_json))
    if not made and not as_json:
        click.echo("Nothing was collected that day.")


def _put(path: Path, content: str) -> None:
    """Whole or not at all: a biller's machine may be watching the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(content, "utf-8", newline="")
    beside.replace(path)


def _line(remittance: Remittance, as_json: bool) -> str:
    total = f"{remittance.total:.2f}"
    if as_json:
        counts = {"payments": remittance.payments, "refunds": remittance.refunds}
        return json.dumps({"file": remittance.file, **counts, "total": total, "currency": remittance.currency})
    return f"{remittance.file}: {remittance.payments} payments, {remittance.refunds} refunds, {remittance.currency} {total}"
