"""Guessing a PIN: three times a call, five times a day, and never a lock on help or on anybody else."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from helpline.audit import AuditEntry
from helpline.db import db
from helpline.identity.pins import PinAttempt, check_pin, hash_pin
from helpline.services import office, people
from tests.cast import PEPPER, PIN, Clock, People, on_the_line

WRONG = "135790"


class Guesser:
    """Somebody on the line who says that they are this caller."""

    def __init__(self, app: Flask, caller: int, clock: Clock) -> None:
        self._caller, self._clock = caller, clock
        self.line = on_the_line(app, caller, level=1)

    def types(self, pin: str) -> str:
        came = check_pin(self._caller, self.line.call_id, pin, PEPPER, self._clock.now())
        db.session.commit()
        return came


@pytest.fixture
def guesser(in_app: Flask, people: People, clock: Clock) -> Guesser:
    return Guesser(in_app, people.margaret, clock)


def test_the_third_wrong_one_ends_it_for_this_call_even_for_the_right_one(guesser: Guesser) -> None:
    assert [guesser.types(WRONG) for _ in range(3)] == ["wrong", "wrong", "too_many"]
    assert guesser.types(PIN) == "too_many"


def test_a_slip_is_forgiven(guesser: Guesser) -> None:
    assert [guesser.types(pin) for pin in (WRONG, WRONG, PIN)] == ["wrong", "wrong", "ok"]


def test_five_wrong_ones_in_a_day_end_it_for_the_day_in_however_many_calls(in_app: Flask, people: People, clock: Clock) -> None:
    came = [Guesser(in_app, people.margaret, clock).types(WRONG) for _ in range(6)]
    assert came == ["wrong"] * 4 + ["too_many", "too_many"]
    assert Guesser(in_app, people.margaret, clock).types(PIN) == "too_many"


def test_after_a_day_it_works_again(in_app: Flask, people: People, clock: Clock) -> None:
    for _ in range(5):
        Guesser(in_app, people.margaret, clock).types(WRONG)
    clock.pass_time(hours=24)
    assert Guesser(in_app, people.margaret, clock).types(PIN) == "ok"


def test_a_stranger_who_guesses_margarets_pin_locks_nobody_else_out(
    in_app: Flask, guesser: Guesser, people: People, clock: Clock
) -> None:
    for _ in range(4):
        guesser.types(WRONG)
    assert Guesser(in_app, people.joan, clock).types(PIN) == "ok"


def test_help_goes_on_when_the_pin_does_not(guesser: Guesser) -> None:
    for _ in range(4):
        guesser.types(WRONG)
    found = people.find({"about": "pin"}, guesser.line)
    assert found.status == "away" and found.data["when"] == office.call_back_words(guesser.line)


def test_no_guess_is_kept_and_every_one_is_in_the_audit(guesser: Guesser) -> None:
    guesser.types(WRONG)
    guesser.types(PIN)
    entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [entry.action for entry in entries] == ["pin_refused", "pin_accepted"]
    kept = [str(vars(row)) for row in (*entries, *db.session.scalars(select(PinAttempt)))]
    assert not any(pin in row for row in kept for pin in (PIN, WRONG))


def test_who_has_no_pin_is_told_so_and_nothing_is_counted(in_app: Flask, people: People, clock: Clock) -> None:
    assert Guesser(in_app, people.arthur, clock).types(PIN) == "none"
    assert db.session.scalars(select(PinAttempt)).all() == []


@pytest.mark.parametrize(
    "pin", ["12345", "1234567", "12345a", "１２３４５６", "111111", "121212", "123456", "987654", "890123"]
)
def test_a_pin_that_is_none_or_easily_guessed_is_refused(pin: str) -> None:
    with pytest.raises(ValueError, match="PIN"):
        hash_pin(pin, PEPPER)
