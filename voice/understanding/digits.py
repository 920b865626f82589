"""Strings of digits: telephone numbers, references, codes."""

from __future__ import annotations

import re

from voice.understanding.counting import DIGITS, ONES, SCALES, TENS, number_at
from voice.understanding.wording import CORRECTED, spoken

REPEATS = {"double": 2, "treble": 3, "triple": 3, "quadruple": 4}
LONGEST_DIGITS = 64
_SOUNDS = {"to": "2", "too": "2", "for": "4", "fore": "4", "ate": "8", "won": "1", "tree": "3", "sicks": "6",
           "owe": "0", "not": "0"}  # fmt: skip
_SELDOM_MEANT = frozenset(("fore", "ate", "won", "owe", "sicks"))  # as words of their own, beside digits
_NOUGHT_FIRST = re.compile(r"(?<!\bnot )\bnot (?=\d)")  # how "nought" is misheard: nobody tells us which number it is not
_BEFORE_PRONOUN = frozenset("long short big new old other that this which another good".split())
_BETWEEN = frozenset(("then", "and", "dash", "hyphen", "space", "stroke", "slash", "stop", "comma", "-", "/", "a"))


def parse_digits(text: str) -> str | None:
    """A string of digits: "double four, oh, seven" -> 4407, "twenty-three forty-one" -> 2341. At most 64 digits.

    The longest string counts, the last of equals. What follows a correction takes the place of what it is like:
    "four four seven, no, eight" -> 448. After "and then, hold on" it goes on.
    """
    said, goes_on = "", False
    for part in spoken(text).split(CORRECTED):
        words = part.split()
        runs = _runs(words)
        if runs:
            longest = max(reversed(runs), key=len)
            if len(runs) == 1 and _NOUGHT_FIRST.search(part):
                longest = f"0{longest}"
            said = said + longest if goes_on else _corrected(said, longest)
        goes_on = words[-1:] == ["then"]
    return said[:LONGEST_DIGITS] or None


def _runs(words: list[str]) -> list[str]:
    """Strings of digits with nothing but joining words inside them."""
    runs: list[str] = []
    words, run, index = _heard_right(words), "", 0
    while index < len(words):
        digits, end = _digits_at(words, index)
        if digits and words[end : end + 1] in (["digit"], ["digits"], ["figure"], ["figures"]):
            digits = ""  # "a six digit number"
        if digits:
            run += digits
        elif run and words[index] not in _BETWEEN:
            runs, run = [*runs, run], ""
        index = end
    return [*runs, run] if run else runs


def _heard_right(words: list[str]) -> list[str]:
    """Homophones that a recogniser writes for digits, put right inside a string: "oh for to seven"."""
    right = list(words)
    for index, word in enumerate(words):
        if word == "one" and index and words[index - 1] in _BEFORE_PRONOUN:
            right[index] = "it"  # "it's a long one, four four ..."
        if words[index : index + 2] == ["not", "not"]:
            right[index] = "0"
        if word not in _SOUNDS:
            continue
        before = index > 0 and _is_digit(right[index - 1])
        after = index + 1 < len(words) and (_is_digit(words[index + 1]) or (words[index + 1] in _SOUNDS and before))
        last = index == len(words) - 1
        if (before and (after or last)) or (word in _SELDOM_MEANT and (before or after)):
            right[index] = _SOUNDS[word]
    return right


def _is_digit(word: str) -> bool:
    return word in DIGITS or word in REPEATS or word.isdigit() or word in TENS or word in ONES


def may_be_digit(word: str) -> bool:
    """Whether a plain word can be a digit among digits: "oh", "double", or what one of them is misheard for."""
    return _is_digit(word) or word in _SOUNDS


def _digits_at(words: list[str], index: int) -> tuple[str, int]:
    """The digits that these words say, and the place after them; no digits where the word is none."""
    word = words[index]
    follows = words[index + 1] if index + 1 < len(words) else ""
    if word in REPEATS and (digit := _digit(follows)):
        return digit * REPEATS[word], index + 2
    if word in REPEATS and follows.isdigit():
        return follows[0] * REPEATS[word] + follows[1:], index + 2  # a recogniser's "double 3129"
    if word in REPEATS and follows in REPEATS and index + 2 < len(words) and (digit := _digit(words[index + 2])):
        return digit * REPEATS[word] * REPEATS[follows], index + 3  # "double double four"
    if follows.removesuffix("s") in DIGITS and follows not in DIGITS and word in ONES and 1 < ONES[word] < 10:
        return DIGITS[follows.removesuffix("s")] * ONES[word], index + 2  # "three nines"
    if (digit := _digit(word)) is not None and follows not in SCALES:
        return digit, index + 1
    if word[0].isdigit():
        return re.sub(r"\D", "", word), index + 1
    if follows == "hundred" and word in ONES and all(word in DIGITS for word in words[index + 2 : index + 4]):
        return f"{ONES[word]}00", index + 2  # "oh eight hundred, one two three"
    number = number_at(words, index) if word in ONES or word in TENS else None
    if number is None or number.ordinal:
        return "", index + 1
    return str(number.value), number.end


def _digit(word: str) -> str | None:
    return DIGITS.get(word) or (word if len(word) == 1 and word.isdigit() else None)


def _corrected(said: str, again: str) -> str:
    """What was said with its end replaced by what was said again, where the two are alike but for one digit.

    One or two digits replace the last ones. Where nothing is alike, all was said again.
    """
    for start in range(max(0, len(said) - len(again)), len(said) if len(again) < len(said) else 1):
        both = list(zip(said[start:], again, strict=False))
        different = sum(one != other for one, other in both)
        if different <= 1 and len(both) >= min(3, len(again)):
            return said[:start] + again
    return again
