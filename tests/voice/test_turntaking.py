"""When has the caller finished? Scripted 20 ms frames, and properties that hold for whatever comes."""

from __future__ import annotations

import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.heard import Expecting
from voice.turntaking import (
    BARGE_IN,
    BARGE_IN_WITHOUT_WORDS,
    MOST_STRETCH,
    SPOKE_ON,
    CutOff,
    Patience,
    TurnTaker,
    Verdict,
    learned,
    patience,
)

FRAME = 0.02
PATIENT = Patience(no_input=10.0, end_of_turn=1.2, between_keys=6.0, longest=60.0)
CONFIG = Path(__file__).parents[2] / "config" / "default.toml"
YES_NO = Expecting("yes_no")
PIN = Expecting("pin", digits=6, secret=True)
AMOUNT = Expecting("yes_no", interruptible=False)
MOST = 4.0  # seconds: the longest pause that is waited for


class Line:
    """Plays scripted seconds of speech and silence to a turn, and keeps the first verdict and its time."""

    def __init__(self, expecting: Expecting, partials: bool = True, prompt_over: bool = True, **how: Any) -> None:
        self.turn, self.now, self.verdict = TurnTaker(expecting, PATIENT, partials, **how), 0.0, None
        if prompt_over:
            self.turn.prompt_ended(self.now)

    def play(self, seconds: float, speaking: bool, partial: str = "") -> Verdict | None:
        for _ in range(round(seconds / FRAME)):
            if self.verdict is None:
                self.now += FRAME
                self.verdict = self.turn.audio(FRAME, speaking, partial, self.now)
        return self.verdict

    def say(self, seconds: float, partial: str = "yes") -> Verdict | None:
        return self.play(seconds, True, partial)

    def quiet(self, seconds: float) -> Verdict | None:
        return self.play(seconds, False)

    def press(self, keys: str) -> Verdict | None:
        for key in keys:
            self.now += 0.3
            self.verdict = self.verdict or self.turn.key(key, self.now)
        return self.verdict


def test_a_short_yes_ends_after_the_silence_of_a_yes_or_no() -> None:
    line = Line(YES_NO)
    line.say(0.4)
    assert line.quiet(1.1) is None
    assert line.quiet(0.2) == Verdict("speech")
    assert line.now == pytest.approx(1.6, abs=0.03)


def test_a_pause_to_think_does_not_end_the_turn() -> None:
    line = Line(Expecting("open"))
    for _ in range(5):
        line.say(0.8)
        assert line.quiet(1.1) is None
    assert line.quiet(0.2) == Verdict("speech")


def test_somebody_who_says_nothing_is_waited_for_from_the_end_of_the_prompt() -> None:
    line = Line(YES_NO, prompt_over=False)
    assert line.quiet(30) is None
    line.turn.prompt_ended(line.now)
    assert line.quiet(9.9) is None
    assert line.quiet(0.2) == Verdict("no_input")


def test_a_second_mark_of_the_same_prompt_does_not_start_the_wait_again() -> None:
    line = Line(YES_NO)
    line.quiet(9)
    line.turn.prompt_ended(line.now)
    assert line.quiet(1.1) == Verdict("no_input")


def test_a_click_is_nobody_speaking() -> None:
    line = Line(YES_NO)
    for _ in range(4):
        line.play(0.06, True)
        line.quiet(2.4)
    assert line.quiet(0.4) == Verdict("no_input")


def test_a_mumble_without_words_ends_as_speech_for_the_recogniser_to_judge() -> None:
    line = Line(YES_NO)
    line.play(0.8, True, partial="")
    assert line.quiet(1.3) == Verdict("speech")


def test_whoever_begins_before_the_prompt_has_ended_is_heard() -> None:
    line = Line(YES_NO, prompt_over=False)
    line.say(0.5)
    line.turn.prompt_ended(line.now)
    line.say(0.5)
    assert line.quiet(1.3) == Verdict("speech")


def test_a_yes_to_half_an_amount_is_no_yes() -> None:
    line = Line(AMOUNT, prompt_over=False)
    line.say(0.4)
    assert line.quiet(3) is None
    assert not line.turn.barged_in
    line.turn.prompt_ended(line.now)
    assert line.quiet(10.1) == Verdict("no_input")


