"""What somebody does at the browser phone without JavaScript, form by form."""

from __future__ import annotations

import re

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from helpline.db import db
from helpline.models import Caller
from tests.cast import press


def ring(client: FlaskClient, name: str = "unknown", how: str = "typing") -> str:
    """Ring as one of the invented people, or as somebody whom the helpline does not know; the address of the call."""
    with client.application.app_context():
        newest = select(Caller.id).where(Caller.name == name, Caller.training).order_by(Caller.id.desc()).limit(1)
        chosen = db.session.scalar(newest) or "unknown"
    return press(client, "/office/phone/ring", caller=chosen, how=how).location


def say(client: FlaskClient, call: str, words: str = "", **fields: str) -> TestResponse:
    """The next turn of the call, as the page's form sends it. `**{"as": "keys"}`: pressed, not said."""
    turn = re.search(r'name="turn" value="(\d+)"', client.get(call).text)
    assert turn, "the call is over"
    return press(client, f"{call}/turns", words=words, turn=turn[1], **fields)


def keys(client: FlaskClient, call: str, pressed: str) -> TestResponse:
    return say(client, call, pressed, **{"as": "keys"})
