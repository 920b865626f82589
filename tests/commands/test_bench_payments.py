"""Payments while processes are killed and answers get lost: a small run of the measurement, and one that must find fault."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from helpline.commands import bench_payments
from helpline.services.gateways.ledger import Ledger
from helpline.services.gateways.payments import Charge
from tests.commands.conftest import Run

WRONG = ("paid_twice", "lost", "told_wrong", "unbalanced", "wrong")


def test_nothing_is_paid_twice_or_lost_and_everybody_is_told_the_truth(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_payments, "POOR", 5)
    monkeypatch.setattr(bench_payments, "SILENT", 4)
    ran = run("bench", "payments", "--payments", "15", "--json")
    (figures,) = ran.items
    assert ran.code == 0 and {name: figures[name] for name in WRONG} == dict.fromkeys(WRONG, 0)
    assert figures["settled"] + figures["not_paid"] + figures["with_a_person"] == 15
    assert figures["not_paid"] and figures["with_a_person"]
    # That it went wrong at all: processes died, answers were lost, payments were settled again, and people rang back.
    assert figures["killed_anywhere"] and figures["rang_back"] and figures["settled_again"]
    assert figures["timed_out_after"] + figures["killed_after_charge"] + figures["not_found_out"] > 0


def test_a_gateway_that_forgets_its_keys_is_found_out(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    class Forgetful(Ledger):
        def charge(self, key: str, *asked: Any) -> Charge:
            return super().charge(f"{key}:{secrets.token_hex(4)}", *asked)

    monkeypatch.setattr(bench_payments, "Ledger", Forgetful)
    monkeypatch.setattr(bench_payments, "SILENT", 1)  # every answer is lost, so every key is asked for again
    ran = run("bench", "payments", "--payments", "2", "--json")
    assert ran.code == 1 and ran.items[0]["paid_twice"] == 2
