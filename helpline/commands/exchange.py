"""A small telephone company on this machine: it speaks Twilio's side to the letter, for demonstrations, tests and benchmarks.

Calls are placed by asking our webhooks with signed forms, following the TwiML that comes back, and carrying sound over
the WebSocket in 20 ms frames of mu-law, paced in real time. Its REST side takes text messages and outbound calls. The
callers are recordings: none of their words reaches the helpline in any other way than as sound.
"""

from __future__ import annotations

import base64
import datetime as dt
import io
import json
import secrets
import threading
import time
import xml.etree.ElementTree as ET
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

import requests
from simple_websocket import Client, ConnectionClosed
from simple_websocket.errors import SimpleWebsocketError

from helpline.commands.cardtyping import Connector, pay
from helpline.providers.twilio import API, sign
from voice.audio import FRAME_BYTES, FRAME_MS, MULAW_SILENCE, RATE, mulaw_to_pcm, write_wav

FRAME_SECONDS = FRAME_MS / 1000
QUIET = 0.7  # seconds after the helpline's last word before a caller answers
NOTHING_TO_SAY = 8.0  # seconds after the helpline's last question at which a caller without an answer hangs up
LEFT_WAITING = "the caller had nothing more to say, and the helpline still waited"
PATIENCE = 45.0  # seconds that a caller waits for the helpline to say something
MOST_VERBS = 200  # of one call: more would be a loop
TALK = 2.0  # seconds that a caller and whoever has taken the call talk
LONGEST_IN_QUEUE = 300.0  # seconds: more would be a caller who is forgotten
FOUND_OUT = 2.0  # seconds after a call of the helpline's was answered until it is known to be a person
TEXT_STATUSES = ("queued", "sent", "delivered")
ASK_TIME_OUT = 15.0  # seconds that Twilio waits for a webhook


@dataclass(frozen=True)
class Play:
    """The caller lets this be heard: mu-law bytes. `name` is for whoever watches. `over`: so many seconds after the
    helpline has begun to speak, without waiting for its end."""

    sound: bytes
    name: str = ""
    over: float | None = None


@dataclass(frozen=True)
class Press:
    """The caller presses keys, one every `apart` seconds."""

    keys: str
    apart: float = 0.4


@dataclass(frozen=True)
class Stay:
    """The caller says nothing for so many seconds, while the line stays open."""

    seconds: float


@dataclass(frozen=True)
class Tear:
    """The socket breaks; the telephone call itself goes on."""


@dataclass(frozen=True)
class Drop:
    """The caller's line is cut."""


@dataclass(frozen=True)
class Decide:
    """Somebody whom the helpline has rung hears it out, and presses what `choose` makes of what was heard."""

    choose: Callable[[str], str]


Act = Play | Press | Stay | Tear | Drop | Decide


class Condition(Protocol):
    """What the line does to its caller's sound, and how the telephone company behaves."""

    @property
    def repeats(self) -> bool:
        """Every webhook is asked a second time, as after a lost answer."""
        ...

    @property
    def disorders(self) -> bool:
        """News of the call comes late and in the wrong order."""
        ...

    def carry(self, frame: bytes, heard: bytes) -> bytes | None:
        """What arrives of one frame of the caller, while `heard` comes out of their receiver. None: the frame is lost."""
        ...


class Clear:
    """A good line."""

    repeats = False
    disorders = False

    def carry(self, frame: bytes, heard: bytes) -> bytes | None:
        return frame


@dataclass
class Leg:
    """One telephone call at the exchange: what its caller does next, and what was heard of the helpline."""

    sid: str
    number: str
    script: deque[Act]
    direction: str = "inbound"
    condition: Condition = field(default_factory=Clear)
    spoken: list[str] = field(default_factory=list)  # what the provider's own voice said (<Say>)
    heard: bytearray = field(default_factory=bytearray)  # of the helpline, as mu-law
    sockets: int = 0
    dialled: str = ""
    waited: bool = False  # for a person, in a queue
    taken_by: str = ""  # the number of whoever took the call from there
    waits: list[float] = field(default_factory=list)  # seconds from the caller's last sound or key to our first
    cut_off: int = 0  # how often the helpline began to speak while the caller did
    gone: bool = False  # the caller put the receiver down
    ended: threading.Event = field(default_factory=threading.Event)
    failure: str = ""


