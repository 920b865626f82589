"""What callers write to us in text messages: a few questions are answered, everything else is read by a person.

A sender's number proves nothing and a text is no signature: nothing is ever paid, booked or changed here. What is told
goes to the number on file. Nothing here commits.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from fraud.assess import assess, ruleset
from fraud.facts import Facts
from helpline.db import db
from helpline.models import Caller, ServiceRequest
from helpline.providers import Incoming
from helpline.services import office
from helpline.services.bills.orders import unpaid_bills
from helpline.services.context import Context
from helpline.services.recap import DAYS
from helpline.services.requests import add_words, open_alone
from voice.heard import Expecting, Meaning
from voice.understanding import understand

SURE = 0.7  # confidence from which a text is taken for what it seems to mean; else a person reads it
MOST_WORDS = 8_000  # characters of what one number has written and nobody has answered yet
NEEDS_A_PERSON = {  # intent -> how its request is called, what it is about, and what they are told
    "emergency": ("emergency", "emergency", "text.emergency"),
    "report_scam": ("report_scam", "report_scam", "text.scam"),
    "check_caller": ("report_scam", "report_scam", "text.scam"),
    "leave_message": ("speak_to_person", "call_me", "text.call_me"),
    "speak_to_person": ("speak_to_person", "call_me", "text.call_me"),
}
NO_ANSWER = {"thanks", "yes", "no", "goodbye"}  # polite ends: an answer would begin it all again


def answer(text: Incoming, context: Context) -> tuple[str, str]:
    """What a text of a caller, or of somebody whom we do not know, was taken as, and what they are told ("": nothing)."""
    if not text.body:
        return ("picture", _said("text.picture", context)) if text.pictures else ("empty", helped(context))
    meaning = _meant(text.body, context)
    if meaning.intent == "bill_status":
        return "owed", _owed(text, context)
    if meaning.intent in NEEDS_A_PERSON:
        intent, about, told = NEEDS_A_PERSON[meaning.intent]
        _for_a_person(intent, about, text, context)
        return about, _said(told, context)
    if meaning.intent in NO_ANSWER:
        return "politeness", ""
    if meaning.intent == "help":
        return "help", helped(context)
    _for_a_person("leave_message", "text", text, context)
    return "kept", _said("text.no_payment" if meaning.intent == "pay_bill" else "text.kept", context)


def keep_for_a_person(text: Incoming, context: Context) -> str:
    """What a volunteer has written that is no command; what they are told."""
    _for_a_person("leave_message", "text_volunteer", text, context)
    return _said("text.kept", context)


def helped(context: Context) -> str:
    return _said("text.help", context)


def welcome_back(context: Context) -> str:
    return _said("text.start", context)


def _meant(body: str, context: Context) -> Meaning:
    """As in a call: words that only thieves teach are danger, whatever else the text seems to mean."""
    meaning = understand(body, context.language, Expecting("open"), context.now)
    if assess(Facts(words=(body,)), ruleset()).outcome == "refuse":
        return replace(meaning, intent="report_scam")
    return meaning if meaning.confidence >= SURE else replace(meaning, intent="none")


def _owed(text: Incoming, context: Context) -> str:
    """To the one caller of this number. Where there are several, or nobody, a text tells nothing."""
    if context.caller_id is None:
        several = db.session.scalar(select(Caller.id).where(Caller.phone == text.number).limit(1)) is not None
        return _said("text.several" if several else "text.unknown", context)
    bills = unpaid_bills(context)
    if not bills:
        return _said("text.owed_none", context)
    return _said("text.owed", context, bills="; ".join(_bill(bill, context) for bill in bills[:5]))


def _bill(bill: dict[str, Any], context: Context) -> str:
    day = dt.date.fromisoformat(bill["due"])
    written = f"{day:{DAYS.get(context.language.code, '%Y-%m-%d')}}"
    amount = f"{bill['amount']['currency']} {bill['amount']['amount']}"
    return _said("text.bill", context, biller=bill["biller"], amount_text=amount, day_text=written)


def _for_a_person(intent: str, about: str, text: Incoming, context: Context) -> None:
    """One open request for a number and a subject: whoever writes five times waits once."""
    words = text.body if context.caller_id is not None else f"From {text.number or 'no number'}: {text.body}"
    mine = select(ServiceRequest).where(
        ServiceRequest.dedupe_key.startswith(f"text:{text.number or 'none'}:{about}:", autoescape=True),
        ServiceRequest.closed_at.is_(None),
    )
    request = db.session.scalar(mine.order_by(ServiceRequest.id.desc()).limit(1))
    if request is None:
        key = f"text:{text.number or 'none'}:{about}:{text.sid}"[:80]
        request = open_alone(key, intent, context.caller_id, context.now, number=text.number, about=about)
    if len(request.details.get("words", "")) < MOST_WORDS:
        add_words(request, words)


def _said(key: str, context: Context, **values: str) -> str:
    always = {
        "helpline": context.settings.name,
        "number": context.settings.telephony.number,
        "emergency": context.settings.telephony.emergency_number,
        "when": office.call_back_words(context),
    }
    return context.language.prompt(key, {**always, **values}, context.now.date())
