"""Lines that nobody means well with: each gets one answer, in order, and never a trace."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.conftest import Run
from voice.understanding import PARSERS

NOW = ["--now", "2026-11-24T10:00"]
LINES = {
    "nothing": b"",
    "white space": b" \t\x0b\x0c\xc2\xa0\xe3\x80\x80",
    "line ends inside": "pay\u2028the\u2029gas\x85bill\rnow".encode(),
    "control characters": bytes(sign for sign in range(32) if sign != 10) + b"\x7f",
    "NUL": b"pay\x00the\x00gas",
    "right to left": "\u202eforty two pounds\u202c \u200f\u2066next tuesday\u2069".encode(),
    "emoji": "👩🏽‍🚒🇬🇧 next ♥ tuesday 💷".encode(),
    "mixed scripts": "pаy тhe gαs 요금 料金 ガス فاتورة at 四 o'clock".encode(),
    "digits of other scripts": "٤٢ pounds ৪৮২৭১৯ ４２ ①②③ 4²³ ½ Ⅻ".encode(),
    "marks upon marks": ("p" + "\u0301" * 5_000).encode(),
    "a sign that stands for eighteen": ("\ufdfa" * 5_000).encode(),
    "a lone surrogate": b"\xed\xa0\x80 pay \xed\xbf\xbf",
    "no UTF-8": b"\xff\xfe\xc0\x80\xf5 pay the gas \xe2\x82",
    "a byte order mark": "\ufeffhelp".encode(),
    "10,000 digits": b"7" * 10_000,
    "10,000 spoken digits": b"seven " * 10_000,
    "a number without end": b"nine hundred and " * 3_000 + b"million " * 3_000,
    "corrections without end": b"no sorry i mean " * 5_000,
    "a megabyte of words": b"pay the gas bill on monday or " * 35_000,
    "a megabyte without a space": b"a" * 1_000_000,
    "a megabyte of commas": b"1," * 500_000,
    "placeholders": b"%s %n {0.__class__} ${HOME} $(date) `id` \\x00 \\ud800",
}


def answers(run: Run, *command: str) -> None:
    ran = run(*command, *NOW, reads=b"\n".join(LINES.values()))
    assert (ran.code, ran.err) == (0, "")
    for (name, line), item in zip(LINES.items(), ran.items, strict=True):
        assert item["text"] == line.decode("utf-8", "replace").rstrip("\r"), name


@pytest.mark.parametrize("kind", sorted(PARSERS))
def test_every_kind_of_value_is_looked_for_in_any_line(run: Run, kind: str) -> None:
    answers(run, "parse", kind)


@pytest.mark.parametrize("expecting", ["open", "yes_no", "digits", "pin", "date", "message"])
def test_any_line_is_understood_as_something(run: Run, expecting: str) -> None:
    answers(run, "understand", "--expecting", expecting)


def test_korean_too(run: Run) -> None:
    answers(run, "understand", "--language", "ko", "--why")


def test_a_last_line_without_an_end_and_lines_of_nothing_count(run: Run) -> None:
    assert [item["text"] for item in run("parse", "number", reads=b"\n\none\r\n\r\ntwo").items] == ["", "", "one", "", "two"]


@pytest.mark.parametrize("now", ["9999-12-31T23:59", "0001-01-01T00:00"])
@pytest.mark.parametrize("command", [["parse", "date"], ["parse", "datetime"], ["understand", "--expecting", "date"]])
def test_where_the_calendar_ends_no_day_is_said(run: Run, command: list[str], now: str) -> None:
    said = ["the day after tomorrow", "three weeks ago", "on the bank holiday monday", "in 9999 years", "a week on friday"]
    ran = run(*command, "--now", now, reads="\n".join(said))
    assert (ran.code, ran.err, [item["text"] for item in ran.items]) == (0, "", said)


def started(*command: str, **environment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "helpline", *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **environment},
    )


def test_answers_are_utf8_on_a_terminal_of_another_encoding(tmp_path: Path) -> None:
    command = started("parse", "number", HELPLINE_DATA_DIR=str(tmp_path), PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    out, err = command.communicate("요금 둘 2".encode())
    assert (json.loads(out), err) == ({"text": "요금 둘 2", "value": 2}, b"")


def test_whoever_has_read_enough_may_stop_listening(tmp_path: Path) -> None:
    """As `helpline parse number | head -1` does: no trace about a broken pipe."""
    with started("parse", "number", HELPLINE_DATA_DIR=str(tmp_path)) as command:
        assert command.stdin and command.stdout and command.stderr
        command.stdin.write(b"one\n")
        command.stdin.flush()
        assert json.loads(command.stdout.readline())["value"] == 1
        command.stdout.close()
        command.stdin.write(b"two\n" * 10)
        command.stdin.close()
        assert command.stderr.read() == b""
