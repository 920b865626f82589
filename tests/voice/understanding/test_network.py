"""The network beside the regression: the model that it comes from, its file, and its learning."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from voice.languages import load_language
from voice.understanding import network, tuning
from voice.understanding.encoders import MiniLM
from voice.understanding.learning import classifier
from voice.understanding.network import MOST_PIECES, base, load, pieces_of, read, save

SAID = ["pay the gas bill please", "I've fallen and I can't get up", "what a lovely day it is"]
PAYING = [
    "pay my bill",
    "pay the gas",
    "I want to pay the water",
    "settle my bill",
    "pay what I owe",
    "could you pay the electric",
]
CHATTING = [
    "lovely weather",
    "my cat is old",
    "it rained all night",
    "the roses are out",
    "I like the wireless",
    "my knees ache",
]
EXAMPLES = [(said, "pay_bill") for said in PAYING] + [(said, "none") for said in CHATTING]


def vector(said: str, filled_to: int = 0) -> np.ndarray:
    """One sentence, read by the model without any change."""
    row = pieces_of([said])[0]
    length = max(len(row), filled_to)
    pieces, there = np.zeros((1, length), np.int64), np.zeros((1, length), np.float32)
    pieces[0, : len(row)], there[0, : len(row)] = row, 1
    return np.asarray(read(base(), pieces, there)[0])


def test_unchanged_it_reads_as_the_published_model_does() -> None:
    for said, published in zip(SAID, MiniLM().encode(SAID), strict=True):
        ours = vector(said)
        assert float(ours @ published) / np.linalg.norm(ours) > 0.98


def test_what_fills_a_row_up_changes_nothing() -> None:
    assert vector(SAID[0], filled_to=24) == pytest.approx(vector(SAID[0]), abs=1e-4)


def test_a_sentence_that_never_ends_is_cut() -> None:
    assert [len(row) for row in pieces_of(["and then " * 500])] == [MOST_PIECES]


def changes(seed: int) -> dict[str, np.ndarray]:
    """Of all matrices, as if learned."""
    random = np.random.default_rng(seed)
    learned = {name: np.asarray(value) for name, value in tuning.start(base(), 2).items()}
    return {name: value + random.normal(size=value.shape).astype(np.float32) for name, value in learned.items()}


def test_a_blend_is_the_mean_of_both() -> None:
    one, other = changes(1), changes(2)
    blend = network.blended(one, other)
    name = network.matrices()[0]
    halfway = (one[f"{name}.in"] @ one[f"{name}.out"] + other[f"{name}.in"] @ other[f"{name}.out"]) / 2
    assert blend[f"{name}.in"] @ blend[f"{name}.out"] == pytest.approx(halfway, abs=1e-3)
    assert blend["heads"] == pytest.approx((one["heads"] + other["heads"]) / 2)


def test_changes_beside_the_matrices_read_as_those_that_are_merged() -> None:
    model, learned = base(), {name: value * 0.01 for name, value in changes(1).items()}
    pieces = np.array(pieces_of([SAID[0]]))
    there = np.ones_like(pieces, dtype=np.float32)
    beside, merged = (read(one, pieces, there) for one in ({**model, **learned}, network.merged(model, learned)))
    assert beside == pytest.approx(merged, abs=1e-4) and beside != pytest.approx(read(model, pieces, there), abs=1e-2)


def test_english_has_a_network_of_its_own_intents() -> None:
    english = classifier(load_language("en"))
    assert english.network is not None and english.network.intents == english.intents


def test_a_few_sentences_are_learned_and_come_back_from_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tuning, "EPOCHS", 60)
    intents, changes = tuning.tune(EXAMPLES, "en")
    save(tmp_path / network.TUNED, intents, changes)
    tuned = load(tmp_path / network.TUNED, ("none", "pay_bill"))
    assert tuned is not None
    for said, intent in [("please pay the telephone bill", "pay_bill"), ("the weather is lovely", "none")]:
        assert tuned.intents[int(np.argmax(tuned.scores(said)[:-1]))] == intent
    _, further = tuning.tune([*EXAMPLES, *[("the hens are laying", "pay_bill")] * 400], "en", known=changes)
    save(tmp_path / "further.npz", intents, further)
    taught = load(tmp_path / "further.npz", ("none", "pay_bill"))
    assert taught is not None
    assert _for_paying(tuned, "the hens are laying") < 0 < _for_paying(taught, "the hens are laying")
    assert _for_paying(taught, "please pay the telephone bill") > 0


def _for_paying(learned: network.Network, said: str) -> float:
    none, pay_bill, _ = learned.scores(said)
    return float(pay_bill - none)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """The changes of a network with two intents, which change nothing."""
    path = tmp_path / network.TUNED
    save(path, ["none", "pay_bill"], tuning.start(base(), 2))
    return path


def test_a_network_of_other_intents_is_not_used(kept: Path) -> None:
    assert load(kept, ("none", "pay_bill")) is not None
    assert load(kept, ("none", "pay_bill", "register")) is None


def test_the_changes_of_another_model_are_not_used(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "_model", lambda: "another-1.0")
    assert load(kept, ("none", "pay_bill")) is None


@pytest.mark.parametrize("broken", [b"", b"no archive", b"PK\x03\x04"])
def test_a_broken_file_is_no_network(kept: Path, broken: bytes) -> None:
    kept.write_bytes(broken)
    assert load(kept, ("none", "pay_bill")) is None


def test_no_file_is_no_network(tmp_path: Path) -> None:
    assert load(tmp_path / network.TUNED, ("none",)) is None
