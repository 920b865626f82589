"""The office at the browser phone: Ruth is signed in, and the invented people are there."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.cast import People, press, sign_in_ruth


@pytest.fixture
def ruth(client: FlaskClient, people: People) -> FlaskClient:
    """Ruth's browser, signed in, with the people for training."""
    sign_in_ruth(client)
    press(client, "/office/phone/afresh")
    return client
