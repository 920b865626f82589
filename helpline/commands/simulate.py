"""`helpline simulate`: many callers at once, as different as callers are, over Twilio's side of the line.

Without --url a helpline of its own is rung, in this process and on a throw-away database; then the rows tell what came of
each call. With --url it is a helpline that runs elsewhere with TWILIO_AUTH_TOKEN and this account; then only what the line
itself tells is known.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import click
import numpy as np
from flask import Flask
from sqlalchemy import select

from helpline.commands.conditions import Disordered, Echo, Lossy, Noise, Repeating, hoarse, loop, slowed
from helpline.commands.demo_data import MARGARET
from helpline.commands.exchange import LEFT_WAITING, Account, Act, Clear, Condition, Drop, Exchange, Leg, Play, Press, Stay
from helpline.commands.own_helpline import ENGINES, add_callers, running, script
from helpline.db import db
from helpline.models import Call, ServiceRequest
from helpline.settings import TOKEN_VARIABLE

APART = 1.0  # seconds between two callers who begin
RINGS_BACK = 2.0  # seconds until a caller whose line was cut rings again
LONGEST = 600.0  # seconds: a call that takes longer has failed
OVER = 1.5  # seconds of our voice that an impatient caller listens to


@dataclass(frozen=True)
class Kind:
    """One kind of caller: what their voice and their line do, and what they do differently."""

    voice: Callable[[bytes], bytes] = bytes
    line: Callable[[np.random.Generator], Condition] = lambda random: Clear()
    acts: Callable[[tuple[Act, ...]], Sequence[tuple[Act, ...]]] = lambda acts: [acts]  # one call or several


def _impatient(acts: tuple[Act, ...]) -> Sequence[tuple[Act, ...]]:
    return [tuple(replace(act, over=OVER) if isinstance(act, Play) else act for act in acts)]


def _cut_off_and_back(acts: tuple[Act, ...]) -> Sequence[tuple[Act, ...]]:
    """The line is cut after the wish was said; who rings back is asked whether to go on, and says yes."""
    yes = acts[0]
    return [(*acts[:2], Drop()), (yes, yes, *acts[2:])]


def _silent(_: tuple[Act, ...]) -> Sequence[tuple[Act, ...]]:
    return [(Stay(LONGEST),)]


def _by_keys(acts: tuple[Act, ...]) -> Sequence[tuple[Act, ...]]:
    """Says what the wish is, and answers yes and no by keys."""
    wish = acts[1]
    return [(Press("1"), wish, Press("1"), *(act for act in acts if isinstance(act, Press)), Press("1"), Press("2"))]


KINDS = {
    "clear": Kind(),
    "slow": Kind(voice=slowed),
    "hoarse": Kind(voice=hoarse),
    "cafe": Kind(line=lambda random: Noise(loop("cafe"), 15)),
    "television": Kind(line=lambda random: Noise(loop("television"), 18)),
    "hum": Kind(line=lambda random: Noise(loop("hum"), 10)),
    "lossy": Kind(line=Lossy),
    "echo": Kind(line=lambda random: Echo()),
    "impatient": Kind(acts=_impatient),
    "keys": Kind(acts=_by_keys),
    "cut off": Kind(acts=_cut_off_and_back),
    "repeating": Kind(line=lambda random: Repeating()),
    "disordered": Kind(line=lambda random: Disordered()),
    "silent": Kind(acts=_silent),
}


@dataclass(frozen=True)
class Simulated:
    """One caller's calls, and what came of them."""

    kind: str
    legs: tuple[Leg, ...]
    outcome: str  # of the last call
    paid: bool | None  # None: unknown, at a helpline elsewhere

    @property
    def failure(self) -> str:
        """What broke, or "". A caller who was not understood leaves, which is an outcome and no failure."""
        return next((leg.failure for leg in self.legs if leg.failure not in ("", LEFT_WAITING)), "")


