"""The real socket, on loopback: who is let in, who carries a call, and what no line can do to us."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import requests
from flask import Flask
from simple_websocket import Client, ConnectionClosed
from werkzeug.serving import BaseWSGIServer
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, Request, TextMessage

from helpline.calls import lines, media, routes
from helpline.calls.turns import open_call
from helpline.commands.demo_data import Demonstration
from helpline.db import db
from helpline.models import Call
from helpline.providers.twilio import sign
from tests.calls.line import TOKEN, Ears, Telephone, Voice, call_row, key, new_sid, stored_turns, token_in
from tests.calls.line import media as frame
from tests.calls.test_conversation import Gateway, OnTheLine, paid, ring, use
from tests.cast import PIN, Clock
from tests.serving import served
from voice.audio import FRAME_BYTES

SOON = 8.0  # seconds for what comes at once on an idle machine
QUIET = frame(b"\xff" * FRAME_BYTES)


@pytest.fixture
def server(app: Flask, ears: Ears, voice: Voice) -> Iterator[BaseWSGIServer]:
    """The application served as it is, one thread a request."""
    with served(app) as server:
        yield server


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line is taken for dead after less than a second."""
    monkeypatch.setattr(media, "HEARING", 0.4)
    monkeypatch.setattr(lines, "HEARING", 0.4)


def connect(app: Flask) -> Client:
    url = app.extensions["helpline"].settings.public_url.replace("http", "ws") + "/calls/stream"
    return Client.connect(url, headers=sign(TOKEN, url, {}))


def start(sid: str, token: object) -> str:
    content = {"callSid": sid, "customParameters": {"token": token}}
    return json.dumps({"event": "start", "streamSid": "MZ1", "start": content})


def open_line(app: Flask, telephone: Telephone, sid: str, path: str = "/calls/incoming") -> Client:
    """A call's socket, let in."""
    client = connect(app)
    client.send(json.dumps({"event": "connected"}))
    client.send(start(sid, token_in(telephone.verbs(path, sid))))
    return client


def speaks(client: Client) -> bool:
    """Whether the helpline is heard on this socket."""
    until = time.monotonic() + SOON
    while time.monotonic() < until:
        message = client.receive(timeout=0.1)
        if message and json.loads(message)["event"] == "media":
            return True
    return False


def closed_with(client: Client) -> int | None:
    """The reason that the other side gave for closing; None when it does not close."""
    until = time.monotonic() + SOON
    try:
        while time.monotonic() < until:
            client.receive(timeout=0.2)
    except ConnectionClosed as closed:
        return int(closed.reason)
    return None


def comes_to(app: Flask, call_id: int, *statuses: str) -> Call:
    """The call's row as soon as it stands so."""
    until = time.monotonic() + SOON
    while (row := call_row(app, call_id)).status not in statuses and time.monotonic() < until:
        time.sleep(0.05)
    return row


class Talking:
    """Keeps a line alive: a frame of silence every 50 ms."""

    def __init__(self, client: Client) -> None:
        self._client, self._over = client, threading.Event()
        self._thread = threading.Thread(target=self._talk, daemon=True)

    def _talk(self) -> None:
        while not self._over.wait(0.05):
            self._client.send(QUIET)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(SOON)


# -- who is let in


def test_an_unsigned_handshake_is_refused(app: Flask, server: BaseWSGIServer) -> None:
    headers = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "eA=="}
    url = app.extensions["helpline"].settings.public_url + "/calls/stream"
    assert requests.get(url, headers=headers, timeout=SOON).status_code == 403


def test_who_does_not_start_is_closed(app: Flask, server: BaseWSGIServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "START_WITHIN", 0.3)
    assert closed_with(connect(app)) == media.POLICY_VIOLATION


@pytest.mark.parametrize(
    "first",
    [
        b"\x00\xff", "{", "[]", "null", '{"event": "start"}', '{"event": "start", "streamSid": "MZ1", "start": 7}',
        '{"event": "start", "streamSid": "MZ1", "start": {}}', start("", ""), start(new_sid(), None), start(new_sid(), ["x"]),
        start("\ud800", "\ud800"), start(new_sid(), "\ud800"), start("CA\u0000", "x"), "[" * 60_000,
        '{"event": "start", "streamSid": "MZ1", "start": {"callSid": {}, "customParameters": "token"}}',
    ],
)  # fmt: skip
def test_a_start_that_means_nothing_is_closed(app: Flask, server: BaseWSGIServer, first: str | bytes) -> None:
    client = connect(app)
    client.send(first)
    assert closed_with(client) == media.POLICY_VIOLATION


