"""What is owed, and what was paid. Nothing is paid here: who wants that is led to the question about the one bill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from voice.dialogue import bills
from voice.dialogue.asks import YES_NO, Ask, Outcome, Start, told, yes_no
from voice.dialogue.opening import anything_else, nothing_more
from voice.dialogue.state import State, ask, do, with_slots
from voice.heard import Json, Meaning, Result, Say, Step

MOST_TOLD = 3  # payments at a time: more would not be remembered


def start(state: State, meaning: Meaning) -> Step:
    """Look up what was asked for: the whole sentence tells whether that is what is owed, or what was paid."""
    said = {name: meaning.slots.get(name) for name in ("biller", "date")}
    return do(replace(state, slots={"wish": "bill_status"}), "bills.status", **said, words=meaning.text)


def status(state: State, result: Result) -> Step:
    return ANSWERS[result.status](state, result.data)


def _one(state: State, data: Json) -> Step:
    """It is read out as it is before paying, because the next word may be to pay it. That a first payment needs our call
    only comes up where it is wanted."""
    bill = data["bills"][0]
    if not data["new"]:
        return bills.read_out(state, bill, *_answer(data))
    return ask(with_slots(state, bills=[bill]), "bill.owed", *_answer(data), **_spoken(bill))


def _several(state: State, data: Json) -> Step:
    each = [Say("bill.owed_planned" if bill.get("planned") else "bill.owed_one", _spoken(bill)) for bill in data["bills"]]
    return ask(with_slots(state, bills=data["bills"]), "bill.owed_any", *_answer(data), *each)


def _answer(data: Json) -> tuple[Say, ...]:
    """To "have I paid that", where something waits: not this one yet, or which one was the last."""
    if data["asked"] != "paid":
        return ()
    return (Say("bill.not_yet"),) if data["named"] else _last(data)


def _last(data: Json) -> tuple[Say, ...]:
    return (Say("bill.last_paid", data["payment"]),) if data["payment"] else ()


def _spoken(bill: Json) -> dict[str, Any]:
    return {name: bill[name] for name in ("biller", "amount", "due")}


def _pay_it(state: State, _: Meaning) -> Step:
    return do(state, "bills.due", biller=state.slots["bills"][0]["biller"])


def _one_of_them(state: State, meaning: Meaning) -> Step | None:
    """A yes, a no, or at once which of them: "the gas one", "both"."""
    named = meaning.slots.get("biller") or meaning.slots.get("all")
    return (
        _pay_one(state, meaning)
        if named and meaning.intent == "none" and not meaning.slots.get("asked")
        else _yes_or_no(state, meaning)
    )


def _pay_one(state: State, meaning: Meaning) -> Step:
    if meaning.slots.get("all"):
        return bills.one_by_one(state, state.slots["bills"])
    if biller := meaning.slots.get("biller"):
        return do(state, "bills.due", biller=biller)
    return bills.ask_which(state, state.slots["bills"])


def _paid(state: State, data: Json) -> Step:
    before = (Say("bill.yes_paid"),) if data["named"] else ()
    return ask(state, "bill.was_paid", *before, **data["payment"])


def _none(state: State, data: Json) -> Step:
    """Nothing waits; the last one that was paid tells that it was not forgotten."""
    return anything_else(state, Say("bill.none"), *_last(data))


def _listed(state: State, data: Json) -> Step:
    if not data["payments"]:
        return anything_else(state, Say("bill.nothing_paid"))
    return _tell(state, data["payments"])


def _tell(state: State, payments: list[dict[str, Any]]) -> Step:
    each = [Say("bill.paid_one", payment) for payment in payments[:MOST_TOLD]]
    rest = payments[MOST_TOLD:]
    if not rest:
        return anything_else(state, *each)
    step = ask(with_slots(state, payments=rest), "bill.paid_more", *each)
    return replace(step, state=replace(step.state, said=step.says))


def _more(state: State, _: Meaning) -> Step:
    return _tell(state, state.slots["payments"])


_yes_or_no = yes_no(_pay_one, nothing_more)
ANSWERS: dict[str, Callable[[State, Json], Step]] = {
    "one": _one,
    "several": _several,
    "paid": _paid,
    "none": _none,
    "listed": _listed,
    "planned": lambda state, data: anything_else(state, Say("bill.planned_already", data)),
    "being_paid": lambda state, data: anything_else(state, Say("bill.in_hand", _spoken(data["bill"]))),
    "rings": lambda state, data: anything_else(state, Say("bill.first_waits", _spoken(data["bill"]))),
    "held": lambda state, data: anything_else(state, Say("bill.waits", _spoken(data["bill"]))),
}
ASKS = {
    "bill.owed": Ask(YES_NO, yes_no(_pay_it, nothing_more), any_wish=True),
    "bill.owed_any": Ask(YES_NO, _one_of_them, any_wish=True),
    "bill.was_paid": Ask(YES_NO, told(nothing_more), any_wish=True),
    "bill.paid_more": Ask(YES_NO, yes_no(_more, nothing_more), any_wish=True),
}
RESULTS: dict[str, Outcome] = {"bills.status": status}
STARTS: dict[str, Start] = {"bill_status": start}
