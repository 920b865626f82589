"""Callers who come in as a file, once the office knows who they are: a town's whole list, or one line."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import available_timezones

from sqlalchemy import select

from helpline import audit
from helpline.db import db
from helpline.models import Caller
from helpline.services import tables
from helpline.services.bills.imports import Arrival, Brought, Done, Refused, amend_row, bring_rows, one_of, without_doubles
from helpline.services.bills.payers import CALLER
from helpline.services.tables import Row, or_nothing, read_table, shown

OLDEST = 120  # years: beyond it somebody mistyped


def bring_callers(data: bytes, languages: Iterable[str], time_zone: str, arrival: Arrival) -> Brought:
    """Callers by telephone number and full name. An empty field leaves what is on file, and in a new caller's line means the
    helpline's own language and `time_zone`, and nothing else. Commits; raises FileFault.

    Nobody gets a PIN by a file: each chooses their own, by keys.
    """
    languages = list(languages)
    readers = {
        **CALLER,
        "name": tables.words(80),
        "birth_year": or_nothing(_year(arrival.now.year)),
        "language": or_nothing(one_of(languages)),
        "time_zone": or_nothing(one_of(sorted(available_timezones()))),
        "area": or_nothing(tables.words(80)),
        "address": or_nothing(tables.words(200)),
        "door_notes": or_nothing(tables.words(200)),
        "landline": or_nothing(tables.yes_or_no),
    }
    rows, faults = read_table(data, readers)
    rows, doubled = without_doubles(rows, [("full_name", ("phone", "full_name"))])
    default = {"language": languages[0], "time_zone": time_zone}
    return bring_rows(
        rows, [*faults, *doubled], lambda row, when: _bring_caller(row, default, when), arrival, "callers_imported"
    )


def _bring_caller(row: Row, default: dict[str, str], arrival: Arrival) -> Done:
    given = {column: value for column, value in row.values.items() if value is not None}
    same = select(Caller).where(Caller.phone == row["phone"], Caller.full_name == row["full_name"])
    known = db.session.scalars(same.with_for_update()).all()
    if len(known) > 1:
        raise Refused("full_name", f"{len(known)} callers on file have this number and name")
    if not known:
        caller = Caller(**{**default, **given}, created_at=arrival.now)
        db.session.add(caller)
        db.session.flush()
        audit.write(arrival.actor, "caller_added", f"caller:{caller.id}", arrival.now, **arrival.line(row))
        return "added"
    (caller,) = known
    if caller.training:
        raise Refused("full_name", f"{shown(row['full_name'])} is invented, for training")
    return amend_row(caller, given, "caller", row, arrival)


def _year(this: int) -> tables.Reader:
    def read(field: str) -> int:
        if field.isascii() and field.isdigit() and this - OLDEST <= int(field) <= this:
            return int(field)
        raise ValueError(f"{shown(field)} is no year such as 1941")

    return read