def test_a_wrong_token_is_closed_and_the_right_one_still_works(
    app: Flask, server: BaseWSGIServer, telephone: Telephone
) -> None:
    sid = new_sid()
    token = token_in(telephone.verbs("/calls/incoming", sid))
    thief = connect(app)
    thief.send(start(sid, token[:-1] + ("0" if token[-1] != "0" else "1")))
    assert closed_with(thief) == media.POLICY_VIOLATION
    client = connect(app)
    client.send(start(sid, token))
    assert speaks(client)
    client.close()


def test_a_token_of_another_call_is_closed(app: Flask, server: BaseWSGIServer, telephone: Telephone) -> None:
    mine, theirs = new_sid(), new_sid()
    token = token_in(telephone.verbs("/calls/incoming", mine))
    telephone.verbs("/calls/incoming", theirs)
    client = connect(app)
    client.send(start(theirs, token))
    assert closed_with(client) == media.POLICY_VIOLATION


def test_a_call_of_the_browser_phone_does_not_come_by_telephone(
    app: Flask, server: BaseWSGIServer, telephone: Telephone, clock: Clock
) -> None:
    with app.app_context():
        call = open_call("phone1", "", "inbound", clock.now(), {"kind": "training", "staff": 1}, training=True)
        token = lines.new_token(call, str(app.secret_key))
        db.session.commit()
    client = connect(app)
    client.send(start("phone1", token))
    assert closed_with(client) == media.POLICY_VIOLATION


def test_words_that_are_typed_mean_nothing_on_a_telephone(app: Flask, server: BaseWSGIServer, telephone: Telephone) -> None:
    client = open_line(app, telephone, new_sid())
    assert speaks(client)
    client.send(json.dumps({"event": "text", "text": {"words": "yes"}}))
    client.send(key("1"))
    until = time.monotonic() + SOON
    while len(stored_turns(app, 1)) < 2 and time.monotonic() < until:
        time.sleep(0.05)
    answered = stored_turns(app, 1)[1].heard
    assert (answered["text"], answered["keys"]) == ("", "1")
    client.close()


def test_a_token_lets_in_once(app: Flask, server: BaseWSGIServer, telephone: Telephone) -> None:
    sid = new_sid()
    token = token_in(telephone.verbs("/calls/incoming", sid))
    first, second = connect(app), connect(app)
    first.send(start(sid, token))
    assert speaks(first)
    second.send(start(sid, token))
    assert closed_with(second) == media.POLICY_VIOLATION
    first.close()


# -- one line a call


def test_the_first_webhook_repeated_while_the_socket_is_open_changes_nothing(
    app: Flask, server: BaseWSGIServer, telephone: Telephone
) -> None:
    """Neither is the answer another one, nor does trouble of the stream look like one that was never opened."""
    sid = new_sid()
    first = telephone.ask("/calls/incoming", sid).text
    client = connect(app)
    client.send(start(sid, token_in(telephone.verbs("/calls/incoming", sid))))
    assert speaks(client)
    assert telephone.ask("/calls/incoming", sid).text == first
    telephone.ask("/calls/stream-status", sid, StreamEvent="stream-error", StreamError="torn")
    client.close()
    assert [verb.tag for verb in telephone.verbs("/calls/after", sid)] == ["Connect", "Redirect"]


def test_a_second_socket_of_a_call_that_is_heard_is_refused(
    app: Flask, server: BaseWSGIServer, telephone: Telephone, quick: None
) -> None:
    sid = new_sid()
    first = open_line(app, telephone, sid)
    assert speaks(first)
    with Talking(first):
        assert closed_with(open_line(app, telephone, sid, "/calls/after")) == media.POLICY_VIOLATION
        assert speaks(first)
    first.close()


def test_a_dead_socket_makes_way_and_does_not_end_the_call(
    app: Flask, server: BaseWSGIServer, telephone: Telephone, quick: None
) -> None:
    sid = new_sid()
    first = open_line(app, telephone, sid)
    assert speaks(first)
    second = open_line(app, telephone, sid, "/calls/after")
    with Talking(second):
        assert speaks(second)
        assert closed_with(first) == 1000
        assert call_row(app, 1).status == "live"
    second.close()
    assert comes_to(app, 1, "ended").sockets == 2


def test_a_caller_who_hangs_up_is_gone(app: Flask, server: BaseWSGIServer, telephone: Telephone) -> None:
    client = open_line(app, telephone, new_sid())
    assert speaks(client)
    client.send(json.dumps({"event": "stop"}))
    assert closed_with(client) == 1000 and comes_to(app, 1, "ended").outcome == "hung_up"


