"""How patient a live call is: pauses, half sentences, noises, talking over, a line without words, our own echo.

The ears here tell words (`SPEECH`) from other sounds of the line (`NOISE`); the speech detector takes both for speech.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from flask import Flask

from helpline.calls import media as live_call
from helpline.calls.answering import TurnTimes
from helpline.calls.playing import AHEAD
from helpline.commands.demo_calls import recording
from helpline.commands.demo_data import Demonstration
from helpline.db import db
from helpline.events import Event
from helpline.models import Call, Caller
from tests.calls.line import FRAME, SPEECH, Ears, Line, Loud, Voice, carry, incoming, key, media, stored_turns
from voice.audio import FRAME_BYTES, RATE, mulaw_to_pcm, pcm_to_mulaw, to_pcm, to_samples
from voice.heard import Expecting, Heard
from voice.speechdetector import SpeechDetector
from voice.synthesis import clauses

Came = Iterator[str | bytes | None]
NOISE = b"\x10"  # a sample of mu-law: a cough, a television
WORD = mulaw_to_pcm(SPEECH)
PAY = "i want to pay my electricity bill"


@dataclass
class FineEars(Ears):
    """Understands a turn's words as the next of `words`, and its other sounds as none."""

    def stream(self, expecting: Expecting, rate: int = RATE) -> FineStream:
        return FineStream(self)


@dataclass
class FineStream:
    ears: FineEars
    word: bool = False
    sound: bool = False

    def feed(self, pcm: bytes) -> str:
        self.word, self.sound = self.word or pcm[:2] == WORD, self.sound or any(pcm)
        return self.ears.words[0] if self.word and self.ears.partials and self.ears.words else ""

    def finish(self) -> Heard:
        text = self.ears.words.popleft() if self.word and self.ears.words else ""
        return Heard(text=text, sound=self.sound, engine="fake")


@dataclass
class NoisyVoice(Voice):
    """Speaks every text as hiss, which is as unlike anybody else's as words are."""

    loudness: float = 0.2
    dice: np.random.Generator = field(default_factory=lambda: np.random.default_rng(3))

    def speak(self, text: str, pace: float = 1.0, gain: float = 0.0) -> Iterator[bytes]:
        for clause in clauses(text):
            self.said.append(clause)
            yield hiss(self.dice, int(self.seconds * RATE), self.loudness)


def hiss(dice: np.random.Generator, samples: int, loudness: float) -> bytes:
    return to_pcm((dice.standard_normal(samples) * loudness).clip(-1, 1).astype(np.float32))


@pytest.fixture(autouse=True)
def loud(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_call, "SpeechDetector", Loud)


@pytest.fixture
def ears(app: Flask) -> FineEars:
    ears = FineEars()
    app.extensions["helpline"]._recognisers["en"] = ears
    return ears


@pytest.fixture
def call(app: Flask, town: Demonstration, ears: FineEars, voice: Voice) -> int:
    """Margaret rings."""
    return incoming(app)


def heard(app: Flask, call: int) -> list[str]:
    """What each turn understood, after the first words of the call."""
    return [turn.heard["text"] or turn.heard["keys"] for turn in stored_turns(app, call)[1:]]


def events(app: Flask, kind: str) -> list[str]:
    with app.app_context():
        return [event.subject for event in db.session.query(Event).filter_by(kind=kind)]


def usual_pause(app: Flask, call: int) -> float:
    with app.app_context():
        return db.session.get_one(Caller, db.session.get_one(Call, call).caller_id).pause


# -- a turn is over when its words are


def test_half_a_sentence_is_waited_for_and_joined(app: Flask, call: int, ears: FineEars) -> None:
    ears.partials = False
    ears.words.extend(["yes", "i want to pay my", "electricity bill"])

    def margaret(line: Line) -> Came:
        yield from line.say()
        yield from line.say()
        yield from line.silence(3)  # she looks for the letter
        yield from line.sound(1)
        yield from line.silence(3)

    carry(app, call, margaret)
    assert heard(app, call) == ["yes", PAY]


def test_half_a_sentence_that_nobody_finishes_is_answered(app: Flask, call: int, ears: FineEars) -> None:
    ears.partials = False
    ears.words.extend(["yes", "i want to pay my"])

    def margaret(line: Line) -> Came:
        yield from line.say()
        yield from line.say()
        yield from line.silence(4.2)

    carry(app, call, margaret)
    assert heard(app, call) == ["yes", "i want to pay my"]


