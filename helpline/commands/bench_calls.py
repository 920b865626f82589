"""`helpline bench calls`: how many callers at once one process carries, beside how many its recogniser alone would.

Held: the largest number of simultaneous callers, each pacing 20 ms frames over a socket of their own through whole calls,
with whom 99 % of the time we are at most LAG behind their sound. Bare: the largest number of paced threads that feed the
same sound with the same grammars straight into the same recogniser. The two are measured in turn, in one run and one
process; the callers are a process of their own, on the same machine.

An engine that only keeps the sound and works when a turn is over (Whisper) never lags. It must also have 95 % of the turns'
words WORDS after their end, on the line and bare.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from queue import Empty
from typing import Any

import click
import numpy as np
from flask import Flask

from helpline.calls.answering import TurnTimes
from helpline.calls.doors import Switchboard
from helpline.calls.media import PRE_ROLL
from helpline.commands.demo_setup import wait_for
from helpline.commands.exchange import FRAME_SECONDS, Account, Exchange, Play
from helpline.commands.own_helpline import ENGINES, add_callers, running, script
from helpline.parts import Parts
from voice.audio import FRAME_BYTES, MULAW_SILENCE, RATE, mulaw_to_pcm
from voice.heard import Expecting
from voice.recognisers import Recogniser, Stream

LAG = 0.2  # seconds: the 99th percentile of the lag may be as much
WORDS = 2.0  # seconds: the 95th percentile of the wait for an engine's words may be as much, where it has none before the end
APART = 12.0  # seconds over which the callers begin, lest they all say the same words in the same second
SETTLING = APART + 3.0  # seconds until all callers are on the line, before anything is measured
SAMPLE = 0.02  # seconds between two looks at everybody's lag: one for each frame
PROMPT, PAUSE = 5.0, 1.5  # seconds of the bare lines: what stands for the helpline's question, and for the end of a turn
CALLS_EACH = 4  # callers in the rows for each simultaneous one: a bill can be paid once
OVER_WITHIN = 60.0  # seconds for the calls of one round to end
ASKED = {
    "vosk": ("yes_no", "open", "yes_no", "pin", "yes_no", "open"),
    "whisper": ("yes_no", "open", "yes_no", "yes_no", "open"),
}


@click.command()
@click.option("--engine", type=click.Choice(sorted(ENGINES)), default="vosk", show_default=True)
@click.option("--seconds", type=click.IntRange(5, 600), default=60, show_default=True, help="How long each number is tried.")
@click.option("--first", type=click.IntRange(1, 500), default=8, show_default=True, help="The number that is tried first.")
@click.option("--most", type=click.IntRange(1, 500), default=128, show_default=True, help="No more callers than this.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of lines.")
def command(engine: str, seconds: int, first: int, most: int, as_json: bool) -> None:
    """How many callers at once, with sound at most 200 ms behind at the 99th percentile, and what the recogniser alone would
    carry. Whisper's words must also be there 2 s after a turn, at the 95th. Some fifteen minutes with the figures given here."""
    result = measure(engine, seconds, min(first, most), most)
    if as_json:
        click.echo(json.dumps(result))
        return
    click.echo(f"{engine}: {result['calls']} callers at once; the recogniser alone {result['bare']}: {result['ratio']} of it")
    click.echo(f"  {result['memory_per_call_mb']} MB a call")


def measure(engine: str, seconds: int, first: int, most: int) -> dict[str, Any]:
    """Both searches, round by round in turn."""
    times: list[TurnTimes] = []
    with running(engine, times.append, most_calls=most) as (app, exchange):
        bench = Bench(app, exchange.account, engine, seconds, times)
        searches = {"calls": Search(first, most), "bare": Search(first, most)}
        rounds: dict[str, Callable[[int], Round]] = {"calls": bench.live, "bare": bench.bare}
        tried = []
        while not all(search.done for search in searches.values()):
            for name, search in searches.items():
                if search.done:
                    continue
                outcome = rounds[name](search.next)
                tried.append({"kind": name, "callers": search.next, **asdict(outcome)})
                print(f"{name}: {search.next} callers, {outcome}", file=sys.stderr)
                search.tell(outcome.held)
    held, bare = searches["calls"].held, searches["bare"].held
    return {
        "engine": engine,
        "calls": held,
        "bare": bare,
        "ratio": round(held / bare, 3) if bare else None,
        "memory_per_call_mb": round(bench.memory_per_call / 2**20, 2),
        "seconds": seconds,
        "cores": os.cpu_count(),
        "tried": tried,
    }


