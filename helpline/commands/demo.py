"""`helpline demo`: demonstration data, the helpline and its clock, and recorded calls over the real socket.

1. Settings of its own: a fresh database below the data folder, random secrets, free ports on this machine only.
2. The recogniser: the Vosk model if it can be fetched, else Whisper.
3. `helpline serve` and `helpline clock` as processes, and a telephone exchange that speaks Twilio's protocol.
4. The recorded calls one after another, both sides printed as they happen, then what came of each.
5. A volunteer accepts the task on the web list, and Joan is rung and told who comes.
"""

from __future__ import annotations

import os
import re
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
from sqlalchemy import select

from helpline.app import create_app
from helpline.calls.turns import find_call
from helpline.commands.demo_calls import DemoCall, NotDone, calls, staff_answers, told_who_comes
from helpline.commands.demo_data import JOAN, Demonstration, seed
from helpline.commands.exchange import Account, Exchange, Leg
from helpline.db import db
from helpline.events import Event
from helpline.models import Turn
from helpline.settings import Settings, load_settings, throwaway_secrets
from voice.recognisers import choose
from voice.recognisers.models import CATALOGUE, ModelError, find_vosk_model, get
from volunteers.models import Offer, Task

READY_WITHIN = 60.0  # seconds for the helpline to answer
SOON = 30.0  # seconds for what the clock does at its next tick
STOP_WITHIN = 40.0
STAFF_NUMBER = "+442071838700"
T = TypeVar("T")


@click.command()
@click.option("--exit", "leave", is_flag=True, help="Stop after the calls; the exit code is 1 if one failed.")
@click.option("--port", type=int, help="Where the pages are served; a free port if that of the settings is taken.")
def command(leave: bool, port: int | None) -> None:
    """Set everything up, place the recorded calls, and stay up so that you can look around."""
    with ExitStack() as stack:
        demonstration = stack.enter_context(set_up(port))
        failed = [call.title for call in calls() if not demonstration.place(call)]
        if not demonstration.volunteer_comes():
            failed.append("Joan is told who comes")
        click.echo(
            f"\n== {len(failed)} of the {len(calls()) + 1} steps failed: {', '.join(failed)}"
            if failed
            else "\n== All went well."
        )
        demonstration.where_to_look()
        if leave:
            sys.exit(1 if failed else 0)
        click.echo("\nThe helpline stays up. Stop it with Ctrl+C.")
        with stack.pop_all():
            _wait_for_the_end()


@dataclass
class Running:
    """The demonstration while it runs."""

    app: Flask
    settings: Settings
    exchange: Exchange
    data: Demonstration

    def place(self, call: DemoCall) -> bool:
        """Place one recorded call, print both sides as they happen, then what came of it."""
        click.echo(f"\n== {call.title} (rings from {call.number})")
        leg = self.exchange.dial(call.number, call.script)
        self._follow(leg, call.caller)
        return self._judge(call, leg)

    def _judge(self, call: DemoCall, leg: Leg) -> bool:
        with self.app.app_context():
            row = find_call(leg.sid)
            try:
                if row is None:
                    raise NotDone("the helpline knows no such call")
                came = call.came_of_it(row)
                if leg.failure:
                    raise NotDone(leg.failure)
            except NotDone as error:
                click.secho(f"-> FAILED: {error}", fg="red")
                return False
            finally:
                db.session.remove()
        click.secho(f"-> {came}", fg="green")
        return True

    def _follow(self, leg: Leg, caller: str) -> None:
        """Print the turns of a call as they are stored, until it is over and all are printed."""
        shown = spoken = 0
        while True:
            done = leg.ended.is_set()
            with self.app.app_context():
                row = find_call(leg.sid)
                turns = db.session.scalars(
                    select(Turn).where(Turn.call_id == (row.id if row else 0), Turn.number >= shown).order_by(Turn.number)
                ).all()
                for turn in turns:
                    _show(turn, caller)
                    shown = turn.number + 1
                db.session.remove()
            for words in leg.spoken[spoken:]:
                click.echo(f"   Helpline (the telephone company's voice): {words}")
            spoken = len(leg.spoken)
            if done:
                if leg.dialled:
                    click.echo(
                        f"   [the office is rung at {leg.dialled}: {'somebody answers' if staff_answers(leg) else 'nobody is there'}]"
                    )
                return
            time.sleep(0.2)

    def volunteer_comes(self) -> bool:
        """The task is offered by the clock; a volunteer accepts on the web list; Joan is rung and told who comes."""
        click.echo("\n== A volunteer accepts on the web list, and Joan is told who comes")
        try:
            came = self._volunteer_comes()
        except NotDone as error:
            click.secho(f"-> FAILED: {error}", fg="red")
            return False
        click.secho(f"-> {came}", fg="green")
        return True

    def _volunteer_comes(self) -> str:
        asked = _wait_for(lambda: self._look(lambda: db.session.execute(select(Offer.task_id, Offer.volunteer_id)).first()))
        if asked is None:
            raise NotDone("no volunteer was asked")
        name = self._accept(asked.task_id, asked.volunteer_id)
        rung = _wait_for(lambda: next((leg for leg in self.exchange.legs if leg.direction == "outbound"), None))
        if rung is None:
            raise NotDone("Joan was not rung")
        click.echo(f"   [the helpline rings {rung.number}]")
        self._follow(rung, "Joan")
        task = self._look(lambda: db.session.get_one(Task, asked.task_id))
        told = self._look(lambda: db.session.scalar(select(Event.id).where(Event.kind == "caller_told")))
        if task.status != "accepted" or not told or rung.failure:
            raise NotDone(f"the task is {task.status}, {rung.failure or 'and Joan was not told'}")
        return f"{name} comes to Joan on {task.day} in the {task.part_of_day}, and Joan knows"

    def _look(self, query: Callable[[], T]) -> T:
        """What the rows say now."""
        with self.app.app_context():
            try:
                return query()
            finally:
                db.session.remove()

    def _accept(self, task_id: int, volunteer_id: int) -> str:
        """As the volunteer would: open the link, press the button, press Accept."""
        browser = requests.Session()
        base = self.settings.public_url
        name, link = self.data.volunteers[volunteer_id]
        for page, action in ((link, link), ("/volunteers/", f"/volunteers/tasks/{task_id}/accept")):
            token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(base + page, timeout=10).text)
            browser.post(base + action, data={"csrf_token": token[1] if token else ""}, timeout=10)
        click.echo(f"   {name} signs in with a link, sees the offer and presses Accept.")
        return name

    def where_to_look(self) -> None:
        base = self.settings.public_url
        click.echo(f"\nLook around at {base}")
        click.echo(f"  Coordinator: {base}/office/   login {self.data.coordinator}   password {self.data.password}")
        for name, path in self.data.volunteers.values():
            click.echo(f"  Volunteer {name}: {base}{path}")
        texts = [message["Body"] for message in self.exchange.messages]
        click.echo(f"  {len(texts)} text messages were sent; the last: {texts[-1]}" if texts else "  No text message was sent.")