@click.command()
@click.option(
    "--callers", type=click.IntRange(1, 500), default=len(KINDS), show_default=True, help="How many, in turn of each kind."
)
@click.option("--kind", "kinds", type=click.Choice(list(KINDS)), multiple=True, help="Only these kinds.")
@click.option("--engine", type=click.Choice(sorted(ENGINES)), default="whisper", show_default=True, help="Of our own helpline.")
@click.option("--url", help="The public address of a helpline that runs elsewhere.")
@click.option("--account", "sid", default="", help="With --url: the account's id that it knows.")
@click.option("--to", "to_number", default="+442071838000", show_default=True, help="With --url: the number that is rung.")
@click.option(
    "--from", "numbers", multiple=True, default=[MARGARET], show_default=True, help="With --url: the callers' numbers."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
def command(
    callers: int,
    kinds: tuple[str, ...],
    engine: str,
    url: str | None,
    sid: str,
    to_number: str,
    numbers: tuple[str, ...],
    as_json: bool,
) -> None:
    """Ring the helpline with slow, hoarse, noisy, lossy, echoing, impatient, silent and cut-off callers, each paying a bill.

    Their words are recordings in a fixed order: who is asked twice answers the next question instead, as somebody confused
    would. Ends with 1 if a call broke.
    """
    chosen = [(kinds or tuple(KINDS))[index % len(kinds or KINDS)] for index in range(callers)]
    if url:
        account = Account(sid, _token(), to_number, url.rstrip("/"))
        came = simulate(
            Exchange(account), engine, [numbers[index % len(numbers)] for index in range(callers)], chosen, _unknown
        )
    else:
        with _own(engine, callers) as (exchange, own_numbers, look):
            came = simulate(exchange, engine, own_numbers, chosen, look)
    result = report(came)
    click.echo(json.dumps(result) if as_json else "\n".join(table(result)))
    if any(one.failure for one in came):
        raise SystemExit(1)


Look = Callable[[Leg], tuple[str, bool | None]]


def simulate(exchange: Exchange, engine: str, numbers: Sequence[str], kinds: Sequence[str], look: Look) -> list[Simulated]:
    """All callers, each on a thread, until the last has put the receiver down."""
    words = script(engine)
    came: list[Simulated] = []

    def live(index: int) -> None:
        kind, condition = KINDS[kinds[index]], KINDS[kinds[index]].line(np.random.default_rng(index))
        spoken = tuple(replace(act, sound=kind.voice(act.sound)) if isinstance(act, Play) else act for act in words)
        legs: list[Leg] = []
        for acts in kind.acts(spoken):
            if legs:
                time.sleep(RINGS_BACK)
            leg = exchange.dial(numbers[index], acts, condition)
            if not leg.ended.wait(LONGEST):
                leg.failure = f"still on the line after {LONGEST:.0f} s"
            legs.append(leg)
        came.append(Simulated(kinds[index], tuple(legs), *look(legs[-1])))

    callers = [threading.Thread(target=live, args=(index,), daemon=True) for index in range(len(kinds))]
    for caller in callers:
        caller.start()
        time.sleep(APART)
    for caller in callers:
        caller.join()
    return came


def report(came: Sequence[Simulated]) -> dict[str, Any]:
    """The outcomes and percentiles: of each kind, and of all."""
    kinds = {kind: [one for one in came if one.kind == kind] for kind in KINDS}
    return {
        "all": _summary(came),
        "kinds": {kind: _summary(some) for kind, some in kinds.items() if some},
        "failures": [{"kind": one.kind, "number": one.legs[-1].number, "why": one.failure} for one in came if one.failure],
    }


def _summary(some: Sequence[Simulated]) -> dict[str, Any]:
    waits = [wait for one in some for leg in one.legs for wait in leg.waits]
    outcomes = [one.outcome for one in some]
    return {
        "callers": len(some),
        "failed": sum(bool(one.failure) for one in some),
        "paid": sum(bool(one.paid) for one in some),
        "outcomes": {outcome: outcomes.count(outcome) for outcome in sorted(set(outcomes))},
        "talked_over": sum(leg.cut_off for one in some for leg in one.legs),
        "answers": len(waits),
        **{f"wait_p{p}": round(float(np.percentile(waits, p)), 2) if waits else None for p in (50, 95)},
    }


def table(result: dict[str, Any]) -> Iterator[str]:
    yield f"{'caller':<12}{'calls':>6}{'failed':>8}{'paid':>6}{'talked over':>13}{'wait p50':>10}{'p95':>7}   outcome"
    for kind, row in (*result["kinds"].items(), ("all", result["all"])):
        waits = [f"{row[f'wait_p{p}']:.2f}" if row[f"wait_p{p}"] is not None else "-" for p in (50, 95)]
        outcomes = ", ".join(f"{count} {outcome}" for outcome, count in row["outcomes"].items())
        yield (
            f"{kind:<12}{row['callers']:>6}{row['failed']:>8}{row['paid']:>6}{row['talked_over']:>13}{waits[0]:>10}{waits[1]:>7}"
            f"   {outcomes}"
        )
    for failure in result["failures"]:
        yield f"{failure['kind']}, {failure['number']}: {failure['why']}"


@contextmanager
def _own(engine: str, callers: int) -> Iterator[tuple[Exchange, list[str], Look]]:
    """A helpline of our own with so many callers in its rows."""
    numbers = [f"+4420799{index:05d}" for index in range(callers)]
    with running(engine, most_calls=callers) as (app, exchange):
        add_callers(app, engine, numbers)
        yield exchange, numbers, lambda leg: _came_of(app, leg)


def _came_of(app: Flask, leg: Leg) -> tuple[str, bool | None]:
    """What the rows say: the call's outcome, and whether this caller's bill has been paid."""
    with app.app_context():
        call = db.session.scalar(select(Call).where(Call.sid == leg.sid))
        paid = call is not None and db.session.scalar(
            select(ServiceRequest.id).where(
                ServiceRequest.caller_id == call.caller_id,
                ServiceRequest.intent == "pay_bill",
                ServiceRequest.status == "done",
                ServiceRequest.created_at >= call.started_at.replace(hour=0, minute=0, second=0),
            )
        )
        outcome = call.outcome if call is not None else "never known"
        db.session.remove()
    return outcome or "open", paid is not None and bool(paid)


def _unknown(leg: Leg) -> tuple[str, bool | None]:
    return ("put through" if leg.dialled or leg.waited else "the caller left" if leg.gone else "the helpline ended it"), None


def _token() -> str:
    if token := os.environ.get(TOKEN_VARIABLE):
        return token
    raise click.ClickException(f"--url needs the account's secret in {TOKEN_VARIABLE}")
