"""Whose card is charged, by the card gateway's own ids. A card's number is never with us."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from helpline.db import Model, db


class Card(Model):
    """The card that a payer has left with the gateway: the customer there, and which of their means of payment."""

    __tablename__ = "card"
    payer: Mapped[str] = mapped_column(String(60), primary_key=True)  # "caller:12"
    customer: Mapped[str] = mapped_column(String(80))
    payment_method: Mapped[str] = mapped_column(String(80))


def card_of(payer: str) -> Card | None:
    """The payer's card, read in a session of its own, because gateways are asked outside transactions."""
    with Session(db.engine, expire_on_commit=False) as session:
        return session.get(Card, payer)
