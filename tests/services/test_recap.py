"""The recap as a text message: one row, in figures, to the number on file and to no other."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import select

from helpline.db import db
from helpline.events import Event
from helpline.models import Caller
from helpline.outbox import Delivery
from helpline.services import recap
from helpline.services.requests import open_request
from tests.cast import MARGARET, People, on_the_line
from voice.languages import load_language

AMOUNT = {"amount": "42.50", "currency": "GBP"}
PAID = {"key": "recap.paid", "values": {"biller": "City Electric", "amount": AMOUNT, "receipt": "11112222"}}
BOOKED = {
    "key": "recap.booked",
    "values": {"with": "Doctor Patel", "clinic": "Elm Park Surgery", "date": "2026-11-26", "time": "09:00"},
}
STRANGE = "+447700900999"


def texts() -> list[Delivery]:
    return list(db.session.scalars(select(Delivery)))


def test_margaret_gets_one_text_with_times_and_references(in_app: Flask, people: People) -> None:
    context = on_the_line(in_app, people.margaret)
    request = open_request("book_appointment", context, key="slot:1")
    assert recap.send({"done": [PAID, BOOKED]}, context).status == "ok"
    (text,) = texts()
    assert text.to_number == MARGARET
    for part in ("GBP 42.50", "City Electric", "11112222", "Thu 26 Nov 2026", "09:00", "Doctor Patel", request.reference):
        assert part in text.body
    event = db.session.scalars(select(Event).where(Event.kind == "recap_sent")).one()
    assert event.data == {"things": 2}


def test_asked_for_twice_it_is_sent_once(in_app: Flask, people: People) -> None:
    context = on_the_line(in_app, people.margaret)
    for _ in range(2):
        assert recap.send({"done": [PAID]}, context).status == "ok"
    assert len(texts()) == 1


def test_what_was_done_since_is_sent_as_well(in_app: Flask, people: People) -> None:
    context = on_the_line(in_app, people.margaret)
    recap.send({"done": [PAID]}, context)
    recap.send({"done": [PAID, BOOKED]}, context)
    assert len(texts()) == 2


def test_from_another_telephone_it_still_goes_to_the_number_on_file(in_app: Flask, people: People) -> None:
    recap.send({"done": [PAID]}, on_the_line(in_app, people.margaret, number=STRANGE))
    assert [text.to_number for text in texts()] == [MARGARET]


def test_a_landline_gets_no_text(in_app: Flask, people: People) -> None:
    db.session.get_one(Caller, people.margaret).landline = True
    db.session.flush()
    assert recap.send({"done": [PAID]}, on_the_line(in_app, people.margaret)).status == "none"
    assert texts() == []


def test_somebody_unknown_gets_none_either(in_app: Flask, people: People) -> None:
    assert recap.send({"done": [PAID]}, on_the_line(in_app, None, number=STRANGE)).status == "none"
    assert texts() == []


def test_a_long_call_still_fits_into_a_text(in_app: Flask, people: People) -> None:
    many: list[dict[str, Any]] = [BOOKED] * 60
    recap.send({"done": many}, on_the_line(in_app, people.margaret))
    (text,) = texts()
    assert 1000 < len(text.body) <= recap.LONGEST and text.body.endswith(".")


def test_it_is_written_in_the_callers_language(in_app: Flask, people: People) -> None:
    recap.send({"done": [PAID, BOOKED]}, on_the_line(in_app, people.margaret, language=load_language("ko")))
    (text,) = texts()
    assert "영수증 11112222" in text.body and "2026-11-26 09:00" in text.body
