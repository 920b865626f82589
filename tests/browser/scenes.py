"""Every page of the site in every state that it has, and how a person gets there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import update

from helpline import audit, events
from helpline.db import db
from helpline.identity import callbacks, vouching
from helpline.models import Caller
from helpline.outbox import Delivery
from helpline.services import people as for_people
from helpline.services import protection, safety
from helpline.services.bills import orders as bills
from helpline.services.visits import open_visit
from helpline.staff.models import Staff
from tests.cast import ARTHUR, GRACE, JOAN, PASSWORD, Clock, People, on_the_line
from tests.services.accounts import account_with, bill
from volunteers import tasks
from volunteers.models import Task, Volunteer
from volunteers.web import sign_in_link


@dataclass(frozen=True)
class Stage:
    """Where a scene is played: a window, the application behind it, its people and its clock."""

    page: Page
    app: Flask
    people: People
    clock: Clock

    def play(self, scene: Callable[[Stage], None]) -> None:
        """Go there, and wait until the page stands as it will be seen."""
        scene(self)
        self.page.wait_for_load_state("load")

    def sign_in_office(self, password: str = PASSWORD) -> None:
        self.page.goto("/office/")
        self.page.get_by_label("Your sign-in name").fill("ruth")
        self.page.get_by_label("Your password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()

    def link(self) -> str:
        """Wei's own."""
        with self.app.app_context():
            return sign_in_link(db.session.get_one(Volunteer, self.people.wei))

    def sign_in_wei(self) -> None:
        self.page.goto(self.link())
        self.page.get_by_role("button", name="Sign in as Wei Chen").click()

    def offer_shopping(self) -> int:
        """Margaret asks for shopping, and Wei is asked; the task's id."""
        with self.app.app_context():
            line = on_the_line(self.app, self.people.margaret)
            open_visit({"help_kind": "shopping", "date": "2026-11-26", "part_of_day": "morning"}, line)
            task = db.session.query(Task).order_by(Task.id.desc()).limit(1).one()
            tasks.offer(task, self.people.wei, self.clock.now())
            db.session.commit()
            return task.id

    def accepted_shopping(self) -> int:
        task_id = self.offer_shopping()
        with self.app.app_context():
            tasks.accept(task_id, self.people.wei, self.clock.now())
            db.session.commit()
        return task_id

    def fill_the_office(self) -> None:
        """Something in every list of the coordinators' page. The message for a person is request 3."""
        with self.app.app_context():
            self._requests()
            self._what_went_wrong()
            for back, intent in enumerate(("pay_bill", "book_appointment", "pay_bill", "report_scam", "ask_volunteer")):
                at = self.clock.now() - dt.timedelta(days=back)
                events.record("service_instance", f"request:{back}", at, intent=intent, status="done")
            db.session.commit()
            ended = on_the_line(self.app, self.people.joan, JOAN)
            self.app.extensions["helpline"].conversation.hung_up(ended.call_id)

    def _requests(self) -> None:
        app, people = self.app, self.people
        safety.emergency({"words": "I have fallen and cannot get up"}, on_the_line(app, people.joan, JOAN))
        safety.report({"words": "he wants me to buy gift cards", "findings": []}, on_the_line(app, None, ""))
        line = on_the_line(app, people.margaret, recording=b"\xff\x00" * 8000)
        for_people.leave_message({"about": "leave_message", "words": "please ring my daughter about Friday"}, line)
        due = bill(account_with(people.margaret, "City Electric", "electricity"), "42.50", self.clock.now().date())
        bills.claim({"bill_id": due.id}, on_the_line(app, people.margaret))

    def _what_went_wrong(self) -> None:
        line = on_the_line(self.app, self.people.arthur, ARTHUR)
        open_visit({"help_kind": "garden", "date": "2026-11-26", "part_of_day": "afternoon"}, line)
        tasks.escalate(1, "all 2 have been asked", self.clock.now())
        failed = {"status": "failed", "error": "there is no such number", "done_at": self.clock.now()}
        db.session.add(Delivery(channel="sms", to_number=GRACE, dedupe_key="sms:offer:99", due_at=self.clock.now(), **failed))


# -- the pages


def home(stage: Stage) -> None:
    stage.page.goto("/")


def nothing_here(stage: Stage) -> None:
    stage.page.goto("/nothing/here")


def office_sign_in(stage: Stage) -> None:
    stage.page.goto("/office/sign-in")


def office_wrong_password(stage: Stage) -> None:
    stage.sign_in_office("not this one either")


