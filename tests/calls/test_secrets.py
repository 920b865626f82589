"""What must be nowhere but in the air: whole calls, and then a search of every row, every log line and every file."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from helpline.calls import media as live_call
from helpline.calls.turns import DOTS
from helpline.commands.demo_data import Demonstration
from helpline.db import db
from helpline.models import Recording, ServiceRequest
from helpline.providers.twilio import TwilioProvider
from helpline.services.bills.models import Payment
from tests.calls.line import Ears, Line, Loud, Telephone, Voice, carry, incoming, stored_turns
from tests.calls.test_fallback import ByTurns, Recordings
from tests.cast import PIN

WRONG_PIN = "904613"
PAY = "i want to pay my electricity bill"
CARD = "four one one one double one one one two three four five six seven eight nine"
CODE = "five eight two nine one three"
Came = Iterator[str | bytes | None]
Kept = Callable[[], str]


@pytest.fixture(autouse=True)
def loud(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_call, "SpeechDetector", Loud)


@pytest.fixture
def kept(app: Flask, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> Kept:
    """All that is there after a call: each row of each table, each line of the log however small, what was printed, and
    the bytes of every file."""
    caplog.set_level(logging.DEBUG)

    def everything() -> str:
        with app.app_context():
            rows = [str([*row]) for table in db.metadata.sorted_tables for row in db.session.execute(select(table))]
            db.session.rollback()
        files = [file.read_bytes().decode("latin-1") for file in tmp_path.rglob("*") if file.is_file()]
        printed = capsys.readouterr()
        return "\n".join([*rows, *(record.getMessage() for record in caplog.records), caplog.text, *printed, *files])

    return everything


def written(digits: str) -> list[str]:
    """A row of digits as it may stand in a row, a list or a sentence."""
    return [between.join(digits) for between in ("", " ", ", ", "-", "', '", '", "')]


def found(secret: str, everything: str) -> list[str]:
    return [spelling for spelling in written(secret) if spelling in everything]


def paid(app: Flask) -> list[str]:
    with app.app_context():
        return [*db.session.scalars(select(Payment.status).where(Payment.key.not_like("demonstration%")))]


def test_no_digit_of_a_pin_is_left_of_a_call_by_stream(
    app: Flask, town: Demonstration, ears: Ears, voice: Voice, kept: Kept
) -> None:
    ears.words.extend(["yes", PAY, "yes", "yes i have", "no thank you"])

    def margaret(line: Line) -> Came:
        for _ in range(3):
            yield from line.say()
        yield from line.press(WRONG_PIN)
        yield from line.press(PIN)
        yield from line.say()
        yield from line.say()
        yield from line.hear_out()

    line = carry(app, call := incoming(app), margaret)
    everything = kept() + str(line.sent) + " ".join(voice.said)
    assert paid(app) == ["settled"] and [turn.heard["keys"] for turn in stored_turns(app, call)[4:6]] == [DOTS] * 2
    assert "pin_refused" in everything and "City Electric" in everything  # it is really searched
    assert found(PIN, everything) == found(WRONG_PIN, everything) == []


def test_no_digit_of_a_pin_is_left_of_a_call_by_turns(
    app: Flask, town: Demonstration, telephone: Telephone, ears: Ears, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    recordings, line = Recordings(), ByTurns(app, telephone, ears)
    monkeypatch.setattr(TwilioProvider, "recording", lambda *args: recordings.fetch(*args))
    monkeypatch.setattr(TwilioProvider, "forget_recording", lambda *args: recordings.forget(*args))
    said = [line.begin(), *(line.press(keys) for keys in ("1", "1", "1", WRONG_PIN, PIN)), line.silence()]
    spoken = " ".join(say.text or "" for verbs in said for verb in verbs for say in verb.iter("Say"))
    everything = kept() + spoken
    assert paid(app) == ["settled"] and "pin_refused" in everything
    assert found(PIN, everything) == found(WRONG_PIN, everything) == []


@pytest.mark.parametrize(
    ("sentence", "secret"),
    [
        (f"can you pay it with my card {CARD}", "double one one one two three"),
        (f"a man sent me a code it is {CODE} what is it", CODE),
        ("my pin is 482719 if you need it", PIN),
        ("the bank card is 4111 1111 2345 6789", "4111 1111"),
    ],
)
def test_a_card_or_a_code_that_a_caller_says_is_dots_wherever_it_is_kept(
    app: Flask, town: Demonstration, ears: Ears, voice: Voice, kept: Kept, sentence: str, secret: str
) -> None:
    """Said where anything may be said, and in the middle of another question."""
    ears.words.extend(["yes", sentence, sentence, sentence])

    def margaret(line: Line) -> Came:
        for _ in range(4):
            yield from line.say()
        yield from line.hear_out()

    carry(app, call := incoming(app), margaret)
    everything = kept() + " ".join(voice.said)
    assert sum(DOTS in turn.heard["text"] for turn in stored_turns(app, call)) >= 2
    assert secret not in everything


def test_a_message_keeps_the_words_around_a_code_and_not_its_sound(
    app: Flask, town: Demonstration, ears: Ears, voice: Voice, kept: Kept
) -> None:
    ears.words.extend(["yes", "i want to leave a message", f"please ring my bank the code is {CODE} thank you"])

    def margaret(line: Line) -> Came:
        for _ in range(3):
            yield from line.say()
        yield from line.hear_out()

    carry(app, incoming(app), margaret)
    assert CODE not in kept()
    with app.app_context():
        request = db.session.scalars(select(ServiceRequest).where(ServiceRequest.intent == "leave_message")).one()
        assert f"the code is {DOTS} thank you" in str(request.details)
        assert db.session.scalars(select(Recording)).all() == []


def test_a_card_that_is_typed_where_nobody_asked_is_not_kept(
    app: Flask, town: Demonstration, telephone: Telephone, ears: Ears, kept: Kept
) -> None:
    line = ByTurns(app, telephone, ears)
    line.begin()
    line.press("1")
    line.press("4111111111111111")
    assert found("4111111111111111", kept()) == []
