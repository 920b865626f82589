"""A call from the browser: with a recording as its microphone, without a microphone, and without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from flask import Flask
from playwright.sync_api import Browser, Page, Playwright, expect

from helpline.db import db
from helpline.models import Call, Turn
from helpline.phone import practice
from tests.browser.scenes import Stage, phone_not_rung, phone_start
from tests.calls.line import Ears, Voice
from tests.cast import Clock, People

pytestmark = pytest.mark.browser
RECORDINGS = Path(__file__).parents[2] / "helpline" / "commands" / "recordings"
BETWEEN = 7  # seconds of quiet before the recording comes round again
SOON = 20_000  # milliseconds for an answer on a machine that does other things
A_WHILE = 60_000  # for words to be heard: models are loaded first


@pytest.fixture
def microphone(tmp_path: Path) -> str:
    """A recording of somebody who says every few seconds that it is they."""
    sound, rate = soundfile.read(RECORDINGS / "yes_speaking.wav")
    path = str(tmp_path / "microphone.wav")
    soundfile.write(path, np.concatenate([np.zeros(BETWEEN * rate), sound]), rate, subtype="PCM_16")
    return path


@pytest.fixture
def speaking(
    playwright: Playwright, chromium: str, microphone: str, site: str, app: Flask, people: People, clock: Clock
) -> Iterator[Stage]:
    """A browser of its own, because what its microphone hears is said when it starts."""
    flags = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
    browser = playwright.chromium.launch(
        executable_path=chromium,
        args=["--no-sandbox", "--disable-gpu", *flags, f"--use-file-for-fake-audio-capture={microphone}"],
    )
    yield Stage(browser.new_context(base_url=site).new_page(), app, people, clock)
    browser.close()


@pytest.fixture
def voice(app: Flask) -> Iterator[Voice]:
    """A voice and ears that need no model."""
    voice = app.extensions["helpline"]._voices["en"] = Voice()
    app.extensions["helpline"]._recognisers["en"] = Ears()
    yield voice
    app.extensions["switchboard"].lines.end_all()


@pytest.fixture
def without_javascript(browser: Browser, site: str, app: Flask, people: People, clock: Clock) -> Iterator[Stage]:
    context = browser.new_context(base_url=site, java_script_enabled=False)
    yield Stage(context.new_page(), app, people, clock)
    context.close()


def turns(app: Flask) -> list[Turn]:
    with app.app_context():
        return db.session.query(Turn).order_by(Turn.number).all()


def lift(page: Page) -> None:
    page.get_by_role("button", name="Ring", exact=True).click()
    expect(page.locator("#said .helpline").first).to_contain_text("Am I speaking with Dorothy?", timeout=A_WHILE)


@pytest.mark.speech
def test_what_the_microphone_hears_is_understood_and_stands_in_the_captions(speaking: Stage, app: Flask) -> None:
    phone_not_rung(speaking)
    lift(speaking.page)
    expect(speaking.page.locator("#state")).to_have_text("You are on the line: talk, press keys, or type.")
    expect(speaking.page.locator("#said .caller").first).to_contain_text("speaking", timeout=A_WHILE)
    expect(speaking.page.locator("#said .helpline").nth(1)).to_contain_text("What can I do for you, Dorothy?")
    speaking.page.get_by_role("button", name="Hang up").first.click()
    expect(speaking.page.get_by_role("heading", name="The call is over")).to_be_visible(timeout=SOON)


def test_without_a_microphone_one_hears_and_types(stage: Stage, app: Flask, voice: Voice) -> None:
    phone_not_rung(stage)
    lift(stage.page)
    expect(stage.page.locator("#state")).to_contain_text("No microphone")
    stage.page.wait_for_timeout(2_000)  # the question lasts a second: it is heard out
    stage.page.get_by_label("What you say").fill("yes")
    stage.page.get_by_role("button", name="Say it").click()
    expect(stage.page.locator("#said .caller")).to_contain_text("yes", timeout=SOON)
    answered = turns(app)[1].heard
    assert (answered["text"], answered["engine"], answered["unheard"]) == ("yes", "typed", "")
    stage.page.get_by_role("button", name="Hang up").first.click()
    expect(stage.page.get_by_role("heading", name="The call is over")).to_be_visible(timeout=SOON)


def test_keys_and_slower_are_turns_over_the_line(stage: Stage, app: Flask, voice: Voice) -> None:
    phone_not_rung(stage)
    lift(stage.page)
    stage.page.get_by_role("button", name="1", exact=True).click()
    expect(stage.page.locator("#said .caller")).to_have_count(1, timeout=SOON)
    stage.page.get_by_role("button", name="Say “slower”").click()
    expect(stage.page.locator("#said .caller")).to_have_count(2, timeout=SOON)
    keys, slower = turns(app)[1:3]
    assert keys.heard["keys"] == "1" and slower.reply["pace"] < keys.reply["pace"]
    stage.page.get_by_role("button", name="Hang up").first.click()
    expect(stage.page.get_by_role("heading", name="The call is over")).to_be_visible(timeout=SOON)


def test_who_talks_over_the_helpline_makes_it_stop(stage: Stage, app: Flask, voice: Voice) -> None:
    voice.seconds = 30.0
    phone_not_rung(stage)
    lift(stage.page)
    stage.page.get_by_label("What you say").fill("yes")
    stage.page.get_by_role("button", name="Say it").click()
    expect(stage.page.locator("#said .caller")).to_have_count(1, timeout=SOON)
    assert turns(app)[1].heard["unheard"]


def test_the_line_that_cannot_be_had_leaves_the_forms(stage: Stage, app: Flask, voice: Voice) -> None:
    app.extensions["switchboard"].lines.end_all()
    phone_not_rung(stage)
    stage.page.get_by_role("button", name="Ring", exact=True).click()
    expect(stage.page.locator("#state")).to_contain_text("All lines for training are taken", timeout=SOON)
    expect(stage.page.get_by_role("button", name="Ring", exact=True)).to_be_enabled()


def test_while_the_line_is_open_everything_is_large_and_read_by_axe(stage: Stage, voice: Voice) -> None:
    from tests.browser.test_every_page import CUT_OFF, SMALL_TARGETS, SMALLEST_TARGET, TWICE_AS_LARGE, read_with, violations

    stage.page.set_viewport_size({"width": 320, "height": 700})
    phone_not_rung(stage)
    lift(stage.page)
    assert violations(stage.page) == []
    assert stage.page.evaluate(SMALL_TARGETS, SMALLEST_TARGET) == []
    read_with(stage.page, TWICE_AS_LARGE)
    assert stage.page.evaluate("document.documentElement.scrollWidth") <= 320
    assert stage.page.evaluate(CUT_OFF) == []


def test_without_javascript_dorothy_pays_her_bill_by_forms(without_javascript: Stage, app: Flask) -> None:
    page = without_javascript.page
    phone_start(without_javascript)
    expect(page.get_by_role("button", name="Ring and talk")).to_be_hidden()
    expect(page.get_by_text("To talk, this page needs JavaScript")).to_be_visible()
    page.get_by_role("button", name="Ring and type").click()
    for words in ("yes", "I want to pay my electricity bill", "yes please"):
        page.get_by_label("What you say").fill(words)
        page.get_by_role("button", name="Say it").click()
    page.get_by_label("What you say").fill(practice.PIN)
    page.get_by_role("button", name="Press it as keys").click()
    expect(page.locator("#said .helpline").last).to_contain_text("It is paid")
    page.get_by_role("button", name="Hang up").click()
    expect(page.get_by_role("heading", name="Pay bill")).to_be_visible()
    with app.app_context():
        assert db.session.query(Call).filter(Call.sid.startswith("phone")).one().training
