"""What is promised in every state: each question against each word and key that works everywhere.

Then the same promises against anything at all: `AnyCall` makes calls of random words, keys, silences and results.
"""

from __future__ import annotations

import datetime as dt
import json
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from voice.dialogue import ASKS, State, advance
from voice.dialogue.advance import BEFORE_ANY_WISH
from voice.dialogue.asks import SILENCES_WHILE_WAITING
from voice.dialogue.manner import FASTEST, LOUDEST, QUIETEST, SLOWEST
from voice.heard import Meaning, Result, Say, Step
from voice.languages import INTENTS, load_language
from voice.understanding import understand, understand_keys

ENGLISH, NOW = load_language("en"), dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)
TODAY = NOW.date()
MARGARET = {"id": 1, "name": "Margaret", "pace": 0.9, "gain": 0.0}
ARTHUR = {"id": 2, "name": "Arthur", "pace": 1.0, "gain": 3.0}
POUNDS = {"amount": "42.50", "currency": "GBP"}
DAYS = {"today": "2026-11-24", "last_day": "2026-12-02"}
ELECTRIC = {"id": 7, "biller": "City Electric", "amount": POUNDS, "due": "2026-11-30", **DAYS, "last_day": "2026-11-30"}
WATER = {"id": 8, "biller": "Vale Water", "amount": POUNDS, "due": "2026-12-02", **DAYS, "paid": POUNDS}
PLANNED = {"biller": "Vale Water", "amount": POUNDS, "date": "2026-12-01", "reference": "12345678", "rings": True}
LATER = {**WATER, "planned": PLANNED}
WAITS = {"hold_id": 6, "biller": "City Electric", "kind": "electricity", "amount": POUNDS}
WAITS_TOO = {"hold_id": 7, "biller": "Vale Water", "kind": "water", "amount": POUNDS}
PAYMENT = {"biller": "Vale Water", "amount": POUNDS, "date": "2026-11-03", "receipt": "12345678"}
TEN, ELEVEN = ({"id": n, "date": "2026-12-01", "time": f"{n}:00", "time_words": f"{n} o'clock", "clinic": "Mill Lane",
                "with": "Dr Osei"} for n in (10, 11))  # fmt: skip
KINDS = {"shopping": "shopping", "company": "company"}
NEWS = {
    "caller": MARGARET,
    "task_id": 4,
    "volunteer": "Wei",
    "kind": "shopping",
    "day": "2026-11-26",
    "part": "morning",
    "number": "4271",
}
BOOKED = {**TEN, "id": 12, "booking": 6, "department": "doctor", "name": "Dr Osei, Thursday", "date": "2026-11-26"}
BOOKED_LATER = {**BOOKED, "id": 13, "booking": 7, "name": "Dr Osei, Friday", "date": "2026-11-27"}
VISIT = {"task_id": 4, "help_kind": "shopping", "name": "help with shopping, Thursday", "kind": "shopping",
         "day": "2026-11-26", "part": "morning", "volunteer": "Wei"}  # fmt: skip
OTHER_VISIT = {**VISIT, "task_id": 5, "name": "help with shopping, Friday", "day": "2026-11-27", "volunteer": ""}
HELD = {"caller": MARGARET, "hold_id": 6, "payment_id": 3, "biller": "City Electric", "amount": POUNDS, "reason": "it is new",
        "receipt": "12345678"}  # fmt: skip
MISSED = {"hold_id": 6, "biller": "City Electric", "amount": POUNDS}
RINGS = {"biller": "Vale Water", "reason": "it is new", "until": "hold.until", "date": "2026-11-24", "time": "10:10"}
PROVE = {"caller": MARGARET, "call_back_id": 3, "wished": "phrase", "wish_name": "choose your safe phrase"}
LIFT = {"caller": MARGARET, "request_id": 5, "what": "freeze"}
RANG = {"date": "2026-11-24", "time": "10:00", "about": "about your visit"}
SUBJECTS = {"names": ["a volunteer", "something else"], "subjects": ["complain_volunteer", "complain_other"]}
LESSONS = {"lessons": [{"name": "bank", "title": "a call from the bank"}, {"name": "vouchers", "title": "gift cards"}],
           "lesson": "bank", "heard": [], "question": "Would you?", "way": "yes",
           "ways": {"yes": "yes", "no": "no", "next": "next one", "again": "again", "stop": "stop"}}  # fmt: skip
