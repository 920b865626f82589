"""`helpline bench latency`: from the end of a caller's speech to the first sound of the answer, part by part.

One call at a time over a real socket, frames paced as a telephone paces them. Whisper hears the recorded English callers; Vosk
hears a Korean dialogue of yes, no, a spoken menu and digits (the Korean model comes as a package), spoken by espeak-ng.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import secrets
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from itertools import count
from typing import Any

import click
import numpy as np
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select
from werkzeug.serving import make_server

from helpline.app import create_app
from helpline.calls.answering import TurnTimes
from helpline.commands.demo_calls import calls
from helpline.commands.demo_data import PIN, add_bill, add_paid, seed
from helpline.commands.demo_setup import free_port
from helpline.commands.exchange import Account, Act, Exchange, Play, Press
from helpline.commands.serve import warm_up
from helpline.db import db
from helpline.identity.pins import hash_pin
from helpline.models import Caller
from helpline.parts import Parts
from helpline.services.bills.models import Biller
from helpline.settings import Settings, load_settings, throwaway_secrets
from voice.audio import pcm_to_mulaw
from voice.synthesis import open_voice

PARTS = ("waiting", "recognising", "understanding", "acting", "speaking", "computing")
ENGINES = {"vosk": "ko", "whisper": "en"}
QUICK = 1.5  # how fast the helpline speaks to the Korean callers: espeak-ng is slow, and its prompts are not measured
YES, BILL, DIGITS, NO = "네", "전기 요금", "사 팔 이 칠 일 구", "아니요"


@click.command()
@click.option("--engine", "engines", type=click.Choice(sorted(ENGINES)), multiple=True, help="Both if not given.")
@click.option("--turns", type=click.IntRange(1, 1000), default=30, show_default=True, help="At least so many for each engine.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
def command(engines: tuple[str, ...], turns: int, as_json: bool) -> None:
    """Measure p50 and p95, in seconds, over at least --turns spoken turns for each engine: about five minutes each.

    waiting: the silence that ends a turn, from the last sound of speech. recognising, understanding, acting (dialogue, orders,
    rows), speaking (until the first sound of the answer is sent). computing: all but the waiting.
    """
    results = {engine: measure(engine, turns) for engine in engines or sorted(ENGINES)}
    if as_json:
        click.echo(json.dumps(results))
        return
    for engine, result in results.items():
        click.echo(f"{engine} ({result['language']}), {result['turns']} turns")
        for part in PARTS:
            click.echo(f"  {part:14} p50 {result[part]['p50']:.3f} s   p95 {result[part]['p95']:.3f} s")


def measure(engine: str, turns: int) -> dict[str, Any]:
    """p50 and p95 of each part over at least `turns` turns that this engine heard."""
    times: list[TurnTimes] = []
    with _running(engine, times.append) as (app, exchange):
        scripts = (_english if engine == "whisper" else _korean)(app)
        for number, script in scripts:
            exchange.ring(number, script)
            heard = [one for one in times if one.engine == engine]
            print(f"{engine}: {len(heard)} of {turns} turns", file=sys.stderr)
            if len(heard) >= turns:
                break
    return {
        "language": ENGINES[engine],
        "turns": len(heard),
        **{
            part: {f"p{p}": round(float(np.percentile([getattr(one, part) for one in heard], p)), 4) for p in (50, 95)}
            for part in PARTS
        },
    }


@contextmanager
def _running(engine: str, measured: Callable[[TurnTimes], None]) -> Iterator[tuple[Flask, Exchange]]:
    """The helpline in this process, on a database of its own, and an exchange that rings it."""
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


def _english(app: Flask) -> Iterator[tuple[str, tuple[Act, ...]]]:
    """The recorded callers who pay, book and ask for help; a bill can be paid once, so the others go on."""
    parts: Parts = app.extensions["helpline"]
    with app.app_context():
        seed(parts.settings, parts.now())
        db.session.remove()
    pay, book, visit, *_ = calls()
    yield pay.number, pay.script
    while True:
        yield book.number, book.script
        yield visit.number, visit.script


def _korean(app: Flask) -> Iterator[tuple[str, tuple[Act, ...]]]:
    """Each call its own caller with a bill to pay: yes, the menu, yes, six digits (spoken, then by keys), yes, no."""
    parts: Parts = app.extensions["helpline"]
    voice = open_voice("ko", 1.0)

    def say(words: str) -> Play:
        return Play(pcm_to_mulaw(b"".join(voice.speak(words))), words)

    for index in count():
        number = f"+8227000{index:04d}"
        with app.app_context():
            _korean_caller(number, parts.settings, parts.now())
            db.session.remove()
        yield number, (say(YES), say(BILL), say(YES), say(DIGITS), Press(PIN), say(YES), say(NO))


def _korean_caller(number: str, settings: Settings, now: dt.datetime) -> None:
    """Somebody with an electricity bill to pay, at a biller whom they have paid before."""
    biller = db.session.scalar(select(Biller)) or Biller(name="한빛전기", kind="electricity", allowed=True)
    caller = Caller(
        name="영희", full_name="김영희", phone=number, language="ko", time_zone="Asia/Seoul", area="서울",
        pin_hash=hash_pin(PIN, settings.pin_pepper), pace=QUICK, created_at=now,
    )  # fmt: skip
    db.session.add_all([biller, caller])
    db.session.flush()
    add_paid(caller, biller, now, "KRW")
    add_bill(caller, biller, Decimal("42500"), now, due_in=6, currency="KRW")
    db.session.commit()
