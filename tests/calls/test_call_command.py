"""`helpline call`: the same conversation in the terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import soundfile
from click.testing import CliRunner, Result
from flask_migrate import upgrade

from helpline.app import create_app, utc_now
from helpline.commands import cli
from helpline.commands.demo_data import RUTH, put_on_duty, seed
from helpline.db import db
from helpline.parts import Parts
from helpline.settings import load_settings
from tests.calls.line import Ears
from tests.cast import ARTHUR, PIN, START

PEPPER = "pepper of the tests"


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration's town in a data folder, made once."""
    folder = tmp_path_factory.mktemp("town")
    app = create_app(load_settings({}, data_dir=str(folder), pin_pepper=PEPPER))
    with app.app_context():
        upgrade()
        seed(app.extensions["helpline"].settings, START)
        db.session.remove()
        db.engine.dispose()
    return folder


@pytest.fixture
def environ(seeded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "helpline.db").write_bytes((seeded / "helpline.db").read_bytes())
    for name in ("CONFIG", "DATABASE_URL", "PUBLIC_URL", "TELEPHONY_PROVIDER"):
        monkeypatch.delenv(f"HELPLINE_{name}", raising=False)
    monkeypatch.setenv("HELPLINE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("HELPLINE_PIN_PEPPER", PEPPER)


def call(*options: str, typed: str = "") -> Result:
    return CliRunner().invoke(cli, ["call", *options], input=typed)


def as_json(*options: str) -> dict[str, Any]:
    result = call(*options, "--json")
    assert result.exit_code == 0, result.output
    data: dict[str, Any] = json.loads(result.stdout)
    return data


def heard(data: dict[str, Any]) -> list[str]:
    return [turn["heard"]["text"] or turn["heard"]["keys"] for turn in data["turns"]]


def test_what_the_caller_does_comes_in_the_order_of_the_options(environ: None) -> None:
    data = as_json(
        "--say", "yes", "--say=i want to pay my electricity bill", "--keys", "1", "--keys=" + PIN, "--say", "yes i have",
        "--say", "no thank you",
    )  # fmt: skip
    assert data.keys() == {"turns", "requests", "outcome"} and data["outcome"] == "hang_up"
    assert heard(data)[1:5] == ["yes", "i want to pay my electricity bill", "1", "••••••"]
    (request,) = data["requests"]
    assert (request["intent"], request["status"], request["details"]["biller"]) == ("pay_bill", "done", "City Electric")
    assert PIN not in json.dumps(data)


def test_every_turn_tells_what_was_understood_done_and_said(environ: None) -> None:
    data = as_json("--say", "yes", "--say", "i want to pay my electricity bill")
    turn = data["turns"][-1]
    assert turn.keys() == {"number", "heard", "meaning", "orders", "said", "then", "at"}
    assert turn["meaning"]["intent"] == "pay_bill" and turn["then"] == "listen"
    assert turn["orders"][0]["order"]["name"] == "bills.due" and turn["said"][0]["key"] == "bill.confirm"


def test_a_call_that_ends_in_the_middle_is_dropped_and_can_be_taken_up(environ: None) -> None:
    assert as_json("--say", "yes", "--say", "i want to pay my electricity bill")["outcome"] == "dropped"
    again = as_json("--say", "yes", "--say", "yes")
    assert [turn["said"][0]["key"] for turn in again["turns"]] == ["welcome", "resume", "resume.again"]


def test_the_number_decides_who_is_asked_for(environ: None) -> None:
    assert "Am I speaking with Arthur?" in call("--number", ARTHUR, "--say", "yes").output
    assert "Am I speaking with Margaret?" in call("--say", "yes").output
    assert "I do not know this telephone number yet" in call("--number", "+15550100", "--say", "no").output


def test_typed_lines_are_words_keys_and_silence(environ: None) -> None:
    output = call(typed="yes\n\ni want to pay my electricity bill\n1\n" + PIN + "\n").output
    assert "Caller: [silence]" in output and "Caller: [keys 1]" in output and "Caller: [keys ••••••]" in output
    assert PIN not in output and "is paid" in output


def test_a_pin_that_is_spoken_is_not_shown(environ: None) -> None:
    output = call(typed="yes\ni want to pay my electricity bill\nyes\nfour eight two seven one nine\n").output
    assert "four eight two" not in output and "••••" in output


def test_after_the_goodbye_nothing_more_is_heard(environ: None) -> None:
    data = as_json("--say", "yes", "--say", "goodbye", "--say", "hello", "--say", "hello")
    assert data["outcome"] == "hang_up" and "hello" not in heard(data)


def test_a_recording_is_recognised_as_over_the_line(environ: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Parts, "recogniser", lambda *_: ears)
    ears = Ears()
    ears.words.append("yes speaking")
    soundfile.write(tmp_path / "yes.wav", [0.1] * 16_000, 16_000)
    data = as_json("--audio", str(tmp_path / "yes.wav"), "--keys", "0")
    assert heard(data)[1:] == ["yes speaking", "0"]


def test_a_recording_that_is_not_there_is_said_in_plain_words(environ: None, tmp_path: Path) -> None:
    result = call("--audio", str(tmp_path / "nowhere.wav"))
    assert result.exit_code == 1 and "nowhere.wav" in result.output and "Traceback" not in result.output


def test_an_empty_database_knows_nobody(environ: None, tmp_path: Path) -> None:
    (tmp_path / "helpline.db").unlink()
    result = call("--say", "no")
    assert result.exit_code == 0 and "I do not know this telephone number yet" in result.output


def test_settings_that_are_wrong_are_said_in_plain_words(environ: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPLINE_SPEECH_ENGINE", "ouija")
    result = call("--say", "yes")
    assert result.exit_code == 1 and "speech.engine" in result.output and "Traceback" not in result.output


def test_whoever_wants_a_person_sees_who_would_be_rung(environ: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPLINE_TELEPHONY_OFFICE_OPENS", "00:00")
    monkeypatch.setenv("HELPLINE_TELEPHONY_OFFICE_CLOSES", "23:59:59.999999")
    app = create_app(load_settings({}, data_dir=str(tmp_path), pin_pepper=PEPPER))
    with app.app_context():
        put_on_duty(utc_now())
        db.session.remove()
        db.engine.dispose()
    assert f"[rung now: Ruth Marsh at {RUTH}; whoever presses 1 first takes the call]" in call("--keys", "0").output
