"""Paying a bill by voice: which one, how much, is that right, the PIN, paid, the receipt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from voice.dialogue.asks import YES_NO, Ask, Outcome, Start, listen_for, offered, picked, told, yes_no
from voice.dialogue.opening import all_told, anything_else
from voice.dialogue.person import find_person
from voice.dialogue.state import State, ask, do, do_outside, with_slots
from voice.heard import Json, Meaning, Result, Say, Step

PIN_DIGITS = 6
OTHERWISE = {"date", "part_of_day", "time", "amount"}  # a bill paid then, or so much of it, is not this one paid now


def start(state: State, meaning: Meaning) -> Step:
    """Look up what is due, at the biller that was named if one was."""
    state = replace(state, slots={"wish": "pay_bill", "all": meaning.slots.get("all", False)})
    biller, *others = meaning.slots.get("billers") or [meaning.slots.get("biller")]
    return do(_after_this(state, others), "bills.due", biller=biller)


def _after_this(state: State, billers: Sequence[str]) -> State:
    """The bills that come after this one: each is read out and confirmed on its own."""
    return replace(state, also=(*({"intent": "pay_bill", "slots": {"biller": biller}} for biller in billers), *state.also))


def due(state: State, result: Result) -> Step:
    bills = result.data.get("bills", [])
    if result.status == "one":
        return read_out(state, bills[0])
    if result.status == "several":
        return _one_by_one(state, bills) if state.slots.get("all") else ask_which(state, bills)
    if result.status == "new":
        # A first payment to a biller needs a call-back and questions that only people ask for now.
        return find_person(state, Say("bill.new_biller", result.data), about="new_biller")
    if bill := state.slots.get("bill"):
        # A correction that names what there is no bill for: the one that was read out is still open.
        return read_out(state, bill, Say("bill.none_of_that"))
    return anything_else(state, Say(f"bill.{result.status}", result.data))


def ask_which(state: State, bills: Sequence[Json]) -> Step:
    return ask(with_slots(state, bills=bills), "bill.which", billers=[bill["biller"] for bill in bills])


def _one_by_one(state: State, bills: Sequence[Json]) -> Step:
    first, *others = bills
    return read_out(_after_this(state, [bill["biller"] for bill in others]), first, Say("bill.one_by_one"))


def read_out(state: State, bill: Json, *before: Say) -> Step:
    """The one bill, with the question whether to pay it."""
    state = with_slots(state, bill=bill, bills=None)
    return ask(state, "bill.confirm", *before, biller=bill["biller"], amount=bill["amount"], due=bill["due"])


def _which(state: State, meaning: Meaning) -> Step | None:
    bills, billers = state.slots["bills"], meaning.slots.get("billers", ())
    wanted = [bill for bill in bills if meaning.slots.get("all") or bill.get("kind") in billers]
    if len(wanted) > 1 and meaning.intent not in ("no", "cancel"):
        return _one_by_one(state, wanted)
    if bill := picked(meaning, bills):
        return read_out(state, bill)
    biller = meaning.slots.get("biller")
    named = [bill for bill in bills if biller and biller in (bill.get("kind"), bill["biller"])]
    if len(named) == 1:
        return read_out(state, named[0])
    return anything_else(state, Say("bill.none_paid")) if meaning.intent in ("no", "cancel") else None


def _pay(state: State, _: Meaning) -> Step:
    if state.level >= 2:
        return _claim(state)
    return ask(state, "pin")


def _claim(state: State) -> Step:
    """Pay what was read out, and no other amount."""
    bill = state.slots["bill"]
    return do(state, "bills.claim", bill_id=bill["id"], amount=bill["amount"])


def _confirm(state: State, meaning: Meaning) -> Step | None:
    """A yes, a no, or another biller: "no, the water one". A yes that names another bill pays nothing. "Pay that for me,
    then" is a yes: the amount was read out, and the PIN comes next. "Should I pay it", "pay half" and "yes, but not today"
    are none."""
    named, bill = meaning.slots.get("biller"), state.slots["bill"]
    aside = meaning.slots.get("aside")
    if named and named not in (bill.get("kind"), bill["biller"]):
        return do(state, "bills.due", Say("corrected"), biller=named)
    otherwise = OTHERWISE - {"date"} if meaning.slots.get("today") else OTHERWISE
    if meaning.intent == "pay_bill" and not (aside or meaning.slots.keys() & otherwise):
        return _pay(state, meaning)
    return None if meaning.intent == "yes" and aside == "doubt" else _yes_or_no(state, meaning)


def _leave_it(state: State, meaning: Meaning) -> Step:
    """This one; "no, leave them all" is said of those that were to come after it, too."""
    state = replace(state, also=()) if meaning.slots.get("all") else state
    return anything_else(state, Say("bill.left", {"biller": state.slots["bill"]["biller"]}))


def _pin(state: State, meaning: Meaning) -> Step | None:
    if meaning.slots.get("forgotten"):
        return forgotten_pin(state)
    if meaning.intent in ("no", "cancel", "back"):
        return _leave_it(state, meaning)
    digits = meaning.slots.get("digits", "")
    return do(state, "identity.check_pin", pin=digits) if len(digits) == PIN_DIGITS else None


def forgotten_pin(state: State) -> Step:
    """Nobody has to guess a PIN: a person gives a new one, and nothing is done without it."""
    return find_person(state, Say("pin.forgotten"), about="new_pin")


def pin_checked(state: State, result: Result) -> Step:
    if result.status == "ok":
        return _claim(replace(state, level=2))
    if result.status == "wrong":
        return ask(state, "pin", Say("pin.wrong"))
    return find_person(state, Say(f"pin.{result.status}"), about="pin")


def claimed(state: State, result: Result) -> Step:
    """The payment is promised in our rows; the gateway is asked next, in a turn of its own."""
    if result.status == "claimed":
        return do_outside(state, "bills.settle", Say("bill.paying"), payment_id=result.data["payment_id"])
    if result.status == "changed":
        return read_out(state, result.data["bill"], Say("bill.changed"))
    if result.status in ("held", "refused"):
        held = (Say(result.data["until"], result.data),) if "until" in result.data else ()
        return find_person(state, Say(f"bill.{result.status}", result.data), *held, about=f"payment_{result.status}")
    return anything_else(state, Say(f"bill.{result.status}", result.data))


def settled(state: State, result: Result) -> Step:
    if result.status == "paid":
        state = with_slots(state, payment_id=result.data["payment_id"])
        return ask(state, "bill.receipt", Say("bill.paid", result.data), receipt=result.data["receipt"])
    if result.status == "unknown":
        return find_person(state, Say("bill.unknown", result.data), about="payment_unknown")
    return anything_else(state, Say("bill.not_paid", result.data))


def _receipt_heard(state: State, _: Meaning) -> Step:
    return do(state, "bills.receipt_heard", payment_id=state.slots["payment_id"])


def _leave(state: State, meaning: Meaning) -> Step:
    """The receipt was read twice: whoever says goodbye to that has heard it."""
    return _receipt_heard(with_slots(state, leaving=True), meaning)


def receipt_noted(state: State, _: Result) -> Step:
    bill = state.slots["bill"]
    told = {"biller": bill["biller"], "amount": bill["amount"], "receipt": state.values.get("receipt", "")}
    return all_told(state, Say("recap.paid", told))


_yes_or_no = yes_no(_pay, _leave_it)
ASKS = {
    "bill.which": Ask(offered("bills", "biller"), _which),
    "bill.confirm": Ask(listen_for("yes_no", interruptible=False), _confirm),
    "pin": Ask(listen_for("pin", digits=PIN_DIGITS, secret=True), _pin),
    "bill.receipt": Ask(YES_NO, told(_receipt_heard), leave=_leave, first=_receipt_heard),
}
RESULTS: dict[str, Outcome] = {
    "bills.due": due,
    "identity.check_pin": pin_checked,
    "bills.claim": claimed,
    "bills.settle": settled,
    "bills.receipt_heard": receipt_noted,
}
STARTS: dict[str, Start] = {"pay_bill": start}
