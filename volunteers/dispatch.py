"""`tick`: ask the next best volunteer about each open task. Sends nothing itself: `send` promises the SMS."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from sqlalchemy import func, select

from helpline.db import db
from volunteers import tasks
from volunteers.matching import Candidate, Need, rank
from volunteers.models import Offer, Task, Volunteer

Send = Callable[[Volunteer, str, str], None]  # volunteer, text, key of the news
MONTH = dt.timedelta(days=30)
LONGEST_SMS = 160  # characters: one part, in plain letters
MOST_TASKS = 50  # a tick: the next one takes the rest


def tick(now: dt.datetime, send: Send) -> int:
    """Offer each open task to one volunteer who has not been asked yet. How many were asked. Does not commit."""
    open_tasks = select(Task).where(Task.status == "open", Task.training.is_(False))
    waiting = db.session.scalars(open_tasks.order_by(Task.id).limit(MOST_TASKS)).all()
    return sum(_ask_next(task, now, send) for task in waiting)


def _ask_next(task: Task, now: dt.datetime, send: Send) -> bool:
    asked = set(db.session.scalars(select(Offer.volunteer_id).where(Offer.task_id == task.id)))
    candidates = [candidate for candidate in _candidates(task, now) if candidate.id not in asked]
    ranking = rank(Need(task.kind, task.area, task.language), candidates)
    if not ranking.ids:
        tasks.escalate(task.id, _shortfall(ranking.why_not.values(), len(asked)), now)
        return False
    offer = tasks.offer(task, ranking.ids[0], now)
    if offer is None:
        return False
    volunteer = db.session.get_one(Volunteer, ranking.ids[0])
    send(volunteer, offer_text(task, offer), f"offer:{offer.id}")
    return True


def offer_text(task: Task, offer: Offer) -> str:
    """One SMS with all that is needed to decide: plain letters, under 160 characters, no name and no address."""
    return _asking(f"BlueVest: {task.summary}, {task.area}, {when(task)}, {task.minutes} min", offer)


def cancelled_text(task: Task) -> str:
    """To a volunteer who was coming, or was being asked: it is off. No name and no address."""
    return f"BlueVest: {task.summary}, {task.area}, {when(task)} is cancelled by the caller. You need not go. Thank you."[
        :LONGEST_SMS
    ]


def moved_text(old: Task, task: Task, offer: Offer) -> str:
    """To the same volunteer, when the caller wants another day: the first is off, and this is the new offer."""
    return _asking(f"BlueVest: {task.summary}, {task.area}, is not {when(old)} but {when(task)}", offer)


def _asking(what: str, offer: Offer) -> str:
    """However long the first half is, how to answer is not cut off."""
    how = f". Answer YES {offer.code} or NO {offer.code} by {offer.answer_by:%d %b %H:%M} UTC."
    return what[: LONGEST_SMS - len(how)] + how


def when(task: Task) -> str:
    return f"{task.day:%a %d %b} {task.part_of_day}"


def _candidates(task: Task, now: dt.datetime) -> list[Candidate]:
    recent = _counts(Task.accepted_at > now - MONTH)
    today = _counts(Task.day == task.day, Task.status == "accepted")
    return [
        Candidate(
            volunteer.id, tuple(volunteer.languages), tuple(volunteer.areas), tuple(volunteer.kinds),
            volunteer.on_duty, recent.get(volunteer.id, 0), today.get(volunteer.id, 0),
        )
        for volunteer in db.session.scalars(select(Volunteer).order_by(Volunteer.id))
    ]  # fmt: skip


def _counts(*where: object) -> dict[int, int]:
    query = select(Task.volunteer_id, func.count()).where(Task.volunteer_id.is_not(None), *where).group_by(Task.volunteer_id)  # type: ignore[arg-type]
    return {volunteer_id: count for volunteer_id, count in db.session.execute(query) if volunteer_id}


def _shortfall(reasons: object, asked: int) -> str:
    """Why nobody is left, for the coordinator."""
    words = sorted(set(reasons))  # type: ignore[call-overload]
    return f"{asked} asked; the others: {', '.join(words)}" if words else f"all {asked} have been asked"
