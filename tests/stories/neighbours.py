"""Who else lives in the town of the stories: a couple behind one telephone, and somebody who speaks Korean."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import select

from helpline.commands.demo_data import PIN, ZONE, add_bill, add_paid
from helpline.db import db
from helpline.identity.pins import hash_pin
from helpline.models import Caller, ServiceRequest
from helpline.services.appointments.models import CalendarSlot, Clinic
from helpline.services.bills.models import Biller
from helpline.services.contacts.keeping import Details, keep
from helpline.services.gateways.ledger import Ledger
from helpline.services.requests import new_reference
from helpline.settings import Settings
from volunteers import tasks
from volunteers.models import Volunteer

THE_COLES, SOON_JA = "+442071838753", "+442071838754"
JEAN = "+447700900210"  # whom Edith trusts


def move_in(settings: Settings, now: dt.datetime) -> None:
    """Edith Cole hears badly, has two bills to pay and trusts her daughter Jean; her husband Harold sees Doctor Evans on Thursday at twenty past ten,
    and Tom comes to do his garden on Friday morning. Park Soon-ja has one bill.

    Needs an app context over the demonstration's town; commits.
    """
    billers = {biller.kind: biller for biller in db.session.scalars(select(Biller))}
    edith = _neighbour("Edith", "Edith Cole", THE_COLES, settings, now, pace=0.8, gain=6.0)
    harold = _neighbour("Harold", "Harold Cole", THE_COLES, settings, now)
    soon_ja = _neighbour("박순자", "Park Soon-ja", SOON_JA, settings, now, language="ko")
    db.session.add_all([edith, harold, soon_ja])
    db.session.flush()
    for caller, kind, amount in ((edith, "gas", "38.15"), (edith, "water", "27.40"), (soon_ja, "electricity", "51.00")):
        add_paid(caller, billers[kind], now)
        add_bill(caller, billers[kind], Decimal(amount), now, due_in=7)
    trusted = Details("Jean Cole", JEAN, "daughter", consent=True)
    keep(edith.id, "first", trusted, "neighbours", now)
    _sees_the_doctor(harold, now)
    _expects_tom(harold, now)
    accounts = [f"caller:{caller.id}" for caller in (edith, harold, soon_ja)]
    db.session.commit()
    # The ledger writes in transactions of its own: none of ours may be open.
    for account in accounts:
        Ledger(lambda: now).deposit(f"neighbours:{account}", Decimal("250.00"), settings.currency, account)


def _neighbour(name: str, full_name: str, phone: str, settings: Settings, now: dt.datetime, **others: object) -> Caller:
    return Caller(
        name=name, full_name=full_name, phone=phone, area="Riverside", address="5 Mill Lane", time_zone=ZONE,
        pin_hash=hash_pin(PIN, settings.pin_pepper), created_at=now, **others,
    )  # fmt: skip


def _sees_the_doctor(caller: Caller, now: dt.datetime) -> None:
    at = dt.datetime.combine(now.date() + dt.timedelta(days=2), dt.time(10, 20), ZoneInfo(ZONE))
    where = select(Clinic.id).where(Clinic.area == caller.area).scalar_subquery()
    slot = db.session.scalars(
        select(CalendarSlot).filter_by(practitioner="Doctor Evans", starts_at=at).where(CalendarSlot.clinic_id == where)
    ).one()
    booking = _asked_for("book_appointment", caller, now, status="done", closed_at=now)
    db.session.flush()
    slot.request_id = booking.id


def _expects_tom(caller: Caller, now: dt.datetime) -> None:
    task = tasks.open_task(
        kind="garden", summary="the garden", area=caller.area, address=caller.address, door_notes="", caller_name=caller.full_name,
        language=caller.language, day=now.date() + dt.timedelta(days=3), part_of_day="morning", minutes=60, now=now,
    )  # fmt: skip
    tom = db.session.scalars(select(Volunteer.id).where(Volunteer.name == "Tom Ashworth")).one()
    tasks.offer(task, tom, now)
    tasks.accept(task.id, tom, now)
    _asked_for("ask_volunteer", caller, now, task_id=task.id)


def _asked_for(intent: str, caller: Caller, now: dt.datetime, **others: object) -> ServiceRequest:
    request = ServiceRequest(
        reference=new_reference(),
        dedupe_key=f"neighbours:{intent}",
        intent=intent,
        caller_id=caller.id,
        created_at=now,
        **others,
    )
    db.session.add(request)
    return request
