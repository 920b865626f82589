"""The shape of a question, and the answers that several questions share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from voice.dialogue.state import State, ask
from voice.heard import Expecting, Meaning, Result, Step

Answer = Callable[[State, Meaning], Step | None]
Start = Callable[[State, Meaning], Step]
Outcome = Callable[[State, Result], Step]


@dataclass(frozen=True)
class Ask:
    """One question, whose name is its prompt's key: what we listen for, and what an answer does.

    `answer` returns None for words that are no answer; the ladder of help then goes up one step.
    `any_wish`: an unasked-for wish ("I need a doctor") may be taken up here.
    `silence`, where given, replaces the ladder for a caller who says nothing. `leave`, where given, is what a caller
    means who takes leave here ("no, that's all, thank you") instead of answering.
    """

    expecting: Callable[[State], Expecting]
    answer: Answer
    any_wish: bool = False
    silence: Answer | None = None
    leave: Start | None = None


def listen_for(name: str, digits: int | None = None, **flags: Any) -> Callable[[State], Expecting]:
    """An expectation that does not depend on the state."""
    expecting = Expecting(name, digits=digits, **flags)
    return lambda _state: expecting


YES_NO = listen_for("yes_no")


def ask_again(state: State, _: Meaning) -> Step:
    """The question that is open once more, with the same values."""
    return ask(state, state.ask, **state.values)


def yes_no(yes: Answer, no: Answer) -> Answer:
    """An answer to a yes-or-no question."""

    def answer(state: State, meaning: Meaning) -> Step | None:
        if meaning.intent == "yes":
            return yes(state, meaning)
        if meaning.intent in ("no", "cancel"):
            return no(state, meaning)
        return None

    return answer
