"""The life of a Task: the only writer of Task.status and Offer.status.

Each change is one guarded UPDATE, one Event and its timers in one transaction, which the caller commits. A change
that comes too late changes nothing and says so. Rows are always taken Task first, then Offer.
"""

from __future__ import annotations

import datetime as dt
import secrets

from sqlalchemy import select, update

from helpline import audit, events, outbox
from helpline.db import changed, db
from volunteers.models import Offer, Task

MOST_NOTED = 400  # characters of a note
WAIT = dt.timedelta(hours=2)  # how long a planned task's offer stands
UNDER_WAY = ("open", "offered", "accepted", "escalated")  # what may still be changed or cancelled
WAIT_TODAY = dt.timedelta(minutes=10)


def open_task(
    *,
    kind: str,
    summary: str,
    area: str,
    address: str,
    door_notes: str,
    caller_name: str,
    language: str,
    day: dt.date,
    part_of_day: str,
    minutes: int,
    now: dt.datetime,
    note: str = "",
    training: bool = False,
) -> Task:
    """Add an open Task to the transaction. `note` is kept as far as there is room for it. `training`: nobody is asked."""
    task = Task(
        kind=kind, summary=summary, area=area, address=address, door_notes=door_notes, caller_name=caller_name,
        language=language, day=day, part_of_day=part_of_day, minutes=minutes, created_at=now, note=note[:MOST_NOTED],
        training=training,
    )  # fmt: skip
    db.session.add(task)
    db.session.flush()
    _event("task_opened", task, now)
    return task


def offer(task: Task, volunteer_id: int, now: dt.datetime) -> Offer | None:
    """Ask one volunteer. None when the task is no longer to be had."""
    offered = update(Task).where(Task.id == task.id, Task.status.in_(("open", "offered"))).values(status="offered")
    if not changed(offered):
        return None
    asked = Offer(
        task_id=task.id,
        volunteer_id=volunteer_id,
        code=_free_code(volunteer_id),
        answer_by=now + (WAIT_TODAY if task.day <= now.date() else WAIT),
        created_at=now,
    )
    db.session.add(asked)
    db.session.flush()
    outbox.promise_timer("expire_offer", f"offer:{asked.id}", asked.answer_by)
    _event("task_offered", task, now, volunteer_id=volunteer_id)
    return asked


def accept(task_id: int, volunteer_id: int, now: dt.datetime) -> bool:
    """The claim: exactly one wins. False when it was taken, withdrawn or too late; then nothing has changed."""
    with db.session.begin_nested() as claim:
        won = changed(
            update(Task)
            .where(Task.id == task_id, Task.status == "offered")
            .values(status="accepted", volunteer_id=volunteer_id, version=Task.version + 1, accepted_at=now)
        ) and changed(
            update(Offer)
            .where(
                Offer.task_id == task_id,
                Offer.volunteer_id == volunteer_id,
                Offer.status == "open",
                Offer.answer_by > now,
            )
            .values(status="accepted", answered_at=now)
        )
        if not won:
            claim.rollback()
            return False
        _withdraw_others(task_id, now)
    task = _fresh(task_id)
    outbox.promise_timer("tell_who_comes", f"task:{task_id}", now, key=str(task.version))
    _event("task_accepted", task, now, volunteer_id=volunteer_id)
    audit.write(f"volunteer:{volunteer_id}", "address_revealed", f"task:{task_id}", now)
    return True


def decline(task_id: int, volunteer_id: int, now: dt.datetime) -> bool:
    """Say no once and be left alone. The next volunteer is asked at the next tick."""
    if not _close_offer(task_id, volunteer_id, "declined", now):
        return False
    _reopen(task_id)
    _event("offer_declined", _fresh(task_id), now, volunteer_id=volunteer_id)
    return True


def expire_offer(offer_id: int, now: dt.datetime) -> bool:
    """Nobody answered in time. The task goes on to others."""
    return _end_offer(offer_id, "expired", now)


def undelivered(offer_id: int, now: dt.datetime) -> bool:
    """The offer did not reach its volunteer: others are asked at once, and nobody waits for an answer."""
    return _end_offer(offer_id, "undelivered", now)


def stands(offer_id: int, moment: dt.datetime) -> bool:
    """Whether the offer is open, and may still be answered at that moment."""
    offer = db.session.get(Offer, offer_id)
    return offer is not None and offer.status == "open" and offer.answer_by > moment


def _end_offer(offer_id: int, status: str, now: dt.datetime) -> bool:
    row = db.session.get(Offer, offer_id)
    if row is None or not _close_offer(row.task_id, row.volunteer_id, status, now):
        return False
    _reopen(row.task_id)
    _event(f"offer_{status}", _fresh(row.task_id), now, volunteer_id=row.volunteer_id)
    return True


