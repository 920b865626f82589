"""`helpline bench`: how fast and how right the parts are, each measurement a file of its own."""

from __future__ import annotations

import importlib

import click

MEASUREMENTS = {
    "fraud": ("bench_fraud", "How many scams are caught, and how many honest callers are held."),
    "latency": ("bench_latency", "From the end of a caller's speech to the first sound of the answer."),
    "understanding": ("bench_understanding", "How often sentences are understood, and how quickly."),
}


class Measurements(click.Group):
    """Imports a measurement's module only when it runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(MEASUREMENTS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in MEASUREMENTS:
            return None
        command = importlib.import_module(f"helpline.commands.{MEASUREMENTS[name][0]}").command
        assert isinstance(command, click.Command)  # noqa: S101 - a slip in our own table
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in sorted(MEASUREMENTS.items())])


@click.group(cls=Measurements)
def command() -> None:
    """Measure the parts on this machine. Every measurement takes --json."""
