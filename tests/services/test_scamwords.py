"""The second reader of a thief's traces: a network that has learned from whole conversations."""

from __future__ import annotations

from pathlib import Path

import pytest

from fraud.assess import assess, ruleset
from fraud.facts import Facts, as_line
from helpline.commands.assess import read_facts
from helpline.services import scamwords
from helpline.services.scamwords import WORDS, joined, parts_of, read_words, spoken

TOLD = (
    "The gentleman from the fraud office is holding on my mobile.",
    "I'm to move it all before four.",
    "He said not to tell the girl at the counter.",
)
ORDINARY = (
    "I'd like to pay the water bill please.",
    "Yes, forty two pounds fifty.",
    "And could somebody come and see to my garden?",
)


def test_a_thiefs_traces_are_read_as_such() -> None:
    told, ordinary = read_words(TOLD), read_words(ORDINARY)
    assert told is not None and ordinary is not None and told > 0 > ordinary


def test_the_same_words_are_read_alike() -> None:
    assert read_words(TOLD) == read_words(TOLD) == spoken(TOLD).read


@pytest.mark.parametrize("words", [(), ("",), ("  ", "\n")])
def test_nothing_said_is_not_read(words: tuple[str, ...]) -> None:
    assert read_words(words) is None


@pytest.mark.parametrize("content", [None, b"", b"no weights at all"])
def test_without_its_weights_the_words_stand_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    monkeypatch.setattr(scamwords, "NETWORK", tmp_path / "tuned.npz")
    if content is not None:
        scamwords.NETWORK.write_bytes(content)
    assert read_words(TOLD) is None
    assert assess(spoken(TOLD), ruleset()) == assess(Facts(TOLD), ruleset())


@pytest.mark.parametrize("words", [("one two three",) * 200, ("word " * 1000,), ("a", "b " * WORDS, "c"), ("x" * 100_000,)])
def test_a_long_call_is_read_in_parts_and_loses_nothing(words: tuple[str, ...]) -> None:
    parts = list(parts_of(words))
    assert [word for part in parts for word in part.split() if word != "."] == " ".join(words).split()
    assert all(len([word for word in part.split() if word != "."]) <= WORDS for part in parts)
    assert read_words(words) is not None


def test_what_is_hostile_is_read_too() -> None:
    assert isinstance(read_words(("\x00\x01\ud800", "안녕하세요", "9" * 10_000)), float)


def test_its_reading_is_kept_with_the_facts() -> None:
    facts = spoken(TOLD)
    assert read_facts(as_line(facts)) == facts
    assert joined(TOLD).count(" . ") == 2


def test_it_raises_the_order_and_never_refuses_alone() -> None:
    words = ("well he rang again this morning", "and I did what he said")
    scores = [assess(Facts(words, read=read), ruleset()).score for read in (-8.0, 0.0, 8.0, 60.0)]
    assert scores == sorted(scores) and scores[0] < scores[-1]
    assert assess(Facts(words, read=60.0), ruleset()).outcome == "hold"
