"""Twilio's side of the contract: its signatures, its documents, and what its answers mean to us."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from helpline.providers import (
    AskKeys,
    GoTo,
    HangUp,
    Join,
    Leave,
    Pause,
    ProviderError,
    PutThrough,
    Record,
    Ringing,
    Speak,
    Stream,
    Wait,
    open_provider,
)
from helpline.providers.console import ConsoleProvider
from helpline.providers.twilio import TwilioProvider, sign
from helpline.settings import Settings, load_settings

TOKEN = "12345"
MARGARET = "+442071838750"
CALL = {
    "CallSid": "CA1234567890ABCDE",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
    "Caller": "+14158675309",
}
PAGE = "https://mycompany.com/myapp.php?foo=1&bar=2"
PAGE_SIGNATURE = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
SOCKET = "wss://mycompany.com/stream"
SOCKET_SIGNATURE = "DlELQE5iuG0XFAEQgMbv2UNcQU4="


def settings_for(api_url: str = "https://api.twilio.com", token: str = TOKEN) -> Settings:
    secrets = {"HELPLINE_SECRET_KEY": "s" * 32, "HELPLINE_PIN_PEPPER": "p" * 16, "TWILIO_AUTH_TOKEN": token}
    telephony = {"provider": "twilio", "account_sid": "AC0123", "number": "+15005550006", "api_url": api_url}
    return load_settings(secrets, telephony=telephony, public_url="https://helpline.example.org")


@pytest.fixture
def twilio() -> TwilioProvider:
    provider = open_provider(settings_for())
    assert isinstance(provider, TwilioProvider)
    return provider


def signed(twilio: TwilioProvider, url: str, form: Any, signature: str | None) -> bool:
    return twilio.signed(url, form, {} if signature is None else {"X-Twilio-Signature": signature})


# --- signatures


def test_a_request_signed_by_twilio_is_its_own(twilio: TwilioProvider) -> None:
    assert signed(twilio, PAGE, CALL, PAGE_SIGNATURE)


def test_the_signature_made_over_the_address_with_its_port_is_right_too(twilio: TwilioProvider) -> None:
    assert signed(twilio, PAGE, CALL, "kvajT1Ptam85bY51eRf/AJRuM3w=")
    assert signed(twilio, PAGE.replace(".com/", ".com:443/"), CALL, PAGE_SIGNATURE)


@pytest.mark.parametrize(
    ("url", "form"),
    [
        (PAGE.replace("https", "http"), CALL),
        (PAGE.replace("mycompany", "somebodyelse"), CALL),
        (PAGE + "&more=1", CALL),
        (PAGE.replace("?foo=1&bar=2", "?bar=2&foo=1"), CALL),
        (PAGE, {**CALL, "From": "+14158675300"}),
        (PAGE, {**CALL, "Digits": "1234 "}),
        (PAGE, {**CALL, "More": ""}),
        (PAGE, {}),
    ],
)
def test_a_request_that_differs_in_anything_is_not(twilio: TwilioProvider, url: str, form: dict[str, str]) -> None:
    assert not signed(twilio, url, form, PAGE_SIGNATURE)


@pytest.mark.parametrize(
    "signature", [None, "", " ", PAGE_SIGNATURE[:-1], PAGE_SIGNATURE.swapcase(), "ünïcödé", "\x00", "A" * 10_000]
)
def test_a_missing_or_wrong_signature_is_refused_and_breaks_nothing(twilio: TwilioProvider, signature: str | None) -> None:
    assert not signed(twilio, PAGE, CALL, signature)


def test_another_accounts_token_signs_nothing_here(twilio: TwilioProvider) -> None:
    assert not twilio.signed(PAGE, CALL, sign("54321", PAGE, CALL))


def test_a_socket_is_signed_over_its_wss_address(twilio: TwilioProvider) -> None:
    assert signed(twilio, SOCKET, {}, SOCKET_SIGNATURE)
    assert not signed(twilio, SOCKET.replace("wss", "https"), {}, SOCKET_SIGNATURE)


def test_a_socket_signed_with_its_port_is_right_too(twilio: TwilioProvider) -> None:
    with_port = sign(TOKEN, SOCKET.replace(".com/", ".com:443/"), {})["X-Twilio-Signature"]
    assert with_port != SOCKET_SIGNATURE
    assert signed(twilio, SOCKET, {}, with_port)


def test_a_key_that_comes_twice_counts_once_for_each_value(twilio: TwilioProvider) -> None:
    """Twilio signs the values of a repeated name sorted and without repeats: the form itself has to be handed on."""
    form = MultiDict([("MediaUrl", "b"), ("MediaUrl", "a"), ("MediaUrl", "b"), ("Body", " spaced ")])
    headers = sign(TOKEN, PAGE, MultiDict([("Body", " spaced "), ("MediaUrl", "a"), ("MediaUrl", "b")]))
    assert twilio.signed(PAGE, form, headers)
    assert not twilio.signed(PAGE, MultiDict([("MediaUrl", "a"), ("Body", " spaced ")]), headers)


# --- who rings


def test_an_incoming_call_is_its_callers(twilio: TwilioProvider) -> None:
    form = {"CallSid": "CA0123456789abcdef", "From": MARGARET, "To": "+15005550006", "CallStatus": "ringing"}
    assert twilio.ringing(form) == Ringing("CA0123456789abcdef", MARGARET, "ringing")


def test_a_call_that_we_placed_is_that_of_whom_we_rang(twilio: TwilioProvider) -> None:
    form = {"CallSid": "CA0123456789abcdef", "From": "+15005550006", "To": MARGARET, "Direction": "outbound-api"}
    assert twilio.ringing(form).number == MARGARET


@pytest.mark.parametrize("number", ["", "Anonymous", " anonymous ", "RESTRICTED", "unavailable", "+266696687"])
def test_a_withheld_number_is_none(twilio: TwilioProvider, number: str) -> None:
    assert twilio.ringing({"CallSid": "CA0123456789abcdef", "From": number}).number == ""


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("queued", "ringing"),
        ("in-progress", "live"),
        ("completed", "ended"),
        ("busy", "unanswered"),
        ("no-answer", "unanswered"),
        ("failed", "unanswered"),
        ("canceled", "unanswered"),
        ("a word of next year", "ringing"),
    ],
)
def test_their_words_become_ours(twilio: TwilioProvider, theirs: str, ours: str) -> None:
    assert twilio.ringing({"CallSid": "CA0123456789abcdef", "CallStatus": theirs}).status == ours


@pytest.mark.parametrize(
    ("form", "taken"),
    [
        ({"DialCallStatus": "completed", "DialBridged": "true"}, True),
        ({"DialCallStatus": "completed"}, True),
        ({"DialCallStatus": "completed", "DialBridged": "false"}, False),
        ({"DialCallStatus": "no-answer", "DialBridged": "false"}, False),
        ({"DialCallStatus": "busy"}, False),
        ({}, False),
    ],
)
def test_whether_a_person_took_the_call(twilio: TwilioProvider, form: dict[str, str], taken: bool) -> None:
    assert twilio.ringing({"CallSid": "CA0123456789abcdef", **form}).taken is taken


@pytest.mark.parametrize(
    ("result", "taken", "status"),
    [
        ("bridged", True, "live"),
        ("bridging-in-process", True, "live"),
        ("redirected-from-bridged", True, "live"),
        ("leave", False, "live"),
        ("queue-full", False, "live"),
        ("error", False, "live"),
        ("hangup", False, "ended"),
        ("a word of next year", False, "live"),
    ],
)
def test_how_a_wait_in_the_queue_ended(twilio: TwilioProvider, result: str, taken: bool, status: str) -> None:
    told = twilio.ringing({"CallSid": "CA0123456789abcdef", "CallStatus": "in-progress", "QueueResult": result})
    assert (told.taken, told.status) == (taken, status)


OWN = "https://api.twilio.com/2010-04-01/Accounts/AC0123/Recordings/RE0123456789"


@pytest.mark.parametrize(
    ("url", "recording"),
    [(OWN, OWN), ("", ""), (OWN + ".wav", ""), (OWN.replace("AC0123", "AC9999"), ""), (OWN.replace("https", "http"), "")],
)
def test_only_a_recording_of_our_own_account_is_one(twilio: TwilioProvider, url: str, recording: str) -> None:
    assert twilio.ringing({"CallSid": "CA0123456789abcdef", "RecordingUrl": url}).recording == recording


@pytest.mark.parametrize(
    ("form", "trouble"),
    [
        ({"StreamEvent": "stream-error", "StreamError": "refused"}, "refused"),
        ({"StreamEvent": "stream-error"}, "unknown"),
        ({"StreamEvent": "stream-error", "StreamError": "x" * 999}, "x" * 200),
        ({"StreamEvent": "stream-stopped", "StreamError": "refused"}, ""),
        ({}, ""),
    ],
)
def test_what_went_wrong_with_a_stream(twilio: TwilioProvider, form: dict[str, str], trouble: str) -> None:
    assert twilio.ringing({"CallSid": "CA0123456789abcdef", **form}).trouble == trouble


@pytest.mark.parametrize(("digits", "keys"), [("1", "1"), ("12*#", "12*#"), ("w1\x00<", "1"), ("", ""), ("7" * 999, "7" * 40)])
def test_keys_are_the_keys_of_a_telephone(twilio: TwilioProvider, digits: str, keys: str) -> None:
    assert twilio.ringing({"CallSid": "CA0123456789abcdef", "Digits": digits}).keys == keys


@pytest.mark.parametrize("sid", ["", "CA", "MZ0123456789abcdef", "CA01234567\n", "CA../../etc/passwd", "CA" + "0" * 500])
def test_what_is_no_id_of_a_call_is_refused(twilio: TwilioProvider, sid: str) -> None:
    with pytest.raises(ValueError, match="not the id of a call"):
        twilio.ringing({"CallSid": sid, "From": MARGARET})


# --- documents


def verbs_of(document: str) -> list[ElementTree.Element]:
    root = ElementTree.fromstring(document)
    assert root.tag == "Response"
    return list(root)


def test_a_stream_carries_its_token_and_has_a_way_on(twilio: TwilioProvider) -> None:
    document = twilio.document(Stream("wss://helpline.example.org/s", "tok<en&"), GoTo("https://helpline.example.org/on"))
    connect, redirect = verbs_of(document)
    stream = connect.find("Stream")
    assert stream is not None and stream.attrib == {"url": "wss://helpline.example.org/s"}
    assert stream[0].attrib == {"name": "token", "value": "tok<en&"}
    assert (redirect.tag, redirect.text, redirect.attrib) == ("Redirect", "https://helpline.example.org/on", {"method": "POST"})


def test_a_stream_that_fails_is_told_of(twilio: TwilioProvider) -> None:
    (connect,) = verbs_of(twilio.document(Stream("wss://h.example/s", "t", "https://h.example/told")))
    assert connect[0].attrib == {
        "url": "wss://h.example/s",
        "statusCallback": "https://h.example/told",
        "statusCallbackMethod": "POST",
    }


def test_a_number_is_typed_to_its_length_or_to_its_hash_key(twilio: TwilioProvider) -> None:
    asked = AskKeys((Speak("Your PIN", "en"),), "https://h.example/keys", 10, 6)
    six, any_number = verbs_of(twilio.document(asked, replace(asked, most=0)))
    assert (six.get("numDigits"), six.get("finishOnKey")) == ("6", "#")
    assert (any_number.get("numDigits"), any_number.get("finishOnKey")) == (None, "#")


def test_what_is_said_is_recorded_after_a_tone_until_it_is_quiet_or_a_key(twilio: TwilioProvider) -> None:
    (record,) = verbs_of(twilio.document(Record("https://h.example/said", 120, 5)))
    assert record.attrib == {
        "action": "https://h.example/said",
        "method": "POST",
        "timeout": "5",
        "maxLength": "120",
        "finishOnKey": "0123456789*#",
        "playBeep": "true",
    }


def test_what_is_said_is_said_in_the_callers_language(twilio: TwilioProvider) -> None:
    english, korean, other, end = verbs_of(
        twilio.document(Speak("Hello", "en"), Speak("안녕하세요", "ko"), Speak("Hello", "xx"), HangUp())
    )
    assert [verb.attrib["language"] for verb in (english, korean, other)] == ["en-GB", "ko-KR", "en-GB"]
    assert korean.text == "안녕하세요"
    assert end.tag == "Hangup"


def test_putting_through_waits_for_an_answer_and_comes_back(twilio: TwilioProvider) -> None:
    (dial,) = verbs_of(twilio.document(PutThrough("+442071838799", "https://helpline.example.org/after")))
    assert (dial.tag, dial.text) == ("Dial", "+442071838799")
    assert dial.attrib == {
        "action": "https://helpline.example.org/after",
        "answerOnBridge": "true",
        "method": "POST",
        "timeout": "25",
    }


def test_a_caller_waits_in_a_queue_and_hears_what_we_say_meanwhile(twilio: TwilioProvider) -> None:
    (enqueue,) = verbs_of(twilio.document(Wait("person-7", "https://h.example/waiting/7", "https://h.example/after")))
    assert (enqueue.tag, enqueue.text) == ("Enqueue", "person-7")
    assert enqueue.attrib == {
        "action": "https://h.example/after",
        "method": "POST",
        "waitUrl": "https://h.example/waiting/7",
        "waitUrlMethod": "POST",
    }


def test_any_key_at_all_answers_a_question_by_keys(twilio: TwilioProvider) -> None:
    """Were # the end of the entry, as it is unless told otherwise, a # would be told as silence."""
    asked = AskKeys((Speak("Press one", "en"), Speak("Or\x07 two", "en")), "https://h.example/keys", 6)
    gather, pause, leave = verbs_of(twilio.document(asked, Pause(8), Leave()))
    assert gather.attrib == {
        "input": "dtmf",
        "numDigits": "1",
        "timeout": "6",
        "finishOnKey": "",
        "action": "https://h.example/keys",
        "method": "POST",
    }
    assert [say.text for say in gather] == ["Press one", "Or two"]
    assert (pause.attrib, leave.tag) == ({"length": "8"}, "Leave")


