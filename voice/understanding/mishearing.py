"""Sentences as a recogniser may write them down: short words lost, words taken for others that sound alike.

Weights that were learned from such copies too rely less on any one word. The codes of sounds are those of English.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from random import Random
from zlib import crc32

LANGUAGES = ("en",)
EVERY = 4  # of so many sentences one is copied; more copies cost sentences that were heard well
LOST, ALIKE, JOINED, TWICE = 0.06, 0.16, 0.03, 0.02  # of the words: the share that goes wrong in each way
SHORT = 4  # letters: only such words are lost, or run into the one before
SOUNDS = (
    ("[^a-z]", ""), ("^kn|^gn", "n"), ("^wr", "r"), ("gh(?=t|$)", ""), ("ph", "f"), ("tion|sh|ch|j", "s"), ("ck|q|c|g|x", "k"),
    ("th|d", "t"), ("v", "f"), ("b", "p"), ("z", "s"), ("m", "n"), ("h", ""), ("(?<=.)[aeiouwy]+", "a"), (r"(.)\1+", r"\1"),
)  # fmt: skip


def misheard(examples: Sequence[tuple[str, str]], language: str) -> list[tuple[str, str]]:
    """Copies of some of the plain sentences with their intents, garbled; none in a language whose sounds are not known here.

    The same sentences give the same copies, and one sentence more or less changes few of them.
    """
    if language not in LANGUAGES:
        return []
    alike = _alike(word for sentence, _ in examples for word in sentence.split())
    some = [(sentence, intent) for sentence, intent in examples if crc32(sentence.encode()) % EVERY == 0]
    copies = [(garble(sentence, alike), intent) for sentence, intent in some]
    known = {sentence for sentence, _ in examples}
    return [(copy, intent) for copy, intent in copies if copy not in known]


def garble(sentence: str, alike: Mapping[str, Sequence[str]]) -> str:
    """The sentence as it may be heard. `alike`: code of a sound -> the words that have it."""
    random = Random(sentence)  # noqa: S311 - no secret: a sentence is misheard the same way every time
    heard: list[str] = []
    for word in sentence.split():
        chance, short = random.random(), len(word) <= SHORT
        if short and chance < LOST:
            continue
        if chance < LOST + ALIKE:
            heard.append(max(alike.get(sound(word), [word]), key=lambda other: crc32(f"{sentence} {other}".encode())))
        elif short and heard and chance < LOST + ALIKE + JOINED:
            heard[-1] += word
        else:
            heard += [word] * (2 if chance > 1 - TWICE else 1)
    return " ".join(heard) or sentence


@cache
def sound(word: str) -> str:
    """A rough code of how a word sounds: those that share it are easily heard for each other."""
    for letters, code in SOUNDS:
        word = re.sub(letters, code, word)
    return word


def _alike(words: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for word in sorted(set(words)):
        found[sound(word)].append(word)
    return dict(found)
