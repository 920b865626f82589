"""A volunteer's visit: asked for by the caller, and told to the caller when somebody has said yes."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from helpline import deliveries, events, outbox
from helpline.db import db
from helpline.models import Call, Caller, ServiceRequest
from helpline.services.appointments.reminders import JUST_BOOKED, day_before
from helpline.services.catalogue import catalogue
from helpline.services.context import Context
from helpline.services.requests import close, open_request, opened
from helpline.settings import Settings
from helpline.staff.hours import office_hours
from voice.heard import Json, Result
from voice.languages import Language
from volunteers import dispatch, tasks
from volunteers.models import Task, Volunteer

WAITING = {"open", "offered"}
TOMORROW = "visit_tomorrow"  # the timer by which a caller is reminded of a visit
EARLY = dt.time(10)
AT = {"morning": EARLY, "afternoon": dt.time(14)}  # when they are rung the day before


def kinds(args: Json, context: Context) -> Result:
    """Each kind of help that is given here, and what it is called in the language of the call; and which day it is."""
    named = {kind: context.language.prompts.get(f"word.{kind}", words) for kind, words in catalogue().help_kinds.items()}
    return Result("visits.kinds", "ok", {"kinds": named, "today": context.now.date().isoformat()})


def open_visit(args: Json, context: Context) -> Result:
    """Open a Task with its own copy of what a volunteer needs, and the request that waits for it."""
    day = dt.date.fromisoformat(args["date"])
    if day < context.now.date():
        return Result("visits.open", "past")
    caller = db.session.get_one(Caller, context.caller_id)
    key = f"{args['help_kind']}:{day}:{args['part_of_day']}"
    request = open_request("ask_volunteer", context, key=key, **args)
    if request.task_id is None:
        task = tasks.open_task(
            kind=args["help_kind"],
            summary=catalogue().help_kinds[args["help_kind"]],
            area=caller.area,
            address=caller.address,
            door_notes=caller.door_notes,
            note=". ".join(args.get("notes", ())),
            caller_name=caller.full_name,
            language=caller.language,
            day=day,
            part_of_day=args["part_of_day"],
            minutes=catalogue().visit_minutes,
            training=context.training,
            now=context.now,
        )
        db.session.flush()
        request.task_id = task.id
    return Result("visits.open", "ok", {"reference": request.reference})


def status(args: Json, context: Context) -> Result:
    """How the caller's latest visit stands."""
    row = db.session.execute(
        select(ServiceRequest, Task)
        .join(Task, ServiceRequest.task_id == Task.id)
        .where(ServiceRequest.caller_id == context.caller_id, ServiceRequest.closed_at.is_(None))
        .order_by(ServiceRequest.id.desc())
    ).first()
    if row is None:
        return Result("visits.status", "none")
    task = row.Task
    if task.status in WAITING:
        return Result("visits.status", "waiting", about(task, context.language, context.settings.secret_key))
    return Result(
        "visits.status",
        "accepted" if task.volunteer_id else "person",
        about(task, context.language, context.settings.secret_key),
    )


def tell_who_comes(task_id: int, key: str, settings: Settings, now: dt.datetime) -> None:
    """Promise a call to the caller of this task, with the news as it stands when they answer, and another one on the day
    before the visit. Does not commit."""
    task = db.session.get_one(Task, task_id)
    if not _promise_call(task, key, now) or task.volunteer_id is None or task.training:
        return
    begins = dt.datetime.combine(task.day, AT.get(task.part_of_day, EARLY), ZoneInfo(settings.time_zone))
    if when := day_before(begins, settings, now):
        outbox.promise_timer(TOMORROW, f"task:{task.id}", when, key=str(task.version))


def remind(task_id: int, settings: Settings, now: dt.datetime) -> None:
    """The day before: ring them, if the visit stands, they have not heard of it just now (another volunteer has taken it over),
    and the office opens before its day. Does not commit."""
    task = db.session.get_one(Task, task_id)
    when = office_hours(settings).next_open(now)
    known_long = task.status == "accepted" and task.accepted_at is not None and now - task.accepted_at >= JUST_BOOKED
    if known_long and when.date() < task.day:
        _promise_call(task, f"{TOMORROW}:{task.id}", when.astimezone(dt.UTC), tomorrow=True)


def is_to_come(task: Task, today: dt.date) -> bool:
    return task.status == "accepted" and task.day >= today


def _promise_call(task: Task, key: str, when: dt.datetime, **more: Any) -> bool:
    """Whether there is somebody to ring."""
    request = db.session.scalars(select(ServiceRequest).where(ServiceRequest.task_id == task.id)).first()
    if request is None or request.caller_id is None:
        return False
    caller = db.session.get_one(Caller, request.caller_id)
    purpose = {"kind": "tell_who_comes", "task_id": task.id, "caller_id": caller.id, **more}
    outbox.promise_call(caller.phone, purpose, key, when)
    return True


def told(args: Json, context: Context) -> Result:
    """The caller has heard who comes."""
    events.record("caller_told", f"task:{args['task_id']}", context.now)
    return Result("visits.told", "ok")


def not_there(args: Json, context: Context) -> Result:
    """Somebody else picked up. `again`: we ring once more later; `over`: we have rung often enough."""
    sid = db.session.get_one(Call, context.call_id).sid
    return Result("visits.not_there", "again" if deliveries.somebody_else(sid, context.now) else "over")


