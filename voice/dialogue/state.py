"""What the dialogue remembers between two turns, as a frozen value that is JSON outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from voice.heard import Expecting, Json, Order, Say, Step, Then


@dataclass(frozen=True)
class State:
    """One call's memory.

    `ask` is the question that is open and `values` what it was asked with; `slots` the details gathered for
    the wish in hand; `said` the last thing said, for "what did you say"; `patience` the silences that a
    caller who asked us to wait may still keep; `done` what was done in this call, to be told at its end;
    `also` the wishes said along with the one in hand (`intent` and `slots`); `pending` an order that a gateway
    has still to carry out; `resume` a dropped call that the caller may take up again:
    its `call_id` and its `state`; `spoken` whether any words of theirs were understood as such; `deaf` whether the caller was told that only sound and no words reach us.
    """

    language: str = "en"
    pace: float = 1.0
    gain: float = 0.0
    household: tuple[Json, ...] = ()
    caller: Json | None = None
    level: int = 0
    ask: str = ""
    values: Json = field(default_factory=dict)
    slots: Json = field(default_factory=dict)
    said: tuple[Say, ...] = ()
    no_input: int = 0
    no_match: int = 0
    failures: int = 0
    patience: int = 0
    pending: Order | None = None
    resume: Json | None = None
    alarmed: bool = False
    deaf: bool = False
    done: tuple[Say, ...] = ()
    also: tuple[Json, ...] = ()
    spoken: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> State:
        """The inverse of `to_json`, of another version's state too: what it lacks has its default, what is unknown is
        left. Raises TypeError or KeyError when the data is not a state's."""
        known = {item.name: data[item.name] for item in fields(cls) if item.name in data}
        for name in ("said", "done"):
            known[name] = tuple(Say(**said) for said in data.get(name, ()))
        for name in ("household", "also"):
            known[name] = tuple(data.get(name, ()))
        pending = data.get("pending")
        return cls(**{**known, "pending": Order(**pending) if pending else None})


def ask(state: State, name: str, /, *before: Say, **values: Any) -> Step:
    """Say `before`, then put the question `name`. Its counters start anew."""
    question = Say(name, values)
    asked = replace(
        state, ask=name, values=values, said=(*before[-1:], question), no_input=0, no_match=0, patience=0, pending=None
    )
    return Step(asked, (*before, question))


def do(state: State, name: str, /, *before: Say, **args: Any) -> Step:
    """Have a service do `name` now, within this turn; what came of it is the next input."""
    return Step(state, before, order=Order(name, args))


def do_outside(state: State, name: str, /, *meanwhile: Say, **args: Any) -> Step:
    """Have a gateway do `name`: the claim is kept in the state first, `meanwhile` is said while it works."""
    order = Order(name, args, outside=True)
    return Step(replace(state, pending=order), meanwhile, order=order, then="carry_out")


def end(state: State, *says: Say, then: Then = "hang_up") -> Step:
    """Say the last words and leave the line: hang up, or hand it to a person."""
    return Step(replace(state, ask="", said=says, pending=None), says, expecting=Expecting("open"), then=then)


def with_slots(state: State, **slots: Any) -> State:
    """The state with these details added to the wish in hand."""
    return replace(state, slots={**state.slots, **slots})


def without_slots(state: State) -> State:
    """The state with no wish in hand."""
    return replace(state, slots={}, values={}, pending=None)
