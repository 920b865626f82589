"""The beginning and the end of a call: who is there, what can I do for you, anything else, goodbye."""

from __future__ import annotations

from dataclasses import replace

from voice.dialogue.asks import YES_NO, Ask, Outcome, Start, listen_for, yes_no
from voice.dialogue.state import State, ask, do, do_outside, end, without_slots
from voice.heard import Expecting, Json, Meaning, Order, Result, Say, Step

ENTRANCES = {"who", "who_of", "open", "unknown", "anything_else", "resume", ""}  # nothing is lost if a call drops here


def begin_inbound(state: State, result: Result) -> Step:
    """A call came in. `data`: the household behind the number, and a dropped call that may be resumed."""
    household: list[Json] = result.data["household"]
    state = replace(state, household=tuple(household), resume=result.data.get("resume"))
    if not household:
        return ask(state, "unknown", Say("welcome"), Say("unknown.number"))
    if len(household) == 1:
        return ask(state, "who", Say("welcome"), name=household[0]["name"])
    return ask(state, "who_of", Say("welcome"), names=[person["name"] for person in household])


def _this_is(state: State, person: Json) -> Step:
    """Name and number on file: level 1. A wish that was cut off comes first."""
    state = replace(state, caller=person, level=1, pace=person.get("pace", 1.0), gain=person.get("gain", 0.0))
    resume = state.resume
    if resume and (resume.get("caller") or {}).get("id") == person["id"]:
        return _offer_resume(state, State.from_json(resume))
    return ask(replace(state, resume=None), "open", name=person["name"])


def _offer_resume(state: State, before: State) -> Step:
    if before.pending:
        # The caller has already said yes to this: find out what came of it before anything else.
        state = replace(state, resume=None, slots=before.slots)
        order: Order = before.pending
        return do_outside(state, order.name, Say("resume.checking"), **order.args)
    return ask(state, "resume", wish=before.slots.get("wish", "open"))


def _carry_on(state: State, _: Meaning) -> Step:
    before = State.from_json(state.resume or {})
    # Level 1 again, however far the dropped call was: the PIN belonged to that call.
    state = replace(state, slots=before.slots, resume=None)
    return ask(state, before.ask, Say("resume.again"), **before.values)


def _start_afresh(state: State, _: Meaning) -> Step:
    return ask(replace(without_slots(state), resume=None), "open", name=(state.caller or {}).get("name", ""))


def _not_me(state: State, _: Meaning) -> Step:
    return ask(replace(state, resume=None), "unknown", Say("unknown.person"))


def _chosen(state: State, meaning: Meaning) -> Step | None:
    choice = meaning.slots.get("choice")
    if isinstance(choice, int) and choice < len(state.household):
        return _this_is(state, state.household[choice])
    return _not_me(state, meaning) if meaning.intent == "no" else None


def _household(state: State) -> Expecting:
    return Expecting("choice", options=tuple(person["name"] for person in state.household))


def _no_wish(_state: State, _meaning: Meaning) -> Step | None:
    return None


def _unknown_yes(state: State, _: Meaning) -> Step:
    return do(state, "enrolment.request")


def _unknown_no(state: State, _: Meaning) -> Step:
    return goodbye(state)


def enrolment_requested(state: State, result: Result) -> Step:
    return ask(state, "anything_else", Say("enrolment.requested", result.data))


def explain_registering(state: State, _: Meaning) -> Step:
    """How somebody whom we don't know yet becomes a caller with us."""
    return ask(state, "unknown", Say("unknown.how"))


def anything_else(state: State, *before: Say) -> Step:
    """The wish is done: its details go, the caller stays."""
    return ask(without_slots(state), "anything_else", *before)


def goodbye(state: State, _: Meaning | None = None) -> Step:
    return end(state, Say("goodbye"))


def _more(state: State, _: Meaning) -> Step:
    return ask(state, "open" if state.caller else "unknown", name=(state.caller or {}).get("name", ""))


ASKS = {
    "who": Ask(YES_NO, yes_no(lambda s, m: _this_is(s, s.household[0]), _not_me)),
    "who_of": Ask(_household, _chosen),
    "resume": Ask(YES_NO, yes_no(_carry_on, _start_afresh), any_wish=True),
    "open": Ask(listen_for("open"), _no_wish, any_wish=True),
    "unknown": Ask(YES_NO, yes_no(_unknown_yes, _unknown_no), any_wish=True),
    "anything_else": Ask(listen_for("open"), yes_no(_more, lambda s, _: goodbye(s)), any_wish=True),
}
RESULTS: dict[str, Outcome] = {"call.begin": begin_inbound, "enrolment.request": enrolment_requested}
STARTS: dict[str, Start] = {"register": explain_registering}
