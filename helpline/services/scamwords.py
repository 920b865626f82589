"""What the network makes of all that a caller has said: the second reader of a thief's traces (decision 5).

The rules know nothing of networks: they are given its log odds as a fact. Without its file they do with the words alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from statistics import fmean

from fraud.facts import Facts
from fraud.wording import FOLDER
from voice.understanding.network import load

NETWORK = FOLDER / "tuned.npz"
LABELS = ("honest", "scam")
PIECES = 128  # of words, that the network reads at a time
WORDS = 85  # that fit into them, as callers speak


def spoken(words: tuple[str, ...]) -> Facts:
    """What is known where nothing is but the caller's words."""
    return Facts(words=words, read=read_words(words))


def read_words(words: tuple[str, ...]) -> float | None:
    """The log odds that these are the words of somebody whom a thief has reached; None where there is no network, or no word.

    A long call is read in parts, and their mean counts."""
    network = load(NETWORK, LABELS)
    parts = list(parts_of(words))
    if network is None or not parts:
        return None
    scores = [network.scores(part, PIECES) for part in parts]
    return fmean(float(score[1] - score[0]) for score in scores)


def parts_of(words: tuple[str, ...]) -> Iterator[str]:
    """The sentences one after the other, each part as long as the network can read."""
    part: list[str] = []
    for sentence in words:
        said = sentence.encode(errors="ignore").decode().lower().split()  # half a character is none
        for start in range(0, len(said), WORDS):
            piece = said[start : start + WORDS]
            if len(part) + len(piece) > WORDS:
                yield " ".join(part)
                part = []
            part += [*(["."] if part else []), *piece]
    if part:
        yield " ".join(part)


def joined(words: tuple[str, ...]) -> str:
    """As much of a conversation as the network reads at a time."""
    return next(parts_of(words), "")
