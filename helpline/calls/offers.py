"""We ring a volunteer who is not texted: an offer, answered by a key, or the news that a visit is off.

Nobody needs a conversation for that: the telephone company speaks, and asks us what a key means. Name and address are
said only after the yes, as in a text.
"""

from __future__ import annotations

from typing import Any

from flask import Response, abort

from helpline import deliveries
from helpline.calls.doors import document, door, parts, public, ringing, spoken
from helpline.db import db
from helpline.outbox import Delivery
from helpline.providers import AskKeys, HangUp, Speak, Verb
from helpline.services import visits
from volunteers import tasks
from volunteers.dispatch import NEWS
from volunteers.models import Offer, Task, Volunteer

YES, NO = "1", "2"
TO_PRESS = 8  # seconds, after each time that they hear what it is about
blueprint = door("offers", __name__)


def answered(delivery: Delivery, sid: str) -> Response:
    """A volunteer, or a machine, has picked up: they hear it twice, because a telephone takes a moment to the ear."""
    deliveries.picked_up(delivery, sid)
    volunteer = db.session.get_one(Volunteer, delivery.purpose["volunteer_id"])
    offer = _offer(delivery)
    verbs = _offered(delivery, volunteer, offer) if offer else _is_off(volunteer, delivery)
    db.session.commit()
    return document(*verbs, HangUp())


@blueprint.post("/offers/<int:delivery_id>")
def pressed(delivery_id: int) -> Response:
    """They have pressed a key. Told twice, it counts once; who has said yes hears where to go, whatever they press after that."""
    asked = ringing()
    delivery = db.session.get(Delivery, delivery_id)
    if delivery is None or delivery.purpose.get("kind") != NEWS or delivery.provider_id not in (None, asked.sid):
        abort(404)
    offer = _offer(delivery)
    if offer is None:
        abort(404)
    verbs = _does(asked.keys, delivery, db.session.get_one(Volunteer, offer.volunteer_id), offer)
    db.session.commit()
    return document(*verbs, HangUp())


def _offer(delivery: Delivery) -> Offer | None:
    offer_id = deliveries.offer_of(delivery)
    return db.session.get(Offer, offer_id) if offer_id else None


def _does(keys: str, delivery: Delivery, volunteer: Volunteer, offer: Offer) -> list[Verb]:
    now, task = parts().now(), db.session.get_one(Task, offer.task_id)
    if _holds(volunteer, task) or (keys == YES and tasks.accept(task.id, volunteer.id, now)):
        return _yours(delivery, volunteer, task)
    if keys == NO:
        tasks.decline(task.id, volunteer.id, now)
        return [_say("offer.no", volunteer)]
    return [_say("offer.late", volunteer)] if keys == YES else _offered(delivery, volunteer, offer)


def _offered(delivery: Delivery, volunteer: Volunteer, offer: Offer) -> list[Verb]:
    task = db.session.get_one(Task, offer.task_id)
    if _holds(volunteer, task):
        return _yours(delivery, volunteer, task)
    if not tasks.stands(offer.id, parts().now()):
        return [_say("offer.late", volunteer)]
    says = (_say("offer.asks", volunteer, **_about(volunteer, task)), _say("offer.keys", volunteer))
    return [AskKeys(says, _here(delivery), TO_PRESS)] * 2


def _yours(delivery: Delivery, volunteer: Volunteer, task: Task) -> list[Verb]:
    where = [part for part in (task.caller_name, task.address, task.door_notes, task.note) if part]
    yours = _say("offer.yours", volunteer, **_about(volunteer, task), where=". ".join(where))
    return [AskKeys((yours, _say("offer.again", volunteer)), _here(delivery), TO_PRESS)]


def _is_off(volunteer: Volunteer, delivery: Delivery) -> list[Verb]:
    task_id = int(str(delivery.purpose["news"]).split(":")[1])
    off = _say("offer.off", volunteer, **_about(volunteer, db.session.get_one(Task, task_id)))
    return [off, off]


def _holds(volunteer: Volunteer, task: Task) -> bool:
    db.session.refresh(task)
    return task.volunteer_id == volunteer.id and task.status == "accepted"


def _about(volunteer: Volunteer, task: Task) -> dict[str, Any]:
    language = parts().languages[_code(volunteer)]
    told = visits.about(task, language, parts().settings.secret_key)
    return {**told, "area": task.area, "minutes": task.minutes, "name": volunteer.name.partition(" ")[0]}


def _say(key: str, volunteer: Volunteer, /, **values: Any) -> Speak:
    return spoken(key, _code(volunteer), **values)


def _code(volunteer: Volunteer) -> str:
    """The first of their languages that the line speaks."""
    return next((code for code in volunteer.languages if code in parts().languages), parts().settings.language)


def _here(delivery: Delivery) -> str:
    return public(f"/calls/offers/{delivery.id}")
