"""How well each way of detecting speech does on the telephone: `python -m tests.load.speech_detection`.

The recorded callers (and hoarser, quieter copies of them) are mixed with noises of a telephone at several
signal-to-noise ratios and sent through mu-law in 20 ms frames. Where somebody speaks is known from the clean
recording. Printed for each way and noise:

- `deaf`: turns in which less than LEAST_SPEECH was noticed, so that the caller would not be heard at all
- `gap`: the longest time within the words that was taken for silence, in seconds (nine in ten turns are below it)
- `late`: how long after the last word it still said "speaking", in seconds (nine in ten turns are below it)
- `false`: share of ten-second clips of noise alone in which LEAST_SPEECH or more was taken for speech
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from helpline.commands.conditions import cafe, hum
from helpline.commands.recordings import make
from voice.audio import RATE, Samples, mulaw_to_pcm, pcm_to_mulaw, read_samples, to_pcm, to_samples
from voice.speechdetector import FADE, SpeechDetector
from voice.turntaking import LEAST_SPEECH

FRAME = RATE // 50
LEAD = 1.0  # seconds of noise before the words, as on a real line
TAIL = 3.0
SKIPPED = ("mumble", "silence")


@dataclass(frozen=True)
class Way:
    """`start`, `stop`: probability at which speech begins and below which it has stopped. `floor`: dB above the noise
    that it takes. `within`: dB below the loudest speech so far that still counts as this caller."""

    start: float = 0.0
    stop: float = 0.0
    floor: float = -99.0
    within: float = 199.0


WAYS: dict[str, Way | None] = {
    "silero 0.5": Way(0.5, 0.35),
    "silero 0.3": Way(0.3, 0.2),
    "silero 0.2": Way(0.2, 0.12),
    "energy 9 dB": Way(floor=9.0),
    "silero 0.3, floor 4 dB": Way(0.3, 0.2, floor=4.0),
    "silero 0.3, within 12 dB": Way(0.3, 0.2, within=12.0),
    "silero 0.3, within 15 dB": Way(0.3, 0.2, within=15.0),
    "silero 0.3, within 18 dB": Way(0.3, 0.2, within=18.0),
    "the helpline's": None,
}

Noise = Callable[[int, np.random.Generator], Samples]
Flags = np.ndarray


@dataclass(frozen=True)
class Turn:
    """A caller's words on a line: line PCM, and per 20 ms whether they speak."""

    pcm: bytes
    truth: Flags


def white(length: int, random: np.random.Generator) -> Samples:
    return random.standard_normal(length).astype(np.float32)


def crackle(length: int, random: np.random.Generator) -> Samples:
    """Clicks of a loose contact over hiss: about six a second."""
    clicks = np.where(random.random(length) < 6 / RATE, random.uniform(-30, 30, length), 0)
    return (np.convolve(clicks, np.exp(-np.arange(40) / 8), mode="same") + random.standard_normal(length)).astype(np.float32)


def traffic(length: int, random: np.random.Generator) -> Samples:
    """Low rumble that swells and fades."""
    rumble = make.band(random.standard_normal(length).astype(np.float32), 100, 800)
    swell = 1 + 0.8 * np.sin(2 * np.pi * 0.2 * np.arange(length) / RATE + random.uniform(0, 6))
    return (rumble * swell).astype(np.float32)


NOISES: dict[str, Noise] = {"hiss": white, "hum": hum, "crackle": crackle, "traffic": traffic, "cafe": cafe}


def recordings() -> Iterator[tuple[str, Samples]]:
    for path in sorted(Path(make.HERE).glob("*.wav")):
        if path.stem not in SKIPPED:
            yield path.stem, read_samples(path, RATE)


def loudness(samples: Samples) -> float:
    return float(np.sqrt(np.mean(samples**2)) + 1e-9)


def turns(random: np.random.Generator, noise: Noise, ratio: float, hoarse: float, quieter: float) -> list[Turn]:
    made = []
    for _, samples in recordings():
        clean = np.concatenate([np.zeros(int(RATE * LEAD)), samples, np.zeros(int(RATE * TAIL))]).astype(np.float32)
        loud = make.envelope(clean) > 0.012
        level = loudness(clean[loud])
        spoken = make.hoarsened(clean, hoarse, random) * 10 ** (-quieter / 20)
        added = noise(len(clean), random)
        added *= level * 10 ** (-(quieter + ratio) / 20) / loudness(added)
        frames = len(clean) // FRAME
        truth = loud[: frames * FRAME].reshape(frames, FRAME).any(axis=1)
        made.append(Turn(on_mulaw(spoken + added), truth))
    return made


