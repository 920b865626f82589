"""Paying a bill: who may be paid, one payment for a bill however many calls ask, and money that moves once."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from helpline.audit import AuditEntry
from helpline.clock import run_due_timers
from helpline.db import db
from helpline.events import Event
from helpline.models import Caller, ServiceRequest
from helpline.outbox import Delivery
from helpline.services import safety
from helpline.services.bills import orders, settlement
from helpline.services.bills.models import Bill, BillAccount, Biller, Payment
from helpline.services.context import Context
from helpline.services.gateways.ledger import balance
from helpline.services.gateways.payments import Charge, GatewayUnclear
from helpline.services.people import rung_back
from helpline.services.requests import open_request
from tests.cast import START, Clock, People, on_the_line
from tests.services.accounts import account_with, bill

THIEF = "he said I must move my money to a safe account and tell nobody"


class Lost:
    """A gateway that does what it is told, and whose answer gets lost `times` times."""

    def __init__(self, gateway: Any, times: int) -> None:
        self._gateway, self._times = gateway, times

    def charge(self, *asked: Any) -> Charge:
        answer: Charge = self._gateway.charge(*asked)
        if self._times:
            self._times -= 1
            raise GatewayUnclear("the line to the bank broke")
        return answer


def money_of(caller_id: int) -> Decimal:
    return balance(db.session(), f"caller:{caller_id}", "GBP")


def pay(due: int, line: Context) -> tuple[str, str]:
    """Claim and settle as two turns do; what the caller hears of each."""
    claimed = orders.claim({"bill_id": due}, line)
    db.session.commit()
    if claimed.status != "claimed":
        return claimed.status, ""
    answer = settlement.charge_order(claimed.data, line)
    settled = settlement.settle_order(claimed.data, answer, line)
    db.session.commit()
    return claimed.status, settled.status


def payments() -> list[tuple[str, Decimal]]:
    rows = db.session.execute(select(Payment.status, Payment.amount).where(~Payment.key.startswith("before")))
    return [(status, amount) for status, amount in rows]


def test_margaret_pays_and_her_money_has_moved_once(in_app: Flask, people: People, due: int) -> None:
    assert pay(due, on_the_line(in_app, people.margaret)) == ("claimed", "paid")
    assert money_of(people.margaret) == Decimal("57.50")
    assert payments() == [("settled", Decimal("42.50"))]
    assert db.session.get_one(Bill, due).status == "paid"


def test_it_counts_when_the_receipt_was_heard_and_only_once(in_app: Flask, people: People, due: int) -> None:
    line = on_the_line(in_app, people.margaret)
    pay(due, line)
    payment_id = db.session.scalars(select(Payment.id).where(Payment.bill_id == due)).one()
    for _ in range(2):
        assert orders.receipt_heard({"payment_id": payment_id}, line).status == "ok"
    assert db.session.scalar(select(func.count()).select_from(Event).where(Event.kind == "service_instance")) == 1


def counted() -> int:
    return db.session.scalar(select(func.count()).select_from(Event).where(Event.kind == "service_instance")) or 0


def ten_minutes_later(app: Flask, clock: Clock, **text: str) -> None:
    """What has become of the receipt's text is as given; then the clock looks."""
    db.session.execute(update(Delivery).values(done_at=clock.now(), **text))
    db.session.commit()
    clock.pass_time(minutes=10)
    run_due_timers(app.extensions["helpline"], "clock")


def test_a_paid_bill_is_done_however_the_call_ends(in_app: Flask, people: People, due: int) -> None:
    line = on_the_line(in_app, people.margaret)
    pay(due, line)
    request = db.session.scalars(select(ServiceRequest).where(ServiceRequest.call_id == line.call_id)).one()
    assert (request.status, request.closed_at, counted()) == ("done", line.now, 0)


def test_who_hung_up_before_the_receipt_has_it_as_a_text_and_that_counts(
    in_app: Flask, people: People, due: int, clock: Clock
) -> None:
    pay(due, on_the_line(in_app, people.margaret))
    ten_minutes_later(in_app, clock, status="sent")
    assert counted() == 1


def test_a_receipt_that_was_heard_does_not_count_again_when_its_text_goes_out(
    in_app: Flask, people: People, due: int, clock: Clock
) -> None:
    line = on_the_line(in_app, people.margaret)
    pay(due, line)
    orders.receipt_heard({"payment_id": db.session.scalars(select(Payment.id).where(Payment.bill_id == due)).one()}, line)
    ten_minutes_later(in_app, clock, status="sent")
    assert counted() == 1


def test_a_receipt_that_reached_nobody_does_not_count(in_app: Flask, people: People, due: int, clock: Clock) -> None:
    pay(due, on_the_line(in_app, people.margaret))
    ten_minutes_later(in_app, clock, status="failed")
    assert counted() == 0


def test_a_text_to_a_telephone_that_takes_none_does_not_count(in_app: Flask, people: People, due: int, clock: Clock) -> None:
    db.session.get_one(Caller, people.margaret).landline = True
    pay(due, on_the_line(in_app, people.margaret))
    ten_minutes_later(in_app, clock, status="sent")
    assert counted() == 0


