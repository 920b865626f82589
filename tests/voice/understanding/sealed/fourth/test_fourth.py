"""The fourth unseen sentences are whole: every wish has its callers, and none stands twice."""

from __future__ import annotations

import tomllib
from pathlib import Path

from voice.languages import INTENTS
from voice.tokens import plain


def read(name: str) -> dict[str, list[str]]:
    data = tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text("utf-8"))
    groups: dict[str, list[str]] = data.get("intents", data)
    return groups


def test_every_wish_has_its_callers() -> None:
    wishes = read("ours")
    assert wishes.keys() == INTENTS - {"none", "emergency"}
    assert min(len(sentences) for sentences in wishes.values()) >= 15


def test_no_sentence_stands_twice() -> None:
    names = ("ours", "foreign", "emergency")
    sentences = [plain(sentence) for name in names for listed in read(name).values() for sentence in listed]
    assert all(sentences) and len(sentences) == len(set(sentences))
