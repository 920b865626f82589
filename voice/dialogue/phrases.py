"""The safe phrase that we say when we ring, and the visit word for the door: chosen among offered ones, by place or key.

The words themselves are never in here: the dialogue knows places, and the prompt is filled in when it is spoken.
"""

from __future__ import annotations

from dataclasses import replace

from voice.dialogue.asks import Ask, Outcome, Start, picked
from voice.dialogue.opening import OUR_PHRASE, anything_else
from voice.dialogue.person import find_person
from voice.dialogue.state import State, ask, do, with_slots
from voice.heard import Expecting, Meaning, Result, Say, Step

OTHERS = 3  # the place after the three that are offered: new ones


def begin(kind: str) -> Start:
    """Start to choose a `phrase` or a `visit_word`. The call has proved who it is."""
    return lambda state, _: _offer(replace(state, slots={"wish": "update_details", "kind": kind}))


def _offer(state: State, *before: Say) -> Step:
    return do(state, "phrase.offer", *before, kind=state.slots["kind"])


def offered(state: State, result: Result) -> Step:
    if result.status != "ok":
        return find_person(state, Say("details.person"), about="update_details")
    hidden = OUR_PHRASE.values["words"]
    return ask(with_slots(state, places=result.data["names"]), "phrase.which", first=hidden, second=hidden, third=hidden)


def _places(state: State) -> Expecting:
    return Expecting("choice", options=tuple(state.slots["places"]), secret=True)


def _which(state: State, meaning: Meaning) -> Step | None:
    place = picked(meaning, range(OTHERS + 1))
    if place is None:
        return anything_else(state, Say("details.left")) if meaning.intent in ("no", "cancel", "back") else None
    if place == OTHERS:
        return _offer(state)
    return do(state, "phrase.keep", kind=state.slots["kind"], place=place)


def kept(state: State, result: Result) -> Step:
    if result.status != "ok":
        return _offer(state) if result.status == "gone" else find_person(state, about="update_details")
    return anything_else(state, Say(f"{state.slots['kind']}.chosen", OUR_PHRASE.values))


ASKS = {"phrase.which": Ask(_places, _which)}
RESULTS: dict[str, Outcome] = {"phrase.offer": offered, "phrase.keep": kept}
STARTS: dict[str, Start] = {}
