"""Boundaries alone: a reader is told that nothing was compared, and where to go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import shown_world
from conftest import served
from playwright.sync_api import expect

from dashboard.i18n import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Screen

    from layers.wording import Lang


@pytest.fixture(scope="session")
def base_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve districts without any other layer."""
    with served(shown_world.make_bare(tmp_path_factory.mktemp("bare") / "world").path) as address:
        yield address


def test_nothing_compared_is_not_told_as_nothing_found(screen: Screen, lang: Lang, size: str) -> None:
    words, page = catalogue(lang), screen.page
    screen.open("/")

    row = page.locator("#pairings-grid .ag-row").first
    expect(row).to_contain_text(words["overview.nothing"])
    expect(row).not_to_contain_text("0%")
    if size == "narrow":
        page.locator(".tabs label", has_text=words["tab.filters"]).click()
    expect(page.locator("#overview-lacking")).to_contain_text(words["overview.bare"])
    expect(page.locator("#overview-domains .bar-number")).to_have_text(["—"] * 5 + ["0"])

    screen.open(f"/pairing?id={shown_world.PAIRING}")
    expect(page.locator("#detail")).to_contain_text(words["overview.bare"])
    for part in ("#gaps-grid", ".filters", "#gap-words"):
        expect(page.locator(part)).to_be_hidden()
    expect(page.locator("#not-computed li").first).to_be_visible()
    page.locator("#detail button").click()
    expect(page.locator("#document h1").first).to_be_visible()
    assert screen.address.startswith("/data")
