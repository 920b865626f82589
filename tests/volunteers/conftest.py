"""A visit that Margaret has asked for, and those who may be asked about it."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask

from helpline.db import db
from tests.cast import Clock, People
from volunteers import tasks


@pytest.fixture
def shopping(app: Flask, people: People, clock: Clock) -> int:
    """Shopping for Margaret on Thursday morning, nobody asked yet; the task's id."""
    with app.app_context():
        task = tasks.open_task(
            kind="shopping", summary="shopping", area="Elm Park", address="12 Elm Park Road", door_notes="Ring twice",
            caller_name="Margaret Hill", language="en", day=dt.date(2026, 11, 26), part_of_day="morning", minutes=60,
            now=clock.now(),
        )  # fmt: skip
        db.session.commit()
        return task.id


@pytest.fixture
def offered(app: Flask, shopping: int, people: People, clock: Clock) -> int:
    """The same, and Wei and Grace are both being asked."""
    with app.app_context():
        for volunteer_id in (people.wei, people.grace):
            tasks.offer(tasks._fresh(shopping), volunteer_id, clock.now())
        db.session.commit()
    return shopping
