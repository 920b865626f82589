"""A person for the caller: put through when somebody is there, else a message and a promised call-back."""

from __future__ import annotations

import datetime as dt

from helpline import audit, events
from helpline.db import db
from helpline.models import ServiceRequest
from helpline.services import handover, office
from helpline.services.context import Context
from helpline.services.requests import add_words, close, close_at, keep_recording, open_request, opened
from helpline.settings import Settings
from voice.heard import Json, Result
from voice.understanding.slots import named

OWN_INTENT = {"report_scam", "emergency", "leave_message", "register", "complain"}
COMPLAINTS = {
    name: f"complain_{name}" for name in ("volunteer", "bill", "appointment", "line", "other")
}  # in the order offered
PROTECTION = {"freeze_payments", "unfreeze_payments", "protection_mode"}
FOR_A_PERSON = OWN_INTENT | PROTECTION | {"speak_to_person", "update_details"}  # what nobody but a person can close


def find(args: Json, context: Context) -> Result:
    """`here` when the office is open and somebody is free on duty, or it has a number of its own; else `away`, and a
    request waits for a person."""
    request = _request(args["about"], context)
    if somebody_is_here(context.settings, context.now):
        events.record("put_through", f"request:{request.id}", context.now)
        return Result("person.find", "here")
    return Result("person.find", "away", {"when": office.call_back_words(context), "withheld": not context.number})


def somebody_is_here(settings: Settings, now: dt.datetime) -> bool:
    """Whether a person can take a call now, as far as we know."""
    return office.open_at(settings, now) and bool(handover.free(now) or settings.telephony.staff_number)


def leave_message(args: Json, context: Context) -> Result:
    """Keep what was said, as words and as sound, on the request that waits for a person, after what it holds already.
    `empty`: the hash key was pressed and nothing said."""
    if args.get("empty") and not context.recording:
        return Result("message.leave", "empty")
    request = _request(args["about"], context)
    add_words(request, args["words"], dead_line=bool(args.get("dead_line")))
    keep_recording(request, context)
    events.record("message_left", f"request:{request.id}", context.now)
    return Result(
        "message.leave",
        "ok",
        {
            "reference": request.reference,
            "when": office.call_back_words(context),
            "dead_line": bool(args.get("dead_line")),
            "withheld": not context.number,
        },
    )


def drop(args: Json, context: Context) -> Result:
    """The caller wants no call-back: nobody waits for one. What was told to us is looked into in any case."""
    request = opened("speak_to_person", context, key="person")
    if request is not None and args["about"] not in OWN_INTENT:
        close(request, context, "cancelled")
    return Result("message.drop", "ok")


def subjects(args: Json, context: Context) -> Result:
    """What one may complain about, as it is called here, and the one that the first sentence named, if it did."""
    names = [context.language.prompt(f"complaint.{name}", {}, context.now.date()) for name in COMPLAINTS]
    said = named(args["words"], context.language, "complaint") if args["words"] else None
    about = COMPLAINTS.get(said or "", "")
    return Result("complaint.subjects", "ok", {"names": names, "subjects": list(COMPLAINTS.values()), "about": about})


def complain(args: Json, context: Context) -> Result:
    """Open the complaint before its words are recorded: a line that breaks loses nothing.

    Only the office's pages show it. A volunteer sees tasks and offers, and nothing of this.
    """
    request = _request(args["about"], context)
    request.details = {**request.details, "words": args["words"]}
    return Result("complaint.open", "ok", {"reference": request.reference, "when": office.call_back_words(context)})


def rung_back(request_id: int, staff_id: int, note: str, now: dt.datetime) -> bool:
    """Somebody of the office has seen to it. A scam counts as a ServiceInstance then. Does not commit.

    False when it was closed already, or when it is not for a person to close.
    """
    request = db.session.get(ServiceRequest, request_id)
    if request is None or request.intent not in FOR_A_PERSON:
        return False
    if not close_at(request, now, "done", delivered=request.intent == "report_scam"):
        return False
    request.details = {**request.details, "note": note}
    audit.write(f"staff:{staff_id}", "request_closed", f"request:{request_id}", now, note=note)
    return True


def _request(about: str, context: Context) -> ServiceRequest:
    """One request a call and subject: the message belongs to the promise that came before it."""
    if about in COMPLAINTS.values():
        return open_request("complain", context, key=about, about=about)
    intent = about if about in OWN_INTENT else "speak_to_person"
    return open_request(intent, context, key="person", about=about)


ORDERS = {
    "person.find": find,
    "message.leave": leave_message,
    "message.drop": drop,
    "complaint.subjects": subjects,
    "complaint.open": complain,
}