@pytest.mark.parametrize("partials", [True, False])
def test_a_number_with_all_its_digits_is_not_waited_behind(app: Flask, call: int, ears: FineEars, partials: bool) -> None:
    told: list[TurnTimes] = []
    ears.partials = partials
    ears.words.extend(["yes", PAY, "yes", "four eight two seven one nine"])

    def margaret(line: Line) -> Came:
        for _ in range(4):
            yield from line.say()
        yield from line.silence(2)

    carry(app, call, margaret, measured=told.append)
    # An engine without words before the end is asked after the silence of a yes or no.
    assert (told[-1].expecting, told[-1].waiting) == ("pin", pytest.approx(0.6 if partials else 1.2, abs=0.05))


@pytest.mark.parametrize("partials", [True, False])
def test_half_a_pin_is_waited_for_and_joined(app: Flask, call: int, ears: FineEars, partials: bool) -> None:
    ears.partials = partials
    halves = ["four eight two seven one nine"] if partials else ["four eight two", "seven one nine"]
    ears.words.extend(["yes", PAY, "yes", *halves])

    def margaret(line: Line) -> Came:
        for _ in range(3):
            yield from line.say()
        yield from line.hear_out()
        if partials:
            ears.words[0] = "four eight two"
        yield from line.sound(1)
        yield from line.silence(3.5)
        if partials:
            ears.words[0] = halves[0]
        yield from line.sound(1)
        yield from line.silence(3)

    carry(app, call, margaret)
    assert stored_turns(app, call)[4].reply["expecting"]["name"] != "pin"  # it was right


# -- pauses are learned


def test_a_callers_pauses_are_remembered_and_waited_for_in_their_next_call(app: Flask, call: int, ears: FineEars) -> None:
    ears.words.extend(["yes", PAY])

    def margaret(line: Line) -> Came:
        yield from line.say()
        yield from line.say()
        yield from line.silence(1.5)  # she looks for the next word
        yield from line.sound(1)
        yield from line.hear_out()

    carry(app, call, margaret)
    assert usual_pause(app, call) == pytest.approx(1.5, abs=0.05)
    told: list[TurnTimes] = []
    ears.words.extend(["yes", "no"])  # it is she, and she does not carry on with the bill
    carry(app, incoming(app), says_twice, measured=told.append)
    assert [round(times.waiting, 1) for times in told] == [1.2, 2.3]  # before we knew that it was she, and after


def says_twice(line: Line) -> Came:
    yield from line.say()
    yield from line.say()
    yield from line.silence(4)


def test_whoever_was_cut_off_is_waited_for_longer(app: Flask, call: int, ears: FineEars) -> None:
    ears.words.extend(["yes", "i have a question", PAY])

    def margaret(line: Line) -> Came:
        yield from line.say()
        yield from line.say()
        yield from line.silence(2.5)  # her turn is taken after 1.8
        yield from line.sound(1)
        yield from line.silence(5)

    carry(app, call, margaret)
    assert usual_pause(app, call) == pytest.approx(2.5, abs=0.1)


def test_an_answer_to_the_next_question_is_no_pause(app: Flask, call: int, ears: FineEars) -> None:
    ears.words.extend(["yes", PAY])

    def margaret(line: Line) -> Came:
        yield from line.say()
        yield from line.silence(4)  # she listens to the question and thinks
        yield from line.sound(1)
        yield from line.hear_out()

    carry(app, call, margaret)
    assert usual_pause(app, call) == 0.0


# -- noise is no speech


@pytest.mark.parametrize("partials", [True, False])
def test_a_cough_during_our_question_neither_stops_it_nor_answers_it(
    app: Flask, call: int, ears: FineEars, voice: Voice, partials: bool
) -> None:
    voice.seconds = 20.0
    ears.partials = partials

    def margaret(line: Line) -> Came:
        yield from line.silence(2)
        yield from line.sound(0.5, NOISE)
        yield from line.silence(15)

    assert carry(app, call, margaret).cleared == 0
    assert heard(app, call) == []


def test_whoever_coughs_first_may_still_answer(app: Flask, call: int, ears: FineEars) -> None:
    ears.words.append("yes")

    def margaret(line: Line) -> Came:
        yield from line.hear_out()
        yield from line.sound(0.5, NOISE)
        yield from line.silence(3)
        yield from line.sound(0.5)
        yield from line.silence(2)

    carry(app, call, margaret)
    assert heard(app, call) == ["yes"]


