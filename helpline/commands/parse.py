"""`helpline parse KIND`: values in sentences on standard input, one JSON object a line."""

from __future__ import annotations

import datetime as dt

import click

from helpline.commands.filters import language_option, lines, now_option, write
from voice.languages import Language
from voice.traits import all_traits, traits
from voice.understanding import PARSERS, parse


@click.command()
@click.argument("kind", type=click.Choice(sorted(PARSERS)))
@language_option
@now_option
def command(kind: str, language: Language, now: dt.datetime) -> None:
    """Read a sentence a line, write {"text","value"} a line; the value is null when none was said.

    Values are only known in English so far: another --language is refused.
    """
    if not traits(language.code).parses_values:
        known = ", ".join(repr(code) for code, about in all_traits().items() if about.parses_values)
        raise click.ClickException(f"values cannot be parsed in {language.code!r} yet, only in {known}")
    for text in lines():
        write({"text": text, "value": parse(kind, text, now)})
