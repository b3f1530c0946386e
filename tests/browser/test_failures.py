"""When the server fails, the page says so and stays."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from dashboard.i18n import catalogue

if TYPE_CHECKING:
    from conftest import Screen

    from layers.wording import Lang


def test_a_frame_that_cannot_be_had_is_told_with_a_way_on(screen: Screen, lang: Lang) -> None:
    words, failing = catalogue(lang), re.compile(r"/frame/")
    screen.page.route(failing, lambda route: route.fulfill(status=404))
    screen.page.goto(f"{screen.base}/")

    expect(screen.page.get_by_role("alert")).to_contain_text(words["error.frame"])

    screen.page.unroute(failing)
    screen.page.get_by_role("link", name=words["error.reload"]).click()
    expect(screen.page.locator("#pairings-grid .ag-row").first).to_be_visible()
    screen.wrong[:] = [said for said in screen.wrong if "404" not in said]


def test_an_answer_that_fails_leaves_the_page(screen: Screen, lang: Lang) -> None:
    screen.page.goto(f"{screen.base}/")
    expect(screen.page.locator("#pairings-grid .ag-row").first).to_be_visible()
    told = {"key": "error.failed"}

    screen.page.evaluate("told => dash_clientside.set_props('failure', { data: told })", told)

    expect(screen.page.locator("#message")).to_have_text(catalogue(lang)["error.failed"])
    expect(screen.page.locator("#pairings-grid .ag-row").first).to_be_visible()
