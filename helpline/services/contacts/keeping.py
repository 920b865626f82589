"""Writing down whom a caller trusts: who can be a contact, and every change in the audit with its old and new value."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlalchemy import func, select

from helpline import audit
from helpline.db import db
from helpline.models import Caller
from helpline.services.contacts.models import TrustedContact
from volunteers.models import Volunteer

PLACES = ("first", "second")
Done = Literal["added", "amended", "unchanged"]


class Unfit(ValueError):
    """This number cannot be a contact's of this caller, and why."""


@dataclass(frozen=True)
class Details:
    """Who it is. `suspected` None leaves it as it was."""

    name: str
    phone: str
    relation: str
    consent: bool
    suspected: bool | None = None


def contact_of(caller_id: int, place: str) -> TrustedContact | None:
    where = (TrustedContact.caller_id == caller_id, TrustedContact.place == place)
    return db.session.scalar(select(TrustedContact).where(*where))


def keep(caller_id: int, place: str, details: Details, actor: str, now: dt.datetime, **why: Any) -> Done:
    """Put somebody in this place of a caller. `why` joins the audit. Does not commit; raises Unfit."""
    caller = db.session.scalars(select(Caller).where(Caller.id == caller_id).with_for_update()).one()
    if fault := unfit(caller, place, details.phone):
        raise Unfit(fault)
    values = {name: value for name, value in asdict(details).items() if value is not None}
    contact = contact_of(caller_id, place)
    if contact is None:
        contact = TrustedContact(caller_id=caller_id, place=place, added_at=now, **values)
        db.session.add(contact)
        db.session.flush()
        audit.write(actor, "contact_added", f"caller:{caller_id}", now, place=place, now_is=values, **why)
        return "added"
    was = {name: getattr(contact, name) for name, value in values.items() if getattr(contact, name) != value}
    if not was:
        return "unchanged"
    for name in was:
        setattr(contact, name, values[name])
    if was.keys() & {"name", "phone"}:
        contact.changed_at = now
    changes = {name: values[name] for name in was}
    audit.write(actor, "contact_amended", f"caller:{caller_id}", now, place=place, was=was, now_is=changes, **why)
    return "amended"


def unfit(caller: Caller, place: str, phone: str) -> str:
    """Why nobody at this number can be told about this caller's payments; "" where somebody can.

    No volunteer at all: who helps one caller today may be sent to another tomorrow.
    """
    if phone == caller.phone:
        return "is the caller's own number"
    if is_volunteers(phone):
        return "is a volunteer's number: a volunteer can never be a contact"
    other = contact_of(caller.id, PLACES[1 - PLACES.index(place)])
    return "is the other contact's number" if other is not None and other.phone == phone else ""


def is_volunteers(phone: str) -> bool:
    return db.session.scalar(select(Volunteer.id).where(Volunteer.phone == phone)) is not None


def days_since_change(caller_id: int, now: dt.datetime) -> int | None:
    """How many days ago a contact of this caller became somebody else; None where none ever did."""
    changed = db.session.scalars(select(func.max(TrustedContact.changed_at)).where(TrustedContact.caller_id == caller_id)).one()
    return (now - changed).days if changed is not None else None
