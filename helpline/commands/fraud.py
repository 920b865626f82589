"""`helpline fraud`: what other rules would have decided, and for whom the rules are hard."""

from __future__ import annotations

import datetime as dt
import json
import os
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from fraud.assess import CONFIG, Ruleset, RulesetError, assess, ruleset
from fraud.findings import OUTCOMES
from helpline.app import create_app
from helpline.commands.assess import read_facts
from helpline.dashboard import fairness as measures
from helpline.db import db, only_look
from helpline.services.bills.models import Assessment
from helpline.settings import load_settings

STOPPED = ("hold", "refuse")
MOST_SHOWN = 50


@click.group()
def command() -> None:
    """Look back at what the fraud rules decided. Nothing here changes a decision."""


@command.command()
@click.option(
    "--rules", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=CONFIG, help="Another fraud.toml."
)
@click.option("--days", type=click.IntRange(min=1), default=90, show_default=True, help="How far back.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of words.")
def replay(file: Path, days: int, as_json: bool) -> None:
    """Assess stored requests again, by the rules as they stand or those of a file, and show what would have differed.

    Rules on trial are counted as if they counted. Requests from before their facts were kept are left out, and told.
    """
    try:
        rules = ruleset(file)
    except (RulesetError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise click.ClickException(f"{file}: {error}") from error
    with create_app(load_settings(os.environ)).app_context():
        only_look()
        since = dt.datetime.now(dt.UTC) - dt.timedelta(days=days)
        stored = db.session.scalars(select(Assessment).where(Assessment.at > since).order_by(Assessment.id)).all()
        result = replayed(stored, rules)
        db.session.remove()
        db.engine.dispose()
    click.echo(json.dumps(result) if as_json else "\n".join(_in_words(result, rules)))


def replayed(stored: Iterable[Assessment], rules: Ruleset) -> dict[str, Any]:
    """What each stored request came to and would come to: counts, alerts per 1,000, and the requests that differ."""
    counts: Counter[tuple[str, str]] = Counter()
    trial: dict[str, Counter[str]] = {rule: Counter(spoke=0, worse=0) for rule in sorted(rules.shadow)}
    differing: list[dict[str, Any]] = []
    without_facts = 0
    for then in stored:
        if then.facts is None:
            without_facts += 1
            continue
        facts = read_facts(then.facts)
        now = assess(facts, rules)
        counts[then.outcome, now.outcome] += 1
        for rule in {finding.id for finding in now.shadow}:
            counted = assess(facts, replace(rules, shadow=rules.shadow - {rule}))
            trial[rule]["spoke"] += 1
            trial[rule]["worse"] += OUTCOMES.index(counted.outcome) > OUTCOMES.index(now.outcome)
        if now.outcome != then.outcome:
            before, after = ({finding["id"] for finding in then.findings}, {finding.id for finding in now.findings})
            differing.append(
                {
                    "assessment": then.id,
                    "at": then.at.isoformat(),
                    "then": then.outcome,
                    "now": now.outcome,
                    "came": sorted(after - before),
                    "went": sorted(before - after),
                }
            )
    return {
        "version": rules.version,
        "requests": counts.total(),
        "without_facts": without_facts,
        "stopped_per_1000_then": _per_1000(counts, 0),
        "stopped_per_1000_now": _per_1000(counts, 1),
        "outcomes": [{"then": then, "now": now, "requests": count} for (then, now), count in sorted(counts.items())],
        "trial": {rule: dict(count) for rule, count in trial.items()},
        "differing": differing,
    }


def _per_1000(counts: Counter[tuple[str, str]], which: int) -> float:
    stopped = sum(count for pair, count in counts.items() if pair[which] in STOPPED)
    return 1000 * stopped / counts.total() if counts else 0.0


def _in_words(result: dict[str, Any], rules: Ruleset) -> Iterable[str]:
    yield f"{result['requests']} requests, by the rules of version {result['version']}."
    if result["without_facts"]:
        yield f"{result['without_facts']} more are from before their facts were kept, and are left out."
    yield f"Stopped of 1,000: {result['stopped_per_1000_then']:.1f} then, {result['stopped_per_1000_now']:.1f} now."
    for rule, count in result["trial"].items():
        yield f"On trial, {rule} ({rules.names[rule]}): spoke {count['spoke']} times, and would have made {count['worse']} worse."
    for one in result["differing"][:MOST_SHOWN]:
        changes = [f"now {', '.join(one['came'])}"] * bool(one["came"]) + [f"no more {', '.join(one['went'])}"] * bool(
            one["went"]
        )
        yield f"  {one['at']}  {one['then']} -> {one['now']}  {'; '.join(changes) or 'other points'}"
    if (more := len(result["differing"]) - MOST_SHOWN) > 0:
        yield f"  and {more} more: --json has them all."


@command.command()
@click.option("--days", type=click.IntRange(min=1), default=measures.DAYS, show_default=True, help="How far back.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of words.")
def fairness(days: int, as_json: bool) -> None:
    """Payments stopped by language, by age and by how well the caller was heard, and each rule against what people found out."""
    with create_app(load_settings(os.environ)).app_context():
        only_look()
        seen = measures.measured(dt.datetime.now(dt.UTC), days)
        db.session.remove()
        db.engine.dispose()
    click.echo(json.dumps(measures.as_data(seen)) if as_json else "\n".join(_table(seen)))


def _table(seen: measures.Measured) -> Iterable[str]:
    for words, groups in (("Language", seen.languages), ("Age", seen.ages), ("Heard", seen.heard)):
        yield f"{words:16} asked  stopped"
        for group in groups:
            yield f"  {group.name:14} {group.asked:5}  {group.stopped:7}  {group.share:6.1%} ({group.low:.1%} to {group.high:.1%})"
    for rule in seen.rules:
        trial = ", on trial" * rule.on_trial
        yield f"{rule.id} {rule.name}{trial}: spoke {rule.spoke}, held {rule.held}, false alarms {rule.false_alarms}, scams {rule.scams}"
