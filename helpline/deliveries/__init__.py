"""Sends what the outbox holds, by the provider in use: claim, commit, send outside the transaction, settle."""

from __future__ import annotations

import datetime as dt
import logging

from sqlalchemy import update

from helpline import events
from helpline.db import db
from helpline.outbox import Delivery, claim, settle
from helpline.providers import Provider, ProviderError

MOST_ATTEMPTS = 5
RETRY_AFTER = dt.timedelta(seconds=30)
log = logging.getLogger(__name__)


def send_due(provider: Provider, worker: str, answer_url: str, now: dt.datetime) -> int:
    """Send what is due. How many were sent. `answer_url` has a place for the delivery's id."""
    due = claim(Delivery, worker, now)
    db.session.commit()
    return sum(_send(delivery, provider, answer_url, now) for delivery in due)


def _send(delivery: Delivery, provider: Provider, answer_url: str, now: dt.datetime) -> bool:
    """Send one. The dedupe key goes along, so that a provider who knows it sends it once."""
    try:
        if delivery.channel == "sms":
            provider_id = provider.send_sms(delivery.to_number, delivery.body, delivery.dedupe_key)
        else:
            url = answer_url.format(delivery_id=delivery.id)
            provider_id = provider.place_call(delivery.to_number, url, delivery.dedupe_key)
    except ProviderError as error:
        log.warning("delivery %s failed: %s", delivery.id, error)
        _failed(delivery, error, now)
        return False
    if settle(delivery, now, status="sent", provider_id=provider_id, error=""):
        events.record("delivery_sent", f"delivery:{delivery.id}", now, channel=delivery.channel)
        db.session.commit()
        return True
    db.session.rollback()
    return False


def _failed(delivery: Delivery, error: ProviderError, now: dt.datetime) -> None:
    """Try again later, unless that makes no sense; what is given up is an Event that a coordinator sees."""
    if error.permanent or delivery.attempts >= MOST_ATTEMPTS:
        if settle(delivery, now, status="failed", error=str(error)[:240]):
            events.record("delivery_failed", f"delivery:{delivery.id}", now, channel=delivery.channel)
    else:
        db.session.execute(
            update(Delivery)
            .where(Delivery.id == delivery.id, Delivery.attempts == delivery.attempts, Delivery.done_at.is_(None))
            .values(lease_until=now + RETRY_AFTER * delivery.attempts, error=str(error)[:240])
        )
    db.session.commit()
