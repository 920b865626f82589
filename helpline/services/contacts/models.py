"""TrustedContact: columns."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Boolean, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpline.db import Model, UtcDateTime


class TrustedContact(Model):
    """Somebody whom a caller trusts, in the `first` or the `second` place: the second one is of another household.

    `consent`: the contact has agreed to be told. `suspected`: somebody of the office has a reason to tell them nothing.
    `changed_at` is when another person or number took this place; None while it is as it was first written down.
    """

    __tablename__ = "trusted_contact"
    __table_args__ = (UniqueConstraint("caller_id", "place"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    caller_id: Mapped[int] = mapped_column(ForeignKey("caller.id"))
    place: Mapped[str] = mapped_column(String(8))  # first, second
    name: Mapped[str] = mapped_column(String(160))
    phone: Mapped[str] = mapped_column(String(20))  # E.164
    relation: Mapped[str] = mapped_column(String(40))  # in the caller's words: daughter, neighbour
    consent: Mapped[bool] = mapped_column(Boolean)
    suspected: Mapped[bool] = mapped_column(Boolean, default=False)
    added_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
