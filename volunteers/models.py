"""Volunteer, Task, Offer, SignInCode: columns and state words."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Index, Integer, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from helpline.db import Model, UtcDateTime


def _open_only(column: str) -> dict[str, Any]:
    return {"sqlite_where": text(column), "postgresql_where": text(column)}


class Volunteer(Model):
    """Somebody in a blue vest: what they help with, where, and in which languages."""

    __tablename__ = "volunteer"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    phone: Mapped[str] = mapped_column(String(20), unique=True)
    languages: Mapped[list[str]] = mapped_column(JSON)
    areas: Mapped[list[str]] = mapped_column(JSON)
    kinds: Mapped[list[str]] = mapped_column(JSON)
    on_duty: Mapped[bool] = mapped_column(Boolean, default=True)
    by_call: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())  # rung, not texted
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class Task(Model):
    """Work for a volunteer, with its own copy of what they need. Only volunteers/tasks.py writes its status.

    open -> offered -> accepted -> done; aside: escalated (a coordinator owns it), cancelled. `version` counts
    the changes of holder: news about an older version is old news.
    """

    __tablename__ = "task"
    __table_args__ = (Index("ix_task_status", "status"), Index("ix_task_volunteer", "volunteer_id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    summary: Mapped[str] = mapped_column(String(120))
    area: Mapped[str] = mapped_column(String(80))
    address: Mapped[str] = mapped_column(String(240))
    door_notes: Mapped[str] = mapped_column(String(240), default="")
    note: Mapped[str] = mapped_column(String(400), default="", server_default="")  # what the caller wants them to know
    caller_name: Mapped[str] = mapped_column(String(160))
    language: Mapped[str] = mapped_column(String(8))
    day: Mapped[dt.date] = mapped_column(Date)
    part_of_day: Mapped[str] = mapped_column(String(12))
    minutes: Mapped[int] = mapped_column(Integer)
    training: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())  # nobody is asked about it
    status: Mapped[str] = mapped_column(String(12), default="open")
    volunteer_id: Mapped[int | None] = mapped_column(ForeignKey("volunteer.id"))
    version: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    accepted_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class Offer(Model):
    """One volunteer being asked: open -> accepted, declined, expired, undelivered or withdrawn (filled or cancelled)."""

    __tablename__ = "offer"
    __table_args__ = (
        Index("uq_offer_accepted", "task_id", unique=True, **_open_only("status = 'accepted'")),
        Index("uq_offer_asked_once", "task_id", "volunteer_id", unique=True, **_open_only("status = 'open'")),
        Index("uq_offer_code", "volunteer_id", "code", unique=True, **_open_only("status = 'open'")),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"), index=True)
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteer.id"))
    code: Mapped[str] = mapped_column(String(2))
    status: Mapped[str] = mapped_column(String(12), default="open")
    answer_by: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class SignInCode(Model):
    """A six-digit code sent to a volunteer's telephone: hashed, short-lived, few tries, used once."""

    __tablename__ = "sign_in_code"
    id: Mapped[int] = mapped_column(primary_key=True)
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteer.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    used_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
