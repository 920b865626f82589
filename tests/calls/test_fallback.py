"""A call without a stream: keys and recordings, turn by turn, from the same state."""

from __future__ import annotations

import io
import threading
import wave
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpline.calls.conversation import Conversation
from helpline.calls.turns import find_call
from helpline.commands.demo_data import PIN, Demonstration
from helpline.db import db
from helpline.models import Call, Recording, ServiceRequest, Turn
from helpline.providers import ProviderError
from helpline.providers.twilio import TwilioProvider
from helpline.services.bills.models import Payment
from helpline.staff import duty
from tests.calls.line import ACCOUNT, Ears, Telephone, new_sid
from tests.cast import MARGARET, Clock, People
from voice.heard import Heard
from voice.recognisers import RecogniserError

SID = "CA0123456789abcdef0123456789abcdef"
RECORDED = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Recordings/RE" + "0" * 32
BEGIN = "/calls/1/turns"


def a_wav(seconds: float = 1.0) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(b"\x10\x20" * int(8000 * seconds))
    return file.getvalue()


@dataclass
class Recordings:
    """What the provider has recorded, and what it was asked for."""

    sound: bytes = field(default_factory=a_wav)
    fetched: list[str] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    lost: bool = False

    def fetch(self, _provider: TwilioProvider, url: str) -> bytes:
        self.fetched.append(url)
        if self.lost:
            raise ProviderError("there is no such recording", permanent=True)
        return self.sound

    def forget(self, _provider: TwilioProvider, url: str) -> None:
        self.forgotten.append(url)


@pytest.fixture
def recordings(monkeypatch: pytest.MonkeyPatch) -> Recordings:
    kept = Recordings()
    monkeypatch.setattr(TwilioProvider, "recording", lambda *args: kept.fetch(*args))
    monkeypatch.setattr(TwilioProvider, "forget_recording", lambda *args: kept.forget(*args))
    return kept


@dataclass
class ByTurns:
    """Margaret's call, followed as the provider does: the answer of one webhook says where the next one goes."""

    app: Flask
    telephone: Telephone
    ears: Ears
    here: str = BEGIN

    def ask(self, path: str, **form: str) -> list[Any]:
        verbs = self.telephone.verbs(path.removeprefix(self.telephone.base), SID, CallStatus="in-progress", **form)
        if verbs[-1].tag == "Redirect":
            self.here = verbs[-1].text or ""
        return verbs

    def begin(self) -> list[Any]:
        self.telephone.ask("/calls/incoming", SID)
        (redirect,) = self.telephone.verbs("/calls/after?broken=1", SID)
        return self.ask(redirect.text or "")

    def press(self, keys: str) -> list[Any]:
        return self.ask(self.here, Digits=keys)

    def say(self, words: str, **form: str) -> list[Any]:
        self.ears.words.append(words)
        return self.ask(self.here, RecordingUrl=RECORDED, RecordingDuration="2", **form)

    def silence(self) -> list[Any]:
        return self.ask(self.here)


@pytest.fixture
def line(app: Flask, telephone: Telephone, ears: Ears, recordings: Recordings, people: People) -> ByTurns:
    return ByTurns(app, telephone, ears)


def tags(verbs: list[Any]) -> list[str]:
    return [verb.tag for verb in verbs]


def words(verbs: list[Any]) -> str:
    return " ".join(say.text for verb in verbs for say in verb.iter("Say"))


def heard(app: Flask) -> list[dict[str, Any]]:
    with app.app_context():
        return list(db.session.scalars(select(Turn.heard).order_by(Turn.id)))


def call_row(app: Flask) -> Call:
    with app.app_context():
        call = find_call(SID)
        assert call is not None
        db.session.expunge(call)
        return call


# -- questions and answers


def test_the_first_words_say_how_it_goes_and_how_to_answer_by_keys(line: ByTurns) -> None:
    gather, record, redirect = line.begin()
    assert (gather.tag, record.tag, redirect.tag) == ("Gather", "Record", "Redirect")
    assert "After each tone" in words([gather]) and "Am I speaking with Margaret?" in words([gather])
    assert "If you are Margaret, press one." in words([gather])
    assert gather.get("action") == record.get("action") == redirect.text == f"{line.telephone.base}/calls/1/turns/1"


