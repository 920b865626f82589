"""A caller is taken at a desk: two real sockets on loopback, and what no line and no stranger can do to them."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from simple_websocket import Client, ConnectionClosed
from sqlalchemy import select, update

from helpline.calls import bridge
from helpline.calls.bridge import Talks
from helpline.calls.media import POLICY_VIOLATION
from helpline.db import db
from helpline.events import Event
from helpline.providers.twilio import sign
from helpline.staff import duty
from helpline.staff.models import Duty
from tests.calls.line import TOKEN, Ears, Voice, media, token_in
from tests.calls.test_person import HELENS, RUTHS, SID, Office, begin_again, office, tags, words
from tests.calls.test_socket import closed_with
from tests.cast import Clock, People, press, sign_in_ruth
from tests.serving import served
from voice.audio import FRAME_BYTES

__all__ = ["office"]
SOON = 8.0  # seconds for what comes at once on an idle machine
CALLERS, RUTHS_SOUND = b"\x11" * FRAME_BYTES, b"\x22" * FRAME_BYTES


@pytest.fixture
def site(app: Flask, ears: Ears, voice: Voice) -> Iterator[str]:
    with served(app):
        yield app.extensions["helpline"].settings.public_url


@pytest.fixture
def ruth(client: FlaskClient, office: Office) -> FlaskClient:
    """Ruth's browser: signed in, her desk open."""
    sign_in_ruth(client)
    assert here(client) == ""
    return client


@pytest.fixture
def helen(app: Flask, office: Office) -> FlaskClient:
    client = app.test_client()
    sign_in_ruth(client, "helen")
    assert here(client) == ""
    return client


def here(browser: FlaskClient) -> str:
    """What a desk is told of who waits."""
    answer = press(browser, "/office/desk/here")
    assert answer.status_code == 200
    return answer.text.strip()


def take(browser: FlaskClient, ring: int = 1, what: str = "take") -> int:
    return press(browser, f"/office/desk/rings/{ring}/{what}").status_code


def desk_line(site: str, browser: FlaskClient, ring: int = 1, origin: str = "") -> Client:
    cookie = browser.get_cookie("session")
    headers = {"Origin": origin or site, "Cookie": f"session={cookie.value}" if cookie else ""}
    return Client.connect(f"{site.replace('http', 'ws')}/office/desk/rings/{ring}/line", headers=headers)


def caller_line(site: str, base: str, sid: str, token: str) -> Client:
    """The caller's socket, signed for the public address."""
    path = "/calls/desk"
    signed = sign(TOKEN, base.replace("http", "ws") + path, {})
    client = Client.connect(site.replace("http", "ws") + path, headers=signed)
    content = {"callSid": sid, "customParameters": {"token": token}}
    client.send(json.dumps({"event": "start", "streamSid": "MZ1", "start": content}))
    return client


def leave_the_queue(office: Office) -> str:
    """The caller is told to go to the desk; their token."""
    assert tags(office.wait()) == ["Leave"]
    _say, connect, _redirect = verbs = office.come_back()
    assert words(verbs) == "Here is Ruth, who can hear you now."
    assert connect[0].get("url") == office.telephone.base.replace("http", "ws") + "/calls/desk"
    return token_in([connect])


