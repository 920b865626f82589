"""The provider's webhooks: who may ask, and what each answer has the provider do with the call."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from helpline.calls.conversation import Conversation
from helpline.calls.lines import Lines
from helpline.calls.turns import find_call
from helpline.db import db
from helpline.events import Event
from helpline.models import Call, ServiceRequest, Turn
from helpline.outbox import Delivery, promise_call
from helpline.providers.twilio import sign
from tests.calls.line import TOKEN, Telephone, new_sid, token_in
from tests.cast import JOAN, MARGARET, Clock, People
from voice.heard import Heard
from voice.languages import load_language
from voice.traits import codes

SID = "CA0123456789abcdef0123456789abcdef"
OFFICE = "+442071838700"
GIVEN_UP = "/calls/after?broken=1&turns=0"  # where the provider asks behind the second stream


def row(app: Flask, sid: str = SID) -> Call:
    with app.app_context():
        call = find_call(sid)
        assert call is not None
        db.session.expunge(call)
        return call


def stands(app: Flask, sid: str = SID, **values: object) -> None:
    """Put a call where a test needs it."""
    with app.app_context():
        db.session.execute(update(Call).where(Call.sid == sid).values(**values))
        db.session.commit()


def requests_of(app: Flask) -> list[tuple[str, str]]:
    with app.app_context():
        return [(request.intent, request.details["about"]) for request in db.session.scalars(select(ServiceRequest))]


def rung_by_us(app: Flask, clock: Clock, **values: object) -> int:
    """A call to Joan that the outbox holds; its id."""
    with app.app_context():
        promise_call(JOAN, {"kind": "tell_who_comes"}, "task:1", clock.now())
        db.session.execute(update(Delivery).values(**values)) if values else None
        db.session.commit()
        return db.session.scalars(select(Delivery.id)).one()


# -- who may ask


@pytest.mark.parametrize("path", ["incoming", "answered/1", "after", "handed-over", "status", "stream-status", "machine"])
def test_whoever_has_not_signed_is_refused(app: Flask, path: str) -> None:
    answer = app.test_client().post(f"/calls/{path}", data={"CallSid": SID, "From": MARGARET})
    assert answer.status_code == 403
    with app.app_context():
        assert db.session.scalar(select(func.count(Call.id))) == 0


def test_no_address_below_calls_is_without_a_guard(app: Flask) -> None:
    """Also one that somebody adds next year: each is asked without a signature. The socket has a test of its own."""
    below = [rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/calls/") and not rule.websocket]
    assert len(below) >= 12
    for path in (re.sub("<int:[a-z_]+>", "1", rule) for rule in below):
        assert app.test_client().post(path, data={"CallSid": SID}).status_code == 403, path


def test_nothing_that_the_network_says_of_a_number_tells_who_rings(app: Flask, telephone: Telephone, people: People) -> None:
    """An attested number is still only a number: the call begins with the same question, at the same level."""
    said = []
    for attested in (
        {"StirVerstat": "TN-Validation-Passed-A", "CallToken": "x"},
        {"StirVerstat": "TN-Validation-Failed-C"},
        {},
    ):
        sid = new_sid()
        assert telephone.ask("/calls/incoming", sid, **attested).status_code == 200
        with app.app_context():
            call = find_call(sid)
            assert call is not None
            reply = app.extensions["helpline"].conversation.begin(call.id)
            said.append([one.text for one in reply.says])
        assert (row(app, sid).caller_id, (row(app, sid).state or {})["level"]) == (None, 0)
    assert said[0] == said[1] == said[2]


def test_what_somebody_sends_us_begins_no_line_of_the_log(telephone: Telephone, caplog: pytest.LogCaptureFixture) -> None:
    telephone.ask("/calls/incoming", "CA1\nWARNING payment 7 was refunded")
    telephone.ask("/calls/incoming%0AWARNING%20payment", SID, signed_for="http://elsewhere/")
    assert "not the id of a call" in caplog.text
    assert not any(line.startswith("WARNING payment") for line in caplog.text.splitlines())


def test_a_signature_for_another_address_is_refused(telephone: Telephone) -> None:
    assert telephone.ask("/calls/incoming", SID, signed_for="https://elsewhere.example/calls/incoming").status_code == 403
    assert telephone.ask("/calls/incoming", SID, signed_for=f"{telephone.base}/calls/after").status_code == 403


def test_a_signature_for_another_form_is_refused(app: Flask, telephone: Telephone) -> None:
    form = {"CallSid": SID, "From": MARGARET, "Direction": "inbound"}
    headers = sign(TOKEN, f"{telephone.base}/calls/incoming", form)
    assert app.test_client().post("/calls/incoming", data={**form, "From": JOAN}, headers=headers).status_code == 403
    assert app.test_client().post("/calls/incoming", data=form, headers=headers).status_code == 200


def test_a_query_belongs_to_what_is_signed(telephone: Telephone) -> None:
    assert telephone.ask("/calls/incoming?x=a%20b", SID).status_code == 200
    assert telephone.ask("/calls/incoming?x=1", SID, signed_for=f"{telephone.base}/calls/incoming").status_code == 403


@pytest.mark.parametrize("path", ["/calls/stream", "/calls/desk"])
def test_an_unsigned_socket_is_refused_before_the_handshake(app: Flask, path: str) -> None:
    headers = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": "x" * 22 + "==",
        "Sec-WebSocket-Version": "13",
    }
    assert app.test_client().get(path, headers=headers).status_code == 403


# -- somebody rings


def test_a_call_is_carried_by_our_socket_and_always_has_a_next_verb(app: Flask, telephone: Telephone) -> None:
    connect, redirect = telephone.verbs("/calls/incoming", SID)
    assert connect[0].get("url") == telephone.base.replace("http", "ws") + "/calls/stream"
    assert (redirect.tag, redirect.text) == ("Redirect", f"{telephone.base}/calls/after")
    assert (row(app).number, row(app).status) == (MARGARET, "ringing")
    assert token_in([connect]) not in (row(app).token_hash or "")


def test_the_same_webhook_twice_gives_the_same_answer_and_one_call(app: Flask, telephone: Telephone) -> None:
    first, second = telephone.ask("/calls/incoming", SID), telephone.ask("/calls/incoming", SID)
    assert first.text == second.text
    with app.app_context():
        assert db.session.scalar(select(func.count(Call.id))) == 1
        assert db.session.scalar(select(func.count(Event.id)).where(Event.kind == "call_started")) == 1


def test_a_replayed_webhook_of_a_call_that_has_ended_carries_nothing_on(app: Flask, telephone: Telephone) -> None:
    telephone.ask("/calls/incoming", SID)
    telephone.ask("/calls/status", SID, CallStatus="completed")
    telephone.ask("/calls/incoming", SID)
    assert row(app).status == "ended"


@pytest.mark.parametrize("sid", ["", "CA", "not a call", "CA" + "x" * 400, "CA1234567890'; DROP TABLE call"])
def test_a_form_that_tells_of_no_call_is_refused(app: Flask, telephone: Telephone, sid: str) -> None:
    assert telephone.ask("/calls/incoming", sid).status_code == 400
    with app.app_context():
        assert db.session.scalar(select(func.count(Call.id))) == 0


def test_a_number_that_is_withheld_is_no_number(app: Flask, telephone: Telephone) -> None:
    telephone.ask("/calls/incoming", SID, number="Anonymous")
    assert row(app).number == ""


def test_a_huge_form_is_refused(telephone: Telephone) -> None:
    assert telephone.ask("/calls/incoming", SID, Junk="x" * 300_000).status_code == 413


def test_bytes_that_are_no_form_are_refused(app: Flask) -> None:
    answer = app.test_client().post(
        "/calls/incoming", data=b"\xff\xfe%%%&&&==", content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 403


def test_strange_characters_in_a_form_do_no_harm(app: Flask, telephone: Telephone) -> None:
    assert telephone.ask("/calls/incoming", SID, number="+44\x07<b>'\"" + "9" * 300).status_code == 200
    assert len(row(app).number) == 40


# -- we ring somebody


def test_whoever_picks_up_a_call_of_ours_is_told_why_we_ring(app: Flask, telephone: Telephone, clock: Clock) -> None:
    delivery_id = rung_by_us(app, clock)
    verbs = telephone.verbs(f"/calls/answered/{delivery_id}", SID, From="+15005550006", To=JOAN, Direction="outbound-api")
    assert verbs[0].tag == "Connect"
    call = row(app)
    assert (call.direction, call.number, call.purpose) == ("outbound", JOAN, {"kind": "tell_who_comes"})


def test_an_unknown_delivery_is_not_found(telephone: Telephone) -> None:
    assert telephone.ask("/calls/answered/7", SID).status_code == 404


def test_a_text_message_cannot_be_picked_up(app: Flask, telephone: Telephone, clock: Clock) -> None:
    delivery_id = rung_by_us(app, clock, channel="sms")
    assert telephone.ask(f"/calls/answered/{delivery_id}", SID).status_code == 404


# -- the stream has ended


def test_after_a_goodbye_the_line_is_hung_up(app: Flask, telephone: Telephone) -> None:
    telephone.ask("/calls/incoming", SID)
    stands(app, status="ended", outcome="hang_up")
    assert [verb.tag for verb in telephone.verbs("/calls/after", SID)] == ["Hangup"]


@pytest.mark.parametrize("outcome", ["too_long", "resumed"])
def test_after_a_call_that_we_ended_nothing_is_carried_on(app: Flask, telephone: Telephone, outcome: str) -> None:
    telephone.ask("/calls/incoming", SID)
    stands(app, status="dropped", outcome=outcome)
    assert [verb.tag for verb in telephone.verbs("/calls/after", SID)] == ["Hangup"]


@pytest.mark.parametrize(("status", "outcome"), [("live", ""), ("dropped", "dropped"), ("ended", "hung_up")])
def test_a_stream_that_broke_is_opened_again(app: Flask, telephone: Telephone, status: str, outcome: str) -> None:
    first = token_in(telephone.verbs("/calls/incoming", SID))
    stands(app, status=status, outcome=outcome, sockets=1, token_hash=None)
    connect, redirect = telephone.verbs("/calls/after", SID)
    assert token_in([connect]) != first and redirect.tag == "Redirect"


def test_each_broken_stream_counts_in_the_address_even_one_that_never_reached_us(telephone: Telephone) -> None:
    (_, redirect) = telephone.verbs("/calls/incoming", SID)
    (_, redirect) = telephone.verbs((redirect.text or "").removeprefix(telephone.base), SID)
    assert redirect.text == telephone.base + GIVEN_UP
    (redirect,) = telephone.verbs((redirect.text or "").removeprefix(telephone.base), SID)
    assert (redirect.tag, redirect.text) == ("Redirect", f"{telephone.base}/calls/1/turns")


def test_a_stream_that_broke_twice_gives_way_to_keys_and_recordings(app: Flask, telephone: Telephone) -> None:
    telephone.ask("/calls/incoming", SID)
    stands(app, status="live", token_hash=None)
    first, second = telephone.ask(GIVEN_UP, SID), telephone.ask(GIVEN_UP, SID)
    assert first.text == second.text and "/calls/1/turns" in first.text
    with app.app_context():
        assert db.session.scalar(select(func.count(Event.id)).where(Event.kind == "goes_on_by_turns")) == 1


def test_a_stream_that_carried_a_turn_has_worked_and_may_break_again(app: Flask, telephone: Telephone) -> None:
    telephone.ask("/calls/incoming", SID)
    stands(app, status="live", token_hash=None, turns=3)
    connect, redirect = telephone.verbs(GIVEN_UP, SID)
    assert (connect.tag, redirect.text) == ("Connect", f"{telephone.base}/calls/after?broken=1&turns=3")
    (redirect,) = telephone.verbs((redirect.text or "").removeprefix(telephone.base), SID)
    assert redirect.text == f"{telephone.base}/calls/1/turns"


@pytest.mark.parametrize("query", ["broken=x&turns=y", "broken=-5&turns=-5", "broken=" + "9" * 40 + "&turns=" + "9" * 40])
def test_a_strange_address_ends_in_no_fault(telephone: Telephone, query: str) -> None:
    telephone.ask("/calls/incoming", SID)
    assert telephone.ask(f"/calls/after?{query}", SID).status_code == 200


def test_a_call_that_goes_on_without_a_stream_is_given_none_again(app: Flask, telephone: Telephone) -> None:
    telephone.ask("/calls/incoming", SID)
    telephone.ask(GIVEN_UP, SID)
    stands(app, status="ended", outcome="person")
    came_back = telephone.verbs("/calls/handed-over", SID, CallStatus="in-progress", DialCallStatus="no-answer")
    assert [verb.text for verb in came_back] == [f"{telephone.base}/calls/1/turns"]


def test_a_stream_that_the_provider_could_not_open_is_not_tried_again(app: Flask, telephone: Telephone) -> None:
    telephone.ask("/calls/incoming", SID)
    trouble = {"StreamEvent": "stream-error", "StreamError": "the server refused the handshake"}
    for _ in range(2):
        assert telephone.ask("/calls/stream-status", SID, **trouble).status_code == 204
    assert [verb.text for verb in telephone.verbs("/calls/after", SID)] == [f"{telephone.base}/calls/1/turns"]
    with app.app_context():
        told = db.session.scalars(select(Event).where(Event.kind == "stream_refused")).one()
    assert told.data == {"why": "the server refused the handshake"}


@pytest.mark.parametrize("event", ["stream-started", "stream-stopped", "", "a word of next year"])
def test_other_news_of_a_stream_changes_nothing(telephone: Telephone, event: str) -> None:
    telephone.ask("/calls/incoming", SID)
    assert telephone.ask("/calls/stream-status", SID, StreamEvent=event, StreamError="no").status_code == 204
    assert telephone.verbs("/calls/after", SID)[0].tag == "Connect"


def test_a_stream_that_broke_in_the_middle_may_be_opened_again(app: Flask, telephone: Telephone) -> None:
    telephone.ask("/calls/incoming", SID)
    stands(app, status="live", sockets=1, token_hash=None)
    telephone.ask("/calls/stream-status", SID, StreamEvent="stream-error", StreamError="closed")
    assert telephone.verbs("/calls/after", SID)[0].tag == "Connect"


def test_news_of_a_stream_of_no_call_opens_none(app: Flask, telephone: Telephone) -> None:
    telephone.ask("/calls/stream-status", SID, StreamEvent="stream-error", StreamError="no")
    with app.app_context():
        assert db.session.scalar(select(func.count(Call.id))) == 0


def test_a_call_whose_first_webhook_was_lost_begins_with_the_next(app: Flask, telephone: Telephone) -> None:
    assert telephone.verbs("/calls/after", SID)[0].tag == "Connect"
    assert row(app).status == "ringing"


class TestWithAnOffice:
    @pytest.fixture
    def changes(self) -> dict[str, object]:
        return {"telephony": {"staff_number": OFFICE}}

    def test_whoever_asked_for_a_person_is_put_through(self, app: Flask, telephone: Telephone) -> None:
        telephone.ask("/calls/incoming", SID)
        stands(app, status="ended", outcome="person")
        (dial,) = telephone.verbs("/calls/after", SID)
        assert (dial.tag, dial.text, dial.get("action")) == ("Dial", OFFICE, f"{telephone.base}/calls/handed-over")

    def test_when_a_person_has_talked_to_them_the_call_is_over(self, app: Flask, telephone: Telephone) -> None:
        telephone.ask("/calls/incoming", SID)
        stands(app, status="ended", outcome="person")
        verbs = telephone.verbs("/calls/handed-over", SID, CallStatus="in-progress", DialCallStatus="completed")
        assert [verb.tag for verb in verbs] == ["Hangup"]

    def test_when_nobody_picks_up_the_caller_comes_back_to_us(self, app: Flask, telephone: Telephone) -> None:
        telephone.ask("/calls/incoming", SID)
        stands(app, status="ended", outcome="person", sockets=1)
        not_there = {"CallStatus": "in-progress", "DialCallStatus": "no-answer"}
        first = telephone.ask("/calls/handed-over", SID, **not_there)
        assert "<Connect>" in first.text and row(app).status == "returned"
        assert telephone.ask("/calls/handed-over", SID, **not_there).text == first.text

    def test_a_caller_who_hangs_up_while_it_rings_is_not_carried(self, app: Flask, telephone: Telephone) -> None:
        telephone.ask("/calls/incoming", SID)
        stands(app, status="ended", outcome="person")
        verbs = telephone.verbs("/calls/handed-over", SID, CallStatus="completed", DialCallStatus="canceled")
        assert [verb.tag for verb in verbs] == ["Hangup"] and row(app).outcome == "person"

    def test_a_full_house_and_an_empty_office_end_in_a_promise_and_not_in_a_circle(
        self, app: Flask, telephone: Telephone
    ) -> None:
        full_house(app)
        assert [verb.tag for verb in telephone.verbs("/calls/incoming", SID)] == ["Say", "Dial"]
        say, hang_up = telephone.verbs("/calls/handed-over", SID, CallStatus="in-progress", DialCallStatus="no-answer")
        assert "all lines are busy" in (say.text or "") and hang_up.tag == "Hangup"

    def test_what_we_cannot_answer_is_said_and_put_through(
        self, app: Flask, telephone: Telephone, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("helpline.calls.routes.open_call", nothing_works)
        assert [verb.tag for verb in telephone.verbs("/calls/incoming", SID)] == ["Say", "Dial"]


# -- no room, no luck


def full_house(app: Flask) -> None:
    app.extensions["switchboard"] = replace(app.extensions["switchboard"], lines=Lines(0))


def nothing_works(*_: object) -> None:
    raise RuntimeError("nothing works today")


def test_a_full_house_promises_a_call_back(app: Flask, telephone: Telephone) -> None:
    full_house(app)
    assert [verb.tag for verb in telephone.verbs("/calls/incoming", SID)] == ["Gather", "Redirect"]
    say, hang_up = telephone.verbs(f"/calls/full/{row(app).id}", SID, Digits="0")
    assert "all lines are busy" in (say.text or "") and "within the hour" in (say.text or "")
    assert hang_up.tag == "Hangup" and requests_of(app) == [("speak_to_person", "busy")]


def test_an_exception_still_gives_words(telephone: Telephone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("helpline.calls.routes.open_call", nothing_works)
    (say,) = telephone.verbs("/calls/incoming", SID)
    assert say.text


@pytest.mark.parametrize("code", codes())
@pytest.mark.parametrize("key", ["trouble", "busy", "bad_line", "too_long", "reconnected", "person.connecting"])
def test_every_language_has_words_for_when_things_go_wrong(code: str, key: str) -> None:
    assert load_language(code).prompt(key, {"when": "soon"}, dt.date(2026, 11, 24))


# -- how a call stands


def test_a_call_that_is_over_is_told_of_late_and_twice(app: Flask, telephone: Telephone, clock: Clock) -> None:
    telephone.ask("/calls/incoming", SID)
    assert telephone.ask("/calls/status", SID, CallStatus="completed").status_code == 204
    ended_at = row(app).ended_at
    clock.pass_time(minutes=5)
    assert telephone.ask("/calls/status", SID, CallStatus="completed").status_code == 204
    assert (row(app).outcome, row(app).ended_at) == ("hung_up", ended_at)
    with app.app_context():
        assert db.session.scalar(select(func.count(Event.id)).where(Event.kind == "call_ended")) == 1


def test_news_of_a_call_that_was_live_once_does_not_bring_it_back(app: Flask, telephone: Telephone) -> None:
    telephone.ask("/calls/incoming", SID)
    telephone.ask("/calls/status", SID, CallStatus="completed")
    telephone.ask("/calls/status", SID, CallStatus="in-progress")
    assert row(app).status == "ended"


def test_news_of_an_unknown_call_opens_none(app: Flask, telephone: Telephone) -> None:
    assert telephone.ask("/calls/status", new_sid(), CallStatus="completed").status_code == 204
    with app.app_context():
        assert db.session.scalar(select(func.count(Call.id))) == 0


def test_hanging_up_in_the_middle_of_something_counts_as_dropped(app: Flask, telephone: Telephone, people: People) -> None:
    telephone.ask("/calls/incoming", SID)
    call_id, parts = row(app).id, app.extensions["helpline"]
    conversation: Conversation = parts.conversation
    for number, words in enumerate(("", "yes", "can somebody help me with my shopping")):
        with app.app_context():
            conversation.take_turn(call_id, number, Heard(text=words)) if number else conversation.begin(call_id)
    telephone.ask("/calls/status", SID, CallStatus="completed")
    assert (row(app).status, row(app).outcome) == ("dropped", "dropped")


@pytest.mark.parametrize("why", ["no-answer", "busy", "failed", "canceled"])
def test_a_call_of_ours_that_nobody_answers_is_placed_again_later(
    app: Flask, telephone: Telephone, clock: Clock, why: str
) -> None:
    rung_by_us(app, clock, status="sent", provider_id=SID, done_at=clock.now())
    for _ in range(2):  # told twice
        telephone.ask("/calls/status", SID, CallStatus=why, Direction="outbound-api", To=JOAN)
    with app.app_context():
        first, again = db.session.scalars(select(Delivery).order_by(Delivery.id))
        assert (first.status, first.error) == ("failed", "nobody answered")
        assert again.due_at == clock.now() + dt.timedelta(minutes=20) and again.status == "waiting"


class TestAMachineAnswers:
    """Joan's mailbox picks up the call that was to tell her who comes."""

    @pytest.fixture(autouse=True)
    def picked_up(self, app: Flask, telephone: Telephone, clock: Clock, people: People) -> None:
        delivery_id = rung_by_us(app, clock, status="sent", provider_id=SID, done_at=clock.now())
        self.joan = people.joan
        telephone.ask(f"/calls/answered/{delivery_id}", SID, Direction="outbound-api", To=JOAN)

    def hint(self, telephone: Telephone, who: str = "machine_start") -> None:
        for _ in range(2):  # told twice
            told = telephone.ask("/calls/machine", SID, AnsweredBy=who, Direction="outbound-api", To=JOAN)
            assert told.status_code == 204

    def calls_to_joan(self, app: Flask) -> list[str]:
        with app.app_context():
            return [*db.session.scalars(select(Delivery.status).order_by(Delivery.id))]

    def test_she_is_rung_again_later_and_once(self, app: Flask, telephone: Telephone) -> None:
        self.hint(telephone)
        for _ in range(2):
            telephone.ask("/calls/status", SID, CallStatus="completed", Direction="outbound-api", To=JOAN)
        assert self.calls_to_joan(app) == ["failed", "waiting"]
        with app.app_context():
            assert db.session.scalar(select(func.count(Event.id)).where(Event.kind == "machine_answered")) == 1

    def test_nobody_is_put_through_to_a_mailbox(self, app: Flask, telephone: Telephone) -> None:
        self.hint(telephone)
        stands(app, status="ended", outcome="person")
        assert [verb.tag for verb in telephone.verbs("/calls/after", SID)] == ["Hangup"]

    def test_whoever_has_pressed_a_key_is_no_machine_and_is_put_through(
        self, app: Flask, telephone: Telephone, clock: Clock
    ) -> None:
        self.hint(telephone)
        stands(app, status="ended", outcome="person")
        with app.app_context():
            call = db.session.scalars(select(Call).where(Call.sid == SID)).one()
            db.session.add(
                Turn(
                    call_id=call.id, number=0, heard={"text": "", "keys": "0"}, meaning={}, orders=[], reply={}, at=clock.now()
                )
            )
            db.session.commit()
        assert [verb.tag for verb in telephone.verbs("/calls/after", SID)] != ["Hangup"]
        telephone.ask("/calls/status", SID, CallStatus="completed", Direction="outbound-api", To=JOAN)
        assert self.calls_to_joan(app) == ["sent"]

    def test_whoever_has_said_who_they_are_is_no_machine(self, app: Flask, telephone: Telephone) -> None:
        self.hint(telephone)
        stands(app, caller_id=self.joan)
        telephone.ask("/calls/status", SID, CallStatus="completed", Direction="outbound-api", To=JOAN)
        assert self.calls_to_joan(app) == ["sent"]

    @pytest.mark.parametrize("who", ["human", "unknown", "", "a word of next year"])
    def test_what_is_no_machine_changes_nothing(self, app: Flask, telephone: Telephone, who: str) -> None:
        self.hint(telephone, who)
        telephone.ask("/calls/status", SID, CallStatus="completed", Direction="outbound-api", To=JOAN)
        assert self.calls_to_joan(app) == ["sent"]


def test_the_token_is_nowhere_in_the_rows(app: Flask, telephone: Telephone) -> None:
    token = token_in(telephone.verbs("/calls/incoming", SID))
    assert row(app).token_hash not in (None, token) and TOKEN not in str(vars(row(app)))
