"""Turns: each stored once, in order, repeated without harm; calls that drop, come back, or happen twice at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from helpline.calls.conversation import Conversation, OutOfTurn
from helpline.calls.turns import open_call
from helpline.commands.demo_data import Demonstration
from helpline.db import db
from helpline.events import Event
from helpline.models import Call, Caller, ServiceRequest, Turn
from helpline.services.bills.models import Payment
from helpline.services.gateways.ledger import LedgerEntry, LedgerTransaction
from helpline.services.gateways.payments import Charge
from tests.calls.line import call_row, incoming, new_sid, stored_turns
from tests.cast import ARTHUR, MARGARET, PIN, Clock
from tests.needs import needs
from voice.heard import Heard, Meaning, Reply
from voice.understanding import understand

PAY = "i want to pay my electricity bill"


@dataclass
class OnTheLine:
    """Somebody on the line: says or presses the next thing, and has what a gateway must do carried out."""

    app: Flask
    call_id: int
    reply: Reply

    @property
    def conversation(self) -> Conversation:
        conversation: Conversation = self.app.extensions["helpline"].conversation
        return conversation

    def say(self, *sentences: str) -> Reply:
        for words in sentences:
            self.hear(Heard(text=words))
        return self.reply

    def press(self, keys: str) -> Reply:
        return self.hear(Heard(keys=keys))

    def hear(self, heard: Heard, carry_out: bool = True) -> Reply:
        with self.app.app_context():
            self.reply = self.conversation.take_turn(self.call_id, self.reply.turn + 1, heard)
            if carry_out and self.reply.then == "carry_out":
                self.reply = self.conversation.carry_out(self.call_id, self.reply.turn + 1)
        return self.reply

    def hang_up(self) -> None:
        with self.app.app_context():
            self.conversation.hung_up(self.call_id)


def ring(app: Flask, number: str = MARGARET) -> OnTheLine:
    call_id = incoming(app, number)
    with app.app_context():
        return OnTheLine(app, call_id, app.extensions["helpline"].conversation.begin(call_id))


def keys_of(reply: Reply) -> list[str]:
    return [said.key for said in reply.says]


def paid(app: Flask) -> tuple[list[str], Decimal]:
    """How the payments of calls stand, and what City Electric has got by them; earlier months were paid before."""
    with app.app_context():
        rows = db.session.scalars(select(Payment).where(Payment.key.not_like("demonstration%")))
        entries = select(func.sum(LedgerEntry.amount)).join(
            LedgerTransaction, LedgerEntry.transaction_id == LedgerTransaction.id
        )
        by_calls = (LedgerEntry.account == "biller:1", LedgerTransaction.key.not_like("demonstration:%:%"))
        got = db.session.scalar(entries.where(*by_calls))
        return [payment.status for payment in rows], Decimal(got or 0)


@pytest.fixture
def margaret(app: Flask, town: Demonstration) -> OnTheLine:
    return ring(app)


def at_once(*jobs: Callable[[], object]) -> list[object]:
    """What each job answers, or the exception that it raised; all started at the same moment."""
    start, answers = threading.Barrier(len(jobs)), [None] * len(jobs)

    def run(index: int, job: Callable[[], object]) -> None:
        start.wait(10)
        try:
            answers[index] = job()
        except Exception as error:
            answers[index] = error

    threads = [threading.Thread(target=run, args=(index, job)) for index, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers


# -- each turn once


def test_a_turn_that_is_asked_for_again_replays_its_answer(app: Flask, margaret: OnTheLine) -> None:
    first = margaret.say("yes")
    with app.app_context():
        again = margaret.conversation.take_turn(margaret.call_id, 1, Heard(text="no"))
    assert again == first and len(stored_turns(app, margaret.call_id)) == 2


def test_the_first_words_are_said_once_and_repeated_as_after_a_break(app: Flask, margaret: OnTheLine) -> None:
    with app.app_context():
        again = margaret.conversation.begin(margaret.call_id)
    assert keys_of(again) == ["reconnected", "welcome", "who"] and len(stored_turns(app, margaret.call_id)) == 1


@pytest.mark.parametrize("number", [2, 7, -1])
def test_a_turn_that_does_not_come_next_is_refused(app: Flask, margaret: OnTheLine, number: int) -> None:
    with app.app_context(), pytest.raises(OutOfTurn):
        margaret.conversation.take_turn(margaret.call_id, number, Heard(text="yes"))
    assert len(stored_turns(app, margaret.call_id)) == 1


def test_a_call_that_has_ended_takes_no_turn(app: Flask, margaret: OnTheLine) -> None:
    margaret.say("yes", "nothing thank you goodbye")
    assert margaret.reply.then == "hang_up"
    with app.app_context(), pytest.raises(OutOfTurn, match="ended"):
        margaret.conversation.take_turn(margaret.call_id, margaret.reply.turn + 1, Heard(text="yes"))


def test_the_last_turn_of_a_caller_who_has_just_hung_up_is_finished(app: Flask, margaret: OnTheLine) -> None:
    margaret.say("yes")
    margaret.hang_up()
    assert call_row(app, margaret.call_id).status == "ended"
    margaret.say(PAY)
    row = call_row(app, margaret.call_id)
    assert (row.status, row.outcome, row.turns) == ("dropped", "hung_up", 3)


def test_every_turn_can_be_read_back_with_what_was_done_in_it(app: Flask, margaret: OnTheLine) -> None:
    margaret.say("yes", PAY)
    turn = stored_turns(app, margaret.call_id)[2]
    assert turn.heard["text"] == PAY and turn.meaning["intent"] == "pay_bill"
    (done,) = turn.orders
    assert (done["order"]["name"], done["result"]["status"]) == ("bills.due", "one")
    assert "forty-two pounds" in turn.reply["says"][0]["text"] or "42" in turn.reply["says"][0]["text"]


def test_a_turn_that_fails_leaves_nothing_behind(app: Flask, margaret: OnTheLine, monkeypatch: pytest.MonkeyPatch) -> None:
    margaret.say("yes", PAY, "yes")
    monkeypatch.setattr("helpline.calls.turns.store", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        margaret.press(PIN)
    monkeypatch.undo()
    assert paid(app)[0] == [] and len(stored_turns(app, margaret.call_id)) == 4
    margaret.press(PIN)
    assert paid(app)[0] == ["settled"]


# -- an order to a gateway


class Gateway:
    """Takes the money of whoever asks, and may do something else first."""

    def __init__(self, app: Flask, before: Callable[[], object] = lambda: None) -> None:
        self.real = app.extensions["helpline"].conversation.payments
        self.before = before
        self.keys: list[str] = []

    def charge(self, key: str, *asked: Any) -> Charge:
        self.keys.append(key)
        self.before()
        answer: Charge = self.real.charge(key, *asked)
        return answer


def use(app: Flask, monkeypatch: pytest.MonkeyPatch, gateway: Gateway) -> None:
    conversation = app.extensions["helpline"].conversation
    monkeypatch.setitem(conversation.__dict__, "payments", gateway)


def test_a_payment_takes_two_turns_and_the_claim_is_there_before_the_gateway_is_asked(
    app: Flask, margaret: OnTheLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[object] = []
    use(app, monkeypatch, Gateway(app, lambda: seen.append((paid(app), len(stored_turns(app, margaret.call_id))))))
    margaret.say("yes", PAY, "yes")
    filler = margaret.hear(Heard(keys=PIN), carry_out=False)
    assert filler.then == "carry_out" and filler.text and paid(app)[0] == ["claimed"]
    with app.app_context():
        receipt = margaret.conversation.carry_out(margaret.call_id, filler.turn + 1)
    assert seen == [((["claimed"], Decimal(0)), 5)]
    assert keys_of(receipt) == ["bill.paid", "bill.receipt"] and paid(app) == (["settled"], Decimal("42.50"))


def write_elsewhere() -> None:
    with db.engine.connect() as other:  # would wait for ten seconds and fail if the turn held the lock
        other.execute(text("PRAGMA busy_timeout=0"))
        other.execute(text("UPDATE caller SET door_notes = 'written meanwhile'"))
        other.commit()


def test_the_first_words_say_that_the_line_is_automatic_and_where_a_person_is(margaret: OnTheLine) -> None:
    first = margaret.reply.says[0].text
    assert "an automatic line" in first and "For a person, press zero" in first


def test_others_write_while_words_are_understood(margaret: OnTheLine, monkeypatch: pytest.MonkeyPatch) -> None:
    def slowly(words: str, *given: Any) -> Meaning:
        write_elsewhere()
        return understand(words, *given)

    monkeypatch.setattr("helpline.calls.conversation.understand", slowly)
    assert keys_of(margaret.say("yes")) == ["open"]


@pytest.mark.parametrize(("words", "key"), [("mess up", "no_match.1"), ("faster please", "pace.faster")])
def test_words_that_are_doubtful_twice_are_not_believed(margaret: OnTheLine, words: str, key: str) -> None:
    """The first is a mumble as it was heard once: what it seems to mean is a guess about a guess."""
    margaret.say("yes")
    assert keys_of(margaret.hear(Heard(text=words, confidence=0.36)))[0] == key


def test_danger_is_believed_however_badly_it_was_heard(margaret: OnTheLine) -> None:
    margaret.say("yes")
    assert "emergency" in keys_of(margaret.hear(Heard(text="i have fallen", confidence=0.1)))[0]


def test_no_transaction_is_open_while_the_gateway_is_asked(
    app: Flask, margaret: OnTheLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(app, monkeypatch, Gateway(app, write_elsewhere))
    margaret.say("yes", PAY, "yes")
    margaret.press(PIN)
    assert paid(app)[0] == ["settled"]


def test_carried_out_again_it_replays_and_pays_once(app: Flask, margaret: OnTheLine) -> None:
    margaret.say("yes", PAY, "yes")
    receipt = margaret.press(PIN)
    with app.app_context():
        assert margaret.conversation.carry_out(margaret.call_id, receipt.turn) == receipt
    assert paid(app) == (["settled"], Decimal("42.50"))


def test_there_is_nothing_to_carry_out_before_something_was_promised(app: Flask, margaret: OnTheLine) -> None:
    with app.app_context(), pytest.raises(OutOfTurn, match="nothing is waiting"):
        margaret.conversation.carry_out(margaret.call_id, 1)


def test_hanging_up_while_the_gateway_works_loses_nothing(
    app: Flask, margaret: OnTheLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(app, monkeypatch, Gateway(app, margaret.hang_up))
    margaret.say("yes", PAY, "yes")
    margaret.press(PIN)
    row = call_row(app, margaret.call_id)
    assert paid(app)[0] == ["settled"] and (row.status, row.outcome) == ("dropped", "dropped")
    again = ring(app)
    assert keys_of(again.say("yes")) == ["resume.again", "bill.paid", "bill.receipt"]


def test_ringing_back_while_the_gateway_works_pays_once_and_tells(
    app: Flask, margaret: OnTheLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def she_rings_back() -> None:
        gateway.before = lambda: None
        margaret.hang_up()
        told.append(ring(app).say("yes"))

    told: list[Reply] = []
    gateway = Gateway(app, she_rings_back)
    use(app, monkeypatch, gateway)
    margaret.say("yes", PAY, "yes")
    with pytest.raises(OutOfTurn):  # the first line has nothing more to say: the second took over
        margaret.press(PIN)
    assert keys_of(told[0]) == ["bill.paid", "bill.receipt"]
    assert paid(app) == (["settled"], Decimal("42.50")) and len(set(gateway.keys)) == 1


# -- two things at the same moment


def test_two_sockets_that_take_the_same_turn_do_it_once(app: Flask, margaret: OnTheLine) -> None:
    margaret.say("yes", PAY, "yes")

    def press() -> Reply:
        with app.app_context():
            return margaret.conversation.take_turn(margaret.call_id, 4, Heard(keys=PIN))

    one, other = at_once(press, press)
    assert one == other and isinstance(one, Reply) and one.then == "carry_out"
    assert paid(app)[0] == ["claimed"] and len(stored_turns(app, margaret.call_id)) == 5


def test_two_sockets_that_carry_out_the_same_order_pay_once(app: Flask, margaret: OnTheLine) -> None:
    margaret.say("yes", PAY, "yes")
    filler = margaret.hear(Heard(keys=PIN), carry_out=False)

    def carry_out() -> Reply:
        with app.app_context():
            return margaret.conversation.carry_out(margaret.call_id, filler.turn + 1)

    one, other = at_once(carry_out, carry_out)
    assert one == other and isinstance(one, Reply)
    assert paid(app) == (["settled"], Decimal("42.50")) and len(stored_turns(app, margaret.call_id)) == 6


def test_two_webhooks_at_once_open_one_call(app: Flask, town: Demonstration, clock: Clock) -> None:
    sid = new_sid()

    def open_one() -> int:
        with app.app_context():
            call_id = open_call(sid, MARGARET, "inbound", clock.now()).id
            db.session.commit()
            return call_id

    answers = at_once(*[open_one] * 4)
    assert len(set(answers)) == 1
    with app.app_context():
        assert db.session.scalar(select(func.count(Event.id)).where(Event.subject == f"call:{answers[0]}")) == 1


def test_two_sockets_that_begin_at_once_say_hello_once(app: Flask, town: Demonstration) -> None:
    call_id = incoming(app)

    def begin() -> list[str]:
        with app.app_context():
            return keys_of(app.extensions["helpline"].conversation.begin(call_id))

    assert sorted(at_once(begin, begin), key=str) == [["reconnected", "welcome", "who"], ["welcome", "who"]]
    assert len(stored_turns(app, call_id)) == 1


def test_hanging_up_during_a_turn_never_leaves_the_call_live(app: Flask, town: Demonstration) -> None:
    for _ in range(5):
        margaret = ring(app)
        margaret.say("yes")
        at_once(lambda margaret=margaret: margaret.say(PAY), margaret.hang_up)  # type: ignore[misc]
        with app.app_context():
            margaret.conversation.hung_up(margaret.call_id, socket=1)  # as the socket does behind its last turn
        row = call_row(app, margaret.call_id)
        assert row.status == "dropped" and row.turns == 3 and row.ended_at is not None


def test_who_asks_for_the_day_or_the_time_hears_both(app: Flask, margaret: OnTheLine) -> None:
    margaret.say("yes")
    for question in ("what day is it", "what time is it"):
        answer = next(said for said in margaret.say(question).says if said.key == "what_day")
        assert answer.text == "It is Tuesday the twenty-fourth of November twenty twenty-six, and ten o'clock in the morning."


# -- calls that were cut


def test_who_rings_back_is_asked_whether_to_carry_on_and_does(app: Flask, margaret: OnTheLine, clock: Clock) -> None:
    margaret.say("yes", PAY, "yes")
    margaret.hang_up()
    clock.pass_time(minutes=29)
    again = ring(app)
    assert keys_of(again.say("yes")) == ["resume"]
    assert keys_of(again.say("yes")) == ["resume.again", "pin"]
    again.press(PIN)
    assert paid(app) == (["settled"], Decimal("42.50"))
    assert call_row(app, margaret.call_id).outcome == "resumed"


def test_the_pin_belongs_to_the_call_in_which_it_was_typed(app: Flask, margaret: OnTheLine) -> None:
    margaret.say("yes", PAY, "yes")
    margaret.press(PIN)
    margaret.say("yes", "what is due for water")
    margaret.hang_up()
    with app.app_context():
        state = db.session.scalars(select(Call.state).where(Call.id == ring(app).call_id)).one()
    assert state is not None and state["level"] == 0


def test_after_half_an_hour_a_call_starts_afresh(app: Flask, margaret: OnTheLine, clock: Clock) -> None:
    margaret.say("yes", PAY)
    margaret.hang_up()
    clock.pass_time(minutes=31)
    assert keys_of(ring(app).say("yes")) == ["open"]


def test_who_does_not_want_to_carry_on_starts_afresh(app: Flask, margaret: OnTheLine) -> None:
    margaret.say("yes", PAY)
    margaret.hang_up()
    again = ring(app)
    again.say("yes")
    assert keys_of(again.say("no")) == ["open"]


def test_a_cut_call_is_over_once_its_caller_is_back_however_their_pauses_were_learned(app: Flask, margaret: OnTheLine) -> None:
    margaret.say("yes", PAY)
    with app.app_context():
        app.extensions["helpline"].conversation.hung_up(margaret.call_id, pause=1.4)
    ring(app).say("yes")
    call = call_row(app, margaret.call_id)
    assert (call.status, call.outcome) == ("ended", "resumed")


def test_a_call_that_was_finished_is_not_offered_again(app: Flask, margaret: OnTheLine) -> None:
    margaret.say("yes", PAY, "no", "no thank you")
    assert margaret.reply.then == "hang_up"
    assert keys_of(ring(app).say("yes")) == ["open"]


def test_a_crash_that_left_the_call_live_counts_as_a_cut(app: Flask, margaret: OnTheLine) -> None:
    margaret.say("yes", PAY)  # and the process dies: nobody says that she hung up
    assert call_row(app, margaret.call_id).status == "live"
    assert keys_of(ring(app).say("yes")) == ["resume"]


def test_a_payment_under_way_is_told_of_hours_later(app: Flask, margaret: OnTheLine, clock: Clock) -> None:
    margaret.say("yes", PAY, "yes")
    margaret.hear(Heard(keys=PIN), carry_out=False)  # and the process dies
    clock.pass_time(hours=19)
    again = ring(app)
    assert keys_of(again.say("yes")) == ["bill.paid", "bill.receipt"]
    assert paid(app) == (["settled"], Decimal("42.50"))


def test_a_payment_whose_key_is_too_old_is_not_asked_for_anew(app: Flask, margaret: OnTheLine, clock: Clock) -> None:
    """The gateway may have forgotten the key by then: the same question could move the money twice. A person has it."""
    margaret.say("yes", PAY, "yes")
    margaret.hear(Heard(keys=PIN), carry_out=False)  # and the process dies
    clock.pass_time(days=3)
    again = ring(app)
    assert keys_of(again.say("yes"))[0] == "bill.unknown"
    assert paid(app) == (["claimed"], Decimal("0"))


def test_a_withheld_number_resumes_nobodys_call(app: Flask, margaret: OnTheLine) -> None:
    margaret.say("yes", PAY)
    margaret.hang_up()
    assert keys_of(ring(app, "").reply) == ["welcome", "language.by_key", "unknown.number", "unknown"]


class TestTwoPeopleBehindOneNumber:
    @pytest.fixture
    def george(self, app: Flask, town: Demonstration, clock: Clock) -> None:
        """Margaret's husband, on the same line."""
        with app.app_context():
            db.session.add(Caller(name="George", full_name="George Hill", phone=MARGARET, created_at=clock.now()))
            db.session.commit()

    def test_the_other_one_is_not_offered_the_call_that_was_cut(self, app: Flask, george: None) -> None:
        margaret = ring(app)
        assert margaret.reply.expecting.options == ("Margaret Hill", "George Hill")
        margaret.press("1")
        margaret.say(PAY)
        margaret.hang_up()
        other = ring(app)
        reply = other.press("2")
        assert keys_of(reply) == ["open", "open.keys"] and "electric" not in reply.text.lower()
        other.hang_up()
        assert keys_of(ring(app).press("1")) == ["resume"]

    def test_the_call_that_was_cut_stays_open_until_its_own_caller_rings(self, app: Flask, george: None) -> None:
        margaret = ring(app)
        margaret.press("1")
        margaret.say(PAY)
        margaret.hang_up()
        ring(app).press("2")
        assert call_row(app, margaret.call_id).status == "dropped"

    def test_a_payment_under_way_is_told_to_its_caller_though_the_other_was_cut_later(self, app: Flask, george: None) -> None:
        margaret = ring(app)
        margaret.press("1")
        margaret.say(PAY, "yes")
        margaret.hear(Heard(keys=PIN), carry_out=False)
        other = ring(app)
        other.press("2")
        other.say("can somebody help me with my shopping")
        other.hang_up()
        assert keys_of(ring(app).press("1")) == ["bill.paid", "bill.receipt"]


