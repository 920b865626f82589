"""Facts in, assessment out: the rules in their written order, points added, floors kept."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fraud.facts import Facts
from fraud.findings import OUTCOMES, Assessment, Finding, Outcome
from fraud.rules import RULES

CONFIG = Path(__file__).resolve().parent.parent / "config" / "fraud.toml"
BAND_WIDTH = 1000.0  # an outcome's scores stay below the next outcome's: a worse outcome never scores lower


class RulesetError(ValueError):
    """config/fraud.toml cannot be right; the message says where."""


@dataclass(frozen=True)
class Ruleset:
    """Points and floor of each rule, and the lowest score of each outcome, under one version."""

    version: str
    points: Mapping[str, float]
    floors: Mapping[str, Outcome]
    bands: Mapping[Outcome, float]


@cache
def ruleset(path: Path = CONFIG) -> Ruleset:
    """Read and check the ruleset. Raises RulesetError for an unknown rule, a missing one or an unknown outcome."""
    data = tomllib.loads(path.read_text("utf-8"))
    if unequal := data["rules"].keys() ^ RULES.keys():
        raise RulesetError(f"{path.name}: rules without code, or code without points: {sorted(unequal)}")
    floors: dict[str, Outcome] = {}
    for rule, entry in data["rules"].items():
        floor = next((outcome for outcome in OUTCOMES if outcome == (entry["floor"] or "allow")), None)
        if floor is None:
            raise RulesetError(f"{path.name}: {rule} has the unknown floor {entry['floor']!r}")
        floors[rule] = floor
    return Ruleset(
        version=data["version"],
        points={rule: float(entry["points"]) for rule, entry in data["rules"].items()},
        floors=floors,
        bands={outcome: float(data["bands"].get(outcome, 0)) for outcome in OUTCOMES},
    )


def assess(facts: Facts, rules: Ruleset) -> Assessment:
    """Run every rule. A rule that crashes counts as a hold for a money request: it fails closed, by name."""
    findings = tuple(finding for rule, function in RULES.items() if (finding := _run(rule, function, facts, rules)) is not None)
    total = max(0.0, sum(finding.points for finding in findings))
    band = max((outcome for outcome in OUTCOMES if total >= rules.bands[outcome]), key=OUTCOMES.index)
    outcome = max([band, *(finding.floor for finding in findings)], key=OUTCOMES.index)
    ceiling = min((rules.bands[worse] for worse in OUTCOMES[OUTCOMES.index(outcome) + 1 :]), default=BAND_WIDTH)
    lowest = rules.bands[outcome]
    # Within its outcome a score grows with the total, and it never reaches the next outcome's lowest.
    score = lowest + (ceiling - lowest) * (total / (total + BAND_WIDTH))
    return Assessment(outcome, score, findings, rules.version)


def _run(rule: str, function: Callable[[Facts], str | None], facts: Facts, rules: Ruleset) -> Finding | None:
    try:
        reason = function(facts)
    except Exception as error:
        return Finding(rule, 0.0, "hold", f"the rule failed: {type(error).__name__}")
    return Finding(rule, rules.points[rule], rules.floors[rule], reason) if reason else None
