"""What all webhooks share: who may ask, how a question is read, how an answer is written, and what happens when it fails.

Every request must be signed by the provider for exactly our public address. Whatever goes wrong behind a webhook, its
caller hears words and is never left with a dead line.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, current_app, request
from werkzeug.exceptions import HTTPException

from helpline.calls import answering
from helpline.calls.answering import TurnTimes
from helpline.calls.bridge import Talks
from helpline.calls.lines import Lines
from helpline.calls.turns import open_call
from helpline.db import db
from helpline.models import Call
from helpline.providers import Provider, PutThrough, Ringing, Speak, Verb

AFTER, HANDED_OVER = "/calls/after", "/calls/handed-over"
log = logging.getLogger(__name__)


class Parts(answering.Parts, Protocol):
    """What the webhooks need of the application: what a live call needs, and the telephone company."""

    @property
    def provider(self) -> Provider: ...


@dataclass(frozen=True)
class Switchboard:
    """What all calls of this process share, as `app.extensions["switchboard"]`."""

    lines: Lines
    talks: Talks
    pool: Executor
    measured: Callable[[TurnTimes], None]


def door(name: str, import_name: str, below: str = "/calls") -> Blueprint:
    """A blueprint that only the provider enters."""
    blueprint = Blueprint(name, import_name, url_prefix=below)
    blueprint.before_request(only_the_provider)
    blueprint.register_error_handler(Exception, never_a_dead_line)
    return blueprint


def only_the_provider() -> None:
    """Refuse what is not signed for exactly our public address."""
    base, path = urlsplit(parts().settings.public_url), _raw_path()
    scheme = base.scheme.replace("http", "ws") if is_socket() else base.scheme
    form = {} if is_socket() else request.form
    if not parts().provider.signed(f"{scheme}://{base.netloc}{path}", form, dict(request.headers)):
        log.warning("a request to %s is not signed by the provider", request.path)
        abort(403)


def never_a_dead_line(error: Exception) -> Any:
    """What we could not answer: the caller hears so, and is put through to a person where there is one."""
    if isinstance(error, HTTPException):
        return error
    log.exception("the webhook %s failed", request.path)
    db.session.rollback()
    return document(spoken("trouble"), *to_office())


def parts() -> Parts:
    found: Parts = current_app.extensions["helpline"]
    return found


def switchboard() -> Switchboard:
    found: Switchboard = current_app.extensions["switchboard"]
    return found


def ringing() -> Ringing:
    """The call that this request tells of; a request that tells of none is refused."""
    try:
        return parts().provider.ringing(request.form)
    except ValueError as error:
        log.warning("%s", error)
        abort(400)


def call_of(asked: Ringing) -> Call:
    """The call; one that we do not know (its first webhook was lost) begins now."""
    return open_call(asked.sid, asked.number, "inbound", parts().now())


def document(*verbs: Verb) -> Response:
    return Response(parts().provider.document(*verbs), mimetype="text/xml")


def spoken(key: str, code: str = "", **values: Any) -> Speak:
    """A prompt in the provider's voice; in the office's language where no other is named."""
    code = code if code in parts().languages else parts().settings.language
    return Speak(parts().languages[code].prompt(key, values, parts().now().date()), code)


def language_of(call: Call) -> str:
    """The language that this call has been in so far."""
    return str((call.state or {}).get("language", ""))


def public(path: str) -> str:
    """The address at which the provider reaches this path of ours."""
    return parts().settings.public_url.rstrip("/") + path


def to_office() -> list[Verb]:
    """The office's own telephone, where it has one: the last resort."""
    number = parts().settings.telephony.staff_number
    return [PutThrough(number, public(HANDED_OVER))] if number else []


def is_socket() -> bool:
    return "wsgi.websocket" in request.environ or request.headers.get("Upgrade", "").lower() == "websocket"


def _raw_path() -> str:
    """Path and query exactly as they were asked for: a signature is made over them."""
    raw = str(request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or request.path)
    return raw[raw.index("/", raw.index("://") + 3) :] if "://" in raw.split("?")[0] else raw
