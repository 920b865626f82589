"""Bills and accounts with billers, as rows. Both need an app context and do not commit."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from helpline.db import db
from helpline.services.bills.models import Bill, BillAccount, Biller


def bill(account: BillAccount, amount: str, due_on: dt.date, status: str = "due") -> Bill:
    row = Bill(
        account_id=account.id, amount=Decimal(amount), currency="GBP", status=status,
        issued_on=due_on - dt.timedelta(days=21), due_on=due_on,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def account_with(caller_id: int, name: str, kind: str, allowed: bool = True) -> BillAccount:
    biller = Biller(name=name, kind=kind, allowed=allowed)
    db.session.add(biller)
    db.session.flush()
    account = BillAccount(caller_id=caller_id, biller_id=biller.id, reference=f"{kind}-{caller_id}")
    db.session.add(account)
    db.session.flush()
    return account
