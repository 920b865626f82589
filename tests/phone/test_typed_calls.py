"""A call that is typed: each form is a turn, and no JavaScript is needed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from helpline.db import db
from helpline.models import Call, Turn
from helpline.phone import practice
from helpline.services.bills.models import Payment
from helpline.staff import duty
from tests.cast import Clock, People, press
from tests.phone.calls import keys, ring, say

RUTHS = "+442071838701"


def turns(app: Flask) -> list[Turn]:
    with app.app_context():
        return [*db.session.scalars(select(Turn).order_by(Turn.id))]


def test_dorothy_pays_her_electricity_bill(ruth: FlaskClient, app: Flask) -> None:
    call = ring(ruth, "Dorothy")
    for words in ("yes", "I want to pay my electricity bill", "yes please"):
        say(ruth, call, words)
    keys(ruth, call, practice.PIN)
    say(ruth, call, "thank you")
    say(ruth, call, "no thank you")
    page = ruth.get(call).text
    assert "It is paid: forty-two pounds and fifty pence to Practice Electric." in page
    assert "The call is over" in page and "Pay bill" in page and "<dd>done</dd>" in page
    with app.app_context():
        newest = db.session.scalars(select(Payment).order_by(Payment.id.desc()).limit(1)).one()
        assert (newest.status, newest.amount) == ("settled", Decimal("42.50"))


def test_the_pin_is_dots_on_the_page_too(ruth: FlaskClient) -> None:
    call = ring(ruth, "Dorothy")
    for words in ("yes", "I want to pay my electricity bill", "yes please"):
        say(ruth, call, words)
    keys(ruth, call, "135790")
    assert "135790" not in ruth.get(call).text


def test_the_same_form_sent_twice_is_one_turn(ruth: FlaskClient, app: Flask) -> None:
    call = ring(ruth, "Dorothy")
    for _ in range(2):
        press(ruth, f"{call}/turns", words="yes", turn="1", **{"as": "words"})
    assert [turn.number for turn in turns(app)] == [0, 1]


def test_a_form_of_a_turn_that_is_yet_to_come_says_nothing(ruth: FlaskClient, app: Flask) -> None:
    call = ring(ruth, "Dorothy")
    press(ruth, f"{call}/turns", words="yes", turn="7", **{"as": "words"})
    assert len(turns(app)) == 1 and "This was not said." in ruth.get(call).text


def test_a_number_that_no_turn_can_have_breaks_nothing(ruth: FlaskClient, app: Flask) -> None:
    call = ring(ruth, "Dorothy")
    assert ruth.get(f"{call}/turns?since={10**20}").status_code == 200
    assert press(ruth, f"{call}/turns", words="yes", turn=10**20, **{"as": "words"}).status_code == 302
    assert len(turns(app)) == 1


def test_a_card_that_is_typed_is_dots_on_the_page_too(ruth: FlaskClient) -> None:
    call = ring(ruth, "Dorothy")
    say(ruth, call, "yes")
    say(ruth, call, "take it from my card 4111 1111 1111 1111")
    page = ruth.get(call).text
    assert "1111" not in page and "take it from my card ••••••" in page


def test_nothing_typed_is_asked_for_again_and_silence_is_a_turn(ruth: FlaskClient, app: Flask) -> None:
    call = ring(ruth, "Dorothy")
    answer = say(ruth, call, "  ")
    assert answer.status_code == 422 and "There is a problem" in answer.text
    say(ruth, call, **{"as": "silence"})
    assert [turn.heard["text"] for turn in turns(app)] == ["", ""]


def test_letters_are_no_keys(ruth: FlaskClient, app: Flask) -> None:
    answer = keys(ruth, ring(ruth, "Dorothy"), "12 yes")
    assert answer.status_code == 422 and "Keys are 0 to 9" in answer.text and len(turns(app)) == 1


def test_slower_is_slower(ruth: FlaskClient, app: Flask) -> None:
    say(ruth, ring(ruth, "Dorothy"), instead="slower")
    assert turns(app)[-1].reply["pace"] < 1


def test_who_wants_a_person_reads_who_would_be_rung(ruth: FlaskClient, app: Flask, people: People, clock: Clock) -> None:
    with app.app_context():
        duty.begin(people.ruth, RUTHS, clock.now())
        db.session.commit()
    call = ring(ruth, "Dorothy")
    say(ruth, call, "yes")
    keys(ruth, call, "0")
    page = ruth.get(call).text
    assert "Ruth Marsh, at " + RUTHS in page and "Speak to person" in page


def test_two_share_a_telephone(ruth: FlaskClient) -> None:
    assert "Harold" in (page := ruth.get(ring(ruth, "Nora")).text) and "Nora" in page


def test_somebody_unknown_is_told_how_to_register(ruth: FlaskClient) -> None:
    call = ring(ruth)
    assert "somebody unknown" in ruth.get(call).text and "Dorothy" not in ruth.get(call).text


def test_who_hangs_up_in_the_middle_may_carry_on(ruth: FlaskClient) -> None:
    call = ring(ruth, "Dorothy")
    for words in ("yes", "I want to pay my electricity bill"):
        say(ruth, call, words)
    press(ruth, f"{call}/hang-up")
    assert "you may carry on" in ruth.get(call).text
    again = ring(ruth, "Dorothy")
    say(ruth, again, "yes")
    assert "Shall we carry on?" in ruth.get(again).text


def test_a_call_that_is_over_takes_no_more(ruth: FlaskClient, app: Flask) -> None:
    call = ring(ruth, "Dorothy")
    press(ruth, f"{call}/hang-up")
    press(ruth, f"{call}/turns", words="yes", turn="1", **{"as": "words"})
    assert len(turns(app)) == 1


def test_people_are_brought_once_and_then_anew(ruth: FlaskClient, app: Flask) -> None:
    with app.app_context():
        before = [one.id for one in practice.callers()]
    press(ruth, "/office/phone/afresh")
    with app.app_context():
        after = [one.id for one in practice.callers()]
    assert len(before) == len(after) == 3 and not set(before) & set(after)


@pytest.mark.parametrize("chosen", ["", "1", "999999", "Dorothy"])
def test_nobody_real_can_be_rung_as(ruth: FlaskClient, app: Flask, people: People, chosen: str) -> None:
    """Caller 1 is Margaret, who is real."""
    assert press(ruth, "/office/phone/ring", caller=chosen, how="typing").status_code == 400
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Call)) == 0
