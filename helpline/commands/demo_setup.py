"""The demonstration put together: a fresh database, the helpline's processes, and a telephone exchange.

1. Settings of its own: a folder below the data folder, random secrets, free ports on this machine only.
2. The recogniser: the Vosk model if it can be fetched, else Whisper.
3. `helpline serve` and `helpline clock` as processes, and an exchange that speaks Twilio's protocol.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click
import requests
from flask import Flask
from flask_migrate import upgrade

from helpline.app import create_app
from helpline.commands.demo_calls import ruth_decides, told_who_comes
from helpline.commands.demo_data import JOAN, RUTH, Demonstration, put_on_duty, seed
from helpline.commands.exchange import Account, Exchange
from helpline.db import db
from helpline.settings import Settings, load_settings, throwaway_secrets
from voice.recognisers import choose
from voice.recognisers.models import ModelError, catalogue, find_vosk_model, get

READY_WITHIN = 60.0  # seconds for the helpline to answer
STOP_WITHIN = 40.0
SOON = 30.0  # seconds for what the clock does at its next tick
T = TypeVar("T")


@dataclass
class Running:
    """The demonstration while it runs. `app` looks into the same database as the processes do; `serve` is the one that
    carries the calls."""

    app: Flask
    settings: Settings
    environ: dict[str, str]
    exchange: Exchange
    data: Demonstration
    serve: subprocess.Popen[bytes]

    def look(self, query: Callable[[], T]) -> T:
        """What the rows say now."""
        with self.app.app_context():
            try:
                return query()
            finally:
                db.session.remove()


@contextmanager
def set_up(port: int | None = None, say: Any = click.echo) -> Iterator[Running]:
    """The whole demonstration, running; everything is stopped at the end."""
    base = load_settings(os.environ)
    account = Account(
        f"AC{secrets.token_hex(16)}",
        secrets.token_hex(16),
        "+442071838000",
        f"http://127.0.0.1:{free_port(port, base.server.port)}",
    )
    exchange = Exchange(account, {JOAN: told_who_comes, RUTH: ruth_decides})
    with ExitStack() as stack:
        rest = stack.enter_context(exchange.rest_api())
        environ = {**os.environ, **_environment(base, account, rest)}
        settings = load_settings(environ)
        shutil.rmtree(settings.data_path, ignore_errors=True)
        _recogniser(settings, base, say)
        app = create_app(settings)
        with app.app_context():
            upgrade()
            now = app.extensions["helpline"].now()
            data = seed(settings, now)
            put_on_duty(now)
            db.session.remove()
        say("Demonstration data is in place: callers, bills, a clinic's calendar, volunteers, and Ruth on duty.")
        serve = stack.enter_context(process("serve", environ))
        stack.enter_context(process("clock", environ))
        wait_until_ready(account.public_url)
        say(f"The helpline answers at {account.public_url}.")
        yield Running(app, settings, environ, exchange, data, serve)


@contextmanager
def process(name: str, environ: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """One `helpline` process, its log below the data folder; stopped at the end."""
    log = Path(environ["HELPLINE_DATA_DIR"]) / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        started = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "helpline", name], env=environ, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        yield started
    finally:
        started.send_signal(signal.SIGTERM)
        try:
            started.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def _environment(base: Settings, account: Account, rest: str) -> dict[str, str]:
    """The demonstration's settings: its own folder, secrets and telephone company; the office is always open."""
    return {
        **throwaway_secrets(),
        "HELPLINE_DATA_DIR": str(base.data_path / "demo"),
        "HELPLINE_DATABASE_URL": "",
        "HELPLINE_PUBLIC_URL": account.public_url,
        "HELPLINE_SERVER_PORT": account.public_url.rpartition(":")[2],
        "HELPLINE_TELEPHONY_PROVIDER": "twilio",
        "HELPLINE_TELEPHONY_ACCOUNT_SID": account.sid,
        "HELPLINE_TELEPHONY_API_URL": rest,
        "HELPLINE_TELEPHONY_NUMBER": account.number,
        "HELPLINE_TURN_TAKING_DEAF": "60",  # Arthur's silence and mumbles are to show the ladder, at any speed of the machine
        "HELPLINE_TELEPHONY_OFFICE_OPENS": "00:00",
        "HELPLINE_TELEPHONY_OFFICE_CLOSES": "23:59:59",
        "TWILIO_AUTH_TOKEN": account.token,
    }


def _recogniser(settings: Settings, base: Settings, say: Any) -> None:
    """Fetch the Vosk model where the settings leave the engine open; say what will listen."""
    code, engine = settings.language, settings.speech.engine
    folder = find_vosk_model(code, settings.speech.vosk_models.get(code, ""), base.data_path)
    if folder is None and engine != "whisper" and code in catalogue():
        say(f"Fetching {catalogue()[code].name} ...")
        try:
            folder = get(catalogue()[code], settings.speech.vosk_url, base.data_path, lambda have, total: None)
        except ModelError as error:
            say(f"  {error}")
    say(f"Recognition: {choose(code, engine, folder).why}.")


def free_port(wanted: int | None, usual: int) -> int:
    """The port asked for; else the settings' one if it is free, else any free one."""
    for port in (wanted,) if wanted else (usual, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise click.ClickException(f"port {wanted} is taken")


def wait_until_ready(url: str) -> None:
    def answers() -> bool:
        try:
            return requests.get(f"{url}/healthz", timeout=2).ok
        except requests.RequestException:
            return False

    if not wait_for(answers, READY_WITHIN):
        raise click.ClickException(f"the helpline does not answer at {url}; its log is in the data folder")


def wait_for(look: Callable[[], T], seconds: float = SOON) -> T | None:
    """What `look` finds, asked again and again for so many seconds; None when nothing came."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.2)
    return None
