"""Biller, BillAccount, Bill, Payment, Assessment: columns and state words."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from helpline.db import Model, UtcDateTime


def _once_per_account(column: str) -> Index:
    given = text(f"{column} <> ''")
    return Index(f"uq_bill_{column}", "account_id", column, unique=True, sqlite_where=given, postgresql_where=given)


class Biller(Model):
    """A company that may be paid. `kind` is what callers call it: electricity, gas, water.

    `account_mask` and `account_check` say how its account numbers are written (numbers.py); "" is anyhow.
    """

    __tablename__ = "biller"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    allowed: Mapped[bool] = mapped_column(Boolean, default=False)
    account_mask: Mapped[str] = mapped_column(String(40), default="", server_default="")
    account_check: Mapped[str] = mapped_column(String(10), default="", server_default="")


class BillAccount(Model):
    """A caller's account with a biller: the only reference that money ever goes to."""

    __tablename__ = "bill_account"
    __table_args__ = (UniqueConstraint("biller_id", "reference"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    caller_id: Mapped[int] = mapped_column(ForeignKey("caller.id"), index=True)
    biller_id: Mapped[int] = mapped_column(ForeignKey("biller.id"))
    reference: Mapped[str] = mapped_column(String(40))


class Bill(Model):
    """One bill as the biller issued it. `reference` is the biller's own number of it, `period` what it is for, `paid` the sum
    of what was settled of it: it stays due until that is all.

    Either is "" for a bill that no file brought. An account has a reference once, and a period once: the same month
    under another number is a question for a person, not a second bill.
    """

    __tablename__ = "bill"
    __table_args__ = (_once_per_account("reference"), _once_per_account("period"))
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("bill_account.id"), index=True)
    amount: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    currency: Mapped[str] = mapped_column(String(3))
    issued_on: Mapped[dt.date] = mapped_column(Date)
    due_on: Mapped[dt.date] = mapped_column(Date)
    reference: Mapped[str] = mapped_column(String(40), default="", server_default="")
    period: Mapped[str] = mapped_column(String(24), default="", server_default="")
    paid: Mapped[Decimal] = mapped_column(Numeric(12, 2), default=Decimal(0), server_default="0")
    status: Mapped[str] = mapped_column(String(10), default="due")  # due, paid


class Payment(Model):
    """One payment of one bill: claimed (promised to the caller), then settled or failed.

    `part` is how manieth payment of the bill it is, from 1. Never two alive for a part: whoever claims a bill that is being
    paid claims the same part, and the next part begins when this one is settled.
    """

    __tablename__ = "payment"
    __table_args__ = (
        Index(
            "uq_payment_alive",
            "bill_id",
            "part",
            unique=True,
            sqlite_where=text("status IN ('claimed', 'settled')"),
            postgresql_where=text("status IN ('claimed', 'settled')"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    bill_id: Mapped[int] = mapped_column(ForeignKey("bill.id"))
    caller_id: Mapped[int] = mapped_column(ForeignKey("caller.id"), index=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("service_request.id"))
    part: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    key: Mapped[str] = mapped_column(String(80), unique=True)  # the gateway's idempotency key
    amount: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    currency: Mapped[str] = mapped_column(String(3))
    status: Mapped[str] = mapped_column(String(10), default="claimed")
    reason: Mapped[str] = mapped_column(String(40), default="")
    claimed_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class PlannedPayment(Model):
    """A payment that a caller wants made on a later day: waiting, then done (claimed), held, over (not made), or stopped by
    the caller. One waits for a bill.

    `bill_left` is what was left of the bill when it was promised; `reason` why it was not made, in the caller's words.
    """

    __tablename__ = "planned_payment"
    __table_args__ = (
        Index(
            "uq_planned_payment_waiting",
            "bill_id",
            unique=True,
            sqlite_where=text("status = 'waiting'"),
            postgresql_where=text("status = 'waiting'"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    bill_id: Mapped[int] = mapped_column(ForeignKey("bill.id"))
    caller_id: Mapped[int] = mapped_column(ForeignKey("caller.id"), index=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"))  # in which it was promised
    request_id: Mapped[int] = mapped_column(ForeignKey("service_request.id"), unique=True)
    amount: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    currency: Mapped[str] = mapped_column(String(3))
    bill_left: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    pay_on: Mapped[dt.date] = mapped_column(Date)
    status: Mapped[str] = mapped_column(String(10), default="waiting")
    reason: Mapped[str] = mapped_column(String(240), default="")
    promised_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class Remittance(Model):
    """What one biller is told was collected for it on one day (the office's), in one currency.

    `content` is the file as it was first made, so that a repeat gives the same bytes whatever was renamed since.
    `number` is above 1 where a payment of that day was written down after the first export.
    """

    __tablename__ = "remittance"
    __table_args__ = (UniqueConstraint("biller_id", "day", "currency", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    biller_id: Mapped[int] = mapped_column(ForeignKey("biller.id"))
    day: Mapped[dt.date] = mapped_column(Date)
    currency: Mapped[str] = mapped_column(String(3))
    number: Mapped[int] = mapped_column(Integer)
    payments: Mapped[int] = mapped_column(Integer)
    refunds: Mapped[int] = mapped_column(Integer)
    total: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    file: Mapped[str] = mapped_column(String(120))
    content: Mapped[str] = mapped_column(Text)
    made_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class RemittanceLine(Model):
    """One payment in the one remittance that tells of it: a payment is told once, ever."""

    __tablename__ = "remittance_line"
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), primary_key=True)
    remittance_id: Mapped[int] = mapped_column(ForeignKey("remittance.id"), index=True)


class Refund(Model):
    """One payment given back whole: claimed by somebody of the office, then settled or failed. Once a payment, ever.

    The bill stays paid: whether it is to be paid again is for the biller and the caller to settle, not for the machine.
    """

    __tablename__ = "refund"
    id: Mapped[int] = mapped_column(primary_key=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), unique=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)  # the gateway's idempotency key
    status: Mapped[str] = mapped_column(String(10), default="claimed")
    reason: Mapped[str] = mapped_column(String(40), default="")
    remittance_id: Mapped[int | None] = mapped_column(ForeignKey("remittance.id"))  # that told the biller of it
    claimed_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class GatewayNotice(Model):
    """A notice of the gateway that has been taken in, by the gateway's own id of it: a repeat changes nothing."""

    __tablename__ = "gateway_notice"
    id: Mapped[str] = mapped_column(String(120), primary_key=True)
    key: Mapped[str] = mapped_column(String(120))
    status: Mapped[str] = mapped_column(String(10))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class Assessment(Model):
    """What the fraud rules said of one money request, with every finding, and what they knew when they said it.

    `facts` is a line for `helpline assess`, None in rows from before it was kept; `shadow` are the findings of rules on
    trial, which changed nothing; `version` is the ruleset's.
    """

    __tablename__ = "assessment"
    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"))
    bill_id: Mapped[int] = mapped_column(ForeignKey("bill.id"))
    outcome: Mapped[str] = mapped_column(String(10))
    score: Mapped[float] = mapped_column(Float)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    shadow: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, server_default="[]")
    facts: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    version: Mapped[str] = mapped_column(String(20), default="", server_default="")
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
