"""ServiceRequests: opened once for a wish, closed once, counted as a ServiceInstance when the caller confirmed."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from sqlalchemy import select, update

from helpline import events
from helpline.db import changed, db
from helpline.models import Caller, Recording, ServiceRequest
from helpline.services.context import Context

REFERENCE_DIGITS = 8


def open_request(intent: str, context: Context, key: str = "", task_id: int | None = None, **details: Any) -> ServiceRequest:
    """The request for this wish: opened now, or the one that the same wish (`key`) opened before in this call."""
    if (known := opened(intent, context, key)) is not None:
        return known
    request = open_alone(
        _dedupe_key(intent, context, key),
        intent,
        context.caller_id,
        context.now,
        call_id=context.call_id,
        number=context.number,
        **details,
    )
    request.task_id, request.training = task_id, context.training
    return request


def open_alone(
    dedupe_key: str, intent: str, caller_id: int | None, now: dt.datetime, call_id: int | None = None, **details: Any
) -> ServiceRequest:
    """A request that no turn of a call has asked for. Whoever calls this sees to it that it happens once."""
    request = ServiceRequest(
        reference=new_reference(),
        dedupe_key=dedupe_key,
        intent=intent,
        caller_id=caller_id,
        call_id=call_id,
        details=details,
        created_at=now,
    )
    db.session.add(request)
    db.session.flush()
    events.record("request_opened", f"request:{request.id}", now, area=area_of(request), intent=intent)
    return request


def opened(intent: str, context: Context, key: str = "") -> ServiceRequest | None:
    """The request that the same wish opened before in this call, if it did."""
    return find(_dedupe_key(intent, context, key))


def _dedupe_key(intent: str, context: Context, key: str) -> str:
    return f"call:{context.call_id}:{intent}:{key or context.turn}"


def keep_recording(request: ServiceRequest, context: Context) -> None:
    """Keep the caller's own voice with the request, where the turn recorded it."""
    if context.recording:
        db.session.add(Recording(request_id=request.id, audio=context.recording, at=context.now))


def add_words(request: ServiceRequest, words: str, **details: Any) -> None:
    """Write down what the caller said, after what the request holds already."""
    said = [said for said in (request.details.get("words"), words) if said]
    request.details = {**request.details, **details, "words": "\n".join(said)}


def find(dedupe_key: str) -> ServiceRequest | None:
    return db.session.scalar(select(ServiceRequest).where(ServiceRequest.dedupe_key == dedupe_key))


def close(request: ServiceRequest, context: Context, status: str, delivered: bool = False) -> bool:
    """Close an open request. `delivered`: the caller confirmed it, so it counts as a ServiceInstance.

    False when it was closed already: then nothing is counted again.
    """
    return close_at(request, context.now, status, delivered)


def close_at(request: ServiceRequest, now: dt.datetime, status: str, delivered: bool = False) -> bool:
    """The same outside a call."""
    closed = changed(
        update(ServiceRequest)
        .where(ServiceRequest.id == request.id, ServiceRequest.closed_at.is_(None))
        .values(status=status, closed_at=now)
    )
    if not closed:
        return False
    if delivered:
        count(request, now, status)
    else:
        _record("request_closed", request, now, status)
    return True


def count(request: ServiceRequest, now: dt.datetime, status: str = "done") -> None:
    """Write down a ServiceInstance. Whoever calls this sees to it that it happens once for a request."""
    _record("service_instance", request, now, status)


def _record(kind: str, request: ServiceRequest, now: dt.datetime, status: str) -> None:
    kind = "practised" if request.training else kind  # what was practised was delivered to nobody
    events.record(kind, f"request:{request.id}", now, area=area_of(request), intent=request.intent, status=status)


def new_reference() -> str:
    """Eight random digits that no request has: digits only, because letters are lost on the telephone."""
    while True:
        reference = "".join(secrets.choice("0123456789") for _ in range(REFERENCE_DIGITS))
        taken = db.session.scalar(select(ServiceRequest.id).where(ServiceRequest.reference == reference))
        if taken is None:
            return reference


def area_of(request: ServiceRequest) -> str:
    caller = db.session.get(Caller, request.caller_id) if request.caller_id else None
    return caller.area if caller else ""
