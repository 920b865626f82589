"""A small Stripe of our own on loopback: it remembers, keeps keys as theirs does, and fails as it is told to."""

from __future__ import annotations

import copy
import hashlib
import hmac
import json
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

WEBHOOK_SECRET = "whsec_of_the_tests"

Answer = tuple[int, dict[str, Any]]


class FakeStripe:
    """`money` is what each customer's card is good for, in the smallest unit. `faults` are used up one a request:

    `lost before` and `lost after` (no answer, nothing or everything done), `500 before`, `500 after`, `409`, `429`, `401`.
    As at Stripe, the answer to a key is kept and given again, a 500 too; other parameters under one key are refused.
    """

    def __init__(self) -> None:
        self.money: dict[str, int] = {}
        self.intents: list[dict[str, Any]] = []
        self.refunds: list[dict[str, Any]] = []
        self.methods: dict[str, dict[str, Any]] = {}  # cards that were left here, by their id
        self.customers = 0
        self.setup_status = "succeeded"  # that a card is looked at with
        self.pages: dict[str, dict[str, Any]] = {}
        self.refund_status = "succeeded"  # that a refund is made with
        self.faults: deque[str] = deque()
        self.asked: list[tuple[str, str]] = []  # path, idempotency key
        self._kept: dict[str, tuple[dict[str, Any], Answer]] = {}
        self._lock = threading.Lock()
        self.url = ""

    @contextmanager
    def running(self) -> Iterator[FakeStripe]:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()

    def post(self, path: str, form: dict[str, Any], key: str) -> Answer | None:
        """None: the line breaks before the answer."""
        with self._lock:
            self.asked.append((path, key))
            fault = self.faults.popleft() if self.faults else ""
            if fault in ("lost before", "500 before", "409", "429", "401"):
                return {"409": (409, _error("idempotency_key_in_use")), "429": (429, _error("rate_limit")),
                        "401": (401, _error("invalid_key")), "500 before": (500, _error("api_error"))}.get(fault)  # fmt: skip
            if key in self._kept:
                asked, answer = self._kept[key]
                if asked != form:
                    return 400, _error("idempotency", type="idempotency_error")
            else:
                answer = {"/v1/payment_intents": self._charge, "/v1/refunds": self._refund, "/v1/customers": self._customer,
                          "/v1/setup_intents": self._setup, "/v1/checkout/sessions": self._page}[path](form)  # fmt: skip
                if fault == "500 after":
                    answer = 500, _error("api_error")
                self._kept[key] = (form, copy.deepcopy(answer))
            return None if fault == "lost after" else answer

    def _charge(self, form: dict[str, Any]) -> Answer:
        if not form["payment_method"].startswith("pm_"):
            return 400, _error("resource_missing", type="invalid_request_error")
        intent = {
            "id": f"pi_{len(self.intents) + 1}", "object": "payment_intent", "created": int(time.time()),
            "amount": int(form["amount"]), "amount_received": 0, "currency": form["currency"], "customer": form["customer"],
            "status": "requires_payment_method", "last_payment_error": None,
            "metadata": {name[9:-1]: value for name, value in form.items() if name.startswith("metadata[")},
        }  # fmt: skip
        self.intents.append(intent)
        if form["payment_method"] == "pm_asks_for_a_password":
            return self._declined(intent, "authentication_required", "authentication_required")
        if self.money.get(form["customer"], 0) < intent["amount"]:
            return self._declined(intent, "card_declined", "insufficient_funds")
        self.money[form["customer"]] -= intent["amount"]
        intent |= {"status": "succeeded", "amount_received": intent["amount"]}
        return 200, intent

    def _declined(self, intent: dict[str, Any], code: str, decline_code: str) -> Answer:
        error = {"type": "card_error", "code": code, "decline_code": decline_code, "message": "Declined."}
        intent["last_payment_error"] = error
        return 402, {"error": {**error, "payment_intent": intent}}

    def _refund(self, form: dict[str, Any]) -> Answer:
        intent = next(intent for intent in self.intents if intent["id"] == form["payment_intent"])
        if any(refund["payment_intent"] == intent["id"] and refund["status"] != "failed" for refund in self.refunds):
            return 400, _error("charge_already_refunded", type="invalid_request_error")
        if self.refund_status == "succeeded":
            self.money[intent["customer"]] += intent["amount"]
        id = f"re_{len(self.refunds) + 1}"
        self.refunds.append({"id": id, "object": "refund", "payment_intent": intent["id"], "status": self.refund_status})
        return 200, self.refunds[-1]

    def leave_card(self, number: str, month: str) -> str:
        """A card as a Pay Connector, or a page, brings it: its id."""
        id = f"pm_of_a_test_{len(self.methods) + 1}"
        card = {"brand": "visa", "last4": number[-4:], "exp_month": int(month[:2]), "exp_year": 2000 + int(month[2:])}
        self.methods[id] = {"id": id, "object": "payment_method", "customer": None, "card": card}
        return id

    def fill_page(self, id: str, method: str) -> None:
        """Somebody has left this card on the page."""
        setup = {"id": "seti_page", "object": "setup_intent", "status": "succeeded", "payment_method": self.methods[method]}
        self.pages[id] |= {"status": "complete", "setup_intent": setup}

    def _customer(self, form: dict[str, Any]) -> Answer:
        self.customers += 1
        return 200, {"id": f"cus_{self.customers}", "object": "customer"}

    def _setup(self, form: dict[str, Any]) -> Answer:
        if self.setup_status == "declined":
            return 402, _error("card_declined", type="card_error")
        if self.setup_status == "succeeded":
            self.methods[form["payment_method"]]["customer"] = form["customer"]
        return 200, {"id": "seti_1", "object": "setup_intent", "status": self.setup_status}

    def _page(self, form: dict[str, Any]) -> Answer:
        id = f"cs_test_{len(self.pages) + 1}"
        page = {"id": id, "object": "checkout.session", "status": "open", "customer": form["customer"], "setup_intent": None}
        self.pages[id] = {**page, "url": f"https://checkout.stripe.com/c/pay/{id}"}
        return 200, self.pages[id]

    def one(self, path: str) -> Answer:
        """A card, or a page, as it stands now."""
        kind, _, id = path.removeprefix("/v1/").rpartition("/")
        found = (self.methods if kind == "payment_methods" else self.pages).get(id)
        return (200, found) if found else (404, _error("resource_missing", type="invalid_request_error"))

    def refund(self, path: str, query: dict[str, str]) -> Answer:
        """One refund as it stands now, or those of a charge."""
        with self._lock:
            if path == "/v1/refunds":
                found = [one for one in self.refunds if one["payment_intent"] == query["payment_intent"]]
                return 200, {"object": "list", "url": path, "data": found, "has_more": False}
            return 200, next(one for one in self.refunds if path == f"/v1/refunds/{one['id']}")

    def listed(self, query: dict[str, str]) -> Answer:
        """Newest first, a page at a time, as theirs."""
        with self._lock:
            found = [intent for intent in reversed(self.intents) if self._wanted(intent, query)]
        after = query.get("starting_after")
        if after:
            found = found[[intent["id"] for intent in found].index(after) + 1 :]
        limit = min(2, int(query.get("limit", 10)))  # small pages, so that more than one is asked for
        return 200, {"object": "list", "url": "/v1/payment_intents", "data": found[:limit], "has_more": len(found) > limit}

    def _wanted(self, intent: dict[str, Any], query: dict[str, str]) -> bool:
        since, until = int(query.get("created[gte]", 0)), int(query.get("created[lt]", 2**40))
        return since <= intent["created"] < until and query.get("customer") in (None, intent["customer"])