def test_a_text_that_is_still_on_its_way_is_waited_for(in_app: Flask, people: People, due: int, clock: Clock) -> None:
    pay(due, on_the_line(in_app, people.margaret))
    clock.pass_time(minutes=10)
    run_due_timers(in_app.extensions["helpline"], "clock")
    assert counted() == 0
    clock.pass_time(minutes=2)
    ten_minutes_later(in_app, clock, status="sent")
    assert counted() == 1


def test_the_receipt_is_sent_once(in_app: Flask, people: People, due: int) -> None:
    line = on_the_line(in_app, people.margaret)
    pay(due, line)
    payment = db.session.scalars(select(Payment).where(Payment.bill_id == due)).one()
    assert not settlement.record(payment, {"status": "paid", "reason": ""}, line.now)
    bodies = db.session.scalars(select(Delivery.body)).all()
    assert len(bodies) == 1 and bodies[0].startswith("Paid: GBP 42.50 to City Electric. Receipt ")


def test_a_second_call_finds_the_bill_being_paid(in_app: Flask, people: People, due: int) -> None:
    first, second = on_the_line(in_app, people.margaret), on_the_line(in_app, people.margaret)
    assert orders.claim({"bill_id": due}, first).status == "claimed"
    assert orders.claim({"bill_id": due}, second).status == "being_paid"
    assert len(payments()) == 1
    statuses = db.session.scalars(select(ServiceRequest.status).where(ServiceRequest.call_id == second.call_id)).all()
    assert statuses == ["cancelled"]