@dataclass
class Place:
    """One caller's place in a queue."""

    leg: Leg
    taken: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True)
class Account:
    """What both sides know: the account, its secret, the helpline's number and its public address."""

    sid: str
    token: str
    number: str
    public_url: str


class Exchange:
    """Places and takes telephone calls. `callees` maps a number to what its owner does when the helpline rings."""

    def __init__(
        self,
        account: Account,
        callees: Mapping[str, Callable[[], Sequence[Act]]] | None = None,
        staff_answers: Callable[[Leg], bool] = lambda leg: False,
    ) -> None:
        self.account = account
        self.callees = dict(callees or {})
        self.staff_answers = staff_answers
        self.connectors: dict[str, Connector] = {}  # Pay Connectors by their names
        self.messages: list[dict[str, str]] = []
        self.legs: list[Leg] = []
        self.recordings: dict[str, bytes] = {}  # as WAV files, until they are deleted
        self._queues: dict[str, Place] = {}

    # -- calls to the helpline

    def ring(self, number: str, script: Sequence[Act], condition: Condition | None = None) -> Leg:
        """Place one call from `number` and carry it to its end."""
        leg = self.dial(number, script, condition)
        leg.ended.wait()
        return leg

    def dial(self, number: str, script: Sequence[Act], condition: Condition | None = None) -> Leg:
        """Place one call from `number`; it is over when `ended` is set."""
        leg = Leg(f"CA{secrets.token_hex(16)}", number, deque(script), condition=condition or Clear())
        self._start(leg, lambda: self._carry(leg, f"{self.account.public_url}/calls/incoming"))
        return leg

    def _start(self, leg: Leg, carry: Callable[[], None]) -> None:
        self.legs.append(leg)
        threading.Thread(target=carry, name=f"leg {leg.number}", daemon=True).start()

    def ask(self, url: str, leg: Leg, **more: str) -> requests.Response:
        """One signed webhook of this call."""
        inbound = leg.direction == "inbound"
        form = {
            "CallSid": leg.sid,
            "AccountSid": self.account.sid,
            "From": leg.number if inbound else self.account.number,
            "To": self.account.number if inbound else leg.number,
            "CallStatus": "ringing" if inbound and not leg.sockets else "in-progress",
            "Direction": "inbound" if inbound else "outbound-api",
            "ApiVersion": "2010-04-01",
            **more,
        }
        headers = sign(self.account.token, url, form)
        answer = requests.post(url, data=form, headers=headers, timeout=ASK_TIME_OUT)
        if leg.condition.repeats:
            again = requests.post(url, data=form, headers=headers, timeout=ASK_TIME_OUT)
            if (again.status_code, again.text) != (answer.status_code, answer.text):
                leg.failure = f"{url}: asked again, the answer was another one"
        return answer

    def _carry(self, leg: Leg, url: str) -> None:
        try:
            self._follow(leg, url)
        except (requests.RequestException, ET.ParseError, OSError) as error:
            leg.failure = f"{type(error).__name__}: {error}"
        finally:
            told = ["completed"] if leg.direction == "inbound" else ["initiated", "ringing", "in-progress", "completed"]
            for status in ("in-progress", *reversed(told)) if leg.condition.disorders else told:
                self._tell(f"{self.account.public_url}/calls/status", leg, CallStatus=status, CallDuration="1")
            leg.ended.set()

    def _tell(self, url: str, leg: Leg, **news: str) -> None:
        """News that nobody waits for an answer to."""
        with suppress(requests.RequestException):
            if (answer := self.ask(url, leg, **news)).status_code >= 400:
                leg.failure = leg.failure or f"{url} answered {answer.status_code}"

    def _follow(self, leg: Leg, url: str) -> None:
        """Do what the TwiML says, verb after verb, until it says no more or the caller has gone."""
        verbs: deque[ET.Element] = deque(self._document(leg, url))
        for _ in range(MOST_VERBS):
            if not verbs:
                return
            verb = verbs.popleft()
            if verb.tag == "Connect" and self._stream(leg, verb[0]):
                return
            if verb.tag == "Say":
                leg.spoken.append(verb.text or "")
            elif verb.tag == "Redirect":
                verbs = deque(self._document(leg, verb.text or ""))
            elif verb.tag == "Gather":
                leg.spoken += [say.text or "" for say in verb]
                if keys := _pressed(leg):
                    verbs = deque(self._document(leg, verb.get("action", ""), Digits=keys))
            elif verb.tag == "Record":
                if not leg.script:
                    leg.failure = LEFT_WAITING
                    return
                if url := self._recorded(leg):
                    verbs = deque(self._document(leg, verb.get("action", ""), RecordingUrl=url, RecordingDuration="1"))
            elif verb.tag == "Pay":
                came = pay(verb, self.connectors, lambda: _pressed(leg), leg.spoken.append)
                verbs = deque(self._document(leg, verb.get("action", ""), **came))
            elif verb.tag == "Enqueue":
                verbs = deque(self._enqueue(leg, verb))
            elif verb.tag == "Dial" and len(verb):
                verbs = deque(self._take_from(leg, verb))
            elif verb.tag == "Dial":
                leg.dialled = (verb.text or "").strip()
                came = {"DialCallStatus": "completed" if self.staff_answers(leg) else "no-answer"}
                verbs = deque(self._document(leg, verb.get("action", ""), **came))
            elif verb.tag == "Hangup":
                return
        leg.failure = "the verbs never end"

    def _recorded(self, leg: Leg) -> str:
        """What the caller lets be heard after the tone, kept as Twilio keeps it: its address; "" for silence."""
        act = leg.script.popleft()
        if not isinstance(act, Play):
            return ""
        name = f"RE{secrets.token_hex(16)}"
        self.recordings[name] = _wav(act.sound)
        return f"{API}/2010-04-01/Accounts/{self.account.sid}/Recordings/{name}"

    def _enqueue(self, leg: Leg, verb: ET.Element) -> list[ET.Element]:
        """Wait until somebody takes the caller, or they leave; what to do then."""
        name, place = verb.text or "", Place(leg)
        leg.waited = True
        self._queues[name] = place
        result = self._waits(place, verb.get("waitUrl", ""))
        self._queues.pop(name, None)
        if result == "bridged":
            place.over.wait(LONGEST_IN_QUEUE)
        return self._document(leg, verb.get("action", ""), QueueResult=result)

    def _waits(self, place: Place, wait_url: str) -> str:
        until = time.monotonic() + LONGEST_IN_QUEUE
        verbs: deque[ET.Element] = deque()
        while time.monotonic() < until and not place.taken.is_set():
            verbs = verbs or deque(self._document(place.leg, wait_url))
            if not verbs:
                return "error"
            verb = verbs.popleft()
            if verb.tag == "Leave":
                return "leave"
            if verb.tag in ("Say", "Gather"):
                place.leg.spoken += [say.text or "" for say in verb.iter("Say")]
            if verb.tag == "Gather" and (keys := _pressed(place.leg)):
                verbs = deque(self._document(place.leg, verb.get("action", ""), Digits=keys))
            elif verb.tag == "Redirect":
                verbs = deque(self._document(place.leg, verb.text or ""))
            elif verb.tag in ("Gather", "Pause"):
                place.taken.wait(float(verb.get("timeout") or verb.get("length") or 5))
        return "bridged" if place.taken.is_set() else "error"

    def _take_from(self, leg: Leg, dial: ET.Element) -> list[ET.Element]:
        """Somebody takes the caller from the queue and talks to them for a moment."""
        place = self._queues.get(dial[0].text or "")
        if place is None:
            return self._document(leg, dial.get("action", ""), DialCallStatus="no-answer")
        place.taken.set()
        joined = self._document(place.leg, dial[0].get("url", ""), DequeingCallSid=leg.sid)
        place.leg.spoken += [say.text or "" for say in joined]
        place.leg.taken_by = leg.number
        time.sleep(TALK)
        place.over.set()
        return self._document(leg, dial.get("action", ""), DialCallStatus="completed", DialBridged="true")

    def _document(self, leg: Leg, url: str, **more: str) -> list[ET.Element]:
        answer = self.ask(url, leg, **more)
        if answer.status_code != 200:
            leg.failure = f"{url} answered {answer.status_code}"
            return []
        return list(ET.fromstring(answer.text))  # noqa: S314 - our own answer, from this machine

    def _stream(self, leg: Leg, stream: ET.Element) -> bool:
        """Carry the sound of one <Stream>. True when the caller has gone."""
        url = stream.get("url", "")
        leg.sockets += 1
        sid = f"MZ{secrets.token_hex(16)}"
        parameters = {item.get("name", ""): item.get("value", "") for item in stream}
        end, why = "stream-stopped", {}
        if not leg.condition.disorders:
            self._tell_of_stream(leg, stream, sid, "stream-started")
        try:
            leg.gone = Line(leg, url, sign(self.account.token, url, {}), self.account, sid, parameters).carry()
            return leg.gone
        except (SimpleWebsocketError, OSError) as error:  # refused, or broken
            end, why = "stream-error", {"StreamError": f"{type(error).__name__}: {error}"[:200]}
            return False
        finally:
            self._tell_of_stream(leg, stream, sid, end, **why)
            if leg.condition.disorders:
                self._tell_of_stream(leg, stream, sid, "stream-started")

    def _tell_of_stream(self, leg: Leg, stream: ET.Element, sid: str, event: str, **more: str) -> None:
        if url := stream.get("statusCallback"):
            self._tell(url, leg, StreamEvent=event, StreamSid=sid, StreamName="", Timestamp=_timestamp(), **more)

    # -- calls and texts from the helpline

    def place(self, number: str, url: str, status_url: str, machine_url: str = "") -> Leg:
        """The helpline rings somebody: whoever is in `callees` picks up, nobody else does. Beside the call `machine_url` is told
        that it is a person."""
        leg = Leg(f"CA{secrets.token_hex(16)}", number, deque(), direction="outbound")

        def carry() -> None:
            if number in self.callees:
                leg.script.extend(self.callees[number]())
                if machine_url:
                    found = {"AnsweredBy": "human", "MachineDetectionDuration": "2000"}
                    threading.Timer(FOUND_OUT, self._tell, (machine_url, leg), found).start()
                self._carry(leg, url)
            else:
                self._tell(status_url, leg, CallStatus="no-answer")
                leg.ended.set()

        self._start(leg, carry)
        return leg

    def text(self, form: dict[str, str]) -> str:
        """The helpline texts somebody; it is told how that fares. The message's id."""
        self.messages.append(form)
        sid = f"SM{secrets.token_hex(16)}"
        if url := form.get("StatusCallback"):
            threading.Thread(target=self._tell_of_text, args=(url, sid, form), name="text", daemon=True).start()
        return sid

    def _tell_of_text(self, url: str, sid: str, form: dict[str, str]) -> None:
        for status in TEXT_STATUSES:
            news = {"MessageSid": sid, "SmsSid": sid, "MessageStatus": status, "SmsStatus": status, "To": form.get("To", ""),
                    "From": form.get("From", ""), "AccountSid": self.account.sid, "ApiVersion": "2010-04-01"}  # fmt: skip
            with suppress(requests.RequestException):
                requests.post(url, data=news, headers=sign(self.account.token, url, news), timeout=ASK_TIME_OUT)

    @contextmanager
    def rest_api(self, port: int = 0) -> Iterator[str]:
        """The REST side, on loopback: its address."""
        server = ThreadingHTTPServer(("127.0.0.1", port), _rest_handler(self))
        thread = threading.Thread(target=server.serve_forever, name="exchange REST", daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()


class Line:
    """The sound of one call over one socket: frames out every 20 ms, the helpline's voice played in real time."""

    def __init__(
        self, leg: Leg, url: str, headers: Mapping[str, str], account: Account, stream_sid: str, parameters: Mapping[str, str]
    ) -> None:
        self._leg = leg
        self._socket = Client.connect(url, headers=dict(headers))
        self._stream_sid = stream_sid
        self._account = account
        self._parameters = parameters
        self._sequence = 0
        self._chunk = 0
        self._frames = 0
        self._queue: deque[bytes | str] = deque()  # of the helpline: sound, and the names of marks between it
        self._quiet_since: float | None = None  # the helpline has spoken and is quiet since
        self._spoke = False
        self._sounding: deque[bytes] = deque()  # of the caller: frames still to be sent
        self._keys: deque[str] = deque()
        self._key_at = 0.0
        self._until = 0.0
        self._waited = 0.0
        self._heard = b""  # of the helpline, in this frame
        self._silent_at: float | None = None  # when the caller had said it all, until the helpline answers
        self._answering_since: float | None = None  # when the helpline began to speak after the caller's last act

    def carry(self) -> bool:
        """Until the caller hangs up (True) or our side closes (False)."""
        try:
            self._open()
            while True:
                if (gone := self._frame()) is not None:
                    return gone
        finally:
            with suppress(ConnectionClosed, OSError):
                self._socket.close()

    def _open(self) -> None:
        self._socket.send(json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}))
        start = {
            "streamSid": self._stream_sid,
            "accountSid": self._account.sid,
            "callSid": self._leg.sid,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": RATE, "channels": 1},
            "customParameters": dict(self._parameters),
        }
        self._send("start", start=start)
        self._started = time.monotonic()

    def _frame(self) -> bool | None:
        """20 ms of both directions. Whether the caller has gone; None while the call goes on."""
        due = self._started + self._frames * FRAME_SECONDS
        while True:
            left = due - time.monotonic()
            message = self._socket.receive(timeout=max(0.0, left))
            if message is not None:
                self._take(json.loads(message))
            elif left <= 0:
                break
        self._play()
        gone = self._act(self._frames * FRAME_SECONDS)
        if gone is None:
            self._speak()
            self._frames += 1
        elif gone:
            self._send("stop", stop={"accountSid": self._account.sid, "callSid": self._leg.sid})
        return gone

    def _take(self, message: dict[str, Any]) -> None:
        event = message["event"]
        if event == "media":
            self._queue.append(base64.b64decode(message["media"]["payload"]))
            self._quiet_since = None
            self._answered()
        elif event == "mark":
            self._queue.append(str(message["mark"]["name"]))
        elif event == "clear":
            marks = [item for item in self._queue if isinstance(item, str)]
            self._queue.clear()
            for name in marks:
                self._send("mark", mark={"name": name})

    def _answered(self) -> None:
        """The helpline speaks: how long that took, and whether the caller was still speaking."""
        now = time.monotonic()
        if self._answering_since is None:
            self._answering_since = now
            self._leg.cut_off += bool(self._sounding)
        if self._silent_at is not None:
            self._leg.waits.append(now - self._silent_at)
            self._silent_at = None

    def _play(self) -> None:
        """20 ms of the helpline's voice leave the queue; a mark goes back when all before it has been played."""
        room = FRAME_BYTES
        self._heard = b""
        while self._queue and room >= 0:
            item = self._queue[0]
            if isinstance(item, str):
                self._queue.popleft()
                self._send("mark", mark={"name": item})
            elif room == 0:
                break
            else:
                self._heard += item[:room]
                self._spoke = True
                left = item[room:]
                room -= min(room, len(item))
                self._queue.popleft()
                if left:
                    self._queue.appendleft(left)
        self._leg.heard += self._heard
        if not self._queue and self._spoke and self._quiet_since is None:
            self._quiet_since = self._frames * FRAME_SECONDS

    def _act(self, now: float) -> bool | None:
        """What the caller does in this frame: nothing while the helpline speaks; then the next act of the script."""
        if self._sounding or now < self._until:
            return None
        if self._keys:
            if now >= self._key_at:
                self._send("dtmf", dtmf={"track": "inbound_track", "digit": self._keys.popleft()})
                self._key_at = now + self._apart
                self._said_it_all()
            return None
        if not self._talks_over() and (self._quiet_since is None or now - self._quiet_since < QUIET):
            self._waited += FRAME_SECONDS
            return True if self._waited > PATIENCE else None
        self._waited = 0.0
        if self._leg.script:
            return self._next(now)
        if self._quiet_since is not None and now - self._quiet_since > NOTHING_TO_SAY:
            self._leg.failure = LEFT_WAITING
            return True
        return None

    def _talks_over(self) -> bool:
        """The caller has heard enough of this."""
        act, since = self._leg.script[0] if self._leg.script else None, self._answering_since
        return isinstance(act, Play) and act.over is not None and since is not None and time.monotonic() - since >= act.over

    def _said_it_all(self) -> None:
        self._silent_at, self._answering_since = time.monotonic(), None

    def _next(self, now: float) -> bool | None:
        act = self._leg.script.popleft()
        self._spoke, self._quiet_since, self._answering_since = False, None, None
        match act:
            case Play(sound):
                self._sounding.extend(sound[at : at + FRAME_BYTES] for at in range(0, len(sound), FRAME_BYTES))
            case Press(keys, apart):
                self._keys.extend(keys)
                self._apart, self._key_at = apart, now
            case Stay(seconds):
                self._until = now + seconds
            case Tear():
                return False
            case Drop():
                return True
        return None

    def _speak(self) -> None:
        sound = self._sounding.popleft() if self._sounding else b""
        if sound and not self._sounding:
            self._said_it_all()
        carried = self._leg.condition.carry(sound.ljust(FRAME_BYTES, MULAW_SILENCE), self._heard)
        self._chunk += 1
        if carried is None:
            return
        payload = base64.b64encode(carried).decode()
        stamp = str(self._frames * FRAME_MS)
        self._send("media", media={"track": "inbound", "chunk": str(self._chunk), "timestamp": stamp, "payload": payload})

    def _send(self, event: str, **content: Any) -> None:
        self._sequence += 1
        message = {"event": event, "sequenceNumber": str(self._sequence), "streamSid": self._stream_sid, **content}
        self._socket.send(json.dumps(message))


