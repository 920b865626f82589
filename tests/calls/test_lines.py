"""The lines of a process: who has one, and who lags behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from helpline.calls.lines import Lines


@dataclass
class Carried:
    """A live call as the lines see it."""

    call_id: int = 1
    hearing: bool = True
    over: bool = False
    behind: float = 2.5


def test_a_call_that_is_over_has_its_line_until_it_leaves_and_lags_behind_nothing() -> None:
    lines, call = Lines(1), Carried()
    one: Any = call
    assert lines.take(one) and lines.behind() == [2.5]
    call.over = True
    assert lines.behind() == [] and lines.taken == 1 and not lines.room_for(2)
    lines.leave(one)
    assert lines.taken == 0 and lines.room_for(2)
