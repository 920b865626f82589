"""One call's conversation: the only place that knows the order in which its parts are asked.

A turn: understand what was heard, advance the dialogue, carry out its orders, render what is said, store the
turn, commit. Everything that a turn needs is in rows, so any process can take the next one, and a repeat of a
turn replays its answer and does nothing twice.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from fraud.assess import assess, ruleset
from fraud.facts import Facts
from helpline import events, services
from helpline.calls import turns
from helpline.db import db, only_look
from helpline.identity import phrases
from helpline.identity.household import household, person
from helpline.models import Call, Caller
from helpline.services import cards, handover, languages, office, protection, proving, visits
from helpline.services.appointments import reminders
from helpline.services.bills import planning
from helpline.services.context import Context
from helpline.services.gateways.payments import PaymentGateway
from helpline.services.holds import keeping
from helpline.services.holds.calls import why_we_ring
from helpline.settings import Settings
from voice import dialogue
from voice.dialogue import State
from voice.dialogue.opening import ENTRANCES
from voice.heard import Expecting, Heard, Meaning, Order, Reply, Result, Said, Say, Step
from voice.languages import Language
from voice.understanding import understand, understand_keys
from volunteers.models import Task

LEAST_BELIEVED = 0.25  # how likely the words were heard right and mean this: a mumble heard as "mess up" came to 0.19
MOST_ORDERS = 4  # in one turn: more would be a loop
AWAY = ("person", "card")  # outcomes of a call that the telephone company has meanwhile, and may give back
BROKEN = ("dropped", "hung_up")  # outcomes of a call whose socket went away without our doing
WANTS_MONEY = "F048"  # a volunteer or a carer asks for money, a card or a PIN: a complaint, whatever else was understood
HEARD_FIRST = ("emergency", "report_scam", "check_caller", "freeze_payments", "speak_to_person", "complain")
log = logging.getLogger(__name__)


class OutOfTurn(ValueError):
    """A turn was asked for that does not come next."""


@dataclass(frozen=True)
class Conversation:
    """The parts that a turn is made of. Frozen and shared by all calls; every method needs an app context."""

    settings: Settings
    languages: Mapping[str, Language]
    payments: PaymentGateway
    now: Callable[[], dt.datetime]

    def begin(self, call_id: int) -> Reply:
        """The first words of a call; for a call whose socket broke, its last words once more."""
        call = turns.locked(call_id)
        if call.status == "returned":
            return self._typed_a_card(call) or self._nobody_came(call)
        if call.turns:
            return self._reconnect(call)
        reason = self._reason(call)
        told = {"languages": tuple(self.languages), **reason.data}  # whoever is rung is spoken to in their own, where we can
        reply = self._turn(call, State(language=self.settings.language), Heard(), replace(reason, data=told))
        db.session.commit()
        return reply

    def take_turn(self, call_id: int, number: int, heard: Heard, understood: Callable[[], None] = lambda: None) -> Reply:
        """Answer what was heard. `number` is the last reply's turn plus one; an older one replays its reply.

        `understood` is called between understanding and acting, for whoever measures.
        Raises OutOfTurn for a number that is yet to come, or for a call that has ended.
        """
        only_look()  # the words are understood while the house goes on writing
        call = db.session.get_one(Call, call_id)
        if (reply := self._replayed(call, number)) is not None:
            return reply
        state = State.from_json(call.state or {})
        before = turns.stored_reply(call.id, number - 1)
        if before and any(said.key in phrases.SECRET for said in before.says):
            heard = replace(heard, unheard="")
        expecting = before.expecting if before else Expecting("open")
        if not expecting.secret:
            heard = turns.without_secrets_of(heard, self.languages[state.language], expecting)
        meaning = self._understood(call, state, heard, expecting)
        if expecting.secret:
            heard, meaning = turns.hidden(heard, meaning)
        understood()
        db.session.rollback()
        call = turns.locked(call_id)
        if (reply := self._replayed(call, number)) is not None:  # taken meanwhile; if not, the state is as it was
            return reply
        if heard.deaf and not call.training:
            events.record("deaf_line", f"call:{call_id}", self.now(), expecting=expecting.name)
        reply = self._turn(call, state, heard, meaning, secret=expecting.secret)
        db.session.commit()
        return reply

    def carry_out(self, call_id: int, number: int) -> Reply:
        """Do the order that a gateway has to carry out, outside any transaction, and take the turn with its result."""
        call = turns.locked(call_id)
        if (reply := self._replayed(call, number)) is not None:
            return reply
        state = State.from_json(call.state or {})
        if state.pending is None:
            db.session.rollback()
            raise OutOfTurn(f"call {call_id}: nothing is waiting to be carried out")
        order, context = state.pending, self._context(call, state, Heard())
        db.session.rollback()
        answer = services.ask_outside(order, context)
        call = turns.locked(call_id)
        if (reply := self._replayed(call, number)) is not None:
            return reply
        result = services.write_down(order, answer, self._context(call, state, Heard()))
        reply = self._turn(call, replace(state, pending=None), Heard(), result)
        db.session.commit()
        return reply

    def question_by_keys(self, call_id: int, reply: Reply) -> str:
        """How the question of the last reply is answered by keys; "" where the reply has said so, or is not the last."""
        call = db.session.get_one(Call, call_id)
        state, now = State.from_json(call.state or {}), self._local_now(call)
        key, language = f"{state.ask}.keys", self.languages[reply.language]
        said = {one.key for one in reply.says}
        if reply.turn != call.turns - 1 or key not in language.prompts or key in said:
            return ""
        return language.prompt(key, {**self._always(now), **state.values}, now.date())

    def come_back(self, call_id: int) -> bool:
        """No person took the call that was put through, or a card has been typed in it or not: the next socket takes it up
        again. False when it was not the conversation that left it."""
        call = turns.locked(call_id)
        if call.status == "ended" and call.outcome in AWAY:
            if call.outcome == "person":
                events.record("nobody_took_it", f"call:{call.id}", self.now())
            call.status, call.outcome, call.ended_at = "returned", "", None
        returned = call.status == "returned"
        db.session.commit()
        return returned

    def promise_call_back(self, call_id: int, about: str, nobody_there: bool = False) -> str:
        """Have a person ring back, for a call that we cannot carry. Answers when, in the line's language; "" where
        a person can take the call now, unless it has been tried and `nobody_there`."""
        call = turns.locked(call_id)
        state = State.from_json(call.state) if call.state else State(language=self.settings.language)
        context = self._context(call, state, Heard())
        result = services.perform(Order("person.find", {"about": about}), context)
        when = office.call_back_words(context) if nobody_there else result.data.get("when", "")
        db.session.commit()
        return str(when)

    def hung_up(self, call_id: int, socket: int | None = None, why: str = "", pause: float = 0.0) -> None:
        """The line is gone. A call in the middle of something counts as dropped: who rings back may carry on.

        `socket`: which of the call's sockets says so; when another one carries the call by now, nothing has ended.
        `why`: the outcome of a call that we ended ourselves. `pause`: how long the caller usually paused within a
        sentence, in seconds, to be remembered for their next call; 0.0 where nothing was learned.
        """
        call = turns.locked(call_id)
        caller = db.session.get(Caller, call.caller_id) if call.caller_id and pause else None
        if caller is not None:
            caller.pause = pause
        if call.status in ("ringing", "live", "returned") and socket in (None, call.sockets):
            unfinished = call.state is not None and _unfinished(State.from_json(call.state))
            call.status = "dropped" if unfinished else "ended"
            call.outcome = why or ("dropped" if unfinished else "hung_up")
            call.ended_at = self.now()
            events.record("call_ended", f"call:{call.id}", self.now(), outcome=call.outcome)
        db.session.commit()

    # -- the parts of a turn

    def _replayed(self, call: Call, number: int) -> Reply | None:
        reply = turns.stored_reply(call.id, number)
        # The last turn of a caller who has just hung up may still be under way: it is finished.
        ended = call.status == "ended" and call.outcome not in BROKEN
        if reply is None and (number != call.turns or ended):
            db.session.rollback()
            raise OutOfTurn(f"call {call.id} is at turn {call.turns} ({call.status}), not at turn {number}")
        if reply is not None:
            reply = self._spoken_again(call, reply)
            db.session.rollback()
        return reply

    def _reconnect(self, call: Call) -> Reply:
        reply = turns.stored_reply(call.id, call.turns - 1)
        if reply is None:
            raise OutOfTurn(f"call {call.id} has no turn {call.turns - 1}")
        reply = self._spoken_again(call, reply)
        if call.outcome in BROKEN:
            call.status, call.outcome, call.ended_at = "live", "", None
        language = self.languages[reply.language]
        db.session.commit()
        sorry = Said("reconnected", language.prompt("reconnected", {}, self.now().date()))
        return replace(reply, says=(sorry, *reply.says))

    def _typed_a_card(self, call: Call) -> Reply | None:
        came = cards.came_of(call)
        if came is None:
            return None
        reply = self._turn(call, State.from_json(call.state or {}), Heard(), came)
        db.session.commit()
        return reply

    def _nobody_came(self, call: Call) -> Reply:
        state, context = State.from_json(call.state or {}), self._context(call, State(), Heard())
        told = {"when": office.call_back_words(context), "withheld": not call.number, "wish": handover.wish_of(call)}
        away = Result("person.find", "away", told)
        reply = self._turn(call, state, Heard(), away)
        db.session.commit()
        return reply

    def _reason(self, call: Call) -> Result:
        """What the dialogue is told first: who may be ringing, or why we ring."""
        if why := self._why_we_ring(call):
            return replace(why, data={**why.data, "has_phrase": phrases.has_phrase(call.purpose["caller_id"])})
        known = household(call.number, call.training)
        people = [{**one, "missed": keeping.missed(one["id"], self.now())} for one in known]
        resume = self._resumable(call)
        spoken = tuple(self.languages)
        return Result("call.begin", "inbound", {"household": people, "languages": spoken, "resume": resume})

    def _why_we_ring(self, call: Call) -> Result | None:
        """What a call of ours is about; None for a call that came in."""
        purpose = call.purpose
        why: dict[str, Callable[[], Result]] = {
            "tell_who_comes": lambda: self._news(call),
            "hold": lambda: self._in_their_language(why_we_ring(purpose)),
            "planned": lambda: self._in_their_language(planning.why_we_ring(purpose)),
            reminders.KIND: lambda: self._in_their_language(
                reminders.why_we_ring(purpose, self._language_of(purpose["caller_id"]), self.now())
            ),
            "lift": lambda: self._in_their_language(protection.why_we_ring(purpose, self.now())),
            "prove": lambda: proving.why_we_ring(purpose, self._language_of(purpose["caller_id"]), self.now()),
        }
        return why[purpose["kind"]]() if purpose.get("kind") in why else None

    def _in_their_language(self, why: Result) -> Result:
        return replace(why, data={**why.data, "languages": tuple(self.languages)})

    def _language_of(self, caller_id: int) -> Language:
        caller = db.session.get_one(Caller, caller_id)
        return self.languages.get(caller.language, self.languages[self.settings.language])

    def _news(self, call: Call) -> Result:
        task = db.session.get_one(Task, call.purpose["task_id"])
        caller = db.session.get_one(Caller, call.purpose["caller_id"])
        status = "accepted" if task.volunteer_id else "cancelled" if task.status == "cancelled" else "waiting"
        if status == "accepted" and call.purpose.get("tomorrow"):
            status = "coming" if visits.is_to_come(task, self.now().astimezone(ZoneInfo(caller.time_zone)).date()) else "over"
        language = self._language_of(caller.id)
        news = {
            "caller": person(caller),
            "languages": tuple(self.languages),
            **visits.about(task, language, self.settings.secret_key),
        }
        return Result("call.tell", status, news)

    def _resumable(self, call: Call) -> dict[str, Any] | None:
        """The last call from this number that was cut, or that a crash left open, in the middle of something.

        A payment that was under way comes first and is never too old: its caller must hear what came of it, whoever
        else of the house was cut off since.
        """
        if not call.number:
            return None
        since = self.now() - dt.timedelta(seconds=self.settings.turn_taking.resume_within)
        others = db.session.scalars(
            select(Call)
            .where(Call.number == call.number, Call.id != call.id, Call.status.in_(("live", "dropped")))
            .where(Call.direction == "inbound", Call.state.is_not(None), Call.training.is_(call.training))
            .order_by(Call.id.desc())
        )
        latest = None
        for old in others:
            state = State.from_json(old.state or {})
            if state.pending:
                return {"call_id": old.id, "state": old.state}
            if latest is None and _unfinished(state) and old.last_turn_at is not None and old.last_turn_at >= since:
                latest = {"call_id": old.id, "state": old.state}
        return latest

    def _understood(self, call: Call, state: State, heard: Heard, expecting: Expecting) -> Meaning:
        language, now = self.languages[state.language], self._local_now(call)
        if heard.keys:
            return understand_keys(heard.keys, expecting, now.date())
        if not heard.text:
            return Meaning("", 0.0, {"dead_line": self._dead(call), "deaf": heard.deaf}, sound=heard.sound)
        meaning = _believed(replace(understand(heard.text, language, expecting, now), sound=heard.sound), heard)
        if expecting.secret or expecting.record or state.alarmed:
            return meaning
        # Words that only thieves teach are danger, whatever else the sentence seemed to mean.
        warning = assess(Facts(words=(heard.text,)), ruleset())
        if warning.outcome == "refuse":
            findings = [finding.id for finding in warning.findings]
            return replace(meaning, intent="report_scam", slots={"findings": findings}, alternatives=())
        if meaning.intent not in HEARD_FIRST and any(finding.id == WANTS_MONEY for finding in warning.findings):
            return replace(meaning, intent="complain", slots={"help_kind": "volunteer"}, alternatives=())
        return meaning

    def _dead(self, call: Call) -> bool:
        since = turns.last_heard_at(call.id) or call.started_at
        return (self.now() - since).total_seconds() >= self.settings.turn_taking.dead_line

    def _turn(self, call: Call, state: State, heard: Heard, given: Meaning | Result, secret: bool = False) -> Reply:
        """Advance until the dialogue has something to listen for; store what was heard, done and said."""
        says: list[Say] = []
        done: list[tuple[Order, Result]] = []
        step = dialogue.advance(state, given)
        says += step.says
        while step.order is not None and not step.order.outside:
            if len(done) == MOST_ORDERS:
                raise RuntimeError(f"call {call.id}: {[order.name for order, _ in done]} and no end")
            result = services.perform(step.order, self._context(call, step.state, heard))
            done.append((step.order, result))
            step = dialogue.advance(step.state, result)
            says += step.says
        reply = self._reply(call, step, says)
        meaning = given if isinstance(given, Meaning) else None
        turns.store(call, heard, meaning, done, turns.without_words(reply, phrases.SECRET), secret, self.now())
        self._remember(call, step)
        self._close_resumed(state, step.state)
        self._keep_language(call, state, step.state)
        return reply

    def _reply(self, call: Call, step: Step, says: list[Say]) -> Reply:
        state: State = step.state
        language, now = self.languages[state.language], self._local_now(call)
        always, today = self._always(now), now.date()
        said = [
            Said(say.key, language.prompt(say.key, {**always, **say.values, **self._secrets(say.key, call, state)}, today))
            for say in says
        ]
        if len(says) > 1 and says[1].key == "unknown.number":
            # Whom we do not know may not understand the welcome, and hears in other languages how to change it.
            others = [other for other in self.languages.values() if other.code != state.language]
            said[1:1] = [Said("language.by_key", other.prompt("language.by_key", {}, today), other.code) for other in others]
        return Reply(
            turn=call.turns,
            says=tuple(said),
            expecting=step.expecting or Expecting("open"),
            then=step.then,
            language=state.language,
            pace=state.pace,
            gain=state.gain,
            pause=(state.caller or {}).get("pause", 0.0),
        )

    def _always(self, now: dt.datetime) -> dict[str, Any]:
        """What every prompt may speak of, whatever it is about. `now`: where the caller is."""
        clock = now.time().isoformat("minutes")
        return {"today": now.date().isoformat(), "now": clock, "helpline": self.settings.name}

    def _secrets(self, key: str, call: Call, state: State) -> dict[str, Any]:
        return phrases.spoken_words(key, call, state.caller["id"]) if state.caller and key in phrases.SECRET else {}

    def _spoken_again(self, call: Call, reply: Reply) -> Reply:
        """With the words that were not stored, as far as this caller may still hear them."""
        state, language = State.from_json(call.state or {}), self.languages[reply.language]
        today = self._local_now(call).date()
        hidden = {said.key: self._secrets(said.key, call, state) for said in reply.says if said.key in phrases.SECRET}
        full = [replace(said, text=language.prompt(said.key, hidden[said.key], today)) if hidden.get(said.key) else said
                for said in reply.says]  # fmt: skip
        return replace(reply, says=tuple(full))

    def _remember(self, call: Call, step: Step) -> None:
        state: State = step.state
        call.state = state.to_json()
        call.caller_id = state.caller["id"] if state.caller else None
        if call.outcome in BROKEN:  # the line has gone meanwhile
            call.status = "dropped" if _unfinished(state) else "ended"
        elif step.then in ("hang_up", *AWAY):
            call.status, call.outcome, call.ended_at = "ended", step.then, self.now()
            events.record("call_ended", f"call:{call.id}", self.now(), outcome=step.then)
        else:
            call.status = "live"

    def _close_resumed(self, before: State, after: State) -> None:
        """The dropped call is over once its caller is on this line: only then, for others may share the number."""
        resume = before.resume
        if not resume or before.caller or not after.caller:
            return
        cut_off = resume["state"]["caller"]
        if cut_off and cut_off["id"] == after.caller["id"]:  # what else is known of them may have changed
            db.session.execute(
                update(Call)
                .where(Call.id == resume["call_id"], Call.status.in_(("live", "dropped")))
                .values(status="ended", outcome="resumed", ended_at=self.now())
            )

    def _keep_language(self, call: Call, before: State, after: State) -> None:
        """Who pressed the key for another language before they said who they are need not press it in the next call."""
        if after.caller and not before.caller and languages.chosen_by_somebody(call.id):
            languages.remember(after.caller["id"], after.language, self.now())

    def _context(self, call: Call, state: State, heard: Heard) -> Context:
        words = turns.words_so_far(call.id)
        return Context(
            call_id=call.id,
            turn=call.turns,
            number=call.number,
            caller_id=state.caller["id"] if state.caller else None,
            level=state.level,
            language=self.languages[state.language],
            languages=tuple(self.languages),
            now=self._local_now(call),
            settings=self.settings,
            payments=self.payments,
            words=(*words, heard.text) if heard.text not in ("", turns.DOTS) else words,
            training=call.training,
            recording=heard.recording,
        )

    def _local_now(self, call: Call) -> dt.datetime:
        caller = db.session.get(Caller, call.caller_id) if call.caller_id else None
        return self.now().astimezone(ZoneInfo(caller.time_zone if caller else self.settings.time_zone))


def _believed(meaning: Meaning, heard: Heard) -> Meaning:
    """Nothing of ours where the words and what they mean are doubtful both: a mumble that the recogniser made words of.
    Danger is not doubted."""
    doubtful = meaning.intent not in ("", "none", "emergency") and heard.confidence * meaning.confidence < LEAST_BELIEVED
    return replace(meaning, intent="none", also=()) if doubtful else meaning


def _unfinished(state: State) -> bool:
    """Something was under way that would be a pity to lose."""
    return state.pending is not None or (state.ask not in ENTRANCES and bool(state.slots.get("wish")))
