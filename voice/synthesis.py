"""Text to sound: a natural voice that comes with a package, made clear for the telephone's 8 kHz."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np

from voice.audio import RATE, Samples, resample, to_pcm

SENTENCE = re.compile(r"(?<=[.!?])\s+")
LEVEL = 0.12  # root mean square of speech, about -18 dB: as loud as telephone speech, with room for its peaks
PEAK = 0.95
PRESENCE = 1.6  # how much of the 1-3 kHz band is added: where consonants are told apart
PAUSE = 0.30  # seconds after a sentence at pace 1.0
SEED = 7  # the same words always sound the same


class VoiceError(RuntimeError):
    """No voice can be had for a language; the message says what to install."""


class Voice(Protocol):
    def speak(self, text: str, pace: float = 1.0, gain: float = 0.0) -> Iterator[bytes]:
        """Line PCM, one piece a sentence, each as soon as it is ready. `pace` 0.5-2.0, `gain` in dB."""
        ...


def open_voice(code: str, base_pace: float) -> Voice:
    """The voice of a language. Raises VoiceError where there is none."""
    if code == "en":
        return HibariVoice(base_pace)
    raise VoiceError(f"there is no voice for {code!r}")


class HibariVoice:
    """hibari-tts: one American female voice, 24 kHz. Loaded at the first word; used by one thread at a time."""

    def __init__(self, base_pace: float) -> None:
        self._base_pace = base_pace
        self._lock = threading.Lock()
        self._model: Any = None

    def speak(self, text: str, pace: float = 1.0, gain: float = 0.0) -> Iterator[bytes]:
        speed = min(2.0, max(0.5, self._base_pace * pace))
        for sentence in filter(None, SENTENCE.split(text.strip())):
            # Slower speech gets longer pauses: they help more than stretched words do.
            yield to_pcm(np.concatenate([shape(self._samples(sentence, speed), gain), silence(PAUSE / speed**2)]))

    def _samples(self, sentence: str, speed: float) -> Samples:
        with self._lock:
            if self._model is None:
                from hibari import Hibari

                self._model = Hibari(threads=1)
            samples = np.asarray(self._model(sentence, speed=speed, seed=SEED), np.float32)
        return resample(samples, self._model.sample_rate, RATE)


def silence(seconds: float) -> Samples:
    return np.zeros(int(RATE * seconds), np.float32)


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
