"""The life of a task: offered, accepted by exactly one, handed back, done; each change told once."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from flask import Flask
from sqlalchemy import select

from helpline.audit import AuditEntry
from helpline.db import db
from helpline.events import Event
from helpline.outbox import Timer
from tests.cast import Clock, People
from volunteers import tasks
from volunteers.models import Offer, Task

pytestmark = pytest.mark.usefixtures("in_app")


def stands(task_id: int) -> tuple[str, int | None]:
    task = db.session.get_one(Task, task_id, populate_existing=True)
    return task.status, task.volunteer_id


def offers(task_id: int) -> dict[int, str]:
    rows = db.session.execute(select(Offer.volunteer_id, Offer.status).where(Offer.task_id == task_id))
    return {volunteer_id: status for volunteer_id, status in rows}  # noqa: C416 - rows are not pairs to a type checker


def timers(kind: str) -> list[Timer]:
    return list(db.session.scalars(select(Timer).where(Timer.kind == kind).order_by(Timer.id)))


def told(kind: str) -> int:
    return len(db.session.scalars(select(Event.id).where(Event.kind == kind)).all())


def test_the_first_to_accept_has_it_and_the_others_offer_is_withdrawn(offered: int, people: People, clock: Clock) -> None:
    assert tasks.accept(offered, people.grace, clock.now())
    assert stands(offered) == ("accepted", people.grace)
    assert offers(offered) == {people.wei: "withdrawn", people.grace: "accepted"}


def test_the_second_to_accept_changes_nothing(offered: int, people: People, clock: Clock) -> None:
    tasks.accept(offered, people.grace, clock.now())
    assert not tasks.accept(offered, people.wei, clock.now())
    assert stands(offered) == ("accepted", people.grace) and told("task_accepted") == 1


def test_accepting_twice_tells_the_caller_once(offered: int, people: People, clock: Clock) -> None:
    tasks.accept(offered, people.wei, clock.now())
    assert not tasks.accept(offered, people.wei, clock.now())
    assert len(timers("tell_who_comes")) == 1


def test_who_was_not_asked_cannot_accept(shopping: int, people: People, clock: Clock) -> None:
    task = db.session.get_one(Task, shopping)
    tasks.offer(task, people.wei, clock.now())
    assert not tasks.accept(shopping, people.grace, clock.now())
    assert stands(shopping) == ("offered", None)


def test_an_offer_whose_time_is_over_cannot_be_accepted_even_before_the_clock_has_noticed(
    offered: int, people: People, clock: Clock
) -> None:
    assert not tasks.accept(offered, people.wei, clock.pass_time(hours=2))
    assert stands(offered) == ("offered", None)


def test_who_accepts_has_seen_the_address_and_that_is_written_down(offered: int, people: People, clock: Clock) -> None:
    tasks.accept(offered, people.wei, clock.now())
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.actor, entry.action, entry.subject) == (f"volunteer:{people.wei}", "address_revealed", f"task:{offered}")


def test_two_who_accept_at_the_same_moment_one_wins(app: Flask, offered: int, people: People, clock: Clock) -> None:
    """Two threads, two connections, one file: many rounds of it would be luck, the guarded UPDATE is not."""
    db.session.rollback()
    start, won = threading.Barrier(2), {}

    def accept(volunteer_id: int) -> None:
        with app.app_context():
            start.wait()
            won[volunteer_id] = tasks.accept(offered, volunteer_id, clock.now())
            db.session.commit()

    threads = [threading.Thread(target=accept, args=(volunteer_id,)) for volunteer_id in (people.wei, people.grace)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = [volunteer_id for volunteer_id, has_won in won.items() if has_won]
    assert stands(offered) == ("accepted", winner)
    assert sorted(offers(offered).values()) == ["accepted", "withdrawn"]
    assert told("task_accepted") == 1


def test_when_all_have_said_no_the_task_is_open_again(offered: int, people: People, clock: Clock) -> None:
    tasks.decline(offered, people.wei, clock.now())
    assert stands(offered) == ("offered", None)
    tasks.decline(offered, people.grace, clock.now())
    assert stands(offered) == ("open", None)


def test_a_no_after_a_yes_is_no_hand_back(offered: int, people: People, clock: Clock) -> None:
    tasks.accept(offered, people.wei, clock.now())
    assert not tasks.decline(offered, people.wei, clock.now())
    assert stands(offered) == ("accepted", people.wei)


def test_an_offer_that_nobody_answers_expires_and_the_task_goes_on(shopping: int, people: People, clock: Clock) -> None:
    offer = tasks.offer(db.session.get_one(Task, shopping), people.wei, clock.now())
    assert offer is not None
    assert timers("expire_offer")[0].due_at == offer.answer_by == clock.now() + dt.timedelta(hours=2)
    assert tasks.expire_offer(offer.id, clock.pass_time(hours=2))
    assert stands(shopping) == ("open", None) and offers(shopping) == {people.wei: "expired"}


def test_expiring_twice_or_after_an_answer_changes_nothing(offered: int, people: People, clock: Clock) -> None:
    offer_id = db.session.scalars(select(Offer.id).where(Offer.volunteer_id == people.wei)).one()
    tasks.accept(offered, people.wei, clock.now())
    assert not tasks.expire_offer(offer_id, clock.pass_time(hours=2))
    assert stands(offered) == ("accepted", people.wei)


def test_a_task_for_today_waits_ten_minutes_for_an_answer(shopping: int, people: People, clock: Clock) -> None:
    clock.pass_time(days=2)
    offer = tasks.offer(db.session.get_one(Task, shopping), people.wei, clock.now())
    assert offer is not None and offer.answer_by - clock.now() == dt.timedelta(minutes=10)


def test_what_is_handed_back_is_open_again_and_the_caller_is_told(offered: int, people: People, clock: Clock) -> None:
    tasks.accept(offered, people.wei, clock.now())
    assert tasks.hand_back(offered, people.wei, clock.now())
    assert stands(offered) == ("open", None)
    assert offers(offered)[people.wei] == "declined" and len(timers("tell_handed_back")) == 1


def test_nobody_hands_back_or_finishes_what_another_has(offered: int, people: People, clock: Clock) -> None:
    tasks.accept(offered, people.wei, clock.now())
    assert not tasks.hand_back(offered, people.grace, clock.now())
    assert not tasks.done(offered, people.grace, clock.now())
    assert stands(offered) == ("accepted", people.wei)


def test_handed_back_and_accepted_by_another_the_caller_hears_of_both(offered: int, people: People, clock: Clock) -> None:
    tasks.accept(offered, people.wei, clock.now())
    tasks.hand_back(offered, people.wei, clock.now())
    tasks.offer(tasks._fresh(offered), people.grace, clock.now())
    tasks.accept(offered, people.grace, clock.now())
    assert [timer.dedupe_key for timer in timers("tell_who_comes")] == [
        f"tell_who_comes:task:{offered}:1",
        f"tell_who_comes:task:{offered}:3",
    ]


def test_done_is_done_once(offered: int, people: People, clock: Clock) -> None:
    tasks.accept(offered, people.wei, clock.now())
    assert tasks.done(offered, people.wei, clock.now())
    assert not tasks.done(offered, people.wei, clock.now())
    assert stands(offered) == ("done", people.wei) and told("task_done") == 1


def test_a_task_that_somebody_has_is_not_escalated(offered: int, people: People, clock: Clock) -> None:
    tasks.accept(offered, people.wei, clock.now())
    assert not tasks.escalate(offered, "nobody left", clock.now())


def test_nobody_is_asked_about_a_task_that_is_taken(offered: int, people: People, clock: Clock) -> None:
    tasks.accept(offered, people.wei, clock.now())
    assert tasks.offer(db.session.get_one(Task, offered), people.grace, clock.now()) is None
