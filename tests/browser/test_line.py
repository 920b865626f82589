"""The sound of the line as the browser's audio thread makes it: mu-law as ours, no hiss, marks in their order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from voice.audio import mulaw_to_pcm

pytestmark = pytest.mark.browser
SOURCE = Path(__file__).parents[2] / "helpline" / "static" / "phone" / "line.js"
# The audio thread's own names, so that what runs there can be looked at.
STAGE = """
(source) => {
  globalThis.sampleRate = 48000
  globalThis.told = []
  globalThis.AudioWorkletProcessor = class { port = { postMessage: (message) => told.push(message) } }
  globalThis.registerProcessor = () => {}
  ;(0, eval)(`${source}; Object.assign(globalThis, { Line, toMulaw, fromMulaw })`)
}
"""
TONE = """
([hertz, loud]) => {
  told.length = 0
  const line = new Line(), output = [new Float32Array(128)]
  for (let start = 0; start < 48000; start += 128) {
    line.process([[Float32Array.from({ length: 128 }, (_, i) => loud * Math.sin((2 * Math.PI * hertz * (start + i)) / 48000))]], [output])
  }
  return told.flatMap(({ frame }) => [...frame])
}
"""
PLAYED = """
(messages) => {
  told.length = 0
  const line = new Line(), heard = []
  for (const message of messages) line.obey(message)
  for (let start = 0; start < 48000; start += 128) {
    const output = [new Float32Array(128)]
    line.process([[]], [output])
    heard.push(...output[0])
  }
  return { heard, marks: told.filter((one) => one.mark).map((one) => one.mark) }
}
"""


@pytest.fixture
def line(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    page.evaluate(STAGE, SOURCE.read_text("utf-8"))
    yield page
    context.close()


def loudness(samples: Any) -> float:
    """The root of the mean square, without the first and last tenth."""
    middle = np.asarray(samples, dtype=float)[len(samples) // 10 : -len(samples) // 10]
    return float(np.sqrt(np.mean(middle**2)))


def heard_of(line: Page, hertz: int, loud: float = 0.5) -> np.ndarray[Any, Any]:
    """What reaches the helpline of a tone of one second, between -1 and 1."""
    return np.frombuffer(mulaw_to_pcm(bytes(line.evaluate(TONE, [hertz, loud]))), dtype="<i2") / 32768


def test_every_byte_of_mulaw_means_what_it_means_to_us(line: Page) -> None:
    theirs = line.evaluate("() => Array.from({ length: 256 }, (_, byte) => fromMulaw(byte) * 32768)")
    assert theirs == np.frombuffer(mulaw_to_pcm(bytes(range(256))), dtype="<i2").tolist()
    back = line.evaluate("() => Array.from({ length: 256 }, (_, byte) => toMulaw(fromMulaw(byte)))")
    assert [byte for byte in range(256) if back[byte] != byte] == [127]  # there are two zeros


@pytest.mark.parametrize("hertz", [300, 1_000, 3_000])
def test_what_a_voice_is_made_of_comes_through_as_loud_as_it_was(line: Page, hertz: int) -> None:
    assert loudness(heard_of(line, hertz)) == pytest.approx(0.5 / np.sqrt(2), rel=0.05)


@pytest.mark.parametrize("hertz", [5_000, 7_000, 15_000])
def test_what_the_line_cannot_carry_does_not_come_back_as_a_hiss(line: Page, hertz: int) -> None:
    assert loudness(heard_of(line, hertz)) < 0.005


def test_a_second_of_sound_is_a_second_of_frames(line: Page) -> None:
    assert len(heard_of(line, 1_000)) == pytest.approx(8_000, abs=160)


def test_no_microphone_is_silence_that_is_sent(line: Page) -> None:
    assert line.evaluate(PLAYED, [])["marks"] == []
    assert line.evaluate("() => told.filter((one) => one.frame).every((one) => one.frame.every((byte) => byte === 255))")


def test_what_is_played_keeps_its_pitch_and_loudness(line: Page) -> None:
    line.evaluate(
        "() => { globalThis.tone = Uint8Array.from({ length: 8000 }, (_, i) => toMulaw(0.5 * Math.sin(2 * Math.PI * i / 8))) }"
    )
    played = np.array(line.evaluate(f"() => ({PLAYED})([{{ sound: tone }}])")["heard"])
    spectrum = np.abs(np.fft.rfft(played))
    assert spectrum.argmax() * 48_000 / len(played) == pytest.approx(1_000, abs=2)
    assert loudness(played) == pytest.approx(0.5 / np.sqrt(2), rel=0.05)


def test_a_mark_comes_back_when_all_before_it_was_played(line: Page) -> None:
    tenth = [0] * 800
    came = line.evaluate(
        PLAYED,
        [{"sound": tenth}, {"mark": "g0:1"}, {"sound": tenth}, {"mark": "g0:2"}, {"sound": [0] * 16_000}, {"mark": "late"}],
    )
    assert came["marks"] == ["g0:1", "g0:2"]


def test_clear_is_silent_at_once_and_gives_the_marks_back(line: Page) -> None:
    came = line.evaluate(PLAYED, [{"sound": [0] * 8_000}, {"mark": "g0:1"}, {"clear": True}, {"mark": "g1:1"}])
    assert came["marks"] == ["g0:1", "g1:1"] and max(map(abs, came["heard"])) == 0
