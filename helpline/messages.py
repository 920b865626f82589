"""Text messages that come in, and the telephone company's news of those that went out.

A text is kept once, done once and answered once, by the outbox: a webhook that is repeated finds its row and does
nothing. The answer goes to the number that the text came from; what it tells of a caller or a volunteer, only they have
on file there.
"""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, abort, request
from sqlalchemy import select
from werkzeug.exceptions import HTTPException

from helpline import deliveries, events, outbox, texts, throttle
from helpline.calls.doors import door, parts, spoken
from helpline.db import db
from helpline.models import Caller
from helpline.providers import Incoming
from helpline.services import texts as callers
from helpline.services.context import Context
from helpline.staff import texting
from helpline.texts import Text
from volunteers import sms
from volunteers.models import Volunteer

MOST_ANSWERS = 10  # to one number within ANSWERS_WITHIN: two machines never keep each other busy
ANSWERS_WITHIN = dt.timedelta(hours=1)
LONGEST = 1600  # characters of a text
START_TOO = "yes"  # from a number that had written STOP, the telephone company takes this for START
blueprint = door("texts", __name__, below="/texts")
log = logging.getLogger(__name__)


@blueprint.errorhandler(Exception)
def never_silence(error: Exception) -> Any:
    """What we could not take is answered at once, with the number to ring."""
    if isinstance(error, HTTPException):
        return error
    log.exception("the webhook %s failed", request.path)
    db.session.rollback()
    number = parts().settings.telephony.number
    return _document(spoken("text.trouble", number=number).text if request.endpoint == "texts.incoming" else "")


@blueprint.post("/incoming")
def incoming() -> Response:
    """Somebody has written to us."""
    try:
        text = parts().provider.incoming(request.form)
    except ValueError as error:
        log.warning("%s", error)
        abort(400)
    now = parts().now()
    row = Text(sid=text.sid, number=text.number[:20], body=text.body, pictures=text.pictures, at=now)
    if texts.keep(row):
        row.taken_as, told = _taken(text, now)
        events.record("text_came", f"text:{text.sid}", now, taken_as=row.taken_as)
        if told and text.number and not texts.stopped(text.number):
            outbox.promise_sms(text.number, told[:LONGEST], f"text:{text.sid}", now)
    db.session.commit()
    return _document()


@blueprint.post("/status")
def status() -> tuple[str, int]:
    """How a text of ours fares: late, repeated or out of order, it does no harm."""
    try:
        outcome = parts().provider.outcome(request.form)
    except ValueError as error:
        log.warning("%s", error)
        abort(400)
    deliveries.texted(request.args.get("key", "")[:120], outcome, parts().now())
    db.session.commit()
    return "", 204


def _taken(text: Incoming, now: dt.datetime) -> tuple[str, str]:
    """What the text was taken as, and what is answered."""
    volunteer = db.session.scalar(select(Volunteer).where(Volunteer.phone == text.number)) if text.number else None
    if text.keyword or _begins_again(text):
        return _keyword(text, volunteer, now)
    if not throttle.allow(f"texts:{text.number}", MOST_ANSWERS, ANSWERS_WITHIN, now):
        return "too_many", ""
    if (duty := texting.answer(text.number, text.body, now)) is not None:
        return duty
    if volunteer is None:
        return callers.answer(text, _context(text.number, now))
    if (done := sms.answer(volunteer, text.body, now)) is not None:
        return done.taken_as, done.text
    if not text.body:
        return "empty", sms.helped(parts().settings.telephony.number).text
    return "kept", callers.keep_for_a_person(text, _context(text.number, now))


def _begins_again(text: Incoming) -> bool:
    return text.body.casefold().strip(" .!") == START_TOO and texts.stopped(text.number)


def _keyword(text: Incoming, volunteer: Volunteer | None, now: dt.datetime) -> tuple[str, str]:
    """STOP, START or HELP. Nobody who has written STOP gets an answer to it."""
    if text.keyword == "stop":
        texts.stop(text.number, now)
        if volunteer is not None:
            sms.off_duty(volunteer)
        return "stop", ""
    if text.keyword == "help":
        told = sms.helped(parts().settings.telephony.number).text if volunteer else callers.helped(_context(text.number, now))
        return "help", "" if text.answered else told
    texts.start(text.number)
    told = sms.on_duty(volunteer).text if volunteer else callers.welcome_back(_context(text.number, now))
    return "start", "" if text.answered else told


def _context(number: str, now: dt.datetime) -> Context:
    """Whose number it is, where one person has it. A text is no call, and proves nothing: level 0."""
    people = (
        db.session.scalars(select(Caller).where(Caller.phone == number, Caller.training.is_(False)).limit(2)).all()
        if number
        else []
    )
    caller = people[0] if len(people) == 1 else None
    settings, languages = parts().settings, parts().languages
    return Context(
        call_id=0,
        turn=0,
        number=number,
        caller_id=caller.id if caller else None,
        level=0,
        language=languages.get(people[0].language if people else "", languages[settings.language]),
        languages=tuple(languages),
        now=now.astimezone(ZoneInfo(caller.time_zone if caller else settings.time_zone)),
        settings=settings,
        payments=parts().conversation.payments,
    )


def _document(answer: str = "") -> Response:
    return Response(parts().provider.text_document(answer), mimetype="text/xml")
