"""Real words and real noises, through the speech detector, Vosk and the turn: what stops our voice, and how soon."""

from __future__ import annotations

import numpy as np
import pytest

from helpline.commands.recordings.korean import RELIABLE
from tests.korean import spoken
from tests.load.speech_detection import crackle, hum
from voice.audio import RATE, Samples, mulaw_to_pcm, pcm_to_mulaw, to_pcm
from voice.heard import Expecting
from voice.recognisers.vosk import VoskRecogniser
from voice.speechdetector import SpeechDetector
from voice.turntaking import Patience, TurnTaker

pytestmark = [pytest.mark.speech, pytest.mark.usefixtures("korean_voice")]
FRAME = 2 * RATE // 50
SECONDS = 0.02
YES_NO = Expecting("yes_no")
PATIENT = Patience(no_input=10.0, end_of_turn=1.2, between_keys=6.0, longest=60.0)


def talk_over(korean: VoskRecogniser, pcm: bytes) -> tuple[float | None, float | None]:
    """When the first word was recognised and when our voice stopped, in seconds; None: never. Our question is long."""
    detector, stream, turn = SpeechDetector(), korean.stream(YES_NO), TurnTaker(YES_NO, PATIENT, partials=True)
    word = stopped = None
    for number, at in enumerate(range(0, len(pcm), FRAME)):
        now, piece = number * SECONDS, pcm[at : at + FRAME]
        partial = stream.feed(piece)
        turn.audio(SECONDS, detector.feed(piece), partial, now)
        word = now if partial and word is None else word
        stopped = now if turn.barged_in and stopped is None else stopped
    return word, stopped


@pytest.mark.parametrize("words", RELIABLE["yes_no"])
def test_our_voice_stops_within_a_fifth_of_a_second_of_the_first_word(korean: VoskRecogniser, words: str) -> None:
    word, stopped = talk_over(korean, bytes(RATE) + spoken(words) + bytes(2 * RATE))
    assert word is not None and stopped is not None
    assert stopped - word <= 0.2


def coughs(length: int, random: np.random.Generator) -> Samples:
    """A burst of breath every two seconds, as sharp at its beginning as a cough is."""
    at = np.arange(length) % (2 * RATE) / RATE
    return (random.standard_normal(length) * np.exp(-at * 12) * (at < 0.35)).astype(np.float32)


@pytest.mark.parametrize("noise", [hum, crackle, coughs])
def test_noise_does_not_stop_it(korean: VoskRecogniser, noise: object) -> None:
    sound = noise(8 * RATE, np.random.default_rng(4))  # type: ignore[operator]
    line = mulaw_to_pcm(pcm_to_mulaw(to_pcm(sound / np.max(np.abs(sound)) * 0.5)))
    assert talk_over(korean, line)[1] is None
