"""More callers than lines: each is told how long it may take, keeps a place, and is carried or rung in turn."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.serving import BaseWSGIServer

from helpline import clock as process
from helpline.calls.turns import find_call
from helpline.db import db
from helpline.models import Call, ServiceRequest
from helpline.outbox import Delivery
from helpline.services import fullhouse
from helpline.services.fullhouse import Place, minutes
from tests.calls.line import Ears, Telephone, Voice, new_sid
from tests.calls.test_socket import Talking, comes_to, open_line, server, speaks
from tests.cast import ARTHUR, JOAN, MARGARET, Clock, People

__all__ = ["server"]  # a fixture
SIX_MINUTES = [360.0] * fullhouse.FEWEST_CALLS


class Rung:
    """Everybody's way in: by the provider's webhooks, on a helpline whose one line is taken by Wei's long call."""

    def __init__(self, app: Flask, telephone: Telephone, clock: Clock) -> None:
        self.app, self.telephone, self.clock = app, telephone, clock
        self.sids: dict[str, str] = {}

    def rings(self, number: str) -> list[str]:
        sid = self.sids[number] = new_sid()
        return self._words("/calls/incoming", sid, number)

    def polls(self, number: str, **form: str) -> list[str]:
        with self.app.app_context():
            call = find_call(self.sids[number])
            assert call is not None
            call_id = call.id
        return self._words(f"/calls/full/{call_id}", self.sids[number], number, **form)

    def types(self, path: str, keys: str, number: str = "Anonymous") -> list[str]:
        with self.app.app_context():
            call = find_call(self.sids[number])
            assert call is not None
            call_id = call.id
        return self._words(f"/calls/full/{call_id}/{path}", self.sids[number], number, Digits=keys)

    def hangs_up(self, number: str) -> None:
        self.telephone.ask("/calls/status", self.sids[number], number, CallStatus="completed")

    def _words(self, path: str, sid: str, number: str, **form: str) -> list[str]:
        """All that is said, and the last verb."""
        verbs = self.telephone.verbs(path, sid, number, **form)
        return [*(one.text or "" for verb in verbs for one in verb.iter("Say")), verbs[0 if len(verbs) == 1 else -1].tag]


@pytest.fixture
def changes() -> dict[str, Any]:
    return {"server": {"most_calls": 1}}


@pytest.fixture
def house(app: Flask, people: People, telephone: Telephone, clock: Clock) -> Rung:
    """The only line is taken; twenty earlier calls took six minutes each."""
    with app.app_context():
        for n in range(fullhouse.FEWEST_CALLS):
            began = clock.now() - dt.timedelta(days=1, minutes=n)
            ended = began + dt.timedelta(minutes=6)
            db.session.add(Call(sid=f"old{n}", started_at=began, ended_at=ended, status="ended", turns=5))
        db.session.add(Call(sid="long", started_at=clock.now() - dt.timedelta(minutes=2), status="live", turns=3))
        db.session.commit()
    app.extensions["switchboard"].lines._live[0] = object()
    return Rung(app, telephone, clock)


def line_is_free(app: Flask) -> None:
    app.extensions["switchboard"].lines._live.clear()
    with app.app_context():
        db.session.query(Call).filter_by(sid="long").update({"status": "ended"})
        db.session.commit()


def places(app: Flask) -> list[str]:
    with app.app_context():
        return [*db.session.scalars(select(Place.status).order_by(Place.id))]


def calls_promised(app: Flask) -> list[str]:
    with app.app_context():
        process.ring_back(app.extensions["helpline"], "clock:1")
        return [*db.session.scalars(select(Delivery.to_number).where(Delivery.channel == "call").order_by(Delivery.id))]


def test_margaret_hears_how_long_it_may_take_and_what_she_may_do(house: Rung) -> None:
    words = " ".join(house.rings(MARGARET))
    assert "All our lines are taken" in words and "You are the next" in words
    assert "up to four minutes" in words and "press one" in words and words.endswith("Redirect")


def test_who_comes_behind_hears_of_those_before_them(house: Rung) -> None:
    house.rings(MARGARET)
    assert "One person is before you" in " ".join(house.rings(ARTHUR))
    assert "two people are before you" in " ".join(house.rings(JOAN))


def test_where_few_calls_were_seen_nobody_invents_a_number(
    app: Flask, people: People, telephone: Telephone, clock: Clock
) -> None:
    app.extensions["switchboard"].lines._live[0] = object()
    assert "cannot say yet" in " ".join(Rung(app, telephone, clock).rings(MARGARET))


def test_who_stays_is_carried_when_the_line_is_free(app: Flask, house: Rung) -> None:
    house.rings(MARGARET)
    assert "Thank you for waiting" in house.polls(MARGARET)[0]
    line_is_free(app)
    assert house.polls(MARGARET) == ["Thank you for waiting. It is your turn.", "Redirect"]
    assert places(app) == ["carried"]


