"""A caller and somebody of the office at their desk, joined: two sockets, and each one's sound goes out of the other.

Each end has a thread of its own, which only its own socket can hold up: what comes for the other side is laid into its
inbox, and the oldest is thrown away where that side does not keep up. Nothing is kept of what is said.
"""

from __future__ import annotations

import base64
import json
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Literal

from simple_websocket import ConnectionClosed

from helpline.calls.media import MOST_AHEAD, MOST_UNREAD, POLICY_VIOLATION, QUIET_LINE, Socket, read_message
from helpline.providers import LONGEST_JOINED
from helpline.services.handover import JOIN_WITHIN
from voice.audio import RATE

MOST_TALKS = 4  # in a process: each keeps two of its threads, and the telephone company's questions need some too
LOOK = 0.02  # seconds between two looks into the inbox: a frame's length
MOST_LATE = 25  # frames: half a second of sound. People who talk would rather lose some than wait for it
ASK_EVERY = 1.0  # seconds
Ended = Literal["hung_up", "left", "nobody", "lost"]  # this end said so; the other end has; it never came; the line broke
log = logging.getLogger(__name__)


class End:
    """One end of a talk: what is to go out of its socket."""

    def __init__(self) -> None:
        self.inbox: deque[bytes] = deque(maxlen=MOST_LATE)
        self.here = self.gone = False


class Talk:
    """One caller at one desk. Either end may come first; when one has gone, the other one's carrying ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.caller, self.desk = End(), End()
        self.stopped = False
        self.opened_at = time.monotonic()

    def forgotten(self, now: float) -> bool:
        """Neither end has come in time: nobody will."""
        return not self.caller.here and not self.desk.here and now - self.opened_at > 2 * JOIN_WITHIN.total_seconds()

    def come(self, end: End) -> bool:
        """False when this end is there already, or has gone: a second socket does not take anybody's place."""
        with self._lock:
            free = not (end.here or end.gone or self.stopped)
            end.here = end.here or free
            return free

    def other(self, end: End) -> End:
        return self.desk if end is self.caller else self.caller


class Talks:
    """The talks of this process, by the number of their handover."""

    def __init__(self, most: int = MOST_TALKS) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._talks: dict[int, Talk] = {}

    def open(self, handover_id: int) -> bool:
        """Keep a place for the two. False when there is none; opened before, it is theirs still."""
        with self._lock:
            now = time.monotonic()
            self._talks = {number: talk for number, talk in self._talks.items() if not talk.forgotten(now)}
            if handover_id not in self._talks and len(self._talks) >= self._most:
                return False
            self._talks.setdefault(handover_id, Talk())
            return True

    def find(self, handover_id: int) -> Talk | None:
        with self._lock:
            return self._talks.get(handover_id)

    def close(self, handover_id: int) -> None:
        """The two need no place any more: whoever is still on the line leaves it."""
        with self._lock:
            talk = self._talks.pop(handover_id, None)
        if talk is not None:
            talk.stopped = True

    def end_all(self) -> None:
        """The process has been told to stop: the callers are taken up again where it runs next."""
        with self._lock:
            self._most = 0
            for talk in self._talks.values():
                talk.stopped = True


def carry(
    socket: Socket,
    stream_sid: str,
    talk: Talk,
    end: End,
    joined: Callable[[], None] = lambda: None,
    still: Callable[[], bool] = lambda: True,
    over: Callable[[Ended], None] = lambda _why: None,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Carry one end, which has come, until it is over. `joined` is called once, when the other one is there too. Before that
    `still` is asked now and then whether there is anything to wait for. `over` is told why, before the other end notices."""
    why: Ended = "lost"
    try:
        why = _Carrying(socket, stream_sid, talk, end, clock).run(joined, still)
    except (ConnectionClosed, OSError):
        why = "left" if talk.other(end).gone or talk.stopped else "lost"
    finally:
        try:
            over(why)
        finally:
            end.gone = True


class _Carrying:
    """The time of one end on its socket."""

    def __init__(self, socket: Socket, stream_sid: str, talk: Talk, end: End, clock: Callable[[], float]) -> None:
        self._socket = socket
        self._stream_sid = stream_sid
        self._talk = talk
        self._end = end
        self._other = talk.other(end)
        self._clock = clock
        self._began = self._heard_at = self._asked_at = clock()
        self._sound_seconds = 0.0

    def run(self, joined: Callable[[], None], still: Callable[[], bool]) -> Ended:
        met = False
        while True:
            why = self._listen() or self._how_it_stands()
            if not met and not why:
                met = self._other.here
                if met:
                    joined()
                else:
                    why = self._wait(still)
            if why:
                return why
            self._send()

    def _listen(self) -> Ended | None:
        """One message, or none for a moment. What is malformed or unknown is passed over."""
        message, now = self._socket.receive(timeout=LOOK), self._clock()
        if message is None:
            return None
        self._heard_at = now
        if len(getattr(self._socket, "input_buffer", ())) > MOST_UNREAD:
            return self._too_fast()
        try:
            event, content = read_message(message)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None
        if event == "media":
            return self._hear(content, now)
        return "hung_up" if event == "stop" else None

    def _hear(self, sound: bytes, now: float) -> Ended | None:
        self._sound_seconds += len(sound) / RATE
        if self._sound_seconds - (now - self._began) > MOST_AHEAD:
            return self._too_fast()
        if sound and self._other.here:
            self._other.inbox.append(sound)
        return None

    def _too_fast(self) -> Ended:
        log.warning("a line to a desk sends faster than time passes")
        self._socket.close(POLICY_VIOLATION, "too fast")
        return "lost"

    def _how_it_stands(self) -> Ended | None:
        now = self._clock()
        if self._other.gone or self._talk.stopped:
            return "left"
        return "lost" if now - self._heard_at > QUIET_LINE or now - self._began > LONGEST_JOINED else None

    def _wait(self, still: Callable[[], bool]) -> Ended | None:
        """The other end is not there yet."""
        now = self._clock()
        if now - self._began > JOIN_WITHIN.total_seconds():
            return "nobody"
        if now - self._asked_at > ASK_EVERY:
            self._asked_at = now
            return None if still() else "left"
        return None

    def _send(self) -> None:
        while self._end.inbox:
            payload = base64.b64encode(self._end.inbox.popleft()).decode()
            self._socket.send(json.dumps({"event": "media", "streamSid": self._stream_sid, "media": {"payload": payload}}))
