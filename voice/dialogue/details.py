"""What we know of a caller, changed: how we speak to them at once; what identity hangs on only by a person.

A new number, address, name or contact is taken down, read back and given a reference. It is changed by somebody of the
office who has rung the number on file first, because whoever can change these can take over everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from voice.dialogue import language, ownpin, phrases
from voice.dialogue.asks import YES_NO, Answer, Ask, Outcome, Start, listen_for, picked, yes_no
from voice.dialogue.manner import FASTER, LOUDER, QUIETER, SLOWER, amplified, paced
from voice.dialogue.opening import anything_else
from voice.dialogue.person import find_person
from voice.dialogue.proving import prove
from voice.dialogue.state import State, ask, do, with_slots
from voice.heard import Expecting, Meaning, Result, Say, Step

WHATS = ("phone", "address", "name", "contact", "manner", "proof")  # in the order of their keys
MANNERS = ("slower", "faster", "louder", "quieter", "language")
BY_A_PERSON = ("bank",)  # never said or typed here at all
BEHIND_A_PROOF: Mapping[
    str, Start
] = {  # by which we know each other: behind the PIN or a call of ours, in the order of their keys
    "pin": ownpin.begin,
    "phrase": phrases.begin("phrase"),
    "visit_word": phrases.begin("visit_word"),
}
LEAST_DIGITS, MOST_DIGITS = 7, 15
MOST_TRIES = 2  # of reading it back wrongly: then a person asks again, and nobody has to say it a third time


def start(state: State, meaning: Meaning) -> Step:
    """What may be changed is looked up, and whether the wish named it."""
    return do(replace(state, slots={"wish": "update_details"}), "details.known", words=meaning.text)


def known(state: State, result: Result) -> Step:
    state = with_slots(state, tries=0, **{kind: result.data[kind] for kind in ("whats", "manners", "proofs")})
    if (wanted := str(result.data.get("wanted"))) in BY_A_PERSON:
        return find_person(state, Say("details.person"), about=f"new_{wanted}")
    if wanted == "card":
        by_keys = result.data.get("card_by_keys") and not state.alarmed
        return prove(state, "card") if by_keys else find_person(state, Say("details.person"), about="new_card")
    if wanted in BEHIND_A_PROOF:
        return prove(state, wanted)
    if wanted == "language":
        return _another_language(state)
    return _begin(state, wanted) if wanted in WHATS else _ask_which(state)


def _ask_which(state: State) -> Step:
    return ask(state, "details.which", names=list(state.slots["whats"].values()))


def _begin(state: State, what: str) -> Step:
    if what == "manner":
        return ask(state, "details.manner", names=list(state.slots["manners"].values()))
    if what == "proof":
        return ask(state, "details.proof", names=list(state.slots["proofs"].values()))
    return ask(with_slots(state, what=what, request_id=None, value="", number=""), f"details.{what}")


def _options(kind: str) -> Callable[[State], Expecting]:
    return lambda state: Expecting("choice", options=tuple(state.slots[kind].values()))


def _which(state: State, meaning: Meaning) -> Step | None:
    if what := picked(meaning, WHATS):
        return _begin(state, what)
    return _leave(state, meaning) if meaning.intent in ("no", "cancel", "back") else None


def _leave(state: State, _: Meaning) -> Step:
    return anything_else(state, Say("details.left"))


def _proof(state: State, meaning: Meaning) -> Step | None:
    if what := picked(meaning, tuple(BEHIND_A_PROOF)):
        return prove(state, what)
    return _leave(state, meaning) if meaning.intent in ("no", "cancel", "back") else None


# --- how we speak: changed at once, and remembered


def _manner(state: State, meaning: Meaning) -> Step | None:
    manner = picked(meaning, MANNERS)
    if manner is None:
        return _keep(state, meaning) if meaning.intent in ("yes", "no", "cancel", "back") else None
    if manner == "language":
        return _another_language(state)
    changed = {
        "slower": lambda: paced(state, SLOWER),
        "faster": lambda: paced(state, FASTER),
        "louder": lambda: amplified(state, LOUDER),
        "quieter": lambda: amplified(state, QUIETER),
    }[manner]()
    return _prefer(with_slots(changed, before={"pace": state.pace, "gain": state.gain}), manner)


def _keep(state: State, meaning: Meaning) -> Step:
    """ "Slower" and "louder" work in every state: what they have changed meanwhile is remembered as well. A no after a
    change that was no better takes that back."""
    if meaning.intent in ("no", "cancel") and state.slots.get("before"):
        return _prefer(replace(state, **state.slots["before"]), "")
    before = state.caller or {}
    same = (state.pace, state.gain) == (before.get("pace", 1.0), before.get("gain", 0.0))
    return _leave(state, meaning) if same or meaning.intent == "back" else _prefer(state, "")


def _prefer(state: State, way: str) -> Step:
    return do(with_slots(state, way=way), "details.prefer", pace=state.pace, gain=state.gain)


def _another_language(state: State) -> Step:
    """The form is over: in the other language the caller is asked for anything else."""
    return language.start(replace(state, ask="anything_else", values={}, slots={}), Meaning("change_language"))


def preferred(state: State, _: Result) -> Step:
    said = {"slower": "pace.slower", "faster": "pace.faster", "louder": "gain.louder", "quieter": "gain.quieter"}
    state = replace(state, caller={**(state.caller or {}), "pace": state.pace, "gain": state.gain})
    if not state.slots["way"]:
        return anything_else(state, Say("details.remembered"))
    step = ask(state, "details.better", Say(said[state.slots["way"]]))
    # "Louder" to that question must not be answered with "I will speak more slowly" once more.
    return replace(step, state=replace(step.state, said=step.says[-1:]))


def _better(state: State, _: Meaning) -> Step:
    return _prefer(state, "")


def _not_better(state: State, _: Meaning) -> Step:
    return _begin(state, "manner")


# --- what identity hangs on: taken down for a person


def _digits(state: State, meaning: Meaning) -> Step | None:
    """A telephone number, of the caller or of the contact. A 0 alone is no number: it asks for a person."""
    digits = meaning.slots.get("digits", "")
    if digits == "0":
        return find_person(state, about="update_details")
    if meaning.intent == "back":
        return _ask_which(state)
    if meaning.intent in ("no", "cancel"):
        return _drop(state)
    if not LEAST_DIGITS <= len(digits) <= MOST_DIGITS:
        return None
    return _note(with_slots(state, number=digits))


def _words(state: State, meaning: Meaning) -> Step | None:
    """Whatever was said is the new value; it is recorded, because names and streets are easily misheard."""
    if meaning.intent == "back":
        return _ask_which(state)
    if meaning.intent in ("no", "cancel"):
        return _drop(state)
    return _note(with_slots(state, value=meaning.text)) if meaning.text and not meaning.keys else None


def _note(state: State) -> Step:
    kept = {name: state.slots[name] for name in ("what", "value", "number")}
    return do(state, "details.note", **kept)


def noted(state: State, result: Result) -> Step:
    """Read back in groups, or as it was understood. For a contact the number is asked for first."""
    state = with_slots(state, request_id=result.data["request_id"])
    values: dict[str, Any] = {name: state.slots[name] for name in ("value", "number") if state.slots[name]}
    if state.slots["what"] == "contact" and "number" not in values:
        return ask(state, "details.contact_phone")
    return ask(state, _read_back(state.slots["what"]), **values)


def _read_back(what: str) -> str:
    return {"phone": "details.right_number", "contact": "details.right_contact"}.get(what, "details.right")


def _right(state: State, _: Meaning) -> Step:
    return do(state, "details.take_down", request_id=state.slots["request_id"], confirmed=True)


def _wrong(state: State, meaning: Meaning) -> Step:
    """Once more; after the second time a person asks for it, with the recording at hand."""
    if meaning.intent == "cancel":
        return _drop(state)
    tries = state.slots["tries"] + 1
    if tries >= MOST_TRIES:
        return do(state, "details.take_down", Say("details.not_sure"), request_id=state.slots["request_id"], confirmed=False)
    state = with_slots(state, tries=tries, value="", number="")
    return ask(state, f"details.{state.slots['what']}", Say("details.once_more"))


def _back_or(answer: Answer) -> Answer:
    """Going back from what was read back is saying it again: that is no failure."""

    def heard(state: State, meaning: Meaning) -> Step | None:
        if meaning.intent == "back":
            return ask(with_slots(state, value="", number=""), f"details.{state.slots['what']}")
        return answer(state, meaning)

    return heard


def _drop(state: State) -> Step:
    """Nothing is changed; what was taken down for it goes."""
    if state.slots["request_id"] is None:
        return anything_else(state, Say("details.left"))
    return do(state, "details.drop", request_id=state.slots["request_id"])


def _leave_unsaid(state: State, _: Meaning) -> Step:
    """Who takes leave, or says "wrong number", before it is confirmed has changed nothing."""
    return _drop(state)


def dropped(state: State, _: Result) -> Step:
    return anything_else(state, Say("details.left"))


def taken_down(state: State, result: Result) -> Step:
    gone = (Say("details.number_gone"),) if state.slots["what"] == "phone" else ()
    done = Say("recap.details", {"reference": result.data["reference"]})
    return anything_else(state, Say("details.taken", result.data), *gone, done=done)


_said_right = _back_or(yes_no(_right, _wrong))
_record = listen_for("message", record=True)
ASKS = {
    "details.which": Ask(_options("whats"), _which, any_wish=True),
    "details.proof": Ask(_options("proofs"), _proof, any_wish=True),
    "details.manner": Ask(_options("manners"), _manner, any_wish=True),
    "details.better": Ask(YES_NO, yes_no(_better, _not_better), any_wish=True),
    "details.phone": Ask(listen_for("digits"), _digits),
    "details.address": Ask(_record, _words),
    "details.name": Ask(_record, _words),
    "details.contact": Ask(_record, _words),
    "details.contact_phone": Ask(listen_for("digits"), _digits),
    "details.right": Ask(YES_NO, _said_right, leave=_leave_unsaid),
    "details.right_number": Ask(YES_NO, _said_right, leave=_leave_unsaid),
    "details.right_contact": Ask(YES_NO, _said_right, leave=_leave_unsaid),
}
RESULTS: dict[str, Outcome] = {
    "details.known": known,
    "details.prefer": preferred,
    "details.note": noted,
    "details.take_down": taken_down,
    "details.drop": dropped,
}
STARTS: dict[str, Start] = {"update_details": start}
