"""What the helpline can do. `perform` carries out one order of the dialogue inside the turn's transaction.

An order to an outside system goes in two halves: `ask_outside` with no transaction open, then `write_down`
in the transaction of the next turn.
"""

from __future__ import annotations

from collections.abc import Callable

from helpline.identity.pins import check_pin
from helpline.services import (
    cards,
    details,
    enrolment,
    languages,
    lessons,
    people,
    proof,
    protection,
    proving,
    recap,
    safety,
    visits,
    wishes,
)
from helpline.services.appointments import booked
from helpline.services.appointments import orders as appointments
from helpline.services.bills import orders as bills
from helpline.services.bills import planning, settlement, stopping
from helpline.services.bills.status import status as bill_status
from helpline.services.context import Context
from helpline.services.holds import calls as holds
from voice.heard import Json, Order, Result


def _check_pin(args: Json, context: Context) -> Result:
    if context.caller_id is None:
        return Result("identity.check_pin", "none")
    pepper = context.settings.pin_pepper
    return Result("identity.check_pin", check_pin(context.caller_id, context.call_id, args["pin"], pepper, context.now))


ORDERS: dict[str, Callable[[Json, Context], Result]] = {
    "identity.check_pin": _check_pin,
    "bills.due": bills.due,
    "bills.status": bill_status,
    "bills.claim": bills.claim,
    "bills.receipt_heard": bills.receipt_heard,
    **planning.ORDERS,
    **stopping.ORDERS,
    **holds.ORDERS,
    **protection.ORDERS,
    **proof.ORDERS,
    **proving.ORDERS,
    **appointments.ORDERS,
    **booked.ORDERS,
    **visits.ORDERS,
    **people.ORDERS,
    **languages.ORDERS,
    **wishes.ORDERS,
    **safety.ORDERS,
    **enrolment.ORDERS,
    **lessons.ORDERS,
    **recap.ORDERS,
    **details.ORDERS,
    **cards.ORDERS,
}
OUTSIDE: dict[str, tuple[Callable[[Json, Context], Json], Callable[[Json, Json, Context], Result]]] = {
    "bills.settle": (settlement.charge_order, settlement.settle_order),
    **cards.OUTSIDE,
}


def perform(order: Order, context: Context) -> Result:
    """Do one order now. Raises KeyError for an order that no service knows: a fault of ours, never of the caller."""
    return ORDERS[order.name](order.args, context)


def ask_outside(order: Order, context: Context) -> Json:
    """Ask the outside system. No transaction may be open; none is left open."""
    return OUTSIDE[order.name][0](order.args, context)


def write_down(order: Order, answer: Json, context: Context) -> Result:
    """Put what the outside system answered into rows, in the transaction of the turn that tells it."""
    return OUTSIDE[order.name][1](order.args, answer, context)
