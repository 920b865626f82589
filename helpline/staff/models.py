"""Staff, Duty, OfficeDay: columns and role words."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Time, text
from sqlalchemy.orm import Mapped, mapped_column

from helpline.db import Model, UtcDateTime

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ROLES = ("coordinator", "supervisor", "auditor", "administrator")


class Staff(Model):
    """Somebody of the office. Who has left is no longer `active`, and never deleted: the audit names them.

    coordinator: watches the line; supervisor: the second pair of eyes; auditor: reads all, changes nothing;
    administrator: looks after people and settings.
    """

    __tablename__ = "staff"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    login: Mapped[str] = mapped_column(String(60), unique=True)  # in small letters
    password_hash: Mapped[str] = mapped_column(String(240))
    role: Mapped[str] = mapped_column(String(16))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    session_number: Mapped[int] = mapped_column(Integer, default=0)  # raised by signing out: older cookies are void


class Duty(Model):
    """Somebody of the office takes calls for a person, at this telephone, from `began_at` until `ended_at`."""

    __tablename__ = "duty"
    __table_args__ = (
        Index("uq_duty_on", "staff_id", unique=True, sqlite_where=text("ended_at IS NULL"),
              postgresql_where=text("ended_at IS NULL")),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    number: Mapped[str] = mapped_column(String(20))  # E.164
    began_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)  # when their desk, a page that takes calls, last asked
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class OfficeDay(Model):
    """The hours of a weekday ("monday"), or of one day ("2026-12-25"), which go before those of its weekday.

    From `opens` up to `closes`, in the office's time zone; without both it is closed.
    """

    __tablename__ = "office_day"
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    opens: Mapped[dt.time | None] = mapped_column(Time)
    closes: Mapped[dt.time | None] = mapped_column(Time)
