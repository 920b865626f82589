"""The languages of the line, and a caller's choice, remembered for the next call."""

from __future__ import annotations

from helpline import events
from helpline.db import db
from helpline.models import Caller
from helpline.services.context import Context
from voice.heard import Json, Result
from voice.traits import traits


def known(args: Json, context: Context) -> Result:
    """Every language that this line speaks, with its name in the language that is spoken now, or else in its own."""
    names = {code: context.language.prompts.get(f"language.{code}") or traits(code).name for code in context.languages}
    languages = [{"code": code, "name": name} for code, name in names.items()]
    return Result("languages.known", "ok", {"languages": languages})


def choose(args: Json, context: Context) -> Result:
    """Remember the language for a caller whom we know; for this call it is the dialogue's."""
    caller = db.session.get(Caller, context.caller_id) if context.caller_id else None
    if caller is not None and caller.language != args["code"]:
        caller.language = args["code"]
        events.record("language_chosen", f"caller:{caller.id}", context.now, language=args["code"])
    return Result("languages.choose", "ok", {"code": args["code"]})


ORDERS = {"languages.known": known, "languages.choose": choose}
