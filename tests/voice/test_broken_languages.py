"""A language whose files are wrong is refused: every fault by its file and key, and all of them at once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, Protocol

import pytest

from voice.languages import Language, LanguageError, load_language
from voice.traits import all_traits

TODAY = dt.date(2026, 11, 24)
LINES = "name, translated_from, encoders, parses_values, telephone, recognition, voice"
ENGLISH = {
    "en/sentences.toml": '[intents]\nyes = ["yes"]\n',
    "en/prompts.toml": '["open"]\ntext = "Hello {name}"\n["bill"]\ntext = "It is {amount:money}"\n["language.en"]\ntext = "English"\n',
}
WELSH = {
    "cy/language.toml": 'name = "Cymraeg"\n',
    "cy/sentences.toml": """
[intents]
yes = ["ie"]
no = ["nage"]
repeat = ["eto"]
help = ["help"]
speak_to_person = ["person"]
[answers]
yes_starts = ["ie"]
no_starts = ["nage"]
yes_no = ["ie", "nage"]
digits = ["un", "dau"]
pin = ["un", "dau"]
choice = ["cyntaf"]
date = ["heddiw"]
[patterns]
emergency = ['ambiwlans']
""",
    "cy/prompts.toml": '["open"]\ntext = "Helo {name}"\n["bill"]\ntext = "Y bil: {amount:money}"\n',
}


class Written(Protocol):
    def __call__(self, code: str, *, without: str = "", **changed: str | bytes) -> Language: ...


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Writes a small English and a small Welsh with some files changed (prompts=..., the file of that name), and loads one."""

    def load(code: str, *, without: str = "", **changed: str | bytes) -> Language:
        files: dict[str, str | bytes] = {**ENGLISH, **WELSH, **{f"{code}/{name}.toml": text for name, text in changed.items()}}
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if name != f"{code}/{without}.toml":
                path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load_language(code, tmp_path)

    return load


def faults(written: Written, code: str, **changed: Any) -> list[str]:
    """What is said of a language that is not right, a fault a line."""
    with pytest.raises(LanguageError) as refused:
        written(code, **changed)
    return str(refused.value).splitlines()


def test_small_languages_load(written: Written) -> None:
    assert written("en").prompt("open", {"name": "Margaret"}, TODAY) == "Hello Margaret"
    assert written("cy").prompt("open", {"name": "Margaret"}, TODAY) == "Helo Margaret"


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"sentences": '[intents]\nfly_me = ["to the moon"]\n'}, "en/sentences.toml: intents.fly_me: there is no such intent"),
        ({"sentences": "[patterns]\nfly_me = ['moon']\n"}, "en/sentences.toml: patterns.fly_me: there is no such intent"),
        (
            {"sentences": '[intents]\nyes = ["Aye!"]\nno = ["aye"]\n'},
            "en/sentences.toml: intents.no: the sentence 'aye' means both yes and no (en/sentences.toml)",
        ),
        (
            {"sentences": "[intents]\nyes = ['y']\n[patterns]\nemergency = ['(']\n"},
            "en/sentences.toml: patterns.emergency: the pattern '(' is not valid: missing ), unterminated subpattern at position 0",
        ),
        ({"sentences": "[intents\n"}, "en/sentences.toml: is not valid TOML (Expected ']' at the end of a table declaration"),
        ({"sentences": b"[intents]\nyes = ['s\xed']\n"}, "en/sentences.toml: is not UTF-8 (byte 19): save it as UTF-8"),
        ({"sentences": ""}, "en/sentences.toml: intents: there is no sentence"),
        ({"sentences": '[intents]\nyes = ["yes", "?!"]\n'}, "en/sentences.toml: intents.yes: '?!' has no word in it"),
        ({"sentences": '[intents]\nyes = "yes"\n'}, "en/sentences.toml: intents.yes: it must be a list of texts"),
        ({"sentences": "intents = 5\n"}, "en/sentences.toml: intents: it must be a table"),
        ({"sentences": "[words]\nbiller = 5\n"}, "en/sentences.toml: words.biller: it must be a table"),
        ({"sentences": "[words.biller]\ngas = 5\n"}, "en/sentences.toml: words.biller.gas: it must be a list of texts"),
        ({"sentences": "[answer]\nyes_no = ['yes']\n"}, "en/sentences.toml: answer: there is no such table; known are intents, "),
        ({"sentences": "[answers]\nyes_on = ['yes']\n"}, "en/sentences.toml: answers.yes_on: nobody reads it; known are yes_no, "),
        ({"sentences": "a = " + "9" * 5000}, "en/sentences.toml: is not valid TOML (Exceeds the limit"),
        ({"sentences": "a = " + "[" * 5000}, "en/sentences.toml: is not valid TOML (maximum recursion depth exceeded"),
        ({"without": "sentences"}, "en/sentences.toml: cannot be read (No such file or directory)"),
        ({"without": "prompts"}, "en/prompts.toml: cannot be read (No such file or directory)"),
        ({"prompts": '["open"]\ntext = "{day:moonphase}"\n'}, "en/prompts.toml: open: there is no kind 'moonphase'; known are money, "),
        ({"prompts": '["open"]\ntext = "{day"\n'}, "en/prompts.toml: open: expected '}' before end of string"),
        ({"prompts": "[open]\ntext = 5\n"}, "en/prompts.toml: open: it needs a text, such as "),
        ({"prompts": "[bill.confirm]\ntext = 'Yes?'\n"}, "en/prompts.toml: bill: it needs a text, such as "),
        ({"prompts": '["open"]\ntext = "A"\n["open"]\ntext = "B"\n'}, "en/prompts.toml: is not valid TOML (Cannot declare "),
        ({"names": "given = 5\n"}, "en/names.toml: given: it must be a list of texts"),
        ({"names": "givven = ['ann']\n"}, "en/names.toml: givven: nobody reads it; known are companies, "),
        ({"names": "nicknames = ['peg']\n"}, "en/names.toml: nicknames: it must be a table"),
        ({"language": "nmae = 'English'\n"}, "en/language.toml: nmae: nobody reads it; known are name, "),
        ({"language": "name = 5\n"}, "en/language.toml: name: must be a text, not 5"),
        ({"language": "encoders = 'english'\n"}, "en/language.toml: encoders: must be a list, not 'english'"),
        ({"language": "encoders = [['english']]\n"}, "en/language.toml: encoders: [['english']] are not of multilingual, english"),
        ({"language": "voice = 'espeak'\n"}, "en/language.toml: voice: must be a table, not 'espeak'"),
        ({"language": "[voice]\nengine = 'alto'\n"}, "en/language.toml: voice.engine: 'alto' is none of hibari, espeak"),
        ({"language": "[recognition.download]\nsize = '9'\n"}, "en/language.toml: recognition.download.size: must be a whole number, not '9'"),
        ({"language": "[recognition.download]\nsize = 9\n"}, "en/language.toml: recognition.download.name: is missing"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_by_file_and_key(written: Written, changed: dict[str, Any], says: str) -> None:
    assert any(fault.startswith(says) for fault in faults(written, "en", **changed)), faults(written, "en", **changed)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"prompts": '["open"]\ntext = "Helo {name}"\n'}, "cy/prompts.toml: bill: there is no such prompt, but en has it"),
        ({"prompts": ""}, "cy/prompts.toml: there is no prompt in it; en has 3"),
        (
            {"prompts": WELSH["cy/prompts.toml"].replace("{name}", "{enw}")},
            "cy/prompts.toml: open: there is no value 'enw'; en has name",
        ),
        (
            {"prompts": WELSH["cy/prompts.toml"].replace("amount:money", "amount")},
            "cy/prompts.toml: bill: 'amount' is said as 'a word'; en says it as money",
        ),
        (
            {"prompts": WELSH["cy/prompts.toml"] + "['bil']\ntext = 'Y bil'\n"},
            "cy/prompts.toml: bil: nobody says it; en has no such prompt",
        ),
        (
            {"sentences": WELSH["cy/sentences.toml"].replace("no = ['nage']", "").replace('no = ["nage"]', "")},
            "cy/sentences.toml: intents: nothing for no",
        ),
        (
            {"sentences": WELSH["cy/sentences.toml"].replace("emergency = ['ambiwlans']", "")},
            "cy/sentences.toml: patterns: nothing for emergency",
        ),
        ({"language": "translated_from = 'fr'\n"}, "cy/language.toml: translated_from: the prompts of 'fr' cannot be read"),
    ],
)
def test_a_translation_says_and_hears_what_it_must(written: Written, changed: dict[str, Any], says: str) -> None:
    assert faults(written, "cy", **changed) == [says]