def test_a_stream_that_was_carried_on_for_a_while_is_taken_up_where_it_was(line: ByTurns, app: Flask) -> None:
    line.telephone.ask("/calls/incoming", SID)
    with app.app_context():
        app.extensions["helpline"].conversation.begin(1)
        app.extensions["helpline"].conversation.take_turn(1, 1, Heard(text="yes"))
    gather, *_ = line.begin()
    assert "the line was cut for a moment" in words([gather]) and "What can I do for you, Margaret?" in words([gather])
    assert line.here.endswith("/calls/1/turns/2")


def test_a_key_answers(line: ByTurns, app: Flask) -> None:
    line.begin()
    assert "What can I do for you, Margaret?" in words(line.press("1"))
    assert heard(app)[-1]["keys"] == "1" and call_row(app).caller_id == 1


def test_words_that_were_recorded_answer(line: ByTurns, app: Flask, recordings: Recordings) -> None:
    line.begin()
    assert "What can I do for you, Margaret?" in words(line.say("yes speaking"))
    assert heard(app)[-1]["text"] == "yes speaking" and recordings.fetched == [RECORDED]


def test_what_was_recorded_is_deleted_at_the_provider(line: ByTurns, app: Flask, recordings: Recordings) -> None:
    line.begin()
    line.say("yes speaking")
    app.extensions["switchboard"].pool.shutdown(wait=True)
    assert recordings.forgotten == [RECORDED]


def test_the_commonest_wishes_have_keys_where_anything_may_be_said(line: ByTurns, app: Flask) -> None:
    line.begin()
    assert "To pay a bill, press one." in words(line.press("1"))
    line.press("3")
    assert str((call_row(app).state or {})["ask"]).startswith("visit.")


def test_silence_is_asked_again_and_ends_no_call(line: ByTurns, app: Flask) -> None:
    line.begin()
    for _ in range(3):
        verbs = line.silence()
        assert "Hangup" not in tags(verbs)
    assert call_row(app).status in ("live", "ended") and call_row(app).outcome != "hang_up"


def test_a_number_is_typed_and_not_spoken(line: ByTurns, town: Demonstration, app: Flask) -> None:
    line.begin()
    line.press("1")
    line.press("1")
    gather, redirect = line.press("1")
    assert (gather.get("numDigits"), gather.get("finishOnKey"), redirect.tag) == ("6", "#", "Redirect")


def test_a_pin_that_was_typed_is_in_no_row_and_a_recording_of_one_is_not_fetched(
    line: ByTurns, town: Demonstration, app: Flask, recordings: Recordings
) -> None:
    line.begin()
    for keys in ("1", "1", "1"):
        line.press(keys)
    line.ask(line.here, Digits=PIN, RecordingUrl=RECORDED)
    assert recordings.fetched == []
    with app.app_context():
        assert not any(PIN in str(vars(turn)) for turn in db.session.scalars(select(Turn)))


def test_star_clears_what_was_typed(line: ByTurns, town: Demonstration, app: Flask) -> None:
    line.begin()
    for keys in ("1", "1", "1"):
        line.press(keys)
    again = line.press("48*482")
    assert again[0].get("numDigits") == "6"
    line.press(PIN)
    with app.app_context():
        assert db.session.scalar(select(func.count(Payment.id)).where(Payment.claimed_at >= call_row(app).started_at)) == 1


def test_a_zero_for_a_person_works_where_a_number_is_typed(line: ByTurns, town: Demonstration, app: Flask) -> None:
    line.begin()
    for keys in ("1", "1", "1"):
        line.press(keys)
    assert "nobody free" in words(line.press("0"))


