"""`helpline bench`: how fast and how right the parts are, each measurement a file of its own."""

from __future__ import annotations

import click

from helpline.commands import LazyGroup

MEASUREMENTS = {
    "calls": ("bench_calls", "How many callers at once, beside what the recogniser alone would carry."),
    "fraud": ("bench_fraud", "How many scams are caught, and how many honest callers are held."),
    "latency": ("bench_latency", "From the end of a caller's speech to the first sound of the answer."),
    "payments": ("bench_payments", "Whether anything is paid twice or lost when processes die and answers get lost."),
    "understanding": ("bench_understanding", "How often sentences are understood, and how quickly."),
}


@click.group(cls=LazyGroup, modules=MEASUREMENTS)
def command() -> None:
    """Measure the parts on this machine. Every measurement takes --json."""
