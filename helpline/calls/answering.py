"""The worker's side of a live call: recognise, take the turn, speak the answer, clause by clause.

One answer at a time for a call, in a bounded pool that all calls share, and beside it at most one look at the words so
far. What is ready goes into an inbox that the receiving thread empties. A job that nobody waits for any more stops by itself.
"""

from __future__ import annotations

import logging
import queue
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from typing import Any, Protocol

from flask import Flask

from helpline.calls.conversation import Conversation, OutOfTurn
from helpline.settings import Settings
from voice.audio import pcm_to_mulaw
from voice.heard import Heard, Reply, Said
from voice.languages import Language
from voice.recognisers import Recogniser, Stream
from voice.synthesis import Voice, clauses, tick

log = logging.getLogger(__name__)


class Parts(Protocol):
    """What a live call needs of the application."""

    @property
    def settings(self) -> Settings: ...
    @property
    def conversation(self) -> Conversation: ...
    @property
    def languages(self) -> Mapping[str, Language]: ...
    @property
    def now(self) -> Callable[[], Any]: ...
    def recogniser(self, code: str) -> Recogniser: ...
    def voice(self, code: str) -> Voice: ...


@dataclass(frozen=True)
class TurnTimes:
    """Where the time of one turn went, in seconds: from the caller's last sound to the first frame of the answer.

    `waiting` for the silence that ends a turn, `recognising` the words, `understanding` them, `acting` (the dialogue,
    its orders and the rows), `speaking` (until the first sound of the answer was sent).
    """

    call_id: int
    turn: int
    expecting: str
    engine: str
    waiting: float
    recognising: float
    understanding: float
    acting: float
    speaking: float = 0.0

    @property
    def computing(self) -> float:
        """All but the waiting."""
        return self.recognising + self.understanding + self.acting + self.speaking


@dataclass(frozen=True)
class Finished:
    """What the caller's turn came to, with all that is needed to answer it. In seconds: `waited` for its end, and how long
    `recognising` its words took."""

    asked: Reply
    heard: Heard
    waited: float = 0.0
    recognising: float = 0.0


@dataclass(frozen=True)
class Clause:
    """One clause of an answer, as mu-law and as words. The first one carries when the turn had been taken, and its times."""

    sound: bytes
    words: str
    acted_at: float = 0.0
    times: TurnTimes | None = None


@dataclass(frozen=True)
class Listen:
    """The reply is being spoken; this stream is open for what the caller answers to it."""

    reply: Reply
    stream: Stream
    partials: bool


@dataclass(frozen=True)
class Looked:
    """The words of what was said so far, and how many seconds that took: it is for the receiving thread to say whether
    the turn is over."""

    heard: Heard
    seconds: float


@dataclass(frozen=True)
class More:
    """This stream is open for what the caller adds to the same turn."""

    stream: Stream


@dataclass(frozen=True)
class Spoken:
    """That was all of the answer."""


@dataclass(frozen=True)
class Failed:
    """Something broke. `gone`: the call has ended elsewhere, so there is nothing to mend."""

    gone: bool


Item = Clause | Listen | Looked | More | Spoken | Failed