def test_a_bill_is_paid_once_though_every_webhook_comes_twice(line: ByTurns, town: Demonstration, app: Flask) -> None:
    line.begin()
    for keys in ("1", "1", "1", PIN):
        here = line.here
        first = line.press(keys)
        line.here = here
        second = line.press(keys)
        assert [(verb.tag, verb.attrib, verb.text) for verb in second] == [(verb.tag, verb.attrib, verb.text) for verb in first]
    assert tags(second)[-1] == "Redirect" and "Gather" not in tags(second)  # the bank is being asked
    here = line.here
    assert "receipt" in words(line.silence()).lower()
    line.here = here
    line.silence()
    with app.app_context():
        paid = db.session.scalars(select(Payment.status).where(Payment.claimed_at >= call_row(app).started_at)).all()
    assert paid == ["settled"]


def test_the_same_answer_twice_at_the_same_moment_is_one_turn(line: ByTurns, app: Flask) -> None:
    line.begin()
    path, start = line.here.removeprefix(line.telephone.base), threading.Barrier(2)
    answers: list[str] = []

    def press() -> None:
        other = Telephone(app)
        start.wait()
        answers.append(other.ask(path, SID, CallStatus="in-progress", Digits="1").text)

    both = [threading.Thread(target=press) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert answers[0] == answers[1] and len(heard(app)) == 2


def test_an_answer_told_again_late_gets_its_old_reply(line: ByTurns, app: Flask) -> None:
    line.begin()
    first = line.press("1")
    line.press("2")
    again = line.ask("/calls/1/turns/1", Digits="2")
    assert words(again).startswith(words(first)[:30]) and len(heard(app)) == 3


@pytest.mark.parametrize("number", [0, 7, 4_000_000])
def test_a_turn_that_does_not_come_next_repeats_the_question(line: ByTurns, app: Flask, number: int) -> None:
    line.begin()
    verbs = line.ask(f"/calls/1/turns/{number}", Digits="1")
    assert "Am I speaking with Margaret?" in words(verbs) and len(heard(app)) == 1
    assert verbs[-1].text == f"{line.telephone.base}/calls/1/turns/1"


# -- recordings


def test_a_message_is_kept_in_the_callers_own_voice(line: ByTurns, app: Flask) -> None:
    line.begin()
    line.press("1")
    gather, record, _ = line.press("0")
    assert "I record it for them" in words([gather]) and record.get("maxLength") == "120"
    assert "I have kept your message" in words(line.say("please ring my daughter", Digits="#"))
    with app.app_context():
        kept = db.session.scalars(select(Recording)).one()
        assert len(kept.audio) == 8000
        request = db.session.get_one(ServiceRequest, kept.request_id)
        assert request.details["words"] == "please ring my daughter"


def test_a_message_that_ends_with_hanging_up_is_kept(line: ByTurns, app: Flask) -> None:
    line.begin()
    line.press("1")
    line.press("0")
    line.telephone.ask("/calls/status", SID, CallStatus="completed")
    line.say("please ring my daughter", Digits="hangup")
    with app.app_context():
        assert db.session.scalar(select(func.count(Recording.id))) == 1


def test_an_answer_to_a_question_is_not_kept_as_sound(line: ByTurns, app: Flask) -> None:
    line.begin()
    line.say("yes speaking")
    with app.app_context():
        assert db.session.scalar(select(func.count(Recording.id))) == 0


def test_a_recording_that_cannot_be_fetched_was_said_all_the_same(line: ByTurns, app: Flask, recordings: Recordings) -> None:
    recordings.lost = True
    line.begin()
    assert "did not understand" in words(line.say("yes speaking"))
    assert heard(app)[-1]["sound"] is True


@pytest.mark.parametrize("sound", [b"", b"no sound at all", a_wav()[:30], b"RIFF" + b"\xff" * 4000])
def test_what_is_no_sound_file_is_not_understood_and_breaks_nothing(
    line: ByTurns, recordings: Recordings, sound: bytes
) -> None:
    recordings.sound = sound
    line.begin()
    assert tags(line.say("yes speaking")) == ["Gather", "Record", "Redirect"]


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "https://api.twilio.com.evil.example/2010-04-01/Accounts/AC1/Recordings/RE" + "0" * 32,
        "https://api.twilio.com/2010-04-01/Accounts/AC" + "9" * 32 + "/Recordings/RE" + "0" * 32,
        RECORDED + "/../../../Messages",
        RECORDED + "?x=1",
        "file:///etc/passwd",
    ],
)
def test_a_recording_is_fetched_from_our_own_account_and_nowhere_else(line: ByTurns, recordings: Recordings, url: str) -> None:
    line.begin()
    line.ask(line.here, RecordingUrl=url)
    assert recordings.fetched == []


