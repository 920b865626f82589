"""Calls and turns as rows, and messages from the line as values."""

from __future__ import annotations

import json

from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from helpline.calls import media, turns
from helpline.calls.turns import DOTS
from helpline.commands.demo_data import Demonstration
from helpline.db import db
from tests.calls.line import new_sid
from tests.calls.test_conversation import ring
from tests.cast import MARGARET, PIN, Clock
from voice.heard import Heard, Meaning, Word

MEANS_NOTHING = (ValueError, KeyError, TypeError, AttributeError, RecursionError)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["event", "media", "payload", "dtmf", "digit"]), inner),
)


def test_a_call_is_opened_once(in_app: Flask, clock: Clock) -> None:
    sid = new_sid()
    first = turns.open_call(sid, MARGARET, "inbound", clock.now())
    again = turns.open_call(sid, "+440000000000", "outbound", clock.now())
    assert again is first and (first.number, first.direction) == (MARGARET, "inbound")


def test_a_secret_is_dots_everywhere_but_for_identity() -> None:
    spoken = Heard(text="four eight", words=(Word("four", 0.0, 0.3, 1.0),), recording=b"sound")
    heard, meaning = turns.hidden(spoken, Meaning("", slots={"digits": "48"}, text="four eight"))
    assert (heard.text, heard.keys, heard.words, heard.recording) == (DOTS, "", (), b"")
    assert (meaning.text, meaning.slots) == (DOTS, {"digits": "48"})


def test_no_answer_to_a_secret_question_is_no_secret() -> None:
    heard, meaning = turns.hidden(Heard(), Meaning(""))
    assert heard.silent and meaning.text == ""


def test_a_reply_comes_back_from_its_row_as_it_was(app: Flask, town: Demonstration) -> None:
    margaret = ring(app)
    reply = margaret.say("yes", "i want to pay my electricity bill", "yes")
    with app.app_context():
        assert turns.stored_reply(margaret.call_id, reply.turn) == reply
        assert turns.stored_reply(margaret.call_id, 99) is None


def test_the_words_so_far_hold_no_secret(app: Flask, town: Demonstration) -> None:
    margaret = ring(app)
    margaret.say("yes", "i want to pay my electricity bill", "yes")
    margaret.press(PIN)
    margaret.say("yes")
    with app.app_context():
        assert turns.words_so_far(margaret.call_id) == ("yes", "i want to pay my electricity bill", "yes", "yes")


def test_a_silent_turn_is_not_the_last_time_that_something_was_heard(app: Flask, town: Demonstration, clock: Clock) -> None:
    margaret = ring(app)
    margaret.say("yes")
    spoke_at = clock.now()
    clock.pass_time(seconds=20)
    margaret.hear(Heard())
    with app.app_context():
        assert turns.last_heard_at(margaret.call_id) == spoke_at
        db.session.rollback()


@settings(max_examples=300, deadline=None)
@given(st.text() | st.binary() | JSON.map(json.dumps))
def test_any_message_means_something_or_nothing(message: str | bytes) -> None:
    try:
        event, content = media.read_message(message)
    except MEANS_NOTHING:
        return
    assert isinstance(event, str) and (content is None or isinstance(content, str | bytes))
