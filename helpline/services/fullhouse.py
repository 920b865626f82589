"""More callers than we can carry: each has a place in one line, and keeps it on the telephone or at home by it.

The order is that in which people rang. Whoever waits on the line is carried when it is their turn; whoever has asked for
it is rung. Everything is a row, so webhooks that come twice, late or in another process find the same line of people.
Nothing here commits, but `ring_next`'s caller must.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ForeignKey, Select, String, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from helpline import events
from helpline.db import Model, UtcDateTime, changed, db
from helpline.models import Call
from helpline.outbox import promise_call
from helpline.services.requests import open_alone

KIND = "full_house"  # the purpose of the call by which we ring somebody back
STILL_THERE = dt.timedelta(seconds=45)  # since a waiting caller was last heard of: then they have gone, unsaid
ON_THEIR_WAY = dt.timedelta(seconds=5)  # from our answer to the socket that it asks for
RINGING = dt.timedelta(seconds=90)  # that a line is kept for somebody who is being rung
RING_WITHIN = dt.timedelta(hours=1)  # later, a person of the office rings: the machine does not ring at night
FEWEST_CALLS = 20  # that tell how long calls take; before that, nobody can say
MOST_CALLS = 200
CAREFUL = 0.75  # of the calls that lasted as long as this one does by now, so many were over by then


class Place(Model):
    """One caller's place. waiting (on the line) -> carried or gone; or promised (to be rung) -> ringing -> answered: their
    turn passes to the place of that call; or late: a person rings."""

    __tablename__ = "place"
    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), unique=True)
    number: Mapped[str] = mapped_column(String(40), index=True)
    status: Mapped[str] = mapped_column(String(12), default="waiting", index=True)
    began_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)  # their turn is by this
    seen_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)  # the last change, or the last that was heard of them


def take(call: Call, now: dt.datetime) -> Place:
    """The place of this call: taken now, or the one that it has. Whoever was rung back, or rings again before that, keeps
    their turn."""
    if (known := place_of(call.id)) is not None:
        return known
    before = _before(call)
    if before is not None:
        _pass_on(before.id, now)
    began_at = before.began_at if before else call.started_at
    place = Place(call_id=call.id, number=call.number, began_at=began_at, seen_at=now)
    try:
        with db.session.begin_nested():
            db.session.add(place)
    except IntegrityError:  # the same webhook, twice at the same moment
        return db.session.scalars(select(Place).where(Place.call_id == call.id)).one()
    events.record("full_house", f"call:{call.id}", now)
    return place


def place_of(call_id: int) -> Place | None:
    return db.session.scalar(select(Place).where(Place.call_id == call_id).execution_options(populate_existing=True))


def heard_of(place: Place, now: dt.datetime) -> None:
    """They are still on the line."""
    changed(update(Place).where(Place.id == place.id, Place.status == "waiting").values(seen_at=now))


def ahead(call: Call, now: dt.datetime) -> int:
    """How many others have a line coming to them before this call: those whose turn is earlier, and those who are about
    to be on their line. A call that has begun already goes before all who have not."""
    if call.turns:
        return 0
    place = place_of(call.id)
    earlier = [tuple_(Place.began_at, Place.id) < tuple_(place.began_at, place.id)] if place else []
    others = (Place.status == "promised") & (Place.number != call.number)  # their own promise is kept by this call
    waiting = select(Place.id).where(others | ((Place.status == "waiting") & (Place.seen_at > now - STILL_THERE)), *earlier)
    coming = select(Place.id).where(
        ((Place.status == "ringing") & (Place.seen_at > now - RINGING))
        | ((Place.status == "carried") & (Place.seen_at > now - ON_THEIR_WAY))
    )
    mine = [place.id] if place else []
    return sum(id_ not in mine for query in (waiting, coming) for id_ in db.session.scalars(query))


def promise(place: Place, now: dt.datetime) -> bool:
    """They would rather be rung. False when they have no number that we see, or are not waiting any more."""
    if not place.number:
        return False
    asked = changed(update(Place).where(Place.id == place.id, Place.status == "waiting").values(status="promised", seen_at=now))
    if asked:
        events.record("ring_back_promised", f"call:{place.call_id}", now)
    return asked or _fresh(place).status == "promised"


def left_number(place: Place, number: str, now: dt.datetime) -> bool:
    """Whoever has none that we see has typed this one. The machine rings no number that anybody may type: a person does.
    False when they are not waiting any more."""
    return _to_a_person(place, number, "waiting", now) or _fresh(place).status == "late"


def carried(call: Call, now: dt.datetime) -> None:
    """The call has a line. A promise to ring the same number is kept by that."""
    mine = Place.call_id == call.id
    if call.number:
        mine |= (Place.number == call.number) & (Place.status == "promised")
    open_still = Place.status.in_(("waiting", "promised", "ringing"))
    changed(update(Place).where(mine, open_still).values(status="carried", seen_at=now))


def gone(call_id: int, now: dt.datetime) -> None:
    """They have hung up. Whom we have promised to ring is rung all the same."""
    left = update(Place).where(Place.call_id == call_id, Place.status == "waiting").values(status="gone", seen_at=now)
    if changed(left):
        events.record("gave_up_waiting", f"call:{call_id}", now)


def answered(call: Call, now: dt.datetime) -> None:
    """Somebody has picked up whom we ring back: by this call they have the turn that they had."""
    take(call, now)


def ring_next(most: int, longest_call: dt.timedelta, now: dt.datetime) -> int:
    """Promise a call to each whose turn has come and for whom a line is free. How many."""
    free = most - _taken(longest_call, now)
    rung = 0
    for place in db.session.scalars(_in_order(now)).all():
        if place.status == "promised" and now - place.began_at > RING_WITHIN:
            _too_late(place, now)
            continue
        if free <= 0:
            break
        free -= 1
        rung += place.status == "promised" and _ring(place, now)
    return rung


def minutes(place: int, going_on: Sequence[float], lasted: Sequence[float]) -> int | None:
    """In how many minutes at most, most likely, it is the turn of the `place`-th who waits, counted from 1.

    `going_on`: how long each call has lasted by now; `lasted`: how long those took that are over; both in seconds. Each
    call is compared with those that lasted longer than it does by now. None where too few calls have been seen.
    """
    if len(lasted) < FEWEST_CALLS or not going_on:
        return None
    left = sorted(_left(seconds, lasted) for seconds in going_on)
    rounds, nth = divmod(place - 1, len(left))
    seconds = left[nth] + rounds * sum(lasted) / len(lasted)
    return max(1, math.ceil(seconds / 60))


def estimate(ahead: int, now: dt.datetime) -> int | None:
    """`minutes` of the calls in our rows, for somebody who has so many before them."""
    live = db.session.scalars(select(Call.started_at).where(Call.status == "live"))
    ended = db.session.execute(
        select(Call.started_at, Call.ended_at)
        .where(Call.ended_at.is_not(None), Call.turns > 1, Call.training.is_(False))
        .order_by(Call.id.desc())
        .limit(MOST_CALLS)
    )
    lasted = [(end - begin).total_seconds() for begin, end in ended if end]
    return minutes(ahead + 1, [(now - begin).total_seconds() for begin in live], lasted)


def _before(call: Call) -> Place | None:
    """The place that this call goes on from."""
    if call.purpose.get("kind") == KIND:
        return db.session.get(Place, call.purpose["place_id"])
    if not call.number:
        return None
    promised = select(Place).where(Place.number == call.number, Place.status == "promised").order_by(Place.id).limit(1)
    return db.session.scalar(promised)


def _pass_on(place_id: int, now: dt.datetime) -> None:
    still = (Place.id == place_id, Place.status.in_(("promised", "ringing")))
    changed(update(Place).where(*still).values(status="answered", seen_at=now))


def _left(lasts: float, lasted: Sequence[float]) -> float:
    longer = sorted(seconds - lasts for seconds in lasted if seconds > lasts)
    return longer[math.ceil(CAREFUL * len(longer)) - 1] if longer else max(lasted)  # longer than any: nobody can know


def _taken(longest_call: dt.timedelta, now: dt.datetime) -> int:
    """Lines that somebody has, or is about to have. A call whose end nobody told us of is over by now."""
    live = select(Call.id).where(Call.status == "live", Call.started_at > now - longest_call)
    coming = select(Place.id).where(
        ((Place.status == "ringing") & (Place.seen_at > now - RINGING))
        | ((Place.status == "carried") & (Place.seen_at > now - ON_THEIR_WAY))
    )
    return len(db.session.scalars(live).all()) + len(db.session.scalars(coming).all())


def _in_order(now: dt.datetime) -> Select[Any]:
    here = (Place.status == "waiting") & (Place.seen_at > now - STILL_THERE)
    return select(Place).where((Place.status == "promised") | here).order_by(Place.began_at, Place.id)


def _ring(place: Place, now: dt.datetime) -> bool:
    if not changed(update(Place).where(Place.id == place.id, Place.status == "promised").values(status="ringing", seen_at=now)):
        return False
    return promise_call(place.number, {"kind": KIND, "place_id": place.id}, f"{KIND}:{place.id}", now)


def _too_late(place: Place, now: dt.datetime) -> None:
    _to_a_person(place, place.number, "promised", now)


def _to_a_person(place: Place, number: str, was: str, now: dt.datetime) -> bool:
    """A person of the office rings them. False where the place is not any more what it was."""
    late = update(Place).where(Place.id == place.id, Place.status == was).values(status="late", seen_at=now)
    if not changed(late):
        return False
    call = db.session.get_one(Call, place.call_id)
    open_alone(f"{KIND}:{place.id}", "speak_to_person", call.caller_id, now, call_id=call.id, number=number, about="busy")
    return True


def _fresh(place: Place) -> Place:
    return db.session.get_one(Place, place.id, populate_existing=True)
