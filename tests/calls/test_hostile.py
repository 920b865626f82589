"""Frames and webhooks that no telephone company sends: nothing crashes, nothing unsigned is served, no call mixes with another.

tests/load/hostile.py does the same with thousands of each, and measures.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from random import Random

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from helpline.calls import media
from helpline.calls.media import read_message
from helpline.calls.routes import _let_in
from helpline.db import db
from helpline.models import Call
from helpline.outbox import Delivery
from helpline.texts import Text
from tests.calls.hostile import PATHS, asks, frames
from tests.calls.line import Ears, Line, Loud, Telephone, Voice, call_row, carry, incoming, new_sid, stored_turns, token_in
from tests.cast import ARTHUR, MARGARET, Clock, People

JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20), lambda inner: (
    st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["event", "media", "payload", "track", "digit", "name"]), inner)
), max_leaves=12)  # fmt: skip
EVENTS = st.fixed_dictionaries(
    {"event": st.sampled_from(["media", "dtmf", "mark", "stop", "start"]) | JSON},
    optional={"media": JSON, "dtmf": JSON, "mark": JSON},
)
PASSED_OVER = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


@given(st.one_of(st.text(max_size=200), st.binary(max_size=200), EVENTS.map(json.dumps), JSON.map(json.dumps)))
@settings(max_examples=400, deadline=None)
def test_any_message_is_read_or_passed_over(message: str | bytes) -> None:
    """No other error than those that a live call passes over; a key is always text, sound always bytes."""
    try:
        event, content = read_message(message)
    except PASSED_OVER:
        return
    assert event in ("media", "dtmf", "mark", "stop", "")
    assert isinstance(content, {"media": bytes, "dtmf": str, "mark": str}.get(event, type(None)))


@pytest.mark.parametrize("seed", range(3))
def test_hostile_frames_end_no_call(
    app: Flask,
    people: People,
    ears: Ears,
    voice: Voice,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    monkeypatch.setattr(media, "SpeechDetector", Loud)
    call = incoming(app)

    def script(line: Line) -> Iterator[str | bytes | None]:
        yield from line.hear_out()
        for frame in frames(Random(seed), 400):
            yield frame
            yield from line.silence(0.02)
        yield from line.hear_out()
        ears.words.append("yes")
        yield from line.sound(1.0)
        yield from line.silence(4.0)

    with caplog.at_level(logging.WARNING):
        line = carry(app, call, script)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert line.closed is None and "yes" in [turn.heard["text"] for turn in stored_turns(app, call)]


def test_hostile_frames_of_one_call_change_nothing_in_another(app: Flask, people: People, ears: Ears, voice: Voice) -> None:
    arthur = incoming(app, ARTHUR)
    before = call_row(app, arthur)
    carry(app, incoming(app), lambda line: (frame for frame in frames(Random(7), 500)))
    after = call_row(app, arthur)
    assert (after.status, after.turns, after.state, after.token_hash) == (
        before.status,
        before.turns,
        before.state,
        before.token_hash,
    )
    assert stored_turns(app, arthur) == []


def test_ten_minutes_of_silence_end_in_a_promise(app: Flask, people: People, ears: Ears, voice: Voice, clock: Clock) -> None:
    call = incoming(app)

    def script(line: Line) -> Iterator[str | bytes | None]:
        for _ in range(600):
            clock.pass_time(seconds=1)
            yield from line.silence(1.0)

    carry(app, call, script)
    assert call_row(app, call).outcome in ("hang_up", "person", "too_long")
    assert len(stored_turns(app, call)) < 60


def test_of_hostile_webhooks_only_the_signed_ones_are_served_and_none_fails(
    app: Flask, people: People, telephone: Telephone, caplog: pytest.LogCaptureFixture
) -> None:
    client, numbers = app.test_client(), {}
    for ask in asks(Random(11), telephone.base, 300):
        answer = client.post(ask.path, data=ask.body, headers=ask.headers)
        assert answer.status_code < 500, (ask.kind, ask.path)
        if not ask.right:
            assert answer.status_code in (403, 413), (ask.kind, ask.path)
        numbers[ask.kind] = numbers.get(ask.kind, 0) + 1
    assert len(numbers) == 6
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


@given(
    form=st.dictionaries(
        st.sampled_from(["CallSid", "From", "Body", "MessageSid", "Digits", "MessageStatus"]), st.text(max_size=40)
    ),
    path=st.sampled_from(PATHS),
    signature=st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=40),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_unsigned_is_served_whatever_it_says(app: Flask, form: dict[str, str], path: str, signature: str) -> None:
    answer = app.test_client().post(path, data=form, headers={"X-Twilio-Signature": signature})
    assert answer.status_code == 403
    with app.app_context():
        assert [db.session.scalar(select(func.count()).select_from(table)) for table in (Call, Text, Delivery)] == [0, 0, 0]


def test_a_replayed_stream_start_of_another_call_lets_nobody_in(app: Flask, people: People, telephone: Telephone) -> None:
    """A token is its own call's: with another call's id, or a second time, it opens nothing."""
    margaret, arthur = new_sid(), new_sid()
    token = token_in(telephone.verbs("/calls/incoming", margaret, MARGARET))
    telephone.verbs("/calls/incoming", arthur, ARTHUR)
    with app.app_context():
        assert _let_in({"callSid": arthur, "customParameters": {"token": token}}, lambda call: True) is None
        assert _let_in({"callSid": margaret, "customParameters": {"token": token}}, lambda call: True) is not None
        assert _let_in({"callSid": margaret, "customParameters": {"token": token}}, lambda call: True) is None
