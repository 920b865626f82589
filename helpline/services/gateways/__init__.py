"""Systems outside: one small contract each, the embedded version beside the real one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from helpline.services.gateways import cards  # noqa: F401 - its table is in every database, whichever gateway is used
from helpline.services.gateways.ledger import Ledger
from helpline.services.gateways.payments import PaymentGateway
from helpline.settings import Settings


def open_gateway(settings: Settings, now: Callable[[], dt.datetime]) -> PaymentGateway:
    """The payment gateway that the settings name. Asks nobody yet."""
    if settings.payments.gateway == "ledger":
        return Ledger(now)
    from helpline.services.gateways.stripe import Stripe  # its library is large, and most processes never need it

    return Stripe(settings.payments.stripe_key, settings.payments.stripe_webhook_secret, settings.payments.stripe_url)
