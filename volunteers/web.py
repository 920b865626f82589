"""The volunteers' pages: sign in, see offers, accept, done. A form, one call, a redirect; no JavaScript needed."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from typing import Any, NoReturn

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, session, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import select, update

from helpline import audit, outbox, throttle
from helpline.db import changed, db
from helpline.services import visits
from volunteers import tasks
from volunteers.models import Offer, SignInCode, Task, Volunteer

blueprint = Blueprint("volunteers", __name__, url_prefix="/volunteers", template_folder="templates")
LINK_LIFE = 7 * 24 * 3600  # seconds
CODE_LIFE = dt.timedelta(minutes=10)
MOST_TRIES = 5
MOST_CODES = 3  # in CODE_LIFE: nobody's telephone is flooded
MOST_PER_ADDRESS = 30  # in CODE_LIFE: codes asked for and codes tried
FEWEST_DIGITS = 8  # of a number written without its country: fewer would fit too many people
KEPT = dt.timedelta(days=1)  # after the day of a visit: who forgets to press "done" keeps nobody's address for good
TOO_LATE = "This one is no longer to be had: it was taken, or the time to answer was over. Thank you all the same."
NO_NUMBER = "Write your mobile number, for example +44 7700 900101."
WRONG_CODE = "That code is not right, or it is too old. You can ask for a new one."


# -- signing in


def sign_in_link(volunteer: Volunteer) -> str:
    """The path of a page with a sign-in button, good for seven days. Send it to the volunteer only."""
    return f"{blueprint.url_prefix}/sign-in/{_links().dumps(volunteer.id)}"


@blueprint.get("/sign-in")
def sign_in() -> str:
    return render_template("volunteers/sign_in.html", phone="", problem="")


@blueprint.post("/sign-in")
def send_code() -> Any:
    """Send a code, or seem to: who is a volunteer is nobody's business."""
    written = request.form.get("phone", "")[:40]
    phone = "".join(sign for sign in written if sign in "+0123456789")
    if len(phone) < FEWEST_DIGITS:
        return render_template("volunteers/sign_in.html", phone=written, problem=NO_NUMBER), 422
    _count_address()
    session["sign_in_phone"] = phone
    volunteer = _by_phone(phone)
    if volunteer:
        _promise_code(volunteer)
    db.session.commit()
    return redirect(url_for(".enter_code"))


@blueprint.get("/code")
def enter_code() -> Any:
    if "sign_in_phone" not in session:
        return redirect(url_for(".sign_in"))
    return render_template("volunteers/code.html", code="", problem="")


@blueprint.post("/code")
def check_code() -> Any:
    _count_address()
    volunteer = _by_phone(session.get("sign_in_phone", ""))
    written = request.form.get("code", "")[:20]
    right = volunteer is not None and _use_code(volunteer, "".join(sign for sign in written if sign in "0123456789"))
    answer = _signed_in(volunteer) if volunteer and right else None
    db.session.commit()
    return answer or (render_template("volunteers/code.html", code=written, problem=WRONG_CODE), 422)


@blueprint.get("/sign-in/<token>")
def sign_in_by_link(token: str) -> str:
    """Only a button: a preview of the link in some chat must not sign anybody in."""
    return render_template("volunteers/sign_in_link.html", volunteer=_from_link(token))


@blueprint.post("/sign-in/<token>")
def use_link(token: str) -> Any:
    return _signed_in(_from_link(token))


@blueprint.post("/sign-out")
def sign_out() -> Any:
    session.clear()
    flash("You are signed out.")
    return redirect(url_for(".sign_in"))


# -- tasks


@blueprint.get("/")
def task_list() -> str:
    volunteer = _who()
    mine = db.session.scalars(select(Task).where(Task.volunteer_id == volunteer.id).order_by(Task.day, Task.id)).all()
    return render_template(
        "volunteers/list.html",
        volunteer=volunteer,
        offers=_offers(volunteer),
        mine=[task for task in mine if task.status == "accepted"],
        done=[task for task in mine if task.status in ("done", "confirmed")][-10:],
    )


