"""What the program must know of a language besides its words: config/languages/<code>/language.toml.

Whatever would else be decided by a language's code is decided by this file: its recogniser, its voice, how its
sentences become vectors. The file and each of its lines may be left out.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent.parent / "config" / "languages"
FILE = "language.toml"
CODE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
VOICES = ("", "hibari", "espeak")
ENCODERS = ("multilingual", "english")


class LanguageError(ValueError):
    """A language's files cannot be right; the message names the file and the key, one fault a line."""


@dataclass(frozen=True)
class Download:
    """A Vosk model as its project publishes it: the archive's name, exact size in bytes and SHA-256."""

    language: str
    name: str
    size: int
    sha256: str
    licence: str


@dataclass(frozen=True)
class Recognition:
    """What can recognise a language: Whisper's carried weights, a Vosk model in a Python package, one to be fetched."""

    whisper: bool = False
    package: str = ""
    download: Download | None = None


@dataclass(frozen=True)
class VoiceName:
    """Who speaks a language: the engine ("" is nobody) and, where the engine has several, its voice."""

    engine: str = ""
    name: str = ""


@dataclass(frozen=True)
class Traits:
    """One language.toml. `name`: in the language's own words. `translated_from`: the code of the language whose
    prompts it must all have. `telephone`: its tag with the telephone company, such as "en-GB"."""

    name: str
    translated_from: str = ""
    encoders: tuple[str, ...] = ("multilingual",)
    parses_values: bool = False
    telephone: str = ""
    recognition: Recognition = field(default_factory=Recognition)
    voice: VoiceName = field(default_factory=VoiceName)


def languages_folder() -> Path:
    """Where the languages lie: a folder each, with its code for a name."""
    return FOLDER


def codes(folder: Path | None = None) -> tuple[str, ...]:
    """The codes of the languages that there are folders for, in order."""
    return tuple(
        sorted(path.name for path in (folder or languages_folder()).iterdir() if path.is_dir() and CODE.fullmatch(path.name))
    )


def traits(code: str, folder: Path | None = None) -> Traits:
    """The traits of a language; those of one without a file are only its code for a name. Raises LanguageError."""
    return _read_traits(code, folder or languages_folder())


@cache
def _read_traits(code: str, folder: Path) -> Traits:
    path = folder / code / FILE
    if not CODE.fullmatch(code) or not path.exists():
        return Traits(name=code)
    data = read_toml(path)
    try:
        recognition, voice = dict(data.pop("recognition", {})), VoiceName(**data.pop("voice", {}))
        download = recognition.pop("download", None)
        found = Traits(
            **{"name": code, **data, "encoders": tuple(data.get("encoders", ("multilingual",)))},
            recognition=Recognition(**recognition, download=Download(code, **download) if download else None),
            voice=voice,
        )
    except TypeError as error:  # a key that there is not, or one that is missing
        raise LanguageError(f"{path}: {str(error).partition('__init__() ')[2] or error}") from error
    _check(found, path)
    return found


def _check(found: Traits, path: Path) -> None:
    faults = [
        *_of_kind(str, {"name": found.name, "translated_from": found.translated_from, "telephone": found.telephone}),
        *_of_kind(str, {"recognition.package": found.recognition.package, "voice.name": found.voice.name}),
        *_of_kind(bool, {"parses_values": found.parses_values, "recognition.whisper": found.recognition.whisper}),
    ]
    if download := found.recognition.download:
        texts = {key: getattr(download, key) for key in ("name", "sha256", "licence")}
        faults += _of_kind(str, {f"recognition.download.{key}": value for key, value in texts.items()})
        faults += _of_kind(int, {"recognition.download.size": download.size})
    if found.voice.engine not in VOICES:
        faults.append(f"voice.engine: {found.voice.engine!r} is none of {', '.join(VOICES[1:])}")
    if not found.encoders or not set(found.encoders) <= set(ENCODERS):
        faults.append(f"encoders: {list(found.encoders)} are not of {', '.join(ENCODERS)}")
    if faults:
        raise LanguageError("\n".join(f"{path}: {fault}" for fault in faults))


def _of_kind(kind: type, values: Mapping[str, Any]) -> list[str]:
    return [f"{key}: must be {kind.__name__}, not {value!r}" for key, value in values.items() if type(value) is not kind]


def read_toml(path: Path) -> dict[str, Any]:
    """The file's tables. Raises LanguageError."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise LanguageError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise LanguageError(f"{path}: is not UTF-8 (byte {error.start})") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise LanguageError(f"{path}: is not valid TOML ({error})") from error
