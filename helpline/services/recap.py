"""What was done in a call, as one text message: to the caller's own number on file, and to no other."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select

from helpline import events, outbox
from helpline.db import db
from helpline.models import Caller, ServiceRequest
from helpline.services.context import Context
from voice.heard import Json, Result

LONGEST = 1600  # characters of one text message
DAYS = {"en": "%a %d %b %Y"}  # how a day is written; elsewhere by its figures
WORTH_HAVING = ("open", "done", "held")  # requests in these states still have a reference to ask by


def send(args: Json, context: Context) -> Result:
    """Promise the text, once for the same things. `none` where the caller's number takes no texts.

    `done`: what was said of each thing, as `key` and `values` of its prompt.
    """
    caller = db.session.get(Caller, context.caller_id) if context.caller_id else None
    if caller is None or caller.landline:
        return Result("recap.send", "none")
    key = f"recap:{context.call_id}:{len(args['done'])}"
    if outbox.promise_sms(caller.phone, _body(args["done"], context), key, context.now):
        events.record("recap_sent", f"call:{context.call_id}", context.now, things=len(args["done"]))
    return Result("recap.send", "ok")


def _body(done: list[dict[str, Any]], context: Context) -> str:
    lines = [f"{context.settings.name}:", *(_line(thing["key"], thing["values"], context) for thing in done)]
    told = " ".join(lines)
    missing = [reference for reference in _references(context) if reference not in told]
    if missing:
        lines.append(_prompt("sms.references", {"references": ", ".join(missing)}, context))
    while len(" ".join(lines)) > LONGEST:
        lines.pop()
    return " ".join(lines)


def _line(key: str, values: dict[str, Any], context: Context) -> str:
    """In figures, for reading; what has no written form yet is written as it was said."""
    written = f"sms.{key}"
    return _prompt(written if written in context.language.prompts else key, {**values, **_figures(values, context)}, context)


def _figures(values: dict[str, Any], context: Context) -> dict[str, str]:
    figures = {}
    if amount := values.get("amount"):
        figures["amount_text"] = f"{amount['currency']} {amount['amount']}"
    if day := values.get("date") or values.get("day"):
        figures["day_text"] = f"{dt.date.fromisoformat(day):{DAYS.get(context.language.code, '%Y-%m-%d')}}"
    return figures


def _references(context: Context) -> list[str]:
    """Of what was asked for in this call, in that order."""
    requests = select(ServiceRequest.reference).where(
        ServiceRequest.call_id == context.call_id, ServiceRequest.status.in_(WORTH_HAVING)
    )
    return list(db.session.scalars(requests.order_by(ServiceRequest.id)))


def _prompt(key: str, values: dict[str, Any], context: Context) -> str:
    return context.language.prompt(key, values, context.now.date())


ORDERS = {"recap.send": send}
