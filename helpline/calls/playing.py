"""What we say, sent a little ahead of what is heard, with a mark behind each clause. Pure but for `send`."""

from __future__ import annotations

import base64
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from voice.audio import RATE

AHEAD = 1.0  # seconds of sound on their way at most: what is sent cannot be unsaid on every line
PIECE = RATE // 10  # bytes of mu-law in one message
LATE = 5.0  # seconds after its time at which a mark is taken as lost


@dataclass
class Clause:
    """One piece of speech as mu-law, and how much of it has been sent."""

    sound: bytes
    sent: int = 0


class Player:
    """One call's play-out.

    A mark comes back when all before it has been heard, or when everything was cleared: the number of the
    generation in its name tells these two apart.
    """

    def __init__(self, send: Callable[[dict[str, Any]], None]) -> None:
        self._send = send
        self._queue: deque[Clause] = deque()
        self._marks: deque[str] = deque()  # sent and not yet come back
        self._generation = 0
        self._clause = 0
        self._until = 0.0  # when all that was sent will have been heard
        self._complete = True  # nothing more is to come

    def begin(self) -> None:
        """Something is going to be said."""
        self._complete = False

    def say(self, sound: bytes) -> None:
        self._queue.append(Clause(sound))

    def complete(self) -> None:
        """All of it has been handed over by `say`."""
        self._complete = True

    def pump(self, now: float) -> bool:
        """Send what is due. Whether anything was."""
        sent = False
        while self._queue and self._until - now < AHEAD:
            sent = True
            self._send_piece(self._queue[0], now)
            if self._queue[0].sent >= len(self._queue[0].sound):
                self._queue.popleft()
                self._mark()
        return sent

    def marked(self, name: str) -> None:
        """A mark came back. Those of an earlier generation, and unknown ones, mean nothing."""
        if name in self._marks:
            while self._marks.popleft() != name:
                pass

    def stop(self) -> None:
        """Be silent at once: the far end throws away what it has not played."""
        self._queue.clear()
        self._marks.clear()
        self._generation += 1
        self._until = 0.0
        self._complete = True
        self._send({"event": "clear"})

    def finished(self, now: float) -> bool:
        """Everything has been said and heard. Without its mark it counts as heard after a while."""
        if self._queue or not self._complete:
            return False
        return not self._marks or now > self._until + LATE

    def _send_piece(self, clause: Clause, now: float) -> None:
        piece = clause.sound[clause.sent : clause.sent + PIECE]
        clause.sent += len(piece)
        self._until = max(self._until, now) + len(piece) / RATE
        self._send({"event": "media", "media": {"payload": base64.b64encode(piece).decode()}})

    def _mark(self) -> None:
        self._clause += 1
        name = f"g{self._generation}:{self._clause}"
        self._marks.append(name)
        self._send({"event": "mark", "mark": {"name": name}})
