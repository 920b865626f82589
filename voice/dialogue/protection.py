"""Stop all payments and allow them again; have every payment confirmed by a call.

On without a PIN, from any level; off with the PIN, and where the caller is protected with our call as well.
"""

from __future__ import annotations

from dataclasses import replace

from voice.dialogue.asks import PIN_DIGITS, YES_NO, Ask, Outcome, Start, listen_for, yes_no
from voice.dialogue.bills import forgotten_pin
from voice.dialogue.holds import ask_everyone
from voice.dialogue.opening import anything_else, by_our_phrase, is_it, they_are_there, who_is_there
from voice.dialogue.person import find_person
from voice.dialogue.proving import offer_call_back
from voice.dialogue.state import State, ask, do, end, with_slots
from voice.heard import Meaning, Result, Say, Step


def freeze(state: State, _: Meaning) -> Step:
    return ask(replace(state, slots={"wish": "freeze_payments"}), "freeze.confirm")


def _freeze(state: State, _: Meaning) -> Step:
    return do(state, "protection.freeze")


def _do_not_freeze(state: State, _: Meaning) -> Step:
    return anything_else(state, Say("freeze.left"))


def frozen(state: State, result: Result) -> Step:
    """Stopped. What had begun before cannot be called back, and that is said; then the protection is offered."""
    if result.status == "nobody":
        return find_person(state, Say("freeze.nobody"), about="freeze_payments")
    told = [Say(f"freeze.{result.status}", result.data)]
    if billers := result.data.get("billers"):
        told.append(Say("freeze.under_way", {"billers": billers}))
    if result.status == "ok" and not result.data["protected"]:
        return ask(state, "protection.on", *told)
    return anything_else(state, *told)


def unfreeze(state: State, _: Meaning) -> Step:
    return do(replace(state, slots={"wish": "unfreeze_payments", "what": "freeze"}), "protection.state")


def protection(state: State, _: Meaning) -> Step:
    return do(replace(state, slots={"wish": "protection_mode", "what": "protection"}), "protection.state")


def looked_up(state: State, result: Result) -> Step:
    if state.slots["what"] == "freeze":
        return _prove(state) if result.data["frozen"] else anything_else(state, Say("unfreeze.nothing"))
    return ask(state, "protection.off" if result.data["protected"] else "protection.on")


def _switch_on(state: State, _: Meaning) -> Step:
    return do(state, "protection.on")


def _leave_it(state: State, _: Meaning) -> Step:
    return anything_else(state, Say("protection.left"))


def switched_on(state: State, _: Result) -> Step:
    return anything_else(state, Say("protection.is_on"))


def _switch_off(state: State, _: Meaning) -> Step:
    return _prove(state)


def _prove(state: State) -> Step:
    if state.level >= 2:
        return do(state, "protection.lift", what=state.slots["what"])
    return ask(state, "protection.pin")


def _pin(state: State, meaning: Meaning) -> Step | None:
    if meaning.slots.get("forgotten"):
        return forgotten_pin(state, state.slots["wish"])
    if meaning.slots.get("asked") == "why":
        return ask(state, "protection.pin", Say("pin.why"))
    if meaning.intent in ("no", "cancel", "back"):
        return _leave_it(state, meaning)
    digits = meaning.slots.get("digits", "")
    return do(state, "protection.lift", what=state.slots["what"], pin=digits) if len(digits) == PIN_DIGITS else None


def lifted(state: State, result: Result) -> Step:
    if result.status == "ok":
        return anything_else(replace(state, level=2), Say(f"lifted.{state.slots['what']}"))
    if result.status == "call_back":
        return anything_else(state, Say("lift.call_back"))
    if result.status == "new_number":
        return find_person(state, Say("lift.new_number"), about=f"lift_{state.slots['what']}")
    if result.status == "wrong":
        return ask(state, "protection.pin", Say("pin.wrong"))
    return offer_call_back(with_slots(state, wished=state.slots["wish"]), Say(f"prove.pin_{result.status}"))


# --- our call, before it is taken back


def begin_asking(state: State, result: Result) -> Step:
    return who_is_there(state, result, "lift.who")


def _still(state: State, _: Meaning) -> Step:
    state = they_are_there(state)
    if state.slots["status"] == "late":
        return anything_else(state, Say("lift.late"))
    return ask(state, f"lift.{state.slots['what']}")


def _not_there(state: State, _: Meaning) -> Step:
    return end(state, Say("tell.not_there"))


def _wanted(state: State, _: Meaning) -> Step:
    about = {"request_id": state.slots["request_id"], "what": state.slots["what"]}
    return ask_everyone(state, "protection.confirmed", about)


def confirmed(state: State, result: Result) -> Step:
    if result.status == "signal":
        return find_person(state, Say("hold.signal"), about=f"lift_{state.slots['what']}")
    return anything_else(state, Say("lift.late" if result.status == "late" else f"lifted.{state.slots['what']}"))


ASKS = {
    "freeze.confirm": Ask(YES_NO, yes_no(_freeze, _do_not_freeze)),
    "protection.on": Ask(YES_NO, yes_no(_switch_on, _leave_it), any_wish=True),
    "protection.off": Ask(YES_NO, yes_no(_switch_off, _leave_it)),
    "protection.pin": Ask(listen_for("pin", digits=PIN_DIGITS, secret=True), _pin),
    "lift.who": Ask(is_it, yes_no(by_our_phrase(_still), _not_there)),
    "lift.freeze": Ask(YES_NO, yes_no(_wanted, _leave_it)),
    "lift.protection": Ask(YES_NO, yes_no(_wanted, _leave_it)),
}
RESULTS: dict[str, Outcome] = {
    "protection.state": looked_up,
    "protection.freeze": frozen,
    "protection.on": switched_on,
    "protection.lift": lifted,
    "protection.confirmed": confirmed,
    "call.lift": begin_asking,
}
STARTS: dict[str, Start] = {
    "freeze_payments": freeze,
    "unfreeze_payments": unfreeze,
    "protection_mode": protection,
}
