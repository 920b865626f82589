"""A person is always one step away: put through, or a message and a call-back with a promised time."""

from __future__ import annotations

from dataclasses import replace

from voice.dialogue.asks import YES_NO, Ask, Outcome, Start, listen_for, yes_no
from voice.dialogue.opening import anything_else, what_can_i_do
from voice.dialogue.state import State, ask, do, end, with_slots
from voice.heard import Meaning, Result, Say, Step


def find_person(state: State, *before: Say, about: str = "speak_to_person") -> Step:
    """Look whether somebody can take the call now."""
    return do(with_slots(state, about=about), "person.find", *before, about=about)


def wanted(state: State, _: Meaning) -> Step:
    return find_person(state)


def vouched_for(state: State, _: Meaning) -> Step:
    """In a call of ours that the office has asked for: somebody of it speaks with them now."""
    return find_person(state, about="vouch")


def found(state: State, result: Result) -> Step:
    if result.status == "here":
        return end(state, Say("person.connecting"), then="person")
    # Nobody can ring back on a number that the telephone does not show.
    number = (Say("message.say_number"),) if result.data.get("withheld") else ()
    wish = result.data.get("wish")  # what a caller pressed who did not want to wait any longer
    if wish == "call_back" and not number:
        return anything_else(state, Say("person.call_back", result.data))
    away = () if wish else (Say("person.not_here", result.data),)
    return ask(state, "message.record", *away, *number)


def leave_message(state: State, _: Meaning) -> Step:
    return ask(replace(state, slots={"about": "leave_message"}), "message.record")


def offer(state: State, *before: Say, about: str) -> Step:
    """Ask whether a person should take it from here."""
    return ask(with_slots(state, about=about), "person.offer", *before)


def _yes_please(state: State, _: Meaning) -> Step:
    return find_person(state, about=state.slots.get("about", "speak_to_person"))


def _message(state: State, meaning: Meaning) -> Step | None:
    """Anything that was said is the message, understood or not: a person will listen to it. No key but # is one, and a no
    is none."""
    if meaning.keys not in ("", "#"):
        return None
    if meaning.intent == "no":
        return _no_message(state)
    return do(state, "message.leave", words=meaning.text, about=_about(state), empty=not (meaning.text or meaning.sound))


def _about(state: State) -> str:
    return str(state.slots.get("about", "leave_message"))


def _no_message(state: State) -> Step:
    return ask(state, "message.ring_you")


def _ring_me(state: State, _: Meaning) -> Step:
    return do(with_slots(state, rings=True), "message.leave", words="", about=_about(state))


def _do_not_ring(state: State, _: Meaning) -> Step:
    return do(state, "message.drop", about=_about(state))


def _no_person(state: State, _: Meaning) -> Step:
    return _afterwards(state)


def dropped(state: State, _: Result) -> Step:
    return _afterwards(state)


def _afterwards(state: State, *before: Say) -> Step:
    """Who has told us of a thief is offered that we ring before anything is paid."""
    if not state.slots.get("unprotected"):
        return anything_else(state, *before)
    return ask(replace(state, slots={"wish": "protection_mode", "what": "protection"}), "protection.on", *before)


def _quiet(state: State, meaning: Meaning) -> Step | None:
    return _message(state, meaning) if meaning.sound else ask(state, "still_there")


def kept(state: State, result: Result) -> Step:
    if result.data.get("dead_line"):
        promise = Say("message.ring_again" if result.data.get("withheld") else "message.call_back", result.data)
        return end(state, promise, Say("once_more"), promise)
    if result.status == "empty":
        return _no_message(state)
    return _afterwards(state, Say("message.rings" if state.slots.get("rings") else "message.kept", result.data))


def _back_again(state: State, _: Meaning) -> Step:
    return what_can_i_do(replace(state, slots={}))


def _still_quiet(state: State, meaning: Meaning) -> Step:
    """Nobody is hung up on for being quiet: only a line dead for minutes ends, with a promised call-back."""
    if meaning.slots.get("dead_line"):
        about = state.slots.get("about", "speak_to_person")
        return do(state, "message.leave", words="", about=about, dead_line=True)
    return ask(state, "still_there")


ASKS = {
    "person.offer": Ask(YES_NO, yes_no(_yes_please, _no_person), any_wish=True),
    "message.record": Ask(listen_for("message", record=True), _message, silence=_quiet),
    "message.ring_you": Ask(YES_NO, yes_no(_ring_me, _do_not_ring), any_wish=True),
    "still_there": Ask(listen_for("open"), _back_again, any_wish=True, silence=_still_quiet),
}
RESULTS: dict[str, Outcome] = {"person.find": found, "message.leave": kept, "message.drop": dropped}
STARTS: dict[str, Start] = {"speak_to_person": wanted, "leave_message": leave_message}
