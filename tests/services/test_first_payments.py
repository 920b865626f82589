"""A first payment to a biller: held until our own call, its questions and the PIN; then paid once, or left to the office."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from helpline import clock as ticking
from helpline import deliveries
from helpline.audit import AuditEntry
from helpline.db import db
from helpline.events import Event
from helpline.models import ServiceRequest
from helpline.outbox import Delivery
from helpline.services import protection, safety
from helpline.services.bills import orders, settlement
from helpline.services.bills.models import Bill, Payment
from helpline.services.gateways.ledger import Ledger, balance
from helpline.services.holds import calls, keeping
from helpline.services.holds.models import Hold
from tests.cast import MARGARET, PIN, Clock, People, on_the_line
from tests.services.accounts import account_with, bill

CLEAR = {"phoned": False, "told": False, "alone": False}


@pytest.fixture
def water(in_app: Flask, people: People, clock: Clock) -> int:
    """Margaret's first bill of Clearwater, 31.20, due in nine days; she has 100 pounds with us."""
    row = bill(account_with(people.margaret, "Clearwater", "water"), "31.20", clock.now().date() + dt.timedelta(days=9))
    db.session.commit()
    Ledger(clock.now).deposit("for Margaret", Decimal("100.00"), "GBP", f"caller:{people.margaret}")
    return row.id


@pytest.fixture
def asked(in_app: Flask, people: People, water: int) -> int:
    """She has asked for it with her PIN; the hold's id."""
    assert orders.claim({"bill_id": water}, on_the_line(in_app, people.margaret)).status == "rings"
    db.session.commit()
    return db.session.scalars(select(Hold.id)).one()


@pytest.fixture
def rung(in_app: Flask, asked: int, clock: Clock) -> int:
    """Ten minutes later we ring her."""
    clock.pass_time(minutes=10)
    tick(in_app)
    return asked


def tick(app: Flask) -> None:
    db.session.commit()
    ticking.tick(app)


def answer(hold_id: int, line: Any, **against: bool) -> str:
    result = calls.answered({"hold_id": hold_id, "answers": {**CLEAR, **against}}, line)
    db.session.commit()
    return result.status


def type_pin(hold_id: int, line: Any, pin: str = PIN) -> Any:
    result = calls.pay({"hold_id": hold_id, "pin": pin}, line)
    db.session.commit()
    return result


def money(people: People) -> Decimal:
    return balance(db.session(), f"caller:{people.margaret}", "GBP")


def hold_of(hold_id: int) -> Hold:
    return db.session.get_one(Hold, hold_id, populate_existing=True)


def actions(hold_id: int) -> list[str]:
    query = select(AuditEntry.action).where(AuditEntry.subject == f"hold:{hold_id}").order_by(AuditEntry.id)
    return [*db.session.scalars(query)]


def placed() -> list[str]:
    return [*db.session.scalars(select(Delivery.status).where(Delivery.channel == "call").order_by(Delivery.id))]


def escalated() -> list[str]:
    return [data["why"] for data in db.session.scalars(select(Event.data).where(Event.kind == "hold_escalated"))]


def test_after_clear_answers_and_the_pin_it_is_paid_once(in_app: Flask, people: People, rung: int) -> None:
    line = on_the_line(in_app, people.margaret)
    assert calls.why_we_ring({"hold_id": rung, "caller_id": people.margaret}).status == "first"
    assert answer(rung, line) == "prove"
    claimed = type_pin(rung, line)
    assert claimed.status == "claimed"
    settled = settlement.settle_order(claimed.data, settlement.charge_order(claimed.data, line), line)
    db.session.commit()
    assert settled.status == "paid" and money(people) == Decimal("68.80")
    hold = hold_of(rung)
    assert (hold.status, hold.decided_by, db.session.get_one(ServiceRequest, hold.request_id).status) == (
        "confirmed",
        None,
        "done",
    )
    assert actions(rung) == ["payment_held", "hold_due", "hold_call_answered", "hold_confirmed"]