DETAILS_SLOTS = {"whats": {"phone": "your telephone number", "address": "your address"}, "tries": 0, "what": "phone", "proofs": {"pin": "your PIN", "phrase": "your safe phrase"},
                 "manners": {"slower": "more slowly", "faster": "more quickly"}, "value": "12 Elm Road", "number": "07700900123"}  # fmt: skip
SLOTS = {**HELD, **PROVE, "kind": "phrase", "places": ["the first", "the second", "the third", "other ones"], "terms": {"date": "2026-11-27"}, "waiting": [WAITS, WAITS_TOO], "one": WAITS, "answers": {"phoned": False, "told": False}, "order": "holds.answered", "order_about": {"hold_id": 6}, "coming": [BOOKED, BOOKED_LATER], "mine": BOOKED, "nth": 0, "planned": [VISIT, OTHER_VISIT], "visit": VISIT,
         "wanted": {"date": "2026-12-01", "part_of_day": "morning"}, "subjects": SUBJECTS["subjects"], "words": "(words)",
         "wish": "cancel_appointment",
         "bills": [ELECTRIC, WATER], "bill": ELECTRIC, "payments": [PAYMENT], "free": [TEN, ELEVEN], "chosen": TEN, "kinds": KINDS, "task_id": 4,
         "payment_id": 3, "request_id": 5, "status": "accepted", "left": {"ask": "open", "values": {"name": "Margaret"}},
         "day_of": {"ask": "visit.day", "values": {}},
         "wishes": ["pay_bill", "bill_status"], "names": ["pay a bill", "hear what you owe"], "said": {},
         **LESSONS, **DETAILS_SLOTS, "among": [MARGARET, ARTHUR], "doctors": ["Doctor Amir Patel", "Doctor Nina Patel"],
         "languages": [{"code": "ko", "name": "Korean"}, {"code": "pl", "name": "Polish"}]}  # fmt: skip
VALUES = {"old_date": "2026-11-26", "old_time": "09:00", "old_day": "2026-11-26", **NEWS, **HELD, **ELECTRIC, **TEN, "name": "Margaret", "names": ["Margaret", "Arthur"], "receipt": "12345678",
          "part": POUNDS, "rest": POUNDS, "last": "2026-12-02",
          "wish": "choose your safe phrase", "first": ["•••"], "second": ["•••"], "third": ["•••"],
          "billers": ["City Electric", "Vale Water"], "times": ["10 o'clock"], "kinds": list(KINDS.values()),
          "department": "doctor", "titles": ["a call from the bank", "gift cards"], "title": "gift cards", "question": "Would you?", "value": "12 Elm Road", "number": "07700900123"}  # fmt: skip

SPOKEN_MESSAGE = {"message.record", "details.address", "details.name", "details.contact"}  # there, words are the message
SILENCE, MUMBLE, NO_ANSWER = Meaning(""), Meaning("", sound=True), Meaning("none", text="rhubarb")
DIGITS = {
    "pin",
    "pin.new",
    "pin.again",
    "hold.pin",
    "protection.pin",
    "prove.pin",
    "which_date",
    "details.phone",
    "details.contact_phone",
}  # there, 0 and 9 are data
EVERY = sorted(ASKS)
BY_WORD = sorted(ASKS.keys() - SPOKEN_MESSAGE)
BY_KEY = sorted(ASKS.keys() - DIGITS)
# Silence is patience in the first two; after the recap and what follows it, whose caller has said goodbye, it is an end.
NEWS_TOLD = {
    "tell.accepted",
    "tell.coming",
    "tell.waiting",
    "tell.cancelled",
    "remind.coming",
}  # we rang: who only listens there has no need of a person
WITH_A_LADDER = sorted(ASKS.keys() - SPOKEN_MESSAGE - {"still_there", "recap", "recap.text"})


def at(ask: str) -> State:
    """A call with this question open, and everything known that any question needs. Its caller has spoken before: who never
    did hears the keys with each question (test_days_by_keys)."""
    caller = None if ask in BEFORE_ANY_WISH else MARGARET
    resume = {"call_id": 9, "state": State(ask="open", values={"name": "Margaret"}, caller=MARGARET).to_json()}
    return State(
        ask=ask,
        household=(MARGARET, ARTHUR),
        caller=caller,
        values=VALUES,
        slots=SLOTS,
        said=(Say(ask, VALUES),),
        resume=resume,
        spoken=True,
    )


def say(state: State, intent: str) -> Step:
    return advance(state, Meaning(intent, text="(words)"))


def press(state: State, keys: str) -> Step:
    return advance(state, understand_keys(keys, ASKS[state.ask].expecting(state), TODAY))


