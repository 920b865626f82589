"""Stopping all payments takes a yes and nothing else; allowing them again takes a proof."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from helpline import clock as ticking
from helpline.audit import AuditEntry
from helpline.db import db
from helpline.models import Caller, ServiceRequest
from helpline.outbox import Delivery
from helpline.services import protection
from helpline.services.bills import orders
from helpline.services.bills.models import Payment
from helpline.services.holds.deciding import what_is_in_the_way
from helpline.services.holds.models import Hold
from helpline.services.protection import ANSWER_WITHIN, is_frozen
from tests.cast import MARGARET, PIN, Clock, People, on_the_line
from voice.heard import Json

ALL_NO = {"phoned": False, "told": False, "alone": False}
STRANGER = "+442071838999"


def freeze(app: Flask, caller: int | None, **line: Any) -> tuple[str, Json]:
    result = protection.freeze({}, on_the_line(app, caller, **line))
    db.session.commit()
    return result.status, result.data


def lift(app: Flask, caller: int, what: str = "freeze", level: int = 1, **args: str) -> str:
    result = protection.lift({"what": what, **args}, on_the_line(app, caller, level=level))
    db.session.commit()
    return result.status


def confirm(app: Flask, caller: int, answers: Json = ALL_NO, what: str = "freeze", words: tuple[str, ...] = ()) -> str:
    asked = db.session.scalars(select(ServiceRequest.id).where(ServiceRequest.intent.in_(protection.INTENT.values()))).all()
    result = protection.confirmed(
        {"request_id": asked[-1], "answers": answers, "what": what}, on_the_line(app, caller, words=words)
    )
    db.session.commit()
    return result.status


def payments() -> list[str]:
    return [*db.session.scalars(select(Payment.status).where(~Payment.key.startswith("before")))]


def audited() -> list[str]:
    return [*db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id))]


@pytest.fixture
def frozen(in_app: Flask, people: People, due: int) -> int:
    """Margaret has stopped her payments; her id."""
    freeze(in_app, people.margaret, level=1)
    return people.margaret


@pytest.fixture
def protected(in_app: Flask, people: People, due: int) -> int:
    """Every payment of Margaret's is protected; her id."""
    assert protection.protect({}, on_the_line(in_app, people.margaret, level=1)).status == "ok"
    db.session.commit()
    return people.margaret


# -- stopping


def test_a_frozen_caller_pays_nothing_from_that_moment_on(in_app: Flask, frozen: int, due: int) -> None:
    assert orders.claim({"bill_id": due}, on_the_line(in_app, frozen)).status == "frozen"
    assert payments() == [] and audited() == ["payments_frozen"]


def test_freezing_twice_is_written_down_once(in_app: Flask, frozen: int) -> None:
    assert freeze(in_app, frozen)[0] == "already"
    assert audited() == ["payments_frozen"]


def test_arthur_pays_while_margaret_is_frozen(in_app: Flask, frozen: int, people: People) -> None:
    assert is_frozen(frozen) and not is_frozen(people.arthur)


def test_what_had_begun_before_is_said(in_app: Flask, people: People, due: int) -> None:
    assert orders.claim({"bill_id": due}, on_the_line(in_app, people.margaret)).status == "claimed"
    assert freeze(in_app, people.margaret)[1]["billers"] == ["City Electric"]


def test_a_held_payment_of_somebody_frozen_cannot_be_released(in_app: Flask, people: People, due: int) -> None:
    orders.claim({"bill_id": due}, on_the_line(in_app, people.margaret, level=1))
    freeze(in_app, people.margaret)
    assert what_is_in_the_way(db.session.scalars(select(Hold)).one()) == "frozen"


