"""What our rows tell the fraud rules about a payment: for each fact rows that make its rule speak, and a near miss."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from fraud.assess import assess, ruleset
from helpline import audit
from helpline.commands.assess import read_facts
from helpline.commands.fraud import replayed
from helpline.db import db
from helpline.identity.callbacks import CallBack
from helpline.identity.pins import PinAttempt, PinState
from helpline.models import Caller, ServiceRequest
from helpline.services.bills import orders
from helpline.services.bills.models import Assessment, Bill, BillAccount, Payment, Refund
from helpline.services.context import Context
from helpline.services.holds.models import Hold
from helpline.services.requests import open_request
from tests.cast import MARGARET, People, on_the_line
from tests.services.accounts import account_with, bill

DAY = dt.timedelta(days=1)


@pytest.fixture
def line(in_app: Flask, people: People) -> Context:
    return on_the_line(in_app, people.margaret)


def spoke(bill_id: int, context: Context) -> set[str]:
    """The rules that speak when this bill is to be paid now."""
    row = orders.unpaid_row(bill_id, context.caller_id)
    assert row is not None
    return {finding.id for finding in orders.assessed(row, row.Bill.amount, context, held=False).findings}


def at(context: Context, **when: Any) -> Context:
    return replace(context, now=context.now.replace(**when))


def change(bill_id: int, **values: Any) -> None:
    db.session.execute(update(Bill).where(Bill.id == bill_id).values(**values))
    db.session.expire_all()


def pay(paid: Bill, context: Context, when: dt.datetime, status: str = "settled") -> Payment:
    request = open_request("pay_bill", context, key=f"paid:{paid.id}")
    request.created_at = when
    payment = Payment(
        bill_id=paid.id, caller_id=context.caller_id, request_id=request.id, key=f"paid:{paid.id}", amount=paid.amount,
        currency="GBP", status=status, claimed_at=when, ended_at=when,
    )  # fmt: skip
    db.session.add(payment)
    db.session.flush()
    return payment


def paid_months_ago(context: Context, days_ago: tuple[int, ...]) -> None:
    """The three payments of before were made so many days ago."""
    rows = db.session.scalars(select(Payment).where(Payment.caller_id == context.caller_id).order_by(Payment.id)).all()
    for payment, days in zip(rows, days_ago, strict=True):
        when = payment.claimed_at = payment.ended_at = context.now - days * DAY
        db.session.get_one(ServiceRequest, payment.request_id).created_at = when
    db.session.flush()


# --- the payment


def test_an_ordinary_bill_is_paid(due: int, line: Context) -> None:
    paid_months_ago(line, (91, 61, 30))
    assert spoke(due, line) == {"F055", "F056", "F057"}
    assert orders.claim({"bill_id": due}, line).status == "claimed"


@pytest.mark.parametrize(("amount", "days_later", "hits"), [("42.50", 0, True), ("42.51", 0, False), ("42.50", 1, False)])
def test_f028_a_bill_that_was_paid_under_another_number(
    due: int, line: Context, amount: str, days_later: int, hits: bool
) -> None:
    this = db.session.get_one(Bill, due)
    account = db.session.get_one(BillAccount, this.account_id)
    twin = bill(account, amount, this.due_on + days_later * DAY, "paid")
    pay(twin, line, line.now - 2 * DAY)
    assert ("F028" in spoke(due, line)) is hits


def test_f028_money_that_was_given_back_does_not_count(due: int, line: Context) -> None:
    this = db.session.get_one(Bill, due)
    twin = bill(db.session.get_one(BillAccount, this.account_id), "42.50", this.due_on, "paid")
    payment = pay(twin, line, line.now - 2 * DAY)
    db.session.add(Refund(payment_id=payment.id, key="back", status="settled", claimed_at=line.now))
    assert "F028" not in spoke(due, line)


@pytest.mark.parametrize(("issued", "due_in", "hits"), [(-21, 6, False), (1, 6, True), (0, 28, False), (0, 29, True)])
def test_f029_a_bill_not_issued_or_not_due(due: int, line: Context, issued: int, due_in: int, hits: bool) -> None:
    today = line.now.date()
    change(due, issued_on=today + issued * DAY, due_on=today + due_in * DAY)
    assert ("F029" in spoke(due, line)) is hits


@pytest.mark.parametrize(("hour", "hits"), [(4, True), (5, False), (23, False)])
def test_f036_the_callers_own_hour(due: int, line: Context, hour: int, hits: bool) -> None:
    assert ("F036" in spoke(due, at(line, hour=hour))) is hits


@pytest.mark.parametrize(("days_ago", "hits"), [((91, 61, 30), True), ((75, 45, 14), False), ((31, 30, 29), True)])
def test_f056_the_usual_time_of_the_month(due: int, line: Context, days_ago: tuple[int, ...], hits: bool) -> None:
    paid_months_ago(line, days_ago)
    assert ("F056" in spoke(due, line)) is hits


def test_f056_the_end_of_a_month_is_near_its_beginning(due: int, line: Context) -> None:
    paid_months_ago(line, (84, 54, 23))  # on the first, or near it
    assert "F056" in spoke(due, at(line, day=30)) and "F056" not in spoke(due, at(line, day=15))


# --- what else they asked for


@pytest.mark.parametrize(("others", "hits"), [(3, True), (2, False)])
def test_f032_payments_in_many_calls(in_app: Flask, people: People, due: int, line: Context, others: int, hits: bool) -> None:
    paid_months_ago(line, (91, 61, 30))
    for _ in range(others):
        open_request("pay_bill", on_the_line(in_app, people.margaret))
    assert ("F032" in spoke(due, line)) is hits


def test_f032_several_bills_in_one_call_are_one_errand(due: int, line: Context) -> None:
    paid_months_ago(line, (91, 61, 30))
    for number in range(5):
        open_request("pay_bill", line, key=str(number))
    assert "F032" not in spoke(due, line)


def new_bills(people: People, context: Context, paid_days_ago: tuple[int, ...]) -> int:
    """Bills of companies paid for the first time so many days ago; the id of another one's that is due."""
    for number, days in enumerate(paid_days_ago):
        account = account_with(people.margaret, f"Company {number}", "water")
        pay(bill(account, "20.30", context.now.date(), "paid"), context, context.now - days * DAY)
    account = account_with(people.margaret, "New Gas", "gas")
    return bill(account, "20.30", context.now.date() + 6 * DAY).id


