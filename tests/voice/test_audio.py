"""Sound as the telephone has it: mu-law to the letter of G.711, resampling without seams, and files of every kind."""

from __future__ import annotations

import contextlib
import struct
import tempfile
import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from voice.audio import (
    RATE,
    AudioError,
    Resampler,
    Samples,
    line_pcm,
    mulaw_to_pcm,
    pcm_to_mulaw,
    read_blocks,
    read_samples,
    resample,
    to_pcm,
    to_samples,
    write_wav,
)


def tone(seconds: float, rate: int, hertz: float = 440.0) -> Samples:
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)).astype(np.float32)


def loudness(samples: Samples) -> float:
    return float(np.sqrt(np.mean(samples**2)))


# --- mu-law


@pytest.mark.parametrize(("byte", "sample"), [(0xFF, 0), (0x7F, 0), (0x00, -32124), (0x80, 32124), (0x8F, 16764)])
def test_mulaw_is_that_of_g711(byte: int, sample: int) -> None:
    assert struct.unpack("<h", mulaw_to_pcm(bytes([byte]))) == (sample,)


def test_every_byte_comes_back_and_only_minus_nothing_becomes_nothing() -> None:
    every = bytes(range(256))
    assert pcm_to_mulaw(mulaw_to_pcm(every)) == every.replace(b"\x7f", b"\xff")


@settings(deadline=None)
@given(st.integers(-32768, 32767))
def test_a_sample_goes_to_the_nearest_step_of_its_segment(sample: int) -> None:
    back = int(np.frombuffer(mulaw_to_pcm(pcm_to_mulaw(struct.pack("<h", sample))), "<i2")[0])
    step = 1 << max(0, int(np.log2(min(abs(sample), 32635) + 132)) - 7)
    assert abs(back - int(np.clip(sample, -32635, 32635))) <= 8 * step / 2 + 1


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_an_odd_byte_at_the_end_is_dropped(pcm: bytes) -> None:
    assert len(pcm_to_mulaw(pcm)) == len(pcm) // 2
    assert len(to_samples(pcm)) == len(pcm) // 2


def test_what_is_too_loud_is_clipped_and_not_turned_over() -> None:
    assert np.frombuffer(to_pcm(np.array([-3, -1, 0, 1, 3], np.float32)), "<i2").tolist() == [-32767, -32767, 0, 32767, 32767]


# --- resampling


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 700), min_size=1, max_size=30), st.sampled_from([(8000, 16000), (48000, 8000), (44100, 16000)]))
def test_a_stream_in_pieces_is_the_same_as_in_one_piece(lengths: list[int], rates: tuple[int, int]) -> None:
    pcm = to_pcm(tone(sum(lengths) / rates[0], rates[0]))
    whole = Resampler(*rates).feed(pcm, last=True)
    pieces, stream, start = b"", Resampler(*rates), 0
    for length in lengths:
        pieces += stream.feed(pcm[start : start + 2 * length])
        start += 2 * length
    pieces += stream.feed(pcm[start:], last=True)
    assert len(pieces) == len(whole)
    # The last bit of a sample may be rounded the other way.
    assert np.abs(np.frombuffer(pieces, "<i2") - np.frombuffer(whole, "<i2").astype(int)).max(initial=0) <= 2


def test_a_stream_keeps_its_length_and_its_tone() -> None:
    stream = Resampler(8000, 16000)
    frames = to_pcm(tone(1.0, 8000))
    up = b"".join(stream.feed(frames[start : start + 320]) for start in range(0, len(frames), 320)) + stream.feed(
        b"", last=True
    )
    samples = to_samples(up)
    assert len(samples) == 16000
    assert np.argmax(np.abs(np.fft.rfft(samples))) == 440


def test_a_stream_at_the_same_rate_is_handed_through() -> None:
    assert Resampler(8000, 8000).feed(b"\x01\x02\x03\x04") == b"\x01\x02\x03\x04"


def test_nothing_resampled_is_nothing() -> None:
    assert len(resample(np.zeros(0, np.float32), 44100, 8000)) == 0


# --- files


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 44100, 48000, 96000])
@pytest.mark.parametrize("channels", [1, 2, 8])
def test_any_rate_and_any_number_of_channels(tmp_path: Path, rate: int, channels: int) -> None:
    path = tmp_path / "arthur.wav"
    soundfile.write(path, np.tile(tone(0.5, rate)[:, None], channels), rate)
    samples = read_samples(path, RATE)
    assert len(samples) == pytest.approx(4000, abs=2)
    assert loudness(samples[400:-400]) == pytest.approx(0.5 / np.sqrt(2), rel=0.02)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("joan.wav", {"subtype": "ULAW"}),
        ("joan.wav", {"subtype": "ALAW"}),
        ("joan.wav", {"subtype": "FLOAT"}),
        ("joan.wav", {"subtype": "PCM_24"}),
        ("joan.flac", {}),
        ("joan.ogg", {"subtype": "VORBIS"}),
        ("joan.ogg", {"subtype": "OPUS"}),
        ("joan.mp3", {}),
        ("joan.aiff", {}),
        ("joan.au", {}),
    ],
)
def test_the_formats_that_telephones_and_recorders_write(tmp_path: Path, name: str, options: dict[str, str]) -> None:
    soundfile.write(tmp_path / name, tone(1.0, 16000), 16000, **options)
    samples = read_samples(tmp_path / name, RATE)
    assert len(samples) == pytest.approx(8000, rel=0.15)
    assert np.argmax(np.abs(np.fft.rfft(samples, 8000))) == pytest.approx(440, abs=2)