def test_all_faults_of_a_language_are_told_at_once(written: Written) -> None:
    told = faults(
        written,
        "cy",
        language="nmae = 'Cymraeg'\n",
        sentences="[intents]\nyes = ['ie', 'eto']\nrepeat = ['eto']\nfly_me = ['lleuad']\n[patterns]\nemergency = ['(', ')']\n",
        prompts=b"\xff",
        names="given = 5\n",
    )
    assert [fault[: fault.index(":", fault.index(": ") + 1)] for fault in told] == [
        "cy/prompts.toml: is not UTF-8 (byte 0)",
        "cy/language.toml: nmae",
        "cy/names.toml: given",
        "cy/sentences.toml: patterns.emergency",
        "cy/sentences.toml: patterns.emergency",
        "cy/sentences.toml: intents.fly_me",
        "cy/sentences.toml: intents.repeat",
        "cy/sentences.toml: intents",
        "cy/sentences.toml: answers",
    ]


def test_one_broken_file_hides_no_fault_of_another(written: Written) -> None:
    told = faults(written, "cy", sentences="[intents\n", prompts="['open']\ntext = 'Helo {enw}'\n")
    assert [fault.split(": ")[:2] for fault in told] == [
        ["cy/sentences.toml", "is not valid TOML (Expected ']' at the end of a table declaration (at line 1, column 9))"],
        ["cy/prompts.toml", "bill"],
        ["cy/prompts.toml", "open"],
    ]


def test_a_broken_language_takes_no_other_one_with_it(written: Written, tmp_path: Path) -> None:
    assert faults(written, "cy", language="nmae = 5") == ["cy/language.toml: nmae: nobody reads it; known are " + LINES]
    assert load_language("en", tmp_path).words["language"] == {}


def test_a_language_that_another_has_no_word_for_is_called_by_its_own_name(written: Written) -> None:
    assert written("en").words["language"] == {"cy": ("cymraeg",)}


def test_a_file_may_begin_with_a_byte_order_mark_and_end_its_lines_as_windows_does(written: Written) -> None:
    sentences = "\ufeff" + ENGLISH["en/sentences.toml"].replace("\n", "\r\n")
    assert written("en", sentences=sentences).sentences == {"yes": ("yes",)}


def test_a_language_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LanguageError, match=r"en/sentences\.toml: cannot be read"):
        load_language("en", tmp_path)


def test_a_folder_whose_name_is_no_code_is_no_language(tmp_path: Path) -> None:
    for name in ("en", "pt-br", "EN", "e", "words", "__pycache__", "en.old"):
        (tmp_path / name).mkdir()
    assert list(all_traits(tmp_path)) == ["en", "pt-br"]
