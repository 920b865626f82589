"""Demonstration data: a small town with callers, bills, a clinic and volunteers. Every name is invented."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import select

from helpline.db import db
from helpline.identity.pins import hash_pin
from helpline.models import Call, Caller, ServiceRequest
from helpline.services.appointments.models import CalendarSlot, Clinic
from helpline.services.bills.models import Bill, BillAccount, Biller, Payment
from helpline.services.gateways.ledger import Ledger
from helpline.services.requests import new_reference
from helpline.settings import Settings
from helpline.staff import duty
from helpline.staff.models import Staff
from helpline.staff.session import hash_password
from volunteers.models import Volunteer
from volunteers.web import sign_in_link

ZONE = "Europe/London"
PIN = "482719"
MARGARET, ARTHUR, JOAN, STRANGER = "+442071838750", "+442071838751", "+442071838752", "+442071838799"
RUTH = "+442071838701"  # where the coordinator takes calls
BILLERS = {"electricity": "City Electric", "gas": "Northern Gas", "water": "Clearwater", "phone": "Bluebell Telephone"}
DOCTORS = {"doctor": ("Doctor Patel", "Doctor Evans"), "nurse": ("Nurse Brown",), "feet": ("Mr Wood",)}
SLOT_TIMES = ((9, 0), (9, 40), (10, 20), (11, 30), (14, 0), (15, 10), (16, 20))
CALENDAR_DAYS = 21
VOLUNTEERS = (
    ("Wei Chen", "+447700900101", ["en", "ko"], ["Elm Park"], ["shopping", "company", "technology"]),
    ("Grace Okafor", "+447700900102", ["en"], ["Elm Park", "Riverside"], ["shopping", "garden", "transport"]),
    ("Tom Ashworth", "+447700900103", ["en"], ["Riverside"], ["company", "garden"]),
    ("Kim Ji-woo", "+447700900104", ["ko", "en"], ["Old Town"], ["shopping", "technology"]),
)
STAFF = (
    ("Ruth Marsh", "ruth", "coordinator"),
    ("Samuel Lowe", "samuel", "supervisor"),
    ("Ada Brook", "ada", "auditor"),
)


@dataclass(frozen=True)
class Demonstration:
    """What somebody needs to look around: sign-ins, numbers to ring from, and the PIN."""

    coordinator: str
    password: str  # of everybody in the office
    colleagues: dict[str, str]  # role -> sign-in: whoever else a decision about a held payment takes
    volunteers: dict[int, tuple[str, str]]  # id -> name, path of the sign-in link
    numbers: dict[str, str]
    pin: str


def seed(settings: Settings, now: dt.datetime) -> Demonstration:
    """Fill an empty database, in one transaction but for the ledger's deposits. Needs an app context."""
    callers = _callers(settings, now)
    billers = _billers()
    db.session.flush()
    add_paid(callers["Margaret"], billers["electricity"], now)
    add_bill(callers["Margaret"], billers["electricity"], Decimal("42.50"), now, due_in=6)
    add_bill(callers["Arthur"], billers["water"], Decimal("31.20"), now, due_in=9)
    _calendar(now)
    volunteers = _volunteers(now)
    password = secrets.token_urlsafe(9)
    for name, login, role in STAFF:
        db.session.add(Staff(name=name, login=login, password_hash=hash_password(password), role=role))
    people = [caller.id for caller in callers.values()]
    links = {volunteer.id: (volunteer.name, sign_in_link(volunteer)) for volunteer in volunteers}
    db.session.commit()
    # The ledger writes in transactions of its own: none of ours may be open.
    ledger = Ledger(lambda: now)
    for caller_id in people:
        ledger.deposit(f"demonstration:{caller_id}", Decimal("250.00"), settings.currency, f"caller:{caller_id}")
    _book_paid()
    return Demonstration(
        coordinator="ruth",
        password=password,
        colleagues={role: login for _, login, role in STAFF[1:]},
        volunteers=links,
        numbers={"Margaret": MARGARET, "Arthur": ARTHUR, "Joan": JOAN, "somebody unknown": STRANGER},
        pin=PIN,
    )


def put_on_duty(now: dt.datetime) -> None:
    """Ruth takes the calls of whoever wants a person. Commits."""
    duty.begin(db.session.query(Staff.id).filter_by(login="ruth").scalar(), RUTH, now)
    db.session.commit()


def _callers(settings: Settings, now: dt.datetime) -> dict[str, Caller]:
    people = (
        ("Margaret", "Margaret Hill", MARGARET, "Elm Park", "12 Elm Park Road", "Ring twice, she walks slowly", 0.95),
        ("Arthur", "Arthur Bell", ARTHUR, "Riverside", "3 Mill Lane", "Third floor, there is a lift", 0.9),
        ("Joan", "Joan Fisher", JOAN, "Elm Park", "27 Station Street", "", 1.0),
    )
    callers = {
        name: Caller(
            name=name, full_name=full, phone=phone, area=area, address=address, door_notes=notes, pace=pace,
            time_zone=ZONE, pin_hash=hash_pin(PIN, settings.pin_pepper), created_at=now,
        )
        for name, full, phone, area, address, notes, pace in people
    }  # fmt: skip
    db.session.add_all(callers.values())
    return callers


