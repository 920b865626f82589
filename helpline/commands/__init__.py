"""The `helpline` command: one file a subcommand, loaded when it is asked for."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click

SUBCOMMANDS = {
    "assess": ("assess", "Fraud rules over conversations on standard input."),
    "audit": ("audit", "Check that the audit is as it was written."),
    "bench": ("bench", "Measure how fast the parts are."),
    "call": ("call", "One call in the terminal, typed or from recordings."),
    "clock": ("clock", "The process that wakes what is due."),
    "db": ("database", "Create and upgrade the database."),
    "demo": ("demo", "Demonstration data, the helpline, and recorded calls over the real socket."),
    "doctor": ("doctor", "What is in use and what is missing, in plain words."),
    "export": ("exports", "Write files for others: remittances for billers."),
    "fraud": ("fraud", "What other fraud rules would have decided, and for whom they are hard."),
    "import": ("imports", "Bring in billers, accounts, cards and bills from CSV files."),
    "models": ("models", "List, fetch and find speech models."),
    "parse": ("parse", "Numbers, amounts, dates and times in sentences on standard input."),
    "payments": ("payments", "What a person decides about money."),
    "serve": ("serve", "The helpline itself: webhooks, sockets and pages."),
    "simulate": ("simulate", "Many callers at once, as different as callers are."),
    "staff": ("staff", "People of the office, their roles and passwords."),
    "transcribe": ("transcribe", "Recordings to text."),
    "understand": ("understand", "What sentences on standard input ask for."),
}


class LazyGroup(click.Group):
    """Imports a subcommand's module only when it runs: `helpline parse` must not wait for a recogniser.

    `modules`: name of the subcommand -> its module in this package, and its line of help.
    """

    def __init__(self, *args: Any, modules: Mapping[str, tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self._modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(self._modules)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in self._modules:
            return None
        command = importlib.import_module(f"helpline.commands.{self._modules[name][0]}").command
        assert isinstance(command, click.Command)  # noqa: S101 - a slip in our own table
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in sorted(self._modules.items())])


@click.group(cls=LazyGroup, modules=SUBCOMMANDS)
def cli() -> None:
    """The Blue Vest helpline: one telephone number for older people who need something done."""
