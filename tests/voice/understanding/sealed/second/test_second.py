"""The second unseen sentences are whole: as many as its figures claim, of known intents, none twice."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from voice.languages import INTENTS
from voice.tokens import plain

WISHES = INTENTS - {"none", "emergency"}
SHORT = frozenset("repeat slower faster louder quieter wait back cancel yes no greeting thanks goodbye".split())


def read(name: str) -> dict[str, list[str]]:
    data = tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text("utf-8"))
    groups: dict[str, list[str]] = data.get("intents", data)
    return groups


def said(name: str) -> set[str]:
    return {plain(sentence) for listed in read(name).values() for sentence in listed}


def test_every_wish_has_its_older_callers_and_the_long_ones_have_more() -> None:
    assert {intent: len(listed) for intent, listed in read("ours").items()} == {
        intent: 12 if intent in SHORT else 25 for intent in WISHES
    }


def test_every_wish_has_its_mixed_age_public() -> None:
    assert {intent: len(listed) for intent, listed in read("others").items()} == dict.fromkeys(WISHES, 15)


def test_the_garbled_wishes_are_of_known_intents() -> None:
    assert read("garbled").keys() <= WISHES
    assert len(said("garbled")) == 250


def test_what_is_foreign_and_what_is_an_emergency_are_counted() -> None:
    counts = {group: len(listed) for name in ("foreign", "emergency") for group, listed in read(name).items()}
    assert counts == {"none": 700, "emergency": 260, "not_emergency": 400}


@pytest.mark.parametrize("name", ["ours", "others", "garbled", "foreign", "emergency"])
def test_no_sentence_stands_twice_in_a_file(name: str) -> None:
    sentences = [plain(sentence) for listed in read(name).values() for sentence in listed]
    assert len(sentences) == len(set(sentences))
    assert all(sentences)


@pytest.mark.parametrize("name", ["foreign", "emergency"])
def test_what_is_foreign_or_an_emergency_is_no_wish_elsewhere(name: str) -> None:
    assert said(name).isdisjoint(said("ours") | said("others") | said("garbled"))


def test_no_sentence_is_both_foreign_and_an_emergency() -> None:
    assert said("foreign").isdisjoint(said("emergency"))
