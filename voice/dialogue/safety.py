"""A thief at work, or an emergency: heard in any state, before anything else."""

from __future__ import annotations

from dataclasses import replace

from voice.dialogue.asks import Outcome, Start
from voice.dialogue.person import find_person, offer
from voice.dialogue.state import State, do, with_slots
from voice.heard import Meaning, Result, Say, Step


def scam(state: State, meaning: Meaning) -> Step:
    """Open a case for a person at once; nothing that was under way is paid."""
    state = replace(state, slots={"wish": "report_scam"}, alarmed=True, pending=None)
    return do(state, "safety.report", words=meaning.text, findings=list(meaning.slots.get("findings", ())))


def reported(state: State, result: Result) -> Step:
    state = with_slots(state, unprotected=result.data.get("unprotected", False))
    return offer(state, Say("safety.scam", result.data), about="report_scam")


def emergency(state: State, meaning: Meaning) -> Step:
    return do(replace(state, slots={"wish": "emergency"}), "safety.emergency", words=meaning.text)


def alerted(state: State, result: Result) -> Step:
    return find_person(state, Say("safety.emergency", result.data), about="emergency")


RESULTS: dict[str, Outcome] = {"safety.report": reported, "safety.emergency": alerted}
STARTS: dict[str, Start] = {"report_scam": scam, "emergency": emergency}
