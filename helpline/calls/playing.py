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
    """One piece of speech as mu-law and as words, how much of it has been sent, and the mark that stands behind it."""

    sound: bytes
    words: str = ""
    sent: int = 0
    mark: str = ""


class Player:
    """One call's play-out.

    A mark comes back when all before it has been heard, or when everything was cleared: the number of the
    generation in its name tells these two apart. Interrupted, it can `resume` at the clause that was not heard out.
    `played` is told each piece of sound and when it will be heard.
    """

    def __init__(
        self, send: Callable[[dict[str, Any]], None], played: Callable[[bytes, float], None] = lambda sound, at: None
    ) -> None:
        self._send = send
        self._played = played
        self._queue: deque[Clause] = deque()
        self._unheard: deque[Clause] = deque()  # sent, and their marks have not come back
        self._held: list[Clause] | None = None  # while interrupted: what was not heard
        self._generation = 0
        self._clause = 0
        self._until = 0.0  # when all that was sent will have been heard
        self._complete = True  # nothing more is to come

    def begin(self) -> None:
        """Something new is going to be said."""
        self._complete = False
        self._held = None

    def say(self, sound: bytes, words: str = "") -> None:
        (self._queue if self._held is None else self._held).append(Clause(sound, words))

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
                self._mark(self._queue.popleft())
        return sent

    def marked(self, name: str) -> None:
        """A mark came back. Those of an earlier generation, and unknown ones, mean nothing."""
        if any(clause.mark == name for clause in self._unheard):
            while self._unheard.popleft().mark != name:
                pass

    def interrupt(self) -> None:
        """Be silent at once, and keep what was not heard: it may have been a false alarm."""
        held = [Clause(clause.sound, clause.words) for clause in (*self._unheard, *self._queue)]
        self._clear()
        self._held = held

    def unheard(self, now: float) -> str:
        """The words of the clauses that were not heard out."""
        if self._held is None and self.finished(now):
            return ""
        left = (*self._unheard, *self._queue) if self._held is None else self._held
        return " ".join(clause.words for clause in left if clause.words)

    @property
    def interrupted(self) -> bool:
        return self._held is not None

    def resume(self) -> None:
        """Go on at the clause that was interrupted: half a sentence is understood by nobody."""
        self._queue.extend(self._held or ())
        self._held = None

    def stop(self) -> None:
        """Be silent at once: the far end throws away what it has not played."""
        self._clear()
        self._complete = True

    def finished(self, now: float) -> bool:
        """Everything has been said and heard. Without its mark it counts as heard after a while."""
        if self._held is not None:
            return True
        if self._queue or not self._complete:
            return False
        return not self._unheard or now > self._until + LATE

    def _clear(self) -> None:
        self._queue.clear()
        self._unheard.clear()
        self._held = None
        self._generation += 1
        self._until = 0.0
        self._send({"event": "clear"})

    def _send_piece(self, clause: Clause, now: float) -> None:
        piece = clause.sound[clause.sent : clause.sent + PIECE]
        clause.sent += len(piece)
        self._played(piece, max(self._until, now))
        self._until = max(self._until, now) + len(piece) / RATE
        self._send({"event": "media", "media": {"payload": base64.b64encode(piece).decode()}})

    def _mark(self, clause: Clause) -> None:
        self._clause += 1
        clause.mark = f"g{self._generation}:{self._clause}"
        self._unheard.append(clause)
        self._send({"event": "mark", "mark": {"name": clause.mark}})