def hand_back(task_id: int, volunteer_id: int, now: dt.datetime) -> bool:
    """Give an accepted task back, without reproach: others are asked, and the caller is told."""
    given_back = changed(
        update(Task)
        .where(Task.id == task_id, Task.status == "accepted", Task.volunteer_id == volunteer_id)
        .values(status="open", volunteer_id=None, version=Task.version + 1, accepted_at=None)
    )
    if not given_back:
        return False
    changed(
        update(Offer)
        .where(Offer.task_id == task_id, Offer.volunteer_id == volunteer_id, Offer.status == "accepted")
        .values(status="declined", answered_at=now)
    )
    task = _fresh(task_id)
    outbox.promise_timer("tell_handed_back", f"task:{task_id}", now, key=str(task.version))
    _event("task_handed_back", task, now, volunteer_id=volunteer_id)
    return True


def done(task_id: int, volunteer_id: int, now: dt.datetime) -> bool:
    """The volunteer says that it is done. It counts only when the caller has said so too."""
    finished = changed(
        update(Task)
        .where(Task.id == task_id, Task.status == "accepted", Task.volunteer_id == volunteer_id)
        .values(status="done", done_at=now)
    )
    if finished:
        _event("task_done", _fresh(task_id), now, volunteer_id=volunteer_id)
    return finished


def escalate(task_id: int, reason: str, now: dt.datetime) -> bool:
    """Nobody is left to ask: a coordinator owns it from here."""
    escalated = changed(update(Task).where(Task.id == task_id, Task.status == "open").values(status="escalated"))
    if escalated:
        _event("task_escalated", _fresh(task_id), now, reason=reason)
    return escalated


def cancel(task_id: int, now: dt.datetime, why: str = "caller") -> list[int] | None:
    """It is wanted no more: every offer is withdrawn, and who had accepted is free. The volunteers who must be told;
    None when it was done or over already."""
    cancelled = changed(
        update(Task)
        .where(Task.id == task_id, Task.status.in_(UNDER_WAY))
        .values(status="cancelled", volunteer_id=None, version=Task.version + 1, accepted_at=None)
    )
    if not cancelled:
        return None
    concerned = (Offer.task_id == task_id, Offer.status.in_(("open", "accepted")))
    told = list(db.session.scalars(select(Offer.volunteer_id).where(*concerned).order_by(Offer.id)))
    changed(update(Offer).where(*concerned).values(status="withdrawn", answered_at=now))
    outbox.withdraw_timers(f"task:{task_id}", now)
    _event("task_cancelled", _fresh(task_id), now, why=why, volunteers=told)
    return told


def move(task_id: int, day: dt.date, part_of_day: str, now: dt.datetime) -> tuple[Task, list[int]] | None:
    """Another day is another task: who said no to the first may say yes to this one. The new task, and the volunteers
    who were asked or were coming; None when the first was done or over already."""
    concerned = cancel(task_id, now, why="moved")
    if concerned is None:
        return None
    old = _fresh(task_id)
    new = open_task(
        kind=old.kind, summary=old.summary, area=old.area, address=old.address, door_notes=old.door_notes,
        caller_name=old.caller_name, language=old.language, day=day, part_of_day=part_of_day, minutes=old.minutes, now=now,
        note=old.note, training=old.training,
    )  # fmt: skip
    return new, concerned


def _close_offer(task_id: int, volunteer_id: int, status: str, now: dt.datetime) -> bool:
    # The task's row first: who took the offer's first would wait for an accept that waits for them.
    db.session.execute(select(Task.id).where(Task.id == task_id).with_for_update())
    return changed(
        update(Offer)
        .where(Offer.task_id == task_id, Offer.volunteer_id == volunteer_id, Offer.status == "open")
        .values(status=status, answered_at=now)
    )


def _withdraw_others(task_id: int, now: dt.datetime) -> None:
    db.session.execute(
        update(Offer).where(Offer.task_id == task_id, Offer.status == "open").values(status="withdrawn", answered_at=now)
    )


def _reopen(task_id: int) -> None:
    """A task that nobody is being asked about any more is open again."""
    still_asked = select(Offer.id).where(Offer.task_id == task_id, Offer.status == "open").exists()
    changed(update(Task).where(Task.id == task_id, Task.status == "offered", ~still_asked).values(status="open"))


def _free_code(volunteer_id: int) -> str:
    """Two digits that mean no other open offer of this volunteer."""
    taken = set(db.session.scalars(select(Offer.code).where(Offer.volunteer_id == volunteer_id, Offer.status == "open")))
    return secrets.choice([code for code in (f"{n:02d}" for n in range(10, 100)) if code not in taken])


def _fresh(task_id: int) -> Task:
    """The task as it is in the database now: the guarded updates go past the session."""
    return db.session.get_one(Task, task_id, populate_existing=True)


def _event(kind: str, task: Task, now: dt.datetime, **data: object) -> None:
    events.record(kind, f"task:{task.id}", now, area=task.area, task_kind=task.kind, **data)
