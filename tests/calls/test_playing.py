"""What is sent to the far end, when, and what its marks tell."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from helpline.calls.playing import AHEAD, LATE, Player
from voice.audio import RATE


class FarEnd:
    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.player = Player(self.sent.append)

    @property
    def seconds(self) -> float:
        return sum(len(base64.b64decode(m["media"]["payload"])) for m in self.sent if m["event"] == "media") / RATE

    @property
    def marks(self) -> list[str]:
        return [message["mark"]["name"] for message in self.sent if message["event"] == "mark"]

    def say(self, *seconds: float) -> None:
        self.player.begin()
        for number, each in enumerate(seconds, 1):
            self.player.say(bytes(int(each * RATE)), f"clause {number}")
        self.player.complete()


@pytest.fixture
def far() -> FarEnd:
    return FarEnd()


def test_only_a_second_is_sent_ahead(far: FarEnd) -> None:
    far.say(5.0)
    far.player.pump(100.0)
    assert far.seconds == pytest.approx(AHEAD, abs=0.11)
    far.player.pump(100.5)
    assert far.seconds == pytest.approx(AHEAD + 0.5, abs=0.11)


def test_a_mark_stands_behind_every_clause(far: FarEnd) -> None:
    far.say(0.2, 0.2)
    far.player.pump(100.0)
    assert [message["event"] for message in far.sent] == ["media", "media", "mark"] * 2
    assert len(set(far.marks)) == 2


def test_it_is_finished_when_the_last_mark_has_come_back(far: FarEnd) -> None:
    far.say(0.2, 0.2)
    far.player.pump(100.0)
    first, last = far.marks
    far.player.marked(first)
    assert not far.player.finished(101.0)
    far.player.marked(last)
    assert far.player.finished(101.0)


def test_the_last_mark_alone_tells_of_all_before_it(far: FarEnd) -> None:
    far.say(0.2, 0.2, 0.2)
    far.player.pump(100.0)
    far.player.marked(far.marks[-1])
    assert far.player.finished(101.0)


def test_a_mark_that_never_comes_is_taken_as_lost_after_a_while(far: FarEnd) -> None:
    far.say(0.5)
    far.player.pump(100.0)
    assert not far.player.finished(100.4 + LATE)
    assert far.player.finished(100.6 + LATE)


def test_more_may_be_to_come(far: FarEnd) -> None:
    far.player.begin()
    far.player.say(bytes(800))
    far.player.pump(100.0)
    far.player.marked(far.marks[-1])
    assert not far.player.finished(200.0)
    far.player.complete()
    assert far.player.finished(200.0)


def test_stopped_it_is_silent_at_once_and_sends_nothing_more(far: FarEnd) -> None:
    far.say(5.0)
    far.player.pump(100.0)
    far.player.stop()
    assert far.sent[-1] == {"event": "clear"} and far.player.finished(100.0)
    before = far.seconds
    assert not far.player.pump(105.0) and far.seconds == before


def test_a_mark_of_what_was_cleared_does_not_count_for_what_came_after(far: FarEnd) -> None:
    far.say(0.2)
    far.player.pump(100.0)
    far.player.stop()
    far.say(0.2)
    far.player.pump(100.1)
    cleared, fresh = far.marks
    far.player.marked(cleared)  # the far end sends every pending mark back on clear
    assert not far.player.finished(101.0)
    far.player.marked(fresh)
    assert far.player.finished(101.0)


def test_names_that_we_never_sent_and_marks_that_come_twice_mean_nothing(far: FarEnd) -> None:
    far.say(0.2, 0.2)
    far.player.pump(100.0)
    for name in ("", "g9:9", far.marks[0], far.marks[0]):
        far.player.marked(name)
    assert not far.player.finished(101.0)


def test_a_sentence_after_a_silence_starts_at_once(far: FarEnd) -> None:
    far.say(0.3)
    far.player.pump(100.0)
    far.player.marked(far.marks[-1])
    far.say(0.3)
    assert far.player.pump(500.0) and far.seconds == pytest.approx(0.6)


# -- interrupted


def test_interrupted_it_goes_on_at_the_clause_that_was_not_heard_out(far: FarEnd) -> None:
    far.say(0.4, 0.4, 0.4)
    far.player.pump(100.0)
    far.player.marked(far.marks[0])
    far.player.interrupt()
    assert far.sent[-1] == {"event": "clear"} and far.player.finished(100.5)
    assert not far.player.pump(100.5)
    before = far.seconds
    far.player.resume()
    far.player.pump(102.0)
    assert far.seconds - before == pytest.approx(0.8)
    assert not far.player.finished(102.1)
    far.player.marked(far.marks[-1])
    assert far.player.finished(103.0)


def test_marks_tell_which_words_were_heard(far: FarEnd) -> None:
    far.say(0.2, 0.2, 3.0)
    far.player.pump(100.0)
    assert far.player.unheard(100.0) == "clause 1 clause 2 clause 3"
    far.player.marked(far.marks[0])
    assert far.player.unheard(100.3) == "clause 2 clause 3"
    far.player.interrupt()
    assert far.player.unheard(100.3) == "clause 2 clause 3"
    for mark in far.marks:  # on clear the far end sends every pending mark back: that is no hearing
        far.player.marked(mark)
    assert far.player.unheard(100.5) == "clause 2 clause 3"


def test_a_lost_mark_does_not_make_words_unheard_for_ever(far: FarEnd) -> None:
    far.say(0.2)
    far.player.pump(100.0)
    assert far.player.unheard(100.1) == "clause 1" and far.player.unheard(101.0 + LATE) == ""


def test_what_is_made_while_it_is_silent_is_said_when_it_goes_on(far: FarEnd) -> None:
    far.player.begin()
    far.player.say(bytes(800), "first")
    far.player.pump(100.0)
    far.player.interrupt()
    far.player.say(bytes(800), "second")
    far.player.complete()
    assert not far.player.pump(101.0) and far.player.unheard(101.0) == "first second"
    before = far.seconds
    far.player.resume()
    far.player.pump(102.0)
    assert far.seconds - before == pytest.approx(0.2)


def test_something_new_drops_what_was_held_back(far: FarEnd) -> None:
    far.say(0.5, 0.5)
    far.player.interrupt()
    far.say(0.3)
    far.player.pump(200.0)
    assert not far.player.interrupted and far.seconds == pytest.approx(0.3)
