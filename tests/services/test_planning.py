"""A payment on a later day: promised once, looked at again on its day, made once by the clock, or told why not."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from helpline import clock as ticking
from helpline.audit import AuditEntry
from helpline.db import db
from helpline.models import Caller, ServiceRequest
from helpline.outbox import Delivery, Timer
from helpline.services import protection, safety
from helpline.services.bills import orders, planning, stopping
from helpline.services.bills.models import Bill, BillAccount, Payment, PlannedPayment
from helpline.services.bills.status import status
from helpline.services.gateways.ledger import balance
from helpline.services.holds.models import Hold
from tests.cast import MARGARET, Clock, People, on_the_line
from tests.services.accounts import account_with, bill
from voice.heard import Result

WHOLE = {"amount": "42.50", "currency": "GBP"}
TWENTY = {"amount": "20.00", "currency": "GBP"}
FRIDAY = "2026-11-27"


def plan(bill_id: int, line: Any, day: str = FRIDAY, part: Any = None, left: Any = WHOLE) -> Result:
    result = planning.plan({"bill_id": bill_id, "amount": left, "part": part, "day": day}, line)
    db.session.commit()
    return result


@pytest.fixture
def planned(in_app: Flask, people: People, due: int) -> int:
    """Margaret's bill of 42.50, due on Monday, is to be paid on Friday; the plan."""
    assert plan(due, on_the_line(in_app, people.margaret)).status == "planned"
    return db.session.scalars(select(PlannedPayment.id)).one()


def tick(app: Flask, times: int = 1) -> None:
    for _ in range(times):
        db.session.commit()
        ticking.tick(app)


def on_friday(app: Flask, clock: Clock) -> None:
    clock.pass_time(days=3)
    tick(app, times=2)


def state_of(plan_id: int) -> tuple[str, str]:
    """How the plan and its request stand."""
    row = db.session.get_one(PlannedPayment, plan_id, populate_existing=True)
    return row.status, db.session.get_one(ServiceRequest, row.request_id, populate_existing=True).status


def money(people: People) -> Decimal:
    return balance(db.session(), f"caller:{people.margaret}", "GBP")


def sent() -> list[tuple[str, str]]:
    return [(row.channel, row.body) for row in db.session.scalars(select(Delivery).order_by(Delivery.id))]


def test_it_is_paid_on_its_day_once_and_she_has_the_receipt(in_app: Flask, people: People, planned: int, clock: Clock) -> None:
    clock.pass_time(days=2)
    tick(in_app)
    assert money(people) == Decimal("100.00") and sent() == []
    clock.pass_time(days=1)
    tick(in_app, times=3)
    assert money(people) == Decimal("57.50") and state_of(planned) == ("done", "done")
    ((channel, body),) = sent()
    assert channel == "sms" and body.startswith("Paid: GBP 42.50 to City Electric. Receipt ")


def test_a_clock_that_does_it_twice_pays_once(in_app: Flask, people: People, planned: int, clock: Clock) -> None:
    clock.pass_time(days=3)
    parts = in_app.extensions["helpline"]
    for _ in range(2):
        planning.carry_out(planned, parts.settings, parts.languages, parts.conversation.payments, clock.now())
        db.session.commit()
    db.session.execute(update(Timer).where(Timer.kind == "pay_planned").values(done_at=None, lease_until=None))
    tick(in_app, times=3)
    assert len(db.session.scalars(select(Payment).where(~Payment.key.startswith("before"))).all()) == 1
    assert money(people) == Decimal("57.50")


def test_a_part_on_friday_leaves_the_rest_due(in_app: Flask, people: People, due: int, clock: Clock) -> None:
    plan(due, on_the_line(in_app, people.margaret), part=TWENTY)
    on_friday(in_app, clock)
    row = db.session.get_one(Bill, due, populate_existing=True)
    assert (row.status, row.paid, money(people)) == ("due", Decimal("20.00"), Decimal("80.00"))


@pytest.mark.parametrize(
    ("day", "told"),
    [
        pytest.param("2026-11-24", "day_gone", id="today is now and no plan"),
        pytest.param("2026-11-25", "planned", id="tomorrow"),
        pytest.param("2026-11-30", "planned", id="the day on which it is due"),
        pytest.param("2026-12-01", "day_gone", id="a day too late"),
    ],
)
def test_what_a_day_may_be(in_app: Flask, people: People, due: int, day: str, told: str) -> None:
    assert plan(due, on_the_line(in_app, people.margaret), day).status == told


def test_a_bill_that_is_overdue_may_be_put_off_for_thirty_days(
    in_app: Flask, people: People, electricity: BillAccount, clock: Clock
) -> None:
    late = bill(electricity, "42.50", clock.now().date() - dt.timedelta(days=3))
    assert plan(late.id, on_the_line(in_app, people.margaret), "2026-12-25").status == "day_gone"
    assert plan(late.id, on_the_line(in_app, people.margaret), "2026-12-24").status == "planned"


def test_one_plan_for_a_bill_and_no_payment_beside_it(in_app: Flask, people: People, due: int, planned: int) -> None:
    line = on_the_line(in_app, people.margaret)
    assert plan(due, line).status == "planned_already"
    claimed = orders.claim({"bill_id": due, "amount": WHOLE}, line)
    assert (claimed.status, claimed.data["date"]) == ("planned_already", FRIDAY)


