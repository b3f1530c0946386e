"""Follow-up in real browsers: two people at once, no connection, the views of the ledger."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import shown_world
from conftest import PATIENCE_MS, Screen, served
from playwright.sync_api import expect
from shown_world import HOSTILE, PAIRING

from dashboard.i18n import catalogue
from dashboard.results import ResultsCache

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

WORDS = catalogue("zh")
SAID = HOSTILE.replace("\u202e", "")  # control characters are refused
TODO, LEAD = "[data-field='todo'] textarea", "[data-field='lead'] input"


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shown_world.make(tmp_path_factory.mktemp("keeping") / "world").path


@pytest.fixture(scope="session")
def base_url(world: Path) -> Iterator[str]:
    with served(world) as address:
        yield address


@pytest.fixture
def gap(world: Path) -> str:
    """Return the worst gap of the pairing."""
    gaps = ResultsCache(world).current().gaps
    return str(gaps["gap_id"][gaps["pairing_id"] == PAIRING].iloc[0])


def told(page: Page, kind: str) -> None:
    """Wait until the page says what became of a change."""
    expect(page.locator(f".save-{kind}")).to_be_visible()


def write(page: Page, field: str, text: str) -> None:
    page.locator(field).fill(text)
    page.locator(field).press("Tab")


def test_two_people_change_the_same(screen: Screen, gap: str) -> None:
    here = screen.page
    there = here.context.browser.new_context(locale="zh-CN").new_page()  # type: ignore[union-attr]
    there.set_default_timeout(PATIENCE_MS)
    for page in (here, there):
        page.goto(f"{screen.base}/pairing?id={PAIRING}&gap={gap}")
        page.locator(TODO).wait_for()

    here.get_by_role("button", name=WORDS["follow.take"]).click()
    told(here, "saved")
    write(here, TODO, SAID)
    told(here, "saved")
    write(there, LEAD, "水利局")  # another field: both stand, and it is said
    expect(there.locator(".meanwhile")).to_contain_text(WORDS["follow.todo"])
    expect(there.locator(TODO)).to_have_value(SAID)

    write(here, LEAD, "交通局")
    conflict = here.locator(".conflict")
    expect(conflict).to_contain_text("水利局")
    expect(conflict).to_contain_text("交通局")
    assert conflict.evaluate(
        "(each) => each.contains(document.activeElement) || each === document.activeElement"
    )
    conflict.get_by_role("button", name=WORDS["conflict.all.mine"]).click()
    conflict.get_by_role("button", name=WORDS["conflict.keep"]).click()
    told(here, "saved")
    here.get_by_text(WORDS["history.title"]).click()
    history = here.locator(".history")
    expect(history).to_contain_text("水利局")
    expect(history).to_contain_text("交通局")
    there.reload()
    expect(there.locator(LEAD)).to_have_value("交通局")
    assert here.evaluate("window.__pwned") is None
    there.context.close()
    screen.wrong[:] = [said for said in screen.wrong if "409" not in said]


def test_without_a_connection_what_was_typed_is_kept(screen: Screen, gap: str) -> None:
    page = screen.page
    page.goto(f"{screen.base}/ledger?gap={gap}")
    page.locator(TODO).wait_for()
    page.route("**/ledger/entry/**", lambda route: route.abort())
    write(page, TODO, "勘查现场")
    told(page, "failed")
    page.unroute("**/ledger/entry/**")
    page.reload()  # it comes from this browser, and is sent now

    expect(page.locator(TODO)).to_have_value("勘查现场")
    told(page, "saved")
    write(page, "[data-field='due'] input", "2020-01-31")
    told(page, "saved")
    expect(page.locator(".chip-late b")).to_have_text("1")
    screen.wrong[:] = [said for said in screen.wrong if "ERR_FAILED" not in said]


def test_views_share_filters_and_the_chosen_gap(screen: Screen, gap: str) -> None:
    page = screen.page
    page.goto(f"{screen.base}/ledger?view=board&gap={gap}&id={PAIRING}")
    card = page.locator(f"#ledger-board .card-open[data-gap='{gap}']")
    card.focus()
    before = page.locator(f".board-column:has([data-gap='{gap}'])").get_attribute("data-status")
    page.keyboard.press("Shift+ArrowRight" if before == "found" else "Shift+ArrowLeft")
    moved = page.locator(f".board-column:not([data-status='{before}']) .board-card[data-gap='{gap}']")
    expect(moved).to_be_visible()
    for view, shown in (
        ("authorities", "table.authorities"),
        ("calendar", "table.month"),
        ("list", ".ag-row"),
    ):
        page.locator(f"#ledger-view-{view}").click()
        expect(page.locator(f"#ledger {shown}").first).to_be_visible()
        expect(page.locator("#ledger-entry")).to_be_visible()
    assert re.search(f"gap={gap}", page.url)

    page.locator("#ledger-grid .ag-header .ag-checkbox input").check()
    page.locator("#ledger-bulk select").first.select_option("lead")
    page.locator("#ledger-bulk .bulk-value input").fill("住建委")
    page.get_by_role("button", name=WORDS["bulk.preview"]).click()
    sheet = page.get_by_role("dialog")
    expect(sheet).to_contain_text("住建委")
    sheet.get_by_role("button", name=WORDS["bulk.do"]).click()
    expect(page.locator("#ledger-grid .ag-row [col-id='lead']").first).to_have_text("住建委")

    page.locator("#ledger-view-wall").click()
    page.wait_for_function("bordergap.maplibre?.getLayer('wall-marks') !== undefined")
    page.locator("#ledger-view-board").click()
    page.wait_for_function("bordergap.maplibre.getLayer('wall-marks') === undefined")


def test_the_ledger_shows_what_was_written_elsewhere_since_it_was_left(screen: Screen, gap: str) -> None:
    page = screen.page
    page.goto(f"{screen.base}/ledger?id={PAIRING}")
    row = page.locator(f"#ledger-grid .ag-row[row-id='{gap}'] [col-id='lead']").first
    expect(row).to_be_visible()
    page.evaluate("([pairing, gap]) => bordergap.open(pairing, gap)", [PAIRING, gap])
    write(page, LEAD, "林业局")
    told(page, "saved")

    page.go_back()

    expect(page.locator("#ledger")).to_be_visible()
    expect(row).to_have_text("林业局")