def test_nobody_overtakes_who_waits(app: Flask, house: Rung, clock: Clock) -> None:
    house.rings(MARGARET)
    clock.pass_time(seconds=10)
    house.rings(ARTHUR)
    line_is_free(app)
    assert "are taken" in house.rings(JOAN)[0]
    assert "One person is before you" in " ".join(house.polls(ARTHUR))
    assert "your turn" in house.polls(MARGARET)[0]


def test_who_has_left_unsaid_holds_nobody_up(app: Flask, house: Rung, clock: Clock) -> None:
    house.rings(MARGARET)
    house.rings(ARTHUR)
    line_is_free(app)
    clock.pass_time(seconds=50)
    assert "your turn" in house.polls(ARTHUR)[0]


def test_who_hangs_up_gives_up_their_place(app: Flask, house: Rung) -> None:
    house.rings(MARGARET)
    house.hangs_up(MARGARET)
    house.rings(ARTHUR)
    assert places(app) == ["gone", "waiting"] and calls_promised(app) == []


def test_who_presses_one_is_rung_back_in_turn(app: Flask, house: Rung, clock: Clock) -> None:
    house.rings(MARGARET)
    clock.pass_time(seconds=10)
    house.rings(ARTHUR)
    assert "keep your place" in house.polls(ARTHUR, Digits="1")[0]
    assert house.polls(MARGARET, Digits="1")[-1] == "Hangup"
    for number in (MARGARET, ARTHUR):
        house.hangs_up(number)
    assert calls_promised(app) == []
    line_is_free(app)
    assert calls_promised(app) == [MARGARET]
    assert calls_promised(app) == [MARGARET], "the line is kept for her while it rings"


def test_pressing_one_twice_is_one_call(app: Flask, house: Rung) -> None:
    house.rings(MARGARET)
    for _ in range(2):
        assert "ring you back" in house.polls(MARGARET, Digits="1")[0]
    line_is_free(app)
    calls_promised(app)
    assert calls_promised(app) == [MARGARET]


def test_who_is_rung_back_hears_why_and_is_carried(app: Flask, house: Rung, telephone: Telephone) -> None:
    house.rings(MARGARET)
    house.polls(MARGARET, Digits="1")
    house.hangs_up(MARGARET)
    line_is_free(app)
    calls_promised(app)
    house.clock.pass_time(seconds=5)
    assert "your turn" not in house.rings(ARTHUR)[0]
    with app.app_context():
        delivery = db.session.scalars(select(Delivery.id).where(Delivery.channel == "call")).one()
    verbs = telephone.verbs(f"/calls/answered/{delivery}", new_sid(), MARGARET, Direction="outbound-api", To=MARGARET)
    assert [verb.tag for verb in verbs] == ["Say", "Connect", "Redirect"]
    assert "You rang us" in (verbs[0].text or "") and places(app) == ["answered", "waiting", "carried"]


def test_who_is_rung_back_into_a_full_house_keeps_the_first_place(app: Flask, house: Rung, telephone: Telephone) -> None:
    house.rings(MARGARET)
    house.polls(MARGARET, Digits="1")
    line_is_free(app)
    calls_promised(app)
    app.extensions["switchboard"].lines._live[0] = object()
    house.clock.pass_time(seconds=5)
    house.rings(ARTHUR)
    with app.app_context():
        delivery = db.session.scalars(select(Delivery.id).where(Delivery.channel == "call")).one()
    verbs = telephone.verbs(f"/calls/answered/{delivery}", new_sid(), MARGARET, Direction="outbound-api", To=MARGARET)
    assert "You are the next" in " ".join(say.text or "" for say in verbs[0].iter("Say"))


def test_who_rings_again_and_is_carried_is_not_rung_as_well(app: Flask, house: Rung, clock: Clock) -> None:
    house.rings(MARGARET)
    house.polls(MARGARET, Digits="1")
    house.hangs_up(MARGARET)
    clock.pass_time(seconds=10)
    line_is_free(app)
    assert house.rings(MARGARET) == ["Redirect"]
    assert places(app) == ["carried"] and calls_promised(app) == []


def test_who_rings_again_into_a_full_house_keeps_their_turn(app: Flask, house: Rung, clock: Clock) -> None:
    house.rings(MARGARET)
    house.polls(MARGARET, Digits="1")
    house.hangs_up(MARGARET)
    clock.pass_time(seconds=10)
    house.rings(ARTHUR)
    assert "You are the next" in " ".join(house.rings(MARGARET))
    assert places(app) == ["answered", "waiting", "waiting"]


