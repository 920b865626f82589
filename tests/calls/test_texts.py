"""Text messages: what volunteers and callers write, what they are told, and what becomes of the texts that we send."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from helpline import clock as process
from helpline import deliveries, texts
from helpline.commands.demo_data import Demonstration
from helpline.db import db
from helpline.deliveries import MOST_TEXTS
from helpline.events import Event
from helpline.messages import MOST_ANSWERS
from helpline.models import Caller, ServiceRequest
from helpline.outbox import Delivery, promise_sms
from helpline.providers import Outcome, ProviderError
from helpline.providers.twilio import sign
from helpline.services.bills.models import Payment
from helpline.staff import duty
from helpline.staff.models import Staff
from helpline.texts import Text
from tests.calls.line import TOKEN, Telephone
from tests.calls.test_clock import Sent
from tests.cast import GRACE, JOAN, MARGARET, WEI, Clock, People
from volunteers import tasks
from volunteers.models import Offer, Task, Volunteer

STRANGER = "+447700900999"
URL = "http://127.0.0.1/calls/answered/{delivery_id}"


class Writer:
    """Writes to the helpline as the provider hands it on: signed, each text with an id of its own."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._client = app.test_client()
        self._base = app.extensions["helpline"].settings.public_url
        self._sent = 0

    def post(self, path: str, **form: str) -> Any:
        return self._client.post(path, data=form, headers=sign(TOKEN, self._base + path, form))

    def write(self, number: str, body: str, sid: str = "", **form: str) -> str:
        """One text; what it was taken as."""
        self._sent += 1
        sid = sid or f"SM{self._sent:032d}"
        answer = self.post("/texts/incoming", MessageSid=sid, From=number, To="+15005550006", Body=body, **form)
        assert answer.status_code == 200 and "<Message" not in answer.text
        with self._app.app_context():
            return db.session.scalars(select(Text.taken_as).where(Text.sid == sid)).one()

    def told(self, number: str) -> list[str]:
        """What we have promised to send to this number, oldest first."""
        with self._app.app_context():
            return [*db.session.scalars(select(Delivery.body).where(Delivery.to_number == number).order_by(Delivery.id))]


@pytest.fixture
def writer(app: Flask, people: People) -> Writer:
    return Writer(app)


@pytest.fixture
def shopping(app: Flask, people: People, clock: Clock) -> int:
    """Shopping for Margaret on Thursday; Wei is asked, with the code 47."""
    with app.app_context():
        return offered(people.wei, clock, "47")


def offered(volunteer_id: int, clock: Clock, code: str, summary: str = "shopping") -> int:
    task = tasks.open_task(
        kind="shopping", summary=summary, area="Elm Park", address="12 Elm Park Road", door_notes="Ring twice",
        caller_name="Margaret Hill", language="en", day=dt.date(2026, 11, 26), part_of_day="morning", minutes=60,
        now=clock.now(),
    )  # fmt: skip
    offer = tasks.offer(task, volunteer_id, clock.now())
    assert offer is not None
    offer.code = code
    db.session.commit()
    return task.id


def state(app: Flask, task_id: int) -> str:
    with app.app_context():
        return db.session.get_one(Task, task_id).status


def requests_of(app: Flask) -> list[tuple[str, str, str]]:
    with app.app_context():
        rows = db.session.scalars(select(ServiceRequest).order_by(ServiceRequest.id))
        return [(row.intent, row.details["about"], row.details.get("words", "")) for row in rows]


# -- who may write


@pytest.mark.parametrize("path", ["/texts/incoming", "/texts/status"])
def test_what_the_provider_has_not_signed_is_refused(app: Flask, path: str) -> None:
    form = {"MessageSid": "SM" + "0" * 32, "From": WEI, "Body": "YES 47", "MessageStatus": "delivered"}
    assert app.test_client().post(path, data=form).status_code == 403
    with app.app_context():
        assert db.session.scalar(select(Text.id)) is None


@pytest.mark.parametrize("sid", ["", "SM", "CA" + "0" * 32, "SM'; DROP TABLE text"])
def test_a_form_that_brings_no_text_is_refused(writer: Writer, sid: str) -> None:
    assert writer.post("/texts/incoming", MessageSid=sid, From=WEI, Body="hello").status_code == 400


