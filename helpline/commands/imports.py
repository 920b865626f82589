"""`helpline import`: callers, billers, callers' accounts, cards and trusted contacts, volunteers, bills and the office's hours as CSV files."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from helpline.app import create_app
from helpline.commands.database import up_to_date
from helpline.commands.staff import actor_of, by_option, note_option
from helpline.parts import Parts
from helpline.services.bills.imports import ACTOR, Arrival, Brought, bring_billers, bring_bills
from helpline.services.bills.payers import bring_accounts, bring_cards
from helpline.services.callers import bring_callers
from helpline.services.contacts.imports import bring_contacts
from helpline.services.enlisting import bring_volunteers
from helpline.services.officehours import bring_office_hours
from helpline.services.tables import FileFault
from helpline.settings import load_settings

MOST_BYTES = 50_000_000  # a file is read whole
MOST_FAULTS = 100  # that are printed: who has more has the wrong file

Bring = Callable[[bytes, Parts, Arrival], Brought]

file_argument = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
check_option = click.option("--check", is_flag=True, help="Say what would happen, and change nothing.")
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object instead of words.")


@click.group()
def command() -> None:
    """Bring in callers, billers, accounts, cards, contacts, volunteers, bills and office hours from CSV files. Rows that are wrong are told by line and
    column, the others are kept; the exit code is 1 if one was refused. A file may be brought again: what is on file already changes nothing."""


def _file(bring: Bring) -> Bring:
    """A subcommand that brings one file; its name and its help are those of `bring`."""

    @command.command(bring.__name__.replace("_", "-"), help=bring.__doc__)
    @file_argument
    @check_option
    @json_option
    @by_option
    @note_option
    def run(file: Path, check: bool, as_json: bool, by: str, note: str) -> None:
        _bring(file, check, as_json, (by, note), bring)

    return bring


@_file
def bills(data: bytes, parts: Parts, arrival: Arrival) -> Brought:
    """Columns: biller, account, reference (the biller's number of the bill), amount, currency, period, issued, due."""
    return bring_bills(data, arrival)


@_file
def callers(data: bytes, parts: Parts, arrival: Arrival) -> Brought:
    """Columns: phone, full_name, name (as they like to be called), birth_year, language, time_zone, area, address, door_notes,
    landline (yes or no). All but the first three may be empty."""
    return bring_callers(data, _languages(parts), parts.settings.time_zone, arrival)


@_file
def billers(data: bytes, parts: Parts, arrival: Arrival) -> Brought:
    """Columns: name, kind, allowed (yes or no), account_mask, account_check (luhn, mod97 or nothing)."""
    return bring_billers(data, parts.languages[parts.settings.language].words["biller"], arrival)


@_file
def accounts(data: bytes, parts: Parts, arrival: Arrival) -> Brought:
    """Columns: phone, full_name (of a caller on file), biller, account (the caller's number there)."""
    return bring_accounts(data, arrival)


@_file
def cards(data: bytes, parts: Parts, arrival: Arrival) -> Brought:
    """Columns: phone, full_name (of a caller on file), customer, payment_method (the card gateway's ids)."""
    return bring_cards(data, arrival)


@_file
def contacts(data: bytes, parts: Parts, arrival: Arrival) -> Brought:
    """Columns: phone, full_name (of a caller on file), place (first or second), contact_name, contact_phone, relation, consent
    (yes or no)."""
    return bring_contacts(data, arrival)


@_file
def volunteers(data: bytes, parts: Parts, arrival: Arrival) -> Brought:
    """Columns: phone, name, languages, areas, kinds (each one or more, with ; between them), on_duty and by_call (yes or no:
    rung about offers instead of texted). Languages, on_duty and by_call may be empty."""
    return bring_volunteers(data, _languages(parts), arrival)


@_file
def office_hours(data: bytes, parts: Parts, arrival: Arrival) -> Brought:
    """Columns: day (monday to sunday, or one day such as 2026-12-25, which goes before its weekday), opens, closes (such as
    09:00; both empty: closed). A weekday that is in no row is as in the settings."""
    return bring_office_hours(data, arrival)


def _languages(parts: Parts) -> list[str]:
    """All that the line speaks, the helpline's own first."""
    return [parts.settings.language, *(code for code in parts.languages if code != parts.settings.language)]


def _bring(file: Path, check: bool, as_json: bool, told: tuple[str, str], bring: Bring) -> None:
    if file.stat().st_size > MOST_BYTES:
        raise click.ClickException(f"{file.name} is larger than {MOST_BYTES:,} bytes")
    app = create_app(load_settings(os.environ))
    parts: Parts = app.extensions["helpline"]
    now, (by, note) = parts.now().astimezone(ZoneInfo(parts.settings.time_zone)), told
    with up_to_date(app):
        arrival = Arrival(file.name, now, check, actor_of(by, ACTOR), note)
        try:
            brought = bring(file.read_bytes(), parts, arrival)
        except FileFault as fault:
            raise click.ClickException(f"{file.name}: {fault}. Nothing was read") from fault
    click.echo(_as_json(brought) if as_json else _as_words(brought, check))
    if brought.faults:
        raise click.exceptions.Exit(1)


def _as_json(brought: Brought) -> str:
    counts = {done: brought.counts[done] for done in ("added", "amended", "unchanged")}
    return json.dumps({**counts, "faults": [asdict(fault) for fault in brought.faults]}, ensure_ascii=False)


def _as_words(brought: Brought, check: bool) -> str:
    told = [str(fault) for fault in brought.faults[:MOST_FAULTS]]
    if len(brought.faults) > MOST_FAULTS:
        told.append(f"... and {len(brought.faults) - MOST_FAULTS} more")
    refused = len({fault.line for fault in brought.faults})
    counts = ", ".join(f"{brought.counts[done]} {done}" for done in ("added", "amended", "unchanged"))
    return "\n".join([*told, f"{'Would be: ' if check else ''}{counts}, {refused} refused"])
