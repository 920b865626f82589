"""The details inside a sentence: values named by the language's words, days, and answers to what was asked."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from rapidfuzz import fuzz

from voice.heard import Expecting
from voice.languages import Language
from voice.tokens import plain, tokens
from voice.understanding.dates import parse_date, parse_time, part_of_day
from voice.understanding.money import parse_money
from voice.understanding.names import company, practitioner
from voice.understanding.numbers import ORDINALS, numbers, parse_digits, words_of

CLOSE_ENOUGH = 86  # of 100, for a word that a recogniser garbled
SECRET_DIGITS = 4  # so many in a row may be a PIN
LONGEST_WITHOUT_A_31ST = 63  # days from a first of February or of June on, in which every day of the month comes once
CLOCK = {"half", "past", "quarter", "o'clock", "noon", "midday"}
JOINING_WORDS = 3  # at most, of "and then the"
SHORT_PLACE = 3  # words: "no, the third" is a place although it might be a day
SLOT_OF_KIND = {
    "biller": "biller",
    "department": "department",
    "help_kind": "help_kind",
    "language": "language",
    "send": "send",
}


def wish_slots(text: str, language: Language, now: dt.datetime) -> dict[str, Any]:
    """What a wish says about itself: biller, department, kind of help, "send me that", day and part of the day."""
    found: dict[str, Any] = {
        slot: value for kind, slot in SLOT_OF_KIND.items() if (value := named(text, language, kind)) is not None
    }
    if (doctor := practitioner(text, language)) is not None:
        found["practitioner"] = doctor
    return found | day_slots(text, now)


def said_slots(text: str, now: dt.datetime) -> dict[str, Any]:
    """`time` and `amount` where the sentence says them: a clock's time and not a part of the day, money and not a number."""
    time, amount = parse_time(text, now), parse_money(text)
    found = {
        "time": None if isinstance(time, dict) and "from" in time else time,
        "amount": amount if isinstance(amount, dict) and amount.get("currency") else None,
    }
    return {name: value for name, value in found.items() if value is not None}


def share(text: str, language: Language) -> dict[str, str]:
    """`share`: how much of something that has a price: "all", "half", "third", "quarter", or "some" of it."""
    found = longest_named(text, language, "share")
    return {"share": found} if found else {}


def sum_said(text: str, now: dt.datetime) -> dict[str, Any]:
    """`amount`, where money was said that can be told."""
    try:
        return {name: value for name, value in said_slots(text, now).items() if name == "amount"}
    except (OverflowError, ValueError):
        return {}


def day_slots(text: str, now: dt.datetime) -> dict[str, Any]:
    """The day, the part of it, and the time where an hour was said: "in the morning" alone is no time."""
    part, time = part_of_day(text), parse_time(text)
    is_hour = isinstance(time, str) or (isinstance(time, dict) and ("any_of" in time or part is None))
    try:
        day = parse_date(text, now)
    except (OverflowError, ValueError):  # "in nine thousand years": no calendar has that day
        day = None
    found = {"date": day, "part_of_day": part, "time": time if is_hour else None}
    return {name: value for name, value in found.items() if value is not None}


def day_by_keys(keys: str, digits: int | None, today: dt.date) -> dict[str, Any]:
    """`date` for 1 (today) and 2 (tomorrow), `other_day` for 3; where `digits` of a day of the month are asked for, the next
    such day. Nothing for other keys."""
    if digits:
        day = _next_day_of_month(int(keys), today) if keys.isdecimal() and len(keys) <= digits else None
        return {"date": day.isoformat()} if day else {}
    if keys in ("1", "2"):
        return {"date": (today + dt.timedelta(days=int(keys) - 1)).isoformat()}
    return {"other_day": True} if keys == "3" else {}


def _next_day_of_month(day: int, today: dt.date) -> dt.date | None:
    ahead = (today + dt.timedelta(days=days) for days in range(LONGEST_WITHOUT_A_31ST))
    return next((date for date in ahead if date.day == day), None)


def named(text: str, language: Language, kind: str) -> str | None:
    """The value of this kind whose words stand in the sentence: exactly, else closely enough. The last ones said count,
    and of words that end together the longest: "eye doctor" is no "doctor"."""
    said = f" {plain(text)} "
    values = language.words.get(kind, {})
    phrases = [(f" {plain(word)} ", value) for value, words in values.items() for word in words]
    exact = [(said.rfind(phrase) + len(phrase), len(phrase), value) for phrase, value in phrases if phrase in said]
    if exact:
        return max(exact)[-1]
    if kind == "biller" and (seller := company(text, language)):
        return seller
    close = [
        (fuzz.ratio(word, spoken), value)
        for value, words in values.items()
        for word in words
        for spoken in tokens(text)
        if len(spoken) > 4 and " " not in word
    ]
    score, value = max(close, default=(0.0, ""))
    return value if score >= CLOSE_ENOUGH else None