def test_a_yes_that_outlasts_the_amount_counts() -> None:
    line = Line(AMOUNT, prompt_over=False)
    line.say(0.3)
    line.turn.prompt_ended(line.now)
    line.say(0.2)
    assert line.quiet(1.3) == Verdict("speech")


def test_a_telling_of_the_life_is_stopped_at_the_longest_turn() -> None:
    line = Line(Expecting("open"))
    assert line.say(90) == Verdict("speech")
    assert line.now == pytest.approx(60.02, abs=0.05)


@pytest.mark.parametrize(
    ("partials", "seconds", "words", "stops"),
    [
        (True, BARGE_IN + 0.02, "wait", True),
        (True, BARGE_IN - 0.02, "wait", False),
        (True, 2.0, "", False),  # a cough: sound, but no word
        (False, BARGE_IN_WITHOUT_WORDS + 0.02, "", True),
        (False, BARGE_IN_WITHOUT_WORDS - 0.02, "", False),
    ],
)
def test_speech_and_a_word_stop_our_voice(partials: bool, seconds: float, words: str, stops: bool) -> None:
    line = Line(Expecting("open"), partials=partials, prompt_over=False)
    line.say(seconds, words)
    assert line.turn.barged_in is stops


def test_two_coughs_do_not_add_up_to_an_interruption() -> None:
    line = Line(Expecting("open"), partials=False, prompt_over=False)
    for _ in range(3):
        line.say(0.4)
        line.quiet(0.6)
    assert not line.turn.barged_in


def test_six_keys_of_a_pin_are_complete_at_once() -> None:
    line = Line(PIN)
    assert line.press("48271") is None
    assert line.press("9") == Verdict("keys", "482719")


def test_the_first_key_stops_our_voice_and_closes_the_ear() -> None:
    line = Line(PIN, prompt_over=False)
    line.press("4")
    assert line.turn.barged_in
    line.say(5)
    assert line.quiet(0.5) is None  # what was spoken is not listened to
    assert line.quiet(1) == Verdict("keys", "4")


def test_a_number_of_unknown_length_ends_with_the_hash_key_or_a_pause() -> None:
    hashed, paused = Line(Expecting("digits")), Line(Expecting("digits"))
    assert hashed.press("4827#") == Verdict("keys", "4827")
    paused.press("4827")
    assert paused.quiet(5.9) is None
    assert paused.quiet(0.2) == Verdict("keys", "4827")


@pytest.mark.parametrize("expecting", [YES_NO, Expecting("open"), Expecting("choice", options=("a", "b"))])
def test_outside_a_number_one_key_is_the_answer(expecting: Expecting) -> None:
    assert Line(expecting).press("0") == Verdict("keys", "0")


def test_star_ends_the_entry_so_that_it_can_be_cleared() -> None:
    assert Line(PIN).press("48*") == Verdict("keys", "48*")
    assert Line(YES_NO).press("*") == Verdict("keys", "*")


def test_the_hash_key_ends_a_spoken_message() -> None:
    line = Line(Expecting("message", record=True))
    line.say(3)
    line.quiet(0.5)
    assert line.press("#") == Verdict("speech")
    assert Line(Expecting("message", record=True)).press("#") == Verdict("keys", "#")


@pytest.mark.parametrize("sign", ["", "A", "12", "é"])
def test_what_is_no_key_changes_nothing(sign: str) -> None:
    line = Line(PIN)
    assert line.turn.key(sign, 1.0) is None
    assert not line.turn.barged_in


# -- is the sentence finished?


def finished(words: str) -> str:
    return {"four eight two seven one nine": "complete", "i want to pay my": "unfinished"}.get(words, "open")


@pytest.mark.parametrize(
    ("words", "ends_after"),
    [("four eight two seven one nine", PATIENT.complete), ("i want to pay my", PATIENT.unfinished), ("goodbye", 1.2)],
)
def test_the_silence_that_ends_a_turn_depends_on_its_words(words: str, ends_after: float) -> None:
    line = Line(Expecting("open"), judge=finished)
    line.say(0.8, words)
    assert line.play(ends_after - 0.05, False, words) is None
    assert line.play(0.1, False, words) == Verdict("speech")


def test_a_turn_that_goes_on_ends_behind_the_rest_of_its_sentence() -> None:
    line = Line(Expecting("open"), partials=False)
    line.say(0.8, "")
    assert line.quiet(1.3) == Verdict("speech")
    line.verdict = line.turn.go_on("unfinished")
    assert line.quiet(2.0) is None
    line.say(0.8, "")
    assert line.quiet(1.1) is None
    assert line.quiet(0.2) == Verdict("speech")