def test_a_cough_does_not_start_the_wait_for_an_answer_again(app: Flask, call: int, ears: FineEars) -> None:
    told: list[float] = []

    def margaret(line: Line) -> Came:
        yield from line.hear_out()
        asked = line.now
        yield from line.silence(8.5)
        yield from line.sound(0.3, NOISE)
        while len(stored_turns(app, call)) == 1:
            yield from line.silence(0.2)
        told.append(line.now - asked)

    carry(app, call, margaret)
    assert told[0] == pytest.approx(10, abs=0.5)


def test_a_mumble_is_answered_sooner_than_silence(app: Flask, call: int, ears: FineEars) -> None:
    def margaret(line: Line) -> Came:
        yield from line.hear_out()
        yield from line.sound(0.8, NOISE)
        yield from line.silence(4.5)

    carry(app, call, margaret)
    (turn,) = stored_turns(app, call)[1:]
    assert turn.heard["sound"] and not turn.heard["text"] and not turn.heard["deaf"]


def test_a_humming_line_is_a_silent_one(app: Flask, call: int, ears: FineEars, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_call, "SpeechDetector", SpeechDetector)
    hum = recording("silence").sound

    def margaret(line: Line) -> Came:
        yield from line.hear_out()
        for at in range(0, round(11 * RATE), FRAME_BYTES):
            line.now += FRAME
            yield media((hum * 40)[at : at + FRAME_BYTES])

    carry(app, call, margaret)
    (turn,) = stored_turns(app, call)[1:]
    assert turn.heard["sound"] is False


# -- talking over us


def until_cleared(line: Line, sample: bytes) -> Iterator[str]:
    """So much of this sound that our voice stops."""
    for _ in range(200):
        if line.cleared:
            return
        yield from line.sound(FRAME, sample)
    raise AssertionError("our voice does not stop")


def test_our_voice_stops_soon_after_the_first_word(app: Flask, call: int, ears: FineEars, voice: Voice) -> None:
    voice.seconds = 20.0
    ears.words.append("yes")
    took: list[float] = []

    def margaret(line: Line) -> Came:
        yield from line.silence(2)
        yield from line.sound(0.2, NOISE)  # no engine knows a word sooner
        began = line.now
        yield from until_cleared(line, SPEECH)
        took.append(line.now - began)

    carry(app, call, margaret)
    assert took[0] <= 0.2


def test_without_early_words_our_voice_stops_after_six_tenths(app: Flask, call: int, ears: FineEars, voice: Voice) -> None:
    voice.seconds = 20.0
    ears.partials = False
    took: list[float] = []

    def margaret(line: Line) -> Came:
        yield from line.silence(2)
        began = line.now
        yield from until_cleared(line, SPEECH)
        took.append(line.now - began)

    carry(app, call, margaret)
    assert took[0] == pytest.approx(0.6, abs=0.05)


def test_after_a_false_alarm_the_interrupted_clause_is_said_again(app: Flask, call: int, ears: FineEars, voice: Voice) -> None:
    ears.partials = False
    voice.seconds = 12.0  # the greeting has several clauses

    def margaret(line: Line) -> Came:
        yield from line.silence(6)
        yield from line.sound(0.8, NOISE)
        yield from line.silence(25)

    line = carry(app, call, margaret)
    greeting = 12.0 * len(voice.said)
    stopped = next(n for n, message in enumerate(line.sent) if message["event"] == "clear")
    heard_before = seconds_of(line.sent[:stopped]) - AHEAD
    again = seconds_of(line.sent) - AHEAD - heard_before
    assert line.cleared == 1 and heard(app, call) == []
    # From the start of a clause: more than what was left, less than all of it.
    assert greeting - heard_before < again < greeting


def seconds_of(sent: list[dict[str, Any]]) -> float:
    return sum(len(base64.b64decode(m["media"]["payload"])) for m in sent if m["event"] == "media") / RATE


def test_whoever_coughs_a_lot_hears_the_question_out(app: Flask, call: int, ears: FineEars, voice: Voice) -> None:
    ears.partials = False
    voice.seconds = 60.0

    def margaret(line: Line) -> Came:
        for _ in range(5):
            yield from line.silence(4)
            yield from line.sound(0.8, NOISE)

    assert carry(app, call, margaret).cleared == live_call.MOST_FALSE_ALARMS