def test_a_recording_is_fetched_once_though_it_is_told_of_twice(line: ByTurns, recordings: Recordings) -> None:
    line.begin()
    here = line.here
    line.say("yes speaking")
    line.ask(here, RecordingUrl=RECORDED)
    assert recordings.fetched == [RECORDED]


def test_without_a_recogniser_the_keys_still_work(line: ByTurns, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> Any:
        raise RecogniserError("no model is there")

    line.begin()
    monkeypatch.setattr(type(line.ears), "stream", none)
    assert "did not understand" in words(line.say("yes speaking"))
    assert "What can I do for you, Margaret?" in words(line.press("1"))


# -- a person, the end, and what goes wrong


def test_goodbye_hangs_up(line: ByTurns, app: Flask) -> None:
    line.begin()
    line.press("9")
    verbs = line.press("1")
    assert tags(verbs)[-1] == "Hangup" and call_row(app).outcome == "hang_up"


def test_a_person_on_duty_is_rung_and_who_waits_in_vain_comes_back_to_keys(
    line: ByTurns, app: Flask, people: People, clock: Clock
) -> None:
    with app.app_context():
        duty.begin(people.ruth, "+442071838701", clock.now())
        db.session.commit()
    line.begin()
    assert line.press("0")[-1].text == f"{line.telephone.base}/calls/after"
    assert tags(line.ask("/calls/after")) == ["Enqueue"]
    clock.pass_time(seconds=91)
    assert tags(line.ask("/calls/waiting/1")) == ["Leave"]
    (redirect,) = line.ask("/calls/handed-over", QueueResult="leave")
    verbs = line.ask(redirect.text or "")
    assert "nobody free" in words(verbs) and tags(verbs) == ["Gather", "Record", "Redirect"]


def test_another_call_cannot_take_a_turn_in_this_one(line: ByTurns, app: Flask) -> None:
    line.begin()
    assert line.telephone.ask("/calls/1/turns/1", new_sid(), Digits="1").status_code == 404
    assert line.telephone.ask("/calls/99/turns/1", SID, Digits="1").status_code == 404
    assert len(heard(app)) == 1


@pytest.mark.parametrize("path", ["/calls/1/turns", "/calls/1/turns/1"])
def test_whoever_has_not_signed_is_refused(line: ByTurns, app: Flask, path: str) -> None:
    line.begin()
    assert app.test_client().post(path, data={"CallSid": SID, "From": MARGARET, "Digits": "1"}).status_code == 403
    assert len(heard(app)) == 1


def test_a_turn_that_fails_is_apologised_for_and_asked_again_but_not_for_ever(
    line: ByTurns, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing_works(*_: object, **__: object) -> Any:
        raise RuntimeError("nothing works today")

    line.begin()
    monkeypatch.setattr(Conversation, "take_turn", nothing_works)
    for tries in (1, 2):
        say, redirect = line.press("1")
        assert "something went wrong" in words([say]) and redirect.text.endswith(f"/calls/1/turns?tries={tries}")
        assert "Am I speaking with Margaret?" in words(line.silence())
    assert tags(line.press("1")) == ["Say"]


def test_a_call_that_lasts_too_long_is_ended_with_words(line: ByTurns, app: Flask, clock: Clock) -> None:
    line.begin()
    clock.pass_time(minutes=31)
    verbs = line.press("1")
    assert tags(verbs) == ["Say", "Hangup"] and "for a long time" in words(verbs)
    assert call_row(app).outcome == "too_long"
