"""Proving who it is: by PIN, or without any memory by a call of ours to the number on file; and what is kept behind that."""

from __future__ import annotations

import datetime as dt
from typing import Any

from helpline import audit, events, outbox
from helpline.db import db
from helpline.identity import callbacks, phrases, pins, vouching
from helpline.identity.callbacks import CallBack
from helpline.identity.household import person
from helpline.models import Call, Caller
from helpline.services import protection
from helpline.services.contacts.telling import tell_of_number
from helpline.services.context import Context
from helpline.settings import Settings
from voice.heard import Json, Result
from voice.languages import Language

PLACES = ("first", "second", "third", "others")  # of what is offered, in the order of their keys


def prove(args: Json, context: Context) -> Result:
    """`ok`, or what else the PIN came to; `call_back` where it is right and not enough. What was wished for begins only after an
    `ok`."""
    if context.caller_id is None:
        return Result("identity.prove", "none")
    pepper = context.settings.pin_pepper
    came = pins.check_pin(context.caller_id, context.call_id, args["pin"], pepper, context.now)
    return Result("identity.prove", "call_back" if came == "ok" and _needs_our_call(context) else came)


def enough(args: Json, context: Context) -> Result:
    """Whether what this call has proved is enough for what was wished for: `ok`, `call_back`, or `none`."""
    if context.caller_id is None or context.level < 2:
        return Result("identity.enough", "none")
    return Result("identity.enough", "call_back" if _needs_our_call(context) else "ok")


def _needs_our_call(context: Context) -> bool:
    """Who is protected changes nothing by a PIN alone: somebody may have looked over their shoulder. We ring them."""
    call = db.session.get(Call, context.call_id)
    came_in = call is not None and call.direction == "inbound"
    return came_in and context.caller_id is not None and protection.is_protected(context.caller_id)


def call_back(args: Json, context: Context) -> Result:
    """Promise to ring the number on file about this wish: `ok`, `new_number`, `too_many`, or `none` for nobody we know."""
    if context.caller_id is None:
        return Result("identity.call_back", "none")
    caller = db.session.get_one(Caller, context.caller_id)
    came = callbacks.promise(caller, args["wish"], context.call_id, f"caller:{caller.id}", context.now)
    return Result("identity.call_back", came)


def why_we_ring(purpose: dict[str, Any], language: Language, now: dt.datetime) -> Result:
    """`ask`, or `late` when it was answered already or is too long ago."""
    row = db.session.get_one(CallBack, purpose["call_back_id"])
    caller = db.session.get_one(Caller, purpose["caller_id"])
    wish = language.prompt(f"wish.{row.wish}", {}, now.date())
    data = {"caller": person(caller), "call_back_id": row.id, "wished": row.wish, "wish_name": wish}
    return Result("call.prove", "ask" if callbacks.is_fresh(row, now) else "late", data)


def called_back(args: Json, context: Context) -> Result:
    """Their yes or no to what they had asked for: `ok` (level 2 from here), `no` or `late`."""
    if context.caller_id is None:
        return Result("identity.called_back", "late")
    came = callbacks.answered(args["call_back_id"], context.caller_id, context.call_id, args["yes"], context.now)
    return Result("identity.called_back", came)


def offer_words(args: Json, context: Context) -> Result:
    """Three to choose from, which only the prompt speaks. `refused` below level 2: the dialogue has the level proved first."""
    if context.caller_id is None or context.level < 2:
        return Result("phrase.offer", "refused")
    phrases.offer(context.caller_id, args["kind"], context.language.prompts["phrase.words"].split(", "))
    names = [context.language.prompt(f"phrase.{place}", {}, context.now.date()) for place in PLACES]
    return Result("phrase.offer", "ok", {"names": names})


