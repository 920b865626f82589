"""Whose account with a biller it is, and with which card they pay: files that the office brings in after it has made sure.

A caller is named by telephone number and full name together, because a number may have several people behind it.
"""

from __future__ import annotations

from sqlalchemy import select

from helpline import audit
from helpline.db import db
from helpline.models import Caller
from helpline.services import tables
from helpline.services.bills import numbers
from helpline.services.bills.imports import Arrival, Brought, Done, Refused, bring_rows, without_doubles
from helpline.services.bills.models import BillAccount, Biller
from helpline.services.gateways.cards import Card
from helpline.services.tables import Reader, Row, read_table, shown

CALLER: dict[str, Reader] = {"phone": tables.phone, "full_name": tables.words(160)}
ACCOUNT = {**CALLER, "biller": tables.words(80), "account": tables.words(40)}
CARD = {**CALLER, "customer": tables.words(80), "payment_method": tables.words(80)}


def bring_accounts(data: bytes, arrival: Arrival) -> Brought:
    """The accounts that callers have with billers: the only ones that their money goes to. Commits; raises FileFault."""
    rows, faults = read_table(data, ACCOUNT)
    rows, doubled = without_doubles(rows, [("account", ("biller", "account"))])
    return bring_rows(rows, [*faults, *doubled], _bring_account, arrival, "accounts_imported")


def bring_cards(data: bytes, arrival: Arrival) -> Brought:
    """The gateway's ids of callers' cards; a later one takes the place of an earlier one. Commits; raises FileFault."""
    rows, faults = read_table(data, CARD)
    rows, doubled = without_doubles(rows, [("phone", ("phone", "full_name"))])
    return bring_rows(rows, [*faults, *doubled], _bring_card, arrival, "cards_imported")


def _bring_account(row: Row, arrival: Arrival) -> Done:
    caller = caller_named(row)
    biller = db.session.scalar(select(Biller).where(Biller.name == row["biller"]).with_for_update())
    if biller is None:
        raise Refused("biller", f"{shown(row['biller'])} is not a biller on file")
    if wrong := numbers.fault(row["account"], biller.account_mask, biller.account_check):
        raise Refused("account", f"{shown(row['account'])} {wrong}")
    known = db.session.scalar(
        select(BillAccount).where(BillAccount.biller_id == biller.id, BillAccount.reference == row["account"])
    )
    if known is not None:
        if known.caller_id != caller.id:
            raise Refused("account", f"{shown(row['account'])} belongs to another caller")
        return "unchanged"
    account = BillAccount(caller_id=caller.id, biller_id=biller.id, reference=row["account"])
    db.session.add(account)
    db.session.flush()
    told = {"account": account.id, **arrival.line(row)}
    audit.write(arrival.actor, "account_added", f"caller:{caller.id}", arrival.now, **told)
    return "added"


def _bring_card(row: Row, arrival: Arrival) -> Done:
    payer = f"caller:{caller_named(row).id}"
    card = db.session.get(Card, payer, with_for_update=True)
    if card is not None and (card.customer, card.payment_method) == (row["customer"], row["payment_method"]):
        return "unchanged"
    done: Done = "amended" if card else "added"
    called_by = {"brand": "", "last_four": "", "expires": "", "saved_at": None}  # of the one before
    db.session.merge(Card(payer=payer, customer=row["customer"], payment_method=row["payment_method"], **called_by))
    audit.write(arrival.actor, f"card_{done}", payer, arrival.now, **arrival.line(row))
    return done


def caller_named(row: Row) -> Caller:
    """The one caller with the number and the name of this row. Raises Refused."""
    found = db.session.scalars(select(Caller).where(Caller.phone == row["phone"], Caller.full_name == row["full_name"])).all()
    if len(found) != 1:
        raise Refused("full_name", f"{len(found) or 'no'} callers on file have this number and name")
    return found[0]