@contextmanager
def talking(client: Client, sound: bytes) -> Iterator[None]:
    """Somebody makes this sound all the time."""
    over = threading.Event()

    def talk() -> None:
        while not over.wait(0.02):
            try:
                client.send(media(sound))
            except ConnectionClosed:
                return

    thread = threading.Thread(target=talk, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def hears(client: Client, sound: bytes) -> bool:
    """Whether exactly this sound comes out of the socket."""
    return any(m.get("event") == "media" and base64.b64decode(m["media"]["payload"]) == sound for m in coming(client))


def told(client: Client, event: str) -> dict[str, Any] | None:
    return next((message for message in coming(client) if message.get("event") == event), None)


def coming(client: Client) -> Iterator[dict[str, Any]]:
    until = time.monotonic() + SOON
    while time.monotonic() < until:
        message = client.receive(timeout=0.2)
        if message:
            yield json.loads(message)


def stands(office: Office, *wanted: str) -> str:
    """How the wait stands, as soon as it stands so."""
    until = time.monotonic() + SOON
    while (found := office.row().status) not in wanted and time.monotonic() < until:
        time.sleep(0.05)
    return found


def joined(site: str, office: Office, browser: FlaskClient) -> tuple[Client, Client]:
    """Ruth has taken Margaret's call: both lines, each hearing the other."""
    office.put_through()
    assert take(browser) == 204
    desk = desk_line(site, browser)
    caller = caller_line(site, office.telephone.base, SID, leave_the_queue(office))
    with talking(caller, CALLERS), talking(desk, RUTHS_SOUND):
        assert told(desk, "joined")
        assert hears(desk, CALLERS) and hears(caller, RUTHS_SOUND)
    return caller, desk


# -- who is rung, and where


def test_an_open_desk_is_told_who_and_what_about_and_nothing_more(office: Office, ruth: FlaskClient) -> None:
    office.put_through()
    assert "Margaret is on the line" in (page := here(ruth))
    assert "They did not say what it is about." in page
    assert "Hill" not in page and "+44" not in page


def test_the_telephone_of_whoever_is_at_their_desk_rings_later_and_that_of_the_others_at_once(
    office: Office, ruth: FlaskClient, clock: Clock
) -> None:
    office.put_through()
    office.ring()
    assert set(office.exchange.rung) == {HELENS}
    clock.pass_time(seconds=21)
    office.ring()
    assert set(office.exchange.rung) == {HELENS, RUTHS}


def test_a_desk_that_asks_no_more_is_closed_and_the_telephone_rings_at_once(
    office: Office, ruth: FlaskClient, clock: Clock
) -> None:
    clock.pass_time(seconds=16)
    office.put_through()
    office.ring()
    assert set(office.exchange.rung) == {HELENS, RUTHS}


def test_a_desk_that_says_goodbye_is_closed_at_once(office: Office, ruth: FlaskClient) -> None:
    assert press(ruth, "/office/desk/away").status_code == 204
    office.put_through()
    office.ring()
    assert set(office.exchange.rung) == {HELENS, RUTHS}


def test_a_call_that_goes_on_by_turns_rings_telephones_only_at_once(office: Office, ruth: FlaskClient) -> None:
    office.telephone.ask("/calls/incoming", SID)
    office.telephone.ask("/calls/stream-status", SID, StreamEvent="stream-error", StreamError="refused")
    office.put_through()
    office.ring()
    assert set(office.exchange.rung) == {HELENS, RUTHS}


def test_who_says_no_at_their_desk_is_not_rung_at_their_telephone(office: Office, ruth: FlaskClient, clock: Clock) -> None:
    office.put_through()
    assert take(ruth, what="decline") == 204
    assert here(ruth) == ""
    clock.pass_time(seconds=21)
    office.ring()
    assert set(office.exchange.rung) == {HELENS}


def test_while_a_desk_rings_the_queue_asks_often_and_speaks_as_seldom_as_before(office: Office, ruth: FlaskClient) -> None:
    office.put_through()
    spoken, paths = [], ["/calls/waiting/1"]
    for _ in range(5):
        gather, redirect = office.telephone.verbs(paths[-1], SID, CallStatus="in-progress")
        spoken.append(bool(words([gather])))
        assert gather.get("timeout") == "2"
        paths.append(redirect.text.removeprefix(office.telephone.base))
    assert spoken == [True, False, False, False, True]


# -- the call


def test_each_hears_the_other_and_who_hangs_up_at_the_desk_ends_the_call(
    site: str, office: Office, ruth: FlaskClient, app: Flask
) -> None:
    caller, desk = joined(site, office, ruth)
    desk.send(json.dumps({"event": "stop"}))
    assert told(desk, "over") == {"event": "over", "why": "hung_up"}
    time.sleep(0.3)
    desk.send(media(RUTHS_SOUND))  # the line is hers to close: sound on its way must not break it before she has read why
    assert closed_with(caller) == 1000
    assert stands(office, "over") == "over"
    assert tags(office.telephone.verbs("/calls/handed-over?desk", SID, CallStatus="in-progress")) == ["Hangup"]
    with app.app_context():
        kinds = db.session.scalars(select(Event.kind).order_by(Event.id)).all()
        took = db.session.scalars(select(Event).where(Event.kind == "person_took_it")).one()
        assert {"waits_for_person", "person_took_it", "wait_ended"} <= set(kinds) and took.data["at_desk"]
    assert app.extensions["switchboard"].talks.find(1) is None


def test_a_browser_that_is_closed_gives_the_caller_back_to_the_helpline(
    site: str, office: Office, ruth: FlaskClient, app: Flask
) -> None:
    caller, desk = joined(site, office, ruth)
    desk.close()
    assert closed_with(caller) == 1000
    assert stands(office, "lost") == "lost"
    verbs = office.telephone.verbs("/calls/handed-over?desk", SID, CallStatus="in-progress")
    assert words(verbs) == "I am sorry. The line to our office broke."
    assert verbs[1][0].get("url", "").endswith("/calls/stream")
    assert "person.not_here" in begin_again(app)


def test_a_caller_who_hangs_up_ends_it_for_the_desk(site: str, office: Office, ruth: FlaskClient) -> None:
    caller, desk = joined(site, office, ruth)
    caller.close()
    assert told(desk, "over") == {"event": "over", "why": "left"}
    office.telephone.ask("/calls/status", SID, CallStatus="completed")
    assert office.row().status == "over"


def test_a_caller_whose_line_breaks_is_taken_up_again(site: str, office: Office, ruth: FlaskClient) -> None:
    caller, _desk = joined(site, office, ruth)
    caller.close()
    verbs = office.telephone.verbs("/calls/handed-over?desk", SID, CallStatus="in-progress")
    assert tags(verbs) == ["Say", "Connect", "Redirect"] and office.row().status == "lost"


def test_her_own_telephone_takes_nothing_from_her_desk(office: Office, ruth: FlaskClient, clock: Clock) -> None:
    office.put_through()
    clock.pass_time(seconds=21)
    here(ruth)
    office.ring()
    assert RUTHS in office.exchange.rung
    asked = office.pick_up(RUTHS)[0].get("action").removeprefix(office.telephone.base)
    assert take(ruth) == 204
    assert words(office.of(RUTHS, asked, Digits="1")) == "Somebody has taken this call already. Thank you."
    office.told(RUTHS, "no-answer")
    assert office.row().status == "taken"


def test_garbage_is_passed_over_on_both_lines(site: str, office: Office, ruth: FlaskClient) -> None:
    caller, desk = joined(site, office, ruth)
    for line in (caller, desk):
        for rubbish in (
            "",
            "{",
            "[]",
            '{"event":"media","media":{"payload":"%%%"}}',
            '{"event":"media"}',
            "[" * 9_000,
            b"\x00\xff",
        ):
            line.send(rubbish)
    with talking(caller, CALLERS), talking(desk, RUTHS_SOUND):
        assert hears(desk, CALLERS) and hears(caller, RUTHS_SOUND)


def test_a_line_that_sends_more_than_time_passes_is_closed_and_the_caller_comes_back(
    site: str, office: Office, ruth: FlaskClient
) -> None:
    caller, desk = joined(site, office, ruth)
    with suppress(ConnectionClosed):  # in the middle, or after the last
        for _ in range(8):
            desk.send(media(RUTHS_SOUND * 100))
    assert closed_with(caller) == 1000
    assert stands(office, "lost") == "lost"


def test_a_process_that_is_told_to_stop_gives_the_caller_back(site: str, office: Office, ruth: FlaskClient, app: Flask) -> None:
    caller, _desk = joined(site, office, ruth)
    app.extensions["switchboard"].talks.end_all()
    assert closed_with(caller) == 1000
    verbs = office.telephone.verbs("/calls/handed-over?desk", SID, CallStatus="in-progress")
    assert tags(verbs) == ["Say", "Connect", "Redirect"]


def test_a_desk_that_never_comes_leaves_the_caller_with_us(
    site: str, office: Office, ruth: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bridge, "JOIN_WITHIN", timedelta(seconds=0.5))
    office.put_through()
    assert take(ruth) == 204
    caller = caller_line(site, office.telephone.base, SID, leave_the_queue(office))
    with talking(caller, CALLERS):
        assert closed_with(caller) == 1000
    verbs = office.telephone.verbs("/calls/handed-over?desk", SID, CallStatus="in-progress")
    assert tags(verbs) == ["Say", "Connect", "Redirect"]


# -- who may


def test_two_at_once_one_takes_it(office: Office, ruth: FlaskClient, helen: FlaskClient) -> None:
    office.put_through()
    start, answers = threading.Barrier(2), []

    def press_it(browser: FlaskClient, ring: int) -> None:
        start.wait()
        answers.append(take(browser, ring))

    both = [threading.Thread(target=press_it, args=one) for one in ((ruth, 1), (helen, 2))]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(answers) == [204, 409]
    assert list(office.rings().values()).count("taken") == 1


def test_a_caller_who_has_hung_up_cannot_be_taken(office: Office, ruth: FlaskClient) -> None:
    office.put_through()
    office.telephone.ask("/calls/status", SID, CallStatus="completed")
    assert take(ruth) == 409
    assert office.row().status == "gone"


def test_a_caller_who_hangs_up_on_the_way_to_the_desk(site: str, office: Office, ruth: FlaskClient) -> None:
    office.put_through()
    assert take(ruth) == 204
    desk = desk_line(site, ruth)
    office.telephone.ask("/calls/status", SID, CallStatus="completed")
    with talking(desk, RUTHS_SOUND):
        assert told(desk, "over") == {"event": "over", "why": "left"}
    assert office.row().status == "gone"


def test_too_many_talks_leave_the_caller_waiting(office: Office, ruth: FlaskClient, app: Flask) -> None:
    app.extensions["switchboard"].talks._most = 0
    office.put_through()
    assert take(ruth) == 503
    assert office.row().status == "waiting"


def test_another_colleagues_ring_is_not_hers(office: Office, ruth: FlaskClient) -> None:
    office.put_through()
    assert (take(ruth, 2), take(ruth, 99), take(ruth, 2, "decline")) == (404, 404, 404)
    assert office.row().status == "waiting"


def test_who_has_gone_off_duty_takes_none(office: Office, ruth: FlaskClient, app: Flask, people: People, clock: Clock) -> None:
    office.put_through()
    with app.app_context():
        duty.end(people.ruth, clock.now())
        db.session.commit()
    assert press(ruth, "/office/desk/here").status_code == 409
    assert take(ruth) == 404


def test_no_line_before_the_call_is_taken_and_none_for_a_second_window(site: str, office: Office, ruth: FlaskClient) -> None:
    office.put_through()
    assert closed_with(desk_line(site, ruth)) == POLICY_VIOLATION
    assert take(ruth) == 204
    first = desk_line(site, ruth)
    with talking(first, RUTHS_SOUND):
        time.sleep(0.3)
        assert closed_with(desk_line(site, ruth)) == POLICY_VIOLATION
    first.close()


def test_another_colleagues_line_is_not_hers(site: str, office: Office, ruth: FlaskClient, helen: FlaskClient) -> None:
    office.put_through()
    assert take(helen, 2) == 204
    assert closed_with(desk_line(site, ruth, 2)) == POLICY_VIOLATION
    assert closed_with(desk_line(site, ruth, 99)) == POLICY_VIOLATION
    assert office.row().status == "taken"


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_another_sites_page_and_a_stranger_get_no_line(
    site: str, office: Office, ruth: FlaskClient, app: Flask, origin: str
) -> None:
    office.put_through()
    assert take(ruth) == 204
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "eA=="}
    cookie = ruth.get_cookie("session")
    assert cookie is not None
    thief = {**upgrade, "Origin": origin, "Cookie": f"session={cookie.value}"}
    stranger = {**upgrade, "Origin": site}
    for headers in (thief, stranger):
        answer = requests.get(f"{site}/office/desk/rings/1/line", headers=headers, timeout=SOON, allow_redirects=False)
        assert answer.status_code == 403


