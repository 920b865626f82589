"""Texts that came to us, each kept once, and the numbers whose owners want none from us."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from functools import cache

from sqlalchemy import Integer, String, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from helpline.db import Model, UtcDateTime, changed, db
from helpline.settings import CONFIG_DIR


class Text(Model):
    """A text that somebody sent to the helpline. `taken_as`: what came of it (yes, no, done, stop, owed, kept, ...)."""

    __tablename__ = "text"
    id: Mapped[int] = mapped_column(primary_key=True)
    sid: Mapped[str] = mapped_column(String(64), unique=True)  # the provider's id
    number: Mapped[str] = mapped_column(String(20), index=True)  # "" where nobody can be answered
    body: Mapped[str] = mapped_column(String(1600))
    pictures: Mapped[int] = mapped_column(Integer, default=0)
    taken_as: Mapped[str] = mapped_column(String(20), default="")
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class NoTexts(Model):
    """A number whose owner has written STOP, until they write START."""

    __tablename__ = "no_texts"
    number: Mapped[str] = mapped_column(String(20), primary_key=True)
    since: Mapped[dt.datetime] = mapped_column(UtcDateTime)


@cache
def commands(of: str) -> dict[str, str]:
    """What a "volunteer" or the "staff" may write, each a whole message as `in_plain_words` has it, and which command it is."""
    data = tomllib.loads((CONFIG_DIR / "texts.toml").read_text("utf-8"))[of]
    return {words: command for command, said in data.items() for words in said}


def in_plain_words(body: str) -> str:
    """A message in small letters, without signs: "Don't, please!" is "dont please"."""
    return " ".join(re.sub(r"[^\w\s]|_", " ", re.sub("['’]", "", body.casefold())).split())


def keep(text: Text) -> bool:
    """Add the text to the transaction. False when it is there already: whatever it asked for has been done."""
    if db.session.scalar(select(Text.id).where(Text.sid == text.sid)) is not None:
        return False
    try:
        with db.session.begin_nested():
            db.session.add(text)
    except IntegrityError:  # the same webhook, twice at the same moment
        return False
    return True


def stop(number: str, now: dt.datetime) -> None:
    """Send nothing to this number any more. Does not commit."""
    if not stopped(number):
        try:
            with db.session.begin_nested():
                db.session.add(NoTexts(number=number, since=now))
        except IntegrityError:
            return


def start(number: str) -> bool:
    """They want texts again. False when they had not stopped them. Does not commit."""
    return changed(delete(NoTexts).where(NoTexts.number == number))


def stopped(number: str) -> bool:
    return db.session.scalar(select(NoTexts.number).where(NoTexts.number == number)) is not None
