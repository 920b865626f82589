"""`helpline assess` and `helpline bench fraud` from outside."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from click.testing import CliRunner

from fraud.findings import OUTCOMES
from helpline.commands.assess import command
from helpline.commands.bench_fraud import command as bench

GOOD = {"transcript": ["I want to pay my gas bill"]}


def run(*lines: str | bytes) -> tuple[int, list[dict[str, Any]]]:
    data = b"\n".join(line.encode() if isinstance(line, str) else line for line in lines)
    result = CliRunner().invoke(command, input=data)
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.parametrize(
    "line",
    [
        "no json", "[]", "5", "null", '"words"', '{"transcript": "one string"}', '{"transcript": [1, 2]}', '{"transcript": [["nested"]]}', '{"transcript": null}',
        '{"transcript": [], "request": "all of it"}', '{"transcript": [], "facts": [1]}', '{"transcript": [], "request": {"amount": NaN}}', '{"transcript": [], "request": {"amount": "a lot"}}',
        '{"transcript": [], "request": {"amount": -5}}', '{"transcript": [], "request": {"amount": 1e999}}', '{"transcript": [], "request": {"amount": true}}', '{"transcript": [], "request": {"paid_before": 3}}',
        '{"transcript": [], "request": {"biller_allowed": "yes"}}', '{"transcript": [], "facts": {"line": "bad"}}', '{"transcript": [], "facts": {"quiet_days": 1.5}}', b"\xff\xfe\x00", "[" * 100_000, '{"transcript": [], "request": {"amount": ' + "9" * 5000 + "}}",
    ],
)  # fmt: skip
def test_a_line_that_is_no_conversation_gets_an_error_and_the_others_still_come(line: str | bytes) -> None:
    code, answers = run(json.dumps(GOOD), line, json.dumps(GOOD))
    assert code == 1 and ["error" in answer for answer in answers] == [False, True, False]


def test_empty_lines_and_empty_conversations_are_no_errors() -> None:
    code, answers = run("", json.dumps({"transcript": []}), "   ", json.dumps({}))
    assert (
        code == 0 and [(answer["outcome"], answer["score"], answer["findings"]) for answer in answers] == [("allow", 0, [])] * 2
    )


def test_a_huge_conversation_is_answered() -> None:
    code, answers = run(
        json.dumps({"transcript": ["he told me to buy gift cards " * 2000, *["hello"] * 5000, "he told me to buy gift cards"]})
    )
    assert code == 0 and answers[0]["outcome"] == "refuse"


def test_odd_letters_are_only_letters() -> None:
    code, answers = run(json.dumps({"transcript": ["\u0000\ud83d\ude00 çà va? ＧＩＦＴ", "\u202e", "'''"]}))
    assert code == 0 and answers[0]["outcome"] == "allow"


def test_without_a_request_only_words_count() -> None:
    _, answers = run(
        json.dumps({"transcript": [], "facts": {"biller_allowed": False, "withheld": True, "phone_changed_days": 1}})
    )
    assert answers[0]["findings"] == [] and answers[0]["outcome"] == "allow"


def test_unknown_facts_are_left_alone_and_null_is_unavailable() -> None:
    code, answers = run(
        json.dumps({"transcript": [], "request": {"amount": None, "payee": "the gas"}, "facts": {"moon": "full", "line": None}})
    )
    assert code == 0 and answers[0]["findings"] == []


def test_findings_come_in_the_order_of_the_rules_and_the_same_twice() -> None:
    line = json.dumps(
        {"transcript": ["he told me what to say", "he wants gift cards and not to tell my son", "within the hour"]}
    )
    _, answers = run(line, line)
    ids = [finding["id"] for finding in answers[0]["findings"]]
    assert answers[0] == answers[1] and ids == sorted(ids) and len(ids) >= 3


def test_the_worse_outcome_never_scores_lower() -> None:
    sentences = [
        "pay my bill",
        "the bank rang me",
        "he wants it straight away",
        "he asked for my pin",
        "don't tell the bank, he said",
        "he's on my mobile now",
        "buy gift cards and read me the codes",
    ]
    _, answers = run(*(json.dumps({"transcript": [one, two]}) for one in sentences for two in sentences))
    by_outcome = [[answer["score"] for answer in answers if answer["outcome"] == outcome] for outcome in OUTCOMES]
    assert all(scores for scores in by_outcome)
    assert all(max(lower) < min(higher) for lower, higher in pairwise(by_outcome))


def test_scores_are_finer_than_points() -> None:
    _, answers = run(
        *(
            json.dumps({"transcript": [f"a man rang about my account {end}"]})
            for end in ("", "today", "and wanted the money", "from the bank")
        )
    )
    assert len({answer["score"] for answer in answers}) >= 3


def test_the_bench_tells_what_is_known_after_each_turn() -> None:
    clean = json.loads(CliRunner().invoke(bench, ["--json"]).stdout)["clean"]
    turns = [clean["after_turn"][str(turn)]["held"]["share"] for turn in range(1, 7)]
    assert 0 < turns[0] < turns[-1] <= clean["scams_held"]["share"] + 0.05


def test_the_bench_measures_the_sealed_conversations() -> None:
    result = json.loads(CliRunner().invoke(bench, ["--json"]).stdout)
    clean, garbled = result["clean"], result["garbled"]
    assert clean["recall_at_1_percent"]["share"] >= 0.6 and clean["honest_held"]["share"] <= 0.02
    for found in (clean, garbled):
        for rate in ("recall_at_1_percent", "recall_at_0_2_percent"):
            assert found[rate]["low"] <= found[rate]["share"] <= found[rate]["high"] and found[rate]["of"] == found["scams"]
        assert found["recall_at_0_2_percent"]["share"] <= found["recall_at_1_percent"]["share"]
        assert sum(family["of"] for family in found["families"].values()) == found["scams"] + found["honest"]
