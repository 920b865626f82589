"""The other side of a call: signed webhooks, a socket that is none, a voice and ears that need no model."""

from __future__ import annotations

import base64
import json
import secrets
import xml.etree.ElementTree as ET
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from simple_websocket import ConnectionClosed
from werkzeug.test import TestResponse

from helpline.calls.media import LiveCall
from helpline.calls.turns import open_call
from helpline.db import db
from helpline.models import Call, Turn
from helpline.parts import Parts
from helpline.providers.twilio import sign
from tests.cast import MARGARET
from voice.audio import FRAME_BYTES, RATE
from voice.heard import Expecting, Heard
from voice.synthesis import clauses

ACCOUNT, TOKEN = "AC0123456789abcdef0123456789abcdef", "token of the tests"
SPEECH, SILENCE = b"\x00", b"\xff"  # one sample of mu-law: as loud as can be, and nothing
FRAME = FRAME_BYTES / RATE  # seconds
LONGEST = 5_000  # frames that a caller waits for the helpline to have spoken


def new_sid() -> str:
    return f"CA{secrets.token_hex(16)}"


class Telephone:
    """Asks our webhooks as the provider does: signed for exactly the public address."""

    def __init__(self, app: Flask) -> None:
        self._client = app.test_client()
        self.base = app.extensions["helpline"].settings.public_url

    def ask(self, path: str, sid: str, number: str = MARGARET, signed_for: str = "", **form: str) -> TestResponse:
        form = {"CallSid": sid, "From": number, "To": "+15005550006", "Direction": "inbound", "CallStatus": "ringing", **form}
        return self._client.post(path, data=form, headers=sign(TOKEN, signed_for or self.base + path, form))

    def verbs(self, path: str, sid: str, number: str = MARGARET, **form: str) -> list[ET.Element]:
        """What the answer tells the provider to do."""
        answer = self.ask(path, sid, number, **form)
        assert answer.status_code == 200, answer.status
        return list(ET.fromstring(answer.text))


def token_in(verbs: list[ET.Element]) -> str:
    """The one-time token that a <Connect><Stream> carries."""
    return verbs[0][0][0].get("value", "")


@dataclass
class Voice:
    """Speaks every text as a second of silence, in as many pieces as it has clauses, and remembers it."""

    said: list[str] = field(default_factory=list)
    hoarse: int = 0  # how many more times it fails
    seconds: float = 1.0

    def speak(self, text: str, pace: float = 1.0, gain: float = 0.0) -> Iterator[bytes]:
        if self.hoarse:
            self.hoarse -= 1
            raise RuntimeError("the voice is hoarse")
        self.said.append(text)
        if self.seconds:
            pieces = len(clauses(text))
            yield from [bytes(int(self.seconds * RATE / pieces) * 2)] * pieces

    def heard(self, words: str) -> bool:
        return any(words in text for text in self.said)


@dataclass
class Ears:
    """Understands every turn's sound as the next of `words`. Any loud sound is a word on its way."""

    words: deque[str] = field(default_factory=deque)
    engine: str = "fake"
    partials: bool = True

    def stream(self, expecting: Expecting, rate: int = RATE) -> EarsStream:
        return EarsStream(self)


@dataclass
class EarsStream:
    ears: Ears

    def feed(self, pcm: bytes) -> str:
        return "something" if any(pcm) else ""

    def finish(self) -> Heard:
        return Heard(text=self.ears.words.popleft() if self.ears.words else "", engine="fake")


class Loud:
    """A speech detector that takes any sound for speech, on a line that is never dead."""

    audible = True

    def feed(self, pcm: bytes) -> bool:
        return any(pcm)


