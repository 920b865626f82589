"""The shape of a question, and the answers that several questions share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from voice.dialogue.state import State, ask
from voice.heard import Expecting, Meaning, Result, Step

Item = TypeVar("Item")
Answer = Callable[[State, Meaning], Step | None]
Start = Callable[[State, Meaning], Step]
Outcome = Callable[[State, Result], Step]
PIN_DIGITS = 6
SILENCES_WHILE_WAITING = 8  # of ten to fifteen seconds each: about two minutes, and again when asked again
MOST_NAMED = 4  # with more to choose from, a day is easier to say than a place in a list


@dataclass(frozen=True)
class Ask:
    """One question, whose name is its prompt's key: what we listen for, and what an answer does.

    `answer` returns None for words that are no answer; the ladder of help then goes up one step.
    `any_wish`: an unasked-for wish ("I need a doctor") may be taken up here.
    `first`, where given, is what a caller means who says a wish instead of an answer: this is done first, the wish after it.
    `silence`, where given, replaces the ladder for a caller who says nothing. `leave`, where given, is what a caller
    means who takes leave here ("no, that's all, thank you") instead of answering.
    """

    expecting: Callable[[State], Expecting]
    answer: Answer
    any_wish: bool = False
    silence: Answer | None = None
    leave: Start | None = None
    first: Start | None = None


def listen_for(name: str, digits: int | None = None, **flags: Any) -> Callable[[State], Expecting]:
    """An expectation that does not depend on the state."""
    expecting = Expecting(name, digits=digits, **flags)
    return lambda _state: expecting


YES_NO = listen_for("yes_no")


def offered(slot: str, name: str = "") -> Callable[[State], Expecting]:
    """A choice of what stands in this slot: each item by its `name`, or as it is."""
    return lambda state: Expecting("choice", options=tuple(item[name] if name else item for item in state.slots[slot]))


def picked(meaning: Meaning, items: Sequence[Item]) -> Item | None:
    """The item that was chosen of these, in the order in which they were offered; None where none was."""
    choice = meaning.slots.get("choice")
    return items[choice] if isinstance(choice, int) and choice < len(items) else None


def by_place(meaning: Meaning, items: Sequence[Item]) -> Item | None:
    """The item whose place in the list was said after one of them was chosen already: "no, the third one"."""
    place = meaning.slots.get("place")
    return items[place] if isinstance(place, int) and -1 <= place < len(items) else None


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


def told(go_on: Answer) -> Answer:
    """An answer to what was read out, which may be heard again. A yes, a no and thanks all go on: none of them asks for
    it once more. By key, 1 goes on and 2 says it again. A yes of who had asked us to wait says that they are ready for it."""

    def answer(state: State, meaning: Meaning) -> Step | None:
        aside, ready = meaning.slots.get("aside"), state.patience and meaning.intent == "yes" and not meaning.keys
        if meaning.keys == "2" or aside == "missed" or ready:
            return ask_again(state, meaning)
        enough = aside == "enough" or meaning.intent in ("yes", "no", "cancel", "thanks")
        return go_on(state, meaning) if enough else None

    return answer
