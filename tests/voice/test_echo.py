"""Our own voice, as a loudspeaker telephone sends it back, and other people's."""

from __future__ import annotations

import numpy as np
import pytest

from voice.audio import RATE, Samples, mulaw_to_pcm, pcm_to_mulaw, to_pcm
from voice.echo import EVERY, LATEST, WINDOW, Echo, explained

PIECE = 160
START = 100.0  # seconds on the clock


def words(seed: int, seconds: float) -> Samples:
    """Something like speech: hiss in syllables, four a second."""
    samples = int(seconds * RATE)
    syllables = np.repeat(np.random.default_rng(seed).uniform(0.02, 0.3, int(seconds * 4) + 1), RATE // 4)[:samples]
    return (np.random.default_rng(seed + 100).standard_normal(samples) * syllables).clip(-1, 1).astype(np.float32)


def delayed(samples: Samples, seconds: float) -> Samples:
    return np.concatenate([np.zeros(round(seconds * RATE), np.float32), samples])


def share_of_echo(ours: Samples, line: Samples, play_for: float = 99.0) -> float:
    """How much of the time the line was taken for our own voice, from the first second on."""
    echo, answers = Echo(), []
    for at in range(0, min(len(ours), len(line)) - PIECE, PIECE):
        now = START + at / RATE
        if at / RATE < play_for:
            echo.played(pcm_to_mulaw(to_pcm(ours[at : at + PIECE])), now)
        heard = mulaw_to_pcm(pcm_to_mulaw(to_pcm(line[at : at + PIECE])))
        answers.append(echo.hears(heard, now + PIECE / RATE, speaking=True))
    return float(np.mean(answers[RATE // PIECE :]))


@pytest.mark.parametrize("later", [0.02, 0.25, LATEST - 0.05])
@pytest.mark.parametrize("quieter", [0.5, 0.1])
def test_our_own_voice_is_known_when_it_comes_back(later: float, quieter: float) -> None:
    ours = words(1, 5.0)
    assert share_of_echo(ours, delayed(ours, later) * quieter) > 0.9


def test_somebody_else_is_no_echo() -> None:
    assert share_of_echo(words(1, 5.0), words(2, 5.0)) == 0.0


def test_somebody_who_talks_over_their_own_telephones_echo_is_heard() -> None:
    ours = words(1, 5.0)
    assert share_of_echo(ours, delayed(ours, 0.25)[: len(ours)] * np.float32(0.1) + words(2, 5.0)) < 0.1


def test_nothing_comes_back_when_we_have_long_been_silent() -> None:
    ours = words(1, 6.0)
    echoing = share_of_echo(ours, ours, play_for=1.0)  # somebody repeats us, word for word and much later
    assert echoing < (LATEST + WINDOW) / 5.0


def test_an_echo_is_known_after_our_voice_was_stopped_and_has_begun_anew() -> None:
    echo = Echo()
    echo.played(pcm_to_mulaw(to_pcm(words(1, 2.0))), START)
    echo.stopped(START + 1.0)  # of two seconds the second one is thrown away
    answer = words(3, 2.0)
    echo.played(pcm_to_mulaw(to_pcm(answer)), START + 1.0)
    back = to_pcm(answer[: int(WINDOW * RATE)] * np.float32(0.3))
    assert echo.hears(back, START + 1.0 + WINDOW, speaking=True)


def test_a_line_on_which_nobody_speaks_is_not_looked_at() -> None:
    echo = Echo()
    echo.played(pcm_to_mulaw(to_pcm(words(1, 1.0))), START)
    assert not echo.hears(bytes(2 * int(EVERY * RATE)), START + 1.0, speaking=False)
    assert echo.share == 0.0


@pytest.mark.parametrize("line", [np.zeros(3200, np.float32), words(2, 0.4)])
def test_silence_explains_nothing(line: Samples) -> None:
    assert explained(line, np.zeros(11200, np.float32)) == 0.0
