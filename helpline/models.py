"""Caller, Call, Turn, ServiceRequest, Recording: columns and state words, no behaviour."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from sqlalchemy import JSON, Boolean, Float, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from helpline.db import Model, UtcDateTime

A_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")  # E.164: what a `phone` or a `number` of somebody is, in every table


class Caller(Model):
    """A person enrolled with the helpline. A phone number may have several callers behind it."""

    __tablename__ = "caller"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))  # as they like to be called: "Margaret"
    full_name: Mapped[str] = mapped_column(String(160))
    phone: Mapped[str] = mapped_column(String(20), index=True)  # E.164
    landline: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())  # takes no texts
    language: Mapped[str] = mapped_column(String(8), default="en")
    time_zone: Mapped[str] = mapped_column(String(40), default="Europe/London")
    area: Mapped[str] = mapped_column(String(80), default="")
    address: Mapped[str] = mapped_column(String(240), default="")
    door_notes: Mapped[str] = mapped_column(String(240), default="")
    pin_hash: Mapped[str | None] = mapped_column(String(240))
    birth_year: Mapped[int | None] = mapped_column(Integer)  # only to count holds by age: it decides nothing
    visit_word: Mapped[str] = mapped_column(String(40), default="")
    pace: Mapped[float] = mapped_column(Float, default=1.0)
    gain: Mapped[float] = mapped_column(Float, default=0.0)
    pause: Mapped[float] = mapped_column(Float, default=0.0)  # seconds within a sentence, as learned in their calls
    training: Mapped[bool] = mapped_column(Boolean, default=False)  # invented, for practice: met in training calls only
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class Call(Model):
    """One telephone call. `state` is the dialogue's whole memory of it, written after each turn."""

    __tablename__ = "call"
    id: Mapped[int] = mapped_column(primary_key=True)
    sid: Mapped[str] = mapped_column(String(64), unique=True)  # the provider's id of the call
    direction: Mapped[str] = mapped_column(String(8), default="inbound")  # inbound, outbound
    number: Mapped[str] = mapped_column(String(40), default="", index=True)  # the other side, "" when withheld
    caller_id: Mapped[int | None] = mapped_column(ForeignKey("caller.id"))
    training: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())  # by the browser phone
    purpose: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # why we ring, or who practises
    token_hash: Mapped[str | None] = mapped_column(String(64))  # of the one-time stream token, None once used
    sockets: Mapped[int] = mapped_column(Integer, default=0)  # how many have carried it
    state: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    status: Mapped[str] = mapped_column(String(12), default="ringing")  # ringing, live, dropped, returned, ended
    outcome: Mapped[str] = mapped_column(String(40), default="")
    turns: Mapped[int] = mapped_column(Integer, default=0)  # how many are stored: the next turn's number
    started_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    last_turn_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class Turn(Model):
    """One exchange: what we heard, understood, did and said. Stored exactly once (unique call and number)."""

    __tablename__ = "turn"
    __table_args__ = (UniqueConstraint("call_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"))
    number: Mapped[int] = mapped_column(Integer)
    heard: Mapped[dict[str, Any]] = mapped_column(JSON)
    meaning: Mapped[dict[str, Any]] = mapped_column(JSON)
    orders: Mapped[list[dict[str, Any]]] = mapped_column(JSON)  # each with its result
    reply: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class ServiceRequest(Model):
    """What a caller asked to be done, with its state and its reference number."""

    __tablename__ = "service_request"
    __table_args__ = (
        Index("ix_service_request_open", "intent", "status"),
        Index("ix_service_request_caller", "caller_id", "created_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    dedupe_key: Mapped[str] = mapped_column(String(80), unique=True)  # the same wish in the same call is one request
    intent: Mapped[str] = mapped_column(String(40))
    caller_id: Mapped[int | None] = mapped_column(ForeignKey("caller.id"))
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"))
    training: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())  # counts nowhere
    status: Mapped[str] = mapped_column(String(12), default="open")  # open, done, held, failed, cancelled
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class Recording(Model):
    """The audio of a message that a caller left for a person: 8 kHz mu-law bytes."""

    __tablename__ = "recording"
    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("service_request.id"))
    audio: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
