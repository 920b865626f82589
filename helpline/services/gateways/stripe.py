"""Stripe: cards that callers leave with it are charged while they are on the telephone. The only file that knows Stripe.

Every charge is one PaymentIntent, made and confirmed in one request under the payment's own key, which also stands in its
metadata: what a lost answer said can be looked up there for as long as Stripe keeps its books.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import stripe

from helpline.services.catalogue import catalogue
from helpline.services.gateways.cards import CardPage, CardSaved, card_of
from helpline.services.gateways.payments import Charge, Collected, GatewayUnclear, NotGenuine, Notice

PATIENCE = 20.0  # seconds for an answer: the caller hears a filler meanwhile
SKEW = dt.timedelta(minutes=10)  # between our clock and theirs
REASONS = {"insufficient_funds": "no_money", "expired_card": "card_expired"}  # that a caller may hear, and does something about
UNDER_WAY, NOT_GIVEN = ("pending", "requires_action"), ("failed", "canceled")  # a refund's statuses, beside succeeded
NOTICES = {
    "payment_intent.succeeded": "paid",
    "payment_intent.payment_failed": "declined",
    "charge.refunded": "refunded",
    "refund.failed": "not_given",
}
log = logging.getLogger(__name__)

logging.getLogger("stripe").setLevel(logging.WARNING)  # below that it logs whom we asked about
stripe.enable_telemetry = False  # nothing beside the request itself goes to the supplier


class Stripe:
    """The payments contract over PaymentIntents. Needs an app context for the cards."""

    def __init__(self, secret_key: str, webhook_secret: str, url: str, patience: float = PATIENCE) -> None:
        self._webhook_secret = webhook_secret
        self._client = stripe.StripeClient(
            secret_key,
            base_addresses={"api": url},
            http_client=stripe.RequestsClient(timeout=patience),
            max_network_retries=0,  # who asks again, and until when, is decided by the clock
        )

    def charge(self, key: str, amount: Decimal, currency: str, payer: str, payee: str, memo: str) -> Charge:
        card = card_of(payer)
        if card is None:
            return Charge("declined", "no_card")
        wanted: Any = {
            "amount": _minor(amount, currency),
            "currency": currency.lower(),
            "customer": card.customer,
            "payment_method": card.payment_method,
            "payment_method_types": ["card"],
            "off_session": True,
            "confirm": True,
            "error_on_requires_action": True,  # nobody here can type a bank's password
            "description": memo,
            "metadata": {"key": key, "payee": payee},
        }
        asked = dt.datetime.now(dt.UTC)
        try:
            return _outcome(self._client.v1.payment_intents.create(wanted, {"idempotency_key": key}).to_dict())
        except stripe.CardError as error:
            body: Any = error.json_body or {}
            return Charge("declined", _reason(body.get("error")))
        except stripe.InvalidRequestError as error:
            log.error("stripe refused the charge %s as it was asked for: %s", key, error.code)
            return Charge("declined", "gateway")
        except stripe.StripeError as error:
            return self._looked_up(key, payer, asked, error)

    def find(self, key: str, payer: str, since: dt.datetime) -> Charge | None:
        card = card_of(payer)
        try:
            intent = self._intent(key, card.customer, since) if card else None
        except stripe.StripeError as error:
            raise GatewayUnclear(_told(error)) from error
        return _outcome(intent) if intent else None

    def refund(self, key: str, charge_key: str, payer: str, since: dt.datetime) -> Charge:
        card = card_of(payer)
        try:
            intent = self._intent(charge_key, card.customer, since) if card else None
            if intent is None or intent["status"] != "succeeded":
                return Charge("declined", "not_paid")
            return _given_back(self._refund_status(key, intent["id"]))
        except stripe.InvalidRequestError as error:
            log.error("stripe refused the refund %s as it was asked for: %s", key, error.code)
            return Charge("declined", "gateway")
        except stripe.StripeError as error:
            raise GatewayUnclear(_told(error)) from error

    def collected(self, since: dt.datetime, until: dt.datetime) -> Iterator[Collected]:
        try:
            for intent in self._intents(since, lt=until):
                if intent["status"] == "succeeded" and "key" in intent["metadata"]:
                    yield _collected(intent)
        except stripe.StripeError as error:
            raise GatewayUnclear(_told(error)) from error

    def notice(self, body: bytes, signature: str) -> Notice | None:
        """What a signed webhook tells of one of our charges; None when it is about something else.

        Raises NotGenuine for a signature that is missing, wrong, or older than five minutes.
        """
        try:
            event = stripe.Webhook.construct_event(body, signature, self._webhook_secret).to_dict()
        except (stripe.SignatureVerificationError, ValueError) as error:
            raise NotGenuine("the notice is not signed by the gateway") from error
        subject, status = event["data"]["object"], NOTICES.get(event["type"])
        key = (subject.get("metadata") or {}).get("key")
        if status is None or key is None:
            return None
        return Notice(event["id"], key, status, _reason(subject.get("last_payment_error")) if status == "declined" else "")

    def save_card(self, key: str, payer: str, payment_method: str) -> CardSaved | None:
        """A SetupIntent, made and confirmed in one request. One that wants its owner's password is a no: it cannot be typed
        on a telephone."""
        try:
            method = self._client.v1.payment_methods.retrieve(payment_method).to_dict()
            customer = method.get("customer") or self._customer(payer)
            wanted: Any = {
                "customer": customer,
                "payment_method": payment_method,
                "payment_method_types": ["card"],
                "usage": "off_session",
                "confirm": True,
                "metadata": {"key": key},
            }
            status = self._client.v1.setup_intents.create(wanted, {"idempotency_key": key}).status
        except stripe.CardError:
            return None
        except stripe.InvalidRequestError as error:
            log.error("stripe refused the card %s as it was brought: %s", key, error.code)
            return None
        except stripe.StripeError as error:
            raise GatewayUnclear(_told(error)) from error
        if status == "processing":
            raise GatewayUnclear("the card is being looked at")
        return _saved(customer, method) if status == "succeeded" else None

    def open_card_page(self, key: str, payer: str, back: str) -> CardPage:
        """A Checkout Session that moves no money. The caller's own bank may ask for their password there."""
        try:
            wanted: Any = {
                "mode": "setup",
                "customer": self._customer(payer),
                "payment_method_types": ["card"],
                "success_url": back,
                "cancel_url": back,
                "metadata": {"card": key},
            }
            session = self._client.v1.checkout.sessions.create(wanted, {"idempotency_key": key})
        except stripe.StripeError as error:
            raise GatewayUnclear(_told(error)) from error
        return CardPage(session.id, session.url or "")

    def saved_on_page(self, page_id: str) -> CardSaved | None:
        try:
            wanted: Any = {"expand": ["setup_intent.payment_method"]}
            session = self._client.v1.checkout.sessions.retrieve(page_id, wanted).to_dict()
        except stripe.StripeError as error:
            raise GatewayUnclear(_told(error)) from error
        setup = session.get("setup_intent") or {}
        if session["status"] != "complete" or setup["status"] != "succeeded":
            return None
        return _saved(session["customer"], setup["payment_method"])

    def _customer(self, payer: str) -> str:
        """Who the payer is at Stripe: nobody is made twice within a day, and whoever has a card has been made."""
        if card := card_of(payer):
            return card.customer
        wanted: Any = {"metadata": {"payer": payer}}
        return str(self._client.v1.customers.create(wanted, {"idempotency_key": f"customer:{payer}"}).id)

    def _refund_status(self, key: str, intent_id: str) -> str:
        """How the refund stands now. The answer under a key is kept as it first was: only the books know what became of it."""
        asked: Any = {"payment_intent": intent_id, "metadata": {"key": key}}
        try:
            made = self._client.v1.refunds.create(asked, {"idempotency_key": key})
        except stripe.InvalidRequestError as error:
            if error.code != "charge_already_refunded":
                raise
            listed = self._client.v1.refunds.list({"payment_intent": intent_id}).to_dict()["data"]
            return next((one["status"] for one in listed if one["status"] in UNDER_WAY), "succeeded")
        return str(self._client.v1.refunds.retrieve(made.id).status)

    def _looked_up(self, key: str, payer: str, asked: dt.datetime, error: stripe.StripeError) -> Charge:
        """The answer got lost, or is no answer. What the books say already is as good as one."""
        log.warning("stripe gave no clear answer to the charge %s: %s", key, _told(error))
        found = self.find(key, payer, asked)
        if found is None:
            raise GatewayUnclear(_told(error)) from error
        return found

    def _intent(self, key: str, customer: str, since: dt.datetime) -> dict[str, Any] | None:
        """The charge under this key; the one that was paid, should there be several."""
        ours = [intent for intent in self._intents(since - SKEW, customer=customer) if intent["metadata"].get("key") == key]
        return next((intent for intent in ours if intent["status"] == "succeeded"), ours[0] if ours else None)

    def _intents(self, since: dt.datetime, lt: dt.datetime | None = None, **which: Any) -> Iterator[dict[str, Any]]:
        created = {"gte": int(since.timestamp()), **({"lt": int(lt.timestamp())} if lt else {})}
        wanted: Any = {**which, "created": created, "limit": 100}
        for intent in self._client.v1.payment_intents.list(wanted).auto_paging_iter():
            yield intent.to_dict()


