"""Asking for a volunteer: the task that is opened, and what the caller hears of it later."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from helpline.db import db
from helpline.models import ServiceRequest
from helpline.services.context import Context
from helpline.services.visits import open_visit, status
from tests.cast import People, on_the_line
from volunteers import tasks
from volunteers.models import Task

WISH = {"help_kind": "shopping", "date": "2026-11-26", "part_of_day": "morning"}


@pytest.fixture
def margaret(in_app: Flask, people: People) -> Context:
    return on_the_line(in_app, people.margaret)


def test_a_visit_has_its_own_copy_of_what_a_volunteer_needs(margaret: Context) -> None:
    assert open_visit(dict(WISH), margaret).status == "ok"
    task = db.session.scalars(select(Task)).one()
    assert (task.caller_name, task.address, task.door_notes, task.area) == (
        "Margaret Hill",
        "12 Elm Park Road",
        "Ring twice, she walks slowly",
        "Elm Park",
    )
    assert (task.kind, task.day.isoformat(), task.part_of_day, task.status) == ("shopping", "2026-11-26", "morning", "open")


def test_what_the_caller_wants_them_to_know_goes_with_the_task_and_stays_when_it_is_moved(margaret: Context) -> None:
    open_visit({**WISH, "notes": ["some bread and milk", "the dog is friendly"]}, margaret)
    first = db.session.scalars(select(Task)).one()
    tasks.move(first.id, dt.date(2026, 11, 27), "morning", margaret.now)
    notes = db.session.scalars(select(Task.note)).all()
    assert notes == ["some bread and milk. the dog is friendly"] * 2


def test_a_long_note_is_kept_as_far_as_there_is_room(margaret: Context) -> None:
    open_visit({**WISH, "notes": ["bread " * 200]}, margaret)
    assert len(db.session.scalars(select(Task.note)).one()) == tasks.MOST_NOTED


def test_the_same_wish_twice_in_one_call_is_one_visit(margaret: Context) -> None:
    first, second = (open_visit(dict(WISH), margaret) for _ in range(2))
    assert first.data["reference"] == second.data["reference"]
    assert len(db.session.scalars(select(Task.id)).all()) == 1


@pytest.mark.parametrize("change", [{"date": "2026-11-27"}, {"part_of_day": "afternoon"}, {"help_kind": "garden"}])
def test_another_wish_in_one_call_is_another_visit(margaret: Context, change: dict[str, Any]) -> None:
    open_visit(dict(WISH), margaret)
    open_visit({**WISH, **change}, margaret)
    assert len(db.session.scalars(select(Task.id)).all()) == 2


def test_nobody_is_sent_to_yesterday(margaret: Context) -> None:
    assert open_visit({**WISH, "date": "2026-11-23"}, margaret).status == "past"
    assert db.session.scalars(select(ServiceRequest.id)).all() == []


def test_the_caller_hears_who_comes(margaret: Context, people: People) -> None:
    assert status({}, margaret).status == "none"
    open_visit(dict(WISH), margaret)
    assert status({}, margaret).status == "waiting"
    task = db.session.scalars(select(Task)).one()
    tasks.offer(task, people.wei, margaret.now)
    tasks.accept(task.id, people.wei, margaret.now)
    result = status({}, margaret)
    assert result.status == "accepted" and result.data["volunteer"] == "Wei Chen"


def test_a_visit_that_the_office_looks_after_is_said_to_be_so(margaret: Context) -> None:
    open_visit(dict(WISH), margaret)
    tasks.escalate(db.session.scalars(select(Task.id)).one(), "nobody left", margaret.now)
    db.session.expire_all()
    assert status({}, margaret).status == "person"


def test_joan_hears_nothing_of_margarets_visit(in_app: Flask, margaret: Context, people: People) -> None:
    open_visit(dict(WISH), margaret)
    assert status({}, on_the_line(in_app, people.joan)).status == "none"
