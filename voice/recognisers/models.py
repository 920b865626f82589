"""Vosk models on disk: what there is, fetching one whole or not at all, and where it lies."""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import requests

from voice.traits import Download, all_traits, languages_folder, traits

CHUNK = 8 * 1024  # a broken line loses at most the piece that was on its way
TIME_OUT = (10, 30)  # seconds to connect, seconds between two pieces
MOST_UNPACKED = 4 << 30  # bytes: a zip bomb is not a model


class ModelError(RuntimeError):
    """A model could not be fetched or is not right; the message says what happened and what to do."""


Progress = Callable[[int, int], None]  # bytes so far, bytes in all


def catalogue() -> dict[str, Download]:
    """The models that can be fetched, by language."""
    return _catalogue(languages_folder())


@cache
def _catalogue(folder: Path) -> dict[str, Download]:
    return {code: download for code, about in all_traits(folder).items() if (download := about.recognition.download)}


def package_of(language: str) -> str:
    """The Python package that carries a language's model; "" where none does."""
    return traits(language).recognition.package


def find_vosk_model(language: str, named: str, data_path: Path) -> Path | None:
    """The folder of a language's Vosk model: the one named in the settings, a fetched one, or a package's."""
    if named:
        return Path(named).expanduser()
    if language in catalogue() and is_model(fetched := model_folder(catalogue()[language], data_path)):
        return fetched
    package = package_of(language).replace("-", "_")
    spec = importlib.util.find_spec(package) if package else None
    if spec and spec.origin and is_model(packaged := Path(spec.origin).parent / "model"):
        return packaged
    return None


def model_folder(download: Download, data_path: Path) -> Path:
    return data_path / "models" / download.name


def is_model(folder: Path) -> bool:
    return (folder / "am" / "final.mdl").is_file() and (folder / "conf").is_dir()


def get(download: Download, base_url: str, data_path: Path, progress: Progress) -> Path:
    """Fetch, verify, unpack: the model's folder. A broken download is taken up where it stopped.

    Nothing is unpacked before size and SHA-256 are right, and the folder appears only when it is whole. A second
    process waits for the first and finds its model. Raises ModelError.
    """
    target = model_folder(download, data_path)
    part = target.with_name(f"{download.name}.zip.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _alone(target.with_name(f"{download.name}.lock")):
            if not is_model(target):
                _fetch(download, f"{base_url.rstrip('/')}/{download.name}.zip", part, progress)
                _verify(download, part)
                _unpack(part, target)
                part.unlink()
    except OSError as error:
        raise ModelError(f"{download.name} could not be stored in {target.parent}: {error}") from error
    return target


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """One process at a time: two that append to the same file would spoil it for both."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _fetch(download: Download, url: str, part: Path, progress: Progress) -> None:
    have = part.stat().st_size if part.exists() else 0
    if have > download.size:
        part.unlink()
        have = 0
    if have == download.size:
        return
    headers = {"Range": f"bytes={have}-"} if have else {}
    try:
        with requests.get(url, headers=headers, stream=True, timeout=TIME_OUT) as answer:
            if answer.status_code not in (200, 206):
                raise ModelError(f"{url} answered {answer.status_code} {answer.reason}")
            if answer.status_code == 200:
                have = 0  # the server does not resume: start again
            with part.open("ab" if have else "wb") as file:
                for piece in answer.iter_content(CHUNK):
                    have += len(piece)
                    if have > download.size:
                        part.unlink()
                        raise ModelError(f"{url} is larger than {download.size:,} bytes: it is not {download.name}")
                    file.write(piece)
                    progress(have, download.size)
    except requests.RequestException as error:
        raise ModelError(
            f"{url} could not be fetched ({type(error).__name__}). {have:,} of {download.size:,} bytes are kept; "
            "run the same command again to go on from there."
        ) from error


def _verify(download: Download, part: Path) -> None:
    size = part.stat().st_size
    if size < download.size:
        raise ModelError(f"the download stopped at {size:,} of {download.size:,} bytes; run the same command again to go on")
    with part.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != download.sha256:
        part.unlink()
        raise ModelError(f"{download.name} arrived damaged or is another file (SHA-256 {found}); it was thrown away")


def _unpack(archive: Path, target: Path) -> None:
    """Into a folder beside the target first, then renamed in one step."""
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        try:
            with zipfile.ZipFile(archive) as unzipped:
                if sum(entry.file_size for entry in unzipped.infolist()) > MOST_UNPACKED:
                    raise ModelError(f"{archive.name} would unpack to far more than a model")
                unzipped.extractall(scratch)
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
            raise ModelError(f"{archive.name} is not a zip archive: {error}") from error
        models = [folder for folder in (Path(scratch), *Path(scratch).iterdir()) if is_model(folder)]
        if not models:
            raise ModelError(f"{archive.name} holds no Vosk model (no am/final.mdl and conf)")
        if target.exists():
            shutil.rmtree(target)
        models[0].rename(target)
