"""One socket of one call, from its start to its end: the line, the clock, the voice and the ears are small fakes."""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from helpline.calls import media as live_call
from helpline.calls.answering import TurnTimes
from helpline.calls.turns import DOTS
from helpline.commands.demo_data import Demonstration
from helpline.db import db
from helpline.models import Call, Recording, ServiceRequest
from helpline.services.bills.models import Payment
from tests.calls.line import (
    FRAME,
    Ears,
    Line,
    Loud,
    Telephone,
    Voice,
    call_row,
    carry,
    incoming,
    key,
    media,
    stored_turns,
)
from tests.cast import PIN
from voice.audio import FRAME_BYTES

Came = Iterator[str | bytes | None]
PAY = "i want to pay my electricity bill"
SPOKEN_PIN = "four eight two seven one nine"


@pytest.fixture(autouse=True)
def loud(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_call, "SpeechDetector", Loud)


@pytest.fixture
def call(app: Flask, town: Demonstration, ears: Ears, voice: Voice) -> int:
    """Margaret rings."""
    return incoming(app)


def payments(app: Flask) -> list[str]:
    """How the payments of calls stand (those that the town begins with are of demonstrations)."""
    with app.app_context():
        rows = db.session.scalars(select(Payment).where(Payment.key.not_like("demonstration%")))
        return [payment.status for payment in rows]


# -- a call from end to end


def test_margaret_pays_her_bill(app: Flask, call: int, ears: Ears, voice: Voice) -> None:
    ears.words.extend(["yes", PAY, "yes please", "yes i have", "no thank you"])

    def margaret(line: Line) -> Came:
        yield from line.say()
        yield from line.say()
        yield from line.say()
        yield from line.press(PIN)
        yield from line.say()
        yield from line.say()
        yield from line.hear_out()
        yield from line.silence(5)

    carry(app, call, margaret)
    assert payments(app) == ["settled"]
    assert call_row(app, call).outcome == "hang_up"
    assert voice.said[-1].startswith("Thank you for calling")
    with app.app_context():
        assert db.session.scalars(select(ServiceRequest.status).where(ServiceRequest.call_id == call)).one() == "done"


def test_where_the_time_went_is_told_once_a_turn(app: Flask, call: int, ears: Ears) -> None:
    told: list[TurnTimes] = []
    ears.words.append("yes")

    def margaret(line: Line) -> Came:
        yield from line.say()
        yield from line.hear_out()

    carry(app, call, margaret, measured=told.append)
    (times,) = told
    assert (times.turn, times.expecting, times.engine) == (1, "yes_no", "fake")
    assert times.waiting == pytest.approx(1.2, abs=0.05)


# -- talking over the helpline


def test_talking_over_the_voice_stops_it(app: Flask, call: int, ears: Ears, voice: Voice) -> None:
    voice.seconds = 20.0
    ears.words.append("yes")
    heard_at: list[int] = []

    def margaret(line: Line) -> Came:
        yield from line.silence(2)
        yield from line.sound(0.4)
        heard_at.append(len(line.sent))
        yield from line.sound(0.4)

    line = carry(app, call, margaret)
    assert line.cleared == 1
    assert [message["event"] for message in line.sent[heard_at[0] :]] == []
    assert line.sent[-1]["event"] == "clear"


def test_a_cough_does_not_stop_the_voice(app: Flask, call: int, voice: Voice) -> None:
    voice.seconds = 20.0

    def margaret(line: Line) -> Came:
        yield from line.silence(2)
        yield from line.sound(0.2)
        yield from line.silence(2)

    assert carry(app, call, margaret).cleared == 0


def test_a_key_stops_the_voice_at_once(app: Flask, call: int, voice: Voice) -> None:
    voice.seconds = 20.0

    def margaret(line: Line) -> Came:
        yield from line.silence(2)
        yield key("1")
        yield from line.silence(FRAME)

    assert carry(app, call, margaret).cleared == 1
    assert stored_turns(app, call)[1].heard["keys"] == "1"


