"""How often a caller is cut off, and how long they wait: `python -m tests.load.cut_off` (under three minutes of one core).

Sentences and numbers are spoken by the English voice, with pauses spliced in, and sent over a live call's own code (its
clock is the sound's, so nothing waits in real time). Half of the sentences pause where people look for the next word (by
hand, below), half at a place that the dice choose, in sentences that the dice take from the language's examples. Each caller
has one usual pause, gives or takes a quarter, and makes one call a sentence, in an order of the dice; what a call has
learned of their pauses, the next one knows. Printed as a table for our policy and for fixed silences, by line and pause:

- `cut off`: turns that ended before the last word had been spoken, of all turns
- `wait`: seconds from the last word to the end of the turn, of those that were not cut off: p50 and p95. The time that the
  recogniser takes (docs/operating.md) comes on top, in every policy.
"""

from __future__ import annotations

import argparse
import datetime as dt
import tomllib
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np

from helpline.calls.media import LiveCall
from helpline.settings import TurnTaking, load_settings
from tests.calls.line import AtOnce, Line, Voice, media
from tests.load.speech_detection import hum, loudness
from voice.audio import FRAME_BYTES, RATE, Samples, pcm_to_mulaw, resample, to_pcm
from voice.heard import Expecting, Heard, Reply, Said
from voice.languages import load_language
from voice.recognisers import Recogniser
from voice.recognisers.whisper import WhisperRecogniser
from voice.synthesis import SEED, trim

PAUSES = (0.0, 0.8, 1.5, 2.2, 3.0)  # seconds: each caller's usual one
LINES = {"natural speed": (1.0, None), "slow, hum 10 dB": (0.7, 10.0)}
OPEN = Expecting("open")
BY_HAND: tuple[tuple[str, Expecting], ...] = (  # a bar is where the caller pauses
    ("I want to pay my | electricity bill", OPEN),
    ("I need to see | the doctor | next Tuesday morning", OPEN),
    ("can somebody | help me with the | shopping", OPEN),
    ("my neighbour said | I should ring you about a | letter from the bank", OPEN),
    ("on | Thursday afternoon", Expecting("date")),
    ("yes", Expecting("yes_no")),
    ("four | eight two | seven one | nine", Expecting("digits", digits=6)),
    ("oh two oh | seven one eight | three eight | seven five oh", Expecting("digits")),
)
BY_DICE = len(BY_HAND)  # as many sentences with a pause anywhere
LEAST_WORDS, MOST_WORDS = 6, 14  # of such a sentence
FIXED = (0.8, 3.0)  # seconds
OUR_ANSWER = 3.0  # seconds: it is talked over by whoever was cut off
LINGERS = 2.5  # seconds that a caller is still there after their turn was taken: what was learned of that counts
AFTER = 7.0  # seconds of silence behind the last word: every turn has ended by then
SPREAD = 0.25


@dataclass
class Answers:
    """In place of the conversation: one question, the time of its answer, and the pause that was learned."""

    expecting: Expecting = OPEN
    pause: float = 0.0
    line: Line | None = None
    at: float | None = None
    heard: list[str] = field(default_factory=list)

    def begin(self, call_id: int) -> Reply:
        return Reply(0, (), self.expecting, pause=self.pause)

    def take_turn(self, call_id: int, number: int, heard: Heard, understood: Any) -> Reply:
        assert self.line is not None
        self.at = self.line.now if self.at is None else self.at
        self.heard.append(heard.text)
        return Reply(number, (Said("answer", "Yes."),), self.expecting, pause=self.pause)

    def hung_up(self, call_id: int, number: int, why: str, pause: float) -> None:
        self.pause = pause


@dataclass(frozen=True)
class Spoken:
    """One call: its sound, when its last word ends (seconds), and what the caller answers."""

    samples: Samples
    end: float
    expecting: Expecting
    sentence: str


class Caller:
    """Speaks sentences with pauses; every one is made once and heard by all policies."""

    def __init__(self) -> None:
        from hibari import Hibari

        self._model = Hibari(threads=1)
        self._random = np.random.default_rng(11)
        examples = tomllib.loads((load_language("en").folder / "tests.toml").read_text("utf-8"))["examples"]
        asked = (example["say"] for example in examples if example.get("expecting", "open") == "open")
        self._examples = [said for said in asked if LEAST_WORDS <= len(said.split()) <= MOST_WORDS and "," not in said]

    def calls(self, pause: float, speed: float, ratio: float | None) -> list[Spoken]:
        """All of one caller's calls, in the order in which they are made."""
        chosen = self._random.choice(self._examples, BY_DICE, replace=False)
        said = [*BY_HAND, *((self._pausing(str(sentence)), OPEN) for sentence in chosen)]
        return [self._says(*said[n], pause, speed, ratio) for n in self._random.permutation(len(said))]

    def _pausing(self, sentence: str) -> str:
        words = sentence.split()
        at = int(self._random.integers(1, len(words)))
        return " ".join([*words[:at], "|", *words[at:]])

    def _says(self, sentence: str, expecting: Expecting, pause: float, speed: float, ratio: float | None) -> Spoken:
        parts: list[Samples] = [np.zeros(RATE, np.float32)]
        for index, words in enumerate(sentence.split("|")):
            wait = pause * self._random.uniform(1 - SPREAD, 1 + SPREAD) if index else 0.0
            parts += [np.zeros(int(wait * RATE), np.float32), self._speak(words.strip(), speed)]
        spoken = np.concatenate(parts)
        samples = np.concatenate([spoken, np.zeros(int(AFTER * RATE), np.float32)])
        if ratio is not None:
            noise = hum(len(samples), self._random)
            level = loudness(spoken[np.abs(spoken) > 0.01])
            samples = samples + noise * level * 10 ** (-ratio / 20) / loudness(noise)
        return Spoken(samples.astype(np.float32), len(spoken) / RATE, expecting, sentence)

    def _speak(self, words: str, speed: float) -> Samples:
        samples = np.asarray(self._model(words, speed=speed, seed=SEED), np.float32)
        return trim(resample(samples, self._model.sample_rate, RATE)) * np.float32(0.7)


