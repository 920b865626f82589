"""What a stranger at the door is not given: a debugger, files of ours, a cookie that others can read, a ready-made account."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import func, select

from helpline.app import create_app
from helpline.db import db
from helpline.settings import load_settings
from helpline.staff.models import Staff
from tests.cast import PEPPER, People, sign_in_ruth


def test_no_debugger_runs(app: Flask) -> None:
    assert (app.debug, app.testing, app.config["PROPAGATE_EXCEPTIONS"]) == (False, False, None)


@pytest.mark.parametrize(
    "path",
    ["/.git/config", "/.env", "/console", "/metrics", "/admin", "/static/", "/static/../app.py", "/static/%2e%2e/app.py",
     "/config/default.toml", "/var/helpline.db", "/healthz/more"],
)  # fmt: skip
def test_no_file_of_ours_and_no_page_of_a_tool_is_served(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_health_page_says_nothing_but_that_it_lives(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert answer.text == "ok\n" and "Werkzeug" not in answer.headers.get("X-Powered-By", "")


def test_a_session_is_a_cookie_that_no_script_and_no_other_site_gets(tmp_path: Path) -> None:
    given = {"secret_key": "s" * 32, "pin_pepper": PEPPER, "public_url": "https://helpline.example.org"}
    app = create_app(load_settings({}, data_dir=str(tmp_path), **given))
    cookie = app.test_client().get("/office/", base_url="https://helpline.example.org").headers["Set-Cookie"]
    assert {"Secure", "HttpOnly", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}


def test_signing_in_gives_a_new_session(client: FlaskClient, people: People) -> None:
    """What was in the session of whoever prepared this browser is gone."""
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
    sign_in_ruth(client)
    with client.session_transaction() as session:
        assert "planted" not in session and session["staff"] == people.ruth


def test_a_new_database_has_no_account_that_everybody_knows(tmp_path: Path) -> None:
    app = create_app(load_settings({}, data_dir=str(tmp_path)))
    with app.app_context():
        upgrade()
        assert db.session.scalar(select(func.count(Staff.id))) == 0
        db.session.remove()
        db.engine.dispose()