def test_an_amount_cannot_be_talked_over(app: Flask, call: int, ears: Ears, voice: Voice) -> None:
    ears.words.extend(["yes", PAY, "yes"])

    def margaret(line: Line) -> Came:
        yield from line.say()
        yield from line.say()
        voice.seconds = 20.0
        yield from line.silence(0.5)
        yield from line.sound(1.5)
        yield from line.silence(3.0)

    assert carry(app, call, margaret).cleared == 0
    assert len(stored_turns(app, call)) == 3 and payments(app) == []


# -- silence, length, trouble


def test_who_says_nothing_is_asked_again(app: Flask, call: int, voice: Voice) -> None:
    def nobody(line: Line) -> Came:
        yield from line.hear_out()
        yield from line.silence(11)
        yield from line.hear_out()

    carry(app, call, nobody)
    turn = stored_turns(app, call)[1]
    assert (turn.heard["text"], turn.heard["keys"], turn.heard["sound"]) == ("", "", False)
    assert turn.reply["expecting"]["name"] == "yes_no"


def test_the_clock_of_silence_starts_when_the_question_has_been_heard(app: Flask, call: int, voice: Voice) -> None:
    voice.seconds = 30.0

    def nobody(line: Line) -> Came:
        yield from line.silence(25)

    carry(app, call, nobody)
    assert len(stored_turns(app, call)) == 1


def test_a_far_end_that_sends_no_marks_is_still_asked(app: Flask, call: int) -> None:
    def nobody(line: Line) -> Came:
        yield from line.silence(20)

    carry(app, call, nobody, marks=False)
    assert len(stored_turns(app, call)) == 2


class TestALongCall:
    @pytest.fixture
    def changes(self) -> dict[str, Any]:
        return {"turn_taking": {"longest_call": 60.0}}

    def test_it_is_ended_with_words_and_not_taken_up_again(
        self, app: Flask, call: int, voice: Voice, telephone: Telephone
    ) -> None:
        def talker(line: Line) -> Came:
            yield from line.silence(100)

        carry(app, call, talker)
        row = call_row(app, call)
        assert (row.status, row.outcome) == ("ended", "too_long") and voice.heard("We have talked for a long time")
        assert [verb.tag for verb in telephone.verbs("/calls/after", row.sid)] == ["Hangup"]

    def test_what_was_under_way_can_be_carried_on_by_ringing_back(
        self, app: Flask, call: int, ears: Ears, voice: Voice
    ) -> None:
        ears.words.extend(["yes", PAY])

        def talker(line: Line) -> Came:
            yield from line.say()
            yield from line.say()
            yield from line.silence(100)

        carry(app, call, talker)
        assert (call_row(app, call).status, call_row(app, call).outcome) == ("dropped", "too_long")
        carry(app, incoming(app), lambda line: iter(()))
        with app.app_context():
            state = db.session.scalars(select(Call.state).order_by(Call.id.desc())).first()
        assert state is not None and state["resume"]["call_id"] == call


def test_trouble_asks_again_with_an_apology(app: Flask, call: int, ears: Ears, voice: Voice) -> None:
    ears.words.extend(["yes", PAY])

    def margaret(line: Line) -> Came:
        yield from line.hear_out()
        voice.hoarse = 1
        yield from line.sound(1.0)
        yield from line.say()
        yield from line.hear_out()

    carry(app, call, margaret)
    assert voice.heard("What can I do for you, Margaret?") and voice.heard("something went wrong")
    assert len(stored_turns(app, call)) == 3


def test_trouble_without_end_is_left_to_the_verbs_behind_the_stream(
    app: Flask, call: int, voice: Voice, telephone: Telephone, caplog: pytest.LogCaptureFixture
) -> None:
    voice.hoarse = 1000
    caplog.set_level(logging.CRITICAL)

    def margaret(line: Line) -> Came:
        yield from line.silence(600)

    line = carry(app, call, margaret)
    assert line.now < 1_010.0
    assert telephone.verbs("/calls/after", call_row(app, call).sid)[0].tag == "Connect"


def test_a_voice_without_a_sound_still_listens(app: Flask, call: int, voice: Voice) -> None:
    voice.seconds = 0.0

    def margaret(line: Line) -> Came:
        yield from line.silence(1)
        yield key("1")
        yield from line.silence(1)

    carry(app, call, margaret)
    assert len(stored_turns(app, call)) == 2


