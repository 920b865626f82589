"""Commands run in this process, with a data folder of their own and none of the developer's settings."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest
from click.testing import CliRunner

from helpline.commands import cli


@dataclass(frozen=True)
class Ran:
    """What a command answered: its exit code, what it printed, and what it said about its troubles."""

    code: int
    out: str
    err: str

    @property
    def items(self) -> list[dict[str, Any]]:
        """One JSON object a line."""
        return [json.loads(line) for line in self.out.splitlines()]


class Run(Protocol):
    def __call__(self, *arguments: str | Path, reads: str | bytes = "") -> Ran: ...


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `helpline ...`. An exception that gets out of it is a failure of the test."""
    for name in list(os.environ):
        if name.startswith(("HELPLINE_", "TWILIO_")) and name != "HELPLINE_REQUIRE_ALL":
            monkeypatch.delenv(name)
    monkeypatch.setenv("HELPLINE_DATA_DIR", str(tmp_path / "data"))

    def helpline(*arguments: str | Path, reads: str | bytes = "") -> Ran:
        result = CliRunner().invoke(cli, [str(argument) for argument in arguments], input=reads)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    return helpline
