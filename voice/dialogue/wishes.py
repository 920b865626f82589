"""Two wishes at once: one said so that it may be either of two, which is asked; two in one breath, done in turn; and one that
takes the place of another that was under way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from voice.dialogue.asks import Ask, Outcome, Start, offered, picked
from voice.dialogue.opening import what_can_i_do
from voice.dialogue.state import State, ask, do, with_slots
from voice.heard import Json, Meaning, Result, Say, Step

ABOUT = {  # what is named without a verb may be wanted, or asked about
    "biller": ["pay_bill", "bill_status"],
    "department": ["book_appointment", "appointment_status"],
    "help_kind": ["ask_volunteer", "task_status"],
}
FEW_WORDS = 5  # "the doctor on the thirtieth": a longer sentence tells of something else
SURE = 0.9  # above this confidence a close second is no reason to ask
ABOUT_BOOKED = ("change_appointment", "cancel_appointment", "change_task", "cancel_task")  # in the order of their keys
OF_ONE_KIND = (  # of these another one corrects the wish in hand, and the question itself knows how
    {"pay_bill", "bill_status", "cancel_payment"},
    {"book_appointment", "change_appointment", "cancel_appointment", "appointment_status"},
    {"ask_volunteer", "task_status", "change_task", "cancel_task"},
)
DOING_SOMETHING = set().union(*OF_ONE_KIND) - {"bill_status", "appointment_status", "task_status"} | {
    "freeze_payments", "unfreeze_payments", "protection_mode", "update_details", "complain",
}  # of these it is said that they are left, while nothing of them is done yet  # fmt: skip


def unsure(meaning: Meaning, wishes: Mapping[str, Start]) -> bool:
    """Whether the sentence may as well mean another wish."""
    return meaning.confidence < SURE and meaning.alternatives[:1] != () and meaning.alternatives[0] in wishes


def ask_which(state: State, meaning: Meaning) -> Step:
    return _ask_between(state, meaning, [meaning.intent, meaning.alternatives[0]])


def ask_about_it(state: State, meaning: Meaning) -> Step | None:
    """ "The shopping", "oh yes, the shopping": what is wanted of it is asked. None where nothing was named, or two things."""
    named = [thing for thing in ABOUT if meaning.slots.get(thing)]
    if meaning.intent not in ("none", "yes") or len(named) != 1 or len(meaning.text.split()) > FEW_WORDS:
        return None
    return _ask_between(state, meaning, ABOUT[named[0]])


def _ask_between(state: State, meaning: Meaning, wishes: list[str]) -> Step:
    """Never a guess between two: their names are looked up, then asked for."""
    return do(with_slots(state, wishes=wishes, said=dict(meaning.slots)), "wishes.named", wishes=wishes)


def ask_about_booked(state: State) -> Step:
    """By key: what is booked or planned, changed or cancelled."""
    return do(with_slots(state, wishes=[*ABOUT_BOOKED], said={}), "wishes.named", wishes=[*ABOUT_BOOKED])


def named(state: State, result: Result) -> Step:
    question = "which_booked" if tuple(state.slots["wishes"]) == ABOUT_BOOKED else "which_wish"
    return ask(with_slots(state, names=result.data["names"]), question, names=result.data["names"])


def chosen(starts: Mapping[str, Start]) -> Ask:
    """The question which of the two; `starts` begins each wish."""

    def answer(state: State, meaning: Meaning) -> Step | None:
        wishes = state.slots["wishes"]
        wish = meaning.intent if meaning.intent in wishes else picked(meaning, wishes)
        if wish is None:
            return what_can_i_do(replace(state, slots={})) if meaning.intent in ("no", "cancel") else None
        said = state.slots["said"]
        return starts[wish](replace(state, slots={}), Meaning(wish, slots=said, text=meaning.text))

    return Ask(offered("names"), answer, any_wish=True)


def keep(state: State, meaning: Meaning) -> State:
    """Remember the second wish of the same breath."""
    return replace(state, also=(*map(_remembered, meaning.also), *state.also)) if meaning.also else state


def said_besides(meaning: Meaning) -> Meaning | None:
    """The wish that was said besides the answer: "no, I need my shopping instead"."""
    if not meaning.also or meaning.intent == "yes":
        return None
    wish = meaning.also[0]
    return Meaning(wish["intent"], slots=wish["slots"], text=meaning.text)


def is_another(state: State, wish: Meaning) -> bool:
    """Whether it is of another kind than the wish in hand: else it corrects that one."""
    in_hand = state.slots.get("wish", "")
    return in_hand != wish.intent and not any({in_hand, wish.intent} <= kind for kind in OF_ONE_KIND)


def begin(state: State, wish: Meaning, starts: Mapping[str, Start]) -> Step:
    """The wish is taken up. What was under way, and is not done, is left, and that is said."""
    left = state.slots.get("wish") in DOING_SOMETHING and not state.slots.get("request_id") and is_another(state, wish)
    step = starts[wish.intent](replace(state, slots={}) if left else state, wish)
    return replace(step, says=(Say("instead"), *step.says)) if left else step


def afterwards(state: State, *wishes: Meaning) -> State:
    """These wishes come when what is under way is over, in their order, like the second one of a breath."""
    coming = (_remembered({"intent": wish.intent, "slots": wish.slots}) for wish in wishes)
    return replace(state, also=(*coming, *state.also))


def _remembered(wish: Json) -> Json:
    """Without digits: a PIN that was said before anybody asked for it is kept nowhere."""
    return {**wish, "slots": {name: value for name, value in wish["slots"].items() if name != "digits"}}


def take_up(step: Step, starts: Mapping[str, Start]) -> Step:
    """Where we would ask for anything else, or for the first wish: the one that was said along comes now."""
    wish, *rest = step.state.also
    state = replace(step.state, also=tuple(rest), slots={})
    says = tuple(say for say in step.says if say.key not in ("open", "anything_else"))
    now = (Say("second_wish"),) if step.state.ask == "anything_else" else ()
    begun = starts[wish["intent"]](state, Meaning(wish["intent"], slots=wish["slots"]))
    return replace(begun, says=(*says, *now, *begun.says))


RESULTS: dict[str, Outcome] = {"wishes.named": named}