# -- volunteers


@pytest.mark.parametrize("body", ["YES 47", "yes", "Yes please!", "  47 yes ", "OK 👍", "I can.", "yes\n47"])
def test_wei_says_yes_in_his_own_words(app: Flask, writer: Writer, shopping: int, body: str) -> None:
    assert writer.write(WEI, body) == "yes"
    assert state(app, shopping) == "accepted"
    assert "Margaret Hill, 12 Elm Park Road. Ring twice" in writer.told(WEI)[-1]


@pytest.mark.parametrize("body", ["NO 47", "no", "No thanks.", "I can't", "sorry, no"])
def test_wei_says_no_and_is_left_alone(app: Flask, writer: Writer, shopping: int, body: str) -> None:
    assert writer.write(WEI, body) == "no"
    assert state(app, shopping) == "open"
    assert "12 Elm" not in writer.told(WEI)[-1]


@pytest.mark.parametrize("body", ["no but I can in two hours", "yes if it is before noon", "👍", "what does she need?", "no 4"])
def test_more_than_a_yes_or_a_no_is_for_a_person(app: Flask, writer: Writer, shopping: int, body: str) -> None:
    assert writer.write(WEI, body) in ("kept", "which")
    assert state(app, shopping) == "offered"


def test_what_a_volunteer_has_written_freely_waits_for_a_person(app: Flask, writer: Writer, shopping: int) -> None:
    writer.write(WEI, "no but I can in two hours")
    ((intent, about, words),) = requests_of(app)
    assert (intent, about) == ("leave_message", "text_volunteer") and "two hours" in words and WEI in words


def test_the_same_text_told_twice_is_done_and_answered_once(app: Flask, writer: Writer, shopping: int) -> None:
    for _ in range(2):
        assert writer.write(WEI, "YES 47", sid="SM" + "a" * 32) == "yes"
    assert len(writer.told(WEI)) == 1 and state(app, shopping) == "accepted"


def test_of_two_offers_a_yes_without_its_number_takes_neither(
    app: Flask, writer: Writer, people: People, clock: Clock, shopping: int
) -> None:
    with app.app_context():
        garden = offered(people.wei, clock, "12", "the garden")
    assert writer.write(WEI, "yes") == "which"
    assert "YES 47: shopping" in writer.told(WEI)[-1] and "YES 12: the garden" in writer.told(WEI)[-1]
    assert writer.write(WEI, "yes 12") == "yes"
    assert (state(app, shopping), state(app, garden)) == ("offered", "accepted")


def test_an_old_number_gets_the_list_of_what_is_open(app: Flask, writer: Writer, shopping: int) -> None:
    assert writer.write(WEI, "yes 48") == "which"
    assert "YES 47: shopping" in writer.told(WEI)[-1] and state(app, shopping) == "offered"


def test_grace_cannot_take_what_was_offered_to_wei(app: Flask, writer: Writer, shopping: int) -> None:
    assert writer.write(GRACE, "yes 47") == "which"
    assert state(app, shopping) == "offered" and "Elm" not in writer.told(GRACE)[-1]


def test_a_yes_that_comes_too_late_takes_nothing(app: Flask, writer: Writer, shopping: int, clock: Clock) -> None:
    clock.pass_time(hours=3)
    assert writer.write(WEI, "yes 47") == "which"
    assert "nothing open" in writer.told(WEI)[-1] and state(app, shopping) == "offered"


def test_wei_is_done(app: Flask, writer: Writer, shopping: int) -> None:
    writer.write(WEI, "yes")
    assert writer.write(WEI, "Done 47!") == "done"
    assert state(app, shopping) == "done"
    assert writer.write(WEI, "done 47") == "which"


def test_a_no_after_the_yes_does_not_free_wei_and_says_how_to_give_it_back(app: Flask, writer: Writer, shopping: int) -> None:
    writer.write(WEI, "yes 47")
    assert writer.write(WEI, "no 47") == "which"
    assert "BACK 47" in writer.told(WEI)[-1] and state(app, shopping) == "accepted"
    assert writer.write(WEI, "back 47") == "back"
    assert state(app, shopping) == "open"


