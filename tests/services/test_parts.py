"""A bill paid in parts: so much now, the rest stays due, and never more than the bill whoever asks at once."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import Any

from flask import Flask
from sqlalchemy import select

from helpline.db import db
from helpline.services.bills import orders, settlement
from helpline.services.bills.models import Bill, Payment
from helpline.services.context import Context
from helpline.services.gateways.ledger import balance
from helpline.services.holds.models import Hold
from tests.cast import People, on_the_line

WHOLE = {"amount": "42.50", "currency": "GBP"}
TWENTY = {"amount": "20.00", "currency": "GBP"}
REST = {"amount": "22.50", "currency": "GBP"}


def pay(bill_id: int, line: Context, left: Any = WHOLE, part: Any = None) -> str:
    """Claim and settle, as two turns do."""
    claimed = orders.claim({"bill_id": bill_id, "amount": left, "part": part}, line)
    db.session.commit()
    if claimed.status == "claimed":
        settlement.settle_order(claimed.data, settlement.charge_order(claimed.data, line), line)
        db.session.commit()
    return claimed.status


def payments() -> list[tuple[int, Decimal, str]]:
    rows = db.session.execute(
        select(Payment.part, Payment.amount, Payment.status).where(~Payment.key.startswith("before")).order_by(Payment.id)
    )
    return [(part, amount, status) for part, amount, status in rows]


def money(people: People) -> Decimal:
    return balance(db.session(), f"caller:{people.margaret}", "GBP")


def test_twenty_pounds_of_it_and_the_rest_stays_due(in_app: Flask, people: People, due: int) -> None:
    line = on_the_line(in_app, people.margaret)
    assert pay(due, line, part=TWENTY) == "claimed"
    bill = db.session.get_one(Bill, due)
    assert (bill.status, bill.paid, money(people)) == ("due", Decimal("20.00"), Decimal("80.00"))
    (told,) = orders.due({}, line).data["bills"]
    assert (told["amount"], told["paid"]) == (REST, TWENTY)


def test_the_receipt_of_a_part_tells_what_stays_to_be_paid(in_app: Flask, people: People, due: int) -> None:
    line = on_the_line(in_app, people.margaret)
    claimed = orders.claim({"bill_id": due, "amount": WHOLE, "part": TWENTY}, line)
    db.session.commit()
    told = settlement.settle_order(claimed.data, settlement.charge_order(claimed.data, line), line)
    assert (told.data["amount"], told.data["rest"]) == (TWENTY, REST)


def test_the_rest_is_paid_in_the_same_call_and_the_bill_is_done(in_app: Flask, people: People, due: int) -> None:
    pay(due, on_the_line(in_app, people.margaret), part=TWENTY)
    assert pay(due, on_the_line(in_app, people.margaret), left=REST) == "claimed"
    assert payments() == [(1, Decimal("20.00"), "settled"), (2, Decimal("22.50"), "settled")]
    assert db.session.get_one(Bill, due).status == "paid" and money(people) == Decimal("57.50")


def test_what_was_read_out_before_a_part_was_paid_is_no_longer_agreed(in_app: Flask, people: People, due: int) -> None:
    pay(due, on_the_line(in_app, people.margaret), part=TWENTY)
    assert pay(due, on_the_line(in_app, people.margaret), left=WHOLE) == "changed"
    assert money(people) == Decimal("80.00")


def test_more_than_is_left_or_nothing_is_not_paid(in_app: Flask, people: People, due: int) -> None:
    for amount in ("42.51", "0.00", "-5.00"):
        line = on_the_line(in_app, people.margaret)
        assert pay(due, line, part={"amount": amount, "currency": "GBP"}) == "changed"
    assert payments() == []


def test_two_parts_asked_for_at_the_same_moment_are_one_payment(in_app: Flask, people: People, due: int) -> None:
    lines = [on_the_line(in_app, people.margaret) for _ in range(2)]
    db.session.commit()
    start, heard = threading.Barrier(2), []

    def claim(line: Context) -> None:
        with in_app.app_context():
            start.wait()
            heard.append(orders.claim({"bill_id": due, "amount": WHOLE, "part": TWENTY}, line).status)
            db.session.commit()

    threads = [threading.Thread(target=claim, args=(line,)) for line in lines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(heard) == ["being_paid", "claimed"] and len(payments()) == 1


def test_a_part_that_fails_leaves_all_of_it_due(in_app: Flask, people: People, due: int) -> None:
    line = on_the_line(in_app, people.margaret)
    claimed = orders.claim({"bill_id": due, "amount": WHOLE, "part": TWENTY}, line)
    settlement.settle_order(claimed.data, {"status": "declined", "reason": "gateway"}, line)
    bill = db.session.get_one(Bill, due)
    assert (bill.status, bill.paid) == ("due", Decimal(0))
    assert pay(due, on_the_line(in_app, people.margaret)) == "claimed"


def test_a_part_that_is_held_waits_with_its_own_amount(in_app: Flask, people: People, due: int) -> None:
    line = on_the_line(in_app, people.margaret, words=("the man from the bank told me what to say to you",))
    assert pay(due, line, part=TWENTY) == "held"
    hold = db.session.scalars(select(Hold)).one()
    assert (hold.amount, hold.bill_left) == (Decimal("20.00"), Decimal("42.50"))


def test_after_a_payment_was_stopped_it_can_be_asked_for_again_in_the_same_call(
    in_app: Flask, people: People, due: int
) -> None:
    line = on_the_line(in_app, people.margaret, level=1)
    assert pay(due, line) == "held"
    hold = db.session.scalars(select(Hold)).one()
    hold.status = "stopped"
    assert pay(due, on_the_line(in_app, people.margaret, call_id=line.call_id, turn=7)) == "claimed"
