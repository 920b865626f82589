"""A volunteer's visit: asked for by the caller, and told to the caller when somebody has said yes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select

from helpline import events
from helpline.db import db
from helpline.models import Caller, ServiceRequest
from helpline.services.catalogue import catalogue
from helpline.services.context import Context
from helpline.services.requests import open_request
from voice.heard import Json, Result
from volunteers import tasks
from volunteers.models import Task, Volunteer

WAITING = {"open", "offered"}


def kinds(args: Json, context: Context) -> Result:
    return Result("visits.kinds", "ok", {"kinds": catalogue().help_kinds})


def open_visit(args: Json, context: Context) -> Result:
    """Open a Task with its own copy of what a volunteer needs, and the request that waits for it."""
    day = dt.date.fromisoformat(args["date"])
    if day < context.now.date():
        return Result("visits.open", "past")
    caller = db.session.get_one(Caller, context.caller_id)
    request = open_request("ask_volunteer", context, key=f"{args['help_kind']}:{day}:{args['part_of_day']}", **args)
    if request.task_id is None:
        task = tasks.open_task(
            kind=args["help_kind"],
            summary=catalogue().help_kinds[args["help_kind"]],
            area=caller.area,
            address=caller.address,
            door_notes=caller.door_notes,
            caller_name=caller.full_name,
            language=caller.language,
            day=day,
            part_of_day=args["part_of_day"],
            minutes=catalogue().visit_minutes,
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
        return Result("visits.status", "waiting", about(task))
    return Result("visits.status", "accepted" if task.volunteer_id else "person", about(task))


def told(args: Json, context: Context) -> Result:
    """The caller has heard who comes."""
    events.record("caller_told", f"task:{args['task_id']}", context.now)
    return Result("visits.told", "ok")


def about(task: Task) -> dict[str, Any]:
    """What a caller may hear of a task: kind, day, and the volunteer's name once there is one."""
    volunteer = db.session.get(Volunteer, task.volunteer_id) if task.volunteer_id else None
    return {
        "task_id": task.id,
        "kind": task.summary,
        "day": task.day.isoformat(),
        "part": task.part_of_day,
        "volunteer": volunteer.name if volunteer else "",
    }


ORDERS = {"visits.kinds": kinds, "visits.open": open_visit, "visits.status": status, "visits.told": told}
