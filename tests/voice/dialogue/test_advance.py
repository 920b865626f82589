"""The dialogue on its own: a value and an input in, a step out."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from voice.dialogue import ASKS, State, advance
from voice.dialogue.advance import UNIVERSALS
from voice.heard import Meaning, Result, Say, Step

PROMPTS = tomllib.loads((Path(__file__).parents[3] / "config/languages/en/prompts.toml").read_text("utf-8"))
MARGARET = {"id": 1, "name": "Margaret", "pace": 0.9, "gain": 0.0}
ARTHUR = {"id": 2, "name": "Arthur", "pace": 1.0, "gain": 0.0}
BILL = {"id": 7, "biller": "City Electric", "amount": {"amount": "42.50", "currency": "GBP"}, "due": "2026-11-30"}


def ring(*household: dict[str, Any], resume: Any = None) -> Step:
    return advance(State(), Result("call.begin", "inbound", {"household": list(household), "resume": resume}))


def hear(step: Step, intent: str, **slots: Any) -> Step:
    return advance(step.state, Meaning(intent, slots=slots, text="(words)"))


def come_back(step: Step, status: str, **data: Any) -> Step:
    assert step.order is not None
    return advance(step.state, Result(step.order.name, status, data))


def said(step: Step) -> list[str]:
    return [say.key for say in step.says]


def margaret_on_the_line() -> Step:
    return hear(ring(MARGARET), "yes")


def at_the_pin() -> Step:
    step = come_back(hear(margaret_on_the_line(), "pay_bill", biller="electricity"), "one", bills=[BILL])
    return hear(step, "yes")


def test_every_question_has_its_prompts() -> None:
    assert {key for name in ASKS for key in (name, f"{name}.keys")} <= PROMPTS.keys()


def test_margaret_pays_her_electricity_bill() -> None:
    step = come_back(hear(margaret_on_the_line(), "pay_bill", biller="electricity"), "one", bills=[BILL])
    assert step.state.ask == "bill.confirm" and not step.expecting.interruptible
    step = hear(step, "yes")
    assert step.expecting.secret and step.expecting.digits == 6
    step = come_back(hear(step, "", digits="482719"), "ok")
    step = come_back(step, "claimed", payment_id=3)
    assert step.then == "carry_out" and step.state.pending.name == "bills.settle"
    step = come_back(step, "paid", payment_id=3, biller="City Electric", amount=BILL["amount"], receipt="12345678")
    assert said(step) == ["bill.paid", "bill.receipt"]
    step = come_back(hear(step, "yes"), "ok")
    assert step.state.ask == "anything_else" and step.state.slots == {}


def test_a_bill_that_was_corrected_meanwhile_is_read_out_again_and_not_paid() -> None:
    step = come_back(hear(at_the_pin(), "", digits="482719"), "ok")
    assert step.order.args["amount"] == BILL["amount"]
    step = come_back(step, "changed", bill={**BILL, "amount": {"amount": "45.00", "currency": "GBP"}})
    assert said(step) == ["bill.changed", "bill.confirm"]
    step = hear(step, "yes")  # the PIN was right already
    assert step.order.name == "bills.claim" and step.order.args["amount"]["amount"] == "45.00"


def test_the_pin_is_in_no_state() -> None:
    step = hear(at_the_pin(), "", digits="482719")
    assert "482719" not in str(step.state.to_json())


def test_a_first_payment_to_a_biller_is_read_out_with_what_is_to_come() -> None:
    step = come_back(hear(margaret_on_the_line(), "pay_bill"), "new", biller="City Electric", bills=[BILL])
    assert said(step) == ["bill.new_biller", "bill.confirm"] and step.order is None
    assert hear(step, "yes").state.ask == "pin"


def test_the_state_is_json_and_back() -> None:
    step = come_back(come_back(hear(at_the_pin(), "", digits="482719"), "ok"), "claimed", payment_id=3)
    assert State.from_json(step.state.to_json()) == step.state


def test_nobody_is_assumed_on_a_shared_line() -> None:
    step = ring(MARGARET, ARTHUR)
    assert step.state.ask == "who_of" and step.expecting.options == ("Margaret", "Arthur")
    assert hear(step, "", choice=1).state.caller == ARTHUR


def test_an_unknown_number_hears_what_can_be_done_and_how_to_register() -> None:
    step = ring()
    assert said(step) == ["welcome", "unknown.number", "unknown"]
    step = hear(step, "pay_bill")
    assert said(step) == ["unknown.how", "unknown"]
    assert hear(step, "yes").order.name == "enrolment.request"


@pytest.mark.parametrize("ask", sorted(ASKS))
@pytest.mark.parametrize("intent", ["emergency", "report_scam"])
def test_danger_is_heard_in_every_state(ask: str, intent: str) -> None:
    step = advance(State(ask=ask, household=(MARGARET, ARTHUR), slots=SLOTS), Meaning(intent, text="help"))
    assert step.order.name == {"emergency": "safety.emergency", "report_scam": "safety.report"}[intent]


BOOKED = {"id": 2, "booking": 6, "department": "doctor", "name": "Doctor Patel, Thursday", "date": "2026-11-26",
          "time": "09:00", "clinic": "Surgery", "with": "Doctor Patel"}  # fmt: skip
VISIT = {"task_id": 4, "help_kind": "shopping", "name": "help with shopping, Thursday", "kind": "shopping",
         "day": "2026-11-26", "part": "morning", "volunteer": "Wei Chen"}  # fmt: skip
LESSONS = {"lessons": [{"name": "bank", "title": "a call from the bank"}, {"name": "vouchers", "title": "gift cards"}],
           "lesson": "bank", "heard": [], "question": "Would you?", "way": "yes",
           "ways": {"yes": "yes", "no": "no", "next": "next one", "again": "again", "stop": "stop"}}  # fmt: skip
SPOKEN = {"message.record", "details.address", "details.name", "details.contact"}  # there, words are the message
DETAILS_SLOTS = {"whats": {"phone": "your telephone number", "address": "your address"}, "tries": 0, "what": "phone",
                 "proofs": {"pin": "your PIN", "phrase": "your safe phrase"}, "places": ["the first", "the second"], "kind": "phrase",
                 "words": "(words)", "wished": "phrase", "call_back_id": 1, "day_of": {"ask": "visit.day", "values": {}},
                 "manners": {"slower": "more slowly", "faster": "more quickly"}, "value": "12 Elm Road", "number": "07700900123"}  # fmt: skip
WAITS = {"hold_id": 1, "biller": "C", "kind": "gas", "amount": {"amount": "1.00", "currency": "GBP"}}
SLOTS = {"waiting": [WAITS, WAITS], "one": WAITS, "coming": [BOOKED, BOOKED], "mine": BOOKED, "nth": 0, "wanted": {"date": "2026-12-01", "part_of_day": "morning"},
         "planned": [VISIT, VISIT], "visit": VISIT, "subjects": ["complain_line", "complain_other"],
         "bills": [BILL], "bill": BILL, "payments": [{"biller": "C", "amount": BILL["amount"], "date": "2026-11-03", "receipt": "1"}], "kinds": {"shopping": "shopping"}, "payment_id": 1, "request_id": 1, "task_id": 4, "hold_id": 1, "holds": [{"hold_id": 1, "biller": "C", "amount": BILL["amount"]}], "order": "holds.answered", "order_about": {"hold_id": 1},
         "left": {"ask": "open", "values": {"name": "Margaret"}},
         "wishes": ["pay_bill", "bill_status"], "names": ["pay a bill", "hear what you owe"], "said": {},
         **LESSONS, **DETAILS_SLOTS, "among": [MARGARET, ARTHUR], "doctors": ["Doctor Amir Patel", "Doctor Nina Patel"],
         "languages": [{"code": "ko", "name": "Korean"}, {"code": "pl", "name": "Polish"}],
         "chosen": {"id": 1, "date": "2026-12-01", "time": "10:00", "time_words": "ten", "clinic": "C", "with": "D"},
         "free": [{"id": 1, "date": "2026-12-01", "time": "10:00", "time_words": "ten", "clinic": "C", "with": "D"}]}  # fmt: skip


@pytest.mark.parametrize("ask", sorted(set(ASKS) - SPOKEN))
@pytest.mark.parametrize("intent", sorted(UNIVERSALS))
def test_what_works_everywhere_works_in_every_state(ask: str, intent: str) -> None:
    before = State(ask=ask, household=(MARGARET, ARTHUR), caller=MARGARET, slots=SLOTS, said=(Say(ask),))
    step = advance(before, Meaning(intent, text="(words)"))
    assert step.says or step.order
    assert step.state.failures == 0


@pytest.mark.parametrize("ask", sorted(set(ASKS) - SPOKEN - {"still_there", "recap", "recap.text"}))
def test_three_failures_lead_to_a_person_and_never_to_a_hang_up(ask: str) -> None:
    step = advance(State(ask=ask, household=(MARGARET, ARTHUR), slots=SLOTS), Meaning("", sound=True))
    step = advance(step.state, Meaning("none", text="mumble"))
    assert f"{ask}.keys" in said(step)
    step = advance(step.state, Meaning(""))
    assert step.order.name == "person.find" and step.then == "listen"


def test_silence_after_the_message_prompt_waits_and_ends_only_on_a_dead_line() -> None:
    step = come_back(hear(margaret_on_the_line(), "speak_to_person"), "away", when="within the hour")
    assert step.expecting.record
    step = advance(step.state, Meaning(""))
    assert step.state.ask == "still_there"
    step = advance(step.state, Meaning("", slots={"dead_line": False}))
    assert step.state.ask == "still_there" and step.then == "listen"
    step = advance(step.state, Meaning("", slots={"dead_line": True}))
    step = come_back(step, "ok", dead_line=True, when="within the hour", reference="12345678")
    assert step.then == "hang_up" and said(step).count("message.call_back") == 2


def test_a_mumbled_message_is_a_message() -> None:
    step = come_back(hear(margaret_on_the_line(), "speak_to_person"), "away", when="within the hour")
    assert advance(step.state, Meaning("", sound=True)).order.name == "message.leave"


def test_slower_says_the_question_again_slower() -> None:
    before = margaret_on_the_line()
    step = hear(before, "slower")
    assert step.state.pace < before.state.pace and said(step) == ["pace.slower", "open"]
    for _ in range(20):
        step = hear(step, "slower")
    assert step.state.pace == 0.6


def test_who_rings_back_may_carry_on_where_the_line_was_cut() -> None:
    before = at_the_pin().state
    step = hear(ring(MARGARET, resume={"call_id": 9, "state": before.to_json()}), "yes")
    assert step.state.ask == "resume"
    step = hear(step, "yes")
    assert step.state.ask == "pin" and step.state.level == 1 and step.state.slots["bill"] == BILL


def test_somebody_else_on_the_line_does_not_hear_of_the_dropped_call() -> None:
    before = at_the_pin().state
    step = hear(ring(MARGARET, ARTHUR, resume={"call_id": 9, "state": before.to_json()}), "", choice=1)
    assert step.state.ask == "open" and step.state.resume is None


def test_a_payment_under_way_is_cleared_up_before_anything_else() -> None:
    claimed = come_back(come_back(hear(at_the_pin(), "", digits="482719"), "ok"), "claimed", payment_id=3)
    step = hear(ring(MARGARET, resume={"call_id": 9, "state": claimed.state.to_json()}), "yes")
    assert step.then == "carry_out" and step.order == claimed.order and said(step) == ["resume.checking"]


def test_the_volunteers_name_is_told_to_the_caller_only() -> None:
    news = {"caller": MARGARET, "task_id": 4, "volunteer": "Wei", "kind": "shopping", "day": "2026-11-26", "part": "morning"}
    step = advance(State(), Result("call.tell", "accepted", news))
    assert "Wei" not in str(step.says)
    for status in ("again", "over"):
        to_somebody_else = come_back(hear(step, "no"), status)
        assert to_somebody_else.then == "hang_up" and "Wei" not in str(to_somebody_else.says)
    assert hear(step, "yes").says[0].values["volunteer"] == "Wei"


def test_another_call_is_only_promised_where_there_is_one() -> None:
    news = {"caller": MARGARET, "task_id": 4, "volunteer": "Wei", "kind": "shopping", "day": "2026-11-26", "part": "morning"}
    step = hear(advance(State(), Result("call.tell", "accepted", news)), "no")
    assert said(come_back(step, "again")) == ["tell.not_there"] and said(come_back(step, "over")) == ["tell.ask_them"]


WATER = {**BILL, "id": 8, "kind": "water", "biller": "Clearwater"}


def test_a_correction_at_the_confirmation_reads_out_the_other_bill() -> None:
    step = come_back(hear(margaret_on_the_line(), "pay_bill"), "one", bills=[{**BILL, "kind": "electricity"}])
    step = hear(step, "no", biller="water")
    assert (step.order.name, step.order.args) == ("bills.due", {"biller": "water"})
    step = come_back(step, "one", bills=[WATER])
    assert step.state.ask == "bill.confirm" and step.state.values["biller"] == "Clearwater"


def test_a_yes_that_names_another_bill_pays_nothing() -> None:
    step = come_back(hear(margaret_on_the_line(), "pay_bill"), "one", bills=[{**BILL, "kind": "electricity"}])
    step = hear(step, "yes", biller="water")
    assert step.order.name == "bills.due"


def test_a_bill_is_chosen_by_what_it_is_for() -> None:
    bills = [{**BILL, "kind": "electricity"}, WATER]
    step = hear(come_back(hear(margaret_on_the_line(), "pay_bill"), "several", bills=bills), "", biller="water")
    assert step.state.ask == "bill.confirm" and step.state.slots["bill"] == WATER


FREE = [{"id": 1, "date": "2026-12-01", "time": "10:00", "time_words": "ten", "clinic": "Surgery", "with": "Doctor Patel"}]


def at_the_booking() -> Step:
    step = come_back(
        hear(margaret_on_the_line(), "book_appointment", date="2026-12-01", part_of_day="morning"), "ok", free=FREE
    )
    return hear(step, "", choice=0)


def test_another_day_at_the_booking_keeps_the_part_of_the_day() -> None:
    step = hear(at_the_booking(), "no", date="2026-12-02")
    assert step.order.name == "appointments.find"
    assert step.order.args["date"] == "2026-12-02" and step.order.args["part_of_day"] == "morning"


def test_another_time_at_the_booking_keeps_the_day_and_forgets_the_part_of_it() -> None:
    step = hear(at_the_booking(), "no", time="15:10")
    assert (step.order.args["date"], step.order.args["part_of_day"], step.order.args["time"]) == ("2026-12-01", None, "15:10")


def test_a_yes_that_says_the_same_time_books_it() -> None:
    assert hear(at_the_booking(), "yes", time="10:00").order.name == "appointments.book"


def visit_to_confirm() -> Step:
    step = hear(margaret_on_the_line(), "ask_volunteer", help_kind="shopping", date="2026-11-26", part_of_day="morning")
    return come_back(step, "ok", kinds={"shopping": "shopping", "garden": "the garden"}, today="2026-11-24")


def test_no_in_the_afternoon_changes_only_the_part_of_day() -> None:
    step = hear(visit_to_confirm(), "no", part_of_day="afternoon")
    assert step.state.ask == "visit.confirm" and said(step)[0] == "corrected"
    assert step.state.values == {"kind": "shopping", "day": "2026-11-26", "part": "afternoon"}


def two_things_done() -> Step:
    step = come_back(hear(visit_to_confirm(), "yes"), "ok", reference="11112222")
    step = hear(step, "book_appointment", date="2026-12-01")
    step = hear(hear(come_back(step, "ok", free=FREE), "", choice=0), "yes")
    return come_back(hear(come_back(step, "ok", request_id=4), "yes"), "ok")


def test_two_things_are_told_again_before_the_end() -> None:
    step = hear(two_things_done(), "no")
    assert said(step) == ["recap.before", "recap.asked", "recap.booked", "recap"] and step.then == "listen"
    assert said(hear(step, "yes")) == said(step)
    assert hear(step, "no").then == "hang_up"


def test_one_thing_was_read_back_a_moment_ago_and_is_not_told_again() -> None:
    step = come_back(hear(visit_to_confirm(), "yes"), "ok", reference="11112222")
    assert hear(step, "no").then == "hang_up"


def test_after_the_recap_silence_is_a_goodbye_and_a_mumble_is_not() -> None:
    step = hear(two_things_done(), "no")
    assert advance(step.state, Meaning("")).then == "hang_up"
    assert advance(step.state, Meaning("", sound=True)).then == "listen"


def test_a_state_of_an_earlier_or_later_version_is_still_read() -> None:
    data = margaret_on_the_line().state.to_json()
    older = {name: value for name, value in data.items() if name not in ("done", "also", "patience")}
    assert State.from_json({**older, "of_tomorrow": 1}) == margaret_on_the_line().state