def spoken(step: Step) -> str:
    """What the caller hears. A prompt that lacks a value is a KeyError."""
    always = {"today": TODAY.isoformat(), "now": "10:00", "helpline": "the Blue Vest helpline"}
    return " ".join(ENGLISH.prompt(say.key, {**always, **say.values}, TODAY) for say in step.says)


def looks_for_a_person(step: Step) -> bool:
    return step.order is not None and step.order.name == "person.find"


@pytest.mark.parametrize("ask", BY_WORD)
@pytest.mark.parametrize(
    ("words", "intent"),
    [("Repeat.", "repeat"), ("Slower", "slower"), ("louder, please", "louder"), ("go back", "back"), ("help", "help"),
     ("a person", "speak_to_person"), ("wait", "wait")],
)  # fmt: skip
def test_the_words_that_help_names_are_understood_in_every_state(ask: str, words: str, intent: str) -> None:
    assert understand(words, ENGLISH, ASKS[ask].expecting(at(ask)), NOW).intent == intent


@pytest.mark.parametrize("ask", BY_WORD)
def test_asking_for_a_person_finds_one(ask: str) -> None:
    assert looks_for_a_person(say(at(ask), "speak_to_person"))


@pytest.mark.parametrize("ask", BY_KEY)
def test_zero_finds_a_person(ask: str) -> None:
    assert looks_for_a_person(press(at(ask), "0"))


@pytest.mark.parametrize("ask", sorted(DIGITS))
@pytest.mark.parametrize("typed", ["", "12", "12345"])
def test_in_a_number_star_and_then_zero_finds_a_person(ask: str, typed: str) -> None:
    cleared = press(at(ask), f"{typed}*")
    assert cleared.then == "listen" and spoken(cleared)
    assert looks_for_a_person(press(cleared.state, "0"))


@pytest.mark.parametrize("ask", sorted(DIGITS))
def test_star_clears_what_was_typed_and_asks_again(ask: str) -> None:
    step = press(at(ask), "12*")
    assert (step.state.ask, step.says) == (ask, at(ask).said)


@pytest.mark.parametrize("ask", sorted(DIGITS))
def test_a_zero_within_a_number_is_a_zero(ask: str) -> None:
    assert not looks_for_a_person(press(at(ask), "010203"))


@pytest.mark.parametrize("ask", sorted(SPOKEN_MESSAGE))
def test_words_that_work_everywhere_are_still_the_message_when_one_is_recorded(ask: str) -> None:
    step = advance(at(ask), Meaning("", text="tell her to repeat it slower"))
    name, words = ("message.leave", "words") if ask == "message.record" else ("details.note", "value")
    assert step.order.name == name and step.order.args[words] == "tell her to repeat it slower"


@pytest.mark.parametrize("ask", EVERY)
def test_star_goes_back(ask: str) -> None:
    step = press(at(ask), "*")
    assert step.order is None and step.then == "listen" and spoken(step)
    assert (step.state.ask == ask) == (ask in {*BEFORE_ANY_WISH, "open"})


@pytest.mark.parametrize("ask", BY_WORD)
def test_go_back_by_word_is_the_same_as_by_key(ask: str) -> None:
    assert say(at(ask), "back").says == press(at(ask), "*").says


@pytest.mark.parametrize("ask", BY_KEY)
def test_nine_asks_before_it_ends_the_call(ask: str) -> None:
    step = press(at(ask), "9")
    assert step.state.ask == "shall_we_end" and step.then == "listen" and spoken(step)
    assert press(step.state, "1").then == "hang_up"


@pytest.mark.parametrize("ask", sorted(set(BY_KEY) - {"shall_we_end"}))
def test_a_nine_that_was_a_slip_loses_nothing(ask: str) -> None:
    step = press(press(at(ask), "9").state, "2")
    assert (step.state.ask, step.says) == (ask, (Say(ask, VALUES),))
    assert all(step.state.slots[name] == SLOTS[name] for name in SLOTS.keys() - {"left"})


@pytest.mark.parametrize("ask", EVERY)
@pytest.mark.parametrize("keys", ["#", "7", "77", "123456789"])
def test_no_other_key_ends_a_call(ask: str, keys: str) -> None:
    step = press(at(ask), keys)
    assert step.then == "listen"
    assert step.order or spoken(step)


@pytest.mark.parametrize("ask", BY_WORD)
def test_repeat_says_the_same(ask: str) -> None:
    step = say(at(ask), "repeat")
    assert (step.says, step.state) == (at(ask).said, at(ask))


@pytest.mark.parametrize("ask", BY_WORD)
def test_repeat_after_help_says_the_help_again(ask: str) -> None:
    helped = say(at(ask), "help")
    assert say(helped.state, "repeat").says == helped.says


