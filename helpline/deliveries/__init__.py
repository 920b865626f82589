"""Sends what the outbox holds, by the provider in use: claim, commit, send outside the transaction, settle."""

from __future__ import annotations

import datetime as dt
import logging

from sqlalchemy import select, update

from helpline import events, texts
from helpline.db import changed, db
from helpline.models import Call, Caller
from helpline.outbox import Delivery, claim, promise_call, promise_sms, settle
from helpline.providers import Outcome, Provider, ProviderError, Reach
from volunteers import tasks
from volunteers.models import Volunteer

MOST_ATTEMPTS = 5
MOST_CALLS = 3  # for one piece of news, to somebody who does not pick up
CALL_AGAIN = dt.timedelta(minutes=20)
LOST_AFTER = dt.timedelta(minutes=5)  # ringing takes under one: whoever picked up would have been heard of by then
LOST_UNTIL = dt.timedelta(days=1)
OWN_PATIENCE = "take_call"  # the purpose of calls that somebody else waits for, and no longer than that
MOST_TEXTS = 3  # for one piece of news that did not arrive
TEXT_AGAIN = dt.timedelta(minutes=5)
RETRY_AFTER = dt.timedelta(seconds=30)
STOPPED = ProviderError("whoever has the number wants no texts", permanent=True)
log = logging.getLogger(__name__)


def send_due(provider: Provider, worker: str, answer_url: str, now: dt.datetime) -> int:
    """Send what is due. How many were sent. `answer_url` has a place for the delivery's id.

    To somebody who is there for training only, nothing is sent: their numbers are nobody's.
    """
    due = claim(Delivery, worker, now)
    invented = _of_training({delivery.to_number for delivery in due})
    stopped = {row.id for row in due if row.channel == "sms" and texts.stopped(row.to_number)}
    for delivery in due:
        if delivery.to_number in invented:
            settle(delivery, now, status="withdrawn", error="for training: it is not sent")
    db.session.commit()
    to_go = [delivery for delivery in due if delivery.to_number not in invented]
    return sum(_send(delivery, provider, answer_url, now, delivery.id in stopped) for delivery in to_go)


def _of_training(numbers: set[str]) -> set[str]:
    return set(db.session.scalars(select(Caller.phone).where(Caller.phone.in_(numbers), Caller.training)))


def _send(delivery: Delivery, provider: Provider, answer_url: str, now: dt.datetime, stopped: bool) -> bool:
    """Send one. The dedupe key goes along, so that a provider who knows it sends it once."""
    try:
        if stopped:
            raise STOPPED
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


def texted(key: str, outcome: Outcome, now: dt.datetime) -> bool:
    """What became of the text with this dedupe key: it arrived, or it did not and is sent again, at most MOST_TEXTS times
    and only where that may help. False for what is no news. Does not commit.

    This may be told before we have written down that the text was sent, twice, or in another order.
    """
    if outcome.status not in ("delivered", "failed"):
        return False
    delivery = db.session.scalar(select(Delivery).where(Delivery.dedupe_key == key, Delivery.channel == "sms"))
    if delivery is None or (outcome.status == "failed" and delivery.provider_id not in (None, outcome.sid)):
        return False  # of a failed text whose other copy is under way, that one tells
    _, tries = _news(delivery)
    again = outcome.status == "failed" and outcome.again and tries < MOST_TEXTS
    if not changed(
        update(Delivery)
        .where(Delivery.id == delivery.id, Delivery.status.in_(("waiting", "sent")))
        .values(status="again" if again else outcome.status, provider_id=outcome.sid, error=outcome.why[:240], done_at=now)
    ):
        return False
    _learn(delivery.to_number, outcome.reach, now)
    if outcome.status == "delivered":
        events.record("text_delivered", f"delivery:{delivery.id}", now)
    elif again:
        _text_again(delivery, now)
    else:
        _given_up(delivery, now)
    return True


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


