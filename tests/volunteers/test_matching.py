"""Whom to ask: who fits, who does not and why, and that the same few are not always asked."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from volunteers.matching import MOST_A_DAY, Candidate, Need, rank

SHOPPING = Need("shopping", "Elm Park", "en")
WEI = Candidate(1, ("en", "ko"), ("Elm Park",), ("shopping", "company"), on_duty=True)
GRACE = Candidate(2, ("en",), ("Elm Park", "Riverside"), ("shopping", "garden"), on_duty=True)


def test_who_was_asked_less_of_late_comes_first() -> None:
    assert rank(SHOPPING, [replace(WEI, recent=3), replace(GRACE, recent=1)]).ids == (GRACE.id, WEI.id)


@pytest.mark.parametrize("candidates", [[WEI, GRACE], [GRACE, WEI]])
def test_the_order_does_not_depend_on_who_is_named_first(candidates: list[Candidate]) -> None:
    assert rank(SHOPPING, candidates).ids == (WEI.id, GRACE.id)


@pytest.mark.parametrize(
    ("who", "why"),
    [
        (replace(WEI, on_duty=False), "not on duty"),
        (replace(WEI, kinds=("company",)), "does not help with this"),
        (replace(WEI, areas=("Riverside",)), "does not go to this area"),
        (replace(WEI, languages=("ko",)), "does not speak the language"),
        (replace(WEI, today=MOST_A_DAY), "has enough to do on that day"),
    ],
)
def test_who_does_not_fit_is_left_out_with_the_reason(who: Candidate, why: str) -> None:
    ranking = rank(SHOPPING, [who, GRACE])
    assert ranking.ids == (GRACE.id,) and ranking.why_not == {who.id: why}


def test_with_nobody_there_is_nobody() -> None:
    assert rank(SHOPPING, []).ids == ()


def test_matching_is_pure() -> None:
    """It loads neither the database nor the web: whole towns can be matched without either."""
    loaded = "import sys, volunteers.matching; print([m for m in ('flask', 'sqlalchemy', 'helpline') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True).stdout == "[]\n"
