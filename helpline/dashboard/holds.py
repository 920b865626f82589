"""The pages of held payments: the list, one of them, and each step with a reason and a second look before it is taken."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, url_for

from helpline.dashboard import fairness, held
from helpline.dashboard.words import HOLD_CAME, HOLD_STEPS, JUDGED, LONGEST_NOTE, TOO_LONG, VERDICTS
from helpline.db import db
from helpline.pages import row_number
from helpline.services.holds.deciding import DONE, STEPS, Decider, decide, judge
from helpline.staff.session import signed_in

blueprint = Blueprint("holds", __name__, url_prefix="/office/holds", template_folder="templates")
NO_REASON = "Write why. The reason is kept with your name."
NO_STEP = "Choose what shall happen."
NO_VERDICT = "Choose what it was."


@blueprint.get("/")
@signed_in()
def hold_list() -> str:
    now = _now()
    return render_template(
        "dashboard/holds.html",
        waiting=held.waiting_holds(now),
        waiting_in_all=held.waiting_in_all(),
        decided=held.decided_holds(now),
        planned=held.planned_payments(),
    )


@blueprint.get("/<int:hold_id>")
@signed_in()
def hold_page(hold_id: int) -> str:
    return _page(hold_id)


@blueprint.post("/<int:hold_id>")
@signed_in(*held.MAY_DECIDE)
def take_step(hold_id: int) -> Any:
    """Checked, then shown once more, then taken: three posts of one form never take a step twice."""
    step, note = request.form.get("step", ""), request.form.get("note", "").strip()
    if step not in STEPS or not note or len(note) > LONGEST_NOTE:
        field, problem = ("step", NO_STEP) if step not in STEPS else ("note", TOO_LONG if note else NO_REASON)
        return _page(hold_id, step, note, field, problem), 422
    if request.form.get("sure") != "yes":
        return _page(hold_id, step, note, template="dashboard/hold_sure.html")
    by = Decider(g.staff.id, g.staff.role, request.form.get("version", -1, type=row_number), note)
    try:
        came = decide(hold_id, step, by, _now(), current_app.extensions["helpline"].settings)
    except KeyError:
        abort(404)
    db.session.commit()
    flash(HOLD_CAME[came], "message" if came in DONE else "error")
    return redirect(url_for(".hold_page", hold_id=hold_id))


@blueprint.post("/<int:hold_id>/verdict")
@signed_in(*held.MAY_DECIDE)
def take_verdict(hold_id: int) -> Any:
    """Whether it was a false alarm: nothing is paid or stopped by it, so it needs no second look."""
    verdict, note = request.form.get("verdict", ""), request.form.get("note", "").strip()
    if verdict not in VERDICTS or len(note) > LONGEST_NOTE:
        field, problem = ("verdict", NO_VERDICT) if verdict not in VERDICTS else ("verdict-note", TOO_LONG)
        return _page(hold_id, verdict, note, field, problem), 422
    by = Decider(g.staff.id, g.staff.role, request.form.get("version", -1, type=row_number), note)
    try:
        came = judge(hold_id, verdict, by, _now())
    except KeyError:
        abort(404)
    db.session.commit()
    flash(JUDGED[came], "message" if came == "judged" else "error")
    return redirect(url_for(".hold_page", hold_id=hold_id))


@blueprint.get("/measured")
@signed_in()
def measured() -> str:
    return render_template("dashboard/measured.html", seen=fairness.measured(_now()), days=fairness.DAYS)


def _page(
    hold_id: int, step: str = "", note: str = "", field: str = "", problem: str = "", template: str = "dashboard/hold.html"
) -> str:
    seen = held.hold_page(hold_id, g.staff, _now())
    if seen is None:
        abort(404)
    shown = {"step": step, "note": note, "field": field, "problem": problem}
    version = request.form.get("version", seen.version, type=int)
    return render_template(template, seen=seen, words=HOLD_STEPS, came=HOLD_CAME, verdicts=VERDICTS, version=version, **shown)


def _now() -> dt.datetime:
    now: dt.datetime = current_app.extensions["helpline"].now()
    return now
