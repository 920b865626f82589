"""We ring a volunteer about an offer: by key yes or no, once, by day, and never for longer than the offer stands."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from helpline import clock as ticking
from helpline import deliveries
from helpline.db import db
from helpline.outbox import Delivery
from helpline.providers import Outcome, ProviderError
from helpline.providers.twilio import TwilioProvider
from tests.calls.line import Telephone
from tests.calls.test_person import Exchange, tags, words
from tests.cast import GRACE, WEI, Clock, People, press, sign_in_volunteer
from volunteers import dispatch, tasks
from volunteers.dispatch import by_day
from volunteers.models import Offer, Task, Volunteer

LONDON = ZoneInfo("Europe/London")
ADDRESS = "12 Elm Park Road"


@pytest.fixture
def exchange(monkeypatch: pytest.MonkeyPatch) -> Exchange:
    exchange = Exchange()
    monkeypatch.setattr(TwilioProvider, "place_call", lambda *args: exchange.place_call(*args))
    return exchange


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The texts that went out: number and words."""
    sent: list[tuple[str, str]] = []
    monkeypatch.setattr(TwilioProvider, "send_sms", lambda _, to, body, key: sent.append((to, body)) or f"SM{len(sent)}")
    return sent


@pytest.fixture
def shopping(app: Flask, people: People, clock: Clock, texts: list[Any]) -> int:
    """Shopping in Elm Park on Thursday; only Wei is on duty, and wants to be rung."""
    with app.app_context():
        db.session.execute(update(Volunteer).where(Volunteer.phone != WEI).values(on_duty=False))
        db.session.execute(update(Volunteer).where(Volunteer.phone == WEI).values(by_call=True))
        task = tasks.open_task(
            kind="shopping", summary="shopping", area="Elm Park", address=ADDRESS, door_notes="Ring twice", language="en",
            caller_name="Margaret Hill", day=dt.date(2026, 11, 26), part_of_day="morning", minutes=45, now=clock.now(),
        )  # fmt: skip
        db.session.commit()
        return task.id


@pytest.fixture
def wei(app: Flask, telephone: Telephone, exchange: Exchange, shopping: int) -> Rung:
    ticking.tick(app)
    ticking.tick(app)
    return Rung(app, telephone, exchange)


class Rung:
    """Wei's telephone."""

    def __init__(self, app: Flask, telephone: Telephone, exchange: Exchange) -> None:
        self.app, self.telephone, self.exchange = app, telephone, exchange

    def of(self, path: str, **form: str) -> list[Any]:
        out = {"Direction": "outbound-api", "From": "+15005550006", "To": WEI, "CallStatus": "in-progress", **form}
        return self.telephone.verbs(path.removeprefix(self.telephone.base), self.exchange.rung[WEI], **out)

    def picks_up(self) -> list[Any]:
        return self.of(self.exchange.answer_urls[WEI])

    def presses(self, key: str) -> list[Any]:
        return self.of("/calls/offers/1", Digits=key)

    def ends(self, status: str) -> None:
        out = {"Direction": "outbound-api", "From": "+15005550006", "To": WEI, "CallStatus": status}
        assert self.telephone.ask("/calls/status", self.exchange.rung[WEI], **out).status_code == 204


def task(app: Flask) -> tuple[str, int | None]:
    with app.app_context():
        row = db.session.scalars(select(Task)).one()
        return row.status, row.volunteer_id


def offers(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(Offer.status).order_by(Offer.id)))


def calls(app: Flask) -> list[tuple[str, str]]:
    with app.app_context():
        query = select(Delivery.dedupe_key, Delivery.status).where(Delivery.channel == "call").order_by(Delivery.id)
        return [(key, status) for key, status in db.session.execute(query)]