@blueprint.post("/tasks/<int:task_id>/accept")
def accept(task_id: int) -> Any:
    volunteer = _volunteer_of(task_id)
    won = tasks.accept(task_id, volunteer.id, _now())
    db.session.commit()
    if won or _holds(volunteer, task_id):
        flash("Thank you. It is yours. The caller will be told that you come.")
        return redirect(url_for(".task_page", task_id=task_id))
    flash(TOO_LATE, "error")
    return redirect(url_for(".task_list"))


@blueprint.post("/tasks/<int:task_id>/decline")
def decline(task_id: int) -> Any:
    volunteer = _volunteer_of(task_id)
    tasks.decline(task_id, volunteer.id, _now())
    db.session.commit()
    if _holds(volunteer, task_id):
        # An old page: they have said yes meanwhile. Nobody may believe to be free of what they have promised.
        return redirect(url_for(".confirm_hand_back", task_id=task_id))
    flash("All right. You will not be asked about this one again.")
    return redirect(url_for(".task_list"))


@blueprint.get("/tasks/<int:task_id>")
def task_page(task_id: int) -> str:
    """Name and address: only for the one who has accepted, and only until it is done or its day is long over."""
    task, secret = _held_task(task_id), current_app.extensions["helpline"].settings.secret_key
    if _long_over(task):
        return render_template("volunteers/over.html", task=task)
    number, word = visits.door_number(task, secret), visits.visit_word(task_id)
    return render_template("volunteers/task.html", task=task, number=number, word=word)


@blueprint.get("/tasks/<int:task_id>/done")
def confirm_done(task_id: int) -> str:
    """A slip of the finger must not cost a caller their visit: "done" cannot be taken back."""
    return render_template("volunteers/done.html", task=_held_task(task_id))


@blueprint.post("/tasks/<int:task_id>/done")
def done(task_id: int) -> Any:
    finished = tasks.done(task_id, _volunteer_of(task_id).id, _now())
    db.session.commit()
    flash("Well done, and thank you." if finished else "This task was finished or given back already.")
    return redirect(url_for(".task_list"))


@blueprint.get("/tasks/<int:task_id>/hand-back")
def confirm_hand_back(task_id: int) -> str:
    return render_template("volunteers/hand_back.html", task=_held_task(task_id))


@blueprint.post("/tasks/<int:task_id>/hand-back")
def hand_back(task_id: int) -> Any:
    given_back = tasks.hand_back(task_id, _volunteer_of(task_id).id, _now())
    db.session.commit()
    flash("Thank you for telling us. Somebody else is asked now." if given_back else "This task is no longer yours.")
    return redirect(url_for(".task_list"))


@blueprint.post("/how")
def how_asked() -> Any:
    """By a text, or by a call."""
    volunteer = _who()
    volunteer.by_call = request.form.get("by_call") == "yes"
    db.session.commit()
    flash("We ring you from now on." if volunteer.by_call else "We text you from now on.")
    return redirect(url_for(".task_list"))


# -- who is asking


def _now() -> dt.datetime:
    now: dt.datetime = current_app.extensions["helpline"].now()
    return now


def _who() -> Volunteer:
    """The volunteer who is signed in. Anybody else is sent to sign in, and comes back to the page that they wanted."""
    volunteer = db.session.get(Volunteer, session.get("volunteer", 0))
    if volunteer is None:
        session["wanted_task_page"] = request.path if request.method == "GET" else ""
        abort(redirect(url_for(".sign_in")))
    return volunteer


def _volunteer_of(task_id: int) -> Volunteer:
    """The volunteer who is signed in and was asked about this task. Others learn not even that it exists."""
    volunteer = _who()
    asked = select(Offer.id).where(Offer.task_id == task_id, Offer.volunteer_id == volunteer.id).limit(1)
    if db.session.scalar(asked) is None:
        _refuse(volunteer, task_id)
    return volunteer


def _held_task(task_id: int) -> Task:
    """The task, for the volunteer who has accepted it and not finished it yet."""
    volunteer = _volunteer_of(task_id)
    if not _holds(volunteer, task_id):
        _refuse(volunteer, task_id)
    return db.session.get_one(Task, task_id)


def _long_over(task: Task) -> bool:
    return task.day < _now().date() - KEPT


