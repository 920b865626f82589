"""The application on a real port of this machine, for tests that need a socket."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server

PATIENCE = 8.0  # seconds for the server's thread to end


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_of(app: Flask) -> int:
    """The port of the address at which the application believes to be."""
    return int(app.extensions["helpline"].settings.public_url.rpartition(":")[2])


@contextmanager
def served(app: Flask) -> Iterator[BaseWSGIServer]:
    """One thread a request, at the application's own address; calls are ended before the server."""
    server = make_server("127.0.0.1", port_of(app), app, threaded=True)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield server
    finally:
        app.extensions["switchboard"].lines.end_all()
        server.shutdown()
        server.server_close()
        serving.join(PATIENCE)
