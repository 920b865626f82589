"""What the office's pages show, read in plain selects into small frozen rows. Nothing here writes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, case, func, select

from helpline.dashboard.held import Held, waiting_holds
from helpline.dashboard.held import waiting_in_all as holds_in_all
from helpline.dashboard.words import ABOUT, ENDINGS, INTENTS, NEWS, TASK_STATES, TEXT_STATES, word_for
from helpline.db import db
from helpline.events import Event
from helpline.models import Call, Caller, Recording, ServiceRequest
from helpline.outbox import Delivery
from helpline.services.people import FOR_A_PERSON
from volunteers.models import Task

DAYS = 14
MOST_ROWS = 50  # of a list: a page that never ends helps nobody
ON_THE_LINE = ("ringing", "live", "returned")


@dataclass(frozen=True)
class Day:
    """The ServiceInstances of one local day: `counts` in the order of the kinds, and their sum."""

    date: dt.date
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True)
class Delivered:
    """The ServiceInstances of the last days, oldest day first; a day without any is there too."""

    kinds: tuple[str, ...]  # in words
    days: tuple[Day, ...]

    @property
    def totals(self) -> tuple[int, ...]:
        return tuple(sum(day.counts[n] for day in self.days) for n in range(len(self.kinds)))


@dataclass(frozen=True)
class Count:
    words: str
    number: int


@dataclass(frozen=True)
class Waiting:
    """A request that waits for a person, with what that person needs to ring back."""

    id: int
    reference: str
    intent: str
    about: str
    name: str  # "" when nobody is enrolled or the caller did not say who they are
    number: str  # "" when withheld
    area: str
    since: dt.datetime
    words: str
    recordings: tuple[int, ...]
    training: bool = False
    status: str = "open"
    closed_at: dt.datetime | None = None
    note: str = ""

    @property
    def urgent(self) -> bool:
        return self.intent == "emergency"


@dataclass(frozen=True)
class Escalated:
    """A visit for which nobody is left to ask."""

    id: int
    summary: str
    name: str
    number: str
    area: str
    day: dt.date
    part_of_day: str
    reason: str


@dataclass(frozen=True)
class Undelivered:
    """A text or a call of ours that was given up. Its words are not shown: it may hold a code."""

    to: str
    channel: str
    news: str
    error: str
    at: dt.datetime | None


@dataclass(frozen=True)
class Overview:
    """Everything on the coordinators' first page, as of `now`."""

    now: dt.datetime
    delivered: Delivered
    live: int
    deaf: int
    endings: tuple[Count, ...]
    waiting: tuple[Waiting, ...]
    waiting_in_all: int
    held: tuple[Held, ...]
    held_in_all: int
    tasks: tuple[Count, ...]
    escalated: tuple[Escalated, ...]
    texts: tuple[Count, ...]
    undelivered: tuple[Undelivered, ...]


def overview(now: dt.datetime, zone: ZoneInfo) -> Overview:
    """The first page. `zone` is the office's: its days are local days."""
    live, endings = _calls(now, zone)
    return Overview(
        now=now,
        delivered=_delivered(now, zone),
        live=live,
        deaf=_deaf(now, zone),
        endings=endings,
        waiting=_waiting(),
        waiting_in_all=_waiting_in_all(),
        held=waiting_holds(now),
        held_in_all=holds_in_all(),
        tasks=_tasks(),
        escalated=_escalated(),
        texts=_texts(now, zone),
        undelivered=_undelivered(now),
    )


def waiting_request(request_id: int) -> Waiting | None:
    """One request for a person, open or closed; None for any other request."""
    row = db.session.execute(_for_a_person().where(ServiceRequest.id == request_id)).first()
    return _as_waiting([row])[0] if row else None


def recording(recording_id: int) -> bytes | None:
    """The mu-law bytes of a message."""
    return db.session.scalar(select(Recording.audio).where(Recording.id == recording_id))


