"""Settings are read once and refused when wrong, by the name of the setting and with what it takes."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpline.settings import Settings, SettingsError, TurnTaking, load_settings, throwaway_secrets

TWILIO = {"provider": "twilio", "account_sid": "AC123"}
SECRETS = {"HELPLINE_SECRET_KEY": "s" * 32, "HELPLINE_PIN_PEPPER": "p" * 16, "TWILIO_AUTH_TOKEN": "t" * 32}


@pytest.fixture
def file_of(tmp_path: Path) -> Any:
    """Writes a settings file and answers the environment that names it."""

    def write(content: str) -> dict[str, str]:
        path = tmp_path / "ours.toml"
        path.write_text(content, "utf-8")
        return {"HELPLINE_CONFIG": str(path)}

    return write


def test_the_defaults_are_right_and_need_nothing() -> None:
    settings = load_settings({})
    assert (settings.language, settings.telephony.provider, settings.speech.engine) == ("en", "console", "auto")
    assert settings.database.startswith("sqlite:////") and settings.database.endswith("/var/helpline.db")


def test_a_file_overrides_what_it_names_and_leaves_the_rest(file_of: Any) -> None:
    settings = load_settings(file_of('name = "Elm Park line"\n[server]\nport = 8080\n'))
    assert (settings.name, settings.server.port, settings.server.threads) == ("Elm Park line", 8080, 64)


def test_the_environment_overrides_the_file(file_of: Any) -> None:
    environ = {**file_of('[speech]\nengine = "vosk"\nvoice_pace = 1\n'), "HELPLINE_SPEECH_ENGINE": "whisper"}
    settings = load_settings({**environ, "HELPLINE_SERVER_PORT": "0", "HELPLINE_TURN_TAKING_NO_INPUT": "2.5"})
    assert (settings.speech.engine, settings.speech.voice_pace) == ("whisper", 1.0)
    assert (settings.server.port, settings.turn_taking.no_input) == (0, 2.5)


def test_a_program_overrides_the_file_but_the_environment_still_wins(file_of: Any) -> None:
    environ = file_of('name = "file"\nlanguage = "ko"\n')
    assert load_settings(environ, name="program").name == "program"
    assert load_settings({**environ, "HELPLINE_NAME": "environment"}, name="program").name == "environment"
    assert load_settings(environ, server={"port": 1}).server.threads == 64


def test_a_model_folder_of_any_language_may_be_named(file_of: Any) -> None:
    settings = load_settings(file_of('[speech.vosk_models]\nde = "/models/german"\n'))
    assert settings.speech.vosk_models == {"en": "", "ko": "", "de": "/models/german"}


@pytest.mark.parametrize("changes", [{"nmae": "x"}, {"server": {"prot": 1}}])
def test_a_program_that_misspells_a_setting_is_told(changes: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="there is no setting"):
        load_settings({}, **changes)


def test_settings_cannot_be_changed_afterwards() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        load_settings({}).name = "x"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('nmae = "x"', "there is no setting 'nmae'"),
        ("[telefony]\nnumber = 1", "there is no setting 'telefony'"),
        ("[server]\nprot = 1", "server: there is no setting 'prot'"),
        ("[speech]\nsub = {a = 1}", "speech: there is no setting 'sub'"),
        ("server = 5", "server is a section, not a value"),
        ('secret_key = "x"', "secret_key is a secret and is read from the environment only"),
        ('pin_pepper = "x"', "pin_pepper is a secret"),
        ('[telephony]\nauth_token = "x"', "auth_token is a secret and is read from the environment only"),
        ("name = ", r"ours\.toml is not valid TOML"),
        ("[server]\nport = 8080\nport = 1", "is not valid TOML"),
    ],
)
def test_a_file_that_is_wrong_is_refused_by_its_name(file_of: Any, content: str, says: str) -> None:
    with pytest.raises(SettingsError, match=rf"ours\.toml.*{says}|{says}"):
        load_settings(file_of(content))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"missing\.toml cannot be read: No such file"):
        load_settings({"HELPLINE_CONFIG": str(tmp_path / "missing.toml")})


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="is not valid TOML"):
        load_settings({"HELPLINE_CONFIG": str(tmp_path / "ours.toml")})


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("name", {"name": 5}),
        ("server.port", {"server": {"port": "eighty"}}),
        ("server.port", {"server": {"port": True}}),
        ("server.port", {"server": {"port": 70000}}),
        ("server.port", {"server": {"port": 80.5}}),
        ("server.most_calls", {"server": {"most_calls": 60}}),
        ("server.most_calls", {"server": {"most_calls": 0}}),
        ("server.most_calls", {"server": {"threads": 8}}),
        ("telephony.provider", {"telephony": {"provider": "pigeon"}}),
        ("telephony.office_opens", {"telephony": {"office_opens": "nine"}}),
        ("telephony.office_closes", {"telephony": {"office_closes": "25:00"}}),
        ("speech.engine", {"speech": {"engine": "ears"}}),
        ("speech.voice_pace", {"speech": {"voice_pace": 0.1}}),
        ("speech.voice_pace", {"speech": {"voice_pace": float("nan")}}),
        ("speech.whisper_pool", {"speech": {"whisper_pool": 0}}),
        ("speech.vosk_models", {"speech": {"vosk_models": {"ko": 5}}}),
        ("time_zone", {"time_zone": "Mars/Olympus"}),
        ("time_zone", {"time_zone": "../etc/passwd"}),
        ("time_zone", {"time_zone": ""}),
        ("public_url", {"public_url": "helpline.example.org"}),
        ("public_url", {"public_url": "ftp://helpline.example.org"}),
        ("public_url", {"public_url": "https://helpline.example.org/calls"}),
        ("public_url", {"public_url": "http://helpline.example.org"}),
        ("public_url", {"public_url": "https://["}),
        *[(f"turn_taking.{item.name}", {"turn_taking": {item.name: 0}}) for item in dataclasses.fields(TurnTaking)],
        ("turn_taking.no_input", {"turn_taking": {"no_input": float("nan")}}),
        ("turn_taking.dead_line", {"turn_taking": {"dead_line": float("inf")}}),
    ],
)
def test_a_value_that_cannot_be_right_is_refused_by_its_name(name: str, changes: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match=rf"^{name}\b"):
        load_settings({}, **changes)


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("secret_key", "HELPLINE_SECRET_KEY"),
        ("pin_pepper", "HELPLINE_PIN_PEPPER"),
        ("telephony.auth_token", "TWILIO_AUTH_TOKEN"),
    ],
)
def test_real_calls_need_every_secret(name: str, variable: str) -> None:
    environ = {key: value for key, value in SECRETS.items() if key != variable}
    with pytest.raises(SettingsError, match=f"^{name}: set {variable}"):
        load_settings(environ, telephony=TWILIO)
    assert load_settings(SECRETS, telephony=TWILIO).telephony.auth_token == "t" * 32


def test_real_calls_need_the_account() -> None:
    with pytest.raises(SettingsError, match=r"^telephony\.account_sid"):
        load_settings(SECRETS, telephony={"provider": "twilio"})


def test_a_helpline_on_the_internet_needs_its_secrets_without_twilio_too() -> None:
    with pytest.raises(SettingsError, match=r"^secret_key"):
        load_settings({}, public_url="https://helpline.example.org")


def test_a_short_key_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"^secret_key: set HELPLINE_SECRET_KEY, 32 characters or more"):
        load_settings({**SECRETS, "HELPLINE_SECRET_KEY": "short"}, telephony=TWILIO)


def test_secrets_are_not_shown() -> None:
    shown = repr(load_settings(SECRETS, telephony=TWILIO))
    assert not any(secret in shown for secret in SECRETS.values())


def test_throwaway_secrets_are_long_enough_and_never_the_same() -> None:
    one, other = throwaway_secrets(), throwaway_secrets()
    assert load_settings(one, telephony=TWILIO).secret_key != load_settings(other, telephony=TWILIO).secret_key


PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
ODD = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.lists(st.integers(), max_size=2)
NAMES = [item.name for item in dataclasses.fields(Settings)]


@PATIENT
@given(st.dictionaries(st.sampled_from(NAMES), ODD | st.dictionaries(st.text(max_size=5), ODD, max_size=2), max_size=3))
def test_whatever_is_given_is_either_settings_or_refused(changes: dict[str, Any]) -> None:
    try:
        loaded = load_settings({}, **changes)
    except SettingsError as error:
        told = str(error)
        assert any(name in told for name in changes)
    else:
        assert isinstance(loaded.name, str) and isinstance(loaded.server.port, int)


@PATIENT
@given(st.sampled_from(["SERVER_PORT", "SPEECH_VOICE_PACE", "TIME_ZONE", "PUBLIC_URL", "LANGUAGE"]), st.text(max_size=12))
def test_whatever_stands_in_the_environment_is_either_settings_or_refused(name: str, value: str) -> None:
    try:
        loaded = load_settings({f"HELPLINE_{name}": value})
    except SettingsError as error:
        told = str(error).split(":")[0].split()[0].replace(".", "_").upper()
        assert told == name
    else:
        assert loaded.server.port >= 0
