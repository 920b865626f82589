"""A stripe-mock for the tests of shapes: a program of the vendor's own, built from its Go module."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.needs import needs
from tests.serving import free_port

NAMED = "STRIPE_MOCK"  # the address of one that runs already
PATIENCE = 20.0  # seconds until it has read the whole description of Stripe's interface


@pytest.fixture(scope="session")
def stripe_mock() -> Iterator[str]:
    """The address of one: that which is named, or one of our own for as long as the tests run."""
    if named := os.environ.get(NAMED):
        yield named
        return
    program = shutil.which("stripe-mock") or shutil.which("stripe-mock", path=Path.home() / "go" / "bin")
    needs(program, "stripe-mock (the README says how it is built)")
    url = f"http://127.0.0.1:{(port := free_port())}"
    with subprocess.Popen([str(program), "-http-addr", f"127.0.0.1:{port}"], stdout=subprocess.DEVNULL) as mock:
        try:
            _wait_for(mock, url)
            yield url
        finally:
            mock.terminate()


def _wait_for(mock: subprocess.Popen[bytes], url: str) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and mock.poll() is None:
        try:
            requests.get(url, timeout=1)
            return
        except requests.RequestException:
            time.sleep(0.05)
    pytest.fail("stripe-mock does not answer", pytrace=False)
