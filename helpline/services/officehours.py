"""The office's hours from a CSV file, each day once."""

from __future__ import annotations

import datetime as dt
import re

from helpline import audit
from helpline.db import db
from helpline.services import tables
from helpline.services.bills.imports import Arrival, Brought, Done, Refused, bring_rows, without_doubles
from helpline.services.tables import Reader, read_table, shown
from helpline.staff.models import WEEKDAYS, OfficeDay


def bring_office_hours(data: bytes, arrival: Arrival) -> Brought:
    """Hours by day, each once. Commits; raises FileFault."""
    rows, faults = read_table(data, OFFICE_DAY)
    rows, doubled = without_doubles(rows, [("day", ("day",))])
    return bring_rows(rows, [*faults, *doubled], _bring_day, arrival, "office_hours_imported")


def _bring_day(row: tables.Row, arrival: Arrival) -> Done:
    opens, closes = row["opens"], row["closes"]
    if (opens is None) != (closes is None):
        raise Refused("opens" if opens is None else "closes", "is empty: a day has both, or neither where it is closed")
    if opens is not None and closes <= opens:
        raise Refused("closes", f"{closes:%H:%M} is not after {opens:%H:%M}")
    known = db.session.get(OfficeDay, row["day"], with_for_update=True)
    if known is not None and (known.opens, known.closes) == (opens, closes):
        return "unchanged"
    done: Done = "amended" if known else "added"
    was = _words(known.opens, known.closes) if known else ""
    db.session.merge(OfficeDay(day=row["day"], opens=opens, closes=closes))
    told = {"was": was, "is": _words(opens, closes), **arrival.line(row)}
    audit.write(arrival.actor, f"office_hours_{done}", f"office_day:{row['day']}", arrival.now, **told)
    return done


def _words(opens: dt.time | None, closes: dt.time | None) -> str:
    return f"{opens:%H:%M} to {closes:%H:%M}" if opens and closes else "closed"


def _day(written: str) -> str:
    if written.lower() in WEEKDAYS:
        return written.lower()
    if not written[:1].isdigit():
        raise ValueError(f"{shown(written)} is neither a weekday such as monday nor a day such as 2026-12-25")
    return tables.day(written).isoformat()


def _time(written: str) -> dt.time:
    if not re.fullmatch(r"[0-9]{2}:[0-9]{2}", written):
        raise ValueError(f"{shown(written)} is no time such as 09:00")
    try:
        return dt.time.fromisoformat(written)
    except ValueError as error:
        raise ValueError(f"{shown(written)} is no time of the day") from error


OFFICE_DAY: dict[str, Reader] = {"day": _day, "opens": tables.or_nothing(_time), "closes": tables.or_nothing(_time)}
