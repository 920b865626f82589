"""`helpline call`: the same conversation in the terminal, typed or from recordings."""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select

from helpline.app import create_app
from helpline.calls.turns import open_call
from helpline.db import db
from helpline.models import Call, Caller, ServiceRequest, Turn
from helpline.parts import Parts
from helpline.services import handover
from helpline.settings import SettingsError, load_settings
from voice.audio import AudioError, line_pcm
from voice.heard import Heard, Reply

STEPS = ("--say", "--audio", "--keys")


@dataclass(frozen=True)
class Spoken:
    """One thing that the caller does: says words, plays a recording, or presses keys."""

    kind: str
    value: str


class InOrder(click.Command):
    """Keeps the order in which --say, --audio and --keys were given: it is the order of the caller's turns."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta["steps"] = list(_steps(args))
        return super().parse_args(ctx, args)


def _steps(args: list[str]) -> Iterator[Spoken]:
    for index, arg in enumerate(args):
        name, equals, value = arg.partition("=")
        if name in STEPS:
            yield Spoken(name[2:], value if equals else "".join(args[index + 1 : index + 2]))


@dataclass
class Terminal:
    """One call from the terminal: its rows, and what is printed of it."""

    parts: Parts
    call_id: int
    quiet: bool
    reply: Reply | None = field(default=None)

    def show(self, who: str, text: str) -> None:
        if not self.quiet:
            click.echo(f"{who}: {text}")

    def answered(self, reply: Reply) -> None:
        """Print the reply, and carry out what a gateway has to do, until the caller is asked something."""
        self.show("Helpline", reply.text)
        while reply.then == "carry_out":
            reply = self.parts.conversation.carry_out(self.call_id, reply.turn + 1)
            self.show("Helpline", reply.text)
        self.reply = reply
        if reply.then == "person":
            self.show("Telephone", self._who_is_rung())
        if reply.then == "card":
            self.show("Telephone", "[the telephone company asks for the card now]")

    def _who_is_rung(self) -> str:
        """A terminal puts nobody through: it says what would happen now."""
        people = handover.free(self.parts.now())
        if not people:
            return f"[the office is rung at {self.parts.settings.telephony.staff_number}]"
        rung = ", ".join(f"{one.name} at {one.number}" for one in people)
        return f"[rung now: {rung}; whoever presses 1 first takes the call]"

    @property
    def over(self) -> bool:
        return self.reply is not None and self.reply.then in ("hang_up", "person", "card")

    def hear(self, step: Spoken) -> None:
        assert self.reply is not None  # noqa: S101 - begin() came first
        heard = self._heard(step)
        shown = heard.keys or heard.text
        if self.reply.expecting.secret:
            shown = "•" * len(shown)
        self.show("Caller", f"[keys {shown}]" if heard.keys else shown or "[silence]")
        self.answered(self.parts.conversation.take_turn(self.call_id, self.reply.turn + 1, heard))

    def _heard(self, step: Spoken) -> Heard:
        assert self.reply is not None  # noqa: S101
        if step.kind == "keys":
            return Heard(keys=step.value)
        if step.kind == "say":
            return Heard(text=step.value, engine="typed")
        stream = self.parts.recogniser(self.reply.language).stream(self.reply.expecting)
        stream.feed(line_pcm(Path(step.value)))
        return stream.finish()


@click.command(cls=InOrder)
@click.option("--number", help="The number that rings; the first caller on file if not given.")
@click.option("--say", multiple=True, help="What the caller says next.")
@click.option("--audio", multiple=True, help="A recording of what the caller says next.")
@click.option("--keys", multiple=True, help="The keys that the caller presses next.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole call as one JSON object at the end.")
@click.pass_context
def command(ctx: click.Context, /, number: str | None, as_json: bool, **_: Any) -> None:
    """Place one call. Without --say, --audio and --keys you type: a line of digits, * and # is keys, an empty
    line is silence. The call ends when the helpline ends it or when there is nothing more to say."""
    try:
        app = create_app(load_settings(os.environ))
        with app.app_context():
            if not app.extensions["helpline"].settings.database_url:
                upgrade()
            call_id = _call(app, number, ctx.meta["steps"] or _typed(), as_json)
            if as_json:
                click.echo(json.dumps(_as_json(call_id), ensure_ascii=False))
    except (SettingsError, AudioError) as error:
        raise click.ClickException(str(error)) from error


def _call(app: Flask, number: str | None, steps: Any, quiet: bool) -> int:
    parts: Parts = app.extensions["helpline"]
    if number is None:
        number = db.session.scalar(select(Caller.phone).order_by(Caller.id)) or ""
    call = open_call(f"terminal-{secrets.token_hex(8)}", number, "inbound", parts.now())
    call_id = call.id
    db.session.commit()
    terminal = Terminal(parts, call_id, quiet)
    terminal.answered(parts.conversation.begin(call_id))
    for step in steps:
        if terminal.over:
            break
        terminal.hear(step)
    if not terminal.over:
        parts.conversation.hung_up(call_id)
    return call_id


def _typed() -> Iterator[Spoken]:
    """Lines from the terminal, or from a pipe, until its end."""
    while True:
        if sys.stdin.isatty():
            click.echo("> ", nl=False)
        line = sys.stdin.readline()
        if not line:
            return
        line = line.strip()
        yield Spoken("keys" if line and not line.strip("0123456789*#") else "say", line)


def _as_json(call_id: int) -> dict[str, Any]:
    turns = db.session.scalars(select(Turn).where(Turn.call_id == call_id).order_by(Turn.number))
    requests = db.session.scalars(select(ServiceRequest).where(ServiceRequest.call_id == call_id).order_by(ServiceRequest.id))
    return {
        "turns": [
            {"number": turn.number, "heard": turn.heard, "meaning": turn.meaning, "orders": turn.orders,
             "said": turn.reply["says"], "then": turn.reply["then"], "at": turn.at.isoformat()}
            for turn in turns
        ],
        "requests": [
            {"reference": request.reference, "intent": request.intent, "status": request.status,
             "details": request.details}
            for request in requests
        ],
        "outcome": db.session.get_one(Call, call_id).outcome,
    }  # fmt: skip
