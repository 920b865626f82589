"""`helpline doctor`: what is in use and what is missing, in plain words."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import click
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from helpline.settings import Settings, SettingsError, load_settings
from voice.languages import load_language
from voice.recognisers import choose
from voice.recognisers.models import find_vosk_model, is_model
from voice.synthesis import VoiceError, open_voice
from voice.traits import LanguageError, codes, traits

ENGINES = {"hibari": "hibari-tts", "espeak": "espeak-ng"}  # as people know them


@dataclass(frozen=True)
class Check:
    """One thing looked at. `needed`: calls cannot be taken without it."""

    what: str
    fine: bool
    says: str
    needed: bool = True


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a check.")
def command(as_json: bool) -> None:
    """Say what is in use and what is missing. The exit code is 1 when calls cannot be taken."""
    try:
        settings = load_settings(os.environ)
    except SettingsError as error:
        checks = [Check("settings", False, str(error))]
    else:
        checks = list(_checks(settings))
    for check in checks:
        mark = "ok     " if check.fine else "MISSING" if check.needed else "note   "
        click.echo(json.dumps(asdict(check)) if as_json else f"{mark} {check.what}: {check.says}")
    sys.exit(0 if all(check.fine or not check.needed for check in checks) else 1)


def _checks(settings: Settings) -> Iterator[Check]:
    yield Check("settings", True, "read and checked")
    for code in (settings.language, *(code for code in codes() if code != settings.language)):
        try:
            load_language(code)
        except LanguageError as error:
            yield Check(f"language ({code})", False, str(error), needed=code == settings.language)
            continue
        yield _engine(settings, code, needed=code == settings.language)
        yield _voice(code, needed=code == settings.language)
    yield _database(settings)
    telephony = settings.telephony
    real = telephony.provider == "twilio"
    says = (
        f"Twilio, number {telephony.number}"
        if real
        else "console: nothing leaves this machine; set telephony.provider to twilio"
    )
    yield Check("telephony", real, says, needed=False)
    staff = (
        f"calls for a person go to {telephony.staff_number}"
        if telephony.staff_number
        else "no staff number is set: callers who want a person reach whoever is on duty, or leave a message"
    )
    yield Check("a person", bool(telephony.staff_number), staff, needed=False)
    yield _browser_phone(settings)


def _browser_phone(settings: Settings) -> Check:
    """On at an address that others reach is worth a second look, though only staff get in."""
    outside = settings.public_url.startswith("https")
    says = (
        f"staff ring from {settings.public_url.rstrip('/')}/office/phone/ as invented people, for training"
        if settings.browser_phone
        else "off; for training set telephony.browser_phone to on"
    )
    return Check("browser phone", not (outside and settings.browser_phone), says, needed=False)


def _engine(settings: Settings, code: str, needed: bool) -> Check:
    folder = find_vosk_model(code, settings.speech.vosk_models.get(code, ""), settings.data_path)
    if folder is not None and not is_model(folder):
        return Check(f"recognition ({code})", False, f"{folder} is not an unpacked Vosk model", needed)
    chosen = choose(code, settings.speech.engine, folder)
    return Check(f"recognition ({code})", bool(chosen.engine), chosen.why, needed)


def _voice(code: str, needed: bool) -> Check:
    try:
        open_voice(code, 1.0)
    except VoiceError as error:
        return Check(f"voice ({code})", False, str(error), needed)
    return Check(f"voice ({code})", True, f"{ENGINES[traits(code).voice.engine]} speaks {code!r}", needed)


def _database(settings: Settings) -> Check:
    name = settings.database.rpartition("@")[2]
    if (
        settings.database.startswith("sqlite")
        and not settings.database_url
        and not (settings.data_path / "helpline.db").exists()
    ):
        return Check("database", False, f"{name} is not there yet: `helpline db upgrade` makes it", needed=False)
    try:
        engine = create_engine(settings.database)
    except (SQLAlchemyError, ImportError) as error:
        return Check("database", False, f"{name} cannot be used: {error}")
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT count(*) FROM call"))
    except SQLAlchemyError as error:
        return Check("database", False, f"{name}: {str(error).splitlines()[0]}; `helpline db upgrade` makes the tables")
    finally:
        engine.dispose()
    return Check("database", True, name)
