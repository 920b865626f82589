"""Text to sound: a natural voice that comes with a package, made clear for the telephone's 8 kHz."""

from __future__ import annotations

import importlib.util
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import numpy as np

from voice.audio import RATE, Samples, resample, to_pcm
from voice.traits import traits

CLAUSE = re.compile(r"(?<=[.!?,;:])(?<!\bMr\.)(?<!\bMrs\.)(?<!\bMs\.)(?<!\bDr\.)(?<!\bSt\.)\s+")
LONG_NUMBER = re.compile(r"\d{8,}")  # said digit by digit: nobody follows billions, and hibari fails beyond 10^33
LEVEL = 0.12  # root mean square of speech, about -18 dB: as loud as telephone speech, with room for its peaks
PEAK = 0.95
PRESENCE = 1.6  # how much of the 1-3 kHz band is added: where consonants are told apart
PAUSE = 0.5  # seconds after a sentence at speed 1.0
IN_A_SENTENCE = 0.3  # seconds less after a clause
EDGE = 0.04  # seconds of silence kept around the words of a clause: the voice itself adds up to 0.4 s
FAINT = 0.01  # below this share of the loudest sample there are no words
SEED = 7  # the same words always sound the same


class VoiceError(RuntimeError):
    """No voice can be had for a language; the message says what to install."""


class Voice(Protocol):
    def speak(self, text: str, pace: float = 1.0, gain: float = 0.0) -> Iterator[bytes]:
        """Line PCM, one piece a clause, each as soon as it is ready. `pace` 0.5-2.0, `gain` in dB."""
        ...


def open_voice(code: str, base_pace: float) -> Voice:
    """The voice of a language. Raises VoiceError where there is none."""
    voice = traits(code).voice
    if voice.engine == "hibari":
        return HibariVoice(base_pace)
    if not voice.engine:
        raise VoiceError(f"there is no voice for {code!r}")
    if importlib.util.find_spec("espeakng_loader") is None:
        raise VoiceError(f"for a voice in {code!r} install the package espeakng-loader (its library is GPL-3.0)")
    from voice.espeak import EspeakVoice

    return EspeakVoice(voice.name or code, base_pace)


class HibariVoice:
    """hibari-tts: one American female voice, 24 kHz. Loaded at the first word; used by one thread at a time."""

    def __init__(self, base_pace: float) -> None:
        self._base_pace = base_pace
        self._lock = threading.Lock()
        self._model: Any = None

    def speak(self, text: str, pace: float = 1.0, gain: float = 0.0) -> Iterator[bytes]:
        return pieces(text, self._base_pace, pace, gain, self._samples)

    def _samples(self, sentence: str, speed: float) -> Samples:
        with self._lock:
            if self._model is None:
                from hibari import Hibari

                self._model = Hibari(threads=1)
            samples = np.asarray(self._model(sentence, speed=speed, seed=SEED), np.float32)
        return resample(samples, self._model.sample_rate, RATE)


def pieces(
    text: str, base_pace: float, pace: float, gain: float, synthesise: Callable[[str, float], Samples]
) -> Iterator[bytes]:
    """Line PCM of each clause with its pause; `synthesise` makes 8 kHz samples of a clause at a speed.

    Slower speech is half slower words and half longer pauses: pauses help more than stretched words do.
    """
    pace = min(2.0, max(0.5, pace))
    pause = PAUSE / (base_pace * pace) ** 1.5
    speed = base_pace * (pace if pace > 1 else pace**0.5)
    for clause in clauses(text):
        spelt = LONG_NUMBER.sub(lambda number: " ".join(number[0]), clause)
        rest = pause if clause[-1] in ".!?" else max(0.0, pause - IN_A_SENTENCE)
        yield to_pcm(np.concatenate([shape(trim(synthesise(spelt, speed)), gain), silence(rest)]))


def clauses(text: str) -> list[str]:
    """The pieces in which a text is spoken: the words of each piece of sound."""
    return [clause for clause in CLAUSE.split(text.strip()) if clause]


def tick() -> bytes:
    """A soft tick as line PCM: the line is alive, and nobody is in a hurry."""
    time = np.arange(int(RATE * 0.06)) / RATE
    return to_pcm((0.08 * np.sin(2 * np.pi * 620 * time) * np.exp(-time * 60)).astype(np.float32))


def silence(seconds: float) -> Samples:
    return np.zeros(int(RATE * seconds), np.float32)


def trim(samples: Samples) -> Samples:
    """Without the silence before and after the words, so that pauses are ours and the answer begins at once."""
    loud = np.flatnonzero(np.abs(samples) > FAINT * np.max(np.abs(samples), initial=0.0))
    if not len(loud):
        return samples[:0]
    edge = int(RATE * EDGE)
    return samples[max(0, loud[0] - edge) : loud[-1] + edge]


def shape(samples: Samples, gain: float) -> Samples:
    """Lift 1-3 kHz, bring speech to its level, add the caller's gain, and keep peaks from clipping."""
    if len(samples) < 2:
        return samples
    spectrum = np.fft.rfft(samples)
    hertz = np.fft.rfftfreq(len(samples), 1 / RATE)
    lift = 1 + (PRESENCE - 1) * np.clip(np.minimum((hertz - 700) / 500, (3600 - hertz) / 500), 0, 1)
    lifted = np.fft.irfft(spectrum * lift, len(samples))
    loudness = float(np.sqrt(np.mean(lifted[np.abs(lifted) > 0.01] ** 2))) if np.any(np.abs(lifted) > 0.01) else 1.0
    scaled = lifted * (LEVEL / loudness) * 10 ** (gain / 20)
    # A soft knee instead of clipping: quiet parts stay as they are, peaks bend.
    bent = np.where(np.abs(scaled) <= 0.5, scaled, np.sign(scaled) * (0.5 + 0.45 * np.tanh((np.abs(scaled) - 0.5) / 0.45)))
    return np.clip(bent, -PEAK, PEAK).astype(np.float32)
