"""What people found out about a hold, and how the rules do by it: kept once, with a name, and counted."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from helpline.audit import AuditEntry
from helpline.dashboard import fairness
from helpline.dashboard.holds import NO_VERDICT
from helpline.dashboard.words import JUDGED, VERDICTS
from helpline.db import db
from helpline.models import Caller
from helpline.services.bills import orders
from helpline.services.holds.models import Hold
from helpline.staff.models import Staff
from tests.cast import Clock, People, on_the_line, press, sign_in_ruth
from tests.services.accounts import account_with, bill


@pytest.fixture
def hold(app: Flask, people: People, clock: Clock) -> int:
    """Margaret's first payment to City Electric, refused by the office. The hold's id."""
    with app.app_context():
        due = bill(account_with(people.margaret, "City Electric", "electricity"), "42.50", clock.now().date())
        orders.claim({"bill_id": due.id}, on_the_line(app, people.margaret))
        db.session.execute(update(Hold).values(status="refused", ended_at=clock.now()))
        db.session.commit()
        return db.session.scalars(select(Hold.id)).one()


def judge(client: FlaskClient, hold: int, verdict: str, version: str = "") -> str:
    """Say what it was, from a page just opened unless a version is given; the page that comes of it."""
    seen = re.search(r'name="version" value="(\d+)"', client.get(f"/office/holds/{hold}").text)
    number = version or (seen[1] if seen else "0")
    answer = press(client, f"/office/holds/{hold}/verdict", verdict=verdict, note="Rang her.", version=number)
    return client.get(answer.location).text if answer.location else answer.text


def test_ruth_calls_it_a_false_alarm_and_the_audit_knows(client: FlaskClient, app: Flask, hold: int) -> None:
    sign_in_ruth(client)
    page = judge(client, hold, "false_alarm")
    assert JUDGED["judged"] in page and VERDICTS["false_alarm"] in page and "Called it a false alarm" in page
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "hold_judged_false_alarm")).one()
        assert entry.data == {"before": "", "note": "Rang her."} and entry.actor.startswith("staff:")


def test_it_may_be_judged_anew_and_both_stay_in_the_audit(client: FlaskClient, app: Flask, hold: int) -> None:
    sign_in_ruth(client)
    judge(client, hold, "false_alarm")
    judge(client, hold, "scam")
    with app.app_context():
        assert db.session.get_one(Hold, hold).verdict == "scam"
        assert db.session.scalars(select(AuditEntry.data).where(AuditEntry.action == "hold_judged_scam")).one()["before"] == (
            "false_alarm"
        )


def test_an_old_page_judges_nothing(client: FlaskClient, app: Flask, hold: int) -> None:
    sign_in_ruth(client)
    assert JUDGED["changed_meanwhile"] in judge(client, hold, "scam", version="7")
    with app.app_context():
        assert db.session.get_one(Hold, hold).verdict == ""


def test_a_hold_that_waits_is_decided_before_it_is_judged(client: FlaskClient, app: Flask, hold: int) -> None:
    with app.app_context():
        db.session.execute(update(Hold).values(status="waiting", ended_at=None))
        db.session.commit()
    sign_in_ruth(client)
    assert JUDGED["not_decided"] in judge(client, hold, "scam")


def test_a_verdict_is_one_of_two(client: FlaskClient, hold: int) -> None:
    sign_in_ruth(client)
    assert NO_VERDICT in judge(client, hold, "perhaps")


def test_an_auditor_sees_and_does_not_judge(client: FlaskClient, app: Flask, hold: int) -> None:
    with app.app_context():
        db.session.execute(update(Staff).where(Staff.login == "ruth").values(role="auditor"))
        db.session.commit()
    sign_in_ruth(client)
    assert "Was it right to hold it?" not in client.get(f"/office/holds/{hold}").text
    assert press(client, f"/office/holds/{hold}/verdict", verdict="scam", version="0").status_code == 403
    assert "First payment to a company".lower() in client.get("/office/holds/measured").text.lower()


def test_the_rules_are_measured_by_what_was_found_out(client: FlaskClient, app: Flask, hold: int, clock: Clock) -> None:
    sign_in_ruth(client)
    judge(client, hold, "false_alarm")
    with app.app_context():
        (first,) = (rule for rule in fairness.measured(clock.now()).rules if rule.id == "F023")
    assert (first.spoke, first.held, first.false_alarms, first.scams) == (1, 1, 1, 0)


def test_holds_are_counted_by_language_with_an_interval(app: Flask, people: People, hold: int, clock: Clock) -> None:
    with app.app_context():
        due = bill(account_with(people.arthur, "City Gas", "gas"), "20.00", clock.now().date())
        db.session.execute(update(Caller).where(Caller.id == people.arthur).values(language="ko"))
        words = ("he told me not to tell anyone", "he's on my mobile now and told me what to say", "it has to be gift cards")
        orders.claim({"bill_id": due.id}, on_the_line(app, people.arthur, words=words))
        db.session.commit()
        seen = fairness.measured(clock.now())
    by_language = {group.name: (group.asked, group.stopped) for group in seen.languages}
    assert by_language == {"en": (1, 0), "ko": (1, 1)}
    assert [(group.name, group.asked) for group in seen.heard] == [("by keys alone", 2)]
    assert all(group.low < 0.5 < group.high or group.share in (0, 1) for group in seen.languages)


def test_holds_are_counted_by_age_where_a_year_of_birth_is_known(
    client: FlaskClient, app: Flask, people: People, hold: int, clock: Clock
) -> None:
    with app.app_context():
        assert [(group.name, group.asked) for group in fairness.measured(clock.now()).ages] == [("not known", 1)]
        for born, band in (
            (1, "85 and older"),
            (1941, "85 and older"),
            (1942, "75 to 84"),
            (1952, "65 to 74"),
            (1962, "under 65"),
        ):
            db.session.execute(update(Caller).where(Caller.id == people.margaret).values(birth_year=born))
            assert [group.name for group in fairness.measured(dt.datetime(2026, 12, 1, tzinfo=dt.UTC)).ages] == [band]
        db.session.commit()
    sign_in_ruth(client)
    page = client.get("/office/holds/measured").text
    assert "By age" in page and "under 65" in page
