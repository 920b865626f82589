"""What is booked already: told, moved and cancelled in the calendar, once, and only by whose it is."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from helpline.db import db
from helpline.events import Event
from helpline.models import ServiceRequest
from helpline.outbox import Delivery, Timer, promise_timer
from helpline.services.appointments.booked import cancel, coming, find_other, heard, move
from helpline.services.appointments.models import CalendarSlot, Clinic
from helpline.services.appointments.orders import book, find, read_back
from helpline.services.context import Context
from tests.cast import JOAN, Clock, People, on_the_line

pytestmark = pytest.mark.usefixtures("surgery")
NINE, TEN_TO_TEN, TWO, FRIDAY = 1, 2, 3, 4  # the slots of the surgery


@pytest.fixture
def margaret(in_app: Flask, people: People) -> Context:
    return on_the_line(in_app, people.margaret)


def booked(context: Context, slot_id: int = NINE) -> int:
    """Booked and read back; the id of the booking."""
    request_id: int = book({"slot_id": slot_id}, context).data["request_id"]
    read_back({"request_id": request_id}, context)
    db.session.commit()
    return request_id


def held() -> dict[int, int]:
    """Which booking holds which slot."""
    slots = select(CalendarSlot.id, CalendarSlot.request_id).where(CalendarSlot.request_id.is_not(None))
    return {slot_id: request_id for slot_id, request_id in db.session.execute(slots)}  # noqa: C416 - rows are not pairs


def told(kind: str) -> list[Event]:
    return list(db.session.scalars(select(Event).where(Event.kind == kind)))


def status_of(request_id: int) -> str:
    return db.session.get_one(ServiceRequest, request_id, populate_existing=True).status


def offered(result: Any) -> list[tuple[str, str]]:
    return [(slot["date"], slot["time"]) for slot in result.data["free"]]


# --- told


def test_the_next_appointment_comes_first(margaret: Context) -> None:
    booked(margaret, FRIDAY)
    booked(margaret, NINE)
    mine = coming({}, margaret).data["appointments"]
    assert [(one["date"], one["time"], one["with"], one["clinic"]) for one in mine] == [
        ("2026-11-26", "09:00", "Doctor Patel", "Elm Park Surgery"),
        ("2026-11-27", "09:00", "Doctor Patel", "Elm Park Surgery"),
    ]
    assert mine[0]["name"] == "Doctor Patel, Thursday the twenty-sixth of November, nine o'clock in the morning"


def test_joan_hears_nothing_of_margarets_appointments(in_app: Flask, people: People, margaret: Context) -> None:
    booked(margaret)
    assert coming({}, on_the_line(in_app, people.joan, JOAN)).status == "none"


def test_what_is_over_is_not_coming(in_app: Flask, people: People, margaret: Context, clock: Clock) -> None:
    booked(margaret)
    clock.pass_time(days=3)
    assert coming({}, on_the_line(in_app, people.margaret)).status == "none"


def test_the_day_that_was_named_narrows_it_down(margaret: Context) -> None:
    booked(margaret, NINE)
    booked(margaret, FRIDAY)
    result = coming({"date": "2026-11-27"}, margaret)
    assert result.status == "ok" and [one["id"] for one in result.data["appointments"]] == [FRIDAY]


@pytest.mark.parametrize("date", ["2026-11-30", {"from": "2026-11-30", "to": None}])
def test_a_day_with_nothing_on_it_is_said_and_all_others_are_named(margaret: Context, date: Any) -> None:
    booked(margaret)
    result = coming({"date": date}, margaret)
    assert result.status == "others" and [one["id"] for one in result.data["appointments"]] == [NINE]


# --- cancelled


def test_a_cancelled_time_is_free_for_the_next_caller(in_app: Flask, people: People, margaret: Context) -> None:
    booking = booked(margaret)
    assert cancel({"slot_id": NINE, "booking": booking}, margaret).status == "ok"
    joan = on_the_line(in_app, people.joan, JOAN)
    assert ("2026-11-26", "09:00") in offered(find({"date": "2026-11-26"}, joan))
    assert book({"slot_id": NINE}, joan).status == "ok"


def test_cancelling_twice_is_one_request_one_event_and_one_text(margaret: Context) -> None:
    wish = {"slot_id": NINE, "booking": booked(margaret)}
    first, second = (cancel(wish, margaret) for _ in range(2))
    assert first == second and len(told("appointment_cancelled")) == 1
    bodies = db.session.scalars(select(Delivery.body).where(Delivery.body.startswith("Cancelled: "))).all()
    assert len(bodies) == 1 and "Doctor Patel, Elm Park Surgery, Thu 26 Nov 2026 09:00" in bodies[0]


def test_a_cancellation_counts_once_it_was_read_back(margaret: Context) -> None:
    request_id = cancel({"slot_id": NINE, "booking": booked(margaret)}, margaret).data["request_id"]
    assert status_of(request_id) == "open"
    for _ in range(2):
        assert heard({"request_id": request_id}, margaret).order == "appointments.heard"
    assert status_of(request_id) == "done"
    assert [event.data["intent"] for event in told("service_instance")] == ["book_appointment", "cancel_appointment"]


def test_a_booking_that_nobody_had_confirmed_is_closed_and_never_counts(margaret: Context) -> None:
    booking = book({"slot_id": NINE}, margaret).data["request_id"]
    cancel({"slot_id": NINE, "booking": booking}, margaret)
    assert status_of(booking) == "cancelled"
    read_back({"request_id": booking}, margaret)
    assert told("service_instance") == []


def test_a_reminder_of_what_is_cancelled_never_rings(margaret: Context) -> None:
    booking = booked(margaret)
    promise_timer("remind", f"request:{booking}", margaret.now + dt.timedelta(days=1))
    promise_timer("remind", "request:999", margaret.now + dt.timedelta(days=1))
    cancel({"slot_id": NINE, "booking": booking}, margaret)
    waiting = db.session.scalars(select(Timer.subject).where(Timer.kind == "remind", Timer.done_at.is_(None))).all()
    assert waiting == ["request:999"]


def test_joan_cannot_cancel_margarets_appointment(in_app: Flask, people: People, margaret: Context) -> None:
    booking = booked(margaret)
    assert cancel({"slot_id": NINE, "booking": booking}, on_the_line(in_app, people.joan, JOAN)).status == "gone"
    assert held() == {NINE: booking}


def test_an_appointment_that_the_clinic_took_away_is_said_to_be_gone(margaret: Context) -> None:
    booking = booked(margaret)
    db.session.execute(delete(CalendarSlot).where(CalendarSlot.id == NINE))
    assert cancel({"slot_id": NINE, "booking": booking}, margaret).status == "gone"
    assert told("appointment_cancelled") == []


def test_an_appointment_that_has_begun_is_not_cancelled(in_app: Flask, people: People, margaret: Context, clock: Clock) -> None:
    booking = booked(margaret)
    clock.pass_time(days=1, hours=23)
    later = on_the_line(in_app, people.margaret)
    assert cancel({"slot_id": NINE, "booking": booking}, later).status == "gone" and held() == {NINE: booking}


def test_what_was_cancelled_can_be_booked_again_in_the_same_call_and_cancelled_again(margaret: Context) -> None:
    first = booked(margaret)
    cancel({"slot_id": NINE, "booking": first}, margaret)
    second = book({"slot_id": NINE}, margaret).data["request_id"]
    assert second != first and held() == {NINE: second}
    assert cancel({"slot_id": NINE, "booking": second}, margaret).status == "ok" and held() == {}


# --- moved


def test_moving_takes_the_new_time_and_gives_the_old_one_back(margaret: Context) -> None:
    booking = booked(margaret)
    request_id = move({"slot_id": NINE, "booking": booking, "to": FRIDAY}, margaret).data["request_id"]
    assert held() == {FRIDAY: request_id}
    (event,) = told("appointment_moved")
    assert event.subject == f"request:{booking}" and event.data["by"] == request_id
    (body,) = db.session.scalars(select(Delivery.body).where(Delivery.body.startswith("Moved to: "))).all()
    assert "Fri 27 Nov 2026 09:00" in body


def test_moving_twice_is_one_move(margaret: Context) -> None:
    wish = {"slot_id": NINE, "booking": booked(margaret), "to": FRIDAY}
    first, second = (move(wish, margaret) for _ in range(2))
    assert first == second and list(held()) == [FRIDAY] and len(told("appointment_moved")) == 1


def test_there_and_back_again_is_two_moves(margaret: Context) -> None:
    booking = booked(margaret)
    there = move({"slot_id": NINE, "booking": booking, "to": FRIDAY}, margaret).data["request_id"]
    back = move({"slot_id": FRIDAY, "booking": there, "to": NINE}, margaret).data["request_id"]
    assert held() == {NINE: back} and len({booking, there, back}) == 3


def test_a_new_time_that_joan_has_taken_meanwhile_leaves_the_old_one(in_app: Flask, people: People, margaret: Context) -> None:
    booking = booked(margaret)
    joans = booked(on_the_line(in_app, people.joan, JOAN), FRIDAY)
    assert move({"slot_id": NINE, "booking": booking, "to": FRIDAY}, margaret).status == "taken"
    assert held() == {NINE: booking, FRIDAY: joans}
    assert db.session.scalars(select(ServiceRequest.id).where(ServiceRequest.intent == "change_appointment")).all() == []


def test_an_old_time_that_is_gone_meanwhile_takes_no_new_one(margaret: Context) -> None:
    booking = booked(margaret)
    db.session.execute(update(CalendarSlot).where(CalendarSlot.id == NINE).values(request_id=None))
    assert move({"slot_id": NINE, "booking": booking, "to": FRIDAY}, margaret).status == "gone"
    assert held() == {}


def test_a_turn_that_dies_before_its_commit_has_moved_nothing(margaret: Context) -> None:
    booking = booked(margaret)
    move({"slot_id": NINE, "booking": booking, "to": FRIDAY}, margaret)
    db.session.rollback()
    assert held() == {NINE: booking} and told("appointment_moved") == []


def test_cancelled_and_moved_at_the_same_moment_one_of_them_happens(in_app: Flask, people: People, margaret: Context) -> None:
    booking = booked(margaret)
    other = on_the_line(in_app, people.margaret)
    db.session.commit()
    start, heard_back = threading.Barrier(2), []

    def carry_out(order: Any, args: dict[str, int], line: Context) -> None:
        with in_app.app_context():
            start.wait()
            heard_back.append(order(args, line).status)
            db.session.commit()

    wish = {"slot_id": NINE, "booking": booking}
    jobs = [(cancel, wish, margaret), (move, {**wish, "to": FRIDAY}, other)]
    threads = [threading.Thread(target=carry_out, args=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(heard_back) == ["gone", "ok"] and NINE not in held()


def test_other_times_are_of_the_same_department_and_clinic(
    in_app: Flask, people: People, surgery: Clinic, margaret: Context
) -> None:
    booked(margaret)
    riverside = Clinic(name="Riverside Health Centre", area="Riverside", time_zone="Europe/London")
    db.session.add(riverside)
    db.session.flush()
    for department in ("doctor", "nurse"):
        db.session.add(
            CalendarSlot(
                clinic_id=riverside.id,
                department=department,
                practitioner=f"the {department}",
                starts_at=dt.datetime(2026, 11, 27, 8, tzinfo=dt.UTC),
            )
        )
    db.session.flush()
    result = find_other({"slot_id": NINE, "date": "2026-11-27"}, margaret)
    assert (result.order, result.status) == ("appointments.find_other", "ok")
    assert {slot["clinic"] for slot in result.data["free"]} == {"Elm Park Surgery"}


def test_there_are_no_other_times_for_what_is_not_hers(in_app: Flask, people: People, margaret: Context) -> None:
    booked(margaret)
    assert find_other({"slot_id": NINE, "date": "2026-11-27"}, on_the_line(in_app, people.joan, JOAN)).status == "gone"
