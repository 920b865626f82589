"""The sets that are called blind share no sentence with what was learned from; of short ones ("how much is it") anybody says the same."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from fraud.wording import FOLDER

SEALED = Path(__file__).parent / "sealed"
LEAST_WORDS = 7


def plain(sentence: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", sentence.lower().replace("'", "")))


def sentences(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob("*.toml")):
        for family in tomllib.loads(path.read_text("utf-8")).get("family", []):
            yield from family.get("says", [])
            for conversation in family.get("conversations", []):
                yield from conversation


@pytest.mark.parametrize("blind", ["fourth", "fifth", "sixth"])
def test_a_blind_set_was_not_learned_from(blind: str) -> None:
    learned = {plain(sentence) for sentence in sentences(FOLDER / "words")}
    told = {plain(sentence) for sentence in sentences(SEALED / blind)}
    assert len(learned) > 5_000 and len(told) > 150
    assert [sentence for sentence in told & learned if len(sentence.split()) >= LEAST_WORDS] == []
