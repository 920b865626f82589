"""Is somebody speaking? Silero's detector over the line's sound, and the caller's own loudness.

The figures behind the constants are in docs/decisions/0003-speech-detection.md.
"""

from __future__ import annotations

from collections import deque
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
OLD, YOUNG = 47, 16  # windows of a dead line, 1.5 and 0.5 s, that the two memories begin with when it comes to life
ALIKE = 1e-3  # of a memory's numbers, which go from -1 to 1 and beyond: what is nearer has the same opinion
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
        self._dead: deque[Samples] = deque(maxlen=OLD)  # the newest windows of a line that is dead
        self._memories = [_new_memory(), _new_memory()]
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

    @property
    def audible(self) -> bool:
        """Whether there was anything to hear in the last 1.5 s; what is silent for longer need not be recognised."""
        return len(self._dead) < OLD

    def _take(self, window: Samples) -> None:
        self._levels = [*self._levels[1:], decibels(window)]
        self.level = max(self._levels)
        self._loudest -= FADE * WINDOW / DETECTOR_RATE
        if self.level < DEAD:
            self._dead.append(window)
            self.probability, self.speaking = 0.0, False
            return
        self._come_to_life()
        self.probability = self._probability(window)
        likely = self.probability >= (STOP if self.speaking else START)
        self.speaking = likely and self.level >= self._loudest - WITHIN
        if self.speaking:
            self._loudest = max(self._loudest, self.level)

    def _come_to_life(self) -> None:
        """A line is looked at only while it is not dead. A memory filled by a long silence makes Silero miss a short "yes",
        and so does one that begins at that very moment: two begin a little before, and the higher opinion counts."""
        if not self.audible:
            self._memories = [_new_memory(), _new_memory()]
        missed = [*self._dead]
        self._dead.clear()
        for index, window in enumerate(missed):
            young = len(missed) - index <= YOUNG or len(missed) < OLD
            self._probability(window, newest=young)

    def _probability(self, window: Samples, newest: bool = True) -> float:
        """The highest opinion of the memories, each of which then knows the window; the younger one only if it is `newest`.
        Memories that have come to the same are one."""
        given = np.concatenate([self._context, window])[None, :]
        self._context = window[-CONTEXT:]
        opinions = []
        for index, (h, c) in enumerate(self._memories if newest else self._memories[:1]):
            output, *memory = _session().run(None, {"input": given, "h": h, "c": c})
            self._memories[index] = (memory[0], memory[1])
            opinions.append(float(output.reshape(-1)[0]))
        if len(opinions) > 1 and _alike(*self._memories):
            self._memories.pop()
        return max(opinions)


def _alike(one: tuple[Samples, Samples], other: tuple[Samples, Samples]) -> bool:
    return all(float(np.abs(mine - theirs).max()) < ALIKE for mine, theirs in zip(one, other, strict=True))


def _new_memory() -> tuple[Samples, Samples]:
    return np.zeros((1, 1, 128), np.float32), np.zeros((1, 1, 128), np.float32)


def decibels(window: Samples) -> float:
    """Loudness of one window between 300 and 3400 Hz, in dB of full scale; -120 is silence."""
    power = float(np.sum(np.abs(np.fft.rfft(window)[_TELEPHONE]) ** 2)) * 2 / WINDOW**2
    return 10 * float(np.log10(power + 1e-12))
