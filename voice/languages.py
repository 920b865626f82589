"""A language is data: what callers say, what we say, and examples with answers, in config/languages/<code>."""

from __future__ import annotations

import datetime as dt
import re
import string
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from voice.heard import Expecting
from voice.spoken import Spoken, renderer
from voice.tokens import plain
from voice.traits import FILE, FOLDER, LanguageError, Traits, codes, languages_folder, read_toml, traits

__all__ = ["INTENTS", "Language", "LanguageError", "load_language"]

INTENTS = frozenset(
    "pay_bill bill_status cancel_payment book_appointment change_appointment cancel_appointment appointment_status "
    "ask_volunteer task_status change_task cancel_task complain report_scam check_caller freeze_payments "
    "unfreeze_payments protection_mode speak_to_person leave_message emergency safety_lesson update_details register "
    "change_language what_day help repeat slower faster louder quieter wait back cancel yes no greeting thanks goodbye "
    "none".split()
)
EVERYWHERE = ("repeat", "slower", "louder", "help", "speak_to_person", "back")  # in every grammar
SHORT = 3  # words: a grammar mixes the words of its phrases, and long ones catch what was not said
TABLES = ("intents", "joints", "answers", "values", "words", "patterns", "not_patterns")  # of sentences.toml
SAID_OF_LANGUAGES = {"language.keys", "language.changed", "language.none", "language.by_key"}  # the others are names
MOST_GRAMMARS = 256  # kept ready: the closed questions of every language, and the latest offers
HOT = ("biller", "department", "language", "help_kind")  # what a wish is about: nobody says the others unasked
MOST_HOTWORDS = 40  # Whisper cuts them at 223 tokens; fewer weigh more
Tables = dict[str, Any]  # of a file


class _Fill(string.Formatter):
    """Fills {name:kind} with the words of a value."""

    def __init__(self, spoken: Spoken, today: dt.date, prompts: Mapping[str, str]) -> None:
        self._kinds = kinds(spoken, today, prompts)

    def format_field(self, value: Any, format_spec: str) -> str:
        return str(value) if not format_spec else self._kinds[format_spec](value)


def kinds(spoken: Spoken, today: dt.date, prompts: Mapping[str, str]) -> dict[str, Any]:
    """How each kind of placeholder is said: its JSON value in, words out."""
    return {
        "money": lambda value: spoken.money(Decimal(value["amount"]), value["currency"]),
        "date": lambda value: spoken.date(dt.date.fromisoformat(value), today),
        "full_date": lambda value: spoken.full_date(dt.date.fromisoformat(value)),
        "time": lambda value: spoken.time(dt.time.fromisoformat(value)),
        "digits": lambda value: spoken.digits(value),
        "phone": lambda value: spoken.phone(value),
        "reference": lambda value: spoken.reference(value),
        "number": lambda value: spoken.number(value),
        "list_or": lambda value: spoken.list_or(value),
        "list_and": lambda value: spoken.list_and(value),
        "word": lambda value: prompts.get(f"word.{value}", value),  # a word of the program, such as "morning"
    }


@dataclass(frozen=True)
class Names:
    """What names sound like in one language: names.toml, all of it plain words.

    `introductions` come before one's own name, `signatures` after it; `own` is somebody without a name ("it's me"); `others` say that somebody else speaks.
    `nicknames`: a short form -> the first names that it may stand for. `given`: every first name that is known, so that
    Joan is never taken for a garbled John. `companies`: kind of biller -> names. `practitioners` are their titles at
    a clinic, `no_names` what may follow these.
    """

    introductions: tuple[str, ...] = ()
    own: frozenset[str] = frozenset()
    signatures: frozenset[str] = frozenset()
    denials: frozenset[str] = frozenset()
    titles: frozenset[str] = frozenset()
    fillers: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    practitioners: tuple[str, ...] = ()
    no_names: frozenset[str] = frozenset()
    given: frozenset[str] = frozenset()
    nicknames: Mapping[str, frozenset[str]] = field(default_factory=dict)
    companies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def short_for(self, first_name: str) -> list[str]:
        return [short for short, formal in self.nicknames.items() if first_name in formal]