def test_a_withheld_number_is_not_promised_a_call_but_may_leave_one(app: Flask, house: Rung) -> None:
    assert "I do not see your number" in " ".join(house.rings("Anonymous"))
    assert "hash key" in " ".join(house.polls("Anonymous", Digits="1")) and places(app) == ["waiting"]
    read_back = house.types("number", "02071838750")
    assert "zero two zero seven, one eight three eight, seven five zero" in read_back[0]
    assert places(app) == ["waiting"]
    kept = house.types("number/02071838750", "1")
    assert kept[-1] == "Hangup" and "within the hour" in " ".join(kept)
    assert house.types("number/02071838750", "1")[-1] == "Hangup"  # told twice
    assert places(app) == ["late"] and calls_promised(app) == []
    with app.app_context():
        request = db.session.scalars(select(ServiceRequest)).one()
        assert (request.intent, request.details) == ("speak_to_person", {"number": "02071838750", "about": "busy"})


@pytest.mark.parametrize("typed", ["", "#", "12", "1" * 16, "123*456", "٠٢٠٧١٨٣٨٧٥٠"])
def test_what_is_no_number_is_asked_for_again(app: Flask, house: Rung, typed: str) -> None:
    house.rings("Anonymous")
    assert "no telephone number" in " ".join(house.types("number", typed)) and places(app) == ["waiting"]


def test_a_number_that_was_read_back_wrongly_is_typed_again(app: Flask, house: Rung) -> None:
    house.rings("Anonymous")
    assert "hash key" in " ".join(house.types("number/02071838750", "2")) and places(app) == ["waiting"]


def test_after_a_quarter_of_an_hour_on_the_line_we_ring_back_in_any_case(house: Rung, clock: Clock) -> None:
    house.rings(MARGARET)
    clock.pass_time(minutes=16)
    assert house.polls(MARGARET)[-1] == "Hangup"


def test_after_an_hour_a_person_rings_and_not_the_machine(app: Flask, house: Rung, clock: Clock) -> None:
    house.rings(MARGARET)
    house.polls(MARGARET, Digits="1")
    clock.pass_time(hours=2)
    line_is_free(app)
    assert calls_promised(app) == [] and places(app) == ["late"]
    with app.app_context():
        request = db.session.scalars(select(ServiceRequest)).one()
        assert (request.intent, request.details) == ("speak_to_person", {"number": MARGARET, "about": "busy"})


def test_another_calls_place_cannot_be_asked_for(app: Flask, house: Rung) -> None:
    house.rings(MARGARET)
    house.rings(ARTHUR)
    house.sids[JOAN] = house.sids[ARTHUR]
    with app.app_context():
        margaret = find_call(house.sids[MARGARET])
        assert margaret is not None
        path = f"/calls/full/{margaret.id}"
    assert house.telephone.ask(path, house.sids[ARTHUR], Digits="1").status_code == 404
    assert house.telephone.ask("/calls/full/999999", house.sids[ARTHUR]).status_code == 404


@pytest.mark.parametrize("keys", ["2", "#", "*", "9"])
def test_another_key_only_tells_how_it_stands(house: Rung, keys: str) -> None:
    house.rings(MARGARET)
    assert house.polls(MARGARET, Digits=keys)[-1] == "Redirect"


# -- how long it takes


def test_each_call_is_compared_with_those_that_lasted_longer() -> None:
    lasted = [60.0] * 10 + [600.0] * 10
    assert minutes(1, [0.0], lasted) == 10  # three in four of all calls were over after ten minutes
    assert minutes(1, [300.0], lasted) == 5
    assert minutes(2, [300.0, 0.0], lasted) == 10


def test_more_people_than_lines_wait_for_a_second_round() -> None:
    assert minutes(2, [0.0], SIX_MINUTES) == 12


def test_few_calls_tell_nothing() -> None:
    assert minutes(1, [10.0], [60.0] * (fullhouse.FEWEST_CALLS - 1)) is None
    assert minutes(1, [], SIX_MINUTES) is None


@given(
    place=st.integers(1, 50),
    going_on=st.lists(st.floats(0, 10_000), min_size=1, max_size=40),
    lasted=st.lists(st.floats(1, 5_000), min_size=fullhouse.FEWEST_CALLS, max_size=60),
)
def test_a_later_place_never_waits_less(place: int, going_on: list[float], lasted: list[float]) -> None:
    first, next_one = minutes(place, going_on, lasted), minutes(place + len(going_on), going_on, lasted)
    assert first is not None and next_one is not None and 1 <= first <= next_one


# -- over the real socket


def test_one_line_two_callers_over_the_socket(
    app: Flask, server: BaseWSGIServer, telephone: Telephone, ears: Ears, voice: Voice, people: People, clock: Clock
) -> None:
    """Margaret talks; Arthur waits, and is carried as soon as she has hung up."""
    hers = new_sid()
    margaret = open_line(app, telephone, hers)
    assert speaks(margaret)
    arthur = Rung(app, telephone, clock)
    with Talking(margaret):
        assert "are taken" in arthur.rings(ARTHUR)[0]
    margaret.close()
    with app.app_context():
        call = find_call(hers)
        assert call is not None
        call_id = call.id
    comes_to(app, call_id, "ended", "dropped")
    clock.pass_time(seconds=fullhouse.ON_THEIR_WAY.total_seconds() + 1)
    assert "your turn" in arthur.polls(ARTHUR)[0]
