"""`helpline bench fraud`: how many scams the words give away, and how many honest callers are held."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter
from typing import Any

import click

from fraud.assess import assess, ruleset
from fraud.garble import garble
from fraud.shares import share
from helpline.services.scamwords import spoken

SEALED = Path(__file__).resolve().parents[2] / "tests" / "fraud" / "sealed"
STOPPED = ("hold", "refuse")
TURNS = 6  # of a call, after each of which is counted what is known by then


@dataclass(frozen=True)
class Conversation:
    family: str
    scam: bool
    words: tuple[str, ...]


@click.command()
@click.option(
    "--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=SEALED, help="Families in TOML."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
def command(folder: Path, as_json: bool) -> None:
    """Measure the words alone on conversations that the words were not learned from, clean and garbled."""
    conversations = read(folder)
    random = Random(1)  # noqa: S311 - the same garbling every time
    garbled = [Conversation(c.family, c.scam, tuple(garble(s, random) for s in c.words)) for c in conversations]
    result = {"clean": measure(conversations), "garbled": measure(garbled)}
    click.echo(json.dumps(result) if as_json else "\n".join(_table(result)))


def read(folder: Path) -> list[Conversation]:
    """All conversations of a folder. A file or family called scam holds scams, every other one honest callers."""
    found: list[Conversation] = []
    for path in sorted(folder.glob("*.toml")):
        for family in tomllib.loads(path.read_text("utf-8"))["family"]:
            scam = family.get("scam", path.stem == "scam")
            found += [Conversation(family["name"], scam, tuple(words)) for words in family["conversations"]]
    return found


def measure(conversations: Sequence[Conversation]) -> dict[str, Any]:
    """Recall at two rates of false holds, by family, how early, and what is held as answered."""
    started = perf_counter()
    answers = [assess(spoken(conversation.words), ruleset()) for conversation in conversations]
    seconds = perf_counter() - started
    both = list(zip(conversations, answers, strict=True))
    honest = sorted((answer.score for conversation, answer in both if not conversation.scam), reverse=True)
    scams = [answer.score for conversation, answer in both if conversation.scam]
    mark = _mark(honest, 0.01)
    return {
        "scams": len(scams),
        "honest": len(honest),
        "recall_at_1_percent": share(score > mark for score in scams),
        "recall_at_0_2_percent": share(score > _mark(honest, 0.002) for score in scams),
        "scams_held": share(answer.outcome in STOPPED for conversation, answer in both if conversation.scam),
        "honest_held": share(answer.outcome in STOPPED for conversation, answer in both if not conversation.scam),
        "sentences_until_held": _how_early([conversation for conversation in conversations if conversation.scam]),
        "after_turn": _after_turns([conversation for conversation in conversations if conversation.scam], mark),
        "families": {
            family: share(
                (answer.score > mark) if conversation.scam else answer.outcome in STOPPED
                for conversation, answer in both
                if conversation.family == family
            )
            for family in dict.fromkeys(conversation.family for conversation in conversations)
        },
        "milliseconds": 1000 * seconds / len(conversations),
    }


def _mark(honest: Sequence[float], rate: float) -> float:
    """The score that at most `rate` of the honest are above, highest first."""
    return honest[int(rate * len(honest))]


def _after_turns(scams: Sequence[Conversation], mark: float) -> dict[str, dict[str, Any]]:
    """After the caller's first sentences: which share of the scams stands above the mark of 1 %, and which is held."""
    found: dict[str, dict[str, Any]] = {}
    for count in range(1, TURNS + 1):
        answers = [assess(spoken(conversation.words[:count]), ruleset()) for conversation in scams]
        found[str(count)] = {
            "recall_at_1_percent": share(answer.score > mark for answer in answers),
            "held": share(answer.outcome in STOPPED for answer in answers),
        }
    return found


def _how_early(scams: Sequence[Conversation]) -> float | None:
    """The middle number of sentences after which a scam is held, of those that are."""
    after = [
        count
        for conversation in scams
        for count in range(1, len(conversation.words) + 1)
        if assess(spoken(conversation.words[:count]), ruleset()).outcome in STOPPED
        and (count == 1 or assess(spoken(conversation.words[: count - 1]), ruleset()).outcome not in STOPPED)
    ]
    return median(after) if after else None


def _table(result: dict[str, Any]) -> Iterable[str]:
    for line, found in result.items():
        yield f"{line}: {found['scams']} scams, {found['honest']} honest, {found['milliseconds']:.1f} ms a conversation"
        for name in ("recall_at_1_percent", "recall_at_0_2_percent", "scams_held", "honest_held"):
            yield f"  {name:24} {_percent(found[name])}"
        yield f"  {'sentences_until_held':24} {found['sentences_until_held']}"
        for turn, parts in found["after_turn"].items():
            yield f"  after turn {turn}: above the mark {_percent(parts['recall_at_1_percent'])}, held {_percent(parts['held'])}"
        for family, part in found["families"].items():
            yield f"    {family:52} {_percent(part)}"


def _percent(part: dict[str, float]) -> str:
    return f"{part['share']:6.1%}  ({part['low']:.1%} to {part['high']:.1%} of {part['of']})"
