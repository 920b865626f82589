"""Was that really you? How we have tried to reach a caller lately, out of our own rows; an alarm where it was not us."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from helpline import audit, outbox
from helpline.db import db
from helpline.models import Caller, ServiceRequest
from helpline.outbox import Delivery
from helpline.services import safety, visits
from helpline.services.context import Context
from helpline.services.people import FOR_A_PERSON
from helpline.staff.duty import on_duty
from voice.heard import Json, Result
from voice.understanding.slots import longest_named
from volunteers import tasks
from volunteers.models import Task

LAST_DAYS = dt.timedelta(days=3)
MOST_TOLD = 2  # the newest ones: nobody remembers a list
ABOUT = {
    "tell_who_comes": "visit",
    "hold": "payment",
    "remind": "appointment",
}  # why we rang -> how it is called; anything else was asked for
NOT_US = {"call": "not_rung", "text": "not_texted", "visit": "no_visit", "any": "nothing"}


def contacts(args: Json, context: Context) -> Result:
    """What of ours may have been meant by these words: a call, a text, or a volunteer at the door.

    `ours`: the newest ones, as prompts with their values. `others`: the words name somebody else, such as the bank.
    Everything else was not us as far as we can see, opens a case for a person, and says so: `not_rung`, `not_texted`,
    `no_visit`, `nothing`; `expected`, where somebody of the office was to ring; `unknown`, where we know nobody.
    """
    words = args["words"]
    if longest_named(words, context.language, "claimed") == "others":
        return Result("proof.contacts", "others", {"words": words})
    if context.caller_id is None:
        return _not_us("unknown", words, context)
    kind = longest_named(words, context.language, "reached") or "any"
    caller = db.session.get_one(Caller, context.caller_id)
    found = _visit_today(caller, context) if kind == "visit" else _lately(caller, kind, context)
    audit.write(f"caller:{caller.id}", "asked_was_it_us", f"call:{context.call_id}", context.now, about=kind, ours=bool(found))
    if found:
        return Result("proof.contacts", "ours", {"told": found, "words": words})
    expected = kind in ("call", "any") and _office_was_to_ring(caller)
    return _not_us("expected" if expected else NOT_US[kind], words, context)


def not_ours(args: Json, context: Context) -> Result:
    """Whoever is at the door does not know the number of the visit."""
    return _not_us("no_visit", args["words"], context)


def _not_us(status: str, words: str, context: Context) -> Result:
    """A coordinator sees the case at once; for somebody at the door whoever is on duty gets a text as well."""
    reported = safety.report({"words": words, "findings": []}, context)
    reference = reported.data["reference"]
    if status == "no_visit" and not context.training:
        alert = f"AT THE DOOR: somebody who is not ours, at {context.number}. Reference {reference}."
        for telephone in {one.number for one in on_duty(context.now)}:
            outbox.promise_sms(telephone, alert, f"at_the_door:{reference}:{telephone}", context.now)
    number = context.settings.telephony.emergency_number
    return Result("proof.contacts", status, {"reference": reference, "emergency_number": number})


def _lately(caller: Caller, kind: str, context: Context) -> list[dict[str, Any]]:
    """Calls and texts of the last days to the number on file, the newest first."""
    channels = {"call": ("call",), "text": ("sms",)}.get(kind, ("call", "sms"))
    sent = db.session.scalars(
        select(Delivery)
        .where(Delivery.to_number == caller.phone, Delivery.channel.in_(channels))
        .where(Delivery.provider_id.is_not(None), Delivery.done_at >= context.now - LAST_DAYS)
        .order_by(Delivery.done_at.desc())
        .limit(MOST_TOLD)
    )
    found = [_told(delivery, caller, context) for delivery in sent]
    return found + (_by_the_office(caller, context) if "call" in channels else [])


def _told(delivery: Delivery, caller: Caller, context: Context) -> dict[str, Any]:
    """Never what was meant for somebody else behind the same number, and of a text only when it came."""
    if delivery.channel == "sms":
        return _say("proof.texted", delivery.done_at, context)
    if delivery.purpose.get("caller_id", caller.id) != caller.id:
        return _say("proof.rang_other", delivery.done_at, context)
    about = ABOUT.get(str(delivery.purpose.get("kind")), "asked")
    told = context.language.prompt(f"proof.about.{about}", {}, context.now.date())
    return _say("proof.rang", delivery.done_at, context, about=told)


def _by_the_office(caller: Caller, context: Context) -> list[dict[str, Any]]:
    """A request that somebody of the office has closed: they ring before they do that."""
    closed = db.session.scalar(
        _for_a_person(caller)
        .where(ServiceRequest.status == "done", ServiceRequest.closed_at >= context.now - LAST_DAYS)
        .order_by(ServiceRequest.closed_at.desc())
    )
    rang = closed is not None and "note" in closed.details
    return [_say("proof.office", closed.closed_at, context)] if closed is not None and rang else []


def _office_was_to_ring(caller: Caller) -> bool:
    return db.session.scalar(_for_a_person(caller).where(ServiceRequest.closed_at.is_(None))) is not None


def _for_a_person(caller: Caller) -> Any:
    mine = (ServiceRequest.caller_id == caller.id, ServiceRequest.intent.in_(FOR_A_PERSON))
    return select(ServiceRequest).where(*mine).limit(1)


def _visit_today(caller: Caller, context: Context) -> list[dict[str, Any]]:
    """The volunteer of ours who may be at the door today."""
    today = db.session.scalars(
        select(Task)
        .join(ServiceRequest, ServiceRequest.task_id == Task.id)
        .where(ServiceRequest.caller_id == caller.id, Task.day == context.now.date())
        .where(Task.status.in_(tasks.UNDER_WAY), Task.volunteer_id.is_not(None))
        .order_by(Task.id)
    )
    return [
        {"key": "proof.visit", "values": visits.about(task, context.language, context.settings.secret_key)} for task in today
    ]


def _say(key: str, at: dt.datetime | None, context: Context, **values: str) -> dict[str, Any]:
    """A prompt about something at that moment, in the caller's time."""
    local = (at or context.now).astimezone(context.now.tzinfo or ZoneInfo(context.settings.time_zone))
    when = {"date": local.date().isoformat(), "time": local.time().isoformat("minutes")}
    return {"key": key, "values": {**when, **values}}


ORDERS = {"proof.contacts": contacts, "proof.not_ours": not_ours}