@pytest.mark.parametrize("ask", BY_WORD)
def test_help_names_a_person_and_is_no_failure(ask: str) -> None:
    step = say(at(ask), "help")
    assert "person" in spoken(step) and step.state.ask == ask
    assert (step.state.no_match, step.state.failures) == (0, 0)


@pytest.mark.parametrize("ask", BY_WORD)
@pytest.mark.parametrize(
    ("intent", "limits"),
    [("slower", (SLOWEST, 1.0)), ("faster", (1.0, FASTEST)), ("louder", (0.0, LOUDEST)), ("quieter", (QUIETEST, 0.0))],
)
def test_pace_and_loudness_stay_within_limits(ask: str, intent: str, limits: tuple[float, float]) -> None:
    step = say(at(ask), intent)
    for _ in range(20):
        assert step.says[1:] == at(ask).said and step.state.ask == ask
        step = say(step.state, intent)
    value = step.state.pace if intent in ("slower", "faster") else step.state.gain
    assert value in limits and value != State().pace and value != State().gain


@pytest.mark.parametrize("ask", BY_WORD)
def test_waiting_keeps_the_question_open(ask: str) -> None:
    step = say(at(ask), "wait")
    assert step.expecting == ASKS[ask].expecting(at(ask)) and spoken(step)
    assert say(step.state, "repeat").says == at(ask).said


