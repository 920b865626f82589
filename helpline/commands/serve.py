"""`helpline serve`: the helpline itself. One process with many threads: all calls share the loaded speech models."""

from __future__ import annotations

import logging
import os
import signal
import threading
from typing import Any

import click
from flask import Flask
from flask_migrate import upgrade
from gunicorn.app.base import BaseApplication

from helpline.app import create_app
from helpline.calls.doors import Switchboard
from helpline.db import db
from helpline.parts import Parts
from helpline.settings import Settings, SettingsError, load_settings
from voice.heard import Expecting
from voice.recognisers import RecogniserError
from voice.synthesis import VoiceError
from voice.understanding import understand

LAST_TURNS = 35  # seconds that calls may still take when the server is told to stop
log = logging.getLogger(__name__)


@click.command()
def command() -> None:
    """Take calls and show pages, until stopped. The embedded database is brought up to date first; another one is
    left to `helpline db upgrade`."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        settings = load_settings(os.environ)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    app = create_app(settings)
    if not settings.database_url:
        with app.app_context():
            upgrade()
            db.engine.dispose()  # the worker is a fork of this process: an open SQLite file must not go along
    _Server(app, settings).run()


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, app: Flask, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        server = self._settings.server
        options = {
            "bind": f"{server.host}:{server.port}",
            "worker_class": "gthread",
            "workers": 1,
            "threads": server.threads,
            "graceful_timeout": LAST_TURNS,
            "timeout": 0,  # a call is one long request; its own limits end it
            "worker_tmp_dir": "/dev/shm" if os.path.isdir("/dev/shm") else None,  # noqa: S108 - gunicorn's heartbeat file
            "post_worker_init": self._begin,
            "loglevel": "warning",
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._app

    def _begin(self, _worker: Any) -> None:
        """Load the models in the background, so that the first caller does not wait for them; told to stop, end the
        calls first, because a call is one request that never ends by itself."""
        switchboard: Switchboard = self._app.extensions["switchboard"]
        stop: Any = signal.getsignal(signal.SIGTERM)

        def end_calls_and_stop(*told: Any) -> None:
            switchboard.lines.end_all()
            switchboard.talks.end_all()
            stop(*told)

        signal.signal(signal.SIGTERM, end_calls_and_stop)
        threading.Thread(target=warm_up, args=(self._app,), name="warm-up", daemon=True).start()


def warm_up(app: Flask) -> None:
    """Load and use every recogniser, voice and understanding once. What cannot be loaded is said in the log, in plain words."""
    parts: Parts = app.extensions["helpline"]
    for code in parts.languages:
        try:
            stream = parts.recogniser(code).stream(Expecting("yes_no"))
            stream.feed(bytes(16000))
            stream.finish()
            for _ in parts.voice(code).speak("."):
                pass
            understand("hello", parts.languages[code], Expecting("open"), parts.now())
        except (RecogniserError, VoiceError) as error:
            log.error("%s: %s", code, error)
    log.info("the helpline is ready")
