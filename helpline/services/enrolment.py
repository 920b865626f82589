"""Becoming a caller with us: for now, a person from the office rings back and does it."""

from __future__ import annotations

from helpline.services import office
from helpline.services.context import Context
from helpline.services.requests import open_request
from voice.heard import Json, Result


def request(args: Json, context: Context) -> Result:
    """`withheld`: nobody can be rung back on a number that the telephone does not show."""
    opened = open_request("register", context, key="person")
    told = {"reference": opened.reference, "when": office.call_back_words(context)}
    return Result("enrolment.request", "ok" if context.number else "withheld", told)


ORDERS = {"enrolment.request": request}
