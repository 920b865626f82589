"""Is somebody speaking? Silero's detector over the line's sound, and the caller's own loudness.

The figures behind the constants are in docs/decisions/0003-speech-detection.md.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from faster_whisper.vad import get_vad_model

from voice.audio import RATE, Resampler, Samples, to_samples

DETECTOR_RATE = 16000
WINDOW = 512  # samples at 16 kHz: 32 ms
CONTEXT = 64
START, STOP = 0.3, 0.2  # probability at which speech begins, below which it has stopped: 0.5 is deaf to hoarse callers
WITHIN = 15.0  # dB below the caller's loudest that still is the caller, and not the room behind them
FADE = 1.0  # dB a second by which that loudness is forgotten: somebody quieter may take the receiver
DEAD = -50.0  # dB of full scale: a line on which nothing at all is heard
FORGET = 31  # windows, a second, of a dead line: then the older of the two memories begins anew
RECENT = 6  # windows, about 0.2 s: a weak consonant is as loud as the vowel beside it
_HERTZ = np.fft.rfftfreq(WINDOW, 1 / DETECTOR_RATE)
_TELEPHONE = (_HERTZ >= 300) & (_HERTZ <= 3400)  # without the hum of a bad line


@cache
def _session() -> Any:
    return get_vad_model().session  # made with one thread


class SpeechDetector:
    """Feed line PCM in pieces of any length; answers whether the newest of it is speech.

    State and filter are kept from piece to piece, so one detector belongs to one call. Hum, hiss, clicks and
    traffic are not speech to it. Voices in the room are, until the caller has spoken clearly louder than they.
    """

    def __init__(self) -> None:
        self._resampler = Resampler(RATE, DETECTOR_RATE)
        self._pcm = b""
        self._quiet = 0  # windows of a dead line since the last sound or new memory
        self._memories = [_new_memory(), _new_memory()]  # the older one first
        self._context = np.zeros(CONTEXT, np.float32)
        self._levels = [-120.0] * RECENT
        self._loudest = -120.0
        self.speaking = False
        self.probability = 0.0
        self.level = -120.0  # dB of full scale: the loudest of the last 0.2 s

    def feed(self, pcm: bytes) -> bool:
        self._pcm += self._resampler.feed(pcm)
        while len(self._pcm) >= WINDOW * 2:
            window, self._pcm = to_samples(self._pcm[: WINDOW * 2]), self._pcm[WINDOW * 2 :]
            self._take(window)
        return self.speaking

    def _take(self, window: Samples) -> None:
        self.probability = self._probability(window)
        self._levels = [*self._levels[1:], decibels(window)]
        self.level = max(self._levels)
        self._loudest -= FADE * WINDOW / DETECTOR_RATE
        likely = self.probability >= (STOP if self.speaking else START)
        self.speaking = likely and self.level >= self._loudest - WITHIN
        self._quiet = self._quiet + 1 if self.level < DEAD else 0
        if self.speaking:
            self._loudest = max(self._loudest, self.level)
        elif self._quiet >= FORGET:
            self._quiet = 0
            self._memories = [self._memories[1], _new_memory()]

    def _probability(self, window: Samples) -> float:
        """The higher of two opinions. A memory filled by a long silence makes Silero miss a short "yes", and so does one
        that began at that very moment; of two that begin a second apart, one is always young and never new."""
        given = np.concatenate([self._context, window])[None, :]
        self._context = window[-CONTEXT:]
        opinions = []
        for index, (h, c) in enumerate(self._memories):
            output, *memory = _session().run(None, {"input": given, "h": h, "c": c})
            self._memories[index] = (memory[0], memory[1])
            opinions.append(float(output.reshape(-1)[0]))
        return max(opinions)


def _new_memory() -> tuple[Samples, Samples]:
    return np.zeros((1, 1, 128), np.float32), np.zeros((1, 1, 128), np.float32)


def decibels(window: Samples) -> float:
    """Loudness of one window between 300 and 3400 Hz, in dB of full scale; -120 is silence."""
    power = float(np.sum(np.abs(np.fft.rfft(window)[_TELEPHONE]) ** 2)) * 2 / WINDOW**2
    return 10 * float(np.log10(power + 1e-12))
