"""Was that really you? What we have done is told; what was not us is a case for a person. On a call of ours: ring us."""

from __future__ import annotations

from dataclasses import replace

from voice.dialogue import safety
from voice.dialogue.asks import YES_NO, Ask, Outcome, Start, yes_no
from voice.dialogue.opening import anything_else, called
from voice.dialogue.person import offer
from voice.dialogue.state import State, ask, do
from voice.heard import Meaning, Result, Say, Step


def start(state: State, meaning: Meaning) -> Step:
    """Looked up once we know who asks, because one person's calls are not told to another.

    Whoever asks it of a call that we have placed is right to: they hear how to be sure, and the question once more.
    """
    if state.caller is None and "caller" in state.slots:
        return ask(state, state.ask, Say("proof.ring_us"), **state.values)
    state = replace(state, slots={"wish": "check_caller"}, pending=None)
    if state.caller is None and state.household:
        return _first_who(replace(state, slots={**state.slots, "was_it_you": meaning.text}))
    return do(state, "proof.contacts", words=meaning.text)


def _first_who(state: State) -> Step:
    names = called(state.household)
    if len(names) == 1:
        return ask(state, "who", Say("proof.first_who"), name=names[0])
    return ask(state, "who_of", Say("proof.first_who"), names=names)


def looked_up(state: State, result: Result) -> Step:
    state = replace(state, slots={"wish": "check_caller"})
    if result.status == "others":
        return safety.scam(state, Meaning("check_caller", text=result.data["words"]))
    if result.status == "ours":
        state = replace(state, slots={**state.slots, "words": result.data["words"]})
        if (one := result.data["told"][0])["key"] == "proof.visit":
            return ask(state, "proof.number", Say("proof.visit", one["values"]), number=one["values"]["number"])
        told = (Say(one["key"], one["values"]) for one in result.data["told"])
        return ask(state, "proof.asked_for", *told)
    return not_ours(state, result)


def not_ours(state: State, result: Result) -> Step:
    return offer(replace(state, alarmed=True), Say(f"proof.{result.status}", result.data), about="report_scam")


def _asked_for_it(state: State, _: Meaning) -> Step:
    """We never do: a thief may ring on the same day as we did."""
    return safety.scam(state, Meaning("check_caller", text=state.slots["words"]))


def _wrong_number(state: State, _: Meaning) -> Step:
    """Not the number of this visit, or none: whoever it is, it is not the one who was to come."""
    return do(state, "proof.not_ours", words=state.slots["words"])


def _right_number(state: State, _: Meaning) -> Step:
    return anything_else(state, Say("proof.right_number"))


def _asked_for_nothing(state: State, _: Meaning) -> Step:
    return anything_else(state, Say("proof.good"))


ASKS = {
    "proof.asked_for": Ask(YES_NO, yes_no(_asked_for_it, _asked_for_nothing)),
    "proof.number": Ask(YES_NO, yes_no(_right_number, _wrong_number)),
}
RESULTS: dict[str, Outcome] = {"proof.contacts": looked_up, "proof.not_ours": not_ours}
STARTS: dict[str, Start] = {"check_caller": start}