def test_nobody_of_the_office_is_alarmed_and_she_is_not_rung_again(
    in_app: Flask, people: People, rung: int, clock: Clock
) -> None:
    line = on_the_line(in_app, people.margaret)
    answer(rung, line)
    claimed = type_pin(rung, line)
    settlement.settle_order(claimed.data, settlement.charge_order(claimed.data, line), line)
    db.session.execute(update(Delivery).where(Delivery.channel == "call").values(status="delivered"))  # she picked up
    clock.pass_time(hours=3)
    tick(in_app)
    assert escalated() == [] and placed() == ["delivered"]


def test_a_call_that_breaks_after_the_pin_is_settled_by_the_clock_and_she_is_rung(
    in_app: Flask, people: People, rung: int, clock: Clock
) -> None:
    line = on_the_line(in_app, people.margaret)
    answer(rung, line)
    type_pin(rung, line)
    clock.pass_time(minutes=3)
    tick(in_app)
    assert money(people) == Decimal("68.80") and placed() == ["sent", "sent"]


def test_the_pin_typed_twice_pays_once(in_app: Flask, people: People, rung: int) -> None:
    line = on_the_line(in_app, people.margaret)
    answer(rung, line)
    assert [type_pin(rung, line).status for _ in range(2)] == ["claimed", "late"]
    assert len(db.session.scalars(select(Payment)).all()) == 1


@pytest.mark.parametrize("against", ["phoned", "told", "alone", "unexpected"])
def test_an_answer_that_speaks_against_it_is_for_two_people(in_app: Flask, people: People, rung: int, against: str) -> None:
    line = on_the_line(in_app, people.margaret)
    assert answer(rung, line, **{against: True}) == "signal"
    assert type_pin(rung, line).status == "late"
    assert escalated() == ["signal"] and money(people) == Decimal("100.00")


def test_before_our_call_no_answer_and_no_pin_pays_it(in_app: Flask, people: People, asked: int) -> None:
    line = on_the_line(in_app, people.margaret)
    assert (answer(asked, line), type_pin(asked, line).status) == ("late", "late")


def test_three_wrong_pins_leave_it_to_the_office(in_app: Flask, people: People, rung: int) -> None:
    line = on_the_line(in_app, people.margaret)
    answer(rung, line)
    assert [type_pin(rung, line, "111222").status for _ in range(3)] == ["wrong", "wrong", "too_many"]
    assert hold_of(rung).call_back == "signal" and escalated() == ["signal"]
    assert type_pin(rung, line).status == "late"


def test_another_caller_cannot_answer_for_her(in_app: Flask, people: People, rung: int) -> None:
    line = on_the_line(in_app, people.joan)
    assert (answer(rung, line), type_pin(rung, line).status) == ("late", "late")


def test_a_freeze_between_her_answers_and_the_pin_stands(in_app: Flask, people: People, rung: int) -> None:
    line = on_the_line(in_app, people.margaret)
    answer(rung, line)
    protection.freeze({}, line)
    assert type_pin(rung, line).status == "waits"
    assert money(people) == Decimal("100.00") and actions(rung)[-1] == "hold_not_confirmed"


def test_a_scam_reported_since_leaves_it_to_the_office(in_app: Flask, people: People, rung: int) -> None:
    line = on_the_line(in_app, people.margaret)
    answer(rung, line)
    safety.report({"words": "a man rang me", "findings": []}, on_the_line(in_app, people.margaret))
    assert type_pin(rung, line).status == "waits"


def test_what_else_speaks_against_it_is_not_for_our_call_to_end(
    in_app: Flask, people: People, water: int, clock: Clock
) -> None:
    line = on_the_line(in_app, people.margaret, words=("he told me what to say to you",))
    assert orders.claim({"bill_id": water}, line).status == "held"
    hold = db.session.scalars(select(Hold)).one()
    clock.pass_time(hours=24)
    tick(in_app)
    assert answer(hold.id, on_the_line(in_app, people.margaret)) == "clear"
    assert type_pin(hold.id, on_the_line(in_app, people.margaret)).status == "late"


