"""Files of numbers that were learned: written whole or not at all, and read as if absent where they are broken."""

from __future__ import annotations

import os
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

UNREADABLE = (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile)  # what reading such a file may raise


def write(path: Path, **arrays: Any) -> None:
    """Keep these arrays. The file is whole or not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
        np.savez_compressed(part, **arrays)
    os.replace(part.name, path)
