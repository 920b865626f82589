"""The beginning and the end of a call: who is there, what can I do for you, anything else, goodbye."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace

from voice.dialogue.asks import YES_NO, Answer, Ask, Outcome, Start, listen_for, picked, yes_no
from voice.dialogue.manner import amplified, paced
from voice.dialogue.state import State, ask, do, do_outside, end, with_slots, without_slots
from voice.heard import Expecting, Json, Meaning, Result, Say, Step

# Nothing is lost if a call drops here.
ENTRANCES = {
    "who",
    "who_of",
    "who_of_these",
    "open",
    "unknown",
    "anything_else",
    "recap",
    "recap.text",
    "resume",
    "shall_we_end",
    "",
}
OUR_PHRASE = Say("phrase.ours", {"words": ["•••"]})  # the words are filled in when it is spoken
TOLD_AT_ONCE = {
    "bill.receipt",
    "appointment.booked",
    "appointment.cancelled",
    "appointment.moved",
}  # done already: no need to ask whether to carry on


def begin_inbound(state: State, result: Result) -> Step:
    """A call came in. `data`: the household behind the number, the languages of the line, and a dropped call that may
    be resumed. Where all of the household speak one language, it is that from the first word on."""
    household: list[Json] = result.data["household"]
    state = replace(own_language(state, household, result), household=tuple(household), resume=result.data.get("resume"))
    if not household:
        return ask(state, "unknown", Say("welcome"), Say("unknown.number"))
    if len(household) == 1:
        return ask(state, "who", Say("welcome"), name=household[0]["name"])
    return ask(state, "who_of", Say("welcome"), names=called(household))


def own_language(state: State, people: Sequence[Json], result: Result) -> State:
    """In the language of these people, where it is one and the line speaks it."""
    spoken = {str(person.get("language")) for person in people}
    return (
        replace(state, language=spoken.pop()) if len(spoken) == 1 and spoken <= {*result.data.get("languages", ())} else state
    )


def who_is_there(state: State, result: Result, question: str, **slots: str) -> Step:
    """We ring somebody, in their language where the line speaks it: first who is there, because a number may be anybody's."""
    caller, told = result.data["caller"], {name: value for name, value in result.data.items() if name != "languages"}
    state = own_language(state, [caller], result)
    state = replace(state, household=(caller,), slots={"status": result.status, **told, **slots})
    return ask(state, question, name=caller["name"])


def they_are_there(state: State) -> State:
    """Whom we have rung says yes to the name."""
    return replace(state, caller=state.household[0], level=1)


def called(people: Sequence[Json]) -> list[str]:
    """How each is called; by full names where two are called the same."""
    short = [str(person["name"]) for person in people]
    return short if len(set(short)) == len(short) else [str(person.get("full_name", person["name"])) for person in people]


def names_of(person: Json) -> str:
    """All the names that somebody may give of themselves: "Peggy Margaret Hughes", who is called Peggy."""
    full = str(person.get("full_name") or person["name"])
    return full if person["name"] in full.split() else f"{person['name']} {full}"


def by_our_phrase(go_on: Start) -> Start:
    """In a call of ours, once they have said who they are: first the phrase by which they know that it is we. Nobody
    else hears it, and no machine does."""

    def proved(state: State, meaning: Meaning) -> Step:
        step = go_on(state, meaning)
        return replace(step, says=(OUR_PHRASE, *step.says)) if state.slots.get("has_phrase") else step

    return proved


def _this_is(state: State, person: Json) -> Step:
    """Name and number on file: level 1. A wish that was cut off comes first. Who asked for louder before we knew who it
    is has it louder than we remember."""
    remembered = replace(state, caller=person, level=1, pace=person.get("pace", 1.0), gain=person.get("gain", 0.0))
    state = amplified(paced(remembered, state.pace), state.gain)
    if words := state.slots.get("was_it_you"):
        return do(replace(state, resume=None), "proof.contacts", words=words)
    before = State.from_json(state.resume["state"]) if state.resume else None
    if before and (before.caller or {}).get("id") == person["id"]:
        return _take_up(state, before)
    state = replace(state, resume=None)
    if missed := person.get("missed"):
        return ask(with_slots(state, hold_id=missed["hold_id"]), "hold.missed", **missed)
    return ask(state, "open", name=person["name"])


def _take_up(state: State, before: State) -> Step:
    """What the caller has said yes to comes first: they must hear what came of it, asked or not."""
    if before.pending:
        state = replace(state, resume=None, slots=before.slots)
        return do_outside(state, before.pending.name, Say("resume.checking"), **before.pending.args)
    if before.ask in TOLD_AT_ONCE:
        return _back_to(state, before)
    return ask(state, "resume")


