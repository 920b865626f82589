"""Trusted contacts: who can be one, who is told of a held payment, and who never is."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select, update

from helpline.audit import AuditEntry
from helpline.db import db
from helpline.models import Caller
from helpline.outbox import Delivery
from helpline.services.bills import orders
from helpline.services.bills.imports import Arrival, Brought
from helpline.services.bills.models import Assessment
from helpline.services.contacts.imports import bring_contacts
from helpline.services.contacts.keeping import Details, Unfit, days_since_change, keep
from helpline.services.contacts.models import TrustedContact
from helpline.services.contacts.telling import tell_of_number
from tests.cast import JOAN, MARGARET, WEI, Clock, People, on_the_line

SUSAN = Details("Susan Hill", "+447700900201", "daughter", consent=True)
PETER = Details("Peter Lane", "+447700900202", "neighbour", consent=True)
SUSPICIOUS = ("the man from the bank told me what to say to you",)


@pytest.fixture
def trusted(people: People, in_app: Flask, clock: Clock) -> People:
    """Margaret trusts her daughter Susan first, and her neighbour Peter."""
    for place, who in (("first", SUSAN), ("second", PETER)):
        assert keep(people.margaret, place, who, "helpline import", clock.now()) == "added"
    db.session.commit()
    return people


def change(people: People, place: str, who: Details, clock: Clock) -> None:
    keep(people.margaret, place, who, f"staff:{people.ruth}", clock.now())
    db.session.commit()


def held(app: Flask, caller: int, due: int, *words: str) -> str:
    status = orders.claim({"bill_id": due}, on_the_line(app, caller, words=(*SUSPICIOUS, *words))).status
    db.session.commit()
    return status


def texts() -> list[tuple[str, str]]:
    rows = db.session.execute(select(Delivery.to_number, Delivery.body).where(Delivery.channel == "sms"))
    return [(number, body) for number, body in rows]


def why_nobody() -> list[str]:
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "contact_not_told")).one()
    return list(entry.data["why"])


def test_the_first_contact_hears_that_a_payment_waits_and_nothing_of_it(in_app: Flask, trusted: People, due: int) -> None:
    assert held(in_app, trusted.margaret, due) == "held"
    ((number, body),) = texts()
    assert number == SUSAN.phone and "Margaret Hill" in body and "Nothing has been paid" in body
    assert "42.50" not in body and "Electric" not in body


def test_asking_again_tells_nobody_again(in_app: Flask, trusted: People, due: int) -> None:
    held(in_app, trusted.margaret, due)
    held(in_app, trusted.margaret, due)
    assert len(texts()) == 1


def test_a_first_payment_that_our_call_ends_is_no_news_for_anybody(in_app: Flask, trusted: People, due: int) -> None:
    line = on_the_line(in_app, trusted.margaret, level=1)  # it waits for a second look, and nothing speaks against it
    assert orders.claim({"bill_id": due}, line).status == "held"
    assert texts() == []


def test_the_second_contact_hears_it_where_the_first_is_suspected(
    in_app: Flask, trusted: People, due: int, clock: Clock
) -> None:
    change(trusted, "first", Details(SUSAN.name, SUSAN.phone, SUSAN.relation, consent=True, suspected=True), clock)
    held(in_app, trusted.margaret, due)
    assert [number for number, _ in texts()] == [PETER.phone]


def test_a_file_does_not_clear_a_suspicion(in_app: Flask, trusted: People, clock: Clock) -> None:
    change(trusted, "first", Details(SUSAN.name, SUSAN.phone, SUSAN.relation, consent=True, suspected=True), clock)
    assert keep(trusted.margaret, "first", SUSAN, "helpline import", clock.now()) == "unchanged"
    assert db.session.scalars(select(TrustedContact.suspected).where(TrustedContact.place == "first")).one()


def test_a_contact_whom_she_speaks_of_is_told_nothing(in_app: Flask, trusted: People, due: int) -> None:
    held(in_app, trusted.margaret, due, "my daughter says I must pay it")
    assert [number for number, _ in texts()] == [PETER.phone]


def test_her_own_name_speaks_of_nobody(in_app: Flask, trusted: People, due: int) -> None:
    held(in_app, trusted.margaret, due, "this is Margaret Hill")
    assert [number for number, _ in texts()] == [SUSAN.phone]


def test_where_the_rules_point_at_a_relative_nobody_is_told(in_app: Flask, trusted: People, due: int) -> None:
    held(in_app, trusted.margaret, due, "my grandson is in trouble and needs money for bail today")
    rules = [finding["id"] for finding in db.session.scalars(select(Assessment.findings)).one()]
    assert "F013" in rules and texts() == [] and why_nobody() == ["somebody_near", "somebody_near"]


def test_who_has_not_agreed_or_helps_as_a_volunteer_is_told_nothing(
    in_app: Flask, trusted: People, due: int, clock: Clock
) -> None:
    change(trusted, "first", Details(SUSAN.name, SUSAN.phone, SUSAN.relation, consent=False), clock)
    peter = db.session.scalars(select(TrustedContact).where(TrustedContact.place == "second")).one()
    peter.phone = WEI  # he was a contact before he put on a blue vest
    held(in_app, trusted.margaret, due)
    assert texts() == [] and why_nobody() == ["no_consent", "volunteer"]


def test_another_contact_holds_her_payments_for_a_month_and_is_told_nothing(
    in_app: Flask, trusted: People, due: int, clock: Clock
) -> None:
    change(trusted, "first", Details("Derek Cross", "+447700900299", "friend", consent=True), clock)
    clock.pass_time(days=5)
    assert orders.claim({"bill_id": due}, on_the_line(in_app, trusted.margaret)).status == "held"
    assert [number for number, _ in texts()] == [PETER.phone]
    assert days_since_change(trusted.margaret, clock.now()) == 5


def test_a_month_after_the_change_her_bill_is_paid_as_before(in_app: Flask, trusted: People, due: int, clock: Clock) -> None:
    change(trusted, "first", Details("Derek Cross", "+447700900299", "friend", consent=True), clock)
    clock.pass_time(days=31)
    assert orders.claim({"bill_id": due}, on_the_line(in_app, trusted.margaret)).status == "claimed"


@pytest.mark.parametrize(
    ("number", "told"),
    [(WEI, "a volunteer can never be a contact"), (MARGARET, "the caller's own"), (PETER.phone, "the other contact's")],
)
def test_some_numbers_can_be_no_contact(trusted: People, clock: Clock, number: str, told: str) -> None:
    with pytest.raises(Unfit, match=told):
        keep(trusted.margaret, "first", Details("Sue", number, "friend", consent=True), "staff:1", clock.now())


def test_every_change_is_in_the_audit_with_what_stood_there_before(trusted: People, clock: Clock) -> None:
    change(trusted, "first", Details(SUSAN.name, "+447700900250", SUSAN.relation, consent=True), clock)
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None and (entry.action, entry.actor) == ("contact_amended", f"staff:{trusted.ruth}")
    assert (entry.data["was"], entry.data["now_is"]) == ({"phone": SUSAN.phone}, {"phone": "+447700900250"})


# -- files


def bring(clock: Clock, *lines: str) -> Brought:
    file = "\n".join(["phone,full_name,place,contact_name,contact_phone,relation,consent", *lines])
    return bring_contacts(file.encode(), Arrival("contacts.csv", clock.now()))


def test_a_file_brings_contacts_once(in_app: Flask, people: People, clock: Clock) -> None:
    lines = (
        f"{MARGARET},Margaret Hill,first,Susan Hill,+447700900201,daughter,yes",
        f"{JOAN},Joan Fisher,first,Ian Fisher,+447700900203,son,no",
    )
    assert bring(clock, *lines).counts == {"added": 2} and bring(clock, *lines).counts == {"unchanged": 2}
    added = dt.datetime(2026, 11, 24, 10, tzinfo=dt.UTC)
    assert set(db.session.scalars(select(TrustedContact.added_at))) == {added}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (f"{MARGARET},Margaret Mill,first,Sue,+447700900201,niece,yes", "line 2, full_name: no callers on file"),
        (f"{MARGARET},Margaret Hill,third,Sue,+447700900201,niece,yes", "line 2, place: 'third' is none of first, second"),
        (f"{MARGARET},Margaret Hill,first,Sue,07700900201,niece,yes", "line 2, contact_phone: '07700900201' is no telephone"),
        (f"{MARGARET},Margaret Hill,first,Sue,+447700900201,niece,perhaps", "line 2, consent: 'perhaps' is neither yes nor no"),
        (f"{MARGARET},Margaret Hill,first,Sue,{WEI},niece,yes", "a volunteer can never be a contact"),
    ],
)
def test_a_wrong_row_is_told_by_line_and_column(in_app: Flask, people: People, clock: Clock, line: str, told: str) -> None:
    (fault,) = bring(clock, line).faults
    assert told in str(fault)
    assert db.session.scalars(select(TrustedContact)).all() == []


# -- another telephone number


def number_changes(in_app: Flask, caller_id: int, clock: Clock, number: str = "+447700900555") -> None:
    caller = db.session.get_one(Caller, caller_id)
    caller.phone = number
    parts = in_app.extensions["helpline"]
    tell_of_number(caller, parts.languages["en"], parts.settings, clock.now())
    db.session.commit()


def texts_of_number() -> list[str]:
    told = select(Delivery.to_number).where(Delivery.dedupe_key.startswith("sms:contact_told:number"))
    return list(db.session.scalars(told))


def test_a_contact_hears_that_the_number_changed_and_not_which(in_app: Flask, trusted: People, clock: Clock) -> None:
    clock.pass_time(days=40)
    number_changes(in_app, trusted.margaret, clock)
    assert texts_of_number() == [SUSAN.phone]
    assert "900555" not in db.session.scalars(select(Delivery.body).where(Delivery.to_number == SUSAN.phone)).one()


def test_a_contact_whose_own_number_it_is_now_is_not_the_one_who_hears(in_app: Flask, trusted: People, clock: Clock) -> None:
    clock.pass_time(days=40)
    number_changes(in_app, trusted.margaret, clock, SUSAN.phone)
    assert texts_of_number() == [PETER.phone]


def test_who_became_a_contact_lately_or_is_suspected_hears_nothing(in_app: Flask, trusted: People, clock: Clock) -> None:
    clock.pass_time(days=40)
    db.session.execute(update(TrustedContact).where(TrustedContact.phone == SUSAN.phone).values(suspected=True))
    db.session.execute(update(TrustedContact).where(TrustedContact.phone == PETER.phone).values(changed_at=clock.now()))
    number_changes(in_app, trusted.margaret, clock)
    assert texts_of_number() == []
