"""Was that really you? Answered from our own rows, for the person who asks and nobody else; an alarm where it was not us."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from helpline import audit, outbox
from helpline.db import db
from helpline.models import ServiceRequest
from helpline.outbox import Delivery
from helpline.services import people as office_people
from helpline.services import proof
from helpline.services.requests import open_request
from helpline.services.visits import door_number
from helpline.staff import duty
from tests.cast import MARGARET, Clock, People, on_the_line
from voice.heard import Result
from volunteers import tasks
from volunteers.models import Task

RANG_ME = "did you just ring me"
AT_THE_DOOR = "is the man at the door yours"
RUTHS_PHONE = "+447700900150"


def ask(app: Flask, words: str, caller: int | None, **line: Any) -> Result:
    result = proof.contacts({"words": words}, on_the_line(app, caller, level=1, **line))
    db.session.commit()
    return result


def sent(channel: str, at: dt.datetime, **purpose: Any) -> None:
    """We have rung or texted Margaret's number at that moment."""
    row = Delivery(channel=channel, to_number=MARGARET, body="Your visit is on Friday.", purpose=purpose, due_at=at,
                   dedupe_key=f"{channel}:{at}:{purpose}", status="sent", provider_id=f"{channel}-{at}", done_at=at)  # fmt: skip
    outbox.promise(row)
    db.session.commit()


def told(result: Result) -> list[str]:
    return [one["key"] for one in result.data["told"]]


def cases() -> list[str]:
    return [*db.session.scalars(select(ServiceRequest.status).where(ServiceRequest.intent == "report_scam"))]


def test_a_call_of_ours_is_told_with_its_time_and_its_reason(in_app: Flask, people: People, clock: Clock) -> None:
    sent("call", clock.now() - dt.timedelta(hours=1), kind="tell_who_comes", caller_id=people.margaret)
    result = ask(in_app, RANG_ME, people.margaret)
    assert result.status == "ours" and told(result) == ["proof.rang"]
    assert result.data["told"][0]["values"] == {"date": "2026-11-24", "time": "09:00", "about": "about your visit"}
    assert cases() == []


def test_a_call_that_nobody_answered_was_ours_as_well(in_app: Flask, people: People, clock: Clock) -> None:
    sent("call", clock.now() - dt.timedelta(hours=1), kind="hold", caller_id=people.margaret)
    db.session.scalars(select(Delivery)).one().status = "failed"
    assert told(ask(in_app, "I missed a call from you, was it genuine", people.margaret)) == ["proof.rang"]


@pytest.mark.parametrize(("words", "status"), [(RANG_ME, "not_rung"), ("did you text me about a payment", "not_texted"),
                                               (AT_THE_DOOR, "no_visit"), ("is this one of yours", "nothing")])  # fmt: skip
def test_what_was_not_us_is_said_so_and_is_a_case_for_a_person(in_app: Flask, people: People, words: str, status: str) -> None:
    assert ask(in_app, words, people.margaret).status == status
    assert cases() == ["open"]


def test_a_text_is_no_call(in_app: Flask, people: People, clock: Clock) -> None:
    sent("sms", clock.now() - dt.timedelta(hours=2))
    assert ask(in_app, RANG_ME, people.margaret).status == "not_rung"
    assert told(ask(in_app, "is this text from you", people.margaret)) == ["proof.texted"]


def test_what_was_four_days_ago_is_not_told(in_app: Flask, people: People, clock: Clock) -> None:
    sent("call", clock.now() - dt.timedelta(days=4), kind="hold", caller_id=people.margaret)
    assert ask(in_app, RANG_ME, people.margaret).status == "not_rung"


def test_why_we_rang_somebody_else_of_the_house_stays_with_them(in_app: Flask, people: People, clock: Clock) -> None:
    sent("call", clock.now() - dt.timedelta(hours=1), kind="hold", caller_id=people.joan)
    result = ask(in_app, RANG_ME, people.margaret)
    assert told(result) == ["proof.rang_other"] and "about" not in result.data["told"][0]["values"]