def on_mulaw(samples: Samples) -> bytes:
    return mulaw_to_pcm(pcm_to_mulaw(to_pcm(samples)))


def frames_of(pcm: bytes) -> Iterator[bytes]:
    for start in range(0, len(pcm) - FRAME * 2 + 1, FRAME * 2):
        yield pcm[start : start + FRAME * 2]


@dataclass(frozen=True)
class Measured:
    """Per 20 ms: what the helpline's detector says, its probability and level, and dB above the noise floor."""

    speaking: Flags
    probability: Flags
    level: Flags
    above: Flags


def measured(pcm: bytes) -> Measured:
    """The floor follows a quieter line at once and a louder one by 3 dB a second; 300-3400 Hz only."""
    detector, floor, rows = SpeechDetector(), 0.0, []
    samples = make.band(to_samples(pcm), 300, 3400)
    for number, frame in enumerate(frames_of(pcm)):
        detector.feed(frame)
        level = 20 * np.log10(loudness(samples[number * FRAME : (number + 1) * FRAME]))
        floor = max(-65.0, min(floor + 0.06, level))
        rows.append((detector.speaking, detector.probability, detector.level, level - floor))
    return Measured(*np.array(rows).T)


def decided(heard: Measured, way: Way | None) -> Flags:
    if way is None:
        return heard.speaking > 0
    flags, speaking, loudest = [], False, -199.0
    for probability, level, above in zip(heard.probability, heard.level, heard.above, strict=True):
        sure = probability >= (way.stop if speaking else way.start)
        loudest -= FADE / 50
        speaking = bool(sure and above >= way.floor and level >= loudest - way.within)
        loudest = max(loudest, level) if speaking else loudest
        flags.append(speaking)
    return np.array(flags)


def gap_and_late(flags: Flags, truth: Flags) -> tuple[float, float]:
    spoken = np.flatnonzero(truth)
    longest = run = 0
    for flag, true in zip(flags[: spoken[-1]], truth[: spoken[-1]], strict=True):
        run = 0 if flag else run + (1 if true else 0)
        longest = max(longest, run)
    after = np.flatnonzero(flags[spoken[-1] :])
    return longest / 50, (int(after[-1]) / 50 if len(after) else 0.0)


def table(title: str, rows: list[Turn], clips: list[bytes]) -> None:
    told = [(measured(turn.pcm), turn.truth) for turn in rows]
    quiet = [measured(clip) for clip in clips]
    for name, way in WAYS.items():
        flags = [(decided(values, way), truth) for values, truth in told]
        deaf = sum(f[t.nonzero()[0][0] :].sum() / 50 < LEAST_SPEECH for f, t in flags)
        numbers = np.array([gap_and_late(f, t) for f, t in flags])
        false = sum(decided(values, way).sum() / 50 >= LEAST_SPEECH for values in quiet)
        gap, late = np.percentile(numbers, 90, axis=0)
        print(f"{title:28} {name:25} deaf {deaf:2}/{len(flags)}  gap {gap:4.2f}  late {late:4.2f}  false {false}/{len(quiet)}")


def cost() -> float:
    """Milliseconds of computing for one second of sound, one thread."""
    pcm = b"".join(turn.pcm for turn in turns(np.random.default_rng(1), white, 20, 0, 0))
    detector, began = SpeechDetector(), time.process_time()
    for frame in frames_of(pcm):
        detector.feed(frame)
    return 1000 * (time.process_time() - began) / (len(pcm) / 2 / RATE)


def main() -> None:
    random = np.random.default_rng(3)
    for name, noise in NOISES.items():
        for ratio in (20, 10, 5):
            clips = []
            for _ in range(6):
                clip = noise(RATE * 10, random)
                clips.append(on_mulaw((clip * 0.06 * 10 ** (-ratio / 20) / loudness(clip)).astype(np.float32)))
            table(f"{name} {ratio} dB", turns(random, noise, ratio, 0, 0), clips)
    table("hiss 25 dB, hoarse", turns(random, white, 25, 0.25, 0), [])
    table("hiss 25 dB, very hoarse", turns(random, white, 25, 0.5, 0), [])
    table("hiss 25 dB, 14 dB quieter", turns(random, white, 25, 0, 14), [])
    print(f"{cost():.1f} ms of computing a second of sound")


if __name__ == "__main__":
    main()
