"""What `helpline models tune-fraud` does: the network of decision 5 learns from the talks in config/fraud/words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from fraud import learn
from fraud.learn import FALSE_HOLDS, Array, Conversation, Text, fit, halves, many, read_text
from fraud.wording import evidence
from helpline.services.scamwords import LABELS, NETWORK, PIECES, joined
from voice.understanding import network

CONVERSATIONS = 8000  # of each kind
EPOCHS = 1
UNSEEN = 600  # of each kind, for the marks
SHARES = (0.0, 0.25, 0.5, 1.0, 2.0)
Told = Callable[[str], None]


def tune(told: Told, blend: bool = False) -> None:
    """Learn from all the text and write the network: with `blend` the mean of it and the one that is there. Raises ImportError
    without the extra `tuning`."""
    labels, changes = _fitted(read_text(), CONVERSATIONS, told)
    before = network.changes_in(NETWORK, tuple(labels)) if blend else None
    network.save(NETWORK, labels, network.blended(before, changes) if before else changes)
    told(f"{NETWORK} ({NETWORK.stat().st_size / 1e6:.1f} MB)")


def measure(told: Told) -> None:
    """Learn from half of the text and tell how both readers, at several shares of the network, do on the other half: the
    share of the scams above 99 % of the honest, and the marks for fraud/wording.py."""
    seen, other = halves(read_text())
    intents, changes = _fitted(seen, CONVERSATIONS // 2, told)
    reader = network.Network(tuple(intents), network.merged(network.base(), changes), changes["heads"], changes["heads.bias"])
    linear = fit(many(seen, "scam", learn.CONVERSATIONS, 1), many(seen, "honest", 2 * learn.CONVERSATIONS, 2))
    kinds = [many(other, label, UNSEEN, seed) for label, seed in (("scam", 3), ("honest", 4))]
    words = [np.array([evidence(one, linear) for one in kind]) for kind in kinds]
    read = [_read(reader, kind) for kind in kinds]
    for share in SHARES:
        scam, honest = (heard + share * seen_by for heard, seen_by in zip(words, read, strict=True))
        recall = float((scam > np.quantile(honest, 0.99)).mean())
        marks = [float(np.quantile(honest, at)) for at in (0.8, 1 - FALSE_HOLDS)]
        told(f"share {share}: {recall:.3f} of the scams above 99 % of the honest; marks {marks[0]:.2f} and {marks[1]:.2f}")


def _fitted(text: Text, count: int, told: Told) -> tuple[list[str], dict[str, Any]]:
    from voice.understanding.tuning import fit as tuned

    examples = [
        (joined(one), label) for label, seed in zip(LABELS, (2, 1), strict=True) for one in many(text, label, count, seed)
    ]
    return tuned(examples, told, EPOCHS, PIECES)


def _read(reader: network.Network, conversations: Sequence[Conversation]) -> Array:
    scores = [reader.scores(joined(one), PIECES) for one in conversations]
    return np.array([float(score[1] - score[0]) for score in scores])
