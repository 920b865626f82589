"""Paying a bill by voice: which one, how much of it and when, is that right, the PIN, paid, the receipt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from voice.dialogue import cards, terms
from voice.dialogue.asks import PIN_DIGITS, YES_NO, Ask, Outcome, Start, ask_again, listen_for, offered, picked, told, yes_no
from voice.dialogue.opening import all_told, anything_else
from voice.dialogue.person import find_person
from voice.dialogue.proving import offer_call_back
from voice.dialogue.state import State, ask, do, do_outside, with_slots
from voice.dialogue.wishes import afterwards
from voice.heard import Json, Meaning, Result, Say, Step

OTHERWISE = {"part_of_day", "time"}  # a bill paid then is not this one paid now
ABOUT_THIS = {"", "yes", "no", "none", "pay_bill"}  # what may come with how much of it, and on which day


def start(state: State, meaning: Meaning) -> Step:
    """Look up what is due, at the biller that was named if one was. How much of it, and when, may be said at once."""
    at_first = terms.said_at_first(meaning)
    state = replace(state, slots={"wish": "pay_bill", "all": meaning.slots.get("all", False), "at_first": at_first})
    biller, *others = meaning.slots.get("billers") or [meaning.slots.get("biller")]
    return do(_after_this(state, others), "bills.due", biller=biller)


def _after_this(state: State, billers: Sequence[str]) -> State:
    """The bills that come after this one: each is read out and confirmed on its own."""
    return afterwards(state, *(Meaning("pay_bill", slots={"biller": biller}) for biller in billers))


def due(state: State, result: Result) -> Step:
    bills = result.data.get("bills", [])
    if result.status == "one":
        return read_out(state, bills[0])
    if result.status == "several":
        return one_by_one(state, bills) if state.slots.get("all") else ask_which(state, bills)
    if result.status == "new":
        return read_out(state, bills[0], Say("bill.new_biller", result.data))
    if bill := state.slots.get("bill"):
        # A correction that names what there is no bill for: the one that was read out is still open.
        return read_out(state, bill, Say("bill.none_of_that"))
    return anything_else(state, Say(f"bill.{result.status}", result.data))


def ask_which(state: State, bills: Sequence[Json]) -> Step:
    return ask(with_slots(state, bills=bills), "bill.which", billers=[bill["biller"] for bill in bills])


def one_by_one(state: State, bills: Sequence[Json]) -> Step:
    first, *others = bills
    return read_out(_after_this(state, [bill["biller"] for bill in others]), first, Say("bill.one_by_one"))


def read_out(state: State, bill: Json, *before: Say) -> Step:
    """The one bill, with the question whether to pay it: all of it now, or as the first sentence has said."""
    if bill.get("planned"):
        return anything_else(state, *before, Say("bill.planned_already", bill["planned"]))
    if bill.get("paid"):
        before = (*before, Say("bill.part_paid", {"biller": bill["biller"], "paid": bill["paid"]}))
    first = terms.of_this_bill(state.slots.get("at_first") or {}, bill)
    state = with_slots(state, bill=bill, bills=None, at_first=None, terms={})
    return _on_terms(state, first, *before) if first else ask(state, "bill.confirm", *before, **_spoken(bill))


def _spoken(bill: Json) -> dict[str, Any]:
    return {name: bill[name] for name in ("biller", "amount", "due")}


def _on_terms(state: State, said: Json, *before: Say) -> Step:
    """So much of it, or on another day, or both: what is not clear is asked, and all of it is said once more."""
    bill = state.slots["bill"]
    wanted = terms.merged(state.slots.get("terms") or {}, said)
    state = with_slots(state, terms=wanted)
    if unclear := terms.question(wanted, bill):
        name, why = unclear
        return ask(state, name, *before, *why, biller=bill["biller"], last=bill["last_day"])
    part, day = terms.part_of(wanted, bill), wanted.get("date")
    if part is None and day is None:
        return read_out(state, bill, *before)
    values = _spoken(bill)
    if day is not None:
        values["day"] = day
    if part is not None:
        values |= {"part": part, "rest": terms.rest_of(part, bill)}
    name = "bill.part" if day is None else "bill.later" if part is None else "bill.later_part"
    return ask(state, name, *before, **values)


def _agree(state: State, meaning: Meaning) -> Step | None:
    """A yes, a no that leads back to all of it now, or a correction in place: "no, thirty pounds", "no, on Monday"."""
    said = terms.said(meaning, state.slots["bill"])
    if said and meaning.intent in ABOUT_THIS:
        return _on_terms(state, said, Say("corrected"))
    if meaning.intent in ("no", "back"):
        return read_out(state, state.slots["bill"])
    if meaning.intent == "cancel":
        return _leave_it(state, meaning)
    return _pay(state, meaning) if meaning.intent == "yes" and "aside" not in meaning.slots else None


def _how_much(state: State, meaning: Meaning) -> Step | None:
    said = {name: value for name, value in terms.said(meaning, state.slots["bill"]).items() if value != "some"}
    return _on_terms(state, said) if said else _all_or_nothing(state, meaning)


def _which_day(state: State, meaning: Meaning) -> Step | None:
    """One day; "next week" is none. Today is all of it, now."""
    day = meaning.slots.get("date")
    if not isinstance(day, str):
        return _all_or_nothing(state, meaning)
    if day == state.slots["bill"]["today"]:
        kept = {name: value for name, value in state.slots["terms"].items() if name != "date"}
        return _on_terms(with_slots(state, terms=kept), {})
    return _on_terms(state, {"date": day})


def _all_or_nothing(state: State, meaning: Meaning) -> Step | None:
    if meaning.intent in ("no", "cancel"):
        return _leave_it(state, meaning)
    return read_out(state, state.slots["bill"]) if meaning.intent == "back" else None


def _which(state: State, meaning: Meaning) -> Step | None:
    bills, billers = state.slots["bills"], meaning.slots.get("billers", ())
    wanted = [bill for bill in bills if meaning.slots.get("all") or bill.get("kind") in billers]
    if len(wanted) > 1 and meaning.intent not in ("no", "cancel"):
        return one_by_one(state, wanted)
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
    """Pay what was read out, and no other amount; or promise it for its day."""
    bill, wanted = state.slots["bill"], state.slots.get("terms") or {}
    asked = {"bill_id": bill["id"], "amount": bill["amount"], "part": terms.part_of(wanted, bill)}
    return do(state, "bills.plan", **asked, day=wanted["date"]) if "date" in wanted else do(state, "bills.claim", **asked)


def _confirm(state: State, meaning: Meaning) -> Step | None:
    """A yes, a no, or another bill: "no, the water one", "no, the other one". A yes that names another bill pays
    nothing. "Pay that for me, then" is a yes: the amount was read out, and the PIN comes next. "Should I pay it" and "yes, but
    not today" are none; "pay half" and "on Friday" are said once more, as what is then to be done."""
    named, bill = meaning.slots.get("biller"), state.slots["bill"]
    aside = meaning.slots.get("aside")
    if meaning.slots.get("asked") == "bill" and meaning.intent not in ("yes", "no", "cancel"):
        return ask_again(state, meaning)
    if named and named not in (bill.get("kind"), bill["biller"]):
        return do(state, "bills.due", Say("corrected"), biller=named)
    if meaning.slots.get("another") and meaning.intent != "yes":
        return do(state, "bills.due", besides=bill["id"])
    said = terms.said(meaning, bill)
    if said and meaning.intent in ABOUT_THIS:
        return _on_terms(state, said)
    if meaning.intent == "pay_bill" and not (aside or meaning.slots.keys() & OTHERWISE):
        return _pay(state, meaning)
    return None if meaning.intent == "yes" and aside == "doubt" else _yes_or_no(state, meaning)