def test_a_payment_and_a_freeze_at_the_same_moment_never_pass_each_other(in_app: Flask, people: People, due: int) -> None:
    """Either the freeze came first and nothing is claimed, or it says that a payment had begun."""
    paying, stopping = (on_the_line(in_app, people.margaret) for _ in range(2))
    db.session.commit()
    start, came = threading.Barrier(2), {}

    def claim() -> None:
        with in_app.app_context():
            start.wait()
            came["claim"] = orders.claim({"bill_id": due}, paying).status
            db.session.commit()

    def stop() -> None:
        with in_app.app_context():
            start.wait()
            came["billers"] = protection.freeze({}, stopping).data["billers"]
            db.session.commit()

    threads = [threading.Thread(target=job) for job in (claim, stop)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (came["claim"], came["billers"]) in [("frozen", []), ("claimed", ["City Electric"])]


def test_somebody_unknown_at_a_number_on_file_stops_everybody_there_and_a_person_looks_at_it(
    in_app: Flask, people: People
) -> None:
    assert freeze(in_app, None)[0] == "others"
    assert is_frozen(people.margaret) and not is_frozen(people.arthur)
    request = db.session.scalars(select(ServiceRequest)).one()
    assert request.status == "open" and request.details["about"] == "freeze_unknown"


@pytest.mark.parametrize("number", [STRANGER, ""])
def test_from_a_number_that_nobody_has_it_is_for_a_person(in_app: Flask, people: People, number: str) -> None:
    assert freeze(in_app, None, number=number)[0] == "nobody"
    assert not is_frozen(people.margaret)
    assert db.session.scalars(select(ServiceRequest.status)).all() == ["open"]


# -- allowing again


def test_with_the_pin_payments_go_again_and_she_gets_a_text(in_app: Flask, frozen: int, due: int) -> None:
    assert lift(in_app, frozen, pin="000111") == "wrong" and is_frozen(frozen)
    assert lift(in_app, frozen, pin=PIN) == "ok" and not is_frozen(frozen)
    assert orders.claim({"bill_id": due}, on_the_line(in_app, frozen)).status == "claimed"
    assert "payments are allowed again" in db.session.scalars(select(Delivery.body)).all()[0]
    assert audited()[:4] == ["payments_frozen", "pin_refused", "pin_accepted", "payments_unfrozen"]


def test_whose_pin_was_right_in_this_call_types_it_once(in_app: Flask, frozen: int) -> None:
    assert lift(in_app, frozen, level=2) == "ok"


def test_without_a_pin_it_takes_a_person(in_app: Flask, people: People) -> None:
    freeze(in_app, people.arthur)
    assert lift(in_app, people.arthur, pin=PIN) == "none" and is_frozen(people.arthur)


def test_guessing_ends_after_three_and_leaves_it_frozen(in_app: Flask, frozen: int) -> None:
    line = on_the_line(in_app, frozen, level=1)
    came = [protection.lift({"what": "freeze", "pin": f"00011{n}"}, line).status for n in range(4)]
    assert came == ["wrong", "wrong", "too_many", "too_many"] and is_frozen(frozen)
    assert protection.lift({"what": "freeze", "pin": PIN}, line).status == "too_many"


def test_nobody_unknown_lifts_anything(in_app: Flask, frozen: int) -> None:
    assert protection.lift({"what": "freeze", "pin": PIN}, on_the_line(in_app, None, level=0)).status == "none"
    assert is_frozen(frozen)


# -- the protection


def test_a_protected_payment_waits_for_our_call_and_says_why(in_app: Flask, protected: int, due: int) -> None:
    result = orders.claim({"bill_id": due}, on_the_line(in_app, protected))
    assert result.status == "held" and result.data["reason"] == "you asked me to ring you before anything is paid"
    hold = db.session.scalars(select(Hold)).one()
    assert hold.outcome == "confirm" and hold.ends_at - hold.set_at == dt.timedelta(minutes=10)


def test_switching_it_on_twice_is_one_change(in_app: Flask, protected: int) -> None:
    protection.protect({}, on_the_line(in_app, protected))
    assert audited() == ["protection_on"]


def test_it_goes_off_only_with_the_pin_and_our_call(in_app: Flask, protected: int, clock: Clock) -> None:
    assert lift(in_app, protected, "protection", pin=PIN) == "call_back"
    assert protection.state({}, on_the_line(in_app, protected)).data["protected"]
    db.session.commit()
    clock.pass_time(minutes=2)
    ticking.tick(in_app)
    assert db.session.scalars(select(Delivery.to_number).where(Delivery.channel == "call")).all() == [MARGARET]
    assert confirm(in_app, protected, what="protection") == "ok"
    assert not protection.state({}, on_the_line(in_app, protected)).data["protected"]


@pytest.mark.parametrize("question", ["phoned", "told", "alone"])
def test_a_yes_in_our_call_leaves_it_on_and_brings_a_person(in_app: Flask, protected: int, question: str) -> None:
    lift(in_app, protected, "protection", pin=PIN)
    assert confirm(in_app, protected, {**ALL_NO, question: True}, "protection") == "signal"
    assert protection.state({}, on_the_line(in_app, protected)).data["protected"]


def test_words_of_a_thief_in_our_call_leave_it_on(in_app: Flask, protected: int) -> None:
    lift(in_app, protected, "protection", pin=PIN)
    said = ("he says I must move my money to a safe account",)
    assert confirm(in_app, protected, what="protection", words=said) == "signal"


def test_who_is_protected_is_rung_before_payments_go_again(in_app: Flask, protected: int) -> None:
    freeze(in_app, protected)
    assert lift(in_app, protected, pin=PIN) == "call_back" and is_frozen(protected)
    assert confirm(in_app, protected) == "ok" and not is_frozen(protected)


def test_our_call_counts_once_for_its_own_caller_and_not_for_long(
    in_app: Flask, protected: int, people: People, clock: Clock
) -> None:
    lift(in_app, protected, "protection", pin=PIN)
    assert confirm(in_app, people.arthur, what="protection") == "late"
    clock.pass_time(seconds=ANSWER_WITHIN.total_seconds() + 1)
    request = db.session.scalars(select(ServiceRequest).where(ServiceRequest.closed_at.is_(None))).one()
    purpose = {"kind": "lift", "what": "protection", "request_id": request.id, "caller_id": protected}
    assert protection.why_we_ring(purpose, clock.now()).status == "late"
    assert confirm(in_app, protected, what="protection") == "signal"
    assert protection.state({}, on_the_line(in_app, protected)).data["protected"]


def test_a_landline_gets_no_text(in_app: Flask, frozen: int) -> None:
    db.session.get_one(Caller, frozen).landline = True
    assert lift(in_app, frozen, pin=PIN) == "ok"
    assert db.session.scalars(select(Delivery.id)).all() == []