def _back_to(state: State, before: State) -> Step:
    """The question of the dropped call once more. The level is 1 again: the PIN belonged to that call."""
    there = replace(state, ask=before.ask, values=before.values, slots=before.slots, said=before.said, resume=None)
    return Step(there, (Say("resume.again"), *before.said))


def _carry_on(state: State, _: Meaning) -> Step:
    return _back_to(state, State.from_json((state.resume or {})["state"]))


def _start_afresh(state: State, _: Meaning) -> Step:
    return what_can_i_do(replace(without_slots(state), resume=None))


def _not_me(state: State, _: Meaning) -> Step:
    if words := state.slots.get("was_it_you"):
        return do(replace(state, resume=None), "proof.contacts", words=words)
    return ask(replace(state, resume=None), "unknown", Say("unknown.person"))


def _who_first(state: State, _: Meaning) -> Step:
    """Who says at once what they want is asked who they are, and need not say it again."""
    return ask(state, state.ask, Say("who.first"), **state.values)


def or_by_name(answer: Answer) -> Answer:
    """The answer to who is there; "the wife" is no failure, but may be more than one person."""

    def heard(state: State, meaning: Meaning) -> Step | None:
        if meaning.slots.get("unnamed"):
            return ask(state, state.ask, Say("who.by_name"), **state.values)
        return answer(state, meaning)

    return heard


def _chosen(state: State, meaning: Meaning) -> Step | None:
    if person := picked(meaning, state.household):
        return _this_is(state, person)
    if among := meaning.slots.get("among"):
        return _which_of(state, among)
    return _not_me(state, meaning) if meaning.intent == "no" else None


def _household(state: State) -> Expecting:
    return Expecting("name", options=tuple(names_of(person) for person in state.household))


def _which_of(state: State, among: Sequence[int]) -> Step:
    """A name that fits several of the house: asked again among these, by their full names."""
    people = [state.household[place] for place in among if place < len(state.household)]
    full = [str(person.get("full_name") or person["name"]) for person in people]
    return ask(with_slots(state, among=people), "who_of_these", names=full)


def _these(state: State) -> Expecting:
    return Expecting("name", options=tuple(names_of(person) for person in state.slots["among"]))


def _chosen_of(state: State, meaning: Meaning) -> Step | None:
    if person := picked(meaning, state.slots["among"]):
        return _this_is(without_slots(state), person)
    return _not_me(without_slots(state), meaning) if meaning.intent == "no" else None


def is_it(state: State) -> Expecting:
    """A yes or a no to the one name that we asked for; the name itself is an answer, too."""
    return Expecting("yes_no", options=tuple(names_of(person) for person in state.household[:1]))


def _no_wish(state: State, meaning: Meaning) -> Step | None:
    """A yes to "what can I do for you" is listened to further; a no may be a goodbye, and the second one is."""
    if meaning.intent == "no":
        return goodbye(state) if state.slots.get("nothing") else shall_we_end(with_slots(state, nothing=True))
    return ask(state, "open", **state.values) if meaning.intent == "yes" else None


def or_talk(answer: Answer) -> Answer:
    """The answer to an open question: who tells us that they are lonely has no wish, and is offered one; who has forgotten what
    they rang for is told what there is. Neither has failed."""

    def heard(state: State, meaning: Meaning) -> Step | None:
        if meaning.intent != "none" or not state.caller:
            return answer(state, meaning)
        if meaning.slots.get("lonely"):
            return ask(without_slots(state), "visit.company")
        return what_can_i_do(state, Say("open.forgotten")) if meaning.slots.get("forgotten") else answer(state, meaning)

    return heard


def _unknown_yes(state: State, _: Meaning) -> Step:
    return do(state, "enrolment.request")


def enrolment_requested(state: State, result: Result) -> Step:
    if result.status == "withheld":
        return ask(with_slots(state, about="register"), "message.record", Say("enrolment.say_number"))
    return ask(state, "anything_else", Say("enrolment.requested", result.data))


def explain_registering(state: State, _: Meaning) -> Step:
    """How somebody whom we don't know yet becomes a caller with us."""
    return ask(state, "unknown", Say("unknown.how"))


def anything_else(state: State, *before: Say, done: Say | None = None) -> Step:
    """The wish is over: its details go, the caller stays. `done` is told again at the end of the call."""
    state = replace(state, done=(*state.done, done)) if done else state
    return ask(without_slots(state), "anything_else", *before)


def nothing_more(state: State, _: Meaning) -> Step:
    """A no to what was offered: the caller may want something else."""
    return anything_else(state)


