"""Is a sentence over? Told from its last words, and for a number from its digits."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice.endings import Endings, completeness, joined, load_endings
from voice.heard import Expecting, Heard, Word
from voice.languages import Language, load_language

OPEN, YES_NO = Expecting("open"), Expecting("yes_no")
PIN = Expecting("pin", digits=6, secret=True)


@pytest.fixture(scope="module")
def english() -> Language:
    return load_language("en")


@pytest.mark.parametrize(
    "said",
    [
        "i want to pay my",
        "I want to pay my ...",
        "I need to see the",
        "it's for my husband and",
        "well",
        "I'd like to",
        "my neighbour said I should ring you about a",
        "um",
    ],
)
def test_whoever_stops_here_looks_for_the_next_word(english: Language, said: str) -> None:
    assert completeness(said, OPEN, english) == "unfinished"


@pytest.mark.parametrize(
    "said",
    ["i want to pay my electricity bill", "come on", "hold on", "what is it for", "on Thursday", "goodbye", "hello Anna"],
)
def test_what_can_be_all_of_it_is_left_open(english: Language, said: str) -> None:
    assert completeness(said, OPEN, english) == "open"


def test_the_end_of_a_longer_word_is_no_word(english: Language) -> None:
    assert completeness("what about the drama", OPEN, english) == "open"  # it ends as "a" does


def test_a_short_answer_to_yes_or_no_is_never_kept_waiting_for_more(english: Language) -> None:
    assert completeness("yes I am", YES_NO, english) == completeness("it's my", YES_NO, english) == "open"


@pytest.mark.parametrize(
    ("said", "finished"),
    [
        ("four", "unfinished"),
        ("four eight two", "unfinished"),
        ("four eight two seven one nine", "complete"),
        ("48 27 19", "complete"),
        ("my number is four eight two seven one nine", "complete"),
        ("four eight two seven one nine three", "open"),  # one too many: the dialogue asks
        ("I have forgotten it", "open"),
        ("", "open"),
    ],
)
def test_a_number_of_known_length_is_complete_with_its_last_digit(english: Language, said: str, finished: str) -> None:
    assert completeness(said, PIN, english) == finished


@pytest.mark.parametrize(
    ("said", "finished"), [("oh two oh seven one", "unfinished"), ("oh two oh seven one eight three", "open"), ("no", "open")]
)
def test_a_number_of_unknown_length_is_none_before_its_seventh_digit(english: Language, said: str, finished: str) -> None:
    assert completeness(said, Expecting("digits"), english) == finished


def test_korean_sentences_are_unfinished_behind_a_particle() -> None:
    korean = load_language("ko")
    assert completeness("전기 요금을", OPEN, korean) == completeness("그리고", OPEN, korean) == "unfinished"
    assert completeness("전기 요금을 내고 싶어요", OPEN, korean) == "open"


def test_a_language_without_the_file_has_no_endings(tmp_path: Path) -> None:
    assert load_endings(tmp_path) == Endings()


def test_two_halves_are_one_answer_as_sure_as_both() -> None:
    first = Heard("i want to pay", confidence=0.9, words=(Word("i", 0.0, 0.1, 0.9),), sound=True, engine="fake")
    second = Heard("my bill", confidence=0.5, words=(Word("my", 0.2, 0.3, 0.5),), sound=True, engine="fake")
    both = joined(first, second)
    assert (both.text, both.sound, both.engine, len(both.words)) == ("i want to pay my bill", True, "fake", 2)
    assert 0.5 < both.confidence < 0.9
    assert joined(Heard(), second) == second and joined(first, Heard(sound=True)) == first
