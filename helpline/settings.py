"""One frozen Settings, read once, refused when wrong.

Defaults stand in config/default.toml; a file named by HELPLINE_CONFIG overrides them; secrets come from the
environment only, and so may any other setting as HELPLINE_<SECTION>_<NAME> (or HELPLINE_<NAME>).
"""

from __future__ import annotations

import secrets
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import time
from pathlib import Path
from typing import Any, get_type_hints
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

LONGEST = 86_400  # seconds: nothing in a telephone call takes longer than a day
CONFIG_DIR = Path(__file__).resolve().parent.parent / "config"


class SettingsError(ValueError):
    """A setting that cannot be right. The message names it and says what it takes."""


@dataclass(frozen=True)
class Server:
    host: str
    port: int
    threads: int
    most_calls: int


@dataclass(frozen=True)
class Telephony:
    provider: str
    number: str
    staff_number: str
    emergency_number: str
    office_opens: str
    office_closes: str
    browser_phone: str
    account_sid: str
    api_url: str
    pay_connector: str
    auth_token: str = field(default="", repr=False)


@dataclass(frozen=True)
class Payments:
    gateway: str
    stripe_url: str
    stripe_key: str = field(default="", repr=False)
    stripe_webhook_secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class Speech:
    engine: str
    vosk_url: str
    whisper_pool: int
    voice_pace: float
    vosk_models: Mapping[str, str]


@dataclass(frozen=True)
class TurnTaking:
    no_input: float
    no_input_open: float
    end_yes_no: float
    end_open: float
    end_digits: float
    end_message: float
    end_complete: float
    end_unfinished: float
    end_most: float
    after_noise: float
    deaf: float
    between_keys: float
    longest_turn: float
    longest_message: float
    dead_line: float
    resume_within: float
    longest_call: float
    longest_wait: float


@dataclass(frozen=True)
class Holds:
    first_hours: float
    most_hours: float
    least_hours: float
    confirm_minutes: float
    payment_hours: float


