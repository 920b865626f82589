"""Putting a caller through to a person: who waits, who is rung, who takes the call, and what when nobody does."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpline import clock as ticking
from helpline.calls.turns import find_call
from helpline.dashboard.words import ABOUT
from helpline.db import db
from helpline.events import Event
from helpline.models import Call, ServiceRequest, Turn
from helpline.outbox import Delivery
from helpline.providers import ProviderError
from helpline.providers.twilio import TwilioProvider
from helpline.services import handover
from helpline.services.handover import Handover, Ring
from helpline.staff import duty
from helpline.staff.models import Staff
from tests.calls.line import Telephone, new_sid
from tests.cast import MARGARET, Clock, People, password_hash
from voice.heard import Heard
from voice.languages import load_language

SID = "CA0123456789abcdef0123456789abcdef"
RUTHS, HELENS = "+442071838701", "+447700900200"
WAITING = "/calls/waiting/1"


@dataclass
class Exchange:
    """Takes the calls that the helpline places: number -> the provider's id of the call."""

    rung: dict[str, str] = field(default_factory=dict)
    answer_urls: dict[str, str] = field(default_factory=dict)
    no_such: set[str] = field(default_factory=set)

    def place_call(self, _provider: TwilioProvider, to: str, answer_url: str, key: str) -> str:
        if to in self.no_such:
            raise ProviderError("there is no such number", permanent=True)
        self.rung[to], self.answer_urls[to] = new_sid(), answer_url
        return self.rung[to]


@dataclass
class Office:
    """Margaret's call, and the telephones of those on duty."""

    app: Flask
    clock: Clock
    telephone: Telephone
    exchange: Exchange

    def put_through(self, *heard: Heard) -> list[Any]:
        """Margaret says who she is and asks for a person; what the provider is told behind the stream."""
        self.telephone.ask("/calls/incoming", SID)
        with self.app.app_context():
            call = find_call(SID)
            assert call is not None
            talk = self.app.extensions["helpline"].conversation
            call_id, turn = call.id, talk.begin(call.id).turn
            for said in heard or (Heard(text="yes"), Heard(keys="0")):
                turn = talk.take_turn(call_id, turn + 1, said).turn
        return self.telephone.verbs("/calls/after", SID, CallStatus="in-progress")

    def ring(self) -> None:
        ticking.tick(self.app)

    def wait(self, **form: str) -> list[Any]:
        return self.telephone.verbs(WAITING, SID, CallStatus="in-progress", **form)

    def pick_up(self, number: str) -> list[Any]:
        return self.of(number, self.exchange.answer_urls[number].removeprefix(self.telephone.base))

    def press(self, number: str, key: str) -> list[Any]:
        return self.of(number, self.pick_up(number)[0].get("action").removeprefix(self.telephone.base), Digits=key)

    def of(self, number: str, path: str, **form: str) -> list[Any]:
        """One webhook of the call to somebody on duty."""
        out = {"Direction": "outbound-api", "From": "+15005550006", "To": number, "CallStatus": "in-progress", **form}
        return self.telephone.verbs(path, self.exchange.rung[number], **out)

    def told(self, number: str, status: str) -> None:
        """How the call to somebody on duty ended."""
        out = {"Direction": "outbound-api", "From": "+15005550006", "To": number, "CallStatus": status}
        assert self.telephone.ask("/calls/status", self.exchange.rung[number], **out).status_code == 204

    def come_back(self, result: str = "leave", **form: str) -> list[Any]:
        return self.telephone.verbs("/calls/handed-over", SID, **{"CallStatus": "in-progress", "QueueResult": result, **form})

    def row(self) -> Handover:
        with self.app.app_context():
            found = db.session.scalars(select(Handover).order_by(Handover.id.desc())).first()
            assert found is not None
            db.session.expunge(found)
            return found

    def rings(self) -> dict[str, str]:
        """Number -> how it stands with that telephone."""
        with self.app.app_context():
            rows = db.session.execute(select(Delivery.to_number, Ring.status).join(Ring, Ring.delivery_id == Delivery.id))
            return dict(rows.all())


