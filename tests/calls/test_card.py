"""A card typed by keys in a call: asked for by the telephone company, kept by the card company, and no digit of it with us."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from helpline.audit import AuditEntry
from helpline.calls.turns import find_call
from helpline.commands.demo_data import add_bill, add_paid
from helpline.commands.exchange import Account, Act, Exchange, Leg, Press
from helpline.db import db
from helpline.models import Call, Caller
from helpline.outbox import Delivery
from helpline.services.bills.models import Biller, Payment
from helpline.services.cards import MOST_A_DAY, CardEntry
from helpline.services.gateways.cards import Card
from helpline.throttle import Tries
from tests.calls.line import ACCOUNT, TOKEN, Telephone, token_in
from tests.cast import MARGARET, PIN, Clock, People
from tests.gateways.stripe_server import WEBHOOK_SECRET, FakeStripe
from tests.serving import served
from voice.dialogue.advance import STARTS
from voice.dialogue.proving import prove
from voice.heard import Heard, Reply

SID = "CA0123456789abcdef0123456789abcdef"
NUMBER, MONTH, CODE = "4242424242424242", "1235", "987"
TYPED = {"Result": "success", "PaymentToken": "pm_of_a_test_1", "PaymentCardNumber": "xxxxxxxxxxxx4242"}


@pytest.fixture
def stripe() -> Iterator[FakeStripe]:
    with FakeStripe().running() as stripe:
        yield stripe


@pytest.fixture
def changes(stripe: FakeStripe) -> dict[str, Any]:
    secrets = {"stripe_key": "sk_test_1", "stripe_webhook_secret": WEBHOOK_SECRET}
    return {"payments": {"gateway": "stripe", "stripe_url": stripe.url, **secrets}, "telephony": {"pay_connector": "Stripe"}}


class Margaret:
    """Her call, and what the telephone company is told."""

    def __init__(self, app: Flask, telephone: Telephone) -> None:
        self.app, self.telephone = app, telephone
        telephone.ask("/calls/incoming", SID)
        with app.app_context():
            self.call_id = call_of(SID).id
            self.reply = self._talk.begin(self.call_id)
            db.session.remove()

    @property
    def _talk(self) -> Any:
        return self.app.extensions["helpline"].conversation

    def say(self, *heard: Heard) -> list[str]:
        with self.app.app_context():
            for one in heard:
                self.reply = self._talk.take_turn(self.call_id, self.reply.turn + 1, one)
                self._carried_out()
            db.session.remove()
        return [said.key for said in self.reply.says]

    def comes_back(self) -> list[str]:
        """Her next socket begins."""
        with self.app.app_context():
            self.reply = self._talk.begin(self.call_id)
            self._carried_out()
            db.session.remove()
        return [said.key for said in self.reply.says]

    def _carried_out(self) -> None:
        while self.reply.then == "carry_out":
            reply: Reply = self._talk.carry_out(self.call_id, self.reply.turn + 1)
            self.reply = reply

    def wants_to_type(self) -> list[Any]:
        self.say(Heard(text="yes"), Heard(text="i need to change my card"), Heard(keys=PIN), Heard(text="yes"))
        return self.telephone.verbs("/calls/after", SID, CallStatus="in-progress")

    def typed(self, **form: str) -> list[Any]:
        return self.telephone.verbs("/calls/card/1", SID, **{"CallStatus": "in-progress", **form})


@pytest.fixture
def margaret(app: Flask, telephone: Telephone, people: People) -> Margaret:
    return Margaret(app, telephone)


def call_of(sid: str) -> Call:
    call = find_call(sid)
    assert call is not None
    return call


def card(app: Flask, people: People) -> Card | None:
    with app.app_context():
        found = db.session.get(Card, f"caller:{people.margaret}")
        db.session.expunge_all()
        return found


def test_a_card_is_asked_for_by_the_telephone_company_in_our_words(margaret: Margaret) -> None:
    pay, redirect = margaret.wants_to_type()
    assert margaret.reply.then == "card"
    told = {
        name: pay.get(name) for name in ("paymentConnector", "tokenType", "chargeAmount", "postalCode", "language", "input")
    }
    assert told == {
        "paymentConnector": "Stripe", "tokenType": "payment-method", "chargeAmount": None, "postalCode": "false",
        "language": "en-GB", "input": "dtmf",
    }  # fmt: skip
    assert pay.get("action") == redirect.text == f"{margaret.telephone.base}/calls/card/1"
    steps = [(prompt.get("for"), prompt.get("attempt")) for prompt in pay]
    assert steps[:2] == [("payment-card-number", "1"), ("payment-card-number", "2 3 4")]
    assert steps[-1] == ("payment-processing", None)
    assert "To stop, press star" in pay[0][0].text


def test_a_typed_card_is_kept_by_its_token_alone(app: Flask, margaret: Margaret, people: People, stripe: FakeStripe) -> None:
    margaret.wants_to_type()
    stripe.leave_card(NUMBER, MONTH)
    assert margaret.typed(**TYPED)[0].tag == "Connect"
    assert margaret.comes_back()[0] == "card.saved"
    kept = card(app, people)
    assert kept is not None
    assert (kept.customer, kept.payment_method, kept.brand) == ("cus_1", "pm_of_a_test_1", "visa")
    assert (kept.last_four, kept.expires) == ("4242", "2035-12")
    with app.app_context():
        assert "ending in 4242" in db.session.scalars(select(Delivery.body)).one()
        assert db.session.scalars(select(AuditEntry.data).where(AuditEntry.action == "card_saved")).one()["last_four"] == "4242"


def test_told_twice_it_is_kept_once_and_the_answer_is_the_same(
    app: Flask, margaret: Margaret, people: People, stripe: FakeStripe
) -> None:
    margaret.wants_to_type()
    stripe.leave_card(NUMBER, MONTH)
    assert token_in(margaret.typed(**TYPED)) == token_in(margaret.typed(**TYPED))
    margaret.typed(Result="caller-interrupted-with-star")  # a late one says otherwise: the first has counted
    assert margaret.comes_back()[0] == "card.saved"
    assert [path for path, _ in stripe.asked].count("/v1/setup_intents") == 1


@pytest.mark.parametrize(
    ("result", "said"),
    [("caller-interrupted-with-star", "card.star"), ("too-many-failed-attempts", "card.tries"), ("", "card.tries"),
     ("payment-connector-error", "card.trouble"), ("validation-error", "card.trouble"), ("internal-error", "card.trouble")],
)  # fmt: skip
def test_what_goes_wrong_is_told_kindly_with_a_person_one_step_away(
    app: Flask, margaret: Margaret, people: People, result: str, said: str
) -> None:
    margaret.wants_to_type()
    assert margaret.typed(**({"Result": result} if result else {}))[0].tag == "Connect"
    assert margaret.comes_back() == [said, "person.offer"]
    assert margaret.say(Heard(text="yes"))[0].startswith(("person.", "message."))
    assert card(app, people) is None


@pytest.mark.parametrize("token", ["", "tok_1", "pm_1\nWARNING", NUMBER])
def test_a_success_without_a_card_of_stripes_is_none(app: Flask, margaret: Margaret, people: People, token: str) -> None:
    margaret.wants_to_type()
    margaret.typed(Result="success", PaymentToken=token)
    assert margaret.comes_back() == ["card.trouble", "person.offer"] and card(app, people) is None


@pytest.mark.parametrize(("status", "said"), [("declined", "card.declined"), ("requires_action", "card.declined"),
                                              ("processing", "card.trouble")])  # fmt: skip
def test_a_bank_that_does_not_allow_it_leaves_the_old_card(
    app: Flask, margaret: Margaret, people: People, stripe: FakeStripe, status: str, said: str
) -> None:
    with app.app_context():
        db.session.add(Card(payer=f"caller:{people.margaret}", customer="cus_old", payment_method="pm_old"))
        db.session.commit()
    margaret.wants_to_type()
    stripe.leave_card(NUMBER, MONTH)
    stripe.setup_status = status
    margaret.typed(**TYPED)
    assert margaret.comes_back() == [said, "person.offer"]
    kept = card(app, people)
    assert kept is not None and kept.payment_method == "pm_old"


def test_who_hangs_up_meanwhile_has_saved_nothing(app: Flask, margaret: Margaret, people: People) -> None:
    margaret.wants_to_type()
    assert [verb.tag for verb in margaret.typed(Result="caller-hung-up", CallStatus="completed")] == ["Hangup"]
    assert card(app, people) is None


def test_only_her_own_call_tells_of_it(app: Flask, margaret: Margaret) -> None:
    margaret.wants_to_type()
    assert margaret.telephone.ask("/calls/card/1", "CA" + "f" * 32, **TYPED).status_code == 404
    assert margaret.telephone.ask("/calls/card/2", SID, **TYPED).status_code == 404
    assert app.test_client().post("/calls/card/1", data={"CallSid": SID, **TYPED}).status_code == 403
    with app.app_context():
        assert db.session.scalars(select(CardEntry.status)).one() == "waiting"


def test_without_the_pin_nobody_types_a_card(app: Flask, margaret: Margaret) -> None:
    assert margaret.say(Heard(text="yes"), Heard(text="i need to change my card")) == ["prove.pin"]
    with app.app_context():
        assert db.session.scalars(select(CardEntry)).all() == []


def test_after_three_in_a_day_it_is_a_persons(app: Flask, margaret: Margaret, people: People, clock: Clock) -> None:
    with app.app_context():
        db.session.add(Tries(subject=f"card:caller:{people.margaret}", count=MOST_A_DAY, since=clock.now()))
        db.session.commit()
    margaret.say(Heard(text="yes"), Heard(text="i need to change my card"), Heard(keys=PIN))
    assert margaret.say(Heard(text="yes"))[0] == "details.person"
    assert margaret.reply.then != "card"


def test_in_a_call_with_a_thief_it_is_a_persons(app: Flask, margaret: Margaret) -> None:
    margaret.say(Heard(text="yes"))
    with app.app_context():
        call = db.session.get_one(Call, margaret.call_id)
        db.session.execute(update(Call).where(Call.id == call.id).values(state={**(call.state or {}), "alarmed": True}))
        db.session.commit()
    assert margaret.say(Heard(text="i need to change my card"))[0] == "details.person"


class TestAfterAPaymentThatDidNotGoThrough:
    """Margaret has paid City Electric for months; now she has no card on file."""

    @pytest.fixture(autouse=True)
    def bill(self, app: Flask, people: People, clock: Clock) -> None:
        with app.app_context():
            margaret, biller = (
                db.session.get_one(Caller, people.margaret),
                Biller(name="City Electric", kind="electricity", allowed=True),
            )
            db.session.add(biller)
            db.session.flush()
            add_paid(margaret, biller, clock.now())
            add_bill(margaret, biller, Decimal("42.50"), clock.now(), due_in=6)
            db.session.commit()

    def tries_to_pay(self, margaret: Margaret) -> list[str]:
        margaret.say(Heard(text="yes"), Heard(text="pay my electricity bill"), Heard(text="yes"))
        return margaret.say(Heard(keys=PIN))

    def test_another_card_is_typed_and_the_bill_is_read_out_once_more(
        self, margaret: Margaret, stripe: FakeStripe, app: Flask
    ) -> None:
        assert self.tries_to_pay(margaret) == ["bill.not_paid", "card.another", "card.confirm"]
        margaret.say(Heard(text="yes"))
        assert [verb.tag for verb in margaret.telephone.verbs("/calls/after", SID, CallStatus="in-progress")] == [
            "Pay",
            "Redirect",
        ]
        stripe.leave_card(NUMBER, MONTH)
        stripe.money["cus_1"] = 10_000
        margaret.typed(**TYPED)
        said = margaret.comes_back()
        assert said[0] == "card.saved" and said[-1] == "bill.confirm"
        assert "bill.paid" in margaret.say(Heard(text="yes"))
        with app.app_context():
            assert sorted(db.session.scalars(select(Payment.status).where(Payment.amount == Decimal("42.50")))) == [
                "failed",
                "settled",
            ]
        assert stripe.money["cus_1"] == 10_000 - 4_250

    def test_a_no_leaves_the_bill(self, margaret: Margaret) -> None:
        self.tries_to_pay(margaret)
        assert margaret.say(Heard(text="no"))[0] == "card.left"
        assert margaret.say(Heard(text="no")) == ["anything_else"]


class TestOverTheExchange:
    """Every socket is refused, so that the call needs no ears: the exchange asks for the card as Twilio does."""

    @pytest.fixture(autouse=True)
    def no_sockets(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("helpline.calls.doors.is_socket", lambda: False)

    def ring(self, app: Flask, stripe: FakeStripe, *typed: Act) -> Leg:
        """Margaret is asked for her card in the middle of a call, and types."""
        with served(app):
            exchange = Exchange(Account(ACCOUNT, TOKEN, "+15005550006", app.extensions["helpline"].settings.public_url))
            exchange.connectors["Stripe"] = stripe.leave_card
            leg = exchange.dial(MARGARET, [Press("1"), Press("1"), *typed, Press("2"), Press("2"), Press("2")])
            assert leg.ended.wait(60.0)
        return leg

    @pytest.fixture(autouse=True)
    def asked_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """By keys alone nobody says "I have a new card": the first wish of the menu is that here."""
        monkeypatch.setitem(STARTS, "pay_bill", lambda state, _: prove(state, "card"))

    @pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
    def test_a_whole_call_leaves_the_last_four_digits_and_no_other(
        self, app: Flask, people: People, stripe: FakeStripe, tmp_path: Path, caplog: pytest.LogCaptureFixture, clock: Clock
    ) -> None:
        caplog.set_level(logging.DEBUG)
        wrong = Press(NUMBER[:-1] + "1")
        leg = self.ring(app, stripe, Press(PIN), Press("1"), wrong, Press(NUMBER), Press(MONTH), Press(CODE))
        assert leg.failure == "" and any("ends in 4 2 4 2" in words or "ends in four" in words for words in leg.spoken)
        assert any("not quite right" in words for words in leg.spoken)
        kept = card(app, people)
        assert kept is not None and kept.last_four == "4242"
        files = b"".join(file.read_bytes() for file in tmp_path.glob("helpline.db*"))
        for secret in (NUMBER, NUMBER[:8], NUMBER[:-1]):
            assert secret.encode() not in files and secret not in caplog.text

    @pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
    def test_star_stops_it_and_a_person_is_offered(self, app: Flask, people: People, stripe: FakeStripe) -> None:
        leg = self.ring(app, stripe, Press(PIN), Press("1"), Press("*"))
        assert leg.failure == "" and any("You have stopped it" in words for words in leg.spoken)
        assert card(app, people) is None
