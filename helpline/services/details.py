"""A caller's details. How we speak to them is changed here; what identity hangs on is written down for a person.

A number, an address, a name or a contact is changed by nobody on the telephone that asks for it: the office rings the
number on file first. Events say what is to change and never to what.
"""

from __future__ import annotations

from helpline import audit, events
from helpline.db import db
from helpline.models import Caller, ServiceRequest
from helpline.services import cards, office
from helpline.services.context import Context
from helpline.services.requests import close, keep_recording, open_request
from voice.dialogue.details import BEHIND_A_PROOF, MANNERS, WHATS
from voice.heard import Json, Result
from voice.understanding.slots import longest_named


def known(args: Json, context: Context) -> Result:
    """What may be changed, with its name in the caller's language, and which of it the caller's words named, if any."""
    names = {
        "whats": {what: _words(f"details.what.{what}", context) for what in WHATS},
        "proofs": {proof: _words(f"details.proof.{proof}", context) for proof in BEHIND_A_PROOF},
        "manners": {manner: _words(f"details.way.{manner}", context) for manner in MANNERS},
    }
    wanted = longest_named(args["words"], context.language, "detail")
    return Result("details.known", "ok", {**names, "wanted": wanted, "card_by_keys": cards.by_keys(context)})


def prefer(args: Json, context: Context) -> Result:
    """Remember how fast and how loud we speak to this caller. `pace` 1.0 is natural; `gain` is in dB."""
    caller = db.session.get(Caller, context.caller_id) if context.caller_id else None
    if caller is not None and (caller.pace, caller.gain) != (args["pace"], args["gain"]):
        caller.pace, caller.gain = args["pace"], args["gain"]
        events.record("manner_chosen", f"caller:{caller.id}", context.now, pace=caller.pace, gain=caller.gain)
    return Result("details.prefer", "ok")


def note(args: Json, context: Context) -> Result:
    """Write down the new value on a request that waits for a person, with the caller's own voice where it was recorded.

    One request a call and detail: what is said again takes the place of what was said before.
    """
    what, said = args["what"], ", ".join(part for part in (args["value"], args["number"]) if part)
    request = open_request("update_details", context, key=what, what=what)
    if request.closed_at is not None:  # it was left, and is wished for again
        request.status, request.closed_at = "open", None
        events.record("request_reopened", f"request:{request.id}", context.now)
    request.details = {"number": context.number, "what": what, "about": f"new_{what}", "words": said}
    keep_recording(request, context)
    return Result("details.note", "ok", {"request_id": request.id})


def take_down(args: Json, context: Context) -> Result:
    """The caller said that it is right, or a person has to ask again: from here it is the office's."""
    request = _own(args["request_id"], context)
    if request is None:
        raise KeyError(f"call {context.call_id}: no change {args['request_id']} of this caller")
    if "confirmed" not in request.details:
        request.details = {**request.details, "confirmed": args["confirmed"]}
        what = request.details["what"]
        events.record("change_asked", f"request:{request.id}", context.now, what=what, confirmed=args["confirmed"])
        audit.write(f"caller:{context.caller_id}", "change_asked", f"request:{request.id}", context.now, what=what)
    return Result("details.take_down", "ok", {"reference": request.reference, "when": office.call_back_words(context)})


def drop(args: Json, context: Context) -> Result:
    request = _own(args["request_id"], context)
    if request is not None and "confirmed" not in request.details:
        close(request, context, "cancelled")
    return Result("details.drop", "ok")


def _own(request_id: int | None, context: Context) -> ServiceRequest | None:
    """The request, if it is a change that this very caller has asked for."""
    request = db.session.get(ServiceRequest, request_id) if request_id else None
    own = request is not None and request.intent == "update_details" and request.caller_id == context.caller_id
    return request if own else None


def _words(key: str, context: Context) -> str:
    return context.language.prompt(key, {}, context.now.date())


ORDERS = {
    "details.known": known,
    "details.prefer": prefer,
    "details.note": note,
    "details.take_down": take_down,
    "details.drop": drop,
}