# -- persons


def test_a_call_that_nobody_took_goes_on_with_a_message(app: Flask, margaret: OnTheLine) -> None:
    margaret.say("yes")
    with app.app_context():
        row = db.session.get_one(Call, margaret.call_id)
        row.status, row.outcome = "ended", "person"
        db.session.commit()
        assert margaret.conversation.come_back(margaret.call_id) and margaret.conversation.come_back(margaret.call_id)
        reply = margaret.conversation.begin(margaret.call_id)
    assert reply.expecting.record and call_row(app, margaret.call_id).status == "live"


def test_only_a_call_that_was_put_through_comes_back(app: Flask, margaret: OnTheLine) -> None:
    with app.app_context():
        assert not margaret.conversation.come_back(margaret.call_id)
    assert call_row(app, margaret.call_id).status == "live"


def test_a_promised_call_back_waits_for_a_person_with_the_number(app: Flask, margaret: OnTheLine) -> None:
    with app.app_context():
        assert margaret.conversation.promise_call_back(margaret.call_id, "bad_line") == "within the hour"
        request = db.session.scalars(select(ServiceRequest).where(ServiceRequest.call_id == margaret.call_id)).one()
        assert (request.intent, request.status, request.details["number"]) == ("speak_to_person", "open", MARGARET)


