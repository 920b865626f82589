"""The filters' contract: a line in, a JSON object out, in order, whatever the lines hold."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.commands.conftest import Run

HOSTILE = [
    "",
    "   ",
    "\t\x00\x07",
    "😀 한국어 ünïcödé \u202e",
    "{}",
    '{"text": "no"}',
    "9" * 5000,
    "pay " * 5000,
    "'; DROP TABLE caller; --",
    "a" * 100_000,
]
TEN = ["--now", "2026-11-24T10:00"]


# --- understand


def test_a_sentence_becomes_an_intent(run: Run) -> None:
    ran = run("understand", *TEN, reads="I want to pay my electricity bill\nit's raining again here\n")
    assert ran.code == 0
    bill, rain = ran.items
    assert set(bill) >= {"text", "intent", "confidence", "slots"}
    assert (bill["text"], bill["intent"], bill["slots"]["biller"]) == (
        "I want to pay my electricity bill",
        "pay_bill",
        "electricity",
    )
    assert rain["intent"] == "none"


def test_every_line_gets_its_answer_in_order(run: Run) -> None:
    lines = ["pay bill", "", "help", "I need the doctor", "   ", "goodbye"]
    ran = run("understand", *TEN, reads="\n".join(lines) + "\n")
    assert [item["text"] for item in ran.items] == lines


@pytest.mark.parametrize("command", [["understand"], ["parse", "money"], ["parse", "datetime"], ["parse", "digits"]])
def test_whatever_stands_in_a_line_it_is_one_answer(run: Run, command: list[str]) -> None:
    ran = run(*command, *TEN, reads="\n".join(HOSTILE))
    assert ran.code == 0
    assert len(ran.items) == len(HOSTILE)
    for item, line in zip(ran.items, HOSTILE, strict=True):
        assert item["text"] == line
        assert 0 <= item.get("confidence", 0) <= 1


@pytest.mark.parametrize("command", [["understand"], ["parse", "number"]])
def test_bytes_that_are_no_utf8_do_not_stop_the_rest(run: Run, command: list[str]) -> None:
    ran = run(*command, *TEN, reads=b"\xff\xfe\xc3(\nhelp\r\n\xed\xa0\x80")
    assert ran.code == 0
    assert [item["text"] for item in ran.items][1] == "help"
    assert "\ufffd" in ran.items[0]["text"] and len(ran.items) == 3


@pytest.mark.parametrize("command", [["understand"], ["parse", "date"], ["assess"]])
def test_nothing_in_is_nothing_out(run: Run, command: list[str]) -> None:
    ran = run(*command)
    assert (ran.code, ran.out) == (0, "")


@pytest.mark.parametrize(
    ("expecting", "said", "intent", "slots"),
    [
        ("yes_no", "yes please", "yes", {}),
        ("yes_no", "no thank you", "no", {}),
        ("digits", "four eight two one", "none", {"digits": "4821"}),
        ("date", "next Tuesday morning", "none", {"date": "2026-12-01", "part_of_day": "morning"}),
    ],
)
def test_an_answer_is_understood_by_what_was_asked(
    run: Run, expecting: str, said: str, intent: str, slots: dict[str, str]
) -> None:
    (item,) = run("understand", "--expecting", expecting, *TEN, reads=said).items
    assert item["intent"] == intent
    assert item["slots"].items() >= slots.items()


def test_korean_is_understood_in_its_own_menu(run: Run) -> None:
    ran = run("understand", "--language", "ko", *TEN, reads="요금 납부\n네\n")
    assert [item["intent"] for item in ran.items] == ["pay_bill", "yes"]
    assert "요금 납부" in ran.out, "readable, not escaped"


# --- parse


@pytest.mark.parametrize(
    ("kind", "said", "value"),
    [
        ("number", "there are forty two of them", 42),
        ("digits", "double four, oh, seven", "4407"),
        ("money", "it's forty-two pounds fifty", {"amount": "42.50", "currency": "GBP"}),
        ("date", "next Tuesday", "2026-12-01"),
        ("time", "at half past four in the afternoon", "16:30"),
        ("datetime", "tomorrow at half past four in the afternoon", "2026-11-25T16:30"),
        ("duration", "an hour and a half", 5400),
        ("date", "no day at all", None),
    ],
)
def test_a_value_is_found_in_its_sentence(run: Run, kind: str, said: str, value: Any) -> None:
    (item,) = run("parse", kind, *TEN, reads=said).items
    assert item == {"text": said, "value": value}


def test_the_day_it_is_can_be_said(run: Run) -> None:
    (item,) = run("parse", "date", "--now", "2027-02-28T23:59", reads="tomorrow").items
    assert item["value"] == "2027-03-01"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["parse", "colour"], "'colour' is not one of"),
        (["parse"], "Missing argument"),
        (["parse", "date", "--now", "soon"], "'soon' is no ISO time"),
        (["parse", "date", "--language", "xx"], "there is no language 'xx'; there are en, ko"),
        (["understand", "--expecting", "spanish_inquisition"], "is not one of"),
        (["understand", "--now", "2026-13-45"], "is no ISO time"),
    ],
)
def test_a_wrong_option_is_said_before_anything_is_read(run: Run, arguments: list[str], says: str) -> None:
    ran = run(*arguments, reads="help\n")
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err


def test_values_in_another_language_are_refused_in_plain_words(run: Run) -> None:
    ran = run("parse", "money", "--language", "ko", reads="만 오천 원\n")
    assert ran.code == 1 and "cannot be parsed in 'ko' yet" in ran.err


# --- assess


def conversation(*sentences: str, **more: Any) -> str:
    return json.dumps({"transcript": sentences, **more})


def test_a_scam_is_refused_with_its_reasons(run: Run) -> None:
    said = conversation("A man on the phone told me to move my money to a safe account")
    (item,) = run("assess", reads=said).items
    assert set(item) >= {"outcome", "score", "findings"}
    assert item["outcome"] == "refuse"
    assert item["findings"] and all({"id", "points", "reason"} <= finding.keys() for finding in item["findings"])


def test_an_ordinary_wish_is_allowed(run: Run) -> None:
    (item,) = run("assess", reads=conversation("I want to pay my electricity bill")).items
    assert (item["outcome"], item["findings"]) == ("allow", [])
    assert isinstance(item["score"], (int, float)) and item["score"] >= 0


def test_a_payment_to_somebody_who_is_not_on_the_list_never_goes_through(run: Run) -> None:
    request = {"amount": "42.50", "biller_allowed": False, "paid_before": []}
    (item,) = run("assess", reads=conversation("Please pay it", request=request)).items
    assert item["outcome"] == "refuse"


def test_what_is_not_known_is_no_error(run: Run) -> None:
    lines = [conversation(request={}), conversation(request={"amount": None}), conversation(facts={}), "{}"]
    ran = run("assess", reads="\n".join(lines))
    assert ran.code == 0 and len(ran.items) == 4
    assert all("outcome" in item for item in ran.items)


@pytest.mark.parametrize(
    "line",
    ["hello", "[]", "5", '"text"', '{"transcript": 5}', "{", "[" * 20_000, conversation("x", request={"amount": "a lot"})],
)
def test_what_is_no_conversation_is_said_and_the_others_still_come_out(run: Run, line: str) -> None:
    ran = run("assess", reads=f"{conversation('help')}\n{line}\n{conversation('hello')}\n")
    assert ran.code == 1
    first, wrong, last = ran.items
    assert "error" in wrong
    assert first["outcome"] == last["outcome"] == "allow"


def test_real_bytes_through_a_real_pipe(tmp_path: Path) -> None:
    """What a shell does: bytes that are no text in the middle, and no new line at the end."""
    reads = conversation("help").encode() + b"\n\xff\xfe broken\n" + conversation("gift cards").encode()
    ran = subprocess.run(
        [sys.executable, "-m", "helpline", "assess"],
        input=reads,
        capture_output=True,
        env={**os.environ, "HELPLINE_DATA_DIR": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[2])},
        timeout=120,
    )
    items = [json.loads(line) for line in ran.stdout.splitlines()]
    assert ran.returncode == 1 and ran.stderr == b""
    assert [("error" in item) for item in items] == [False, True, False]
