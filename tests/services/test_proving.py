"""Who it is, proved by a call of ours; the safe phrase that only its caller hears, and only when we ring."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from helpline import audit
from helpline.audit import AuditEntry
from helpline.calls.conversation import Conversation
from helpline.calls.turns import DOTS, open_call
from helpline.db import db
from helpline.identity import phrases
from helpline.identity.callbacks import ANSWER_WITHIN, MOST_A_DAY, CallBack
from helpline.identity.phrases import SafePhrase
from helpline.models import Call, Caller, Turn
from helpline.outbox import Delivery
from helpline.services import proving
from tests.cast import MARGARET, Clock, People, on_the_line
from voice.heard import Heard, Reply

WORDS = ("teapot", "robin", "ladder", "candle", "apple", "bicycle", "blanket", "violin")


def call_back(app: Flask, caller: int, wish: str = "phrase") -> str:
    result = proving.call_back({"wish": wish}, on_the_line(app, caller, level=1))
    db.session.commit()
    return result.status


def answer(app: Flask, caller: int, yes: bool = True) -> str:
    row = db.session.scalars(select(CallBack).order_by(CallBack.id.desc())).first()
    assert row is not None
    result = proving.called_back({"call_back_id": row.id, "yes": yes}, on_the_line(app, caller, level=1))
    db.session.commit()
    return result.status


# -- our call as a proof


def test_a_call_back_goes_to_the_number_on_file_and_nowhere_else(in_app: Flask, people: People) -> None:
    context = on_the_line(in_app, people.margaret, number="+442071838999", level=1)
    assert proving.call_back({"wish": "pay_bill"}, context).status == "ok"
    assert db.session.scalars(select(Delivery.to_number)).all() == [MARGARET]


def test_a_yes_in_time_proves_it_once(in_app: Flask, people: People) -> None:
    call_back(in_app, people.margaret)
    assert answer(in_app, people.margaret) == "ok"
    assert answer(in_app, people.margaret) == "late"


def test_a_no_proves_nothing_and_a_yes_after_it_comes_too_late(in_app: Flask, people: People) -> None:
    call_back(in_app, people.margaret)
    assert [answer(in_app, people.margaret, yes) for yes in (False, True)] == ["no", "late"]


def test_after_ten_minutes_it_is_too_late(in_app: Flask, people: People, clock: Clock) -> None:
    call_back(in_app, people.margaret)
    clock.pass_time(seconds=ANSWER_WITHIN.total_seconds() + 1)
    assert answer(in_app, people.margaret) == "late"


def test_nobody_answers_for_somebody_else(in_app: Flask, people: People) -> None:
    call_back(in_app, people.margaret)
    assert answer(in_app, people.arthur) == "late"


def test_the_same_wish_twice_is_one_call(in_app: Flask, people: People) -> None:
    assert [call_back(in_app, people.margaret) for _ in range(3)] == ["ok"] * 3
    assert len(db.session.scalars(select(Delivery)).all()) == 1


def test_nobody_can_have_her_rung_all_day(in_app: Flask, people: People, clock: Clock) -> None:
    came = []
    for _ in range(MOST_A_DAY + 1):
        came.append(call_back(in_app, people.margaret))
        clock.pass_time(hours=1)
    assert came == ["ok"] * MOST_A_DAY + ["too_many"]


def test_a_number_that_is_new_on_file_proves_nothing_for_two_weeks(in_app: Flask, people: People, clock: Clock) -> None:
    audit.write(f"staff:{people.ruth}", "phone_changed", f"caller:{people.margaret}", clock.now())
    db.session.commit()
    clock.pass_time(days=13)
    assert call_back(in_app, people.margaret) == "new_number"
    clock.pass_time(days=1)
    assert call_back(in_app, people.margaret) == "ok"


# -- the phrase


def chosen(caller: int, clock: Clock, kind: str = "phrase") -> list[str]:
    """The words that this caller has chosen, the first of the three."""
    offered = phrases.offer(caller, kind, WORDS)
    assert phrases.choose(caller, kind, 0, f"caller:{caller}", clock.now())
    db.session.commit()
    return offered[0]


def rung(app: Flask, people: People, clock: Clock) -> tuple[Call, Conversation]:
    """We have rung Margaret about her wish, and the line is open."""
    call_back(app, people.margaret)
    purpose = db.session.scalars(select(Delivery.purpose).where(Delivery.channel == "call")).one()
    call = open_call("ours", MARGARET, "outbound", clock.now(), purpose)
    db.session.commit()
    return call, app.extensions["helpline"].conversation


def test_the_phrase_is_said_to_who_says_that_it_is_they(in_app: Flask, people: People, clock: Clock) -> None:
    words = chosen(people.margaret, clock)
    call, conversation = rung(in_app, people, clock)
    assert not heard_in(conversation.begin(call.id), words)
    assert heard_in(conversation.take_turn(call.id, 1, Heard(text="yes")), words)


@pytest.mark.parametrize(
    "heard", [Heard(), Heard(sound=True), Heard(text="no"), Heard(text="please leave a message after the tone")]
)
def test_no_machine_and_nobody_else_hears_it(in_app: Flask, people: People, clock: Clock, heard: Heard) -> None:
    words = chosen(people.margaret, clock)
    call, conversation = rung(in_app, people, clock)
    conversation.begin(call.id)
    assert not heard_in(conversation.take_turn(call.id, 1, heard), words)


def test_a_turn_that_is_asked_for_again_says_it_again_and_no_row_holds_it(in_app: Flask, people: People, clock: Clock) -> None:
    words = chosen(people.margaret, clock)
    call, conversation = rung(in_app, people, clock)
    conversation.begin(call.id)
    first = conversation.take_turn(call.id, 1, Heard(text="yes"))
    assert conversation.take_turn(call.id, 1, Heard(text="yes")) == first
    rows = [json.dumps([turn.heard, turn.meaning, turn.orders, turn.reply]) for turn in db.session.scalars(select(Turn))]
    rows += [
        json.dumps(db.session.get_one(Call, call.id).state),
        str([entry.data for entry in db.session.scalars(select(AuditEntry))]),
    ]
    assert not any(word in row for word in words for row in rows)
    assert any(DOTS in json.dumps(row, ensure_ascii=False) or "\\u2022" in row for row in rows)


def test_the_phrase_is_said_in_no_call_that_came_in(in_app: Flask, people: People, clock: Clock) -> None:
    chosen(people.margaret, clock)
    came_in = open_call("hers", MARGARET, "inbound", clock.now())
    assert phrases.spoken_words(phrases.OURS, came_in, people.margaret) == {}


def test_who_has_none_hears_none(in_app: Flask, people: People, clock: Clock) -> None:
    call, conversation = rung(in_app, people, clock)
    conversation.begin(call.id)
    assert [said.key for said in conversation.take_turn(call.id, 1, Heard(text="yes")).says] == ["prove.wish"]


@pytest.mark.parametrize("level", [0, 1])
def test_below_level_two_nothing_is_offered_and_nothing_kept(in_app: Flask, people: People, level: int) -> None:
    line = on_the_line(in_app, people.margaret, level=level)
    assert proving.offer_words({"kind": "phrase"}, line).status == "refused"
    assert proving.keep_words({"kind": "phrase", "place": 0}, line).status == "refused"


def test_a_choice_counts_once_and_gives_notice(in_app: Flask, people: People) -> None:
    line = on_the_line(in_app, people.margaret)
    proving.offer_words({"kind": "phrase"}, line)
    came: list[Any] = [proving.keep_words({"kind": "phrase", "place": 1}, line).status for _ in range(2)]
    assert came == ["ok", "gone"]
    assert "your safe phrase was changed" in db.session.scalars(select(Delivery.body)).one()


def test_the_visit_word_is_never_a_word_of_the_phrase(in_app: Flask, people: People, clock: Clock) -> None:
    words = chosen(people.margaret, clock)
    for _ in range(20):
        assert not {word for one in phrases.offer(people.margaret, "visit_word", WORDS) for word in one} & {*words}
    chosen(people.margaret, clock, "visit_word")
    caller, row = db.session.get_one(Caller, people.margaret), db.session.get_one(SafePhrase, people.margaret)
    assert caller.visit_word and caller.visit_word not in row.words == words


def test_a_choice_among_phrases_is_no_visit_word(in_app: Flask, people: People, clock: Clock) -> None:
    phrases.offer(people.margaret, "phrase", WORDS)
    assert not phrases.choose(people.margaret, "visit_word", 0, "caller:1", clock.now())


def heard_in(reply: Reply, words: list[str]) -> bool:
    return all(word in reply.text for word in words)
