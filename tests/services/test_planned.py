"""A visit on another day, or not at all: the task, the volunteer who is told, the request that waits for it."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpline.db import db
from helpline.models import ServiceRequest
from helpline.outbox import Delivery
from helpline.services.context import Context
from helpline.services.visits import cancel, coming, move, open_visit
from tests.cast import GRACE, JOAN, WEI, Clock, People, on_the_line
from volunteers import dispatch, tasks
from volunteers.models import Offer, Task, Volunteer

WISH = {"help_kind": "shopping", "date": "2026-11-26", "part_of_day": "morning"}
FRIDAY = {"date": "2026-11-27", "part_of_day": "morning"}


@pytest.fixture
def margaret(in_app: Flask, people: People) -> Context:
    return on_the_line(in_app, people.margaret)


@pytest.fixture
def visit(margaret: Context) -> int:
    """Shopping for Margaret on Thursday morning; the task's id."""
    open_visit(dict(WISH), margaret)
    return db.session.scalars(select(Task.id)).one()


@pytest.fixture
def accepted(visit: int, margaret: Context, people: People) -> int:
    """The same, and Wei comes."""
    tasks.offer(db.session.get_one(Task, visit), people.wei, margaret.now)
    assert tasks.accept(visit, people.wei, margaret.now)
    db.session.commit()
    return visit


def texts(number: str) -> list[str]:
    return list(db.session.scalars(select(Delivery.body).where(Delivery.to_number == number).order_by(Delivery.id)))


def how_many_tasks() -> int:
    return db.session.scalar(select(func.count(Task.id))) or 0


def request_of(intent: str) -> ServiceRequest:
    query = select(ServiceRequest).where(ServiceRequest.intent == intent)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def test_the_visits_to_come_are_named_the_next_one_first(margaret: Context, visit: int) -> None:
    open_visit({**WISH, "help_kind": "garden", "date": "2026-11-25"}, margaret)
    names = [one["name"] for one in coming({}, margaret).data["visits"]]
    assert names == [
        "help with the garden, tomorrow in the morning",
        "help with shopping, Thursday the twenty-sixth of November in the morning",
    ]


def test_a_kind_of_help_that_was_only_a_manner_of_speaking_narrows_nothing(margaret: Context, visit: int) -> None:
    result = coming({"help_kind": "company"}, margaret)  # "cancel my visit": the word is one for company too
    assert result.status == "ok" and [one["task_id"] for one in result.data["visits"]] == [visit]


def test_a_day_without_a_visit_is_said(margaret: Context, visit: int) -> None:
    assert coming({"date": "2026-11-30"}, margaret).status == "others"


def test_what_is_done_is_not_to_come(margaret: Context, people: People, accepted: int) -> None:
    tasks.done(accepted, people.wei, margaret.now)
    assert coming({}, margaret).status == "none"


def test_joan_hears_nothing_of_margarets_visits(in_app: Flask, people: People, visit: int) -> None:
    assert coming({}, on_the_line(in_app, people.joan, JOAN)).status == "none"


def test_a_cancelled_visit_closes_the_task_and_the_request(margaret: Context, accepted: int) -> None:
    result = cancel({"task_id": accepted}, margaret)
    assert (result.status, result.data["volunteer"]) == ("ok", "Wei Chen")
    assert db.session.get_one(Task, accepted).status == "cancelled"
    assert (request_of("ask_volunteer").status, request_of("cancel_task").status) == ("cancelled", "done")


def test_cancelling_twice_tells_the_volunteer_once(margaret: Context, accepted: int) -> None:
    assert [cancel({"task_id": accepted}, margaret).status for _ in range(2)] == ["ok", "ok"]
    assert len(texts(WEI)) == 1 and "is cancelled by the caller" in texts(WEI)[0]
    assert "Hill" not in texts(WEI)[0] and "12 Elm" not in texts(WEI)[0] and len(texts(WEI)[0]) <= 160


