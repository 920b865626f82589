"""Every page in every state: no accessibility violation, large targets, nothing lost when text is twice as large."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.scenes import SCENES, Stage

pytestmark = pytest.mark.browser
every_page = pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)

TAGS = "wcag2a wcag2aa wcag2aaa wcag21a wcag21aa wcag22aa best-practice".split()
# Off by default in axe, and what older eyes and hands need most.
RULES = {name: {"enabled": True} for name in ("target-size", "color-contrast-enhanced", "identical-links-same-purpose")}
SMALLEST_TARGET = 44  # CSS pixels; axe itself asks for 24

SMALL_TARGETS = """
(smallest) => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button]')]
  .filter((element) => !element.classList.contains('skip'))
  .map((element) => [element.outerHTML.slice(0, 80), element.getBoundingClientRect()])
  .filter(([, box]) => box.width && (box.width < smallest || box.height < smallest))
  .map(([html, box]) => `${Math.round(box.width)}x${Math.round(box.height)} ${html}`)
"""
COLOURS: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
TWICE_AS_LARGE = "html { font-size: 250% !important; }"  # the site's own size is 125 %
SPACED = "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }"
CUT_OFF = """
() => [...document.querySelectorAll('body *')]
  .filter((element) => !element.closest('.scroll, .skip, svg'))
  .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map((element) => element.outerHTML.slice(0, 80))
"""
ORDER_OF_HEADINGS = "() => [...document.querySelectorAll('main h1, main h2, main h3')].map((h) => Number(h.tagName[1]))"


ADD_STYLE = """
(css) => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css); document.adoptedStyleSheets = [sheet]; }
"""


def read_with(page: Page, css: str) -> None:
    """A reader's own style, put in past the page's content policy."""
    page.evaluate(ADD_STYLE, css)


def violations(page: Page) -> list[str]:
    """What axe complains of, and what it could not decide itself."""
    response: Any = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}, "rules": RULES}).response
    return [
        f"{kind} {rule['id']}: {node['html'][:120]}"
        for kind in ("violations", "incomplete")
        for rule in response[kind]
        for node in rule["nodes"]
    ]


@every_page
def test_axe_finds_nothing_by_day_and_by_night(stage: Stage, scene: Callable[[Stage], None]) -> None:
    stage.play(scene)
    found = {}
    for colours in COLOURS:
        stage.page.emulate_media(color_scheme=colours)
        found[colours] = violations(stage.page)
    assert found == {"light": [], "dark": []}


@every_page
def test_everything_to_press_is_large_and_nothing_is_cut_off(stage: Stage, scene: Callable[[Stage], None]) -> None:
    """On a small telephone as it is, with text twice as large, and with the reader's own spacing (WCAG 1.4.12)."""
    stage.page.set_viewport_size({"width": 320, "height": 700})
    stage.play(scene)
    assert stage.page.evaluate(SMALL_TARGETS, SMALLEST_TARGET) == []
    for style in (TWICE_AS_LARGE, SPACED):
        read_with(stage.page, style)
        assert stage.page.evaluate("document.documentElement.scrollWidth") <= 320
        assert stage.page.evaluate(CUT_OFF) == []


@every_page
def test_the_page_has_a_title_a_language_and_headings_in_order(stage: Stage, scene: Callable[[Stage], None]) -> None:
    stage.play(scene)
    levels = stage.page.evaluate(ORDER_OF_HEADINGS)
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels[levels.index(1) :]))
    assert stage.page.get_attribute("html", "lang") == "en"
    assert stage.page.title().endswith("Blue Vest helpline")
