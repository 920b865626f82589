"""Reading a sentence by rewriting it: what is understood gives way to one mark, and longer phrases build on marks.

"the day after the bank holiday" becomes "the day after M", and that becomes "M": each rule is a pattern and a
function, and rules that come first take their words first. A mark is a private character, so no rule for words or
figures can take it apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, NamedTuple, TypeVar

from voice.understanding.wording import CORRECTED

V = TypeVar("V")
Read = TypeVar("Read", bound=Callable[..., Any])
DAY = "[\ue000-\ue7ff]"  # any mark of a day, in a pattern
CLOCK = "[\ue800-\uefff]"  # any mark of a time of day
AMOUNT = "[\uf000-\uf7ff]"  # any mark of a number, an amount or a length of time
_MOST = 0x800
_FAR = 50  # characters: a denial stands right before what it denies
_FIRST = {DAY: 0xE000, CLOCK: 0xE800, AMOUNT: 0xF000}
_NEGATED = re.compile(
    r"(?:\b(?:not|isnt|wasnt|except|except for|apart from|other than|rather than|instead of|anything but|"
    r"(?:any|every) \w+(?: \w+)? but|but not|cant do|cannot do|cant manage|cant make|dont want)"
    r"(?: (?:on|at|the|in|for|a|this|next|about|around))*) $"
)


class Span(NamedTuple):
    """From one value to another; None where the end is open."""

    start: Any
    end: Any


class AnyOf(NamedTuple):
    """Several readings, the likeliest first."""

    readings: tuple[Any, ...]


class Marks(Generic[V]):
    """The values that were read, each under its mark. `kind` is DAY, CLOCK or AMOUNT."""

    def __init__(self, kind: str) -> None:
        self._first, self._values = _FIRST[kind], list[V]()
        self._any = re.compile(kind)

    def keep(self, value: V) -> str:
        """The mark that stands for this value from now on. Raises OverflowError after 2,048 of them."""
        if len(self._values) >= _MOST:
            raise OverflowError("more values than anybody says")
        self._values.append(value)
        return chr(self._first + len(self._values) - 1)

    def __getitem__(self, mark: str) -> V:
        return self._values[ord(mark) - self._first]

    def put(self, said: str, pattern: re.Pattern[str], read: Callable[[re.Match[str]], V | None]) -> str:
        """The text with a mark for every match of the pattern that `read` finds a value in."""

        def mark(match: re.Match[str]) -> str:
            value = read(match)
            return match[0] if value is None else self.keep(value)

        return pattern.sub(mark, said)

    def all(self) -> tuple[V, ...]:
        """Every value that was read, in the order of the rules."""
        return tuple(self._values)

    def chosen(self, text: str, rank: Callable[[V], int] = lambda value: 0) -> V | None:
        """The value that the whole sentence means.

        1. What stands after the last correction counts, if a value stands there. 2. What is denied ("not Friday")
        does not count. 3. The highest rank wins, then the last that was said.
        """
        for part in reversed(text.split(CORRECTED)):
            found = [self[match[0]] for match in self._any.finditer(part) if not _denied(part, match.start())]
            if found:
                return max(reversed(found), key=rank)
        return None


class Rules(Generic[Read]):
    """Patterns and the functions that read them, in the order in which they stand in their file."""

    def __init__(self) -> None:
        self._rules = list[tuple[re.Pattern[str], Read]]()

    def reads(self, *patterns: str) -> Callable[[Read], Read]:
        """Adds the function below as the reading of these patterns, the first one first."""

        def add(read: Read) -> Read:
            self._rules.extend((re.compile(pattern), read) for pattern in patterns)
            return read

        return add

    def __iter__(self) -> Iterator[tuple[re.Pattern[str], Read]]:
        return iter(self._rules)


def _denied(said: str, start: int) -> bool:
    return _NEGATED.search(said[max(0, start - _FAR) : start]) is not None


Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str | None]]


def rewritten(text: str, rules: Iterable[Rule]) -> str:
    """The text after every rule in order. A rule that answers None leaves its words alone."""
    for pattern, read in rules:
        text = pattern.sub(lambda match: match[0] if (mark := read(match)) is None else mark, text)  # noqa: B023
    return text