@pytest.mark.parametrize("suffix", [".ulaw", ".ul", ".mulaw", ".ULAW"])
def test_bare_mulaw_is_known_by_its_name(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"line{suffix}"
    path.write_bytes(bytes(range(256)))
    assert line_pcm(path)[:4] == to_pcm(to_samples(mulaw_to_pcm(b"\x00\x01")))


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    pcm = mulaw_to_pcm(bytes(range(256)))
    write_wav(tmp_path / "line.wav", pcm)
    assert np.abs(np.frombuffer(line_pcm(tmp_path / "line.wav"), "<i2") - np.frombuffer(pcm, "<i2").astype(int)).max() <= 1


def test_a_long_file_is_read_in_blocks_of_a_bounded_size(tmp_path: Path) -> None:
    """An hour of bare mu-law, sparse on the disk: only as much is held as one block."""
    path = tmp_path / "an_hour.ulaw"
    with path.open("wb") as file:
        file.truncate(3600 * RATE)
    blocks = 0
    for block, rate in read_blocks(path):
        assert rate == RATE and len(block) <= 30 * RATE
        blocks += 1
    assert blocks == 120


def test_channels_are_mixed_so_that_whoever_speaks_is_heard(tmp_path: Path) -> None:
    both = np.stack([tone(0.5, RATE), np.zeros(4000, np.float32)], axis=1)
    soundfile.write(tmp_path / "call.wav", both, RATE)
    assert loudness(read_samples(tmp_path / "call.wav", RATE)) == pytest.approx(0.25 / np.sqrt(2), rel=0.02)


def test_a_single_frame_is_sound(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "click.wav", np.array([0.5], np.float32), RATE)
    assert len(line_pcm(tmp_path / "click.wav")) == 2


def test_numbers_that_are_none_become_silence(tmp_path: Path) -> None:
    broken = tone(0.5, 16000)
    broken[[100, 200, 300]] = np.nan, np.inf, -np.inf
    soundfile.write(tmp_path / "broken.wav", broken, 16000, subtype="FLOAT")
    samples = read_samples(tmp_path / "broken.wav", RATE)
    assert np.abs(samples).max() < 1.0
    assert loudness(samples[1000:]) == pytest.approx(0.5 / np.sqrt(2), rel=0.02)


def write_wav_bytes(path: Path) -> bytes:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(b"\0\0" * RATE)
    return path.read_bytes()


def test_a_file_cut_off_in_its_sound_gives_what_there_is(tmp_path: Path) -> None:
    path = tmp_path / "cut.wav"
    path.write_bytes(write_wav_bytes(path)[: 44 + 8000])
    assert len(line_pcm(path)) == 8000


@pytest.mark.parametrize("kept", [1, 4, 12, 20, 36, 43])
def test_a_file_cut_off_in_its_header_is_refused_by_its_name(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "cut.wav"
    path.write_bytes(write_wav_bytes(path)[:kept])
    with pytest.raises(AudioError, match=r"cut\.wav"):
        line_pcm(path)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the file is empty"),
        (b"Dear Sir, this is a letter and no recording.\n" * 50, "not a sound file"),
        (b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0" + b"\xff" * 16, "not a sound file"),
        (b"\0" * 4096, "not a sound file"),
        (b"PK\x03\x04" + b"\0" * 100, "not a sound file"),
    ],
)
def test_what_is_no_sound_is_refused_in_plain_words(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "letter.wav"
    path.write_bytes(content)
    with pytest.raises(AudioError, match=rf"letter\.wav.*{says}"):
        line_pcm(path)


def test_a_file_of_no_frames_is_refused(tmp_path: Path) -> None:
    write_wav(tmp_path / "nothing.wav", b"")
    with pytest.raises(AudioError, match="holds no sound"):
        line_pcm(tmp_path / "nothing.wav")


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="no such file"):
        line_pcm(tmp_path / "missing.wav")
    (tmp_path / "folder.wav").mkdir()
    with pytest.raises(AudioError, match="is a folder"):
        line_pcm(tmp_path / "folder.wav")


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=1, max_size=300), st.sampled_from([b"", b"RIFF", b"fLaC", b"OggS", b"ID3\x03", b"FORM"]))
def test_whatever_the_bytes_are_the_answer_is_sound_or_a_refusal(content: bytes, magic: bytes) -> None:
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        file.write(magic + content)
        file.flush()
        with contextlib.suppress(AudioError):
            assert len(line_pcm(Path(file.name))) % 2 == 0
