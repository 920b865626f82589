"""A helpline of its own for measurements: in this process, on a throw-away database, rung by a telephone exchange.

Whisper hears English callers. Vosk hears a Korean dialogue of yes, no, a spoken menu and digits (the Korean model comes as a
package), spoken by espeak-ng.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import secrets
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select
from werkzeug.serving import make_server

from helpline.app import create_app
from helpline.calls.answering import TurnTimes
from helpline.calls.media import log_times
from helpline.commands.demo_calls import calls
from helpline.commands.demo_data import PIN, ZONE, add_bill, add_paid
from helpline.commands.demo_setup import free_port
from helpline.commands.exchange import Account, Act, Exchange, Play, Press
from helpline.commands.recordings.korean import CALLER
from helpline.commands.serve import warm_up
from helpline.db import db
from helpline.identity.pins import hash_pin
from helpline.models import Caller
from helpline.parts import Parts
from helpline.services.bills.models import Biller
from helpline.services.gateways.ledger import Ledger
from helpline.settings import load_settings, throwaway_secrets
from voice.audio import pcm_to_mulaw

ENGINES = {"vosk": "ko", "whisper": "en"}
QUICK = 1.5  # how fast the helpline speaks to the Korean callers: espeak-ng is slow, and its prompts are not measured
MONEY = {"vosk": ("KRW", Decimal("42500")), "whisper": ("GBP", Decimal("42.50"))}
_BILLERS = {"vosk": "한빛전기", "whisper": "City Electric"}
YES, BILL, DIGITS, NO = "네", "요금 납부", "사 팔 이 칠 일 구", "아니요"


@contextmanager
def running(
    engine: str, measured: Callable[[TurnTimes], None] = log_times, most_calls: int | None = None
) -> Iterator[tuple[Flask, Exchange]]:
    """The helpline in this process, on a database of its own, and an exchange that rings it. `most_calls` at a time, else
    what the settings say."""
    port = free_port(None, 0)
    account = Account(f"AC{secrets.token_hex(16)}", secrets.token_hex(16), "+442071838000", f"http://127.0.0.1:{port}")
    exchange = Exchange(account)
    with tempfile.TemporaryDirectory() as folder, exchange.rest_api() as rest:
        settings = load_settings(
            {**os.environ, **throwaway_secrets(), "TWILIO_AUTH_TOKEN": account.token, "HELPLINE_DATA_DIR": folder},
            language=ENGINES[engine],
            database_url="",
            public_url=account.public_url,
            speech={"engine": engine},
            **({"server": {"most_calls": most_calls, "threads": most_calls + 16}} if most_calls else {}),
            telephony={"provider": "twilio", "account_sid": account.sid, "api_url": rest, "number": account.number},
        )
        app = create_app(settings, measured=measured)
        with app.app_context():
            upgrade()
        warm_up(app)
        logging.getLogger("werkzeug").setLevel(logging.WARNING)
        server = make_server("127.0.0.1", port, app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield app, exchange
        finally:
            server.shutdown()


def script(engine: str) -> tuple[Act, ...]:
    """What one caller of this engine does: pays an electricity bill and says goodbye. In Korean: yes, the menu, yes, six digits
    (spoken, then by keys), yes, no."""
    if engine == "whisper":
        return next(iter(calls())).script

    def say(words: str) -> Play:
        return Play(pcm_to_mulaw(b"".join(CALLER.speak(words))), words)

    return (say(YES), say(BILL), say(YES), say(DIGITS), Press(PIN), say(YES), say(NO))


def add_callers(app: Flask, engine: str, numbers: Iterable[str]) -> None:
    """Each number somebody with an electricity bill to pay, at a biller whom they have paid before, and the money for it."""
    parts: Parts = app.extensions["helpline"]
    currency, amount = MONEY[engine]
    with app.app_context():
        pin = hash_pin(PIN, parts.settings.pin_pepper)
        biller = db.session.scalar(select(Biller)) or Biller(name=_BILLERS[engine], kind="electricity", allowed=True)
        db.session.add(biller)
        people = [_caller(engine, number, pin, parts.now()) for number in numbers]
        db.session.add_all(people)
        db.session.flush()
        for person in people:
            add_paid(person, biller, parts.now(), currency)
            add_bill(person, biller, amount, parts.now(), due_in=6, currency=currency)
        accounts = [f"caller:{person.id}" for person in people]
        db.session.commit()
        ledger = Ledger(parts.now)  # writes in transactions of its own: none of ours may be open
        for account in accounts:
            ledger.deposit(f"deposit:{account}", amount * 2, currency, account)


def _caller(engine: str, number: str, pin: str, now: dt.datetime) -> Caller:
    if engine == "vosk":
        return Caller(
            name="영희", full_name="김영희", phone=number, language="ko", time_zone="Asia/Seoul", area="서울",
            pin_hash=pin, pace=QUICK, created_at=now,
        )  # fmt: skip
    return Caller(
        name="Margaret", full_name="Margaret Hill", phone=number, language="en", time_zone=ZONE, area="Elm Park",
        pin_hash=pin, created_at=now,
    )  # fmt: skip