def test_who_takes_a_call_is_joined_to_the_caller_in_the_queue(twilio: TwilioProvider) -> None:
    (dial,) = verbs_of(twilio.document(Join("person-7", "https://h.example/joined", "https://h.example/over")))
    assert dial.attrib == {"action": "https://h.example/over", "method": "POST", "timeout": "10", "timeLimit": "14400"}
    (queue,) = dial
    assert (queue.tag, queue.text) == ("Queue", "person-7")
    assert queue.attrib == {"url": "https://h.example/joined", "method": "POST"}


def test_markup_in_a_name_stays_a_name(twilio: TwilioProvider) -> None:
    (say,) = verbs_of(twilio.document(Speak('<Dial>+1900</Dial> & "friends" \']]>', "en")))
    assert say.text == '<Dial>+1900</Dial> & "friends" \']]>'


def test_what_xml_forbids_is_left_out(twilio: TwilioProvider) -> None:
    (say,) = verbs_of(twilio.document(Speak("Mar\x07gar\x00et\ud800 \ufffe ok\n", "en")))
    assert say.text == "Margaret  ok\n"


@example("half a character \ud800", "\ud800\x00")
@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.characters(), max_size=60), st.text(alphabet=st.characters(), max_size=20))
def test_every_document_is_well_formed(text: str, token: str) -> None:
    provider = TwilioProvider(settings_for().telephony, "https://helpline.example.org")
    tags = [verb.tag for verb in verbs_of(provider.document(Speak(text, "en"), Stream("wss://h/s", token), HangUp()))]
    assert tags == ["Say", "Connect", "Hangup"]


