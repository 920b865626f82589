"""The embedded payment gateway: double entry in our own database, in transactions of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, Numeric, String, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from helpline.db import Model, UtcDateTime, db
from helpline.services.gateways.payments import Charge, Collected

PAYEES = "biller:"


class LedgerTransaction(Model):
    """One charge that was asked for, paid or declined. Its key makes a repeat harmless."""

    __tablename__ = "ledger_transaction"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    status: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(40), default="")
    memo: Mapped[str] = mapped_column(String(120), default="")
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class LedgerEntry(Model):
    """Money into (+) or out of (-) one account. The entries of a transaction add up to zero."""

    __tablename__ = "ledger_entry"
    __table_args__ = (Index("ix_ledger_entry_account", "account", "currency"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    transaction_id: Mapped[int] = mapped_column(ForeignKey("ledger_transaction.id"))
    account: Mapped[str] = mapped_column(String(60))  # "caller:12", "biller:3", "bank"
    amount: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    currency: Mapped[str] = mapped_column(String(3))


class LedgerAccount(Model):
    """The row that two charges of one payer meet at, so that neither spends the other's money."""

    __tablename__ = "ledger_account"
    name: Mapped[str] = mapped_column(String(60), primary_key=True)


class Ledger:
    """Pays from the money that a caller has put in, to the biller's account with us."""

    def __init__(self, now: Callable[[], dt.datetime]) -> None:
        self._now = now

    def charge(self, key: str, amount: Decimal, currency: str, payer: str, payee: str, memo: str) -> Charge:
        try:
            with Session(db.engine) as session, session.begin():
                if (done := _find(session, key)) is not None:
                    return done
                session.get(LedgerAccount, payer, with_for_update=True)
                status, reason = ("paid", "") if balance(session, payer, currency) >= amount else ("declined", "no_money")
                moved = {payer: -amount, payee: amount} if status == "paid" else {}
                self._write(session, key, status, reason, memo, moved, currency)
                return Charge("paid" if status == "paid" else "declined", reason)
        except IntegrityError:
            # The same key came in twice at once: the other one won, and its answer is the answer.
            with Session(db.engine) as session:
                done = _find(session, key)
            if done is None:
                raise
            return done

    def find(self, key: str, payer: str, since: dt.datetime) -> Charge | None:
        with Session(db.engine) as session:
            return _find(session, key)

    def refund(self, key: str, charge_key: str, payer: str, since: dt.datetime) -> Charge:
        with Session(db.engine) as session, session.begin():
            session.get(LedgerAccount, payer, with_for_update=True)  # two refunds of one payer go one after the other
            charge = session.scalar(select(LedgerTransaction).where(LedgerTransaction.key == charge_key))
            if charge is None or charge.status != "paid":
                return Charge("declined", "not_paid")
            entries = session.scalars(select(LedgerEntry).where(LedgerEntry.transaction_id == charge.id)).all()
            if _find(session, f"refund of {charge_key}") is None:
                back = {entry.account: -entry.amount for entry in entries}
                self._write(session, f"refund of {charge_key}", "paid", "", key, back, entries[0].currency)
            return Charge("paid")

    def collected(self, since: dt.datetime, until: dt.datetime) -> list[Collected]:
        with Session(db.engine) as session:
            rows = session.execute(
                select(LedgerTransaction, LedgerEntry)
                .join(LedgerEntry, LedgerEntry.transaction_id == LedgerTransaction.id)
                .where(LedgerTransaction.at >= since, LedgerTransaction.at < until, LedgerEntry.account.startswith(PAYEES))
                .where(LedgerEntry.amount > 0)
                .order_by(LedgerTransaction.id)
            )
            return [Collected(row.key, entry.account, entry.amount, entry.currency, row.at) for row, entry in rows]

    def deposit(self, key: str, amount: Decimal, currency: str, account: str) -> None:
        """Put money in for a caller, from the bank. Once per key."""
        with Session(db.engine) as session, session.begin():
            if session.get(LedgerAccount, account) is None:
                session.add(LedgerAccount(name=account))
            if _find(session, key) is None:
                self._write(session, key, "paid", "", "deposit", {"bank": -amount, account: amount}, currency)

    def _write(
        self, session: Session, key: str, status: str, reason: str, memo: str, moved: dict[str, Decimal], currency: str
    ) -> None:
        transaction = LedgerTransaction(key=key, status=status, reason=reason, memo=memo, at=self._now())
        session.add(transaction)
        session.flush()
        session.add_all(
            LedgerEntry(transaction_id=transaction.id, account=account, amount=amount, currency=currency)
            for account, amount in moved.items()
        )


def _find(session: Session, key: str) -> Charge | None:
    row = session.scalar(select(LedgerTransaction).where(LedgerTransaction.key == key))
    return Charge("paid" if row.status == "paid" else "declined", row.reason) if row else None


def balance(session: Session, account: str, currency: str) -> Decimal:
    """What an account holds now."""
    total = session.scalar(
        select(func.sum(LedgerEntry.amount)).where(LedgerEntry.account == account, LedgerEntry.currency == currency)
    )
    return Decimal(total or 0)
