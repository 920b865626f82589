"""The audit's chain: sealed in order by the clock, and broken by whoever touches a row."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from helpline import audit
from helpline import clock as ticking
from helpline.audit import AuditEntry, AuditSeal
from helpline.commands import cli
from helpline.db import db
from tests.cast import Clock


@pytest.fixture
def sealed(in_app: Flask, clock: Clock) -> Flask:
    """Four entries, sealed by a tick of the clock."""
    for number, action in enumerate(("payment_held", "hold_asked", "hold_released", "payment_claimed"), start=1):
        audit.write(f"staff:{number}", action, "hold:1", clock.now(), note="Gärtner, 42.50 €", rules=["F007"])
        db.session.flush()
    db.session.commit()
    ticking.tick(in_app)
    return in_app


def tamper(statement: str) -> None:
    """Somebody with the database in their hands, and its own rules switched off."""
    db.session.commit()
    with db.engine.connect() as connection:
        if db.engine.dialect.name == "sqlite":
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("BEGIN")
        else:
            connection.exec_driver_sql("SET session_replication_role = replica")
        connection.execute(text(statement))
        connection.commit()
        connection.invalidate()


def test_untouched_it_is_as_it_was_written(sealed: Flask) -> None:
    chain = audit.verify()
    assert (chain.sealed, chain.broken, chain.unsealed) == (4, "", 0)
    assert chain.newest == db.session.get_one(AuditSeal, 4).digest


@pytest.mark.parametrize(
    ("done", "found"),
    [
        pytest.param("UPDATE audit_entry SET actor = 'staff:9' WHERE id = 3", "entry 3", id="another actor"),
        pytest.param("UPDATE audit_entry SET data = '{}' WHERE id = 2", "entry 2", id="another reason"),
        pytest.param("UPDATE audit_entry SET at = '2026-11-24 10:00:01.000000' WHERE id = 1", "entry 1", id="another time"),
        pytest.param("DELETE FROM audit_entry WHERE id = 2", "entry 2, sealed as number 2, is missing", id="removed"),
        pytest.param("DELETE FROM audit_seal WHERE number = 2", "seal 2 is missing", id="its seal removed"),
        pytest.param("UPDATE audit_seal SET digest = '0' WHERE number = 4", "entry 4", id="the newest seal changed"),
        pytest.param(
            "UPDATE audit_seal SET entry_id = CASE entry_id WHEN 2 THEN -3 ELSE entry_id END", "entry -3", id="points elsewhere"
        ),
    ],
)
def test_whoever_touches_a_row_breaks_it(sealed: Flask, done: str, found: str) -> None:
    tamper(done)
    assert found in audit.verify().broken


def test_two_entries_that_change_places_are_found(sealed: Flask) -> None:
    for move in ("SET id = -2 WHERE id = 2", "SET id = 2 WHERE id = 3", "SET id = 3 WHERE id = -2"):
        tamper(f"UPDATE audit_entry {move}")
    assert "entry 2" in audit.verify().broken


def test_a_chain_whose_end_was_cut_off_is_found_by_a_seal_kept_elsewhere(sealed: Flask) -> None:
    newest = audit.verify().newest
    tamper("DELETE FROM audit_seal WHERE number = 4")
    tamper("DELETE FROM audit_entry WHERE id = 4")
    assert audit.verify().broken == "" and "kept elsewhere" in audit.verify(newest).broken


def test_what_comes_later_is_sealed_behind_what_is_there(sealed: Flask, clock: Clock) -> None:
    before = audit.verify().newest
    audit.write("caller:1", "payments_frozen", "caller:1", clock.now())
    db.session.commit()
    assert (audit.verify().unsealed, audit.verify().unsealed_since) == (1, clock.now())
    db.session.rollback()
    ticking.tick(sealed)
    chain = audit.verify(before)
    assert (chain.sealed, chain.broken, chain.unsealed) == (5, "", 0)


def test_two_who_seal_at_once_never_make_two_chains(in_app: Flask, clock: Clock) -> None:
    audit.write("helpline", "hold_due", "hold:1", clock.now())
    db.session.flush()
    audit.seal(clock.now())
    db.session.commit()
    db.session.add(AuditSeal(number=1, entry_id=1, digest="f" * 64, sealed_at=clock.now()))
    with pytest.raises(IntegrityError):
        db.session.commit()
    db.session.rollback()


def test_the_hash_does_not_depend_on_the_order_of_keys_or_on_the_zone(in_app: Flask, clock: Clock) -> None:
    one = AuditEntry(id=1, at=clock.now(), actor="a", action="b", subject="c", data={"x": 1, "y": [2]})
    elsewhere = clock.now().astimezone(dt.timezone(dt.timedelta(hours=9)))
    other = AuditEntry(id=1, at=elsewhere, actor="a", action="b", subject="c", data={"y": [2], "x": 1})
    assert audit.hash_of("0", one) == audit.hash_of("0", other) != audit.hash_of("1", one)


# -- from the command line


def run(folder: Path, monkeypatch: pytest.MonkeyPatch, *options: str) -> tuple[int, str]:
    monkeypatch.setenv("HELPLINE_DATA_DIR", str(folder))
    monkeypatch.delenv("HELPLINE_CONFIG", raising=False)
    monkeypatch.setenv("HELPLINE_DATABASE_URL", str(db.engine.url) if db.engine.dialect.name != "sqlite" else "")
    db.session.commit()
    result = CliRunner().invoke(cli, ["audit", "verify", *options])
    return result.exit_code, result.output


def test_the_command_says_that_all_is_well(sealed: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, said = run(tmp_path, monkeypatch)
    assert code == 0 and "4 entries, each in its place" in said


def test_the_command_ends_with_one_and_says_where_it_broke(
    sealed: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tamper("UPDATE audit_entry SET actor = 'staff:9' WHERE id = 3")
    code, line = run(tmp_path, monkeypatch, "--json")
    told = json.loads(line)
    assert code == 1 and (told["ok"], told["sealed"]) == (False, 2) and "entry 3" in told["broken"]


def test_the_command_tells_what_waits_to_be_sealed(
    sealed: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    audit.write("helpline", "hold_due", "hold:1", clock.now())
    code, said = run(tmp_path, monkeypatch)
    assert code == 0 and "1 entries wait to be sealed, the oldest since 2026-11-24 10:00:00 UTC" in said


def test_a_seal_that_is_none_is_refused(sealed: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(tmp_path, monkeypatch, "--known", "abc")[0] == 2
