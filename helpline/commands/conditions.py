"""What a telephone line and a caller's voice do to words: for simulated callers and for measurements.

Voices change a recorded sentence as a whole; conditions change what arrives of it, frame by frame.
"""

from __future__ import annotations

from collections import deque
from functools import cache
from pathlib import Path

import numpy as np

from helpline.commands.exchange import Clear
from helpline.commands.recordings import make
from voice.audio import (
    FRAME_BYTES,
    MULAW_SILENCE,
    RATE,
    Samples,
    mulaw_to_pcm,
    pcm_to_mulaw,
    quietest,
    read_samples,
    resample,
    to_pcm,
    to_samples,
)

LOOP = 20  # seconds of noise, over and over
SPEECH = 0.1  # the recorded callers' own loudness: root mean square where they speak
NO_VOICES = ("mumble", "silence")


# -- voices


def slowed(sound: bytes, pace: float = 0.8, pause: float = 1.0) -> bytes:
    """An old, slow voice: lower and slower, with a pause where the sentence has its quietest place."""
    samples = resample(_samples(sound), round(RATE * pace), RATE)
    if len(samples) > 2 * RATE:
        at = quietest(samples, RATE, len(samples) / RATE * 0.3, len(samples) / RATE * 0.7)
        samples = np.concatenate([samples[:at], make.gap(pause), samples[at:]])
    return _sound(samples)


def hoarse(sound: bytes, amount: float = 0.6) -> bytes:
    """A voice that shakes and lets breath through."""
    return _sound(make.hoarsened(_samples(sound), amount, np.random.default_rng(len(sound))))


# -- conditions


class Noise(Clear):
    """A noise of the room or the line, `below` dB under the caller's voice."""

    def __init__(self, noise: Samples, below: float) -> None:
        level = float(np.sqrt(np.mean(noise**2)))
        self._noise = noise * (SPEECH * 10 ** (-below / 20) / max(level, 1e-9))
        self._at = 0

    def carry(self, frame: bytes, heard: bytes) -> bytes | None:
        piece = np.take(self._noise, range(self._at, self._at + FRAME_BYTES), mode="wrap")
        self._at = (self._at + FRAME_BYTES) % len(self._noise)
        return _sound(_samples(frame) + piece)


class Lossy(Clear):
    """Frames are lost, several in a row when it happens: about one in twenty in all."""

    def __init__(self, random: np.random.Generator, begins: float = 0.02, goes_on: float = 0.6) -> None:
        self._random, self._begins, self._goes_on = random, begins, goes_on
        self._lost = False

    def carry(self, frame: bytes, heard: bytes) -> bytes | None:
        self._lost = bool(self._random.random() < (self._goes_on if self._lost else self._begins))
        return None if self._lost else frame


class Echo(Clear):
    """The helpline hears itself, later and quieter."""

    def __init__(self, after: float = 0.24, below: float = 18.0) -> None:
        self._late = deque([MULAW_SILENCE * FRAME_BYTES] * round(after * RATE / FRAME_BYTES))
        self._share = 10 ** (-below / 20)

    def carry(self, frame: bytes, heard: bytes) -> bytes | None:
        self._late.append(heard.ljust(FRAME_BYTES, MULAW_SILENCE))
        return _sound(_samples(frame) + _samples(self._late.popleft()) * self._share)


class Repeating(Clear):
    """A telephone company that asks everything twice."""

    repeats = True


class Disordered(Clear):
    """A telephone company whose news comes late and in the wrong order."""

    disorders = True


# -- noises, LOOP seconds of each


def hum(length: int, random: np.random.Generator) -> Samples:
    """50 Hz with its harmonics, as a bad earth gives it."""
    at = np.arange(length) / RATE
    parts = [np.sin(2 * np.pi * 50 * n * at + random.uniform(0, 6)) / n for n in (1, 2, 3, 5, 7, 9)]
    return np.asarray(np.sum(parts, axis=0) + 0.1 * random.standard_normal(length), np.float32)


def cafe(length: int, random: np.random.Generator) -> Samples:
    """Eight people talking at once, turned round so that no word is left."""
    voices: Samples = np.zeros(length, np.float32)
    for _ in range(8):
        voices = voices + _talk(length, random)[::-1]
    return voices


def television(length: int, random: np.random.Generator) -> Samples:
    """One voice after the other, in words, as from a set in the same room."""
    return make.band(_talk(length, random), 200, 2500)


def loop(noise: str) -> Samples:
    """LOOP seconds of "hum", "cafe" or "television"."""
    return _loops()[noise]


@cache
def _loops() -> dict[str, Samples]:
    random = np.random.default_rng(1)
    return {made.__name__: made(LOOP * RATE, random) for made in (hum, cafe, television)}


def _talk(length: int, random: np.random.Generator) -> Samples:
    """The recorded callers, one sentence after the other, from anywhere."""
    voices = _recordings()
    said = np.concatenate([voices[index] for index in random.permutation(len(voices))])
    start = int(random.integers(len(said)))
    return np.asarray(np.take(said, range(start, start + length), mode="wrap"), np.float32)


@cache
def _recordings() -> tuple[Samples, ...]:
    paths = sorted(Path(make.HERE).glob("*.wav"))
    return tuple(read_samples(path, RATE) for path in paths if path.stem not in NO_VOICES)


def _samples(sound: bytes) -> Samples:
    return to_samples(mulaw_to_pcm(sound))


def _sound(samples: Samples) -> bytes:
    return pcm_to_mulaw(to_pcm(samples))
