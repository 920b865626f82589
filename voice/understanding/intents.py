"""Which intent a sentence has: a kernel classifier over word and character pieces, trained from the language's data.

Trained when the language is first used, in well under a second, and always the same. Each intent's sentences
vote for a new sentence by how much they share (TF-IDF, cosine), weighed by ridge regression in closed form.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from voice.languages import Language
from voice.tokens import plain

RIDGE = 0.4
SHARPNESS = 6.0  # of the confidences; chosen so that held-out confidence matches held-out accuracy
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Classifier:
    """Trained weights. `weights` has a row for each training sentence and a column for each intent."""

    intents: tuple[str, ...]
    pieces: dict[str, int]
    rarity: Floats
    sentences: Floats
    weights: Floats

    def confidences(self, text: str) -> dict[str, float]:
        """Each intent's confidence, adding up to 1. A sentence with no known piece is `none`."""
        vector = _vector(_pieces(text), self.pieces, self.rarity)
        scores = (self.sentences @ vector) @ self.weights
        powers = np.exp(SHARPNESS * (scores - scores.max()))
        return dict(zip(self.intents, (float(p) for p in powers / powers.sum()), strict=True))


@cache
def classifier(language: Language) -> Classifier:
    """The language's classifier, trained once a process."""
    return train({intent: list(sentences) for intent, sentences in language.sentences.items()})


def train(examples: dict[str, list[str]]) -> Classifier:
    """Closed-form kernel ridge regression on one-hot intents. Deterministic."""
    intents = tuple(sorted(examples))
    texts = [(sentence, intents.index(intent)) for intent in intents for sentence in examples[intent]]
    counted = [_pieces(sentence) for sentence, _ in texts]
    appears = Counter(piece for pieces in counted for piece in pieces)
    index = {piece: number for number, piece in enumerate(sorted(appears))}
    rarity = np.log((1 + len(texts)) / (1 + np.array([appears[piece] for piece in sorted(appears)]))) + 1
    matrix = np.stack([_vector(pieces, index, rarity) for pieces in counted])
    targets = np.zeros((len(texts), len(intents)))
    targets[np.arange(len(texts)), [label for _, label in texts]] = 1.0
    kernel = matrix @ matrix.T
    weights = np.linalg.solve(kernel + RIDGE * np.eye(len(texts)), targets)
    return Classifier(intents, index, rarity, matrix, weights)


def _pieces(text: str) -> Counter[str]:
    """Words, pairs of words, and four-letter runs: the runs still match when a recogniser garbled a word."""
    words = plain(text).split()
    pairs = [f"{one} {two}" for one, two in pairwise(words)]
    runs = [f"#{padded[i : i + 4]}" for word in words for padded in [f"^{word}$"] for i in range(max(1, len(padded) - 3))]
    return Counter([*words, *pairs, *runs])


def _vector(pieces: Counter[str], index: dict[str, int], rarity: Floats) -> Floats:
    vector = np.zeros(len(index))
    for piece, count in pieces.items():
        if piece in index:
            vector[index[piece]] = (1 + np.log(count)) * rarity[index[piece]]
    norm = np.linalg.norm(vector)
    return vector / norm if norm else vector
