"""The sentences about danger's nearest doubles are whole, and none stands twice."""

from __future__ import annotations

import tomllib
from pathlib import Path

from voice.languages import INTENTS
from voice.tokens import plain


def read(name: str) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text("utf-8"))["intents"]
    return groups


def test_there_is_danger_in_each_and_more_that_is_none() -> None:
    for name in ("pairsnow", "plaindanger", "understated"):
        wishes = read(name)
        assert wishes.keys() <= INTENTS
        assert 250 <= len(wishes["emergency"]) < sum(len(said) for intent, said in wishes.items() if intent != "emergency")


def test_no_sentence_stands_twice() -> None:
    names = ("pairsnow", "plaindanger", "understated")
    sentences = [plain(sentence) for name in names for listed in read(name).values() for sentence in listed]
    assert all(sentences) and len(sentences) == len(set(sentences))
