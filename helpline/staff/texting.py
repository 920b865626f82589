"""Going on and off duty by a text, from the telephone at which somebody was on duty last.

A sender's number can be forged. What that may do is small, because callers go to that telephone and to no other, and whoever
has it is told. Nothing here commits.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from helpline import texts
from helpline.db import db
from helpline.staff import duty
from helpline.staff.duty import ROLES_ON_DUTY
from helpline.staff.models import Staff


def answer(number: str, body: str, now: dt.datetime) -> tuple[str, str] | None:
    """Do what somebody of the office has written: what it was taken as, and what they are told. None where it is no such text,
    or its number is nobody's or several people's."""
    command = texts.commands("staff").get(texts.in_plain_words(body))
    person = _whose(number) if command else None
    if command is None or person is None:
        return None
    if command == "on":
        began = duty.begin(person.id, number, now)
        until = "You are on duty: callers who want a person ring here. Write OFF DUTY to end it."
        return "on_duty", f"BlueVest: {until}" if began else "BlueVest: you are on duty already."
    ended = duty.end(person.id, now)
    return "off_duty", "BlueVest: you are off duty. Thank you." if ended else "BlueVest: you were not on duty."


def _whose(number: str) -> Staff | None:
    able = db.session.scalars(select(Staff).where(Staff.active, Staff.role.in_(ROLES_ON_DUTY)))
    theirs = [person for person in able if number and duty.last_number(person.id) == number]
    return theirs[0] if len(theirs) == 1 else None
