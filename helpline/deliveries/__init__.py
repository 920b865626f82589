"""Sends what the outbox holds, by the provider in use: claim, commit, send outside the transaction, settle."""

from __future__ import annotations

import datetime as dt
import logging

from sqlalchemy import select, update

from helpline import events
from helpline.db import changed, db
from helpline.models import Caller
from helpline.outbox import Delivery, claim, promise_call, settle
from helpline.providers import Provider, ProviderError

MOST_ATTEMPTS = 5
MOST_CALLS = 3  # for one piece of news, to somebody who does not pick up
CALL_AGAIN = dt.timedelta(minutes=20)
RETRY_AFTER = dt.timedelta(seconds=30)
log = logging.getLogger(__name__)


def send_due(provider: Provider, worker: str, answer_url: str, now: dt.datetime) -> int:
    """Send what is due. How many were sent. `answer_url` has a place for the delivery's id.

    To somebody who is there for training only, nothing is sent: their numbers are nobody's.
    """
    due = claim(Delivery, worker, now)
    invented = _of_training({delivery.to_number for delivery in due})
    for delivery in due:
        if delivery.to_number in invented:
            settle(delivery, now, status="withdrawn", error="for training: it is not sent")
    db.session.commit()
    return sum(_send(delivery, provider, answer_url, now) for delivery in due if delivery.to_number not in invented)


def _of_training(numbers: set[str]) -> set[str]:
    return set(db.session.scalars(select(Caller.phone).where(Caller.phone.in_(numbers), Caller.training)))


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


def unanswered(provider_id: str, now: dt.datetime) -> bool:
    """Nobody picked up a call that was placed: it is placed again later, at most MOST_CALLS times. False when it is
    none of ours, or has been told of already. Does not commit."""
    delivery = db.session.scalar(select(Delivery).where(Delivery.provider_id == provider_id))
    if delivery is None or not changed(
        update(Delivery)
        .where(Delivery.id == delivery.id, Delivery.status == "sent")
        .values(status="failed", error="nobody answered")
    ):
        return False
    _, tries = _news(delivery)
    events.record("call_unanswered", f"delivery:{delivery.id}", now, tries=tries)
    _call_again(delivery, now)
    return True


def somebody_else(provider_id: str, now: dt.datetime) -> bool:
    """Whoever picked up a call that was placed is not the one it was for: it is placed again later, as for nobody. False
    when it was the last time. Does not commit."""
    delivery = db.session.scalar(select(Delivery).where(Delivery.provider_id == provider_id))
    return delivery is not None and _call_again(delivery, now)


def _news(delivery: Delivery) -> tuple[str, int]:
    """What the call was to tell, and how many times it has been placed for that."""
    news, _, number = delivery.dedupe_key.removeprefix("call:").partition("#")
    return news, int(number or 1)


def _call_again(delivery: Delivery, now: dt.datetime) -> bool:
    news, tries = _news(delivery)
    if tries < MOST_CALLS:
        promise_call(delivery.to_number, delivery.purpose, f"{news}#{tries + 1}", now + CALL_AGAIN)
    return tries < MOST_CALLS


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
