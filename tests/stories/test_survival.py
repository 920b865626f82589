"""What a caller finds who rings back after the line, the socket or the whole process has gone: money moves once or not
at all, and they are told which."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from helpline import clock
from helpline.app import create_app, utc_now
from helpline.calls.turns import find_call, open_call
from helpline.commands.demo_calls import recording
from helpline.commands.demo_data import JOAN, MARGARET, PIN, seed
from helpline.commands.demo_setup import Running, process, wait_for, wait_until_ready
from helpline.commands.exchange import Drop, Leg, Press, Stay, Tear
from helpline.db import db
from helpline.models import Call, ServiceRequest, Turn
from helpline.services.bills.models import Bill, BillAccount, Payment
from helpline.settings import load_settings
from tests.stories.dying import LATER
from tests.stories.town import CALL_SECONDS, ledger_total, money_at, payments, town
from voice.heard import Heard, Reply

AMOUNT = Decimal("42.50")
ROOT = Path(__file__).parents[2]
PAY = recording("i_want_to_pay_my_electricity_bill")
YES, NO = Press("1"), Press("2")

# -- the process dies at an exact moment; what was said is typed, so that no sound is needed


@dataclass
class House:
    """A database of the town in a folder, and the environment of the processes that die over it."""

    environ: dict[str, str]

    def run(self, who: str, moment: str) -> None:
        """Let a process die there."""
        dead = subprocess.run(
            [sys.executable, "-m", "tests.stories.dying", who, moment],
            env=self.environ, cwd=ROOT, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert dead.returncode == -signal.SIGKILL, dead.stderr

    def open(self, after: dt.timedelta = dt.timedelta(0)) -> Flask:
        """The helpline started again, so much later."""
        return create_app(load_settings(self.environ), lambda: utc_now() + after)


@pytest.fixture
def house(tmp_path: Path) -> House:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("HELPLINE_", "TWILIO_"))}
    environ |= {"HELPLINE_DATA_DIR": str(tmp_path), "HELPLINE_PIN_PEPPER": "pepper of the tests", "PYTHONPATH": str(ROOT)}
    app = create_app(load_settings(environ))
    with app.app_context():
        db.create_all()
        seed(app.extensions["helpline"].settings, utc_now())
        db.session.remove()
        db.engine.dispose()
    return House(environ)


class Typed:
    """Margaret rings back."""

    def __init__(self, app: Flask) -> None:
        parts = app.extensions["helpline"]
        self._conversation = parts.conversation
        self._call_id = open_call("CA" + "1" * 32, MARGARET, "inbound", parts.now()).id
        db.session.commit()
        self.reply: Reply = self._conversation.begin(self._call_id)

    def hear(self, **what: str) -> list[str]:
        """The keys of what is answered."""
        self.reply = self._conversation.take_turn(self._call_id, self.reply.turn + 1, Heard(**what))
        while self.reply.then == "carry_out":
            self.reply = self._conversation.carry_out(self._call_id, self.reply.turn + 1)
        return [said.key for said in self.reply.says]


def paid_once() -> None:
    """The bill is paid, once, and no penny is missing anywhere."""
    assert payments() == ["settled"] and money_at("biller:1") == AMOUNT
    not_paid_twice()


def not_paid_twice() -> None:
    assert ledger_total() == 0 and money_at("caller:1") == Decimal("250.00") - money_at("biller:1")
    assert db.session.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
    assert db.session.scalars(select(Bill.status).where(Bill.amount == AMOUNT)).one() == (
        "paid" if payments() == ["settled"] else "due"
    )


def closed(app: Flask) -> None:
    db.session.remove()
    db.engine.dispose()


def test_before_the_claim_was_committed_nothing_has_happened_and_she_can_carry_on(house: House) -> None:
    house.run("call", "before the claim is committed")
    app = house.open()
    with app.app_context():
        assert payments() == [] and money_at("biller:1") == 0
        not_paid_twice()
        margaret = Typed(app)
        assert margaret.hear(text="yes") == ["resume"]
        assert margaret.hear(text="yes") == ["resume.again", "pin"]
        assert margaret.hear(keys=PIN) == ["bill.paid", "bill.receipt"]
        paid_once()
        closed(app)


AFTER_THE_CLAIM = ["before the gateway", "after the gateway", "before it is written down"]


@pytest.mark.parametrize("moment", AFTER_THE_CLAIM)
def test_after_the_claim_it_is_paid_once_and_she_is_told_when_she_rings_back(house: House, moment: str) -> None:
    house.run("call", moment)
    app = house.open()
    with app.app_context():
        assert payments() == ["claimed"]
        margaret = Typed(app)
        assert margaret.hear(text="yes") == ["bill.paid", "bill.receipt"]
        paid_once()
        assert margaret.hear(text="yes") == ["anything_else"]
        assert db.session.scalars(select(ServiceRequest.status).where(ServiceRequest.call_id.is_not(None))).all()[-1] == "done"
        closed(app)


@pytest.mark.parametrize("moment", AFTER_THE_CLAIM)
def test_after_the_claim_the_clock_pays_it_once_though_she_never_rings_back(house: House, moment: str) -> None:
    house.run("call", moment)
    app = house.open(LATER)
    clock.tick(app)
    with app.app_context():
        paid_once()
        assert Typed(app).hear(text="yes") == ["bill.paid", "bill.receipt"]
        paid_once()
        closed(app)


@pytest.mark.parametrize("moment", AFTER_THE_CLAIM)
def test_the_clock_itself_dies_and_it_is_paid_once(house: House, moment: str) -> None:
    house.run("call", "before the gateway")
    house.run("clock", moment)
    app = house.open(LATER + dt.timedelta(minutes=2))
    clock.tick(app)
    with app.app_context():
        paid_once()
        closed(app)


def test_after_everything_was_written_she_hears_the_receipt(house: House) -> None:
    house.run("call", "at the end")
    app = house.open()
    with app.app_context():
        paid_once()
        margaret = Typed(app)
        assert margaret.hear(text="yes") == ["resume.again", "bill.paid", "bill.receipt"]
        paid_once()
        closed(app)


def test_the_money_was_spent_meanwhile_so_nothing_is_paid_and_she_is_told(house: House) -> None:
    house.run("call", "before the gateway")
    app = house.open()
    with app.app_context():
        gateway = app.extensions["helpline"].conversation.payments
        gateway.charge("something else", Decimal("230.00"), "GBP", "caller:1", "biller:2", "another bill")
        margaret = Typed(app)
        assert margaret.hear(text="yes")[0] == "bill.not_paid"
        assert payments() == ["failed"] and money_at("biller:1") == 0 and ledger_total() == 0
        closed(app)


# -- over the real socket: `helpline serve` as it is, a telephone exchange, and sound


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with town(tmp_path_factory.mktemp("town")) as running:
        yield running


def row(leg: Leg) -> Call:
    call = find_call(leg.sid)
    assert call is not None
    db.session.expunge(call)
    return call


def said(running: Running, leg: Leg) -> list[str]:
    """Every prompt of the call so far, by its key; none before the helpline knows of it."""

    def keys() -> list[str]:
        ours = select(Turn.reply).join(Call, Turn.call_id == Call.id).where(Call.sid == leg.sid)
        replies = db.session.scalars(ours.order_by(Turn.number))
        return [part["key"] for reply in replies for part in reply["says"]]

    return running.look(keys)


def carried(leg: Leg) -> Leg:
    assert leg.ended.wait(CALL_SECONDS)
    return leg


def another_bill(running: Running) -> None:
    """City Electric sends Margaret a new bill, the same as before."""

    def add() -> None:
        account = db.session.scalars(select(BillAccount).order_by(BillAccount.id)).first()
        assert account is not None
        today = utc_now().date()
        db.session.add(Bill(account_id=account.id, amount=AMOUNT, currency="GBP", issued_on=today, due_on=today))
        db.session.commit()

    running.look(add)


def kill(running: Running, how: signal.Signals) -> None:
    """The whole of `helpline serve`, at once."""
    os.killpg(running.serve.pid, how)
    running.serve.wait(60)


@pytest.mark.speech
def test_a_torn_socket_and_a_cut_line(running: Running) -> None:
    """Margaret's socket is torn in front of the PIN, and her call goes on; Joan's line is cut, she rings back and carries on."""
    margaret = running.exchange.dial(MARGARET, [YES, PAY, YES, Tear(), Press(PIN), YES, NO])
    joan = running.exchange.dial(JOAN, [YES, recording("can_somebody_help_me_with_my_shopping"), Drop()])
    assert carried(joan).failure == "" and running.look(lambda: row(joan).status) == "dropped"
    back = running.exchange.dial(
        JOAN, [YES, YES, recording("on_thursday"), recording("in_the_morning"), YES, recording("thank_you_goodbye_joan")]
    )
    assert carried(margaret).failure == "" and carried(back).failure == ""

    assert margaret.sockets == 2 and running.look(lambda: row(margaret).outcome) == "hang_up"
    assert said(running, margaret).count("bill.paid") == 1
    assert running.look(payments) == ["settled"] and running.look(lambda: money_at("biller:1")) == AMOUNT

    assert said(running, back)[:4] == ["welcome", "who", "resume", "resume.again"]
    assert running.look(lambda: row(joan).outcome) == "resumed"
    asked = running.look(lambda: db.session.scalars(select(ServiceRequest).filter_by(intent="ask_volunteer")).all())
    assert [request.call_id for request in asked] == [running.look(lambda: row(back).id)]


@pytest.mark.speech
def test_the_helpline_is_stopped_and_then_killed_in_the_middle_of_a_payment(running: Running) -> None:
    """Told to stop, it ends her call and keeps its state; killed while it pays, it pays once. Each time she rings back."""
    another_bill(running)
    before = running.look(lambda: money_at("biller:1"))
    first = running.exchange.dial(MARGARET, [YES, PAY, Stay(60.0)])
    assert wait_for(lambda: "bill.confirm" in said(running, first), CALL_SECONDS)
    kill(running, signal.SIGTERM)
    assert running.look(lambda: (row(first).status, row(first).outcome)) == ("dropped", "dropped")

    with process("serve", running.environ) as running.serve:
        wait_until_ready(running.settings.public_url)
        second = running.exchange.dial(MARGARET, [YES, YES, YES, Press(PIN), Stay(60.0)])
        assert wait_for(lambda: running.look(payments)[1:], CALL_SECONDS)
        kill(running, signal.SIGKILL)
        carried(second)

    with process("serve", running.environ) as running.serve:
        wait_until_ready(running.settings.public_url)
        third = carried(running.exchange.dial(MARGARET, [YES, YES, NO]))
    assert third.failure == "" and "bill.receipt" in said(running, third)
    assert running.look(payments) == ["settled", "settled"] and running.look(ledger_total) == 0
    assert running.look(lambda: money_at("biller:1")) - before == AMOUNT
    keys = running.look(lambda: db.session.scalars(select(Payment.key)).all())
    assert len(keys) == len(set(keys))
