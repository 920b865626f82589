"""A language is data: what callers say, what we say, and examples with answers, in config/languages/<code>."""

from __future__ import annotations

import datetime as dt
import re
import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from voice.heard import Expecting
from voice.spoken import Spoken, renderer
from voice.tokens import plain

FOLDER = Path(__file__).resolve().parent.parent / "config" / "languages"
INTENTS = frozenset(
    "pay_bill bill_status cancel_payment book_appointment change_appointment cancel_appointment appointment_status "
    "ask_volunteer task_status change_task cancel_task complain report_scam check_caller freeze_payments "
    "unfreeze_payments protection_mode speak_to_person leave_message emergency safety_lesson update_details register "
    "change_language what_day help repeat slower faster louder quieter wait back cancel yes no greeting thanks goodbye "
    "none".split()
)
EVERYWHERE = ("repeat", "slower", "louder", "help", "speak_to_person", "back")  # in every grammar
SHORT = 3  # words: a grammar mixes the words of its phrases, and long ones catch what was not said
HOT = ("biller", "department", "language", "help_kind")  # what a wish is about: nobody says the others unasked
MOST_HOTWORDS = 40  # Whisper cuts them at 223 tokens; fewer weigh more


class LanguageError(ValueError):
    """A language's files cannot be right; the message names the file and the key."""


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
        if expecting.name == "message" or (expecting.name == "open" and "open" not in self.answers):
            return None
        options = [plain(option) for option in expecting.options]
        if expecting.name == "name" or (expecting.name == "yes_no" and options):  # who is calling
            first_names = [word for option in options for word in option.split()]
            short = [nickname for name in first_names for nickname in self.names.short_for(name)]
            options += [*short, *sorted(self.names.titles), *self.names.introductions]
        answers = self.answers.get("choice" if expecting.name == "name" else expecting.name, ())
        parts = [phrase for option in options for phrase in (option, *option.split())]
        said = (plain(sentence) for intent in EVERYWHERE for sentence in self.sentences.get(intent, ()))
        everywhere = [phrase for phrase in said if len(phrase.split()) <= SHORT]
        return tuple(dict.fromkeys([*answers, *parts, *everywhere]))

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


@cache
def load_language(code: str, folder: Path = FOLDER, kept: Path | None = None) -> Language:
    """Read and check one language. `kept`: a folder for what is learned from it. Raises LanguageError."""
    heard = _read(folder / code / "sentences.toml")
    prompts = {key: entry["text"] for key, entry in _read(folder / code / "prompts.toml").items()}
    language = Language(
        code=code,
        sentences=_sentences(folder / code, heard),
        words={
            kind: {value: tuple(words) for value, words in values.items()} for kind, values in heard.get("words", {}).items()
        },
        patterns=_patterns(heard.get("patterns", {}), code),
        not_patterns=_patterns(heard.get("not_patterns", {}), code),
        answers={name: tuple(phrases) for name, phrases in heard.get("answers", {}).items()},
        values=_values(heard.get("values", {})),
        joints=tuple(plain(joint) for joint in heard.get("joints", {}).get("two_wishes", ())),
        prompts=prompts,
        names=_names(folder / code / "names.toml"),
        folder=folder / code,
        kept=kept,
    )
    _check(language)
    return language


def _names(path: Path) -> Names:
    """A language may have none. Raises LanguageError for a list that nobody reads."""
    data = _read(path) if path.exists() else {}
    nicknames: dict[str, frozenset[str]] = {}
    formal = data.pop("nicknames", {})
    for name, short in formal.items():
        for nickname in short:
            nicknames[nickname] = nicknames.get(nickname, frozenset()) | {name}
    companies = {kind: tuple(names) for kind, names in data.pop("companies", {}).items()}
    introductions, practitioners = tuple(data.pop("introductions", ())), tuple(data.pop("practitioners", ()))
    given = frozenset(data.pop("given", ())) | formal.keys() | nicknames.keys()
    if unknown := data.keys() - {item.name for item in fields(Names)}:
        raise LanguageError(f"{path}: nobody reads {sorted(unknown)}")
    lists: dict[str, Any] = {name: frozenset(words) for name, words in data.items()}
    known = Names(introductions, practitioners=practitioners, given=given, nicknames=nicknames, companies=companies)
    return replace(known, **lists)


def _sentences(folder: Path, heard: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Each intent's sentences, from sentences.toml and from the files of one topic each in sentences/."""
    files = [heard, *(_read(path) for path in sorted((folder / "sentences").glob("*.toml")))]
    merged: dict[str, list[str]] = {}
    for file in files:
        for intent, sentences in file.get("intents", {}).items():
            merged.setdefault(intent, []).extend(sentences)
    return {intent: tuple(dict.fromkeys(sentences)) for intent, sentences in merged.items()}


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise LanguageError(f"{path}: cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LanguageError(f"{path}: is not valid TOML ({error})") from error


def _values(data: Mapping[str, list[str]]) -> dict[str, str]:
    """What callers say -> the known word. The longest first, so that "다음 주" is not taken for "주"."""
    said = {plain(words): known for known, phrases in data.items() for words in phrases}
    return dict(sorted(said.items(), key=lambda item: -len(item[0])))


def _patterns(data: Mapping[str, list[str]], code: str) -> dict[str, tuple[re.Pattern[str], ...]]:
    try:
        return {intent: tuple(re.compile(pattern) for pattern in patterns) for intent, patterns in data.items()}
    except re.error as error:
        raise LanguageError(f"{code}/sentences.toml: the pattern {error.pattern!r} is not valid: {error}") from error


def _check(language: Language) -> None:
    code = language.code
    if unknown := (language.sentences.keys() | language.patterns.keys()) - INTENTS:
        raise LanguageError(f"{code}/sentences.toml: there is no intent {sorted(unknown)}")
    seen: dict[str, str] = {}
    for intent, sentences in language.sentences.items():
        for sentence in sentences:
            if seen.setdefault(plain(sentence), intent) != intent:
                raise LanguageError(f"{code}: the sentence {sentence!r} means both {seen[plain(sentence)]} and {intent}")
    known = kinds(renderer(code), dt.date(2026, 1, 1), {}).keys()
    for key, text in language.prompts.items():
        try:
            specs = [spec for _, name, spec, _ in string.Formatter().parse(text) if name and spec]
        except ValueError as error:
            raise LanguageError(f"{code}/prompts.toml: {key}: {error}") from error
        if wrong := set(specs) - known:
            raise LanguageError(f"{code}/prompts.toml: {key}: there is no kind {sorted(wrong)}; known are {sorted(known)}")
