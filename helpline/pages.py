"""What every page shares: safe headers, larger text at one press, and the pieces that templates use."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, Response, current_app, redirect, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter

blueprint = Blueprint("pages", __name__)
CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
A_ROW = "[0-9]{1,9}"  # a number that every database takes for one of a row, and more rows than we shall have
SIZES = ("normal", "larger")
PLAIN_WORDS = {
    400: ("This did not work", "The page was open for too long, or something was missing. Please go back and try again."),
    403: ("This page is not for you", "You are signed in, but this page belongs to somebody else's work."),
    404: ("There is nothing here", "The page was not found. It may have been finished or taken already."),
    405: ("There is nothing here", "This address only takes forms. Please start from the first page."),
    413: ("That was too much", "More was sent than this page can take."),
    429: ("Please wait a little", "There were too many tries. Please wait ten minutes and try again."),
}


class RowNumber(IntegerConverter):
    """`<int:...>` in every address. A longer number is not found before a database is asked for it, and stumbles over it."""

    regex = A_ROW


def init_app(app: Flask) -> None:
    """Before any page is registered: an address keeps the converter that it was made with."""
    app.url_map.converters["int"] = RowNumber
    app.register_blueprint(blueprint)
    app.after_request(_safe_headers)
    app.register_error_handler(HTTPException, _explain)
    app.register_error_handler(CSRFError, _explain)
    app.context_processor(_for_every_page)
    app.jinja_env.filters.update(local=local, day=day)


@blueprint.get("/")
def home() -> str:
    return render_template("home.html")


@blueprint.post("/text-size")
def text_size() -> Any:
    """Switch between normal and larger text; a cookie remembers it."""
    answer = redirect(_back())
    size = "normal" if _text_size() == "larger" else "larger"
    answer.set_cookie("text_size", size, max_age=365 * 24 * 3600, httponly=True, samesite="Lax", secure=request.is_secure)
    return answer


def row_number(written: str) -> int:
    """The same behind a question mark. Raises ValueError."""
    if not re.fullmatch(A_ROW, written):
        raise ValueError("no row has such a number")
    return int(written)


def local(moment: dt.datetime | None, form: str = "%H:%M") -> str:
    """A moment on the office's clock."""
    zone = ZoneInfo(current_app.extensions["helpline"].settings.time_zone)
    return moment.astimezone(zone).strftime(form) if moment else ""


def day(date: dt.date) -> str:
    return f"{date:%A} {date.day} {date:%B}"


def _for_every_page() -> dict[str, Any]:
    settings = current_app.extensions["helpline"].settings
    return {
        "text_size": _text_size(),
        "helpline_name": settings.name,
        "helpline_number": settings.telephony.number,
        "browser_phone": settings.browser_phone,
    }


def _text_size() -> str:
    size = request.cookies.get("text_size", "normal")
    return size if size in SIZES else "normal"


def _back() -> str:
    """The page that the form was on, if it is one of ours."""
    path = urlsplit(request.referrer or "").path
    return path if path.startswith("/") and not path.startswith("//") else "/"


def _safe_headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    if not request.path.startswith("/static/"):
        response.headers.setdefault("Cache-Control", "no-store")
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def _explain(error: HTTPException) -> Any:
    if request.path.startswith(("/calls/", "/texts/")):
        return error.get_response()
    title, words = PLAIN_WORDS.get(error.code or 500, ("Something went wrong", "Please try again, or ring the office."))
    return render_template("error.html", title=title, words=words), error.code or 500