def office_empty(stage: Stage) -> None:
    stage.sign_in_office()


def office_busy(stage: Stage) -> None:
    stage.fill_the_office()
    stage.sign_in_office()


def office_request(stage: Stage) -> None:
    office_busy(stage)
    stage.page.goto("/office/requests/3")


def office_request_without_note(stage: Stage) -> None:
    office_request(stage)
    stage.page.get_by_label("What came of it").fill(" ")
    stage.page.get_by_role("button", name="I have rung back").click()


def office_request_closed(stage: Stage) -> None:
    office_request(stage)
    stage.page.get_by_label("What came of it").fill("Spoke to Susan.")
    stage.page.get_by_role("button", name="I have rung back").click()
    stage.page.goto("/office/requests/3")


def office_holds(stage: Stage) -> None:
    office_busy(stage)
    stage.page.goto("/office/holds/")


def office_holds_measured(stage: Stage) -> None:
    office_busy(stage)
    stage.page.goto("/office/holds/measured")


def office_hold(stage: Stage) -> None:
    office_busy(stage)
    stage.page.goto("/office/holds/1")


def office_hold_without_reason(stage: Stage) -> None:
    office_hold(stage)
    stage.page.get_by_label("Do not pay it").check()
    stage.page.get_by_label("Why", exact=True).fill(" ")
    stage.page.get_by_role("button", name="Go on").click()


def office_hold_without_step(stage: Stage) -> None:
    office_hold(stage)
    stage.page.get_by_label("Why", exact=True).fill("Spoke with her.")
    stage.page.get_by_role("button", name="Go on").click()


def office_hold_second_look(stage: Stage) -> None:
    office_hold(stage)
    stage.page.get_by_label("Ask a supervisor").check()
    stage.page.get_by_label("Why", exact=True).fill("Spoke with her, she knows them.")
    stage.page.get_by_role("button", name="Go on").click()


def office_hold_asked(stage: Stage) -> None:
    office_hold_second_look(stage)
    stage.page.get_by_role("button", name="Yes").click()


def office_audit(stage: Stage) -> None:
    """Ruth is an auditor today."""
    stage.fill_the_office()
    with stage.app.app_context():
        db.session.execute(update(Staff).values(role="auditor"))
        audit.seal(stage.clock.now())
        db.session.commit()
    stage.sign_in_office()
    stage.page.goto("/office/audit/")


def office_guards(stage: Stage) -> None:
    with stage.app.app_context():
        for switch in (protection.freeze, protection.protect):
            switch({}, on_the_line(stage.app, stage.people.margaret))
        db.session.commit()
    stage.sign_in_office()
    stage.page.goto("/office/protection/")


def office_identities(stage: Stage) -> None:
    stage.sign_in_office()
    stage.page.goto("/office/identity/")


def office_identity(stage: Stage) -> None:
    """Wei is with Margaret today, she has answered our call, and somebody has vouched for her."""
    task_id, now = stage.accepted_shopping(), stage.clock.now()
    with stage.app.app_context():
        db.session.get_one(Task, task_id).day = now.date()
        caller, line = db.session.get_one(Caller, stage.people.margaret), on_the_line(stage.app, stage.people.margaret)
        callbacks.promise(caller, "vouch", None, "staff:1", now)
        callbacks.answered(1, caller.id, line.call_id, True, now)
        vouching.vouch_on_the_call(caller.id, stage.people.ruth, "I know her voice.", now)
        db.session.commit()
    office_identities(stage)
    stage.page.get_by_role("link", name="Margaret Hill").click()


def office_identity_without_note(stage: Stage) -> None:
    office_identity(stage)
    stage.page.get_by_label("How you know that it is they").first.fill(" ")
    stage.page.get_by_role("button", name="Vouch for Margaret").click()


def office_guard_without_proof(stage: Stage) -> None:
    office_guards(stage)
    stage.page.get_by_role("link", name="Allow payments again").click()
    stage.page.get_by_label("How you made sure").fill(" ")
    stage.page.get_by_role("button", name="Allow payments again").click()


def duty_off(stage: Stage) -> None:
    stage.sign_in_office()
    stage.page.goto("/office/duty")


def duty_without_number(stage: Stage) -> None:
    duty_off(stage)
    stage.page.get_by_label("The telephone at which you take calls").fill("020 7183 8701")
    stage.page.get_by_role("button", name="Go on duty").click()


def duty_on(stage: Stage) -> None:
    duty_off(stage)
    stage.page.get_by_label("The telephone at which you take calls").fill("+44 20 7183 8701")
    stage.page.get_by_role("button", name="Go on duty").click()