def _leave_it(state: State, meaning: Meaning) -> Step:
    """This one; "no, leave them all" is said of those that were to come after it, too."""
    state = replace(state, also=()) if meaning.slots.get("all") else state
    return anything_else(state, Say("bill.left", {"biller": state.slots["bill"]["biller"]}))


def _pin(state: State, meaning: Meaning) -> Step | None:
    if meaning.slots.get("forgotten"):
        return forgotten_pin(state, "pay_bill")
    if asked := meaning.slots.get("asked"):
        return ask(state, "pin", Say("pin.why") if asked == "why" else Say("bill.owed_one", _spoken(state.slots["bill"])))
    if meaning.intent in ("no", "cancel", "back"):
        return _leave_it(state, meaning)
    digits = meaning.slots.get("digits", "")
    return do(state, "identity.check_pin", pin=digits) if len(digits) == PIN_DIGITS else None


def forgotten_pin(state: State, wished: str) -> Step:
    """Nobody has to guess a PIN: a yes in a call of ours is as good."""
    return offer_call_back(with_slots(state, wished=wished), Say("pin.forgotten"))


def pin_checked(state: State, result: Result) -> Step:
    if result.status == "ok":
        return _claim(replace(state, level=2))
    if result.status == "wrong":
        return ask(state, "pin", Say("pin.wrong"))
    return offer_call_back(with_slots(state, wished="pay_bill"), Say(f"pin.{result.status}"))


