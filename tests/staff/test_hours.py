"""When the office is open: by settings, by weekday, and on single days."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient

from helpline.db import db
from helpline.services import office
from helpline.settings import load_settings
from helpline.staff.hours import OfficeHours, Span, office_hours
from helpline.staff.models import WEEKDAYS, OfficeDay
from tests.cast import Clock, People, on_the_line, sign_in_ruth

LONDON = ZoneInfo("Europe/London")
NINE_TO_FIVE = (dt.time(9), dt.time(17))
MORNING = (dt.time(9), dt.time(12))
WEEKEND: dict[str, Span | None] = {"saturday": MORNING, "sunday": None}
CHRISTMAS: dict[str, Span | None] = {"2026-12-25": None, "2026-12-24": MORNING}
HOURS = OfficeHours(LONDON, NINE_TO_FIVE, WEEKEND | CHRISTMAS)
TWO_HOURS = dt.timedelta(hours=2)


def at(written: str) -> dt.datetime:
    return dt.datetime.fromisoformat(written).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        pytest.param("2026-11-27 09:00", "2026-11-27 09:00", id="as it opens"),
        pytest.param("2026-11-27 16:59", "2026-11-27 16:59", id="a minute before it closes"),
        pytest.param("2026-11-27 17:00", "2026-11-28 09:00", id="Friday evening: Saturday has hours of its own"),
        pytest.param("2026-11-28 12:00", "2026-11-30 09:00", id="Saturday noon: not on Sunday"),
        pytest.param("2026-11-27 03:00", "2026-11-27 09:00", id="before it opens"),
        pytest.param("2026-12-24 12:30", "2026-12-26 09:00", id="Christmas Eve: a Thursday with hours of its own"),
        pytest.param("2027-03-28 00:30", "2027-03-29 09:00", id="the night on which the clocks change"),
    ],
)  # fmt: skip
def test_it_opens_next(moment: str, opens: str) -> None:
    assert HOURS.next_open(at(moment)) == at(opens)
    assert HOURS.open_at(at(moment)) == (moment == opens)


@pytest.mark.parametrize(
    ("before", "latest"),
    [
        pytest.param("2026-11-27 16:00", "2026-11-27 15:00", id="two hours before it closes"),
        pytest.param("2026-11-27 14:00", "2026-11-26 15:00", id="that is still to come: the day before"),
        pytest.param("2026-11-30 08:00", "2026-11-28 10:00", id="over a weekend: Saturday"),
        pytest.param("2026-12-25 18:00", "2026-12-24 10:00", id="a closed day does not count"),
    ],
)  # fmt: skip
def test_the_latest_moment_with_two_hours_left(before: str, latest: str) -> None:
    assert HOURS.last_open(at(before), TWO_HOURS) == at(latest)


def test_an_office_that_never_opens_keeps_nobody_waiting_for_ever() -> None:
    never = OfficeHours(LONDON, NINE_TO_FIVE, dict.fromkeys(WEEKDAYS))
    moment = at("2026-11-27 12:00")
    assert not never.open_at(moment) and never.next_open(moment) == never.last_open(moment, TWO_HOURS) == moment


def test_without_rows_it_is_as_the_settings_say(in_app: Flask) -> None:
    settings = load_settings({})
    assert office_hours(settings).on(dt.date(2026, 11, 29)) == (dt.time(8), dt.time(18))


def test_rows_go_before_the_settings_and_a_day_before_its_weekday(in_app: Flask) -> None:
    for day, span in (WEEKEND | CHRISTMAS).items():
        db.session.add(OfficeDay(day=day, opens=span and span[0], closes=span and span[1]))
    db.session.commit()
    hours = office_hours(load_settings({}))
    assert hours.days == WEEKEND | CHRISTMAS
    assert hours.on(dt.date(2026, 11, 28)) == MORNING and hours.on(dt.date(2026, 11, 29)) is None


def test_the_page_says_when_people_are_rung_today(app: Flask, client: FlaskClient, people: People) -> None:
    sign_in_ruth(client)
    assert "today between 08:00 and 18:00" in client.get("/office/duty").text
    with app.app_context():
        db.session.add(OfficeDay(day="tuesday"))
        db.session.commit()
    assert "Today the office is closed" in client.get("/office/duty").text


def test_who_asks_for_a_person_on_friday_evening_is_told_monday(in_app: Flask, people: People, clock: Clock) -> None:
    for day in ("saturday", "sunday"):
        db.session.add(OfficeDay(day=day))
    db.session.commit()
    friday = clock.pass_time(days=3, hours=7, minutes=30)  # open for half an hour more
    assert office.open_at(load_settings({}), friday)
    assert (
        office.call_back_words(on_the_line(in_app, people.margaret))
        == "Monday the thirtieth of November, after eight o'clock in the morning"
    )
