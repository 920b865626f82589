"""What a rule says, and what all of them come to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["allow", "confirm", "hold", "refuse"]
OUTCOMES: tuple[Outcome, ...] = ("allow", "confirm", "hold", "refuse")


@dataclass(frozen=True)
class Hit:
    """A rule's answer when its signal is there: why, in plain words, and how strongly.

    `grade` names the entry in config/fraud.toml that has the points, for rules with more than one. `share` scales the
    points of a signal that is measured rather than heard (0 to 1)."""

    reason: str
    grade: str = ""
    share: float = 1.0


@dataclass(frozen=True)
class Finding:
    """One rule's hit. `points` may be negative (protective); `floor` is the outcome that it forces at least.

    A finding whose `subject` is a case ranks that person's case: it is shown, and never enters a payment. `grade` is the hit's."""

    id: str
    points: float
    floor: Outcome
    reason: str
    subject: Literal["payment", "case"] = "payment"
    grade: str = ""


@dataclass(frozen=True)
class Assessment:
    """All findings, the score (0 or more, never lower for a worse outcome) and the outcome.

    `shadow` are the findings of rules that are still on trial: kept, shown to whoever tunes the rules, and without any
    effect on the rest."""

    outcome: Outcome
    score: float
    findings: tuple[Finding, ...]
    version: str
    shadow: tuple[Finding, ...] = ()