@pytest.mark.parametrize("ask", BY_WORD)
def test_who_asked_us_to_wait_may_be_quiet_for_two_minutes(ask: str) -> None:
    step = say(at(ask), "wait")
    for heard in [SILENCE, MUMBLE] * (SILENCES_WHILE_WAITING // 2):
        step = advance(step.state, heard)
        assert [say.key for say in step.says] in (["tick"], ["waiting"]) and step.state.failures == 0
    assert not {say.key for say in advance(step.state, SILENCE).says} & {"tick", "waiting"}


@pytest.mark.parametrize("ask", WITH_A_LADDER)
def test_three_failures_of_any_kind_lead_to_a_person(ask: str) -> None:
    for first, second, third in product((SILENCE, MUMBLE, NO_ANSWER), repeat=3):
        if ask in NEWS_TOLD and first == second == third == SILENCE:
            continue
        once = advance(at(ask), first)
        twice = advance(once.state, second)
        assert all(step.then == "listen" and step.order is None and spoken(step) for step in (once, twice))
        assert looks_for_a_person(advance(twice.state, third))


@pytest.mark.parametrize("ask", [*WITH_A_LADDER, "message.record"])
def test_three_wrong_keys_lead_to_a_person(ask: str) -> None:
    step = press(press(at(ask), "77").state, "77")
    assert step.then == "listen" and spoken(step)
    assert looks_for_a_person(press(step.state, "77"))


def test_five_failures_in_a_call_lead_to_a_person_wherever_they_were() -> None:
    step = advance(State(), Result("call.begin", "inbound", {"household": [MARGARET], "resume": None}))
    step = advance(advance(step.state, MUMBLE).state, NO_ANSWER)
    step = advance(advance(say(step.state, "yes").state, MUMBLE).state, NO_ANSWER)
    step = say(step.state, "book_appointment")
    assert step.state.ask == "appointment.day"
    assert looks_for_a_person(advance(step.state, MUMBLE))


@pytest.mark.parametrize("word", ["greeting", "yes", "none", "back"])
def test_hello_is_enough_for_who_was_asked_to_say_hello(word: str) -> None:
    assert say(at("still_there"), word).state.ask == "open"


def test_hash_without_a_word_is_a_message_and_no_other_key_is() -> None:
    assert press(at("message.record"), "#").order.name == "message.leave"
    step = press(at("message.record"), "5")
    assert step.order is None and step.state.ask == "message.record"


def test_a_no_to_being_registered_is_no_goodbye() -> None:
    step = say(at("unknown"), "no")
    assert step.state.ask == "anything_else" and step.then == "listen"


@pytest.mark.parametrize("wish", ["freeze_payments"])
def test_what_needs_no_name_is_not_sent_to_register(wish: str) -> None:
    assert say(at("unknown"), wish).state.ask == "freeze.confirm"


def test_a_second_call_for_help_is_heard_in_the_middle_of_a_payment() -> None:
    state = advance(at("open"), Meaning("report_scam", text="he wants vouchers")).state
    again = State(ask="bill.confirm", alarmed=state.alarmed, caller=MARGARET, values=VALUES, slots=SLOTS)
    assert say(again, "report_scam").order.name == "safety.report"


def test_going_back_from_the_pin_says_that_nothing_was_paid() -> None:
    assert press(at("pin"), "*").says[0] == Say("bill.left", {"biller": "City Electric"})


# --- anything at all

DAY = {"date": "2026-12-01", "part_of_day": "morning"}
NOT_PAID = {"asked": "paid", "named": True, "new": False, "payment": PAYMENT}
OUTCOMES: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "bills.status": [("one", {**NOT_PAID, "bills": [WATER]}), ("one", {**NOT_PAID, "bills": [WATER], "new": True}),
                     ("several", {**NOT_PAID, "bills": [ELECTRIC, WATER], "named": False}), ("none", {**NOT_PAID, "payment": None}),
                     ("paid", NOT_PAID), ("listed", {"payments": []}), ("listed", {"payments": [PAYMENT] * 7}),
                     ("being_paid", {"bill": WATER}), ("held", {"bill": WATER}), ("rings", {"bill": WATER}),
                     ("planned", PLANNED), ("several", {**NOT_PAID, "bills": [ELECTRIC, LATER], "named": False})],
    "bills.due": [("one", {"bills": [WATER]}), ("none", {}), ("several", {"bills": [ELECTRIC, WATER]}),
                  ("new", {"biller": "Vale Water", "bills": [WATER]})],
    "languages.known": [("ok", {"languages": [{"code": "en", "name": "English"}, {"code": "ko", "name": "Korean"},
                                              {"code": "pl", "name": "Polish"}]}),
                        ("ok", {"languages": [{"code": "en", "name": "English"}]})],
    "wishes.named": [("ok", {"names": ["pay a bill", "hear what you owe"]})],
    "languages.choose": [("ok", {"code": "en"})],
    "identity.check_pin": [("ok", {}), ("wrong", {}), ("too_many", {}), ("none", {})],
    "bills.claim": [("claimed", {"payment_id": 3}), ("already_paid", {}), ("being_paid", {}),
                    ("changed", {"bill": ELECTRIC}),
                    ("held", {"biller": "Vale Water", "reason": "it is new"}), ("rings", RINGS), ("rings", {**RINGS, "until": "hold.soon"}),
                    ("missed", MISSED),
                    ("refused", {"biller": "Vale Water", "reason": "it is not on our list"})],
    "bills.plan": [("planned", PLANNED), ("planned", {**PLANNED, "rings": False}), ("planned_already", PLANNED), ("day_gone", {}),
                   ("changed", {"bill": LATER}), ("being_paid", {}), ("frozen", {})],
    "bills.settle": [("paid", {"payment_id": 3, "biller": "Vale Water", "amount": POUNDS, "receipt": "12345678", "rest": POUNDS,
                               "due": "2026-12-02"}),
                     ("paid", {"payment_id": 3, "biller": "Vale Water", "amount": POUNDS, "receipt": "12345678"}),
                     ("not_paid", {"payment_id": 3, "reason": "the bank said no"}), ("unknown", {"payment_id": 3})],
    "bills.receipt_heard": [("ok", {}), ("none", {})],
    "payments.stoppable": [("waits", {"waiting": [WAITS]}), ("waits", {"waiting": [WAITS, WAITS_TOO]}), ("none", {}),
                           ("under_way", {"biller": "City Electric", "amount": POUNDS}), ("gone", PAYMENT)],
    "payments.stop": [("ok", {}), ("gone", {})],
    "appointments.find": [("ok", {"free": [TEN, ELEVEN]}), ("other_day", {"free": [TEN]}), ("none", {}), ("no_clinic", {}),
                          ("which_doctor", {"names": ["Doctor Amir Patel", "Doctor Nina Patel"]})],
    "appointments.book": [("ok", {"request_id": 5}), ("taken", {})],
    "appointments.read_back": [("ok", {}), ("none", {})],
    "visits.not_there": [("again", {}), ("over", {})],
    "visits.kinds": [("ok", {"kinds": KINDS, "today": "2026-11-24"})],
    "visits.open": [("ok", {"reference": "12345678"}), ("past", {})],
    "visits.status": [("none", {}), ("waiting", NEWS), ("accepted", NEWS), ("person", NEWS)],
    "visits.told": [("ok", {})],
    "appointments.coming": [("none", {}), ("ok", {"appointments": [BOOKED]}), ("others", {"appointments": [BOOKED_LATER]}),
                            ("ok", {"appointments": [BOOKED, BOOKED_LATER]})],
    "appointments.find_other": [("ok", {"free": [TEN, ELEVEN]}), ("other_day", {"free": [TEN]}), ("none", {}), ("gone", {})],
    "appointments.cancel": [("ok", {"request_id": 8}), ("gone", {})],
    "appointments.move": [("ok", {"request_id": 9}), ("taken", {}), ("gone", {})],
    "appointments.heard": [("ok", {}), ("none", {})],
    "visits.coming": [("none", {}), ("ok", {"visits": [VISIT]}), ("others", {"visits": [OTHER_VISIT]}),
                      ("ok", {"visits": [VISIT, OTHER_VISIT]})],
    "visits.cancel": [("ok", VISIT), ("ok", OTHER_VISIT), ("over", {})],
    "visits.move": [("asked_again", VISIT), ("asking", OTHER_VISIT), ("past", {}), ("over", {})],
    "complaint.subjects": [("ok", {**SUBJECTS, "about": ""}), ("ok", {**SUBJECTS, "about": "complain_volunteer"})],
    "complaint.open": [("ok", {"reference": "12345678", "when": "within the hour"})],
    "lessons.known": [("ok", {**LESSONS, "wanted": None}), ("ok", {**LESSONS, "wanted": "vouchers"})],
    "lessons.begin": [("ok", {"question": "Would you?"})],
    "lessons.heard": [("ok", {})],
    "lessons.leave": [("ok", {})],
    "recap.send": [("ok", {}), ("none", {})],
    "details.known": [("ok", {**DETAILS_SLOTS, "wanted": wanted}) for wanted in (None, "phone", "contact", "language", "pin", "phrase")],
    "details.prefer": [("ok", {})],
    "details.note": [("ok", {"request_id": 5})],
    "details.take_down": [("ok", {"reference": "12345678", "when": "within the hour"})],
    "details.drop": [("ok", {})],
    "holds.answered": [("clear", {}), ("signal", {}), ("late", {}), ("prove", {})],
    "holds.pay": [("claimed", {"payment_id": 3}), ("wrong", {}), ("too_many", {}), ("none", {}), ("waits", {}), ("late", {})],
    "holds.ring_me": [("ok", {}), ("enough", {})],
    "holds.stop": [("ok", {}), ("late", {})],
    "protection.state": [("ok", {"frozen": frozen, "protected": on}) for frozen in (True, False) for on in (True, False)],
    "protection.freeze": [("ok", {"billers": [], "protected": False}), ("ok", {"billers": ["Vale Water"], "protected": True}),
                          ("already", {"billers": [], "protected": False}), ("others", {}), ("nobody", {})],
    "protection.on": [("ok", {})],
    "protection.lift": [("ok", {"what": "freeze"}), ("wrong", {}), ("too_many", {}), ("none", {}), ("call_back", {}), ("new_number", {})],
    "protection.confirmed": [("ok", {}), ("signal", {}), ("late", {})],
    "enrolment.request": [(status, {"reference": "12345678", "when": "within the hour"}) for status in ("ok", "withheld")],
    "proof.not_ours": [("no_visit", {"emergency_number": "999"})],
    "identity.prove": [("ok", {}), ("wrong", {}), ("too_many", {}), ("none", {}), ("call_back", {})],
    "identity.enough": [("ok", {}), ("call_back", {})],
    "identity.call_back": [("ok", {}), ("new_number", {}), ("too_many", {}), ("none", {})],
    "identity.called_back": [("ok", {}), ("no", {}), ("late", {})],
    "pin.may": [("ok", {}), ("person", {})],
    "pin.propose": [("ok", {}), ("weak", {}), ("person", {})],
    "pin.keep": [("ok", {}), ("differs", {}), ("person", {})],
    "phrase.offer": [("ok", {"names": SLOTS["places"]}), ("refused", {})],
    "phrase.keep": [("ok", {"kind": "phrase"}), ("gone", {}), ("refused", {})],
    "proof.contacts": [("ours", {"told": [{"key": "proof.rang", "values": RANG}], "words": "(words)"}),
                       ("ours", {"told": [{"key": "proof.visit", "values": NEWS}], "words": "(words)"}),
                       ("others", {"words": "(words)"}), ("no_visit", {"emergency_number": "999"}), ("unknown", {})],
    "safety.report": [("ok", {"reference": "12345678"})],
    "safety.emergency": [("ok", {"reference": "12345678", "emergency_number": "999"})],
    "person.find": [("away", {"when": "within the hour"}), ("away", {"when": "within the hour", "withheld": True}), ("here", {})],
    "message.leave": [("ok", {"reference": "12345678", "when": "within the hour"}), ("empty", {})],
    "message.drop": [("ok", {})],
}  # fmt: skip
ENDINGS = {("anything_else", "no"), ("anything_else", "cancel"), ("anything_else", "thanks"), ("shall_we_end", "yes"),
           ("hold.who", "no"), ("hold.who", "cancel"), ("lift.who", "no"), ("lift.who", "cancel"),
           ("prove.who", "no"), ("prove.who", "cancel"), ("remind.coming", "yes"), ("remind.coming", "thanks")}  # fmt: skip
