"""How the learned words do on what they were not learned from: `python -m fraud.crossval`. About two minutes.

Subjects: what is measured on some kinds of scam, and on some families of honest callers, was learned from all the others.
Sources: what is measured on sentences of some files was learned from the other files, written at other times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from random import Random

import numpy as np

from fraud.garble import garble
from fraud.learn import SMALL_TALK, Array, Conversation, Family, Talk, Text, fit, many, read_text
from fraud.shares import share
from fraud.wording import Model, evidence

FOLDS = 5
LEARNED, MEASURED = 2000, 600  # conversations of each kind, in each fold
RATES = (0.01, 0.002)
Choice = Callable[[Family | Talk], bool]


def main() -> None:
    text = read_text()
    for name, folds in (("subjects", _subjects(text)), ("sources", _sources())):
        fitted = [(_fit(_only(text, folds, at, kept=True)), _only(text, folds, at, kept=False)) for at in range(len(folds))]
        scams, honest = [], []
        for model, other in fitted:
            scams.append((model, many(other, "scam", MEASURED, 3)))
            honest.append((model, many(other, "honest", MEASURED, 4)))
        print(f"{name}, as composed: {_recall(scams, honest)}")  # noqa: T201
        print(f"{name}, garbled: {_recall([*_garbled(scams)], [*_garbled(honest)])}", flush=True)  # noqa: T201


def _subjects(text: Text) -> list[Choice]:
    parts: tuple[Family | Talk, ...] = (*text.families, *text.talks)
    scams, honest = (sorted({part.about for part in parts if part.label == label}) for label in ("scam", "honest"))

    def held_out(part: Family | Talk, fold: int) -> bool:
        place = scams.index(part.about) if part.label == "scam" else honest.index(part.about)
        return place % FOLDS == fold

    return [lambda part, fold=fold: held_out(part, fold) for fold in range(FOLDS)]  # type: ignore[misc]


def _sources() -> list[Choice]:
    return [lambda part: _is_in(part, "voices"), lambda part: not _is_in(part, "voices")]


def _is_in(part: Family | Talk, source: str) -> bool:
    return source in part.source


def _only(text: Text, folds: Sequence[Choice], at: int, kept: bool) -> Text:
    """What is learned from (kept) or measured on in one fold. Small talk, and what both kinds of call hold, is in both."""
    return replace(
        text,
        families=tuple(
            family
            for family in text.families
            if family.name in SMALL_TALK or family.label == "either" or folds[at](family) is not kept
        ),
        talks=tuple(talk for talk in text.talks if folds[at](talk) is not kept),
    )


def _fit(text: Text) -> Model:
    return fit(many(text, "scam", LEARNED, 1), many(text, "honest", LEARNED, 2))


def _garbled(folds: Sequence[tuple[Model, list[Conversation]]]) -> Iterator[tuple[Model, list[Conversation]]]:
    random = Random(5)  # noqa: S311 - the same garbling every time
    for model, conversations in folds:
        yield model, [tuple(garble(sentence, random) for sentence in words) for words in conversations]


def _recall(
    scams: Sequence[tuple[Model, list[Conversation]]], honest: Sequence[tuple[Model, list[Conversation]]]
) -> dict[str, str]:
    """By rate of false alarms: the share of scams above the mark that so many of the honest are above."""
    bad, good = _scores(scams), np.sort(_scores(honest))[::-1]
    found = {rate: share(score > good[int(rate * len(good))] for score in bad) for rate in RATES}
    return {f"at {rate:.1%}": f"{part['share']:.1%} ({part['low']:.1%} to {part['high']:.1%})" for rate, part in found.items()}


def _scores(folds: Sequence[tuple[Model, list[Conversation]]]) -> Array:
    return np.asarray([evidence(words, model) for model, conversations in folds for words in conversations])


if __name__ == "__main__":
    main()
