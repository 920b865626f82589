"""Is our own voice told from the caller's? `python -m tests.load.echo` (under a minute).

Our prompts are spoken by our voice. A telephone sends them back later and quieter, through a small room and mu-law, over a
faint hiss; or a recorded caller talks over us, with and without that echo. Only what the speech detector takes for speech
counts. Printed for each:

- `taken for ours`: of that speech, the share
- `longest left`: the longest stretch of it, in seconds, that was not (BARGE_IN_WITHOUT_WORDS of it would stop our voice)
"""

from __future__ import annotations

import numpy as np

from helpline.commands.demo_calls import RECORDINGS
from voice.audio import FRAME_BYTES, RATE, Samples, mulaw_to_pcm, pcm_to_mulaw, read_samples, to_pcm, to_samples
from voice.echo import Echo
from voice.speechdetector import SpeechDetector
from voice.synthesis import HibariVoice

PROMPT = (
    "The bill from City Electric is forty-two pounds and fifty pence, due on Monday. Shall I pay it now? "
    "Say yes, or press one. If you want to think about it, say no, or press two."
)
LEVELS = (-6.0, -15.0, -25.0)  # dB of the echo's direct sound below our voice
ROOMS = (5.0, 0.0, -5.0)  # dB of the direct sound above all that the room adds: the telephone nearby, and far away
LATER = (0.05, 0.2, 0.7)  # seconds
SKIPPED = ("mumble", "silence")
DECAY = 0.08  # seconds in which a small room's sound falls to a third
HISS = 0.001


def main() -> None:
    random = np.random.default_rng(5)
    ours = to_samples(b"".join(HibariVoice(0.9).speak(PROMPT)))
    for room in ROOMS:
        for level in LEVELS:
            lines = [echo_of(ours, later, level, room, random) for later in LATER]
            tell(f"our echo at {level:.0f} dB, room {room:.0f} dB", [heard(ours, line) for line in lines])
    recordings = [path for path in sorted(RECORDINGS.glob("*.wav")) if path.stem not in SKIPPED]
    callers = [read_samples(path, RATE) for path in recordings[::3]]
    over = [np.resize(np.pad(caller, (RATE // 2, RATE // 2)), len(ours)) for caller in callers]
    tell("a caller over us", [heard(ours, line) for line in over])
    for level in LEVELS:
        both = [line + echo_of(ours, 0.2, level, 0.0, random) for line in over]
        tell(f"a caller over an echo at {level:.0f} dB, room 0 dB", [heard(ours, line) for line in both])


def echo_of(ours: Samples, later: float, level: float, direct: float, random: np.random.Generator) -> Samples:
    decay = np.exp(-np.arange(int(3 * DECAY * RATE)) / (DECAY * RATE))
    room = random.standard_normal(len(decay)) * decay
    room *= np.sqrt(10 ** (-direct / 10) / np.sum(room**2))
    room[0] = 1.0  # what comes straight from the loudspeaker
    back = np.convolve(np.concatenate([np.zeros(round(later * RATE)), ours]), room)[: len(ours)]
    return (back * 10 ** (level / 20) + random.standard_normal(len(ours)) * HISS).astype(np.float32)


def heard(ours: Samples, line: Samples) -> tuple[int, int, int]:
    """In frames: speech in all, speech that was taken for ours, and the longest stretch that was not."""
    echo, detector, now = Echo(), SpeechDetector(), 0.0
    speech = known = left = longest = 0
    ours_sent, line_sent = (pcm_to_mulaw(to_pcm(samples)) for samples in (ours, line))
    for at in range(0, len(ours_sent) - FRAME_BYTES, FRAME_BYTES):
        echo.played(ours_sent[at : at + FRAME_BYTES], now)
        pcm = mulaw_to_pcm(line_sent[at : at + FRAME_BYTES])
        now += FRAME_BYTES / RATE
        speaking = detector.feed(pcm)
        echoing = echo.hears(pcm, now, speaking)
        speech, known = speech + speaking, known + echoing
        left = left + 1 if speaking and not echoing else 0
        longest = max(longest, left)
    return speech, known, longest


def tell(title: str, found: list[tuple[int, int, int]]) -> None:
    speech, known, longest = (np.array(each) for each in zip(*found, strict=True))
    print(f"| {title} | {known.sum() / max(1, speech.sum()):.0%} | {longest.max() * FRAME_BYTES / RATE:.2f} |", flush=True)


if __name__ == "__main__":
    main()