def test_what_the_rules_hold_today_is_not_planned(in_app: Flask, people: People, due: int) -> None:
    line = on_the_line(in_app, people.margaret, words=("the man from the bank told me what to say to you",))
    assert plan(due, line).status == "held"
    assert db.session.scalars(select(PlannedPayment)).all() == []


def test_what_speaks_against_it_on_its_day_holds_it_then(in_app: Flask, people: People, planned: int, clock: Clock) -> None:
    clock.pass_time(days=2, hours=23)
    thief = "he said I must move my money to a safe account and tell nobody"
    safety.report({"words": thief, "findings": []}, on_the_line(in_app, people.margaret))
    clock.pass_time(minutes=30)
    tick(in_app, times=2)
    hold = db.session.scalars(select(Hold)).one()
    assert (hold.status, hold.outcome, money(people)) == ("waiting", "refuse", Decimal("100.00"))
    assert state_of(planned) == ("held", "held")


def test_a_first_payment_is_rung_about_on_its_day(in_app: Flask, people: People, clock: Clock) -> None:
    first = bill(account_with(people.margaret, "Clearwater", "water"), "31.20", clock.now().date() + dt.timedelta(days=9))
    owed = {"amount": "31.20", "currency": "GBP"}
    assert plan(first.id, on_the_line(in_app, people.margaret), left=owed).data["rings"]
    on_friday(in_app, clock)
    clock.pass_time(minutes=10)
    tick(in_app)
    assert [channel for channel, _ in sent()] == ["call"]
    assert db.session.scalars(select(Delivery.purpose)).one()["kind"] == "hold"


def test_a_freeze_keeps_it_from_being_made_and_she_is_told(in_app: Flask, people: People, planned: int, clock: Clock) -> None:
    protection.freeze({}, on_the_line(in_app, people.margaret))
    on_friday(in_app, clock)
    assert state_of(planned) == ("over", "cancelled") and money(people) == Decimal("100.00")
    assert [channel for channel, _ in sent()] == ["sms", "call"] and "42.50" not in sent()[0][1]
    why = planning.why_we_ring({"plan_id": planned})
    assert (why.status, why.data["reason"]) == ("not_made", "you have stopped all your payments")


def test_a_bill_that_the_biller_corrected_is_not_paid_as_it_was(
    in_app: Flask, people: People, due: int, planned: int, clock: Clock
) -> None:
    db.session.execute(update(Bill).where(Bill.id == due).values(amount=Decimal("55.00")))
    on_friday(in_app, clock)
    assert state_of(planned) == ("over", "cancelled") and money(people) == Decimal("100.00")


def test_too_little_money_on_its_day_is_told_by_text_and_by_a_call(
    in_app: Flask, people: People, electricity: BillAccount, clock: Clock
) -> None:
    dear = bill(electricity, "400.00", clock.now().date() + dt.timedelta(days=6))
    line = on_the_line(in_app, people.margaret)
    asked = {"amount": "400.00", "currency": "GBP"}
    assert plan(dear.id, line, left=asked).status == "planned"
    on_friday(in_app, clock)
    assert [channel for channel, _ in sent()] == ["sms", "call"]
    plan_id = db.session.scalars(select(PlannedPayment.id)).one()
    assert planning.why_we_ring({"plan_id": plan_id}).status == "failed"


def test_who_takes_no_texts_is_rung_with_the_receipt(in_app: Flask, people: People, planned: int, clock: Clock) -> None:
    db.session.get_one(Caller, people.margaret).landline = True
    on_friday(in_app, clock)
    tick(in_app)
    assert [channel for channel, _ in sent()] == ["sms", "call"]
    assert planning.why_we_ring({"plan_id": planned}).status == "paid"
    assert db.session.scalars(select(Delivery.to_number).where(Delivery.channel == "call")).one() == MARGARET


def test_she_stops_it_by_voice_and_nothing_is_paid(in_app: Flask, people: People, due: int, planned: int, clock: Clock) -> None:
    line = on_the_line(in_app, people.margaret, level=1)
    (waiting,) = stopping.stoppable({"biller": "electricity"}, line).data["waiting"]
    assert waiting["plan_id"] == planned
    assert [stopping.stop({"plan_id": planned}, line).status for _ in range(2)] == ["ok", "gone"]
    on_friday(in_app, clock)
    assert state_of(planned) == ("stopped", "cancelled") and money(people) == Decimal("100.00") and sent() == []
    assert orders.claim({"bill_id": due, "amount": WHOLE}, on_the_line(in_app, people.margaret)).status == "claimed"


def test_nobody_stops_what_is_not_theirs(in_app: Flask, people: People, planned: int) -> None:
    assert stopping.stop({"plan_id": planned}, on_the_line(in_app, people.arthur)).status == "gone"
    assert stopping.stoppable({}, on_the_line(in_app, people.arthur)).status == "none"


def test_what_do_i_owe_tells_of_it(in_app: Flask, people: People, planned: int) -> None:
    told = status({"words": "what do I owe"}, on_the_line(in_app, people.margaret))
    assert (told.status, told.data["date"], told.data["amount"]) == ("planned", FRIDAY, WHOLE)


def test_all_of_it_is_in_the_audit(in_app: Flask, people: People, planned: int, clock: Clock) -> None:
    on_friday(in_app, clock)
    query = select(AuditEntry.actor, AuditEntry.action).where(AuditEntry.subject == f"planned:{planned}")
    assert [tuple(row) for row in db.session.execute(query.order_by(AuditEntry.id))] == [
        (f"caller:{people.margaret}", "payment_planned"),
        ("helpline", "plan_done"),
    ]