def test_told_to_stop_the_process_ends_its_calls_and_takes_no_more(
    app: Flask, server: BaseWSGIServer, telephone: Telephone
) -> None:
    client = open_line(app, telephone, new_sid())
    assert speaks(client)
    app.extensions["switchboard"].lines.end_all()
    assert closed_with(client) == 1000 and comes_to(app, 1, "ended").outcome == "hung_up"
    assert "All our lines are taken" in telephone.ask("/calls/incoming", new_sid()).text


class TestOneLineOnly:
    @pytest.fixture
    def changes(self) -> dict[str, Any]:
        return {"server": {"most_calls": 1}}

    def test_the_next_caller_hears_how_long_it_may_be_until_the_line_is_free(
        self, app: Flask, server: BaseWSGIServer, telephone: Telephone
    ) -> None:
        client = open_line(app, telephone, new_sid())
        assert speaks(client)
        next_one = new_sid()
        assert [verb.tag for verb in telephone.verbs("/calls/incoming", next_one)] == ["Gather", "Redirect"]
        client.close()
        assert comes_to(app, 1, "ended").status == "ended"
        assert "Connect" in [verb.tag for verb in telephone.verbs("/calls/full/2", next_one)]

    def test_a_line_that_broke_is_its_own_calls_to_take_up(
        self, app: Flask, server: BaseWSGIServer, telephone: Telephone, quick: None
    ) -> None:
        sid = new_sid()
        assert speaks(open_line(app, telephone, sid))  # and nothing more is heard of it
        assert speaks(open_line(app, telephone, sid, "/calls/after"))


# -- hostile lines


def still_works(app: Flask, telephone: Telephone) -> bool:
    """Somebody else can ring and is answered."""
    return speaks(open_line(app, telephone, new_sid()))


def test_a_message_that_is_too_large_ends_the_call(app: Flask, server: BaseWSGIServer, telephone: Telephone) -> None:
    client = open_line(app, telephone, new_sid())
    assert speaks(client)
    client.send(frame(b"\xff" * 100_000))
    assert closed_with(client) == 1009 and comes_to(app, 1, "ended").status == "ended"
    assert still_works(app, telephone)


def test_sound_faster_than_time_ends_the_call(app: Flask, server: BaseWSGIServer, telephone: Telephone) -> None:
    client = open_line(app, telephone, new_sid())
    assert speaks(client)
    try:
        for _ in range(2_000):
            client.send(QUIET)
    except (ConnectionClosed, OSError):
        pass
    assert comes_to(app, 1, "ended").status == "ended" and still_works(app, telephone)


def test_four_thousand_keys_at_once_harm_nobody_else(app: Flask, server: BaseWSGIServer, telephone: Telephone) -> None:
    client = open_line(app, telephone, new_sid())
    assert speaks(client)
    try:
        for number in range(4_000):
            client.send(key("0123456789*#"[number % 12]))
        client.close()
    except (ConnectionClosed, OSError):
        pass
    assert comes_to(app, 1, "ended", "dropped").ended_at is not None
    assert len(stored_turns(app, 1)) < 250 and still_works(app, telephone)


def test_binary_and_broken_messages_are_passed_over(app: Flask, server: BaseWSGIServer, telephone: Telephone) -> None:
    client = open_line(app, telephone, new_sid())
    assert speaks(client)
    for message in (b"\x00\xff", b"{}", "{", '{"event": "media"', "[" * 60_000, "9" * 6_000):
        client.send(message)
    client.send(key("1"))
    until = time.monotonic() + SOON
    while len(stored_turns(app, 1)) < 2 and time.monotonic() < until:
        time.sleep(0.05)
    assert stored_turns(app, 1)[1].heard["keys"] == "1"
    client.close()


def test_a_peer_that_never_reads_ends_its_call(
    app: Flask, server: BaseWSGIServer, telephone: Telephone, voice: Voice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "SEND_WITHIN", 1)
    server.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)  # a few hundred milliseconds of sound
    voice.seconds = 60.0
    sid = new_sid()
    with deaf_socket(app) as peer:
        ws = WSConnection(ConnectionType.CLIENT)
        path, host = "/calls/stream", telephone.base.partition("//")[2]
        headers = [*sign(TOKEN, f"ws://{host}{path}", {}).items()]
        peer.sendall(ws.send(Request(host=host, target=path, extra_headers=headers)))
        ws.receive_data(peer.recv(4_096))
        assert any(isinstance(event, AcceptConnection) for event in ws.events())
        peer.sendall(ws.send(TextMessage(start(sid, token_in(telephone.verbs("/calls/incoming", sid))))))
        assert comes_to(app, 1, "live").status == "live"
        assert comes_to(app, 1, "ended").outcome == "hung_up"
    assert requests.get(f"{telephone.base}/healthz", timeout=SOON).ok


