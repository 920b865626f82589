"""Short lessons in safety: which one, told with one question at its end, again, the next one, or enough of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from voice.dialogue.asks import Ask, Outcome, Start, offered, picked
from voice.dialogue.opening import anything_else
from voice.dialogue.state import State, ask, do, with_slots
from voice.heard import Expecting, Meaning, Result, Say, Step

WAYS = ("yes", "no", "next", "again", "stop")  # in the order of their keys
WAYS_ON = WAYS[2:]
OWN_WORDS = 3  # so many words are an answer in one's own words: nobody is told that it was not understood


def start(state: State, meaning: Meaning) -> Step:
    """Which lessons there are is looked up, and whether the wish named one."""
    return do(replace(state, slots={"wish": "safety_lesson"}), "lessons.known", words=meaning.text)


def known(state: State, result: Result) -> Step:
    state = with_slots(state, lessons=result.data["lessons"], ways=result.data["ways"], heard=[])
    return _begin(state, result.data["wanted"]) if result.data.get("wanted") else _choose(state)


def _choose(state: State) -> Step:
    return ask(state, "lesson.which", titles=[lesson["title"] for lesson in state.slots["lessons"]])


def _which(state: State, meaning: Meaning) -> Step | None:
    lesson = picked(meaning, state.slots["lessons"])
    if meaning.intent == "yes":  # "yes please" to a list: the first of it
        lesson = state.slots["lessons"][0]
    if lesson:
        return _begin(state, lesson["name"])
    return _enough(state, meaning) if meaning.intent in ("no", "cancel", "back") else None


def _begin(state: State, lesson: str) -> Step:
    return do(with_slots(state, lesson=lesson), "lessons.begin", lesson=lesson)


def begun(state: State, result: Result) -> Step:
    return _tell(with_slots(state, question=result.data["question"]))


def _tell(state: State) -> Step:
    """The lesson, and its question. "Say it again" means all of it."""
    step = ask(state, "lesson.question", Say(f"lesson.{state.slots['lesson']}"), question=state.slots["question"])
    return replace(step, state=replace(step.state, said=step.says))


def _ways(names: tuple[str, ...]) -> Callable[[State], Expecting]:
    return lambda state: Expecting("choice", options=tuple(state.slots["ways"][name] for name in names))


def _way(meaning: Meaning, names: tuple[str, ...]) -> str:
    """Which of the ways was chosen, by its key, its word, or by what it means; "" for none of them."""
    if way := picked(meaning, names):
        return way
    if meaning.intent == "cancel":
        return "stop"
    return meaning.intent if meaning.intent in ("yes", "no", "back") else ""


def _answered(state: State, meaning: Meaning) -> Step | None:
    """A yes, a no or one's own words: the lesson was heard to its end. Who goes on or stops may not have heard it."""
    way = _way(meaning, WAYS)
    if way == "back":
        return _choose(state)
    if not way and meaning.intent == "none" and len(meaning.text.split()) >= OWN_WORDS:
        way = "own"
    if way == "again":
        return _tell(state)
    if way in ("next", "stop"):
        return do(with_slots(state, way=way), "lessons.leave", lesson=state.slots["lesson"])
    return do(with_slots(state, way=way), "lessons.heard", lesson=state.slots["lesson"]) if way else None


def heard(state: State, _: Result) -> Step:
    """No answer was wrong: what is worth keeping is said in any case."""
    state, lesson = _without(state), state.slots["lesson"]
    says = (Say(f"lesson.{state.slots['way']}"), Say(f"lesson.{lesson}.remember"))
    following = _following(state)
    if not following:
        return anything_else(state, *says, Say("lesson.all"))
    step = ask(state, "lesson.more", *says, title=following["title"])
    again = (Say(f"lesson.{lesson}"), *says[1:], step.says[-1])
    return replace(step, state=replace(step.state, said=again))


def left(state: State, result: Result) -> Step:
    """On to the next lesson, or enough."""
    return _next(state) if state.slots["way"] == "next" else _enough(state)


def _without(state: State) -> State:
    """The state with this lesson among those that need not be offered any more."""
    return with_slots(state, heard=[*state.slots["heard"], state.slots["lesson"]])


def _following(state: State) -> dict[str, str] | None:
    """The lesson that comes after this one, of those that were not heard yet; after the last one the first."""
    lessons: list[dict[str, str]] = state.slots["lessons"]
    place = [lesson["name"] for lesson in lessons].index(state.slots["lesson"])
    rest = [*lessons[place + 1 :], *lessons[:place]]
    return next((lesson for lesson in rest if lesson["name"] not in state.slots["heard"]), None)


def _more(state: State, meaning: Meaning) -> Step | None:
    way = _way(meaning, WAYS_ON)
    if way in ("next", "yes"):
        return _next(state)
    if way == "again":
        return _tell(state)
    if way == "back":
        return _choose(state)
    return _enough(state) if way else None


def _next(state: State) -> Step:
    following = _following(state)
    return _begin(state, following["name"]) if following else anything_else(state, Say("lesson.all"))


def _enough(state: State, _: Meaning | None = None) -> Step:
    return anything_else(state, Say("lesson.enough"))


ASKS = {
    "lesson.which": Ask(offered("lessons", "title"), _which, any_wish=True),
    "lesson.question": Ask(_ways(WAYS), _answered),
    "lesson.more": Ask(_ways(WAYS_ON), _more, any_wish=True),
}
RESULTS: dict[str, Outcome] = {
    "lessons.known": known,
    "lessons.begin": begun,
    "lessons.heard": heard,
    "lessons.leave": left,
}
STARTS: dict[str, Start] = {"safety_lesson": start}
