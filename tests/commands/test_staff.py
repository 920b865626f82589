"""`helpline staff`: what it prints, and what is refused."""

from __future__ import annotations

from pathlib import Path

from tests.commands.conftest import Run

LONG = "a long enough password"


def test_the_first_one_is_added_and_does_what_follows(run: Run, tmp_path: Path) -> None:
    added = run("staff", "add", "Ruth", "--name", "Ruth Marsh", "--role", "administrator", "--password", LONG)
    assert added.out == "Ruth Marsh is administrator, and signs in as ruth.\n"
    run("staff", "add", "sam", "--name", "Sam Lee", "--role", "coordinator", "--password", LONG, "--by", "ruth")
    assert run("staff", "role", "sam", "supervisor", "--by", "ruth").out == "Sam Lee is supervisor now, and signs in anew.\n"
    assert run("staff", "role", "sam", "supervisor").out == "Sam Lee is supervisor already.\n"
    assert run("staff", "password", "sam", "--password", LONG).out == "Sam Lee signs in with the new password.\n"
    assert run("staff", "leave", "sam", "--note", "moved").out == "Sam Lee has left.\n"
    assert run("staff", "list").out.splitlines() == [
        "ruth                 administrator  Ruth Marsh",
        "sam                  left           Sam Lee",
    ]
    file = tmp_path / "hours.csv"
    file.write_text("day,opens,closes\nsunday,,\n", "utf-8")
    assert run("import", "office-hours", file, "--by", "ruth", "--note", "as every year").code == 0
    refused = run("import", "office-hours", file, "--by", "sam")
    assert refused.code == 2 and "sam has left" in refused.err


def test_what_cannot_be_ends_with_words_and_changes_nothing(run: Run) -> None:
    short = run("staff", "add", "ruth", "--name", "Ruth Marsh", "--role", "coordinator", "--password", "short")
    assert short.code == 1 and "12 to 200 characters" in short.err
    assert run("staff", "role", "nobody", "auditor").code == 1
    assert run("staff", "add", "ruth", "--name", "R", "--role", "king", "--password", LONG).code == 2
    assert run("staff", "leave", "nobody", "--by", "nobody").code in (1, 2)
    assert run("staff", "list").out == ""
