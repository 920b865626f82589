"""What the documents name exists: commands with their options, files, settings, targets of make, licences of packages."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import get_type_hints

import click
import pytest

from helpline.commands import cli
from helpline.settings import ENVIRONMENT_ONLY, Settings, load_settings
from tests import needs, test_migrations

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCED = re.compile(r"^```.*?\n(.*?)^```", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"`([^`\n]+)`")
COMMAND = re.compile(r"(?<![\w./@=:-])(?:\S*/bin/)?helpline((?: +[^\s|&#]+)+)")
FOLDERS = ("config", "docs", "fraud", "helpline", "tests", "voice", "volunteers")
PATH = re.compile(rf"(?<![\w./-])(?:{'|'.join(FOLDERS)})/[\w./-]*[\w/]")
LINK = re.compile(r"\]\(([^)#\s]+)")
NOT_SETTINGS = {"HELPLINE_CONFIG", needs.REQUIRE_ALL, test_migrations.POSTGRESQL}
LEFT_BEHIND = re.compile(r"\b(TODO|FIXME|XXX|TBD)\b|(?<![\w.])/(home|root|Users|tmp)/")

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())


def code(page: Path) -> Iterator[str]:
    """Each line of the fenced blocks, and each piece of inline code."""
    text = page.read_text("utf-8")
    for block in FENCED.findall(text):
        yield from block.splitlines()
    yield from INLINE.findall(FENCED.sub("", text))


def check_command(words: list[str]) -> None:
    """Follow the words down to a command, then look for each option. Raises AssertionError with what is not there."""
    command: click.Command = cli
    context = click.Context(command)
    words = [word.strip("[].") for word in words]
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        if words[0].isupper():  # a placeholder, such as NAME: any of its commands will do
            words[0] = command.list_commands(context)[-1]
        found = command.get_command(context, words[0])
        assert found is not None, f"there is no command {words[0]!r}"
        command, words = found, words[1:]
    known = {"--help", *(option for parameter in command.params for option in parameter.opts)}
    unknown = {word.partition("=")[0] for word in words if word.startswith("--")} - known
    assert not unknown, f"{command.name} has no option {sorted(unknown)}"


@every_page
def test_every_command_exists_with_its_options(page: Path) -> None:
    for line in code(page):
        for words in COMMAND.findall(line):
            check_command(words.split())


def test_a_command_that_is_not_there_is_noticed() -> None:
    with pytest.raises(AssertionError, match="no option"):
        check_command("call --shout hello".split())
    with pytest.raises(AssertionError, match="no command"):
        check_command(["sing"])


@every_page
def test_every_path_exists(page: Path) -> None:
    named = {path for line in code(page) for path in PATH.findall(line)}
    missing = sorted(path for path in named if not (ROOT / path).exists())
    assert not missing


def test_every_test_that_the_security_page_names_is_there() -> None:
    written = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs" / "security.md").read_text("utf-8")))
    assert len(named) > 50
    assert sorted(name for name in named if f"def {name}(" not in written) == []


@every_page
def test_every_link_leads_somewhere(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text("utf-8")) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


@every_page
def test_nothing_unfinished_and_nobodys_own_folder_is_left_in(page: Path) -> None:
    assert LEFT_BEHIND.search(page.read_text("utf-8")) is None


def test_every_message_worth_an_alarm_is_one_that_is_logged() -> None:
    source = "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "helpline").rglob("*.py")))
    rows = re.findall(r"^\| (`.*`) \| (?:serve|clock) \|", (ROOT / "docs" / "operating.md").read_text("utf-8"), re.MULTILINE)
    pieces = [piece.strip() for row in rows for said in INLINE.findall(row) for piece in said.split("...")]
    assert len(pieces) >= 5
    assert [piece for piece in pieces if piece not in source] == []


def variables(kind: type = Settings, prefix: str = "HELPLINE") -> Iterator[str]:
    """The environment variable of each setting."""
    types = get_type_hints(kind)
    for item in dataclasses.fields(kind):
        name = f"{prefix}_{item.name}".upper()
        if dataclasses.is_dataclass(types[item.name]):
            yield from variables(types[item.name], name)
        else:
            yield name


@every_page
def test_every_variable_is_a_setting(page: Path) -> None:
    named = set(re.findall(r"HELPLINE_[A-Z_]*[A-Z]", page.read_text("utf-8")))
    assert named - {*variables(), *ENVIRONMENT_ONLY.values(), *NOT_SETTINGS} == set()


def test_the_settings_file_of_the_operating_page_is_accepted(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "operating.md").read_text("utf-8")
    samples = re.findall(r"^```toml\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert samples
    for number, sample in enumerate(samples):
        file = tmp_path / f"{number}.toml"
        file.write_text(sample, "utf-8")
        secrets = {"HELPLINE_SECRET_KEY": "k" * 32, "HELPLINE_PIN_PEPPER": "p" * 16, "TWILIO_AUTH_TOKEN": "t"}
        stripe = {"STRIPE_SECRET_KEY": "s", "STRIPE_WEBHOOK_SECRET": "w"}
        load_settings({"HELPLINE_CONFIG": str(file), **secrets, **stripe})


@every_page
def test_every_target_of_make_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {target for line in code(page) for target in re.findall(r"\bmake ([a-z]+)", line)}
    assert named - targets == set()


def test_the_layers_of_the_design_page_are_those_that_are_checked() -> None:
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    block = "\n".join(layer.replace(" : ", ", ") for layer in layers)
    assert f"```\n{block}\n```" in (ROOT / "docs" / "design.md").read_text("utf-8")


def test_licence_and_notices_go_into_the_package() -> None:
    assert PROJECT["project"]["license-files"] == ["LICENSE", "NOTICE"]
    licence = (ROOT / "LICENSE").read_text("utf-8")
    assert "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION" in licence
    assert "Copyright 2026 The Blue Vest helpline contributors" in licence


def test_every_package_of_the_lock_stands_in_the_notices() -> None:
    locked = re.findall(r"^([A-Za-z0-9._-]+)==", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE)
    notices = re.sub("[_.]", "-", (ROOT / "NOTICE").read_text("utf-8").lower())
    assert len(locked) > 50
    assert [name for name in locked if re.sub("[_.]", "-", name.lower()) not in notices] == []
