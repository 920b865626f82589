"""We ring about a payment that was held: is it still wanted, three questions that everybody is asked, or the news.

The line may be overheard: no suspicion is said aloud. Nobody is asked for a PIN but who was told so when they asked for a
first payment to a biller: with that this call ends it.
"""

from __future__ import annotations

from dataclasses import replace

from voice.dialogue.asks import PIN_DIGITS, YES_NO, Answer, Ask, Outcome, Start, listen_for, yes_no
from voice.dialogue.opening import anything_else, by_our_phrase, is_it, they_are_there, what_can_i_do, who_is_there
from voice.dialogue.person import find_person, offer
from voice.dialogue.state import State, ask, do, do_outside, end, with_slots, without_slots
from voice.dialogue.visits import somebody_else
from voice.heard import Json, Meaning, Result, Say, Step

TO_A_PERSON = {"refused": "payment_refused", "failed": "payment_held", "waiting": "payment_held",
               "not_made": "payment_held"}  # about what  # fmt: skip


def begin(state: State, result: Result) -> Step:
    return who_is_there(state, result, "hold.first_who" if result.status == "first" else "hold.who")


def _tell(state: State, _: Meaning) -> Step:
    state = they_are_there(state)
    status, told = state.slots["status"], {name: state.slots[name] for name in ("amount", "biller", "reason")}
    if status == "ask":
        return ask(state, "hold.still", **told)
    if status == "first":
        return ask(state, "hold.expected", **told)
    if status == "paid":
        state = _with_its_bill(state)
        return ask(state, "bill.receipt", Say("hold.paid", told), receipt=state.slots["receipt"])
    if status in TO_A_PERSON:
        return offer(state, Say(f"hold.{status}", told), about=TO_A_PERSON[status])
    return end(state, Say(f"hold.{status}", told), Say("goodbye"))


def _with_its_bill(state: State) -> State:
    """What the receipt of it needs; with that this call has told all."""
    return with_slots(state, bill={name: state.slots[name] for name in ("biller", "amount")}, leaving=True)


def _not_there(state: State, _: Meaning) -> Step:
    return end(state, Say("tell.not_there"))


def _not_wanted(state: State, _: Meaning) -> Step:
    return do(state, "holds.stop", hold_id=state.slots["hold_id"])


def stopped(state: State, _: Result) -> Step:
    return end(state, Say("hold.stopped"), Say("goodbye"))


def _wanted(state: State, _: Meaning) -> Step:
    return ask_everyone(state, "holds.answered", {"hold_id": state.slots["hold_id"]})


def ask_everyone(state: State, order: str, about: Json) -> Step:
    """The three questions that everybody is asked, in the same words; `order` gets the answers, with `about`."""
    return ask(with_slots(state, answers={}, order=order, order_about=about), "hold.phoned", Say("hold.everyone"))


def _expected(state: State, meaning: Meaning) -> Step | None:
    """Who says no has a bill that they do not know of, and need not answer more. "Never mind" wants it stopped."""
    if meaning.intent == "yes":
        return _wanted(state, meaning)
    if meaning.intent == "no":
        return do(state, "holds.answered", answers={"unexpected": True}, hold_id=state.slots["hold_id"])
    return _not_wanted(state, meaning) if meaning.intent in ("cancel", "cancel_payment") else None


def _answer(name: str, then: Start) -> Answer:
    """Only a yes or a no: "never mind" is no answer to a question like this."""

    def heard(state: State, meaning: Meaning) -> Step | None:
        if meaning.intent not in ("yes", "no"):
            return None
        answers = {**state.slots["answers"], name: meaning.intent == "yes"}
        return then(with_slots(state, answers=answers), meaning)

    return heard


def _all_asked(state: State, _: Meaning) -> Step:
    return do(state, state.slots["order"], answers=state.slots["answers"], **state.slots["order_about"])


def answered(state: State, result: Result) -> Step:
    if result.status == "prove":
        return ask(state, "hold.pin", **_with_its_bill(state).slots["bill"])
    if result.status == "signal":
        return find_person(state, Say("hold.signal"), about="payment_held")
    return end(state, Say(f"hold.{result.status}"), Say("goodbye"))


# --- a first payment: the PIN in this call pays it


def _pin(state: State, meaning: Meaning) -> Step | None:
    if meaning.intent in ("no", "cancel", "back"):
        return offer(state, Say("hold.not_now"), about="payment_held")
    digits = meaning.slots.get("digits", "")
    return do(state, "holds.pay", hold_id=state.slots["hold_id"], pin=digits) if len(digits) == PIN_DIGITS else None


def paid(state: State, result: Result) -> Step:
    if result.status == "claimed":
        state = replace(_with_its_bill(state), level=2)
        return do_outside(state, "bills.settle", Say("bill.paying"), payment_id=result.data["payment_id"])
    if result.status == "wrong":
        return ask(state, "hold.pin", Say("pin.wrong"), **state.values)
    if result.status == "late":
        return end(state, Say("hold.late"), Say("goodbye"))
    return find_person(state, Say("hold.signal" if result.status == "waits" else f"pin.{result.status}"), about="payment_held")


# --- they ring us, and have missed our call


def _ring_me(state: State, _: Meaning) -> Step:
    return do(state, "holds.ring_me", hold_id=state.slots["hold_id"])


def rings_again(state: State, result: Result) -> Step:
    if result.status == "ok":
        return anything_else(state, Say("hold.ring_soon"))
    return offer(state, Say("hold.rung_enough"), about="payment_held")


def _do_not_ring(state: State, _: Meaning) -> Step:
    return what_can_i_do(without_slots(state))


ASKS = {
    "hold.who": Ask(is_it, yes_no(by_our_phrase(_tell), _not_there)),
    "hold.first_who": Ask(is_it, yes_no(by_our_phrase(_tell), somebody_else), leave=somebody_else),
    "hold.expected": Ask(YES_NO, _expected),
    "hold.pin": Ask(listen_for("pin", digits=PIN_DIGITS, secret=True), _pin),
    "hold.missed": Ask(YES_NO, yes_no(_ring_me, _do_not_ring), any_wish=True),
    "hold.still": Ask(YES_NO, yes_no(_wanted, _not_wanted)),
    "hold.phoned": Ask(YES_NO, _answer("phoned", lambda state, _: ask(state, "hold.told"))),
    "hold.told": Ask(YES_NO, _answer("told", lambda state, _: ask(state, "hold.alone"))),
    "hold.alone": Ask(YES_NO, _answer("alone", _all_asked)),
}
RESULTS: dict[str, Outcome] = {
    "call.hold": begin,
    "holds.answered": answered,
    "holds.pay": paid,
    "holds.ring_me": rings_again,
    "holds.stop": stopped,
}
STARTS: dict[str, Start] = {}