def _outcome(intent: dict[str, Any]) -> Charge:
    """An intent in our words. Raises GatewayUnclear for one that is still under way."""
    status, failure = intent["status"], intent.get("last_payment_error")
    if status == "succeeded":
        return Charge("paid")
    if status == "canceled" or (status == "requires_payment_method" and failure):
        return Charge("declined", _reason(failure))
    raise GatewayUnclear(f"the charge is {status}")


def _saved(customer: str, method: dict[str, Any]) -> CardSaved:
    card = method["card"]
    return CardSaved(customer, method["id"], card["brand"], card["last4"], f"{card['exp_year']}-{card['exp_month']:02}")


def _given_back(status: str) -> Charge:
    """What a refund's status means. Raises GatewayUnclear while it is under way: the bank may still say no."""
    if status == "succeeded":
        return Charge("paid")
    if status in NOT_GIVEN:
        return Charge("declined", "gateway")
    raise GatewayUnclear(f"the refund is {status}")


def _reason(failure: dict[str, Any] | None) -> str:
    """Why a card was declined, as a word that the caller may hear."""
    code = (failure or {}).get("decline_code") or (failure or {}).get("code")
    return REASONS.get(str(code), "gateway")


def _told(error: stripe.StripeError) -> str:
    """Which fault it was, without the supplier's sentence: that may repeat what we sent."""
    return f"{type(error).__name__} {error.http_status or ''} {error.code or ''}".strip()


def _minor(amount: Decimal, currency: str) -> int:
    return int(amount.scaleb(catalogue().currencies[currency]).to_integral_exact())


def _collected(intent: dict[str, Any]) -> Collected:
    currency, told = intent["currency"].upper(), intent["metadata"]
    amount = Decimal(intent["amount_received"]).scaleb(-catalogue().currencies[currency])
    return Collected(told["key"], told["payee"], amount, currency, dt.datetime.fromtimestamp(intent["created"], dt.UTC))
