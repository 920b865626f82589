"""Vosk: streaming recognition, with the grammar of what the dialogue expects.

Traps of 0.3.45 that this file walks around: a grammar set on a recogniser that has taken audio aborts the
process (so each turn has a recogniser of its own); malformed or \\u-escaped grammar JSON crashes or loses words;
words that the model does not know are ignored silently; and its own end-points cut slow speakers (so their
texts are joined, and our turn-taking alone ends a turn).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import vosk

from voice.audio import RATE, Resampler
from voice.heard import Expecting, Heard, Word
from voice.recognisers import RecogniserError, Vocabulary

MODEL_RATE = 16000
UNKNOWN_WORDS = ("[unk]", "<UNK>", "<unk>")


class VoskRecogniser:
    """One loaded model, shared and never changed. Grammars are built for each turn."""

    engine = "vosk"
    partials = True

    def __init__(self, folder: Path, language: Vocabulary) -> None:
        vosk.SetLogLevel(-1)
        if not (folder / "am" / "final.mdl").is_file():
            raise RecogniserError(f"{folder} is not an unpacked Vosk model (there is no am/final.mdl in it)")
        self._model = vosk.Model(str(folder))
        self._language = language
        # Speech that is none of the phrases has to land somewhere; models name that word differently.
        self._unknown = next((word for word in UNKNOWN_WORDS if self.knows(word)), None)

    def knows(self, word: str) -> bool:
        """Whether the model has this word. Words that it lacks can never be heard in a grammar."""
        return int(self._model.vosk_model_find_word(word)) >= 0

    def unknown_words(self, phrases: tuple[str, ...]) -> list[str]:
        """The words of a grammar that this model can never hear."""
        return sorted({word for phrase in phrases for word in phrase.split() if not self.knows(word)})

    def stream(self, expecting: Expecting, rate: int = RATE) -> VoskStream:
        """A stream for one turn: under 1 ms with a grammar, about 70 ms with the open vocabulary."""
        phrases = self._language.phrases(expecting)
        if phrases is None:
            return VoskStream(vosk.KaldiRecognizer(self._model, MODEL_RATE), rate, None)
        spaced = dict.fromkeys(" ".join(phrase.split()) for phrase in phrases)
        known = [phrase for phrase in spaced if phrase and all(self.knows(word) for word in phrase.split())]
        if not known:
            raise RecogniserError(f"the model knows no phrase for {expecting.name!r}: {self.unknown_words(phrases)[:10]}")
        grammar = json.dumps([*known, *filter(None, [self._unknown])], ensure_ascii=False)
        return VoskStream(vosk.KaldiRecognizer(self._model, MODEL_RATE, grammar), rate, self._unknown)


class VoskStream:
    """One turn: audio in, words out."""

    def __init__(self, recogniser: Any, rate: int, unknown: str | None) -> None:
        recogniser.SetWords(True)
        self._recogniser = recogniser
        self._resampler = Resampler(rate, MODEL_RATE)
        self._unknown = unknown
        self._done: list[dict[str, Any]] = []

    def feed(self, pcm: bytes) -> str:
        self._accept(self._resampler.feed(pcm))
        # Before the first sound and right after an end-point the answer has no "partial" in it.
        partial = json.loads(self._recogniser.PartialResult()).get("partial", "")
        said = [result["text"] for result in self._done]
        return self._without_unknown(" ".join(filter(None, [*said, partial])))

    def finish(self) -> Heard:
        self._accept(self._resampler.feed(b"", last=True))
        self._done.append(json.loads(self._recogniser.FinalResult()))
        words = [
            Word(word["word"], word["start"], word["end"], word["conf"])
            for result in self._done
            for word in result.get("result", ())
        ]
        known = tuple(word for word in words if word.text != self._unknown)
        confidence = sum(word.confidence for word in words if word.text != self._unknown) / len(words) if words else 0.0
        return Heard(
            text=" ".join(word.text for word in known),
            confidence=confidence,
            words=known,
            sound=bool(words),
            engine="vosk",
        )

    def _accept(self, pcm: bytes) -> None:
        # An end-point of Vosk's own: keep its words and go on listening.
        if pcm and self._recogniser.AcceptWaveform(pcm):
            self._done.append(json.loads(self._recogniser.Result()))

    def _without_unknown(self, text: str) -> str:
        return " ".join(word for word in text.split() if word != self._unknown)
