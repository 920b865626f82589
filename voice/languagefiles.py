"""The files of one language. What is wrong in one is told and left out, so that everything else can be looked at too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from voice.names import Names
from voice.traits import LanguageError, Traits, read_toml, traits, unwritten

SENTENCES, PROMPTS, NAMES = "sentences.toml", "prompts.toml", "names.toml"
TABLES = ("intents", "joints", "answers", "values", "words", "patterns", "not_patterns")  # of sentences.toml
Lists = dict[str, list[str]]
Faults = list[str]  # "es/prompts.toml: bill.confirm: what is wrong with it"


@dataclass(frozen=True)
class Files:
    """What could be read of a language, in its right shape.

    `heard`: the name of a file -> its tables: sentences.toml, and each file of sentences/. `prompts` is None where
    its file could not be read.
    """

    heard: Mapping[str, Mapping[str, Any]]
    prompts: Mapping[str, str] | None
    names: Mapping[str, Any]
    about: Traits

    def lists(self, table: str) -> list[tuple[str, str, list[str]]]:
        """File, key and texts of everything in a table of lists, over all files."""
        return [(file, key, texts) for file, heard in self.heard.items() for key, texts in heard.get(table, {}).items()]

    def merged(self, table: str) -> dict[str, tuple[str, ...]]:
        """A table of lists from all files: each text once, in order."""
        merged: Lists = {}
        for _, key, texts in self.lists(table):
            merged.setdefault(key, []).extend(texts)
        return {key: tuple(dict.fromkeys(texts)) for key, texts in merged.items()}

    def words(self) -> dict[str, dict[str, tuple[str, ...]]]:
        """The tables [words.<kind>] from all files: kind -> value -> the words for it."""
        kinds: dict[str, dict[str, tuple[str, ...]]] = {}
        for heard in self.heard.values():
            for kind, values in heard.get("words", {}).items():
                for value, said in values.items():
                    kinds.setdefault(kind, {})[value] = (*kinds.get(kind, {}).get(value, ()), *said)
        return kinds


def read_files(code: str, folder: Path, faults: Faults) -> Files:
    """The files of folder/<code>; what is wrong with them is added to `faults`."""
    home = folder / code
    topics = [f"sentences/{path.name}" for path in sorted((home / "sentences").glob("*.toml"))]
    heard = {f"{code}/{name}": _read(home / name, f"{code}/{name}", faults) for name in (SENTENCES, *topics)}
    spoken = _read(home / PROMPTS, f"{code}/{PROMPTS}", faults)
    named = _read(home / NAMES, f"{code}/{NAMES}", faults) if (home / NAMES).exists() else {}
    try:
        about = traits(code, folder)
    except LanguageError as error:
        faults += str(error).splitlines()
        about = unwritten(code)
    return Files(
        heard={file: _heard(file, tables, faults) for file, tables in heard.items() if tables is not None},
        prompts=None if spoken is None else _spoken(f"{code}/{PROMPTS}", spoken, faults),
        names=_named(f"{code}/{NAMES}", named or {}, faults),
        about=about,
    )


def prompts_of(code: str, folder: Path) -> dict[str, str] | None:
    """Another language's prompts, to be compared with; None where they are not there or not right."""
    faults: Faults = []
    tables = _read(folder / code / PROMPTS, PROMPTS, faults)
    prompts = _spoken(PROMPTS, tables or {}, faults)
    return None if faults else prompts


def _read(path: Path, file: str, faults: Faults) -> dict[str, Any] | None:
    try:
        return read_toml(path, file)
    except LanguageError as error:
        faults.append(str(error))
        return None


def _heard(file: str, tables: Mapping[str, Any], faults: Faults) -> dict[str, Any]:
    """Tables of lists of texts; those of [words] are one deeper."""
    right: dict[str, Any] = {}
    for table, keys in tables.items():
        if table not in TABLES:
            faults.append(f"{file}: {table}: there is no such table; known are {', '.join(TABLES)}")
        elif table == "words":
            kinds = _table(f"{file}: words", keys, faults)
            right[table] = {kind: _lists(f"{file}: words.{kind}", lists, faults) for kind, lists in kinds.items()}
        else:
            right[table] = _lists(f"{file}: {table}", keys, faults)
    return right


def _spoken(file: str, tables: Mapping[str, Any], faults: Faults) -> dict[str, str]:
    """The text of each key."""
    prompts: dict[str, str] = {}
    for key, entry in tables.items():
        if isinstance(entry, dict) and isinstance(entry.get("text"), str):
            prompts[key] = entry["text"]
        else:
            faults.append(f'{file}: {key}: it needs a text, such as text = "Hello"; a key with a dot stands in quotes')
    return prompts


def _named(file: str, tables: Mapping[str, Any], faults: Faults) -> dict[str, Any]:
    """Lists of texts, and two tables of such lists."""
    known = {item.name for item in fields(Names)}
    right: dict[str, Any] = {}
    for name, lists in tables.items():
        if name not in known:
            faults.append(f"{file}: {name}: nobody reads it; known are {', '.join(sorted(known))}")
        elif name in ("nicknames", "companies"):
            right[name] = _lists(f"{file}: {name}", lists, faults)
        elif _is_list(f"{file}: {name}", lists, faults):
            right[name] = lists
    return right


def _table(where: str, table: Any, faults: Faults) -> dict[str, Any]:
    if isinstance(table, dict):
        return table
    faults.append(f"{where}: it must be a table")
    return {}


def _lists(where: str, table: Any, faults: Faults) -> Lists:
    return {key: texts for key, texts in _table(where, table, faults).items() if _is_list(f"{where}.{key}", texts, faults)}


def _is_list(where: str, texts: Any, faults: Faults) -> bool:
    right = isinstance(texts, list) and all(isinstance(text, str) for text in texts)
    if not right:
        faults.append(f"{where}: it must be a list of texts")
    return right
