"""What every page has: safe headers, larger text at one press, and errors in plain words."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.cast import People, press, sign_in_ruth, sign_in_volunteer


def press_larger_text(client: FlaskClient, on: str) -> TestResponse:
    client.environ_base["HTTP_REFERER"] = on
    return press(client, "/text-size")


@pytest.mark.parametrize("path", ["/", "/office/sign-in", "/volunteers/sign-in", "/nothing"])
def test_no_page_may_be_framed_scripted_or_kept(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "script-src" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_the_style_sheet_may_be_kept(client: FlaskClient) -> None:
    with client.get("/static/site.css") as answer:
        assert "no-store" not in answer.headers["Cache-Control"]


@pytest.mark.parametrize(("path", "status"), [("/nothing", 404), ("/text-size", 405)])
def test_an_error_is_said_in_plain_words_with_a_way_on(client: FlaskClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert "There is nothing here" in answer.text and "To the first page" in answer.text


@pytest.mark.parametrize("number", [-1, 10**9, 2**63, 10**40])
def test_a_number_that_no_row_can_have_is_not_found_at_any_address(client: FlaskClient, people: People, number: int) -> None:
    sign_in_ruth(client)
    numbered = [rule for rule in client.application.url_map.iter_rules() if "<int:" in rule.rule]
    assert {rule.endpoint.partition(".")[0] for rule in numbered} >= {"calls", "dashboard", "guards", "holds", "volunteers"}
    for rule in numbered:
        path = re.sub("<int:[a-z_]+>", str(number), re.sub(r"<any\((\w+).*>", r"\1", rule.rule))
        answers = [client.open(path, method=method).status_code for method in (rule.methods or set()) & {"GET", "POST"}]
        assert answers == [404] * len(answers), path


def test_a_fault_of_ours_shows_no_traceback(client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> str:
        raise RuntimeError("a secret of the program")

    monkeypatch.setitem(app.view_functions, "pages.home", broken)
    answer = client.get("/")
    assert answer.status_code == 500
    assert "Something went wrong" in answer.text and "secret" not in answer.text


def test_larger_text_comes_back_to_the_page_it_was_pressed_on(client: FlaskClient) -> None:
    answer = press_larger_text(client, "http://localhost/volunteers/sign-in")
    assert answer.location == "/volunteers/sign-in"
    assert 'class="larger"' in client.get("/").text


@pytest.mark.parametrize("referrer", ["http://thief.example//thief.example/", "nonsense", ""])
def test_larger_text_leads_nowhere_else(client: FlaskClient, referrer: str) -> None:
    assert press_larger_text(client, referrer).location == "/"


def test_a_page_that_is_sent_stays_small(client: FlaskClient, people: People) -> None:
    """On a slow line in the country: the list of a volunteer and the office's page without their common style."""
    sign_in_ruth(client)
    assert len(client.get("/office/").data) < 30_000
    sign_in_volunteer(client, people.wei)
    assert len(client.get("/volunteers/").data) < 30_000


def test_too_much_is_refused_before_it_is_read(client: FlaskClient) -> None:
    assert client.post("/office/sign-in", data={"login": "x" * 300_000}).status_code == 413


def test_the_process_says_that_it_lives(client: FlaskClient) -> None:
    assert client.get("/healthz").text == "ok\n"
