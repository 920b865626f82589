"""How the fraud rules do, and for whom: holds by language, by age and by how well the caller was heard, and each rule against
what people found out. Only reads.

A hold that comes of bad hearing, of a language or of an age is an error of ours and no risk of theirs. No rule knows an age:
the year of birth, where it was written down, is for this count alone.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from fraud.assess import ruleset
from fraud.shares import share
from helpline.db import db
from helpline.models import Caller, Turn
from helpline.services.bills.models import Assessment, Bill, BillAccount
from helpline.services.holds.models import Hold

DAYS = 90
STOPPED = ("hold", "refuse")
AGES = ((65, "under 65"), (75, "65 to 74"), (85, "75 to 84"))  # years below which a band ends; one birthday may be yet to come
HEARD = ((0.6, "badly"), (0.85, "fairly"))  # mean confidence of a call's words below which they were heard so


@dataclass(frozen=True)
class Group:
    """Requests for a payment of one group: how many, and which share was stopped, with its 95 % interval."""

    name: str
    asked: int
    stopped: int
    low: float
    high: float

    @property
    def share(self) -> float:
        return self.stopped / self.asked


@dataclass(frozen=True)
class RuleCount:
    """One rule: requests in which it spoke, holds of those, and what people said of the holds."""

    id: str
    name: str
    spoke: int
    held: int
    false_alarms: int
    scams: int
    on_trial: bool


@dataclass(frozen=True)
class Measured:
    languages: tuple[Group, ...]
    ages: tuple[Group, ...]
    heard: tuple[Group, ...]
    rules: tuple[RuleCount, ...]


def measured(now: dt.datetime, days: int = DAYS) -> Measured:
    """Of the payments asked for in the last `days` days."""
    since = now - dt.timedelta(days=days)
    rows = db.session.execute(
        select(Assessment.call_id, Assessment.outcome, Caller.language, Caller.birth_year)
        .join(Bill, Assessment.bill_id == Bill.id)
        .join(BillAccount, Bill.account_id == BillAccount.id)
        .join(Caller, BillAccount.caller_id == Caller.id)
        .where(Assessment.at > since)
    ).all()
    heard = _how_heard(since)
    return Measured(
        languages=_groups([(row.language, row.outcome) for row in rows]),
        ages=_groups([(_age(row.birth_year, now.year), row.outcome) for row in rows]),
        heard=_groups([(heard.get(row.call_id, "by keys alone"), row.outcome) for row in rows]),
        rules=_rules(since),
    )


def as_data(seen: Measured) -> dict[str, Any]:
    """As `helpline fraud fairness --json` writes it."""
    return {
        "language": {group.name: _group_data(group) for group in seen.languages},
        "age": {group.name: _group_data(group) for group in seen.ages},
        "heard": {group.name: _group_data(group) for group in seen.heard},
        "rules": {rule.id: {key: value for key, value in vars(rule).items() if key != "id"} for rule in seen.rules},
    }


def _group_data(group: Group) -> dict[str, float]:
    return {"asked": group.asked, "stopped": group.stopped, "share": group.share, "low": group.low, "high": group.high}


def _how_heard(since: dt.datetime) -> Mapping[int, str]:
    """Each call's words by the mean confidence of the recogniser; calls without words are left out."""
    confidences: dict[int, list[float]] = defaultdict(list)
    calls = select(Assessment.call_id).where(Assessment.at > since)
    for call_id, heard in db.session.execute(select(Turn.call_id, Turn.heard).where(Turn.call_id.in_(calls))):
        if heard["text"] and not heard["keys"]:
            confidences[call_id].append(heard["confidence"])
    return {call: _how(sum(found) / len(found)) for call, found in confidences.items()}


def _age(born: int | None, year: int) -> str:
    if born is None:
        return "not known"
    return next((band for below, band in AGES if year - born < below), "85 and older")


def _how(confidence: float) -> str:
    return next((word for below, word in HEARD if confidence < below), "well")


def _groups(asked: Sequence[tuple[str, str]]) -> tuple[Group, ...]:
    stopped: dict[str, list[bool]] = defaultdict(list)
    for name, outcome in asked:
        stopped[name].append(outcome in STOPPED)
    return tuple(
        Group(name, len(hits), sum(hits), found["low"], found["high"])
        for name, hits in sorted(stopped.items())
        for found in [share(hits)]
    )


def _rules(since: dt.datetime) -> tuple[RuleCount, ...]:
    """Every rule that spoke, on trial or not, the most frequent first."""
    spoke, trial = defaultdict[str, int](int), set[str]()
    for findings, shadow in db.session.execute(select(Assessment.findings, Assessment.shadow).where(Assessment.at > since)):
        trial |= {finding["id"] for finding in shadow}
        for rule in {finding["id"] for finding in (*findings, *shadow)}:
            spoke[rule] += 1
    holds = [
        ({finding["id"] for finding in findings}, verdict)
        for findings, verdict in db.session.execute(select(Hold.findings, Hold.verdict).where(Hold.set_at > since))
    ]
    return tuple(
        RuleCount(
            id=rule,
            name=ruleset().names.get(rule, rule),
            spoke=count,
            held=sum(rule in rules for rules, _ in holds),
            false_alarms=sum(rule in rules and verdict == "false_alarm" for rules, verdict in holds),
            scams=sum(rule in rules and verdict == "scam" for rules, verdict in holds),
            on_trial=rule in trial,
        )
        for rule, count in sorted(spoke.items(), key=lambda pair: (-pair[1], pair[0]))
    )
