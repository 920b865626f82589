"""We ring about a payment that was held: is it still wanted, three questions that everybody is asked, or the news.

And a caller who rings to stop a payment: one that waits is stopped with a yes, whoever held it.

The line may be overheard: no suspicion is said aloud, and nobody is asked for a PIN.
"""

from __future__ import annotations

from dataclasses import replace

from voice.dialogue.asks import YES_NO, Answer, Ask, Outcome, Start, offered, picked, yes_no
from voice.dialogue.opening import anything_else, is_it
from voice.dialogue.person import find_person, offer
from voice.dialogue.state import State, ask, do, end, with_slots
from voice.heard import Json, Meaning, Result, Say, Step

TO_A_PERSON = {"refused": "payment_refused", "failed": "payment_held", "waiting": "payment_held"}  # about what


def begin(state: State, result: Result) -> Step:
    """First who is there, because a number may be anybody's."""
    caller = result.data["caller"]
    state = replace(state, household=(caller,), slots={"status": result.status, **result.data})
    return ask(state, "hold.who", name=caller["name"])


def _tell(state: State, _: Meaning) -> Step:
    state = replace(state, caller=state.household[0], level=1)
    status, told = state.slots["status"], {name: state.slots[name] for name in ("amount", "biller", "reason")}
    if status == "ask":
        return ask(state, "hold.still", **told)
    if status == "paid":
        bill = {"biller": told["biller"], "amount": told["amount"]}
        state = with_slots(state, bill=bill, leaving=True)
        return ask(state, "bill.receipt", Say("hold.paid", told), receipt=state.slots["receipt"])
    if status in TO_A_PERSON:
        return offer(state, Say(f"hold.{status}", told), about=TO_A_PERSON[status])
    return end(state, Say(f"hold.{status}", told), Say("goodbye"))


def _not_there(state: State, _: Meaning) -> Step:
    return end(state, Say("tell.not_there"))


def _not_wanted(state: State, _: Meaning) -> Step:
    return do(state, "holds.stop", hold_id=state.slots["hold_id"])


def stopped(state: State, result: Result) -> Step:
    if state.slots.get("wish") == "cancel_payment":
        return anything_else(state, Say("hold.late" if result.status == "late" else "hold.stopped"))
    return end(state, Say("hold.stopped"), Say("goodbye"))


def _wanted(state: State, _: Meaning) -> Step:
    return ask_everyone(state, "holds.answered", {"hold_id": state.slots["hold_id"]})


def ask_everyone(state: State, order: str, about: Json) -> Step:
    """The three questions that everybody is asked, in the same words; `order` gets the answers, with `about`."""
    return ask(with_slots(state, answers={}, order=order, order_about=about), "hold.phoned", Say("hold.everyone"))


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
    if result.status == "signal":
        return find_person(state, Say("hold.signal"), about="payment_held")
    return end(state, Say(f"hold.{result.status}"), Say("goodbye"))


# --- the caller rings, to stop a payment


def stop(state: State, _: Meaning) -> Step:
    return do(replace(state, slots={"wish": "cancel_payment"}), "holds.mine")


def mine(state: State, result: Result) -> Step:
    """What waits can be stopped. What was paid cannot be called back by a machine: that is for a person."""
    waiting = result.data["holds"]
    if not waiting:
        return offer(state, Say("hold.none"), about="cancel_payment")
    if len(waiting) == 1:
        return _ask_to_stop(state, waiting[0])
    return ask(with_slots(state, holds=waiting), "hold.which", billers=[hold["biller"] for hold in waiting])


def _which(state: State, meaning: Meaning) -> Step | None:
    if hold := picked(meaning, state.slots["holds"]):
        return _ask_to_stop(state, hold)
    return _let_it_wait(state, meaning) if meaning.intent in ("no", "cancel") else None


def _ask_to_stop(state: State, hold: Json) -> Step:
    state = with_slots(state, hold_id=hold["hold_id"])
    return ask(state, "hold.stop_it", biller=hold["biller"], amount=hold["amount"])


def _let_it_wait(state: State, _: Meaning) -> Step:
    return anything_else(state, Say("hold.goes_on"))


ASKS = {
    "hold.which": Ask(offered("holds", "biller"), _which),
    "hold.stop_it": Ask(YES_NO, yes_no(_not_wanted, _let_it_wait)),
    "hold.who": Ask(is_it, yes_no(_tell, _not_there)),
    "hold.still": Ask(YES_NO, yes_no(_wanted, _not_wanted)),
    "hold.phoned": Ask(YES_NO, _answer("phoned", lambda state, _: ask(state, "hold.told"))),
    "hold.told": Ask(YES_NO, _answer("told", lambda state, _: ask(state, "hold.alone"))),
    "hold.alone": Ask(YES_NO, _answer("alone", _all_asked)),
}
RESULTS: dict[str, Outcome] = {"call.hold": begin, "holds.answered": answered, "holds.stop": stopped, "holds.mine": mine}
STARTS: dict[str, Start] = {"cancel_payment": stop}
