"""Another language, chosen by word or by key, in the middle of anything."""

from __future__ import annotations

from typing import Any

import pytest

from voice.dialogue import State, advance
from voice.heard import Expecting, Meaning, Result, Say, Step
from voice.understanding import understand_keys

MARGARET = {"id": 1, "name": "Margaret", "pace": 0.9, "gain": 0.0, "language": "en"}
YOUNGHEE = {"id": 2, "name": "Young-hee", "pace": 1.0, "gain": 0.0, "language": "ko"}
ENGLISH, KOREAN, POLISH = (
    {"code": code, "name": name} for code, name in (("en", "English"), ("ko", "Korean"), ("pl", "Polish"))
)
AT_THE_DAY = State(ask="visit.day", caller=MARGARET, slots={"wish": "ask_volunteer", "help_kind": "shopping"})


def come_back(step: Step, **data: Any) -> Step:
    assert step.order is not None
    return advance(step.state, Result(step.order.name, "ok", data))


def test_korean_please_in_the_middle_of_a_wish_asks_the_same_question_in_korean() -> None:
    step = advance(AT_THE_DAY, Meaning("change_language", slots={"language": "ko"}, text="Korean please"))
    step = come_back(step, languages=[ENGLISH, KOREAN])
    assert (step.order.name, step.order.args) == ("languages.choose", {"code": "ko"})
    step = come_back(step, code="ko")
    assert step.state.language == "ko" and step.state.ask == "visit.day"
    assert step.says == (Say("language.changed"), Say("visit.day"))
    assert step.state.slots["help_kind"] == "shopping"


def test_key_8_changes_to_the_only_other_language() -> None:
    step = advance(AT_THE_DAY, understand_keys("8", Expecting("date")))
    assert come_back(step, languages=[ENGLISH, KOREAN]).order.args == {"code": "ko"}


def test_with_several_others_the_caller_is_asked_which() -> None:
    step = advance(AT_THE_DAY, Meaning("change_language", text="another language"))
    step = come_back(step, languages=[ENGLISH, KOREAN, POLISH])
    assert step.state.ask == "language" and step.expecting.options == ("Korean", "Polish")
    assert advance(step.state, Meaning("", slots={"choice": 1})).order.args == {"code": "pl"}


def test_a_no_to_that_goes_back_to_the_question_that_was_open() -> None:
    step = advance(AT_THE_DAY, Meaning("change_language", text="another language"))
    step = come_back(step, languages=[ENGLISH, KOREAN, POLISH])
    assert advance(step.state, Meaning("no")).state.ask == "visit.day"


@pytest.mark.parametrize("languages", [[ENGLISH], [ENGLISH, KOREAN]])
def test_a_language_that_we_do_not_speak_leads_to_the_offer_of_a_person(languages: list[Any]) -> None:
    step = advance(AT_THE_DAY, Meaning("change_language", slots={"language": "pl"}, text="Polish please"))
    step = come_back(step, languages=languages)
    assert step.state.ask == "person.offer" and step.says[0] == Say("language.none")


def test_8_in_a_number_is_a_digit() -> None:
    assert understand_keys("8", Expecting("pin", digits=6)).slots == {"digits": "8"}


def test_a_household_of_one_language_is_greeted_in_it() -> None:
    begun = Result("call.begin", "inbound", {"household": [YOUNGHEE], "languages": ["en", "ko"]})
    assert advance(State(), begun).state.language == "ko"


@pytest.mark.parametrize("household", [[YOUNGHEE, MARGARET], []])
def test_a_mixed_or_unknown_household_is_greeted_in_the_languages_of_the_office(household: list[Any]) -> None:
    begun = Result("call.begin", "inbound", {"household": household, "languages": ["en", "ko"]})
    assert advance(State(), begun).state.language == "en"


def test_a_language_whose_voice_is_not_installed_is_not_begun_in() -> None:
    begun = Result("call.begin", "inbound", {"household": [YOUNGHEE], "languages": ["en"]})
    assert advance(State(), begun).state.language == "en"
