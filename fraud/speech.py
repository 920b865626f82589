"""What was said, ready for the rules: plain words, and which of them are denied, past, news or another person's story."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

MISHEARD = Path(__file__).resolve().parent.parent / "config" / "fraud" / "misheard.toml"
Standing = Literal["said", "denied", "unclear", "elsewhere"]

NEGATORS = frozenset(
    "no not never nobody none nothing without didn't didnt don't dont won't wont wasn't isn't haven't havent hasn't wouldn't couldn't".split()
)
CLAUSE_ENDS = frozenset("but so then because although though".split())
CONDITIONS = frozenset("if unless until or else".split())  # "if I don't pay with gift cards" denies nothing
ANSWERED = frozenset("i he she they it the you we".split())
NEGATION_REACH = 4  # words before the signal, within the clause
STORY_REACH = 14  # words on either side of a cue: a recogniser sets no full stops, so a sentence may be a whole call
LONGEST_SENTENCE = 4_000  # characters; more is no sentence
LONGEST_CALL = 400  # sentences, the last ones
NOBODY_TOLD = re.compile(r"\b(?:nobody|no one|noone|no body)(?:'s|'d)? (?:\w+ )?(?:told|asked|said|wants?|wanted|needs?)\b")
UNCLEAR = re.compile(r"\b(?:not|isn't|wasn't) (?:that|as if)\b")

ELSEWHERE = re.compile(
    r"\b(last year|years ago|radio|television|telly|tv|the news|newspaper|leaflet|a talk)\b"
    r"|\bmy (neighbou?r|friend|sister|brother|cousin) (was|got|paid|had|lost|told me (that )?(she|he|they))\b"
    r"|\ba friend of mine\b"
    # what the caller has already seen off, and what is only asked about
    r"|\bi (?:just )?(?:hung up|put the phone down|laughed at|ignored?|blocked (?:the|his|her|that|it)|deleted (?:the|it))\b"
    r"|\bif (?:someone|somebody|anyone|anybody) (?:asks?|asked|rings?|rang|calls?|called)\b|\b(?:never asks?|ever ask|never rings?)\b"
)


@dataclass(frozen=True)
class Sentence:
    """One sentence as heard, and in plain small words. `elsewhere` are spans of the plain text that tell of news,
    of the past, of other people, or of what the caller has seen off."""

    heard: str
    plain: str
    elsewhere: tuple[tuple[int, int], ...]

    def standing(self, start: int) -> Standing:
        """How what stands at `start` of the plain text is meant."""
        if any(first <= start < last for first, last in self.elsewhere):
            return "elsewhere"
        clause = _clause(self.plain[:start])
        if NOBODY_TOLD.search(" ".join(clause)):
            return "unclear" if UNCLEAR.search(self.plain[:start]) else "denied"
        before = clause[-NEGATION_REACH:]
        if before[:1] == ["no"] and before[1:2] and before[1] in ANSWERED:
            before = before[1:]  # "no he told me": the no answers a question, it denies nothing
        if not any(word.removesuffix("'s") in NEGATORS for word in before) or any(word in CONDITIONS for word in before):
            return "said"
        return "unclear" if UNCLEAR.search(self.plain[:start]) else "denied"


@lru_cache(maxsize=256)
def sentences(words: tuple[str, ...]) -> tuple[Sentence, ...]:
    """The caller's sentences of a call, oldest first, made plain once for all rules."""
    return tuple(_sentence(text[:LONGEST_SENTENCE]) for text in words[-LONGEST_CALL:])


def found(pattern: re.Pattern[str], words: tuple[str, ...]) -> Iterator[tuple[Sentence, re.Match[str], Standing]]:
    """Every place where the pattern stands, with its sentence and how it is meant."""
    for sentence in sentences(words):
        for match in pattern.finditer(sentence.plain):
            yield sentence, match, sentence.standing(match.start())


def said(pattern: re.Pattern[str], words: tuple[str, ...]) -> Sentence | None:
    """The first sentence in which the pattern stands and is meant."""
    return next((sentence for sentence, _, standing in found(pattern, words) if standing == "said"), None)


def plain(text: str) -> str:
    """Small letters, straight apostrophes, nothing but words, numbers and the ends of clauses; known mishearings put right."""
    text = text.lower().replace("’", "'").replace("‘", "'").replace("-", " ")
    text = " ".join(re.sub(r"[^\w\s'.,;!?$£]|_", " ", text).split())
    pattern, meant = _misheard()
    return pattern.sub(lambda match: meant[match[0]], text)


@cache
def _misheard() -> tuple[re.Pattern[str], Mapping[str, str]]:
    meant: dict[str, str] = tomllib.loads(MISHEARD.read_text("utf-8"))["misheard"]
    longest_first = sorted(meant, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b"), meant


def _sentence(text: str) -> Sentence:
    simple = plain(text)
    return Sentence(text, simple, tuple(_around(simple, cue.start()) for cue in ELSEWHERE.finditer(simple)))


def _around(text: str, at: int) -> tuple[int, int]:
    before, after = text[:at].split(" "), text[at:].split(" ")
    start = at - len(" ".join(before[-STORY_REACH:])) if len(before) > STORY_REACH else 0
    return start, at + len(" ".join(after[: 2 * STORY_REACH]))


def _clause(before: str) -> list[str]:
    """The words of the clause in which what follows `before` stands."""
    words = re.split(r"[.,;!?]", before)[-1].split()
    ends = [index for index, word in enumerate(words) if word in CLAUSE_ENDS]
    return words[ends[-1] + 1 :] if ends else words
