"""Days and times that depend on today."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.understanding.calendar import bank_holidays, months_later, next_bank_holiday
from voice.understanding.dates import parse_date, parse_datetime, parse_time, part_of_day

LONDON = ZoneInfo("Europe/London")


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=LONDON)


def test_a_day_that_is_past_this_month_is_next_months() -> None:
    assert parse_date("the fourth", at("2026-11-24T10:00")) == "2026-12-04"
    assert parse_date("the fourth", at("2026-12-04T10:00")) == "2026-12-04"


def test_the_thirty_first_waits_for_a_month_that_has_one() -> None:
    assert parse_date("the thirty-first", at("2027-02-10T10:00")) == "2027-03-31"


def test_on_a_tuesday_the_word_tuesday_means_the_coming_one() -> None:
    assert parse_date("on Tuesday", at("2026-11-24T10:00")) == "2026-12-01"


def test_next_friday_is_the_one_of_next_week_even_on_a_monday() -> None:
    assert parse_date("next Friday", at("2026-11-23T10:00")) == "2026-12-04"
    assert parse_date("Friday", at("2026-11-23T10:00")) == "2026-11-27"


def test_the_weekend_said_on_a_saturday_is_the_one_that_has_begun() -> None:
    assert parse_date("the weekend", at("2026-11-28T10:00")) == {"from": "2026-11-28", "to": "2026-11-29"}


def test_a_month_from_the_thirty_first_of_january_is_the_end_of_february() -> None:
    assert parse_date("in a month", at("2027-01-31T10:00")) == "2027-02-28"
    assert months_later(dt.date(2027, 1, 31), 13) == dt.date(2028, 2, 29)


def test_christmas_said_on_boxing_day_is_next_years() -> None:
    assert parse_date("Christmas Day", at("2026-12-26T10:00")) == "2027-12-25"
    assert parse_date("last Christmas", at("2026-12-26T10:00")) == "2026-12-25"


def test_a_bank_holiday_on_a_weekend_moves_to_the_monday() -> None:
    assert dt.date(2026, 12, 28) in bank_holidays(2026)
    assert next_bank_holiday(dt.date(2026, 12, 25)) == dt.date(2026, 12, 28)


@pytest.mark.parametrize(
    ("year", "day"), [(1946, "1946-04-22"), (2024, "2024-04-01"), (2027, "2027-03-29"), (2038, "2038-04-26")]
)
def test_easter_monday_moves(year: int, day: str) -> None:
    assert parse_date(f"Easter Monday {year}", at("2026-11-24T10:00")) == day


def test_two_figures_of_a_birth_are_never_a_child() -> None:
    assert parse_date("I was born on the third of April twenty", at("2026-11-24T10:00")) == "1920-04-03"
    assert parse_date("see you on the third of April twenty-seven", at("2026-11-24T10:00")) == "2027-04-03"


def test_a_time_that_is_past_today_is_tomorrows() -> None:
    assert parse_datetime("at nine in the morning", at("2026-11-24T10:00")) == "2026-11-25T09:00"
    assert parse_datetime("at nine in the morning", at("2026-11-24T08:00")) == "2026-11-24T09:00"


def test_in_two_hours_may_be_tomorrow() -> None:
    assert parse_datetime("in two hours", at("2026-11-24T23:30")) == "2026-11-25T01:30"
    assert parse_time("in two hours", at("2026-11-24T23:30")) == "01:30"


def test_without_a_clock_in_two_hours_is_no_time() -> None:
    assert parse_time("in two hours") is None


def test_the_part_of_the_day_is_named_but_a_greeting_is_none() -> None:
    assert part_of_day("tomorrow evening, please") == "evening"
    assert part_of_day("good morning, can you help me") is None


@given(st.times())
def test_every_time_on_a_twenty_four_hour_clock_is_sure(time: dt.time) -> None:
    value = parse_time(f"at {time:%H:%M}")
    sure = time.hour == 0 or time.hour > 12 or f"{time:%H}".startswith("0")
    assert value == f"{time:%H:%M}" if sure else f"{time:%H:%M}" in value["any_of"]
