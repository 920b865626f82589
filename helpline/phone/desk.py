"""The desk: a page on which somebody on duty takes a caller's call, by the microphone and loudspeaker of their computer.

While it is open it asks for callers, and is rung instead of their telephone; the telephone follows when nobody answers here.
Who takes a call here takes it from the same queue as by telephone, by the same guarded row: only the sound goes another way.
"""

from __future__ import annotations

import contextlib
import json
import time
from typing import Any

from flask import Blueprint, abort, g, render_template
from flask_sock import Sock
from simple_websocket import ConnectionClosed

from helpline.calls import bridge
from helpline.calls.bridge import Ended
from helpline.calls.doors import parts, switchboard
from helpline.calls.media import POLICY_VIOLATION
from helpline.calls.person import whisper
from helpline.calls.routes import never_wait_long
from helpline.db import db
from helpline.phone.views import let_our_script_run, refuse_other_sites_sockets
from helpline.services import handover
from helpline.services.handover import Handover, Ring
from helpline.staff import duty
from helpline.staff.duty import ROLES_ON_DUTY
from helpline.staff.session import signed_in

STREAM = "desk"  # the socket's name for its stream
HANGS_UP_WITHIN = 2.0  # seconds; then we close the line
blueprint = Blueprint("desk", __name__, url_prefix="/office/desk", template_folder="templates")
blueprint.before_request(refuse_other_sites_sockets)
blueprint.after_request(let_our_script_run)
sock = Sock()


@blueprint.before_request
@signed_in(*ROLES_ON_DUTY)
def only_who_takes_calls() -> None:
    """Whoever may be on duty."""


@blueprint.get("")
def page() -> str:
    mine = next((one for one in duty.on_duty(parts().now()) if one.staff_id == g.staff.id), None)
    return render_template("phone/desk.html", mine=mine, seconds=int(handover.TELEPHONE_AFTER.total_seconds()))


@blueprint.post("/here")
def here() -> Any:
    """The page is open: who waits for this person, as a piece of it. 409: they are not on duty, or no longer."""
    now = parts().now()
    mine = duty.seen(g.staff.id, now)
    db.session.commit()
    if mine is None:
        abort(409)
    callers = [(ring.id, whisper(waits)) for ring, waits in handover.at_desk(mine.id, now)]
    return render_template("phone/callers.html", callers=callers)


@blueprint.post("/away")
def away() -> tuple[str, int]:
    """The page is being closed, or takes no calls for now."""
    duty.left_desk(g.staff.id)
    db.session.commit()
    return "", 204


@blueprint.post("/rings/<int:ring_id>/take")
def take(ring_id: int) -> tuple[str, int]:
    """Take this caller's call. 409: somebody else has, or they wait no more; 503: too many are talked to here already."""
    ring = _mine(ring_id)
    if not handover.take(ring, parts().now(), at_desk=True):
        db.session.commit()
        abort(409)
    if not switchboard().talks.open(ring.handover_id):
        db.session.rollback()
        abort(503)
    db.session.commit()
    return "", 204


@blueprint.post("/rings/<int:ring_id>/decline")
def decline(ring_id: int) -> tuple[str, int]:
    handover.decline(_mine(ring_id), parts().now())
    db.session.commit()
    return "", 204


@sock.route("/rings/<int:ring_id>/line", bp=blueprint)  # type: ignore[untyped-decorator]
def line(ws: Any, ring_id: int) -> None:
    """The sound of a call that was taken here. Should this socket break, the caller is taken up by the helpline again."""
    never_wait_long(ws)
    ring = _owned(ring_id)
    handover_id = ring.handover_id if ring is not None and ring.status == "taken" and _still(ring.handover_id) else 0
    db.session.remove()
    talk = switchboard().talks.find(handover_id)
    if talk is None or not talk.come(talk.desk):
        ws.close(POLICY_VIOLATION, "nobody's call")
        return
    try:
        bridge.carry(
            ws,
            STREAM,
            talk,
            talk.desk,
            joined=lambda: ws.send(json.dumps({"event": "joined"})),
            still=lambda: _still(handover_id),
            over=lambda why: _over(ws, handover_id, why),
        )
    finally:
        switchboard().talks.close(handover_id)
    _let_hang_up(ws)


def _mine(ring_id: int) -> Ring:
    ring = _owned(ring_id)
    if ring is None:
        abort(404)
    return ring


def _owned(ring_id: int) -> Ring | None:
    """A ring of whoever is signed in, while they are on duty."""
    ring = db.session.get(Ring, ring_id)
    mine = {one.id for one in duty.on_duty(parts().now()) if one.staff_id == g.staff.id}
    return ring if ring is not None and ring.duty_id in mine else None


def _still(handover_id: int) -> bool:
    """Whether the caller, who is on the way from the queue, may still come."""
    coming = handover.taken_at_desk(db.session.get_one(Handover, handover_id, populate_existing=True))
    db.session.rollback()
    return coming


def _over(ws: Any, handover_id: int, why: Ended) -> None:
    """Who hung up has talked to the caller; whose line broke has not finished, and neither has the caller."""
    waits, now = db.session.get_one(Handover, handover_id), parts().now()
    if why == "hung_up" and waits.joined_at:
        handover.close(waits.call_id, now, talked=True)
    elif why != "left":
        handover.lost(waits, now)
    db.session.commit()
    db.session.remove()
    with contextlib.suppress(ConnectionClosed, OSError):
        ws.send(json.dumps({"event": "over", "why": why}))


def _let_hang_up(ws: Any) -> None:
    """The page closes the line when it has read why it is over. If we closed it while sound is on its way to us, the line
    would be reset, and a browser that is writing then never reads the reason."""
    until = time.monotonic() + HANGS_UP_WITHIN
    with contextlib.suppress(ConnectionClosed, OSError):
        while time.monotonic() < until:
            ws.receive(timeout=HANGS_UP_WITHIN)