@pytest.mark.parametrize("body", ["STOP", "stop.", "Unsubscribe", "QUIT"])
def test_stop_is_off_duty_and_no_text_follows(app: Flask, writer: Writer, people: People, body: str) -> None:
    assert writer.write(WEI, body) == "stop"
    with app.app_context():
        assert not db.session.get_one(Volunteer, people.wei).on_duty and texts.stopped(WEI)
    assert writer.told(WEI) == []


def test_start_is_on_duty_again(app: Flask, writer: Writer, people: People) -> None:
    writer.write(WEI, "STOP")
    assert writer.write(WEI, "Start") == "start"
    with app.app_context():
        assert db.session.get_one(Volunteer, people.wei).on_duty and not texts.stopped(WEI)
    assert "welcome back" in writer.told(WEI)[-1]


def test_yes_after_stop_is_start_as_the_company_takes_it(app: Flask, writer: Writer, shopping: int) -> None:
    writer.write(WEI, "STOP")
    assert writer.write(WEI, "YES") == "start"
    assert state(app, shopping) == "offered"


def test_what_the_company_has_answered_itself_is_not_answered_again(writer: Writer) -> None:
    assert writer.write(WEI, "HELP", OptOutType="HELP") == "help"
    assert writer.told(WEI) == []
    assert writer.write(WEI, "HELP") == "help"
    assert "+15005550006" in writer.told(WEI)[-1]


# -- callers


def test_margaret_asks_what_she_owes(app: Flask, town: Demonstration) -> None:
    writer = Writer(app)
    assert writer.write(MARGARET, "What do I owe?") == "owed"
    assert "City Electric GBP 42.50" in writer.told(MARGARET)[-1]


def test_where_two_people_share_a_number_a_text_tells_nothing(app: Flask, town: Demonstration) -> None:
    with app.app_context():
        db.session.execute(update(Caller).where(Caller.phone == JOAN).values(phone=MARGARET))
        db.session.commit()
    writer = Writer(app)
    assert writer.write(MARGARET, "what do i owe") == "owed"
    assert "more than one person" in writer.told(MARGARET)[-1] and "42.50" not in writer.told(MARGARET)[-1]


def test_a_stranger_learns_nothing_of_bills(writer: Writer) -> None:
    assert writer.write(STRANGER, "what do i owe") == "owed"
    assert "do not know this number" in writer.told(STRANGER)[-1]


@pytest.mark.parametrize("body", ["call me", "Please ring me back", "I want to talk to a person"])
def test_who_wants_to_be_rung_is_promised_a_call(app: Flask, writer: Writer, body: str) -> None:
    assert writer.write(MARGARET, body) == "call_me"
    assert requests_of(app) == [("speak_to_person", "call_me", body)]
    assert "within the hour" in writer.told(MARGARET)[-1]


@pytest.mark.parametrize("body", ["pay my electricity bill", "Pay 42.50 to City Electric now, PIN 482719"])
def test_nothing_is_ever_paid_by_text(app: Flask, town: Demonstration, body: str) -> None:
    writer = Writer(app)
    assert writer.write(MARGARET, body) == "kept"
    with app.app_context():
        assert db.session.scalar(select(Payment.id).where(Payment.status == "claimed")) is None
    assert "never take a payment by text" in writer.told(MARGARET)[-1]


def test_a_thiefs_words_are_danger_by_text_too(app: Flask, writer: Writer) -> None:
    assert writer.write(MARGARET, "the bank says I must move my money to a safe account") == "report_scam"
    assert requests_of(app)[0][:2] == ("report_scam", "report_scam") and "pay nothing" in writer.told(MARGARET)[-1]


def test_an_emergency_is_told_which_number_to_ring_and_a_person_sees_it(app: Flask, writer: Writer) -> None:
    assert writer.write(STRANGER, "I have fallen and can't get up") == "emergency"
    assert "999" in writer.told(STRANGER)[-1] and requests_of(app)[0][0] == "emergency"


def test_who_writes_five_times_waits_once(app: Flask, writer: Writer) -> None:
    for n in range(5):
        writer.write(MARGARET, f"the boiler man came and went, {n}")
    ((intent, about, words),) = requests_of(app)
    assert (intent, about) == ("leave_message", "text") and words.count("boiler") == 5


def test_a_thank_you_is_not_answered(app: Flask, writer: Writer) -> None:
    assert writer.write(MARGARET, "thank you") == "politeness"
    assert writer.told(MARGARET) == [] and requests_of(app) == []