def all_told(state: State, done: Say) -> Step:
    """What was done has been read back; who took leave on hearing it is not asked what else there is, unless another wish of
    theirs is still open."""
    if state.slots.get("leaving") and not state.also:
        return goodbye(replace(without_slots(state), done=(*state.done, done)))
    return anything_else(state, done=done)


def goodbye(state: State, _: Meaning | None = None) -> Step:
    """One thing was read back a moment ago; two or more are told together before the end, and again if that is wished."""
    if len(state.done) < 2 or state.ask in ("recap", "recap.text"):
        return end(state, Say("goodbye"))
    return _tell_all(state)


def _tell_all(state: State, _: Meaning | None = None) -> Step:
    step = ask(state, "recap", Say("recap.before"), *state.done)
    return replace(step, state=replace(step.state, said=step.says))


def _told_enough(state: State, meaning: Meaning) -> Step:
    """What was done may be sent as well, where there is a telephone that takes texts."""
    return ask(state, "recap.text") if _takes_texts(state) else _no_more(state, meaning)


def _takes_texts(state: State) -> bool:
    return bool(state.caller and state.caller.get("texts"))


def or_sent(answer: Answer) -> Answer:
    """The answer to a question near the end, where "text me that" may be said too."""

    def heard(state: State, meaning: Meaning) -> Step | None:
        return _send(state, meaning) if meaning.slots.get("send") else answer(state, meaning)

    return heard


def _send(state: State, _: Meaning) -> Step:
    if not state.done:
        return ask(state, state.ask, Say("recap.nothing_to_send"), **state.values)
    if not _takes_texts(state):
        return _not_sent(state)
    return do(state, "recap.send", done=[asdict(done) for done in state.done])


def _not_sent(state: State) -> Step:
    """Never to another number than the one on file: there it is said again instead."""
    return ask(state, "recap", Say("recap.no_texts"))


def sent(state: State, result: Result) -> Step:
    if result.status == "none":
        return _not_sent(state)
    if state.ask in ("recap", "recap.text"):
        return end(state, Say("recap.sent"), Say("goodbye"))
    return ask(state, "anything_else", Say("recap.sent"))


def _no_more(state: State, _: Meaning) -> Step:
    return end(state, Say("goodbye"))


def _gone(state: State, meaning: Meaning) -> Step | None:
    """Who has said goodbye and is silent has gone; who mumbles has not been understood."""
    return None if meaning.sound else _no_more(state, meaning)


def what_can_i_do(state: State, *before: Say) -> Step:
    """The open question; whom we don't know hears how to register instead."""
    return ask(state, "open", *before, name=state.caller["name"]) if state.caller else ask(state, "unknown", *before)


def _more(state: State, _: Meaning) -> Step:
    return what_can_i_do(state)


def shall_we_end(state: State) -> Step:
    """Ask before ending what one key, perhaps a slip, was pressed for. A no goes back to the question that was open."""
    if state.ask == "shall_we_end":
        return ask(state, "shall_we_end")
    return ask(with_slots(state, left={"ask": state.ask, "values": state.values}), "shall_we_end")


def _go_on(state: State, _: Meaning) -> Step:
    left = state.slots["left"]
    return ask(with_slots(state, left=None), left["ask"], **left["values"])


ASKS = {
    "who": Ask(is_it, or_by_name(yes_no(lambda s, m: _this_is(s, s.household[0]), _not_me)), first=_who_first),
    "who_of": Ask(_household, or_by_name(_chosen), first=_who_first),
    "who_of_these": Ask(_these, or_by_name(_chosen_of), first=_who_first),
    "resume": Ask(YES_NO, yes_no(_carry_on, _start_afresh), any_wish=True),
    "open": Ask(listen_for("open"), or_talk(or_sent(_no_wish)), any_wish=True),
    "unknown": Ask(YES_NO, yes_no(_unknown_yes, nothing_more), any_wish=True),
    "anything_else": Ask(listen_for("open"), or_talk(or_sent(yes_no(_more, lambda s, _: goodbye(s)))), any_wish=True),
    "recap": Ask(YES_NO, or_sent(yes_no(_tell_all, _told_enough)), any_wish=True, silence=_gone),
    "recap.text": Ask(YES_NO, or_sent(yes_no(_send, _no_more)), any_wish=True, silence=_gone),
    "shall_we_end": Ask(YES_NO, yes_no(lambda s, _: goodbye(s), _go_on), any_wish=True),
}
RESULTS: dict[str, Outcome] = {"call.begin": begin_inbound, "enrolment.request": enrolment_requested, "recap.send": sent}
STARTS: dict[str, Start] = {"register": explain_registering}
