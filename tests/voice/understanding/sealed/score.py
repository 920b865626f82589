"""How well the unseen sentences are understood: `python -m tests.voice.understanding.sealed.score`.

Only totals are printed, never a sentence, so that the split stays unseen. README.md says how often to run this.

- `right`: share of a file's wishes whose likeliest intent is the one they stand under
- `refused`: share of the foreign sentences that are `none`
- `recall`: share of the emergencies that are `emergency`; `false`: share of the others that are taken for one
- `seen`: sentences that the language's own data holds too; the short ones cannot all be new
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from voice.languages import load_language
from voice.tokens import plain
from voice.understanding import likeliest

FOLDER = Path(__file__).parent
NOW = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)
ENGLISH = load_language("en")
KNOWN = {plain(sentence) for sentences in ENGLISH.sentences.values() for sentence in sentences}


def read(name: str) -> Mapping[str, list[str]]:
    """The sentences of one file, by what they should be understood as."""
    data = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))
    return data.get("intents", data)


def share(sentences: Iterable[str], intent: str) -> float:
    """How many of the sentences are understood as `intent`, 0-1."""
    hits = [likeliest(sentence, ENGLISH, NOW).intent == intent for sentence in sentences]
    return sum(hits) / len(hits)


def right(wishes: Mapping[str, list[str]]) -> float:
    """How many of all wishes are understood as the intent they stand under, 0-1."""
    total = sum(len(sentences) for sentences in wishes.values())
    return sum(share(sentences, intent) * len(sentences) for intent, sentences in wishes.items()) / total


def seen(table: Mapping[str, list[str]]) -> int:
    return sum(plain(sentence) in KNOWN for sentences in table.values() for sentence in sentences)


def main() -> None:
    for name in ("ours", "garbled"):
        print(f"{name:10} right {right(read(name)):.3f}   seen {seen(read(name))}")
    print(f"{'foreign':10} refused {share(read('foreign')['none'], 'none'):.3f}   seen {seen(read('foreign'))}")
    danger = read("emergency")
    recall, false = share(danger["emergency"], "emergency"), share(danger["not_emergency"], "emergency")
    print(f"{'emergency':10} recall {recall:.3f}   false {false:.3f}   seen {seen(danger)}")


if __name__ == "__main__":
    main()
