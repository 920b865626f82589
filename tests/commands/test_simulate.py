"""`helpline simulate` and `helpline bench calls`: real calls to a helpline of its own, and how they are summed up."""

from __future__ import annotations

import json
from collections import deque

import pytest
from click.testing import CliRunner

from helpline.commands import cli
from helpline.commands.bench_calls import Round, Search
from helpline.commands.exchange import LEFT_WAITING, Leg
from helpline.commands.simulate import Simulated, report, table


def leg(failure: str = "", waits: tuple[float, ...] = ()) -> Leg:
    made = Leg("CA1", "+442079900001", deque())
    made.failure, made.waits = failure, list(waits)
    return made


def test_a_clear_caller_and_one_whose_line_is_cut_both_pay_their_bill() -> None:
    ran = CliRunner().invoke(cli, ["simulate", "--kind", "clear", "--kind", "cut off", "--callers", "2", "--json"])
    assert ran.exit_code == 0, ran.output
    result = json.loads(ran.stdout.splitlines()[-1])
    assert result["failures"] == []
    assert result["all"]["paid"] == 2 and result["all"]["answers"] >= 10
    assert result["kinds"]["clear"]["outcomes"] == {"hang_up": 1}


def test_a_telephone_company_that_repeats_itself_or_is_late_with_its_news_harms_no_call() -> None:
    kinds = ("repeating", "disordered", "keys", "impatient")
    ran = CliRunner().invoke(cli, ["simulate", *(f"--kind={kind}" for kind in kinds), "--callers", "4", "--json"])
    assert ran.exit_code == 0, ran.output
    result = json.loads(ran.stdout.splitlines()[-1])
    assert result["failures"] == [] and set(result["kinds"]) == set(kinds)
    for kind in ("repeating", "disordered", "keys"):
        assert result["kinds"][kind]["paid"] == 1 and result["kinds"][kind]["outcomes"] == {"hang_up": 1}


def test_a_helpline_elsewhere_needs_the_accounts_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TWILIO_AUTH_TOKEN", raising=False)
    ran = CliRunner().invoke(cli, ["simulate", "--url", "http://127.0.0.1:1"])
    assert ran.exit_code == 1 and "TWILIO_AUTH_TOKEN" in ran.output


def test_a_helpline_that_is_not_there_is_a_failure_of_every_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "a" * 32)
    ran = CliRunner().invoke(cli, ["simulate", "--url", "http://127.0.0.1:1", "--callers", "2", "--kind", "clear", "--json"])
    assert ran.exit_code == 1
    result = json.loads(ran.stdout.splitlines()[-1])
    assert result["all"]["failed"] == 2 and "ConnectionError" in result["failures"][0]["why"]


def test_who_was_not_understood_and_left_is_an_outcome_and_no_failure() -> None:
    came = [Simulated("cafe", (leg(LEFT_WAITING, (1.0, 3.0)),), "hung_up", False)]
    result = report(came)
    assert result["failures"] == [] and result["kinds"]["cafe"]["outcomes"] == {"hung_up": 1}
    assert result["all"]["wait_p50"] == 2.0 and result["all"]["paid"] == 0


def test_what_broke_is_told_with_the_callers_number() -> None:
    result = report([Simulated("hum", (leg("the verbs never end"),), "open", None)])
    assert [*table(result)][-1] == "hum, +442079900001: the verbs never end"


@pytest.mark.parametrize("limit", [0, 1, 7, 8, 23, 100, 128, 500])
def test_the_search_ends_at_the_largest_number_that_holds(limit: int) -> None:
    search, tries = Search(first=8, most=128), 0
    while not search.done:
        search.tell(search.next <= limit)
        tries += 1
        assert tries < 20
    assert min(limit, 128) * 0.95 - 1 <= search.held <= limit


@pytest.mark.parametrize(
    ("lag", "words", "trouble", "held"),
    [
        (0.2, None, "", True),
        (0.21, None, "", False),
        (0.0, 2.0, "", True),
        (0.0, 2.1, "", False),
        (0.0, float("inf"), "", False),
        (0.0, None, "1 calls failed", False),
    ],
)
def test_a_number_of_callers_holds_with_their_sound_and_their_words_in_time(
    lag: float, words: float | None, trouble: str, held: bool
) -> None:
    assert Round(lag, words, trouble).held is held


def test_bench_calls_reports_the_keys_that_others_read() -> None:
    ran = CliRunner().invoke(cli, ["bench", "calls", "--seconds", "5", "--first", "1", "--most", "1", "--json"])
    assert ran.exit_code == 0, ran.output
    result = json.loads(ran.stdout.splitlines()[-1])
    assert result["engine"] == "vosk" and set(result) >= {"ratio", "calls", "bare", "memory_per_call_mb"}
    assert all(one["p99"] >= 0 and one["words"] is None for one in result["tried"])
    assert {one["kind"] for one in result["tried"]} == {"calls", "bare"}


def test_bench_latency_reports_each_part_of_the_answer() -> None:
    ran = CliRunner().invoke(cli, ["bench", "latency", "--engine", "vosk", "--callers", "2", "--seconds", "10", "--json"])
    assert ran.exit_code == 0, ran.output
    result = json.loads(ran.stdout.splitlines()[-1])["vosk"]
    assert result["turns"] >= 1
    for part in ("waiting", "recognising", "understanding", "acting", "speaking", "computing"):
        assert 0 <= result[part]["p50"] <= result[part]["p95"]
