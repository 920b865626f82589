"""From what was heard to what was meant: `understand` for words, `understand_keys` for keys, `parse` for values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from rapidfuzz import fuzz

from voice.heard import Expecting, Meaning
from voice.languages import Language
from voice.tokens import LONGEST, plain
from voice.understanding import slots
from voice.understanding.dates import parse_date, parse_datetime, parse_duration, parse_time
from voice.understanding.intents import classifier
from voice.understanding.money import parse_money
from voice.understanding.numbers import parse_digits, parse_number

SURE = 0.35  # below this the open question was not understood
SURE_ELSEWHERE = 0.6  # a new wish in the middle of a question must be clearer than that
SHORT_PHRASE = 90  # of 100: how closely a short universal phrase must be matched
EVERYWHERE = ("speak_to_person", "repeat", "slower", "faster", "louder", "quieter", "help", "wait", "back", "cancel",
              "what_day", "goodbye", "thanks", "greeting")  # fmt: skip
DANGER = ("emergency", "report_scam")

PARSERS: dict[str, Callable[[str, dt.datetime], Any]] = {
    "number": lambda text, now: parse_number(text),
    "digits": lambda text, now: parse_digits(text),
    "money": lambda text, now: parse_money(text),
    "date": parse_date,
    "time": parse_time,
    "datetime": parse_datetime,
    "duration": lambda text, now: parse_duration(text),
}


def parse(kind: str, text: str, now: dt.datetime) -> Any:
    """The value of a kind in the sentence, as JSON, or None. Raises KeyError for an unknown kind.

    Kinds: number, digits, money, date, time, datetime, duration. Values that no calendar has are None.
    """
    try:
        return PARSERS[kind](text[:LONGEST], now)
    except (OverflowError, ValueError):
        return None  # a number too large for a calendar or an amount: no value was said


def understand(text: str, language: Language, expecting: Expecting, now: dt.datetime) -> Meaning:
    """The intent and slots of a sentence, in the light of what was asked. `now` is in the caller's time zone.

    1. A message is a message. 2. Danger. 3. The answer to the question. 4. Short phrases that work in every
    state. 5. A wish. `intent` is "" for a plain answer, whose value is in `slots`; "none" for what is not ours.
    """
    text = text[:LONGEST]
    said = plain(text)
    if expecting.record or not said:
        return Meaning("", 1.0 if said else 0.0, text=text)
    return (
        _danger(said, text, language)
        or _answer(said, text, language, expecting, now)
        or _universal(said, text, language)
        or _wish(text, language, expecting, now)
    )


def likeliest(text: str, language: Language, now: dt.datetime) -> Meaning:
    """The likeliest intent of the open question with its confidence, even where the dialogue would ask."""
    said = plain(text[:LONGEST])
    if not said:
        return Meaning("none", 1.0, text=text)
    if sure := _danger(said, text, language) or _universal(said, text, language) or _yes_or_no(said, text, language):
        return sure
    confidences = classifier(language).confidences(said)
    intent = max(confidences, key=confidences.__getitem__)
    return Meaning(intent, confidences[intent], slots.wish_slots(text, language, now), text)


def understand_keys(keys: str, expecting: Expecting) -> Meaning:
    """What keys mean: 0 a person, * back (or clear, in a digits field), # the end, 1 yes, 2 no, n the nth choice."""
    data = expecting.name in ("digits", "pin")
    if keys.endswith("*"):
        # In a digits field * clears what was typed; pressed on its own it goes back.
        return Meaning("repeat" if data and len(keys) > 1 else "back", keys=keys)
    if not data and keys == "0":
        return Meaning("speak_to_person", keys=keys)
    if data:
        return Meaning("", slots={"digits": keys.rstrip("#")}, keys=keys)
    if expecting.name == "yes_no" and keys in ("1", "2"):
        return Meaning("yes" if keys == "1" else "no", keys=keys)
    if expecting.name == "open" and keys in ("1", "2"):
        return Meaning("yes" if keys == "1" else "no", keys=keys)
    if expecting.name == "choice" and keys.isdigit() and 1 <= int(keys[:3]) <= len(expecting.options):
        return Meaning("", slots={"choice": int(keys[:3]) - 1}, keys=keys)
    return Meaning("none", keys=keys)


def _danger(said: str, text: str, language: Language) -> Meaning | None:
    for intent in DANGER:
        denied = any(pattern.search(said) for pattern in language.not_patterns.get(intent, ()))
        if not denied and any(pattern.search(said) for pattern in language.patterns.get(intent, ())):
            return Meaning(intent, 0.95, text=text)
    return None


def _answer(said: str, text: str, language: Language, expecting: Expecting, now: dt.datetime) -> Meaning | None:
    """The answer to what was asked, or None."""
    values = language.for_parsers(text)
    if expecting.name == "choice":
        picked = slots.choice(text, expecting.options)
        if picked is None:
            picked = slots.choice(values, expecting.options)
        if picked is not None:
            return Meaning("", 0.9, {"choice": picked, **slots.day_slots(values, now)}, text)
    if expecting.name in ("digits", "pin") and (found := slots.digits(values, expecting)):
        return Meaning("", 0.9, {"digits": found}, text)
    if expecting.name == "date" and "date" in (day := slots.day_slots(values, now)):
        return Meaning("", 0.9, day, text)
    answer = _yes_or_no(said, text, language)
    if answer is None and expecting.name in ("choice", "date"):
        found_slots = slots.wish_slots(values, language, now)
        return Meaning("", 0.8, found_slots, text) if found_slots else None
    return answer


def _yes_or_no(said: str, text: str, language: Language) -> Meaning | None:
    """A clear yes or no: the whole phrase, or its first word unless the sentence goes on to be a wish."""
    for intent in ("no", "yes"):
        phrases = [plain(sentence) for sentence in language.sentences.get(intent, ())]
        if any(said == phrase or (len(said.split()) > 1 and fuzz.ratio(said, phrase) >= SHORT_PHRASE) for phrase in phrases):
            return Meaning(intent, 0.97, text=text)
    first, *rest = said.split()
    starts = {word: intent for intent in ("yes", "no") for word in language.answers.get(f"{intent}_starts", ())}
    contrary = {"yes": "no", "no": "yes"}.get(starts.get(first, ""))
    if first in starts and len(rest) <= 6 and not any(starts.get(word) == contrary for word in rest):
        return Meaning(starts[first], 0.9, text=text)
    return None


def _universal(said: str, text: str, language: Language) -> Meaning | None:
    best, intent = max(
        (fuzz.ratio(said, plain(sentence)), intent)
        for intent in EVERYWHERE
        for sentence in language.sentences.get(intent, ("",))
    )
    return Meaning(intent, best / 100, text=text) if best >= SHORT_PHRASE else None


def _wish(text: str, language: Language, expecting: Expecting, now: dt.datetime) -> Meaning:
    confidences = classifier(language).confidences(text)
    intent = max(confidences, key=confidences.__getitem__)
    enough = SURE if expecting.name == "open" else SURE_ELSEWHERE
    if intent == "none" or confidences[intent] < enough:
        return Meaning("none", confidences["none"], slots.wish_slots(text, language, now), text)
    return Meaning(intent, confidences[intent], slots.wish_slots(text, language, now), text)
