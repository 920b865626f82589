"""What names sound like in one language: names.toml, all of it plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Names:
    """`introductions` come before one's own name, `signatures` after it; `own` is somebody without a name ("it's me");
    `others` say that somebody else speaks; `unnamed` say who it is and are no name ("the wife"). `nicknames`: a short form -> the first names that it may stand for. `given`:
    every first name that is known, so that Joan is never taken for a garbled John. `companies`: kind of biller -> names.
    `practitioners` are their titles at a clinic, `no_names` what may follow these.
    """

    introductions: tuple[str, ...] = ()
    own: frozenset[str] = frozenset()
    signatures: frozenset[str] = frozenset()
    denials: frozenset[str] = frozenset()
    titles: frozenset[str] = frozenset()
    fillers: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    unnamed: frozenset[str] = frozenset()
    practitioners: tuple[str, ...] = ()
    no_names: frozenset[str] = frozenset()
    given: frozenset[str] = frozenset()
    nicknames: Mapping[str, frozenset[str]] = field(default_factory=dict)
    companies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def short_for(self, first_name: str) -> list[str]:
        return [short for short, formal in self.nicknames.items() if first_name in formal]


def names_from(tables: Mapping[str, Any]) -> Names:
    """What a well-shaped names.toml holds; there `nicknames` has the short forms under the first name."""
    lists = dict(tables)
    nicknames: dict[str, frozenset[str]] = {}
    formal = lists.pop("nicknames", {})
    for name, short in formal.items():
        for nickname in short:
            nicknames[nickname] = nicknames.get(nickname, frozenset()) | {name}
    companies = {kind: tuple(names) for kind, names in lists.pop("companies", {}).items()}
    in_order: dict[str, Any] = {name: tuple(lists.pop(name, ())) for name in ("introductions", "practitioners")}
    given = frozenset(lists.pop("given", ())) | formal.keys() | nicknames.keys()
    unordered: dict[str, Any] = {name: frozenset(words) for name, words in lists.items()}
    return Names(**in_order, **unordered, given=given, nicknames=nicknames, companies=companies)
