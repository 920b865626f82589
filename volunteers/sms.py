"""Volunteering by text message, equal to the pages: yes, no, done and back, each with the code of an offer or without.

Only a whole message counts; anything longer is for a person to read. A sender's number can be forged, so what is told
goes to the number that is enrolled, never in answer to the message. Nothing here commits.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from helpline import texts
from helpline.db import db
from volunteers import tasks
from volunteers.dispatch import when
from volunteers.models import Offer, Task, Volunteer

CODE = re.compile(r"(?:(?P<before>\d{2}) )?(?P<words>[^\d]+?)(?: (?P<behind>\d{2}))?")
Pair = tuple[Offer, Task]


@dataclass(frozen=True)
class Answer:
    """What a message was taken as, and what the volunteer is told."""

    taken_as: str
    text: str


def answer(volunteer: Volunteer, body: str, now: dt.datetime) -> Answer | None:
    """Do what a volunteer has written. None where it is no command: a person has to read it."""
    command, code = _understood(body)
    return DOES[command](volunteer, code, now) if command else None


def off_duty(volunteer: Volunteer) -> None:
    """STOP: they are asked about nothing more. What they have said yes to stays theirs."""
    volunteer.on_duty = False


def on_duty(volunteer: Volunteer) -> Answer:
    """START, after a STOP."""
    volunteer.on_duty = True
    return Answer("start", "BlueVest: welcome back. You will be asked again. Answer STOP and you are not.")


def helped(number: str) -> Answer:
    words = "Answer an offer with YES or NO and its number, a visit with DONE or BACK. STOP: no more texts."
    return Answer("help", f"BlueVest: {words} Ring us on {number}.")


def _understood(body: str) -> tuple[str, str]:
    """The command and the code with it, "" for none of either."""
    found = CODE.fullmatch(texts.in_plain_words(body))
    if found is None or (found["before"] and found["behind"]):
        return "", ""
    return texts.commands("volunteer").get(found["words"], ""), found["before"] or found["behind"] or ""


def _yes(volunteer: Volunteer, code: str, now: dt.datetime) -> Answer:
    offers = _open(volunteer, now)
    chosen = _chosen(offers, code)
    if chosen is None:
        if mine := _chosen(_held(volunteer), code):
            return Answer("yes", _yours(*mine))
        return _which("YES", offers)
    offer, task = chosen
    if tasks.accept(task.id, volunteer.id, now):
        return Answer("yes", _yours(offer, task))
    return Answer("late", "BlueVest: this one is no longer to be had. Thank you all the same.")


def _no(volunteer: Volunteer, code: str, now: dt.datetime) -> Answer:
    offers = _open(volunteer, now)
    chosen = _chosen(offers, code)
    if chosen is None:
        if code and (mine := _chosen(_held(volunteer), code)):
            # They have said yes meanwhile. Nobody may believe to be free of what they have promised.
            return Answer(
                "which", f"BlueVest: you have said yes to {_short(mine[1])}. To give it back, answer BACK {mine[0].code}."
            )
        return _which("NO", offers)
    tasks.decline(chosen[1].id, volunteer.id, now)
    return Answer("no", "BlueVest: all right. You will not be asked about this one again.")


def _done(volunteer: Volunteer, code: str, now: dt.datetime) -> Answer:
    return _of_a_held_one("done", tasks.done, "BlueVest: well done, and thank you.", volunteer, code, now)


def _back(volunteer: Volunteer, code: str, now: dt.datetime) -> Answer:
    said = "BlueVest: thank you for telling us. Somebody else is asked now."
    return _of_a_held_one("back", tasks.hand_back, said, volunteer, code, now)


def _of_a_held_one(
    word: str, do: Callable[[int, int, dt.datetime], object], said: str, volunteer: Volunteer, code: str, now: dt.datetime
) -> Answer:
    held = _held(volunteer)
    chosen = _chosen(held, code)
    if chosen is None:
        return _which(word.upper(), held)
    do(chosen[1].id, volunteer.id, now)
    return Answer(word, said)


DOES: dict[str, Callable[[Volunteer, str, dt.datetime], Answer]] = {"yes": _yes, "no": _no, "done": _done, "back": _back}


def _chosen(pairs: Sequence[Pair], code: str) -> Pair | None:
    """The one with this code; without a code the only one there is."""
    fitting = [pair for pair in pairs if code in ("", pair[0].code)]
    return fitting[0] if len(fitting) == 1 else None


def _which(command: str, pairs: Sequence[Pair]) -> Answer:
    """No code, or one that fits nothing: what there is to choose from."""
    if not pairs:
        return Answer("which", "BlueVest: there is nothing open for you at the moment. Thank you.")
    listed = "; ".join(f"{command} {offer.code}: {_short(task)}" for offer, task in pairs)
    return Answer("which", f"BlueVest: which one? Answer {listed}.")


def _yours(offer: Offer, task: Task) -> str:
    """Name and address, to the one who has accepted."""
    where = ". ".join(filter(None, (f"{task.caller_name}, {task.address}", task.door_notes)))
    return f"BlueVest: it is yours: {_short(task)}. {where}. Afterwards answer DONE {offer.code}; to give it back, BACK {offer.code}."


def _short(task: Task) -> str:
    return f"{task.summary}, {task.area}, {when(task)}"


def _open(volunteer: Volunteer, now: dt.datetime) -> list[Pair]:
    return _pairs(volunteer, Offer.status == "open", Offer.answer_by > now)


def _held(volunteer: Volunteer) -> list[Pair]:
    return _pairs(volunteer, Offer.status == "accepted", Task.status == "accepted", Task.volunteer_id == volunteer.id)


def _pairs(volunteer: Volunteer, *where: Any) -> list[Pair]:
    query = select(Offer, Task).join(Task, Offer.task_id == Task.id).where(Offer.volunteer_id == volunteer.id, *where)
    return [(offer, task) for offer, task in db.session.execute(query.order_by(Offer.id))]
