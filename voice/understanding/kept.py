"""Files of numbers that were learned: written whole or not at all, read as if absent where they are broken, and read once."""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

UNREADABLE = (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile)  # what reading such a file may raise

Key = TypeVar("Key", bound=Hashable)
Read = TypeVar("Read")
MOST_FILES = 8  # kept in memory: a language has two, of up to 90 MB


def read_once(read: Callable[[Path, Key], Read]) -> Callable[[Path, Key], Read]:
    """What `read` made of a file is kept for as long as the file is the same, whoever asks: an application more needs no
    second copy of the weights."""
    kept = lru_cache(maxsize=MOST_FILES)(lambda _stamp, path, key: read(path, key))

    @wraps(read)
    def reading(path: Path, key: Key) -> Read:
        return kept(_stamp(path), path, key)

    return reading


def _stamp(path: Path) -> tuple[int, ...]:
    """Another one when the file was written again; none where there is no file."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_ino, found.st_mtime_ns, found.st_size


def write(path: Path, **arrays: Any) -> None:
    """Keep these arrays. The file is whole or not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
        np.savez_compressed(part, **arrays)
    os.replace(part.name, path)
