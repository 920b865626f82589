"""Whole calls in which somebody stops all payments, allows them again, or has them protected."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from helpline import audit
from helpline import clock as ticking
from helpline.commands.demo_data import Demonstration
from helpline.db import db
from helpline.models import ServiceRequest, Turn
from helpline.outbox import Delivery
from helpline.services.protection import PaymentGuard
from tests.calls.test_conversation import OnTheLine, keys_of, paid, ring
from tests.calls.test_hold_calls import pick_up
from tests.cast import PIN, Clock
from voice.heard import Heard

STRANGER = "+442071838999"


@pytest.fixture
def margaret(app: Flask, town: Demonstration) -> OnTheLine:
    line = ring(app)
    line.say("yes")
    return line


def guard(app: Flask) -> tuple[bool, bool]:
    """Frozen, and protected."""
    with app.app_context():
        row = db.session.scalars(select(PaymentGuard)).one_or_none()
        return (row is not None and row.frozen_at is not None, row is not None and row.protected_at is not None)


def test_a_yes_stops_everything_and_a_bill_is_not_paid_in_the_same_call(app: Flask, margaret: OnTheLine) -> None:
    assert keys_of(margaret.say("stop all my payments")) == ["freeze.confirm"]
    assert keys_of(margaret.say("yes")) == ["freeze.ok", "protection.on"] and guard(app) == (True, False)
    margaret.say("no", "pay my electricity bill", "yes")
    assert keys_of(margaret.press(PIN)) == ["bill.frozen", "anything_else"]
    assert paid(app)[0] == []


def test_a_no_stops_nothing(app: Flask, margaret: OnTheLine) -> None:
    margaret.say("freeze my payments")
    assert keys_of(margaret.say("no")) == ["freeze.left", "anything_else"] and guard(app) == (False, False)


def test_the_pin_allows_them_again_and_stands_nowhere(app: Flask, margaret: OnTheLine) -> None:
    margaret.say("freeze my payments", "yes", "no")
    assert keys_of(margaret.say("allow my payments again")) == ["protection.pin"]
    assert keys_of(margaret.press(PIN)) == ["lifted.freeze", "anything_else"] and guard(app) == (False, False)
    with app.app_context():
        assert not any(PIN in str([turn.heard, turn.meaning, turn.orders]) for turn in db.session.scalars(select(Turn)))


def test_a_wrong_pin_leaves_them_stopped_and_help_goes_on(app: Flask, margaret: OnTheLine) -> None:
    margaret.say("freeze my payments", "yes", "no", "allow my payments again")
    assert keys_of(margaret.press("000111")) == ["pin.wrong", "protection.pin"]
    margaret.press("000112")
    assert keys_of(margaret.press("000113"))[0] == "prove.pin_too_many" and guard(app) == (True, False)


def test_the_protection_is_explained_offered_and_switched_off_by_pin_and_call(
    app: Flask, margaret: OnTheLine, clock: Clock
) -> None:
    margaret.say("turn on protection mode")
    assert keys_of(margaret.reply) == ["protection.on"] and "rung you" in margaret.reply.text
    assert keys_of(margaret.say("yes")) == ["protection.is_on", "anything_else"] and guard(app) == (False, True)
    assert keys_of(margaret.say("switch off the protection")) == ["protection.off"]
    assert keys_of(margaret.say("yes")) == ["protection.pin"]
    assert keys_of(margaret.press(PIN)) == ["lift.call_back", "anything_else"] and guard(app) == (False, True)
    clock.pass_time(minutes=2)
    ticking.tick(app)
    rung = pick_up(app)
    assert keys_of(rung.reply) == ["lift.who"]
    assert keys_of(rung.say("yes")) == ["lift.protection"]
    rung.say("yes", "no", "no")
    assert keys_of(rung.say("no")) == ["lifted.protection", "anything_else"] and guard(app) == (False, False)


def test_who_is_told_what_to_say_keeps_the_protection(app: Flask, margaret: OnTheLine, clock: Clock) -> None:
    margaret.say("turn on protection mode", "yes", "switch off the protection", "yes")
    margaret.press(PIN)
    clock.pass_time(minutes=2)
    ticking.tick(app)
    rung = pick_up(app)
    rung.say("yes", "yes", "no", "yes")
    assert keys_of(rung.say("no"))[0] == "hold.signal" and guard(app) == (False, True)


def number_changes(app: Flask, clock: Clock) -> None:
    """Of whoever has a guard."""
    with app.app_context():
        guarded = db.session.scalars(select(PaymentGuard)).one().caller_id
        audit.write("staff:1", "phone_changed", f"caller:{guarded}", clock.now(), old="", new="")
        db.session.commit()


def test_where_her_number_is_new_a_person_takes_it_up(app: Flask, margaret: OnTheLine, clock: Clock) -> None:
    """Whoever had the number changed would be rung and believed."""
    margaret.say("turn on protection mode", "yes")
    number_changes(app, clock)
    margaret.say("switch off the protection", "yes")
    assert keys_of(margaret.press(PIN))[0] == "lift.new_number" and guard(app) == (False, True)
    clock.pass_time(minutes=5)
    ticking.tick(app)
    with app.app_context():
        assert db.session.scalars(select(Delivery.id).where(Delivery.dedupe_key.startswith("call:lift"))).all() == []
        assert "unfreeze_payments" in {*db.session.scalars(select(ServiceRequest.intent))} or "protection_mode" in {
            *db.session.scalars(select(ServiceRequest.intent).where(ServiceRequest.status != "done"))
        }


def test_a_number_that_changes_after_we_promised_to_ring_lifts_nothing(app: Flask, margaret: OnTheLine, clock: Clock) -> None:
    margaret.say("turn on protection mode", "yes", "switch off the protection", "yes")
    margaret.press(PIN)
    number_changes(app, clock)
    clock.pass_time(minutes=2)
    ticking.tick(app)
    rung = pick_up(app)
    rung.say("yes", "yes", "no", "no")
    assert keys_of(rung.say("no"))[0] == "hold.signal" and guard(app) == (False, True)


def test_who_is_protected_chooses_a_phrase_by_our_call_alone(app: Flask, margaret: OnTheLine, clock: Clock) -> None:
    margaret.say("turn on protection mode", "yes", "I want to change my safe phrase")
    assert keys_of(margaret.reply) == ["prove.pin"]
    assert keys_of(margaret.press(PIN)) == ["prove.protected", "prove.call_back"]
    assert keys_of(margaret.say("yes"))[0] == "prove.promised"
    clock.pass_time(minutes=2)
    ticking.tick(app)
    rung = pick_up(app)
    rung.say("yes")
    assert keys_of(rung.say("yes"))[-1] == "phrase.which"


def test_who_is_not_protected_needs_no_call_for_it(app: Flask, margaret: OnTheLine) -> None:
    margaret.say("I want to change my safe phrase")
    assert keys_of(margaret.press(PIN))[-1] == "phrase.which"


def test_who_tells_of_a_thief_is_offered_the_protection_once(app: Flask, margaret: OnTheLine) -> None:
    margaret.say("I think somebody is trying to cheat me")
    assert keys_of(margaret.reply) == ["safety.scam", "person.offer"]
    assert keys_of(margaret.say("no")) == ["protection.on"]
    assert keys_of(margaret.say("yes")) == ["protection.is_on", "anything_else"] and guard(app) == (False, True)
    margaret.say("there was another fraudster on the phone")
    assert keys_of(margaret.say("no")) == ["anything_else"]


def test_a_volunteer_who_wants_the_pin_is_a_complaint(margaret: OnTheLine) -> None:
    margaret.say("the volunteer asked me for my PIN yesterday")
    assert keys_of(margaret.reply) == ["complaint.sorry", "message.record"]


def test_somebody_else_on_her_telephone_may_stop_but_not_allow(app: Flask, town: Demonstration) -> None:
    line = ring(app)
    line.say("no")
    line.say("freeze my payments")
    assert keys_of(line.say("yes")) == ["freeze.others", "anything_else"] and guard(app)[0]
    assert keys_of(line.say("allow my payments again"))[0] == "unknown.how" and guard(app)[0]


def test_a_stranger_gets_a_person(app: Flask, town: Demonstration) -> None:
    line = ring(app, STRANGER)
    line.say("stop all my payments")
    assert keys_of(line.hear(Heard(text="yes")))[0] == "freeze.nobody" and guard(app) == (False, False)
