"""A card that a caller leaves with the card company: typed by keys in a call, or on the card company's own page, which somebody
of the office opens with them. Never said, and never with us: we keep what the card company calls it, its last four digits,
its kind and its last month.

Both ways are a CardEntry, and both end in `keep`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import asdict

from sqlalchemy import ForeignKey, Integer, String, UniqueConstraint, select, update
from sqlalchemy.orm import Mapped, mapped_column

from helpline import audit, events, outbox, throttle
from helpline.db import Model, UtcDateTime, changed, db
from helpline.models import Call, Caller
from helpline.providers import CardTyped
from helpline.services.context import Context
from helpline.services.gateways.cards import Card, CardGateway, CardSaved
from helpline.services.gateways.payments import GatewayUnclear
from voice.heard import Json, Result
from voice.languages import Language

MOST_A_DAY = 3  # tries of one caller by keys: more would be somebody who tries out cards that are not theirs


class CardEntry(Model):
    """One card on its way to us. waiting -> typed -> saved or failed; on a page there is no `typed`."""

    __tablename__ = "card_entry"
    __table_args__ = (UniqueConstraint("call_id", "turn"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    caller_id: Mapped[int] = mapped_column(ForeignKey("caller.id"), index=True)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"))  # by keys: in this call,
    turn: Mapped[int | None] = mapped_column(Integer)  # asked for in this turn
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  # on a page: who has opened it
    note: Mapped[str] = mapped_column(String(500), default="")  # how they knew that it is their caller
    token: Mapped[str] = mapped_column(String(120), default="")  # the card company's id of the card, or of its page
    status: Mapped[str] = mapped_column(String(12), default="waiting")
    why: Mapped[str] = mapped_column(String(12), default="")  # it failed
    began_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


# -- by keys, in a call


def by_keys(context: Context) -> bool:
    """Whether this line can take a card by keys."""
    takes = bool(context.settings.telephony.pay_connector) and isinstance(context.payments, CardGateway)
    return takes and not context.training


def begin(args: Json, context: Context) -> Result:
    """`ready`: the telephone company may ask for the card; `refused` below level 2, `too_many`, or `not_here`."""
    if not by_keys(context):
        return Result("card.begin", "not_here")
    if context.caller_id is None or context.level < 2:
        return Result("card.begin", "refused")
    if not throttle.allow(f"card:caller:{context.caller_id}", MOST_A_DAY, dt.timedelta(days=1), context.now):
        return Result("card.begin", "too_many")
    db.session.add(CardEntry(caller_id=context.caller_id, call_id=context.call_id, turn=context.turn, began_at=context.now))
    events.record("card_asked_for", f"call:{context.call_id}", context.now)
    return Result("card.begin", "ready")


def entry_of(call: Call) -> CardEntry | None:
    """The card that this call was left for, in its last turn."""
    return db.session.scalar(select(CardEntry).where(CardEntry.call_id == call.id, CardEntry.turn == call.turns - 1))


def take(entry: CardEntry, typed: CardTyped, now: dt.datetime) -> None:
    """Write down what the telephone company tells; only the first time counts. Does not commit."""
    ok = typed.came == "ok"
    values = {"status": "typed", "token": typed.token} if ok else {"status": "failed", "why": typed.came, "ended_at": now}
    if changed(update(CardEntry).where(CardEntry.id == entry.id, CardEntry.status == "waiting").values(**values)):
        events.record("card_typed" if ok else "card_not_typed", f"card:{entry.id}", now, came=typed.came)
    db.session.refresh(entry)


def came_of(call: Call) -> Result | None:
    """What the conversation is told when the caller comes back to it; None where they were not away for a card."""
    entry = entry_of(call)
    if entry is None:
        return None
    return Result("card.typed", "ok" if entry.status == "typed" else entry.why or "trouble", {"entry_id": entry.id})


def ask_company(args: Json, context: Context) -> Json:
    """Whether the card may be charged from now on: asked outside any transaction, once however often."""
    entry = _own(args["entry_id"], context)
    status, key, payer, token = entry.status, _key(entry), _payer(entry), entry.token
    db.session.rollback()
    if status != "typed" or not isinstance(context.payments, CardGateway):
        return {"status": "known"}
    try:
        card = context.payments.save_card(key, payer, token)
    except GatewayUnclear:
        return {"status": "trouble"}
    return {"status": "saved", **asdict(card)} if card else {"status": "declined"}


def write_down(args: Json, answer: Json, context: Context) -> Result:
    """`saved` with its last four digits, `declined`, or `trouble`. Run again, it says the same and changes nothing."""
    entry = _own(args["entry_id"], context)
    if answer["status"] == "saved":
        keep(entry, CardSaved(**{name: answer[name] for name in CardSaved.__dataclass_fields__}), context.language, context.now)
    elif answer["status"] != "known":
        fail(entry, answer["status"], context.now)
    db.session.refresh(entry)
    if entry.status == "saved":
        return Result("card.keep", "saved", {"last_four": db.session.get_one(Card, _payer(entry)).last_four})
    return Result("card.keep", entry.why or "trouble")


def _own(entry_id: int, context: Context) -> CardEntry:
    entry = db.session.get_one(CardEntry, entry_id)
    if entry.caller_id != context.caller_id:
        raise KeyError(f"call {context.call_id}: no card {entry_id} of this caller")
    return entry


# -- on the card company's page, opened by somebody of the office


def open_page(caller_id: int, staff_id: int, note: str, gateway: CardGateway, back: str, now: dt.datetime) -> str:
    """The address of a page for this caller's card. `back`: where it leads to afterwards, with `{}` for the entry's id.
    Commits before the card company is asked, and afterwards. Raises GatewayUnclear."""
    entry = CardEntry(caller_id=caller_id, staff_id=staff_id, note=note, began_at=now)
    db.session.add(entry)
    db.session.flush()
    audit.write(f"staff:{staff_id}", "card_page_opened", f"caller:{caller_id}", now, entry=entry.id, note=note)
    entry_id, key, payer = entry.id, _key(entry), _payer(entry)
    db.session.commit()
    page = gateway.open_card_page(key, payer, back.format(entry_id))
    db.session.execute(update(CardEntry).where(CardEntry.id == entry_id).values(token=page.id))
    db.session.commit()
    return page.url


def look_at_page(entry: CardEntry, gateway: CardGateway, language: Language, now: dt.datetime) -> str:
    """What has come of a page: `saved`, or `waiting` while no card was left there. Commits; raises GatewayUnclear."""
    entry_id, status, page_id = entry.id, entry.status, entry.token
    db.session.rollback()  # the card company is asked with no transaction open
    card = gateway.saved_on_page(page_id) if status == "waiting" and page_id else None
    if card is not None:
        keep(db.session.get_one(CardEntry, entry_id), card, language, now)
    db.session.commit()
    return db.session.get_one(CardEntry, entry_id).status


# -- both


def keep(entry: CardEntry, card: CardSaved, language: Language, now: dt.datetime) -> bool:
    """The caller's payments go to this card from now on, in the place of the one before; who did not ask for that rings us.
    False when it has ended already. Does not commit."""
    still = (CardEntry.id == entry.id, CardEntry.status.in_(("waiting", "typed")))
    if not changed(update(CardEntry).where(*still).values(status="saved", token=card.payment_method, ended_at=now)):
        return False
    caller = db.session.get_one(Caller, entry.caller_id)
    db.session.merge(Card(payer=_payer(entry), saved_at=now, **asdict(card)))
    events.record("card_saved", f"caller:{caller.id}", now)
    audit.write(_actor(entry), "card_saved", f"caller:{caller.id}", now, entry=entry.id, last_four=card.last_four)
    if not caller.landline:
        body = language.prompt("sms.card", {"last_four": card.last_four}, now.date())
        outbox.promise_sms(caller.phone, body, f"card:{entry.id}", now)
    return True


def fail(entry: CardEntry, why: str, now: dt.datetime) -> None:
    """No card came of it, and the one before stays. Does not commit."""
    still = (CardEntry.id == entry.id, CardEntry.status.in_(("waiting", "typed")))
    if changed(update(CardEntry).where(*still).values(status="failed", why=why, ended_at=now)):
        audit.write(_actor(entry), "card_refused", f"caller:{entry.caller_id}", now, entry=entry.id, why=why)


def _key(entry: CardEntry) -> str:
    return f"card:{entry.id}"


def _payer(entry: CardEntry) -> str:
    return f"caller:{entry.caller_id}"


def _actor(entry: CardEntry) -> str:
    return f"staff:{entry.staff_id}" if entry.staff_id else f"caller:{entry.caller_id}"


ORDERS: dict[str, Callable[[Json, Context], Result]] = {"card.begin": begin}
OUTSIDE: dict[str, tuple[Callable[[Json, Context], Json], Callable[[Json, Json, Context], Result]]] = {
    "card.keep": (ask_company, write_down)
}
