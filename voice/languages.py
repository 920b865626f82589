"""A language is data: what callers say, what we say, and examples with answers, in config/languages/<code>."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from voice.heard import Expecting
from voice.languagefiles import PROMPTS, Faults, Files, prompts_of, read_files
from voice.names import Names, names_from
from voice.placeholders import KINDS, WORD, Placeholders, fill, placeholders
from voice.spoken import renderer
from voice.tokens import plain
from voice.traits import FILE, FOLDER, LanguageError, all_traits, languages_folder

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
ANSWERS = ("yes_no", "digits", "pin", "choice", "date", "open", "yes_starts", "no_starts", "leaving", "no_message")
LEAST = {  # what a translation must have for a call to get anywhere, and for somebody in danger to be heard
    "intents": ("yes", "no", "repeat", "help", "speak_to_person"),
    "answers": ("yes_no", "digits", "pin", "choice", "date", "yes_starts", "no_starts"),
    "patterns": ("emergency",),
}
SAID_OF_LANGUAGES = {"language.keys", "language.changed", "language.none", "language.by_key"}  # the others are names
MOST_LANGUAGES = 16  # kept ready, with what is made of them
MOST_GRAMMARS = 256  # kept ready: the closed questions of every language, and the latest offers
HOT = ("biller", "department", "language", "help_kind")  # what a wish is about: nobody says the others unasked
MOST_HOTWORDS = 40  # Whisper cuts them at 223 tokens; fewer weigh more


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
    names: Names = field(default_factory=Names)
    folder: Path = FOLDER
    kept: Path | None = None

    def prompt(self, key: str, values: Mapping[str, Any], today: dt.date) -> str:
        """What is said for `key`. Raises KeyError for an unknown key or a value that is missing."""
        return fill(key, self.prompts, values, renderer(self.code), today)

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
    return _kept(code, folder or languages_folder(), kept)


@lru_cache(maxsize=MOST_LANGUAGES)
def _kept(code: str, folder: Path, kept: Path | None) -> Language:
    return replace(_load(code, folder), kept=kept)


@lru_cache(maxsize=MOST_LANGUAGES)
def _load(code: str, folder: Path) -> Language:
    faults: Faults = []
    files = read_files(code, folder, faults)
    language = Language(
        code=code,
        sentences=files.merged("intents"),
        words=_with_languages(files.words(), code, folder),
        patterns=_patterns(files, "patterns", faults),
        not_patterns=_patterns(files, "not_patterns", faults),
        answers=files.merged("answers"),
        values=_values(files.merged("values")),
        joints=tuple(plain(joint) for joint in files.merged("joints").get("two_wishes", ())),
        prompts=files.prompts or {},
        names=names_from(files.names),
        folder=folder / code,
    )
    _check_sentences(files, faults)
    _check_prompts(code, files, folder, faults)
    if faults:
        raise LanguageError("\n".join(faults))
    return language


def _with_languages(words: dict[str, dict[str, tuple[str, ...]]], code: str, folder: Path) -> dict[str, Any]:
    """With the words for the other languages: one that this language has no word for is called by its own name."""
    own_names = {other: (plain(about.name),) for other, about in all_traits(folder).items() if about.name != other != code}
    return {**words, "language": {**own_names, **words.get("language", {})}}


def _values(data: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """What callers say -> the known word. The longest first, so that "다음 주" is not taken for "주"."""
    said = {plain(words): known for known, phrases in data.items() for words in phrases}
    return dict(sorted(said.items(), key=lambda item: -len(item[0])))


def _patterns(files: Files, table: str, faults: Faults) -> dict[str, tuple[re.Pattern[str], ...]]:
    compiled: dict[str, tuple[re.Pattern[str], ...]] = {}
    for file, intent, patterns in files.lists(table):
        for pattern in patterns:
            try:
                compiled[intent] = (*compiled.get(intent, ()), re.compile(pattern))
            except (re.error, RecursionError, OverflowError) as error:
                faults.append(f"{file}: {table}.{intent}: the pattern {pattern!r} is not valid: {error}")
    return compiled


def _check_sentences(files: Files, faults: Faults) -> None:
    """Every intent and answer is one that there is, and no sentence means two things."""
    for table in ("intents", "patterns", "not_patterns"):
        for file, intent, _ in files.lists(table):
            if intent not in INTENTS:
                faults.append(f"{file}: {table}.{intent}: there is no such intent")
    for file, name, _ in files.lists("answers"):
        if name not in ANSWERS:
            faults.append(f"{file}: answers.{name}: nobody reads it; known are {', '.join(ANSWERS)}")
    meant: dict[str, tuple[str, str]] = {}
    for file, intent, sentences in files.lists("intents"):
        for sentence in sentences:
            said = plain(sentence)
            if not said:
                faults.append(f"{file}: intents.{intent}: {sentence!r} has no word in it")
                continue
            where, other = meant.setdefault(said, (file, intent))
            if other != intent:
                faults.append(f"{file}: intents.{intent}: the sentence {sentence!r} means both {other} and {intent} ({where})")
    if files.about.translated_from:
        _check_least(files, faults)
    elif files.heard and not meant:
        faults.append(f"{next(iter(files.heard))}: intents: there is no sentence")


def _check_least(files: Files, faults: Faults) -> None:
    """Without these no caller gets through a call, and nobody in danger is heard."""
    for table, needed in LEAST.items():
        there = {key for _, key, texts in files.lists(table) if texts}
        if files.heard and (missing := [key for key in needed if key not in there]):
            faults.append(f"{next(iter(files.heard))}: {table}: nothing for {', '.join(missing)}")


def _check_prompts(code: str, files: Files, folder: Path, faults: Faults) -> None:
    """Each prompt speaks values of kinds that there are; and all is there that the language says which it was
    translated from."""
    if files.prompts is None:
        return
    file, spoken = f"{code}/{PROMPTS}", {}
    for key, text in files.prompts.items():
        try:
            spoken[key] = placeholders(text)
        except ValueError as error:
            faults.append(f"{file}: {key}: {error}")
            continue
        for kind in sorted({kind for _, kind in spoken[key]} - {"", WORD, *KINDS}):
            faults.append(f"{file}: {key}: there is no kind {kind!r}; known are {', '.join([*KINDS, WORD])}")
    if not (source := files.about.translated_from):
        return
    original = prompts_of(source, folder)
    if original is None:
        faults.append(f"{code}/{FILE}: translated_from: the prompts of {source!r} cannot be read")
    elif not files.prompts:
        faults.append(f"{file}: there is no prompt in it; {source} has {len(original)}")
    else:
        _check_keys(file, files.prompts, original, source, faults)
        for key in [key for key in original if key in spoken]:
            _check_values(f"{file}: {key}", spoken[key], placeholders(original[key]), source, faults)


def _check_keys(file: str, prompts: Mapping[str, str], original: Mapping[str, str], source: str, faults: Faults) -> None:
    """A language may name itself and others, and have words of the program that another one needs no prompt for."""
    for key in original:
        if key not in prompts and (not key.startswith("language.") or key in SAID_OF_LANGUAGES):
            faults.append(f"{file}: {key}: there is no such prompt, but {source} has it")
    for key in prompts:
        if key not in original and not key.startswith(("language.", "word.")):
            faults.append(f"{file}: {key}: nobody says it; {source} has no such prompt")


def _check_values(where: str, spoken: Placeholders, original: Placeholders, source: str, faults: Faults) -> None:
    """A translation speaks no other values, and those as the same kind: a sum of money is no word."""
    for name, kind in sorted(spoken - original):
        kinds = sorted(kind for same, kind in original if same == name)
        if not kinds:
            names = ", ".join(sorted({name for name, _ in original})) or "none"
            faults.append(f"{where}: there is no value {name!r}; {source} has {names}")
        elif "" not in kinds:
            faults.append(f"{where}: {name!r} is said as {kind or 'a word'!r}; {source} says it as {', '.join(kinds)}")
