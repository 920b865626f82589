"""A language is data, and one says as much as the other."""

from __future__ import annotations

import datetime as dt
import string
import tomllib
from typing import Any

import pytest

from voice.heard import Expecting
from voice.languages import INTENTS, Language, load_language
from voice.synthesis import CLAUSE
from voice.tokens import plain
from voice.traits import FOLDER, codes
from voice.understanding import understand

TODAY = dt.date(2026, 11, 24)  # a Tuesday
NOW = dt.datetime(2026, 11, 24, 10, tzinfo=dt.UTC)
VALUES: dict[str, Any] = {
    "money": {"amount": "42.50", "currency": "GBP"},
    "date": "2026-12-01",
    "full_date": "2026-12-01",
    "time": "16:30",
    "digits": "999",
    "phone": "+44 20 7183 8750",
    "reference": "BV-4827",
    "number": 3,
    "list_or": ["gas", "water"],
    "list_and": ["gas", "water"],
    "word": "morning",
    "": "Margaret",
}


@pytest.fixture(params=["en", "ko"])
def language(request: pytest.FixtureRequest) -> Language:
    return load_language(request.param)


@pytest.fixture
def korean() -> Language:
    return load_language("ko")


def placeholders(text: str) -> dict[str, str]:
    """name -> kind of what a prompt speaks."""
    return {name: spec or "" for _, name, spec, _ in string.Formatter().parse(text) if name}


def test_every_prompt_can_be_said(language: Language) -> None:
    for key, text in language.prompts.items():
        values = {name: VALUES[kind] for name, kind in placeholders(text).items()}
        said = language.prompt(key, values, TODAY)
        assert (said.strip() or key == "tick") and "{" not in said, key


def test_nothing_that_is_spoken_holds_a_figure_or_a_sign(language: Language) -> None:
    for key, text in language.prompts.items():
        values = {name: VALUES[kind] for name, kind in placeholders(text).items()}
        if not key.startswith("sms."):
            assert not set("0123456789£$€%&@/") & set(language.prompt(key, values, TODAY)), key


def test_no_clause_of_a_prompt_is_too_long_to_follow(language: Language) -> None:
    longest = max((len(clause.split()), key) for key, text in language.prompts.items() for clause in CLAUSE.split(text))
    assert longest < (20, "")


def test_korean_says_all_that_english_says(korean: Language) -> None:
    english = load_language("en").prompts
    assert english.keys() - korean.prompts.keys() == set()
    extra = korean.prompts.keys() - english.keys()
    assert all(key.startswith("word.") for key in extra)


def test_a_translation_speaks_the_same_values(korean: Language) -> None:
    for key, text in load_language("en").prompts.items():
        assert placeholders(korean.prompts[key]).keys() == placeholders(text).keys(), key


def test_a_translation_speaks_money_dates_and_references_in_full(korean: Language) -> None:
    for key, text in load_language("en").prompts.items():
        spoken = {name: kind for name, kind in placeholders(text).items() if kind}
        assert spoken.items() <= placeholders(korean.prompts[key]).items(), key


def test_a_word_of_the_program_is_said_in_the_language(korean: Language) -> None:
    values = {"day": "2026-12-01", "part": "morning", "kind": "장보기"}
    assert korean.prompt("visit.confirm", values, TODAY).startswith("십이월 일일 화요일 오전, 장보기 도움")


def test_every_intent_is_one_of_the_table(language: Language) -> None:
    assert language.sentences.keys() <= INTENTS
    assert {"yes", "no", "help", "repeat", "speak_to_person"} <= language.sentences.keys()


def test_a_message_has_no_grammar_and_closed_questions_have(language: Language) -> None:
    assert language.phrases(Expecting("message", record=True)) is None
    for name in ("yes_no", "digits", "pin", "choice", "date"):
        phrases = language.phrases(Expecting(name)) or ()
        assert len(phrases) > 5 and len(set(phrases)) == len(phrases)


def test_english_asks_openly_and_korean_with_a_spoken_menu(korean: Language) -> None:
    assert load_language("en").phrases(Expecting("open")) is None
    assert "요금 납부" in (korean.phrases(Expecting("open")) or ())


def test_what_is_offered_comes_into_the_grammar_whole_and_by_word() -> None:
    phrases = load_language("en").phrases(Expecting("choice", options=("City Electric", "Northern Gas"))) or ()
    assert {"city electric", "electric", "northern gas"} <= set(phrases)


