"""Whom to ask: hard filters with their own words for why not, then the least busy first. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

MOST_A_DAY = 2


@dataclass(frozen=True)
class Candidate:
    """A volunteer as matching sees them. `recent`: tasks in the last 30 days; `today`: tasks on the task's day."""

    id: int
    languages: tuple[str, ...]
    areas: tuple[str, ...]
    kinds: tuple[str, ...]
    on_duty: bool
    recent: int = 0
    today: int = 0


@dataclass(frozen=True)
class Need:
    """What a task asks for."""

    kind: str
    area: str
    language: str


@dataclass(frozen=True)
class Ranking:
    """Who may be asked, best first, and for the others the reason why not."""

    ids: tuple[int, ...]
    why_not: Mapping[int, str]


def rank(need: Need, candidates: Iterable[Candidate]) -> Ranking:
    """Filter, then order by recent tasks: the same few are not always asked. Ties by id, so it is repeatable."""
    why_not: dict[int, str] = {}
    fitting: list[Candidate] = []
    for candidate in candidates:
        if reason := _why_not(need, candidate):
            why_not[candidate.id] = reason
        else:
            fitting.append(candidate)
    ordered = sorted(fitting, key=lambda candidate: (candidate.recent, candidate.id))
    return Ranking(tuple(candidate.id for candidate in ordered), why_not)


def _why_not(need: Need, candidate: Candidate) -> str:
    if not candidate.on_duty:
        return "not on duty"
    if need.kind not in candidate.kinds:
        return "does not help with this"
    if need.area not in candidate.areas:
        return "does not go to this area"
    if need.language not in candidate.languages:
        return "does not speak the language"
    if candidate.today >= MOST_A_DAY:
        return "has enough to do on that day"
    return ""
