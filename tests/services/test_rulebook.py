"""Which fraud rules are in force is in the audit, once for each change."""

from __future__ import annotations

from dataclasses import replace

from flask import Flask
from sqlalchemy import select

from fraud.assess import Weight, ruleset
from helpline import clock as ticking
from helpline.audit import AuditEntry
from helpline.db import db
from helpline.services.rulebook import note_rules
from tests.cast import Clock


def entries() -> list[dict[str, object]]:
    return list(db.session.scalars(select(AuditEntry.data).where(AuditEntry.action == "rules_changed").order_by(AuditEntry.id)))


def test_the_clock_writes_down_the_rules_once(app: Flask) -> None:
    for _ in range(2):
        ticking._guarded(app, ticking.note_rules)()
    with app.app_context():
        (first,) = entries()
    assert first["version"] == ruleset().version and first["changed"] == {}
    assert first["in_force"]["F007"] == {"": [60.0, "hold"]}  # type: ignore[index]


def test_what_has_changed_is_named_with_what_it_was(in_app: Flask, clock: Clock) -> None:
    rules = ruleset()
    milder = replace(rules, version="next", weights={**rules.weights, "F007": {"": Weight(10.0, "allow")}})
    on_trial = replace(milder, shadow=frozenset({"F013"}))
    for these in (rules, milder, milder, on_trial, rules):
        note_rules(these, clock.now())
        db.session.commit()
    _, second, third, back = entries()
    assert second["changed"] == {"F007": {"was": {"": [60.0, "hold"]}, "is": {"": [10.0, "allow"]}}}
    assert third["changed"] == {"shadow": {"was": [], "is": ["F013"]}}
    assert set(back["changed"]) == {"F007", "shadow"}  # type: ignore[call-overload]
