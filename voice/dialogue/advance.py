"""`advance`: from the memory of a call and one input to the next step. Pure: the same in, the same out.

1. The result of an order goes to the function that asked for it.
2. Danger (an emergency, a thief) is heard before anything else, in any state.
3. Then what works in every state, by word or key: a person, say it again, slower, louder, help.
4. Then the answer to the open question, then a new wish where one may be taken up.
5. Then a wish that takes the place of the one under way; where the words turn to it, it comes before all but danger.
6. What is none of these climbs the ladder: rephrased, keys, a person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from voice.dialogue import (
    appointments,
    bills,
    billstatus,
    booked,
    cards,
    complaints,
    days,
    details,
    holds,
    language,
    lessons,
    opening,
    ownpin,
    payments,
    person,
    phrases,
    planned,
    proof,
    protection,
    proving,
    reminders,
    safety,
    visits,
    wishes,
)
from voice.dialogue.asks import SILENCES_WHILE_WAITING, Ask, Outcome, Start
from voice.dialogue.manner import FASTER, LOUDER, QUIETER, SLOWER, amplified, paced
from voice.dialogue.opening import goodbye, shall_we_end, what_can_i_do
from voice.dialogue.person import find_person
from voice.dialogue.state import State
from voice.heard import Meaning, Result, Say, Step

FORMS = (
    opening,
    bills,
    billstatus,
    payments,
    appointments,
    booked,
    reminders,
    visits,
    planned,
    complaints,
    person,
    language,
    lessons,
    details,
    holds,
    protection,
    proof,
    phrases,
    ownpin,
    cards,
)
ASKS: dict[str, Ask] = {name: question for form in FORMS for name, question in form.ASKS.items()}
RESULTS: dict[str, Outcome] = {name: f for form in (*FORMS, safety, wishes) for name, f in form.RESULTS.items()}
STARTS: dict[str, Start] = {name: f for form in (*FORMS, safety) for name, f in form.STARTS.items()}
WITHOUT_CALLER = {"register", "report_scam", "check_caller", "emergency", "speak_to_person", "leave_message",
                  "freeze_payments", "complain", "safety_lesson"}  # fmt: skip
MENU = {"1": "pay_bill", "2": "book_appointment", "3": "ask_volunteer", "4": "report_scam"}  # as "open.keys" says them
BOOKED = "5"  # there as well: what is booked or planned already
OPEN = ("open", "anything_else")  # their keys, and those of a day, nobody can guess
DANGER = {"emergency", "report_scam", "check_caller"}
FAILURES_IN_A_STATE = 3
FAILURES_IN_A_CALL = 5
TICKS_BETWEEN_WORDS = 3  # of these silences: most are answered by a soft tick
# There is nothing to go back to before these.
BEFORE_ANY_WISH = {
    "who",
    "who_of",
    "who_of_these",
    "unknown",
    "tell.who",
    "remind.who",
    "hold.who",
    "hold.first_who",
    "lift.who",
    "prove.who",
}


def advance(state: State, given: Meaning | Result) -> Step:
    """The next step of a call. The expectation of the step is that of the question now open."""
    if isinstance(given, Meaning) and given.text and not given.keys:
        state = replace(state, spoken=True)
    step = RESULTS[given.order](state, given) if isinstance(given, Result) else _hear(state, given)
    if step.state.also and step.state.ask in ("open", "anything_else") and step.order is None and step.then == "listen":
        step = wishes.take_up(step, STARTS)
    if step.expecting is None and step.order is None:
        step = replace(step, expecting=ASKS[step.state.ask].expecting(step.state))
    return step if step.state.spoken or state.ask == step.state.ask else _with_keys(step)


def _with_keys(step: Step) -> Step:
    """Who has answered by key alone hears at once how the next question is answered by key, where it is not plain."""
    expecting = step.expecting
    if step.then != "listen" or step.order or expecting is None:
        return step
    if step.state.ask not in OPEN and (expecting.name != "date" or expecting.digits):
        return step
    says = (*step.says, Say(f"{step.state.ask}.keys", step.state.values))
    return replace(step, says=says, state=replace(step.state, said=(*step.state.said, says[-1])))


def _hear(state: State, meaning: Meaning) -> Step:
    if pressed := _pressed(state, meaning):
        return pressed
    if meaning.intent not in DANGER and (turned := _turned_to(state, meaning)):
        return turned
    if meaning.intent == "":
        return (
            _answered(wishes.keep(state, meaning) if state.caller is None else state, meaning)
            or _patient(state, meaning)
            or _deaf(state, meaning)
            or (_not_understood(state, meaning) if _said(meaning) else _quiet(state, meaning))
        )
    if (leave := ASKS[state.ask].leave) and _takes_leave(meaning):
        return leave(state, meaning)
    if meaning.intent in DANGER and not _told_more_of_it(state, meaning):
        return STARTS[meaning.intent](state, meaning)
    if meaning.intent in UNIVERSALS and (meaning.keys or not _recording(state)):
        return UNIVERSALS[meaning.intent](state, meaning)
    if meaning.intent == "yes" and (named := _named_only(state, meaning)):
        return named
    return (
        _answered(wishes.keep(state, meaning) if meaning.intent == "yes" else state, meaning)
        or _wish(state, meaning)
        or _another_wish(state, meaning)
        or _named_only(state, meaning)
        or _not_understood(state, meaning)
    )


def _pressed(state: State, meaning: Meaning) -> Step | None:
    """9 asks whether to end. In a number of known length 0 and 9 are data, but a 0 on its own is no such number. Who cannot
    speak, or is not understood, has the wishes by key."""
    if meaning.keys == "9" and meaning.intent == "none":
        return shall_we_end(state)
    if state.ask == "open" and (wish := MENU.get(meaning.keys)):
        return STARTS[wish](state, Meaning(wish, keys=meaning.keys))
    if state.ask == "open" and meaning.keys == BOOKED:
        return wishes.ask_about_booked(state)
    if meaning.slots.get("other_day"):
        return days.ask_figures(state)
    if (ASKS[state.ask].expecting(state).digits or 0) > 1 and meaning.slots.get("digits") == "0":
        return find_person(state)
    return None


def _takes_leave(meaning: Meaning) -> bool:
    return meaning.intent == "goodbye" or (meaning.intent == "no" and bool(meaning.slots.get("leaving")))


def _said(meaning: Meaning) -> bool:
    return bool(meaning.text or meaning.keys or meaning.sound)


def _recording(state: State) -> bool:
    return ASKS[state.ask].expecting(state).record


def _told_more_of_it(state: State, meaning: Meaning) -> bool:
    """Who was told what to dial and says more of the same for the office is listened to, and not told it again."""
    return _recording(state) and state.slots.get("about") == meaning.intent


def _answered(state: State, meaning: Meaning) -> Step | None:
    if not (meaning.intent or meaning.slots.keys() - {"dead_line", "deaf"}) and not (_recording(state) and meaning.text):
        return None
    return ASKS[state.ask].answer(state, meaning)


def _wish(state: State, meaning: Meaning) -> Step | None:
    """Take up a wish, where this question allows one; somebody unknown may only do what needs no name."""
    if not ASKS[state.ask].any_wish:
        return None
    if state.caller is None and meaning.intent not in WITHOUT_CALLER and meaning.intent in STARTS:
        return opening.explain_registering(state, meaning)
    if meaning.intent not in STARTS:
        return None
    if wishes.unsure(meaning, STARTS):
        return wishes.ask_which(state, meaning)
    return wishes.begin(wishes.keep(state, meaning), meaning, STARTS)


def _turned_to(state: State, meaning: Meaning) -> Step | None:
    """ "No, I need my shopping instead": what the question would make of the no is not what was meant. To an open question both
    wishes of a breath are meant, and who says their name and a wish has answered."""
    wish = wishes.said_besides(meaning)
    if wish is None or state.caller is None or ASKS[state.ask].expecting(state).name == "open":
        return None
    return _in_its_place(state, wish)


def _another_wish(state: State, meaning: Meaning) -> Step | None:
    """A wish that is no answer: in the middle of another one it must be sure, where nothing in the words turns to it."""
    sure = ASKS[state.ask].first or (meaning.confidence >= wishes.SURE and not meaning.alternatives)
    return _in_its_place(state, meaning) if sure else None


def _named_only(state: State, meaning: Meaning) -> Step | None:
    return wishes.ask_about_it(state, meaning) if state.ask in OPEN and state.caller else None


def _in_its_place(state: State, wish: Meaning) -> Step | None:
    """Take up a wish in the middle of another one, or after what has just been read out. Somebody unknown has no wish under
    way, and what is taken down for a person is confirmed or dropped first."""
    question = ASKS[state.ask]
    if wish.intent not in STARTS or _recording(state):
        return None
    if question.first:
        return question.first(wishes.afterwards(state, wish), wish)
    if state.caller is None:
        return None
    under_way = state.slots.get("wish") in STARTS and not state.slots.get("request_id")
    if (under_way or question.any_wish) and wishes.is_another(state, wish):
        return wishes.begin(state, wish, STARTS)
    return None


def _patient(state: State, meaning: Meaning) -> Step | None:
    """Who asked us to wait may be quiet, or rummage for their glasses, without climbing the ladder."""
    if state.patience == 0 or meaning.text or meaning.keys:
        return None
    left = state.patience - 1
    return Step(replace(state, patience=left), (Say("tick") if left % TICKS_BETWEEN_WORDS else Say("waiting"),))


def _deaf(state: State, meaning: Meaning) -> Step | None:
    """Sound and no words for long: say so plainly and offer the keys; the second time a person."""
    if not meaning.slots.get("deaf"):
        return None
    if state.deaf:
        return find_person(replace(state, deaf=False, failures=0), Say("no_luck"), about="deaf_line")
    keys = Say(f"{state.ask}.keys", state.values)
    return Step(replace(state, deaf=True, said=(keys,)), (Say("deaf"), keys))


def _quiet(state: State, meaning: Meaning) -> Step:
    """Nothing at all came from the line."""
    question = ASKS[state.ask]
    if question.silence and (handled := question.silence(state, meaning)):
        return handled
    return _ladder(replace(state, no_input=state.no_input + 1, failures=state.failures + 1), "no_input", state.no_input)


def _not_understood(state: State, meaning: Meaning) -> Step:
    """Something was said, but it is no answer and no wish. Who had asked us to wait is back, and that is no failure."""
    question = ASKS[state.ask]
    if state.patience and meaning.text:
        return _again(replace(state, patience=0))
    if not (meaning.text or meaning.keys) and question.silence and (handled := question.silence(state, meaning)):
        return handled
    return _ladder(replace(state, no_match=state.no_match + 1, failures=state.failures + 1), "no_match", state.no_match)


def _ladder(state: State, kind: str, before: int) -> Step:
    """First say it again in other words, then with keys, then a person: never a hang-up."""
    if state.no_input + state.no_match >= FAILURES_IN_A_STATE or state.failures >= FAILURES_IN_A_CALL:
        return find_person(replace(state, failures=0), Say("no_luck"), about="not_understood")
    key = f"{state.ask}.keys" if state.no_input + state.no_match > 1 else state.ask
    question = Say(key, state.values)
    return Step(replace(state, said=(question,)), (Say(f"{kind}.{before + 1}"), question))


def _again(state: State, *before: Say) -> Step:
    """The last question once more; asking for that is no failure."""
    return Step(state, (*before, *state.said))


def _change_pace(factor: float) -> Callable[[State, Meaning], Step]:
    def change(state: State, _: Meaning) -> Step:
        return _again(paced(state, factor), Say("pace.slower" if factor < 1 else "pace.faster"))

    return change


def _change_gain(decibels: float) -> Callable[[State, Meaning], Step]:
    def change(state: State, _: Meaning) -> Step:
        return _again(amplified(state, decibels), Say("gain.louder" if decibels > 0 else "gain.quieter"))

    return change


def _help(state: State, _: Meaning) -> Step:
    says = (Say("help" if state.caller or not state.household else "help.who"), Say(f"{state.ask}.keys", state.values))
    return Step(replace(state, said=says), says)


def _wait(state: State, _: Meaning) -> Step:
    return Step(replace(state, no_input=0, patience=SILENCES_WHILE_WAITING), (Say("wait"),))


def _back(state: State, meaning: Meaning) -> Step:
    """What the question itself makes of "go back" or "never mind", else the beginning."""
    if answered := _answered(state, meaning):
        return answered
    return _again(state) if state.ask in BEFORE_ANY_WISH else what_can_i_do(replace(state, slots={}), Say("back"))


def _greeted(state: State, meaning: Meaning) -> Step:
    return _answered(state, meaning) or _again(state)


def _thanked(state: State, meaning: Meaning) -> Step:
    """Thanks end a call where nothing is open any more, or with "that's all"."""
    ends = state.ask == "anything_else" or meaning.slots.get("leaving")
    return _answered(state, meaning) or (goodbye(state) if ends else _again(state))


def _what_day(state: State, _: Meaning) -> Step:
    return _again(state, Say("what_day"))


UNIVERSALS: dict[str, Start] = {
    "speak_to_person": lambda state, _: find_person(state),
    "repeat": lambda state, _: _again(state),
    "slower": _change_pace(SLOWER),
    "faster": _change_pace(FASTER),
    "louder": _change_gain(LOUDER),
    "quieter": _change_gain(QUIETER),
    "help": _help,
    "wait": _wait,
    "back": _back,
    "cancel": _back,
    "what_day": _what_day,
    "change_language": language.start,
    "greeting": _greeted,
    "thanks": _thanked,
    "goodbye": goodbye,
}
ASKS["which_wish"] = ASKS["which_booked"] = wishes.chosen(STARTS)
ASKS["which_date"] = days.figures(ASKS)
PROVEN: dict[str, Start] = {
    **STARTS,
    **details.BEHIND_A_PROOF,
    "vouch": person.vouched_for,
    "card": cards.begin,
}  # what level 2 may be for
ASKS.update(proving.ASKS)
RESULTS.update(proving.outcomes(PROVEN))