def longest_named(text: str, language: Language, kind: str) -> str | None:
    """The value whose longest words stand in the sentence: "my son's number" is about a son, and not about a number."""
    said = f" {plain(text)} "
    found = [
        (len(plain(word)), value)
        for value, words in language.words.get(kind, {}).items()
        for word in words
        if f" {plain(word)} " in said
    ]
    return max(found, default=(0, None))[1]


def aside(text: str, language: Language) -> dict[str, str]:
    """What is said besides an answer: `aside` is "doubt" ("yes, but not today"), "missed" ("no, I didn't catch that"),
    "enough" (nothing is to be said again), or "more", which is none of these and no plain answer either."""
    found = longest_named(text, language, "aside") or ("more" if _is_secret(text, language) else "")
    return {"aside": found} if found else {}


def note(text: str, language: Language) -> dict[str, str]:
    """`note`: what a volunteer is to be told, in the caller's own words, without the yes or no and the "and" that it begins
    with. Nothing where it may be a secret: a PIN, a card, a number."""
    if longest_named(text, language, "note") is None or _is_secret(text, language):
        return {}
    opening = {*language.answers.get("yes_starts", ()), *language.answers.get("no_starts", ()), *language.joints, "please"}
    words = text.split()
    while words and plain(words[0]) in opening:
        words = words[1:]
    return {"note": " ".join(words).rstrip(" .,;")} if words else {}


def besides(text: str, language: Language, expecting: Expecting, now: dt.datetime) -> dict[str, Any]:
    """What is said along with an answer, or in place of one, by what was asked: at a yes or no `aside`, `note`, `place`,
    `all`, `another`, `asked`, `shift`, `share` and `amount`; at a list `all` and `billers`, at the open question
    `departments`, `lonely` and `forgotten` as well; at a PIN `forgotten` and `asked`."""
    if expecting.name == "yes_no":
        told: dict[str, Any] = aside(text, language) | note(text, language) | share(text, language)
        told |= place(text, now) | _said(text, language, "all") | _said(text, language, "another")
        told |= _which_of("asked", text, language) | _which_of("shift", text, language)
        return told | sum_said(text, now)
    if expecting.name == "open":
        return {
            **_said(text, language, "all"),
            **_billers(text, language),
            **_departments(text, language),
            **_said(text, language, "lonely"),
            **_said(text, language, "forgotten"),
        }
    if expecting.name == "choice":
        return _said(text, language, "all") | _billers(text, language)
    return _said(text, language, "forgotten") | _which_of("asked", text, language) if expecting.name == "pin" else {}


def place(text: str, now: dt.datetime) -> dict[str, int]:
    """`place`: which of the things that were offered before, from 0, and -1 for the last: "no, the third one". A day ("the third
    of December") is none."""
    words = ["", *words_of(text), ""]
    named = [
        word
        for before, word, after in zip(words, words[1:], words[2:], strict=False)
        if (word in ORDINALS or word == "last") and (before == "the" or after == "one")
    ]
    is_a_day = parse_date(text, now) is not None and len(tokens(text)) > SHORT_PLACE
    if not named or is_a_day:
        return {}
    return {"place": -1 if named[-1] == "last" else ORDINALS[named[-1]] - 1}


def extreme(text: str, language: Language, options: tuple[str, ...]) -> int | None:
    """The first or the last of the times that were offered, by "the earliest" or "the later one"."""
    named = longest_named(text, language, "extreme") if any(parse_time(option) for option in options) else None
    return {"first": 0, "last": len(options) - 1}.get(named or "")


def any_of_these(text: str, language: Language, options: tuple[str, ...]) -> dict[str, int]:
    """`choice`: the first of the times that were offered, for who does not mind; nothing where no times were."""
    times = any(parse_time(option) or part_of_day(option) for option in options)
    return {"choice": 0} if times and longest_named(text, language, "any") else {}


def any_day(text: str, language: Language, now: dt.datetime) -> dict[str, str]:
    """`date`: tomorrow, for who does not mind which day; nothing on the last day of the calendar."""
    if now.date() == dt.date.max or not longest_named(text, language, "any"):
        return {}
    return {"date": (now.date() + dt.timedelta(days=1)).isoformat()}


def shift(text: str, language: Language, options: tuple[str, ...]) -> dict[str, str]:
    """`shift`: "later" or "earlier" than the times that were offered; nothing where no times were."""
    return _which_of("shift", text, language) if any(parse_time(option) for option in options) else {}


def _which_of(kind: str, text: str, language: Language) -> dict[str, str]:
    found = longest_named(text, language, kind)
    return {kind: found} if found else {}