def test_they_hear_what_and_where_twice_and_no_name_or_address(wei: Rung) -> None:
    verbs = wei.picks_up()
    assert tags(verbs) == ["Gather", "Gather", "Hangup"]
    said = words(verbs)
    assert said.count("Elm Park") == 2 and "Thursday the twenty-sixth of November" in said and "Hello Wei" in said
    assert "Margaret" not in said and ADDRESS not in said


def test_one_is_a_yes_and_only_then_the_address_is_said(app: Flask, wei: Rung, people: People) -> None:
    wei.picks_up()
    said = words(wei.presses("1"))
    assert task(app) == ("accepted", people.wei)
    assert "Margaret Hill" in said and ADDRESS in said and "Ring twice" in said and "number" in said


def test_a_yes_that_is_told_twice_counts_once_and_is_heard_again(app: Flask, wei: Rung, people: People) -> None:
    wei.picks_up()
    assert words(wei.presses("1")) == words(wei.presses("1")) == words(wei.presses("2"))
    assert task(app) == ("accepted", people.wei) and offers(app) == ["accepted"]
    assert ADDRESS in words(wei.picks_up())


def test_two_is_a_no_and_they_are_asked_no_more(app: Flask, wei: Rung) -> None:
    wei.picks_up()
    assert "will not be asked" in words(wei.presses("2"))
    ticking.tick(app)
    assert offers(app) == ["declined"] and task(app) == ("escalated", None)


@pytest.mark.parametrize("key", ["3", "9", "", "#*"])
def test_another_key_says_it_again(app: Flask, wei: Rung, key: str) -> None:
    wei.picks_up()
    assert tags(wei.presses(key)) == ["Gather", "Gather", "Hangup"] and offers(app) == ["open"]


def test_who_only_listens_or_a_machine_has_promised_nothing(app: Flask, wei: Rung, clock: Clock) -> None:
    wei.picks_up()
    wei.ends("completed")
    clock.pass_time(minutes=30)
    ticking.tick(app)
    assert offers(app) == ["open"] and calls(app) == [("call:offer:1", "delivered")]


def test_a_yes_after_the_offer_is_over_is_too_late(app: Flask, wei: Rung, clock: Clock) -> None:
    wei.picks_up()
    clock.pass_time(hours=3)
    assert "no longer to be had" in words(wei.presses("1")) and task(app)[1] is None
    assert "no longer to be had" in words(wei.picks_up())


def test_nobody_picks_up_and_they_are_rung_again_while_the_offer_stands(app: Flask, wei: Rung, clock: Clock) -> None:
    for _ in range(3):
        wei.ends("no-answer")
        clock.pass_time(minutes=21)
        ticking.tick(app)
    assert [key for key, _ in calls(app)] == ["call:offer:1", "call:offer:1#2", "call:offer:1#3", "call:offer:2"]
    assert offers(app) == ["undelivered", "open"]
    for _ in range(3):
        wei.ends("busy")
        clock.pass_time(minutes=21)
        ticking.tick(app)
    assert offers(app) == ["undelivered", "undelivered"] and task(app)[0] == "escalated"


def test_for_today_others_are_asked_at_once(app: Flask, wei: Rung) -> None:
    """The offer is over before we could ring again."""
    with app.app_context():
        soon = app.extensions["helpline"].now() + dt.timedelta(minutes=10)
        db.session.execute(update(Offer).values(answer_by=soon))
        db.session.commit()
    wei.ends("no-answer")
    assert offers(app) == ["undelivered"] and len(calls(app)) == 1


def test_another_telephone_s_key_is_nobody_s(wei: Rung, telephone: Telephone) -> None:
    wei.picks_up()
    assert telephone.ask("/calls/offers/1", "CAffffffffffffffffffffffffffffffff", Digits="1").status_code == 404
    assert telephone.ask("/calls/offers/77", wei.exchange.rung[WEI], Digits="1").status_code == 404