def test_what_was_talked_over_is_kept_with_the_answer(app: Flask, call: int, ears: FineEars, voice: Voice) -> None:
    voice.seconds = 12.0
    ears.words.append("yes")

    def margaret(line: Line) -> Came:
        yield from line.silence(7)
        yield from line.sound(1)
        yield from line.silence(2)

    carry(app, call, margaret)
    begin, answer = stored_turns(app, call)
    said = " ".join(part["text"] for part in begin.reply["says"])
    assert answer.heard["unheard"] and said.endswith(answer.heard["unheard"]) and answer.heard["unheard"] != said


def test_an_answer_to_a_question_that_was_heard_out_has_nothing_unheard(app: Flask, call: int, ears: FineEars) -> None:
    ears.words.append("yes")

    def margaret(line: Line) -> Came:
        yield from line.say()
        yield from line.silence(2)

    carry(app, call, margaret)
    assert stored_turns(app, call)[1].heard["unheard"] == ""


# -- a line that brings sound and no words


def television(line: Line) -> Came:
    yield from line.hear_out()
    while True:
        yield from line.sound(1.0, NOISE)


def test_a_line_without_words_is_told_so_and_a_coordinator_sees_it(app: Flask, call: int, ears: FineEars, voice: Voice) -> None:
    def arthurs_television(line: Line) -> Came:
        came = television(line)
        while not voice.heard("cannot make out any words"):
            yield next(came)

    line = carry(app, call, arthurs_television)
    assert line.now < 1_045.0
    assert stored_turns(app, call)[-1].heard["deaf"] and voice.heard("If you are Margaret, press one")
    assert events(app, "deaf_line") == [f"call:{call}"]


def test_the_second_time_a_person_is_found(app: Flask, call: int, ears: FineEars) -> None:
    def arthurs_television(line: Line) -> Came:
        came = television(line)
        while len(events(app, "deaf_line")) < 2:
            yield next(came)

    carry(app, call, arthurs_television)
    assert stored_turns(app, call)[-1].orders[0]["order"]["args"]["about"] == "deaf_line"


def test_a_caller_who_uses_the_keys_has_no_deaf_line(app: Flask, call: int, ears: FineEars) -> None:
    def margaret(line: Line) -> Came:
        for digits in ("1", "1", "1"):
            yield from line.hear_out()
            yield from line.sound(9.0, NOISE)
            yield from map(key, digits)
        yield from line.sound(9.0, NOISE)

    carry(app, call, margaret)
    assert events(app, "deaf_line") == []


# -- our own voice


def coming_back(line: Line, later: float, share: float, over: bytes = b"") -> Came:
    """What we play, heard by the caller's telephone and sent back so much later and quieter; `over` it somebody's voice."""
    ours, began, at = b"", 0.0, 0
    for _ in range(round(8 / FRAME)):
        media_sent = [message for message in line.sent if message["event"] == "media"]
        if media_sent and not began:
            began = line.now
        ours = b"".join(base64.b64decode(message["media"]["payload"]) for message in media_sent)
        start = round((line.now - began - later) * RATE)
        line.now += FRAME
        back = to_samples(mulaw_to_pcm(ours[start : start + FRAME_BYTES])) if began and start >= 0 else np.zeros(0, np.float32)
        samples = np.pad(back, (0, FRAME_BYTES - len(back))) * share
        voice = to_samples(over[at * 2 : (at + FRAME_BYTES) * 2])
        samples[: len(voice)] += voice
        at += FRAME_BYTES
        yield media(pcm_to_mulaw(to_pcm(samples)))


class TestALoudspeakerTelephone:
    @pytest.fixture
    def voice(self, app: Flask) -> Voice:
        voice = NoisyVoice(seconds=4.0)
        app.extensions["helpline"]._voices["en"] = voice
        return voice

    @pytest.fixture
    def ears(self, app: Flask) -> Ears:
        ears = app.extensions["helpline"]._recognisers["en"] = Ears()  # to it any sound is a word
        return ears

    @pytest.mark.parametrize("later", [0.06, 0.3, 0.7])
    def test_our_own_voice_does_not_interrupt_us(self, app: Flask, call: int, later: float) -> None:
        assert carry(app, call, lambda line: coming_back(line, later, 0.2)).cleared == 0
        assert heard(app, call) == []

    def test_somebody_who_talks_over_the_echo_does(self, app: Flask, call: int) -> None:
        margaret = bytes(2 * 2 * RATE) + hiss(np.random.default_rng(9), 3 * RATE, 0.2)
        assert carry(app, call, lambda line: coming_back(line, 0.3, 0.2, over=margaret)).cleared == 1