@pytest.mark.parametrize("body", ["", "   ", "\n"])
def test_an_empty_text_is_told_what_can_be_written(writer: Writer, body: str) -> None:
    assert writer.write(MARGARET, body) == "empty"
    assert "call me" in writer.told(MARGARET)[-1]


def test_a_picture_without_words_is_told_that_we_cannot_look(writer: Writer) -> None:
    assert writer.write(MARGARET, "", NumMedia="2", MediaUrl0="https://api.twilio.com/x") == "picture"
    assert "pictures" in writer.told(MARGARET)[-1]


@pytest.mark.parametrize("body", ["😀😀😀", "x" * 5_000, "a\x00b\ud83d", "안녕", "<b>&amp;</b>", "' OR 1=1 --"])
def test_strange_texts_are_kept_and_answered_kindly(app: Flask, writer: Writer, body: str) -> None:
    assert writer.write(STRANGER, body.encode("utf-8", "replace").decode()) == "kept"
    assert "A person will read this" in writer.told(STRANGER)[-1]
    with app.app_context():
        assert len(db.session.scalars(select(Text.body)).one()) <= 1600


@pytest.mark.parametrize("sender", ["TESCO", "61234", "", "+15005550006", "not a number" * 20])
def test_who_cannot_be_answered_is_kept_without_an_answer(app: Flask, writer: Writer, sender: str) -> None:
    assert writer.write(sender, "your parcel waits, pay 2 pounds") in ("kept", "report_scam")
    with app.app_context():
        assert db.session.scalar(select(Delivery.id)) is None


def test_a_machine_that_answers_every_answer_is_not_answered_for_ever(writer: Writer) -> None:
    for n in range(MOST_ANSWERS + 5):
        writer.write(STRANGER, f"this number is not read, {n}")
    assert len(writer.told(STRANGER)) == MOST_ANSWERS