class AtOnce(Executor):
    """Does each job where it is handed in, so that a test needs no waiting."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


Script = Callable[["Line"], Iterator[str | bytes | None]]


class Line:
    """A socket that is none: the script says what comes from the caller, and time passes with it.

    The far end plays what it is sent in real time and sends each mark back when all before it was heard; on `clear`
    it throws away what it has not played and sends the marks back at once. `marks` False: it never sends any.
    """

    def __init__(self, script: Script, marks: bool = True) -> None:
        self.now = 1_000.0
        self.sent: list[dict[str, Any]] = []
        self.closed: int | None = None
        self.input_buffer: list[str] = []
        self._script = script(self)
        self._hung_up = False
        self._marks_come = marks
        self._marks: deque[tuple[float, str]] = deque()
        self._playing_until = 0.0
        self._heard_to = 0  # of `sent`: how much the script has heard out

    # -- the socket, as the live call sees it

    def receive(self, timeout: float | None = None) -> str | bytes | None:
        if self.closed is not None:
            raise ConnectionClosed
        if self._marks and self._marks[0][0] <= self.now:
            return json.dumps({"event": "mark", "mark": {"name": self._marks.popleft()[1]}})
        try:
            message = next(self._script)
        except StopIteration:
            self._hung_up = True
            raise ConnectionClosed from None
        if message is None:
            self.now += timeout or 0.0
        return message

    def send(self, data: str) -> None:
        if self._hung_up:
            raise ConnectionClosed
        message = json.loads(data)
        self.sent.append(message)
        if message["event"] == "media":
            seconds = len(base64.b64decode(message["media"]["payload"])) / RATE
            self._playing_until = max(self._playing_until, self.now) + seconds
        elif message["event"] == "mark" and self._marks_come:
            self._marks.append((self._playing_until, message["mark"]["name"]))
        elif message["event"] == "clear":
            self._playing_until = self.now
            self._marks = deque((self.now, name) for _, name in self._marks)

    def close(self, reason: int | None = None, message: str | None = None) -> None:
        self.closed = reason or 1000

    # -- for scripts: each yields what comes from the line

    def sound(self, seconds: float, sample: bytes = SPEECH) -> Iterator[str]:
        """So much of the caller's sound."""
        for _ in range(round(seconds / FRAME)):
            self.now += FRAME
            yield media(sample * FRAME_BYTES)

    def silence(self, seconds: float) -> Iterator[str]:
        yield from self.sound(seconds, SILENCE)

    def hear_out(self) -> Iterator[str]:
        """Quiet until the helpline has said something new and all of it was heard."""
        for _ in range(LONGEST):
            spoken = any(message["event"] == "media" for message in self.sent[self._heard_to :])
            if spoken and self.now > self._playing_until + FRAME and not self._marks:
                self._heard_to = len(self.sent)
                return
            yield from self.silence(FRAME)
        raise AssertionError("the helpline said nothing")

    def say(self, seconds: float = 1.0) -> Iterator[str]:
        """Hear the helpline out and speak."""
        yield from self.hear_out()
        yield from self.sound(seconds)

    def press(self, keys: str) -> Iterator[str]:
        """Hear the helpline out and press keys."""
        yield from self.hear_out()
        yield from map(key, keys)

    @property
    def cleared(self) -> int:
        return sum(message["event"] == "clear" for message in self.sent)


def media(sound: bytes) -> str:
    return json.dumps({"event": "media", "media": {"track": "inbound", "payload": base64.b64encode(sound).decode()}})


def key(digit: str) -> str:
    return json.dumps({"event": "dtmf", "dtmf": {"track": "inbound_track", "digit": digit}})


def incoming(app: Flask, number: str = MARGARET) -> int:
    """A call that rings: its row's id."""
    with app.app_context():
        call = open_call(new_sid(), number, "inbound", app.extensions["helpline"].now())
        call.sockets = 1
        call_id = call.id
        db.session.commit()
        return call_id


def carry(app: Flask, call_id: int, script: Script, number: int = 1, **how: Any) -> Line:
    """One socket of this call, from its start to its end."""
    parts: Parts = app.extensions["helpline"]
    line = Line(script, how.pop("marks", True))
    LiveCall(line, "MZ1", call_id, number, app, parts, AtOnce(), clock=lambda: line.now, **how).run()
    return line


def call_row(app: Flask, call_id: int) -> Call:
    """The call as it stands, to be looked at."""
    with app.app_context():
        call = db.session.get_one(Call, call_id)
        db.session.expunge(call)
        return call


def stored_turns(app: Flask, call_id: int) -> list[Turn]:
    """The call's turns as they stand, to be looked at."""
    with app.app_context():
        rows = list(db.session.query(Turn).filter_by(call_id=call_id).order_by(Turn.number))
        db.session.expunge_all()
        return rows
