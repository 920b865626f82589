"""Two wishes at once: one said so that it may be either of two, which is asked; and two in one breath, done in turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from voice.dialogue.asks import Ask, Outcome, Start, offered, picked
from voice.dialogue.opening import what_can_i_do
from voice.dialogue.state import State, ask, do, with_slots
from voice.heard import Meaning, Result, Say, Step

SURE = 0.9  # above this confidence a close second is no reason to ask


def unsure(meaning: Meaning, wishes: Mapping[str, Start]) -> bool:
    """Whether the sentence may as well mean another wish."""
    return meaning.confidence < SURE and meaning.alternatives[:1] != () and meaning.alternatives[0] in wishes


def ask_which(state: State, meaning: Meaning) -> Step:
    """Never a guess between two: their names are looked up, then asked for."""
    wishes = [meaning.intent, meaning.alternatives[0]]
    return do(with_slots(state, wishes=wishes, said=dict(meaning.slots)), "wishes.named", wishes=wishes)


def named(state: State, result: Result) -> Step:
    state = with_slots(state, names=result.data["names"])
    return ask(state, "which_wish", names=result.data["names"])


def chosen(starts: Mapping[str, Start]) -> Ask:
    """The question which of the two; `starts` begins each wish."""

    def answer(state: State, meaning: Meaning) -> Step | None:
        wishes = state.slots["wishes"]
        wish = meaning.intent if meaning.intent in wishes else picked(meaning, wishes)
        if wish is None:
            return what_can_i_do(replace(state, slots={})) if meaning.intent in ("no", "cancel") else None
        said = state.slots["said"]
        return starts[wish](replace(state, slots={}), Meaning(wish, slots=said, text=meaning.text))

    return Ask(offered("names"), answer, any_wish=True)


def keep(state: State, meaning: Meaning) -> State:
    """Remember the second wish of the same breath."""
    return replace(state, also=meaning.also) if meaning.also else state


def take_up(step: Step, starts: Mapping[str, Start]) -> Step:
    """Where we would ask for anything else: the wish that was said along with the first one comes now."""
    wish, *rest = step.state.also
    state = replace(step.state, also=tuple(rest), slots={})
    says = tuple(say for say in step.says if say.key != "anything_else")
    begun = starts[wish["intent"]](state, Meaning(wish["intent"], slots=wish["slots"]))
    return replace(begun, says=(*says, Say("second_wish"), *begun.says))


RESULTS: dict[str, Outcome] = {"wishes.named": named}