def _said(text: str, language: Language, kind: str) -> dict[str, bool]:
    """Whether any words of this kind, such as `all` ("both of them"), stand in the sentence."""
    return {kind: True} if longest_named(text, language, kind) else {}


def _billers(text: str, language: Language) -> dict[str, list[str]]:
    """`billers`: the kinds that were named where they are several ("the gas and the water"), in the order of saying."""
    said = f" {plain(text)} "
    first = {
        value: min(said.find(f" {plain(word)} ") for word in words if f" {plain(word)} " in said)
        for value, words in language.words.get("biller", {}).items()
        if any(f" {plain(word)} " in said for word in words)
    }
    return {"billers": sorted(first, key=lambda value: first[value])} if len(first) > 1 else {}


def _departments(text: str, language: Language) -> dict[str, list[str]]:
    """`departments`: those that were named side by side where they are several ("the doctor and the foot lady"), in the order of
    saying. "The doctor says I should see the nurse" wants one of them, and is left to `department`."""
    said = f" {plain(text)} "
    found = {
        (match.start(), match.end() - 1, value)
        for value, words in language.words.get("department", {}).items()
        for word in words
        for match in re.finditer(f" {re.escape(plain(word))} ", said)
    }
    inside = {one for one in found for other in found - {one} if other[0] <= one[0] and one[1] <= other[1]}
    beside: list[str] = []
    end = -1
    for start, stop, value in sorted(found - inside):
        if beside and not _side_by_side(said[end:start].split(), language):
            beside = []
        beside, end = [*beside, value], stop
    together = list(dict.fromkeys(beside))
    return {"departments": together} if len(together) > 1 else {}


def _side_by_side(between: list[str], language: Language) -> bool:
    """Whether these words join what stands before and after them: "and the", "and also my"."""
    return 0 < len(between) <= JOINING_WORDS and between[0] in {joint.split()[0] for joint in language.joints}


def _is_secret(text: str, language: Language) -> bool:
    return bool(longest_named(text, language, "secret")) or len(parse_digits(text) or "") >= SECRET_DIGITS


def digits(text: str, expecting: Expecting) -> str | None:
    """A string of digits, as long as it has to be where that is known."""
    found = parse_digits(text)
    return found if found and (expecting.digits is None or len(found) == expecting.digits) else None


def choice(text: str, options: tuple[str, ...]) -> int | None:
    """Which option was meant, from 0: by its own words, by its time, or by its place."""
    if not options or _another_time(text, options):
        return None
    return next(
        (
            found
            for found in (_by_time(text, options), _by_words(text, options), by_place(text, len(options)))
            if found is not None
        ),
        None,
    )


def _another_time(text: str, options: tuple[str, ...]) -> bool:
    """A time of the clock that was not offered: by its words alone "half past eleven" would be like "twenty past ten"."""
    on_the_clock = bool(CLOCK & {*tokens(text)}) and parse_time(text) is not None
    return on_the_clock and all(parse_time(option) for option in options) and _by_time(text, options) is None


def _by_time(text: str, options: tuple[str, ...]) -> int | None:
    said = parse_time(text)
    readings = said["any_of"] if isinstance(said, dict) and "any_of" in said else [said]
    matching = [index for index, option in enumerate(options) if said and parse_time(option) in readings]
    return matching[0] if len(matching) == 1 else None


def _by_words(text: str, options: tuple[str, ...]) -> int | None:
    """The one option that shares the most words that not all options have."""
    told_apart = [set(plain(option).split()) for option in options]
    common = set.intersection(*told_apart) if len(options) > 1 else set()
    said = tokens(text)
    scores = [
        max((fuzz.ratio(word, spoken) for word in words - common for spoken in said if len(spoken) > 2), default=0.0)
        + sum(word in said for word in words - common)
        for words in told_apart
    ]
    best = max(scores)
    return scores.index(best) if best >= CLOSE_ENOUGH and scores.count(best) == 1 else None


def by_place(text: str, count: int) -> int | None:
    """the first one, number two, the last."""
    words = words_of(text)
    if "last" in words:
        return count - 1
    if count == 2 and "latter" in words:
        return 1
    if count % 2 and "middle" in words:
        return count // 2
    if words[-1:] == ["one"] and len(words) > 2:
        words = words[:-1]  # "the long one" is no number
    places = [ORDINALS[word] for word in words if word in ORDINALS]
    places += [int(word[:-2]) for word in words if re.fullmatch(r"\d(st|nd|rd|th)", word)]
    if not places and (len(words) <= 3 or "number" in words or "option" in words):
        places = [number.value for number in numbers(words)]
    return places[-1] - 1 if places and 1 <= places[-1] <= count else None
