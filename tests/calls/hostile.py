"""What no telephone company sends: frames and webhooks that are forged, repeated, out of order, cut off, of wrong types or huge."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from helpline.providers.twilio import sign
from tests.calls.line import TOKEN, key, media
from tests.cast import MARGARET
from voice.audio import FRAME_BYTES

WRONG = (None, True, -1, 1e308, "", "\x00", "x" * 5_000, [], {}, [[]], {"a": {"b": []}}, "9" * 400, "NaN", "💥")
EVENTS = ("connected", "start", "media", "dtmf", "mark", "clear", "stop2", "", "MEDIA", "error")
PATHS = (
    "/calls/incoming", "/calls/after", "/calls/answered/1", "/calls/answered/99999999", "/calls/handed-over", "/calls/status",
    "/calls/stream-status", "/calls/machine", "/calls/full/1", "/calls/1/turns", "/calls/1/turns/0", "/calls/1/turns/7",
    "/calls/waiting/1", "/calls/rings/1", "/calls/rings/1/joined", "/texts/incoming", "/texts/status", "/texts/status?key=sms:1",
)  # fmt: skip
FIELDS = (
    "CallSid", "From", "To", "Direction", "CallStatus", "Digits", "DialCallStatus", "DialBridged", "QueueResult",
    "RecordingUrl", "StreamEvent", "StreamError", "AnsweredBy", "MessageSid", "Body", "NumMedia", "MessageStatus", "ErrorCode",
    "OptOutType",
)  # fmt: skip


def frames(random: Random, number: int) -> Iterator[str | bytes]:
    """Messages of a stream, none of which is right; nothing in them ends the call."""
    for _ in range(number):
        yield random.choice(FRAMES)(random)


def _wrong_types(random: Random) -> str:
    event, wrong = random.choice(EVENTS[:5]), random.choice(WRONG)
    content: Any = random.choice(
        (wrong, {"payload": wrong}, {"track": wrong, "payload": "/w=="}, {"digit": wrong}, {"name": wrong})
    )
    return json.dumps({"event": event, event: content, "streamSid": wrong, "sequenceNumber": wrong})


def _unknown(random: Random) -> str:
    return json.dumps({"event": random.choice((*EVENTS, *WRONG)), "media": random.choice(WRONG)})


def _cut_off(random: Random) -> str:
    whole = media(b"\xff" * FRAME_BYTES)
    return whole[: random.randrange(len(whole))]


def _no_base64(random: Random) -> str:
    payload = base64.b64encode(random.randbytes(120)).decode()
    return json.dumps({"event": "media", "media": {"payload": payload[: random.randrange(1, 9)] + "!*\n" + payload}})


def _bytes(random: Random) -> bytes:
    return random.randbytes(random.randrange(400))


def _no_object(random: Random) -> str:
    return random.choice(("[]", "null", "1", '"stop"', "[" * 30_000, "9" * 6_000, "{" * 900, "NaN", ""))


def _another_call(random: Random) -> str:
    start = {"callSid": f"CA{random.randbytes(16).hex()}", "customParameters": {"token": random.randbytes(32).hex()}}
    return json.dumps({"event": "start", "streamSid": f"MZ{random.randrange(9)}", "start": start})


def _stale_mark(random: Random) -> str:
    return json.dumps(
        {"event": "mark", "mark": {"name": f"g{random.randrange(99)}:p{random.randrange(99)}.{random.randrange(9)}"}}
    )


def _strange_key(random: Random) -> str:
    return key(random.choice(("", "A", "٣", "\n", "²", "hash" * 500, "\x00")))


FRAMES = (
    _wrong_types, _unknown, _cut_off, _no_base64, _bytes, _no_object, _another_call, _stale_mark, _strange_key,
)  # fmt: skip


@dataclass(frozen=True)
class Ask:
    """One webhook: its kind, and what is posted. `right`: it is truly signed, so it may be served."""

    kind: str
    path: str
    body: dict[str, str] | bytes
    headers: dict[str, str]
    right: bool = False


def asks(random: Random, base: str, number: int) -> Iterator[Ask]:
    """Webhooks of all kinds, mixed; the signed ones hold nonsense."""
    kept: list[Ask] = []
    for _ in range(number):
        path = random.choice(PATHS)
        form = form_of(random)
        match random.randrange(6):
            case 0:
                yield Ask("unsigned", path, form, {})
            case 1:
                forged = random.choice(("", "A" * 28, "ünï", "\x7f", "x" * 9_000, "RSOYDt4T1cUTdK1PDd93/VVr8B8="))
                yield Ask(
                    "bad signature", path, form, {"X-Twilio-Signature": forged.encode("latin-1", "replace").decode("latin-1")}
                )
            case 2:
                changed = {**form, "From": MARGARET[:-1] + "9", "Extra": "1"}
                yield Ask("changed after signing", path, changed, sign(TOKEN, base + path, form))
            case 3:
                ask = Ask("signed nonsense", path, form, sign(TOKEN, base + path, form), right=True)
                kept.append(ask)
                yield ask
            case 4 if kept:
                again = random.choice(kept)
                yield Ask("replayed, out of order", again.path, again.body, again.headers, right=True)
            case _:
                whole = json.dumps(form).encode()
                body = random.choice(
                    (whole[: random.randrange(len(whole))], random.randbytes(300), b"%" * 999, b"a=" + b"x" * 300_000)
                )
                yield Ask("truncated, huge or no form", path, body, {"Content-Type": "application/x-www-form-urlencoded"})


def form_of(random: Random) -> dict[str, str]:
    form = {"CallSid": f"CA{random.randrange(40):032d}", "MessageSid": f"SM{random.randrange(400):032d}", "From": MARGARET}
    for name in random.sample(FIELDS, random.randrange(8)):
        form[name] = str(
            random.choice((*WRONG, "completed", "busy", "inbound", "outbound-api", "1", "0#*", "delivered", "failed"))
        )
    return form
