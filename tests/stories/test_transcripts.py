"""Whole calls as transcripts: what a caller says, which prompts answer, and what has come of it at the end.

Each file of `transcripts/` holds stories. A line of a call is one of
    : key key          the prompts that the helpline says, in their order, by key
    words              what the caller says, as the recogniser wrote it
    [482719]           keys that the caller presses
    (silence)          nothing comes from the line, or (silence for 5 minutes); (mumble): a voice, but no words
    (hangs up), (rings back), (rings back after 2 hours)
`came` is everything that the call has left in the tables, a row a line, in no order: nothing less and nothing more.
With `staffed = true` somebody of the office takes calls that are put through; else a message is left for them.
"""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from helpline.app import create_app
from helpline.db import db
from helpline.settings import load_settings
from tests.calls.conftest import seeded  # noqa: F401 - the town, made once
from tests.cast import PEPPER, PIN, START, Clock
from tests.stories.ledgers import came_of, written_down
from tests.stories.neighbours import move_in
from tests.stories.telephone import Telephone

FOLDER = Path(__file__).parent / "transcripts"
ENOUGH = 24
STAFF_NUMBER = "+442071838700"


@dataclass(frozen=True)
class Story:
    """One call, or one that was cut and taken up again."""

    name: str
    caller: str
    call: str
    came: tuple[str, ...]
    staffed: bool = False

    @classmethod
    def read(cls, table: dict[str, Any]) -> Story:
        return cls(**{**table, "came": tuple(table["came"])})


def stories() -> Iterator[Any]:
    for path in sorted(FOLDER.glob("*.toml")):
        for table in tomllib.loads(path.read_text("utf-8"))["stories"]:
            yield pytest.param(Story.read(table), id=f"{path.stem}: {table['name']}")


STORIES = list(stories())


def test_there_are_many_stories_and_each_has_its_own_name() -> None:
    names = [story.values[0].name for story in STORIES]
    assert len(names) >= ENOUGH
    assert len(names) == len(set(names))


@pytest.mark.parametrize("story", STORIES)
def test_the_call_goes_as_written(story: Story, town_of_its_own: Flask, clock: Clock) -> None:
    line = Telephone(town_of_its_own, clock, story.caller)
    for number, written in enumerate(filter(None, map(str.strip, story.call.splitlines())), start=1):
        if written.startswith(":"):
            assert line.prompts == written[1:].split(), f"line {number}, after {line.last!r}"
        else:
            line.do(written)
    assert came_of(town_of_its_own) == sorted(story.came)
    assert not any(PIN in kept for kept in written_down(town_of_its_own))


@pytest.fixture(scope="module")
def whole_town(seeded: tuple[Path, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: F811
    """The demonstration's town with its neighbours, as a database file, made once."""
    folder = tmp_path_factory.mktemp("whole_town")
    shutil.copy(seeded[0], folder / "helpline.db")
    app = create_app(load_settings({}, data_dir=str(folder), secret_key="s" * 32, pin_pepper=PEPPER))
    with app.app_context():
        move_in(app.extensions["helpline"].settings, START)
        db.session.remove()
        db.engine.dispose()
    return folder / "helpline.db"


@pytest.fixture
def town_of_its_own(story: Story, tmp_path: Path, clock: Clock, whole_town: Path) -> Iterator[Flask]:
    """The town as if nobody had rung yet today."""
    shutil.copy(whole_town, tmp_path / "helpline.db")
    telephony = {"staff_number": STAFF_NUMBER if story.staffed else ""}
    settings = load_settings({}, data_dir=str(tmp_path), secret_key="s" * 32, pin_pepper=PEPPER, telephony=telephony)
    app = create_app(settings, clock.now)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
