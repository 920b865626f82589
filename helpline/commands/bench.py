"""`helpline bench NAME`: how well and how fast the parts are. One file a measurement, loaded when it is asked for."""

from __future__ import annotations

import importlib

import click

BENCHES = {
    "understanding": ("bench_understanding", "How well sentences are understood, and how long one takes."),
}


class Benches(click.Group):
    """Imports a measurement's module only when it runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(BENCHES)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in BENCHES:
            return None
        command = importlib.import_module(f"helpline.commands.{BENCHES[name][0]}").command
        assert isinstance(command, click.Command)  # noqa: S101 - a slip in our own table
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in sorted(BENCHES.items())])


@click.group(cls=Benches)
def command() -> None:
    """Measure the parts; add --json for figures that a program can read."""
