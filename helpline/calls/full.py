"""A full house: what a caller hears for whom no line is free yet. Nobody gets silence or an engaged tone."""

from __future__ import annotations

import datetime as dt

from flask import Response

from helpline.calls.doors import document, language_of, parts, public, spoken
from helpline.db import db
from helpline.models import Call
from helpline.providers import AskKeys, GoTo, HangUp, Speak, Verb
from helpline.services import fullhouse, office
from helpline.services.fullhouse import Place
from voice.dialogue.details import LEAST_DIGITS, MOST_DIGITS

RING_ME, A_PERSON, NUMBER_IS_RIGHT = "1", "0", "1"
TO_TYPE = 15  # seconds for the first key of a number, and between two
BETWEEN_WORDS = 12  # seconds of quiet between two sentences to somebody who waits
LONGEST_STAY = dt.timedelta(minutes=15)  # on the line; then we ring back in any case


def wait(call: Call, still: bool = True) -> Response:
    """Tell the caller how long it may take, and what else they may do; ask again in a while. `still`: not for the first
    time."""
    now = parts().now()
    place = fullhouse.take(call, now)
    fullhouse.heard_of(place, now)
    code, before = language_of(call), fullhouse.ahead(call, now)
    if now - call.started_at > LONGEST_STAY and fullhouse.promise(place, now):
        return _promised(place, code, now)
    says = (
        spoken("full.still" if still else "full.hello", code),
        _before(before, code),
        *_how_long(fullhouse.estimate(before, now), code),
        spoken("full.choice" if place.number else "full.choice_withheld", code),
    )
    here = public(f"/calls/full/{call.id}")
    db.session.commit()
    return document(AskKeys(says, here, BETWEEN_WORDS), GoTo(here))


def ring_back(call: Call) -> Response:
    """The caller would rather be rung. They keep their turn; who has a number that we do not see leaves one."""
    now = parts().now()
    place = fullhouse.take(call, now)
    if not place.number:
        return ask_number(call)
    if not fullhouse.promise(place, now):
        return wait(call)
    return _promised(place, language_of(call), now)


def ask_number(call: Call, *before: Speak) -> Response:
    """Have them type the number at which they want to be rung; who types none waits on."""
    code, here = language_of(call), public(f"/calls/full/{call.id}")
    db.session.commit()
    says = (*before, spoken("full.number", code))
    return document(*[AskKeys(says, f"{here}/number", TO_TYPE, most=0)] * 2, GoTo(here))


def number_typed(call: Call, keys: str) -> Response:
    """Read it back; it counts only when they say that it is right."""
    code, number = language_of(call), keys.strip("*#")
    if not _is_number(number):
        return ask_number(call, spoken("full.no_number", code))
    here = public(f"/calls/full/{call.id}")
    right = AskKeys((spoken("full.number_right", code, number=number),), f"{here}/number/{number}", TO_TYPE)
    db.session.commit()
    return document(right, right, GoTo(here))


def number_confirmed(call: Call, number: str, keys: str) -> Response:
    """1 keeps it; anything else asks for it once more."""
    now, code = parts().now(), language_of(call)
    if keys != NUMBER_IS_RIGHT or not _is_number(number):
        return ask_number(call)
    if not fullhouse.left_number(fullhouse.take(call, now), number, now):
        return wait(call)
    language = parts().languages.get(code, parts().languages[parts().settings.language])
    kept = spoken("full.number_kept", code, when=office.call_back_at(parts().settings, language, now))
    db.session.commit()
    return document(kept, spoken("full.goodbye", code), HangUp())


def _is_number(typed: str) -> bool:
    return typed.isascii() and typed.isdigit() and LEAST_DIGITS <= len(typed) <= MOST_DIGITS


def _promised(place: Place, code: str, now: dt.datetime) -> Response:
    before = fullhouse.ahead(db.session.get_one(Call, place.call_id), now)
    verbs: list[Verb] = [spoken("full.promised", code), *_how_long(fullhouse.estimate(before, now), code)]
    db.session.commit()
    return document(*verbs, spoken("full.goodbye", code), HangUp())


def _before(number: int, code: str) -> Speak:
    if number < 2:
        return spoken("full.one_before" if number else "full.next", code)
    return spoken("full.before", code, people=number)


def _how_long(minutes: int | None, code: str) -> tuple[Speak, ...]:
    """What the calls that are going on tell; where they tell nothing, that."""
    if minutes is None:
        return (spoken("full.nobody_knows", code),)
    return (spoken("full.minute" if minutes == 1 else "full.minutes", code, minutes=minutes),)