@blueprint.context_processor
def _naming() -> dict[str, Any]:
    """`whom(task)`: the name of the caller, while the volunteer has a reason to know it."""
    return {"whom": lambda task: f"somebody in {task.area}" if _long_over(task) else task.caller_name}


def _refuse(volunteer: Volunteer, task_id: int) -> NoReturn:
    """Not found. Whoever tried to read of a caller whom they do not visit is kept in the audit; their own old page is not."""
    task = db.session.get(Task, task_id)
    if task is not None and task.volunteer_id != volunteer.id:
        audit.write(f"volunteer:{volunteer.id}", "task_refused", f"task:{task_id}", _now())
        db.session.commit()
    abort(404)


def _holds(volunteer: Volunteer, task_id: int) -> bool:
    task = db.session.get(Task, task_id, populate_existing=True)
    return task is not None and task.volunteer_id == volunteer.id and task.status == "accepted"


def _offers(volunteer: Volunteer) -> list[Any]:
    query = (
        select(Offer, Task)
        .join(Task, Offer.task_id == Task.id)
        .where(Offer.volunteer_id == volunteer.id, Offer.status == "open", Offer.answer_by > _now())
        .order_by(Offer.answer_by)
    )
    return list(db.session.execute(query).all())


def _signed_in(volunteer: Volunteer) -> Any:
    wanted = session.get("wanted_task_page", "")
    session.clear()
    session["volunteer"] = volunteer.id
    session.permanent = True
    return redirect(wanted or url_for(".task_list"))


def _by_phone(phone: str) -> Volunteer | None:
    """Whose number it is: with its country (+44 or 0044), or as people write it at home (07700), if one person has it."""
    if phone.startswith("00"):
        phone = f"+{phone[2:]}"
    if phone.startswith("0") and len(phone) >= FEWEST_DIGITS:
        found = db.session.scalars(select(Volunteer).where(Volunteer.phone.endswith(phone[1:], autoescape=True)).limit(2)).all()
        return found[0] if len(found) == 1 else None
    return db.session.scalar(select(Volunteer).where(Volunteer.phone == phone))


def _count_address() -> None:
    """Nobody goes through numbers or codes from one address. Commits, so that tries at the same moment are counted."""
    if not throttle.allow(f"volunteer-address:{request.remote_addr}", MOST_PER_ADDRESS, CODE_LIFE, _now()):
        db.session.rollback()
        abort(429)
    db.session.commit()


def _links() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="volunteer-sign-in")


def _from_link(token: str) -> Volunteer:
    try:
        volunteer = db.session.get(Volunteer, _links().loads(token, max_age=LINK_LIFE))
    except BadSignature:
        volunteer = None
    if volunteer is None:
        abort(404)
    return volunteer


def _hash(volunteer: Volunteer, code: str) -> str:
    key = str(current_app.secret_key).encode()
    return hmac.new(key, f"{volunteer.id}:{code}".encode(), hashlib.sha256).hexdigest()


def _promise_code(volunteer: Volunteer) -> None:
    now = _now()
    if not throttle.allow(f"volunteer-codes:{volunteer.id}", MOST_CODES, CODE_LIFE, now):
        return
    code = f"{secrets.randbelow(10**6):06d}"
    row = SignInCode(volunteer_id=volunteer.id, code_hash=_hash(volunteer, code), expires_at=now + CODE_LIFE)
    db.session.add(row)
    db.session.flush()
    outbox.promise_sms(volunteer.phone, f"BlueVest: your sign-in code is {code}. Tell nobody.", f"code:{row.id}", now)


def _use_code(volunteer: Volunteer, code: str) -> bool:
    """Count the try on every live code first, in one statement; then use the code that it matches, once."""
    now = _now()
    live = (SignInCode.volunteer_id == volunteer.id, SignInCode.expires_at > now, SignInCode.used_at.is_(None))
    db.session.execute(update(SignInCode).where(*live).values(tries=SignInCode.tries + 1))
    return changed(
        update(SignInCode)
        .where(*live, SignInCode.tries <= MOST_TRIES, SignInCode.code_hash == _hash(volunteer, code))
        .values(used_at=now)
    )
