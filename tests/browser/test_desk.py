"""Ruth takes a call in a real browser, with a tone as her microphone; the caller's line is a socket like the provider's."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from flask import Flask
from playwright.sync_api import Browser, Page, Playwright, expect
from simple_websocket import Client

from tests.browser.scenes import Stage, desk
from tests.browser.test_every_page import CUT_OFF, SMALL_TARGETS, SMALLEST_TARGET, TWICE_AS_LARGE, read_with, violations
from tests.calls.conftest import app, changes, telephone
from tests.calls.test_desk import caller_line, closed_with, leave_the_queue, stands, talking
from tests.calls.test_person import HELENS, SID, Office, office
from tests.cast import Clock, People
from voice.audio import FRAME_BYTES, RATE, mulaw_to_pcm, pcm_to_mulaw

__all__ = ["app", "changes", "office", "telephone"]
pytestmark = pytest.mark.browser
SOON = 20_000  # milliseconds on a machine that does other things
HERS, MARGARETS = 600, 1_000  # hertz; a whole number of waves in a frame, so that frames join
FLAGS = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")


def tone(hertz: int, rate: int, seconds: float) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate)


MARGARETS_SOUND = pcm_to_mulaw((tone(MARGARETS, RATE, FRAME_BYTES / RATE) * 32767).astype("<i2").tobytes())
# By how many hertz the loudest pitch that the page plays differs from this one.
LISTEN = """
async (hertz) => {
  const ear = new AnalyserNode(context, { fftSize: 4096 })
  call.line.connect(ear)
  await new Promise((done) => setTimeout(done, 1000))
  const loud = new Float32Array(ear.frequencyBinCount)
  ear.getFloatFrequencyData(loud)
  return Math.abs(loud.indexOf(Math.max(...loud)) * context.sampleRate / 4096 - hertz)
}
"""


@pytest.fixture
def speaking(
    playwright: Playwright, chromium: str, tmp_path: Path, site: str, office: Office, people: People
) -> Iterator[Stage]:
    path = str(tmp_path / "microphone.wav")
    soundfile.write(path, tone(HERS, 48_000, 10), 48_000, subtype="PCM_16")
    browser = playwright.chromium.launch(
        executable_path=chromium,
        args=["--no-sandbox", "--disable-gpu", *FLAGS, f"--use-file-for-fake-audio-capture={path}"],
    )
    yield Stage(browser.new_context(base_url=site).new_page(), office.app, people, office.clock)
    browser.close()


def waiting_caller(stage: Stage, office: Office) -> Page:
    """Ruth's desk is open, and Margaret wants a person."""
    stage.sign_in_office()
    stage.page.goto("/office/desk")
    stage.page.get_by_role("button", name="Take calls here").click()
    expect(stage.page.locator("#state")).to_have_text("Calls ring here. Keep this page in sight.", timeout=SOON)
    office.put_through()
    expect(stage.page.get_by_role("alert")).to_contain_text("Margaret is on the line", timeout=SOON)
    return stage.page


def talks(page: Page, site: str, office: Office) -> Client:
    """Taken with the keyboard alone; the caller's line."""
    page.get_by_role("button", name="Take the call").focus()
    page.keyboard.press("Enter")
    assert stands(office, "taken") == "taken"
    return caller_line(site, office.telephone.base, SID, leave_the_queue(office))


def pitch(sound: bytes) -> float:
    samples = np.frombuffer(mulaw_to_pcm(sound), dtype="<i2").astype(float)
    return float(np.abs(np.fft.rfft(samples)).argmax() * RATE / len(samples))


def heard(caller: Client, seconds: float) -> bytes:
    """The end of so many seconds of what the caller hears."""
    sound, until = b"", time.monotonic() + seconds
    while time.monotonic() < until:
        message = json.loads(caller.receive(timeout=0.2) or "{}")
        sound += base64.b64decode(message["media"]["payload"]) if message.get("event") == "media" else b""
    return sound[-RATE:]


def test_a_call_is_taken_by_keyboard_and_each_hears_the_other(speaking: Stage, site: str, office: Office) -> None:
    page = waiting_caller(speaking, office)
    caller = talks(page, site, office)
    with talking(caller, MARGARETS_SOUND):
        expect(page.locator("#state")).to_have_text("You are talking to the caller.", timeout=SOON)
        assert pitch(heard(caller, 4.0)) == pytest.approx(HERS, abs=20)
        assert page.evaluate(LISTEN, MARGARETS) < 30
        page.get_by_role("button", name="Hang up").click()
        expect(page.locator("#state")).to_contain_text("You have hung up.", timeout=SOON)
    assert closed_with(caller) == 1000
    assert stands(office, "over") == "over"


def test_a_window_that_is_closed_gives_the_caller_back(speaking: Stage, site: str, office: Office) -> None:
    page = waiting_caller(speaking, office)
    caller = talks(page, site, office)
    with talking(caller, MARGARETS_SOUND):
        expect(page.locator("#state")).to_have_text("You are talking to the caller.", timeout=SOON)
        page.close()
        assert closed_with(caller) == 1000
    assert stands(office, "lost") == "lost"


def test_a_caller_who_rings_is_large_and_read_by_axe(speaking: Stage, office: Office) -> None:
    speaking.page.set_viewport_size({"width": 320, "height": 700})
    page = waiting_caller(speaking, office)
    assert violations(page) == []
    assert page.evaluate(SMALL_TARGETS, SMALLEST_TARGET) == []
    read_with(page, TWICE_AS_LARGE)
    assert page.evaluate(CUT_OFF) == []


def test_not_me_leaves_the_caller_to_others(speaking: Stage, office: Office) -> None:
    page = waiting_caller(speaking, office)
    page.get_by_role("button", name="Not me").click()
    expect(page.locator("#state")).to_have_text("You have not taken the call.", timeout=SOON)
    office.ring()
    assert set(office.exchange.rung) == {HELENS}


def test_without_a_microphone_the_telephone_goes_on_ringing(page: Page, office: Office, people: People, clock: Clock) -> None:
    stage = Stage(page, office.app, people, clock)
    stage.sign_in_office()
    page.goto("/office/desk")
    page.get_by_role("button", name="Take calls here").click()
    expect(page.locator("#state")).to_contain_text("your telephone rings instead", timeout=SOON)
    office.put_through()
    office.ring()
    assert len(office.exchange.rung) == 2


def test_without_javascript_the_page_says_so_and_offers_the_telephone(
    browser: Browser, site: str, app: Flask, people: People, clock: Clock
) -> None:
    context = browser.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    desk(Stage(page, app, people, clock))
    expect(page.locator("main")).to_contain_text("needs JavaScript")
    expect(page.locator("main")).to_contain_text("+442071838701, rings for each caller")
    expect(page.get_by_role("button", name="Take calls here")).to_be_hidden()
    context.close()