def look_for_lost(now: dt.datetime) -> int:
    """Calls of which we heard nothing more: the news of them was lost, or of whoever picked up. They count as not
    answered. How many. Does not commit."""
    silent = select(Delivery.provider_id, Delivery.purpose).where(
        Delivery.channel == "call",
        Delivery.status == "sent",
        Delivery.done_at < now - LOST_AFTER,
        Delivery.done_at > now - LOST_UNTIL,
        ~select(Call.id).where(Call.sid == Delivery.provider_id).exists(),
    )
    lost = [sid for sid, purpose in db.session.execute(silent) if sid and purpose.get("kind") != OWN_PATIENCE]
    return sum(unanswered(sid, now) for sid in lost)


def somebody_else(provider_id: str, now: dt.datetime) -> bool:
    """Whoever picked up a call that was placed is not the one it was for: it is placed again later, as for nobody. False
    when it was the last time. Does not commit."""
    delivery = db.session.scalar(select(Delivery).where(Delivery.provider_id == provider_id))
    return delivery is not None and _call_again(delivery, now)


def _news(delivery: Delivery) -> tuple[str, int]:
    """What it was to tell, and how many times it has been told or tried for that."""
    news, _, number = delivery.dedupe_key.partition(":")[2].partition("#")
    return news, int(number or 1)


def _text_again(delivery: Delivery, now: dt.datetime) -> None:
    news, tries = _news(delivery)
    promise_sms(delivery.to_number, delivery.body, f"{news}#{tries + 1}", now + TEXT_AGAIN * tries)
    events.record("text_again", f"delivery:{delivery.id}", now, tries=tries)


def _learn(number: str, reach: Reach, now: dt.datetime) -> None:
    """What a refusal tells of a number: a landline is rung from now on, also about offers, and who wants no texts gets none."""
    if reach == "no_texts":
        db.session.execute(update(Caller).where(Caller.phone == number).values(landline=True))
        db.session.execute(update(Volunteer).where(Volunteer.phone == number).values(by_call=True))
    elif reach == "stopped":
        texts.stop(number, now)


def _given_up(delivery: Delivery, now: dt.datetime) -> None:
    """A coordinator sees it; a volunteer whom an offer did not reach is waited for no longer."""
    events.record("delivery_failed", f"delivery:{delivery.id}", now, channel=delivery.channel)
    if offer_id := offer_of(delivery):
        tasks.undelivered(offer_id, now)


def offer_of(delivery: Delivery) -> int | None:
    """The offer to a volunteer that it tells of."""
    kind, _, subject = _news(delivery)[0].partition(":")
    return int(subject) if kind == "offer" and subject.isdigit() else None


def _call_again(delivery: Delivery, now: dt.datetime) -> bool:
    """Ring again later, where that is not the last time already. A volunteer is not rung about an offer that would be over by
    then: others are asked."""
    (news, tries), offer_id = _news(delivery), offer_of(delivery)
    again = tries < MOST_CALLS and (offer_id is None or tasks.stands(offer_id, now + CALL_AGAIN))
    if again:
        promise_call(delivery.to_number, delivery.purpose, f"{news}#{tries + 1}", now + CALL_AGAIN)
    elif offer_id is not None:
        tasks.undelivered(offer_id, now)
    return again


def picked_up(delivery: Delivery, provider_id: str) -> None:
    """Somebody has answered a call that needs no conversation: it is not placed again. Does not commit."""
    still = (Delivery.id == delivery.id, Delivery.status.in_(("waiting", "sent")))
    changed(update(Delivery).where(*still).values(status="delivered", provider_id=provider_id))


def _failed(delivery: Delivery, error: ProviderError, now: dt.datetime) -> None:
    """Try again later, unless that makes no sense; what is given up is an Event that a coordinator sees."""
    if error.permanent or delivery.attempts >= MOST_ATTEMPTS:
        if settle(delivery, now, status="failed", error=str(error)[:240]):
            _learn(delivery.to_number, error.reach, now)
            _given_up(delivery, now)
    else:
        db.session.execute(
            update(Delivery)
            .where(Delivery.id == delivery.id, Delivery.attempts == delivery.attempts, Delivery.done_at.is_(None))
            .values(lease_until=now + RETRY_AFTER * delivery.attempts, error=str(error)[:240])
        )
    db.session.commit()
