"""The caller hears what came of a payment that was held: we ring, and say it as it stands when they answer."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from helpline import outbox
from helpline.db import db
from helpline.models import Caller
from helpline.services.bills.models import Payment
from helpline.services.holds.models import Hold


def promise_news(hold: Hold, now: dt.datetime) -> None:
    """Promise one call with the end of the story. Does not commit."""
    caller = db.session.get_one(Caller, hold.caller_id)
    purpose = {"kind": "hold", "hold_id": hold.id, "caller_id": caller.id}
    outbox.promise_call(caller.phone, purpose, f"hold_decided:{hold.id}", now)


def payment_ended(payment: Payment, now: dt.datetime) -> None:
    """A payment was settled or failed, and not in a call that told it: where it had been held, its caller is rung."""
    hold = db.session.scalar(select(Hold).where(Hold.request_id == payment.request_id))
    if hold is not None:
        promise_news(hold, now)
