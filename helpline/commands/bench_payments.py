"""`helpline bench payments`: bills are paid while processes are killed and a gateway loses its answers; then the books are looked at.

Callers ring, say yes and type their PIN in the conversation as it is, in child processes that die by kill -9: at any moment, and
just before and just after the gateway has moved the money. Whose call died rings back, or leaves it to the clock, which is
killed as well. At the end every row is compared with the ledger, and with what each caller was told.

Two things are not as in earnest: a sentence counts as understood (models do not survive a fork), and the hash of a PIN is
quick to make. Neither touches a payment.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import signal
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
from argon2 import PasswordHasher
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, select

from helpline import clock
from helpline.app import create_app, utc_now
from helpline.calls.conversation import Conversation, OutOfTurn
from helpline.calls.turns import open_call
from helpline.commands.demo_data import PIN, add_bill, add_paid
from helpline.db import db
from helpline.models import Call, Caller, ServiceRequest, Turn
from helpline.outbox import Delivery, Timer
from helpline.parts import Parts
from helpline.services.bills import settlement
from helpline.services.bills.models import Bill, Biller, Payment
from helpline.services.gateways.ledger import Ledger, LedgerEntry, LedgerTransaction
from helpline.services.gateways.payments import Charge, Collected, GatewayUnclear, PaymentGateway
from helpline.settings import load_settings
from voice.dialogue import State
from voice.heard import Expecting, Heard, Meaning, Reply

AMOUNT = Decimal("42.50")
MEMORY = "/dev/shm"  # noqa: S108 - kill -9 loses nothing that was written, so no disk needs to be waited for
AT_ONCE = 2  # processes that take calls
LIFE = 0.7  # seconds, on average, until one is killed
POOR = 20  # every so many callers has too little money
SILENT = 50  # about every so many payments the gateway never answers
REPEATED = 5  # about every so many payments is settled again
MOST_TURNS = 25
CLOCK_AT = tuple(dt.timedelta(minutes=minutes) for minutes in (3, 6, 12, 25, 50, 100, 200, 400, 700, 1000, 1199, 1201, 1203))
KILLED_CLOCKS = 3  # of those: the later ones are let live
ANSWERS = {"who": Heard(keys="1"), "resume": Heard(keys="1"), "bill.confirm": Heard(keys="1"), "pin": Heard(keys=PIN),
           "bill.receipt": Heard(keys="1"), "anything_else": Heard(keys="2")}  # fmt: skip


@click.command()
@click.option(
    "--payments", type=click.IntRange(1, 100_000), default=1000, show_default=True, help="How many callers pay a bill."
)
@click.option("--seed", type=int, default=1, show_default=True, help="Of what goes wrong where.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
def command(payments: int, seed: int, as_json: bool) -> None:
    """Count what was paid twice, lost, or told wrongly: each must be 0, and the exit code says so."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(dir=MEMORY if os.path.isdir(MEMORY) else None) as folder:
        figures = _measure(payments, seed, Path(folder))
    figures["seconds"] = round(time.monotonic() - begun, 1)
    click.echo(json.dumps(figures) if as_json else "\n".join(f"{name:22} {value}" for name, value in figures.items()))
    if figures["wrong"]:
        raise click.exceptions.Exit(1)


class Understood(Conversation):
    """Takes every sentence for the wish to pay a bill."""

    def _understood(self, call: Call, state: State, heard: Heard, expecting: Expecting) -> Meaning:
        return Meaning("pay_bill", 1.0, {}) if heard.text else super()._understood(call, state, heard, expecting)


