"""Names inside sentences: short forms, titles, garbled ones, two of a kind, and nobody at all. Never a guess."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from voice.heard import Expecting
from voice.languages import LanguageError, load_language
from voice.understanding import understand
from voice.understanding.names import company, named_among, practitioner, sound, stranger, who

ENGLISH, KOREAN = load_language("en"), load_language("ko")
NOW = dt.datetime(2026, 11, 24, 10, tzinfo=dt.UTC)
MARGARET, ARTHUR = "Margaret Hughes", "Arthur Hughes"
HOUSE = (MARGARET, ARTHUR)
JOHN = "John Price"
HOSTILE = [
    "margaret " * 130_000,
    "\x00\x07margaret\u202e\x1b[2J",
    "it's " * 50_000,
    "'" * 3000,
    "\ud800".encode("utf-8", "replace").decode(),
]


def asked_for_margaret(words: str) -> str:
    return understand(words, ENGLISH, Expecting("yes_no", options=(MARGARET,)), NOW).intent


def which_of_the_house(words: str) -> dict[str, Any]:
    return dict(understand(words, ENGLISH, Expecting("name", options=HOUSE), NOW).slots)


@pytest.mark.parametrize("words", [
    "it's Margaret Hughes", "this is Peggy", "my name is Mrs Hughes", "Margaret", "yes it's me Margaret", "Maggie speaking", "it's me",
    "Mrs Hughes speaking", "no, it's Peggy", "hello, this is Margaret here", "the name's Hughes",
])  # fmt: skip
def test_margaret_gives_her_name(words: str) -> None:
    assert asked_for_margaret(words) == "yes"


@pytest.mark.parametrize(
    "words", ["it's margret", "this is market hughes", "mar garet", "margarit speaking", "this is mrs hewes"]
)
def test_margaret_is_garbled(words: str) -> None:
    assert asked_for_margaret(words) == "yes"


@pytest.mark.parametrize("words", [
    "no, it's Arthur", "it's Arthur", "this is her daughter", "this is Margaret's son", "I am calling for Margaret", "it's Joan",
    "it's not Margaret, it's Arthur", "no, Margaret isn't here",
])  # fmt: skip
def test_it_is_somebody_else(words: str) -> None:
    assert asked_for_margaret(words) == "no"


@pytest.mark.parametrize("words", ["yes it's Arthur", "yes this is her daughter", "Margaret is out", "it's raining"])
def test_what_is_not_clear_is_asked_again(words: str) -> None:
    assert asked_for_margaret(words) == "none"


@pytest.mark.parametrize(("words", "place"), [
    ("it's Margaret", 0), ("Arthur", 1), ("this is Peggy", 0), ("margret", 0), ("arfur", 1), ("the second one", 1),
    ("it's not Arthur, it's Margaret", 0), ("my name is Arthur Hughes", 1), ("number one", 0),
])  # fmt: skip
def test_one_of_the_house_is_picked(words: str, place: int) -> None:
    assert which_of_the_house(words) == {"choice": place}


@pytest.mark.parametrize("words", ["Mrs Hughes", "Hughes", "it's Hughes", "Margaret or Arthur"])
def test_what_fits_two_is_asked(words: str) -> None:
    assert which_of_the_house(words) == {"among": [0, 1]}


@pytest.mark.parametrize("words", ["John Hughes", "Margaret's daughter", "hello", "this is Doris"])
def test_what_fits_nobody_picks_nobody(words: str) -> None:
    assert not which_of_the_house(words).keys() & {"choice", "among"}


def test_a_known_name_is_never_taken_for_a_garbled_one() -> None:
    assert who("it's Joan", (JOHN,), ENGLISH) == ()
    assert stranger("it's Joan", (JOHN,), ENGLISH)


def test_a_short_form_may_stand_for_two_people() -> None:
    assert who("it's Nell", ("Helen Marsh", "Eleanor Marsh"), ENGLISH) == (0, 1)


def test_somebody_enrolled_by_a_short_name_may_give_the_long_one() -> None:
    assert who("this is Margaret", ("Peggy Hill",), ENGLISH) == (0,)


@pytest.mark.parametrize(("words", "people"), [
    ("저는 김순자예요", (0,)), ("순자", (0,)), ("김 순 자 입니다", (0,)), ("박영수입니다", (1,)), ("김순자 딸 이에요", ()), ("김", ()),
])  # fmt: skip
def test_korean_names(words: str, people: tuple[int, ...]) -> None:
    assert who(words, ("김순자", "박영수"), KOREAN) == people


@pytest.mark.parametrize(("words", "kind"), [
    ("sever trent", "water"), ("pay the seven trend bill", "water"), ("clear water", "water"), ("the scottish powers", "electricity"),
    ("northern lectric", "electricity"), ("blue bell", "phone"), ("brittish gas", "gas"), ("tems water", None), ("northern", None),
    ("octopus energy", None), ("the trend is up", None),
])  # fmt: skip
def test_a_company_is_known_by_its_name(words: str, kind: str | None) -> None:
    assert company(words, ENGLISH) == kind


def test_a_garbled_company_is_the_biller_of_the_wish() -> None:
    assert understand("I want to pay sever trent", ENGLISH, Expecting("open"), NOW).slots["biller"] == "water"


@pytest.mark.parametrize(("words", "named"), [
    ("I want to see Doctor Patel on Thursday", "doctor patel"), ("anything free with Dr. Patel", "dr patel"),
    ("nurse Brown please", "nurse brown"), ("an appointment with Mr Wood", "mr wood"), ("the doctor please", None),
    ("I need the doctor about my knee", None), ("the doctor on Tuesday", None), ("this is Mrs Hughes", None),
])  # fmt: skip
def test_a_doctor_is_named_by_title_and_name(words: str, named: str | None) -> None:
    assert practitioner(words, ENGLISH) == named


def test_a_garbled_doctor_is_found_among_those_of_the_clinic() -> None:
    there = ("Doctor Evans", "Doctor Patel")
    assert named_among(["pattel"], there, ENGLISH) == (1,)
    assert named_among(["okonkwo"], there, ENGLISH) == ()
    assert named_among(["patel"], ("Doctor Amir Patel", "Doctor Nina Patel"), ENGLISH) == (0, 1)


def test_what_sounds_alike_is_alike() -> None:
    assert sound("hughes") == sound("hewes") and sound("philip") == sound("filip") and sound("arfur") == sound("arthur")


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_is_said_can_break_it(text: str) -> None:
    assert set(who(text, HOUSE, ENGLISH)) <= {0, 1}
    assert company(text, ENGLISH) is None and practitioner(text, ENGLISH) is None
    assert understand(text, ENGLISH, Expecting("name", options=HOUSE), NOW).slots.get("choice") in (None, 0)


def test_a_list_that_nobody_reads_is_refused(tmp_path: Any) -> None:
    folder = tmp_path / "xx"
    folder.mkdir()
    (folder / "sentences.toml").write_text("")
    (folder / "prompts.toml").write_text("")
    (folder / "names.toml").write_text('nickname = ["peg"]')
    with pytest.raises(LanguageError, match="nickname"):
        load_language("xx", tmp_path)
