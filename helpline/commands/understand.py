"""`helpline understand`: what sentences on standard input ask for, one JSON object a line."""

from __future__ import annotations

import datetime as dt

import click

from helpline.commands.filters import language_option, lines, now_option, write
from voice.heard import Expecting, Meaning
from voice.languages import Language
from voice.understanding import likeliest, understand

EXPECTATIONS = ("open", "yes_no", "digits", "pin", "date", "message")


@click.command()
@language_option
@click.option("--expecting", type=click.Choice(EXPECTATIONS), default="open", show_default=True)
@now_option
@click.option("--why", is_flag=True, help="Add what decided: a pattern, a known sentence, or the telling words.")
def command(language: Language, expecting: str, now: dt.datetime, why: bool) -> None:
    """Read a sentence a line, write {"text","intent","confidence","slots"} a line.

    In the open state the intent is the likeliest of all, `none` when it is not ours. With another --expecting a
    plain answer has the intent `none` and its value in the slots (`digits`, `date`, `part_of_day`).
    """
    for text in lines():
        meaning = (
            likeliest(text, language, now) if expecting == "open" else understand(text, language, Expecting(expecting), now)
        )
        write(_as_json(text, meaning) | (_reasons(meaning) if why else {}))


def _as_json(text: str, meaning: Meaning) -> dict[str, object]:
    return {
        "text": text,
        "intent": meaning.intent or "none",
        "confidence": meaning.confidence,
        "slots": dict(meaning.slots),
    }


def _reasons(meaning: Meaning) -> dict[str, object]:
    return {"alternatives": list(meaning.alternatives), "why": dict(meaning.why)}
