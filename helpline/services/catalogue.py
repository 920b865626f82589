"""config/services.toml: what can be had by telephone, in words that a non-programmer may change."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache

from helpline.settings import CONFIG_DIR


@dataclass(frozen=True)
class Catalogue:
    """`help_kinds` maps a fixed name to its spoken words; `visit_minutes` is a visit's length.

    `currencies` maps those that a bill may be in to their places after the point.
    """

    help_kinds: dict[str, str]
    visit_minutes: int
    currencies: dict[str, int]


@cache
def catalogue() -> Catalogue:
    data = tomllib.loads((CONFIG_DIR / "services.toml").read_text("utf-8"))
    return Catalogue(data["help_kinds"], data["visit"]["minutes"], data["currencies"])
