"""Learns the network's changes from a language's sentences: a matter of some forty minutes, for whoever changes many of them.

Needs the extra `tuning` (jax, optax), which nothing that answers calls needs. The same machine learns the same changes, where it
begins with none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from voice.understanding.mishearing import misheard
from voice.understanding.network import MOST_PIECES, base, matrices, pieces_of, read

RANK = 16  # of a change
EPOCHS = 3
TOGETHER = 32  # sentences in a step
SORTED = 20  # so many steps' sentences are sorted by length, lest a step be mostly filled up
LENGTHS = (8, 12, 16, 24, 32, 48, 64, 96, 128)  # pieces: each of them is compiled once
RATE, HEADS_RATE = 1e-3, 2e-3  # of learning
FURTHER = 0.4  # of these rates, for one epoch more on what is there
WARM, COLD = 200, 0.02  # steps until the full rate; the share of it that is left at the end
LEAN = 0.1  # of the states are left out in each step
DOUBT = 0.05  # of each label is spread over all intents
DANGER_WEIGHT = 0.5  # of being right about danger, where the intent has 1


def tune(
    examples: Sequence[tuple[str, str]],
    language: str,
    told: Callable[[str], None] = lambda _: None,
    known: Mapping[str, Any] | None = None,
) -> tuple[list[str], dict[str, Any]]:
    """The intents of these plain sentences in their order, and the changes that tell them apart. `told` hears how far it is.
    `known`: changes that tell the same intents apart already; they learn further, in a third of the time."""
    return fit([*examples, *misheard(examples, language)], told, 1 if known else EPOCHS, known=known)


def fit(
    examples: Sequence[tuple[str, str]],
    told: Callable[[str], None] = lambda _: None,
    epochs: int = EPOCHS,
    most: int = MOST_PIECES,
    known: Mapping[str, Any] | None = None,
) -> tuple[list[str], dict[str, Any]]:
    """The labels of these texts in their order, and the changes that tell them apart. `most`: pieces of a text, at most 128.
    `known`: the changes to begin with, if not with none."""
    intents = sorted({intent for _, intent in examples})
    labels = np.array([intents.index(intent) for _, intent in examples])
    danger = intents.index("emergency") if "emergency" in intents else -1
    pieces = pieces_of([sentence for sentence, _ in examples], most)
    model = base()
    changes = {name: jnp.asarray(value) for name, value in known.items()} if known else start(model, len(intents))
    steps = epochs * -(-len(examples) // TOGETHER)
    learner = _learner(steps, FURTHER if known else 1.0)
    state = learner.init(changes)

    @jax.jit
    def step(model: Any, changes: Any, state: Any, batch: Any, key: Any) -> Any:
        loss, slope = jax.value_and_grad(_loss)(changes, model, *batch, danger, key)
        updates, state = learner.update(slope, state, changes)
        return optax.apply_updates(changes, updates), state, loss

    model = {name: jnp.asarray(value) for name, value in model.items()}
    key, losses = jax.random.key(0), []
    for number, batch in enumerate(_batches(pieces, labels, epochs)):
        changes, state, loss = step(model, changes, state, batch, jax.random.fold_in(key, number))
        losses.append(loss)
        if number % 100 == 99:
            told(f"step {number + 1} of {steps}: loss {float(np.mean(losses[-100:])):.3f}")
    return intents, {name: np.asarray(value) for name, value in changes.items()}


def start(model: Mapping[str, Any], intents: int) -> dict[str, Any]:
    """Changes that change nothing yet."""
    random = np.random.default_rng(0)
    changes: dict[str, Any] = {}
    for name in matrices():
        given, wanted = model[name].shape
        changes[f"{name}.in"] = jnp.asarray(random.normal(size=(given, RANK)) / np.sqrt(given), jnp.float32)
        changes[f"{name}.out"] = jnp.zeros((RANK, wanted))
    changes["heads"] = jnp.asarray(random.normal(size=(model["pieces"].shape[1], intents + 1)) * 0.02, jnp.float32)
    changes["heads.bias"] = jnp.zeros(intents + 1)
    return changes


def _learner(steps: int, share: float) -> Any:
    def rate(full: float) -> Any:
        most = share * full
        warm = min(WARM, steps // 2)
        return optax.join_schedules(
            [optax.linear_schedule(0, most, warm), optax.linear_schedule(most, COLD * most, max(1, steps - warm))], [warm]
        )

    kinds = {
        "body": optax.adamw(rate(RATE), b2=0.98, weight_decay=0.01),
        "heads": optax.adamw(rate(HEADS_RATE), b2=0.98, weight_decay=0.01),
    }
    return optax.multi_transform(
        kinds, lambda changes: {name: "heads" if name.startswith("heads") else "body" for name in changes}
    )


def _loss(changes: Any, model: Any, pieces: Any, there: Any, labels: Any, weights: Any, danger: int, key: Any) -> Any:
    """How wrong the network is about a batch. `weights`: 0 for the rows that fill it up."""
    keys = iter(jax.random.split(key, 16))
    vectors = read({**model, **changes}, pieces, there, jnp, lambda states: _thinned(states, LEAN, next(keys)))
    scores = _thinned(vectors, 2 * LEAN, next(keys)) @ changes["heads"] + changes["heads.bias"]
    classes = scores.shape[1] - 1
    wanted = jax.nn.one_hot(labels, classes) * (1 - DOUBT) + DOUBT / classes
    intents = -(wanted * jax.nn.log_softmax(scores[:, :-1])).sum(axis=1)
    danger_loss = optax.sigmoid_binary_cross_entropy(scores[:, -1], (labels == danger).astype(jnp.float32))
    return ((intents + DANGER_WEIGHT * danger_loss) * weights).sum() / weights.sum()


def _thinned(states: Any, share: float, key: Any) -> Any:
    return jnp.where(jax.random.bernoulli(key, 1 - share, states.shape), states / (1 - share), 0)


def _batches(pieces: Sequence[Sequence[int]], labels: Any, epochs: int) -> Iterator[tuple[Any, ...]]:
    """Every sentence once an epoch, in an order of chance, those of like length together."""
    lengths = np.array([len(row) for row in pieces])
    for epoch in range(epochs):
        random = np.random.default_rng(epoch)
        order = random.permutation(len(pieces))
        batches = []
        for start in range(0, len(order), TOGETHER * SORTED):
            chunk = order[start : start + TOGETHER * SORTED]
            chunk = chunk[np.argsort(lengths[chunk], kind="stable")]
            batches += [chunk[place : place + TOGETHER] for place in range(0, len(chunk), TOGETHER)]
        random.shuffle(batches)
        yield from (_filled([pieces[place] for place in batch], labels[batch]) for batch in batches)


def _filled(rows: Sequence[Sequence[int]], labels: Any) -> tuple[Any, ...]:
    length = next(length for length in LENGTHS if length >= max(map(len, rows)))
    pieces = np.zeros((TOGETHER, length), np.int32)
    there = np.zeros((TOGETHER, length), np.float32)
    there[:, 0] = 1
    for place, row in enumerate(rows):
        pieces[place, : len(row)] = row
        there[place, : len(row)] = 1
    full = TOGETHER - len(rows)
    return pieces, there, np.pad(labels, (0, full)), np.pad(np.ones(len(rows), np.float32), (0, full))
