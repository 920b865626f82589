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


def found(state: State, result: Result) -> Step:
    if result.status == "here":
        return end(state, Say("person.connecting"), then="person")
    wish = result.data.get("wish")  # what a caller pressed who did not want to wait any longer
    if wish == "call_back":
        return anything_else(state, Say("person.call_back", result.data))
    return ask(state, "message.record", *([] if wish == "message" else [Say("person.not_here", result.data)]))


def leave_message(state: State, _: Meaning) -> Step:
    return ask(replace(state, slots={"about": "leave_message"}), "message.record")


def offer(state: State, *before: Say, about: str) -> Step:
    """Ask whether a person should take it from here."""
    return ask(with_slots(state, about=about), "person.offer", *before)


def _yes_please(state: State, _: Meaning) -> Step:
    return find_person(state, about=state.slots.get("about", "speak_to_person"))


def _no_thanks(state: State, _: Meaning) -> Step:
    return anything_else(state)


def _message(state: State, meaning: Meaning) -> Step | None:
    """Anything that was said is the message, understood or not: a person will listen to it. No key but # is one."""
    if meaning.keys not in ("", "#"):
        return None
    return do(state, "message.leave", words=meaning.text, about=state.slots.get("about", "leave_message"))


def _quiet(state: State, meaning: Meaning) -> Step | None:
    return _message(state, meaning) if meaning.sound else ask(state, "still_there")


def kept(state: State, result: Result) -> Step:
    if result.data.get("dead_line"):
        promise = Say("message.call_back", result.data)
        return end(state, promise, Say("once_more"), promise)
    return ask(replace(state, slots={}), "anything_else", Say("message.kept", result.data))


def _back_again(state: State, _: Meaning) -> Step:
    return what_can_i_do(replace(state, slots={}))


def _still_quiet(state: State, meaning: Meaning) -> Step:
    """Nobody is hung up on for being quiet: only a line dead for minutes ends, with a promised call-back."""
    if meaning.slots.get("dead_line"):
        about = state.slots.get("about", "speak_to_person")
        return do(state, "message.leave", words="", about=about, dead_line=True)
    return ask(state, "still_there")


ASKS = {
    "person.offer": Ask(YES_NO, yes_no(_yes_please, _no_thanks), any_wish=True),
    "message.record": Ask(listen_for("message", record=True), _message, silence=_quiet),
    "still_there": Ask(listen_for("open"), _back_again, any_wish=True, silence=_still_quiet),
}
RESULTS: dict[str, Outcome] = {"person.find": found, "message.leave": kept}
STARTS: dict[str, Start] = {"speak_to_person": wanted, "leave_message": leave_message}
