"""Clinic and CalendarSlot: the embedded appointment calendar, and what a caller hears of a slot."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Boolean, ForeignKey, Index, Row, String, UniqueConstraint, false, select
from sqlalchemy.orm import Mapped, mapped_column

from helpline.db import Model, UtcDateTime
from helpline.models import ServiceRequest
from voice.languages import Language
from voice.spoken import renderer


class Clinic(Model):
    """A place with a calendar. `area` is the district that it serves."""

    __tablename__ = "clinic"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    area: Mapped[str] = mapped_column(String(80), default="")
    time_zone: Mapped[str] = mapped_column(String(40))
    training: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())  # for training calls only


class CalendarSlot(Model):
    """One time with one person; booked when it has a request."""

    __tablename__ = "calendar_slot"
    __table_args__ = (
        UniqueConstraint("clinic_id", "practitioner", "starts_at"),
        Index("ix_calendar_slot_free", "department", "starts_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    department: Mapped[str] = mapped_column(String(40))
    practitioner: Mapped[str] = mapped_column(String(80))  # as spoken: "Doctor Patel"
    starts_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    request_id: Mapped[int | None] = mapped_column(ForeignKey("service_request.id"))


def slot_data(slot: CalendarSlot, clinic: Clinic, language: Language) -> dict[str, Any]:
    """What a caller hears of a slot, in the clinic's own time."""
    local = slot.starts_at.astimezone(ZoneInfo(clinic.time_zone))
    return {
        "id": slot.id,
        "clinic": clinic.name,
        "with": slot.practitioner,
        "date": local.date().isoformat(),
        "time": local.time().isoformat("minutes"),
        "time_words": renderer(language.code).time(local.time()),
    }


def booked_to_come(now: dt.datetime) -> Any:
    """The times that are booked and still to come, each with its clinic and the request that holds it."""
    return (
        select(CalendarSlot, Clinic, ServiceRequest)
        .join(Clinic, CalendarSlot.clinic_id == Clinic.id)
        .join(ServiceRequest, CalendarSlot.request_id == ServiceRequest.id)
        .where(CalendarSlot.starts_at > now)
    )


def named(row: Row[Any], language: Language, today: dt.date) -> dict[str, Any]:
    """What a caller hears of what is booked, which booking holds it, and what it is called among others."""
    data = slot_data(row.CalendarSlot, row.Clinic, language)
    name = language.prompt("appointment.named", data, today)
    return {**data, "department": row.CalendarSlot.department, "booking": row.ServiceRequest.id, "name": name}
