"""A missing Chromium or model skips a test on somebody's own machine, and fails where everything must be there."""

from __future__ import annotations

import pytest

from tests.needs import REQUIRE_ALL, needs


def test_what_is_there_lets_the_test_go_on() -> None:
    needs("/usr/bin/chromium", "Chromium")


def test_what_is_missing_skips_with_its_reason(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv(REQUIRE_ALL, raising=False)
    with pytest.raises(pytest.skip.Exception, match="needs Chromium"):
        needs(None, "Chromium")
    assert "needs Chromium" in capsys.readouterr().out


def test_where_everything_is_required_what_is_missing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(REQUIRE_ALL, "1")
    with pytest.raises(pytest.fail.Exception, match=r"needs Chromium.*HELPLINE_REQUIRE_ALL"):
        needs("", "Chromium")