def test_whoever_speaks_while_their_words_are_looked_at_speaks_again() -> None:
    line = Line(Expecting("open"), partials=False)
    line.say(0.8, "")
    line.quiet(1.3)
    assert line.turn.over and not line.turn.speaks_again
    line.turn.audio(0.2, True, "", line.now + 0.2)
    assert line.turn.speaks_again


# -- noise


def test_noise_does_not_start_the_wait_again() -> None:
    line = Line(YES_NO)
    line.quiet(7)
    line.play(0.5, True, "")
    assert line.quiet(1.3) == Verdict("speech")
    line.verdict = line.turn.nothing_said(mumbled=False, at=line.now)
    assert line.quiet(1.1) is None
    assert line.quiet(0.3) == Verdict("no_input") and line.now == pytest.approx(10, abs=0.05)


def test_whoever_mumbled_is_not_kept_waiting_long() -> None:
    line = Line(YES_NO)
    line.play(0.5, True, "")
    line.quiet(1.3)
    line.verdict = line.turn.nothing_said(mumbled=True, at=line.now)
    assert line.quiet(PATIENT.after_noise - 0.1) is None
    assert line.quiet(0.2) == Verdict("no_input")


def test_a_noise_in_our_own_question_leaves_all_the_time_to_answer_it() -> None:
    line = Line(YES_NO, prompt_over=False)
    line.play(0.5, True, "")
    line.quiet(1.3)
    line.verdict = line.turn.nothing_said(mumbled=True, at=line.now)
    assert line.quiet(20) is None
    line.turn.prompt_ended(line.now)
    assert line.quiet(9.9) is None
    assert line.quiet(0.2) == Verdict("no_input") and line.turn.noises == 0


def test_words_behind_a_noise_are_a_turn_of_their_own() -> None:
    line = Line(YES_NO)
    line.play(0.5, True, "")
    line.quiet(1.3)
    line.verdict = line.turn.nothing_said(mumbled=True, at=line.now)
    line.quiet(1)
    line.say(0.5)
    assert line.quiet(1.1) is None
    assert line.quiet(0.2) == Verdict("speech")


def test_a_television_does_not_hold_the_turn_open() -> None:
    line = Line(YES_NO)
    while line.verdict is None:
        line.play(2.0, True, "")
        line.quiet(0.6)
    assert line.verdict == Verdict("speech") and line.now == pytest.approx(10, abs=0.1)


def test_sound_that_was_a_false_alarm_twice_stops_our_voice_no_more_but_a_key_does() -> None:
    line = Line(YES_NO, partials=False, prompt_over=False, may_interrupt=False)
    line.say(5, "")
    assert not line.turn.barged_in
    line.press("1")
    assert line.turn.barged_in


# -- the caller's own pauses


def test_pauses_within_a_turn_are_noted_and_the_silence_behind_it_is_none() -> None:
    line = Line(Expecting("open"))
    line.say(0.8)
    line.quiet(0.9)
    line.say(0.8)
    line.quiet(1.3)
    assert line.turn.pauses == [pytest.approx(0.9, abs=0.03)]


def test_patience_is_learned_faster_than_it_is_lost() -> None:
    longer, shorter = learned(1.0, [2.0], MOST), learned(2.0, [1.0], MOST)
    assert longer == 1.5 and shorter == 1.9
    assert learned(0.0, [1.3], MOST) == 1.3 and learned(1.3, [], MOST) == 1.3


@given(st.floats(0, MOST), st.lists(st.floats(0, 60), max_size=30))
def test_no_pause_is_waited_for_beyond_its_bound(pause: float, pauses: list[float]) -> None:
    assert 0 <= learned(pause, pauses, MOST) <= MOST


@given(
    st.sampled_from(["yes_no", "open", "digits", "pin", "choice", "date", "name", "message"]), st.floats(0, 60), st.booleans()
)
def test_a_slow_caller_is_waited_for_longer_and_never_without_end(name: str, pause: float, partials: bool) -> None:
    times = SimpleNamespace(**tomllib.loads(CONFIG.read_text("utf-8"))["turn_taking"])
    usual, slow = (patience(Expecting(name), times, known, partials) for known in (0.0, pause))
    assert usual.end_of_turn <= slow.end_of_turn <= max(times.end_most, usual.end_of_turn)
    assert slow.end_of_turn <= MOST_STRETCH * usual.end_of_turn
    assert slow.unfinished >= slow.end_of_turn and slow.complete == times.end_complete


