"""Danger: a thief at work, or an emergency. A person sees it at once; nothing is decided by words alone."""

from __future__ import annotations

from helpline import events, outbox
from helpline.services import protection
from helpline.services.context import Context
from helpline.services.requests import add_words, keep_recording, open_request
from helpline.staff.duty import on_duty
from voice.heard import Json, Result


def report(args: Json, context: Context) -> Result:
    """Open a case. It is closed, and counted, by a person."""
    request = open_request("report_scam", context, key="person")
    findings = dict.fromkeys([*request.details.get("findings", []), *args["findings"]])
    add_words(request, args["words"], findings=list(findings))
    events.record("scam_reported", f"request:{request.id}", context.now)
    told = {"reference": request.reference, "unprotected": _unprotected(context)}
    return Result("safety.report", "ok", told)


def _unprotected(context: Context) -> bool:
    """Whether it is somebody who may have their payments protected, and has not."""
    return context.caller_id is not None and context.level > 0 and not protection.is_protected(context.caller_id)


def emergency(args: Json, context: Context) -> Result:
    """Alert the coordinators: first on their page, and by text whoever is on duty, and the office's own number where it
    has one. We never dial an emergency number ourselves."""
    request = open_request("emergency", context, key="person")
    add_words(request, args["words"])
    keep_recording(request, context)
    events.record("emergency", f"request:{request.id}", context.now)
    alert = f"EMERGENCY on the helpline from {context.number or 'a withheld number'}. Reference {request.reference}."
    told = (
        set() if context.training else {context.settings.telephony.staff_number, *(one.number for one in on_duty(context.now))}
    )
    for telephone in told - {""}:
        outbox.promise_sms(telephone, alert, f"emergency:{request.id}:{telephone}", context.now)
    number = context.settings.telephony.emergency_number
    return Result("safety.emergency", "ok", {"emergency_number": number, "reference": request.reference})


ORDERS = {"safety.report": report, "safety.emergency": emergency}
