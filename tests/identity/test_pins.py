"""Guessing a PIN: three times a call, five times a day, and never a lock on help or on anybody else."""

from __future__ import annotations

import secrets

import pytest
from argon2.exceptions import VerifyMismatchError
from flask import Flask
from sqlalchemy import func, select

from helpline.audit import AuditEntry
from helpline.db import db
from helpline.identity import pins
from helpline.identity.pins import PinAttempt, PinState, check_pin, hash_pin
from helpline.models import Call, Caller
from helpline.services import office, people
from tests.cast import PEPPER, PIN, START, Clock, People, on_the_line

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
    came = []
    for _ in range(6):
        came.append(Guesser(in_app, people.margaret, clock).types(WRONG))
        clock.pass_time(hours=2)
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
    "pin",
    [
        "12345",
        "1234567",
        "12345a",
        "１２３４５６",
        "111111",
        "121212",
        "123456",
        "987654",
        "890123",
        "240563",
        "196304",
        "631987",
    ],
)
def test_a_pin_that_is_none_or_easily_guessed_is_refused(pin: str) -> None:
    with pytest.raises(ValueError, match="PIN"):
        hash_pin(pin, PEPPER)


# -- guessing on and on


def test_from_the_third_wrong_one_on_each_costs_a_longer_wait(in_app: Flask, people: People, clock: Clock) -> None:
    for _ in range(3):
        Guesser(in_app, people.margaret, clock).types(WRONG)
    clock.pass_time(seconds=29)
    assert Guesser(in_app, people.margaret, clock).types(PIN) == "too_many"
    clock.pass_time(seconds=1)
    assert Guesser(in_app, people.margaret, clock).types(PIN) == "ok"


def test_the_wait_doubles_up_to_an_hour() -> None:
    waits = [pins.wait_after(wrong).total_seconds() for wrong in (0, 2, 3, 4, 5, 9, 10, 50)]
    assert waits == [0, 0, 30, 60, 120, 1920, 3600, 3600]


def test_who_goes_on_guessing_has_a_hundred_of_them_compared_and_no_more(
    in_app: Flask, people: People, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five a day, for a month of tries every hour: every one of them is in the audit."""
    compared: list[str] = []
    monkeypatch.setattr(pins, "_hasher", Comparing(compared))
    call = new_call()
    for guess in range(720):
        clock.pass_time(hours=1)
        call = new_call() if len(compared) < pins.WRONG_IN_A_ROW else call
        check_pin(people.margaret, call, f"{guess:06d}", PEPPER, clock.now())
    written = db.session.execute(select(AuditEntry.action, func.count()).group_by(AuditEntry.action)).all()
    assert len(compared) == pins.WRONG_IN_A_ROW
    assert dict(written) == {"pin_refused": 100, "pin_not_tried": 620}


def test_one_telephone_cannot_try_the_pins_of_many(in_app: Flask, people: People, clock: Clock) -> None:
    """Ten wrong ones a day from one number, whoever they were meant for."""
    neighbours = [neighbour(f"+4420718387{number}", clock) for number in (60, 61, 62, 63)]
    came = [Guesser(in_app, caller, clock).types(WRONG) for caller in neighbours for _ in range(3)]
    assert came == ["wrong"] * 10 + ["too_many"] * 2


# -- a PIN of one's own


def test_a_new_pin_is_typed_twice_and_then_it_is_theirs(in_app: Flask, people: People, clock: Clock) -> None:
    call = on_the_line(in_app, people.arthur).call_id
    assert pins.propose(people.arthur, call, "739264", PEPPER)
    assert pins.choose(people.arthur, call, "739264", PEPPER, clock.now())
    assert check_pin(people.arthur, call, "739264", PEPPER, clock.now()) == "ok"


def test_two_that_differ_choose_nothing_and_are_forgotten(in_app: Flask, people: People, clock: Clock) -> None:
    call = on_the_line(in_app, people.arthur).call_id
    pins.propose(people.arthur, call, "739264", PEPPER)
    assert not pins.choose(people.arthur, call, "739265", PEPPER, clock.now())
    assert not pins.choose(people.arthur, call, "739264", PEPPER, clock.now())
    assert db.session.get_one(Caller, people.arthur).pin_hash is None


def test_what_was_proposed_in_another_call_is_not_confirmed_in_this_one(in_app: Flask, people: People, clock: Clock) -> None:
    pins.propose(people.arthur, on_the_line(in_app, people.arthur).call_id, "739264", PEPPER)
    assert not pins.choose(people.arthur, on_the_line(in_app, people.arthur).call_id, "739264", PEPPER, clock.now())


def test_a_lost_pin_is_not_replaced_by_who_only_answers_the_telephone(guesser: Guesser, people: People) -> None:
    assert not pins.may_choose(people.margaret, guesser.line.call_id)
    guesser.types(PIN)
    assert pins.may_choose(people.margaret, guesser.line.call_id)


def test_a_new_pin_stands_in_no_row(in_app: Flask, people: People, clock: Clock) -> None:
    call = on_the_line(in_app, people.arthur).call_id
    pins.propose(people.arthur, call, "739264", PEPPER)
    kept = [str(vars(row)) for row in (*db.session.scalars(select(PinState)), *db.session.scalars(select(AuditEntry)))]
    assert kept and not any("739264" in row for row in kept)


class Comparing:
    """In the place of the slow hash: refuses everything, and notes that it was asked."""

    def __init__(self, compared: list[str]) -> None:
        self._compared = compared

    def verify(self, _: str, pin: str) -> None:
        self._compared.append(pin)
        raise VerifyMismatchError


def new_call() -> int:
    """One more call from a number that is not shown."""
    call = Call(sid=secrets.token_hex(8), number="", started_at=START)
    db.session.add(call)
    db.session.flush()
    return call.id


def neighbour(phone: str, clock: Clock) -> int:
    """Somebody with the same PIN as Margaret; their id."""
    caller = Caller(name="N", full_name="A Neighbour", phone=phone, pin_hash=hash_pin(PIN, PEPPER), created_at=clock.now())
    db.session.add(caller)
    db.session.commit()
    return caller.id
