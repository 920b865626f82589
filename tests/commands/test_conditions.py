"""What a line and a voice do to the words of a simulated caller."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from helpline.commands.conditions import SPEECH, Echo, Lossy, Noise, Repeating, hoarse, loop, slowed
from helpline.commands.demo_calls import recording
from helpline.commands.exchange import Clear
from voice.audio import FRAME_BYTES, MULAW_SILENCE, mulaw_to_pcm, to_samples

QUIET = MULAW_SILENCE * FRAME_BYTES
BILL = recording("i_want_to_pay_my_electricity_bill").sound


def loudness(sound: bytes) -> float:
    return float(np.sqrt(np.mean(to_samples(mulaw_to_pcm(sound)) ** 2)))


def test_a_good_line_carries_what_is_said() -> None:
    assert Clear().carry(BILL[:FRAME_BYTES], b"") == BILL[:FRAME_BYTES]


@pytest.mark.parametrize(("noise", "below"), [("hum", 10), ("cafe", 15), ("television", 18)])
def test_a_noise_is_so_many_decibels_under_the_voice(noise: str, below: float) -> None:
    line = Noise(loop(noise), below)
    heard = b"".join(line.carry(QUIET, b"") or b"" for _ in range(len(loop(noise)) // FRAME_BYTES))
    assert 20 * np.log10(SPEECH / loudness(heard)) == pytest.approx(below, abs=0.5)


def test_one_frame_in_twenty_is_lost_and_several_in_a_row() -> None:
    line = Lossy(np.random.default_rng(3))
    lost = [line.carry(QUIET, b"") is None for _ in range(20_000)]
    assert 0.03 < np.mean(lost) < 0.07
    after_a_lost_one = [second for first, second in pairwise(lost) if first]
    assert np.mean(after_a_lost_one) > 0.5


def test_an_echo_is_the_helplines_voice_later_and_quieter() -> None:
    line, spoken = Echo(after=0.24, below=18), BILL[8000 : 8000 + 50 * FRAME_BYTES]
    frames = [spoken[at : at + FRAME_BYTES] for at in range(0, len(spoken), FRAME_BYTES)]
    back = b"".join(line.carry(QUIET, frame) or b"" for frame in [*frames, *[b""] * 12])
    assert loudness(back[: 12 * FRAME_BYTES]) == 0.0
    late = back[12 * FRAME_BYTES :]
    assert 20 * np.log10(loudness(spoken) / loudness(late)) == pytest.approx(18, abs=1)
    assert np.corrcoef(to_samples(mulaw_to_pcm(spoken)), to_samples(mulaw_to_pcm(late)))[0, 1] > 0.95


def test_a_company_that_asks_twice_changes_no_sound() -> None:
    assert Repeating().repeats and Repeating().carry(QUIET, b"") == QUIET


def test_a_slow_voice_takes_longer_and_pauses() -> None:
    assert len(slowed(BILL)) > 1.2 * len(BILL) + 8000
    assert len(slowed(recording("yes").sound)) < 1.3 * len(recording("yes").sound) + 8000


def test_a_hoarse_voice_keeps_its_length_and_is_another_sound() -> None:
    assert len(hoarse(BILL)) == len(BILL)
    assert np.corrcoef(to_samples(mulaw_to_pcm(BILL)), to_samples(mulaw_to_pcm(hoarse(BILL))))[0, 1] < 0.98
