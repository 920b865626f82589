"""We ring about a payment that was held: is it still wanted, three questions that everybody is asked, or the news.

The line may be overheard: no suspicion is said aloud, and nobody is asked for a PIN.
"""

from __future__ import annotations

from voice.dialogue.asks import YES_NO, Answer, Ask, Outcome, Start, yes_no
from voice.dialogue.opening import by_our_phrase, is_it, they_are_there, who_is_there
from voice.dialogue.person import find_person, offer
from voice.dialogue.state import State, ask, do, end, with_slots
from voice.heard import Json, Meaning, Result, Say, Step

TO_A_PERSON = {"refused": "payment_refused", "failed": "payment_held", "waiting": "payment_held"}  # about what


def begin(state: State, result: Result) -> Step:
    return who_is_there(state, result, "hold.who")


def _tell(state: State, _: Meaning) -> Step:
    state = they_are_there(state)
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


def stopped(state: State, _: Result) -> Step:
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


ASKS = {
    "hold.who": Ask(is_it, yes_no(by_our_phrase(_tell), _not_there)),
    "hold.still": Ask(YES_NO, yes_no(_wanted, _not_wanted)),
    "hold.phoned": Ask(YES_NO, _answer("phoned", lambda state, _: ask(state, "hold.told"))),
    "hold.told": Ask(YES_NO, _answer("told", lambda state, _: ask(state, "hold.alone"))),
    "hold.alone": Ask(YES_NO, _answer("alone", _all_asked)),
}
RESULTS: dict[str, Outcome] = {"call.hold": begin, "holds.answered": answered, "holds.stop": stopped}
STARTS: dict[str, Start] = {}