class Search:
    """The largest number that holds: doubled until one does not, then halved in between, to within a twentieth."""

    def __init__(self, first: int, most: int) -> None:
        self.held, self._failed, self._most = 0, most + 1, most
        self.next = first

    @property
    def done(self) -> bool:
        return self._failed - self.held <= max(1, self.held // 20)

    def tell(self, held: bool) -> None:
        if held:
            self.held = self.next
        else:
            self._failed = self.next
        doubled = self._failed > self._most
        self.next = min(self.held * 2, self._most) if doubled and self.held else (self.held + self._failed) // 2


@dataclass(frozen=True)
class Round:
    """One number tried. `p99` of the lag, and `words`: the 95th percentile of the wait for them at the end of a turn, in
    seconds; None for an engine that hears while the caller speaks."""

    p99: float
    words: float | None = None
    trouble: str = ""

    @property
    def held(self) -> bool:
        return self.p99 <= LAG and (self.words or 0.0) <= WORDS and not self.trouble

    def __str__(self) -> str:
        words = "" if self.words is None else f", words {self.words:.2f} s"
        return f"p99 {self.p99:.3f} s{words} {self.trouble}"


@dataclass
class Bench:
    """The helpline that is measured, its recogniser, and where it puts the times of its turns."""

    app: Flask
    account: Account
    engine: str
    seconds: int
    times: list[TurnTimes]
    memory_per_call: float = 0.0  # bytes, in the largest round that held
    bare_finishing: list[float] = field(default_factory=list)  # seconds, of each turn of the last bare round
    _known: int = 0

    @cached_property
    def _segments(self) -> list[tuple[Expecting, list[bytes]]]:
        return list(_segments(self.engine))

    @cached_property
    def _recogniser(self) -> Recogniser:
        parts: Parts = self.app.extensions["helpline"]
        return parts.recogniser(ENGINES[self.engine])

    def live(self, callers: int) -> Round:
        """So many callers on the line."""
        switchboard: Switchboard = self.app.extensions["switchboard"]
        before, earlier = _resident(), len(self.times)
        numbers = self._new_numbers(callers * CALLS_EACH)
        context = multiprocessing.get_context("spawn")
        told: Any = context.Queue()
        ringing = context.Process(
            target=ring_together,
            args=(self.account, self.engine, numbers, callers, SETTLING + self.seconds, told),
            daemon=True,
        )
        ringing.start()
        told.get(timeout=OVER_WITHIN)  # they begin now
        time.sleep(SETTLING)
        lag, there = _watch(switchboard.lines.behind, self.seconds)
        used = _resident() - before
        try:
            trouble = str(told.get(timeout=OVER_WITHIN))
        except Empty:
            trouble = "the callers never came to an end"
        ringing.kill()
        ringing.join()
        wait_for(lambda: not switchboard.lines.taken, OVER_WITHIN)
        if not trouble and there < 0.9 * callers:
            trouble = f"only {there:.1f} of them were on the line"
        heard = [one.recognising for one in self.times[earlier:] if one.engine == self.engine]
        outcome = Round(lag, self._words(heard), trouble)
        if outcome.held:
            self.memory_per_call = max(0.0, used / callers)
        return outcome

    def bare(self, callers: int) -> Round:
        """So many paced threads that feed the recogniser."""
        with ThreadPoolExecutor(max_workers=callers) as pool:
            lines = [BareLine(self._recogniser, self._segments, pool) for _ in range(callers)]
            for line in lines:
                line.start()
                time.sleep(APART / callers)
            time.sleep(SETTLING - APART)
            lag, _ = _watch(lambda: [line.behind for line in lines], self.seconds)
            for line in lines:
                line.stop()
            for line in lines:
                line.join()
        self.bare_finishing = [seconds for line in lines for seconds in line.finishing]
        return Round(lag, self._words(self.bare_finishing))

    def _words(self, seconds: Sequence[float]) -> float | None:
        if self._recogniser.partials:
            return None
        return float(np.percentile(seconds, 95)) if seconds else float("inf")

    def _new_numbers(self, count: int) -> list[str]:
        numbers = [f"+8227{index:06d}" for index in range(self._known, self._known + count)]
        self._known += count
        add_callers(self.app, self.engine, numbers)
        return numbers


class BareLine(threading.Thread):
    """One paced line without a telephone: frames of the same sound, one grammar after the other, over and over."""

    def __init__(self, recogniser: Recogniser, segments: Sequence[tuple[Expecting, list[bytes]]], pool: Executor) -> None:
        super().__init__(daemon=True)
        self._recogniser, self._segments, self._pool = recogniser, segments, pool
        # A live line gives an engine without words before the end nothing of the question but its last second.
        self._first = 0 if recogniser.partials else int((PROMPT - PRE_ROLL) / FRAME_SECONDS)
        self._begun, self._fed, self._over = 0.0, 0.0, False
        self.finishing: list[float] = []  # seconds from the end of each turn until its words were there

    @property
    def behind(self) -> float:
        return max(0.0, time.monotonic() - self._begun - self._fed) if self._begun else 0.0

    def stop(self) -> None:
        self._over = True

    def run(self) -> None:
        self._begun = time.monotonic()
        while not self._over:
            for expecting, frames in self._segments:
                self._turn(expecting, frames)

    def _turn(self, expecting: Expecting, frames: Sequence[bytes]) -> None:
        stream = self._recogniser.stream(expecting)
        for place, frame in enumerate(frames):
            if self._over:
                return
            time.sleep(max(0.0, self._begun + self._fed - time.monotonic()))
            if place >= self._first:
                stream.feed(mulaw_to_pcm(frame))
            self._fed += FRAME_SECONDS
        self._pool.submit(self._finish, stream, time.monotonic())

    def _finish(self, stream: Stream, ended: float) -> None:
        stream.finish()
        self.finishing.append(time.monotonic() - ended)


def _segments(engine: str) -> Iterator[tuple[Expecting, list[bytes]]]:
    """The turns of one call without its telephone: a question, what the caller says to it, the silence that ends it."""
    sounds = [act.sound for act in script(engine) if isinstance(act, Play)]
    for name, sound in zip(ASKED[engine], sounds, strict=True):
        question, end = MULAW_SILENCE * int(PROMPT * RATE), MULAW_SILENCE * int(PAUSE * RATE)
        whole = question + sound + end
        frames = [whole[at : at + FRAME_BYTES] for at in range(0, len(whole), FRAME_BYTES)]
        yield Expecting(name, digits=6 if name == "pin" else None), frames


def ring_together(account: Account, engine: str, numbers: Sequence[str], callers: int, seconds: float, told: Any) -> None:
    """The callers, in a process of their own: each rings again and again. Tells when they begin, and what went wrong."""
    exchange, words = Exchange(account), script(engine)
    told.put("ready")
    until = time.monotonic() + seconds

    def ring(index: int) -> None:
        time.sleep(APART * index / callers)
        for number in islice(numbers, index, None, callers):
            if time.monotonic() < until:
                exchange.ring(number, words)

    for index in range(callers):
        threading.Thread(target=ring, args=(index,), daemon=True).start()
    time.sleep(seconds)
    failures = [leg.failure for leg in exchange.legs if leg.failure]
    told.put(f"{len(failures)} calls failed: {failures[0]}" if failures else "")


def _watch(behind: Callable[[], list[float]], seconds: float) -> tuple[float, float]:
    """The 99th percentile of everybody's lag over so many seconds, and how many were there on average."""
    seen: list[float] = []
    looks, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        seen += behind()
        looks += 1
        time.sleep(SAMPLE)
    return float(np.percentile(seen, 99)) if seen else float("inf"), len(seen) / max(looks, 1)


def _resident() -> int:
    """Bytes of this process in memory (Linux)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
