"""A sentence with its numbers as figures, so that what was spoken and what a recogniser wrote read alike."""

from __future__ import annotations

import re
from decimal import Decimal

from voice.understanding.counting import DIGITS, ONES, ORDINAL_SCALES, ORDINALS, SCALES, TENS, WRITTEN, number_at
from voice.understanding.marks import rewritten
from voice.understanding.wording import spoken

NUMBER = r"\d+(?:\.\d+)?"  # in figures, as a pattern
_DECIMAL = re.compile(r"\d+\.\d+$")
_BEFORE_PRONOUN = frozenset("this that which each any every some another other only wrong right same big little new old "
                            "good no the".split())  # fmt: skip
_AFTER_PRONOUN = frozenset("of another or that which who is was for in i we you they".split())
_BEFORE_FIGURE_ONE = frozenset("and or until minus negative at number about to past half around after before".split())
_BESIDE_HOUR_ONE = ("in the morning", "in the afternoon")
_BEFORE_MOMENT = frozenset("a one per split each every half".split())
_FEW = frozenset("few several half and quarters of".split())


def figures(text: str) -> str:
    """The sentence as `spoken` leaves it, with its numbers as figures: "the third of april nineteen forty six" ->
    "the 3rd of april 19 46", "two and a half thousand" -> "2500", "four point five" -> "4.5"."""
    words, out, index = spoken(text).split(" "), [], 0
    while index < len(words):
        figure, index = _figure(words, index)
        out.append(figure)
    return rewritten(" ".join(out), _COMPOUNDS)


def _figure(words: list[str], index: int) -> tuple[str, int]:
    """The figure (or the word itself) at this place, and where the next one begins."""
    word = words[index]
    if word == "point" and words[index - 1 : index] not in (["the"], ["a"], ["that"]):
        digits, end = _fraction(words, index + 1)
        return _scaled(f"0.{digits}", words, end) if digits else (word, end)
    if _DECIMAL.match(word):
        return _scaled(word, words, index + 1)
    number = None if _only_a_word(words, index) else number_at(words, index)
    if number is None:
        return ("0", index + 1) if word in ("nought", "naught", "nil") else _without_article(words, index)
    if number.ordinal:
        return f"{number.value}{_suffix(number.value)}", number.end
    as_written = number.end == index + 1 and WRITTEN.match(word)  # keeps leading noughts
    figure = word if as_written else str(number.value)
    if words[number.end : number.end + 1] == ["point"]:
        digits, end = _fraction(words, number.end + 1)
        return _scaled(f"{figure}.{digits}", words, end) if digits else (figure, number.end)
    return figure, number.end


def _without_article(words: list[str], index: int) -> tuple[str, int]:
    """A recogniser loses the "a" of "a hundred and three": the bare word counts too, but not in "a few hundred"."""
    if words[index] in SCALES and not _FEW & set(words[max(0, index - 1) : index]):
        number = number_at(["a", *words[index : index + 20]], 0)
        if number:
            return str(number.value), index + number.end - 1
    return words[index], index + 1


def _only_a_word(words: list[str], index: int) -> bool:
    """ "that one" and "just a second" name no number."""
    word, before = words[index], words[index - 1] if index else ""
    follows = words[index + 1] if index + 1 < len(words) else ""
    if word == "second":
        return before in _BEFORE_MOMENT
    if word == "one" and follows == "or" and words[index + 2 : index + 3] and number_at(words, index + 2):
        return False  # "one or two hours"
    if (
        word != "one"
        or follows in ORDINAL_SCALES
        or follows in SCALES
        or follows in DIGITS
        or follows in ONES
        or follows in ("oclock", "pm", "am")
    ):
        return False
    if (
        before in DIGITS
        or before in _BEFORE_FIGURE_ONE
        or words[max(0, index - 2) : index] == ["quarter", "of"]
        or " ".join(words[index + 1 : index + 4]) in _BESIDE_HOUR_ONE
    ):
        return False
    return before in _BEFORE_PRONOUN or (before in ORDINALS and follows not in TENS) or follows in _AFTER_PRONOUN


def _fraction(words: list[str], index: int) -> tuple[str, int]:
    """The digits after "point", and the place after them: two five -> 25, twenty five -> 25, oh five -> 05."""
    digits = ""
    while index < len(words):
        if words[index] in DIGITS:
            digits, index = digits + DIGITS[words[index]], index + 1
            continue
        number = number_at(words, index)
        if number is None or number.ordinal or number.value >= 100:
            break
        digits, index = digits + (words[index] if words[index].isdigit() else str(number.value)), number.end
    return digits, index


def _scaled(figure: str, words: list[str], index: int) -> tuple[str, int]:
    """2.5 million -> 2500000."""
    scale = SCALES.get(words[index]) if index < len(words) else None
    return (_plain(Decimal(figure) * scale), index + 1) if scale else (figure, index)


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _suffix(value: int) -> str:
    return "th" if value % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")


def _times(count: str, scale: str) -> str:
    return _plain(Decimal(count) * {**SCALES, "k": 1000, "dozen": 12}[scale])


_PARTS = {"half": Decimal("0.5"), "quarter": Decimal("0.25"), "3 quarters": Decimal("0.75"), "3 quarter": Decimal("0.75")}
_ROUND = {"1000": "thousand", "1000000": "million", "1000000000": "billion"}
_COMPOUNDS = [(re.compile(pattern), read) for pattern, read in (
    (r"\b([1-9])0 \1 oh\b|\b([1-9])([1-9]) \2 \3\b", lambda m: m[0].split(" ")[0]),  # "fifty, five oh", to be clear
    (r"\b(?:a )?couple(?: of)? (hundred|thousand|million)\b", lambda m: _times("2", m[1])),
    (r"\ba couple\b(?: of)?|\bcouple of\b", lambda m: "2"),
    (r"\b(\d{1,3}) 000\b", lambda m: f"{m[1]}000"),
    (r"\bhalf (?:a )?dozen\b", lambda m: "6"),
    (r"\b(?:a|(\d+)) dozen\b", lambda m: _times(m[1] or "1", "dozen")),
    (r"\b(half|quarter|3 quarters) (?:of )?(1000000000|1000000|1000|100)\b", lambda m: _plain(_PARTS[m[1]] * int(m[2]))),
    (r"\b(1000|1000000|1000000000) and a half\b", lambda m: _times("1.5", _ROUND[m[1]])),
    (r"\b(\d{1,12}) (?:and (?:a )?|a )(half|quarter|3 quarters?)\b(?! (?:past|to|after|of)\b)", lambda m: _plain(Decimal(m[1]) + _PARTS[m[2]])),
    (r"\b(\d{1,3})000 (\d{3})\b(?! \d)", lambda m: m[1] + m[2]),  # a recogniser's "6,000, 764"
    (r"\b(\d{1,3}) 3 quarters\b", lambda m: f"{m[1]}.75"),
    (rf"\b({NUMBER}) (hundred|thousand|million|billion|k)\b", lambda m: _times(m[1], m[2])),
)]  # fmt: skip
