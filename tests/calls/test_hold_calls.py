"""We ring about a payment that was held: whole calls, from what made it wait to the receipt."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, update

from helpline import clock as ticking
from helpline.calls.turns import open_call
from helpline.commands.demo_data import Demonstration
from helpline.db import db
from helpline.models import Caller, ServiceRequest
from helpline.outbox import Delivery
from helpline.services.bills.models import Payment
from helpline.services.holds.deciding import Decider, decide
from helpline.services.holds.models import Hold
from helpline.staff.models import Staff
from tests.calls.line import new_sid
from tests.calls.test_conversation import OnTheLine, keys_of, ring
from tests.cast import PIN, Clock


@pytest.fixture
def held(app: Flask, town: Demonstration) -> OnTheLine:
    """Margaret asks for her bill to be paid, and says that somebody told her what to say."""
    line = ring(app)
    line.say("yes", "pay my electricity bill please, he told me what to say to you", "yes")
    assert keys_of(line.reply) == ["pin"]
    line.press(PIN)
    return line


def pick_up(app: Flask) -> OnTheLine:
    """Somebody answers the newest call of ours."""
    with app.app_context():
        delivery = db.session.scalars(select(Delivery).where(Delivery.channel == "call").order_by(Delivery.id.desc())).first()
        assert delivery is not None
        now = app.extensions["helpline"].now()
        call_id = open_call(new_sid(), delivery.to_number, "outbound", now, delivery.purpose).id
        db.session.commit()
        return OnTheLine(app, call_id, app.extensions["helpline"].conversation.begin(call_id))


def stand(app: Flask) -> tuple[str, str]:
    with app.app_context():
        hold = db.session.scalars(select(Hold)).one()
        return hold.status, hold.call_back


def release(app: Flask) -> None:
    with app.app_context():
        hold, now = db.session.scalars(select(Hold)).one(), app.extensions["helpline"].now()
        staff = db.session.scalars(select(Staff).where(Staff.role == "coordinator")).first()
        assert staff is not None
        by = Decider(staff.id, staff.role, hold.version, "She knows them.")
        assert decide(hold.id, "release", by, now, app.extensions["helpline"].settings) == "released"
        db.session.commit()


@pytest.fixture
def rung(app: Flask, held: OnTheLine, clock: Clock) -> OnTheLine:
    """A day later we ring, and somebody picks up."""
    clock.pass_time(days=1)
    ticking.tick(app)
    return pick_up(app)


def test_she_hears_until_when_it_waits_and_a_person_is_looked_for(app: Flask, held: OnTheLine) -> None:
    assert keys_of(held.reply) == ["bill.held", "hold.until", "person.not_here", "message.record"]
    assert stand(app) == ("waiting", "")


def test_with_three_times_no_it_is_released_paid_and_counted_when_she_hears_the_receipt(app: Flask, rung: OnTheLine) -> None:
    assert keys_of(rung.reply) == ["hold.who"] and "PIN" in rung.reply.text
    rung.say("yes", "yes please", "no", "no", "no")
    assert keys_of(rung.reply) == ["hold.clear", "goodbye"] and stand(app) == ("waiting", "clear")
    release(app)
    ticking.tick(app)
    news = pick_up(app)
    assert keys_of(news.say("yes")) == ["hold.paid", "bill.receipt"]
    assert news.say("yes").then == "hang_up"
    with app.app_context():
        assert db.session.scalars(select(Payment.status).where(Payment.key.startswith("bill:"))).all() == ["settled"]
        assert db.session.scalars(select(ServiceRequest.status).where(ServiceRequest.intent == "pay_bill")).all()[-1] == "done"


def test_somebody_is_with_her_and_nothing_is_said_aloud_of_a_suspicion(app: Flask, rung: OnTheLine) -> None:
    rung.say("yes", "yes", "no", "no", "yes")
    assert keys_of(rung.reply)[0] == "hold.signal" and stand(app) == ("waiting", "signal")
    assert not any(word in rung.reply.text.lower() for word in ("scam", "thief", "suspicious", "sure"))


def test_she_does_not_want_it_any_more(app: Flask, rung: OnTheLine) -> None:
    assert keys_of(rung.say("yes", "no")) == ["hold.stopped", "goodbye"]
    assert stand(app)[0] == "stopped"


def test_somebody_else_hears_nothing_of_it(app: Flask, rung: OnTheLine) -> None:
    reply = rung.say("no")
    assert keys_of(reply) == ["tell.not_there"] and reply.then == "hang_up"
    assert stand(app) == ("waiting", "promised")


def test_never_mind_is_no_answer_to_the_questions(app: Flask, rung: OnTheLine) -> None:
    rung.say("yes", "yes", "never mind")
    assert stand(app) == ("waiting", "promised")


def test_a_line_that_breaks_in_the_questions_releases_nothing(app: Flask, rung: OnTheLine) -> None:
    rung.say("yes", "yes", "no")
    rung.hang_up()
    assert stand(app) == ("waiting", "promised")


def test_a_message_on_an_answering_machine_is_no_answer(app: Flask, rung: OnTheLine) -> None:
    rung.say("you have reached Margaret Hill please leave a message after the tone")
    assert stand(app) == ("waiting", "promised")


def test_she_is_asked_in_her_own_language_where_the_line_speaks_it(app: Flask, held: OnTheLine, clock: Clock) -> None:
    with app.app_context():
        db.session.execute(update(Caller).values(language="ko"))
        db.session.commit()
    clock.pass_time(days=1)
    ticking.tick(app)
    spoken = "ko" if "ko" in app.extensions["helpline"].languages else "en"
    assert pick_up(app).reply.language == spoken