def test_who_is_unknown_hears_nothing_of_anybody_and_is_a_case(in_app: Flask, people: People, clock: Clock) -> None:
    sent("call", clock.now() - dt.timedelta(hours=1), kind="hold", caller_id=people.margaret)
    result = ask(in_app, RANG_ME, None)
    assert result.status == "unknown" and "told" not in result.data and cases() == ["open"]


def test_the_bank_is_not_us_and_goes_the_way_of_a_scam(in_app: Flask, people: People) -> None:
    assert ask(in_app, "was that really the bank", people.margaret).status == "others"


def test_a_person_who_was_to_ring_may_have_rung(in_app: Flask, people: People) -> None:
    open_request("speak_to_person", on_the_line(in_app, people.margaret), key="person")
    assert ask(in_app, RANG_ME, people.margaret).status == "expected"


def test_a_person_who_has_rung_back_was_ours(in_app: Flask, people: People, clock: Clock) -> None:
    request = open_request("speak_to_person", on_the_line(in_app, people.margaret), key="person")
    office_people.rung_back(request.id, people.ruth, "rang her", clock.now())
    db.session.commit()
    assert told(ask(in_app, RANG_ME, people.margaret)) == ["proof.office"]


def test_the_volunteer_who_comes_today_is_named(in_app: Flask, people: People, clock: Clock) -> None:
    comes(people, clock)
    result = ask(in_app, AT_THE_DOOR, people.margaret)
    assert told(result) == ["proof.visit"] and result.data["told"][0]["values"]["volunteer"] == "Wei Chen"


def test_the_number_of_a_visit_is_of_one_volunteer_and_one_visit(in_app: Flask, people: People, clock: Clock) -> None:
    comes(people, clock)
    task = db.session.scalars(select(Task)).one()
    number = door_number(task, "s" * 32)
    assert len(number) == 4 and number.isdigit() and number == door_number(task, "s" * 32)
    assert ask(in_app, AT_THE_DOOR, people.margaret).data["told"][0]["values"]["number"] == number
    task.version, task.volunteer_id = task.version + 1, people.grace
    assert door_number(task, "s" * 32) != number
    db.session.rollback()


def test_who_does_not_know_the_number_is_a_case_and_whoever_is_on_duty_hears_of_it(
    in_app: Flask, people: People, clock: Clock
) -> None:
    comes(people, clock)
    duty.begin(people.ruth, RUTHS_PHONE, clock.now())
    proof.not_ours({"words": AT_THE_DOOR}, on_the_line(in_app, people.margaret, level=1))
    assert cases() == ["open"]
    assert [*db.session.scalars(select(Delivery.to_number))].count(RUTHS_PHONE) == 1


def test_somebody_at_the_door_who_is_not_ours_alerts_whoever_is_on_duty(in_app: Flask, people: People, clock: Clock) -> None:
    duty.begin(people.ruth, RUTHS_PHONE, clock.now())
    ask(in_app, AT_THE_DOOR, people.margaret)
    alert = db.session.scalars(select(Delivery).where(Delivery.to_number == RUTHS_PHONE)).one()
    assert "AT THE DOOR" in alert.body and MARGARET in alert.body


def test_that_it_was_asked_is_in_the_audit_without_the_words(in_app: Flask, people: People) -> None:
    ask(in_app, RANG_ME, people.margaret)
    entry = db.session.scalars(select(audit.AuditEntry).where(audit.AuditEntry.action == "asked_was_it_us")).one()
    assert entry.data == {"about": "call", "ours": False}


def comes(people: People, clock: Clock) -> None:
    """Wei comes to Margaret today."""
    task = tasks.open_task(
        kind="shopping", summary="shopping", area="Elm Park", address="12 Elm Park Road", door_notes="",
        caller_name="Margaret Hill", language="en", day=clock.now().date(), part_of_day="morning", minutes=60, now=clock.now(),
    )  # fmt: skip
    db.session.flush()
    tasks.offer(task, people.wei, clock.now())
    tasks.accept(task.id, people.wei, clock.now())
    request = ServiceRequest(reference="11112222", dedupe_key="wei", intent="ask_volunteer", caller_id=people.margaret,
                             task_id=task.id, created_at=clock.now())  # fmt: skip
    db.session.add(request)
    db.session.commit()