def test_a_line_without_a_word_for_minutes_ends_with_a_promise(app: Flask, margaret: OnTheLine, clock: Clock) -> None:
    for _ in range(30):
        if margaret.reply.then == "hang_up":
            break
        clock.pass_time(seconds=15)
        margaret.hear(Heard())
    assert keys_of(margaret.reply) == ["message.call_back", "once_more", "message.call_back"]
    with app.app_context():
        (request,) = db.session.scalars(select(ServiceRequest).where(ServiceRequest.call_id == margaret.call_id))
        assert request.details["dead_line"] is True


def test_words_of_a_thief_are_danger_in_any_question(app: Flask, margaret: OnTheLine) -> None:
    margaret.say("yes", PAY, "a man on the phone told me to move my money to a safe account")
    with app.app_context():
        intents = [*db.session.scalars(select(ServiceRequest.intent).where(ServiceRequest.call_id == margaret.call_id))]
    assert intents == ["report_scam"] and paid(app)[0] == []


def test_arthur_has_nothing_to_do_with_margarets_bill(app: Flask, town: Demonstration) -> None:
    arthur = ring(app, ARTHUR)
    arthur.say("yes", PAY)
    assert "City Electric" not in arthur.reply.text
    with app.app_context():
        assert db.session.scalar(select(func.count(Turn.id))) == 3


