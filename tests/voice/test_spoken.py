"""Values as words: tables for what must be said, properties for what never may be."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.spoken import en, figures, ko, renderer

TODAY = dt.date(2026, 11, 24)  # a Tuesday


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "zero"),
        (9, "nine"),
        (13, "thirteen"),
        (20, "twenty"),
        (42, "forty-two"),
        (100, "one hundred"),
        (101, "one hundred and one"),
        (999, "nine hundred and ninety-nine"),
        (1_000, "one thousand"),
        (1_005, "one thousand and five"),
        (1_100, "one thousand one hundred"),
        (20_019, "twenty thousand and nineteen"),
        (1_000_001, "one million and one"),
        (999_000_999, "nine hundred and ninety-nine million nine hundred and ninety-nine"),
        (-7, "minus seven"),
    ],
)
def test_numbers(value: int, words: str) -> None:
    assert en.number(value) == words


def test_a_number_beyond_all_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="too large to say"):
        en.number(10**12)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (1, "first"),
        (2, "second"),
        (3, "third"),
        (5, "fifth"),
        (8, "eighth"),
        (9, "ninth"),
        (12, "twelfth"),
        (13, "thirteenth"),
        (20, "twentieth"),
        (21, "twenty-first"),
        (30, "thirtieth"),
        (31, "thirty-first"),
        (100, "one hundredth"),
        (112, "one hundred and twelfth"),
        (1_030, "one thousand and thirtieth"),
        (54_701, "fifty-four thousand seven hundred and first"),
        (54_000, "fifty-four thousandth"),
    ],
)
def test_ordinals(value: int, words: str) -> None:
    assert en.ordinal(value) == words


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        ("42.50", "GBP", "forty-two pounds and fifty pence"),
        ("1.01", "GBP", "one pound and one penny"),
        ("0.05", "GBP", "five pence"),
        ("0", "GBP", "zero pounds"),
        ("250", "GBP", "two hundred and fifty pounds"),
        ("1.01", "USD", "one dollar and one cent"),
        ("19.99", "EUR", "nineteen euros and ninety-nine cents"),
        ("2.005", "EUR", "two euros and one cent"),
        ("15000", "KRW", "fifteen thousand won"),
        ("0.4", "KRW", "zero won"),
        ("-3.20", "GBP", "minus three pounds and twenty pence"),
        ("12", "CHF", "twelve see aitch eff"),
        ("12.05", "CHF", "twelve point zero five see aitch eff"),
    ],
)
def test_money(amount: str, currency: str, words: str) -> None:
    assert en.money(Decimal(amount), currency) == words


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (TODAY, "today"),
        (dt.date(2026, 11, 25), "tomorrow"),
        (dt.date(2026, 11, 23), "Monday the twenty-third of November"),
        (dt.date(2026, 12, 1), "Tuesday the first of December"),
        (dt.date(2027, 1, 1), "Friday the first of January twenty twenty-seven"),
        (dt.date(2005, 3, 3), "Thursday the third of March two thousand and five"),
        (dt.date(1946, 3, 31), "Sunday the thirty-first of March nineteen forty-six"),
        (dt.date(1905, 3, 31), "Friday the thirty-first of March nineteen oh five"),
        (dt.date(1900, 1, 1), "Monday the first of January nineteen hundred"),
        (dt.date(2000, 1, 1), "Saturday the first of January two thousand"),
    ],
)
def test_dates(day: dt.date, words: str) -> None:
    assert en.date(day, TODAY) == words


@pytest.mark.parametrize(
    ("clock", "words"),
    [
        ("00:00", "midnight"),
        ("00:30", "half past twelve at night"),
        ("04:05", "five past four at night"),
        ("09:40", "twenty to ten in the morning"),
        ("10:00", "ten o'clock in the morning"),
        ("10:20", "twenty past ten in the morning"),
        ("11:45", "quarter to twelve in the morning"),
        ("12:00", "noon"),
        ("12:15", "quarter past twelve in the afternoon"),
        ("12:45", "quarter to one in the afternoon"),
        ("14:07", "two oh seven in the afternoon"),
        ("16:30", "half past four in the afternoon"),
        ("17:59", "five fifty-nine in the afternoon"),
        ("18:00", "six o'clock in the evening"),
        ("23:45", "quarter to twelve at night"),
    ],
)
def test_times(clock: str, words: str) -> None:
    assert en.time(dt.time.fromisoformat(clock)) == words


@pytest.mark.parametrize(
    ("digits", "words"),
    [
        ("", ""),
        ("7", "seven"),
        ("999", "nine nine nine"),
        ("4827", "four eight two seven"),
        ("48271", "four eight two, seven one"),
        ("482179", "four eight two, one seven nine"),
        ("48271903", "four eight two seven, one nine zero three"),
        ("07700900123", "zero seven seven zero, zero nine zero zero, one two three"),
    ],
)
def test_digits_come_in_groups_of_three_or_four(digits: str, words: str) -> None:
    assert en.digits(digits) == words


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("BV-4827-3", "bee vee, four eight two seven, three"),
        ("AB 12 34", "eigh bee, one two, three four"),
        ("bv48271", "bee vee, four eight two, seven one"),
        ("48271903", "four eight two seven, one nine zero three"),
        ("WAR", "double-u eigh ar"),
        ("", ""),
    ],
)
def test_references_keep_the_groups_they_are_written_in(reference: str, words: str) -> None:
    assert en.reference(reference) == words


def test_a_telephone_number_with_its_country() -> None:
    assert en.phone("+44 20 7183 8750") == "plus four four two zero, seven one eight three, eight seven five zero"
    assert en.phone("01632 960123") == "zero one six three, two nine six zero, one two three"


@pytest.mark.parametrize(
    ("items", "either", "both"),
    [
        ([], "", ""),
        (["gas"], "gas", "gas"),
        (["gas", "water"], "gas, or water", "gas, and water"),
        (["gas", "water", "phone"], "gas, water, or phone", "gas, water, and phone"),
    ],
)
def test_lists(items: list[str], either: str, both: str) -> None:
    assert (en.list_or(items), en.list_and(items)) == (either, both)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "영"),
        (10, "십"),
        (21, "이십일"),
        (111, "백십일"),
        (10_000, "만"),
        (15_000, "만 오천"),
        (1_230_000, "백이십삼만"),
        (100_000_000, "일억"),
        (123_456_789, "일억 이천삼백사십오만 육천칠백팔십구"),
    ],
)
def test_korean_numbers(value: int, words: str) -> None:
    assert ko.number(value) == words


def test_korean_values() -> None:
    assert ko.money(Decimal("15000"), "KRW") == "만 오천 원"
    assert ko.date(dt.date(2026, 12, 1), TODAY) == "십이월 일일 화요일"
    assert ko.full_date(dt.date(2026, 6, 10)) == "이천이십육년 유월 십일 수요일"
    assert ko.time(dt.time(16, 30)) == "오후 네 시 반"
    assert ko.digits("010-1234-5678") == "공 일 공 일, 이 삼 사 오, 육 칠 팔"
    assert ko.reference("BV-48") == "비 브이, 사 팔"
    assert ko.list_or(["가스", "물"]) == "가스, 또는 물"


def test_a_language_without_words_is_said_in_figures() -> None:
    said = renderer("xx")
    assert said is figures
    assert said.number(2026) == "2 0 2 6"
    assert said.money(Decimal("42.50"), "GBP") == "4 2, 5 0, G B P"
    assert said.date(dt.date(2026, 12, 1), TODAY) == "1, 1 2"
    assert said.full_date(dt.date(2027, 1, 31)) == "3 1, 1, 2 0 2 7"
    assert said.time(dt.time(16, 5)) == "1 6, 0 5"
    assert said.phone("+44 20 7183") == "+ 4 4 2 0, 7 1 8 3"
    assert said.reference("BV-48271") == "B V, 4 8 2 7, 1"
    assert (said.list_or(["nwy", "dŵr"]), said.list_and([])) == ("nwy, dŵr", "")


@pytest.mark.parametrize("code", ["figures", "", "../en", "__init__", "en.x"])
def test_a_code_that_is_none_names_no_module(code: str) -> None:
    assert renderer(code) is figures


CODES = st.sampled_from(["en", "ko"])
AMOUNTS = st.decimals(min_value=0, max_value=999_999_999, places=2)
CURRENCIES = st.sampled_from(["GBP", "EUR", "USD", "KRW"])


@given(CODES, st.integers(0, 999_999_999), AMOUNTS, CURRENCIES)
def test_numbers_and_money_never_hold_a_digit_and_are_never_empty(
    code: str, value: int, amount: Decimal, currency: str
) -> None:
    for words in (renderer(code).number(value), renderer(code).money(amount, currency)):
        assert words.strip() == words != ""
        assert not re.search(r"[\d£$€.]|  ", words)


@given(st.integers(0, 999_999_999), st.integers(0, 999_999_999))
def test_two_numbers_never_sound_the_same(one: int, other: int) -> None:
    assert (en.number(one) == en.number(other)) is (one == other)
    assert (ko.number(one) == ko.number(other)) is (one == other)


@given(CODES, st.times(), st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31)))
def test_every_day_and_every_minute_can_be_said(code: str, time: dt.time, day: dt.date) -> None:
    for words in (renderer(code).time(time), renderer(code).date(day, TODAY), renderer(code).full_date(day)):
        assert words
        assert not re.search(r"\d", words)


@given(CODES, st.text(alphabet="0123456789 -+", max_size=25))
def test_every_digit_is_said_once_and_no_group_is_longer_than_four(code: str, written: str) -> None:
    groups = [group.split() for group in renderer(code).digits(written).split(", ") if group]
    assert sum(map(len, groups)) == sum(sign.isdigit() for sign in written)
    assert all(len(group) <= 4 for group in groups)
