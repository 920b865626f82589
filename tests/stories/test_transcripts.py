"""Whole calls as transcripts: what a caller says, which prompts answer, and what has come of it at the end.

Each file of `transcripts/` holds stories. A line of a call is one of
    : key key          the prompts that the helpline says, in their order, by key
    words              what the caller says, as the recogniser wrote it
    [482719]           keys that the caller presses
    (silence)          nothing comes from the line, or (silence for 5 minutes); (mumble): a voice, but no words
    (hangs up), (rings back), (rings back after 2 hours), (is rung after 5 minutes): what was promised to this number
`came` is everything that the call has left in the tables, a row a line, in no order: nothing less and nothing more. What
was there before and is so "no more" stands in it as well.
With `staffed = true` somebody of the office takes calls that are put through; else a message is left for them. `hour` is
when it rings, of the office's clock: it is open from eight to six.
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
from tests.stories.ledgers import came_of, standing, written_down
from tests.stories.neighbours import move_in
from tests.stories.telephone import Telephone

FOLDER = Path(__file__).parent / "transcripts"
ENOUGH = 44
STAFF_NUMBER = "+442071838700"


@dataclass(frozen=True)
class Story:
    """One call, or one that was cut and taken up again."""

    name: str
    caller: str
    call: str
    came: tuple[str, ...]
    staffed: bool = False
    hour: int = START.hour

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


@dataclass(frozen=True)
class Town:
    """The application over the town of the stories, and the clock on its wall."""

    app: Flask
    clock: Clock
    asleep: Path

    def wake_up(self, hour: int) -> None:
        """It is that hour of the Tuesday, and nobody has rung yet today."""
        let_go(self.app)
        folder = Path(self.app.extensions["helpline"].settings.data_dir)
        for old in folder.glob("helpline.db*"):
            old.unlink()
        shutil.copy(self.asleep, folder / "helpline.db")
        self.clock.pass_time(seconds=(START.replace(hour=hour) - self.clock.now()).total_seconds())


def let_go(app: Flask) -> None:
    """Close the application's database."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("story", STORIES)
def test_the_call_goes_as_written(story: Story, towns: dict[bool, Town]) -> None:
    town = towns[story.staffed]
    town.wake_up(story.hour)
    before = standing(town.app)
    line = Telephone(town.app, town.clock, story.caller)
    for number, written in enumerate(filter(None, map(str.strip, story.call.splitlines())), start=1):
        if written.startswith(":"):
            assert line.prompts == written[1:].split(), f"line {number}, after {line.last!r}"
        else:
            line.do(written)
    assert came_of(before, standing(town.app)) == sorted(story.came)
    assert not any(PIN in kept for kept in written_down(town.app))


@pytest.fixture(scope="module")
def towns(seeded: tuple[Path, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[bool, Town]]:  # noqa: F811
    """With somebody in the office and without. Made once: to load the languages takes longer than most calls."""
    asleep = tmp_path_factory.mktemp("asleep") / "helpline.db"
    shutil.copy(seeded[0], asleep)
    app = _application(asleep.parent, Clock(), staffed=False)
    with app.app_context():
        move_in(app.extensions["helpline"].settings, START)
    let_go(app)
    towns = {staffed: _town(tmp_path_factory.mktemp("town"), asleep, staffed) for staffed in (False, True)}
    yield towns
    for town in towns.values():
        let_go(town.app)


def _town(folder: Path, asleep: Path, staffed: bool) -> Town:
    clock = Clock()
    return Town(_application(folder, clock, staffed), clock, asleep)


def _application(folder: Path, clock: Clock, staffed: bool) -> Flask:
    telephony = {"staff_number": STAFF_NUMBER if staffed else ""}
    settings = load_settings({}, data_dir=str(folder), secret_key="s" * 32, pin_pepper=PEPPER, telephony=telephony)
    return create_app(settings, clock.now)
