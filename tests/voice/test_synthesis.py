"""The helpline's voice, and whether what it says over a telephone line can be understood: read back by Whisper."""

from __future__ import annotations

import datetime as dt
import importlib.util
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from itertools import groupby

import numpy as np
import pytest

from voice.audio import RATE, mulaw_to_pcm, pcm_to_mulaw, to_samples
from voice.heard import Expecting
from voice.languages import load_language
from voice.recognisers.whisper import WhisperRecogniser
from voice.spoken import en
from voice.synthesis import Voice, VoiceError, open_voice
from voice.understanding import parse

NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
PROMPT = "Your City Electric bill is forty-two pounds and fifty pence, due tomorrow. Shall I pay it now?"


@pytest.fixture(scope="module")
def voice() -> Voice:
    return open_voice("en", 0.9)


@pytest.fixture(scope="module")
def heard_back(voice: Voice) -> Callable[[str, float], str]:
    """What somebody at the other end of the line makes of a sentence."""
    recogniser = WhisperRecogniser(load_language("en"), 1)

    def listen(text: str, pace: float = 1.0) -> str:
        stream = recogniser.stream(Expecting("message"))
        stream.feed(mulaw_to_pcm(pcm_to_mulaw(b"".join(voice.speak(text, pace)))))
        return stream.finish().text

    return listen


def seconds(voice: Voice, text: str, pace: float = 1.0) -> float:
    return len(b"".join(voice.speak(text, pace))) / 2 / RATE


def loudness(pcm: bytes) -> float:
    samples = to_samples(pcm)
    return float(20 * np.log10(np.sqrt(np.mean(samples[np.abs(samples) > 0.01] ** 2))))


def test_the_same_words_sound_the_same_every_time(voice: Voice) -> None:
    assert list(voice.speak(PROMPT)) == list(voice.speak(PROMPT)) == list(open_voice("en", 0.9).speak(PROMPT))


def test_four_calls_at_once_do_not_mix(voice: Voice) -> None:
    texts = [f"Caller {en.number(n)}, please hold the line." for n in range(1, 5)]
    alone = [list(voice.speak(text)) for text in texts]
    with ThreadPoolExecutor(4) as together:
        assert list(together.map(lambda text: list(voice.speak(text)), texts)) == alone


def test_the_first_clause_does_not_wait_for_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    model = open_voice("en", 0.9)
    monkeypatch.setattr(model, "_samples", lambda clause, speed: asked.append(clause) or np.ones(80, np.float32) / 2)
    assert next(model.speak(PROMPT))
    assert asked == ["Your City Electric bill is forty-two pounds and fifty pence,"]


def test_the_words_begin_at_once(voice: Voice) -> None:
    samples = to_samples(next(voice.speak(PROMPT)))
    assert np.argmax(np.abs(samples) > 0.02) < 0.08 * RATE


def test_every_piece_is_as_loud_as_the_others_and_none_clips(voice: Voice) -> None:
    for gain in (0.0, 6.0, 12.0):
        pieces = list(voice.speak(PROMPT, gain=gain))
        levels = [loudness(piece) for piece in pieces]
        assert max(levels) - min(levels) < 3
        assert max(np.abs(to_samples(piece)).max() for piece in pieces) < 0.96


def test_louder_is_louder(voice: Voice) -> None:
    plain, louder, quieter = (loudness(b"".join(voice.speak(PROMPT, gain=gain))) for gain in (0, 6, -6))
    assert louder - plain > 3.5
    assert plain - quieter > 4.5


def longest_silence(pcm: bytes) -> float:
    quiet = np.abs(to_samples(pcm)) < 0.005
    return max(len(list(run)) for silent, run in groupby(quiet) if silent) / RATE


def test_slower_is_longer_pauses_more_than_longer_words(voice: Voice) -> None:
    natural, slow = (b"".join(voice.speak(PROMPT, pace)) for pace in (1.0, 0.7))
    assert 1.2 < len(slow) / len(natural) < 1.8
    assert longest_silence(slow) / longest_silence(natural) > 1.5
    assert seconds(voice, "forty-two pounds and fifty", 1.4) < seconds(voice, "forty-two pounds and fifty")


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_nothing_to_say_is_no_sound(voice: Voice, text: str) -> None:
    assert list(voice.speak(text)) == []


@pytest.mark.parametrize("text", ["!!!", "한국어", "\x00\x07", "😀", "9" * 60, "x" * 600, "A&B £1.50 1/12 @home"])
def test_odd_text_never_breaks_a_call(voice: Voice, text: str) -> None:
    assert b"".join(voice.speak(f"Hello, {text}. Goodbye."))


def test_a_title_is_not_the_end_of_a_sentence(voice: Voice) -> None:
    assert len(list(voice.speak("You will see Mr. Wood at ten."))) == 1


def test_a_language_without_a_voice_is_told_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(VoiceError, match="no voice for 'xx'"):
        open_voice("xx", 0.9)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(VoiceError, match="install the package espeakng-loader"):
        open_voice("ko", 0.9)


@pytest.mark.skipif(importlib.util.find_spec("espeakng_loader") is None, reason="espeakng-loader (optional) is not installed")
def test_korean_has_a_voice_where_the_optional_package_is() -> None:
    voice = open_voice("ko", 0.9)
    said = list(voice.speak("안녕하세요. 오늘은 화요일입니다."))
    assert len(said) == 2
    assert 2 < len(b"".join(said)) / 2 / RATE < 8


@pytest.mark.parametrize("amount", ["42.50", "13.30", "115.15", "9.99", "15", "50"])
def test_an_amount_is_heard_as_it_was_said(heard_back: Callable[..., str], amount: str) -> None:
    words = heard_back(f"Your electricity bill is {en.money(Decimal(amount), 'GBP')}.")
    assert Decimal(parse("money", words, NOW)["amount"]) == Decimal(amount)


@pytest.mark.parametrize("pace", [1.0, 0.7])
@pytest.mark.parametrize("digits", ["482719", "000123", "16604180"])
def test_a_reference_is_heard_digit_by_digit(heard_back: Callable[..., str], digits: str, pace: float) -> None:
    words = heard_back(f"Your number is {en.reference(digits)}.", pace)
    assert parse("digits", words.rpartition("number is")[2], NOW) == digits


@pytest.mark.parametrize("day", ["2026-12-01", "2026-12-13", "2026-12-30", "2027-01-08"])
def test_a_date_is_heard_as_it_was_said(heard_back: Callable[..., str], day: str) -> None:
    words = heard_back(f"So that is {en.date(dt.date.fromisoformat(day), NOW.date())}.")
    assert parse("date", words, NOW) == day


@pytest.mark.parametrize("clock", ["16:30", "09:40", "10:00", "15:15"])
def test_a_time_is_heard_as_it_was_said(heard_back: Callable[..., str], clock: str) -> None:
    words = heard_back(f"It is at {en.time(dt.time.fromisoformat(clock))}.")
    assert parse("time", words, NOW) == clock


@pytest.mark.parametrize("zero", ["zero", "oh"])
def test_a_zero_comes_through(heard_back: Callable[..., str], zero: str) -> None:
    assert parse("digits", heard_back(f"Four {zero} seven, {zero} two {zero}."), NOW) == "407020"
