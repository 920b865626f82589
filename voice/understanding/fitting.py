"""Fits the weights of the intents' classifier: regression on vectors, words and letters. Deterministic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, hstack

from voice.understanding.intents import Classifier, Floats, Pieces, centred, dense, letter_pieces, word_pieces
from voice.understanding.mishearing import misheard

STRENGTH = 40.0  # how closely the weights follow the examples, by cross-validation
STEPS = 60  # of the regression; more change nothing
PIECES_WEIGHT = 0.7  # of words and of letters, where the vectors have 1
NONE_FIRST = 0.75  # added to the log-odds of `none`: what others want done is worth less than a false start costs
DIRECTIONS = 64  # whose pairs are features; twice as many were no better
RARE = 2  # a piece in fewer sentences than this teaches nothing


def fit(language: str, examples: Sequence[tuple[str, str]], encode: Callable[[Sequence[str]], Floats]) -> Classifier:
    """The classifier of these plain sentences with their intents, in the language with this code. `encode` gives sentences a
    row each; it is asked for misheard copies too."""
    examples = [*examples, *misheard(examples, language)]
    sentences = [sentence for sentence, _ in examples]
    intents = tuple(sorted({intent for _, intent in examples}))
    labels = np.array([intents.index(intent) for _, intent in examples])
    vectors = encode(sentences)
    centre = vectors.mean(axis=0)
    directions = _directions(centred(vectors, centre))
    words, letters = _pieces(word_pieces, sentences), _pieces(letter_pieces, sentences)
    pieces = hstack([_matrix(words, word_pieces, sentences), _matrix(letters, letter_pieces, sentences)]).tocsr()
    features = (dense(vectors, centre, directions), PIECES_WEIGHT * pieces)
    endangered = labels == (intents.index("emergency") if "emergency" in intents else -1)
    weights, bias = regress(*features, np.eye(len(intents), dtype=np.float32)[labels])
    both_weights, both_bias = regress(*features, np.eye(2, dtype=np.float32)[endangered.astype(int)])
    weights = np.hstack([weights, both_weights[:, 1:] - both_weights[:, :1]])
    weights[features[0].shape[1] :] *= PIECES_WEIGHT
    bias = np.append(bias + NONE_FIRST * (np.array(intents) == "none"), both_bias[1] - both_bias[0])
    weights, bias = _rounded(weights, bias)
    return Classifier(language, intents, centre, directions, words, letters, weights, bias)


def _directions(moved: Floats) -> Floats:
    """The directions in which centred vectors differ most: shape (dimensions, at most DIRECTIONS)."""
    _, directions = np.linalg.eigh(moved.T @ moved)
    return _rounded(directions[:, ::-1][:, : min(DIRECTIONS, len(moved))])[0]


def regress(vectors: Floats, pieces: csr_matrix, labels: Floats) -> tuple[Floats, Floats]:
    """Multinomial logistic regression: weights (features, classes) and bias (classes).

    `labels` holds a 1 in each row's class. The vectors stay dense and the pieces sparse: one sparse matrix of
    both would be slow.
    """
    width, height, classes = vectors.shape[1], vectors.shape[1] + pieces.shape[1], labels.shape[1]
    turned = pieces.T.tocsr()

    def loss(flat: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        weights = flat[:-classes].reshape(height, classes).astype(np.float32)
        scores = vectors @ weights[:width] + pieces @ weights[width:] + flat[-classes:].astype(np.float32)
        scores -= scores.max(axis=1, keepdims=True)
        powers = np.exp(scores)
        sums = powers.sum(axis=1, keepdims=True)
        error = powers / sums - labels
        slope = np.vstack([vectors.T @ error, turned @ error]) + weights / STRENGTH
        value = float(np.log(sums).sum() - (labels * scores).sum() + (weights * weights).sum() / (2 * STRENGTH))
        return value, np.concatenate([slope.ravel(), error.sum(axis=0)]).astype(np.float64)

    found = minimize(loss, np.zeros((height + 1) * classes), jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    return found.x[:-classes].reshape(height, classes).astype(np.float32), found.x[-classes:].astype(np.float32)


def _rounded(*arrays: Any) -> tuple[Floats, ...]:
    """As they come back from the file, so that learned and kept weights answer alike to the last digit."""
    return tuple(np.asarray(array, dtype=np.float16).astype(np.float32) for array in arrays)


def _pieces(pieces: Callable[[str], Counter[str]], sentences: Sequence[str]) -> Pieces:
    appears = Counter(piece for sentence in sentences for piece in pieces(sentence))
    known = sorted(piece for piece, times in appears.items() if times >= RARE)
    rarity = np.log((1 + len(sentences)) / (1 + np.array([appears[piece] for piece in known]))) + 1
    return Pieces({piece: column for column, piece in enumerate(known)}, _rounded(rarity)[0])


def _matrix(known: Pieces, pieces: Callable[[str], Counter[str]], sentences: Sequence[str]) -> Any:
    weighed = [known.weigh(pieces(sentence)) for sentence in sentences]
    starts = np.cumsum([0, *(len(columns) for columns, _ in weighed)])
    columns = np.concatenate([columns for columns, _ in weighed]).astype(int)
    amounts = np.concatenate([amounts for _, amounts in weighed])
    return csr_matrix((amounts, columns, starts), shape=(len(sentences), len(known.rarity)))