def test_what_we_cannot_take_is_answered_with_the_number_to_ring(
    app: Flask, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("nothing works")

    monkeypatch.setattr(texts, "keep", broken)
    answer = writer.post("/texts/incoming", MessageSid="SM" + "0" * 32, From=MARGARET, Body="hello")
    assert answer.status_code == 200 and "Please ring us on +15005550006" in answer.text


# -- what becomes of ours


@pytest.fixture
def company(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Sent:
    company = Sent()
    monkeypatch.setattr(type(app.extensions["helpline"].provider), "send_sms", lambda self, *args: company.send_sms(*args))
    return company


def promised(app: Flask, clock: Clock, company: Sent, key: str = "greeting", to: str = JOAN) -> None:
    with app.app_context():
        promise_sms(to, "Hello Joan", key, clock.now())
        db.session.commit()
        deliveries.send_due(company, "clock:1", URL, clock.now())  # type: ignore[arg-type]


def tell(writer: Writer, key: str, status: str, code: str = "", sid: str = "") -> None:
    form = {"MessageSid": sid or "SM" + "0" * 32, "MessageStatus": status, **({"ErrorCode": code} if code else {})}
    assert writer.post(f"/texts/status?key={key}", **form).status_code == 204


def rows(app: Flask) -> list[Delivery]:
    with app.app_context():
        found = [*db.session.scalars(select(Delivery).order_by(Delivery.id))]
        db.session.expunge_all()
        return found


@pytest.fixture
def sent(app: Flask, writer: Writer, company: Sent, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Writer:
    """Joan has been sent a greeting."""
    monkeypatch.setattr(company, "send_sms", lambda to, body, key: "SM" + "0" * 32)
    promised(app, clock, company)
    return writer


def test_a_text_that_arrived_is_written_down_once(app: Flask, sent: Writer) -> None:
    for status in ("sent", "delivered", "delivered", "sent", "queued"):
        tell(sent, "sms:greeting", status)
    assert [row.status for row in rows(app)] == ["delivered"]
    with app.app_context():
        assert len([*db.session.scalars(select(Event).where(Event.kind == "text_delivered"))]) == 1


def test_news_that_comes_before_we_know_that_it_was_sent_is_kept(
    app: Flask, writer: Writer, company: Sent, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def send(to: str, body: str, key: str) -> str:
        tell(writer, key, "delivered")
        return "SM" + "0" * 32

    monkeypatch.setattr(company, "send_sms", send)
    promised(app, clock, company)
    assert [row.status for row in rows(app)] == ["delivered"]


@pytest.mark.parametrize("code", ["30003", "30008", "", "30500"])
def test_what_may_be_over_in_a_while_is_sent_again_a_few_times(app: Flask, sent: Writer, clock: Clock, code: str) -> None:
    for n in range(1, MOST_TEXTS + 2):
        tell(sent, "sms:greeting" + (f"%23{n}" if n > 1 else ""), "undelivered", code)
    assert [row.status for row in rows(app)] == ["again"] * (MOST_TEXTS - 1) + ["failed"]
    assert rows(app)[1].due_at > clock.now() and rows(app)[1].body == "Hello Joan"


@pytest.mark.parametrize("code", ["30004", "30005", "30007"])
def test_what_will_not_go_better_is_not_sent_again(app: Flask, sent: Writer, code: str) -> None:
    tell(sent, "sms:greeting", "failed", code)
    assert [row.status for row in rows(app)] == ["failed"] and code in rows(app)[0].error


def test_failed_and_then_delivered_told_in_the_wrong_order_sends_nothing_twice(app: Flask, sent: Writer) -> None:
    tell(sent, "sms:greeting", "delivered")
    tell(sent, "sms:greeting", "failed", "30003")
    assert [row.status for row in rows(app)] == ["delivered"]


def test_news_of_another_copy_that_failed_changes_nothing(app: Flask, sent: Writer) -> None:
    tell(sent, "sms:greeting", "failed", "30003", sid="SM" + "f" * 32)
    assert [row.status for row in rows(app)] == ["sent"]


def test_a_landline_gets_no_texts_any_more(app: Flask, sent: Writer, people: People) -> None:
    tell(sent, "sms:greeting", "undelivered", "30006")
    with app.app_context():
        assert db.session.get_one(Caller, people.joan).landline


def test_an_offer_that_did_not_arrive_goes_to_the_next_volunteer(
    app: Flask, writer: Writer, shopping: int, company: Sent, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(company, "send_sms", lambda to, body, key: "SM" + "0" * 32)
    with app.app_context():
        offer_id = db.session.scalars(select(Offer.id)).one()
    promised(app, clock, company, f"offer:{offer_id}", WEI)
    tell(writer, f"sms:offer:{offer_id}", "failed", "30005")
    assert state(app, shopping) == "open"
    with app.app_context():
        assert db.session.scalars(select(Offer.status)).one() == "undelivered"


def test_an_offer_that_the_company_refuses_goes_on_at_once_too(
    app: Flask, writer: Writer, shopping: int, company: Sent, clock: Clock
) -> None:
    company.failing = ProviderError("no such number", permanent=True)
    with app.app_context():
        offer_id = db.session.scalars(select(Offer.id)).one()
    promised(app, clock, company, f"offer:{offer_id}", WEI)
    assert state(app, shopping) == "open"


def test_who_has_written_stop_is_sent_nothing(app: Flask, writer: Writer, company: Sent, clock: Clock) -> None:
    writer.write(JOAN, "STOP")
    promised(app, clock, company)
    assert company.texts == [] and "wants no texts" in rows(app)[-1].error


def test_a_refusal_that_tells_of_a_stop_is_remembered(app: Flask, writer: Writer, company: Sent, clock: Clock) -> None:
    company.failing = ProviderError("Twilio says 400, error 21610", permanent=True, reach="stopped")
    promised(app, clock, company)
    with app.app_context():
        assert texts.stopped(JOAN)


@pytest.mark.parametrize("status", ["", "nonsense", "received"])
def test_news_that_tells_of_nothing_is_refused(sent: Writer, status: str) -> None:
    form = {"MessageSid": "SM" + "0" * 32, "MessageStatus": status}
    assert sent.post("/texts/status?key=sms:greeting", **form).status_code == 400


def test_news_of_no_text_of_ours_means_nothing(app: Flask, sent: Writer) -> None:
    tell(sent, "sms:nothing", "failed", "30003")
    assert [row.status for row in rows(app)] == ["sent"]
    with app.app_context():
        assert not deliveries.texted("", Outcome("SM1", "delivered"), app.extensions["helpline"].now())


def test_a_yes_by_text_makes_a_call_to_the_caller(app: Flask, town: Demonstration, telephone: Telephone) -> None:
    """The whole way: a visit is asked for, the clock offers it by text, the volunteer answers, the caller is rung."""
    with app.app_context():
        wei = db.session.scalars(select(Volunteer).order_by(Volunteer.id)).first()
        assert wei is not None
        number = wei.phone
        margaret = db.session.scalars(select(Caller).where(Caller.phone == MARGARET)).one()
        now = app.extensions["helpline"].now()
        task = tasks.open_task(
            kind=wei.kinds[0], summary="shopping", area=wei.areas[0], address="12 Elm Park Road", door_notes="",
            caller_name="Margaret Hill", language="en", day=dt.date(2026, 11, 26), part_of_day="morning", minutes=60, now=now,
        )  # fmt: skip
        request = ServiceRequest(
            reference="12345678",
            dedupe_key="story",
            intent="ask_volunteer",
            caller_id=margaret.id,
            task_id=task.id,
            created_at=now,
        )
        db.session.add(request)
        db.session.commit()
        task_id = task.id
        tasks.offer(task, wei.id, now)
        db.session.commit()
    assert Writer(app).write(number, "yes") == "yes"
    with app.app_context():
        process.run_due_timers(app.extensions["helpline"], "clock:1")
        call = db.session.scalars(select(Delivery).where(Delivery.channel == "call")).one()
        assert (call.to_number, call.purpose["task_id"]) == (MARGARET, task_id)


# -- people of the office


RUTHS = "+447700900700"


@pytest.fixture
def ruth(app: Flask, people: People, clock: Clock) -> int:
    """Ruth was on duty yesterday at this telephone."""
    with app.app_context():
        duty.begin(people.ruth, RUTHS, clock.now() - dt.timedelta(days=1))
        duty.end(people.ruth, clock.now() - dt.timedelta(hours=20))
        db.session.commit()
    return people.ruth


def on_duty(app: Flask, clock: Clock) -> list[tuple[int, str]]:
    with app.app_context():
        return [(one.staff_id, one.number) for one in duty.on_duty(clock.now())]


def test_ruth_goes_on_and_off_duty_by_a_text(app: Flask, writer: Writer, ruth: int, clock: Clock) -> None:
    assert writer.write(RUTHS, "On duty!") == "on_duty" and on_duty(app, clock) == [(ruth, RUTHS)]
    assert writer.write(RUTHS, "on") == "on_duty" and on_duty(app, clock) == [(ruth, RUTHS)]
    assert writer.write(RUTHS, "off duty") == "off_duty" and on_duty(app, clock) == []
    assert [told.split(":")[1].split(".")[0].strip() for told in writer.told(RUTHS)] == [
        "You are on duty", "you are on duty already", "you are off duty"]  # fmt: skip


@pytest.mark.parametrize("body", ["on duty", "off"])
def test_from_another_number_it_is_a_text_like_any_other(
    app: Flask, writer: Writer, ruth: int, clock: Clock, body: str
) -> None:
    for number in (STRANGER, MARGARET, WEI):
        assert writer.write(number, body) not in ("on_duty", "off_duty")
    assert on_duty(app, clock) == []


def test_who_has_left_and_who_may_not_take_calls_go_on_no_duty(app: Flask, writer: Writer, ruth: int, clock: Clock) -> None:
    for change in ({"active": False}, {"active": True, "role": "auditor"}):
        with app.app_context():
            db.session.execute(update(Staff).where(Staff.id == ruth).values(**change))
            db.session.commit()
        assert writer.write(RUTHS, "on duty") != "on_duty" and on_duty(app, clock) == []


def test_the_same_text_twice_counts_once(app: Flask, writer: Writer, ruth: int, clock: Clock) -> None:
    for _ in range(2):
        writer.write(RUTHS, "on duty", sid="SM" + "7" * 32)
    assert len(writer.told(RUTHS)) == 1


def test_what_is_only_like_it_goes_to_a_person(app: Flask, writer: Writer, ruth: int, clock: Clock) -> None:
    assert writer.write(RUTHS, "I may be on duty tomorrow") not in ("on_duty", "off_duty") and on_duty(app, clock) == []
