"""A payment that was held: its clock, our call, who may decide what, and money that moves once or never."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from fraud.assess import assess, ruleset
from fraud.facts import Facts
from fraud.findings import Finding
from helpline import audit
from helpline import clock as ticking
from helpline.audit import AuditEntry
from helpline.db import db
from helpline.events import Event
from helpline.models import ServiceRequest
from helpline.outbox import Delivery, Timer
from helpline.services import safety
from helpline.services.bills import orders
from helpline.services.bills.models import Bill, Biller, Payment
from helpline.services.gateways.ledger import balance
from helpline.services.holds import calls, deciding
from helpline.services.holds.deciding import Decider, decide
from helpline.services.holds.models import Hold
from helpline.staff.models import Staff
from tests.cast import MARGARET, Clock, People, on_the_line, password_hash
from tests.services.accounts import bill
from voice.heard import Json

SUSPICIOUS = ("the man from the bank told me what to say to you",)
ALL_NO = {"phoned": False, "told": False, "alone": False}


@pytest.fixture
def staff(people: People) -> dict[str, int]:
    """Ruth is a coordinator, and so is Paul; Sam and Sally are supervisors."""
    ids = {"ruth": people.ruth}
    for name, role in (("paul", "coordinator"), ("sam", "supervisor"), ("sally", "supervisor")):
        person = Staff(name=name.title(), login=name, password_hash=password_hash(), role=role)
        db.session.add(person)
        db.session.flush()
        ids[name] = person.id
    db.session.commit()
    return ids


@pytest.fixture
def held(in_app: Flask, people: People, due: int) -> int:
    """Margaret's bill of 42.50, due in six days, waits because of what she said; the hold's id."""
    result = orders.claim({"bill_id": due}, on_the_line(in_app, people.margaret, words=SUSPICIOUS))
    assert result.status == "held"
    db.session.commit()
    return db.session.scalars(select(Hold.id)).one()


def tick(app: Flask) -> None:
    """The clock is another process: what was done before is committed."""
    db.session.commit()
    ticking.tick(app)


def hold_of(hold_id: int) -> Hold:
    return db.session.get_one(Hold, hold_id, populate_existing=True)


def take(step: str, hold_id: int, who: str, staff: dict[str, int], app: Flask, **otherwise: Any) -> str:
    """One step by somebody of the office, from a page that they have just opened."""
    role = "supervisor" if who.startswith("s") else "coordinator"
    by = Decider(staff[who], role, otherwise.get("version", hold_of(hold_id).version), "I have spoken with her")
    parts = app.extensions["helpline"]
    came = decide(hold_id, step, by, parts.now(), parts.settings)
    db.session.commit()
    return came


def answer(hold_id: int, app: Flask, caller: int, answers: Json = ALL_NO, words: tuple[str, ...] = ()) -> str:
    result = calls.answered({"hold_id": hold_id, "answers": answers}, on_the_line(app, caller, words=words))
    db.session.commit()
    return result.status


def money() -> Decimal:
    return balance(db.session(), f"caller:{1}", "GBP")


def paid() -> list[str]:
    return [*db.session.scalars(select(Payment.status).where(~Payment.key.startswith("before")))]


def rung() -> list[str]:
    return [*db.session.scalars(select(Delivery.to_number).where(Delivery.channel == "call"))]


def actions(hold_id: int) -> list[str]:
    query = select(AuditEntry.action).where(AuditEntry.subject == f"hold:{hold_id}").order_by(AuditEntry.id)
    return [*db.session.scalars(query)]


@pytest.fixture
def over(in_app: Flask, held: int, clock: Clock) -> int:
    """The clock has run out and Margaret has been rung."""
    clock.pass_time(hours=24)
    tick(in_app)
    return held


@pytest.fixture
def clear(in_app: Flask, over: int, people: People) -> int:
    """She still wants it paid, and nobody has told her to."""
    assert answer(over, in_app, people.margaret) == "clear"
    return over


# -- the clock


def test_it_waits_a_day_and_says_why_and_until_when(in_app: Flask, people: People, due: int, clock: Clock) -> None:
    result = orders.claim({"bill_id": due}, on_the_line(in_app, people.margaret, words=SUSPICIOUS))
    assert (result.data["until"], result.data["date"], result.data["time"]) == ("hold.until", "2026-11-25", "10:00")
    hold = db.session.scalars(select(Hold)).one()
    assert hold.ends_at == clock.now() + dt.timedelta(days=1) and hold.reason == result.data["reason"]
    assert db.session.get_one(ServiceRequest, hold.request_id).status == "held"


def test_when_the_clock_has_run_out_nothing_is_paid_and_she_is_rung(in_app: Flask, over: int, people: People) -> None:
    assert paid() == [] and money() == Decimal("100.00")
    assert rung() == [MARGARET] and hold_of(over).status == "waiting"
    assert actions(over) == ["payment_held", "hold_due"]


def test_the_clock_that_ticks_again_rings_her_once(in_app: Flask, over: int, clock: Clock) -> None:
    for _ in range(3):
        clock.pass_time(minutes=1)
        tick(in_app)
    assert rung() == [MARGARET] and paid() == []


def test_before_the_clock_nobody_is_rung(in_app: Flask, held: int, clock: Clock) -> None:
    clock.pass_time(hours=23, minutes=59)
    tick(in_app)
    assert rung() == [] and actions(held) == ["payment_held"]


def test_a_bill_that_is_due_before_the_clock_ends_brings_a_person_at_once(
    in_app: Flask, people: People, electricity: Any, clock: Clock
) -> None:
    today = bill(electricity, "42.50", clock.now().date())
    line = on_the_line(in_app, people.margaret, words=SUSPICIOUS)
    assert orders.claim({"bill_id": today.id}, line).data["until"] == "hold.soon"
    assert db.session.scalars(select(Event.subject).where(Event.kind == "hold_escalated")).all() == ["hold:1"]


def test_asking_again_does_not_start_the_clock_anew_and_pays_nothing(
    in_app: Flask, people: People, due: int, held: int, clock: Clock
) -> None:
    ends_at = hold_of(held).ends_at
    clock.pass_time(hours=5)
    assert orders.claim({"bill_id": due}, on_the_line(in_app, people.margaret)).status == "held"
    assert hold_of(held).ends_at == ends_at and paid() == []
    assert actions(held)[-1] == "asked_again_while_held"
    assert deciding.new_signals(hold_of(held)) == ()


# -- after the clock: an answered call, and one person


def test_after_a_clear_call_one_person_releases_it_and_it_is_paid_once(
    in_app: Flask, clear: int, staff: dict[str, int], clock: Clock
) -> None:
    assert take("release", clear, "ruth", staff, in_app) == "released"
    for _ in range(3):
        clock.pass_time(minutes=3)
        tick(in_app)
    assert paid() == ["settled"] and money() == Decimal("57.50")
    assert hold_of(clear).decided_by == staff["ruth"]


def test_she_is_rung_with_the_receipt_when_it_is_paid(in_app: Flask, clear: int, staff: dict[str, int], people: People) -> None:
    take("release", clear, "ruth", staff, in_app)
    tick(in_app)
    assert rung() == [MARGARET, MARGARET]
    news = calls.why_we_ring({"hold_id": clear, "caller_id": people.margaret})
    assert news.status == "paid" and news.data["amount"] == {"amount": "42.50", "currency": "GBP"}


@pytest.mark.parametrize("question", ["phoned", "told", "alone"])
def test_a_yes_to_any_question_leaves_it_to_two(
    in_app: Flask, over: int, people: People, staff: dict[str, int], question: str
) -> None:
    assert answer(over, in_app, people.margaret, {**ALL_NO, question: True}) == "signal"
    assert take("release", over, "sam", staff, in_app) == "no_clear_call"
    assert paid() == []


def test_words_of_a_thief_in_our_call_are_a_new_signal(in_app: Flask, over: int, people: People) -> None:
    assert answer(over, in_app, people.margaret, words=("he says I must buy gift cards to pay it",)) == "signal"


def test_a_number_that_came_on_file_while_the_payment_waited_is_a_new_signal(
    in_app: Flask, over: int, people: People, staff: dict[str, int], clock: Clock
) -> None:
    """Whoever has talked the office into another number answers all our questions well."""
    audit.write("staff:1", "phone_changed", f"caller:{people.margaret}", clock.now())
    assert answer(over, in_app, people.margaret) == "signal"
    assert take("release", over, "sam", staff, in_app) == "no_clear_call"
    assert paid() == []


def test_answers_count_once_and_only_to_a_call_of_ours(in_app: Flask, held: int, people: People, clock: Clock) -> None:
    assert answer(held, in_app, people.margaret) == "late"
    clock.pass_time(hours=24)
    tick(in_app)
    assert answer(held, in_app, people.arthur) == "late"
    assert answer(held, in_app, people.margaret, {**ALL_NO, "told": True}) == "signal"
    assert answer(held, in_app, people.margaret) == "late"


def test_without_an_answer_one_person_is_not_enough(in_app: Flask, over: int, staff: dict[str, int]) -> None:
    assert take("release", over, "sam", staff, in_app) == "no_clear_call"


def test_a_scam_reported_since_is_a_new_signal(in_app: Flask, clear: int, staff: dict[str, int], people: People) -> None:
    safety.report({"words": "a man rang me", "findings": []}, on_the_line(in_app, people.margaret))
    assert take("release", clear, "ruth", staff, in_app) == "new_signal"


def test_a_scam_reported_before_counts_until_somebody_has_closed_it(
    in_app: Flask, people: People, due: int, held: int, clock: Clock
) -> None:
    hold = hold_of(held)
    safety.report({"words": "a man rang me", "findings": []}, on_the_line(in_app, people.margaret))
    case = db.session.scalars(select(ServiceRequest).where(ServiceRequest.intent == "report_scam")).one()
    case.created_at = hold.set_at - dt.timedelta(hours=1)
    assert deciding.new_signals(hold) == ("the caller has reported a scam",)
    case.closed_at = clock.now()
    assert deciding.new_signals(hold) == ()


def test_she_does_not_want_it_any_more(in_app: Flask, over: int, people: People, staff: dict[str, int]) -> None:
    assert calls.stop({"hold_id": over}, on_the_line(in_app, people.margaret)).status == "ok"
    assert take("release", over, "ruth", staff, in_app) == "decided_already"
    assert hold_of(over).status == "stopped" and paid() == []
    assert db.session.get_one(ServiceRequest, hold_of(over).request_id).status == "cancelled"


def test_nobody_stops_what_is_not_theirs(in_app: Flask, held: int, people: People) -> None:
    assert calls.stop({"hold_id": held}, on_the_line(in_app, people.arthur)).status == "late"
    assert hold_of(held).status == "waiting"


# -- before the clock: two people


def test_before_the_clock_nobody_releases_it_alone(in_app: Flask, held: int, staff: dict[str, int]) -> None:
    for who in ("ruth", "sam"):
        assert take("release", held, who, staff, in_app) == "clock_runs"
    assert paid() == [] and actions(held)[-2:] == ["hold_step_refused", "hold_step_refused"]


def test_a_coordinator_asks_and_a_supervisor_releases(in_app: Flask, held: int, staff: dict[str, int]) -> None:
    assert take("ask", held, "ruth", staff, in_app) == "asked"
    assert take("release", held, "sam", staff, in_app) == "released"
    tick(in_app)
    assert paid() == ["settled"]


def test_whoever_asked_cannot_release_it(in_app: Flask, held: int, staff: dict[str, int]) -> None:
    take("ask", held, "sam", staff, in_app)
    assert take("release", held, "sam", staff, in_app) == "own_hold"


def test_two_coordinators_are_no_supervisor(in_app: Flask, held: int, staff: dict[str, int]) -> None:
    take("ask", held, "ruth", staff, in_app)
    assert take("release", held, "paul", staff, in_app) == "needs_supervisor"
    assert paid() == []


def test_whoever_asked_cannot_release_it_after_the_clock_either(in_app: Flask, clear: int, staff: dict[str, int]) -> None:
    take("ask", clear, "ruth", staff, in_app)
    assert take("release", clear, "ruth", staff, in_app) == "own_hold"
    assert take("release", clear, "paul", staff, in_app) == "released"


def test_whoever_set_a_hold_neither_asks_nor_releases(in_app: Flask, clear: int, staff: dict[str, int]) -> None:
    db.session.execute(update(Hold).values(set_by=staff["ruth"]))
    for step in ("ask", "release", "extend"):
        assert take(step, clear, "ruth", staff, in_app) == "own_hold"
    assert hold_of(clear).asked_by is None and paid() == []


def test_what_the_rules_refuse_takes_two_even_after_the_clock(in_app: Flask, clear: int, staff: dict[str, int]) -> None:
    db.session.execute(update(Hold).values(outcome="refuse"))
    assert take("release", clear, "sam", staff, in_app) == "needs_two"
    take("ask", clear, "ruth", staff, in_app)
    assert take("release", clear, "sam", staff, in_app) == "released"


# -- extending and refusing


def test_an_extension_moves_the_clock_and_the_one_who_extended_never_releases(
    in_app: Flask, held: int, staff: dict[str, int], clock: Clock, people: People
) -> None:
    assert take("extend", held, "ruth", staff, in_app) == "extended"
    assert hold_of(held).ends_at == clock.now() + dt.timedelta(hours=48)
    assert take("extend", held, "sam", staff, in_app) == "extended_already"
    clock.pass_time(hours=24)
    tick(in_app)
    assert rung() == []
    clock.pass_time(hours=24)
    tick(in_app)
    assert answer(held, in_app, people.margaret) == "clear"
    assert take("release", held, "ruth", staff, in_app) == "own_hold"
    assert take("release", held, "paul", staff, in_app) == "released"


def test_no_extension_passes_the_last_moment_before_the_bill_is_due(
    in_app: Flask, held: int, staff: dict[str, int], clock: Clock
) -> None:
    db.session.execute(update(Hold).values(safe_until=clock.now() + dt.timedelta(hours=30)))
    assert take("extend", held, "ruth", staff, in_app) == "bill_due"


def test_an_extension_ends_three_days_after_the_beginning_at_the_latest(
    in_app: Flask, over: int, staff: dict[str, int], clock: Clock
) -> None:
    clock.pass_time(hours=47)
    assert take("extend", over, "ruth", staff, in_app) == "extended"
    assert hold_of(over).ends_at == hold_of(over).set_at + dt.timedelta(hours=72)


def test_a_refused_payment_is_told_and_the_bill_can_be_asked_for_anew(
    in_app: Flask, held: int, staff: dict[str, int], people: People, due: int
) -> None:
    assert take("refuse", held, "ruth", staff, in_app) == "refused"
    assert rung() == [MARGARET]
    assert calls.why_we_ring({"hold_id": held, "caller_id": people.margaret}).status == "refused"
    assert orders.claim({"bill_id": due}, on_the_line(in_app, people.margaret)).status == "claimed"


# -- once, whatever happens


def test_a_form_that_is_sent_twice_pays_once(in_app: Flask, clear: int, staff: dict[str, int], clock: Clock) -> None:
    version = hold_of(clear).version
    assert take("release", clear, "ruth", staff, in_app, version=version) == "released"
    assert take("release", clear, "ruth", staff, in_app, version=version) == "decided_already"
    clock.pass_time(minutes=5)
    tick(in_app)
    assert paid() == ["settled"] and money() == Decimal("57.50")


def test_nobody_decides_on_an_old_page(in_app: Flask, held: int, staff: dict[str, int]) -> None:
    version = hold_of(held).version
    take("ask", held, "ruth", staff, in_app)
    assert take("release", held, "sam", staff, in_app, version=version) == "changed_meanwhile"
    assert paid() == []


def test_two_who_release_at_the_same_moment_pay_once(in_app: Flask, clear: int, staff: dict[str, int]) -> None:
    start, came = threading.Barrier(2), []

    def release(who: str) -> None:
        with in_app.app_context():
            version = hold_of(clear).version
            db.session.rollback()
            start.wait()
            came.append(take("release", clear, who, staff, in_app, version=version))

    threads = [threading.Thread(target=release, args=(who,)) for who in ("ruth", "paul")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    tick(in_app)
    assert sorted(came) == ["decided_already", "released"] and paid() == ["settled"]


def test_a_bill_whose_amount_has_changed_is_not_paid(in_app: Flask, clear: int, staff: dict[str, int], due: int) -> None:
    db.session.execute(update(Bill).where(Bill.id == due).values(amount=Decimal("420.50")))
    assert take("release", clear, "ruth", staff, in_app) == "bill_changed"
    assert paid() == []


def test_a_company_that_is_off_the_list_is_not_paid(in_app: Flask, clear: int, staff: dict[str, int]) -> None:
    db.session.execute(update(Biller).values(allowed=False))
    assert take("release", clear, "ruth", staff, in_app) == "biller_not_allowed"


def test_without_enough_money_nothing_is_paid_and_she_hears_so(
    in_app: Flask, clear: int, staff: dict[str, int], due: int, people: People
) -> None:
    for row in (Bill, Hold):
        key = Bill.id == due if row is Bill else Hold.id == clear
        also = {} if row is Bill else {"bill_left": Decimal("500.00")}
        db.session.execute(update(row).where(key).values(amount=Decimal("500.00"), **also))
    take("release", clear, "ruth", staff, in_app)
    tick(in_app)
    assert paid() == ["failed"] and money() == Decimal("100.00")
    assert calls.why_we_ring({"hold_id": clear, "caller_id": people.margaret}).status == "failed"


@pytest.mark.parametrize(
    "slip",
    [
        pytest.param({"decided_by": None}, id="by nobody"),
        pytest.param({"set_by": "ruth"}, id="by whoever set it"),
        pytest.param({"extended_by": "ruth"}, id="by whoever extended it"),
        pytest.param({"asked_by": "ruth"}, id="by whoever asked for it"),
        pytest.param({"call_back": "promised"}, id="alone, without a clear call"),
        pytest.param({"outcome": "refuse"}, id="alone, what the rules refuse"),
        pytest.param({"ended_at": dt.datetime(2026, 11, 24, 11, tzinfo=dt.UTC)}, id="alone, before the clock"),
    ],
)
def test_the_database_itself_refuses_a_release(
    in_app: Flask, clear: int, staff: dict[str, int], clock: Clock, slip: dict[str, Any]
) -> None:
    wrong = {name: staff.get(value, value) if isinstance(value, str) else value for name, value in slip.items()}
    released = {"status": "released", "decided_by": staff["ruth"], "ended_at": clock.now(), **wrong}
    with pytest.raises(IntegrityError):
        db.session.execute(update(Hold).values(**released))
    db.session.rollback()


# -- who has vouched, and what is said aloud


def test_who_put_the_number_on_file_or_vouched_may_not_release(
    in_app: Flask, clear: int, staff: dict[str, int], people: People, clock: Clock
) -> None:
    audit.write(f"staff:{staff['ruth']}", "phone_changed", f"caller:{people.margaret}", clock.now() - dt.timedelta(days=13))
    db.session.commit()
    assert take("release", clear, "ruth", staff, in_app) == "own_proof"
    assert take("release", clear, "paul", staff, in_app) == "released"


@pytest.mark.parametrize(
    ("rules", "key"),
    [
        pytest.param({"F023": 30}, "reason.first_payment", id="a first payment"),
        pytest.param({"F026": 40, "F023": 30}, "reason.more_than_usual", id="the weightiest is said"),
        pytest.param({"F043": 60}, "reason.check", id="nothing of a number that is new: they may be the thief"),
        pytest.param({"F034": 60}, "reason.check", id="nor of others who ring from it"),
        pytest.param({"F007": 60}, "reason.words", id="of words, that it was something they said"),
        pytest.param({"F043": 60, "F044": 25}, "reason.changed_lately", id="the weightiest that may be said"),
        pytest.param({"F023": -10}, "reason.check", id="what speaks for the payment is no reason"),
    ],
)  # fmt: skip
def test_the_reason_that_is_spoken(in_app: Flask, people: People, rules: dict[str, int], key: str) -> None:
    findings = tuple(Finding(rule, points, "allow", "") for rule, points in rules.items())
    assessed = replace(assess(Facts(), ruleset()), findings=findings, outcome="hold")
    assert orders._reason(assessed, on_the_line(in_app, people.margaret)) == key


def test_every_reason_is_a_rule_and_a_prompt(in_app: Flask) -> None:
    languages = in_app.extensions["helpline"].languages
    for rule, key in orders.REASONS.items():
        assert rule in ruleset().weights and all(key in language.prompts for language in languages.values())


# -- before the bill's last safe moment


def test_the_office_is_told_while_there_is_still_time(in_app: Flask, held: int, clock: Clock) -> None:
    hold = hold_of(held)
    timer = db.session.scalars(select(Timer).where(Timer.kind == "hold_unsafe")).one()
    assert hold.ends_at < timer.due_at <= hold.safe_until - dt.timedelta(hours=2)
    clock.pass_time(seconds=(timer.due_at - clock.now()).total_seconds())
    tick(in_app)
    told = db.session.scalars(select(Event.data).where(Event.kind == "hold_escalated").order_by(Event.id)).all()
    assert [one["why"] for one in told] == ["due", "unsafe"] or [one["why"] for one in told] == ["unsafe", "due"]
    tick(in_app)
    assert len(db.session.scalars(select(Event).where(Event.kind == "hold_unsafe")).all()) == 1


def test_what_was_decided_by_then_alarms_nobody(in_app: Flask, held: int, staff: dict[str, int], clock: Clock) -> None:
    assert take("refuse", held, "ruth", staff, in_app) == "refused"
    clock.pass_time(days=8)
    tick(in_app)
    assert db.session.scalars(select(Event).where(Event.kind == "hold_unsafe")).all() == []
