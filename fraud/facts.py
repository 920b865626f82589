"""The frozen facts that rules look at. None means unavailable, which is not the same as false."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class MoneyRequest:
    """One payment asked for: its amount, whether the payee is on the allow-list, the amounts settled to the
    same account before, and the amount of the bill on file."""

    amount: Decimal | None = None
    biller_allowed: bool | None = None
    paid_before: tuple[Decimal, ...] | None = None
    bill_amount: Decimal | None = None


@dataclass(frozen=True)
class Facts:
    """`words`: the caller's sentences of this call, oldest first."""

    words: tuple[str, ...] = ()
    request: MoneyRequest | None = None
