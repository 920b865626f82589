"""Twilio: the only file that knows its library and its words. It checks and translates; it decides nothing."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, Literal
from urllib.parse import quote, urlsplit

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import VoiceResponse
from urllib3.exceptions import HTTPError

from helpline.providers import (
    LONGEST_JOINED,
    MACHINE,
    STATUS,
    TEXT_STATUS,
    AskKeys,
    CardTyped,
    GoTo,
    HangUp,
    Incoming,
    Join,
    Leave,
    Outcome,
    Pause,
    ProviderError,
    PutThrough,
    Reach,
    Record,
    Ringing,
    Speak,
    Stream,
    TakeCard,
    Verb,
    Wait,
)
from helpline.settings import Telephony
from voice.traits import traits

API = "https://api.twilio.com"
SIGNATURE = "X-Twilio-Signature"
TIME_OUT = 10.0  # seconds for one request to Twilio
RING_SECONDS = 45  # an older person needs time to reach the telephone
NOT_OURS_TO_BLAME = {401, 403, 408, 425, 429}  # of 400-499: may work later, the message itself is not at fault
JOIN_SECONDS = 10  # for a caller to come out of the queue: they are in it, or they have gone
RECORDING_WITHIN = 7.0  # seconds: a recording that has just ended may not be there yet, and a webhook waits 15
RECORDING_PAUSE = 0.5
PIECE = 64 * 1024  # bytes of a recording that are read at once
MOST_SOUND = 4 * 1024 * 1024  # bytes: two minutes of 16-bit sound at 8 kHz are half of it
MOST_KEYS = 40  # of a form: no number that we ask for is longer
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # by XML 1.0, escaped or not
WITHHELD = {"", "anonymous", "restricted", "unavailable", "+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"}
TALKED = ("bridged", "bridging-in-process", "redirected-from-bridged")  # results of a queue that somebody was taken from
SPEECH = "en-GB"  # of a language that does not say how Twilio's voices call it
STATUSES = {
    "queued": "ringing", "initiated": "ringing", "ringing": "ringing", "in-progress": "live", "completed": "ended",
    "busy": "unanswered", "failed": "unanswered", "no-answer": "unanswered", "canceled": "unanswered",
}  # fmt: skip
MESSAGE = re.compile("(SM|MM)[0-9a-zA-Z]{8,40}")
LONGEST_TEXT = 1600  # characters, ours and theirs
CAN_BE_ANSWERED = re.compile(r"\+[1-9][0-9]{6,14}")  # not a short number, and not a name such as "TESCO"
KEYWORDS: dict[str, Literal["stop", "start", "help"]] = {
    "STOP": "stop", "STOPALL": "stop", "UNSUBSCRIBE": "stop", "CANCEL": "stop", "END": "stop", "QUIT": "stop",
    "REVOKE": "stop", "OPTOUT": "stop", "START": "start", "UNSTOP": "start", "HELP": "help", "INFO": "help",
}  # fmt: skip
TEXT_STATUSES: dict[str, Literal["under way", "sent", "delivered", "failed"]] = {
    "accepted": "under way", "scheduled": "under way", "queued": "under way", "sending": "under way", "sent": "sent",
    "delivered": "delivered", "read": "delivered", "partially_delivered": "delivered",
    "undelivered": "failed", "failed": "failed", "canceled": "failed",
}  # fmt: skip
TEXT_ERRORS = {  # why a text did not arrive
    30001: "too many texts were waiting", 30002: "our account is suspended", 30003: "the telephone cannot be reached",
    30004: "the text was blocked", 30005: "the number does not exist", 30006: "the number takes no texts",
    30007: "the text was taken for junk", 30008: "nobody knows why", 30009: "a part of the text was lost",
    30010: "the text was too dear", 30017: "the network was too busy", 30022: "too many texts at once",
    21408: "texts to that country are not allowed", 21610: "whoever has the number wants no texts",
    21612: "no text can be sent there", 21614: "the number takes no texts",
}  # fmt: skip
TEXT_AGAIN = {30001, 30003, 30008, 30009, 30017, 30022}  # of these: what was wrong may be over in a while
TAKES_NO_TEXTS, WANTS_NO_TEXTS = {30006, 21614}, {21610}
CARD_STEPS = ("payment-card-number", "expiration-date", "security-code", "payment-processing")
CARD_TRIES, CARD_SECONDS = 3, 20  # of each question; between two keys: a card is read with glasses on
MORE_TRIES = " ".join(str(number) for number in range(2, CARD_TRIES + 2))  # Twilio counts the tries behind the first one
CARD_TOKEN = re.compile("pm_[0-9a-zA-Z_]{6,80}")
CARD_RESULTS: dict[str, Literal["star", "tries", "hung_up"]] = {
    "": "tries",  # after the last try the next verb goes on
    "too-many-failed-attempts": "tries",
    "caller-interrupted-with-star": "star",
    "caller-hung-up": "hung_up",
}
PAY_LANGUAGES = {"en-AU", "en-CA", "en-GB", "en-IN", "en-US", "es-ES", "es-MX", "fr-CA", "fr-FR", "de-DE", "it-IT"}

log = logging.getLogger(__name__)


class TwilioProvider:
    def __init__(self, telephony: Telephony, public_url: str) -> None:
        self._api_url = telephony.api_url.rstrip("/")
        self._account = (telephony.account_sid, telephony.auth_token)
        self._recordings = re.compile(
            re.escape(f"{API}/2010-04-01/Accounts/{telephony.account_sid}/Recordings/") + "RE[0-9a-zA-Z]{8,40}"
        )
        self._number = telephony.number
        self._public_url = public_url.rstrip("/")
        self._validator = RequestValidator(telephony.auth_token)
        http = _Rerooted(self._api_url)
        self._client = Client(telephony.account_sid, telephony.auth_token, http_client=http)

    def send_sms(self, to: str, body: str, key: str) -> str:
        told_at = f"{self._public_url}{TEXT_STATUS}?key={quote(key, safe='')}"
        return _sid(
            lambda: self._client.messages.create(
                to=to, from_=self._number, body=_clean(body)[:LONGEST_TEXT], status_callback=told_at
            )
        )

    def place_call(self, to: str, answer_url: str, key: str) -> str:
        return _sid(
            lambda: self._client.calls.create(
                to=to,
                from_=self._number,
                url=answer_url,
                timeout=RING_SECONDS,
                status_callback=self._public_url + STATUS,
                # Beside the call: whoever answers would otherwise hear nothing while it is found out.
                machine_detection="Enable",
                async_amd="true",
                async_amd_status_callback=self._public_url + MACHINE,
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
            recording=url if self._recordings.fullmatch(url := form.get("RecordingUrl", "")) else "",
            trouble=form.get("StreamError", "unknown")[:200] if form.get("StreamEvent") == "stream-error" else "",
            machine=form.get("AnsweredBy", "").startswith(("machine", "fax")),
            keys="".join(key for key in form.get("Digits", "") if key in "0123456789*#")[:MOST_KEYS],
        )

    def card(self, form: Mapping[str, str]) -> CardTyped:
        result, token = form.get("Result", ""), form.get("PaymentToken", "")
        if result == "success" and CARD_TOKEN.fullmatch(token):
            return CardTyped("ok", token)
        if result not in CARD_RESULTS:
            why = [told for told in (result, form.get("PayErrorCode", "")) if re.fullmatch("[a-z-]{1,40}|[0-9]{5}", told)]
            log.error("a card could not be taken: %s", " ".join(why) or "Twilio says not why")
        return CardTyped(CARD_RESULTS.get(result, "trouble"))

    def incoming(self, form: Mapping[str, str]) -> Incoming:
        number = form.get("From", "").strip()
        pictures = form.get("NumMedia", "0")
        body = _clean(form.get("Body", ""))[:LONGEST_TEXT].strip()
        return Incoming(
            sid=_message_sid(form),
            number=number if CAN_BE_ANSWERED.fullmatch(number) and number != self._number else "",
            body=body,
            pictures=int(pictures) if re.fullmatch("[0-9]{1,2}", pictures) else 0,
            keyword=KEYWORDS.get(body.strip(" .!?").upper(), ""),
            answered=bool(form.get("OptOutType")),
        )

    def outcome(self, form: Mapping[str, str]) -> Outcome:
        status = TEXT_STATUSES.get(form.get("MessageStatus", ""))
        if status is None:
            raise ValueError(f"not a status of a text: {form.get('MessageStatus', '')[:40]!r}")
        if status != "failed":
            return Outcome(_message_sid(form), status)
        told = form.get("ErrorCode", "")
        code = int(told) if re.fullmatch("[0-9]{5}", told) else 0
        why = f"Twilio's error {code}: {TEXT_ERRORS.get(code, 'not one that we know')}" if code else "Twilio says not why"
        # What Twilio gives no reason for, or one that it did not have yet, may go well the next time.
        return Outcome(_message_sid(form), "failed", why, code not in TEXT_ERRORS or code in TEXT_AGAIN, _reach(code))

    def text_document(self, answer: str = "") -> str:
        response = MessagingResponse()
        if answer:
            response.message(_clean(answer)[:LONGEST_TEXT])
        return str(response)

    def recording(self, url: str) -> bytes:
        until = time.monotonic() + RECORDING_WITHIN
        while True:
            try:
                return self._fetched(url, until)
            except ProviderError as error:
                if error.permanent or time.monotonic() + RECORDING_PAUSE > until:
                    raise
            time.sleep(RECORDING_PAUSE)

    def _fetched(self, url: str, until: float) -> bytes:
        """Raises ProviderError; a recording that is not there yet may come, one that is still coming at `until` is let go."""
        try:
            with requests.get(self._at(url, ".wav"), auth=self._account, timeout=RECORDING_WITHIN / 2, stream=True) as answer:
                if answer.status_code != 200:
                    refused = 400 <= answer.status_code < 500 and answer.status_code not in {404, *NOT_OURS_TO_BLAME}
                    raise ProviderError(f"Twilio says {answer.status_code} of a recording", permanent=refused)
                return _read(answer, until)
        except (requests.RequestException, HTTPError) as error:
            raise ProviderError(f"a recording could not be fetched ({type(error).__name__})", permanent=False) from error

    def forget_recording(self, url: str) -> None:
        try:
            answer = requests.delete(self._at(url, ".json"), auth=self._account, timeout=TIME_OUT)
            if answer.status_code not in (204, 404):
                log.warning("a recording was not deleted: Twilio says %s", answer.status_code)
        except requests.RequestException as error:
            log.warning("a recording was not deleted (%s)", type(error).__name__)

    def _at(self, url: str, kind: str) -> str:
        return self._api_url + url.removeprefix(API) + kind

    def document(self, *verbs: Verb) -> str:
        response = VoiceResponse()
        for verb in verbs:
            _add(response, _sayable(verb))
        return str(response)


def _read(answer: requests.Response, until: float) -> bytes:
    """The whole of it. In pieces, because a time-out is for one of them: sound that drips in never runs into it."""
    sound = bytearray()
    while piece := answer.raw.read1(PIECE, decode_content=True):
        sound += piece
        if len(sound) > MOST_SOUND:
            raise ProviderError("a recording is far too long", permanent=True)
        if time.monotonic() > until:
            raise ProviderError("a recording comes too slowly to wait for", permanent=True)
    return bytes(sound)


def sign(auth_token: str, url: str, form: Mapping[str, Any]) -> dict[str, str]:
    """The header that Twilio would send with this request: for the telephone exchange of tests and demonstrations."""
    return {SIGNATURE: RequestValidator(auth_token).compute_signature(url, form)}


def _message_sid(form: Mapping[str, str]) -> str:
    """Raises ValueError where the form is about no text."""
    sid = form.get("MessageSid", "")
    if not MESSAGE.fullmatch(sid):
        raise ValueError(f"not the id of a text: {sid[:40]!r}")
    return sid


def _reach(code: int) -> Reach:
    return "no_texts" if code in TAKES_NO_TEXTS else "stopped" if code in WANTS_NO_TEXTS else ""


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
    if isinstance(value, Speak):
        return _sayable(value)
    return FORBIDDEN.sub("", value) if isinstance(value, str) else value


def _say(parent: Any, speak: Speak) -> None:
    parent.say(speak.text, language=traits(speak.language).telephone or SPEECH)


def _add(response: VoiceResponse, verb: Verb) -> None:
    match verb:
        case Stream(url, token, status_url):
            told = {"status_callback": status_url, "status_callback_method": "POST"} if status_url else {}
            response.connect().stream(url=url, **told).parameter(name="token", value=token)
        case Speak():
            _say(response, verb)
        case GoTo(url):
            response.redirect(url, method="POST")
        case PutThrough(number, url):
            response.dial(number, action=url, method="POST", timeout=25, answer_on_bridge=True)
        case AskKeys(says, url, seconds, most):
            # Where one key is asked for, # is a key like another: it must not end an entry that holds nothing.
            entry = {"num_digits": most} if most else {}
            end = "" if most == 1 else "#"
            gather = response.gather(input="dtmf", timeout=seconds, finish_on_key=end, action=url, method="POST", **entry)
            for speak in says:
                _say(gather, speak)
        case Record(url, seconds, quiet):
            response.record(
                action=url, method="POST", timeout=quiet, max_length=seconds, finish_on_key="0123456789*#", play_beep=True
            )
        case Pause(seconds):
            response.pause(length=seconds)
        case Wait(queue, wait_url, url):
            response.enqueue(queue, action=url, method="POST", wait_url=wait_url, wait_url_method="POST")
        case Leave():
            response.leave()
        case Join(queue, joined_url, url):
            dial = response.dial(action=url, method="POST", timeout=JOIN_SECONDS, time_limit=LONGEST_JOINED)
            dial.queue(queue, url=joined_url, method="POST")
        case TakeCard():
            _take_card(response, verb)
        case HangUp():
            response.hangup()


def _take_card(response: VoiceResponse, verb: TakeCard) -> None:
    """A PaymentMethod at Stripe, and nothing charged. Every question has our words: Twilio's own are there in few languages."""
    spoken = traits(verb.again.language).telephone
    pay = response.pay(
        payment_connector=verb.connector, payment_method="credit-card", token_type="payment-method", input="dtmf",  # noqa: S106
        action=verb.url, timeout=CARD_SECONDS, max_attempts=CARD_TRIES, security_code=True, postal_code=False,
        **({"language": spoken} if spoken in PAY_LANGUAGES else {}),
    )  # fmt: skip
    for step, says in zip(CARD_STEPS, verb.says, strict=True):
        if step == CARD_STEPS[-1]:
            _say(pay.prompt(for_=step), says)
            continue
        _say(pay.prompt(for_=step, attempt="1"), says)
        more = pay.prompt(for_=step, attempt=MORE_TRIES)
        _say(more, verb.again)
        _say(more, says)


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
        raise ProviderError(
            f"Twilio says {error.status}, error {error.code}: {error.msg}", permanent, _reach(error.code)
        ) from error
    except (TwilioException, requests.RequestException) as error:
        raise ProviderError(f"Twilio could not be asked ({type(error).__name__})", permanent=False) from error
    except (ValueError, AttributeError, TypeError) as error:  # its library stumbles over what is not JSON, or another shape
        raise ProviderError(f"Twilio's answer makes no sense ({type(error).__name__})", permanent=False) from error
