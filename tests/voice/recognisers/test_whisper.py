"""Whisper on the recorded callers: older voices on a telephone line, each in the state in which it is said."""

from __future__ import annotations

import datetime as dt
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from helpline.commands import recordings
from voice.audio import RATE, line_pcm
from voice.heard import Expecting, Heard, Meaning
from voice.languages import load_language
from voice.recognisers import RecogniserError, whisper
from voice.recognisers.whisper import WhisperRecogniser
from voice.tokens import plain
from voice.understanding import understand

pytestmark = pytest.mark.speech
NOW = dt.datetime(2026, 11, 24, 10, tzinfo=dt.UTC)
HERE = Path(recordings.__file__).parent
CALLERS: dict[str, dict[str, Any]] = tomllib.loads((HERE / "recordings.toml").read_text("utf-8"))["recordings"]
SPOKEN = {name: entry for name, entry in CALLERS.items() if entry["words"]}
WORDLESS = [name for name, entry in CALLERS.items() if not entry["words"]]
SLOTS = ["yes_no", "digits", "choice", "date", "open", "name"]


def expecting_of(entry: dict[str, Any]) -> Expecting:
    return Expecting(entry["expecting"], options=tuple(entry.get("options", ())))


def hear(english: WhisperRecogniser, pcm: bytes, expecting: Expecting) -> Heard:
    stream = english.stream(expecting)
    assert stream.feed(pcm) == ""
    return stream.finish()


def meaning(text: str, expecting: Expecting) -> Meaning:
    return understand(text, load_language("en"), expecting, NOW)


def test_every_recording_is_described_and_there() -> None:
    assert {path.stem for path in HERE.glob("*.wav")} == set(CALLERS)


@pytest.mark.parametrize("name", SPOKEN)
def test_every_caller_is_heard_right(english: WhisperRecogniser, name: str) -> None:
    entry, expecting = SPOKEN[name], expecting_of(SPOKEN[name])
    heard = hear(english, line_pcm(HERE / f"{name}.wav"), expecting)
    wanted, got = meaning(entry["words"], expecting), meaning(heard.text, expecting)
    assert (got.intent, got.slots) == (wanted.intent, wanted.slots), heard.text
    assert heard.engine == "whisper" and heard.sound and 0.3 < heard.confidence <= 1


def test_a_message_is_kept_word_for_word(english: WhisperRecogniser) -> None:
    name = "please_ring_my_daughter_susan_about_friday"
    heard = hear(english, line_pcm(HERE / f"{name}.wav"), Expecting("message", record=True))
    assert plain(heard.text) == plain(CALLERS[name]["words"])


@pytest.mark.parametrize("expecting", SLOTS)
@pytest.mark.parametrize("name", WORDLESS)
def test_a_murmur_and_an_open_line_never_become_words(english: WhisperRecogniser, name: str, expecting: str) -> None:
    options = ("nine o'clock in the morning", "yes please") if expecting == "choice" else ()
    heard = hear(english, line_pcm(HERE / f"{name}.wav"), Expecting(expecting, options=options))
    assert heard.text == "" and heard.confidence == 0.0


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.5, 35.0])
def test_silence_of_any_length_is_no_word_and_no_sound(english: WhisperRecogniser, seconds: float) -> None:
    heard = hear(english, bytes(2 * int(RATE * seconds)), Expecting("yes_no"))
    assert (heard.text, heard.sound) == ("", False)


def test_loud_noise_is_no_yes(english: WhisperRecogniser) -> None:
    noise = np.random.default_rng(2).normal(0, 5000, 3 * RATE).astype("<i2").tobytes()
    assert hear(english, noise, Expecting("yes_no")).text == ""


def test_what_is_offered_is_what_it_listens_for(english: WhisperRecogniser, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(english, "transcribe", lambda pcm, hotwords: asked.append(hotwords) or Heard())
    english.stream(Expecting("choice", options=("City Electric", "Northern Gas"))).finish()
    english.stream(Expecting("yes_no")).finish()
    english.stream(Expecting("message")).finish()
    assert asked[0] == "City Electric Northern Gas"
    assert asked[1].startswith("yes yes please")
    assert asked[2] == ""


def test_hotwords_bring_a_name_out(english: WhisperRecogniser) -> None:
    """The same sound, heard with and without the word that is likely. Each kind of processor rounds the model's numbers in
    its own way, so a single spelling may go either way."""
    pcm = line_pcm(HERE / "please_ring_my_daughter_susan_about_friday.wav")
    names = ("Suzan", "Susanne", "Sousan")
    brought_out = [name for name in names if name in hear(english, pcm, Expecting("choice", options=(name, "Margaret"))).text]
    without = hear(english, pcm, Expecting("message")).text
    assert brought_out and not any(name in without for name in names)


def test_a_message_longer_than_the_models_window_is_heard_to_its_end(english: WhisperRecogniser) -> None:
    names = ["i_want_to_pay_my_electricity_bill", "can_somebody_help_me_with_my_shopping", "thank_you_goodbye"]
    pause = bytes(2 * RATE * 14)
    pcm = pause.join(line_pcm(HERE / f"{name}.wav") for name in names)
    assert len(pcm) / 2 / RATE > 30
    text = plain(hear(english, pcm, Expecting("message")).text)
    assert text == " ".join(plain(CALLERS[name]["words"]) for name in names)


def test_two_calls_at_once_hear_each_their_own(english: WhisperRecogniser) -> None:
    names = ["yes_speaking", "no_thank_you", "i_want_to_pay_my_electricity_bill", "thank_you_goodbye"]

    def one(name: str) -> str:
        return plain(hear(english, line_pcm(HERE / f"{name}.wav"), expecting_of(CALLERS[name])).text)

    with ThreadPoolExecutor(4) as line:
        assert list(line.map(one, names)) == [plain(CALLERS[name]["words"]) for name in names]


def test_when_no_place_comes_free_the_caller_is_asked_again(
    english: WhisperRecogniser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whisper, "WAIT_SECONDS", 0.01)
    pcm = line_pcm(HERE / "yes.wav")
    with english._places, english._places:
        heard = hear(english, pcm, Expecting("yes_no"))
    assert (heard.text, heard.sound, heard.confidence) == ("", True, 0.0)
    assert hear(english, pcm, Expecting("yes_no")).text, "the place was given back"


def test_a_place_is_given_back_when_the_model_fails(english: WhisperRecogniser, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(whisper, "WAIT_SECONDS", 0.01)
    monkeypatch.setattr(english._model, "transcribe", broken)
    for _ in range(3):
        with pytest.raises(RuntimeError, match="out of memory"):
            hear(english, bytes(3200), Expecting("yes_no"))


def test_the_weights_are_english_and_say_so() -> None:
    with pytest.raises(RecogniserError, match="English only, not 'ko'"):
        WhisperRecogniser(load_language("ko"), 1)
