"""The lines of this process: which call has a live socket, and whether one more can be taken."""

from __future__ import annotations

import hashlib
import hmac
import threading
import time

from sqlalchemy import update

from helpline.calls.media import HEARING, TICK, LiveCall
from helpline.db import changed
from helpline.models import Call


class Lines:
    """The live calls of this process. A second socket for a call that still hears is refused."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._live: dict[int, LiveCall] = {}

    def room_for(self, call_id: int, share: float = 1.0, ahead: int = 0) -> bool:
        """Whether this call can be carried, while no more than this share of the lines is taken: a line that has just
        broken is still its own. `ahead`: how many others have a line coming to them first."""
        with self._lock:
            return call_id in self._live or len(self._live) + ahead < self._most * share

    def carries(self, call_id: int) -> bool:
        """Whether this call has a socket that still hears."""
        with self._lock:
            return (live := self._live.get(call_id)) is not None and live.hearing

    @property
    def taken(self) -> int:
        """How many calls have a line, those too that are over and have their last words kept."""
        with self._lock:
            return len(self._live)

    def behind(self) -> list[float]:
        """Of each call that is not over, by how many seconds we lag behind its sound."""
        with self._lock:
            return [call.behind for call in self._live.values() if not call.over]

    def take(self, call: LiveCall) -> bool:
        """Let this socket carry its call. A dead socket that nobody has noticed yet makes way: after HEARING seconds
        it is sure to be dead, and so long we wait."""
        until = time.monotonic() + HEARING + TICK
        while not self._take(call):
            if time.monotonic() > until:
                return False
            time.sleep(TICK)
        return True

    def end_all(self) -> None:
        """Take no call any more, and end each after the turn in hand: the process has been told to stop. Where it is
        running again, or elsewhere, the telephone company's next question takes the calls up."""
        with self._lock:
            self._most = 0
            calls = [*self._live.values()]
        for call in calls:
            call.let_go()

    def _take(self, call: LiveCall) -> bool:
        with self._lock:
            before = self._live.get(call.call_id)
            if before is not None and before.hearing:
                return False
            if before is not None:
                before.let_go()
            self._live[call.call_id] = call
            return True

    def leave(self, call: LiveCall) -> None:
        with self._lock:
            if self._live.get(call.call_id) is call:
                del self._live[call.call_id]


def new_token(call: Call, secret: str) -> str:
    """The one-time token of the call's next socket. Asked again before it was used, it is the same one: a
    repeated webhook gets the same answer. Does not commit."""
    token = _token(call, call.sockets, secret)
    call.token_hash = _hash(token)
    return token


def spent_token(call: Call, secret: str) -> str:
    """The token that the call's open socket came with: what a webhook repeated meanwhile is answered with opens nothing."""
    return _token(call, call.sockets - 1, secret)


def use_token(call_id: int, token: str) -> bool:
    """Spend the token: True once, for the call that it was made for. Does not commit."""
    return changed(
        update(Call)
        .where(Call.id == call_id, Call.token_hash == _hash(token))
        .values(token_hash=None, sockets=Call.sockets + 1)
    )


def _token(call: Call, socket: int, secret: str) -> str:
    return hmac.new(secret.encode(), f"stream:{call.sid}:{socket}".encode(), hashlib.sha256).hexdigest()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