@pytest.fixture
def office(app: Flask, clock: Clock, telephone: Telephone, people: People, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Ruth and Helen are on duty."""
    exchange = Exchange()
    monkeypatch.setattr(TwilioProvider, "place_call", lambda *args: exchange.place_call(*args))
    with app.app_context():
        helen = Staff(name="Helen Ward", login="helen", password_hash=password_hash(), role="supervisor")
        db.session.add(helen)
        db.session.flush()
        duty.begin(people.ruth, RUTHS, clock.now())
        duty.begin(helen.id, HELENS, clock.now())
        db.session.commit()
    return Office(app, clock, telephone, exchange)


def tags(verbs: list[Any]) -> list[str]:
    return [verb.tag for verb in verbs]


def words(verbs: list[Any]) -> str:
    return " ".join(say.text for verb in verbs for say in verb.iter("Say"))


def last_prompts(app: Flask) -> list[str]:
    with app.app_context():
        reply = db.session.scalars(select(Turn.reply).order_by(Turn.id.desc())).first()
        assert reply is not None
        return [said["key"] for said in reply["says"]]


def begin_again(app: Flask) -> list[str]:
    """The caller's next socket: the keys of what they hear."""
    with app.app_context():
        call = find_call(SID)
        assert call is not None
        reply = app.extensions["helpline"].conversation.begin(call.id)
        return [said.key for said in reply.says]


# -- the caller waits


def test_whoever_asks_for_a_person_waits_and_everybody_on_duty_is_rung(office: Office) -> None:
    (enqueue,) = office.put_through()
    assert (enqueue.tag, enqueue.get("waitUrl"), enqueue.get("action")) == (
        "Enqueue", office.telephone.base + WAITING, office.telephone.base + "/calls/handed-over",
    )  # fmt: skip
    office.ring()
    assert set(office.exchange.rung) == {RUTHS, HELENS}


def test_asked_again_the_caller_waits_once_and_each_is_rung_once(office: Office, app: Flask) -> None:
    first = office.put_through()
    again = office.telephone.verbs("/calls/after", SID, CallStatus="in-progress")
    assert again[0].attrib == first[0].attrib and again[0].text == first[0].text
    office.ring()
    office.ring()
    with app.app_context():
        assert db.session.scalar(select(func.count(Handover.id))) == 1
        assert db.session.scalar(select(func.count(Delivery.id)).where(Delivery.channel == "call")) == 2
        assert db.session.scalar(select(func.count(Event.id)).where(Event.kind == "waits_for_person")) == 1


def test_two_webhooks_at_the_same_moment_are_one_wait(office: Office, app: Flask) -> None:
    office.put_through()
    with app.app_context():
        db.session.query(Ring).delete()
        db.session.query(Handover).delete()
        db.session.query(Delivery).delete()
        db.session.commit()
    start = threading.Barrier(2)

    def ask() -> None:
        other = Telephone(app)
        start.wait()
        assert other.ask("/calls/after", SID, CallStatus="in-progress").status_code == 200

    both = [threading.Thread(target=ask) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    with app.app_context():
        assert db.session.scalar(select(func.count(Handover.id))) == 1
        assert db.session.scalar(select(func.count(Ring.id))) == 2


def test_who_waits_hears_that_somebody_is_rung_then_how_long_and_what_to_press(office: Office) -> None:
    office.put_through()
    gather, redirect = office.wait()
    assert gather.tag == "Gather" and "I am ringing somebody" in words([gather]) and "press one" in words([gather])
    assert redirect.text == office.telephone.base + WAITING
    office.clock.pass_time(seconds=32)
    assert "about thirty seconds" in words(office.wait())


def test_the_wait_speaks_the_callers_language(office: Office, app: Flask) -> None:
    office.put_through()
    with app.app_context():
        call = db.session.get_one(Call, 1)
        call.state = {**(call.state or {}), "language": "ko"}
        db.session.commit()
        known = "ko" in app.extensions["helpline"].languages
    say = office.wait()[0][0]
    assert say.get("language") == ("ko-KR" if known else "en-GB")


def test_another_call_cannot_ask_about_this_wait(office: Office) -> None:
    office.put_through()
    assert office.telephone.ask(WAITING, new_sid(), Digits="2").status_code == 404
    assert office.telephone.ask("/calls/waiting/99", SID).status_code == 404
    assert office.row().status == "waiting"


@pytest.mark.parametrize("path", ["waiting/1", "rings/1", "rings/1/joined", "rings/1/over"])
def test_whoever_has_not_signed_is_refused(office: Office, app: Flask, path: str) -> None:
    office.put_through()
    assert app.test_client().post(f"/calls/{path}", data={"CallSid": SID, "Digits": "1"}).status_code == 403
    assert office.row().status == "waiting"


# -- somebody takes the call


def test_ruth_hears_who_it_is_twice_and_no_secret(office: Office) -> None:
    office.put_through()
    office.ring()
    first, second, end = office.pick_up(RUTHS)
    assert words([first]) == words([second]) and end.tag == "Hangup"
    heard = words([first])
    assert "Margaret is on the line" in heard and "press one" in heard
    assert "Hill" not in heard and MARGARET not in heard and "Elm Park" not in heard


def test_ruth_hears_what_it_is_about(office: Office, app: Flask) -> None:
    office.put_through(
        Heard(text="yes"), Heard(text="a man told me to move my money to a safe account"), Heard(text="yes please")
    )
    office.ring()
    assert "about a thief" in words(office.pick_up(RUTHS))
    assert "safe account" not in words(office.pick_up(RUTHS))


def test_a_caller_who_has_not_said_who_they_are_has_no_name(office: Office) -> None:
    office.put_through(Heard(keys="0"))
    office.ring()
    assert "Somebody whose name I do not know" in words(office.pick_up(RUTHS))


def test_the_first_who_presses_one_has_the_caller(office: Office, app: Flask) -> None:
    (enqueue,) = office.put_through()
    office.ring()
    say, dial = office.press(RUTHS, "1")
    assert (say.tag, dial.tag, dial[0].tag, dial[0].text) == ("Say", "Dial", "Queue", enqueue.text)
    assert office.row().status == "taken" and office.rings() == {RUTHS: "taken", HELENS: "ringing"}


def test_the_key_told_twice_takes_the_call_once_and_gives_the_same_answer(office: Office, app: Flask) -> None:
    office.put_through()
    office.ring()
    path = office.pick_up(RUTHS)[0].get("action").removeprefix(office.telephone.base)
    first, second = office.of(RUTHS, path, Digits="1"), office.of(RUTHS, path, Digits="1")
    assert tags(first) == tags(second) == ["Say", "Dial"] and first[1][0].text == second[1][0].text
    with app.app_context():
        assert db.session.scalar(select(func.count(Event.id)).where(Event.kind == "person_took_it")) == 1


def test_helen_who_presses_later_hears_that_it_is_taken(office: Office) -> None:
    office.put_through()
    office.ring()
    office.press(RUTHS, "1")
    verbs = office.pick_up(HELENS)
    assert tags(verbs) == ["Say", "Hangup"] and "taken this call already" in words(verbs)


def test_helen_who_listened_while_ruth_pressed_is_told_so(office: Office) -> None:
    office.put_through()
    office.ring()
    path = office.pick_up(HELENS)[0].get("action").removeprefix(office.telephone.base)
    office.press(RUTHS, "1")
    verbs = office.of(HELENS, path, Digits="1")
    assert tags(verbs) == ["Say", "Hangup"] and "taken this call already" in words(verbs)
    assert office.rings() == {RUTHS: "taken", HELENS: "late"}


def test_of_two_who_press_at_the_same_moment_one_has_the_caller(office: Office, app: Flask) -> None:
    office.put_through()
    office.ring()
    paths = {one: office.pick_up(one)[0].get("action").removeprefix(office.telephone.base) for one in (RUTHS, HELENS)}
    start, answers = threading.Barrier(2), []

    def press(number: str) -> None:
        other = Telephone(app)
        form = {"Direction": "outbound-api", "From": "+15005550006", "To": number, "Digits": "1"}
        start.wait()
        answers.append(tags(other.verbs(paths[number], office.exchange.rung[number], **form)))

    both = [threading.Thread(target=press, args=(number,)) for number in paths]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(answers) == [["Say", "Dial"], ["Say", "Hangup"]]


@pytest.mark.parametrize("key", ["2", "3", "0", "*", "#", "11", "", "x"])
def test_no_other_key_takes_the_call(office: Office, key: str) -> None:
    office.put_through()
    office.ring()
    assert tags(office.press(RUTHS, key)) == ["Say", "Hangup"]
    assert office.row().status == "waiting" and office.rings()[RUTHS] == "declined"


def test_a_machine_that_picks_up_takes_no_call(office: Office) -> None:
    """It hears out the words and the quiet behind them; nothing but the end of its call is told."""
    office.put_through()
    office.ring()
    assert tags(office.pick_up(RUTHS)) == ["Gather", "Gather", "Hangup"]
    office.told(RUTHS, "completed")
    assert office.row().status == "waiting" and office.rings() == {RUTHS: "unanswered", HELENS: "ringing"}


def test_another_call_cannot_press_for_ruth(office: Office) -> None:
    office.put_through()
    office.ring()
    path = office.pick_up(RUTHS)[0].get("action").removeprefix(office.telephone.base)
    assert office.telephone.ask(path, new_sid(), Digits="1").status_code == 404
    assert office.telephone.ask("/calls/rings/77", office.exchange.rung[RUTHS], Digits="1").status_code == 404
    assert office.row().status == "waiting"


def test_the_caller_hears_who_is_there_and_that_is_written_down(office: Office) -> None:
    office.put_through()
    office.ring()
    (_, dial) = office.press(RUTHS, "1")
    verbs = office.telephone.verbs(dial[0].get("url").removeprefix(office.telephone.base), SID, CallStatus="in-progress")
    assert tags(verbs) == ["Say"] and "Ruth" in words(verbs) and "Marsh" not in words(verbs)
    assert office.row().joined_at == office.clock.now()


def test_when_they_have_talked_the_call_is_over_and_ruth_is_free_again(office: Office, app: Flask) -> None:
    office.put_through()
    office.ring()
    (_, dial) = office.press(RUTHS, "1")
    with app.app_context():
        assert [one.name for one in handover.free(office.clock.now())] == ["Helen Ward"]
    office.telephone.verbs(dial[0].get("url").removeprefix(office.telephone.base), SID, CallStatus="in-progress")
    for _ in range(2):  # told twice
        assert tags(office.come_back("bridged")) == ["Hangup"]
    assert tags(office.of(RUTHS, dial.get("action").removeprefix(office.telephone.base), DialCallStatus="completed")) == [
        "Hangup"
    ]
    assert office.row().status == "over"
    with app.app_context():
        assert len(handover.free(office.clock.now())) == 2


def test_news_out_of_order_after_the_talk_changes_nothing(office: Office, app: Flask) -> None:
    office.put_through()
    office.ring()
    (_, dial) = office.press(RUTHS, "1")
    office.telephone.verbs(dial[0].get("url").removeprefix(office.telephone.base), SID)
    office.told(RUTHS, "completed")
    office.come_back("bridged")
    office.telephone.ask("/calls/status", SID, CallStatus="completed")
    assert tags(office.telephone.verbs("/calls/after", SID, CallStatus="completed")) == ["Hangup"]
    assert tags(office.wait()) == ["Leave"]
    assert office.row().status == "over"
    office.ring()
    with app.app_context():
        assert db.session.scalar(select(func.count(Ring.id))) == 2


# -- nobody takes it


def test_when_nobody_takes_the_call_in_time_the_caller_comes_back_and_may_leave_a_message(office: Office, app: Flask) -> None:
    office.put_through()
    office.ring()
    office.clock.pass_time(seconds=91)
    assert tags(office.wait()) == ["Leave"]
    assert tags(office.come_back()) == ["Connect", "Redirect"]
    assert begin_again(app) == ["person.not_here", "message.record"]
    assert office.row().status == "in_vain"


def test_when_all_have_said_no_the_caller_does_not_wait_for_the_clock(office: Office) -> None:
    office.put_through()
    office.ring()
    office.press(RUTHS, "2")
    assert tags(office.wait()) == ["Gather", "Redirect"]
    office.told(HELENS, "busy")
    assert tags(office.wait()) == ["Leave"]


def test_a_telephone_that_does_not_exist_is_not_waited_for(office: Office, app: Flask) -> None:
    office.exchange.no_such = {RUTHS, HELENS}
    office.put_through()
    office.ring()
    assert tags(office.wait()) == ["Leave"]
    with app.app_context():
        assert (
            db.session.scalars(select(Delivery.error).where(Delivery.status == "failed")).all()
            == ["there is no such number"] * 2
        )


def test_nobody_is_rung_again_twenty_minutes_later(office: Office, app: Flask) -> None:
    office.put_through()
    office.ring()
    office.told(RUTHS, "no-answer")
    office.told(RUTHS, "no-answer")
    with app.app_context():
        assert db.session.scalar(select(func.count(Delivery.id)).where(Delivery.channel == "call")) == 2


def test_who_picks_up_after_the_wait_is_told_that_nobody_waits(office: Office) -> None:
    office.put_through()
    office.ring()
    office.clock.pass_time(seconds=91)
    office.wait()
    verbs = office.pick_up(RUTHS)
    assert tags(verbs) == ["Say", "Hangup"] and "not waiting any more" in words(verbs)


def test_who_could_not_be_rung_in_time_is_not_rung_later(office: Office) -> None:
    office.put_through()
    office.telephone.ask("/calls/status", SID, CallStatus="completed")
    office.ring()
    assert office.exchange.rung == {} and office.row().status == "gone"


def test_somebody_who_presses_and_hangs_up_before_they_are_joined_has_not_taken_the_call(office: Office) -> None:
    office.put_through()
    office.ring()
    office.press(RUTHS, "1")
    assert "coming to the telephone" in words(office.wait())
    office.told(RUTHS, "completed")
    assert tags(office.wait()) == ["Leave"]


def test_a_caller_who_is_not_joined_within_half_a_minute_comes_back(office: Office) -> None:
    office.put_through()
    office.ring()
    office.press(RUTHS, "1")
    office.clock.pass_time(seconds=31)
    assert tags(office.wait()) == ["Leave"]
    assert tags(office.come_back()) == ["Connect", "Redirect"]


def test_a_caller_may_leave_a_message_instead(office: Office, app: Flask) -> None:
    office.put_through()
    assert tags(office.wait(Digits="1")) == ["Leave"]
    office.come_back()
    assert begin_again(app) == ["message.record"]
    assert (office.row().status, office.row().wish) == ("left", "message")


def test_a_caller_may_be_rung_back_instead(office: Office, app: Flask) -> None:
    office.put_through()
    assert tags(office.wait(Digits="2")) == ["Leave"]
    office.come_back()
    assert begin_again(app) == ["person.call_back", "anything_else"]
    with app.app_context():
        request = db.session.scalars(select(ServiceRequest)).one()
        assert (request.intent, request.status) == ("speak_to_person", "open")


@pytest.mark.parametrize("key", ["0", "9", "#", "*"])
def test_another_key_goes_on_waiting(office: Office, key: str) -> None:
    office.put_through()
    assert tags(office.wait(Digits=key)) == ["Gather", "Redirect"]


def test_a_key_pressed_when_somebody_is_coming_does_not_lose_them(office: Office) -> None:
    office.put_through()
    office.ring()
    office.press(RUTHS, "1")
    assert "coming to the telephone" in words(office.wait(Digits="2"))
    assert (office.row().status, office.row().wish) == ("taken", "")


def test_a_caller_who_hangs_up_while_waiting_is_still_rung_back(office: Office, app: Flask) -> None:
    office.put_through()
    office.ring()
    assert tags(office.come_back("hangup", CallStatus="completed")) == ["Hangup"]
    assert "not waiting any more" in words(office.pick_up(RUTHS))
    with app.app_context():
        assert db.session.scalars(select(ServiceRequest.status)).one() == "open"


@pytest.mark.parametrize("result", ["queue-full", "error", "system-error", "redirected", "a word of next year"])
def test_a_queue_that_takes_nobody_brings_the_caller_back(office: Office, result: str) -> None:
    office.put_through()
    assert tags(office.come_back(result)) == ["Connect", "Redirect"]
    assert office.row().status == "in_vain"


def test_coming_back_told_twice_asks_once(office: Office, app: Flask) -> None:
    office.put_through()
    office.wait(Digits="1")
    first = office.come_back()
    assert [verb.attrib for verb in office.come_back()] == [verb.attrib for verb in first]
    assert begin_again(app) == ["message.record"]


def test_who_asks_again_later_in_the_call_is_put_through_again(office: Office, app: Flask) -> None:
    office.put_through()
    office.wait(Digits="2")
    office.come_back()
    begin_again(app)
    with app.app_context():
        call = find_call(SID)
        assert call is not None
        app.extensions["helpline"].conversation.take_turn(call.id, call.turns, Heard(keys="0"))
    (enqueue,) = office.telephone.verbs("/calls/after", SID, CallStatus="in-progress")
    assert enqueue.tag == "Enqueue" and enqueue.get("waitUrl").endswith("/calls/waiting/2")


def test_what_cannot_be_answered_while_waiting_lets_the_caller_out(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.put_through()

    def nothing_works(*_: object) -> None:
        raise RuntimeError("nothing works today")

    monkeypatch.setattr(handover, "how_it_stands", nothing_works)
    assert tags(office.wait()) == ["Leave"]


# -- who is there


def test_with_nobody_on_duty_the_conversation_asks_for_a_message(office: Office, app: Flask, people: People) -> None:
    with app.app_context():
        for one in duty.on_duty(office.clock.now()):
            duty.end(one.staff_id, office.clock.now())
        db.session.commit()
    assert tags(office.put_through()) == ["Connect", "Redirect"]
    assert last_prompts(app) == ["person.not_here", "message.record"]


def test_outside_the_offices_hours_nobody_is_rung(office: Office, app: Flask) -> None:
    office.clock.pass_time(hours=9)  # seven in the evening, and Ruth has not gone off duty
    office.put_through()
    assert last_prompts(app) == ["person.not_here", "message.record"]


def test_everybody_talking_is_nobody_there(office: Office, app: Flask) -> None:
    with app.app_context():
        duty.end(db.session.scalars(select(Staff.id).where(Staff.login == "helen")).one(), office.clock.now())
        db.session.commit()
    office.put_through()
    office.ring()
    office.press(RUTHS, "1")
    joan = new_sid()
    office.telephone.ask("/calls/incoming", joan, number="+442071838752")
    with app.app_context():
        call = find_call(joan)
        assert call is not None
        talk = app.extensions["helpline"].conversation
        talk.begin(call.id)
        reply = talk.take_turn(call.id, 1, Heard(keys="0"))
    assert [said.key for said in reply.says] == ["person.not_here", "message.record"]


def test_somebody_whose_calls_end_was_never_told_is_free_when_it_must_be_over(office: Office, app: Flask) -> None:
    """Both webhooks that say so were lost: Ruth is engaged for as long as the telephone company lets them talk."""
    office.put_through()
    office.ring()
    office.press(RUTHS, "1")
    for hours, free in ((4, ["Helen Ward"]), (0.2, ["Ruth Marsh", "Helen Ward"])):
        now = office.clock.pass_time(hours=hours)
        with app.app_context():
            assert [one.name for one in handover.free(now)] == free


def test_who_goes_off_duty_between_the_word_and_the_ring_leaves_nobody_hanging(office: Office, app: Flask) -> None:
    office.telephone.ask("/calls/incoming", SID)
    with app.app_context():
        call = find_call(SID)
        assert call is not None
        talk = app.extensions["helpline"].conversation
        talk.begin(call.id)
        assert talk.take_turn(call.id, 1, Heard(keys="0")).then == "person"
        for one in duty.on_duty(office.clock.now()):
            duty.end(one.staff_id, office.clock.now())
        db.session.commit()
    assert tags(office.telephone.verbs("/calls/after", SID, CallStatus="in-progress")) == ["Connect", "Redirect"]
    assert begin_again(app) == ["person.not_here", "message.record"]


def test_a_coordinators_call_is_no_call_of_a_caller(office: Office, app: Flask) -> None:
    office.put_through()
    office.ring()
    office.press(RUTHS, "1")
    with app.app_context():
        assert db.session.scalar(select(func.count(Call.id))) == 1


@pytest.mark.parametrize("code", ["en", "ko"])
def test_what_somebody_on_duty_is_told_of_is_what_the_offices_page_knows(code: str) -> None:
    """A subject that has no words on the telephone is left out there; one that the page does not know is a slip."""
    subjects = {key.partition(".")[2] for key in load_language(code).prompts if key.startswith("about.")}
    assert {"report_scam", "emergency", "payment_held", "not_understood"} <= subjects <= ABOUT.keys()


def test_a_subject_without_words_is_left_out(office: Office, app: Flask) -> None:
    office.put_through()
    with app.app_context():
        db.session.query(Handover).update({"about": "a word of next year"})
        db.session.commit()
    office.ring()
    assert "would like to speak to a person. To take the call" in words(office.pick_up(RUTHS)[:1])
