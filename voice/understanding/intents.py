"""Which intent a sentence has: a linear classifier over its meaning (sentence vectors, and pairs of their strongest
directions), its words and its letters; where the language has a network of its own, halfway between the two.

The vectors know that "the electric wants settling" is a bill; words and runs of letters know "un" in "unfreeze",
and still match where a recogniser garbled a word. `learning.py` fits the weights; here they are only used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from voice.understanding.encoders import encode
from voice.understanding.network import Network

Floats = npt.NDArray[np.float32]
MOST_WORDS = 60  # of a sentence that vectors are made of: the last ones, because the wish comes at the end
MOST_LETTERS = 400  # of these words: one that never ends is no word, and a vector of it takes seconds
EVIDENCE = 5  # how many words are named as the reason
NETWORK_SHARE = 0.6  # of what speaks for an intent; the regression has the rest
PAIRS_WEIGHT = 2.0  # of two directions together, where each alone has 1


@dataclass(frozen=True)
class Reading:
    """What one sentence may mean. `confidences`: intent -> 0-1, adding up to 1, the likeliest first. `danger`: how
    likely somebody is in danger now, 0-1, judged by weights of its own. `said`, `by`: the sentence, and who read it."""

    confidences: Mapping[str, float]
    danger: float
    said: str
    by: Classifier = field(compare=False, repr=False)

    @property
    def intent(self) -> str:
        return next(iter(self.confidences))

    def telling_words(self, intent: str) -> list[str]:
        return self.by.telling_words(self.said, intent)


@dataclass(frozen=True)
class Pieces:
    """The known pieces of one kind, each with its column and its rarity."""

    columns: Mapping[str, int]
    rarity: Floats

    def weigh(self, pieces: Counter[str]) -> tuple[list[int], Floats]:
        """The columns of the known pieces and their weights, whose squares add up to 1."""
        known = [(self.columns[piece], count) for piece, count in pieces.items() if piece in self.columns]
        columns = [column for column, _ in known]
        weights = (1 + np.log([count for _, count in known])) * self.rarity[columns] if known else np.zeros(0)
        length = float(np.linalg.norm(weights))
        return columns, (weights / length if length else weights).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Classifier:
    """Fitted weights, one row for each of the dense features, then one for each word piece, then for each letter piece; a
    column for each intent, and a last one for danger. `centre` is the mean of all vectors, `directions` (dimensions, directions)
    are those in which they differ most. `network`: where the language has one, it is heard beside the regression."""

    language: str
    intents: tuple[str, ...]
    centre: Floats
    directions: Floats
    words: Pieces
    letters: Pieces
    weights: Floats
    bias: Floats
    network: Network | None = None

    def read(self, said: str, vector: Floats | None = None) -> Reading:
        """What a plain sentence may mean. `vector`: its own, where it was made before."""
        scores = self._scores(said, encode([last_words(said)], self.language)[0] if vector is None else vector)
        if self.network:
            scores += NETWORK_SHARE * (self.network.scores(last_words(said)) - scores)
        powers = np.exp(scores[:-1] - scores[:-1].max())
        shares = powers / powers.sum()
        order = np.argsort(-shares, kind="stable")
        confidences = {self.intents[place]: float(shares[place]) for place in order}
        return Reading(confidences, _danger(scores, self.intents), said, self)

    def telling_words(self, said: str, intent: str) -> list[str]:
        """The words and pairs of words that speak most for this intent, the strongest first."""
        pieces = word_pieces(said)
        columns, amounts = self.words.weigh(pieces)
        known = [piece for piece in pieces if piece in self.words.columns]
        rows = [self._dense + column for column in columns]
        for_it = amounts * self.weights[rows, self.intents.index(intent)] if rows else np.zeros(0)
        return [known[place] for place in np.argsort(-for_it, kind="stable")[:EVIDENCE] if for_it[place] > 0]

    @property
    def _dense(self) -> int:
        return len(self.weights) - len(self.words.rarity) - len(self.letters.rarity)

    def _scores(self, said: str, vector: Floats) -> npt.NDArray[np.float64]:
        """What speaks for each intent, and for danger, as logarithms of odds."""
        features = dense(vector[np.newaxis], self.centre, self.directions)[0]
        start, words = self._dense, len(self.words.rarity)
        word_columns, word_amounts = self.words.weigh(word_pieces(said))
        letter_columns, letter_amounts = self.letters.weigh(letter_pieces(said))
        rows = [start + column for column in word_columns] + [start + words + column for column in letter_columns]
        amounts = np.concatenate([word_amounts, letter_amounts])
        return np.asarray(features @ self.weights[:start] + amounts @ self.weights[rows] + self.bias, dtype=np.float64)


def _danger(scores: npt.NDArray[np.float64], intents: tuple[str, ...]) -> float:
    """How likely somebody is in danger: halfway between its own odds and those that it has among all intents."""
    if "emergency" not in intents:
        return 0.0
    place = intents.index("emergency")
    others = np.delete(scores[:-1], place)
    among_all = scores[place] - others.max() - np.log(np.exp(others - others.max()).sum())
    return float(1 / (1 + np.exp(-(among_all + scores[-1]) / 2)))


def last_words(said: str) -> str:
    return " ".join(said.split()[-MOST_WORDS:])[-MOST_LETTERS:]


def dense(vectors: Floats, centre: Floats, directions: Floats) -> Floats:
    """The features of the vectors: themselves, seen from their centre, and each two of their directions multiplied. "Fell" and
    "long ago" mean together what neither of them means alone; a sum over single features could not learn that."""
    moved = centred(vectors, centre)
    along = moved @ directions
    one, other = np.triu_indices(directions.shape[1])
    both = along[:, one] * along[:, other] * np.where(one == other, 1.0, np.sqrt(2.0))
    return np.hstack([moved, PAIRS_WEIGHT * both]).astype(np.float32)


def centred(vectors: Floats, centre: Floats) -> Floats:
    """Vectors of one encoder lie in a narrow cone; seen from its middle they differ more. Again of length 1 each."""
    moved = vectors - centre
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    return np.asarray(moved / np.where(lengths > 0, lengths, 1.0), dtype=np.float32)


def word_pieces(said: str) -> Counter[str]:
    """Words and pairs of words."""
    words = said.split()
    return Counter([*words, *(f"{one} {two}" for one, two in pairwise(words))])


def letter_pieces(said: str) -> Counter[str]:
    """Runs of three and four letters inside words."""
    edged = [f"^{word}$" for word in said.split()]
    return Counter(word[i : i + n] for word in edged for n in (3, 4) for i in range(max(1, len(word) - n + 1)))