DETAILS = st.fixed_dictionaries({}, optional={
    "choice": st.integers(0, 4), "digits": st.sampled_from(["", "0", "0000", "482719"]), "biller": st.just("water"),
    "date": st.sampled_from(["2026-12-01", "2026-11-24", {"from": "2026-12-01", "to": None}]), "help_kind": st.sampled_from(["shopping", "sums"]),
    "part_of_day": st.sampled_from(["morning", "night"]), "department": st.just("nurse"),
    "share": st.sampled_from(["half", "some", "all"]),
    "amount": st.sampled_from([{"amount": amount, "currency": "GBP"} for amount in ("20.00", "42.50", "90.00")]),
})  # fmt: skip
LIKELY: dict[str, list[Meaning]] = {  # by what is expected, so that calls get somewhere
    "yes_no": [Meaning("yes")],
    "choice": [Meaning("", slots={"choice": 0})],
    "name": [Meaning("", slots={"choice": 0}), Meaning("", slots={"among": [0, 1]})],
    "pin": [Meaning("", slots={"digits": "482719"})],
    "digits": [Meaning("", slots={"digits": "07700900123"})],
    "date": [Meaning("", slots=DAY), Meaning("", slots={"date": DAY["date"]})],
    "message": [Meaning("", text="(words)")],
    "open": [
        Meaning(wish)
        for wish in (
            "pay_bill",
            "bill_status",
            "book_appointment",
            "ask_volunteer",
            "task_status",
            "complain",
            "change_appointment",
            "cancel_appointment",
            "appointment_status",
            "change_task",
            "cancel_task",
            "safety_lesson",
            "update_details",
            "cancel_payment",
            "freeze_payments",
            "unfreeze_payments",
            "protection_mode",
            "check_caller",
        )
    ],
}