def _midnight(date: dt.date, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(date, dt.time.min, zone).astimezone(dt.UTC)


def _delivered(now: dt.datetime, zone: ZoneInfo) -> Delivered:
    today = now.astimezone(zone).date()
    dates = [today - dt.timedelta(days=back) for back in reversed(range(DAYS))]
    ends = [_midnight(date + dt.timedelta(days=1), zone) for date in dates]
    counted = (
        select(
            case(*((Event.at < end, n) for n, end in enumerate(ends))).label("day"),
            Event.data["intent"].as_string().label("intent"),
        )
        .where(Event.kind == "service_instance", Event.at >= _midnight(dates[0], zone), Event.at < ends[-1])
        .subquery()
    )
    rows = db.session.execute(select(counted.c.day, counted.c.intent, func.count()).group_by(counted.c.day, counted.c.intent))
    counts = {(day, intent or ""): number for day, intent, number in rows}
    intents = [*INTENTS, *sorted({intent for _, intent in counts} - set(INTENTS))]
    return Delivered(
        kinds=tuple(word_for(INTENTS, intent) for intent in intents),
        days=tuple(Day(date, tuple(counts.get((n, intent), 0) for intent in intents)) for n, date in enumerate(dates)),
    )


def _calls(now: dt.datetime, zone: ZoneInfo) -> tuple[int, tuple[Count, ...]]:
    """How many are on the line now, and how today's others ended."""
    real = Call.training.is_(False)
    live = db.session.scalar(select(func.count()).select_from(Call).where(Call.status.in_(ON_THE_LINE), real)) or 0
    today = _midnight(now.astimezone(zone).date(), zone)
    endings = db.session.execute(
        select(Call.outcome, func.count())
        .where(Call.started_at >= today, Call.status.not_in(ON_THE_LINE), real)
        .group_by(Call.outcome)
        .order_by(func.count().desc(), Call.outcome)
    )
    return live, tuple(Count(word_for(ENDINGS, outcome or "hung_up"), number) for outcome, number in endings)


def _deaf(now: dt.datetime, zone: ZoneInfo) -> int:
    """On how many of today's calls sound reached us and no words: a line that stays so needs somebody to look at it."""
    today = _midnight(now.astimezone(zone).date(), zone)
    calls = select(func.count(func.distinct(Event.subject))).where(Event.kind == "deaf_line", Event.at >= today)
    return db.session.scalar(calls) or 0


def _for_a_person() -> Any:
    return (
        select(ServiceRequest, Caller)
        .outerjoin(Caller, ServiceRequest.caller_id == Caller.id)
        .where(ServiceRequest.intent.in_(FOR_A_PERSON))
    )


def _waiting() -> tuple[Waiting, ...]:
    """Emergencies first, then the newest first."""
    query = (
        _for_a_person()
        .where(ServiceRequest.closed_at.is_(None), ServiceRequest.training.is_(False))
        .order_by(case((ServiceRequest.intent == "emergency", 0), else_=1), ServiceRequest.id.desc())
        .limit(MOST_ROWS)
    )
    return _as_waiting(db.session.execute(query).all())


def _waiting_in_all() -> int:
    query = select(func.count()).where(ServiceRequest.intent.in_(FOR_A_PERSON), ServiceRequest.closed_at.is_(None))
    return db.session.scalar(query.where(ServiceRequest.training.is_(False))) or 0


def _as_waiting(rows: Iterable[Row[Any]]) -> tuple[Waiting, ...]:
    rows = list(rows)
    recordings: dict[int, list[int]] = {}
    ids = [row.ServiceRequest.id for row in rows]
    for recording_id, request_id in db.session.execute(
        select(Recording.id, Recording.request_id).where(Recording.request_id.in_(ids)).order_by(Recording.id)
    ):
        recordings.setdefault(request_id, []).append(recording_id)
    return tuple(_one_waiting(row.ServiceRequest, row.Caller, recordings.get(row.ServiceRequest.id, [])) for row in rows)


def _one_waiting(request: ServiceRequest, caller: Caller | None, recordings: list[int]) -> Waiting:
    return Waiting(
        id=request.id,
        reference=request.reference,
        intent=request.intent,
        about=word_for(ABOUT, request.details.get("about") or request.intent),
        name=caller.full_name if caller else "",
        number=request.details.get("number") or (caller.phone if caller else ""),
        area=caller.area if caller else "",
        since=request.created_at,
        words=request.details.get("words", ""),
        recordings=tuple(recordings),
        training=request.training,
        status=request.status,
        closed_at=request.closed_at,
        note=request.details.get("note", ""),
    )


def _tasks() -> tuple[Count, ...]:
    rows = db.session.execute(select(Task.status, func.count()).where(Task.training.is_(False)).group_by(Task.status)).all()
    order = list(TASK_STATES)
    known = sorted((order.index(status), number) for status, number in rows)
    return tuple(Count(TASK_STATES[order[place]], number) for place, number in known)


def _escalated() -> tuple[Escalated, ...]:
    rows = db.session.execute(
        select(Task, Caller)
        .outerjoin(ServiceRequest, ServiceRequest.task_id == Task.id)
        .outerjoin(Caller, ServiceRequest.caller_id == Caller.id)
        .where(Task.status == "escalated")
        .order_by(Task.day, Task.id)
        .limit(MOST_ROWS)
    ).all()
    subjects = [f"task:{row.Task.id}" for row in rows]
    told = select(Event).where(Event.kind == "task_escalated", Event.subject.in_(subjects)).order_by(Event.id)
    reasons = {event.subject: event.data.get("reason", "") for event in db.session.scalars(told)}
    return tuple(
        Escalated(
            id=row.Task.id,
            summary=row.Task.summary,
            name=row.Task.caller_name,
            number=row.Caller.phone if row.Caller else "",
            area=row.Task.area,
            day=row.Task.day,
            part_of_day=row.Task.part_of_day,
            reason=reasons.get(f"task:{row.Task.id}", ""),
        )
        for row in rows
    )


def _texts(now: dt.datetime, zone: ZoneInfo) -> tuple[Count, ...]:
    """How today's texts fare."""
    today = _midnight(now.astimezone(zone).date(), zone)
    counted = (
        select(Delivery.status, func.count())
        .where(Delivery.channel == "sms", Delivery.due_at >= today, Delivery.due_at <= now)
        .group_by(Delivery.status)
    )
    found: dict[str, int] = dict(db.session.execute(counted).all())
    return tuple(Count(words, found[status]) for status, words in TEXT_STATES.items() if status in found)


def _undelivered(now: dt.datetime) -> tuple[Undelivered, ...]:
    failed = db.session.scalars(
        select(Delivery)
        .where(Delivery.status == "failed", Delivery.done_at >= now - dt.timedelta(days=DAYS))
        .order_by(Delivery.id.desc())
        .limit(MOST_ROWS)
    )
    return tuple(
        Undelivered(
            to=delivery.to_number,
            channel="Text" if delivery.channel == "sms" else "Call",
            news=word_for(NEWS, delivery.dedupe_key.split(":")[1]),
            error=delivery.error,
            at=delivery.done_at,
        )
        for delivery in failed
    )
