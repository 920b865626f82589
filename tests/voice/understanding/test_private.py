"""Numbers that are not kept, in the words in which callers say them, and those that must stay."""

from __future__ import annotations

import pytest

from voice.heard import Expecting
from voice.languages import load_language
from voice.understanding.private import DOTS, without_secrets

OPEN, NUMBER = Expecting("open"), Expecting("digits")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("my card is four one one one, double one 1111 1111 1111 all right", f"my card is {DOTS} all right"),
        ("4111-1111-1111-1111 and it runs out in May", f"{DOTS} and it runs out in May"),
        ("four one one one um then one one one one one one one one one one one one", DOTS),
        ("the code is four eight two nine one three he said", f"the code is {DOTS} he said"),
        ("they sent me a one-time passcode 482-913", f"they sent me a one-time passcode {DOTS}"),
        ("the pin is forty eight twenty seven nineteen", f"the pin is {DOTS}"),
        ("the code was for ate too seven nine one", f"the code was {DOTS}"),  # as a recogniser hears it
        ("my pin is 4827 and pay 4200 pounds please", f"my pin is {DOTS} and pay 4200 pounds please"),
        ("the door code is 4821", f"the door code is {DOTS}"),
        ("card number 4111 1111 1111 1111 and pin 4827", f"card number {DOTS} and pin {DOTS}"),
    ],
)
def test_a_cards_number_and_a_code_become_dots(said: str, kept: str) -> None:
    assert without_secrets(said, load_language("en"), OPEN) == kept


@pytest.mark.parametrize(
    "said",
    [
        "ring my son on 0044 7700 900101",
        "ring 020 7183 8750 please",
        "he wants a code and five thousand pounds",
        "pay 4200 pounds",
        "on the twenty fourth of november twenty twenty six at half past two",
        "i want to pay for two things to you",
        "the password has to do with my dog",
        "reference 12345678 for the gas",
        "",
    ],
)
def test_telephone_numbers_money_and_days_stay(said: str) -> None:
    assert without_secrets(said, load_language("en"), OPEN) == said


def test_a_number_that_was_asked_for_stays_unless_it_is_a_cards() -> None:
    english = load_language("en")
    assert without_secrets("the code is 482913", english, NUMBER) == "the code is 482913"
    assert without_secrets("447700900101 12", english, NUMBER) == "447700900101 12"
    assert without_secrets("4111 1111 1111 1111", english, NUMBER) == DOTS


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("인증 번호 482913", f"인증 번호 {DOTS}"),
        ("카드 번호는 사 일 일 일 일 일 일 일", f"카드 번호는 {DOTS}"),
        ("전화 번호는 공 일 공 일 이 삼 사 오 육 칠 팔", "전화 번호는 공 일 공 일 이 삼 사 오 육 칠 팔"),
    ],
)
def test_in_korean_too(said: str, kept: str) -> None:
    assert without_secrets(said, load_language("ko"), OPEN) == kept