def test_who_takes_leave_on_hearing_the_receipt_has_heard_it(app: Flask, margaret: OnTheLine) -> None:
    margaret.say("yes", PAY, "yes")
    margaret.press(PIN)
    margaret.say("no that's all thank you")
    assert keys_of(margaret.reply) == ["goodbye"] and margaret.reply.then == "hang_up"
    with app.app_context():
        request = db.session.scalars(select(ServiceRequest).where(ServiceRequest.call_id == margaret.call_id)).one()
        assert request.status == "done"


def test_the_receipt_is_read_again_for_whoever_asks_for_it_and_a_plain_no_does_not(app: Flask, margaret: OnTheLine) -> None:
    margaret.say("yes", PAY, "yes")
    margaret.press(PIN)
    margaret.say("again please")
    assert keys_of(margaret.reply) == ["bill.paid", "bill.receipt"]
    margaret.say("no")
    assert keys_of(margaret.reply) == ["anything_else"]


def test_a_wish_to_pay_is_a_yes_to_the_bill_that_was_read_out(app: Flask, margaret: OnTheLine) -> None:
    margaret.say("yes", "how much do I owe for the electric", "I want to pay my electricity bill")
    assert keys_of(margaret.reply) == ["pin"]


def test_another_language_by_key_before_we_know_who_it_is_is_remembered(app: Flask, town: Demonstration) -> None:
    needs("ko" in app.extensions["helpline"].languages, "a recogniser for Korean")
    margaret = ring(app)
    assert keys_of(margaret.press("8")) == ["language.changed", "who"]
    with app.app_context():
        assert db.session.scalars(select(Caller.language)).unique().all() == ["en"]
    margaret.press("1")
    assert margaret.reply.language == "ko" and keys_of(margaret.reply)[0] == "open"
    margaret.hang_up()
    with app.app_context():
        spoken = dict(db.session.execute(select(Caller.name, Caller.language)).all())
    assert spoken == {"Margaret": "ko", "Arthur": "en", "Joan": "en"}
    assert ring(app).reply.language == "ko"
