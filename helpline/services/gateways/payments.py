"""The contract of a payment gateway."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Protocol


@dataclass(frozen=True)
class Charge:
    """What the gateway did: `paid`, or `declined` with a `reason` word (`no_money`)."""

    status: Literal["paid", "declined"]
    reason: str = ""


@dataclass(frozen=True)
class Collected:
    """Money that the gateway has moved to a payee: what our own rows must agree with."""

    key: str
    payee: str
    amount: Decimal
    currency: str
    at: dt.datetime


@dataclass(frozen=True)
class Notice:
    """What a gateway tells of its own accord, once per `id`: the charge under `key` was `paid`, `declined` or `refunded`, or
    the refund under `key` was `not_given`, whatever was said of it before."""

    id: str
    key: str
    status: str
    reason: str = ""


class NotGenuine(ValueError):
    """A notice that the gateway has not signed, or not just now."""


class GatewayUnclear(Exception):
    """Nobody can say whether the charge happened. Repeat it with the same key; never with a new one."""


class PaymentGateway(Protocol):
    def charge(self, key: str, amount: Decimal, currency: str, payer: str, payee: str, memo: str) -> Charge:
        """Move money once per `key`: a repeat answers what the first one did and moves nothing.

        Called outside any transaction. Raises GatewayUnclear when the answer got lost.
        """
        ...

    def find(self, key: str, payer: str, since: dt.datetime) -> Charge | None:
        """What came of a charge that was asked for after `since`; None where there is no trace of it. Moves nothing.

        Called outside any transaction. Raises GatewayUnclear when nobody can say.
        """
        ...

    def refund(self, key: str, charge_key: str, payer: str, since: dt.datetime) -> Charge:
        """Give back the whole of a charge that was asked for after `since`, once. `declined`: there is nothing to give back.

        Called outside any transaction. Raises GatewayUnclear when the answer got lost: repeat it with the same key.
        """
        ...

    def collected(self, since: dt.datetime, until: dt.datetime) -> Iterable[Collected]:
        """Every charge that was paid in this time, from `since` to just before `until`.

        Called outside any transaction. Raises GatewayUnclear when it cannot be had.
        """
        ...
