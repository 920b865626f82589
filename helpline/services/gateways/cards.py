"""Whose card is charged, by the card gateway's own ids. A card's number is never with us."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from helpline.db import Model, UtcDateTime, db


class Card(Model):
    """The card that a payer has left with the gateway: the customer there, and which of their means of payment. What it is
    called by (`visa`, its last four digits, `2028-05`) is "" of one that was brought in by file."""

    __tablename__ = "card"
    payer: Mapped[str] = mapped_column(String(60), primary_key=True)  # "caller:12"
    customer: Mapped[str] = mapped_column(String(80))
    payment_method: Mapped[str] = mapped_column(String(80))
    brand: Mapped[str] = mapped_column(String(20), default="", server_default="")
    last_four: Mapped[str] = mapped_column(String(4), default="", server_default="")
    expires: Mapped[str] = mapped_column(String(7), default="", server_default="")
    saved_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


@dataclass(frozen=True)
class CardSaved:
    """A card that may be charged from now on, without its owner being there."""

    customer: str
    payment_method: str
    brand: str
    last_four: str
    expires: str  # "2028-05"


@dataclass(frozen=True)
class CardPage:
    """A page of the gateway's own, on which a card is typed."""

    id: str
    url: str


@runtime_checkable
class CardGateway(Protocol):
    """What a gateway can besides, at which callers leave their cards. All are called outside any transaction, and raise
    GatewayUnclear when the answer got lost."""

    def save_card(self, key: str, payer: str, payment_method: str) -> CardSaved | None:
        """Have the bank asked, once per `key`, whether a card that the gateway has been given may be charged from now on.
        None: it may not."""
        ...

    def open_card_page(self, key: str, payer: str, back: str) -> CardPage:
        """A page for one card of this payer, once per `key`. It leads to `back` afterwards, whatever came of it."""
        ...

    def saved_on_page(self, page_id: str) -> CardSaved | None:
        """The card that was left on a page; None while there is none."""
        ...


def card_of(payer: str) -> Card | None:
    """The payer's card, read in a session of its own, because gateways are asked outside transactions."""
    with Session(db.engine, expire_on_commit=False) as session:
        return session.get(Card, payer)
