"""The coordinators' pages. Each view parses, calls once and renders."""

from __future__ import annotations

import datetime as dt
import io
import wave
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, send_file, url_for

from helpline import audit
from helpline.dashboard import queries, trail
from helpline.dashboard.words import LONGEST_NOTE, TOO_LONG
from helpline.db import db, only_look
from helpline.services import people
from helpline.staff.session import signed_in
from voice.audio import mulaw_to_pcm

blueprint = Blueprint("dashboard", __name__, url_prefix="/office", template_folder="templates")
LINE_RATE = 8000  # samples a second, as the telephone has them
NO_NOTE = "Write a few words about what came of it."


@blueprint.get("/")
@signed_in()
def overview() -> str:
    name, may_audit = g.staff.name, g.staff.role in trail.READERS
    only_look()
    return render_template("dashboard/overview.html", name=name, may_audit=may_audit, seen=queries.overview(_now(), _zone()))


@blueprint.get("/requests/<int:request_id>")
@signed_in()
def request_page(request_id: int) -> str:
    return _request_page(request_id)


@blueprint.post("/requests/<int:request_id>")
@signed_in("coordinator", "supervisor")
def close_request(request_id: int) -> Any:
    """Somebody has rung back: the note is kept, and the request is closed once."""
    note = request.form.get("note", "").strip()
    if not note or len(note) > LONGEST_NOTE:
        return _request_page(request_id, note, TOO_LONG if note else NO_NOTE), 422
    if queries.waiting_request(request_id) is None:
        abort(404)
    closed = people.rung_back(request_id, g.staff.id, note, _now())
    db.session.commit()
    if closed:
        flash("It is closed. Thank you.")
    else:
        flash("Somebody else has closed it already. Your note was not kept.", "error")
    return redirect(url_for(".overview"))


@blueprint.get("/recordings/<int:recording_id>.wav")
@signed_in()
def recording(recording_id: int) -> Any:
    """A caller's own voice: who listened is written down."""
    sound = queries.recording(recording_id)
    if sound is None:
        abort(404)
    audit.write(f"staff:{g.staff.id}", "recording_heard", f"recording:{recording_id}", _now())
    db.session.commit()
    return send_file(_wav(sound), mimetype="audio/wav", conditional=True)


def _request_page(request_id: int, note: str = "", problem: str = "") -> str:
    waiting = queries.waiting_request(request_id)
    if waiting is None:
        abort(404)
    may_close = g.staff.role in ("coordinator", "supervisor")
    return render_template("dashboard/request.html", waiting=waiting, may_close=may_close, note=note, problem=problem)


def _wav(mulaw: bytes) -> io.BytesIO:
    """Mu-law of the line as a WAV file that a browser can play."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(LINE_RATE)
        out.writeframes(mulaw_to_pcm(mulaw))
    file.seek(0)
    return file


def _now() -> dt.datetime:
    now: dt.datetime = current_app.extensions["helpline"].now()
    return now


def _zone() -> ZoneInfo:
    return ZoneInfo(current_app.extensions["helpline"].settings.time_zone)
