"""Vosk on a real model (Korean, 16 kHz) with telephone sound: grammars, partials, what it does not know, many at once."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from helpline.commands.recordings.korean import RELIABLE
from tests.korean import spoken
from voice.audio import RATE, Resampler
from voice.heard import Expecting, Heard
from voice.languages import EVERYWHERE, Language
from voice.recognisers import RecogniserError
from voice.recognisers.vosk import VoskRecogniser
from voice.understanding import understand

pytestmark = [pytest.mark.speech, pytest.mark.usefixtures("korean_voice")]
NOW = dt.datetime(2026, 11, 24, 10, tzinfo=dt.UTC)
FRAME = 2 * RATE // 50
YES_NO = Expecting("yes_no")
CLOSED = ["yes_no", "digits", "pin", "choice", "date", "name", "open"]


@dataclass(frozen=True)
class Phrases:
    """A language of a few phrases."""

    listed: tuple[str, ...] | None
    code: str = "ko"

    def phrases(self, expecting: Expecting) -> tuple[str, ...] | None:
        return self.listed

    def hotwords(self, expecting: Expecting) -> str:
        return ""


def with_phrases(korean: VoskRecogniser, *phrases: str) -> VoskRecogniser:
    """The loaded model with another grammar."""
    other = object.__new__(VoskRecogniser)
    other.__dict__.update(korean.__dict__, _language=Phrases(phrases))
    return other


def hear(korean: VoskRecogniser, pcm: bytes, expecting: Expecting = YES_NO) -> Heard:
    stream = korean.stream(expecting)
    for start in range(0, len(pcm), FRAME):
        stream.feed(pcm[start : start + FRAME])
    return stream.finish()


@pytest.mark.parametrize(("name", "words"), [(name, words) for name in RELIABLE for words in RELIABLE[name]])
def test_what_is_said_is_understood(korean: VoskRecogniser, korean_language: Language, name: str, words: str) -> None:
    heard = hear(korean, spoken(words), Expecting(name))
    meaning = understand(heard.text, korean_language, Expecting(name), NOW)
    assert RELIABLE[name][words] in (meaning.intent, meaning.slots.get("digits"))
    assert heard.engine == "vosk" and heard.sound and 0 < heard.confidence <= 1


def test_a_wish_to_move_a_visit_is_heard_among_the_other_wishes_of_the_menu(korean: VoskRecogniser) -> None:
    assert hear(korean, spoken("방문 변경"), Expecting("open")).text == "방문 변경"


@pytest.mark.parametrize("name", CLOSED)
def test_the_model_knows_every_word_of_every_grammar(korean: VoskRecogniser, korean_language: Language, name: str) -> None:
    phrases = korean_language.phrases(Expecting(name))
    assert phrases
    assert korean.unknown_words(phrases) == []


def test_the_universal_words_are_in_every_grammar(korean_language: Language) -> None:
    for name in CLOSED:
        phrases = korean_language.phrases(Expecting(name)) or ()
        assert all(korean_language.sentences[intent][0] in phrases for intent in EVERYWHERE)


def test_a_message_is_heard_with_the_open_vocabulary(korean: VoskRecogniser) -> None:
    assert hear(korean, spoken("네"), Expecting("message", record=True)).sound


def test_the_words_of_one_turn_are_those_of_its_own_state(korean: VoskRecogniser) -> None:
    pcm = spoken("삼")
    assert hear(korean, pcm, Expecting("digits")).text == "삼"
    assert "삼" not in hear(korean, pcm, YES_NO).text


def test_what_is_offered_is_in_the_grammar(korean: VoskRecogniser) -> None:
    offered = Expecting("choice", options=("병원 예약", "요금 납부"))
    assert hear(korean, spoken("요금 납부"), offered).text == "요금 납부"


def test_words_come_with_their_times_and_confidence(korean: VoskRecogniser) -> None:
    heard = hear(korean, spoken("네") + bytes(2 * RATE) + spoken("네"))
    assert heard.text == "네 네"
    assert [word.text for word in heard.words] == ["네", "네"]
    first, second = heard.words
    assert 0 < first.start < first.end < 1.1 < second.start < second.end < 3
    assert all(0 < word.confidence <= 1 for word in heard.words)


def test_partial_words_come_while_somebody_still_speaks(korean: VoskRecogniser) -> None:
    pcm, stream, partials = spoken("네 맞습니다") + bytes(RATE), korean.stream(YES_NO), []
    for start in range(0, len(pcm), FRAME):
        partials.append(stream.feed(pcm[start : start + FRAME]))
    assert partials[0] == "", "nothing was said yet, and the first frame must not break the call"
    assert any(partial.startswith("네") for partial in partials)
    assert "<UNK>" not in " ".join(partials)
    assert stream.finish().text.startswith("네")


def test_a_long_pause_does_not_lose_what_came_before(korean: VoskRecogniser) -> None:
    """The model ends a sentence by itself after half a second: the turn goes on."""
    heard = hear(korean, spoken("네") + bytes(2 * RATE * 4) + spoken("예") + bytes(2 * RATE * 6))
    assert len(heard.words) == 2 and heard.words[1].start > 4.5


def test_an_empty_line_is_no_word_and_no_sound(korean: VoskRecogniser) -> None:
    heard = hear(korean, bytes(2 * RATE * 7))
    assert (heard.text, heard.sound, heard.confidence, heard.words) == ("", False, 0.0, ())


def test_hum_and_hiss_are_no_words(korean: VoskRecogniser) -> None:
    time = np.arange(3 * RATE) / RATE
    line = 900 * np.sin(2 * np.pi * 50 * time) + np.random.default_rng(1).normal(0, 200, len(time))
    assert hear(korean, line.astype("<i2").tobytes()).text == ""


def test_nothing_at_all_is_nothing(korean: VoskRecogniser) -> None:
    assert korean.stream(YES_NO).finish() == Heard(confidence=0.0, engine="vosk")


def test_speech_that_is_none_of_the_phrases_is_a_sound_without_words(korean: VoskRecogniser) -> None:
    heard = hear(with_phrases(korean, "구급차"), spoken("네"))
    assert (heard.text, heard.sound) == ("", True)


def test_a_phrase_with_an_unknown_word_is_left_out_and_the_others_are_heard(korean: VoskRecogniser) -> None:
    other = with_phrases(korean, "네", "도와주세요쯧", "아니요 그르릉쯧")
    assert hear(other, spoken("네")).text == "네"
    assert other.unknown_words(("네", "도와주세요쯧", "아니요 그르릉쯧")) == ["그르릉쯧", "도와주세요쯧"]


@pytest.mark.parametrize("phrases", [(), ("",), ("  ", "\n"), ("electricity",), ("네쯧", "아니요 그르릉쯧")])
def test_a_grammar_of_which_nothing_is_known_is_an_error(korean: VoskRecogniser, phrases: tuple[str, ...]) -> None:
    with pytest.raises(RecogniserError, match="the model knows no phrase for 'yes_no'"):
        with_phrases(korean, *phrases).stream(YES_NO)


@pytest.mark.parametrize("phrase", ['네" , "[]', "네\\", "\n네\t", "  네  ", "네\x00", "{}", "네" * 2000, "네 " * 300])
def test_odd_phrases_neither_crash_nor_hide_the_others(korean: VoskRecogniser, phrase: str) -> None:
    assert hear(with_phrases(korean, phrase, "네", "아니요"), spoken("네")).text == "네"


def test_calls_at_once_hear_each_their_own(korean: VoskRecogniser) -> None:
    calls = [("네", YES_NO), ("좋아요", YES_NO), ("이", Expecting("digits")), ("병원 예약", Expecting("open"))] * 2
    sounds = [spoken(words) for words, _ in calls]
    with ThreadPoolExecutor(4) as line:
        together = list(line.map(lambda pcm, call: hear(korean, pcm, call[1]), sounds, calls))
    assert [heard.text for heard in together] == [words for words, _ in calls]


def test_two_turns_of_one_call_may_overlap(korean: VoskRecogniser) -> None:
    """The next question's stream is opened while the last one is still being finished."""
    yes, two = spoken("네"), spoken("이")
    first, second = korean.stream(YES_NO), korean.stream(Expecting("digits"))
    for start in range(0, max(len(yes), len(two)), FRAME):
        first.feed(yes[start : start + FRAME])
        second.feed(two[start : start + FRAME])
    assert (first.finish().text, second.finish().text) == ("네", "이")


@pytest.mark.parametrize("samples", [3, 7, 160, 1001, 100_000])
def test_the_size_of_the_pieces_makes_no_difference(korean: VoskRecogniser, samples: int) -> None:
    pcm, stream = spoken("네"), korean.stream(YES_NO)
    for start in range(0, len(pcm), 2 * samples):
        stream.feed(pcm[start : start + 2 * samples])
    assert stream.finish().text == "네"


def test_sound_at_the_models_own_rate(korean: VoskRecogniser) -> None:
    stream = korean.stream(YES_NO, rate=16000)
    stream.feed(Resampler(RATE, 16000).feed(spoken("네"), last=True))
    assert stream.finish().text == "네"


def test_a_folder_that_is_no_model_is_refused_before_the_library_sees_it(tmp_path: Path, korean_language: Language) -> None:
    with pytest.raises(RecogniserError, match="is not an unpacked Vosk model"):
        VoskRecogniser(tmp_path, korean_language)