def hear_all(cut_off: CutOff, *pieces: tuple[float, bool], answered: bool = False) -> list[float]:
    """The pauses that were found in pieces of (seconds, speaking)."""
    frames = [speaking for seconds, speaking in pieces for _ in range(round(seconds / FRAME))]
    found = [cut_off.hear(FRAME, speaking, answered) for speaking in frames]
    return [pause for pause in found if pause]


def test_whoever_speaks_on_at_once_was_cut_off_in_a_longer_pause() -> None:
    cut_off = CutOff()
    cut_off.turn_ended(1.8)
    assert hear_all(cut_off, (0.7, False), (2.0, True)) == [pytest.approx(2.5, abs=0.03)]


@pytest.mark.parametrize("pieces", [[(SPOKE_ON, False), (1.0, True)], [(0.5, False), (0.08, True), (3.0, False)]])
def test_a_late_answer_and_a_click_are_no_sign_of_it(pieces: list[tuple[float, bool]]) -> None:
    cut_off = CutOff()
    cut_off.turn_ended(1.8)
    assert hear_all(cut_off, *pieces) == []


def test_an_answer_to_what_we_said_is_no_sign_of_it_either() -> None:
    cut_off = CutOff()
    cut_off.turn_ended(1.2)
    assert hear_all(cut_off, (0.5, False), (1.0, True), answered=True) == []


@pytest.mark.parametrize(
    ("name", "ends", "waits"),
    [("yes_no", 1.2, 10), ("choice", 1.2, 10), ("date", 1.8, 10), ("open", 1.8, 15), ("digits", 2.5, 15), ("pin", 2.5, 15)],
)
def test_patience_depends_on_what_is_expected(name: str, ends: float, waits: float) -> None:
    times = SimpleNamespace(**tomllib.loads(CONFIG.read_text("utf-8"))["turn_taking"])
    found = patience(Expecting(name), times)
    assert (found.end_of_turn, found.no_input, found.longest) == (ends, waits, 60)
    assert patience(Expecting("message", record=True), times).longest == 120


EXPECTATIONS = st.builds(
    Expecting,
    name=st.sampled_from(["open", "yes_no", "digits", "pin", "choice", "date", "message"]),
    digits=st.none() | st.integers(1, 8),
    interruptible=st.booleans(),
    record=st.booleans(),
)
HAPPENINGS = st.lists(
    st.tuples(st.just("sound"), st.floats(0.02, 3.0), st.booleans(), st.sampled_from(["", "yes"]))
    | st.tuples(st.just("key"), st.floats(0.0, 3.0), st.sampled_from("0123456789*#"), st.just("")),
    max_size=40,
)


@given(EXPECTATIONS, st.booleans(), HAPPENINGS, st.integers(0, 40))
def test_every_turn_has_one_verdict_and_within_bounded_time(
    expecting: Expecting, partials: bool, happenings: list, ends_after: int
) -> None:
    turn, now, verdicts = TurnTaker(expecting, PATIENT, partials), 0.0, []
    for number, (kind, seconds, what, partial) in enumerate(happenings):
        if number == ends_after:
            turn.prompt_ended(now)
        now += seconds
        verdicts.append(turn.audio(seconds, what, partial, now) if kind == "sound" else turn.key(what, now))
    turn.prompt_ended(now)
    verdicts.append(turn.tick(now + PATIENT.longest + PATIENT.no_input))
    final = next(verdict for verdict in verdicts if verdict)
    assert all(verdict in (None, final) for verdict in verdicts)
    assert verdicts[-1] == final
    assert bool(final.keys) is (final.kind == "keys")


@given(EXPECTATIONS, st.floats(0.02, 100))
def test_noise_for_ever_does_not_hold_the_line_for_ever(expecting: Expecting, before: float) -> None:
    turn, now = TurnTaker(expecting, PATIENT, False), 0.0
    while now < before:
        now += 0.5
        turn.audio(0.5, True, "", now)
    turn.prompt_ended(now)
    end = now + PATIENT.longest + 1
    while turn.tick(now) is None and now < end:
        now += 0.5
        turn.audio(0.5, True, "", now)
    assert turn.tick(now) == Verdict("speech")