def claimed(state: State, result: Result) -> Step:
    """The payment is promised in our rows; the gateway is asked next, in a turn of its own, or on the day that was said."""
    if result.status == "claimed":
        return do_outside(state, "bills.settle", Say("bill.paying"), payment_id=result.data["payment_id"])
    if result.status == "planned":
        rings = (Say("bill.planned_rings"),) if result.data["rings"] else ()
        return anything_else(state, Say("bill.planned", result.data), *rings, done=Say("recap.planned", result.data))
    if result.status == "day_gone":
        return ask(state, "bill.which_day", Say("bill.day_past"), last=state.slots["bill"]["last_day"])
    if result.status == "changed":
        return read_out(state, result.data["bill"], Say("bill.changed"))
    if result.status == "rings":
        soon = (Say("hold.soon"),) if result.data["until"] == "hold.soon" else ()
        return anything_else(state, Say("bill.rings", result.data), *soon)
    if result.status == "missed":
        return ask(with_slots(state, hold_id=result.data["hold_id"]), "hold.missed", **result.data)
    if result.status in ("held", "refused"):
        held = (Say(result.data["until"], result.data),) if "until" in result.data else ()
        return find_person(state, Say(f"bill.{result.status}", result.data), *held, about=f"payment_{result.status}")
    return anything_else(state, Say(f"bill.{result.status}", result.data))


def settled(state: State, result: Result) -> Step:
    if result.status == "paid":
        state = with_slots(state, payment_id=result.data["payment_id"], paid=result.data["amount"])
        rest = (Say("bill.rest", result.data),) if "rest" in result.data else ()
        return ask(state, "bill.receipt", Say("bill.paid", result.data), *rest, receipt=result.data["receipt"])
    if result.status == "unknown":
        return find_person(state, Say("bill.unknown", result.data), about="payment_unknown")
    not_paid = Say("bill.not_paid", result.data)
    if result.data.get("by_keys"):
        return cards.another(state, state.slots["bill"]["biller"], not_paid)
    return anything_else(state, not_paid)


def _receipt_heard(state: State, _: Meaning) -> Step:
    return do(state, "bills.receipt_heard", payment_id=state.slots["payment_id"])


def _leave(state: State, meaning: Meaning) -> Step:
    """The receipt was read twice: whoever says goodbye to that has heard it."""
    return _receipt_heard(with_slots(state, leaving=True), meaning)


def receipt_noted(state: State, _: Result) -> Step:
    bill = state.slots["bill"]
    told = {
        "biller": bill["biller"],
        "amount": state.slots.get("paid", bill["amount"]),
        "receipt": state.values.get("receipt", ""),
    }
    return all_told(state, Say("recap.paid", told))


_yes_or_no = yes_no(_pay, _leave_it)
ASKS = {
    "bill.which": Ask(offered("bills", "biller"), _which),
    "bill.confirm": Ask(listen_for("yes_no", interruptible=False), _confirm),
    "bill.part": Ask(listen_for("yes_no", interruptible=False), _agree),
    "bill.later": Ask(listen_for("yes_no", interruptible=False), _agree),
    "bill.later_part": Ask(listen_for("yes_no", interruptible=False), _agree),
    "bill.how_much": Ask(listen_for("open"), _how_much),
    "bill.which_day": Ask(listen_for("date"), _which_day),
    "pin": Ask(listen_for("pin", digits=PIN_DIGITS, secret=True), _pin),
    "bill.receipt": Ask(YES_NO, told(_receipt_heard), leave=_leave, first=_receipt_heard),
}
RESULTS: dict[str, Outcome] = {
    "bills.due": due,
    "identity.check_pin": pin_checked,
    "bills.claim": claimed,
    "bills.plan": claimed,
    "bills.settle": settled,
    "bills.receipt_heard": receipt_noted,
}
STARTS: dict[str, Start] = {"pay_bill": start}
