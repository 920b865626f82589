"""The number words of English, and whole numbers among words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from voice.tokens import tokens

ONES = {word: value for value, word in enumerate(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen".split())}  # fmt: skip
TENS = {word: value * 10 for value, word in enumerate(
    "twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)}  # fmt: skip
SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000, "billion": 1_000_000_000, "trillion": 1_000_000_000_000}
ORDINALS = {word: value for value, word in enumerate(
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split())} | {
    "thirtieth": 30, "fortieth": 40, "fiftieth": 50, "sixtieth": 60, "seventieth": 70, "eightieth": 80, "ninetieth": 90}  # fmt: skip
ORDINAL_SCALES = {"hundredth": 100, "thousandth": 1000, "millionth": 1_000_000}
DIGITS = {**{word: str(value) for word, value in ONES.items() if value < 10}, "oh": "0", "o": "0", "nought": "0", "nil": "0",
          "naught": "0"}  # fmt: skip
LARGEST = 10**18  # nobody says a larger number and means it
WRITTEN = re.compile(r"\d[\d,]*$")
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)$")


@dataclass(frozen=True)
class Number:
    """A whole number found in words: its value, and the words `start` to `end` (exclusive) that it took."""

    value: int
    start: int
    end: int
    ordinal: bool = False


def words_of(text: str) -> list[str]:
    """Tokens with hyphenated numbers taken apart: forty-two -> forty two."""
    return tokens(text.replace("-", " ") if not re.search(r"\d-\d", text[:2000]) else text)


def number_at(words: list[str], start: int) -> Number | None:
    """The number that begins at this word, as long as it goes."""
    word = words[start]
    follows = words[start + 1] if start + 1 < len(words) else ""
    if match := _ORDINAL.match(word):
        return Number(int(match[1][:9]), start, start + 1, ordinal=True)
    if WRITTEN.match(word):
        value = int(word.replace(",", "")[:30])
        return Number(value * SCALES[follows], start, start + 2) if follows in SCALES else Number(value, start, start + 1)
    return _spoken(words, start)


def _spoken(words: list[str], start: int) -> Number | None:
    """A number in words: a total of finished thousands, and the hundreds, tens and ones that are still open."""
    total, current, index, last, smallest = 0, 0, start, "", LARGEST
    while index < len(words):
        word, follows = words[index], words[index + 1] if index + 1 < len(words) else ""
        if word in ("a", "an") and last in ("", "scale") and (follows in SCALES or follows in ORDINAL_SCALES):
            if current or (last and follows != "hundred"):
                break
            current, kind = 1, "article"
        elif word in ONES and last in ("", "scale", "and", "ten") and (last != "ten" or 0 < ONES[word] < 10):
            current, kind = current + ONES[word], "one"
        elif word in TENS and last in ("", "scale", "and"):
            current, kind = current + TENS[word], "ten"
        elif word in SCALES and last not in ("", "and") and SCALES[word] < smallest and current:
            if SCALES[word] == 100 and current >= 100:
                break
            if SCALES[word] == 100:
                current *= 100
            else:
                total, current, smallest = total + current * SCALES[word], 0, SCALES[word]
            kind = "scale"
        elif word in ORDINALS and (last in ("", "scale", "and") or (last == "ten" and 0 < ORDINALS[word] < 10)):
            return Number(total + current + ORDINALS[word], start, index + 1, ordinal=True)
        elif word in ORDINAL_SCALES and last not in ("and", "scale"):
            return Number(total + (current or 1) * ORDINAL_SCALES[word], start, index + 1, ordinal=True)
        elif word == "and" and last == "scale" and (follows in ONES or follows in TENS or follows in ORDINALS):
            if index + 2 < len(words) and words[index + 2] == words[index - 1]:
                break  # "two hundred and ... two hundred and six"
            kind = "and"
        else:
            break
        last, index = kind, index + 1
    return Number(total + current, start, index) if index > start else None


def numbers(words: list[str]) -> list[Number]:
    """All numbers of a sentence, in order."""
    found, index = [], 0
    while index < len(words):
        number = number_at(words, index)
        if number:
            found.append(number)
        index = number.end if number else index + 1
    return found
