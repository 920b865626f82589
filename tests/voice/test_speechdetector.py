"""Who speaks is heard, however short the word and however long the silence before it."""

from __future__ import annotations

import pytest

from helpline.commands.demo_calls import RECORDINGS, recording
from voice.audio import FRAME_BYTES, MULAW_SILENCE, RATE, mulaw_to_pcm
from voice.speechdetector import SpeechDetector
from voice.turntaking import LEAST_SPEECH

SPEAKING = sorted(path.stem for path in RECORDINGS.glob("*.wav") if path.stem not in ("silence", "mumble"))


def heard(detector: SpeechDetector, mulaw: bytes) -> float:
    """Seconds of it that were taken for speech, fed as the telephone sends it."""
    frames = (mulaw[at : at + FRAME_BYTES] for at in range(0, len(mulaw), FRAME_BYTES))
    return sum(len(frame) / RATE for frame in frames if detector.feed(mulaw_to_pcm(frame)))


@pytest.mark.speech
@pytest.mark.parametrize("silence", [3.0, 3.4, 8.6])
@pytest.mark.parametrize("name", SPEAKING)
def test_a_short_answer_after_a_long_dead_silence_is_heard(name: str, silence: float) -> None:
    detector = SpeechDetector()
    heard(detector, recording("the_first_one_please").sound)
    assert heard(detector, MULAW_SILENCE * int(RATE * silence)) < 0.5
    assert heard(detector, recording(name).sound) >= LEAST_SPEECH


@pytest.mark.speech
def test_an_open_line_with_hum_and_hiss_is_nobody() -> None:
    assert heard(SpeechDetector(), recording("silence").sound) < LEAST_SPEECH
