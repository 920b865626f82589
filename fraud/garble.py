"""What a recogniser makes of words on a bad line: some are lost, some misheard, and there are no full stops."""

from __future__ import annotations

import re
from random import Random

SOUNDS_LIKE = {
    "to": "two", "for": "four", "their": "there", "wire": "why are", "card": "car", "cards": "cars", "account": "a count",
    "bank": "back", "tax": "tacks", "gift": "give", "code": "cold", "pay": "play", "bill": "build", "he": "the", "said": "sad",
    "police": "please", "arrest": "a rest", "warrant": "warren", "computer": "commuter", "four": "for", "bail": "bale", "pin": "pen",
}  # fmt: skip
LOST, ALIKE, SLIP = 0.35, 0.25, 0.4  # shares of the rate: a word lost, misheard as one like it, with a letter wrong


def garble(sentence: str, random: Random, rate: float = 0.12) -> str:
    """The sentence as it might be recognised. `rate` is the share of words that go wrong."""
    words = re.sub(r"[^\w\s']", " ", sentence.lower()).split()
    return " ".join(heard for word in words if (heard := _misheard(word, random, rate)))


def _misheard(word: str, random: Random, rate: float) -> str:
    chance = random.random()
    if chance < rate * LOST:
        return ""
    if chance < rate * (LOST + ALIKE):
        return SOUNDS_LIKE.get(word, word)
    if chance < rate * (LOST + ALIKE + SLIP) and len(word) > 3:
        at = random.randrange(1, len(word) - 1)
        return word[:at] + (random.choice("aeioulnrst") if random.random() < 0.5 else "") + word[at + 1 :]
    return word