def test_a_line_that_sends_nothing_is_dead_after_half_a_minute(app: Flask, call: int) -> None:
    def dead(line: Line) -> Came:
        while True:
            yield None

    line = carry(app, call, dead, marks=False)
    assert 1_030.0 <= line.now < 1_032.0 and call_row(app, call).status == "ended"


def test_a_peer_that_never_reads_ends_its_call(app: Flask, call: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def stuck(line: Line, data: str) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(Line, "send", stuck)
    carry(app, call, lambda line: line.silence(600))
    row = call_row(app, call)
    assert (row.status, row.outcome) == ("ended", "hung_up") and row.ended_at is not None


def test_a_socket_that_was_replaced_does_not_end_the_call(app: Flask, call: int) -> None:
    def torn(line: Line) -> Came:
        yield from line.hear_out()
        with app.app_context():
            db.session.get_one(Call, call).sockets = 2  # the next socket carries the call by now
            db.session.commit()

    carry(app, call, torn, number=1)
    assert call_row(app, call).status == "live"
    carry(app, call, lambda line: line.silence(3), number=2)
    assert call_row(app, call).status == "ended"


def test_the_second_socket_says_sorry_and_asks_again(app: Flask, call: int, ears: Ears, voice: Voice) -> None:
    ears.words.append("yes")

    def margaret(line: Line) -> Came:
        yield from line.say()
        yield from line.hear_out()

    carry(app, call, margaret)
    voice.said.clear()
    carry(app, call, lambda line: line.hear_out())
    assert voice.said == ["I am sorry, the line was cut for a moment.", "What can I do for you, Margaret?"]
    assert len(stored_turns(app, call)) == 2


# -- secrets and messages


def to_the_pin(line: Line) -> Came:
    for _ in range(3):
        yield from line.say()


@pytest.mark.parametrize("spoken", [SPOKEN_PIN, f"my pin is {SPOKEN_PIN}", f"a man told me to say {SPOKEN_PIN} it is a scam"])
def test_a_spoken_pin_is_nowhere_but_in_the_air(
    app: Flask, call: int, ears: Ears, tmp_path: Path, caplog: pytest.LogCaptureFixture, spoken: str
) -> None:
    caplog.set_level(logging.DEBUG)
    ears.words.extend(["yes", PAY, "yes", spoken])

    def margaret(line: Line) -> Came:
        yield from to_the_pin(line)
        yield from line.say()
        yield from line.hear_out()

    carry(app, call, margaret)
    assert stored_turns(app, call)[4].heard["text"] == DOTS
    written = b"".join(file.read_bytes() for file in tmp_path.iterdir()) + caplog.text.encode()
    assert b"four eight two" not in written and PIN.encode() not in written


def test_a_typed_pin_is_nowhere_but_in_the_air(
    app: Flask, call: int, ears: Ears, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ears.words.extend(["yes", PAY, "yes"])

    def margaret(line: Line) -> Came:
        yield from to_the_pin(line)
        yield from line.press("4827")  # she stops in the middle
        yield from line.silence(7)
        yield from line.press(PIN)
        yield from line.hear_out()

    carry(app, call, margaret)
    turns = stored_turns(app, call)
    assert [turn.heard["keys"] for turn in turns[4:6]] == [DOTS, DOTS] and payments(app) == ["settled"]
    (order, claim) = turns[5].orders
    assert order["order"]["args"] == {"pin": DOTS} and claim["order"]["name"] == "bills.claim"
    written = b"".join(file.read_bytes() for file in tmp_path.iterdir()) + caplog.text.encode()
    assert b"4827" not in written


def message_of(app: Flask) -> tuple[str, int]:
    """The words and the length in seconds of the one message that is kept."""
    with app.app_context():
        recording = db.session.scalars(select(Recording)).one()
        words = db.session.get_one(ServiceRequest, recording.request_id).details["words"]
        return words, round(len(recording.audio) / 8000)


def test_a_message_is_kept_without_our_question_in_it(app: Flask, call: int, ears: Ears) -> None:
    ears.words.extend(["yes", "i want to leave a message", "please ring my daughter", "no thank you"])

    def margaret(line: Line) -> Came:
        yield from line.say()
        yield from line.say()
        yield from line.hear_out()
        yield from line.sound(5.0)
        yield from line.silence(5.0)
        yield from line.say()

    carry(app, call, margaret)
    assert message_of(app) == ("please ring my daughter", 9)  # with the four seconds that end a message


def test_a_message_is_kept_when_its_caller_hangs_up_behind_it(app: Flask, call: int, ears: Ears) -> None:
    ears.words.extend(["yes", "i want to leave a message", "please ring my daughter"])

    def margaret(line: Line) -> Came:
        yield from line.say()
        yield from line.say()
        yield from line.hear_out()
        yield from line.sound(5.0)

    carry(app, call, margaret)
    assert message_of(app) == ("please ring my daughter", 5)
    assert call_row(app, call).status == "ended"


def test_a_message_is_kept_even_when_the_provider_told_first_that_the_call_is_over(
    app: Flask, call: int, ears: Ears, telephone: Telephone
) -> None:
    ears.words.extend(["yes", "i want to leave a message", "please ring my daughter"])
    sid = call_row(app, call).sid

    def margaret(line: Line) -> Came:
        yield from line.say()
        yield from line.say()
        yield from line.hear_out()
        yield from line.sound(5.0)
        telephone.ask("/calls/status", sid, CallStatus="completed")

    carry(app, call, margaret)
    assert message_of(app) == ("please ring my daughter", 5)
    assert (call_row(app, call).status, call_row(app, call).outcome) == ("ended", "hung_up")


def test_a_wish_broken_off_by_hanging_up_can_be_taken_up_again(app: Flask, call: int, ears: Ears) -> None:
    ears.words.extend(["yes", PAY])

    def margaret(line: Line) -> Came:
        yield from line.say()
        yield from line.hear_out()
        yield from line.sound(1.0)

    carry(app, call, margaret)
    assert (call_row(app, call).status, len(stored_turns(app, call))) == ("dropped", 3)


def test_a_wish_said_into_our_voice_is_kept_when_its_caller_hangs_up(
    app: Flask, call: int, ears: Ears, voice: Voice, caplog: pytest.LogCaptureFixture
) -> None:
    ears.words.extend(["yes", PAY])

    def margaret(line: Line) -> Came:
        yield from line.say()
        voice.seconds = 20.0
        yield from line.silence(2.0)
        yield from line.sound(0.28)  # too short to stop our voice, and the line is cut

    carry(app, call, margaret)
    assert (call_row(app, call).status, len(stored_turns(app, call))) == ("dropped", 3)
    assert "failed" not in caplog.text


def test_half_an_answer_is_none(app: Flask, call: int, ears: Ears) -> None:
    ears.words.extend(["yes", PAY, "yes"])

    def margaret(line: Line) -> Came:
        yield from line.say()
        yield from line.say()
        yield from line.hear_out()
        yield from line.sound(1.0)  # "yes, but not..." and the line is cut

    carry(app, call, margaret)
    assert len(stored_turns(app, call)) == 3 and call_row(app, call).status == "dropped"


# -- hostile lines


NONSENSE: list[str | bytes] = [
    b"\x00\xff\xfe", b"", "", "null", "[]", "7", '"media"', "{", '{"event"', '{"event": "media"}', '{"event": null}',
    '{"event": "media", "media": null}', '{"event": "media", "media": []}', '{"event": "media", "media": {"payload": 7}}',
    '{"event": "media", "media": {"payload": "%%%"}}', '{"event": "media", "media": {"payload": "ä"}}',
    '{"event": "media", "media": {"track": "outbound", "payload": "AAAA"}}', '{"event": "media", "media": {"payload": ""}}',
    '{"event": "dtmf"}', '{"event": "dtmf", "dtmf": {"digit": null}}', '{"event": "dtmf", "dtmf": {"digit": "12"}}',
    '{"event": "dtmf", "dtmf": {"digit": ""}}', '{"event": "dtmf", "dtmf": {"digit": "A"}}', '{"event": "mark"}',
    '{"event": "mark", "mark": {"name": {"a": 1}}}', '{"event": "mark", "mark": {"name": "g0:99"}}', '{"event": "start"}',
    '{"event": "\\ud800"}', '{"event": ["media"]}', "[" * 50_000, "9" * 5_000, '{"event": "connected"}',
    json.dumps({"event": "clear"}), json.dumps({"event": "stopp"}),
]  # fmt: skip


def test_ten_thousand_hostile_frames_change_nothing(app: Flask, call: int, ears: Ears) -> None:
    dice = random.Random(4)
    genuine = media(b"\xff" * FRAME_BYTES)
    ears.words.append("yes")

    def thief(line: Line) -> Came:
        yield from line.hear_out()
        for _ in range(10_000):
            cut = genuine[: dice.randrange(len(genuine))]
            yield dice.choice([*NONSENSE, cut, cut + "}}", bytes(dice.randbytes(40))])
        yield from line.sound(1.0)
        yield from line.hear_out()

    carry(app, call, thief)
    turns = stored_turns(app, call)
    assert [turn.heard["text"] for turn in turns] == ["", "yes"]


def test_sound_that_comes_faster_than_time_passes_ends_the_call(app: Flask, call: int) -> None:
    def flood(line: Line) -> Came:
        for _ in range(1_000):
            yield media(b"\xff" * FRAME_BYTES)

    line = carry(app, call, flood)
    assert line.closed == live_call.POLICY_VIOLATION and call_row(app, call).status == "ended"


def test_sound_that_has_waited_for_us_is_worked_through_together_and_none_of_it_lost(
    app: Flask, call: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pieces: list[int] = []
    monkeypatch.setattr(Loud, "feed", lambda self, pcm: pieces.append(len(pcm) // 2 // FRAME_BYTES) or any(pcm))

    def margaret(line: Line) -> Came:
        yield from line.silence(1.0)
        for left in range(7, -1, -1):
            line.input_buffer = [""] * left
            yield from line.silence(FRAME)
        line.input_buffer = [""]
        yield from line.silence(FRAME)
        yield None  # nothing more comes: what has come is heard now
        yield key("5")

    carry(app, call, margaret)
    assert sum(pieces) == 59 and max(pieces) == 3 and len(pieces) < 56


def test_messages_that_we_cannot_keep_up_with_end_the_call(app: Flask, call: int) -> None:
    def flood(line: Line) -> Came:
        line.input_buffer.extend(["{}"] * (live_call.MOST_UNREAD + 1))
        yield key("1")
        raise AssertionError("the call goes on")

    assert carry(app, call, flood).closed == live_call.POLICY_VIOLATION
    assert len(stored_turns(app, call)) == 1


def test_a_key_before_the_first_question_answers_nothing(app: Flask, call: int) -> None:
    def impatient(line: Line) -> Came:
        yield key("1")
        yield from line.hear_out()

    carry(app, call, impatient)
    assert len(stored_turns(app, call)) == 1


def test_four_thousand_keys_fill_no_field(app: Flask, call: int, ears: Ears) -> None:
    ears.words.extend(["yes", PAY, "yes"])

    def child(line: Line) -> Came:
        yield from to_the_pin(line)
        yield from line.hear_out()
        for _ in range(4_000):
            yield key("4" if _ % 1_000 == 0 else "ABCD,w+x"[_ % 8])

    carry(app, call, child)
    assert all(len(turn.heard["keys"]) <= 20 for turn in stored_turns(app, call))
    assert payments(app) == []


# -- our own faults


def test_a_fault_of_ours_is_not_taken_for_a_malformed_message(
    app: Flask, call: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def wrong(self: Loud, pcm: bytes) -> bool:
        raise ValueError("a fault of ours")

    monkeypatch.setattr(Loud, "feed", wrong)
    carry(app, call, lambda line: line.silence(60))
    assert "its line failed" in caplog.text and call_row(app, call).status == "ended"


def test_a_turn_that_was_taken_elsewhere_ends_this_socket(app: Flask, call: int, ears: Ears) -> None:
    def margaret(line: Line) -> Came:
        yield from line.hear_out()
        with app.app_context():
            row = db.session.get_one(Call, call)
            row.status, row.outcome = "ended", "resumed"  # she has rung back meanwhile
            db.session.commit()
        yield from line.say()
        yield from line.silence(60)

    line = carry(app, call, margaret)
    assert line.now < 1_030.0 and call_row(app, call).outcome == "resumed"
