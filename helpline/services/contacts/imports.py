"""Trusted contacts that the office brings in as a file, after it has asked both sides."""

from __future__ import annotations

from helpline.services import tables
from helpline.services.bills.imports import Arrival, Brought, Done, Refused, bring_rows, one_of, without_doubles
from helpline.services.bills.payers import CALLER, caller_named
from helpline.services.contacts.keeping import PLACES, Details, Unfit, keep
from helpline.services.tables import Reader, Row, read_table, shown

CONTACT: dict[str, Reader] = {
    **CALLER,
    "place": one_of([*PLACES]),
    "contact_name": tables.words(160),
    "contact_phone": tables.phone,
    "relation": tables.words(40),
    "consent": tables.yes_or_no,
}


def bring_contacts(data: bytes, arrival: Arrival) -> Brought:
    """Contacts by caller and place; a later one takes the place of an earlier one. Commits; raises FileFault.

    A file neither suspects anybody nor clears them: that is for a person to write, with a reason.
    """
    rows, faults = read_table(data, CONTACT)
    rows, doubled = without_doubles(rows, [("place", ("phone", "full_name", "place"))])
    return bring_rows(rows, [*faults, *doubled], _bring_contact, arrival, "contacts_imported")


def _bring_contact(row: Row, arrival: Arrival) -> Done:
    caller = caller_named(row)
    details = Details(row["contact_name"], row["contact_phone"], row["relation"], row["consent"])
    try:
        return keep(caller.id, row["place"], details, arrival.actor, arrival.now, **arrival.line(row))
    except Unfit as why:
        raise Refused("contact_phone", f"{shown(row['contact_phone'])} {why}") from why
