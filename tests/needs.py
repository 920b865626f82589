"""What a test needs and Python packages can't bring: skipped with a reason, or a failure where everything must be there."""

from __future__ import annotations

import os

import pytest

REQUIRE_ALL = "HELPLINE_REQUIRE_ALL"


def needs(there: object, what: str) -> None:
    """Go on when `there` is truthy (a path that was found, an import that worked), else skip: `what` is missing.

    With HELPLINE_REQUIRE_ALL=1 in the environment nothing is skipped: a machine that is meant to have
    everything fails, so that a test that never runs is noticed.
    """
    if there:
        return
    reason = f"needs {what}, which is not on this machine"
    if os.environ.get(REQUIRE_ALL) == "1":
        pytest.fail(f"{reason}, and {REQUIRE_ALL} is set", pytrace=False)
    print(f"skipped: {reason}")
    pytest.skip(reason)
