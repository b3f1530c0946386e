"""Everyone can use every page: axe-core finds no serious fault, the keyboard reaches everything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from shown_world import PAIRING

if TYPE_CHECKING:
    from conftest import Screen

    from layers.wording import Lang

# The worst gap is chosen by the tests themselves: its id is not known here.
PAGES = {
    "overview": "/",
    "pairing": f"/pairing?id={PAIRING}",
    "compare": "/compare",
    "ledger": "/ledger",
    "programme": "/programme",
    "data": "/data",
    "method": "/method",
    "missing": "/pairing?id=nobody",
}
FAULTS = ("serious", "critical")


def faults(screen: Screen) -> list[str]:
    """Return the serious faults axe-core finds on the page as it is, each with the first element."""
    found = Axe().run(screen.page).response["violations"]
    return [
        f"{fault['id']}: {node['html'][:200]} {node.get('failureSummary', '')[:300]}"
        for fault in found
        if fault["impact"] in FAULTS
        for node in fault["nodes"][:3]
    ]


def shown(screen: Screen, name: str) -> None:
    """Open a page by its name and wait for what it shows."""
    screen.page.goto(screen.base + PAGES[name])
    screen.page.wait_for_function("document.querySelector('#shell')?.dataset.page !== undefined")
    if name == "pairing":
        screen.page.locator("#gaps-grid .ag-row").first.wait_for()
        screen.page.locator("#gaps-grid .ag-row").first.click()
        expect(screen.page.locator("#detail h2")).to_be_visible()
    elif name == "ledger":
        screen.page.locator("#ledger-grid .ag-row").first.wait_for()
    elif name in ("compare", "programme", "data", "method"):
        expect(screen.page.get_by_role("heading", level=1)).to_be_visible()
    elif name == "overview":
        screen.page.locator("#pairings-grid .ag-row").first.wait_for()
    else:
        expect(screen.page.locator("#pairing-head h1")).to_be_visible()
        screen.wrong[:] = [said for said in screen.wrong if "404" not in said]


# Each language, size and theme twice, each pair of them once: half as many as all of them.
@pytest.mark.parametrize(
    ("lang", "size", "theme"),
    [
        ("zh", "wide", "light"),
        ("zh", "narrow", "dark"),
        ("en", "wide", "dark"),
        ("en", "narrow", "light"),
    ],
    indirect=["lang", "size"],
)
def test_no_page_has_a_serious_fault(screen: Screen, lang: Lang, size: str, theme: Any) -> None:
    screen.page.emulate_media(color_scheme=theme)
    for name in PAGES:
        shown(screen, name)
        assert (name, faults(screen)) == (name, [])
    assert screen.page.evaluate("document.documentElement.lang").startswith(lang)
    assert size
