"""A new card, typed by keys: the telephone company asks for it and hands it to the card company, so that no digit of it is
heard, shown or kept here. Whatever goes wrong, nothing has changed, and a person is offered."""

from __future__ import annotations

from voice.dialogue.asks import YES_NO, Ask, Outcome, Start, yes_no
from voice.dialogue.opening import anything_else
from voice.dialogue.person import find_person, offer
from voice.dialogue.state import State, ask, do, do_outside, end, with_slots
from voice.dialogue.wishes import afterwards
from voice.heard import Meaning, Result, Say, Step

ABOUT = "new_card"


def begin(state: State, _: Meaning) -> Step:
    """In a call in which a thief was heard of, a card is a person's."""
    if state.alarmed:
        return find_person(state, Say("details.person"), about=ABOUT)
    return ask(state, "card.confirm")


def another(state: State, biller: str, *before: Say) -> Step:
    """The card on file did not pay this biller: another one may be typed, and then the bill is read out once more."""
    if state.alarmed:
        return anything_else(state, *before)
    return ask(with_slots(state, unpaid=biller), "card.confirm", *before, Say("card.another"))


def _begin(state: State, _: Meaning) -> Step:
    return do(state, "card.begin")


def _leave_it(state: State, _: Meaning) -> Step:
    return offer(state, Say("card.left"), about=ABOUT)


def begun(state: State, result: Result) -> Step:
    if result.status == "ready":
        return end(state, Say("card.begins"), then="card")
    return find_person(state, Say("details.person"), about=ABOUT)


def typed(state: State, result: Result) -> Step:
    """The caller is back with us."""
    if result.status == "ok":
        return do_outside(state, "card.keep", Say("card.checking"), entry_id=result.data["entry_id"])
    why = result.status if result.status in ("star", "tries") else "trouble"
    return offer(state, Say(f"card.{why}"), about=ABOUT)


def kept(state: State, result: Result) -> Step:
    if result.status == "saved":
        if biller := state.slots.get("unpaid"):
            state = afterwards(state, Meaning("pay_bill", slots={"biller": biller}))
        return anything_else(state, Say("card.saved", result.data))
    why = "declined" if result.status == "declined" else "trouble"
    return offer(state, Say(f"card.{why}"), about=ABOUT)


ASKS = {"card.confirm": Ask(YES_NO, yes_no(_begin, _leave_it))}
RESULTS: dict[str, Outcome] = {"card.begin": begun, "card.typed": typed, "card.keep": kept}
STARTS: dict[str, Start] = {}
