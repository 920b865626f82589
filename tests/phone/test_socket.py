"""The browser phone's socket, on loopback: who is let in, and what comes over it."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from simple_websocket import Client, ConnectionClosed
from sqlalchemy import update

from helpline.calls.lines import new_token
from helpline.calls.media import POLICY_VIOLATION
from helpline.calls.turns import find_call, open_call
from helpline.db import db
from helpline.models import Call, Turn
from helpline.staff.models import Staff
from tests.calls.line import media
from tests.cast import MARGARET, Clock, People, password_hash, press, sign_in_ruth, sign_in_volunteer
from tests.phone.calls import ring
from tests.phone.conftest import SOON
from voice.audio import FRAME_BYTES

STREAM = "/office/phone/stream"
QUIET = media(b"\xff" * FRAME_BYTES)


def handshake(client: FlaskClient, origin: str) -> dict[str, str]:
    """What a browser sends on its way to a socket: our cookie, and where the page comes from."""
    cookie = client.get_cookie("session")
    sent = {"Origin": origin, "Cookie": f"session={cookie.value}" if cookie else ""}
    return {name: value for name, value in sent.items() if value}


def refused(address: str, client: FlaskClient, origin: str) -> bool:
    """Whether the handshake is turned down before any socket is open."""
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "eA=="}
    headers = {**upgrade, **handshake(client, origin)}
    return requests.get(f"{address}{STREAM}", headers=headers, timeout=SOON, allow_redirects=False).status_code in (302, 403)


def connect(address: str, client: FlaskClient) -> Client:
    return Client.connect(address.replace("http", "ws") + STREAM, headers=handshake(client, address))


def token(client: FlaskClient, call: str) -> dict[str, str]:
    given = press(client, f"{call}/token")
    assert given.status_code == 200
    return given.json or {}


def start(sid: str, token: str) -> str:
    content = {"callSid": sid, "customParameters": {"token": token}}
    return json.dumps({"event": "start", "streamSid": "browser", "start": content})


def begun(address: str, client: FlaskClient, call: str) -> Client:
    line = connect(address, client)
    line.send(start(**token(client, call)))
    return line


def next_of(line: Client, event: str) -> dict[str, Any]:
    until = time.monotonic() + SOON
    while time.monotonic() < until:
        message = json.loads(line.receive(timeout=0.2) or "{}")
        if message.get("event") == event:
            return message
    raise AssertionError(f"no {event} came")


def closed_with(line: Client) -> int | None:
    until = time.monotonic() + SOON
    try:
        while time.monotonic() < until:
            line.receive(timeout=0.2)
    except ConnectionClosed as closed:
        return int(closed.reason)
    return None


def turn(app: Flask, number: int) -> Turn:
    """This turn of the only call, as soon as it is there."""
    until = time.monotonic() + SOON
    while time.monotonic() < until:
        with app.app_context():
            if found := db.session.query(Turn).filter_by(number=number).first():
                return found
        time.sleep(0.05)
    raise AssertionError(f"no turn {number}")


# -- who is let in


def test_who_is_not_signed_in_is_refused(address: str, client: FlaskClient, people: People) -> None:
    assert refused(address, client, address)


def test_a_volunteer_is_refused(address: str, client: FlaskClient, people: People) -> None:
    sign_in_volunteer(client, people.wei)
    assert refused(address, client, address)


def test_an_auditor_is_refused(address: str, app: Flask, ruth: FlaskClient) -> None:
    with app.app_context():
        db.session.execute(update(Staff).values(role="auditor"))
        db.session.commit()
    assert refused(address, ruth, address)


def test_who_has_signed_out_elsewhere_is_refused(address: str, app: Flask, ruth: FlaskClient) -> None:
    elsewhere = app.test_client()
    sign_in_ruth(elsewhere)
    press(elsewhere, "/office/sign-out")
    assert refused(address, ruth, address)


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:1", "null", ""])
def test_another_sites_page_is_refused(address: str, ruth: FlaskClient, origin: str) -> None:
    assert refused(address, ruth, origin)


@pytest.mark.parametrize("wrong", ["", "x", "0" * 64])
def test_a_wrong_token_is_closed_and_the_right_one_still_works(address: str, ruth: FlaskClient, wrong: str) -> None:
    call = ring(ruth, "Dorothy", "voice")
    given = token(ruth, call)
    thief = connect(address, ruth)
    thief.send(start(given["sid"], wrong))
    assert closed_with(thief) == POLICY_VIOLATION
    line = connect(address, ruth)
    line.send(start(**given))
    assert next_of(line, "media")["streamSid"] == "browser"
    line.close()


def test_a_token_lets_in_once(address: str, ruth: FlaskClient) -> None:
    given = token(ruth, ring(ruth, "Dorothy", "voice"))
    first, second = connect(address, ruth), connect(address, ruth)
    first.send(start(**given))
    next_of(first, "media")
    second.send(start(**given))
    assert closed_with(second) == POLICY_VIOLATION
    first.close()


def test_a_second_socket_of_a_call_that_is_heard_is_refused(address: str, ruth: FlaskClient) -> None:
    call = ring(ruth, "Dorothy", "voice")
    first = begun(address, ruth, call)
    next_of(first, "media")
    over = threading.Event()

    def breathe() -> None:
        while not over.wait(0.05):
            first.send(QUIET)

    breathing = threading.Thread(target=breathe)
    breathing.start()
    try:
        assert closed_with(begun(address, ruth, call)) == POLICY_VIOLATION
    finally:
        over.set()
        breathing.join()
    first.close()


def test_another_colleagues_call_is_not_hers(address: str, app: Flask, ruth: FlaskClient) -> None:
    given = token(ruth, ring(ruth, "Dorothy", "voice"))
    with app.app_context():
        db.session.add(Staff(name="Samuel Lowe", login="samuel", password_hash=password_hash(), role="supervisor"))
        db.session.commit()
    samuel = app.test_client()
    sign_in_ruth(samuel, "samuel")
    line = connect(address, samuel)
    line.send(start(**given))
    assert closed_with(line) == POLICY_VIOLATION


def test_a_real_callers_line_cannot_be_taken_over(address: str, app: Flask, ruth: FlaskClient, clock: Clock) -> None:
    with app.app_context():
        call = open_call("CA1", MARGARET, "inbound", clock.now(), {"kind": "training", "staff": 1})
        real = new_token(call, str(app.secret_key))
        db.session.commit()
    line = connect(address, ruth)
    line.send(start("CA1", real))
    assert closed_with(line) == POLICY_VIOLATION
    with app.app_context():
        kept = find_call("CA1")
        assert kept is not None and kept.token_hash is not None and kept.sockets == 0


# -- what comes over it


def test_words_that_are_typed_are_a_turn(address: str, app: Flask, ruth: FlaskClient) -> None:
    line = begun(address, ruth, ring(ruth, "Dorothy", "voice"))
    next_of(line, "mark")
    line.send(json.dumps({"event": "text", "streamSid": "browser", "text": {"words": " yes, speaking "}}))
    answered = turn(app, 1)
    assert (answered.heard["text"], answered.heard["engine"]) == ("yes, speaking", "typed")
    line.close()


def test_a_key_is_a_turn(address: str, app: Flask, ruth: FlaskClient) -> None:
    line = begun(address, ruth, ring(ruth, "Dorothy", "voice"))
    next_of(line, "mark")
    line.send(json.dumps({"event": "dtmf", "dtmf": {"track": "inbound_track", "digit": "1"}}))
    assert turn(app, 1).heard["keys"] == "1"
    line.close()


@pytest.mark.parametrize("text", [None, 7, {}, {"words": 7}, {"words": ""}, {"words": "   "}])
def test_text_that_is_none_is_passed_over(address: str, app: Flask, ruth: FlaskClient, text: object) -> None:
    line = begun(address, ruth, ring(ruth, "Dorothy", "voice"))
    next_of(line, "mark")
    line.send(json.dumps({"event": "text", "text": text}))
    line.send(json.dumps({"event": "text", "text": {"words": "yes"}}))
    assert turn(app, 1).heard["text"] == "yes"
    line.close()


def test_typing_by_form_is_refused_while_the_line_is_open(address: str, app: Flask, ruth: FlaskClient) -> None:
    call = ring(ruth, "Dorothy", "voice")
    line = begun(address, ruth, call)
    next_of(line, "mark")
    press(ruth, f"{call}/turns", words="yes", turn="1", **{"as": "words"})
    assert "on the line by voice" in ruth.get(call).text
    line.close()


def test_hanging_up_ends_the_call_and_no_token_is_given_any_more(address: str, app: Flask, ruth: FlaskClient) -> None:
    call = ring(ruth, "Dorothy", "voice")
    line = begun(address, ruth, call)
    next_of(line, "media")
    line.send(json.dumps({"event": "stop"}))
    until = time.monotonic() + SOON
    while ruth.get(f"{call}/turns").headers["X-Call"] == "on" and time.monotonic() < until:
        time.sleep(0.05)
    assert press(ruth, f"{call}/token").status_code == 409
    with app.app_context():
        assert db.session.query(Call).one().outcome == "hung_up"