def cut_off_at(ask: str) -> dict[str, Any]:
    """What is left of Margaret's call whose line was cut at this question."""
    dropped = State(ask=ask, caller=MARGARET, level=2, values=VALUES, slots=SLOTS, said=(Say(ask, VALUES),))
    return {"call_id": 9, "state": dropped.to_json()}


WHY = st.one_of(
    st.builds(
        lambda people, resume: Result("call.begin", "inbound", {"household": people, "resume": resume}),
        st.sampled_from([[MARGARET], [MARGARET, ARTHUR], []]),
        st.none()
        | st.sampled_from(["bill.confirm", "pin", "appointment.which", "message.record", "bill.receipt"]).map(cut_off_at),
    ),
    st.sampled_from(["accepted", "waiting", "coming", "over"]).map(lambda status: Result("call.tell", status, NEWS)),
    st.sampled_from(["coming", "gone"]).map(lambda status: Result("call.remind", status, {"caller": MARGARET, "mine": BOOKED})),
    st.builds(
        lambda status, what: Result("call.lift", status, {**LIFT, "what": what}),
        st.sampled_from(["ask", "late"]),
        st.sampled_from(["freeze", "protection"]),
    ),
    st.sampled_from(["ask", "late"]).map(lambda status: Result("call.prove", status, {**PROVE, "has_phrase": True})),
    st.sampled_from(["ask", "first", "not_made", "paid", "refused", "failed", "waiting", "paying", "stopped"]).map(
        lambda status: Result("call.hold", status, HELD)
    ),
)


# What is booked or planned changes on an explicit yes to its own question, and on nothing else.
CHANGES = {"payments.stop": "payment.stop", "appointments.cancel": "appointment.cancel", "appointments.move": "appointment.move",
           "visits.cancel": "visit.cancel", "visits.move": "visit.move"}  # fmt: skip


PROVES = ("identity.prove", "identity.called_back")  # that it is they: as good as the PIN at a payment


