"""The languages of the line, and a caller's choice, remembered for the next call."""

from __future__ import annotations

import datetime as dt

from helpline import events
from helpline.db import db
from helpline.models import Caller
from helpline.services.context import Context
from voice.heard import Json, Result
from voice.traits import traits

CHOSEN = "language_chosen"


def known(args: Json, context: Context) -> Result:
    """Every language that this line speaks, with its name in the language that is spoken now, or else in its own."""
    names = {code: context.language.prompts.get(f"language.{code}") or traits(code).name for code in context.languages}
    languages = [{"code": code, "name": name} for code, name in names.items()]
    return Result("languages.known", "ok", {"languages": languages})


def choose(args: Json, context: Context) -> Result:
    """Remember the language for a caller whom we know; for this call it is the dialogue's. Of whom we do not know yet it is
    written down with the call, for when they have said who they are."""
    if context.caller_id is None:
        events.record(CHOSEN, f"call:{context.call_id}", context.now, language=args["code"])
    else:
        remember(context.caller_id, args["code"], context.now)
    return Result("languages.choose", "ok", {"code": args["code"]})


def chosen_by_somebody(call_id: int) -> bool:
    """Whether a language was chosen in this call before it was known who is calling."""
    return events.told(f"call:{call_id}", CHOSEN)


def remember(caller_id: int, code: str, now: dt.datetime) -> None:
    """The language in which this caller is spoken to from the next call on."""
    caller = db.session.get_one(Caller, caller_id)
    if caller.language != code:
        caller.language = code
        events.record(CHOSEN, f"caller:{caller.id}", now, language=code)


ORDERS = {"languages.known": known, "languages.choose": choose}
