"""`helpline fraud`: stored requests by other rules, and for whom the rules are hard."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest
from flask_migrate import upgrade
from sqlalchemy import update

from fraud.assess import CONFIG
from helpline.app import create_app
from helpline.db import db
from helpline.services.bills import orders
from helpline.services.bills.models import Assessment
from helpline.settings import load_settings
from tests.cast import Clock, enrol, on_the_line
from tests.commands.conftest import Run
from tests.services.accounts import account_with, bill


@pytest.fixture
def asked(run: Run) -> None:
    """Margaret asked for her first payment to City Electric, an hour ago: it is a question (F023)."""
    clock = Clock(dt.datetime.now(dt.UTC) - dt.timedelta(hours=1))
    with create_app(load_settings(os.environ), clock.now).app_context():
        upgrade()
        people = enrol(clock.now())
        due = bill(account_with(people.margaret, "City Electric", "electricity"), "42.50", clock.now().date())
        orders.claim({"bill_id": due.id}, on_the_line(create_app(load_settings(os.environ), clock.now), people.margaret))
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


def other_rules(tmp_path: Path, old: str, new: str) -> Path:
    text = CONFIG.read_text("utf-8")
    assert old in text
    path = tmp_path / "other.toml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


@pytest.mark.usefixtures("asked")
def test_the_rules_as_they_stand_change_nothing(run: Run) -> None:
    (result,) = run("fraud", "replay", "--json").items
    assert result["requests"] == 1 and result["differing"] == [] and result["trial"] == {}
    assert result["outcomes"] == [{"then": "confirm", "now": "confirm", "requests": 1}]


@pytest.mark.usefixtures("asked")
def test_other_rules_show_what_would_have_differed(run: Run, tmp_path: Path) -> None:
    harder = other_rules(tmp_path, 'F023 = { points = 20, floor = "confirm" }', 'F023 = { points = 60, floor = "hold" }')
    (result,) = run("fraud", "replay", "--rules", harder, "--json").items
    assert [(one["then"], one["now"]) for one in result["differing"]] == [("confirm", "hold")]
    assert (result["stopped_per_1000_then"], result["stopped_per_1000_now"]) == (0, 1000)
    assert "confirm -> hold" in run("fraud", "replay", "--rules", harder).out


@pytest.mark.usefixtures("asked")
def test_a_rule_on_trial_is_counted_as_if_it_counted(run: Run, tmp_path: Path) -> None:
    trial = other_rules(tmp_path, "F023 = { points = 20,", "F023 = { shadow = true, points = 20,")
    (result,) = run("fraud", "replay", "--rules", trial, "--json").items
    assert result["trial"] == {"F023": {"spoke": 1, "worse": 1}}
    assert "On trial, F023 (A first payment to a company): spoke 1 times" in run("fraud", "replay", "--rules", trial).out


@pytest.mark.usefixtures("asked")
def test_rows_from_before_their_facts_were_kept_are_told(run: Run) -> None:
    with create_app(load_settings(os.environ)).app_context():
        db.session.execute(update(Assessment).values(facts=None))
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    ran = run("fraud", "replay")
    assert ran.code == 0 and "1 more are from before their facts were kept" in ran.out


def test_a_file_that_is_no_ruleset_is_an_error_in_words(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "other.toml"
    file.write_text('version = "x"\n[rules]\n', "utf-8")
    ran = run("fraud", "replay", "--rules", file)
    assert ran.code == 1 and "other.toml" in ran.err and "F001" in ran.err


@pytest.mark.usefixtures("asked")
def test_fairness_counts_by_language_and_by_age(run: Run) -> None:
    (result,) = run("fraud", "fairness", "--json").items
    assert result["language"]["en"]["asked"] == 1 and result["rules"]["F023"]["spoke"] == 1
    assert result["age"]["not known"]["asked"] == 1
    assert "not known" in run("fraud", "fairness").out
