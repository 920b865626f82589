"""The invented people whom staff ring as: a small town of its own, whose bills, clinic and numbers are nobody's.

Their telephone numbers are of the range that the United Kingdom keeps free for plays and films.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from helpline.db import db
from helpline.identity.pins import hash_pin
from helpline.models import Caller, ServiceRequest
from helpline.services.appointments.models import CalendarSlot, Clinic
from helpline.services.bills.models import Bill, BillAccount, Biller, Payment
from helpline.services.protection import PaymentGuard
from helpline.services.requests import new_reference
from helpline.settings import Settings

PIN = "246813"  # of all of them; it opens nothing
UNKNOWN = "+442079460199"  # of somebody whom the helpline does not know
DOROTHY, STONES = "+442079460101", "+442079460102"
AREA = "Practice Green"
CLINIC = "Practice Green Surgery"
BILLERS = {"electricity": "Practice Electric", "water": "Practice Water", "phone": "Practice Telephone"}
EARLIER = ("39.80", "41.10", "44.20")  # what was paid in the last months, the oldest first
TIMES = (dt.time(9, 20), dt.time(11, 0), dt.time(14, 40))
DAYS_AHEAD = 21
PRACTITIONERS = {"doctor": ("Doctor Example", "Doctor Sample"), "nurse": ("Nurse Trial",)}


def callers() -> list[Caller]:
    """Whom one may ring as, in the order in which they were made; nobody before `start_afresh`."""
    there = select(Caller).where(Caller.training, Caller.phone != "").order_by(Caller.id)
    return [*db.session.scalars(there)]


def start_afresh(settings: Settings, now: dt.datetime) -> None:
    """New people with unpaid bills and free times. Those of before keep what was done, and have no telephone any more.

    Dorothy owes her electricity and may pay it. Harold and Nora share a number; Harold is protected, so that his water bill
    is held, and Nora's telephone bill would be the first that she pays here, so that a person is asked. Does not commit.
    """
    db.session.execute(update(Caller).where(Caller.training).values(phone=""))
    pin_hash = hash_pin(PIN, settings.pin_pepper)  # one for all: it is slow to make, and guards nothing
    dorothy = _caller("Dorothy", "Dorothy Field", DOROTHY, "1 Practice Lane", pin_hash, settings, now)
    harold = _caller("Harold", "Harold Stone", STONES, "2 Practice Lane", pin_hash, settings, now)
    nora = _caller("Nora", "Nora Stone", STONES, "2 Practice Lane", pin_hash, settings, now)
    db.session.add_all((dorothy, harold, nora))
    db.session.flush()
    for caller, kind, amount in ((dorothy, "electricity", "42.50"), (harold, "water", "27.80")):
        _bill(_used_account(caller, kind, settings, now), amount, settings, now)
    db.session.add(PaymentGuard(caller_id=harold.id, protected_at=now))
    _bill(_account(nora, "phone"), "19.40", settings, now)
    add_free_times(settings, now)


def add_free_times(settings: Settings, now: dt.datetime) -> None:
    """Working days of the next weeks in the practice clinic's calendar, as far as they are not there yet. Does not commit."""
    clinic = db.session.scalar(select(Clinic).where(Clinic.name == CLINIC))
    if clinic is None:
        clinic = Clinic(name=CLINIC, area=AREA, time_zone=settings.time_zone, training=True)
        db.session.add(clinic)
        db.session.flush()
    zone = ZoneInfo(clinic.time_zone)
    known = set(db.session.scalars(select(CalendarSlot.starts_at).where(CalendarSlot.clinic_id == clinic.id)))
    days = [now.astimezone(zone).date() + dt.timedelta(days=number) for number in range(1, DAYS_AHEAD)]
    starts = [dt.datetime.combine(day, time, zone) for day in days if day.weekday() < 5 for time in TIMES]
    db.session.add_all(
        CalendarSlot(clinic_id=clinic.id, department=department, practitioner=name, starts_at=at)
        for at in starts
        if at not in known
        for department, names in PRACTITIONERS.items()
        for name in names
    )


def _caller(name: str, full_name: str, phone: str, address: str, pin_hash: str, settings: Settings, now: dt.datetime) -> Caller:
    return Caller(
        name=name, full_name=full_name, phone=phone, address=address, area=AREA, time_zone=settings.time_zone,
        language=settings.language, pin_hash=pin_hash, training=True, created_at=now,
    )  # fmt: skip


def _account(caller: Caller, kind: str) -> BillAccount:
    biller = db.session.scalar(select(Biller).where(Biller.name == BILLERS[kind]))
    if biller is None:
        biller = Biller(name=BILLERS[kind], kind=kind, allowed=True)
        db.session.add(biller)
        db.session.flush()
    account = BillAccount(caller_id=caller.id, biller_id=biller.id, reference=f"practice-{caller.id}")
    db.session.add(account)
    db.session.flush()
    return account


def _used_account(caller: Caller, kind: str, settings: Settings, now: dt.datetime) -> BillAccount:
    """An account with bills that were paid with us: the next one is one of its kind."""
    account = _account(caller, kind)
    for months, amount in zip((3, 2, 1), EARLIER, strict=True):
        then = now - dt.timedelta(days=30 * months)
        _paid(caller, _bill(account, amount, settings, then), then)
    return account


def _bill(account: BillAccount, amount: str, settings: Settings, now: dt.datetime) -> Bill:
    issued = now.date() - dt.timedelta(days=7)
    bill = Bill(
        account_id=account.id, amount=Decimal(amount), currency=settings.currency, issued_on=issued,
        due_on=issued + dt.timedelta(days=21),
    )  # fmt: skip
    db.session.add(bill)
    db.session.flush()
    return bill


def _paid(caller: Caller, bill: Bill, at: dt.datetime) -> None:
    bill.status, key = "paid", f"practice:{bill.id}"
    request = ServiceRequest(
        reference=new_reference(), dedupe_key=key, intent="pay_bill", caller_id=caller.id, training=True, status="done",
        created_at=at, closed_at=at,
    )  # fmt: skip
    db.session.add(request)
    db.session.flush()
    db.session.add(
        Payment(
            bill_id=bill.id, caller_id=caller.id, request_id=request.id, key=key, amount=bill.amount, currency=bill.currency,
            status="settled", claimed_at=at, ended_at=at,
        )
    )  # fmt: skip