def test_the_callers_line_needs_the_token_and_a_desk(site: str, office: Office, ruth: FlaskClient) -> None:
    office.put_through()
    assert take(ruth) == 204
    token = leave_the_queue(office)
    assert closed_with(caller_line(site, office.telephone.base, SID, "0" * 64)) == POLICY_VIOLATION
    first = caller_line(site, office.telephone.base, SID, token)
    with talking(first, CALLERS):
        time.sleep(0.3)
        assert closed_with(caller_line(site, office.telephone.base, SID, token)) == POLICY_VIOLATION
    first.close()


def test_a_place_that_nobody_came_to_is_free_again(monkeypatch: pytest.MonkeyPatch) -> None:
    talks = Talks(most=1)
    assert talks.open(1) and talks.open(1) and not talks.open(2)
    monkeypatch.setattr(bridge, "JOIN_WITHIN", timedelta(seconds=-1))
    assert talks.open(2) and talks.find(1) is None


def test_a_page_that_was_left_open_is_no_duty_that_lasts_for_ever(office: Office, ruth: FlaskClient, app: Flask) -> None:
    with app.app_context():
        db.session.execute(update(Duty).values(began_at=office.clock.now() - duty.LONGEST_DUTY))
        db.session.commit()
    assert press(ruth, "/office/desk/here").status_code == 409