def test_who_was_only_being_asked_is_told_too(margaret: Context, people: People, visit: int) -> None:
    for volunteer_id in (people.wei, people.grace):
        tasks.offer(db.session.get_one(Task, visit), volunteer_id, margaret.now)
    cancel({"task_id": visit}, margaret)
    assert len(texts(WEI)) == len(texts(GRACE)) == 1


def test_a_visit_that_was_made_is_not_cancelled(margaret: Context, people: People, accepted: int) -> None:
    tasks.done(accepted, people.wei, margaret.now)
    assert cancel({"task_id": accepted}, margaret).status == "over"
    assert texts(WEI) == [] and request_of("ask_volunteer").status == "open"


def test_joan_cannot_cancel_or_move_margarets_visit(in_app: Flask, people: People, accepted: int) -> None:
    joan = on_the_line(in_app, people.joan, JOAN)
    assert cancel({"task_id": accepted}, joan).status == "over"
    assert move({"task_id": accepted, **FRIDAY}, joan).status == "over"
    assert db.session.get_one(Task, accepted).status == "accepted" and texts(WEI) == []


def test_a_moved_visit_is_a_new_offer_to_the_same_volunteer(margaret: Context, people: People, accepted: int) -> None:
    result = move({"task_id": accepted, **FRIDAY}, margaret)
    assert (result.status, result.data["volunteer"], result.data["day"]) == ("asked_again", "Wei Chen", "2026-11-27")
    new = db.session.get_one(Task, result.data["task_id"])
    assert (new.status, new.volunteer_id, new.day) == ("offered", None, dt.date(2026, 11, 27))
    assert request_of("ask_volunteer").task_id == new.id and request_of("change_task").status == "done"
    (body,) = texts(WEI)
    assert "shopping, Elm Park, is not Thu 26 Nov morning but Fri 27 Nov morning. Answer YES" in body
    assert len(body) <= 160
    assert tasks.accept(new.id, people.wei, margaret.now)


def test_moving_twice_is_one_move_and_one_text(margaret: Context, accepted: int) -> None:
    first, second = (move({"task_id": accepted, **FRIDAY}, margaret) for _ in range(2))
    assert first == second and how_many_tasks() == 2 and len(texts(WEI)) == 1


def test_a_visit_that_nobody_was_asked_about_yet_is_asked_about_for_its_new_day(
    margaret: Context, people: People, visit: int, clock: Clock
) -> None:
    result = move({"task_id": visit, **FRIDAY}, margaret)
    assert (result.status, result.data["volunteer"]) == ("asking", "")
    asked: list[str] = []
    dispatch.tick(clock.now(), lambda volunteer, body, key: asked.append(body))
    assert len(asked) == 1 and "Fri 27 Nov morning" in asked[0]


def test_who_said_no_to_thursday_is_asked_about_friday(margaret: Context, people: People, visit: int, clock: Clock) -> None:
    def send(volunteer: Volunteer, body: str, key: str) -> None:
        asked.append(volunteer.id)

    asked: list[int] = []
    dispatch.tick(clock.now(), send)
    tasks.decline(visit, people.wei, clock.now())
    move({"task_id": visit, **FRIDAY}, margaret)
    dispatch.tick(clock.now(), send)
    assert asked == [people.wei, people.wei]


def test_a_visit_that_was_made_or_cancelled_meanwhile_is_not_moved(margaret: Context, accepted: int) -> None:
    cancel({"task_id": accepted}, margaret)
    assert move({"task_id": accepted, **FRIDAY}, margaret).status == "over" and how_many_tasks() == 1


def test_a_visit_is_not_moved_to_yesterday(margaret: Context, accepted: int) -> None:
    assert move({"task_id": accepted, "date": "2026-11-23", "part_of_day": "morning"}, margaret).status == "past"
    assert db.session.scalars(select(Offer.status)).all() == ["accepted"]
