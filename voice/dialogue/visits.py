"""Asking for a volunteer: with what, which day, shall I ask. Later the helpline rings to say who comes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from voice.dialogue.asks import SILENCES_WHILE_WAITING, YES_NO, Ask, Outcome, Start, listen_for, picked, told, yes_no
from voice.dialogue.opening import anything_else, by_our_phrase, is_it, they_are_there, who_is_there
from voice.dialogue.person import offer
from voice.dialogue.state import State, ask, do, end, with_slots, without_slots
from voice.heard import Expecting, Meaning, Result, Say, Step

WANTED = ("help_kind", "date", "part_of_day")
PARTS_OF_DAY = ("morning", "afternoon")
VISITS_FROM, VISITS_UNTIL = "07:00", "19:00"
NOTED = ("none", "leave_message", "ask_volunteer", "change_task")  # what a message to the volunteer may be taken for
LEAST_WORDS = 3  # of such a message: fewer were rather not understood
MOST_NOTES = 3
SILENCES_BEFORE_WAITING = 2  # in which the news is told again and the keys are named


def start(state: State, meaning: Meaning) -> Step:
    slots = {name: meaning.slots[name] for name in WANTED if meaning.slots.get(name)}
    return do(replace(state, slots={"wish": "ask_volunteer", **slots}), "visits.kinds")


def kinds(state: State, result: Result) -> Step:
    """The kinds of help that volunteers give here: they are data, so they are looked up, and what day it is."""
    return _next(with_slots(state, **result.data))


def _next(state: State, *before: Say) -> Step:
    """Ask for the first thing that is missing; then for the yes."""
    kinds: dict[str, str] = state.slots["kinds"]
    if state.slots.get("help_kind") not in kinds:
        return ask(state, "visit.kind", *before, kinds=list(kinds.values()))
    if not isinstance(state.slots.get("date"), str):  # "some time next week" is no day yet
        return ask(state, "visit.day", *before)
    if state.slots["date"] < state.slots.get("today", ""):  # it lacks in a call that an older version began
        return ask(with_slots(state, date=None), "visit.day", *before, Say("visit.past"))
    if state.slots.get("part_of_day") not in PARTS_OF_DAY:
        return ask(state, "visit.part", *before)
    return ask(
        state,
        "visit.confirm",
        *before,
        kind=kinds[state.slots["help_kind"]],
        day=state.slots["date"],
        part=state.slots["part_of_day"],
    )


def _company(state: State, meaning: Meaning) -> Step:
    """A yes to somebody who comes just to be there: that is a visit like any other."""
    return start(state, Meaning("ask_volunteer", slots={**meaning.slots, "help_kind": "company"}))


def _or_a_person(state: State, _: Meaning) -> Step:
    return offer(without_slots(state), about="speak_to_person")


def _kind(state: State, meaning: Meaning) -> Step | None:
    names = list(state.slots["kinds"])
    kind = picked(meaning, names) or meaning.slots.get("help_kind")
    return _next(with_slots(state, **_when(meaning), help_kind=kind)) if kind in names else _leave(state, meaning)


def _when(meaning: Meaning) -> dict[str, Any]:
    """The day and the part of it, so far as they were said."""
    return {name: meaning.slots[name] for name in ("date", "part_of_day") if meaning.slots.get(name)}


def _kind_options(state: State) -> Expecting:
    return Expecting("choice", options=tuple(state.slots["kinds"].values()))


def _day(state: State, meaning: Meaning) -> Step | None:
    given = _when(meaning)
    if isinstance(given.get("date"), str):
        return _next(with_slots(state, **given))
    if given.get("date"):
        return ask(with_slots(state, **{**given, "date": None}), "visit.day", Say("visit.one_day"))
    return _other_kind(state, meaning) or _leave(state, meaning)


def _other_kind(state: State, meaning: Meaning) -> Step | None:
    """ "No, for the garden": the help is another one, and the question stays open."""
    kind = meaning.slots.get("help_kind")
    if kind not in state.slots["kinds"] or kind == state.slots.get("help_kind"):
        return None
    return _next(with_slots(state, help_kind=kind), Say("corrected"))


def _part(state: State, meaning: Meaning) -> Step | None:
    """The part of the day, and another day in place of the one before: "no wait, Wednesday"."""
    part = picked(meaning, PARTS_OF_DAY) or meaning.slots.get("part_of_day") or _part_at(meaning.slots.get("time"))
    day = meaning.slots.get("date")
    other_day = isinstance(day, str) and day != state.slots["date"]
    if part in PARTS_OF_DAY or other_day:
        new = {"part_of_day": part, **({"date": day} if other_day else {})}
        return _next(with_slots(state, **new), *((Say("corrected"),) if other_day else ()))
    return _other_kind(state, meaning) or _leave(state, meaning)


def _part_at(time: Any) -> str | None:
    """The part of the day in which that time is, of several readings the one at which volunteers come."""
    readings = time["any_of"] if isinstance(time, dict) and "any_of" in time else [time]
    by_day = [reading for reading in readings if isinstance(reading, str) and VISITS_FROM <= reading < VISITS_UNTIL]
    return None if not by_day else "morning" if by_day[0] < "12:00" else "afternoon"


def _leave(state: State, meaning: Meaning) -> Step | None:
    """A no to what, to when: the caller would rather leave it."""
    return anything_else(state, Say("visit.left")) if meaning.intent in ("no", "cancel") else None


def _confirm(state: State, meaning: Meaning) -> Step | None:
    """A yes, a no, a correction ("no, in the afternoon"), or what the volunteer is to know ("some bread and milk"), which is
    read back before the yes. The rest stays as it was."""
    new = {name: value for name in WANTED if (value := meaning.slots.get(name)) and value != state.slots.get(name)}
    note, notes = _note(meaning), state.slots.get("notes", [])
    if note and len(notes) < MOST_NOTES:
        return _next(with_slots(state, **new, notes=[*notes, note]), Say("visit.note", {"note": note}))
    if new:
        return _next(with_slots(state, **new), Say("corrected"))
    if meaning.intent not in ("yes", "no", "cancel") and _when(meaning):
        return _next(state)  # the day that it is already: "well, the morning then"
    return _yes_or_no(state, meaning)


def _note(meaning: Meaning) -> str:
    """What the volunteer is to know, in the caller's own words; "" where nothing of the kind was said."""
    said_more = len(meaning.text.split()) >= LEAST_WORDS and not meaning.slots.get("aside") and not _when(meaning)
    own_words = meaning.intent in NOTED and said_more
    return str(meaning.slots.get("note") or (meaning.text if own_words else ""))


