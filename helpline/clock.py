"""The clock: one process that wakes what is due. The rows are the truth; APScheduler only ticks."""

from __future__ import annotations

import datetime as dt
import fcntl
import logging
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, JobEvent
from apscheduler.schedulers.blocking import BlockingScheduler
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from fraud.assess import ruleset
from helpline import audit, deliveries, outbox
from helpline.db import db
from helpline.outbox import Timer
from helpline.parts import Parts
from helpline.services import fullhouse, protection, rulebook, stopped, visits
from helpline.services.appointments import reminders
from helpline.services.bills import planning, settlement
from helpline.services.bills.models import Payment
from helpline.services.holds import keeping
from helpline.settings import Settings
from volunteers import dispatch, tasks
from volunteers.models import Volunteer

TICK_SECONDS = 2
LOCK_NUMBER = 4_827_139  # the advisory lock's name on PostgreSQL; any number, the same everywhere
log = logging.getLogger(__name__)


class AlreadyRunning(RuntimeError):
    """Another clock holds the lock. The rows keep the work correct; one clock keeps it cheap."""


def run(app: Flask) -> None:
    """Tick until the process is told to stop. Raises AlreadyRunning where another clock ticks."""
    scheduler = BlockingScheduler(
        timezone=dt.UTC, job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
    )
    scheduler.add_listener(_complain, EVENT_JOB_ERROR | EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
    for step in (run_due_timers, offer_tasks, ring_back, look_for_lost_calls, send_deliveries, seal_audit):
        scheduler.add_job(_guarded(app, step), "interval", seconds=TICK_SECONDS, id=step.__name__)
    signal.signal(signal.SIGTERM, lambda *_: scheduler.shutdown(wait=True))
    with _only_one(app):
        _guarded(app, note_rules)()
        _guarded(app, watch_stops)()
        scheduler.start()


def tick(app: Flask) -> None:
    """All steps once: for tests, the demonstration and the terminal."""
    for step in (run_due_timers, offer_tasks, run_due_timers, ring_back, look_for_lost_calls, send_deliveries, seal_audit):
        _guarded(app, step)()


def run_due_timers(parts: Parts, worker: str) -> None:
    """Claim what is due; carry out each in a transaction of its own, settled there or rolled back."""
    due = outbox.claim(Timer, worker, parts.now())
    db.session.commit()
    for timer in due:
        handler = HANDLERS.get(timer.kind)
        if handler is None:
            log.error("timer %s has the unknown kind %r: it stays", timer.id, timer.kind)
            continue
        try:
            settled = handler(timer, parts) and outbox.settle(timer, parts.now())
            db.session.commit() if settled else db.session.rollback()
        except Exception:
            db.session.rollback()
            log.exception("timer %s (%s %s) failed and will be tried again", timer.id, timer.kind, timer.subject)


def offer_tasks(parts: Parts, worker: str) -> None:
    now, zone = parts.now(), ZoneInfo(parts.settings.time_zone)

    def send(volunteer: Volunteer, body: str, key: str) -> None:
        dispatch.reach(volunteer, body, key, now, zone)

    dispatch.tick(now, send, night=dispatch.by_day(now, zone) != now)
    db.session.commit()


def ring_back(parts: Parts, worker: str) -> None:
    """Whoever rang when all lines were taken is rung in their turn."""
    longest = dt.timedelta(seconds=parts.settings.turn_taking.longest_call)
    fullhouse.ring_next(parts.settings.server.most_calls, longest, parts.now())
    db.session.commit()


def look_for_lost_calls(parts: Parts, worker: str) -> None:
    deliveries.look_for_lost(parts.now())
    db.session.commit()


def send_deliveries(parts: Parts, worker: str) -> None:
    url = f"{parts.settings.public_url.rstrip('/')}/calls/answered/{{delivery_id}}"
    deliveries.send_due(parts.provider, worker, url, parts.now())


def note_rules(parts: Parts, worker: str) -> None:
    """Once, as the clock begins: who edits the rules has to start the helpline anew."""
    rulebook.note_rules(ruleset(), parts.now())
    db.session.commit()


def watch_stops(parts: Parts, worker: str) -> None:
    """Once, as the clock begins: payments that were stopped before there was anybody to look at what falls due."""
    stopped.watch_all(parts.now())
    db.session.commit()


def seal_audit(parts: Parts, worker: str) -> None:
    """Entries of the audit become links of its chain, in their order; only this process makes links."""
    if audit.seal(parts.now()):
        db.session.commit()
    else:
        db.session.rollback()


def _settle_payment(timer: Timer, parts: Parts) -> bool:
    """The call that claimed a payment died: repeat the same request with the same key, until it is answered or a person
    has it."""
    payment_id = _id(timer)
    if db.session.get_one(Payment, payment_id).status != "claimed":
        return True
    answer = settlement.charge(payment_id, parts.conversation.payments, parts.now())
    payment = db.session.get_one(Payment, payment_id)
    if not settlement.record(payment, answer, parts.now()) and payment.status == "claimed":
        settlement.ask_again(payment, parts.now())
    return True


def _count_receipt(timer: Timer, parts: Parts) -> bool:
    return settlement.count_texted_receipt(_id(timer), parts.now())


def _expire_offer(timer: Timer, parts: Parts) -> bool:
    tasks.expire_offer(_id(timer), parts.now())
    return True


def _tell_who_comes(timer: Timer, parts: Parts) -> bool:
    visits.tell_who_comes(_id(timer), timer.dedupe_key, parts.settings, parts.now())
    return True


def _pay_planned(timer: Timer, parts: Parts) -> bool:
    """The claim is settled by the timer that comes with it."""
    planning.carry_out(_id(timer), parts.settings, parts.languages, parts.conversation.payments, parts.now())
    return True


def _about(step: Callable[[int, Settings, dt.datetime], None]) -> Callable[[Timer, Parts], bool]:
    """Have this done about the row that the timer names."""

    def handle(timer: Timer, parts: Parts) -> bool:
        step(_id(timer), parts.settings, parts.now())
        return True

    return handle


HANDLERS: dict[str, Callable[[Timer, Parts], bool]] = {
    "settle_payment": _settle_payment,
    "count_receipt": _count_receipt,
    "expire_offer": _expire_offer,
    "pay_planned": _pay_planned,
    "hold_due": _about(keeping.end_of_clock),
    "hold_unanswered": _about(keeping.unanswered),
    "hold_unsafe": _about(keeping.unsafe),
    reminders.KIND: _about(reminders.ring),
    protection.STOPPED: _about(stopped.look),
    "tell_who_comes": _tell_who_comes,
    "tell_handed_back": _tell_who_comes,
    visits.TOMORROW: _about(visits.remind),
}


def _id(timer: Timer) -> int:
    return int(timer.subject.partition(":")[2])


def _guarded(app: Flask, step: Callable[[Parts, str], None]) -> Callable[[], None]:
    parts: Parts = app.extensions["helpline"]
    worker = f"clock:{os.getpid()}"

    def job() -> None:
        with app.app_context():
            step(parts, worker)

    return job


def _complain(event: JobEvent) -> None:
    log.error("tick %s: %s", event.job_id, getattr(event, "exception", None) or "missed or still running")


@contextmanager
def _only_one(app: Flask) -> Iterator[None]:
    """A file lock on SQLite, an advisory lock on a connection of its own on PostgreSQL."""
    parts: Parts = app.extensions["helpline"]
    if parts.settings.database.startswith("sqlite"):
        with _file_lock(parts.settings.data_path / "clock.lock"):
            yield
        return
    engine: Any = create_engine(parts.settings.database, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:n)"), {"n": LOCK_NUMBER}):
            raise AlreadyRunning("another clock is running on this database")
        yield


@contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunning(f"another clock is running (it holds {path})") from error
        yield