@dataclass(frozen=True, eq=False)
class Language:
    """One language's data, checked against itself.

    `sentences`: intent -> what callers say for it. `words`: kind (biller, department, help_kind, ...) -> value
    -> the words for it. `patterns`: intent -> regular expressions that mean it in any state. `answers`:
    expectation -> phrases of its grammar. `values`: what callers say for a value -> the word that the value parsers
    know ("화요일" -> "tuesday"), longest first; empty where the parsers know the language itself. `joints`: words that may join two wishes. `prompts`: key -> text. `names`: what people and companies are called.
    `folder`: where its files lie; `kept`: where what was learned from them may be kept between two runs, if anywhere.
    """

    code: str
    sentences: Mapping[str, tuple[str, ...]]
    words: Mapping[str, Mapping[str, tuple[str, ...]]]
    patterns: Mapping[str, tuple[re.Pattern[str], ...]]
    not_patterns: Mapping[str, tuple[re.Pattern[str], ...]]
    answers: Mapping[str, tuple[str, ...]]
    values: Mapping[str, str]
    joints: tuple[str, ...]
    prompts: Mapping[str, str]
    names: Names = Names()
    folder: Path = FOLDER
    kept: Path | None = None

    def prompt(self, key: str, values: Mapping[str, Any], today: dt.date) -> str:
        """What is said for `key`. Raises KeyError for an unknown key or a value that is missing."""
        return _Fill(renderer(self.code), today, self.prompts).vformat(self.prompts[key], (), values)

    def phrases(self, expecting: Expecting) -> tuple[str, ...] | None:
        """The grammar of a closed question: its answers, what is offered, and what works everywhere.

        A language may close the open question as well: where it has `answers` for it, they are its spoken menu.
        """
        return _grammar(self, expecting.name, expecting.options)

    def for_parsers(self, text: str) -> str:
        """The sentence with its values in the words that the value parsers know: "이 삼" -> "2 3"."""
        said = f" {plain(text)} ".replace(" ", "  ")
        for words, known in self.values.items():
            said = said.replace(f" {words.replace(' ', '  ')} ", f" {known} ")
        return " ".join(said.split()) if self.values else text

    def hotwords(self, expecting: Expecting) -> str:
        """What Whisper should listen for: what is offered, else the words of this kind of answer."""
        if expecting.options:
            return " ".join([*expecting.options, *(self.answers.get("yes_no", ()) if expecting.name == "yes_no" else ())])
        if expecting.name == "open":
            listed = [words[0] for kind in HOT for words in self.words.get(kind, {}).values()]
            return " ".join(listed[:MOST_HOTWORDS])
        return " ".join(self.answers.get(expecting.name, ())[:MOST_HOTWORDS])


@lru_cache(maxsize=MOST_GRAMMARS)
def _grammar(language: Language, name: str, options: tuple[str, ...]) -> tuple[str, ...] | None:
    if name == "message" or (name == "open" and "open" not in language.answers):
        return None
    offered = [plain(option) for option in options]
    if name == "name" or (name == "yes_no" and offered):  # who is calling
        first_names = [word for option in offered for word in option.split()]
        short = [nickname for first_name in first_names for nickname in language.names.short_for(first_name)]
        offered += [*short, *sorted(language.names.titles), *language.names.introductions]
    answers = language.answers.get("choice" if name == "name" else name, ())
    parts = [phrase for option in offered for phrase in (option, *option.split())]
    said = (plain(sentence) for intent in EVERYWHERE for sentence in language.sentences.get(intent, ()))
    everywhere = [phrase for phrase in said if len(phrase.split()) <= SHORT]
    return tuple(dict.fromkeys([*answers, *parts, *everywhere]))


def load_language(code: str, folder: Path | None = None, kept: Path | None = None) -> Language:
    """Read and check one language. `kept`: a folder for what is learned from it. Raises LanguageError, with all that
    is wrong in it, a fault a line."""
    return _load(code, folder or languages_folder(), kept)