def _error(code: str, type: str = "api_error") -> dict[str, Any]:
    return {"error": {"type": type, "code": code, "message": "as told"}}


def _handler(stripe: FakeStripe) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._answer(stripe.post(self.path, form, self.headers.get("Idempotency-Key", "")))

        def do_GET(self) -> None:
            if stripe.faults and stripe.faults[0] == "books shut":
                self._answer((503, _error("api_error")))
            else:
                url = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(url.query).items()}
                if url.path.startswith(("/v1/payment_methods/", "/v1/checkout/sessions/")):
                    self._answer(stripe.one(url.path))
                    return
                refunds = url.path.startswith("/v1/refunds")
                self._answer(stripe.refund(url.path, query) if refunds else stripe.listed(query))

        def _answer(self, answer: Answer | None) -> None:
            self.close_connection = True
            if answer is None:
                return
            body = json.dumps(answer[1]).encode()
            self.send_response(answer[0])
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    return Handler


def notice(kind: str, subject: dict[str, Any], id: str = "evt_1", at: float | None = None) -> tuple[bytes, str]:
    """A webhook's body and its signature, made at this time (now, if not told)."""
    body = json.dumps({"id": id, "object": "event", "type": kind, "data": {"object": subject}})
    stamp = int(time.time() if at is None else at)
    signed = hmac.new(WEBHOOK_SECRET.encode(), f"{stamp}.{body}".encode(), hashlib.sha256).hexdigest()
    return body.encode(), f"t={stamp},v1={signed}"
