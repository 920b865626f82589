"""The coordinators' first page: what it counts, what it lists, and who may see it."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient

from helpline import events
from helpline.dashboard import views
from helpline.dashboard.queries import overview
from helpline.db import db
from helpline.outbox import Delivery
from helpline.services import people as for_people
from helpline.services import safety
from helpline.services.bills import orders as bills
from helpline.services.visits import open_visit
from helpline.staff.models import Staff
from tests.cast import ARTHUR, MARGARET, Clock, People, on_the_line, sign_in_ruth
from tests.services.accounts import account_with, bill
from volunteers import tasks

LONDON = ZoneInfo("Europe/London")


def instance(intent: str, at: dt.datetime) -> None:
    events.record("service_instance", "request:1", at, intent=intent, status="done")


def test_service_instances_are_counted_by_kind_and_day(in_app: Flask, clock: Clock) -> None:
    instance("pay_bill", clock.now())
    instance("pay_bill", clock.now())
    instance("report_scam", clock.now() - dt.timedelta(days=3))
    delivered = overview(clock.now(), LONDON).delivered
    assert len(delivered.days) == 14
    assert (delivered.days[-1].date, delivered.days[-1].total) == (dt.date(2026, 11, 24), 2)
    assert (delivered.days[-4].date, delivered.days[-4].total) == (dt.date(2026, 11, 21), 1)
    assert dict(zip(delivered.kinds, delivered.totals, strict=True))["Bills paid"] == 2


def test_a_day_begins_at_the_offices_midnight(in_app: Flask) -> None:
    """On a summer night in London, 23:30 UTC is tomorrow."""
    instance("pay_bill", dt.datetime(2026, 7, 9, 23, 30, tzinfo=dt.UTC))
    days = overview(dt.datetime(2026, 7, 10, 9, 0, tzinfo=dt.UTC), LONDON).delivered.days
    assert [day.total for day in days[-2:]] == [0, 1]


def test_the_night_on_which_the_clocks_go_back_is_one_day(in_app: Flask) -> None:
    for hour in (0, 1, 2):
        instance("pay_bill", dt.datetime(2026, 10, 25, hour, 30, tzinfo=dt.UTC))
    days = overview(dt.datetime(2026, 10, 26, 9, 0, tzinfo=dt.UTC), LONDON).delivered.days
    assert [(day.date.day, day.total) for day in days[-2:]] == [(25, 3), (26, 0)]


def test_what_is_older_than_fourteen_days_is_not_counted(in_app: Flask, clock: Clock) -> None:
    instance("pay_bill", clock.now() - dt.timedelta(days=14))
    assert sum(overview(clock.now(), LONDON).delivered.totals) == 0


def test_a_kind_that_has_no_word_yet_is_counted_too(in_app: Flask, clock: Clock) -> None:
    instance("cancel_appointment", clock.now())
    delivered = overview(clock.now(), LONDON).delivered
    assert delivered.kinds[-1] == "Cancel appointment" and delivered.totals[-1] == 1


def test_a_message_waits_with_its_words_and_its_sound(in_app: Flask, people: People, clock: Clock) -> None:
    line = on_the_line(in_app, people.margaret, recording=b"\xff" * 8000)
    for_people.leave_message({"about": "leave_message", "words": "please ring my daughter"}, line)
    (waiting,) = overview(clock.now(), LONDON).waiting
    assert (waiting.name, waiting.number, waiting.words) == ("Margaret Hill", MARGARET, "please ring my daughter")
    assert len(waiting.recordings) == 1


def test_what_a_caller_says_is_words_and_never_a_command(client: FlaskClient, app: Flask, people: People) -> None:
    """In a statement to the database it is a value, on a page it is text."""
    words = "'); DROP TABLE call; -- {{ 7 * 7 }} <script>alert(1)</script>"
    with app.app_context():
        for_people.leave_message({"about": "leave_message", "words": words}, on_the_line(app, people.margaret))
        db.session.commit()
    sign_in_ruth(client)
    page = client.get("/office/").text
    assert "&#39;); DROP TABLE call; -- {{ 7 * 7 }} &lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script" not in page


def test_an_emergency_stands_first_and_then_the_newest(in_app: Flask, people: People, clock: Clock) -> None:
    safety.emergency({"words": "I have fallen"}, on_the_line(in_app, people.margaret))
    for_people.find({"about": "pin"}, on_the_line(in_app, people.joan))
    for_people.find({"about": "not_understood"}, on_the_line(in_app, None, number=""))
    waiting = overview(clock.now(), LONDON).waiting
    assert [one.name for one in waiting] == ["Margaret Hill", "", "Joan Fisher"]
    assert waiting[0].urgent and waiting[1].number == ""


def test_a_long_list_says_how_many_more_there_are(
    client: FlaskClient, app: Flask, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("helpline.dashboard.queries.MOST_ROWS", 1)
    with app.app_context():
        for caller in (people.margaret, people.joan, people.arthur):
            for_people.find({"about": "pin"}, on_the_line(app, caller))
        db.session.commit()
    sign_in_ruth(client)
    assert "There are 2 older ones" in client.get("/office/").text


def test_a_held_payment_shows_why_it_is_held(in_app: Flask, people: People, clock: Clock) -> None:
    due = bill(account_with(people.margaret, "City Electric", "electricity"), "42.50", clock.now().date())
    bills.claim({"bill_id": due.id}, on_the_line(in_app, people.margaret))
    (held,) = overview(clock.now(), LONDON).held
    assert (held.name, held.biller, held.amount) == ("Margaret Hill", "City Electric", Decimal("42.50"))
    assert held.outcome == "confirm" and any("first" in reason.lower() for reason in held.reasons)


def test_a_visit_for_which_nobody_is_left_shows_whom_to_ring(in_app: Flask, people: People, clock: Clock) -> None:
    line = on_the_line(in_app, people.arthur, ARTHUR)
    open_visit({"help_kind": "garden", "date": "2026-11-26", "part_of_day": "morning"}, line)
    tasks.escalate(1, "all 2 have been asked", clock.now())
    seen = overview(clock.now(), LONDON)
    (visit,) = seen.escalated
    assert (visit.name, visit.number, visit.reason) == ("Arthur Bell", ARTHUR, "all 2 have been asked")
    assert [(count.words, count.number) for count in seen.tasks] == [("Nobody left to ask: the office's", 1)]


def test_a_text_that_was_given_up_shows_without_its_words(
    client: FlaskClient, app: Flask, people: People, clock: Clock
) -> None:
    with app.app_context():
        db.session.add(
            Delivery(
                channel="sms",
                to_number=MARGARET,
                body="your sign-in code is 123456",
                dedupe_key="sms:code:1",
                due_at=clock.now(),
                done_at=clock.now(),
                status="failed",
                error="there is no such number",
            )
        )
        db.session.commit()
    sign_in_ruth(client)
    page = client.get("/office/").text
    assert "there is no such number" in page and "A sign-in code" in page and "123456" not in page


def test_todays_texts_are_told_apart_by_what_became_of_them(
    in_app: Flask, client: FlaskClient, people: People, clock: Clock
) -> None:
    for n, status in enumerate(("delivered", "delivered", "sent", "again", "failed")):
        db.session.add(
            Delivery(
                channel="sms",
                to_number=MARGARET,
                dedupe_key=f"sms:receipt:{n}",
                due_at=clock.now(),
                status=status,
                done_at=clock.now(),
            )
        )
    db.session.commit()
    counts = [(one.words, one.number) for one in overview(clock.now(), LONDON).texts]
    assert counts[:2] == [("Arrived", 2), ("Sent, and not known yet whether they arrived", 1)] and len(counts) == 4
    sign_in_ruth(client)
    assert "Did not arrive, and sent again" in client.get("/office/").text


def test_todays_calls_are_told_apart_by_how_they_ended(in_app: Flask, people: People, clock: Clock) -> None:
    on_the_line(in_app, people.margaret)
    conversation = in_app.extensions["helpline"].conversation
    conversation.hung_up(on_the_line(in_app, people.joan).call_id)
    conversation.hung_up(on_the_line(in_app, people.arthur).call_id)
    seen = overview(clock.now(), LONDON)
    assert seen.live == 1
    assert [(count.words, count.number) for count in seen.endings] == [("Rang off", 2)]


def test_a_line_without_words_is_seen_once_a_call(in_app: Flask, client: FlaskClient, people: People, clock: Clock) -> None:
    for _ in range(2):
        events.record("deaf_line", "call:7", clock.now(), expecting="yes_no")
    db.session.commit()
    assert overview(clock.now(), LONDON).deaf == 1
    sign_in_ruth(client)
    assert "brought us sound, but no words" in client.get("/office/").text
    clock.pass_time(days=1)
    assert overview(clock.now(), LONDON).deaf == 0


def test_yesterdays_calls_are_not_todays(in_app: Flask, people: People, clock: Clock) -> None:
    in_app.extensions["helpline"].conversation.hung_up(on_the_line(in_app, people.joan).call_id)
    clock.pass_time(days=1)
    assert overview(clock.now(), LONDON).endings == ()


def test_an_empty_office_says_so_in_words(client: FlaskClient, people: People) -> None:
    sign_in_ruth(client)
    page = client.get("/office/").text
    for words in ("Nobody is waiting.", "No payment is held.", "Everything has arrived.", "No visit has been asked for yet."):
        assert words in page


def test_somebody_who_looks_holds_up_nobody_who_writes(in_app: Flask, people: People, clock: Clock) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("on PostgreSQL nobody who reads holds up a writer")
    views.only_look()
    overview(clock.now(), LONDON)
    with closing(sqlite3.connect(str(db.engine.url.database), timeout=0)) as other:
        other.execute("UPDATE staff SET name = 'Ruth M.'")  # whoever would have to wait gets an error instead
        other.commit()
    db.session.rollback()
    assert db.session.get_one(Staff, people.ruth).name == "Ruth M."