@cache
def _load(code: str, folder: Path, kept: Path | None) -> Language:
    """1. The files. 2. The shape of their tables. 3. The data against itself, and against what it was translated from.

    Each step needs the one before: its faults are told together.
    """
    faults: list[str] = []
    heard, topics, spoken, names, about = _files(folder, code, faults)
    _tell(faults)
    _check_shape(f"{code}/sentences.toml", heard, faults)
    for name, topic in topics.items():
        _check_shape(f"{code}/sentences/{name}", topic, faults)
    for key, entry in spoken.items():
        if not isinstance(entry, dict) or not isinstance(entry.get("text"), str):
            faults.append(f'{code}/prompts.toml: {key}: it needs a text, such as text = "Hello"')
    _check_names(f"{code}/names.toml", names, faults)
    _tell(faults)
    language = Language(
        code=code,
        sentences=_sentences([heard, *topics.values()]),
        words=_words(heard.get("words", {}), code, folder),
        patterns=_patterns(heard.get("patterns", {}), f"{code}/sentences.toml: patterns", faults),
        not_patterns=_patterns(heard.get("not_patterns", {}), f"{code}/sentences.toml: not_patterns", faults),
        answers={name: tuple(phrases) for name, phrases in heard.get("answers", {}).items()},
        values=_values(heard.get("values", {})),
        joints=tuple(plain(joint) for joint in heard.get("joints", {}).get("two_wishes", ())),
        prompts={key: entry["text"] for key, entry in spoken.items()},
        names=_names(names),
        folder=folder / code,
        kept=kept,
    )
    _check(language, heard, faults)
    if about.translated_from:
        _check_translation(language, folder, about.translated_from, faults)
    _tell(faults)
    return language


def _tell(faults: list[str]) -> None:
    if faults:
        raise LanguageError("\n".join(faults))


def _files(folder: Path, code: str, faults: list[str]) -> tuple[Tables, dict[str, Tables], Tables, Tables, Traits]:
    """sentences.toml, the files of one topic each in sentences/ by name, prompts.toml, names.toml and language.toml."""

    def read(path: Path) -> dict[str, Any]:
        try:
            return read_toml(path)
        except LanguageError as error:
            faults.append(str(error))
            return {}

    try:
        about = traits(code, folder)
    except LanguageError as error:
        faults.append(str(error))
        about = Traits(code)
    topics = {path.name: read(path) for path in sorted((folder / code / "sentences").glob("*.toml"))}
    names = folder / code / "names.toml"
    spoken = read(folder / code / "prompts.toml")
    return read(folder / code / "sentences.toml"), topics, spoken, read(names) if names.exists() else {}, about


def _check_shape(file: str, heard: Mapping[str, Any], faults: list[str]) -> None:
    """Each table holds lists of texts under its keys; those of [words] are one deeper."""
    for table, keys in heard.items():
        if table not in TABLES:
            faults.append(f"{file}: there is no table [{table}]; known are {', '.join(TABLES)}")
        elif not isinstance(keys, dict):
            faults.append(f"{file}: {table}: it must be a table")
        elif table == "words":
            for kind, values in keys.items():
                _check_lists(f"{file}: words.{kind}", values, faults)
        else:
            _check_lists(f"{file}: {table}", keys, faults)


def _check_names(file: str, names: Mapping[str, Any], faults: list[str]) -> None:
    """Lists of texts, and two tables of such lists."""
    for name in sorted(names.keys() - {item.name for item in fields(Names)}):
        faults.append(f"{file}: nobody reads {name!r}")
    tables = {name: names[name] for name in ("nicknames", "companies") if name in names}
    for name, lists in tables.items():
        _check_lists(f"{file}: {name}", lists, faults)
    _check_lists(file, {name: texts for name, texts in names.items() if name not in tables}, faults)


def _check_lists(where: str, table: Any, faults: list[str]) -> None:
    if not isinstance(table, dict):
        faults.append(f"{where}: it must be a table")
        return
    for key, texts in table.items():
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            faults.append(f"{where}.{key}: it must be a list of texts")


def _names(data: Mapping[str, Any]) -> Names:
    lists = dict(data)
    nicknames: dict[str, frozenset[str]] = {}
    formal = lists.pop("nicknames", {})
    for name, short in formal.items():
        for nickname in short:
            nicknames[nickname] = nicknames.get(nickname, frozenset()) | {name}
    companies = {kind: tuple(names) for kind, names in lists.pop("companies", {}).items()}
    in_order: dict[str, Any] = {name: tuple(lists.pop(name, ())) for name in ("introductions", "practitioners")}
    given = frozenset(lists.pop("given", ())) | formal.keys() | nicknames.keys()
    unordered: dict[str, Any] = {name: frozenset(words) for name, words in lists.items()}
    return Names(**in_order, **unordered, given=given, nicknames=nicknames, companies=companies)


