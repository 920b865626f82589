"""Learn the fraud words again: `python -m fraud.learn`, after config/fraud/words was changed. About a minute.

1. read the families of sentences; 2. compose conversations of them, some garbled; 3. fit a logistic regression;
4. set the mark for "strong" on honest conversations of sentences that the model has not seen; 5. store the weights.
The same text always gives the same weights.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from scipy.special import expit

from fraud.garble import garble
from fraud.wording import FOLDER, WEIGHTS, WIDTH, Model, evidence, features

SMALL_TALK = ("short answers and muddle", "talk and temper, many voices")
LENGTHS = (1, 1, 2, 2, 3, 3, 4, 4, 5, 6)  # sentences of a conversation's own family
WHOLE = 0.75  # of the conversations: told by one person, in their order; the rest is composed of sentences
CUT = 0.5  # of those told by one person: begins late or ends early, as calls do when the line is cut
GARBLED = 0.3  # of the conversations, each at a rate of its own up to twice the usual
CONVERSATIONS = 8000  # with scams, that the weights are learned from; of the honest twice as many
STEADINESS = 0.03  # the weight of the penalty on large weights, against one conversation's error
STEPS = 200
FALSE_HOLDS = 0.001  # of unseen honest conversations, at the mark for "strong"

Conversation = tuple[str, ...]
SLOT = re.compile(r"\{(\w+)\}")
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Family:
    """Sentences of one kind of call; `label` is scam, honest, or either, for what both hold; `about` is what the thief
    pretends ("bank", "romance"), or the family's name; `source` is the file that it stands in."""

    name: str
    label: str
    about: str
    source: str
    says: tuple[str, ...]


@dataclass(frozen=True)
class Talk:
    """What one person said in one call, in its order. Label, pretence and source are as those of a family."""

    label: str
    about: str
    source: str
    says: Conversation


@dataclass(frozen=True)
class Text:
    """All families and talks, and what may stand in the families' slots."""

    families: tuple[Family, ...]
    talks: tuple[Talk, ...]
    slots: dict[str, list[str]]

    def labelled(self, label: str) -> list[Family]:
        return [family for family in self.families if family.label == label]


def read_text() -> Text:
    """Every family in config/fraud/words."""
    families: list[Family] = []
    talks: list[Talk] = []
    for path in sorted((FOLDER / "words").glob("*.toml")):
        for data in tomllib.loads(path.read_text("utf-8")).get("family", []):
            label = "either" if data.get("either") else "scam" if data.get("scam") else "honest"
            about = data.get("about", data["name"])
            talks += [Talk(label, about, path.stem, tuple(says)) for says in data.get("conversations", [])]
            if "says" in data:
                families.append(Family(data["name"], label, about, path.stem, tuple(data["says"])))
    return Text(tuple(families), tuple(talks), tomllib.loads((FOLDER / "words" / "slots.toml").read_text("utf-8")))


