"""We ring the day before an appointment: can they go? If not, it gets another day, or is cancelled, in the same call."""

from __future__ import annotations

from voice.dialogue import booked
from voice.dialogue.asks import YES_NO, Ask, Outcome, Start, yes_no
from voice.dialogue.opening import anything_else, by_our_phrase, is_it, they_are_there, who_is_there
from voice.dialogue.state import State, ask, end, with_slots
from voice.dialogue.visits import somebody_else, still_there
from voice.heard import Meaning, Result, Say, Step


def begin(state: State, result: Result) -> Step:
    return who_is_there(state, result, "remind.who")


def _tell(state: State, _: Meaning) -> Step:
    state = they_are_there(state)
    if state.slots["status"] == "gone":
        return end(state, Say("remind.gone"), Say("goodbye"))
    mine = state.slots["mine"]
    return ask(with_slots(state, coming=[mine], nth=0), "remind.coming", **booked.spoken(mine))


def _can(state: State, _: Meaning) -> Step:
    """That was all that we rang for, unless a wish was said to it."""
    return anything_else(state) if state.also else end(state, Say("remind.good"), Say("goodbye"))


def _cannot(state: State, _: Meaning) -> Step:
    return ask(state, "remind.other_day", **state.values)


def _answered(state: State, meaning: Meaning) -> Step | None:
    """Yes or no, or at once what is to become of it: "could we make it Friday". Thanks are a yes."""
    if meaning.intent == "thanks":
        return _can(state, meaning)
    return _changed(state, meaning) or _can_or_not(state, meaning)


def _other_day(state: State, meaning: Meaning) -> Step | None:
    return _changed(state, meaning) or _change_or_cancel(state, meaning)


def _changed(state: State, meaning: Meaning) -> Step | None:
    """The word "cancel" alone means the appointment here."""
    return _cancel(state, meaning) if meaning.intent == "cancel" else booked.changed(state, meaning)


def _change(state: State, _: Meaning) -> Step:
    return booked.change(state, Meaning("change_appointment"))


def _cancel(state: State, _: Meaning) -> Step:
    """Cancelled only on a yes to its own question."""
    return booked.change(state, Meaning("cancel_appointment"))


_can_or_not = yes_no(_can, _cannot)
_change_or_cancel = yes_no(_change, _cancel)
ASKS = {
    "remind.who": Ask(is_it, yes_no(by_our_phrase(_tell), somebody_else), leave=somebody_else),
    "remind.coming": Ask(YES_NO, _answered, first=_can, silence=still_there),
    "remind.other_day": Ask(YES_NO, _other_day),
}
RESULTS: dict[str, Outcome] = {"call.remind": begin}
STARTS: dict[str, Start] = {}
