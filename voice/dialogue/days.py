"""A day by keys: 1 today and 2 tomorrow are one key; for any other day its two figures are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from voice.dialogue.asks import Answer, Ask, listen_for
from voice.dialogue.state import State, ask, with_slots
from voice.heard import Meaning, Step

FIGURES = 2


def ask_figures(state: State) -> Step:
    """The question for a day is kept: the figures answer that one."""
    return ask(with_slots(state, day_of={"ask": state.ask, "values": state.values}), "which_date")


def figures(asks: Mapping[str, Ask]) -> Ask:
    """The question for the day of the month; `asks` has the question that it answers. To go back puts that one again."""

    def answer(state: State, meaning: Meaning) -> Step | None:
        asked = state.slots["day_of"]
        before = replace(state, ask=asked["ask"], values=asked["values"])
        if meaning.intent == "back":
            return ask(before, before.ask, **before.values)
        answered: Answer = asks[before.ask].answer
        return answered(before, meaning)

    return Ask(listen_for("date", digits=FIGURES), answer)
