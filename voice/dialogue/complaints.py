"""A complaint: about what, then in the caller's own words, for a person who rings back. Never the one it is about."""

from __future__ import annotations

from dataclasses import replace

from voice.dialogue.asks import Ask, Outcome, Start, offered, picked
from voice.dialogue.opening import anything_else
from voice.dialogue.state import State, ask, do, with_slots
from voice.heard import Meaning, Result, Say, Step

ABOUT = {"biller": "complain_bill", "department": "complain_appointment", "help_kind": "complain_volunteer"}


def start(state: State, meaning: Meaning) -> Step:
    """What was said already is kept with the complaint, and may tell what it is about."""
    state = replace(state, slots={"wish": "complain", "words": meaning.text, "guess": _guess(meaning)})
    return do(state, "complaint.subjects", words=meaning.text)


def _guess(meaning: Meaning) -> str:
    return next((about for slot, about in ABOUT.items() if meaning.slots.get(slot)), "")


def subjects(state: State, result: Result) -> Step:
    if about := result.data["about"] or state.slots["guess"]:
        return _open(state, about)
    state = with_slots(state, names=result.data["names"], subjects=result.data["subjects"])
    return ask(state, "complaint.about", names=result.data["names"])


def _about(state: State, meaning: Meaning) -> Step | None:
    if about := picked(meaning, state.slots["subjects"]):
        return _open(state, about)
    if meaning.intent in ("no", "cancel"):
        return anything_else(state)
    return _open(state, about) if (about := _guess(meaning)) else None


def _open(state: State, about: str) -> Step:
    return do(with_slots(state, about=about), "complaint.open", about=about, words=state.slots["words"])


def opened(state: State, result: Result) -> Step:
    """The ticket is there. The recording goes on it as any message does, with the reference and the promised time."""
    return ask(state, "message.record", Say("complaint.sorry", result.data))


ASKS = {"complaint.about": Ask(offered("names"), _about)}
RESULTS: dict[str, Outcome] = {"complaint.subjects": subjects, "complaint.open": opened}
STARTS: dict[str, Start] = {"complain": start}
