"""The unseen sentences are whole: every intent has its callers, and no sentence stands twice."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from voice.languages import INTENTS
from voice.tokens import plain


def read(name: str) -> dict[str, list[str]]:
    data = tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text("utf-8"))
    return data.get("intents", data)


def test_every_intent_but_the_two_with_their_own_file_has_callers() -> None:
    wishes = read("ours")
    assert wishes.keys() == INTENTS - {"none", "emergency"}
    assert min(len(sentences) for sentences in wishes.values()) >= 12


def test_the_garbled_wishes_are_of_known_intents() -> None:
    assert read("garbled").keys() <= INTENTS - {"none", "emergency"}


@pytest.mark.parametrize("name", ["ours", "garbled", "foreign", "emergency"])
def test_no_sentence_stands_twice_in_a_file(name: str) -> None:
    sentences = [plain(sentence) for listed in read(name).values() for sentence in listed]
    assert len(sentences) == len(set(sentences))
    assert all(sentences)


def test_what_is_foreign_is_no_wish_elsewhere() -> None:
    wishes = {plain(sentence) for name in ("ours", "garbled") for listed in read(name).values() for sentence in listed}
    assert wishes.isdisjoint(plain(sentence) for sentence in read("foreign")["none"])