def _sentences(files: list[dict[str, Any]]) -> dict[str, tuple[str, ...]]:
    """Each intent's sentences, from all files."""
    merged: dict[str, list[str]] = {}
    for file in files:
        for intent, sentences in file.get("intents", {}).items():
            merged.setdefault(intent, []).extend(sentences)
    return {intent: tuple(dict.fromkeys(sentences)) for intent, sentences in merged.items()}


def _words(data: Mapping[str, Any], code: str, folder: Path) -> dict[str, dict[str, tuple[str, ...]]]:
    """The words for values. A language that this one has no word for is called by its own name."""
    words = {kind: {value: tuple(said) for value, said in values.items()} for kind, values in data.items()}
    languages = words.setdefault("language", {})
    for other in codes(folder):
        if other != code and (folder / other / FILE).exists():
            languages.setdefault(other, (plain(traits(other, folder).name),))
    return words


def _values(data: Mapping[str, list[str]]) -> dict[str, str]:
    """What callers say -> the known word. The longest first, so that "다음 주" is not taken for "주"."""
    said = {plain(words): known for known, phrases in data.items() for words in phrases}
    return dict(sorted(said.items(), key=lambda item: -len(item[0])))


def _patterns(data: Mapping[str, list[str]], where: str, faults: list[str]) -> dict[str, tuple[re.Pattern[str], ...]]:
    compiled: dict[str, tuple[re.Pattern[str], ...]] = {}
    for intent, patterns in data.items():
        for pattern in patterns:
            try:
                compiled[intent] = (*compiled.get(intent, ()), re.compile(pattern))
            except (re.error, RecursionError, OverflowError) as error:
                faults.append(f"{where}.{intent}: the pattern {pattern!r} is not valid: {error}")
    return compiled


def _check(language: Language, heard: Mapping[str, Any], faults: list[str]) -> None:
    file = f"{language.code}/sentences.toml"
    said_for = language.sentences.keys() | heard.get("patterns", {}).keys() | heard.get("not_patterns", {}).keys()
    if unknown := said_for - INTENTS:
        faults.append(f"{file}: there is no intent {sorted(unknown)}")
    if not any(language.sentences.values()):
        faults.append(f"{file}: intents: there is no sentence")
    seen: dict[str, str] = {}
    for intent, sentences in language.sentences.items():
        for sentence in sentences:
            said = plain(sentence)
            if not said:
                faults.append(f"{file}: intents.{intent}: {sentence!r} has no word in it")
            elif seen.setdefault(said, intent) != intent:
                faults.append(f"{language.code}: the sentence {sentence!r} means both {seen[said]} and {intent}")
    known = kinds(renderer(language.code), dt.date(2026, 1, 1), {}).keys()
    for key, text in language.prompts.items():
        try:
            specs = {spec for _, name, spec, _ in string.Formatter().parse(text) if name and spec}
        except ValueError as error:
            faults.append(f"{language.code}/prompts.toml: {key}: {error}")
            continue
        if wrong := specs - known:
            kind = f"there is no kind {sorted(wrong)}; known are {sorted(known)}"
            faults.append(f"{language.code}/prompts.toml: {key}: {kind}")


def _check_translation(language: Language, folder: Path, source: str, faults: list[str]) -> None:
    """Every prompt of the source is there, and speaks no value that the source does not have."""
    file = f"{language.code}/prompts.toml"
    try:
        prompts = {key: entry["text"] for key, entry in read_toml(folder / source / "prompts.toml").items()}
        names = {key: _values_in(text) for key, text in prompts.items()}
    except (LanguageError, KeyError, TypeError, ValueError):
        faults.append(f"{language.code}/{FILE}: translated_from: the prompts of {source!r} cannot be read")
        return
    for key, named in names.items():
        if key not in language.prompts:
            if not key.startswith("language.") or key in SAID_OF_LANGUAGES:
                faults.append(f"{file}: {key}: there is no such prompt, but {source} has it")
        elif strange := _values_in(language.prompts[key]) - named:
            faults.append(f"{file}: {key}: there is no value {sorted(strange)}; {source} has {sorted(named)}")


def _values_in(text: str) -> set[str]:
    """The names of the values that a prompt speaks."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}
    except ValueError:
        return set()  # told already
