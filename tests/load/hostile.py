"""How the line stands what no telephone company sends: `python -m tests.load.hostile` (about two minutes).

Voice and recogniser are fakes, so that only our own webhooks and lines are measured; silence passes in simulated time. For
each kind: how many, how many were served, refused or failed (a 500, or an error in the log), and how long an answer took.
Behind it: what a slow crowd does to an honest caller, over a real server; and the memory, which must not grow with the number.
It ends with 1 where anything failed, anything unsigned was served, a call was harmed, or the second half of a part, which is
the same again, took more than GROWTH more memory.
"""

from __future__ import annotations

import gc
import logging
import os
import socket
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import numpy as np
from flask import Flask
from simple_websocket import ConnectionClosed
from wsproto.utilities import LocalProtocolError

from helpline.app import create_app
from helpline.calls import media
from helpline.calls.turns import find_call
from helpline.db import db
from helpline.settings import load_settings
from tests.calls.hostile import asks, frames
from tests.calls.line import (
    ACCOUNT,
    TOKEN,
    Ears,
    Line,
    Loud,
    Telephone,
    Voice,
    call_row,
    carry,
    incoming,
    key,
    new_sid,
    stored_turns,
)
from tests.calls.test_socket import comes_to, open_line, speaks
from tests.cast import ARTHUR, JOAN, MARGARET, PEPPER, Clock, enrol
from tests.serving import free_port, port_of, served

WEBHOOKS, FRAMES, CALLS, KEYS, SILENCE, SLOW = 10_000, 10_000, 10, 4_000, 600, 40
GROWTH = 5.0  # MB: the rows of the second half are kept by no process
LINE = "{:32} {:>7} {:>7} {:>8} {:>7} {:>9} {:>9}"


