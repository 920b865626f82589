"""The telephone exchange of tests and demonstrations, where it has to behave as a telephone company does."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from werkzeug.serving import make_server

from helpline.calls.turns import find_call
from helpline.commands.exchange import Account, Exchange
from tests.calls.line import ACCOUNT, TOKEN
from tests.cast import MARGARET, People


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # simple-websocket leaves a refused one open
def test_a_socket_that_is_always_refused_ends_in_words_and_not_in_a_circle(
    app: Flask, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = app.extensions["helpline"].settings.public_url
    server = make_server("127.0.0.1", int(base.rpartition(":")[2]), app, threaded=True)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    monkeypatch.setattr("helpline.calls.doors.is_socket", lambda: False)  # no signature of a socket is right any more
    try:
        leg = Exchange(Account(ACCOUNT, TOKEN, "+15005550006", base)).dial(MARGARET, [])
        assert leg.ended.wait(20.0)
    finally:
        server.shutdown()
        server.server_close()
        serving.join()
    assert leg.failure == "" and leg.sockets == 3
    assert len(leg.spoken) == 1 and "this line keeps breaking" in leg.spoken[0]
    with app.app_context():
        call = find_call(leg.sid)
        assert call is not None and (call.status, call.sockets) == ("ended", 0)
