"""Spoken and written numbers in English: whole numbers inside sentences, and strings of digits."""

from __future__ import annotations

import re
from dataclasses import dataclass

from voice.tokens import tokens

ONES = {word: value for value, word in enumerate(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen".split())}  # fmt: skip
TENS = {word: value * 10 for value, word in enumerate(
    "twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)}  # fmt: skip
SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
ORDINALS = {word: value for value, word in enumerate(
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split())} | {"thirtieth": 30}  # fmt: skip
DIGITS = {**{word: str(value) for word, value in ONES.items() if value < 10}, "oh": "0", "o": "0", "nought": "0", "nil": "0",
          "naught": "0"}  # fmt: skip
REPEATS = {"double": 2, "treble": 3, "triple": 3}
LONGEST_DIGITS = 64
_SPLIT = re.compile(r"[\s-]+")
_WRITTEN = re.compile(r"\d[\d,]*$")


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
    written = _written(words[start])
    if written is not None:
        value, ordinal = written
        scale = SCALES.get(words[start + 1]) if start + 1 < len(words) and not ordinal else None
        return Number(value * scale, start, start + 2) if scale else Number(value, start, start + 1, ordinal)
    return _spoken(words, start)


def _written(word: str) -> tuple[int, bool] | None:
    if _WRITTEN.match(word):
        return int(word.replace(",", "")[:18]), False
    if word[:-2].isdigit() and word[-2:] in ("st", "nd", "rd", "th"):
        return int(word[:-2][:9]), True
    return None


def _spoken(words: list[str], start: int) -> Number | None:
    total, current, index, last = 0, 0, start, ""
    while index < len(words):
        word = words[index]
        follows = words[index + 1] if index + 1 < len(words) else ""
        if word in ("a", "an") and follows in SCALES and index == start:
            current, kind = 1, "one"
        elif word in ONES and last not in ("one", "teen") and not (last == "ten" and ONES[word] >= 10):
            current += ONES[word]
            kind = "one" if ONES[word] < 10 else "teen"
        elif word in TENS and last in ("", "scale", "and"):
            current += TENS[word]
            kind = "ten"
        elif word in SCALES and (current or total) and last != "and":
            scale = SCALES[word]
            if scale == 100:
                current *= 100
            else:
                total, current = total + current * scale, 0
            kind = "scale"
        elif word in ORDINALS and last != "one":
            value = ORDINALS[word]
            return Number(total + current + value, start, index + 1, ordinal=True)
        elif word == "and" and last == "scale" and (follows in ONES or follows in TENS or follows in ORDINALS):
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


def parse_number(text: str) -> int | float | None:
    """The number said in the sentence; the last one where somebody corrected themselves. "four point five" too."""
    words = words_of(text)
    found = numbers(words)
    decimal = re.findall(r"(?<![\d.])-?\d+\.\d+(?![\d.])", text[:2000])
    if decimal:
        return float(decimal[-1])
    if not found:
        return None
    last = found[-1]
    if len(found) > 1 and last.start > 0 and words[last.start - 1] == "point" and found[-2].end == last.start - 1:
        fraction = "".join(DIGITS.get(word, word) for word in words[last.start :] if word in DIGITS or word.isdigit())
        return float(f"{found[-2].value}.{fraction}") if fraction.isdigit() else found[-2].value
    sign = -1 if last.start > 0 and words[last.start - 1] == "minus" else 1
    return sign * last.value


def parse_digits(text: str) -> str | None:
    """A string of digits: "double four, oh, seven" -> 4407. "forty two" inside it is 42. At most 64 digits."""
    words, out, index = words_of(text), "", 0
    while index < len(words) and len(out) <= LONGEST_DIGITS:
        word = words[index]
        if word in REPEATS and index + 1 < len(words) and (digit := _digit(words[index + 1])):
            out += digit * REPEATS[word]
            index += 2
        elif (digit := _digit(word)) is not None:
            out += digit
            index += 1
        elif word in TENS or word in ONES:
            follows = words[index + 1] if index + 1 < len(words) else ""
            unit = ONES.get(follows, 0) if word in TENS and 0 < ONES.get(follows, 0) < 10 else 0
            out += str((TENS.get(word) or ONES[word]) + unit)
            index += 2 if unit else 1
        else:
            out += "".join(re.findall(r"\d", word)) if word[0].isdigit() else ""
            index += 1
    return out[:LONGEST_DIGITS] or None


def _digit(word: str) -> str | None:
    return DIGITS.get(word) or (word if len(word) == 1 and word.isdigit() else None)
