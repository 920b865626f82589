"""What the understanding learns from a language's sentences, and where it is kept.

The weights lie beside the sentences they were learned from (`learned.npz`, written by `helpline models learn`) or,
where sentences were changed since, in the folder for kept things. Both carry a key made from the sentences, the
recipe and the encoders: weights with another key are not used. With neither, they are learned at first use.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from voice.languages import MOST_LANGUAGES, Language
from voice.tokens import plain
from voice.understanding import network
from voice.understanding.encoders import encode, names
from voice.understanding.intents import Classifier, Floats, Pieces, last_words
from voice.understanding.kept import UNREADABLE, read_once, write

RECIPE = 2  # raise it when the same sentences would give other weights
LEARNED = "learned.npz"


@lru_cache(maxsize=MOST_LANGUAGES)
def classifier(language: Language) -> Classifier:
    """The language's classifier: what was learned before from these very sentences, else learned now and kept."""
    key = key_of(language)
    for path in _places(language, key):
        if kept := load(path, key):
            return _with_network(kept, language)
    learned = _learned(language)
    if language.kept:
        save(learned, _places(language, key)[-1], key)
    return _with_network(learned, language)


def learn(language: Language) -> Path:
    """Learn from the language's sentences and write the weights beside them. Returns their file."""
    path = language.folder / LEARNED
    save(_learned(language), path, key_of(language))
    return path


def tune(language: Language, told: Callable[[str], None], further: bool = False) -> Path:
    """Tune the network to the language's sentences and write its changes beside them. Returns their file. `told` hears how
    far it is. `further`: go on from the network that is there, if it is one of the same intents. Raises ImportError without
    the extra `tuning`."""
    from voice.understanding.tuning import tune as tuned

    path = language.folder / network.TUNED
    known = network.changes_in(path, tuple(sorted(language.sentences))) if further else None
    if further and known is None:
        told("there is no network to go on from: from the beginning")
    network.save(path, *tuned(_examples(language), language.code, told, known))
    return path


def _with_network(learned: Classifier, language: Language) -> Classifier:
    return replace(learned, network=network.load(language.folder / network.TUNED, learned.intents))


def _learned(language: Language) -> Classifier:
    from voice.understanding.fitting import fit  # slow to import, and seldom needed

    return fit(language.code, _examples(language), partial(vectors, language=language))


def _examples(language: Language) -> list[tuple[str, str]]:
    return [(plain(sentence), intent) for intent in sorted(language.sentences) for sentence in language.sentences[intent]]


def key_of(language: Language) -> str:
    """Changes with the sentences, the recipe or the encoders: 64 hexadecimal digits."""
    made_from = [RECIPE, names(language.code), sorted(language.sentences.items())]
    return hashlib.sha256(json.dumps(made_from).encode()).hexdigest()


def _places(language: Language, key: str) -> list[Path]:
    kept = [language.kept / f"{language.code}-{key[:16]}.npz"] if language.kept else []
    return [language.folder / LEARNED, *kept]


def vectors(sentences: Sequence[str], language: Language) -> Floats:
    """Each plain sentence's vector; those that were made before come from the folder for kept things."""
    path = language.kept / f"vectors-{'-'.join(names(language.code))}.npz" if language.kept else None
    known = _load_vectors(path)
    short = {sentence: last_words(sentence) for sentence in sentences}
    missing = [text for text in dict.fromkeys(short.values()) if text not in known]
    known.update(zip(missing, encode(missing, language.code).astype(np.float16), strict=True) if missing else ())
    if path and missing:
        write(path, texts=np.array(json.dumps(list(known))), vectors=np.stack(list(known.values())))
    return np.stack([known[short[sentence]] for sentence in sentences]).astype(np.float32)


def _load_vectors(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        with path.open("rb") as raw, np.load(raw) as file:
            return dict(zip(json.loads(str(file["texts"])), file["vectors"], strict=True))
    except UNREADABLE:
        return {}  # never kept, or a broken file: they are made again


def save(learned: Classifier, path: Path, key: str) -> None:
    """Write the weights with their key. The file is whole or not there."""
    known = {
        "key": key,
        "language": learned.language,
        "intents": learned.intents,
        "words": list(learned.words.columns),
        "letters": list(learned.letters.columns),
    }
    write(
        path,
        known=np.array(json.dumps(known)),
        centre=learned.centre.astype(np.float32),
        directions=learned.directions.astype(np.float16),
        word_rarity=learned.words.rarity.astype(np.float16),
        letter_rarity=learned.letters.rarity.astype(np.float16),
        weights=learned.weights.astype(np.float16),
        bias=learned.bias.astype(np.float16),
    )


@read_once
def load(path: Path, key: str) -> Classifier | None:
    """The weights that were kept under this key; None when there are none, or the file is another's or broken."""
    try:
        with path.open("rb") as raw, np.load(raw) as file:
            known = json.loads(str(file["known"]))
            if known["key"] != key:
                return None
            words, letters = (
                Pieces({piece: column for column, piece in enumerate(known[kind])}, file[rarity].astype(np.float32))
                for kind, rarity in (("words", "word_rarity"), ("letters", "letter_rarity"))
            )
            weights, bias = file["weights"].astype(np.float32), file["bias"].astype(np.float32)
            directions = file["directions"].astype(np.float32)
            intents = tuple(known["intents"])
            return Classifier(known["language"], intents, file["centre"], directions, words, letters, weights, bias)
    except UNREADABLE:
        return None