def _pressed(leg: Leg) -> str:
    """What the next act of the script presses, where that is a pressing."""
    match leg.script[0] if leg.script else None:
        case Press(keys):
            leg.script.popleft()
            return keys
        case Decide(choose):
            leg.script.popleft()
            return choose(" ".join(leg.spoken))
    return ""


def _wav(mulaw: bytes) -> bytes:
    file = io.BytesIO()
    write_wav(file, mulaw_to_pcm(mulaw))
    return file.getvalue()


def _rest_handler(exchange: Exchange) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Messages.json and Calls.json, as Twilio's client asks for them, and what was recorded."""

        def do_GET(self) -> None:
            sound = exchange.recordings.get(self._recording())
            self._send(200 if sound else 404, "audio/x-wav", sound or b"")

        def do_DELETE(self) -> None:
            self._send(204 if exchange.recordings.pop(self._recording(), None) else 404, "text/plain", b"")

        def _recording(self) -> str:
            return urlsplit(self.path).path.rsplit("/", 1)[-1].partition(".")[0]

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            form = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
            kind = urlsplit(self.path).path.rsplit("/", 1)[-1]
            if kind == "Messages.json":
                self._answer(201, {"sid": exchange.text(form), "status": "queued", **_named(form)})
            elif kind == "Calls.json":
                machine = form.get("AsyncAmdStatusCallback", "")
                leg = exchange.place(form["To"], form["Url"], form.get("StatusCallback", ""), machine)
                self._answer(201, {"sid": leg.sid, "status": "queued", **_named(form)})
            else:
                self._answer(404, {"code": 20404, "message": "not found", "status": 404})

        def _answer(self, code: int, data: dict[str, Any]) -> None:
            self._send(code, "application/json", json.dumps(data).encode())

        def _send(self, code: int, kind: str, body: bytes) -> None:
            self.send_response(code)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet: the demonstration prints what matters."""

    return Handler


def _timestamp() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")


def _named(form: Mapping[str, str]) -> dict[str, str]:
    return {"to": form.get("To", ""), "from": form.get("From", ""), "body": form.get("Body", "")}
