"""Another language, by word or by key, in any state: the question that was open is put again in it."""

from __future__ import annotations

from dataclasses import replace

from voice.dialogue.asks import Ask, Outcome, Start, offered, picked
from voice.dialogue.person import offer
from voice.dialogue.state import State, ask, do, with_slots
from voice.heard import Meaning, Result, Say, Step


def start(state: State, meaning: Meaning) -> Step:
    """Which languages there are is looked up. What was open is kept for afterwards."""
    left = {"ask": state.ask, "values": state.values}
    return do(with_slots(state, left=left, language=meaning.slots.get("language")), "languages.known")


def known(state: State, result: Result) -> Step:
    """The one that was named; the only other one there is; else a question. None: a person who speaks it, perhaps."""
    others = [language for language in result.data["languages"] if language["code"] != state.language]
    wanted = state.slots.get("language")
    if not others or (wanted and wanted not in [language["code"] for language in others]):
        return offer(state, Say("language.none"), about="change_language")
    if wanted or len(others) == 1:
        return _choose(state, wanted or others[0]["code"])
    state = with_slots(state, languages=others)
    return ask(state, "language", names=[language["name"] for language in others])


def _choose(state: State, code: str) -> Step:
    return do(with_slots(state, language=code), "languages.choose", code=code)


def _chosen(state: State, meaning: Meaning) -> Step | None:
    if language := picked(meaning, state.slots["languages"]):
        return _choose(state, language["code"])
    return _as_before(state) if meaning.intent in ("no", "cancel", "back") else None


def chosen(state: State, result: Result) -> Step:
    """From here on in the other language, with the question that was open."""
    return _as_before(replace(state, language=result.data["code"]), Say("language.changed"))


def _as_before(state: State, *before: Say) -> Step:
    left = state.slots["left"]
    return ask(with_slots(state, left=None, languages=None, language=None), left["ask"], *before, **left["values"])


ASKS = {"language": Ask(offered("languages", "name"), _chosen, any_wish=True)}
RESULTS: dict[str, Outcome] = {"languages.known": known, "languages.choose": chosen}
STARTS: dict[str, Start] = {"change_language": start}