@dataclass
class Faulty:
    """A gateway over the ledger: it times out before or after the money has moved, and the process dies around it."""

    real: PaymentGateway
    chance: random.Random
    count: Callable[[str], None]
    faults: bool = True

    def charge(self, key: str, *asked: Any) -> Charge:
        fault = self.chance.random() if self.faults else 1.0
        if fault < 0.04:
            self._die("killed_before_charge")
        if fault < 0.10:
            self._lose("timed_out_before")
        answer = self.real.charge(key, *asked)
        if _silent(key) or fault < 0.16:
            self._lose("timed_out_after")
        if fault < 0.20:
            self._die("killed_after_charge")
        return answer

    def find(self, key: str, payer: str, since: dt.datetime) -> Charge | None:
        if _silent(key):
            self._lose("not_found_out")
        return self.real.find(key, payer, since)

    def refund(self, key: str, charge_key: str, payer: str, since: dt.datetime) -> Charge:
        return self.real.refund(key, charge_key, payer, since)

    def collected(self, since: dt.datetime, until: dt.datetime) -> Sequence[Collected]:
        return [*self.real.collected(since, until)]

    def _lose(self, what: str) -> None:
        self.count(what)
        raise GatewayUnclear(what)

    def _die(self, what: str) -> None:
        self.count(what)
        os.kill(os.getpid(), signal.SIGKILL)


def _silent(key: str) -> bool:
    """The same bills in every process and every run."""
    return zlib.crc32(key.partition(":request")[0].encode()) % SILENT == 0


