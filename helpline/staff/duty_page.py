"""The page on which somebody of the office goes on and off duty, and sees who else is."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for

from helpline.db import db
from helpline.staff import duty
from helpline.staff.duty import ROLES_ON_DUTY, phone_number
from helpline.staff.hours import office_hours
from helpline.staff.session import signed_in

blueprint = Blueprint("duty", __name__, url_prefix="/office/duty", template_folder="templates")
NO_NUMBER = "Write your telephone number with its country code, such as +44 20 7183 8700."
OUR_OWN = "This is the helpline's own number: it would ring itself. Write the number of your telephone."


@blueprint.get("")
@signed_in()
def page() -> str:
    return _page(duty.last_number(g.staff.id))


@blueprint.post("")
@signed_in(*ROLES_ON_DUTY)
def begin() -> Any:
    """Go on duty at the telephone whose number was written."""
    written = request.form.get("number", "")[:40]
    try:
        number = phone_number(written)
    except ValueError:
        return _page(written, NO_NUMBER), 422
    if number == current_app.extensions["helpline"].settings.telephony.number:
        return _page(written, OUR_OWN), 422
    began = duty.begin(g.staff.id, number, _now())
    db.session.commit()
    flash("You are on duty. Calls for a person ring at your telephone." if began else "You were on duty already.")
    return redirect(url_for(".page"))


@blueprint.post("/end")
@signed_in(*ROLES_ON_DUTY)
def end() -> Any:
    ended = duty.end(g.staff.id, _now())
    db.session.commit()
    flash("You are off duty. Thank you." if ended else "You were not on duty.")
    return redirect(url_for(".page"))


def _page(number: str, problem: str = "") -> str:
    everybody, hours = duty.on_duty(_now()), office_hours(current_app.extensions["helpline"].settings)
    return render_template(
        "staff/duty.html",
        everybody=everybody,
        mine=next((one for one in everybody if one.staff_id == g.staff.id), None),
        may=g.staff.role in ROLES_ON_DUTY,
        number=number,
        problem=problem,
        today=hours.on(_now().astimezone(hours.zone).date()),
    )


def _now() -> dt.datetime:
    now: dt.datetime = current_app.extensions["helpline"].now()
    return now
