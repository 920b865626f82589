"""What is said next: `advance(state, meaning or result) -> Step`. Each wish is one file of questions and outcomes."""

from voice.dialogue.advance import ASKS, STARTS, advance
from voice.dialogue.state import State

__all__ = ["ASKS", "STARTS", "State", "advance"]
