"""Booking a medical appointment: which day, which of the free times, booked, read back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from voice.dialogue.asks import YES_NO, Ask, Outcome, Start, by_place, listen_for, offered, picked, told, yes_no
from voice.dialogue.opening import all_told, anything_else
from voice.dialogue.state import State, ask, do, with_slots
from voice.dialogue.wishes import afterwards
from voice.heard import Json, Meaning, Result, Say, Step

WANTED = ("department", "practitioner", "date", "part_of_day", "time")
WHEN = ("date", "part_of_day", "time")


def start(state: State, meaning: Meaning) -> Step:
    """Of several who were named side by side the first; the others come after it, with the same day."""
    slots = {name: meaning.slots[name] for name in WANTED if meaning.slots.get(name)}
    first, *others = meaning.slots.get("departments") or [slots.get("department")]
    when = {name: slots[name] for name in WHEN if name in slots}
    state = afterwards(state, *(Meaning("book_appointment", slots={"department": other, **when}) for other in others))
    wanted = {**slots, "department": first} if first else slots
    return _next(replace(state, slots={"wish": "book_appointment", **wanted}))


def _next(state: State) -> Step:
    if not state.slots.get("date"):
        return _ask_day(state)
    return do(state, "appointments.find", **{name: state.slots.get(name) for name in WANTED})


def _ask_day(state: State, *before: Say) -> Step:
    return ask(with_slots(state, date=None), "appointment.day", *before, department=_department(state))


def _department(state: State) -> str:
    """Whom the appointment is with, as a word of the program; who names nobody wants the doctor."""
    return str(state.slots.get("department") or "doctor")


def _day(state: State, meaning: Meaning) -> Step | None:
    """Another day forgets the time that was asked for with the first one; another time keeps the day. Who is named instead
    of a day is whom the caller wants to see; a no to every day wants nothing booked."""
    given = {name: meaning.slots[name] for name in WANTED if meaning.slots.get(name)}
    if given.get("date"):
        return _next(with_slots(state, **{"part_of_day": None, "time": None, **given}))
    if state.slots.get("date") and (given.get("time") or given.get("part_of_day")):
        return _next(with_slots(state, **{"part_of_day": None, "time": None, **given}))
    if given.get("department", _department(state)) != _department(state):
        return _ask_day(with_slots(state, **{"practitioner": None, **given}), Say("corrected"))
    return anything_else(state, Say("appointment.not_booked")) if meaning.intent in ("no", "cancel") else None


def found(state: State, result: Result) -> Step:
    """Up to three free times, all on one day: more would not be remembered."""
    if result.status == "none":
        return _ask_day(state, Say("appointment.none", result.data))
    if result.status == "no_clinic":
        return anything_else(state, Say("appointment.no_clinic", {"department": _department(state)}))
    if result.status == "which_doctor":
        return ask(with_slots(state, doctors=result.data["names"]), "appointment.doctor", names=result.data["names"])
    free = result.data["free"]
    nobody = (Say("appointment.no_such_doctor"),) if result.data.get("no_such_doctor") else ()
    before = (*nobody, *((Say("appointment.other_day"),) if result.status == "other_day" else ()))
    state = with_slots(state, free=free)
    times = [slot["time_words"] for slot in free]
    return ask(state, "appointment.which", *before, day=free[0]["date"], times=times, clinic=free[0]["clinic"])


def _doctor(state: State, meaning: Meaning) -> Step | None:
    """Two people of one name: which of them, or, with a no, whoever is free."""
    if doctor := picked(meaning, state.slots["doctors"]):
        return _next(with_slots(state, practitioner=doctor))
    return _next(with_slots(state, practitioner=None)) if meaning.intent == "no" else None


def _which(state: State, meaning: Meaning) -> Step | None:
    if chosen := picked(meaning, state.slots["free"]):
        return _ask_to_book(state, chosen)
    if shift := meaning.slots.get("shift"):
        return _find_beside(state, str(shift))
    if meaning.intent == "no" and not meaning.slots.keys() & set(WANTED):
        return _ask_day(state)
    return _day(state, meaning)


def beside(free: Sequence[Json], shift: str) -> dict[str, Any]:
    """What is wanted by "something later": the day of the times that were offered, after or before all of them."""
    last = dt.datetime.combine(dt.date.min, dt.time.fromisoformat(free[-1]["time"]))
    after = (last + dt.timedelta(minutes=1)).strftime("%H:%M")  # the last one itself was not wanted
    time = {"from": after} if shift == "later" else {"to": free[0]["time"]}
    return {"date": free[0]["date"], "part_of_day": None, "time": time}


def _find_beside(state: State, shift: str) -> Step:
    return _next(with_slots(state, **beside(state.slots["free"], shift)))


def _ask_to_book(state: State, chosen: Json, *before: Say) -> Step:
    return ask(with_slots(state, chosen=chosen), "appointment.confirm", *before, **_spoken(chosen))


def _spoken(slot: Json) -> dict[str, object]:
    return {name: slot[name] for name in ("clinic", "with", "date", "time")}


def _book(state: State, _: Meaning) -> Step:
    return do(state, "appointments.book", slot_id=state.slots["chosen"]["id"])


def _confirm(state: State, meaning: Meaning) -> Step | None:
    """A yes, a no, or another time: "no, the Wednesday", "no, the third one" of those that were offered, "no, later". What was
    not corrected stays as it was."""
    chosen = state.slots["chosen"]
    if (other := by_place(meaning, state.slots["free"])) and other != chosen:
        return _ask_to_book(state, other, Say("corrected"))
    new = {name: value for name in WHEN if (value := meaning.slots.get(name)) and value != chosen.get(name)}
    if (shift := meaning.slots.get("shift")) and not new and meaning.intent != "yes":
        return _find_beside(with_slots(state, free=[chosen]), str(shift))
    if "date" in new or "time" in new or (new and meaning.intent != "yes"):
        before = (
            {"date": chosen["date"]} if new.keys() == {"date"} else {"date": chosen["date"], "part_of_day": None, "time": None}
        )
        state = with_slots(state, **{**before, **new})
        return do(state, "appointments.find", Say("corrected"), **{name: state.slots.get(name) for name in WANTED})
    return _yes_or_no(state, meaning)


def _other(state: State, _: Meaning) -> Step:
    return _ask_day(state)


def booked(state: State, result: Result) -> Step:
    if result.status == "taken":
        return do(state, "appointments.find", Say("appointment.taken"), **{n: state.slots.get(n) for n in WANTED})
    state = with_slots(state, request_id=result.data["request_id"])
    return ask(state, "appointment.booked", **_spoken(state.slots["chosen"]))


def _got_it(state: State, _: Meaning) -> Step:
    return do(state, "appointments.read_back", request_id=state.slots["request_id"])


def _leave(state: State, meaning: Meaning) -> Step:
    return _got_it(with_slots(state, leaving=True), meaning)


def read_back(state: State, _: Result) -> Step:
    return all_told(state, Say("recap.booked", _spoken(state.slots["chosen"])))


_yes_or_no = yes_no(_book, _other)
ASKS = {
    "appointment.day": Ask(listen_for("date"), _day, any_wish=True),
    "appointment.doctor": Ask(offered("doctors"), _doctor),
    "appointment.which": Ask(offered("free", "time_words"), _which),
    "appointment.confirm": Ask(YES_NO, _confirm),
    "appointment.booked": Ask(YES_NO, told(_got_it), leave=_leave, first=_got_it),
}
RESULTS: dict[str, Outcome] = {
    "appointments.find": found,
    "appointments.book": booked,
    "appointments.read_back": read_back,
}
STARTS: dict[str, Start] = {"book_appointment": start}