def keep_words(args: Json, context: Context) -> Result:
    """`ok`, or `gone` when nothing is offered any more. Whoever gets the text about it and did not ask rings us."""
    caller_id, kind = context.caller_id, args["kind"]
    if caller_id is None or context.level < 2:
        return Result("phrase.keep", "refused")
    if not phrases.choose(caller_id, kind, args["place"], f"caller:{caller_id}", context.now):
        return Result("phrase.keep", "gone")
    give_notice(db.session.get_one(Caller, caller_id), f"sms.{kind}", str(context.call_id), context)
    return Result("phrase.keep", "ok", {"kind": kind})


def may_choose_pin(args: Json, context: Context) -> Result:
    """`ok`, or `person`: for a PIN that is lost our call alone is not enough, and somebody has to vouch for them."""
    return Result("pin.may", "ok" if _may_choose_pin(context) or _vouched(context) else "person")


def _may_choose_pin(context: Context) -> bool:
    if context.caller_id is None or context.level < 2:
        return False
    return pins.may_choose(context.caller_id, context.call_id)


def _vouched(context: Context) -> bool:
    if context.caller_id is None or context.level < 2:
        return False
    return vouching.good(context.caller_id, context.now) is not None


def propose_pin(args: Json, context: Context) -> Result:
    """`ok`: once more, please; `weak`; `person` where this call has not proved enough."""
    if context.caller_id is None or may_choose_pin({}, context).status != "ok":
        return Result("pin.propose", "person")
    ok = pins.propose(context.caller_id, context.call_id, args["pin"], context.settings.pin_pepper)
    return Result("pin.propose", "ok" if ok else "weak")


def keep_pin(args: Json, context: Context) -> Result:
    """`ok`, or `differs` from what was typed before. Whoever gets the text about it and did not ask rings us."""
    if context.caller_id is None or may_choose_pin({}, context).status != "ok":
        return Result("pin.keep", "person")
    lost = not _may_choose_pin(context)
    if not pins.choose(context.caller_id, context.call_id, args["pin"], context.settings.pin_pepper, context.now):
        return Result("pin.keep", "differs")
    if lost:
        vouching.use(context.caller_id, "pin", context.now)
    give_notice(db.session.get_one(Caller, context.caller_id), "sms.pin", str(context.call_id), context)
    return Result("pin.keep", "ok")


def change_number(
    caller_id: int, number: str, landline: bool, staff_id: int, language: Language, settings: Settings, now: dt.datetime
) -> bool:
    """Another telephone number on file, for somebody who was vouched for: once. Whoever has the old number hears of it, and
    a trusted contact, and for two weeks a call to the new one proves nothing. False without a vouch. Does not commit."""
    if not vouching.use(caller_id, "phone", now):
        return False
    caller = db.session.get_one(Caller, caller_id)
    old, was_landline = caller.phone, caller.landline
    if not was_landline:
        notice = language.prompt("sms.number", {"helpline": settings.name}, now.date())
        outbox.promise_sms(old, notice, f"number:{caller_id}:{now.isoformat()}", now)
    caller.phone, caller.landline = number, landline
    tell_of_number(caller, language, settings, now)
    events.record("phone_changed", f"caller:{caller_id}", now)
    audit.write(f"staff:{staff_id}", "phone_changed", f"caller:{caller_id}", now, old=old, new=number)
    return True


def give_notice(caller: Caller, prompt: str, key: str, context: Context) -> None:
    """A text to the number on file that something of their safety was changed, where it takes texts."""
    if not caller.landline:
        notice = context.language.prompt(prompt, {"helpline": context.settings.name}, context.now.date())
        outbox.promise_sms(caller.phone, notice, f"{prompt}:{caller.id}:{key}", context.now)


ORDERS = {
    "identity.prove": prove,
    "identity.enough": enough,
    "identity.call_back": call_back,
    "identity.called_back": called_back,
    "pin.may": may_choose_pin,
    "pin.propose": propose_pin,
    "pin.keep": keep_pin,
    "phrase.offer": offer_words,
    "phrase.keep": keep_words,
}
