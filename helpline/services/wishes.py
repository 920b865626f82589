"""What wishes are called when the helpline asks which one was meant."""

from __future__ import annotations

from helpline.services.context import Context
from voice.heard import Json, Result


def named(args: Json, context: Context) -> Result:
    today = context.now.date()
    names = [context.language.prompt(f"wish.{wish}", {}, today) for wish in args["wishes"]]
    return Result("wishes.named", "ok", {"names": names})


ORDERS = {"wishes.named": named}