@pytest.mark.parametrize(("paid", "hits"), [((2, 5), True), ((2, 8), False)])
def test_f032_new_companies_in_one_week(
    electricity: BillAccount, people: People, line: Context, paid: tuple[int, ...], hits: bool
) -> None:
    paid_months_ago(line, (91, 61, 30))
    assert ("F032" in spoke(new_bills(people, line, paid), line)) is hits


def test_f032_all_companies_of_a_newcomer_are_new(people: People, line: Context) -> None:
    assert "F032" not in spoke(new_bills(people, line, (2, 4, 6)), line)


@pytest.mark.parametrize(("last", "hits"), [(91, True), (90, False)])
def test_f037_after_a_long_quiet(due: int, line: Context, last: int, hits: bool) -> None:
    paid_months_ago(line, (151, 121, last))
    assert ("F037" in spoke(due, line)) is hits


def test_f037_a_newcomer_has_not_been_quiet(people: People, line: Context) -> None:
    assert "F037" not in spoke(new_bills(people, line, ()), line)


# --- other callers


@pytest.mark.parametrize(
    ("address", "hits"),
    [("3 Mill Lane", True), ("12 Elm Park Road", False), ("Room 4, 12 Elm Park road", True), ("", False)],
)
def test_f034_one_number_in_two_houses(people: People, due: int, line: Context, address: str, hits: bool) -> None:
    arthur = db.session.get_one(Caller, people.arthur)
    arthur.phone, arthur.address = MARGARET, address
    assert ("F034" in spoke(due, line)) is hits


def test_f034_the_rooms_of_a_care_home(people: People, due: int, line: Context) -> None:
    for room, caller_id in ((4, people.margaret), (11, people.arthur)):
        resident = db.session.get_one(Caller, caller_id)
        resident.phone, resident.address = MARGARET, f"Room {room}, Oak House, 3 Mill Lane"
    assert "F034" not in spoke(due, line)


# --- who is on the line


@pytest.mark.parametrize(("number", "hits"), [("", True), (MARGARET, False)])
def test_f038_a_withheld_number(due: int, line: Context, number: str, hits: bool) -> None:
    assert ("F038" in spoke(due, replace(line, number=number))) is hits


def test_f038_our_call_answers_a_withheld_number(people: People, line: Context) -> None:
    first = new_bills(people, line, ())
    assert orders.claim({"bill_id": first}, replace(line, number="")).status == "rings"
    findings = db.session.scalars(select(Hold.findings)).one()
    assert {finding["id"] for finding in findings} >= {"F023", "F038"}


@pytest.mark.parametrize(("days", "hits"), [(13, True), (14, False)])
def test_f043_the_number_on_file_is_new(people: People, due: int, line: Context, days: int, hits: bool) -> None:
    audit.write("staff:1", "phone_changed", f"caller:{people.margaret}", line.now - days * DAY)
    audit.write("staff:1", "phone_changed", f"caller:{people.arthur}", line.now)
    assert ("F043" in spoke(due, line)) is hits


