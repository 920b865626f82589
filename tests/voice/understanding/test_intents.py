"""What sentences are understood as: the closed table, danger before all, and confidences that can be relied on."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest

from voice.heard import Expecting
from voice.languages import INTENTS, LanguageError, load_language
from voice.understanding import likeliest, understand
from voice.understanding.fitting import fit
from voice.understanding.intents import Classifier
from voice.understanding.learning import LEARNED, classifier, key_of, load, save, vectors

ENGLISH = load_language("en")
NOW = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)
WORDS = {
    "pay_bill": ("pay the gas bill", "settle my electric"),
    "emergency": ("there is a fire", "i cannot breathe"),
    "none": ("it rained all day", "the cat is asleep"),
}


def small_language(folder: Path, **topics: Mapping[str, list[str]]) -> Path:
    """A language `xx` with one file a topic, in the shape of config/languages. Returns the folder of languages."""
    (folder / "en" / "sentences").mkdir(parents=True)
    (folder / "en" / "sentences.toml").write_text("[intents]\n")
    (folder / "en" / "prompts.toml").write_text("")
    for topic, intents in topics.items():
        lines = [f"{intent} = {json.dumps(list(sentences))}" for intent, sentences in intents.items()]
        (folder / "en" / "sentences" / f"{topic}.toml").write_text("\n".join(["[intents]", *lines]))
    return folder


def small_classifier() -> Classifier:
    examples = [(sentence, intent) for intent, sentences in WORDS.items() for sentence in sentences]
    return fit("en", examples, partial(vectors, language=ENGLISH))


def test_every_intent_of_the_table_has_sentences() -> None:
    assert ENGLISH.sentences.keys() == INTENTS
    assert classifier(ENGLISH).intents == tuple(sorted(INTENTS))


@pytest.mark.parametrize("code", ["en", "ko"])
def test_what_was_learned_belongs_to_the_sentences_that_stand_here(code: str) -> None:
    language = load_language(code)
    assert load(language.folder / LEARNED, key_of(language)), f"changed since: run `helpline models learn --language {code}`"


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("my electric wants settling, would you see to it", "pay_bill"),
        ("um, hello dear, I was wondering, could you pay my gas bill for me", "pay_bill"),
        ("I need to see Doctor Patel about my eyes next Tuesday", "book_appointment"),
        ("could one of your volunteers fetch my shopping", "ask_volunteer"),
        ("a man rang and says I must move my savings", "report_scam"),
        ("the neighbour's cat had kittens behind the sofa", "none"),
    ],
)
def test_margaret_says_it_in_her_own_words(said: str, intent: str) -> None:
    assert likeliest(said, ENGLISH, NOW).intent == intent


def test_the_details_of_a_wish_come_with_it() -> None:
    meaning = likeliest("please pay forty pounds to the gas board on Friday", ENGLISH, NOW)
    assert meaning.slots["biller"] == "gas" and meaning.slots["date"] == "2026-11-27"
    assert meaning.slots["amount"] == {"amount": "40.00", "currency": "GBP"}


@pytest.mark.parametrize("expecting", ["open", "yes_no", "digits", "pin", "choice", "date", "name"])
def test_arthur_on_the_floor_is_heard_in_any_state(expecting: str) -> None:
    assert understand("I've fallen and I can't get up", ENGLISH, Expecting(expecting), NOW).intent == "emergency"


def test_arthur_is_heard_while_he_leaves_a_message() -> None:
    meaning = understand("tell them I can't breathe", ENGLISH, Expecting("message", record=True), NOW)
    assert meaning.intent == "emergency"


@pytest.mark.parametrize(
    "said", ["I fell last year but I'm fine now", "my smoke alarm needs a battery", "I want to see the heart doctor"]
)
def test_what_only_sounds_like_danger_is_none(said: str) -> None:
    assert likeliest(said, ENGLISH, NOW).intent != "emergency"


@pytest.mark.parametrize("said", ["", "   ", "?!", "\0", "a" * 50_000, "pay " * 5_000, "네 좋아요", "1" * 400, "💐", "\ud800"])
def test_anything_may_come_from_the_line(said: str) -> None:
    meaning = likeliest(said, ENGLISH, NOW)
    assert meaning.intent in INTENTS and 0.0 <= meaning.confidence <= 1.0


def test_the_same_sentence_has_the_same_meaning() -> None:
    once, again = (likeliest("could you see to my water rates", ENGLISH, NOW) for _ in range(2))
    assert once == again


def test_confidences_add_up_to_one() -> None:
    assert sum(classifier(ENGLISH).read("pay the gas bill").confidences.values()) == pytest.approx(1.0)


def test_the_reason_names_the_telling_words() -> None:
    why = likeliest("I should like my electric bill paid off this week", ENGLISH, NOW).why
    assert why["by"] == "likeness" and "bill" in " ".join(why["words"])


def test_a_second_meaning_nearly_as_likely_is_named() -> None:
    first = likeliest("the gas bill", ENGLISH, NOW)
    assert {first.intent, *first.alternatives} >= {"pay_bill", "bill_status"}


def test_weights_come_back_from_their_file_as_they_were(tmp_path: Path) -> None:
    learned = small_classifier()
    save(learned, tmp_path / "some.npz", "key")
    kept = load(tmp_path / "some.npz", "key")
    assert kept is not None and kept.read("pay the gas") == learned.read("pay the gas")


def test_weights_of_other_sentences_are_not_used(tmp_path: Path) -> None:
    save(small_classifier(), tmp_path / "some.npz", "key")
    assert load(tmp_path / "some.npz", "another key") is None


def test_a_broken_file_is_as_none(tmp_path: Path) -> None:
    (tmp_path / "some.npz").write_bytes(b"PK\3\4 cut off")
    assert load(tmp_path / "some.npz", "key") is None


def test_sentences_of_several_files_are_one_language(tmp_path: Path) -> None:
    folder = small_language(tmp_path, bills={"pay_bill": ["pay it"]}, more={"pay_bill": ["settle it"], "none": ["nice day"]})
    assert load_language("en", folder).sentences == {"pay_bill": ("pay it", "settle it"), "none": ("nice day",)}


def test_a_sentence_with_two_meanings_is_refused_by_name(tmp_path: Path) -> None:
    folder = small_language(tmp_path, bills={"pay_bill": ["See to it!"]}, more={"none": ["see to it"]})
    with pytest.raises(LanguageError, match=r"see to it.*pay_bill and none"):
        load_language("en", folder)


def test_a_changed_language_is_learned_once_and_kept(tmp_path: Path) -> None:
    language = load_language("en", small_language(tmp_path, all=WORDS), tmp_path / "kept")
    assert classifier(language).read("pay the gas").intent == "pay_bill"
    assert load(tmp_path / "kept" / f"en-{key_of(language)[:16]}.npz", key_of(language)) is not None


def test_the_command_answers_a_line_with_a_line() -> None:
    lines = "pay my gas bill\n\nI can't breathe\n"
    command = [sys.executable, "-m", "helpline", "understand", "--now", "2026-11-24T10:00", "--why"]
    answers = subprocess.run(command, input=lines, capture_output=True, text=True, check=True, timeout=300).stdout.splitlines()
    first, second, third = (json.loads(answer) for answer in answers)
    assert (first["intent"], second["intent"], third["intent"]) == ("pay_bill", "none", "emergency")
    assert first["slots"] == {"biller": "gas"} and third["why"]["by"] in ("pattern", "known sentence", "danger")