class Errors(logging.Handler):
    """Counts what the log calls an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.number = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.number += 1


def main() -> int:
    wrong.clear()
    errors = Errors()
    logging.getLogger().addHandler(errors)
    logging.getLogger().setLevel(logging.CRITICAL)
    logging.getLogger("helpline").setLevel(logging.ERROR)
    logging.getLogger("werkzeug").disabled = True
    with tempfile.TemporaryDirectory() as folder:
        app, clock = helpline(Path(folder))
        print(LINE.format("", "number", "served", "refused", "failed", "p50 ms", "p95 ms"))
        memory = [resident()]
        for part, number in ((webhooks, WEBHOOKS), (hostile_frames, FRAMES)):
            for half in (1, 2):  # twice the same: the first time fills caches
                part(app, half, number // 2, errors)
                memory.append(resident())
            require(
                memory[-1] - memory[-2] <= GROWTH, f"{part.__name__}: {memory[-1] - memory[-2]:.1f} MB more in the second half"
            )
        silence(app, clock, errors)
        with served(app):
            keys(app, errors)
            slow(app)
        memory.append(resident())
        print("\nmemory in MB, before and after each part:", ", ".join(f"{one:.0f}" for one in memory))
        app.extensions["switchboard"].pool.shutdown()
        with app.app_context():
            db.engine.dispose()
    print("\n".join(("", *wrong)) if wrong else "\nnothing failed")
    return int(bool(wrong))


wrong: list[str] = []


def require(right: bool, otherwise: str) -> None:
    if not right:
        wrong.append(otherwise)


def helpline(folder: Path) -> tuple[Flask, Clock]:
    media.SpeechDetector = Loud  # type: ignore[assignment,misc]
    clock = Clock()
    telephony = {"provider": "twilio", "account_sid": ACCOUNT, "auth_token": TOKEN}
    url = f"http://127.0.0.1:{free_port()}"
    settings = load_settings(
        {}, data_dir=str(folder), secret_key="s" * 32, pin_pepper=PEPPER, public_url=url, telephony=telephony
    )
    app = create_app(settings, clock.now)
    app.extensions["helpline"]._recognisers["en"] = Ears()
    app.extensions["helpline"]._voices["en"] = Voice()
    with app.app_context():
        db.create_all()
        enrol(clock.now())
        db.session.remove()
    return app, clock


def webhooks(app: Flask, seed: int, number: int, errors: Errors) -> None:
    client, base = app.test_client(), app.extensions["helpline"].settings.public_url
    took: dict[str, list[float]] = defaultdict(list)
    came: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    unsigned_served = 0
    for ask in asks(Random(seed), base, number):
        before, begun = errors.number, time.perf_counter()
        answer = client.post(ask.path, data=ask.body, headers=ask.headers)
        took[ask.kind].append(time.perf_counter() - begun)
        failed = answer.status_code >= 500 or errors.number > before
        came[ask.kind][2 if failed else 0 if answer.status_code < 300 else 1] += 1
        unsigned_served += answer.status_code < 300 and not ask.right
    for kind in sorted(came):
        tell(f"webhook {seed}: {kind}", came[kind], took[kind])
    print(f"webhook {seed}: unsigned and served: {unsigned_served}")
    require(unsigned_served == 0, f"webhook {seed}: {unsigned_served} unsigned ones were served")


def hostile_frames(app: Flask, seed: int, number: int, errors: Errors) -> None:
    """So many frames over CALLS lines; on each an honest word afterwards must still be a turn of that call and no other."""
    numbers, before, begun, right = (MARGARET, ARTHUR, JOAN), errors.number, time.perf_counter(), 0
    for n in range(CALLS):
        call, ears = incoming(app, numbers[n % 3]), app.extensions["helpline"]._recognisers["en"]

        def script(line: Line, n: int = n, ears: Ears = ears) -> Iterator[str | bytes | None]:
            yield from line.hear_out()
            for frame in frames(Random(100 * seed + n), number // CALLS):
                yield frame
                yield from line.silence(0.02)
            yield from line.hear_out()
            ears.words.append(f"yes, said caller {n}")
            yield from line.sound(1.0)
            yield from line.silence(4.0)

        carry(app, call, script)
        said = [turn.heard["text"] for turn in stored_turns(app, call) if turn.heard["text"]]
        right += said == [f"yes, said caller {n}"] and call_row(app, call).number == numbers[n % 3]
    each = (time.perf_counter() - begun) / number
    require(right == CALLS, f"frames {seed}: {CALLS - right} calls were harmed")
    tell(f"frames {seed}, {right} of {CALLS} calls intact", [number, 0, errors.number - before], [each])


def keys(app: Flask, errors: Errors) -> None:
    """Over a real socket, as fast as it takes them."""
    before, begun, sid = errors.number, time.perf_counter(), new_sid()
    client = open_line(app, Telephone(app), sid)
    assert speaks(client)
    with suppress(ConnectionClosed, OSError, LocalProtocolError):  # too fast: they close
        for n in range(KEYS):
            client.send(key("0123456789*#"[n % 12]))
        client.close()
    with app.app_context():
        call = find_call(sid)
        assert call is not None
        call_id = call.id
    turns = len(stored_turns(app, call_id))
    ended = comes_to(app, call_id, "ended", "dropped").status
    each = (time.perf_counter() - begun) / KEYS
    tell(f"keys at once: {turns} turns, {ended}", [KEYS, 0, errors.number - before], [each])


def silence(app: Flask, clock: Clock, errors: Errors) -> None:
    before, begun, call = errors.number, time.perf_counter(), incoming(app)

    def script(line: Line) -> Iterator[str | bytes | None]:
        for _ in range(SILENCE):
            clock.pass_time(seconds=1)
            yield from line.silence(1.0)

    carry(app, call, script)
    took = time.perf_counter() - begun
    tell(f"silence, s: {call_row(app, call).outcome}", [SILENCE, 0, errors.number - before], [took / SILENCE])


def slow(app: Flask) -> None:
    """An honest caller's webhooks while others keep a request open by a byte now and then, over a real server."""
    port = port_of(app)
    over = threading.Event()
    dripping = [threading.Thread(target=_drip, args=(port, over), daemon=True) for _ in range(SLOW)]
    for one in dripping:
        one.start()
    time.sleep(1)
    telephone, took = Telephone(app), []
    for _ in range(100):
        begun = time.perf_counter()
        assert telephone.ask("/calls/incoming", new_sid()).status_code == 200
        took.append(time.perf_counter() - begun)
    over.set()
    tell(f"honest, beside {SLOW} slow ones", [100, 0, 0], took)


def _drip(port: int, over: threading.Event) -> None:
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        kind = b"Content-Type: application/x-www-form-urlencoded\r\nX-Twilio-Signature: none\r\n"
        connection.sendall(b"POST /calls/incoming HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n" + kind + b"\r\n")
        with suppress(OSError):  # they have had enough of us
            while not over.wait(0.2):
                connection.sendall(b"a")


def tell(kind: str, came: list[int], took: list[float]) -> None:
    served, refused, failed = came
    require(failed == 0, f"{kind}: {failed} failed")
    p50, p95 = (f"{1000 * float(np.percentile(took, p)):.2f}" for p in (50, 95))
    print(LINE.format(kind, sum(came), served, refused, failed, p50, p95), flush=True)


def resident() -> float:
    """What this process holds, in MB."""
    gc.collect()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    raise SystemExit(main())
