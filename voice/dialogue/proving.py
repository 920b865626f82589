"""Level 2 for a wish that needs it: the PIN by keys, or a call of ours to the number on file, where a yes is enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from voice.dialogue.asks import PIN_DIGITS, YES_NO, Ask, Outcome, Start, listen_for, yes_no
from voice.dialogue.opening import anything_else, by_our_phrase, is_it, they_are_there, who_is_there
from voice.dialogue.person import find_person
from voice.dialogue.state import State, ask, do, end, with_slots
from voice.heard import Meaning, Result, Say, Step


def prove(state: State, wish: str) -> Step:
    """Go on with the wish at once where this call has proved enough; else ask for the PIN, for this wish alone."""
    state = replace(state, slots={"wish": wish, "wished": wish})
    return do(state, "identity.enough") if state.level >= 2 else ask(state, "prove.pin")


def offer_call_back(state: State, *before: Say) -> Step:
    """For who has no PIN, or does not know it now."""
    return ask(state, "prove.call_back", *before)


def _pin(state: State, meaning: Meaning) -> Step | None:
    if meaning.intent in ("no", "cancel", "back") or meaning.slots.get("forgotten"):
        return offer_call_back(state)
    digits = meaning.slots.get("digits", "")
    return do(state, "identity.prove", pin=digits) if len(digits) == PIN_DIGITS else None


def _ring_me(state: State, _: Meaning) -> Step:
    return do(state, "identity.call_back", wish=state.slots["wished"])


def _leave_it(state: State, _: Meaning) -> Step:
    return anything_else(state, Say("prove.left"))


def promised(state: State, result: Result) -> Step:
    if result.status == "ok":
        return anything_else(state, Say("prove.promised"))
    return find_person(state, Say(f"prove.{result.status}"), about="pin")


# --- our call


def begin_asking(state: State, result: Result) -> Step:
    return who_is_there(state, result, "prove.who")


def _is_there(state: State, _: Meaning) -> Step:
    state = they_are_there(state)
    if state.slots["status"] == "late":
        return end(state, Say("prove.late"), Say("goodbye"))
    return ask(state, "prove.wish", wish=state.slots["wish_name"])


def _not_there(state: State, _: Meaning) -> Step:
    return end(state, Say("tell.not_there"))


def _answer(yes: bool) -> Start:
    return lambda state, _: do(state, "identity.called_back", call_back_id=state.slots["call_back_id"], yes=yes)


# --- proved: the wish begins


def outcomes(wishes: Mapping[str, Start]) -> dict[str, Outcome]:
    """What comes of the orders of this form; `wishes` begins each wish that may be proved for."""

    def begin(state: State) -> Step:
        wished = state.slots["wished"]
        return wishes[wished](replace(state, level=2, slots={}), Meaning(wished))

    def proved(state: State, result: Result) -> Step:
        if result.status == "ok":
            return begin(state)
        if result.status == "wrong":
            return ask(state, "prove.pin", Say("pin.wrong"))
        if result.status == "call_back":
            return offer_call_back(state, Say("prove.protected"))
        return offer_call_back(state, Say(f"prove.pin_{result.status}"))

    def called_back(state: State, result: Result) -> Step:
        if result.status == "ok":
            return begin(state)
        if result.status == "no":
            return find_person(with_slots(state, wish="report_scam"), Say("prove.not_asked"), about="report_scam")
        return end(state, Say("prove.late"), Say("goodbye"))

    return {
        "call.prove": begin_asking,
        "identity.prove": proved,
        "identity.enough": proved,
        "identity.call_back": promised,
        "identity.called_back": called_back,
    }


ASKS = {
    "prove.pin": Ask(listen_for("pin", digits=PIN_DIGITS, secret=True), _pin),
    "prove.call_back": Ask(YES_NO, yes_no(_ring_me, _leave_it)),
    "prove.who": Ask(is_it, yes_no(by_our_phrase(_is_there), _not_there)),
    "prove.wish": Ask(YES_NO, yes_no(_answer(True), _answer(False))),
}
