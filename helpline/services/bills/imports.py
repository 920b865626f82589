"""Bills and billers that come in as files: each row once, however often the file is brought.

Good rows are kept and the others are told: one closed account must not leave a whole town without its bills. A corrected
file may simply be brought again, because rows that are on file already change nothing.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import exists, select, update

from helpline import audit, events
from helpline.db import changed, db
from helpline.services import tables
from helpline.services.bills import numbers
from helpline.services.bills.models import Bill, BillAccount, Biller, Payment
from helpline.services.catalogue import catalogue
from helpline.services.tables import Fault, Reader, Row, read_table, shown

AT_ONCE = 200  # rows in one transaction: a long file must not hold up the calls
LONGEST_TERM = dt.timedelta(days=366)  # between issue and due day: beyond it somebody mistyped a year
ACTOR = "helpline import"
AMENDABLE = ("amount", "issued_on", "due_on")  # what a biller may correct; anything else would be another bill
_PERIOD = re.compile(r"([0-9]{4})(-(0[1-9]|1[0-2])|-Q[1-4])?")

Done = Literal["added", "amended", "unchanged"]


class Refused(ValueError):
    """One row that cannot go in. `column` is where the fault shows."""

    def __init__(self, column: str, what: str) -> None:
        super().__init__(what)
        self.column = column


@dataclass(frozen=True)
class Brought:
    """What came of a file: how many rows of each kind, and the faults of the others, by line."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Arrival:
    """When, from which file, by whom and why, for the audit; `check` changes nothing. `now` is aware, in the office's time
    zone."""

    file: str
    now: dt.datetime
    check: bool = False
    actor: str = ACTOR
    note: str = ""

    def line(self, row: Row) -> dict[str, Any]:
        """Where a change came from."""
        return {"file": self.file, "line": row.line, **({"note": self.note} if self.note else {})}


def bring_bills(data: bytes, arrival: Arrival) -> Brought:
    """Bills by biller, account and the biller's own number of the bill. Commits every AT_ONCE rows; raises FileFault."""
    rows, faults = read_table(data, BILL)
    rows, doubled = without_doubles(rows, [("reference", ("biller", "reference")), ("period", ("biller", "account", "period"))])
    return bring_rows(rows, [*faults, *doubled], _bring_bill, arrival, "bills_imported")


def bring_billers(data: bytes, kinds: Iterable[str], arrival: Arrival) -> Brought:
    """The list of those who may be paid, by name. `kinds` are what callers may call one. Commits; raises FileFault."""
    rows, faults = read_table(data, {**BILLER, "kind": one_of(sorted(kinds))})
    rows, doubled = without_doubles(rows, [("name", ("name",))])
    return bring_rows(rows, [*faults, *doubled], _bring_biller, arrival, "billers_imported")


def bring_rows(
    rows: list[Row], faults: list[Fault], bring: Callable[[Row, Arrival], Done], arrival: Arrival, kind: str
) -> Brought:
    """Let `bring` write each row, AT_ONCE in a transaction; the faults of those that it refuses join `faults`."""
    counts: Counter[str] = Counter()
    for start in range(0, len(rows), AT_ONCE):
        for row in rows[start : start + AT_ONCE]:
            try:
                counts[bring(row, arrival)] += 1
            except Refused as why:
                faults.append(Fault(row.line, why.column, str(why)))
        db.session.rollback() if arrival.check else db.session.commit()
    if not arrival.check:
        refused = len({fault.line for fault in faults})
        events.record(kind, f"file:{arrival.file}"[:60], arrival.now, counts=dict(counts), refused=refused)
        db.session.commit()
    return Brought(counts, tuple(sorted(faults, key=lambda fault: fault.line)))


def without_doubles(rows: list[Row], keys: list[tuple[str, tuple[str, ...]]]) -> tuple[list[Row], list[Fault]]:
    """Of rows that are about the same thing none is taken: nobody can say which of them is meant."""
    faults = []
    for shown_at, columns in keys:
        lines: dict[tuple[Any, ...], list[int]] = {}
        for row in rows:
            lines.setdefault(tuple(row[column] for column in columns), []).append(row.line)
        for same in lines.values():
            faults += [
                Fault(line, shown_at, f"is also on line {' and '.join(str(other) for other in same if other != line)}")
                for line in same
                if len(same) > 1
            ]
    wrong = {fault.line for fault in faults}
    return [row for row in rows if row.line not in wrong], faults


def _bring_bill(row: Row, arrival: Arrival) -> Done:
    _sensible(row, arrival.now.date())
    # Locked, so that two files of one biller go in one after the other.
    biller = db.session.scalar(select(Biller).where(Biller.name == row["biller"]).with_for_update())
    if biller is None:
        raise Refused("biller", f"{shown(row['biller'])} is not a biller on file")
    account = _account(row, biller)
    issued = {"amount": row["amount"], "currency": row["currency"], "issued_on": row["issued"], "due_on": row["due"]}
    values = {**issued, "account_id": account.id, "period": row["period"]}
    bill = db.session.scalar(
        select(Bill)
        .join(BillAccount, Bill.account_id == BillAccount.id)
        .where(BillAccount.biller_id == biller.id, Bill.reference == row["reference"])
    )
    if bill is not None:
        return _amend(bill, values, row, arrival)
    same = db.session.scalar(select(Bill).where(Bill.account_id == account.id, Bill.period == row["period"]))
    if same is not None:
        raise Refused("period", f"this account has a bill for {row['period']} already: {same.reference}")
    bill = Bill(reference=row["reference"], **values)
    db.session.add(bill)
    db.session.flush()
    audit.write(arrival.actor, "bill_added", f"bill:{bill.id}", arrival.now, **arrival.line(row))
    return "added"


