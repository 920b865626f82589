"""A caller's telephone in a transcript: says, presses, is silent, hangs up, rings back and is rung, through `take_turn`."""

from __future__ import annotations

import re
import secrets
from dataclasses import replace
from typing import Any

from flask import Flask
from sqlalchemy import select

from helpline.calls.conversation import Conversation
from helpline.calls.turns import open_call
from helpline.clock import run_due_timers, send_deliveries
from helpline.commands.demo_data import ARTHUR, JOAN, MARGARET, STRANGER
from helpline.db import db
from helpline.outbox import Delivery
from tests.cast import Clock
from tests.stories.neighbours import SOON_JA, THE_COLES
from voice.heard import Heard, Reply

NUMBERS = {"Margaret": MARGARET, "Arthur": ARTHUR, "Joan": JOAN, "the Coles": THE_COLES, "Soon-ja": SOON_JA,
           "a stranger": STRANGER, "a withheld number": ""}  # fmt: skip
SECONDS_A_TURN = 20
VOICE = b"\xff" * 1600  # two tenths of a second of any sound, where an answer is recorded
DEED = re.compile(r"\((?P<what>[a-z ]+?)(?: (?:after|for) (?P<count>\d+) (?P<unit>minutes|hours))?\)")


class Telephone:
    """One caller on the line. Raises ValueError for a deed that it does not know."""

    def __init__(self, app: Flask, clock: Clock, caller: str) -> None:
        self._app, self._clock, self._number = app, clock, NUMBERS[caller]
        self.last = "ringing"
        self._ring()

    @property
    def prompts(self) -> list[str]:
        """The keys of what the helpline has said since the caller's last words, in order."""
        return [said.key for said in self._said]

    def do(self, written: str) -> None:
        """One line of a transcript: words, [keys], or a (deed)."""
        self.last = written
        if written.startswith("["):
            return self._hear(Heard(keys=written.strip("[]")))
        if not written.startswith("("):
            return self._hear(Heard(text=written))
        deed = DEED.fullmatch(written)
        if deed is None or deed["what"] not in DEEDS:
            raise ValueError(f"no such deed: {written}")
        if deed["count"]:
            self._clock.pass_time(**{deed["unit"]: int(deed["count"])})
        return DEEDS[deed["what"]](self)

    def _ring(self) -> None:
        self._sid = secrets.token_hex(8)
        with self._app.app_context():
            self._begin("inbound")

    def _is_rung(self) -> None:
        """The clock keeps a promise to ring this number, and somebody picks up."""
        with self._app.app_context():
            run_due_timers(self._app.extensions["helpline"], "the clock")
            send_deliveries(self._app.extensions["helpline"], "the clock")
            placed = select(Delivery).where(Delivery.channel == "call", Delivery.to_number == self._number)
            call = db.session.scalars(placed.where(Delivery.status == "sent").order_by(Delivery.id.desc())).first()
            if call is None or call.provider_id == self._sid:
                raise ValueError("nothing was promised to this number by now")
            self._sid = call.provider_id or ""
            self._begin("outbound", call.purpose)

    def _begin(self, direction: str, purpose: dict[str, Any] | None = None) -> None:
        self._call = open_call(self._sid, self._number, direction, self._clock.now(), purpose).id
        db.session.commit()
        self._answered(self._conversation.begin(self._call))

    def _hear(self, heard: Heard) -> None:
        self._clock.pass_time(seconds=SECONDS_A_TURN)
        if self._reply.expecting.record and (heard.text or heard.sound):
            heard = replace(heard, recording=VOICE)
        with self._app.app_context():
            self._answered(self._conversation.take_turn(self._call, self._reply.turn + 1, heard))
            while self._reply.then == "carry_out":
                before = self._said
                self._answered(self._conversation.carry_out(self._call, self._reply.turn + 1))
                self._said = (*before, *self._said)

    def _hang_up(self) -> None:
        with self._app.app_context():
            self._conversation.hung_up(self._call)

    def _answered(self, reply: Reply) -> None:
        self._reply, self._said = reply, reply.says

    @property
    def _conversation(self) -> Conversation:
        conversation: Conversation = self._app.extensions["helpline"].conversation
        return conversation


DEEDS = {
    "silence": lambda line: line._hear(Heard()),
    "mumble": lambda line: line._hear(Heard(sound=True)),
    "hangs up": Telephone._hang_up,
    "rings back": Telephone._ring,
    "is rung": Telephone._is_rung,
}