def _open_task(state: State, _: Meaning) -> Step:
    return do(state, "visits.open", **{name: state.slots[name] for name in WANTED}, notes=state.slots.get("notes", []))


def _not_now(state: State, _: Meaning) -> Step:
    """A no may be to the note that was read back: that goes first, and the visit is asked for once more."""
    if state.slots.get("notes"):
        return _next(with_slots(state, notes=[]), Say("visit.no_note"))
    return anything_else(state, Say("visit.left"))


def opened(state: State, result: Result) -> Step:
    if result.status == "past":
        return ask(with_slots(state, date=None), "visit.day", Say("visit.past"))
    asked = {"kind": state.slots["kinds"][state.slots["help_kind"]], "day": state.slots["date"], **result.data}
    return anything_else(state, Say("visit.asked", result.data), done=Say("recap.asked", asked))


def status(state: State, _: Meaning) -> Step:
    return do(replace(state, slots={"wish": "task_status"}), "visits.status")


def stands(state: State, result: Result) -> Step:
    return anything_else(state, Say(f"visit.status.{result.status}", result.data))


def begin_telling(state: State, result: Result) -> Step:
    return who_is_there(state, result, "tell.who", wish="tell")


def _tell(state: State, _: Meaning) -> Step:
    state = they_are_there(state)
    if state.slots["status"] == "over":
        return end(state, Say("tell.over"), Say("goodbye"))
    values = {name: value for name, value in state.slots.items() if name not in ("wish", "status", "caller")}
    state = with_slots(state, visit=values)
    return ask(state, f"tell.{state.slots['status']}", **values)


def somebody_else(state: State, _: Meaning) -> Step:
    """Whom we have rung is not there, or nobody is: they are rung again, as often as it makes sense."""
    return do(state, "visits.not_there")


def not_there(state: State, result: Result) -> Step:
    """Another time is only promised where there is one."""
    again = result.status == "again"
    return end(state, Say("tell.not_there") if again else Say("tell.ask_them", {"name": state.household[0]["name"]}))


def heard_it(state: State, _: Meaning) -> Step:
    return do(state, "visits.told", task_id=state.slots["task_id"])


def thanked(state: State, _: Result) -> Step:
    """The news was all that we rang for, unless a wish was said to it."""
    return anything_else(state) if state.also else end(state, Say("goodbye"))


def still_there(state: State, meaning: Meaning) -> Step | None:
    """We rang, and the news is told: who only listens is asked no more and leaves no message. A line that is dead for minutes
    is rung again."""
    if meaning.slots.get("dead_line"):
        return somebody_else(state, meaning)
    if meaning.sound or state.no_match or state.no_input < SILENCES_BEFORE_WAITING:
        return None
    return Step(replace(state, patience=SILENCES_WHILE_WAITING), (Say("waiting"),))


_yes_or_no = yes_no(_open_task, _not_now)
NEWS = Ask(YES_NO, told(heard_it), leave=heard_it, first=heard_it, silence=still_there)
ASKS = {
    "visit.company": Ask(YES_NO, yes_no(_company, _or_a_person), any_wish=True),
    "visit.kind": Ask(_kind_options, _kind),
    "visit.day": Ask(listen_for("date"), _day),
    "visit.part": Ask(lambda _: Expecting("choice", options=PARTS_OF_DAY), _part),
    "visit.confirm": Ask(YES_NO, _confirm),
    "tell.who": Ask(is_it, yes_no(by_our_phrase(_tell), somebody_else), leave=somebody_else),
    "tell.accepted": NEWS,
    "tell.waiting": NEWS,
    "tell.cancelled": NEWS,
}
RESULTS: dict[str, Outcome] = {
    "visits.kinds": kinds,
    "visits.open": opened,
    "visits.status": stands,
    "visits.told": thanked,
    "visits.not_there": not_there,
    "call.tell": begin_telling,
}
STARTS: dict[str, Start] = {"ask_volunteer": start, "task_status": status}
