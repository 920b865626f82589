"""`tick`: ask the next best volunteer about each open task. Sends nothing itself: `send` does, which is `reach` by default.

Volunteers are told by a text; who has no telephone for texts, or wants to be rung, is rung, and never at night.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from helpline import outbox
from helpline.db import db
from volunteers import tasks
from volunteers.matching import Candidate, Need, rank
from volunteers.models import Offer, Task, Volunteer

Send = Callable[[Volunteer, str, str], None]  # volunteer, text, key of the news
MONTH = dt.timedelta(days=30)
LONGEST_SMS = 160  # characters: one part, in plain letters
MOST_TASKS = 50  # a tick: the next one takes the rest
BY_DAY = (dt.time(8), dt.time(21))  # when a volunteer may be rung
NEWS = "volunteer"  # the kind of purpose of a call to a volunteer; its news is named as that of a text
MOST_ASKED = 2  # times about one task: by a text that did not arrive, and by a call


def by_day(moment: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """This moment, or the next at which a volunteer may be rung."""
    local = moment.astimezone(zone)
    first, last = BY_DAY
    if first <= local.time() < last:
        return moment
    morning = local.date() + dt.timedelta(days=local.time() >= last)
    return dt.datetime.combine(morning, first, zone).astimezone(dt.UTC)


def reach(volunteer: Volunteer, body: str, key: str, now: dt.datetime, zone: ZoneInfo) -> None:
    """Tell a volunteer: by this text, or by a call that says the same. `key` names the news. Does not commit."""
    if volunteer.by_call:
        purpose = {"kind": NEWS, "news": key, "volunteer_id": volunteer.id}
        outbox.promise_call(volunteer.phone, purpose, key, by_day(now, zone))
    else:
        outbox.promise_sms(volunteer.phone, body, key, now)


def tick(now: dt.datetime, send: Send, night: bool = False) -> int:
    """Offer each open task to one volunteer who has not been asked yet. How many were asked. At `night` whoever would have to
    be rung is left for the morning. Does not commit."""
    open_tasks = select(Task).where(Task.status == "open", Task.training.is_(False))
    waiting = db.session.scalars(open_tasks.order_by(Task.id).limit(MOST_TASKS)).all()
    return sum(_ask_next(task, now, send, night) for task in waiting)


def _ask_next(task: Task, now: dt.datetime, send: Send, night: bool) -> bool:
    asked = _asked(task)
    candidates = [candidate for candidate in _candidates(task, now) if candidate.id not in asked]
    ranking = rank(Need(task.kind, task.area, task.language), candidates)
    if not ranking.ids:
        tasks.escalate(task.id, _shortfall(ranking.why_not.values(), len(asked)), now)
        return False
    people = (db.session.get_one(Volunteer, volunteer_id) for volunteer_id in ranking.ids)
    volunteer = next((one for one in people if not (night and one.by_call)), None)
    offer = tasks.offer(task, volunteer.id, now) if volunteer else None
    if volunteer is None or offer is None:
        return False
    send(volunteer, offer_text(task, offer), f"offer:{offer.id}")
    return True


def _asked(task: Task) -> set[int]:
    """Who has been asked about it. A text that did not arrive was no question to somebody who can be rung."""
    offers = select(Offer.volunteer_id, Offer.status, Volunteer.by_call).join(Volunteer, Volunteer.id == Offer.volunteer_id)
    tries: Counter[int] = Counter()
    asked = set()
    for volunteer_id, status, by_call in db.session.execute(offers.where(Offer.task_id == task.id)):
        tries[volunteer_id] += 1
        if status != "undelivered" or not by_call or tries[volunteer_id] >= MOST_ASKED:
            asked.add(volunteer_id)
    return asked


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
