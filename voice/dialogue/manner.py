"""How the helpline speaks to a caller: slower, faster, louder, softer, within what can still be followed."""

from __future__ import annotations

from dataclasses import replace

from voice.dialogue.state import State

SLOWEST, FASTEST = 0.6, 1.5
QUIETEST, LOUDEST = -6.0, 9.0
SLOWER, FASTER = 0.85, 1.15  # times the pace
LOUDER, QUIETER = 3.0, -3.0  # decibels


def paced(state: State, factor: float) -> State:
    return replace(state, pace=min(FASTEST, max(SLOWEST, round(state.pace * factor, 3))))


def amplified(state: State, decibels: float) -> State:
    return replace(state, gain=min(LOUDEST, max(QUIETEST, state.gain + decibels)))