@contextmanager
def set_up(port: int | None = None, say: Any = click.echo) -> Iterator[Running]:
    """The whole demonstration, running; everything is stopped at the end."""
    base = load_settings(os.environ)
    account = Account(
        f"AC{secrets.token_hex(16)}",
        secrets.token_hex(16),
        "+442071838000",
        f"http://127.0.0.1:{_port(port, base.server.port)}",
    )
    exchange = Exchange(account, {JOAN: told_who_comes}, staff_answers)
    with ExitStack() as stack:
        rest = stack.enter_context(exchange.rest_api())
        environ = {**os.environ, **_environment(base, account, rest)}
        settings = load_settings(environ)
        shutil.rmtree(settings.data_path, ignore_errors=True)
        _recogniser(settings, base, say)
        app = create_app(settings)
        with app.app_context():
            upgrade()
            data = seed(settings, app.extensions["helpline"].now())
            db.session.remove()
        say("Demonstration data is in place: callers, bills, a clinic's calendar, volunteers.")
        stack.enter_context(process("serve", environ))
        stack.enter_context(process("clock", environ))
        _ready(account.public_url)
        say(f"The helpline answers at {account.public_url}.")
        yield Running(app, settings, exchange, data)


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
        "HELPLINE_TELEPHONY_STAFF_NUMBER": STAFF_NUMBER,
        "HELPLINE_TELEPHONY_OFFICE_OPENS": "00:00",
        "HELPLINE_TELEPHONY_OFFICE_CLOSES": "23:59:59",
        "TWILIO_AUTH_TOKEN": account.token,
    }


def _recogniser(settings: Settings, base: Settings, say: Any) -> None:
    """Fetch the Vosk model where the settings leave the engine open; say what will listen."""
    code, engine = settings.language, settings.speech.engine
    folder = find_vosk_model(code, settings.speech.vosk_models.get(code, ""), base.data_path)
    if folder is None and engine != "whisper" and code in CATALOGUE:
        say(f"Fetching {CATALOGUE[code].name} ...")
        try:
            folder = get(CATALOGUE[code], settings.speech.vosk_url, base.data_path, lambda have, total: None)
        except ModelError as error:
            say(f"  {error}")
    say(f"Recognition: {choose(code, engine, folder).why}.")


def _port(wanted: int | None, usual: int) -> int:
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


def _ready(url: str) -> None:
    def answers() -> bool:
        try:
            return requests.get(f"{url}/healthz", timeout=2).ok
        except requests.RequestException:
            return False

    if not _wait_for(answers, READY_WITHIN):
        raise click.ClickException(f"the helpline does not answer at {url}; its log is in the data folder")


def _wait_for(look: Callable[[], T], seconds: float = SOON) -> T | None:
    """What `look` finds, asked again and again for so many seconds; None when nothing came."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.2)
    return None


def _show(turn: Turn, caller: str) -> None:
    heard = turn.heard
    said = (
        f"[keys {heard['keys']}]"
        if heard["keys"]
        else repr(heard["text"])
        if heard["text"]
        else "[sound without words]"
        if heard["sound"]
        else ""
    )
    if said:
        click.secho(f"   {caller}: {said}", fg="cyan")
    elif turn.meaning:
        click.secho(f"   {caller}: [silence]", fg="cyan")
    click.echo(f"   Helpline: {' '.join(part['text'] for part in turn.reply['says'])}")


def _wait_for_the_end() -> None:
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        click.echo("\nStopping.")