@dataclass
class Bench:
    """What parent and children share: the application, and two files that outlive a kill."""

    app: Flask
    folder: Path
    chance: random.Random
    counts: Counter[str] = field(default_factory=Counter)

    def note(self, file: str, line: str) -> None:
        """One line, whole or not at all, whoever is killed meanwhile."""
        handle = os.open(self.folder / file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(handle, f"{line}\n".encode())
        os.close(handle)

    def noted(self, file: str) -> list[str]:
        path = self.folder / file
        return path.read_text("utf-8").splitlines() if path.exists() else []

    def fork(self, work: Callable[[Parts], None], seed: int, after: dt.timedelta = dt.timedelta(0), faults: bool = True) -> int:
        """A process of its own that does `work`, so much later; its id."""
        if child := os.fork():
            return child
        code = 1
        try:
            parts: Parts = self.app.extensions["helpline"]
            now = lambda: utc_now() + after  # noqa: E731
            gateway = Faulty(Ledger(now), random.Random(seed), lambda what: self.note("faults", what), faults)  # noqa: S311
            conversation = Understood(parts.settings, parts.languages, gateway, now)
            with self.app.app_context():
                work(replace(parts, conversation=conversation, now=now))
            code = 0
        finally:
            os._exit(code)


def _measure(payments: int, seed: int, folder: Path) -> dict[str, Any]:
    app = create_app(load_settings(os.environ, database_url="", data_dir=str(folder)))
    bench = Bench(app, folder, random.Random(seed))  # noqa: S311
    with app.app_context():
        upgrade()
        callers = _town(app.extensions["helpline"], payments)
        _let_go()
        _all_ring(bench, callers)
        _clock_goes(bench)
        figures = {"payments": payments, **_faults(bench), **_looked_at()}
        _let_go()
    return figures


def _town(parts: Parts, payments: int) -> list[int]:
    """Callers with a bill each, at a biller whom they have paid before; the ids. A few have too little money."""
    now, currency = parts.now(), parts.settings.currency
    pin_hash = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(parts.settings.pin_pepper + PIN)
    biller = Biller(name="City Electric", kind="electricity", allowed=True)
    callers = [
        Caller(name="Margaret", full_name=f"Margaret {number}", phone=f"+4420{number:08d}", pin_hash=pin_hash, created_at=now)
        for number in range(payments)
    ]
    db.session.add_all([biller, *callers])
    db.session.flush()
    for caller in callers:
        add_paid(caller, biller, now, currency)
        add_bill(caller, biller, AMOUNT, now, due_in=6, currency=currency)
    ids = [caller.id for caller in callers]
    db.session.commit()
    ledger = Ledger(lambda: now)
    for place, caller_id in enumerate(ids, 1):
        money = AMOUNT * 3 if place % POOR else AMOUNT - 1  # enough to be seen if it is taken twice
        ledger.deposit(f"bench:{caller_id}", money, currency, f"caller:{caller_id}")
    return ids


def _let_go() -> None:
    """No open file of the database goes into a fork."""
    db.session.remove()
    db.engine.dispose()


def _all_ring(bench: Bench, callers: list[int]) -> None:
    """Fork processes that take calls, and kill each after a while, until every caller has been on the line.

    Whose call died rings back, every second time; nobody rings back more often than that once they have said yes.
    """
    waiting = [*callers]
    while waiting:
        shares = [waiting[n::AT_ONCE] for n in range(AT_ONCE)]
        children = [
            bench.fork(lambda parts, share=share: _take_calls(bench, parts, share), bench.chance.randrange(2**32))  # type: ignore[misc]
            for share in shares
            if share
        ]
        for child in children:
            _kill_later(bench, child)
        over = {int(line) for line in bench.noted("over")}
        begun = Counter(int(line) for line in bench.noted("begun"))
        claimed = set(db.session.scalars(select(Payment.caller_id).where(~Payment.key.startswith("demonstration"))))
        _let_go()
        gone = {caller for caller in begun if caller in claimed and bench.chance.random() < 0.5}
        waiting = [caller for caller in waiting if caller not in over | gone]


def _kill_later(bench: Bench, child: int) -> None:
    """Kill -9 at some moment; a process that has died or come to its end before is only waited for."""
    until = time.monotonic() + bench.chance.expovariate(1 / LIFE)
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            break
        time.sleep(0.005)
    else:
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        bench.counts["killed_anywhere"] += os.WIFSIGNALED(status)
    if not os.WIFSIGNALED(status) and os.WEXITSTATUS(status):
        raise click.ClickException("a process ended by an error of its own")


def _take_calls(bench: Bench, parts: Parts, callers: list[int]) -> None:
    for caller_id in callers:
        bench.note("begun", str(caller_id))
        _one_call(bench, parts, caller_id)
        bench.note("over", str(caller_id))


def _one_call(bench: Bench, parts: Parts, caller_id: int) -> None:
    """Answer every question until the call is over, and settle some payments once more than needed."""
    conversation = parts.conversation
    number = db.session.get_one(Caller, caller_id).phone
    call_id = open_call(f"CA{os.getpid()}-{caller_id}-{time.monotonic_ns()}", number, "inbound", parts.now()).id
    db.session.commit()
    reply = conversation.begin(call_id)
    for _ in range(MOST_TURNS):
        if reply.then == "carry_out":
            reply = conversation.carry_out(call_id, reply.turn + 1)
            _settle_again(bench, parts, call_id, reply)
        elif reply.then == "listen":
            answer = ANSWERS.get(reply.says[-1].key, Heard(text="pay my bill"))
            reply = conversation.take_turn(call_id, reply.turn + 1, answer)
        else:
            return


def _settle_again(bench: Bench, parts: Parts, call_id: int, reply: Reply) -> None:
    caller_id = db.session.get_one(Call, call_id).caller_id
    payment = db.session.scalars(select(Payment).where(Payment.caller_id == caller_id).order_by(Payment.id.desc())).first()
    db.session.rollback()
    if payment is None or payment.id % REPEATED:
        return
    bench.note("faults", "settled_again")
    if parts.conversation.carry_out(call_id, reply.turn).says != reply.says:
        raise OutOfTurn("a repeated turn said something else")
    for _ in range(2):
        answer = settlement.charge(payment.id, parts.conversation.payments, parts.now())
        settlement.record(db.session.get_one(Payment, payment.id), answer, parts.now())
        db.session.commit()


def _clock_goes(bench: Bench) -> None:
    """The clock, at later and later times; the first ones are killed, and the last finds nothing left to do."""
    for round_, after in enumerate(CLOCK_AT):
        early = round_ < KILLED_CLOCKS
        child = bench.fork(_all_due, bench.chance.randrange(2**32), after, faults=early)
        if early:
            _kill_later(bench, child)
        elif os.waitpid(child, 0)[1]:
            raise click.ClickException("the clock ended by an error of its own")


def _all_due(parts: Parts) -> None:
    due = select(func.count()).select_from(Timer).where(Timer.done_at.is_(None))
    while db.session.scalar(
        due.where(Timer.due_at <= parts.now(), (Timer.lease_until.is_(None)) | (Timer.lease_until < parts.now()))
    ):
        db.session.rollback()
        clock.run_due_timers(parts, f"clock:{os.getpid()}")


def _faults(bench: Bench) -> dict[str, int]:
    counted = Counter(bench.noted("faults"))
    names = (
        "killed_before_charge",
        "killed_after_charge",
        "timed_out_before",
        "timed_out_after",
        "not_found_out",
        "settled_again",
    )
    rang = Counter(bench.noted("begun"))
    return {"killed_anywhere": bench.counts["killed_anywhere"], **{name: counted[name] for name in names},
            "rang_back": sum(times - 1 for times in rang.values())}  # fmt: skip


def _looked_at() -> dict[str, Any]:
    """Every payment against the ledger, its bill, its text and what was said; `wrong` is the sum of all that must be 0."""
    ours = select(Payment).where(~Payment.key.startswith("demonstration"))
    payments = [*db.session.scalars(ours.order_by(Payment.id))]
    charges = {row.key: row for row in db.session.scalars(select(LedgerTransaction).where(LedgerTransaction.memo != "deposit"))}
    with_person = set(db.session.scalars(select(ServiceRequest.details["payment_id"].as_integer()).where(_for_a_person())))
    last = {payment.caller_id: payment for payment in payments}.values()  # who was declined may have asked once more
    states = Counter(payment.status for payment in last)
    wrong = {
        "paid_twice": _paid_twice(),
        "lost": _lost(payments, charges, with_person),
        "told_wrong": sum(1 for _ in _told_wrong(payments, charges)),
        "unbalanced": int(bool(db.session.scalar(select(func.sum(LedgerEntry.amount))))),
    }
    told = {
        "settled": states["settled"],
        "not_paid": states["failed"],
        "with_a_person": sum(payment.id in with_person for payment in last),
    }
    return {**told, **wrong, "wrong": sum(wrong.values())}


def _for_a_person() -> Any:
    return ServiceRequest.dedupe_key.startswith("payment_unclear:")


def _paid_twice() -> int:
    """Callers who have paid more than their one bill."""
    spent = (
        select(LedgerEntry.account)
        .where(LedgerEntry.account.startswith("caller:"), LedgerEntry.amount < 0)
        .group_by(LedgerEntry.account)
        .having(func.sum(LedgerEntry.amount) < -AMOUNT)
    )
    return len(db.session.scalars(spent).all())


def _lost(payments: list[Payment], charges: dict[str, LedgerTransaction], with_person: set[int]) -> int:
    """Payments that no row ends and no person has, callers without a payment, and charges that no payment asked for."""
    hanging = sum(payment.status == "claimed" and payment.id not in with_person for payment in payments)
    callers = db.session.scalar(select(func.count()).select_from(Caller)) or 0
    settled = sum(payment.status == "settled" and payment.key not in charges for payment in payments)
    open_bills = set(db.session.scalars(select(Bill.id).where(Bill.status == "due")))
    bills = sum((payment.status == "settled") == (payment.bill_id in open_bills) for payment in payments)
    strays = len(charges.keys() - {payment.key for payment in payments})
    without = callers - len({payment.caller_id for payment in payments})  # who was declined may have asked once more
    return hanging + without + settled + bills + strays


def _told_wrong(payments: list[Payment], charges: dict[str, LedgerTransaction]) -> Iterator[int]:
    """Callers who heard or read what is not so, and those whom nobody told how it ended."""
    texts = set(db.session.scalars(select(Delivery.dedupe_key)))
    heard: dict[int | None, set[str]] = {}
    for caller_id, reply in db.session.execute(select(Call.caller_id, Turn.reply).join(Turn, Turn.call_id == Call.id)):
        heard.setdefault(caller_id, set()).update(said["key"] for said in reply["says"])
    for payment in payments:
        charge, said = charges.get(payment.key), heard.get(payment.caller_id, set())
        moved = charge is not None and charge.status == "paid"
        right = {
            "settled": moved and "bill.not_paid" not in said,
            "failed": not moved and "bill.paid" not in said,
            "claimed": not said & {"bill.paid", "bill.not_paid"},
        }[payment.status]
        read = {f"sms:receipt:{payment.id}": "settled", f"sms:not_paid:{payment.id}": "failed"}
        if not right or any((key in texts) != (payment.status == status) for key, status in read.items()):
            yield payment.id