def desk_off_duty(stage: Stage) -> None:
    stage.sign_in_office()
    stage.page.goto("/office/desk")


def desk(stage: Stage) -> None:
    duty_on(stage)
    stage.page.get_by_role("link", name="Take calls on a page").click()


def phone_nobody(stage: Stage) -> None:
    stage.sign_in_office()
    stage.page.goto("/office/phone/")


def phone_start(stage: Stage) -> None:
    phone_nobody(stage)
    stage.page.get_by_role("button", name="Bring the people for training").click()


def phone_not_rung(stage: Stage) -> None:
    phone_start(stage)
    stage.page.get_by_role("button", name="Ring and talk").click()


def phone_typed(stage: Stage) -> None:
    phone_start(stage)
    stage.page.get_by_role("button", name="Ring and type").click()
    stage.page.get_by_label("What you say").fill("yes")
    stage.page.get_by_role("button", name="Say it").click()


def phone_nothing_typed(stage: Stage) -> None:
    phone_typed(stage)
    stage.page.get_by_role("button", name="Press it as keys").click()


def phone_over(stage: Stage) -> None:
    """She asked for a person, and is in the middle of nothing."""
    phone_typed(stage)
    stage.page.get_by_label("What you say").fill("0")
    stage.page.get_by_role("button", name="Press it as keys").click()
    stage.page.get_by_role("button", name="Hang up").click()


def volunteer_sign_in(stage: Stage) -> None:
    stage.page.goto("/volunteers/sign-in")


def volunteer_wrong_number(stage: Stage) -> None:
    volunteer_sign_in(stage)
    stage.page.get_by_label("Your mobile number").fill("Wei")
    stage.page.get_by_role("button", name="Send me a code").click()


def volunteer_code(stage: Stage) -> None:
    volunteer_sign_in(stage)
    stage.page.get_by_label("Your mobile number").fill("07700 900101")
    stage.page.get_by_role("button", name="Send me a code").click()


def volunteer_wrong_code(stage: Stage) -> None:
    volunteer_code(stage)
    stage.page.get_by_label("The six digits").fill("12345")
    stage.page.get_by_role("button", name="Sign in").click()


def volunteer_link(stage: Stage) -> None:
    stage.page.goto(stage.link())


def volunteer_list_empty(stage: Stage) -> None:
    stage.sign_in_wei()


def volunteer_list(stage: Stage) -> None:
    """One offer, one accepted, one done."""
    stage.offer_shopping()
    stage.accepted_shopping()
    done = stage.accepted_shopping()
    with stage.app.app_context():
        tasks.done(done, stage.people.wei, stage.clock.now())
        db.session.commit()
    stage.sign_in_wei()


def volunteer_too_late(stage: Stage) -> None:
    """Wei presses accept on a page that is older than the offer."""
    stage.offer_shopping()
    stage.sign_in_wei()
    stage.clock.pass_time(hours=3)
    stage.page.get_by_role("button", name="Accept").click()


def volunteer_task(stage: Stage) -> None:
    task_id = stage.accepted_shopping()
    stage.sign_in_wei()
    stage.page.goto(f"/volunteers/tasks/{task_id}")


def volunteer_done(stage: Stage) -> None:
    volunteer_task(stage)
    stage.page.get_by_role("link", name="It is done").click()


def volunteer_hand_back(stage: Stage) -> None:
    volunteer_task(stage)
    stage.page.get_by_role("link", name="I can't go after all").click()


SCENES: tuple[Callable[[Stage], None], ...] = (
    home,
    nothing_here,
    office_sign_in,
    office_wrong_password,
    office_empty,
    office_busy,
    office_request,
    office_request_without_note,
    office_request_closed,
    office_holds,
    office_holds_measured,
    office_hold,
    office_hold_without_reason,
    office_hold_without_step,
    office_hold_second_look,
    office_hold_asked,
    office_audit,
    office_guards,
    office_guard_without_proof,
    office_identities,
    office_identity,
    office_identity_without_note,
    duty_off,
    duty_without_number,
    duty_on,
    desk_off_duty,
    desk,
    phone_nobody,
    phone_start,
    phone_not_rung,
    phone_typed,
    phone_nothing_typed,
    phone_over,
    volunteer_sign_in,
    volunteer_wrong_number,
    volunteer_code,
    volunteer_wrong_code,
    volunteer_link,
    volunteer_list_empty,
    volunteer_list,
    volunteer_too_late,
    volunteer_task,
    volunteer_done,
    volunteer_hand_back,
)
