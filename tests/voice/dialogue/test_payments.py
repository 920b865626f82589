"""A payment that is not to go: stopped at a yes while it waits; what has gone is told, and a person offered."""

from __future__ import annotations

from typing import Any

from tests.voice.dialogue.test_advance import come_back, hear, margaret_on_the_line, said
from voice.heard import Step

POUNDS = {"amount": "42.50", "currency": "GBP"}
ELECTRIC = {"hold_id": 6, "biller": "City Electric", "kind": "electricity", "amount": POUNDS}
WATER = {"hold_id": 7, "biller": "Clearwater", "kind": "water", "amount": POUNDS}


def asked(status: str, **data: Any) -> Step:
    """Margaret, without a PIN, wants a payment stopped; what is looked up comes back."""
    step = hear(margaret_on_the_line(), "cancel_payment")
    assert step.order.name == "payments.stoppable" and step.state.level == 1
    return come_back(step, status, **data)


def test_a_payment_that_waits_is_stopped_at_a_yes_without_a_pin() -> None:
    step = hear(asked("waits", waiting=[ELECTRIC]), "yes")
    assert step.order.name == "payments.stop" and step.order.args == {"hold_id": 6}
    assert said(come_back(step, "ok")) == ["payment.stopped", "anything_else"]


def test_a_no_leaves_it_as_it_is() -> None:
    step = hear(asked("waits", waiting=[ELECTRIC]), "no")
    assert step.order is None and said(step) == ["payment.kept", "anything_else"]


def test_of_several_she_says_which() -> None:
    step = asked("waits", waiting=[ELECTRIC, WATER])
    assert said(step) == ["payment.which"]
    for answer in ({"choice": 1}, {"biller": "water"}):
        assert hear(step, "", **answer).state.slots["one"] == WATER
    assert said(hear(step, "no")) == ["payment.kept", "anything_else"]


def test_who_was_too_late_is_told_and_offered_a_person() -> None:
    step = come_back(hear(asked("waits", waiting=[ELECTRIC]), "yes"), "gone")
    assert said(step) == ["payment.too_late", "person.offer"]


def test_what_has_gone_is_told_and_a_person_offered() -> None:
    spoken = {"biller": "City Electric", "amount": POUNDS}
    assert said(asked("gone", **spoken, date="2026-11-20")) == ["payment.gone", "person.offer"]
    assert said(asked("under_way", **spoken)) == ["payment.under_way", "person.offer"]
    assert said(asked("none")) == ["payment.none", "person.offer"]
