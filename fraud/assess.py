"""Facts in, assessment out: the rules in their written order, points added, floors kept."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from fraud.facts import Facts
from fraud.findings import OUTCOMES, Assessment, Finding, Hit, Outcome
from fraud.rules import ABOUT_WORDS, RULES, Rule
from fraud.rules.words import UNCLEAR
from fraud.wording import likeness, suspicion

CONFIG = Path(__file__).resolve().parent.parent / "config" / "fraud.toml"
LEARNED_WEIGHS = 25.0  # points for each unit of suspicion, in the order of conversations with one outcome
STOPPING: tuple[Outcome, ...] = ("hold", "refuse")
BAND_WIDTH = 1000.0  # an outcome's scores stay below the next outcome's: a worse outcome never scores lower
LIKENESS = "F059"  # learned from text that somebody wrote: it may hold a payment, and never refuse one
DOUBTED = 0.3  # likeness below which a rule that heard a few words asks, because all the others are like honest calls
FEW_WORDS = 8  # of fewer there are no others


class RulesetError(ValueError):
    """config/fraud.toml cannot be right; the message says where."""


@dataclass(frozen=True)
class Weight:
    """The points of a hit, and the outcome that it forces at least."""

    points: float
    floor: Outcome


@dataclass(frozen=True)
class Ruleset:
    """Weights of each rule by grade, which rules act on a person's case, which are on trial (`shadow`), the lowest score
    of each outcome, and what staff call each rule."""

    version: str
    weights: Mapping[str, Mapping[str, Weight]]
    cases: frozenset[str]
    shadow: frozenset[str]
    bands: Mapping[Outcome, float]
    names: Mapping[str, str]

    def weight(self, rule: str, grade: str) -> Weight:
        return self.weights[UNCLEAR][""] if grade == UNCLEAR else self.weights[rule][grade]


@cache
def ruleset(path: Path = CONFIG) -> Ruleset:
    """Read and check the ruleset. Raises RulesetError for an unknown rule, a missing one or an unknown outcome."""
    data = tomllib.loads(path.read_text("utf-8"))
    for table, known in (("rules", {*RULES, UNCLEAR}), ("names", {*RULES})):
        if unequal := data.get(table, {}).keys() ^ known:
            raise RulesetError(f"{path.name}: [{table}] lacks rules, or has some without code: {sorted(unequal)}")
    return Ruleset(
        version=data["version"],
        weights={rule: _grades(rule, entry, path.name) for rule, entry in data["rules"].items()},
        cases=frozenset(rule for rule, entry in data["rules"].items() if entry.get("subject") == "case"),
        shadow=frozenset(rule for rule, entry in data["rules"].items() if entry.get("shadow", False)),
        bands={outcome: float(data["bands"].get(outcome, 0)) for outcome in OUTCOMES},
        names=data["names"],
    )


def _grades(rule: str, entry: Mapping[str, Any], file: str) -> dict[str, Weight]:
    grades = {"": entry} if "points" in entry else {name: grade for name, grade in entry.items() if isinstance(grade, dict)}
    weights: dict[str, Weight] = {}
    for grade, values in grades.items():
        floor = next((outcome for outcome in OUTCOMES if outcome == (values.get("floor") or "allow")), None)
        if floor is None:
            raise RulesetError(f"{file}: {rule} has the unknown floor {values['floor']!r}")
        weights[grade] = Weight(float(values["points"]), floor)
    return weights


def assess(facts: Facts, rules: Ruleset) -> Assessment:
    """Run the rules: about words alone without a request. A rule that crashes counts as a hold: it fails closed, by name."""
    asked = RULES if facts.request else {rule: RULES[rule] for rule in RULES if rule in ABOUT_WORDS}
    found = [finding for rule, function in asked.items() if (finding := _run(rule, function, facts, rules)) is not None]
    found = found if facts.request else _doubted(found, facts, rules)  # where money is asked for, a floor stays
    findings = tuple(finding for finding in found if finding.id not in rules.shadow)
    shadow = tuple(finding for finding in found if finding.id in rules.shadow)
    payment = [finding for finding in findings if finding.subject == "payment"]
    total = _total(payment)
    known = _band(_total(finding for finding in payment if finding.id != LIKENESS and finding.grade != UNCLEAR), rules)
    # What was learned confirms a suspicion; alone it asks, unless it is strong, and then its floor holds.
    most: Outcome = "hold" if known != "allow" else "confirm"
    outcome = _worst(known, _mildest(_band(total, rules), most), *(finding.floor for finding in payment))
    ceiling = min((rules.bands[worse] for worse in OUTCOMES[OUTCOMES.index(outcome) + 1 :]), default=BAND_WIDTH)
    lowest = rules.bands[outcome]
    # Within its outcome a score grows with what the rules and all the words say, and never reaches the next outcome's lowest.
    sure = _total(finding for finding in payment if finding.id != LIKENESS) + LEARNED_WEIGHS * suspicion(
        facts.words, facts.read
    )
    score = lowest + (ceiling - lowest) * (sure / (sure + BAND_WIDTH))
    return Assessment(outcome, score, findings, rules.version, shadow)


def _total(findings: Iterable[Finding]) -> float:
    return max(0.0, sum(finding.points for finding in findings))


def _band(total: float, rules: Ruleset) -> Outcome:
    return _worst(*(outcome for outcome in OUTCOMES if total >= rules.bands[outcome]))


def _worst(*outcomes: Outcome) -> Outcome:
    return max(outcomes, key=OUTCOMES.index)


def _mildest(*outcomes: Outcome) -> Outcome:
    return min(outcomes, key=OUTCOMES.index)


def _run(rule: str, function: Rule, facts: Facts, rules: Ruleset) -> Finding | None:
    try:
        hit = function(facts)
        return _finding(rule, hit, rules) if hit else None
    except Exception as error:
        return Finding(rule, 0.0, "hold", f"the rule failed: {type(error).__name__}")


def _doubted(found: list[Finding], facts: Facts, rules: Ruleset) -> list[Finding]:
    """A few words that one rule knows, amid many that are not like a scam's, are a question: the envelope may be for the
    window cleaner. Two rules bear each other out. The call-back and its questions come all the same."""
    stop = [
        one for one in found if one.id in ABOUT_WORDS and one.floor in STOPPING and one.points and one.id not in rules.shadow
    ]
    if len(stop) != 1 or len(" ".join(facts.words).split()) <= FEW_WORDS or likeness(facts.words, facts.read) >= DOUBTED:
        return found
    asked = _finding(stop[0].id, Hit(f"{stop[0].reason}, amid other words", UNCLEAR), rules)
    return [asked if one is stop[0] else one for one in found]


def _finding(rule: str, hit: Hit, rules: Ruleset) -> Finding:
    weight = rules.weight(rule, hit.grade)
    return Finding(
        rule, weight.points * hit.share, weight.floor, hit.reason, "case" if rule in rules.cases else "payment", hit.grade
    )
