"""Volunteers who come in as a file: whom the office has met and checked, with what they help with and where."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from helpline import audit
from helpline.db import db
from helpline.services import tables
from helpline.services.bills.imports import Arrival, Brought, Done, amend_row, bring_rows, one_of, without_doubles
from helpline.services.catalogue import catalogue
from helpline.services.tables import Reader, Row, or_nothing, read_table
from volunteers.models import Volunteer

BETWEEN = ";"  # the items of a list


def bring_volunteers(data: bytes, languages: Iterable[str], arrival: Arrival) -> Brought:
    """Volunteers by telephone number. An empty field leaves what is on file; in a new volunteer's line `languages` means the first
    of these, and `on_duty` and `by_call` mean yes and no. Commits; raises FileFault."""
    languages = list(languages)
    kinds = sorted(catalogue().help_kinds)
    readers: dict[str, Reader] = {
        "phone": tables.phone,
        "name": tables.words(80),
        "languages": or_nothing(several(one_of(languages))),
        "areas": several(tables.words(80)),
        "kinds": several(one_of(kinds)),
        "on_duty": or_nothing(tables.yes_or_no),
        "by_call": or_nothing(tables.yes_or_no),
    }
    rows, faults = read_table(data, readers)
    rows, doubled = without_doubles(rows, [("phone", ("phone",))])
    default = {"languages": languages[:1], "on_duty": True, "by_call": False}
    return bring_rows(
        rows, [*faults, *doubled], lambda row, when: _bring_volunteer(row, default, when), arrival, "volunteers_imported"
    )


def several(read: Reader) -> Reader:
    """One or more of what `read` makes, each once."""

    def read_all(field: str) -> list[Any]:
        return list(dict.fromkeys(read(item.strip()) for item in field.split(BETWEEN)))

    return read_all


def _bring_volunteer(row: Row, default: dict[str, Any], arrival: Arrival) -> Done:
    given = {column: value for column, value in row.values.items() if value is not None}
    known = db.session.scalar(select(Volunteer).where(Volunteer.phone == row["phone"]).with_for_update())
    if known is None:
        volunteer = Volunteer(**{**default, **given}, created_at=arrival.now)
        db.session.add(volunteer)
        db.session.flush()
        audit.write(arrival.actor, "volunteer_added", f"volunteer:{volunteer.id}", arrival.now, **arrival.line(row))
        return "added"
    return amend_row(known, given, "volunteer", row, arrival)
