"""Speech to words: one Protocol, two engines, and the choice between them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from voice.audio import RATE
from voice.heard import Expecting, Heard
from voice.traits import traits


class RecogniserError(RuntimeError):
    """No recogniser can be had; the message says why and what to do."""


class Vocabulary(Protocol):
    """What a recogniser needs of a language: the words that may come next."""

    @property
    def code(self) -> str: ...

    def phrases(self, expecting: Expecting) -> tuple[str, ...] | None:
        """The phrases of a closed question, or None where anything may be said."""
        ...

    def hotwords(self, expecting: Expecting) -> str:
        """Words worth listening for, as one string."""
        ...


class Stream(Protocol):
    """One turn of one caller."""

    def feed(self, pcm: bytes) -> str:
        """Take 16-bit mono PCM; answer the words so far, "" from an engine that has none before the end."""
        ...

    def finish(self) -> Heard:
        """What was said. The stream takes no more sound afterwards."""
        ...


class Recogniser(Protocol):
    """An engine with its model loaded, shared by all calls of the process."""

    engine: str
    partials: bool  # whether `feed` answers words while somebody is still speaking

    def stream(self, expecting: Expecting, rate: int = RATE) -> Stream: ...


@dataclass(frozen=True)
class Choice:
    """Which engine serves a language, and why, in plain words."""

    engine: str  # vosk, whisper, or "" when none can
    why: str
    vosk_folder: Path | None = None


def choose(code: str, engine: str, vosk_folder: Path | None) -> Choice:
    """Vosk where its model is there; else Whisper, whose weights know English only; a named engine or nothing."""
    if engine in ("auto", "vosk") and vosk_folder is not None:
        return Choice("vosk", f"the Vosk model in {vosk_folder} is in use", vosk_folder)
    if engine == "vosk":
        return Choice("", f"there is no Vosk model for {code!r}: fetch it with `helpline models get {code}`")
    if not traits(code).recognition.whisper:
        return Choice("", f"there is no Vosk model for {code!r}, and Whisper's weights here are English only")
    if engine == "whisper":
        return Choice("whisper", "Whisper (tiny.en) was asked for in the settings")
    return Choice("whisper", f"no Vosk model is there, so Whisper (tiny.en) is used; `helpline models get {code}` fetches one")


def open_recogniser(language: Vocabulary, engine: str, vosk_folder: Path | None, whisper_pool: int) -> Recogniser:
    """Load the engine of choice: seconds the first time. Raises RecogniserError when there is none."""
    chosen = choose(language.code, engine, vosk_folder)
    if chosen.engine == "vosk" and chosen.vosk_folder is not None:
        from voice.recognisers.vosk import VoskRecogniser

        return VoskRecogniser(chosen.vosk_folder, language)
    if chosen.engine == "whisper":
        from voice.recognisers.whisper import WhisperRecogniser

        return WhisperRecogniser(language, whisper_pool)
    raise RecogniserError(chosen.why)
