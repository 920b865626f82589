"""Copies of sentences as a recogniser may write them: what sounds alike is taken for each other, the same way every time."""

from __future__ import annotations

import pytest

from voice.understanding.mishearing import garble, misheard, sound

BILLERS, DAYS = ("gas", "water", "phone", "rent"), ("monday", "tuesday", "friday", "the end of the week")
BILLS = [(f"please pay the {biller} bill for me before {day}", "pay_bill") for biller in BILLERS for day in DAYS]


@pytest.mark.parametrize(("one", "other"), [("weak", "week"), ("knight", "night"), ("wait", "weight"), ("fone", "phone")])
def test_words_that_sound_alike_share_a_code(one: str, other: str) -> None:
    assert sound(one) == sound(other)


def test_words_that_sound_different_do_not() -> None:
    assert sound("doctor") != sound("dentist")


def test_what_peggy_says_is_misheard_the_same_way_every_time() -> None:
    assert misheard(BILLS, "en") == misheard(BILLS, "en") != []


def test_a_misheard_sentence_keeps_its_intent_and_most_of_its_words() -> None:
    [(copy, intent), *_] = misheard(BILLS, "en")
    assert intent == "pay_bill" and {"please", "before"} & set(copy.split())


def test_only_words_of_the_same_sound_take_each_others_place() -> None:
    sentence = "would you come again tomorrow because somebody borrowed everything yesterday"
    alike = {sound("somebody"): ["someboddy"]}
    assert set(garble(sentence, alike).split()) <= {*sentence.split(), "someboddy"}


def test_no_sentence_is_lost_altogether() -> None:
    assert all(garble(word, {}) for word in ("a", "to", "no", "the", "of"))


def test_a_language_whose_sounds_are_unknown_has_no_copies() -> None:
    assert misheard([("전기 요금 내 주세요", "pay_bill")] * 8, "ko") == []
