"""What the program must know of a language besides its words: config/languages/<code>/language.toml.

Whatever would else be decided by a language's code is decided by this file: its recogniser, its voice, how its
sentences become vectors. The file and each of its lines may be left out.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent.parent / "config" / "languages"
FILE = "language.toml"
CODE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
VOICES = ("", "hibari", "espeak")
ENCODERS = ("multilingual", "english")
FIRST = "en"  # the language whose prompts every other one must have, unless it names another
# The keys of the file, and what each must be.
LINES = {"name": str, "translated_from": str, "encoders": list, "parses_values": bool, "telephone": str,
         "recognition": dict, "voice": dict}  # fmt: skip
RECOGNITION = {"whisper": bool, "package": str, "download": dict}
DOWNLOAD = {"name": str, "size": int, "sha256": str, "licence": str}
VOICE = {"engine": str, "name": str}
CALLED = {str: "a text", bool: "true or false", int: "a whole number", list: "a list", dict: "a table"}


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


def unwritten(code: str) -> Traits:
    """The traits of a language that says nothing of itself."""
    return Traits(name=code, translated_from="" if code == FIRST else FIRST)


def all_traits(folder: Path | None = None) -> dict[str, Traits]:
    """The traits of each language. One whose file is wrong is left out: its fault is told where that language is asked for."""
    found = {}
    for code in codes(folder):
        with suppress(LanguageError):
            found[code] = traits(code, folder)
    return found


@cache
def _read_traits(code: str, folder: Path) -> Traits:
    path, file = folder / code / FILE, f"{code}/{FILE}"
    if not CODE.fullmatch(code) or not path.exists():
        return unwritten(code)
    faults: list[str] = []
    lines = _of_kind(file, read_toml(path, file), LINES, faults)
    recognition = _of_kind(f"{file}: recognition", lines.pop("recognition", {}), RECOGNITION, faults)
    if download := recognition.pop("download", None):
        faults += [f"{file}: recognition.download.{key}: is missing" for key in DOWNLOAD if key not in download]
        download = _of_kind(f"{file}: recognition.download", download, DOWNLOAD, faults)
    voice = _of_kind(f"{file}: voice", lines.pop("voice", {}), VOICE, faults)
    if voice.get("engine", "") not in VOICES:
        faults.append(f"{file}: voice.engine: {voice['engine']!r} is none of {', '.join(VOICES[1:])}")
    lines["encoders"] = tuple(lines.get("encoders", ("multilingual",)))
    if not lines["encoders"] or any(name not in ENCODERS for name in lines["encoders"]):
        faults.append(f"{file}: encoders: {list(lines['encoders'])} are not of {', '.join(ENCODERS)}")
    if faults:
        raise LanguageError("\n".join(faults))
    recognised = Recognition(**recognition, download=Download(code, **download) if download else None)
    return replace(unwritten(code), **lines, recognition=recognised, voice=VoiceName(**voice))


def _of_kind(where: str, lines: Mapping[str, Any], kinds: Mapping[str, type], faults: list[str]) -> dict[str, Any]:
    """The lines that there are such keys for, and whose values are of their kind; the others are faults."""
    right, sign = {}, "." if ": " in where else ": "
    for key, value in lines.items():
        if key not in kinds:
            faults.append(f"{where}{sign}{key}: nobody reads it; known are {', '.join(kinds)}")
        elif type(value) is not kinds[key]:
            faults.append(f"{where}{sign}{key}: must be {CALLED[kinds[key]]}, not {value!r:.40}")
        else:
            right[key] = value
    return right


def read_toml(path: Path, file: str) -> dict[str, Any]:
    """The tables of a file, which an error calls `file`. Raises LanguageError."""
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))  # some editors put a mark before the first letter
    except OSError as error:
        raise LanguageError(f"{file}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise LanguageError(f"{file}: is not UTF-8 (byte {error.start}): save it as UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise LanguageError(f"{file}: is not valid TOML ({error})") from error
