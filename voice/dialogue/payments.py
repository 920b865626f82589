"""A payment that is not to go: one that waits is stopped at a yes, one that has gone is told, and a person offered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from voice.dialogue.asks import MOST_NAMED, YES_NO, Ask, Outcome, Start, offered, picked, yes_no
from voice.dialogue.opening import anything_else
from voice.dialogue.person import offer
from voice.dialogue.state import State, ask, do, with_slots
from voice.heard import Json, Meaning, Result, Say, Step


def start(state: State, meaning: Meaning) -> Step:
    """No PIN is asked for: not to pay can hurt nobody as much as paying can."""
    state = replace(state, slots={"wish": "cancel_payment"})
    return do(state, "payments.stoppable", biller=meaning.slots.get("biller"))


def stoppable(state: State, result: Result) -> Step:
    return ANSWERS[result.status](state, result.data)


def _waits(state: State, data: Json) -> Step:
    waiting = data["waiting"][:MOST_NAMED]
    if len(waiting) == 1:
        return _is_it_this(state, waiting[0])
    return ask(with_slots(state, waiting=waiting), "payment.which", billers=[one["biller"] for one in waiting])


def _which(state: State, meaning: Meaning) -> Step | None:
    if one := picked(meaning, state.slots["waiting"]):
        return _is_it_this(state, one)
    named = [one for one in state.slots["waiting"] if meaning.slots.get("biller") in (one["kind"], one["biller"])]
    if len(named) == 1:
        return _is_it_this(state, named[0])
    return _keep(state, meaning) if meaning.intent in ("no", "cancel") else None


def _is_it_this(state: State, one: Json) -> Step:
    return ask(with_slots(state, one=one), "payment.stop", **_spoken(one))


def _stop(state: State, _: Meaning) -> Step:
    which = {name: value for name, value in state.slots["one"].items() if name in ("hold_id", "plan_id")}
    return do(state, "payments.stop", **which)


def _keep(state: State, _: Meaning) -> Step:
    return anything_else(state, Say("payment.kept"))


def stopped(state: State, result: Result) -> Step:
    """Stopped, and the bill is still open: whoever stops a payment must know that. Or a person was quicker."""
    if result.status == "ok":
        return anything_else(state, Say("payment.stopped", _spoken(state.slots["one"])))
    return offer(state, Say("payment.too_late"), about="cancel_payment")


def _spoken(one: Json) -> dict[str, Any]:
    return {name: one[name] for name in ("biller", "amount")}


ANSWERS: dict[str, Callable[[State, Json], Step]] = {
    "waits": _waits,
    "under_way": lambda state, data: offer(state, Say("payment.under_way", data), about="cancel_payment"),
    "gone": lambda state, data: offer(state, Say("payment.gone", data), about="cancel_payment"),
    "none": lambda state, _: offer(state, Say("payment.none"), about="cancel_payment"),
}
ASKS = {
    "payment.which": Ask(offered("waiting", "biller"), _which),
    "payment.stop": Ask(YES_NO, yes_no(_stop, _keep)),
}
RESULTS: dict[str, Outcome] = {"payments.stoppable": stoppable, "payments.stop": stopped}
STARTS: dict[str, Start] = {"cancel_payment": start}