class AnyCall(RuleBasedStateMachine):
    """One call of anything. `take` is what a turn does, and checks what must hold whatever was heard."""

    @initialize(why=WHY)
    def begin(self, why: Result) -> None:
        self.pin_was_right = False
        self.step = Step(State())
        dropped = (why.data.get("resume") or {}).get("state", {})
        self.agreed_to = ELECTRIC["id"] if dropped.get("ask") == "pin" else None  # the amount had had its yes
        self.take(why)

    @precondition(lambda self: self.step.then in ("hang_up", "person"))
    @rule(why=WHY)
    def begin_another(self, why: Result) -> None:
        self.begin(why)

    def take(self, given: Meaning | Result) -> None:
        before: State = self.step.state
        self.remember(before, given)
        step = advance(before, given)
        assert step.order or step.expecting
        assert (step.then == "carry_out") == (step.order is not None and step.order.outside)
        words = spoken(step)
        assert step.order or words or step.says == (Say("tick"),)  # a soft sound, which has no words
        assert SLOWEST <= step.state.pace <= FASTEST and QUIETEST <= step.state.gain <= LOUDEST
        if step.then == "hang_up":
            assert self.may_end(before, given)
        if step.order and step.order.name in CHANGES:
            assert isinstance(given, Meaning) and given.intent == "yes" and before.ask == CHANGES[step.order.name]
        if step.order and step.order.name == "bills.claim":
            assert self.pin_was_right and step.order.args["bill_id"] == self.agreed_to
        assert "482719" not in json.dumps(step.state.to_json())
        stored = State.from_json(json.loads(json.dumps(step.state.to_json())))
        self.step = Step(stored, step.says, step.expecting, step.order, step.then)

    def remember(self, before: State, given: Meaning | Result) -> None:
        if isinstance(given, Result):
            self.pin_was_right |= given.status == "ok" and given.order in ("identity.check_pin", "protection.lift", *PROVES)
            self.pin_was_right |= (given.order, given.status) == ("holds.pay", "claimed")  # with the PIN, in our call
        elif before.ask == "bill.confirm":
            self.agreed_to = before.slots["bill"]["id"] if given.intent in ("yes", "pay_bill") else None
        elif before.ask in ("open", "anything_else"):
            self.agreed_to = None

    def may_end(self, before: State, given: Meaning | Result) -> bool:
        if isinstance(given, Result):
            told = given.order in ("visits.told", "visits.not_there", "holds.answered", "holds.stop", "identity.called_back")
            return told or bool(given.data.get("dead_line") or before.slots.get("leaving"))
        if before.ask == "hold.who" and before.slots["status"] in ("paying", "stopped"):
            return True  # there is nothing to ask: the news is all
        if (before.ask, before.slots.get("status")) in (("prove.who", "late"), ("remind.who", "gone"), ("tell.who", "over")):
            return True
        if before.ask == "open" and given.intent == "no":
            return bool(before.slots.get("nothing"))  # the second no to what we can do
        return given.intent == "goodbye" or (before.ask, given.intent) in ENDINGS

    def listening(self) -> bool:
        return self.step.order is None and self.step.then == "listen"

    @precondition(listening)
    @rule(pick=st.integers(0, 9))
    def answer(self, pick: int) -> None:
        likely = LIKELY[self.step.expecting.name]
        self.take(likely[pick % len(likely)])

    @precondition(listening)
    @rule(intent=st.sampled_from(sorted({*INTENTS, ""})), slots=DETAILS)
    def say(self, intent: str, slots: dict[str, Any]) -> None:
        self.take(Meaning("", text="(words)") if self.step.expecting.record else Meaning(intent, slots=slots, text="(words)"))

    @precondition(listening)
    @rule(keys=st.one_of(st.sampled_from(["1", "2", "482719", "0", "*", "9", "#", "12*"]), st.text("0123456789*#", min_size=1)))
    def press(self, keys: str) -> None:
        self.take(understand_keys(keys, self.step.expecting, TODAY))

    @precondition(listening)
    @rule(sound=st.booleans(), dead=st.booleans())
    def be_quiet(self, sound: bool, dead: bool) -> None:
        self.take(Meaning("", 0.0, {"dead_line": dead}, sound=sound))

    @precondition(lambda self: self.step.order is not None)
    @rule(pick=st.integers(0, 11))
    def come_back(self, pick: int) -> None:
        order = self.step.order
        of_these = (
            OUTCOMES[order.name][:1] if order.args.get("dead_line") else OUTCOMES[order.name]
        )  # nothing can be "empty" then
        status, data = of_these[pick % len(of_these)]
        told = {"dead_line": bool(order.args.get("dead_line"))} if order.name == "message.leave" else {}
        self.take(Result(order.name, status, {**data, **told}))


TestAnyCall = AnyCall.TestCase
TestAnyCall.settings = settings(
    max_examples=60, stateful_step_count=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
