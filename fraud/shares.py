"""A share of a count, with how sure it is."""

from __future__ import annotations

import math
from collections.abc import Iterable

SURE = 1.96  # standard deviations: intervals of 95 %


def share(hits: Iterable[bool]) -> dict[str, float]:
    """The share of hits with its 95 % interval (Wilson's: right for small counts too): share, low, high, of.

    Of nothing at all nothing is known: 0, from 0 to 1."""
    found = [bool(hit) for hit in hits]
    if not (count := len(found)):
        return {"share": 0.0, "low": 0.0, "high": 1.0, "of": 0}
    part = sum(found) / count
    middle = (part + SURE**2 / (2 * count)) / (1 + SURE**2 / count)
    reach = SURE / (1 + SURE**2 / count) * math.sqrt(part * (1 - part) / count + SURE**2 / (4 * count**2))
    return {"share": part, "low": max(0.0, middle - reach), "high": min(1.0, middle + reach), "of": count}
