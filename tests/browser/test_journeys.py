"""Whole journeys: by keyboard alone, without JavaScript, on paper."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from helpline.db import db
from helpline.outbox import Delivery
from tests.browser.scenes import Stage
from tests.cast import PASSWORD, Clock, People
from volunteers.models import Task

pytestmark = pytest.mark.browser
MOST_TABS = 40


@pytest.fixture
def without_javascript(browser: Browser, site: str, app: Flask, people: People, clock: Clock) -> Iterator[Stage]:
    context = browser.new_context(base_url=site, java_script_enabled=False)
    yield Stage(context.new_page(), app, people, clock)
    context.close()


def tab_to(page: Page, words: str) -> None:
    """Press Tab until what has the focus reads `words`; whatever has it on the way must show it."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        outline = focused.evaluate("(element) => getComputedStyle(element).outline")
        assert "solid 4px" in outline or "4px solid" in outline or focused.evaluate("(e) => e.tagName") in ("AUDIO", "BODY"), (
            outline
        )
        name = focused.evaluate("(e) => (e.getAttribute('aria-label') || (e.labels && e.labels[0] || e).innerText || '')")
        if name.startswith(words):
            return
    raise AssertionError(f"nothing that reads {words!r} can be reached with the Tab key")


def sms_code(app: Flask) -> str:
    with app.app_context():
        body = db.session.scalars(select(Delivery.body).where(Delivery.dedupe_key.startswith("sms:code"))).one()
    return "".join(sign for sign in body if sign.isdigit())


def test_wei_accepts_and_finishes_a_task_with_the_keyboard_alone(stage: Stage) -> None:
    page, press = stage.page, stage.page.keyboard.press
    task_id = stage.offer_shopping()
    page.goto("/")
    tab_to(page, "I am a volunteer")
    press("Enter")
    page.wait_for_url("**/sign-in")
    tab_to(page, "Your mobile number")
    page.keyboard.type("07700 900101")
    press("Enter")
    page.wait_for_url("**/code")
    tab_to(page, "The six digits")
    page.keyboard.type(sms_code(stage.app))
    press("Enter")
    page.wait_for_url("**/volunteers/")
    tab_to(page, "Accept")
    press("Enter")
    page.wait_for_url(f"**/tasks/{task_id}")
    expect(page.get_by_text("12 Elm Park Road")).to_be_visible()
    tab_to(page, "It is done")
    press("Enter")
    page.wait_for_url("**/done")
    tab_to(page, "Yes, it is done")
    press("Enter")
    page.wait_for_url("**/volunteers/")
    expect(page.get_by_text("Well done, and thank you.")).to_be_visible()
    with stage.app.app_context():
        assert db.session.get_one(Task, task_id).status == "done"


def test_the_first_tab_leads_past_the_header(stage: Stage) -> None:
    stage.page.goto("/")
    stage.page.keyboard.press("Tab")
    expect(stage.page.locator(":focus")).to_have_text("Skip to the page")
    expect(stage.page.locator(":focus")).to_be_in_viewport()
    stage.page.keyboard.press("Enter")
    stage.page.keyboard.press("Tab")
    expect(stage.page.locator(":focus")).to_have_text("I am a volunteer")


def test_ruth_rings_back_without_javascript(without_javascript: Stage) -> None:
    stage, page = without_javascript, without_javascript.page
    stage.fill_the_office()
    stage.sign_in_office()
    page.get_by_role("region", name="Left a message").get_by_role("link", name="Open").click()
    page.get_by_label("What came of it").fill("Spoke to Susan.")
    page.get_by_role("button", name="I have rung back").click()
    expect(page.get_by_role("status")).to_have_text("It is closed. Thank you.")
    expect(page.get_by_role("heading", name="Left a message")).to_have_count(0)


def test_wei_gives_a_task_back_without_javascript(without_javascript: Stage) -> None:
    stage, page = without_javascript, without_javascript.page
    stage.offer_shopping()
    stage.sign_in_wei()
    page.get_by_role("button", name="Accept").click()
    page.get_by_role("link", name="I can't go after all").click()
    page.get_by_role("button", name="Yes, give it back").click()
    expect(page.get_by_role("status")).to_have_text("Thank you for telling us. Somebody else is asked now.")


def test_larger_text_is_remembered(without_javascript: Stage) -> None:
    page = without_javascript.page
    page.goto("/volunteers/sign-in")
    page.get_by_role("button", name="Larger text").click()
    page.goto("/")
    expect(page.get_by_role("button", name="Normal text")).to_be_visible()
    expect(page.locator("html")).to_have_class("larger")


def test_ruth_who_mistypes_is_told_where_and_keeps_her_name(stage: Stage) -> None:
    page = stage.page
    stage.sign_in_office("not this one either")
    expect(page.get_by_role("alert")).to_contain_text("The name or the password is not right.")
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.locator(":focus")).to_have_attribute("id", "login")
    expect(page.get_by_label("Your sign-in name")).to_have_value("ruth")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="The office", exact=True)).to_be_visible()


def test_the_message_plays_in_the_page(stage: Stage) -> None:
    stage.fill_the_office()
    stage.sign_in_office()
    length = stage.page.locator("audio").evaluate(
        "(audio) => new Promise((told) => { audio.onloadedmetadata = () => told(audio.duration); audio.load(); audio.preload = 'auto'; })"
    )
    assert length == pytest.approx(2.0)


def test_on_paper_the_list_keeps_what_a_volunteer_needs(stage: Stage) -> None:
    task_id = stage.accepted_shopping()
    stage.sign_in_wei()
    stage.page.goto(f"/volunteers/tasks/{task_id}")
    stage.page.emulate_media(media="print", color_scheme="dark")
    expect(stage.page.get_by_text("12 Elm Park Road")).to_be_visible()
    expect(stage.page.get_by_text("It is done")).to_be_hidden()
    assert stage.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_in_forced_colours_every_button_keeps_an_edge(stage: Stage) -> None:
    stage.page.emulate_media(forced_colors="active")
    stage.page.goto("/")
    widths = stage.page.evaluate(
        "[...document.querySelectorAll('.button, button')].map((e) => getComputedStyle(e).borderTopWidth)"
    )
    assert widths and all(width == "3px" for width in widths)


def test_no_page_asks_anybody_else_for_anything(stage: Stage) -> None:
    asked: list[str] = []
    stage.page.on("request", lambda request: asked.append(request.url))
    stage.fill_the_office()
    stage.sign_in_office()
    stage.page.wait_for_load_state("networkidle")
    assert asked and all(url.startswith("http://127.0.0.1:") for url in asked)
