"""`helpline transcribe`: recordings to text, one JSON object a file."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np

from helpline.commands.filters import language_option
from helpline.settings import SettingsError, load_settings
from voice.audio import AudioError, Samples, quietest, read_blocks, resample, to_pcm
from voice.heard import Expecting, Heard
from voice.languages import Language
from voice.recognisers import Recogniser, RecogniserError, open_recogniser
from voice.recognisers.models import find_vosk_model

MODEL_RATE = 16000
PIECE_SECONDS = 10  # of longer ones Whisper leaves sentences out: 22 of 154 words wrong in pieces of 25 s, 4 in these
QUIET_WITHIN = 5  # seconds at a piece's end in which the quietest moment is looked for


@dataclass(frozen=True)
class Hints:
    """A language whose open vocabulary listens for these words as well."""

    language: Language
    hints: tuple[str, ...]

    @property
    def code(self) -> str:
        return self.language.code

    def phrases(self, expecting: Expecting) -> None:
        return None

    def hotwords(self, expecting: Expecting) -> str:
        return " ".join(self.hints)


@click.command()
@language_option
@click.option("--engine", type=click.Choice(["auto", "vosk", "whisper"]), help="The settings' engine if not given.")
@click.option("--hint", multiple=True, help="A word that is likely to be said; Whisper only.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def command(language: Language, engine: str | None, hint: tuple[str, ...], files: tuple[Path, ...]) -> None:
    """Write {"file","text","confidence","engine","audio_seconds","seconds"} for each file: WAV (mu-law too), FLAC
    and others at any rate, mono or stereo, of any length. Confidence is 0 when nothing was heard. A file that
    cannot be read gets {"file","error"}; the others still come out, and the exit code is 1."""
    try:
        settings = load_settings(os.environ)
        folder = find_vosk_model(language.code, settings.speech.vosk_models.get(language.code, ""), settings.data_path)
        recogniser = open_recogniser(Hints(language, hint), engine or settings.speech.engine, folder, 1)
    except (SettingsError, RecogniserError) as error:
        raise click.ClickException(str(error)) from error
    failed = 0
    for path in files:
        try:
            item = _transcribe(path, recogniser)
        except AudioError as error:
            failed += 1
            click.echo(str(error), err=True)
            item = {"file": str(path), "error": str(error)}
        print(json.dumps(item, ensure_ascii=False), flush=True)
    sys.exit(1 if failed else 0)


def _transcribe(path: Path, recogniser: Recogniser) -> dict[str, Any]:
    started, seconds = time.perf_counter(), 0.0
    heard: list[Heard] = []
    for piece in _pieces(path):
        seconds += len(piece) / MODEL_RATE
        stream = recogniser.stream(Expecting("open"), MODEL_RATE)
        stream.feed(to_pcm(piece))
        heard.append(stream.finish())
    said = [one for one in heard if one.text]
    letters = sum(len(one.text) for one in said)
    return {
        "file": str(path),
        "text": " ".join(one.text for one in said),
        "confidence": sum(one.confidence * len(one.text) for one in said) / letters if said else 0.0,
        "engine": recogniser.engine,
        "audio_seconds": round(seconds, 3),
        "seconds": round(time.perf_counter() - started, 3),
    }


def _pieces(path: Path) -> Iterator[Samples]:
    """The recording at 16 kHz in pieces of at most 10 s, cut where it is quietest, so that no word is torn."""
    left = np.zeros(0, np.float32)
    for block, rate in read_blocks(path):
        left = np.concatenate([left, resample(block, rate, MODEL_RATE)])
        while len(left) > PIECE_SECONDS * MODEL_RATE:
            cut = quietest(left, MODEL_RATE, PIECE_SECONDS - QUIET_WITHIN, PIECE_SECONDS)
            yield left[:cut]
            left = left[cut:]
    if len(left):
        yield left
