"""Which engine serves a language: said in plain words, and loaded only then."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice.languages import load_language
from voice.recognisers import RecogniserError, choose, open_recogniser

FOLDER = Path("/models/somewhere")


@pytest.mark.parametrize(
    ("code", "engine", "folder", "chosen"),
    [
        ("en", "auto", FOLDER, "vosk"),
        ("en", "vosk", FOLDER, "vosk"),
        ("en", "whisper", FOLDER, "whisper"),
        ("en", "auto", None, "whisper"),
        ("en", "vosk", None, ""),
        ("ko", "auto", FOLDER, "vosk"),
        ("ko", "auto", None, ""),
        ("ko", "whisper", FOLDER, ""),
    ],
)
def test_the_engine_of_a_language(code: str, engine: str, folder: Path | None, chosen: str) -> None:
    choice = choose(code, engine, folder)
    assert choice.engine == chosen
    assert choice.vosk_folder == (FOLDER if chosen == "vosk" else None)
    assert choice.why


def test_where_there_is_none_it_is_said_what_to_do() -> None:
    with pytest.raises(RecogniserError, match="fetch it with `helpline models get en`"):
        open_recogniser(load_language("en"), "vosk", None, 1)
    with pytest.raises(RecogniserError, match="there is no Vosk model for 'ko', and Whisper's weights here are English only"):
        open_recogniser(load_language("ko"), "auto", None, 1)


def test_a_named_folder_that_is_no_model_is_said(tmp_path: Path) -> None:
    with pytest.raises(RecogniserError, match="is not an unpacked Vosk model"):
        open_recogniser(load_language("en"), "auto", tmp_path, 1)


@pytest.mark.speech
def test_without_a_vosk_model_english_is_heard_by_whisper() -> None:
    recogniser = open_recogniser(load_language("en"), "auto", None, 1)
    assert (recogniser.engine, recogniser.partials) == ("whisper", False)
