"""What was collected for each biller on a day: a file each, every payment in one of them once, and agreed with the gateway."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, exists, func, literal, select, update
from sqlalchemy.exc import IntegrityError

from helpline import audit, events
from helpline.db import changed_rows, db
from helpline.models import ServiceRequest
from helpline.services.bills.models import Bill, BillAccount, Biller, Payment, Refund, Remittance, RemittanceLine
from helpline.services.gateways.payments import Collected, PaymentGateway
from helpline.services.tables import FORMULA

ACTOR = "helpline export"
SLACK = dt.timedelta(hours=1)  # that a gateway's clock may be off when a payment is looked for in its books
COLUMNS = ("record", "biller", "day", "receipt", "account", "bill", "period", "amount", "currency", "paid_at")


class DayNotOver(ValueError):
    """More may still be collected on that day."""


class ToldMeanwhile(RuntimeError):
    """Another export has told of one of these payments or refunds since it was read: run again, this one finds its files."""


class Differs(ValueError):
    """Our payments and the gateway's books do not agree: no file is made. `differences` says where, a sentence each."""

    def __init__(self, differences: list[str]) -> None:
        super().__init__("; ".join(differences))
        self.differences = differences


def remit(day: dt.date, zone: ZoneInfo, gateway: PaymentGateway, now: dt.datetime) -> list[Remittance]:
    """All remittances of one of the office's days, those made before first. Run again, it gives the same files.

    Asks the gateway with no transaction open, then writes in one and commits. Raises DayNotOver, Differs, ToldMeanwhile,
    GatewayUnclear.
    """
    start, end = (dt.datetime.combine(date, dt.time.min, zone) for date in (day, day + dt.timedelta(days=1)))
    if now < end:
        raise DayNotOver(f"{day} is not over yet in {zone.key}")
    since = min([start, *(row.Payment.claimed_at for row in _not_told(start, end))])
    db.session.rollback()
    books = list(gateway.collected(since - SLACK, end + SLACK))
    paid, back = _not_told(start, end), _given_back(start, end)
    _agree(paid, books, start, end)
    try:
        for (biller_id, currency), told in sorted(_by_file([*paid, *back]).items()):
            _write(biller_id, currency, day, told, zone, now)
    except (IntegrityError, ToldMeanwhile) as error:
        db.session.rollback()
        raise ToldMeanwhile(f"another export of {day} was quicker") from error
    made = _made(day)
    db.session.commit()
    return made


def _not_told(start: dt.datetime, end: dt.datetime) -> list[Row[Any]]:
    """What was settled in this time and stands in no remittance, in the order in which it was claimed."""
    told = exists().where(RemittanceLine.payment_id == Payment.id)
    settled = (Payment.status == "settled", Payment.ended_at >= start, Payment.ended_at < end)
    return [*db.session.execute(_payments(literal(False)).where(*settled, ~told))]


def _given_back(start: dt.datetime, end: dt.datetime) -> list[Row[Any]]:
    """The payments that were given back in this time, as far as no remittance tells of that."""
    settled = (Refund.status == "settled", Refund.ended_at >= start, Refund.ended_at < end)
    query = _payments(literal(True)).join(Refund, Refund.payment_id == Payment.id)
    return [*db.session.execute(query.where(*settled, Refund.remittance_id.is_(None)))]


def _payments(back: Any) -> Select[Any]:
    return (
        select(Payment, Bill, BillAccount, Biller, ServiceRequest.reference.label("receipt"), back.label("back"))
        .join(Bill, Payment.bill_id == Bill.id)
        .join(BillAccount, Bill.account_id == BillAccount.id)
        .join(Biller, BillAccount.biller_id == Biller.id)
        .join(ServiceRequest, Payment.request_id == ServiceRequest.id)
        .where(ServiceRequest.training.is_(False))
        .order_by(Payment.id)
    )


def _agree(rows: Iterable[Row[Any]], books: Iterable[Collected], start: dt.datetime, end: dt.datetime) -> None:
    """Every payment is in the gateway's books as we have it, and the books of that day hold nothing that we do not know."""
    moved = {entry.key: entry for entry in books}
    differences = []
    for row in rows:
        payment, entry = row.Payment, moved.get(row.Payment.key)
        ours = (f"biller:{row.Biller.id}", payment.amount, payment.currency)
        if entry is None:
            differences.append(f"payment {payment.id} of {_money(*ours[1:])} is not in the gateway's books")
        elif (entry.payee, entry.amount, entry.currency) != ours:
            theirs = f"{_money(entry.amount, entry.currency)} to {entry.payee}"
            differences.append(f"payment {payment.id} is {_money(*ours[1:])} to {ours[0]}, but the gateway moved {theirs}")
    known = _alive([key for key, entry in moved.items() if start <= entry.at < end])
    for key, entry in moved.items():
        if start <= entry.at < end and key not in known:
            differences.append(
                f"the gateway moved {_money(entry.amount, entry.currency)} to {entry.payee} for no payment ({key})"
            )
    if differences:
        db.session.rollback()
        raise Differs(differences)


