"""What is booked already: when is it, another time for it, or not at all. Nothing changes without an explicit yes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from voice.dialogue import appointments
from voice.dialogue.asks import MOST_NAMED, YES_NO, Ask, Outcome, Start, by_place, listen_for, offered, picked, told, yes_no
from voice.dialogue.opening import all_told, anything_else, nothing_more
from voice.dialogue.state import State, ask, do, with_slots
from voice.heard import Json, Meaning, Result, Say, Step

WHICH = ("department", "date", "part_of_day", "time")
WHEN = ("date", "part_of_day", "time")


def _look(state: State, meaning: Meaning) -> Step:
    """What the caller has, narrowed by what was said of it. The day of a change may be the old one or the new one."""
    wanted = _said(meaning)
    day = None if meaning.intent == "change_appointment" else wanted.get("date")
    state = replace(state, slots={"wish": meaning.intent, "wanted": wanted})
    return do(state, "appointments.coming", department=wanted.get("department"), date=day)


def _said(meaning: Meaning) -> dict[str, Any]:
    return {name: meaning.slots[name] for name in WHICH if meaning.slots.get(name)}


def coming(state: State, result: Result) -> Step:
    if result.status == "none":
        return ask(state, "appointment.nothing")
    mine = result.data["appointments"]
    if state.slots["wish"] == "change_appointment":
        mine, wanted = _old_or_new(mine, state.slots["wanted"])
        state = with_slots(state, wanted=wanted)
    before = (Say("appointment.not_then"),) if result.status == "others" else ()
    state = with_slots(state, coming=mine[:MOST_NAMED])
    if state.slots["wish"] == "appointment_status":
        return _tell(with_slots(state, coming=mine), 0, *before)
    if len(mine) == 1:
        return _go_on(state, mine[0], *before)
    return ask(state, "appointment.which_one", *before, names=[one["name"] for one in mine[:MOST_NAMED]])


def _old_or_new(mine: list[Json], wanted: Json) -> tuple[list[Json], Json]:
    """ "My Thursday appointment" names the one that is moved; any other day is where it moves to. With another time
    ("the Thursday one, but in the afternoon") it is both."""
    named = [one for one in mine if one["date"] == wanted.get("date")]
    if not named:
        return mine, wanted
    own_time = [one for one in named if _is_its_time(one, wanted)]
    return (own_time, {}) if own_time else (named, wanted)


def _is_its_time(one: Json, said: Json) -> bool:
    """Whether the time or the part of the day, so far as one was said, is that of this appointment."""
    time = said.get("time")
    if time:
        return one["time"] in (time["any_of"] if isinstance(time, Mapping) and "any_of" in time else [time])
    part = "morning" if one["time"] < "12:00" else "afternoon" if one["time"] < "17:00" else "evening"
    return said.get("part_of_day") in (None, part)


def spoken(one: Json) -> dict[str, Any]:
    return {name: one[name] for name in ("clinic", "with", "date", "time")}


def _which_one(state: State, meaning: Meaning) -> Step | None:
    if mine := picked(meaning, state.slots["coming"]):
        return _go_on(state, mine)
    said = _said(meaning)
    if said.get("date") or said.get("department"):
        return do(state, "appointments.coming", date=said.get("date"), department=said.get("department"))
    return _leave(state, meaning) if meaning.intent in ("no", "cancel") else None


def _go_on(state: State, mine: Json, *before: Say) -> Step:
    state = with_slots(state, mine=mine)
    if state.slots["wish"] == "cancel_appointment":
        return ask(state, "appointment.cancel", *before, **spoken(mine))
    if state.slots["wanted"].get("date"):
        return _find(state, *before)
    return ask(state, "appointment.new_day", *before, **spoken(mine))


def _leave(state: State, _: Meaning) -> Step:
    """Never mind: what is booked stays booked, and that is said."""
    return anything_else(state, Say("appointment.left"))


# --- nothing booked, or told when


def _book(state: State, _: Meaning) -> Step:
    return appointments.start(state, Meaning("book_appointment", slots=state.slots.get("wanted") or {}))


def _tell(state: State, nth: int, *before: Say) -> Step:
    """One at a time, the next one first: where, with whom, and whether there is another."""
    mine = state.slots["coming"]
    question = "appointment.told" if nth + 1 < len(mine) else "appointment.told_last"
    return ask(with_slots(state, nth=nth), question, *before, **spoken(mine[nth]))


def _of_this(meaning: Meaning) -> str:
    """ "Can you change that" might be said of a visit as well: here it is the appointment, unless help is named."""
    if meaning.slots.get("help_kind"):
        return meaning.intent
    return {"change_task": "change_appointment", "cancel_task": "cancel_appointment"}.get(meaning.intent, meaning.intent)


def _other_day(state: State, meaning: Meaning) -> bool:
    said = meaning.slots.get("date")
    return isinstance(said, str) and said != state.slots["coming"][state.slots["nth"]]["date"]


def _told(state: State, meaning: Meaning) -> Step | None:
    """Who hears of an appointment may want to change or cancel that very one; "could we make it Friday" changes it."""
    if step := changed(state, meaning):
        return step
    return _next_one(state, meaning) if state.ask == "appointment.told" else _got_all(state, meaning)


def changed(state: State, meaning: Meaning) -> Step | None:
    """To the appointment that was read out: another day for it, or it is cancelled. None for words that are neither."""
    wish = "change_appointment" if meaning.intent == "none" and _other_day(state, meaning) else _of_this(meaning)
    if wish not in ("change_appointment", "cancel_appointment"):
        return None
    wanted = _said(meaning)
    if wish == "cancel_appointment" and wanted:
        return _look(state, replace(meaning, intent=wish))
    return change(state, Meaning(wish, slots=wanted))


def change(state: State, wish: Meaning) -> Step:
    """Change or cancel the appointment that was read out."""
    state = with_slots(state, wish=wish.intent, wanted=_said(wish))
    return _go_on(state, state.slots["coming"][state.slots["nth"]])


_next_one = yes_no(lambda state, _: _tell(state, state.slots["nth"] + 1), nothing_more)
_got_all = told(nothing_more)


# --- cancelled


def _confirm_cancel(state: State, meaning: Meaning) -> Step | None:
    """A yes, a no, or another one: "no, the Friday one". The word "cancel" alone may mean either: it is asked again."""
    mine, said = state.slots["mine"], _said(meaning)
    if said.get("date", mine["date"]) != mine["date"] or said.get("department", mine["department"]) != mine["department"]:
        return do(state, "appointments.coming", Say("corrected"), date=said.get("date"), department=said.get("department"))
    if meaning.intent == "cancel":
        return ask(state, "appointment.cancel", Say("cancel.yes_or_no"), **state.values)
    if meaning.intent == "back":
        return _leave(state, meaning)
    return _cancel_or_not(state, meaning)


def _cancel(state: State, _: Meaning) -> Step:
    mine = state.slots["mine"]
    return do(state, "appointments.cancel", slot_id=mine["id"], booking=mine["booking"])


_cancel_or_not = yes_no(_cancel, _leave)


def cancelled(state: State, result: Result) -> Step:
    if result.status == "gone":
        return anything_else(state, Say("appointment.gone"))
    state = with_slots(state, request_id=result.data["request_id"])
    return ask(state, "appointment.cancelled", **spoken(state.slots["mine"]))


# --- moved


def _find(state: State, *before: Say) -> Step:
    when = {name: state.slots["wanted"].get(name) for name in WHEN}
    return do(state, "appointments.find_other", *before, slot_id=state.slots["mine"]["id"], **when)


def _new_day(state: State, meaning: Meaning) -> Step | None:
    """Another day forgets the time that was said with the first one; a time alone is meant for the day in hand."""
    given = {name: meaning.slots[name] for name in WHEN if meaning.slots.get(name)}
    if given:
        day = state.slots["wanted"].get("date") or state.slots["mine"]["date"]
        return _find(with_slots(state, wanted={"date": day, **given}))
    return _leave(state, meaning) if meaning.intent in ("no", "cancel", "back") else None


def found_other(state: State, result: Result) -> Step:
    if result.status == "none":
        return _ask_day(state, Say("appointment.none"))
    if result.status not in ("ok", "other_day"):
        return anything_else(state, Say("appointment.gone"))
    before = (Say("appointment.other_day"),) if result.status == "other_day" else ()
    return _offer_times(with_slots(state, free=result.data["free"]), *before)


def _offer_times(state: State, *before: Say) -> Step:
    free = state.slots["free"]
    times = [slot["time_words"] for slot in free]
    return ask(state, "appointment.new_time", *before, day=free[0]["date"], times=times, clinic=free[0]["clinic"])


def _ask_day(state: State, *before: Say) -> Step:
    return ask(with_slots(state, wanted={}), "appointment.new_day", *before, **spoken(state.slots["mine"]))


def _new_time(state: State, meaning: Meaning) -> Step | None:
    if chosen := picked(meaning, state.slots["free"]):
        return _ask_move(with_slots(state, chosen=chosen))
    if shift := meaning.slots.get("shift"):
        return _find(with_slots(state, wanted=appointments.beside(state.slots["free"], str(shift))))
    if meaning.intent in ("no", "back"):
        return _ask_day(state)
    return _new_day(state, meaning)


def _ask_move(state: State, *before: Say) -> Step:
    mine, chosen = state.slots["mine"], state.slots["chosen"]
    return ask(state, "appointment.move", *before, old_date=mine["date"], old_time=mine["time"], **spoken(chosen))


def _confirm_move(state: State, meaning: Meaning) -> Step | None:
    """A yes; a no, which asks for another time; another time at once, or another of those that were offered; or never mind."""
    chosen = state.slots["chosen"]
    if (other := by_place(meaning, state.slots["free"])) and other != chosen:
        return _ask_move(with_slots(state, chosen=other), Say("corrected"))
    new = {name: meaning.slots[name] for name in WHEN if meaning.slots.get(name)}
    if new.get("date", chosen["date"]) != chosen["date"] or not _is_its_time(chosen, new):
        return _find(with_slots(state, wanted={"date": chosen["date"], **new}), Say("corrected"))
    if meaning.intent == "back":
        return _offer_times(state)
    return _leave(state, meaning) if meaning.intent == "cancel" else _move_or_not(state, meaning)


def _move(state: State, _: Meaning) -> Step:
    mine, chosen = state.slots["mine"], state.slots["chosen"]
    return do(state, "appointments.move", slot_id=mine["id"], booking=mine["booking"], to=chosen["id"])


_move_or_not = yes_no(_move, lambda state, _: _ask_day(state))


def moved(state: State, result: Result) -> Step:
    if result.status == "taken":
        return _find(state, Say("appointment.taken"))
    if result.status == "gone":
        return anything_else(state, Say("appointment.gone"))
    state = with_slots(state, request_id=result.data["request_id"])
    return ask(state, "appointment.moved", **spoken(state.slots["chosen"]))


# --- read back


def _got_it(state: State, _: Meaning) -> Step:
    return do(state, "appointments.heard", request_id=state.slots["request_id"])


def _take_leave(state: State, meaning: Meaning) -> Step:
    return _got_it(with_slots(state, leaving=True), meaning)


def heard(state: State, _: Result) -> Step:
    if state.slots["wish"] == "change_appointment":
        return all_told(state, Say("recap.moved", spoken(state.slots["chosen"])))
    mine = state.slots["mine"]
    if state.slots.get("leaving"):
        return all_told(state, Say("recap.cancelled", spoken(mine)))
    state = replace(state, done=(*state.done, Say("recap.cancelled", spoken(mine))))
    return ask(with_slots(state, wanted={"department": mine["department"]}), "appointment.another")


ASKS = {
    "appointment.nothing": Ask(YES_NO, yes_no(_book, nothing_more), any_wish=True),
    "appointment.told": Ask(YES_NO, _told, any_wish=True),
    "appointment.told_last": Ask(YES_NO, _told, any_wish=True),
    "appointment.which_one": Ask(offered("coming", "name"), _which_one),
    "appointment.cancel": Ask(YES_NO, _confirm_cancel),
    "appointment.cancelled": Ask(YES_NO, told(_got_it), leave=_take_leave, first=_got_it),
    "appointment.another": Ask(YES_NO, yes_no(_book, nothing_more), any_wish=True),
    "appointment.new_day": Ask(listen_for("date"), _new_day),
    "appointment.new_time": Ask(offered("free", "time_words"), _new_time),
    "appointment.move": Ask(YES_NO, _confirm_move),
    "appointment.moved": Ask(YES_NO, told(_got_it), leave=_take_leave, first=_got_it),
}
RESULTS: dict[str, Outcome] = {
    "appointments.coming": coming,
    "appointments.cancel": cancelled,
    "appointments.find_other": found_other,
    "appointments.move": moved,
    "appointments.heard": heard,
}
STARTS: dict[str, Start] = dict.fromkeys(("appointment_status", "cancel_appointment", "change_appointment"), _look)