def test_a_text_that_cannot_arrive_becomes_a_call(app: Flask, people: People, shopping: int, exchange: Exchange,
                                                  monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    with app.app_context():
        db.session.execute(update(Volunteer).values(by_call=False))
        db.session.commit()

    def refused(*_: object) -> str:
        raise ProviderError("a landline", permanent=True, reach="no_texts")

    monkeypatch.setattr(TwilioProvider, "send_sms", refused)
    for _ in range(4):
        ticking.tick(app)
    assert offers(app) == ["undelivered", "open"] and WEI in exchange.rung
    with app.app_context():
        assert db.session.get_one(Volunteer, people.wei).by_call


def test_news_of_a_text_that_did_not_arrive_does_the_same(
    app: Flask, people: People, shopping: int, exchange: Exchange
) -> None:
    with app.app_context():
        db.session.execute(update(Volunteer).values(by_call=False))
        db.session.commit()
    for _ in range(2):
        ticking.tick(app)
    with app.app_context():
        failed = Outcome("SM1", "failed", "landline", again=False, reach="no_texts")
        assert deliveries.texted("sms:offer:1", failed, app.extensions["helpline"].now())
        db.session.commit()
    for _ in range(2):
        ticking.tick(app)
    assert offers(app) == ["undelivered", "open"] and WEI in exchange.rung


def test_nobody_is_rung_at_night(app: Flask, shopping: int, exchange: Exchange, clock: Clock) -> None:
    clock.pass_time(hours=12)
    ticking.tick(app)
    assert offers(app) == [] and task(app) == ("open", None)
    clock.pass_time(hours=10)
    for _ in range(2):
        ticking.tick(app)
    assert offers(app) == ["open"] and WEI in exchange.rung


def test_at_night_somebody_who_is_texted_is_asked_first(app: Flask, people: People, shopping: int, clock: Clock) -> None:
    with app.app_context():
        db.session.execute(update(Volunteer).where(Volunteer.phone == GRACE).values(on_duty=True))
        db.session.commit()
    clock.pass_time(hours=12)
    ticking.tick(app)
    with app.app_context():
        assert db.session.scalars(select(Offer.volunteer_id)).all() == [people.grace]


@pytest.mark.parametrize(
    ("moment", "rung"),
    [
        ("2026-11-27 08:00", "2026-11-27 08:00"),
        ("2026-11-27 21:00", "2026-11-28 08:00"),
        ("2026-11-27 03:00", "2026-11-27 08:00"),
    ],
)
def test_by_day(moment: str, rung: str) -> None:
    local = dt.datetime.fromisoformat(moment).replace(tzinfo=LONDON)
    assert by_day(local, LONDON) == dt.datetime.fromisoformat(rung).replace(tzinfo=LONDON)


def test_a_visit_that_is_off_is_told_by_a_call(app: Flask, wei: Rung, people: People, clock: Clock) -> None:
    wei.picks_up()
    wei.presses("1")
    with app.app_context():
        told = tasks.cancel(1, clock.now())
        assert told == [people.wei]
        row, volunteer = db.session.get_one(Task, 1), db.session.get_one(Volunteer, people.wei)
        dispatch.reach(volunteer, dispatch.cancelled_text(row), f"task_cancelled:1:{people.wei}", clock.now(), LONDON)
        db.session.commit()
    ticking.tick(app)
    verbs = wei.picks_up()
    assert tags(verbs) == ["Say", "Say", "Hangup"] and "cancelled by the caller" in words(verbs)


def test_they_choose_on_their_page(app: Flask, client: FlaskClient, people: People) -> None:
    sign_in_volunteer(client, people.wei)
    assert "We send you a text" in client.get("/volunteers/").text
    press(client, "/volunteers/how", by_call="yes")
    assert "We ring you, between eight" in client.get("/volunteers/").text
    press(client, "/volunteers/how", by_call="no")
    with app.app_context():
        assert not db.session.get_one(Volunteer, people.wei).by_call
    assert client.application.test_client().post("/volunteers/how").status_code in (302, 400)
