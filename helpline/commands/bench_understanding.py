"""`helpline bench understanding`: on sentences that were held out, and on one thread's clock."""

from __future__ import annotations

import datetime as dt
import json
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import click
import numpy as np

from helpline.commands.filters import language_option
from voice.heard import Meaning
from voice.languages import Language
from voice.tokens import plain
from voice.understanding import likeliest
from voice.understanding.learning import classifier, vectors

NOW = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)
FALSE_ACCEPTS = 0.05
THRESHOLDS = (0.3, 0.5, 0.7, 0.9)
BINS = 15
TIMED = 200  # sentences


@dataclass(frozen=True)
class Answer:
    """One held-out sentence: what it is, what was understood, and how sure that was."""

    text: str
    intent: str
    understood: str
    confidence: float


@click.command()
@language_option
@click.option("--folds", type=click.IntRange(2, 20), default=4, show_default=True, help="Parts for cross-validation.")
@click.option(
    "--unseen", type=click.Path(exists=True, file_okay=False, path_type=Path), help="A folder of sentences kept unseen."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(language: Language, folds: int, unseen: Path | None, as_json: bool) -> None:
    """Cross-validation over the language's own sentences, the time that one takes, and the unseen ones where a folder is
    given. Each part of the sentences is judged by weights that were fitted without it."""
    report: dict[str, Any] = {"language": language.code, "cross_validation": figures(list(cross_validated(language, folds)))}
    if unseen:
        heard = {path.stem: list(_unseen(language, path)) for path in sorted(unseen.glob("*.toml"))}
        mixed = [answer for answers in heard.values() for answer in answers if "emergency" not in answer.intent]
        report["unseen"] = {name: figures(answers) for name, answers in {**heard, "all but emergencies": mixed}.items()}
    report["time"] = timed(language)
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False))
    else:
        _print(report)


def cross_validated(language: Language, folds: int) -> Iterator[Answer]:
    """Every sentence, judged by a classifier that has not seen its part."""
    from voice.understanding.fitting import fit

    examples = [(plain(text), intent, text) for intent, texts in sorted(language.sentences.items()) for text in texts]
    made = vectors([said for said, _, _ in examples], language)
    parts = np.random.default_rng(1).integers(folds, size=len(examples))
    for part in range(folds):
        known = np.flatnonzero(parts != part)
        learned = fit(language.code, [examples[place][:2] for place in known], partial(vectors, language=language))
        without = _without(language, {examples[place][2] for place in np.flatnonzero(parts == part)})
        for place in np.flatnonzero(parts == part):
            said, intent, text = examples[place]
            reading = learned.read(said, made[place])
            yield _answer(text, intent, likeliest(text, without, NOW, reading))


def _without(language: Language, held_out: set[str]) -> Language:
    sentences = {intent: tuple(text for text in texts if text not in held_out) for intent, texts in language.sentences.items()}
    return replace(language, sentences=sentences)


def _unseen(language: Language, path: Path) -> Iterator[Answer]:
    data = tomllib.loads(path.read_text("utf-8"))
    for intent, texts in data.get("intents", data).items():
        for text in texts:
            yield _answer(text, intent, likeliest(text, language, NOW))


def _answer(text: str, intent: str, meaning: Meaning) -> Answer:
    return Answer(text, intent, meaning.intent, meaning.confidence)


def figures(answers: Sequence[Answer]) -> dict[str, Any]:
    """What the answers say, each figure only where the sentences allow it. Shares are 0-1."""
    ours = [answer for answer in answers if answer.intent not in ("none", "not_emergency")]
    foreign = [answer for answer in answers if answer.intent in ("none", "not_emergency")]
    danger = [answer for answer in answers if answer.intent == "emergency"]
    safe = [answer for answer in answers if answer.intent != "emergency"]
    found: dict[str, Any] = {"sentences": len(answers)}
    if not any(answer.intent == "not_emergency" for answer in answers):  # those may mean anything else
        found["accuracy"] = _share(answers, _right)
        found["calibration_error"] = calibration_error(answers)
        wrong = Counter((answer.intent, answer.understood) for answer in answers if not _right(answer))
        found["confusions"] = [[*pair, times] for pair, times in wrong.most_common(10)]
    if ours:
        found["right_of_ours"] = _share(ours, _right)
    if ours and foreign:
        threshold = threshold_at(foreign, FALSE_ACCEPTS)
        found["threshold"] = threshold
        found["right_at_5_percent_false_accepts"] = _share(
            ours, lambda answer: _right(answer) and answer.confidence > threshold
        )
    if foreign:
        found["false_accepts"] = {str(t): _share(foreign, lambda answer, t=t: _accepted(answer, t)) for t in (0.0, *THRESHOLDS)}
    if danger:
        found["emergency_recall"] = _share(danger, _right)
        found["emergency_false_alarms"] = _share(safe, lambda answer: answer.understood == "emergency") if safe else None
    return found


def _right(answer: Answer) -> bool:
    return answer.understood == answer.intent


def _accepted(answer: Answer, threshold: float) -> bool:
    return answer.understood != "none" and answer.confidence >= threshold


def _share(answers: Sequence[Answer], holds: Callable[..., bool]) -> float:
    return sum(holds(answer) for answer in answers) / len(answers)


def threshold_at(foreign: Sequence[Answer], share: float) -> float:
    """The confidence above which at most this share of the foreign sentences is accepted."""
    accepted = sorted((answer.confidence for answer in foreign if answer.understood != "none"), reverse=True)
    allowed = int(share * len(foreign))
    return accepted[allowed] if allowed < len(accepted) else 0.0


def calibration_error(answers: Sequence[Answer]) -> float:
    """How far confidence and accuracy lie apart, on average over bins of equal size."""
    ordered = sorted(answers, key=lambda answer: answer.confidence)
    edges = np.linspace(0, len(ordered), BINS + 1).astype(int)
    bins = [ordered[start:end] for start, end in pairwise(edges) if end > start]
    gaps = [abs(sum(_right(answer) - answer.confidence for answer in part)) for part in bins]
    return sum(gaps) / len(answers)


def timed(language: Language) -> dict[str, float]:
    """Milliseconds a sentence, and the whole understanding over its classifier alone, turn about in the same run."""
    every = [text for texts in language.sentences.values() for text in texts]
    some = every[:: max(1, len(every) // TIMED)][:TIMED]
    bare = classifier(language)
    whole_times, bare_times = [], []
    for text in ["warm up", *some]:
        started = time.perf_counter()
        likeliest(text, language, NOW)
        between = time.perf_counter()
        bare.read(plain(text))
        whole_times.append(between - started)
        bare_times.append(time.perf_counter() - between)
    p50, p95 = np.percentile(whole_times[1:], [50, 95]) * 1000
    return {
        "sentences": len(some),
        "p50_ms": float(p50),
        "p95_ms": float(p95),
        "ratio": sum(whole_times[1:]) / sum(bare_times[1:]),
    }


def _print(report: dict[str, Any]) -> None:
    groups = {"cross-validation": report["cross_validation"], **report.get("unseen", {}), "time": report["time"]}
    for name, found in groups.items():
        click.echo(name)
        for key, value in found.items():
            click.echo(
                f"  {key.replace('_', ' '):34}{value:.3f}"
                if isinstance(value, float)
                else f"  {key.replace('_', ' '):34}{value}"
            )
