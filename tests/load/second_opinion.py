"""Would Whisper hear what Vosk was unsure of? `python -m tests.load.second_opinion FOLDER [TIMES]` (some minutes).

FOLDER holds multilingual Whisper weights in CTranslate2's form: those that come with the helpline hear English only, and the
Vosk model that comes as a package hears Korean only. espeak-ng says every Korean candidate of the recordings TIMES times, in
quiet and with noise. Vosk hears it first, with the grammar of the question. Unsure: no words, words that mean nothing there,
or a confidence below UNSURE. Printed for each line:

- `right`, `wrong`: what Vosk's words meant, of all; the rest it would ask again
- `unsure`: how many would be heard again; of those, what Vosk's words meant if they were taken at their word, and what
  Whisper's meant: right, wrong (a call would go the wrong way), nothing
- `s`: seconds of one core for hearing one again, the median and the 95th percentile
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
from faster_whisper import WhisperModel

from helpline.commands.conditions import Noise, loop
from helpline.commands.recordings.korean import NOW, RELIABLE, UNRELIABLE, spoken
from voice.audio import FRAME_BYTES, RATE, Resampler, mulaw_to_pcm, pcm_to_mulaw, to_samples
from voice.heard import Expecting, Heard
from voice.languages import load_language
from voice.recognisers import open_recogniser
from voice.recognisers.models import find_vosk_model
from voice.understanding import understand

UNSURE = 0.6
MODEL_RATE = 16000
LINES = {"quiet": None, "cafe, 10 dB": ("cafe", 10.0), "television, 5 dB": ("television", 5.0)}
HEAD = "{:18} {:>5} {:>6} {:>6} {:>7} | {:>10} {:>10} | {:>8} {:>8} {:>8} | {:>5} {:>5}"
LANGUAGE = load_language("ko")


def main() -> None:
    folder, times = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 3
    whisper = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1)
    vosk = open_recogniser(LANGUAGE, "vosk", find_vosk_model("ko", "", Path()), 1)
    whisper_said = "W. right", "W. wrong", "W. none"
    print(HEAD.format("", "takes", "right", "wrong", "unsure", "Vosk right", "Vosk wrong", *whisper_said, "s p50", "s p95"))
    for name, noise in LINES.items():
        count = dict.fromkeys(("takes", "right", "wrong", "unsure", "v right", "v wrong", "w right", "w wrong", "w none"), 0)
        took: list[float] = []
        for expecting, words, wanted in candidates() * times:
            sound = noisy(spoken(words), noise)
            stream = vosk.stream(expecting)
            stream.feed(sound)
            heard = stream.finish()
            first = verdict(heard, expecting, wanted)
            count["takes"] += 1
            if first != "none" and heard.confidence >= UNSURE:
                count[first] += 1
                continue
            count["unsure"] += 1
            if first != "none":
                count[f"v {first}"] += 1
            begun = time.process_time()
            again = hear_again(whisper, sound, LANGUAGE.hotwords(expecting))
            took.append(time.process_time() - begun)
            count[f"w {verdict(Heard(text=again), expecting, wanted)}"] += 1
        p50, p95 = (f"{float(np.percentile(took, p)):.2f}" for p in (50, 95)) if took else ("-", "-")
        print(HEAD.format(name, *count.values(), p50, p95), flush=True)


def candidates() -> list[tuple[Expecting, str, str]]:
    """(what is asked, what is said, what it has to mean)."""
    return [
        (Expecting(name), words, wanted)
        for name in RELIABLE
        for words, wanted in {**RELIABLE[name], **UNRELIABLE[name]}.items()
    ]


def noisy(pcm: bytes, noise: tuple[str, float] | None) -> bytes:
    if noise is None:
        return pcm
    line, mulaw = Noise(loop(noise[0]), noise[1]), pcm_to_mulaw(pcm)
    frames = (mulaw[at : at + FRAME_BYTES] for at in range(0, len(mulaw) - FRAME_BYTES + 1, FRAME_BYTES))
    return mulaw_to_pcm(b"".join(line.carry(frame, b"") or b"" for frame in frames))


def hear_again(whisper: WhisperModel, pcm: bytes, hotwords: str) -> str:
    resampler = Resampler(RATE, MODEL_RATE)
    samples = to_samples(resampler.feed(pcm) + resampler.feed(b"", last=True))
    segments, _ = whisper.transcribe(
        samples,
        language="ko",
        beam_size=1,
        condition_on_previous_text=False,
        hotwords=hotwords or None,
        vad_filter=True,
        without_timestamps=True,
    )
    return " ".join(segment.text.strip() for segment in segments)


def verdict(heard: Heard, expecting: Expecting, wanted: str) -> str:
    """right, wrong or none."""
    if not heard.text:
        return "none"
    meaning = understand(heard.text, LANGUAGE, expecting, NOW)
    if wanted in (meaning.intent, meaning.slots.get("digits")):
        return "right"
    meant = meaning.slots.get("digits") if expecting.name == "digits" else meaning.intent if meaning.intent != "none" else ""
    return "wrong" if meant else "none"


if __name__ == "__main__":
    main()
