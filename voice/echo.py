"""Is it our own voice that comes back? A loudspeaker telephone hears us, and sends us to ourselves a little later.

The figures behind the constants are in docs/decisions/0009-turn-taking.md.
"""

from __future__ import annotations

import numpy as np

from voice.audio import RATE, Samples, mulaw_to_pcm, to_samples

LATEST = 1.0  # seconds after which our voice may still come back, with what the way there and back takes
WINDOW = 0.4  # seconds of the caller's line that are compared at a time
EVERY = 0.1  # seconds between two comparisons
SHARE = 0.2  # of the window's energy that one delayed copy of our voice explains: more is an echo
FAINT = 1e-4  # mean square: below this nothing of ours can come back
_WINDOW, _SPAN = int(WINDOW * RATE), int((WINDOW + LATEST) * RATE)


class Echo:
    """Told what we play and what comes from the line; one a call. Somebody who talks over us is louder than their
    telephone's echo, and no copy of what we say."""

    def __init__(self) -> None:
        self._ours = np.zeros(0, np.float32)
        self._ours_end = 0.0  # the time at which the last of it is played
        self._line = np.zeros(_WINDOW, np.float32)
        self._since = 0.0
        self._echoing = False
        self.share = 0.0

    def played(self, mulaw: bytes, at: float) -> None:
        """We send this piece of mu-law, to be heard at the time `at`, in seconds."""
        gap = max(0, min(_SPAN, round((at - self._ours_end) * RATE)))
        piece = to_samples(mulaw_to_pcm(mulaw))
        self._ours = np.concatenate([self._ours, np.zeros(gap, np.float32), piece])[-2 * _SPAN :]
        self._ours_end = max(at, self._ours_end) + len(piece) / RATE

    def stopped(self, now: float) -> None:
        """What would have been heard after `now` is thrown away at the far end."""
        unheard = max(0, round((self._ours_end - now) * RATE))
        self._ours = self._ours[: max(0, len(self._ours) - unheard)]
        self._ours_end = min(now, self._ours_end)

    def hears(self, pcm: bytes, now: float, speaking: bool) -> bool:
        """Whether what comes from the line, until `now`, is our own voice. Asked while nobody speaks, it costs nothing."""
        self._line = np.concatenate([self._line, to_samples(pcm)])[-_WINDOW:]
        self._since += len(pcm) / 2 / RATE
        if not speaking or now - self._ours_end > LATEST + WINDOW:
            self._echoing = False
        elif self._since >= EVERY:
            self._since = 0.0
            self.share = explained(self._line, self._before(now))
            self._echoing = self.share >= SHARE
        return self._echoing

    def _before(self, now: float) -> Samples:
        """What we have played in the last moments before `now`, silence where there was none."""
        ahead = round((self._ours_end - now) * RATE)  # of it, what nobody has heard yet; negative when we are silent
        heard = self._ours[: len(self._ours) - ahead] if ahead > 0 else np.pad(self._ours, (0, -ahead))
        return np.pad(heard, (max(0, _SPAN - len(heard)), 0))[-_SPAN:]


def explained(line: Samples, ours: Samples) -> float:
    """The share of the line's energy, 0-1, that one later and quieter copy of our voice explains."""
    energy = float(np.dot(line, line))
    size = 1 << (len(ours) + len(line)).bit_length()
    likeness = np.fft.irfft(np.fft.rfft(ours, size) * np.conj(np.fft.rfft(line, size)), size)[: len(ours) - len(line) + 1]
    sums = np.concatenate([[0.0], np.cumsum(ours.astype(np.float64) ** 2)])
    energies = sums[len(line) :] - sums[: -len(line)]
    if not energy or energies.max() < FAINT * len(line):
        return 0.0
    return float(np.max(likeness**2 / (energy * np.maximum(energies, FAINT * len(line)))))
