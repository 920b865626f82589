"""Behind a proxy: signatures are for exactly our public address, whatever the network says that it is."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from flask import Flask
from werkzeug.exceptions import Forbidden

from helpline.calls.doors import is_socket, only_the_provider
from helpline.providers.twilio import sign
from tests.calls.line import TOKEN, Telephone, new_sid
from tests.cast import MARGARET

PUBLIC = "https://helpline.example.org"
FORGED = [
    {"X-Forwarded-Proto": "http", "X-Forwarded-Host": "thief.example.com"},
    {"Forwarded": "for=1.2.3.4;host=thief.example.com;proto=http"},
    {"X-Original-URL": "/calls/status", "X-Rewrite-URL": "/calls/status"},
    {"Host": "thief.example.com"},
]


@pytest.fixture
def changes() -> dict[str, Any]:
    return {"public_url": PUBLIC}


def ring(app: Flask, signed_for: str, **headers: str) -> tuple[int, str]:
    form = {"CallSid": new_sid(), "From": MARGARET, "To": "+15005550006", "Direction": "inbound", "CallStatus": "ringing"}
    answer = app.test_client().post("/calls/incoming", data=form, headers={**sign(TOKEN, signed_for, form), **headers})
    return answer.status_code, answer.text


@pytest.mark.parametrize("headers", [{}, *FORGED])
def test_signed_for_the_public_address_it_is_served_whatever_the_proxy_says(app: Flask, headers: dict[str, str]) -> None:
    status, text = ring(app, f"{PUBLIC}/calls/incoming", **headers)
    assert status == 200
    assert fromstring(text)[0][0].get("url") == "wss://helpline.example.org/calls/stream"
    assert "thief" not in text


@pytest.mark.parametrize("headers", [{}, *FORGED])
@pytest.mark.parametrize("address", ["http://thief.example.com", "http://helpline.example.org", "https://thief.example.com",
                                     "http://localhost"])  # fmt: skip
def test_signed_for_another_address_it_is_refused_whatever_the_proxy_says(
    app: Flask, address: str, headers: dict[str, str]
) -> None:
    assert ring(app, f"{address}/calls/incoming", **headers)[0] == 403


@pytest.mark.parametrize(("signed_for", "served"), [("wss://helpline.example.org", True), ("ws://helpline.example.org", False),
                                                    ("wss://thief.example.com", False)])  # fmt: skip
def test_the_upgrade_is_signed_for_the_secure_address(app: Flask, signed_for: str, served: bool) -> None:
    headers = {"Upgrade": "websocket", "Connection": "Upgrade", **sign(TOKEN, f"{signed_for}/calls/stream", {})}
    with app.test_request_context("/calls/stream", headers={**headers, **FORGED[0]}):
        assert is_socket()
        with nullcontext() if served else pytest.raises(Forbidden):
            only_the_provider()


def test_no_verb_has_the_whole_call_recorded(app: Flask, telephone: Telephone) -> None:
    for path in ("/calls/incoming", "/calls/after"):
        document = fromstring(telephone.ask(path, new_sid()).text)
        assert not [verb.tag for verb in document.iter() if "record" in {name.lower() for name in verb.keys()}]  # noqa: SIM118
