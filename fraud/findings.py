"""What a rule says: hit, miss, unavailable or error, with its id and its reason in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["allow", "confirm", "hold", "refuse"]
OUTCOMES: tuple[Outcome, ...] = ("allow", "confirm", "hold", "refuse")


@dataclass(frozen=True)
class Finding:
    """One rule's hit. `points` may be negative (protective); `floor` is the outcome that it forces at least."""

    id: str
    points: float
    floor: Outcome
    reason: str


@dataclass(frozen=True)
class Assessment:
    """All findings, the score (0 or more, never lower for a worse outcome) and the outcome."""

    outcome: Outcome
    score: float
    findings: tuple[Finding, ...]
    version: str
