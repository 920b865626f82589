"""Twilio: the only file that knows its library and its words. It checks and translates; it decides nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any
from urllib.parse import urlsplit

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.twiml.voice_response import VoiceResponse

from helpline.providers import (
    STATUS,
    AskKeys,
    GoTo,
    HangUp,
    Join,
    Leave,
    Pause,
    ProviderError,
    PutThrough,
    Ringing,
    Speak,
    Stream,
    Verb,
    Wait,
)
from helpline.settings import Telephony

API = "https://api.twilio.com"
SIGNATURE = "X-Twilio-Signature"
TIME_OUT = 10.0  # seconds for one request to Twilio
RING_SECONDS = 45  # an older person needs time to reach the telephone
NOT_OURS_TO_BLAME = {401, 403, 408, 425, 429}  # of 400-499: may work later, the message itself is not at fault
JOIN_SECONDS = 10  # for a caller to come out of the queue: they are in it, or they have gone
MOST_KEYS = 40  # of a form: no number that we ask for is longer
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # by XML 1.0, escaped or not
WITHHELD = {"", "anonymous", "restricted", "unavailable", "+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"}
TALKED = ("bridged", "bridging-in-process", "redirected-from-bridged")  # results of a queue that somebody was taken from
SPEECH = {"en": "en-GB", "ko": "ko-KR"}
STATUSES = {
    "queued": "ringing", "initiated": "ringing", "ringing": "ringing", "in-progress": "live", "completed": "ended",
    "busy": "unanswered", "failed": "unanswered", "no-answer": "unanswered", "canceled": "unanswered",
}  # fmt: skip


class TwilioProvider:
    def __init__(self, telephony: Telephony, public_url: str) -> None:
        self._number = telephony.number
        self._public_url = public_url.rstrip("/")
        self._validator = RequestValidator(telephony.auth_token)
        http = _Rerooted(telephony.api_url.rstrip("/"))
        self._client = Client(telephony.account_sid, telephony.auth_token, http_client=http)

    def send_sms(self, to: str, body: str, key: str) -> str:
        return _sid(lambda: self._client.messages.create(to=to, from_=self._number, body=body))

    def place_call(self, to: str, answer_url: str, key: str) -> str:
        return _sid(
            lambda: self._client.calls.create(
                to=to,
                from_=self._number,
                url=answer_url,
                timeout=RING_SECONDS,
                status_callback=self._public_url + STATUS,
            )
        )

    def signed(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> bool:
        signature = headers.get(SIGNATURE)
        if not signature:
            return False
        return any(self._validator.validate(spelling, form, signature) for spelling in _spellings(url))

    def ringing(self, form: Mapping[str, str]) -> Ringing:
        sid = form.get("CallSid", "")
        if not re.fullmatch(r"CA[0-9a-zA-Z]{8,40}", sid):
            raise ValueError(f"not the id of a call: {sid[:40]!r}")
        outbound = form.get("Direction", "inbound").startswith("outbound")
        number = form.get("To" if outbound else "From", "").strip()
        queued = form.get("QueueResult", "")
        # An answered leg alone may be somebody's voicemail; a bridged one is the best that Twilio tells.
        dialled = form.get("DialCallStatus") == "completed" and form.get("DialBridged", "true") == "true"
        return Ringing(
            sid=sid,
            number="" if number.lower() in WITHHELD else number[:40],
            status="ended" if queued == "hangup" else STATUSES.get(form.get("CallStatus", ""), "ringing"),
            taken=dialled or queued in TALKED,
            keys="".join(key for key in form.get("Digits", "") if key in "0123456789*#")[:MOST_KEYS],
        )

    def document(self, *verbs: Verb) -> str:
        response = VoiceResponse()
        for verb in verbs:
            _add(response, _sayable(verb))
        return str(response)


def sign(auth_token: str, url: str, form: Mapping[str, Any]) -> dict[str, str]:
    """The header that Twilio would send with this request: for the telephone exchange of tests and demonstrations."""
    return {SIGNATURE: RequestValidator(auth_token).compute_signature(url, form)}


def _spellings(url: str) -> tuple[str, ...]:
    """The library tries http and https with and without their port, but wss only with the wrong one."""
    parts = urlsplit(url)
    if parts.scheme == "wss" and parts.port is None:
        return url, parts._replace(netloc=f"{parts.netloc}:443").geturl()
    return (url,)


def _sayable(verb: Verb) -> Verb:
    """Without what XML forbids, before the library writes it as a number that no parser takes."""
    cleaned: dict[str, Any] = {item.name: _clean(getattr(verb, item.name)) for item in fields(verb)}
    return replace(verb, **cleaned)


def _clean(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_sayable(verb) for verb in value)
    return FORBIDDEN.sub("", value) if isinstance(value, str) else value


def _say(parent: Any, speak: Speak) -> None:
    parent.say(speak.text, language=SPEECH.get(speak.language, "en-GB"))


def _add(response: VoiceResponse, verb: Verb) -> None:
    match verb:
        case Stream(url, token):
            response.connect().stream(url=url).parameter(name="token", value=token)
        case Speak():
            _say(response, verb)
        case GoTo(url):
            response.redirect(url, method="POST")
        case PutThrough(number, url):
            response.dial(number, action=url, method="POST", timeout=25, answer_on_bridge=True)
        case AskKeys(says, url, seconds):
            # No key ends the entry: # is one of the keys that somebody may press by mistake.
            gather = response.gather(input="dtmf", num_digits=1, timeout=seconds, finish_on_key="", action=url, method="POST")
            for speak in says:
                _say(gather, speak)
        case Pause(seconds):
            response.pause(length=seconds)
        case Wait(queue, wait_url, url):
            response.enqueue(queue, action=url, method="POST", wait_url=wait_url, wait_url_method="POST")
        case Leave():
            response.leave()
        case Join(queue, joined_url, url):
            dial = response.dial(action=url, method="POST", timeout=JOIN_SECONDS)
            dial.queue(queue, url=joined_url, method="POST")
        case HangUp():
            response.hangup()


class _Rerooted(TwilioHttpClient):  # type: ignore[misc]
    """Asks another address than Twilio's where the settings name one: the exchange of tests and demonstrations."""

    def __init__(self, root: str) -> None:
        super().__init__(timeout=TIME_OUT)
        self._root = root

    def request(self, method: str, url: str, *args: Any, **options: Any) -> Any:
        return super().request(method, self._root + url.removeprefix(API), *args, **options)


def _sid(ask: Any) -> str:
    """What Twilio calls the thing that it was asked for. Raises ProviderError."""
    try:
        if sid := ask().sid:
            return str(sid)
        raise ValueError("an answer without an id")
    except TwilioRestException as error:
        permanent = 400 <= error.status < 500 and error.status not in NOT_OURS_TO_BLAME
        raise ProviderError(f"Twilio says {error.status}, error {error.code}: {error.msg}", permanent) from error
    except (TwilioException, requests.RequestException) as error:
        raise ProviderError(f"Twilio could not be asked ({type(error).__name__})", permanent=False) from error
    except (ValueError, AttributeError, TypeError) as error:  # its library stumbles over what is not JSON, or another shape
        raise ProviderError(f"Twilio's answer makes no sense ({type(error).__name__})", permanent=False) from error