def turn(samples: Samples, answers: Answers, times: TurnTaking, recogniser: Recogniser) -> float:
    """One call of one sentence; when its first turn ended, in seconds from its first sound."""
    mulaw = pcm_to_mulaw(to_pcm(samples))

    def caller(line: Line) -> Iterator[str]:
        for start in range(0, len(mulaw) - FRAME_BYTES, FRAME_BYTES):
            if answers.at is not None and line.now > answers.at + LINGERS:
                return
            line.now += FRAME_BYTES / RATE
            yield media(mulaw[start : start + FRAME_BYTES])

    line = answers.line = Line(caller)
    answers.at, began = None, line.now
    parts: Any = SimpleNamespace(
        settings=SimpleNamespace(turn_taking=times),
        conversation=answers,
        languages={"en": load_language("en")},
        now=dt.datetime.now,
        recogniser=lambda code: recogniser,
        voice=lambda code: Voice(seconds=OUR_ANSWER),
    )
    app: Any = SimpleNamespace(app_context=nullcontext)
    LiveCall(line, "MZ", 1, 1, app, parts, AtOnce(), lambda times: None, lambda: line.now).run()
    assert answers.at is not None
    return answers.at - began


class AnyWords:
    """For a fixed silence, which asks nobody what was said."""

    engine = "any"
    partials = False

    def stream(self, expecting: Expecting, rate: int = RATE) -> AnyWords:
        return self

    def feed(self, pcm: bytes) -> str:
        return ""

    def finish(self) -> Heard:
        return Heard("something", engine=self.engine)


def policies() -> dict[str, tuple[TurnTaking, Recogniser]]:
    return {
        "ours": (load_settings({}).turn_taking, WhisperRecogniser(load_language("en"), 1)),
        **{f"fixed {silence} s": (_fixed(silence), AnyWords()) for silence in FIXED},
    }


def _fixed(silence: float) -> TurnTaking:
    ends = ("yes_no", "open", "digits", "message", "complete", "unfinished", "most")
    return load_settings({}, turn_taking={f"end_{name}": silence for name in ends}).turn_taking


def measure(ways: dict[str, tuple[TurnTaking, Recogniser]], calls: list[Spoken], told: bool) -> dict[str, list[float]]:
    """One caller's calls under each policy: how long after the last word each first turn ended, in seconds."""
    waits: dict[str, list[float]] = {name: [] for name in ways}
    for name, (times, recogniser) in ways.items():
        answers = Answers()
        for call in calls:
            answers.expecting, answers.heard = call.expecting, []
            waits[name].append(turn(call.samples, answers, times, recogniser) - call.end)
            if told and name == "ours":
                print(f"  {waits[name][-1]:5.2f}  {answers.pause:4.2f}  {call.sentence}  {answers.heard}")
    return waits


def row(title: str, pause: str, waits: dict[str, list[float]]) -> str:
    return " | ".join([f"| {title}", pause, *map(cell, waits.values())]) + " |"


def cell(waits: list[float]) -> str:
    kept = [wait for wait in waits if wait >= 0]
    p50, p95 = np.percentile(kept, [50, 95]) if kept else (np.nan, np.nan)
    return f"{len(waits) - len(kept)}/{len(waits)}, {p50:.1f} {p95:.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--told", action="store_true", help="print every turn of our policy")
    told = parser.parse_args().told
    caller, ways = Caller(), policies()
    print(" | ".join(["| line", "pause, s", *ways]) + " |")
    everything: dict[str, list[float]] = {name: [] for name in ways}
    for line, (speed, ratio) in LINES.items():
        for pause in PAUSES:
            waits = measure(ways, caller.calls(pause, speed, ratio), told)
            print(row(line, str(pause), waits), flush=True)
            for name, some in waits.items():
                everything[name] += some
    print(row("all", "", everything))


if __name__ == "__main__":
    main()
