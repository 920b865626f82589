"""The telephone exchange of tests and demonstrations, where it has to behave as a telephone company does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from helpline import clock as ticking
from helpline.calls.lines import Lines
from helpline.calls.turns import find_call
from helpline.commands.demo_data import PIN, Demonstration
from helpline.commands.demo_setup import wait_for
from helpline.commands.exchange import Account, Act, Decide, Exchange, Leg, Press
from helpline.db import db
from helpline.models import Call, ServiceRequest, Turn
from helpline.services.bills.models import Payment
from helpline.services.handover import Handover
from helpline.staff import duty
from tests.calls.line import ACCOUNT, TOKEN
from tests.cast import MARGARET, Clock, People
from tests.serving import free_port, served

RUTHS = "+442071838701"


def address(app: Flask) -> str:
    return str(app.extensions["helpline"].settings.public_url)


@pytest.fixture
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every socket is refused: no signature of one is right any more."""
    monkeypatch.setattr("helpline.calls.doors.is_socket", lambda: False)


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # simple-websocket leaves a refused one open
class TestEverySocketIsRefused:
    def ring(self, app: Flask, *script: Act) -> Leg:
        """Margaret's call to its end."""
        with served(app):
            leg = Exchange(Account(ACCOUNT, TOKEN, "+15005550006", address(app))).dial(MARGARET, script)
            assert leg.ended.wait(60.0)
        return leg

    def test_the_call_goes_on_by_turns_and_not_in_a_circle(self, app: Flask, people: People, no_sockets: None) -> None:
        leg = self.ring(app, Press("1"), Press("9"), Press("1"))
        assert leg.failure == "" and leg.sockets == 1  # the news that it was refused says not to try again
        assert "Am I speaking with Margaret?" in leg.spoken and "Goodbye" in leg.spoken[-1]
        with app.app_context():
            call = find_call(leg.sid)
            assert call is not None and (call.status, call.outcome, call.sockets) == ("ended", "hang_up", 0)

    def test_a_bill_is_paid_by_keys_alone(self, app: Flask, town: Demonstration, no_sockets: None) -> None:
        leg = self.ring(app, Press("1"), Press("1"), Press("1"), Press(PIN), Press("1"), Press("2"))
        assert leg.failure == "" and "Goodbye" in leg.spoken[-1]
        with app.app_context():
            paid = db.session.query(Payment).join(ServiceRequest, Payment.request_id == ServiceRequest.id)
            assert [one.status for one in paid.join(Call, ServiceRequest.call_id == Call.id).filter(Call.sid == leg.sid)] == [
                "settled"
            ]
            assert not any(PIN in str(turn.heard) for turn in db.session.query(Turn))


class TestRuthIsOnDuty:
    """All lines are taken, so that no call needs a socket, and whoever rings wants a person."""

    @pytest.fixture
    def rest_port(self) -> int:
        return free_port()

    @pytest.fixture
    def changes(self, rest_port: int) -> dict[str, Any]:
        return {"telephony": {"api_url": f"http://127.0.0.1:{rest_port}"}}

    @pytest.fixture(autouse=True)
    def ruth_on_duty(self, app: Flask, people: People, clock: Clock) -> None:
        app.extensions["switchboard"] = replace(app.extensions["switchboard"], lines=Lines(0))
        with app.app_context():
            duty.begin(people.ruth, RUTHS, clock.now())
            db.session.commit()

    def rung(self, app: Flask, rest_port: int, keys: str, *script: Press) -> Any:
        """Margaret's call to its end, when Ruth is rung and presses these."""
        with served(app):
            exchange = Exchange(
                Account(ACCOUNT, TOKEN, "+15005550006", address(app)), {RUTHS: lambda: (Decide(lambda _: keys),)}
            )
            with exchange.rest_api(rest_port):
                leg = exchange.dial(MARGARET, script)
                assert wait_for(lambda: leg.waited)
                ticking.tick(app)
                assert leg.ended.wait(30.0)
                assert all(other.ended.wait(10.0) and not other.failure for other in exchange.legs)
        assert leg.failure == ""
        with app.app_context():
            return leg, db.session.query(Handover).one().status

    def test_ruth_takes_the_call_and_the_caller_hears_her_name(self, app: Flask, rest_port: int) -> None:
        leg, status = self.rung(app, rest_port, "1")
        assert (leg.taken_by, status) == (RUTHS, "over")
        assert any("Here is Ruth" in words for words in leg.spoken)

    def test_ruth_cannot_and_the_caller_hears_when_somebody_rings_back(self, app: Flask, rest_port: int) -> None:
        leg, status = self.rung(app, rest_port, "2")
        assert (leg.taken_by, status) == ("", "in_vain")
        assert "within the hour" in leg.spoken[-1]

    def test_the_caller_would_rather_be_rung_back(self, app: Flask, rest_port: int) -> None:
        leg, status = self.rung(app, rest_port, "", Press("2"))
        assert (leg.taken_by, status) == ("", "left")
        assert "within the hour" in leg.spoken[-1]
