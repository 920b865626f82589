"""A process of the helpline that dies at a chosen moment of a payment: `python -m tests.stories.dying WHO MOMENT`.

WHO is `call` (Margaret on the line, typed) or `clock` (one tick). The settings come from the environment.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import event, select

from helpline import clock
from helpline.app import create_app, utc_now
from helpline.calls.turns import open_call
from helpline.commands.demo_data import MARGARET, PIN
from helpline.db import db
from helpline.services.bills.models import Payment
from helpline.services.gateways.payments import Charge, PaymentGateway
from helpline.settings import load_settings
from voice.heard import Heard

LATER = dt.timedelta(minutes=3)  # when the clock looks after payments whose call died


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Gateway:
    """The real one; the process dies before or after it has done its work."""

    def __init__(self, real: PaymentGateway, moment: str) -> None:
        self._real, self._moment = real, moment

    def charge(self, *asked: Any) -> Charge:
        if self._moment == "before the gateway":
            die()
        answer = self._real.charge(*asked)
        if self._moment == "after the gateway":
            die()
        return answer


def die_at_commit(status: str) -> None:
    """Die when a payment of this status is about to be committed."""

    @event.listens_for(db.session, "before_commit")
    def _(session: Any) -> None:
        with session.no_autoflush:
            alive = session.scalars(select(Payment.status).where(Payment.key.not_like("demonstration%"))).all()
        if status in alive:
            die()


def margaret_pays(conversation: Any, now: Callable[[], dt.datetime]) -> None:
    call_id = open_call("CA" + "0" * 32, MARGARET, "inbound", now()).id
    db.session.commit()
    reply = conversation.begin(call_id)
    for heard in ("yes", "i want to pay my electricity bill", "yes"):
        reply = conversation.take_turn(call_id, reply.turn + 1, Heard(text=heard))
    reply = conversation.take_turn(call_id, reply.turn + 1, Heard(keys=PIN))
    conversation.carry_out(call_id, reply.turn + 1)


def main(who: str, moment: str) -> None:
    now = utc_now if who == "call" else lambda: utc_now() + LATER
    app = create_app(load_settings(os.environ), now)
    parts = app.extensions["helpline"]
    payments = Gateway(parts.conversation.payments, moment)
    app.extensions["helpline"] = parts = replace(parts, conversation=replace(parts.conversation, payments=payments))
    with app.app_context():
        if moment == "before the claim is committed":
            die_at_commit("claimed")
        elif moment == "before it is written down":
            die_at_commit("settled")
        if who == "call":
            margaret_pays(parts.conversation, now)
        else:
            clock.tick(app)
    die()  # after everything was written, before a word of it was said


if __name__ == "__main__":
    main(*sys.argv[1:])
