"""The demonstration set up for a test: its own data folder, a free port, and Whisper, so that nothing is fetched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select

from helpline.commands.demo_setup import Running, set_up
from helpline.db import db
from helpline.services.bills.models import Payment
from helpline.services.gateways.ledger import LedgerEntry, LedgerTransaction

CALL_SECONDS = 180.0  # that a whole call may take on a busy machine


@contextmanager
def town(folder: Path) -> Iterator[Running]:
    """Everything running; the environment of the tests is as before afterwards."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HELPLINE_CONFIG", "HELPLINE_DATABASE_URL", "HELPLINE_PUBLIC_URL", "HELPLINE_SPEECH_VOSK_MODELS"):
            patch.delenv(name, raising=False)
        patch.setenv("HELPLINE_DATA_DIR", str(folder))
        patch.setenv("HELPLINE_SPEECH_ENGINE", "whisper")
        patch.setenv("HELPLINE_SERVER_PORT", "0")
        with set_up(say=lambda _: None) as running:
            yield running


def payments() -> list[str]:
    """How the payments of calls stand; those that the town begins with are of earlier months."""
    rows = db.session.scalars(select(Payment).where(Payment.key.not_like("demonstration%")).order_by(Payment.id))
    return [payment.status for payment in rows]


def money_at(account: str) -> Decimal:
    """What an account at the ledger holds, beside the payments of earlier months."""
    entries = select(func.sum(LedgerEntry.amount)).join(LedgerTransaction, LedgerEntry.transaction_id == LedgerTransaction.id)
    of_calls = (LedgerEntry.account == account, LedgerTransaction.key.not_like("demonstration:%:%"))
    return Decimal(db.session.scalar(entries.where(*of_calls)) or 0)


def ledger_total() -> Decimal:
    """Zero, always: what leaves one account has come to another."""
    return Decimal(db.session.scalar(select(func.sum(LedgerEntry.amount))) or 0)