@dataclass(frozen=True)
class Settings:
    name: str
    language: str
    time_zone: str
    currency: str
    database_url: str
    data_dir: str
    public_url: str
    server: Server
    telephony: Telephony
    payments: Payments
    speech: Speech
    turn_taking: TurnTaking
    holds: Holds
    secret_key: str = field(default="", repr=False)
    pin_pepper: str = field(default="", repr=False)

    @property
    def data_path(self) -> Path:
        return Path(self.data_dir).expanduser().absolute()

    @property
    def browser_phone(self) -> bool:
        """Whether staff may ring from their browser, for training."""
        wanted = self.telephony.browser_phone
        return wanted == "on" or (wanted == "auto" and urlsplit(self.public_url).scheme == "http")

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in use: the embedded SQLite file unless another is named."""
        return self.database_url or f"sqlite:///{self.data_path / 'helpline.db'}"


ENVIRONMENT_ONLY = {"secret_key": "HELPLINE_SECRET_KEY", "pin_pepper": "HELPLINE_PIN_PEPPER"}
CHANGES = "changes"  # the source of what a program gives, as against a file
TOKEN_VARIABLE = "TWILIO_AUTH_TOKEN"  # noqa: S105 - the variable's name, not its value
SUPPLIERS_SECRETS = {  # a secret that a supplier gave -> the variable by which the supplier's own tools know it
    "auth_token": TOKEN_VARIABLE,
    "stripe_key": "STRIPE_SECRET_KEY",
    "stripe_webhook_secret": "STRIPE_WEBHOOK_SECRET",
}


def load_settings(environ: Mapping[str, str], **changes: Any) -> Settings:
    """Read the settings. `changes` (nested dicts allowed) win over everything: for tests and the demonstration.

    Raises SettingsError that names the setting, for an unknown name, a wrong type or a value out of range.
    """
    values = _read_toml(CONFIG_DIR / "default.toml")
    if chosen := environ.get("HELPLINE_CONFIG"):
        values = _merged(values, _read_toml(Path(chosen)), chosen)
    values = _merged(values, changes, CHANGES)
    settings: Settings = _build(Settings, values, environ, "HELPLINE", "")
    _check(settings)
    return settings


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"the settings file {path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"the settings file {path} is not valid TOML: {error}") from error


def _merged(base: dict[str, Any], over: Mapping[str, Any], source: str) -> dict[str, Any]:
    from_file = not source.startswith(CHANGES)
    merged = dict(base)
    for name, value in over.items():
        secret = name in ENVIRONMENT_ONLY or name in SUPPLIERS_SECRETS
        if secret and from_file:
            raise SettingsError(f"{source}: {name} is a secret and is read from the environment only")
        if name not in base and not secret and not source.endswith(": vosk_models"):
            raise SettingsError(f"{source}: there is no setting {name!r}")
        if isinstance(base.get(name), dict):
            if not isinstance(value, Mapping):
                raise SettingsError(f"{source}: {name} is a section, not a value")
            value = _merged(base[name], value, f"{source}: {name}")
        merged[name] = value
    return merged


def _build(kind: type, values: Mapping[str, Any], environ: Mapping[str, str], prefix: str, path: str) -> Any:
    types = get_type_hints(kind)
    made: dict[str, Any] = {}
    for item in fields(kind):
        name, wanted = item.name, types[item.name]
        variable = SUPPLIERS_SECRETS.get(name, f"{prefix}_{name}".upper())
        if is_dataclass(wanted):
            made[name] = _build(wanted, values.get(name, {}), environ, variable, f"{path}{name}.")  # type: ignore[arg-type]
        elif wanted in (str, int, float):
            value = environ.get(variable, values.get(name, ""))
            made[name] = _typed(wanted, value, f"{path}{name}")
        else:
            made[name] = {key: _typed(str, value, f"{path}{name}.{key}") for key, value in values.get(name, {}).items()}
    return kind(**made)


def _typed(wanted: type, value: Any, name: str) -> Any:
    if wanted is not str and isinstance(value, str):
        try:
            return wanted(value)
        except ValueError as error:
            raise SettingsError(f"{name} must be a number, not {value!r}") from error
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, wanted) or isinstance(value, bool):
        raise SettingsError(f"{name} must be {wanted.__name__}, not {value!r}")
    return value


def _check(settings: Settings) -> None:
    def require(right: bool, name: str, rule: str) -> None:
        if not right:
            raise SettingsError(f"{name}: {rule}")

    require(settings.telephony.provider in ("console", "twilio"), "telephony.provider", "console or twilio")
    require(settings.telephony.browser_phone in ("auto", "on", "off"), "telephony.browser_phone", "auto, on or off")
    require(settings.speech.engine in ("auto", "vosk", "whisper"), "speech.engine", "auto, vosk or whisper")
    require(0.5 <= settings.speech.voice_pace <= 2.0, "speech.voice_pace", "0.5 to 2.0")
    require(1 <= settings.speech.whisper_pool <= 64, "speech.whisper_pool", "1 to 64")
    require(0 <= settings.server.port <= 65535, "server.port", "0 to 65535")
    require(
        1 <= settings.server.most_calls <= settings.server.threads - 16,
        "server.most_calls",
        f"1 to threads - 16 = {settings.server.threads - 16}, so that web pages still get a thread",
    )
    for item in fields(TurnTaking):
        right = 0 < getattr(settings.turn_taking, item.name) <= LONGEST
        require(right, f"turn_taking.{item.name}", f"more than 0 and at most {LONGEST:,} seconds")
    for item in fields(Holds):
        require(getattr(settings.holds, item.name) > 0, f"holds.{item.name}", "more than 0")
    require(settings.holds.first_hours <= settings.holds.most_hours, "holds.first_hours", "at most most_hours")
    try:
        ZoneInfo(settings.time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SettingsError(f"time_zone: {settings.time_zone!r} is not a time zone") from error
    for name in ("office_opens", "office_closes"):
        try:
            time.fromisoformat(getattr(settings.telephony, name))
        except ValueError as error:
            raise SettingsError(f"telephony.{name}: a time such as 08:00") from error
    try:
        url = urlsplit(settings.public_url)
    except ValueError as error:
        raise SettingsError(f"public_url: {settings.public_url!r} is not an address") from error
    require(
        url.scheme in ("http", "https") and bool(url.netloc) and not url.path.strip("/") and not url.query,
        "public_url",
        "a scheme and a host, such as https://helpline.example.org",
    )
    require(
        url.scheme == "https" or url.hostname in ("127.0.0.1", "localhost", "::1"),
        "public_url",
        "https outside this machine: callers' words and PINs travel over it",
    )
    _check_payments(settings.payments, require)
    if settings.telephony.pay_connector:
        both = settings.telephony.provider == "twilio" and settings.payments.gateway == "stripe"
        require(both, "telephony.pay_connector", "only with Twilio and Stripe: it hands cards from the one to the other")
    if settings.telephony.provider == "twilio":
        require(bool(settings.telephony.auth_token), "telephony.auth_token", f"set {TOKEN_VARIABLE}")
        require(bool(settings.telephony.account_sid), "telephony.account_sid", "the account's id")
    if settings.telephony.provider == "twilio" or url.scheme == "https":
        require(len(settings.secret_key) >= 32, "secret_key", "set HELPLINE_SECRET_KEY, 32 characters or more")
        require(len(settings.pin_pepper) >= 16, "pin_pepper", "set HELPLINE_PIN_PEPPER, 16 characters or more")


def _check_payments(payments: Payments, require: Callable[[bool, str, str], None]) -> None:
    require(payments.gateway in ("ledger", "stripe"), "payments.gateway", "ledger or stripe")
    url = urlsplit(payments.stripe_url)
    local = url.scheme == "http" and url.hostname in ("127.0.0.1", "localhost", "::1")
    require(url.scheme == "https" or local, "payments.stripe_url", "https outside this machine: a secret travels over it")
    if payments.gateway == "stripe":
        for name in ("stripe_key", "stripe_webhook_secret"):
            require(bool(getattr(payments, name)), f"payments.{name}", f"set {SUPPLIERS_SECRETS[name]}")


def throwaway_secrets() -> dict[str, str]:
    """New random secrets as environment variables, for a demonstration or a test."""
    return {
        "HELPLINE_SECRET_KEY": secrets.token_hex(32),
        "HELPLINE_PIN_PEPPER": secrets.token_hex(16),
        TOKEN_VARIABLE: secrets.token_hex(16),
    }