def test_a_first_bill_that_is_paid_long_before_its_day_is_ended_by_our_call_too(
    in_app: Flask, people: People, water: int, clock: Clock
) -> None:
    db.session.execute(update(Bill).where(Bill.id == water).values(due_on=clock.now().date() + dt.timedelta(days=40)))
    assert orders.claim({"bill_id": water}, on_the_line(in_app, people.margaret)).status == "rings"
    hold = db.session.scalars(select(Hold)).one()
    assert {"F023", "F029"} <= {finding["id"] for finding in hold.findings}


def test_no_row_says_that_our_call_paid_what_it_did_not_clear(asked: int) -> None:
    hold = hold_of(asked)
    hold.status, hold.ended_at = "confirmed", hold.ends_at
    with pytest.raises(IntegrityError, match="confirmed_by_our_call"):
        db.session.flush()


# -- nobody answers


def test_three_calls_that_nobody_answers_and_then_the_office_knows(in_app: Flask, rung: int, clock: Clock) -> None:
    for _ in range(3):
        sid = db.session.scalars(
            select(Delivery.provider_id).where(Delivery.channel == "call").order_by(Delivery.id.desc())
        ).first()
        deliveries.unanswered(str(sid), clock.now())
        clock.pass_time(minutes=20)
        tick(in_app)
    assert placed() == ["failed", "failed", "failed"] and escalated() == []
    clock.pass_time(hours=2)
    tick(in_app)
    assert escalated() == ["unanswered"] and hold_of(rung).status == "waiting"
    clock.pass_time(hours=2)
    tick(in_app)
    assert escalated() == ["unanswered"]


def test_who_rings_after_a_missed_call_is_told_and_rung_again_when_she_likes(
    in_app: Flask, people: People, rung: int, clock: Clock
) -> None:
    line = on_the_line(in_app, people.margaret)
    assert keeping.missed(people.margaret, clock.now())["biller"] == "Clearwater"
    assert calls.ring_me({"hold_id": rung}, line).status == "ok"
    clock.pass_time(minutes=2)
    tick(in_app)
    assert placed() == ["sent", "sent"]
    assert answer(rung, on_the_line(in_app, people.margaret)) == "prove"


def test_there_is_an_end_to_ringing(in_app: Flask, people: People, rung: int, clock: Clock) -> None:
    line = on_the_line(in_app, people.margaret)
    assert [calls.ring_me({"hold_id": rung}, line).status for _ in range(3)] == ["ok", "ok", "enough"]
    assert keeping.missed(people.margaret, clock.now()) == {}


def test_before_our_call_nothing_was_missed(people: People, asked: int, clock: Clock) -> None:
    assert keeping.missed(people.margaret, clock.now()) == {}


def test_nobody_is_rung_in_the_night_because_the_clock_stood_still(in_app: Flask, asked: int, clock: Clock) -> None:
    clock.pass_time(hours=13)
    tick(in_app)
    assert placed() == ["waiting"]
    clock.pass_time(hours=9)
    tick(in_app)
    assert placed() == ["sent"]


def test_asking_again_before_our_call_says_the_same(in_app: Flask, people: People, water: int, asked: int) -> None:
    again = orders.claim({"bill_id": water}, on_the_line(in_app, people.margaret))
    assert (again.status, again.data["time"]) == ("rings", "10:10")


def test_a_bill_that_is_due_too_soon_brings_the_office_at_once_and_is_still_rung_about(
    in_app: Flask, people: People, clock: Clock
) -> None:
    today = bill(account_with(people.margaret, "Clearwater", "water"), "31.20", clock.now().date())
    result = orders.claim({"bill_id": today.id}, on_the_line(in_app, people.margaret))
    assert (result.status, result.data["until"]) == ("rings", "hold.soon") and escalated() == ["due_soon"]
    clock.pass_time(minutes=10)
    tick(in_app)
    assert (
        placed() == ["sent"]
        and db.session.scalars(select(Delivery.to_number).where(Delivery.channel == "call")).one() == MARGARET
    )
