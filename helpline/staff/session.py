"""Signing in and out of the office's pages, and the guard in front of each of them."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Callable
from functools import cache, wraps
from typing import Any, ParamSpec

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, session, url_for
from sqlalchemy import select, update

from helpline import audit, throttle
from helpline.db import db
from helpline.staff.models import ROLES, Staff

blueprint = Blueprint("staff", __name__, url_prefix="/office", template_folder="templates")
WINDOW = dt.timedelta(minutes=10)
MOST_PER_LOGIN = 5
MOST_PER_ADDRESS = 30  # a whole office may sit behind one address
LONGEST_PASSWORD = 200  # argon2 reads all of it: nobody may keep it busy
SHORTEST_PASSWORD = 12
WRONG = "The name or the password is not right."

_hasher = PasswordHasher()
View = ParamSpec("View")


def hash_password(password: str) -> str:
    """Argon2 of the password. Raises ValueError for one that is too short or far too long."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise ValueError(f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")
    return _hasher.hash(password)


def signed_in(*roles: str) -> Callable[[Callable[View, Any]], Callable[View, Any]]:
    """Only for staff with one of these roles; without any, for all of them. `g.staff` is who it is.

    Somebody who is not signed in is sent to do so and comes back to the page that they wanted.
    """
    if unknown := set(roles) - set(ROLES):
        raise ValueError(f"no such role: {', '.join(sorted(unknown))}")

    def guard(view: Callable[View, Any]) -> Callable[View, Any]:
        @wraps(view)
        def guarded(*args: View.args, **kwargs: View.kwargs) -> Any:
            g.staff = _current()
            if g.staff is None:
                session["wanted"] = request.path if request.method == "GET" else ""
                return redirect(url_for("staff.sign_in"))
            if roles and g.staff.role not in roles:
                abort(403)
            return view(*args, **kwargs)

        return guarded

    return guard


@blueprint.get("/sign-in")
def sign_in() -> str:
    return render_template("staff/sign_in.html", login="", problem="")


@blueprint.post("/sign-in")
def check() -> Any:
    """Count the try first and commit, so that guesses at the same moment are counted and argon2 works without a lock."""
    login = "".join(filter(str.isprintable, request.form.get("login", ""))).strip().lower()[:60]
    if not _may_try(login):
        db.session.rollback()
        abort(429)
    db.session.commit()
    staff = _checked(login, request.form.get("password", "")[: LONGEST_PASSWORD + 1])
    if staff is None:
        db.session.commit()
        return render_template("staff/sign_in.html", login=login, problem=WRONG), 422
    answer = _sign_in(staff)
    db.session.commit()
    return answer


@blueprint.post("/sign-out")
def sign_out() -> Any:
    """Ends every session of theirs, also one on a screen that they walked away from."""
    if (staff := _current()) is not None:
        db.session.execute(update(Staff).where(Staff.id == staff.id).values(session_number=Staff.session_number + 1))
        audit.write(f"staff:{staff.id}", "signed_out", f"staff:{staff.id}", _now())
        db.session.commit()
    session.clear()
    flash("You are signed out.")
    return redirect(url_for(".sign_in"))


def _may_try(login: str) -> bool:
    return throttle.allow(f"office-address:{request.remote_addr}", MOST_PER_ADDRESS, WINDOW, _now()) and throttle.allow(
        _login_subject(login), MOST_PER_LOGIN, WINDOW, _now()
    )


def _login_subject(login: str) -> str:
    """Keyed and hashed: people type their password where the name belongs."""
    key = str(current_app.secret_key).encode()
    return f"office-login:{hmac.new(key, login.encode(), hashlib.sha256).hexdigest()}"


def _checked(login: str, password: str) -> Staff | None:
    """The person, if name and password are right. Takes as long and says as much when there is no such person."""
    staff = db.session.scalar(select(Staff).where(Staff.login == login, Staff.active))
    known_hash = staff.password_hash if staff else _nobodys_hash()
    db.session.rollback()
    try:
        _hasher.verify(known_hash, password)
    except (VerificationError, InvalidHashError):
        audit.write("helpline", "sign_in_refused", f"staff:{staff.id}" if staff else "staff:unknown", _now())
        return None
    return staff


def _sign_in(staff: Staff) -> Any:
    wanted = session.get("wanted", "")
    session.clear()
    session.update(staff=staff.id, number=staff.session_number)
    session.permanent = True
    throttle.forget(_login_subject(staff.login))
    audit.write(f"staff:{staff.id}", "signed_in", f"staff:{staff.id}", _now())
    return redirect(wanted or url_for("dashboard.overview"))


def _current() -> Staff | None:
    staff = db.session.get(Staff, session.get("staff", 0))
    if staff is None or not staff.active or session.get("number") != staff.session_number:
        return None
    return staff


@cache
def _nobodys_hash() -> str:
    return _hasher.hash(secrets.token_urlsafe())


def _now() -> dt.datetime:
    now: dt.datetime = current_app.extensions["helpline"].now()
    return now
