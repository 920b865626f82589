"""What the filters share: one item a line in, one JSON object a line out, and their common options."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import click

from helpline.settings import SettingsError, load_settings
from voice.languages import Language, LanguageError, load_language
from voice.traits import codes

LINE_ENDS = str.maketrans({sign: f"\\u{ord(sign):04x}" for sign in "\x85\u2028\u2029"})


class Moment(click.ParamType[dt.datetime]):
    """An ISO date and time; without a zone it is the office's local time."""

    name = "ISO time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.datetime:
        if isinstance(value, dt.datetime):
            return value
        try:
            moment = dt.datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no ISO time such as 2026-11-24T10:00", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(load_settings({}).time_zone))


class LanguageParam(click.ParamType[Language]):
    """A language by its code, with its data loaded."""

    name = "code"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Language:
        if isinstance(value, Language):
            return value
        known = codes()
        if value not in known:
            self.fail(f"there is no language {value!r}; there are {', '.join(known)}", param, ctx)
        try:
            return load_language(value, kept=load_settings(os.environ).data_path / "understanding")
        except (LanguageError, SettingsError) as error:
            raise click.ClickException(str(error)) from error


language_option = click.option("--language", type=LanguageParam(), default="en", show_default=True)
now_option = click.option(
    "--now",
    type=Moment(),
    default=lambda: dt.datetime.now(ZoneInfo(load_settings({}).time_zone)),
    help="What today and now are.",
)


def lines() -> Iterator[str]:
    """Lines of standard input, whatever their bytes: what is no UTF-8 comes as replacement characters."""
    for line in sys.stdin.buffer:
        yield line.decode("utf-8", "replace").rstrip("\r\n")


def write(item: dict[str, Any]) -> None:
    """One line of UTF-8, whatever the terminal's own encoding is. Half a character goes out as its JSON escape, and so
    does what some readers take for the end of a line."""
    line = json.dumps(item, ensure_ascii=False).translate(LINE_ENDS)
    sys.stdout.buffer.write(line.encode("utf-8", "backslashreplace") + b"\n")
    sys.stdout.buffer.flush()