def coming(args: Json, context: Context) -> Result:
    """The caller's visits that are still to come, the next one first.

    `ok`: those that fit the kind of help and the day that were named; `others`: nothing fits the day, so all of them.
    """
    query = _planned(context).where(Task.status.in_(tasks.UNDER_WAY), Task.day >= context.now.date())
    visits = list(db.session.scalars(query.order_by(Task.day, Task.id)))
    if not visits:
        return Result("visits.coming", "none")
    fitting = [task for task in visits if args.get("help_kind") in (None, task.kind)] or visits
    if args.get("date"):
        fitting = [task for task in fitting if task.day.isoformat() == args["date"]]
    named = [_named(task, context) for task in fitting or visits]
    return Result("visits.coming", "ok" if fitting else "others", {"visits": named})


def cancel(args: Json, context: Context) -> Result:
    """Close the task, tell whoever was asked or was coming. `over`: it was done already, or is the caller's no more."""
    task = db.session.scalar(_planned(context).where(Task.id == args["task_id"]))
    if task is None:
        return Result("visits.cancel", "over")
    if task.status == "cancelled":
        return Result("visits.cancel", "ok", about(task, context.language, context.settings.secret_key))
    asked = about(task, context.language, context.settings.secret_key)
    told = tasks.cancel(task.id, context.now)
    if told is None:
        return Result("visits.cancel", "over")
    request = open_request("cancel_task", context, key=f"task:{task.id}", task=task.id)
    close(request, context, "done")
    close(_request_for(task.id, context), context, "cancelled")
    for volunteer_id in told:
        _tell(volunteer_id, dispatch.cancelled_text(task), f"task_cancelled:{task.id}:{volunteer_id}", context)
    return Result("visits.cancel", "ok", asked)


def move(args: Json, context: Context) -> Result:
    """Another day: whoever was asked or was coming is asked anew, before others. `over` as above; `past`."""
    day = dt.date.fromisoformat(args["date"])
    if day < context.now.date():
        return Result("visits.move", "past")
    key = f"task:{args['task_id']}:{day}:{args['part_of_day']}"
    if (known := opened("change_task", context, key)) is not None:
        return Result("visits.move", known.details["told"], known.details["moved"])
    task = db.session.scalar(_planned(context).where(Task.id == args["task_id"]))
    holder = about(task, context.language, context.settings.secret_key)["volunteer"] if task else ""
    moved = tasks.move(task.id, day, args["part_of_day"], context.now) if task else None
    if task is None or moved is None:
        return Result("visits.move", "over")
    new, concerned = moved
    _request_for(task.id, context).task_id = new.id
    for volunteer_id in concerned:
        if offer := tasks.offer(new, volunteer_id, context.now):
            _tell(volunteer_id, dispatch.moved_text(task, new, offer), f"offer:{offer.id}", context)
    told, data = (
        ("asked_again" if holder else "asking"),
        {**about(new, context.language, context.settings.secret_key), "volunteer": holder},
    )
    close(open_request("change_task", context, key=key, told=told, moved=data, task=task.id), context, "done")
    return Result("visits.move", told, data)


def _planned(context: Context) -> Any:
    """The tasks of what the caller has asked for and not yet got."""
    return (
        select(Task)
        .join(ServiceRequest, ServiceRequest.task_id == Task.id)
        .where(ServiceRequest.caller_id == context.caller_id, ServiceRequest.intent == "ask_volunteer")
    )


def _request_for(task_id: int, context: Context) -> ServiceRequest:
    query = select(ServiceRequest).where(ServiceRequest.task_id == task_id, ServiceRequest.caller_id == context.caller_id)
    return db.session.scalars(query).one()


def _tell(volunteer_id: int, body: str, key: str, context: Context) -> None:
    zone = ZoneInfo(context.settings.time_zone)
    dispatch.reach(db.session.get_one(Volunteer, volunteer_id), body, key, context.now.astimezone(dt.UTC), zone)


def _named(task: Task, context: Context) -> dict[str, Any]:
    """What a caller may hear of it, and what it is called among others."""
    data = about(task, context.language, context.settings.secret_key)
    return {**data, "help_kind": task.kind, "name": context.language.prompt("visit.named", data, context.now.date())}


def about(task: Task, language: Language, secret: str) -> dict[str, Any]:
    """What a caller may hear of a task: kind in their language, day, and once there is a volunteer, their name and the
    number that they say at the door."""
    volunteer = db.session.get(Volunteer, task.volunteer_id) if task.volunteer_id else None
    return {
        "task_id": task.id,
        "kind": language.prompts.get(f"word.{task.kind}", task.summary),
        "day": task.day.isoformat(),
        "part": task.part_of_day,
        "volunteer": volunteer.name if volunteer else "",
        "number": door_number(task, secret) if volunteer else "",
    }


def door_number(task: Task, secret: str) -> str:
    """The four digits that the volunteer says at the door: of this visit and this volunteer, and of no other.

    They are made from the application's secret and stand nowhere. Another holder of the same task has another number.
    """
    of_this_visit = f"visit:{task.id}:{task.volunteer_id}:{task.version}".encode()
    return f"{int(hmac.new(secret.encode(), of_this_visit, hashlib.sha256).hexdigest(), 16) % 10_000:04d}"


def visit_word(task_id: int) -> str:
    """What the caller answers at the door, "" where they have chosen none. For the volunteer who comes, and the office."""
    asked_for = select(Caller.visit_word).join(ServiceRequest, ServiceRequest.caller_id == Caller.id)
    return db.session.scalar(asked_for.where(ServiceRequest.task_id == task_id).limit(1)) or ""


ORDERS = {
    "visits.kinds": kinds,
    "visits.open": open_visit,
    "visits.status": status,
    "visits.told": told,
    "visits.not_there": not_there,
    "visits.coming": coming,
    "visits.cancel": cancel,
    "visits.move": move,
}
