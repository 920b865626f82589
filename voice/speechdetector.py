"""Is somebody speaking? Silero's detector over the line's sound, frame by frame."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from faster_whisper.vad import get_vad_model

from voice.audio import RATE, Resampler, to_samples

WINDOW = 512  # samples at 16 kHz: 32 ms
CONTEXT = 64
START, STOP = 0.5, 0.35  # probability at which speech begins, and below which it has stopped


@cache
def _session() -> Any:
    return get_vad_model().session


class SpeechDetector:
    """Feed line PCM in pieces of any length; answers whether the newest of it is speech.

    State and filter are kept from piece to piece, so one detector belongs to one call. Hum and hiss are not
    speech to it; babble of other people in the room is.
    """

    def __init__(self) -> None:
        self._resampler = Resampler(RATE, 16000)
        self._pcm = b""
        self._h = np.zeros((1, 1, 128), np.float32)
        self._c = np.zeros((1, 1, 128), np.float32)
        self._context = np.zeros(CONTEXT, np.float32)
        self.speaking = False

    def feed(self, pcm: bytes) -> bool:
        self._pcm += self._resampler.feed(pcm)
        while len(self._pcm) >= WINDOW * 2:
            window, self._pcm = to_samples(self._pcm[: WINDOW * 2]), self._pcm[WINDOW * 2 :]
            probability = self._probability(window)
            self.speaking = probability >= (STOP if self.speaking else START)
        return self.speaking

    def _probability(self, window: np.ndarray[Any, np.dtype[np.float32]]) -> float:
        given = np.concatenate([self._context, window])[None, :]
        output, self._h, self._c = _session().run(None, {"input": given, "h": self._h, "c": self._c})
        self._context = window[-CONTEXT:]
        return float(output.reshape(-1)[0])