def deaf_socket(app: Flask) -> socket.socket:
    """A connection that takes next to nothing in before somebody reads it."""
    peer = socket.socket()
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
    host, port = app.extensions["helpline"].settings.public_url.partition("//")[2].split(":")
    peer.settimeout(SOON)
    peer.connect((host, int(port)))
    return peer


# -- a turn is under way


@pytest.fixture
def at_the_pin(app: Flask, town: Demonstration, ears: Ears, voice: Voice) -> OnTheLine:
    """Margaret has been asked for her PIN, on a line that broke then."""
    margaret = ring(app)
    margaret.say("yes", "i want to pay my electricity bill", "yes")
    return margaret


class SlowGateway(Gateway):
    """Takes its time: until a test lets it go on."""

    def __init__(self, app: Flask) -> None:
        self.asked, self.go_on = threading.Event(), threading.Event()
        super().__init__(app, self._wait)

    def _wait(self) -> None:
        self.asked.set()
        assert self.go_on.wait(SOON)


@pytest.fixture
def slow(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowGateway]:
    gateway = SlowGateway(app)
    use(app, monkeypatch, gateway)
    yield gateway
    gateway.go_on.set()


def type_the_pin(app: Flask, telephone: Telephone, sid: str, slow: SlowGateway) -> Client:
    client = open_line(app, telephone, sid, "/calls/after")
    assert speaks(client)
    for digit in PIN:
        client.send(key(digit))
    assert slow.asked.wait(SOON)
    return client


def turns_of(app: Flask, call_id: int, most: int) -> list[int]:
    """The numbers of the turns as soon as there are so many."""
    until = time.monotonic() + SOON
    while len(stored_turns(app, call_id)) < most and time.monotonic() < until:
        time.sleep(0.05)
    return [turn.number for turn in stored_turns(app, call_id)]


def test_a_new_socket_while_the_old_ones_turn_is_running_pays_once_and_goes_on(
    app: Flask, server: BaseWSGIServer, telephone: Telephone, at_the_pin: OnTheLine, slow: SlowGateway
) -> None:
    sid, before = call_row(app, at_the_pin.call_id).sid, len(stored_turns(app, at_the_pin.call_id))
    type_the_pin(app, telephone, sid, slow).close()
    second = open_line(app, telephone, sid, "/calls/after")
    with Talking(second):
        assert speaks(second)
        slow.go_on.set()
        assert turns_of(app, at_the_pin.call_id, before + 2) == list(range(before + 2))
        second.send(key("1"))
        assert speaks(second)
        time.sleep(0.5)  # the old socket has come to its end meanwhile
        assert call_row(app, at_the_pin.call_id).status == "live"
    second.close()
    assert paid(app) == (["settled"], Decimal("42.50")) and len(set(slow.keys)) == 1


def test_told_to_stop_the_turn_under_way_is_finished_and_kept(
    app: Flask, server: BaseWSGIServer, telephone: Telephone, at_the_pin: OnTheLine, slow: SlowGateway
) -> None:
    client = type_the_pin(app, telephone, call_row(app, at_the_pin.call_id).sid, slow)
    app.extensions["switchboard"].lines.end_all()
    slow.go_on.set()
    assert closed_with(client) == 1000
    row = comes_to(app, at_the_pin.call_id, "dropped")
    assert row.outcome == "dropped" and row.state is not None and row.state["ask"] == "bill.receipt"
    assert paid(app)[0] == ["settled"]


def test_hanging_up_during_a_turn_finishes_it_and_keeps_it(
    app: Flask, server: BaseWSGIServer, telephone: Telephone, at_the_pin: OnTheLine, slow: SlowGateway
) -> None:
    sid = call_row(app, at_the_pin.call_id).sid
    client = type_the_pin(app, telephone, sid, slow)
    telephone.ask("/calls/status", sid, CallStatus="completed")
    client.close()
    slow.go_on.set()
    turns_of(app, at_the_pin.call_id, 6)
    row = comes_to(app, at_the_pin.call_id, "dropped")
    assert row.outcome == "dropped" and paid(app)[0] == ["settled"]