# --- asking Twilio, which is a server on this machine


REFUSED = {
    "+15005550001": {"Messages": 21211, "Calls": 21217},
    "+15005550002": {"Messages": 21612, "Calls": 21214},
    "+15005550003": {"Messages": 21408, "Calls": 21215},
    "+15005550004": {"Messages": 21610, "Calls": 21216},
    "+15005550009": {"Messages": 21614},
}


class FakeTwilio:
    """Knows the shapes of the REST API and the magic numbers of test credentials; `broken` makes it answer that status."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str], str]] = []
        self.broken: tuple[int, bytes] | None = None
        self.recordings: deque[tuple[int, bytes]] = deque()  # what it answers about a recording, one after the other
        self.drip = 0.0  # seconds between one byte of a recording and the next
        self.dripped = 0

    def recorded(self, path: str, authorization: str) -> tuple[int, bytes]:
        self.asked.append((path, {}, authorization))
        return self.recordings.popleft() if self.recordings else (404, b"")

    def answer(self, path: str, form: dict[str, str], authorization: str) -> tuple[int, bytes]:
        self.asked.append((path, form, authorization))
        if self.broken:
            return self.broken
        kind = path.rpartition("/")[2].removesuffix(".json")
        code = REFUSED.get(form["To"], {}).get(kind) or (21212 if form["From"] != "+15005550006" else None)
        if code:
            return 400, json.dumps({"code": code, "message": "no", "status": 400}).encode()
        return 201, json.dumps({"sid": {"Messages": "SM", "Calls": "CA"}[kind] + "0" * 32}).encode()


@pytest.fixture
def exchange() -> Iterator[tuple[FakeTwilio, TwilioProvider]]:
    fake = FakeTwilio()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            status, answer = fake.answer(self.path, form, self.headers.get("Authorization", ""))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def do_GET(self) -> None:
            self.give(*fake.recorded(self.path, self.headers.get("Authorization", "")))

        def do_DELETE(self) -> None:
            self.give(*fake.recorded(self.path, self.headers.get("Authorization", "")))

        def give(self, status: int, sound: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(sound)))
            self.end_headers()
            for piece in (sound[at : at + 1] for at in range(len(sound))) if fake.drip else (sound,):
                fake.dripped += len(piece)
                self.wfile.write(piece)
                time.sleep(fake.drip)

        def handle(self) -> None:
            with suppress(ConnectionError):  # whoever asked does not want to wait for the rest
                super().handle()

        def log_message(self, *_: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    given = settings_for(f"http://127.0.0.1:{http.server_address[1]}")
    try:
        yield fake, TwilioProvider(given.telephony, given.public_url)
    finally:
        http.shutdown()
        thread.join()
        http.server_close()


Exchange = tuple[FakeTwilio, TwilioProvider]


def test_a_text_is_sent(exchange: Exchange) -> None:
    fake, twilio = exchange
    assert twilio.send_sms(MARGARET, "Wei comes on Thursday. £0", "offer:7") == "SM" + "0" * 32
    ((path, form, authorization),) = fake.asked
    assert path == "/2010-04-01/Accounts/AC0123/Messages.json"
    told_at = "https://helpline.example.org/texts/status?key=offer%3A7"
    assert form == {"To": MARGARET, "From": "+15005550006", "Body": "Wei comes on Thursday. £0", "StatusCallback": told_at}
    assert authorization.startswith("Basic ")


def test_a_call_is_placed_with_time_to_reach_the_telephone(exchange: Exchange) -> None:
    fake, twilio = exchange
    assert twilio.place_call(MARGARET, "https://helpline.example.org/calls/answered?d=1", "k") == "CA" + "0" * 32
    ((path, form, _),) = fake.asked
    assert path == "/2010-04-01/Accounts/AC0123/Calls.json"
    assert form["Url"] == "https://helpline.example.org/calls/answered?d=1"
    assert form["StatusCallback"] == "https://helpline.example.org/calls/status"
    assert int(form["Timeout"]) >= 30
    assert (form["MachineDetection"], form["AsyncAmd"]) == ("Enable", "true")
    assert form["AsyncAmdStatusCallback"] == "https://helpline.example.org/calls/machine"
    assert not [name for name in form if "record" in name.lower()]  # a call is never recorded as a whole


@pytest.mark.parametrize("number", ["+15005550001", "+15005550002", "+15005550003", "+15005550004", "+15005550009"])
def test_a_number_that_takes_no_texts_is_given_up(exchange: Exchange, number: str) -> None:
    with pytest.raises(ProviderError, match="Twilio says 400, error 21") as refused:
        exchange[1].send_sms(number, "Hello", "k")
    assert refused.value.permanent


@pytest.mark.parametrize("number", ["+15005550001", "+15005550002", "+15005550003", "+15005550004"])
def test_a_number_that_cannot_be_rung_is_given_up(exchange: Exchange, number: str) -> None:
    with pytest.raises(ProviderError, match="error 21") as refused:
        exchange[1].place_call(number, "https://helpline.example.org/a", "k")
    assert refused.value.permanent


@pytest.mark.parametrize(
    ("status", "permanent"),
    [
        (400, True),
        (404, True),
        (401, False),
        (403, False),
        (408, False),
        (429, False),
        (500, False),
        (502, False),
        (503, False),
    ],
)
def test_what_may_work_later_is_tried_later(exchange: Exchange, status: int, permanent: bool) -> None:
    """A wrong token or too many requests are no fault of the message: it must not be given up."""
    fake, twilio = exchange
    fake.broken = status, json.dumps({"code": 20003, "message": "no", "status": status}).encode()
    with pytest.raises(ProviderError, match=f"Twilio says {status}") as refused:
        twilio.send_sms(MARGARET, "Hello", "k")
    assert refused.value.permanent is permanent


@pytest.mark.parametrize("answer", [b"", b"<html>Bad gateway</html>", b"[]", b"null", b'{"code": "x"}', b"\xff\xfe"])
@pytest.mark.parametrize("status", [500, 400, 201])
def test_an_answer_that_makes_no_sense_is_an_error_of_ours(exchange: Exchange, status: int, answer: bytes) -> None:
    fake, twilio = exchange
    fake.broken = status, answer
    with pytest.raises(ProviderError):
        twilio.send_sms(MARGARET, "Hello", "k")


def test_a_recording_is_fetched_with_our_own_account_and_deleted(exchange: Exchange) -> None:
    fake, twilio = exchange
    fake.recordings.extend([(200, b"RIFF sound"), (204, b"")])
    assert twilio.recording(OWN) == b"RIFF sound"
    twilio.forget_recording(OWN)
    assert [path for path, _, _ in fake.asked] == [
        "/2010-04-01/Accounts/AC0123/Recordings/RE0123456789.wav",
        "/2010-04-01/Accounts/AC0123/Recordings/RE0123456789.json",
    ]
    assert all(authorization.startswith("Basic ") for _, _, authorization in fake.asked)


def test_a_recording_that_is_not_there_yet_is_waited_for(exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("helpline.providers.twilio.RECORDING_PAUSE", 0.01)
    fake, twilio = exchange
    fake.recordings.extend([(404, b""), (503, b""), (200, b"sound")])
    assert twilio.recording(OWN) == b"sound"


def test_a_recording_that_never_comes_is_given_up(exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("helpline.providers.twilio.RECORDING_WITHIN", 0.2)
    monkeypatch.setattr("helpline.providers.twilio.RECORDING_PAUSE", 0.05)
    with pytest.raises(ProviderError, match="404 of a recording"):
        exchange[1].recording(OWN)


def test_a_recording_that_is_far_too_long_is_refused(exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("helpline.providers.twilio.MOST_SOUND", 100)
    fake, twilio = exchange
    fake.recordings.append((200, b"x" * 101))
    with pytest.raises(ProviderError, match="far too long") as refused:
        twilio.recording(OWN)
    assert refused.value.permanent


def test_a_recording_that_drips_in_is_not_waited_for(exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    """No single read of it is slow: only the whole is, and the caller is on the line."""
    monkeypatch.setattr("helpline.providers.twilio.RECORDING_WITHIN", 0.3)
    fake, twilio = exchange
    fake.drip = 0.02
    fake.recordings.extend([(200, b"x" * 300), (200, b"y")])
    with pytest.raises(ProviderError, match="too slowly") as refused:
        twilio.recording(OWN)
    assert refused.value.permanent and fake.dripped < 300
    assert len(fake.recordings) == 1  # it was not asked for again


def test_a_recording_that_comes_in_pieces_in_time_is_whole(exchange: Exchange) -> None:
    fake, twilio = exchange
    fake.drip = 0.001
    fake.recordings.append((200, b"RIFF sound"))
    assert twilio.recording(OWN) == b"RIFF sound"


def test_a_recording_that_cannot_be_deleted_breaks_nothing(exchange: Exchange, caplog: pytest.LogCaptureFixture) -> None:
    fake, twilio = exchange
    fake.recordings.append((500, b""))
    twilio.forget_recording(OWN)
    assert "was not deleted" in caplog.text


def test_nobody_answers() -> None:
    given = settings_for("http://127.0.0.1:9")
    with pytest.raises(ProviderError, match="could not be asked") as refused:
        TwilioProvider(given.telephony, given.public_url).send_sms(MARGARET, "Hello", "k")
    assert not refused.value.permanent


def test_the_token_is_in_no_error(exchange: Exchange) -> None:
    fake, _ = exchange
    given = settings_for(token="a-very-secret-token")
    fake.broken = 401, b"{}"
    with pytest.raises(ProviderError) as refused:
        TwilioProvider(given.telephony, "https://h").send_sms("", "Hello", "k")
    assert "a-very-secret-token" not in repr(refused.value) + str(refused.value.__cause__)


# --- the console, by the same contract


def test_the_console_prints_what_it_would_send(capsys: pytest.CaptureFixture[str]) -> None:
    console = open_provider(load_settings({}))
    assert isinstance(console, ConsoleProvider)
    assert console.send_sms(MARGARET, "Hello", "offer:7") == "console-offer:7"
    assert console.place_call(MARGARET, "https://h/a", "visit:7") == "console-visit:7"
    assert capsys.readouterr().out == f"[text to {MARGARET}] Hello\n[call to {MARGARET}]\n"


def test_nobody_rings_the_console() -> None:
    console = ConsoleProvider()
    assert not console.signed(PAGE, CALL, {"X-Twilio-Signature": PAGE_SIGNATURE})
    with pytest.raises(ValueError, match="nobody rings"):
        console.ringing(CALL)
    with pytest.raises(ProviderError, match="nobody rings"):
        console.document(HangUp())
