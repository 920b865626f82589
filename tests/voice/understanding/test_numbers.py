"""What the slots of a sentence use: numbers among words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voice.spoken import en
from voice.understanding.figures import figures
from voice.understanding.numbers import Number, number_at, numbers, parse_digits, words_of


@given(st.integers(0, 999_999_999_999))
def test_every_whole_number_is_read_as_it_is_spoken(value: int) -> None:
    words = words_of(en.number(value))
    assert number_at(words, 0) == Number(value, 0, len(words))


@given(st.integers(1, 999))
def test_every_place_is_read_as_it_is_spoken(place: int) -> None:
    found = number_at(words_of(en.ordinal(place)), 0)
    assert found is not None and (found.value, found.ordinal) == (place, True)


def test_the_numbers_of_a_sentence_come_in_order_with_their_places() -> None:
    found = numbers(words_of("two of the first twenty-five"))
    assert found == [Number(2, 0, 1), Number(1, 3, 4, ordinal=True), Number(25, 4, 6)]


def test_figures_leave_the_other_words_alone() -> None:
    assert figures("On the third of April, nineteen forty-six") == "on the 3rd of april 19 46"
    assert figures("two and a half thousand, or four point oh five") == "2500 or 4.05"


def test_a_correction_and_a_hesitation_are_seen_through() -> None:
    assert figures("it's, um, the fourth... no, sorry, the fifth") == "its the 4th | | the 5th"


def test_a_false_start_is_dropped() -> None:
    assert figures("f-four, th... third, forty-, forty-five") == "4 3rd 45"


def test_that_one_and_just_a_second_are_no_numbers() -> None:
    assert figures("that one, just a second, please") == "that one please"


def test_a_reference_may_hold_at_most_64_digits() -> None:
    assert parse_digits("7" * 100) == "7" * 64