def _sensible(row: Row, today: dt.date) -> None:
    places = catalogue().currencies[row["currency"]]
    if row["amount"] != round(row["amount"], places):
        raise Refused("amount", f"{row['currency']} has {places} places after the point")
    if row["issued"] > today:
        raise Refused("issued", f"{row['issued']} is still to come")
    if not row["issued"] <= row["due"] <= row["issued"] + LONGEST_TERM:
        raise Refused("due", f"must lie within {LONGEST_TERM.days} days after {row['issued']}")


def _account(row: Row, biller: Biller) -> BillAccount:
    if wrong := numbers.fault(row["account"], biller.account_mask, biller.account_check):
        raise Refused("account", f"{shown(row['account'])} {wrong}")
    account = db.session.scalar(
        select(BillAccount).where(BillAccount.biller_id == biller.id, BillAccount.reference == row["account"])
    )
    if account is None:
        raise Refused("account", f"no caller has the account {shown(row['account'])} with {biller.name}")
    return account


def _amend(bill: Bill, values: Mapping[str, Any], row: Row, arrival: Arrival) -> Done:
    """Correct a bill that nobody has paid or is paying: what a caller has said yes to stays as they heard it."""
    new = {name: value for name, value in values.items() if getattr(bill, name) != value}
    if not new:
        return "unchanged"
    if other := sorted(set(new) - set(AMENDABLE)):
        name = other[0].removesuffix("_id")
        raise Refused(name, f"bill {bill.reference} is on file with another {name}")
    alive = exists().where(Payment.bill_id == Bill.id, Payment.status.in_(("claimed", "settled")))
    if not changed(update(Bill).where(Bill.id == bill.id, Bill.status == "due", ~alive).values(**new)):
        state = "has been paid" if bill.status == "paid" else "is paid in part" if bill.paid else "is being paid at this moment"
        raise Refused(next(iter(new)).removesuffix("_on"), f"bill {bill.reference} {state}, and stays as it was")
    was = {name: _plain(getattr(bill, name)) for name in new}
    now_is = {name: _plain(value) for name, value in new.items()}
    db.session.expire(bill)
    told = {"was": was, "is": now_is, **arrival.line(row)}
    audit.write(arrival.actor, "bill_amended", f"bill:{bill.id}", arrival.now, **told)
    events.record("bill_amended", f"bill:{bill.id}", arrival.now)
    return "amended"


def _bring_biller(row: Row, arrival: Arrival) -> Done:
    biller = db.session.scalar(select(Biller).where(Biller.name == row["name"]).with_for_update())
    values = {name: row[name] for name in BILLER if name != "name"} | {"kind": row["kind"]}
    if biller is None:
        biller, was, done = Biller(name=row["name"], **values), {}, "added"
        db.session.add(biller)
    else:
        was = {name: getattr(biller, name) for name, value in values.items() if getattr(biller, name) != value}
        done = "amended" if was else "unchanged"
        for name in was:
            setattr(biller, name, values[name])
    db.session.flush()
    if done != "unchanged":
        now_is = {name: values[name] for name in was or values}
        told = {"was": was, "is": now_is, **arrival.line(row)}
        audit.write(arrival.actor, f"biller_{done}", f"biller:{biller.id}", arrival.now, **told)
    return done  # type: ignore[return-value]


def amend_row(known: Any, given: Mapping[str, Any], kind: str, row: Row, arrival: Arrival) -> Done:
    """Write into a row on file what is given and differs. Into the audit goes which columns, not what was in them: an address
    is private."""
    different = sorted(column for column, value in given.items() if getattr(known, column) != value)
    if not different:
        return "unchanged"
    for column in different:
        setattr(known, column, given[column])
    told = {"columns": different, **arrival.line(row)}
    audit.write(arrival.actor, f"{kind}_amended", f"{kind}:{known.id}", arrival.now, **told)
    return "amended"


def _plain(value: Any) -> str:
    return f"{value:.2f}" if isinstance(value, Decimal) else str(value)


def one_of(known: list[str]) -> Reader:
    """One of these words, as it is written."""

    def read(field: str) -> str:
        if field not in known:
            raise ValueError(f"{shown(field)} is none of {', '.join(name or 'nothing' for name in known)}")
        return field

    return read


def _currency(field: str) -> str:
    return one_of(sorted(catalogue().currencies))(field)  # type: ignore[no-any-return]


def _period(field: str) -> str:
    if not _PERIOD.fullmatch(field):
        raise ValueError(f"{shown(field)} is no period such as 2026-11, 2026-Q4 or 2026")
    return field


def _mask(field: str) -> str:
    if len(field) > 40 or not numbers.is_mask(field):
        raise ValueError(f"{shown(field)} is no mask such as 9999-9999 (9 a digit, A a capital, X either)")
    return field


BILL: dict[str, Reader] = {
    "biller": tables.words(80),
    "account": tables.words(40),
    "reference": tables.words(40),
    "amount": tables.amount,
    "currency": _currency,
    "period": _period,
    "issued": tables.day,
    "due": tables.day,
}
BILLER: dict[str, Reader] = {
    "name": tables.words(80),
    "kind": tables.words(40),
    "allowed": tables.yes_or_no,
    "account_mask": _mask,
    "account_check": one_of(sorted(numbers.CHECKS)),
}