def _billers() -> dict[str, Biller]:
    billers = {kind: Biller(name=name, kind=kind, allowed=True) for kind, name in BILLERS.items()}
    db.session.add_all(billers.values())
    return billers


def _account(caller: Caller, biller: Biller) -> BillAccount:
    reference = f"{caller.id:04d}-{biller.id:04d}"
    account = BillAccount(caller_id=caller.id, biller_id=biller.id, reference=reference)
    known = db.session.query(BillAccount).filter_by(biller_id=biller.id, reference=reference).first()
    if known is None:
        db.session.add(account)
        db.session.flush()
    return known or account


def add_bill(caller: Caller, biller: Biller, amount: Decimal, now: dt.datetime, due_in: int, currency: str = "GBP") -> Bill:
    """A bill of this caller, due in so many days. Both must have their ids."""
    due = now.date() + dt.timedelta(days=due_in)
    bill = Bill(
        account_id=_account(caller, biller).id, amount=amount, currency=currency,
        issued_on=due - dt.timedelta(days=21), due_on=due,
    )  # fmt: skip
    db.session.add(bill)
    db.session.flush()
    return bill


def add_paid(caller: Caller, biller: Biller, now: dt.datetime, currency: str = "GBP") -> None:
    """Three earlier payments, so that a bill of this biller is one of a kind that this caller pays."""
    account = _account(caller, biller).reference
    for months, amount in ((3, "39.80"), (2, "41.10"), (1, "44.20")):
        then = now - dt.timedelta(days=30 * months)
        bill = add_bill(caller, biller, Decimal(amount), then, due_in=5, currency=currency)
        bill.status = "paid"
        call = Call(
            sid=f"demonstration-{account}-{months}", number=caller.phone, caller_id=caller.id, status="ended", started_at=then
        )
        db.session.add(call)
        db.session.flush()
        request = ServiceRequest(
            reference=new_reference(), dedupe_key=f"demonstration:{account}:{months}", intent="pay_bill", caller_id=caller.id,
            call_id=call.id, status="done", created_at=then, closed_at=then,
        )  # fmt: skip
        db.session.add(request)
        db.session.flush()
        db.session.add(
            Payment(
                bill_id=bill.id,
                caller_id=caller.id,
                request_id=request.id,
                key=f"demonstration:{account}:{months}",
                amount=bill.amount,
                currency=bill.currency,
                status="settled",
                claimed_at=then,
                ended_at=then,
            )
        )


def _book_paid() -> None:
    """The earlier payments in the ledger's books too, at their time and with money of their own: an export of those days
    compares the two."""
    rows = db.session.execute(
        select(Payment, BillAccount).join(Bill, Payment.bill_id == Bill.id).join(BillAccount, Bill.account_id == BillAccount.id)
    ).all()
    db.session.expunge_all()
    db.session.rollback()  # the ledger writes in transactions of its own, here too
    for payment, account in rows:
        _book(payment, account)


def _book(payment: Payment, account: BillAccount) -> None:
    ledger, payer = Ledger(lambda: payment.claimed_at), f"caller:{payment.caller_id}"
    ledger.deposit(f"{payment.key}:money", payment.amount, payment.currency, payer)
    ledger.charge(payment.key, payment.amount, payment.currency, payer, f"biller:{account.biller_id}", account.reference)


def _calendar(now: dt.datetime) -> None:
    """Three weeks of free times on working days."""
    zone = ZoneInfo(ZONE)
    for name, area in (("Elm Park Surgery", "Elm Park"), ("Riverside Health Centre", "Riverside")):
        clinic = Clinic(name=name, area=area, time_zone=ZONE)
        db.session.add(clinic)
        db.session.flush()
        days = (now.astimezone(zone).date() + dt.timedelta(days=n) for n in range(CALENDAR_DAYS))
        db.session.add_all(
            CalendarSlot(
                clinic_id=clinic.id, department=department, practitioner=practitioner,
                starts_at=dt.datetime.combine(day, dt.time(hour, minute), zone),
            )
            for day in days if day.weekday() < 5
            for department, practitioners in DOCTORS.items()
            for practitioner in practitioners
            for hour, minute in SLOT_TIMES
        )  # fmt: skip


def _volunteers(now: dt.datetime) -> list[Volunteer]:
    volunteers = [
        Volunteer(name=name, phone=phone, languages=languages, areas=areas, kinds=kinds, on_duty=True, created_at=now)
        for name, phone, languages, areas, kinds in VOLUNTEERS
    ]
    db.session.add_all(volunteers)
    db.session.flush()
    return volunteers