def wrong_pins(context: Context, count: int, hours_ago: int, call_id: int | None = None) -> None:
    for _ in range(count):
        when = context.now - dt.timedelta(hours=hours_ago)
        db.session.add(PinAttempt(caller_id=context.caller_id, call_id=call_id or context.call_id, at=when))
    db.session.flush()


@pytest.mark.parametrize(("count", "hits"), [(3, True), (2, False)])
def test_f045_wrong_pins_in_this_call(due: int, line: Context, count: int, hits: bool) -> None:
    wrong_pins(line, count, hours_ago=0)
    assert ("F045" in spoke(due, line)) is hits


@pytest.mark.parametrize(("count", "hours_ago", "hits"), [(5, 23, True), (4, 23, False), (5, 25, False)])
def test_f045_wrong_pins_of_a_day(
    in_app: Flask, people: People, due: int, line: Context, count: int, hours_ago: int, hits: bool
) -> None:
    wrong_pins(line, count, hours_ago, on_the_line(in_app, people.margaret).call_id)
    assert ("F045" in spoke(due, line)) is hits


def test_f045_what_came_before_our_call_proved_them_is_over(due: int, line: Context) -> None:
    wrong_pins(line, 5, hours_ago=2)
    proved = line.now - dt.timedelta(hours=1)
    proof = CallBack(caller_id=line.caller_id, wish="pay_bill", status="answered", asked_at=proved, answered_at=proved)
    db.session.add(proof)
    assert "F045" not in spoke(due, line)


@pytest.mark.parametrize(("count", "right_hours_ago", "hits"), [(3, 1, True), (2, 1, False), (3, 5, False), (3, None, False)])
def test_f047_right_after_many_wrong_ones(
    in_app: Flask, people: People, due: int, line: Context, count: int, right_hours_ago: int | None, hits: bool
) -> None:
    wrong_pins(line, count, 3, on_the_line(in_app, people.margaret).call_id)
    if right_hours_ago is not None:
        right_at = line.now - dt.timedelta(hours=right_hours_ago)
        db.session.add(PinState(caller_id=line.caller_id, right_at=right_at))
    assert ("F047" in spoke(due, line)) is hits


# --- what was known is kept


def test_stored_facts_are_assessed_again_alike(due: int, line: Context) -> None:
    paid_months_ago(line, (152, 122, 92))
    wrong_pins(line, 3, hours_ago=0)
    audit.write("staff:1", "phone_changed", f"caller:{line.caller_id}", line.now - 3 * DAY)
    spoke(due, at(line, hour=3))
    db.session.commit()
    stored = db.session.scalars(select(Assessment)).all()
    assert stored[0].facts is not None
    again = assess(read_facts(stored[0].facts), ruleset())
    assert [finding.id for finding in again.findings] == [finding["id"] for finding in stored[0].findings]
    assert {"F036", "F037", "F043", "F045"} <= {finding.id for finding in again.findings}
    assert read_facts(stored[0].facts).request.amount == Decimal("42.50")  # type: ignore[union-attr]
    result = replayed(stored, ruleset())
    assert (result["requests"], result["without_facts"], result["differing"]) == (1, 0, [])


# -- what the biller asks of others


def bills_of_others(due: int, number: int, amount: str) -> None:
    account = db.session.get_one(Bill, due).account_id
    biller = db.session.get_one(BillAccount, account).biller_id
    joan = db.session.scalars(select(Caller).where(Caller.name == "Joan")).one()
    other = BillAccount(caller_id=joan.id, biller_id=biller, reference="9999-0001")
    db.session.add(other)
    db.session.flush()
    mine = db.session.get_one(Bill, due)
    for n in range(number):
        db.session.add(Bill(account_id=other.id, reference=f"other-{n}", amount=Decimal(amount), currency="GBP",
                            period=f"2024-{n + 1:02}", issued_on=mine.issued_on, due_on=mine.due_on))  # fmt: skip
    db.session.commit()


@pytest.mark.parametrize(
    ("amount", "number", "spoken"),
    [("4250.00", 20, True), ("60.00", 20, False), ("64.00", 20, True), ("4250.00", 12, False)],
)
def test_a_slipped_decimal_point_shows_beside_the_bills_of_others(
    line: Context, due: int, amount: str, number: int, spoken: bool
) -> None:
    bills_of_others(due, number, "42.00")
    db.session.execute(update(Payment).values(status="failed"))
    change(due, amount=Decimal(amount))
    assert ("F026" in spoke(due, line)) == spoken
