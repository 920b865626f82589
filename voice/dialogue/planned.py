"""A visit that was asked for: on another day, or not at all. Whoever was to come is told, and asked anew. The day before
it we ring: will they be at home?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from voice.dialogue import visits
from voice.dialogue.asks import MOST_NAMED, YES_NO, Ask, Outcome, Start, listen_for, offered, picked, yes_no
from voice.dialogue.opening import anything_else, nothing_more
from voice.dialogue.state import State, ask, do, with_slots
from voice.dialogue.visits import PARTS_OF_DAY, WANTED, heard_it, still_there
from voice.heard import Json, Meaning, Result, Say, Step


def _look(state: State, meaning: Meaning) -> Step:
    """The caller's visits, narrowed by what was said. The day of a change may be the old one or the new one."""
    wanted = _said(meaning)
    day = wanted.get("date") if meaning.intent == "cancel_task" else None
    state = replace(state, slots={"wish": meaning.intent, "wanted": wanted})
    return do(state, "visits.coming", help_kind=wanted.get("help_kind"), date=day)


def _said(meaning: Meaning) -> dict[str, Any]:
    """The day only where it is one: "some time next week" is no day yet. And a part of it that volunteers come in."""
    said = {name: meaning.slots[name] for name in WANTED if meaning.slots.get(name)}
    if not isinstance(said.get("date"), str):
        said.pop("date", None)
    if said.get("part_of_day") not in PARTS_OF_DAY:
        said.pop("part_of_day", None)
    return said


def coming(state: State, result: Result) -> Step:
    if result.status == "none":
        return ask(state, "visit.nothing")
    mine = result.data["visits"]
    if state.slots["wish"] == "change_task":
        mine, wanted = _old_or_new(mine, state.slots["wanted"])
        state = with_slots(state, wanted=wanted)
    before = (Say("visit.not_then"),) if result.status == "others" else ()
    if len(mine) == 1:
        return _go_on(state, mine[0], *before)
    state = with_slots(state, planned=mine[:MOST_NAMED])
    return ask(state, "visit.which_one", *before, names=[one["name"] for one in mine[:MOST_NAMED]])


def _old_or_new(mine: list[Json], wanted: Json) -> tuple[list[Json], Json]:
    """The day of a visit names that visit; any other day is where it moves to; with another part of the day, both."""
    named = [one for one in mine if one["day"] == wanted.get("date")]
    if not named:
        return mine, wanted
    own_part = [one for one in named if wanted.get("part_of_day") in (None, one["part"])]
    return (own_part, {}) if own_part else (named, wanted)


def _which_one(state: State, meaning: Meaning) -> Step | None:
    if mine := picked(meaning, state.slots["planned"]):
        return _go_on(state, mine)
    said = _said(meaning)
    if said.get("date") or said.get("help_kind"):
        return do(state, "visits.coming", help_kind=said.get("help_kind"), date=said.get("date"))
    return _leave(state, meaning) if meaning.intent in ("no", "cancel") else None


def _go_on(state: State, mine: Json, *before: Say) -> Step:
    state = with_slots(state, visit=mine)
    if state.slots["wish"] == "cancel_task":
        return ask(state, "visit.cancel", *before, **_spoken(mine))
    return _confirm_or_ask(state, *before)


def _spoken(mine: Json) -> dict[str, Any]:
    return {name: mine[name] for name in ("kind", "day", "part")}


def _leave(state: State, _: Meaning) -> Step:
    return anything_else(state, Say("visit.unchanged"))


def _ask_anew(state: State, _: Meaning) -> Step:
    return visits.start(state, Meaning("ask_volunteer", slots=state.slots["wanted"]))


# --- cancelled


def _confirm_cancel(state: State, meaning: Meaning) -> Step | None:
    """A yes, a no, or another one: "no, the Friday one". The word "cancel" alone may mean either: it is asked again."""
    said = _said(meaning)
    if said.get("date", state.slots["visit"]["day"]) != state.slots["visit"]["day"]:
        return do(state, "visits.coming", Say("corrected"), help_kind=said.get("help_kind"), date=said["date"])
    if meaning.intent == "cancel":
        return ask(state, "visit.cancel", Say("cancel.yes_or_no"), **state.values)
    return _leave(state, meaning) if meaning.intent == "back" else _cancel_or_not(state, meaning)


def _cancel(state: State, _: Meaning) -> Step:
    return do(state, "visits.cancel", task_id=state.slots["visit"]["task_id"])


_cancel_or_not = yes_no(_cancel, _leave)


def cancelled(state: State, result: Result) -> Step:
    if result.status == "over":
        return anything_else(state, Say("visit.over"))
    said = "visit.cancelled_with" if result.data["volunteer"] else "visit.cancelled"
    return anything_else(state, Say(said, result.data), done=Say("recap.visit_cancelled", _spoken(state.slots["visit"])))