class Answering:
    """The jobs of one live call. `reply` is the last one that the conversation gave."""

    def __init__(
        self, call_id: int, app: Flask, parts: Parts, pool: Executor, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.reply: Reply | None = None
        self._call_id = call_id
        self._app = app
        self._parts = parts
        self._pool = pool
        self._clock = clock
        self._job = 0
        self._work: Future[None] | None = None
        self._look: Future[None] | None = None
        self._inbox: queue.SimpleQueue[tuple[int, Item]] = queue.SimpleQueue()

    # -- for the receiving thread

    def begin(self) -> None:
        """Have the first words of the call spoken."""
        self._start(self._begin)

    def answer(self, finished: Finished) -> None:
        """Have the caller's turn answered."""
        self._start(self._answer, finished)

    def look(self, stream: Stream) -> None:
        """Have the words of what was said so far recognised. The answer that is being spoken goes on meanwhile."""
        self._look = self._pool.submit(self._guarded, self._job, self._recognise, stream)

    def listen_on(self) -> None:
        """Have a stream opened for more of the same turn."""
        self._look = self._pool.submit(self._guarded, self._job, self._more)

    def ask_again(self) -> None:
        """Have the last question asked once more, with an apology."""
        self._start(self._ask_again)

    def part(self, key: str) -> None:
        """Have the call ended with the prompt `key`."""
        self._start(self._part, key)

    def ready(self) -> Iterator[Item]:
        """What has come of the job in hand since the last time."""
        while True:
            try:
                job, item = self._inbox.get_nowait()
            except queue.Empty:
                return
            if job == self._job:
                yield item

    @property
    def idle(self) -> bool:
        return all(work is None or work.done() for work in (self._work, self._look)) and self._inbox.empty()

    def looked(self, seconds: float) -> Iterator[Item]:
        """What comes of the look in hand. Raises TimeoutError when it takes longer."""
        if self._look is not None:
            self._look.result(timeout=seconds)
        return self.ready()

    def finish(self, seconds: float) -> None:
        """Let the answer in hand come to its end, spoken or not. Raises TimeoutError when it takes longer."""
        self._job += 1
        if self._work is not None:
            self._work.result(timeout=seconds)

    # -- the jobs

    def _start(self, job: Callable[..., None], *args: Any) -> None:
        self._job += 1
        self._work = self._pool.submit(self._guarded, self._job, job, *args)

    def _guarded(self, number: int, job: Callable[..., None], *args: Any) -> None:
        try:
            job(number, *args)
        except OutOfTurn as error:
            log.warning("%s", error)
            self._inbox.put((number, Failed(gone=True)))
        except Exception:
            log.exception("call %s: a turn failed", self._call_id)
            self._inbox.put((number, Failed(gone=False)))

    def _begin(self, job: int) -> None:
        with self._app.app_context():
            self.reply = self._parts.conversation.begin(self._call_id)
        self._perform(job, self.reply)

    def _recognise(self, job: int, stream: Stream) -> None:
        began = self._clock()
        heard = stream.finish()
        self._inbox.put((job, Looked(heard, self._clock() - began)))

    def _more(self, job: int) -> None:
        assert self.reply is not None  # noqa: S101 - there is a question to be answered
        self._inbox.put((job, More(self._parts.recogniser(self.reply.language).stream(self.reply.expecting))))

    def _answer(self, job: int, finished: Finished) -> None:
        heard = finished.heard
        began = understood = self._clock()

        def mark() -> None:
            nonlocal understood
            understood = self._clock()

        with self._app.app_context():
            self.reply = self._parts.conversation.take_turn(self._call_id, finished.asked.turn + 1, heard, mark)
        acted = self._clock()
        times = TurnTimes(
            self._call_id,
            self.reply.turn,
            finished.asked.expecting.name,
            heard.engine,
            finished.waited,
            finished.recognising,
            understood - began,
            acted - understood,
        )
        self._perform(job, self.reply, acted, times)

    def _ask_again(self, job: int) -> None:
        assert self.reply is not None  # noqa: S101 - there was a reply before there was trouble
        self._perform(job, replace(self.reply, says=(self._prompt("trouble"), *self.reply.says)))

    def _part(self, job: int, key: str) -> None:
        assert self.reply is not None  # noqa: S101
        self.reply = replace(self.reply, says=(self._prompt(key),), then="hang_up")
        self._perform(job, self.reply)

    def _prompt(self, key: str) -> Said:
        assert self.reply is not None  # noqa: S101
        return Said(key, self._parts.languages[self.reply.language].prompt(key, {}, self._parts.now().date()))

    def _perform(self, job: int, reply: Reply, acted: float = 0.0, times: TurnTimes | None = None) -> None:
        """Speak the reply. While a gateway is asked, what is said meanwhile is heard already."""
        while reply.then == "carry_out":
            for sound, words in self._clauses(job, reply):
                self._inbox.put((job, Clause(sound, words, acted, times)))
                times = None
            with self._app.app_context():
                reply = self.reply = self._parts.conversation.carry_out(self._call_id, reply.turn + 1)
        listening = reply.then != "listen"
        for sound, words in self._clauses(job, reply):
            self._inbox.put((job, Clause(sound, words, acted, times)))
            times = None
            if not listening:
                listening = True
                self._inbox.put((job, self._open(reply)))
        if not listening:
            self._inbox.put((job, self._open(reply)))
        self._inbox.put((job, Spoken()))

    def _clauses(self, job: int, reply: Reply) -> Iterator[tuple[bytes, str]]:
        for said in reply.says:
            voice = self._parts.voice(said.language or reply.language)
            if said.key == "tick":
                yield pcm_to_mulaw(tick()), ""
            for words, pcm in zip(clauses(said.text), voice.speak(said.text, reply.pace, reply.gain), strict=False):
                yield pcm_to_mulaw(pcm), words
                if job != self._job:
                    return

    def _open(self, reply: Reply) -> Listen:
        recogniser = self._parts.recogniser(reply.language)
        return Listen(reply, recogniser.stream(reply.expecting), recogniser.partials)
