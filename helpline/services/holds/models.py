"""Hold: columns, state words, and what no row may ever say."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Integer, Numeric, String, text
from sqlalchemy.orm import Mapped, mapped_column

from helpline.db import Model, UtcDateTime

ANOTHER_PERSON = "status <> 'released' OR decided_by <> {by}"


class Hold(Model):
    """A payment that waits. `ends_at` is its clock; when that has run out nothing is paid, people are told.

    `findings` are the rules that spoke, each with `id`, `reason` and `points` (below zero: it spoke for the payment); `reason` is what the caller heard. `call_back` is how
    our call after the clock went: not promised yet, promised, clear, or a new signal. The constraints are the four eyes:
    whoever set, extended or asked for it never releases it, and one person alone only after a clear call-back. A first
    payment to a biller is `confirmed` instead: by our call itself, where nothing else speaks against it.
    `verdict` is what people found out afterwards, so that the rules can be measured: it pays and stops nothing.
    Who said so is in the audit.
    """

    __tablename__ = "hold"
    __table_args__ = (
        Index(
            "uq_hold_waiting",
            "bill_id",
            unique=True,
            sqlite_where=text("status = 'waiting'"),
            postgresql_where=text("status = 'waiting'"),
        ),
        CheckConstraint("status <> 'released' OR decided_by IS NOT NULL", name="released_by_a_person"),
        CheckConstraint(ANOTHER_PERSON.format(by="set_by"), name="released_by_another_than_set_it"),
        CheckConstraint(ANOTHER_PERSON.format(by="extended_by"), name="released_by_another_than_extended_it"),
        CheckConstraint(ANOTHER_PERSON.format(by="asked_by"), name="released_by_another_than_asked"),
        CheckConstraint(
            "status <> 'released' OR asked_by IS NOT NULL"
            " OR (ended_at >= ends_at AND call_back = 'clear' AND outcome <> 'refuse')",
            name="released_by_two_or_after_the_clock",
        ),
        CheckConstraint(
            "status <> 'confirmed' OR (ended_at >= ends_at AND call_back = 'clear' AND outcome = 'confirm')",
            name="confirmed_by_our_call",
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("service_request.id"), unique=True)
    bill_id: Mapped[int] = mapped_column(ForeignKey("bill.id"))
    caller_id: Mapped[int] = mapped_column(ForeignKey("caller.id"), index=True)
    amount: Mapped[Decimal] = mapped_column(Numeric(12, 2))  # as it was asked for
    currency: Mapped[str] = mapped_column(String(3))
    bill_left: Mapped[Decimal] = mapped_column(Numeric(12, 2))  # of the bill, this payment's amount included
    outcome: Mapped[str] = mapped_column(String(10))  # confirm, hold, refuse
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(String(240))
    status: Mapped[str] = mapped_column(
        String(10), default="waiting"
    )  # waiting, released, confirmed, refused, stopped (by the caller)
    set_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  # None: the rules
    set_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    safe_until: Mapped[dt.datetime] = mapped_column(UtcDateTime)  # a payment after this may come too late for the bill
    extended_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  # wants it released before the clock
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    call_back: Mapped[str] = mapped_column(String(10), default="")  # "", promised, clear, signal
    verdict: Mapped[str] = mapped_column(String(12), default="", server_default="")  # "", false_alarm, scam
    version: Mapped[int] = mapped_column(Integer, default=0)  # raised by every change: nobody decides on an old page
