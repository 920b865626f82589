"""The people behind a telephone number."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from helpline.db import db
from helpline.models import Caller


def household(number: str, training: bool = False) -> list[dict[str, Any]]:
    """Everybody enrolled under this number, as the dialogue needs them. A withheld number has nobody.

    A `training` call meets the people of the training and nobody else; any other call never meets them.
    """
    if not number:
        return []
    callers = db.session.scalars(
        select(Caller).where(Caller.phone == number, Caller.training.is_(training)).order_by(Caller.id)
    )
    return [person(caller) for caller in callers]


def person(caller: Caller) -> dict[str, Any]:
    return {
        "id": caller.id,
        "name": caller.name,
        "full_name": caller.full_name,
        "pace": caller.pace,
        "gain": caller.gain,
        "pause": caller.pause,
        "language": caller.language,
        "texts": not caller.landline,
    }
