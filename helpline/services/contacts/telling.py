"""A contact hears that a payment waits: who of the two, if any, and in words that give nothing away.

The contact may be the thief. So nobody is told where the rules point at somebody near the caller, nor anybody whom the
office suspects, whom the caller has spoken of in this call, or who has only lately become the contact.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from helpline import audit, events, outbox
from helpline.db import db
from helpline.models import Caller
from helpline.services.contacts.keeping import PLACES, contact_of, is_volunteers
from helpline.services.contacts.models import TrustedContact
from helpline.services.context import Context
from helpline.settings import Settings
from voice.languages import Language
from voice.tokens import plain, tokens

LATELY = dt.timedelta(days=30)
# A relative in trouble, a second voice, somebody who speaks for the caller, a shared number, a volunteer's visits or details.
SOMEBODY_NEAR = {"F013", "F017", "F018", "F034", "F050", "F051"}


def tell_contact(subject: str, caller_id: int, rules: Sequence[str], context: Context) -> None:
    """Promise a text to the first contact who may know, or write down why none does. `subject` is the hold ("hold:3").

    Does not commit.
    """
    caller = db.session.get_one(Caller, caller_id)
    if caller.training:
        return
    near = SOMEBODY_NEAR.intersection(rules)
    found = {place: contact for place in PLACES if (contact := contact_of(caller_id, place)) is not None}
    why_not = {
        place: "somebody_near" if near else why_silent(contact, caller, context.now, context.words)
        for place, contact in found.items()
    }
    told = None if context.training else next((contact for place, contact in found.items() if not why_not[place]), None)
    if told is None:
        if found:
            audit.write("helpline", "contact_not_told", subject, context.now, why=[*why_not.values()])
        return
    words = {"helpline": context.settings.name, "name": caller.full_name}
    body = context.language.prompt("sms.contact", words, context.now.date())
    outbox.promise_sms(told.phone, body, f"contact_told:{subject}", context.now)
    events.record("contact_told", subject, context.now, place=told.place)
    audit.write("helpline", "contact_told", subject, context.now, contact=told.id, place=told.place)


def tell_of_number(caller: Caller, language: Language, settings: Settings, now: dt.datetime) -> None:
    """Another telephone number came on file: the first contact who may know hears that, and not which. It is of most use where
    the old number was a landline, which takes no text. Does not commit."""
    if caller.training:
        return
    for place in PLACES:
        contact = contact_of(caller.id, place)
        if contact is None or contact.phone == caller.phone or why_silent(contact, caller, now):
            continue
        words = {"helpline": settings.name, "name": caller.full_name, "number": settings.telephony.number}
        body = language.prompt("sms.contact_number", words, now.date())
        outbox.promise_sms(contact.phone, body, f"contact_told:number:{caller.id}:{now.isoformat()}", now)
        audit.write("helpline", "contact_told", f"caller:{caller.id}", now, contact=contact.id, place=place, about="number")
        return


def why_silent(contact: TrustedContact, caller: Caller, now: dt.datetime, words: Sequence[str] = ()) -> str:
    """Why this contact is told nothing; "" where they may know."""
    if not contact.consent:
        return "no_consent"
    if contact.suspected:
        return "suspected"
    if contact.changed_at is not None and now - contact.changed_at < LATELY:
        return "changed_lately"
    if is_volunteers(contact.phone):
        return "volunteer"
    return "spoken_of" if _is_spoken_of(contact, caller, words) else ""


def _is_spoken_of(contact: TrustedContact, caller: Caller, words: Sequence[str]) -> bool:
    """By a name that is not the caller's own, or by what they are to the caller: "my nephew told me"."""
    said = {token.removesuffix("'s") for sentence in words for token in tokens(sentence)}
    names = set(tokens(contact.name)) - set(tokens(caller.full_name))
    return bool(names & said) or any(f" {plain(contact.relation)} " in f" {plain(sentence)} " for sentence in words)
