"""`helpline bench latency`: from the end of a caller's speech to the first sound of the answer, part by part.

One call at a time over a real socket, frames paced as a telephone paces them; or many callers at once, who are then a
process of their own, beside as many paced lines that only feed the recogniser, in the same run.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import count
from typing import Any

import click
import numpy as np
from flask import Flask

from helpline.calls.answering import TurnTimes
from helpline.commands.bench_calls import Bench
from helpline.commands.demo_calls import calls
from helpline.commands.demo_data import seed
from helpline.commands.exchange import Act
from helpline.commands.own_helpline import ENGINES, add_callers, running, script
from helpline.db import db
from helpline.parts import Parts

PARTS = ("waiting", "recognising", "understanding", "acting", "speaking", "computing")


@click.command()
@click.option("--engine", "engines", type=click.Choice(sorted(ENGINES)), multiple=True, help="Both if not given.")
@click.option("--turns", type=click.IntRange(1, 1000), default=30, show_default=True, help="At least so many for each engine.")
@click.option("--callers", type=click.IntRange(1, 500), default=1, show_default=True, help="So many at the same time.")
@click.option("--seconds", type=click.IntRange(5, 600), default=60, show_default=True, help="How long, for many callers.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
def command(engines: tuple[str, ...], turns: int, callers: int, seconds: int, as_json: bool) -> None:
    """Measure p50 and p95, in seconds, over at least --turns spoken turns for each engine: about five minutes each.

    waiting: the silence that ends a turn, from the last sound of speech. recognising, understanding, acting (dialogue, orders,
    rows), speaking (until the first sound of the answer is sent). computing: all but the waiting. bare: recognising alone, by
    as many lines without a helpline.
    """
    results = {
        engine: measure(engine, turns) if callers == 1 else measure_together(engine, callers, seconds)
        for engine in engines or sorted(ENGINES)
    }
    if as_json:
        click.echo(json.dumps(results))
        return
    for engine, result in results.items():
        click.echo(f"{engine} ({result['language']}), {result['turns']} turns")
        for part in [part for part in (*PARTS, "bare") if part in result]:
            click.echo(f"  {part:14} p50 {result[part]['p50']:.3f} s   p95 {result[part]['p95']:.3f} s")


def measure(engine: str, turns: int) -> dict[str, Any]:
    """p50 and p95 of each part over at least `turns` turns that this engine heard."""
    times: list[TurnTimes] = []
    with running(engine, times.append) as (app, exchange):
        scripts = (_english if engine == "whisper" else _korean)(app)
        for number, script in scripts:
            exchange.ring(number, script)
            heard = [one for one in times if one.engine == engine]
            print(f"{engine}: {len(heard)} of {turns} turns", file=sys.stderr)
            if len(heard) >= turns:
                break
    return _told(engine, heard)


def measure_together(engine: str, callers: int, seconds: int) -> dict[str, Any]:
    """The same for so many callers at once, over so many seconds, and `bare`: what the recogniser alone takes for the end
    of a turn, on as many lines. `lag` is the 99th percentile of how far each is behind its sound."""
    times: list[TurnTimes] = []
    with running(engine, times.append, most_calls=callers) as (app, exchange):
        bench = Bench(app, exchange.account, engine, seconds, times)
        live = bench.live(callers)
        heard = [one for one in times if one.engine == engine]
        bare = bench.bare(callers)
    return {
        **_told(engine, heard),
        "bare": _percentiles(bench.bare_finishing),
        "callers": callers,
        "lag": {"live": round(live.p99, 4), "bare": round(bare.p99, 4)},
        "trouble": live.trouble,
    }


def _told(engine: str, heard: list[TurnTimes]) -> dict[str, Any]:
    parts = {part: _percentiles([getattr(one, part) for one in heard]) for part in PARTS}
    return {"language": ENGINES[engine], "turns": len(heard), **parts}


def _percentiles(seconds: list[float]) -> dict[str, float]:
    return {f"p{p}": round(float(np.percentile(seconds, p)), 4) for p in (50, 95)}


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
    """Each call its own caller with a bill to pay."""
    words = script("vosk")
    for index in count():
        number = f"+8227000{index:04d}"
        add_callers(app, "vosk", [number])
        yield number, words
