"""A PIN of one's own, typed twice: nobody else has seen it, and nobody chooses it for a caller."""

from __future__ import annotations

from dataclasses import replace

from voice.dialogue.asks import PIN_DIGITS, Answer, Ask, Outcome, Start, listen_for
from voice.dialogue.opening import anything_else
from voice.dialogue.person import find_person
from voice.dialogue.state import State, ask, do
from voice.heard import Meaning, Result, Say, Step


def begin(state: State, _: Meaning) -> Step:
    return do(replace(state, slots={"wish": "update_details"}), "pin.may")


def may(state: State, result: Result) -> Step:
    return ask(state, "pin.new") if result.status == "ok" else _by_a_person(state)


def _by_a_person(state: State) -> Step:
    return find_person(state, Say("pin.lost"), about="new_pin")


def _typed(order: str) -> Answer:
    def answer(state: State, meaning: Meaning) -> Step | None:
        if meaning.intent in ("no", "cancel", "back"):
            return anything_else(state, Say("details.left"))
        digits = meaning.slots.get("digits", "")
        return do(state, order, pin=digits) if len(digits) == PIN_DIGITS else None

    return answer


def proposed(state: State, result: Result) -> Step:
    if result.status == "weak":
        return ask(state, "pin.new", Say("pin.weak"))
    return ask(state, "pin.again") if result.status == "ok" else _by_a_person(state)


def kept(state: State, result: Result) -> Step:
    if result.status == "differs":
        return ask(state, "pin.new", Say("pin.differs"))
    return anything_else(state, Say("pin.kept")) if result.status == "ok" else _by_a_person(state)


_pin = listen_for("pin", digits=PIN_DIGITS, secret=True)
ASKS = {"pin.new": Ask(_pin, _typed("pin.propose")), "pin.again": Ask(_pin, _typed("pin.keep"))}
RESULTS: dict[str, Outcome] = {"pin.may": may, "pin.propose": proposed, "pin.keep": kept}
STARTS: dict[str, Start] = {}
