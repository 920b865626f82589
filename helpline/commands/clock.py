"""`helpline clock`: the one process that wakes what is due."""

from __future__ import annotations

import logging
import os

import click

from helpline import clock
from helpline.app import create_app
from helpline.settings import load_settings


@click.command()
def command() -> None:
    """Run due timers, offer tasks to volunteers and send messages, until stopped."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    try:
        clock.run(create_app(load_settings(os.environ)))
    except clock.AlreadyRunning as error:
        raise click.ClickException(str(error)) from error
