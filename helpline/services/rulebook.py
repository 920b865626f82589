"""Which fraud rules are in force: what changed in their file is in the audit, because payments are decided by it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select

from fraud.assess import Ruleset
from helpline import audit
from helpline.audit import AuditEntry
from helpline.db import db

RULES_CHANGED, SUBJECT = "rules_changed", "rules:fraud"


def note_rules(rules: Ruleset, now: dt.datetime) -> bool:
    """Write down what these rules do otherwise than those that were in force before; all of it the first time. False where
    nothing does. Does not commit."""
    in_force = _as_data(rules)
    latest = select(AuditEntry.data).where(AuditEntry.action == RULES_CHANGED, AuditEntry.subject == SUBJECT)
    before = db.session.scalar(latest.order_by(AuditEntry.id.desc()).limit(1))
    if before is not None and before["in_force"] == in_force:
        return False
    was = before["in_force"] if before is not None else in_force  # the first time nothing has changed
    differ = sorted(name for name in {*was, *in_force} if was.get(name) != in_force.get(name))
    changed = {name: {"was": was.get(name), "is": in_force.get(name)} for name in differ}
    audit.write("helpline", RULES_CHANGED, SUBJECT, now, version=rules.version, changed=changed, in_force=in_force)
    return True


def _as_data(rules: Ruleset) -> dict[str, Any]:
    """Each rule's points and floor by grade, the scores of the outcomes, and which rules are on trial."""
    weights = {rule: {grade: [weight.points, weight.floor] for grade, weight in grades.items()}
               for rule, grades in rules.weights.items()}  # fmt: skip
    return {**weights, "bands": dict(rules.bands), "shadow": sorted(rules.shadow)}
