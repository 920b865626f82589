"""Who belongs to the office, and in which role. Each change is in the audit, with who made it and why.

Nothing here commits.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from helpline import audit
from helpline.db import db
from helpline.staff import duty
from helpline.staff.models import ROLES, Staff
from helpline.staff.session import hash_password

ACTOR = "helpline staff"
LONGEST_LOGIN, LONGEST_NAME = 60, 80


class Unfit(ValueError):
    """What cannot be; the message says why."""


def of_login(login: str) -> Staff:
    """Somebody of the office, gone or not. Raises Unfit."""
    found = db.session.scalar(select(Staff).where(Staff.login == login.strip().lower()))
    if found is None:
        raise Unfit(f"nobody of the office has the sign-in name {login.strip()[:LONGEST_LOGIN]!r}")
    return found


def add(login: str, name: str, role: str, password: str, actor: str, note: str, now: dt.datetime) -> Staff:
    """A new colleague. Raises Unfit."""
    login, name = login.strip().lower(), name.strip()
    if not 0 < len(login) <= LONGEST_LOGIN or not login.isprintable() or " " in login:
        raise Unfit(f"a sign-in name has 1 to {LONGEST_LOGIN} letters and no space")
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise Unfit(f"a name has 1 to {LONGEST_NAME} letters")
    if db.session.scalar(select(Staff.id).where(Staff.login == login)) is not None:
        raise Unfit(f"somebody has the sign-in name {login!r} already; who comes back gets it again by `helpline staff role`")
    person = Staff(name=name, login=login, role=_known(role), password_hash=_hashed(password))
    db.session.add(person)
    db.session.flush()
    audit.write(actor, "staff_added", f"staff:{person.id}", now, role=role, note=note)
    return person


def change_role(person: Staff, role: str, actor: str, note: str, now: dt.datetime) -> bool:
    """Another role; who had left is back with it. False where nothing changes. Raises Unfit."""
    if (person.role, person.active) == (_known(role), True):
        return False
    was = person.role if person.active else "left"
    person.role, person.active = role, True
    _out(person, now)
    audit.write(actor, "role_changed", f"staff:{person.id}", now, was=was, now_is=role, note=note)
    return True


def leave(person: Staff, actor: str, note: str, now: dt.datetime) -> bool:
    """They have left: no sign-in, no duty; the audit still names them. False where they had."""
    if not person.active:
        return False
    person.active = False
    _out(person, now)
    audit.write(actor, "staff_left", f"staff:{person.id}", now, role=person.role, note=note)
    return True


def change_password(person: Staff, password: str, actor: str, note: str, now: dt.datetime) -> None:
    """A new password, which ends every session of theirs. Raises Unfit."""
    person.password_hash = _hashed(password)
    person.session_number += 1
    audit.write(actor, "password_changed", f"staff:{person.id}", now, note=note)


def _out(person: Staff, now: dt.datetime) -> None:
    """What they may do has changed: they sign in anew, and go on duty anew."""
    person.session_number += 1
    duty.end(person.id, now)


def _known(role: str) -> str:
    if role not in ROLES:
        raise Unfit(f"{role[:20]!r} is none of {', '.join(ROLES)}")
    return role


def _hashed(password: str) -> str:
    try:
        return hash_password(password)
    except ValueError as error:
        raise Unfit(str(error)) from error
