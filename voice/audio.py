"""Sound as bytes and samples: mu-law, resampling, and reading whatever file somebody recorded.

Inside the program sound is "line PCM": 16-bit little-endian mono at 8,000 Hz, the telephone's own rate.
"""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

RATE = 8000
FRAME_MS = 20
FRAME_BYTES = RATE * FRAME_MS // 1000  # of mu-law: one byte a sample
MULAW_SILENCE = b"\xff"
RAW_SUFFIXES = {".ulaw", ".ul", ".mulaw"}  # no header: taken as 8 kHz mono mu-law
BLOCK_SECONDS = 30

Samples = npt.NDArray[np.float32]


class AudioError(ValueError):
    """A sound file that cannot be used; the message says which and why in plain words."""


def _decode_byte(byte: int) -> int:
    """ITU-T G.711 mu-law, one byte to a 16-bit sample."""
    inverted = ~byte & 0xFF
    magnitude = ((((inverted & 15) << 3) + 132) << ((inverted >> 4) & 7)) - 132
    return -magnitude if inverted & 128 else magnitude


def _encode_table() -> npt.NDArray[np.uint8]:
    """The mu-law byte of every 16-bit sample: sign, exponent and mantissa of the magnitude plus 132."""
    sample = np.arange(-32768, 32768, dtype=np.int32)
    magnitude = np.minimum(np.abs(sample), 32635) + 132
    exponent = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    mantissa = (magnitude >> (exponent + 3)) & 15
    sign = np.where(sample < 0, 0x80, 0)
    return np.asarray(~(sign | (exponent << 4) | mantissa) & 0xFF, np.uint8)


_DECODE = np.array([_decode_byte(byte) for byte in range(256)], dtype="<i2")
_ENCODE = _encode_table()


def mulaw_to_pcm(mulaw: bytes) -> bytes:
    """Mu-law bytes to 16-bit PCM at the same rate."""
    return _DECODE[np.frombuffer(mulaw, dtype=np.uint8)].tobytes()


def pcm_to_mulaw(pcm: bytes) -> bytes:
    """16-bit PCM to mu-law bytes at the same rate. An odd last byte is dropped."""
    samples = np.frombuffer(pcm[: len(pcm) & ~1], dtype="<i2").astype(np.int32)
    return _ENCODE[samples + 32768].tobytes()


def to_samples(pcm: bytes) -> Samples:
    """16-bit PCM to floats from -1 to 1."""
    return np.frombuffer(pcm[: len(pcm) & ~1], dtype="<i2").astype(np.float32) / np.float32(32768)


def to_pcm(samples: Samples) -> bytes:
    """Floats to 16-bit PCM; what is too loud is clipped."""
    return (np.clip(samples, -1.0, 1.0) * 32767).astype("<i2").tobytes()


def resample(samples: Samples, from_rate: int, to_rate: int) -> Samples:
    """The whole recording at another rate."""
    if from_rate == to_rate or not len(samples):
        return samples
    return np.asarray(soxr.resample(samples, from_rate, to_rate), np.float32)


class Resampler:
    """A stream of 16-bit PCM at another rate; the filter's state is kept from one piece to the next."""

    def __init__(self, from_rate: int, to_rate: int) -> None:
        self._stream = soxr.ResampleStream(from_rate, to_rate, 1, dtype="int16") if from_rate != to_rate else None

    def feed(self, pcm: bytes, last: bool = False) -> bytes:
        """What is ready so far; with `last` also the filter's tail."""
        if self._stream is None:
            return pcm
        samples = np.frombuffer(pcm[: len(pcm) & ~1], dtype="<i2")
        return bytes(self._stream.resample_chunk(samples, last=last).astype("<i2").tobytes())


def quietest(samples: Samples, rate: int, first: float, last: float) -> int:
    """Where to cut so that no word is torn: the quietest tenth of a second between two times in seconds, as an index."""
    start, window = int(first * rate), rate // 10
    energy = np.convolve(samples[start : int(last * rate)] ** 2, np.ones(window), "valid")
    return start + int(energy.argmin()) + window // 2


def read_blocks(path: Path, seconds: float = BLOCK_SECONDS) -> Iterator[tuple[Samples, int]]:
    """The file in blocks of mono floats with their rate: any length in bounded memory, channels mixed.

    Raises AudioError for what is missing, empty or no sound file.
    """
    raw = path.suffix.lower() in RAW_SUFFIXES
    options = {"samplerate": RATE, "channels": 1, "format": "RAW", "subtype": "ULAW"} if raw else {}
    if not path.exists():
        raise AudioError(f"{path}: there is no such file")
    if path.is_dir():
        raise AudioError(f"{path}: is a folder, not a sound file")
    if path.stat().st_size == 0:
        raise AudioError(f"{path}: the file is empty")
    try:
        with soundfile.SoundFile(path, **options) as file:
            if not file.frames:
                raise AudioError(f"{path}: holds no sound")
            for block in file.blocks(int(file.samplerate * seconds), dtype="float32", always_2d=True):
                yield _mono(block), file.samplerate
    except (soundfile.LibsndfileError, RuntimeError, OSError) as error:
        raise AudioError(f"{path}: is not a sound file that can be read ({error})") from error


def read_samples(path: Path, rate: int) -> Samples:
    """The whole file as mono floats at `rate`. Raises AudioError."""
    blocks = list(read_blocks(path))
    return resample(np.concatenate([block for block, _ in blocks]), blocks[0][1], rate)


def line_pcm(path: Path) -> bytes:
    """The whole file as line PCM. Raises AudioError."""
    return to_pcm(read_samples(path, RATE))


def sound_pcm(file: bytes) -> bytes:
    """A sound file that is in memory already, as line PCM. Raises AudioError."""
    try:
        samples, rate = soundfile.read(io.BytesIO(file), dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, RuntimeError) as error:
        raise AudioError(f"this is no sound file that can be read ({error})") from error
    return to_pcm(resample(_mono(samples), rate, RATE))


def _mono(channels: Samples) -> Samples:
    """All channels in one. One infinite number would make silence of everything that is resampled with it."""
    finite = np.clip(np.nan_to_num(channels, posinf=0.0, neginf=0.0), -1.0, 1.0)
    return np.asarray(finite.mean(axis=1), np.float32)


def write_wav(to: Path | BinaryIO, pcm: bytes, rate: int = RATE) -> None:
    """16-bit mono PCM as a WAV file."""
    with wave.open(str(to) if isinstance(to, Path) else to, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(pcm)