def test_two_calls_that_claim_at_the_same_moment_make_one_payment(in_app: Flask, people: People, due: int) -> None:
    lines = [on_the_line(in_app, people.margaret) for _ in range(2)]
    db.session.commit()
    start, heard = threading.Barrier(2), []

    def claim(line: Context) -> None:
        with in_app.app_context():
            start.wait()
            heard.append(orders.claim({"bill_id": due}, line).status)
            db.session.commit()

    threads = [threading.Thread(target=claim, args=(line,)) for line in lines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(heard) == ["being_paid", "claimed"] and len(payments()) == 1


def test_asking_the_gateway_twice_with_one_key_moves_money_once(in_app: Flask, people: People, due: int) -> None:
    line = on_the_line(in_app, people.margaret)
    claimed = orders.claim({"bill_id": due}, line)
    db.session.commit()
    for _ in range(2):
        assert settlement.charge_order(claimed.data, line) == {"status": "paid", "reason": ""}
    assert money_of(people.margaret) == Decimal("57.50")


def test_when_the_answer_is_lost_the_caller_hears_so_and_the_clock_finds_out(
    in_app: Flask, people: People, due: int, clock: Clock
) -> None:
    parts = in_app.extensions["helpline"]
    line = on_the_line(in_app, people.margaret, payments=Lost(parts.conversation.payments, times=1))
    assert pay(due, line) == ("claimed", "unknown")
    assert payments() == [("claimed", Decimal("42.50"))]
    clock.pass_time(minutes=2, seconds=1)
    run_due_timers(parts, "the clock")
    assert payments() == [("settled", Decimal("42.50"))] and money_of(people.margaret) == Decimal("57.50")


class Silent:
    """A gateway whose line is down; it can be asked what it knows only where `known` was given."""

    def __init__(self, known: Charge | None = None) -> None:
        self.asked: list[str] = []
        self.looked_for: list[str] = []
        self._known = known

    def charge(self, key: str, *_: object) -> Charge:
        self.asked.append(key)
        raise GatewayUnclear("no answer")

    def find(self, key: str, *_: object) -> Charge | None:
        self.looked_for.append(key)
        return self._known


def claimed_while_down(app: Flask, caller_id: int, due: int, gateway: Silent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.extensions["helpline"].conversation.__dict__, "payments", gateway)
    assert pay(due, on_the_line(app, caller_id, payments=gateway)) == ("claimed", "unknown")


def hours_go_by(app: Flask, clock: Clock, hours: int) -> None:
    """The clock ticks every ten minutes."""
    for _ in range(hours * 6):
        clock.pass_time(minutes=10)
        run_due_timers(app.extensions["helpline"], "the clock")


def test_a_gateway_that_never_answers_is_asked_less_and_less_and_then_a_person_has_it(
    in_app: Flask, people: People, due: int, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = Silent()
    claimed_while_down(in_app, people.margaret, due, gateway, monkeypatch)
    hours_go_by(in_app, clock, 30)
    assert 20 < len(gateway.asked) < 40 and len(set(gateway.asked)) == 1
    assert gateway.looked_for == gateway.asked[:1]
    request = db.session.scalars(select(ServiceRequest).where(ServiceRequest.intent == "speak_to_person")).one()
    assert request.details["about"] == "payment_unclear" and "GBP 42.50 to City Electric" in request.details["words"]
    assert request.created_at - clock.now() < -timedelta(hours=9)  # it was handed over after twenty hours, and once


def test_nobody_pays_the_bill_again_while_a_person_has_it(
    in_app: Flask, people: People, due: int, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    claimed_while_down(in_app, people.margaret, due, Silent(), monkeypatch)
    hours_go_by(in_app, clock, 30)
    assert orders.claim({"bill_id": due}, on_the_line(in_app, people.margaret)).status == "being_paid"


def test_after_a_clock_that_stood_for_days_the_old_key_is_looked_for_and_never_used(
    in_app: Flask, people: People, due: int, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = Silent(known=Charge("paid"))
    claimed_while_down(in_app, people.margaret, due, gateway, monkeypatch)
    clock.pass_time(days=3)
    run_due_timers(in_app.extensions["helpline"], "the clock")
    assert payments() == [("settled", Decimal("42.50"))]
    assert len(gateway.asked) == 1 and gateway.looked_for == gateway.asked


def test_who_was_told_that_nobody_knows_reads_it_when_it_was_not_paid(
    in_app: Flask, people: People, due: int, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    claimed_while_down(in_app, people.margaret, due, Silent(known=Charge("declined", "no_money")), monkeypatch)
    clock.pass_time(days=1)
    run_due_timers(in_app.extensions["helpline"], "the clock")
    assert payments() == [("failed", Decimal("42.50"))]
    bodies = db.session.scalars(select(Delivery.body)).all()
    assert bodies == ["Not paid: GBP 42.50 to City Electric. The bill is still open."]


def test_without_enough_money_nothing_moves_and_the_bill_can_be_paid_later(
    in_app: Flask, people: People, electricity: BillAccount, clock: Clock
) -> None:
    dear = bill(electricity, "100.01", clock.now().date())
    # Set by hand past the rules: they would hold so much more than usual, and here the gateway is asked.
    request = open_request("pay_bill", on_the_line(in_app, people.margaret), key="dear")
    payment = Payment(
        bill_id=dear.id, caller_id=people.margaret, request_id=request.id, key="dear", amount=dear.amount, currency="GBP",
        claimed_at=clock.now(),
    )  # fmt: skip
    db.session.add(payment)
    db.session.commit()
    answer = settlement.charge(payment.id, in_app.extensions["helpline"].conversation.payments, clock.now())
    assert answer == {"status": "declined", "reason": "no_money"}
    assert settlement.record(payment, answer, clock.now())
    assert money_of(people.margaret) == Decimal("100.00")
    assert db.session.get_one(Bill, dear.id).status == "due"


def test_a_first_payment_to_a_biller_is_held_until_our_call_and_says_when(in_app: Flask, people: People, clock: Clock) -> None:
    water = bill(account_with(people.margaret, "Clearwater", "water"), "31.20", clock.now().date())
    result = orders.claim({"bill_id": water.id}, on_the_line(in_app, people.margaret))
    assert result.status == "rings" and result.data["biller"] == "Clearwater" and result.data["time"] == "10:10"
    assert payments() == []
    assert db.session.scalars(select(AuditEntry.action)).all() == ["payment_held"]


def test_without_a_pin_nothing_is_paid(in_app: Flask, people: People, due: int) -> None:
    assert orders.claim({"bill_id": due}, on_the_line(in_app, people.margaret, level=1)).status == "held"
    assert payments() == []


def test_the_words_of_a_thief_hold_what_else_would_be_paid(in_app: Flask, people: People, due: int) -> None:
    assert orders.claim({"bill_id": due}, on_the_line(in_app, people.margaret, words=(THIEF,))).status in ("held", "refused")
    assert payments() == []


def test_who_was_made_to_ring_again_by_a_thief_is_not_paid_for_either(
    in_app: Flask, people: People, due: int, clock: Clock
) -> None:
    safety.report({"words": THIEF, "findings": []}, on_the_line(in_app, people.margaret))
    clock.pass_time(minutes=10)
    assert pay(due, on_the_line(in_app, people.margaret)) == ("refused", "")


def test_what_the_office_has_seen_to_holds_nothing_any_more(in_app: Flask, people: People, due: int) -> None:
    safety.report({"words": THIEF, "findings": []}, on_the_line(in_app, people.margaret))
    case = db.session.scalars(select(ServiceRequest.id).where(ServiceRequest.intent == "report_scam")).one()
    assert rung_back(case, people.ruth, "no thief", START)
    assert pay(due, on_the_line(in_app, people.margaret)) == ("claimed", "paid")


@pytest.mark.usefixtures("electricity")
def test_arthur_cannot_pay_or_hear_of_margarets_bill(in_app: Flask, people: People, due: int) -> None:
    line = on_the_line(in_app, people.arthur)
    assert orders.due({}, line).status == "none"
    assert orders.claim({"bill_id": due}, line).status == "already_paid"
    assert payments() == []


def test_a_biller_that_is_no_longer_allowed_has_nothing_due(in_app: Flask, people: People, due: int) -> None:
    db.session.execute(update(Biller).values(allowed=False))
    assert orders.due({}, on_the_line(in_app, people.margaret)).status == "none"