def fingerprint() -> str:
    """Of the text that the weights are learned from."""
    digest = hashlib.sha256()
    for path in sorted((FOLDER / "words").glob("*.toml")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def compose(text: Text, label: str, random: Random) -> Conversation:
    """One conversation: most are talks, the others made of sentences; a fifth of all come as one run of words; some are garbled."""
    talks = [talk for talk in text.talks if talk.label == label]
    says = _stretch(random.choice(talks), random) if talks and random.random() < WHOLE else _made(text, label, random)
    says = [" ".join(says)] if random.random() < 0.2 else says
    if random.random() >= GARBLED:
        return tuple(says)
    rate = random.uniform(0.04, 0.24)
    return tuple(garble(sentence, random, rate) for sentence in says)


def _stretch(talk: Talk, random: Random) -> list[str]:
    """A talk, or at least half of its turns."""
    if random.random() >= CUT:
        return list(talk.says)
    kept = random.randint((len(talk.says) + 1) // 2, len(talk.says))
    start = random.randint(0, len(talk.says) - kept)
    return list(talk.says[start : start + kept])


def _made(text: Text, label: str, random: Random) -> list[str]:
    """Sentences of a family, small talk, and some of what any call may hold. A scam is now and then told in the middle of
    ordinary business."""
    families, honest = _own(text, label), text.labelled("honest")
    family = random.choices(families, [len(family.says) ** 0.5 for family in families])[0]
    small_talk = random.choice([family for family in honest if family.name in SMALL_TALK])
    says = _some(family, random.choice(LENGTHS), random) + _some(small_talk, random.choice((0, 0, 1, 1, 2, 3, 4)), random)
    if random.random() < (0.3 if label == "scam" else 0.5):
        says += _some(random.choice(_own(text, "honest")), random.choice((1, 1, 2) if label == "scam" else (1, 2, 4)), random)
    if random.random() < 0.4:
        says += _some(text.labelled("either")[0], random.choice((1, 2, 3)), random)
    says = [_filled(sentence, text, random) for sentence in says]
    random.shuffle(says)
    return says


def _own(text: Text, label: str) -> list[Family]:
    return [family for family in text.labelled(label) if family.name not in SMALL_TALK]


def _some(family: Family, count: int, random: Random) -> list[str]:
    return random.sample(family.says, min(count, len(family.says)))


def _filled(sentence: str, text: Text, random: Random) -> str:
    """With something in every slot; a slot may hold slots."""
    while SLOT.search(sentence):
        sentence = SLOT.sub(lambda slot: random.choice(text.slots[slot[1]]), sentence)
    return sentence


def fit(scams: Sequence[Conversation], honest: Sequence[Conversation]) -> Model:
    """Logistic regression with a quadratic penalty; both kinds weigh the same, however many there are of each."""
    table = _table([*scams, *honest])
    wanted = np.concatenate([np.ones(len(scams)), np.zeros(len(honest))])
    weigh = np.concatenate([np.full(len(scams), 0.5 / len(scams)), np.full(len(honest), 0.5 / len(honest))])
    steady = STEADINESS / len(wanted)

    def loss(at: Array) -> tuple[float, Array]:
        odds = table @ at[:-1] + at[-1]
        error = weigh * (expit(odds) - wanted)
        slope = np.append(table.T @ error + steady * at[:-1], error.sum())
        value = weigh @ (np.logaddexp(0, odds) - wanted * odds) + steady / 2 * at[:-1] @ at[:-1]
        return float(value), slope

    found = minimize(loss, np.zeros(WIDTH + 1), jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    return Model(found.x[:-1].astype(np.float32), float(found.x[-1]), 0.0, 1.0)


def _table(conversations: Sequence[Conversation]) -> csr_matrix:
    """One row a conversation, one column a feature."""
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    for row, conversation in enumerate(conversations):
        where, what = features(conversation)
        rows += [row] * len(where)
        columns += where
        values += what
    return csr_matrix((values, (rows, columns)), (len(conversations), WIDTH))


def halves(text: Text) -> tuple[Text, Text]:
    """The text in two, every family in both, no sentence and no talk in both; small talk and what is in either kind stay
    whole."""

    def part(which: int) -> Text:
        whole = (*SMALL_TALK, "either")
        return replace(
            text,
            families=tuple(
                family if family.name in whole else replace(family, says=family.says[which::2]) for family in text.families
            ),
            talks=text.talks[which::2],
        )

    return part(0), part(1)


def many(text: Text, label: str, count: int, seed: int) -> list[Conversation]:
    random = Random(seed)  # noqa: S311 - the same conversations every time
    return [compose(text, label, random) for _ in range(count)]


def unseen(text: Text, count: int) -> tuple[Array, Array]:
    """Evidence for scams and honest conversations made of sentences that the model had not seen, half by half."""
    scam: list[float] = []
    honest: list[float] = []
    for seen, other in (halves(text), halves(text)[::-1]):
        learned = fit(many(seen, "scam", count, 1), many(seen, "honest", 2 * count, 2))
        scam += [evidence(conversation, learned) for conversation in many(other, "scam", count // 2, 3)]
        honest += [evidence(conversation, learned) for conversation in many(other, "honest", count, 4)]
    return np.asarray(scam), np.asarray(honest)


def learn(text: Text, count: int = CONVERSATIONS) -> Model:
    """The model for use, with its marks set on what it has not seen."""
    scam, honest = unseen(text, count // 2)
    nothing, strong = float(np.quantile(honest, 0.8)), float(np.quantile(honest, 1 - FALSE_HOLDS))
    recall = float((scam > np.quantile(honest, 0.99)).mean())
    print(f"unseen: {recall:.3f} of the scams above 99 % of the honest; marks {nothing:.2f} and {strong:.2f}")  # noqa: T201
    return replace(fit(many(text, "scam", count, 5), many(text, "honest", 2 * count, 6)), nothing=nothing, strong=strong)


def main() -> None:
    learned = learn(read_text())
    np.savez_compressed(
        WEIGHTS,
        weights=learned.weights.astype(np.float16),
        bias=learned.bias,
        nothing=learned.nothing,
        strong=learned.strong,
        text=fingerprint(),
    )


if __name__ == "__main__":
    main()