@pytest.mark.parametrize(
    ("said", "expecting", "wanted"),
    [
        ("네", "yes_no", "yes"),
        ("네 맞 습니다", "yes_no", "yes"),
        ("아니요 됐습니다", "yes_no", "no"),
        ("네 아뇨", "yes_no", "none"),
        ("다시", "yes_no", "repeat"),
        ("상담원 연결", "digits", "speak_to_person"),
        ("천천히", "date", "slower"),
        ("안녕하세요", "open", "greeting"),
        ("요금 납부", "open", "pay_bill"),
        ("병원 예약", "open", "book_appointment"),
        ("봉사자 도움", "open", "ask_volunteer"),
        ("사기 신고", "open", "report_scam"),
        ("살려 주세요", "yes_no", "emergency"),
        ("은행에서 돈을 옮기라고 했어요", "open", "report_scam"),
    ],
)
def test_korean_answers_are_understood(korean: Language, said: str, expecting: str, wanted: str) -> None:
    assert understand(said, korean, Expecting(expecting), NOW).intent == wanted


MENU = [
    *("pay_bill", "bill_status", "book_appointment", "change_appointment", "cancel_appointment", "appointment_status"),
    *("ask_volunteer", "change_task", "cancel_task", "task_status", "complain", "report_scam", "update_details"),
    "leave_message",
]


@pytest.mark.parametrize("intent", MENU)
def test_every_choice_of_the_spoken_menu_leads_somewhere(korean: Language, intent: str) -> None:
    offered = [said for said in korean.sentences[intent] if said in korean.answers["open"]]
    assert offered
    for said in offered:
        assert understand(said, korean, Expecting("open"), NOW).intent == intent


@pytest.mark.parametrize(
    ("said", "expecting", "slots"),
    [
        ("이 삼 공 오", Expecting("digits"), {"digits": "2305"}),
        ("영 일 이 삼 사 오 육 칠 팔 구", Expecting("digits"), {"digits": "0123456789"}),
        ("이 이 이 이", Expecting("digits"), {"digits": "2222"}),
        ("일 이 삼 사 오 육", Expecting("pin", digits=6, secret=True), {"digits": "123456"}),
        ("첫 번째", Expecting("choice", options=("전기", "가스", "수도")), {"choice": 0}),
        ("이번", Expecting("choice", options=("전기", "가스", "수도")), {"choice": 1}),
        ("마지막", Expecting("choice", options=("전기", "가스", "수도")), {"choice": 2}),
        ("김순자", Expecting("choice", options=("박영수", "김순자")), {"choice": 1}),
        ("화요일", Expecting("date"), {"date": "2026-12-01"}),
        ("내일 오전", Expecting("date"), {"date": "2026-11-25", "part_of_day": "morning"}),
        ("모레", Expecting("date"), {"date": "2026-11-26"}),
        ("오전", Expecting("choice", options=("morning", "afternoon")), {"choice": 0}),
    ],
)
def test_korean_values_reach_the_dialogue(korean: Language, said: str, expecting: Expecting, slots: dict[str, Any]) -> None:
    meaning = understand(said, korean, expecting, NOW)
    assert meaning.intent == ""
    assert {name: meaning.slots.get(name) for name in slots} == slots
    assert meaning.text == said


def test_the_longest_words_for_a_value_win(korean: Language) -> None:
    assert korean.for_parsers("이번 주 금요일, 이 이") == "this friday 2 2"


def test_a_language_that_the_parsers_know_is_left_as_it_was() -> None:
    assert load_language("en").for_parsers("It's £42.50, please!") == "It's £42.50, please!"


def test_every_language_on_the_disk_loads() -> None:
    assert {"en", "ko"} <= set(codes())
    assert set(codes()) == {folder.name for folder in FOLDER.iterdir() if folder.is_dir()}
    assert all(load_language(code).prompts for code in codes())


def test_every_grammar_is_in_plain_words(language: Language) -> None:
    for phrases in language.answers.values():
        assert all(phrase == plain(phrase) for phrase in phrases)


EXAMPLES = [
    pytest.param(code, example, id=f"{code}: {example['say']}")
    for code in codes()
    if (path := FOLDER / code / "tests.toml").exists()
    for example in tomllib.loads(path.read_text("utf-8"))["examples"]
]


@pytest.mark.parametrize(("code", "example"), EXAMPLES)
def test_the_examples_of_a_language_mean_what_they_should(code: str, example: dict[str, Any]) -> None:
    expecting = Expecting(example.get("expecting", "open"), options=tuple(example.get("options", ())))
    meaning = understand(example["say"], load_language(code), expecting, NOW)
    assert meaning.intent == example.get("intent", meaning.intent) != example.get("not")
    assert {name: meaning.slots.get(name) for name in example.get("slots", {})} == example.get("slots", {})