# --- on another day


def _confirm_or_ask(state: State, *before: Say) -> Step:
    """The part of the day stays, unless another one was said."""
    mine, wanted = state.slots["visit"], state.slots["wanted"]
    day, part = wanted.get("date"), wanted.get("part_of_day", mine["part"])
    if day is None:
        return ask(state, "visit.new_day", *before, **_spoken(mine))
    if (day, part) == (mine["day"], mine["part"]):
        return ask(with_slots(state, wanted={}), "visit.new_day", *before, Say("visit.same"), **_spoken(mine))
    state = with_slots(state, wanted={"date": day, "part_of_day": part})
    return ask(state, "visit.move", *before, kind=mine["kind"], old_day=mine["day"], day=day, part=part)


def _new_day(state: State, meaning: Meaning) -> Step | None:
    """A part of the day alone is meant for the day that it is planned for."""
    said = _said(meaning)
    if said.get("date") or said.get("part_of_day"):
        return _confirm_or_ask(with_slots(state, wanted={"date": state.slots["visit"]["day"], **said}))
    return _leave(state, meaning) if meaning.intent in ("no", "cancel", "back") else None


def _confirm_move(state: State, meaning: Meaning) -> Step | None:
    """A yes, a no, or a correction in place: "no, in the afternoon". The rest stays as it was."""
    wanted, said = state.slots["wanted"], _said(meaning)
    new = {name: said[name] for name in ("date", "part_of_day") if name in said and said[name] != wanted[name]}
    if new:
        return _confirm_or_ask(with_slots(state, wanted={**wanted, **new}), Say("corrected"))
    if meaning.intent == "back":
        return ask(with_slots(state, wanted={}), "visit.new_day", **_spoken(state.slots["visit"]))
    return _move_or_not(state, meaning)


def _move(state: State, _: Meaning) -> Step:
    return do(state, "visits.move", task_id=state.slots["visit"]["task_id"], **state.slots["wanted"])


_move_or_not = yes_no(_move, _leave)


def moved(state: State, result: Result) -> Step:
    if result.status == "past":
        return ask(with_slots(state, wanted={}), "visit.new_day", Say("visit.past"), **_spoken(state.slots["visit"]))
    if result.status == "over":
        return anything_else(state, Say("visit.over"))
    return anything_else(state, Say(f"visit.moved.{result.status}", result.data), done=Say("recap.visit_moved", result.data))


# --- reminded of the day before


def _will_be_in(state: State, meaning: Meaning) -> Step | None:
    """Yes or no, or at once what is to become of it: "could they come on Friday". Thanks are a yes."""
    if meaning.intent == "thanks":
        return heard_it(state, meaning)
    return _changed(state, meaning) or _in_or_not(state, meaning)


def _not_in(state: State, _: Meaning) -> Step:
    return ask(state, "tell.other_day", **state.values)


def _other_day(state: State, meaning: Meaning) -> Step | None:
    return _changed(state, meaning) or _move_or_cancel(state, meaning)


def _changed(state: State, meaning: Meaning) -> Step | None:
    """The visit that was read out is moved or cancelled; here the word "cancel" alone means that. None for other words."""
    said = _said(meaning)
    other_day = meaning.intent == "none" and said.get("date", state.slots["visit"]["day"]) != state.slots["visit"]["day"]
    wish = "change_task" if other_day else OF_THIS.get(meaning.intent)
    return _of_this(state, wish, said) if wish else None


def _of_this(state: State, wish: str, wanted: Json) -> Step:
    return _go_on(with_slots(state, wish=wish, wanted=wanted), state.slots["visit"])


_in_or_not = yes_no(heard_it, _not_in)
_move_or_cancel = yes_no(
    lambda state, _: _of_this(state, "change_task", {}), lambda state, _: _of_this(state, "cancel_task", {})
)
OF_THIS = {
    "cancel": "cancel_task", "cancel_task": "cancel_task", "cancel_appointment": "cancel_task",
    "change_task": "change_task", "change_appointment": "change_task",
}  # fmt: skip
ASKS = {
    "visit.nothing": Ask(YES_NO, yes_no(_ask_anew, nothing_more), any_wish=True),
    "visit.which_one": Ask(offered("planned", "name"), _which_one),
    "visit.cancel": Ask(YES_NO, _confirm_cancel),
    "visit.new_day": Ask(listen_for("date"), _new_day),
    "visit.move": Ask(YES_NO, _confirm_move),
    "tell.coming": Ask(YES_NO, _will_be_in, first=heard_it, silence=still_there),
    "tell.other_day": Ask(YES_NO, _other_day),
}
RESULTS: dict[str, Outcome] = {"visits.coming": coming, "visits.cancel": cancelled, "visits.move": moved}
STARTS: dict[str, Start] = {"change_task": _look, "cancel_task": _look}