def _alive(keys: list[str]) -> set[str]:
    """Those of the keys that a payment has which was settled, or of which the answer is still awaited."""
    alive: set[str] = set()
    for at in range(0, len(keys), 500):
        found = select(Payment.key).where(Payment.key.in_(keys[at : at + 500]), Payment.status.in_(("claimed", "settled")))
        alive.update(db.session.scalars(found))
    return alive


def _by_file(rows: Iterable[Row[Any]]) -> Mapping[tuple[int, str], list[Row[Any]]]:
    files: dict[tuple[int, str], list[Row[Any]]] = {}
    for row in rows:
        files.setdefault((row.Biller.id, row.Payment.currency), []).append(row)
    return files


def _write(biller_id: int, currency: str, day: dt.date, rows: list[Row[Any]], zone: ZoneInfo, now: dt.datetime) -> None:
    """One remittance with its lines. What another export has told of meanwhile breaks it: a payment on its key, and a
    refund, which has none here, on the count of rows that were still to be told of."""
    biller: Biller = rows[0].Biller
    same = (Remittance.biller_id == biller_id, Remittance.day == day, Remittance.currency == currency)
    number = (db.session.scalar(select(func.max(Remittance.number)).where(*same)) or 0) + 1
    total = sum((_amount(row) for row in rows), Decimal(0))
    told, back = [[row.Payment.id for row in rows if bool(row.back) == given] for given in (False, True)]
    remittance = Remittance(
        biller_id=biller_id,
        day=day,
        currency=currency,
        number=number,
        payments=len(told),
        refunds=len(back),
        total=total,
        file=f"{day}-biller-{biller_id}{_slug(biller.name)}-{currency}-{number}.csv",
        content=_content(biller, day, currency, total, rows, zone),
        made_at=now,
    )
    db.session.add(remittance)
    db.session.flush()
    db.session.add_all(RemittanceLine(payment_id=payment_id, remittance_id=remittance.id) for payment_id in told)
    refunds = update(Refund).where(Refund.payment_id.in_(back), Refund.remittance_id.is_(None))
    if changed_rows(refunds.values(remittance_id=remittance.id)) != len(back):
        raise ToldMeanwhile(remittance.file)
    db.session.flush()
    holds: dict[str, Any] = {"day": day.isoformat(), "payments": len(told), "refunds": len(back)}
    audit.write(ACTOR, "remittance_made", f"remittance:{remittance.id}", now, total=_money(total, currency), **holds)
    events.record("remittance_made", f"biller:{biller_id}", now, total=_money(total, currency), **holds)


def _amount(row: Row[Any]) -> Decimal:
    """Less than nothing where it was given back."""
    amount: Decimal = row.Payment.amount
    return -amount if row.back else amount


def _content(biller: Biller, day: dt.date, currency: str, total: Decimal, rows: list[Row[Any]], zone: ZoneInfo) -> str:
    """A line for each payment and each refund, and the total in the last one."""
    out = io.StringIO(newline="")
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(COLUMNS)
    whose = (_harmless(biller.name), day.isoformat())
    for row in rows:
        bill = map(_harmless, (row.receipt, row.BillAccount.reference, row.Bill.reference, row.Bill.period))
        paid_at = row.Payment.ended_at.astimezone(zone).isoformat(timespec="seconds")
        table.writerow(("refund" if row.back else "payment", *whose, *bill, f"{_amount(row):.2f}", currency, paid_at))
    table.writerow(("total", *whose, f"{len(rows)} lines", "", "", "", f"{total:.2f}", currency, ""))
    return out.getvalue()


def _harmless(field: str) -> str:
    """A field that no spreadsheet carries out."""
    return f"'{field}" if field.startswith(FORMULA) else field


def _slug(name: str) -> str:
    plain = "-".join(re.findall("[a-z0-9]+", name.lower()))
    return f"-{plain}" if plain else ""


def _money(amount: Decimal, currency: str) -> str:
    return f"{currency} {amount:.2f}"


def _made(day: dt.date) -> list[Remittance]:
    made = [*db.session.scalars(select(Remittance).where(Remittance.day == day).order_by(Remittance.id))]
    for remittance in made:
        db.session.refresh(remittance)
        db.session.expunge(remittance)  # they go on saying what was told, after the commit
    return made
