"""How often something may be tried: counted for each subject, within a window, by everybody together."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from flask import Flask
from sqlalchemy import select

from helpline import throttle
from helpline.db import db
from tests.cast import Clock

MINUTE = dt.timedelta(minutes=1)


def tries(clock: Clock, number: int, subject: str = "door") -> list[bool]:
    """`number` tries, of which three a minute are allowed."""
    return [throttle.allow(subject, 3, MINUTE, clock.now()) for _ in range(number)]


@pytest.mark.usefixtures("in_app")
def test_three_are_allowed_and_the_fourth_is_not(clock: Clock) -> None:
    assert tries(clock, 5) == [True, True, True, False, False]


@pytest.mark.usefixtures("in_app")
def test_another_subject_has_its_own_count(clock: Clock) -> None:
    tries(clock, 3)
    assert tries(clock, 1, "window") == [True]


@pytest.mark.usefixtures("in_app")
def test_a_new_window_begins_when_the_old_one_is_over(clock: Clock) -> None:
    tries(clock, 4)
    clock.pass_time(seconds=59)
    assert tries(clock, 1) == [False]
    clock.pass_time(seconds=1)
    assert tries(clock, 4) == [True, True, True, False]


@pytest.mark.usefixtures("in_app")
def test_what_is_forgotten_starts_afresh(clock: Clock) -> None:
    tries(clock, 4)
    throttle.forget("door")
    assert tries(clock, 1) == [True]


def test_ten_who_try_at_the_same_moment_get_three_through(app: Flask, clock: Clock) -> None:
    start, allowed = threading.Barrier(10), []

    def one() -> None:
        with app.app_context():
            start.wait()
            allowed.append(throttle.allow("door", 3, MINUTE, clock.now()))
            db.session.commit()

    threads = [threading.Thread(target=one) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(allowed) == [False] * 7 + [True] * 3
    with app.app_context():
        assert db.session.scalars(select(throttle.Tries.count)).all() == [3]
