"""How often a caller is cut off, and how long they wait: `python -m tests.load.cut_off` (about two minutes).

Sentences and numbers are spoken by the English voice, with pauses spliced in where people look for the next word, and sent
over a live call's own code (its clock is the sound's, so nothing waits in real time). Each caller has one usual pause,
gives or takes a quarter, and makes one call a sentence; what a call has learned of their pauses, the next one knows.
Printed for our policy and for a fixed silence:

- `cut off`: turns that ended before the last word had been spoken, of all turns
- `wait`: seconds from the last word to the end of the turn, of those that were not cut off: p50 and p95. The time that the
  recogniser takes (docs/operating.md) comes on top, in both.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np

from helpline.calls.media import LiveCall
from helpline.settings import TurnTaking, load_settings
from tests.calls.line import AtOnce, Ears, Line, media
from tests.load.speech_detection import hum, loudness
from voice.audio import FRAME_BYTES, RATE, Samples, pcm_to_mulaw, resample, to_pcm
from voice.heard import Expecting, Heard, Reply
from voice.languages import load_language
from voice.recognisers import Recogniser
from voice.recognisers.whisper import WhisperRecogniser
from voice.synthesis import SEED, trim

PAUSES = (0.0, 0.8, 1.5, 2.2, 3.0)  # seconds: each caller's usual one
LINES = {"at natural speed": (1.0, None), "slow, mains hum 10 dB": (0.7, 10.0)}
SAID: tuple[tuple[str, Expecting], ...] = (  # a bar is where the caller pauses
    ("I want to pay my | electricity bill", Expecting("open")),
    ("I need to see | the doctor | next Tuesday morning", Expecting("open")),
    ("can somebody | help me with the | shopping", Expecting("open")),
    ("my neighbour said | I should ring you about a | letter from the bank", Expecting("open")),
    ("on | Thursday afternoon", Expecting("date")),
    ("yes", Expecting("yes_no")),
    ("four | eight two | seven one | nine", Expecting("digits", digits=6)),
    ("oh two oh | seven one eight | three eight | seven five oh", Expecting("digits")),
)
FIXED = 0.8
AFTER = 7.0  # seconds of silence behind the last word: every turn has ended by then
SPREAD = 0.25


@dataclass
class Answers:
    """In place of the conversation: one question, the time of its answer, and the pause that was learned."""

    expecting: Expecting
    pause: float
    line: Line | None = None
    at: float | None = None
    heard: list[str] = field(default_factory=list)

    def begin(self, call_id: int) -> Reply:
        return Reply(0, (), self.expecting, pause=self.pause)

    def take_turn(self, call_id: int, number: int, heard: Heard, understood: Any) -> Reply:
        assert self.line is not None
        self.at = self.line.now if self.at is None else self.at
        self.heard.append(heard.text)
        return Reply(number, (), self.expecting, pause=self.pause)

    def hung_up(self, call_id: int, number: int, why: str, pause: float) -> None:
        self.pause = pause


class Caller:
    """Speaks sentences with pauses; every one is made once and heard by both policies."""

    def __init__(self) -> None:
        from hibari import Hibari

        self._model = Hibari(threads=1)
        self._random = np.random.default_rng(11)

    def says(self, sentence: str, pause: float, speed: float, ratio: float | None) -> tuple[Samples, float]:
        """The sound of the line, and when its last word ends, in seconds."""
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
        return samples.astype(np.float32), len(spoken) / RATE

    def _speak(self, words: str, speed: float) -> Samples:
        samples = np.asarray(self._model(words, speed=speed, seed=SEED), np.float32)
        return trim(resample(samples, self._model.sample_rate, RATE)) * np.float32(0.7)


def turn(samples: Samples, answers: Answers, times: TurnTaking, recogniser: Recogniser) -> float:
    """One call of one sentence; when its first turn ended, in seconds from its first sound."""
    mulaw = pcm_to_mulaw(to_pcm(samples))

    def caller(line: Line) -> Iterator[str]:
        for start in range(0, len(mulaw) - FRAME_BYTES, FRAME_BYTES):
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
    )
    app: Any = SimpleNamespace(app_context=nullcontext)
    LiveCall(line, "MZ", 1, 1, app, parts, AtOnce(), lambda times: None, lambda: line.now).run()
    assert answers.at is not None
    return answers.at - began


class AnyWords(Ears):
    """For the fixed silence, which asks nobody what was said."""

    partials = False

    def __init__(self) -> None:
        super().__init__(words=_always("something"), partials=False)  # type: ignore[arg-type]


def _always(word: str) -> Any:
    return SimpleNamespace(popleft=lambda: word, __bool__=lambda: True)


def policies() -> dict[str, tuple[TurnTaking, Recogniser]]:
    ends = ("yes_no", "open", "digits", "message", "complete", "unfinished", "most")
    fixed = {"turn_taking": {f"end_{name}": FIXED for name in ends}}
    return {
        "ours": (load_settings({}).turn_taking, WhisperRecogniser(load_language("en"), 1)),
        f"fixed {FIXED} s": (load_settings({}, **fixed).turn_taking, AnyWords()),
    }


def measure(line: str, told: bool) -> None:
    speed, ratio = LINES[line]
    caller, ways = Caller(), policies()
    for pause in PAUSES:
        spoken = [(*caller.says(sentence, pause, speed, ratio), expecting) for sentence, expecting in SAID]
        for name, (times, recogniser) in ways.items():
            answers, waits = Answers(Expecting("open"), 0.0), []
            for (samples, end, expecting), (sentence, _) in zip(spoken, SAID, strict=True):
                answers.expecting, answers.heard = expecting, []
                waits.append(turn(samples, answers, times, recogniser) - end)
                if told:
                    print(f"  {name:12} {waits[-1]:5.2f}  {answers.pause:4.2f}  {sentence}  {answers.heard}")
            kept = [wait for wait in waits if wait >= 0]
            p50, p95 = np.percentile(kept, [50, 95]) if kept else (np.nan, np.nan)
            cut = len(waits) - len(kept)
            print(
                f"{line:22} pause {pause:3.1f} s  {name:12} cut off {cut:2}/{len(waits)}  wait {p50:4.2f} {p95:4.2f}",
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--told", action="store_true", help="print every turn")
    told = parser.parse_args().told
    for line in LINES:
        measure(line, told)


if __name__ == "__main__":
    main()
