"""How like a scam the caller's words are: a linear model over words, pairs, word classes and pieces of words.

The weights are learned by `python -m fraud.learn` from config/fraud/words and stored beside them, so that an answer
takes a millisecond and is the same everywhere. Denied words are marked as denied; news and others' stories are left out.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from fraud.speech import NEGATION_REACH, NEGATORS, Sentence, sentences

FOLDER = Path(__file__).resolve().parent.parent / "config" / "fraud"
WEIGHTS = FOLDER / "words.npz"
WIDTH = 1 << 17  # columns that features are hashed into
PIECE = 4  # letters: a garbled word keeps most of its pieces
FEW = 25  # features: a block of fewer says less, however strange they are
PIECES_WEIGH = 0.3  # against words and classes: they are many, and vaguer
TOGETHER_WEIGHS = 0.5
NETWORK_SHARE = 2.0  # of the network's log odds, beside the linear model's
# Log odds of both at which likeness is 0 and 1: a fifth, and 0.2 %, of the honest of four unseen sets are above (decision 0005).
NETWORK_MARKS = (-1.0, 8.5)
TOKEN = re.compile(r"[a-z']+|[£$]?\d+|[.,;!?]")

Features = tuple[list[int], list[float]]


@dataclass(frozen=True)
class Model:
    """Weights per column, the bias, and the evidence (log odds) at which likeness is 0 and 1."""

    weights: NDArray[np.float32]
    bias: float
    nothing: float
    strong: float


@cache
def model(path: Path = WEIGHTS) -> Model:
    """The learned weights. Raises OSError when there are none: run `python -m fraud.learn`."""
    with np.load(path) as stored:
        return Model(
            stored["weights"].astype(np.float32), float(stored["bias"]), float(stored["nothing"]), float(stored["strong"])
        )


def likeness(words: tuple[str, ...], read: float | None = None) -> float:
    """From 0 (nothing of a scam) over 1 (as like as hardly any honest call) to at most 1.75.

    `read`: the log odds of the network that has read the same words; without them the linear model stands alone."""
    nothing, strong = _marks(read)
    return min(1.75, suspicion(words, read) / (strong - nothing))


def suspicion(words: tuple[str, ...], read: float | None = None) -> float:
    """The log odds above those at which likeness begins, at least 0: without an end, for the order of conversations."""
    nothing, _ = _marks(read)
    return max(0.0, evidence(words, model()) + NETWORK_SHARE * (read or 0.0) - nothing)


def _marks(read: float | None) -> tuple[float, float]:
    return (model().nothing, model().strong) if read is None else NETWORK_MARKS


def evidence(words: tuple[str, ...], learned: Model) -> float:
    """The model's log odds that this is a scam."""
    columns, values = features(words)
    return (
        learned.bias + float(np.dot(learned.weights[columns], np.asarray(values, np.float32))) if columns else learned.nothing
    )


def features(words: tuple[str, ...]) -> Features:
    """Columns and values of a conversation: four blocks, each of nearly the same length whatever the
    conversation's length; only very short ones weigh less."""
    lines = [_tokens(sentence) for sentence in sentences(words)]
    blocks = (
        (1.0, {feature for line in lines for feature in _words(line)}),
        (1.0, {feature for line in lines for feature in _classes(line)}),
        (PIECES_WEIGH, {feature for line in lines for feature in _pieces(line)}),
        (TOGETHER_WEIGHS, {*_together(lines)}),
    )
    columns: list[int] = []
    values: list[float] = []
    for weight, block in (pair for pair in blocks if pair[1]):
        columns += [crc32(feature.encode()) % WIDTH for feature in sorted(block)]
        values += [weight / math.sqrt(len(block) + FEW)] * len(block)
    return columns, values


def _tokens(sentence: Sentence) -> list[str]:
    """Words, numbers as #, denied words with ~ before them; without what tells of others."""
    tokens, denied = [], 0
    for match in TOKEN.finditer(sentence.plain):
        word = match[0]
        if word in ".,;!?":
            denied = 0
        elif not any(start <= match.start() < end for start, end in sentence.elsewhere):
            word = "#" if word[-1].isdigit() else word
            tokens.append(f"~{word}" if denied > 0 and word not in NEGATORS else word)
            denied = NEGATION_REACH if word in NEGATORS else denied - 1
    return tokens


def _words(line: list[str]) -> Iterator[str]:
    for before, word in zip(["^", *line], line, strict=False):
        yield f"w{word}"
        yield f"p{before} {word}"


def _classes(line: list[str]) -> Iterator[str]:
    """Classes alone, in pairs, in threes, and in pairs with any word between."""
    known = _class_of()
    kinds = [known.get(word.lstrip("~"), word) for word in line]
    for at, kind in enumerate(kinds):
        yield f"c{kind}"
        if at + 1 < len(kinds):
            yield f"d{kind} {kinds[at + 1]}"
        if at + 2 < len(kinds):
            yield f"s{kind} {kinds[at + 2]}"
            yield f"t{kind} {kinds[at + 1]} {kinds[at + 2]}"


def _together(lines: list[list[str]]) -> Iterator[str]:
    """Which two classes stand in one sentence, and which two anywhere in the conversation: a courier and a wallet are
    two ordinary things."""
    kinds = [{_class_of()[word] for word in line if word in _class_of()} for line in lines]
    for line in kinds:
        yield from (f"n{one} {other}" for one, other in combinations(sorted(line), 2))
    yield from (f"k{one} {other}" for one, other in combinations(sorted(set().union(*kinds)), 2))


def _pieces(line: list[str]) -> Iterator[str]:
    for word in line:
        marked = f"<{word}>"
        for at in range(len(marked) - PIECE + 1):
            yield f"h{marked[at : at + PIECE]}"


@cache
def _class_of() -> Mapping[str, str]:
    data = tomllib.loads((FOLDER / "words" / "classes.toml").read_text("utf-8"))["classes"]
    return {word: f"@{kind}" for kind, words in data.items() for word in words.split()}
