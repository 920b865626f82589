"""Who of the office takes calls for a person now, and at which telephone."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from helpline import audit
from helpline.db import changed, db
from helpline.models import A_PHONE
from helpline.staff.models import Duty, Staff

LONGEST_DUTY = dt.timedelta(hours=12)  # who has forgotten to go off duty is not rung the next morning
PAGE_OPEN = dt.timedelta(seconds=15)  # since a desk last asked: it asks every two seconds, and a busy browser is late
ROLES_ON_DUTY = ("coordinator", "supervisor")
WRITTEN_AROUND = str.maketrans("", "", " \t-./()")  # what people write between the digits


@dataclass(frozen=True)
class OnDuty:
    """Somebody on duty, as others see it. `at_desk`: calls come to a page that they have open. `until`: when it ends by
    itself."""

    id: int
    staff_id: int
    name: str
    number: str
    since: dt.datetime
    at_desk: bool = False

    @property
    def until(self) -> dt.datetime:
        return self.since + LONGEST_DUTY


def phone_number(written: str) -> str:
    """The number as the telephone company wants it: +442071838700. Raises ValueError where the country is missing."""
    digits = written.strip().translate(WRITTEN_AROUND)
    number = f"+{digits[2:]}" if digits.startswith("00") else digits
    if not A_PHONE.fullmatch(number):
        raise ValueError("not a telephone number with its country code")
    return number


def begin(staff_id: int, number: str, now: dt.datetime) -> bool:
    """Take calls at `number` (E.164) from now on. False when they are on duty already. Does not commit."""
    _end_forgotten(now)
    try:
        with db.session.begin_nested():
            db.session.add(Duty(staff_id=staff_id, number=number, began_at=now))
    except IntegrityError:  # the button was pressed twice
        return False
    audit.write(f"staff:{staff_id}", "duty_began", f"staff:{staff_id}", now, number=number)
    return True


def end(staff_id: int, now: dt.datetime) -> bool:
    """Take no more calls. False when they were not on duty. Does not commit."""
    if not changed(update(Duty).where(Duty.staff_id == staff_id, Duty.ended_at.is_(None)).values(ended_at=now)):
        return False
    audit.write(f"staff:{staff_id}", "duty_ended", f"staff:{staff_id}", now)
    return True


def on_duty(now: dt.datetime) -> tuple[OnDuty, ...]:
    """Everybody who takes calls now, longest on duty first. Who has left the office takes none."""
    rows = db.session.execute(
        select(Duty, Staff.name)
        .join(Staff, Staff.id == Duty.staff_id)
        .where(Duty.ended_at.is_(None), Duty.began_at > now - LONGEST_DUTY)
        .where(Staff.active, Staff.role.in_(ROLES_ON_DUTY))
        .order_by(Duty.began_at, Duty.id)
    )
    return tuple(OnDuty(duty.id, duty.staff_id, name, duty.number, duty.began_at, _page_open(duty, now)) for duty, name in rows)


def seen(staff_id: int, now: dt.datetime) -> OnDuty | None:
    """Their desk is open and asks for callers. None when they are not on duty. Does not commit."""
    mine = next((one for one in on_duty(now) if one.staff_id == staff_id), None)
    if mine is not None:
        db.session.execute(update(Duty).where(Duty.id == mine.id).values(seen_at=now))
    return mine


def left_desk(staff_id: int) -> None:
    """Their desk is closed: calls come to their telephone again, at once. Does not commit."""
    db.session.execute(update(Duty).where(Duty.staff_id == staff_id, Duty.ended_at.is_(None)).values(seen_at=None))


def last_number(staff_id: int) -> str:
    """The telephone of their last duty; "" before the first."""
    latest = select(Duty.number).where(Duty.staff_id == staff_id).order_by(Duty.id.desc()).limit(1)
    return db.session.scalar(latest) or ""


def _page_open(duty: Duty, now: dt.datetime) -> bool:
    return duty.seen_at is not None and now - duty.seen_at < PAGE_OPEN


def _end_forgotten(now: dt.datetime) -> None:
    """A duty that nobody ended ended when its time was over."""
    forgotten = select(Duty).where(Duty.ended_at.is_(None), Duty.began_at <= now - LONGEST_DUTY)
    for duty in db.session.scalars(forgotten):
        duty.ended_at = duty.began_at + LONGEST_DUTY
