"""The volunteers' pages: signing in, and what somebody sees, presses, and may not see."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from helpline.audit import AuditEntry
from helpline.db import db
from helpline.models import Caller, ServiceRequest
from helpline.outbox import Delivery
from helpline.services.visits import door_number
from helpline.throttle import Tries
from tests.cast import GRACE, START, WEI, Clock, People, press, sign_in_volunteer
from volunteers import tasks, web
from volunteers.models import SignInCode, Task, Volunteer
from volunteers.web import MOST_CODES, MOST_TRIES, NO_NUMBER, TOO_LATE, WRONG_CODE


def codes(app: Flask) -> list[tuple[str, str]]:
    """To which number, and which code, oldest first."""
    with app.app_context():
        rows = db.session.execute(
            select(Delivery.to_number, Delivery.body).where(Delivery.dedupe_key.startswith("sms:code")).order_by(Delivery.id)
        )
        return [(number, "".join(sign for sign in body if sign.isdigit())) for number, body in rows]


def stands(app: Flask, task_id: int) -> tuple[str, int | None]:
    with app.app_context():
        task = db.session.get_one(Task, task_id)
        return task.status, task.volunteer_id


# -- signing in


@pytest.mark.parametrize("written", ["+44 7700 900101", "0044 7700 900101", "07700 900101", "07700-900-101"])
def test_wei_signs_in_by_code_however_the_number_is_written(
    client: FlaskClient, app: Flask, people: People, written: str
) -> None:
    assert press(client, "/volunteers/sign-in", phone=written).location == "/volunteers/code"
    ((number, code),) = codes(app)
    assert number == WEI and len(code) == 6
    assert press(client, "/volunteers/code", code=f"{code[:3]} {code[3:]}").location == "/volunteers/"
    assert "Hello Wei Chen" in client.get("/volunteers/").text


def test_a_number_without_country_that_two_have_gets_no_code(
    client: FlaskClient, app: Flask, people: People, clock: Clock
) -> None:
    with app.app_context():
        abroad = Volunteer(name="Léa", phone="+337700900101", languages=[], areas=[], kinds=[], created_at=clock.now())
        db.session.add(abroad)
        db.session.commit()
    press(client, "/volunteers/sign-in", phone="07700 900101")
    assert codes(app) == []


def test_a_stranger_gets_the_same_page_and_no_text(client: FlaskClient, app: Flask, people: People) -> None:
    stranger = press(client, "/volunteers/sign-in", phone="+447700900999")
    wei = press(app.test_client(), "/volunteers/sign-in", phone=WEI)
    assert (stranger.status_code, stranger.location) == (wei.status_code, wei.location)
    assert [number for number, _ in codes(app)] == [WEI]


def test_what_is_no_number_is_said_and_kept(client: FlaskClient, app: Flask, people: People) -> None:
    answer = press(client, "/volunteers/sign-in", phone="Wei")
    assert answer.status_code == 422 and NO_NUMBER in answer.text and 'value="Wei"' in answer.text


def test_a_code_is_good_once(client: FlaskClient, app: Flask, people: People) -> None:
    press(client, "/volunteers/sign-in", phone=WEI)
    code = codes(app)[0][1]
    press(client, "/volunteers/code", code=code)
    thief = app.test_client()
    with thief.session_transaction() as session:
        session["sign_in_phone"] = WEI
    assert WRONG_CODE in press(thief, "/volunteers/code", code=code).text


def test_a_code_is_good_for_ten_minutes(client: FlaskClient, app: Flask, people: People, clock: Clock) -> None:
    press(client, "/volunteers/sign-in", phone=WEI)
    clock.pass_time(minutes=10)
    assert press(client, "/volunteers/code", code=codes(app)[0][1]).status_code == 422


def test_after_five_wrong_tries_the_right_code_is_dead(client: FlaskClient, app: Flask, people: People) -> None:
    press(client, "/volunteers/sign-in", phone=WEI)
    code = codes(app)[0][1]
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for _ in range(MOST_TRIES):
        assert press(client, "/volunteers/code", code=wrong).status_code == 422
    assert press(client, "/volunteers/code", code=code).status_code == 422


def test_weis_code_does_not_let_grace_in(client: FlaskClient, app: Flask, people: People) -> None:
    press(client, "/volunteers/sign-in", phone=GRACE)
    press(app.test_client(), "/volunteers/sign-in", phone=WEI)
    assert press(client, "/volunteers/code", code=dict(codes(app))[WEI]).status_code == 422


def test_nobodys_telephone_is_flooded(client: FlaskClient, app: Flask, people: People, clock: Clock) -> None:
    for _ in range(MOST_CODES + 2):
        press(client, "/volunteers/sign-in", phone=WEI)
    assert len(codes(app)) == MOST_CODES
    clock.pass_time(minutes=10)
    press(client, "/volunteers/sign-in", phone=WEI)
    assert len(codes(app)) == MOST_CODES + 1


def test_one_address_cannot_go_through_numbers_and_codes(
    client: FlaskClient, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "MOST_PER_ADDRESS", 3)
    answers = [press(client, "/volunteers/sign-in", phone=f"+4477009002{n:02d}").status_code for n in range(4)]
    assert answers == [302, 302, 302, 429]


def test_addresses_are_forgotten_after_a_day(client: FlaskClient, app: Flask, people: People, clock: Clock) -> None:
    press(client, "/volunteers/sign-in", phone=WEI)
    clock.pass_time(days=2)
    press(app.test_client(), "/volunteers/sign-in", phone=GRACE)
    with app.app_context():
        assert all(since == clock.now() for since in db.session.scalars(select(Tries.since)))


def test_the_code_stands_in_no_row_of_its_own(client: FlaskClient, app: Flask, people: People) -> None:
    press(client, "/volunteers/sign-in", phone=WEI)
    with app.app_context():
        kept = db.session.scalars(select(SignInCode.code_hash)).one()
    assert codes(app)[0][1] not in kept


def test_opening_the_link_signs_nobody_in_pressing_does(client: FlaskClient, app: Flask, people: People) -> None:
    with app.app_context():
        link = web.sign_in_link(db.session.get_one(Volunteer, people.wei))
    assert "Sign in as Wei Chen" in client.get(link).text
    assert client.get("/volunteers/").location == "/volunteers/sign-in"
    assert press(client, link).location == "/volunteers/"


@pytest.mark.parametrize("spoil", [lambda link: link[:-1], lambda link: link.replace("sign-in/M", "sign-in/N")])
def test_a_link_that_was_changed_is_no_link(client: FlaskClient, app: Flask, people: People, spoil: Any) -> None:
    with app.app_context():
        link = web.sign_in_link(db.session.get_one(Volunteer, people.wei))
    assert client.get(spoil(link)).status_code == 404
    assert press(client, spoil(link)).status_code == 404


def test_signed_out_is_signed_out(client: FlaskClient, people: People) -> None:
    sign_in_volunteer(client, people.wei)
    press(client, "/volunteers/sign-out")
    assert client.get("/volunteers/").location == "/volunteers/sign-in"


def test_who_signs_in_again_comes_back_to_the_task(client: FlaskClient, app: Flask, people: People, offered: int) -> None:
    client.get(f"/volunteers/tasks/{offered}")
    assert sign_in_volunteer(client, people.wei).location == f"/volunteers/tasks/{offered}"


def test_a_form_without_its_token_changes_nothing(client: FlaskClient, app: Flask, people: People, offered: int) -> None:
    sign_in_volunteer(client, people.wei)
    assert client.post(f"/volunteers/tasks/{offered}/accept").status_code == 400
    assert stands(app, offered) == ("offered", None)


# -- tasks


def test_an_offer_shows_neither_name_nor_address(client: FlaskClient, people: People, offered: int) -> None:
    sign_in_volunteer(client, people.wei)
    page = client.get("/volunteers/").text
    assert "Shopping in Elm Park" in page and "Hill" not in page and "12 Elm Park Road" not in page


def test_who_accepts_sees_where_to_go(client: FlaskClient, app: Flask, people: People, offered: int) -> None:
    sign_in_volunteer(client, people.wei)
    assert press(client, f"/volunteers/tasks/{offered}/accept").location == f"/volunteers/tasks/{offered}"
    page = client.get(f"/volunteers/tasks/{offered}").text
    assert "Margaret Hill" in page and "12 Elm Park Road" in page and "Ring twice" in page


def test_who_accepts_has_a_number_to_say_at_the_door_and_the_word_to_hear(
    client: FlaskClient, app: Flask, people: People, offered: int
) -> None:
    with app.app_context():
        db.session.get_one(Caller, people.margaret).visit_word = "lantern"
        request = ServiceRequest(reference="11112222", dedupe_key="visit", intent="ask_volunteer", caller_id=people.margaret,
                                 task_id=offered, created_at=START)  # fmt: skip
        db.session.add(request)
        db.session.commit()
    sign_in_volunteer(client, people.wei)
    assert "lantern" not in client.get("/volunteers/").text
    press(client, f"/volunteers/tasks/{offered}/accept")
    page = client.get(f"/volunteers/tasks/{offered}").text
    with app.app_context():
        number = door_number(db.session.get_one(Task, offered), "s" * 32)
    assert f"<strong>{number}</strong>" in page and "<strong>lantern</strong>" in page


def test_pressing_accept_twice_is_thanked_twice_and_done_once(
    client: FlaskClient, app: Flask, people: People, offered: int
) -> None:
    sign_in_volunteer(client, people.wei)
    first, second = (press(client, f"/volunteers/tasks/{offered}/accept") for _ in range(2))
    assert first.location == second.location == f"/volunteers/tasks/{offered}"
    assert stands(app, offered) == ("accepted", people.wei)


def test_who_is_second_is_told_kindly(client: FlaskClient, app: Flask, people: People, offered: int) -> None:
    wei, grace = client, app.test_client()
    sign_in_volunteer(wei, people.wei)
    sign_in_volunteer(grace, people.grace)
    press(wei, f"/volunteers/tasks/{offered}/accept")
    assert press(grace, f"/volunteers/tasks/{offered}/accept").location == "/volunteers/"
    assert TOO_LATE in grace.get("/volunteers/").text
    assert stands(app, offered) == ("accepted", people.wei)


def test_an_offer_whose_time_is_over_is_gone_from_the_list(
    client: FlaskClient, app: Flask, people: People, offered: int, clock: Clock
) -> None:
    sign_in_volunteer(client, people.wei)
    clock.pass_time(hours=2)
    assert "There is nothing new for you now." in client.get("/volunteers/").text
    press(client, f"/volunteers/tasks/{offered}/accept")
    assert stands(app, offered) == ("offered", None)


def test_who_was_not_asked_learns_not_even_that_it_exists(
    client: FlaskClient, app: Flask, people: People, shopping: int
) -> None:
    sign_in_volunteer(client, people.grace)
    for path in ("", "/done", "/hand-back"):
        there, nowhere = (client.get(f"/volunteers/tasks/{number}{path}") for number in (shopping, 999))
        assert there.status_code == nowhere.status_code == 404
    for path in ("/accept", "/decline", "/done", "/hand-back"):
        assert press(client, f"/volunteers/tasks/{shopping}{path}").status_code == 404
    assert stands(app, shopping) == ("open", None)


def test_who_was_asked_sees_no_address_of_what_another_has(
    client: FlaskClient, app: Flask, people: People, offered: int, clock: Clock
) -> None:
    with app.app_context():
        tasks.accept(offered, people.wei, clock.now())
        db.session.commit()
    sign_in_volunteer(client, people.grace)
    assert client.get(f"/volunteers/tasks/{offered}").status_code == 404
    press(client, f"/volunteers/tasks/{offered}/done")
    press(client, f"/volunteers/tasks/{offered}/hand-back")
    assert stands(app, offered) == ("accepted", people.wei)


def refusals(app: Flask) -> list[tuple[str, str]]:
    with app.app_context():
        rows = db.session.execute(
            select(AuditEntry.actor, AuditEntry.subject).where(AuditEntry.action == "task_refused").order_by(AuditEntry.id)
        )
        return [(actor, subject) for actor, subject in rows]


def test_grace_who_tries_to_read_of_weis_caller_is_refused_and_in_the_audit(
    client: FlaskClient, app: Flask, people: People, offered: int, clock: Clock
) -> None:
    with app.app_context():
        tasks.accept(offered, people.wei, clock.now())
        db.session.commit()
    sign_in_volunteer(client, people.grace)
    for path in ("", "/done", "/hand-back"):
        answer = client.get(f"/volunteers/tasks/{offered}{path}")
        assert answer.status_code == 404 and "Elm Park" not in answer.text and "Margaret" not in answer.text
    assert refusals(app) == [(f"volunteer:{people.grace}", f"task:{offered}")] * 3


def test_somebody_who_was_never_asked_is_in_the_audit_too(
    client: FlaskClient, app: Flask, people: People, shopping: int
) -> None:
    sign_in_volunteer(client, people.grace)
    client.get(f"/volunteers/tasks/{shopping}")
    client.get("/volunteers/tasks/999")
    assert refusals(app) == [(f"volunteer:{people.grace}", f"task:{shopping}")]


def test_weis_own_old_page_is_no_attempt(client: FlaskClient, app: Flask, people: People, offered: int) -> None:
    sign_in_volunteer(client, people.wei)
    press(client, f"/volunteers/tasks/{offered}/accept")
    assert client.get(f"/volunteers/tasks/{offered}").status_code == 200
    press(client, f"/volunteers/tasks/{offered}/done")
    assert client.get(f"/volunteers/tasks/{offered}").status_code == 404
    assert refusals(app) == []


def test_after_done_the_address_is_gone(client: FlaskClient, app: Flask, people: People, offered: int) -> None:
    sign_in_volunteer(client, people.wei)
    press(client, f"/volunteers/tasks/{offered}/accept")
    press(client, f"/volunteers/tasks/{offered}/done")
    assert stands(app, offered) == ("done", people.wei)
    assert client.get(f"/volunteers/tasks/{offered}").status_code == 404
    assert "12 Elm Park Road" not in client.get("/volunteers/").text


def test_who_forgets_to_press_done_keeps_no_address(
    client: FlaskClient, app: Flask, people: People, offered: int, clock: Clock
) -> None:
    sign_in_volunteer(client, people.wei)
    press(client, f"/volunteers/tasks/{offered}/accept")
    with app.app_context():
        day = db.session.get_one(Task, offered).day
    clock.pass_time(days=(day - clock.now().date()).days + 1)
    assert "12 Elm Park Road" in client.get(f"/volunteers/tasks/{offered}").text, "who came home late may still look"
    clock.pass_time(days=1)
    for page in ("/volunteers/", *(f"/volunteers/tasks/{offered}{step}" for step in ("", "/done", "/hand-back"))):
        answer = client.get(page)
        assert answer.status_code == 200 and "Margaret" not in answer.text and "12 Elm Park Road" not in answer.text
    press(client, f"/volunteers/tasks/{offered}/done")
    assert stands(app, offered) == ("done", people.wei)


def test_done_pressed_twice_says_so(client: FlaskClient, people: People, offered: int) -> None:
    sign_in_volunteer(client, people.wei)
    press(client, f"/volunteers/tasks/{offered}/accept")
    press(client, f"/volunteers/tasks/{offered}/done")
    press(client, f"/volunteers/tasks/{offered}/done")
    assert "finished or given back already" in client.get("/volunteers/").text


def test_i_cant_on_an_old_page_does_not_pretend_to_free_from_a_promise(
    client: FlaskClient, app: Flask, people: People, offered: int
) -> None:
    sign_in_volunteer(client, people.wei)
    press(client, f"/volunteers/tasks/{offered}/accept")
    answer = press(client, f"/volunteers/tasks/{offered}/decline")
    assert answer.location == f"/volunteers/tasks/{offered}/hand-back"
    assert stands(app, offered) == ("accepted", people.wei)


def test_handing_back_puts_the_task_up_again(client: FlaskClient, app: Flask, people: People, offered: int) -> None:
    sign_in_volunteer(client, people.wei)
    press(client, f"/volunteers/tasks/{offered}/accept")
    assert "Give this task back?" in client.get(f"/volunteers/tasks/{offered}/hand-back").text
    press(client, f"/volunteers/tasks/{offered}/hand-back")
    assert stands(app, offered) == ("open", None)


def test_a_stranger_is_sent_to_sign_in_whatever_the_number_of_the_task(
    client: FlaskClient, people: People, offered: int
) -> None:
    for number in (offered, 999):
        assert client.get(f"/volunteers/tasks/{number}").location == "/volunteers/sign-in"
        assert press(client, f"/volunteers/tasks/{number}/accept").location == "/volunteers/sign-in"
