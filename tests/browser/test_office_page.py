"""Accounts in a real browser: the administrator's page, and a login that ends while one works."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import shown_world
from conftest import Screen, served
from playwright.sync_api import Route, expect
from shown_world import PAIRING
from test_accessibility import faults

from dashboard.i18n import catalogue
from dashboard.office_routes import PAGE_ROWS
from dashboard.results import ResultsCache
from geodata.accounts import Accounts
from geodata.database import Database
from geodata.logins import Audit, Sessions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from layers.wording import Lang

PASSWORD = "three words and more"  # noqa: S105  # of a test
WORDS = catalogue("zh")
# As the browser, MapLibre (whose error Plotly's bundle calls TT) and Plotly tell of refused loads.
REFUSED = ("401", "403", "Failed to fetch", "AbortError", "AJAXError", "TT", "Map error")


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = shown_world.make(tmp_path_factory.mktemp("office") / "world").path
    Accounts(Database(made)).add("lin", "administrator", password=PASSWORD)
    return made


@pytest.fixture(scope="session")
def base_url(world: Path) -> Iterator[str]:
    with served(world) as address:
        yield address


def enter(screen: Screen, path: str, name: str = "lin", password: str = PASSWORD) -> None:
    """Ask for an address, and log in on the way."""
    screen.page.goto(screen.base + path)
    log_in(screen, name, password)
    screen.page.wait_for_url(screen.base + path)
    if path == "/" or path.startswith("/pairing"):
        screen.settled()  # MapLibre throws where loads are cut short


def log_in(screen: Screen, name: str = "lin", password: str = PASSWORD) -> None:
    screen.page.locator("#name").fill(name)
    screen.page.locator("#password").fill(password)
    screen.page.locator("#login button").click()


def end_logins(screen: Screen, world: Path) -> None:
    """End all logins, as their time or another page does, once the page has all it asked for."""
    screen.page.wait_for_load_state("networkidle")
    forgive(screen)
    database = Database(world)
    Sessions(database, idle_s=1, longest_s=1).end_of(Accounts(database).named("lin"))
    database.close()


def forgive(screen: Screen) -> None:
    """Let what is told of loads that are refused or cut short be no fault from now on."""
    assert screen.wrong == []
    screen.forgiven = REFUSED


@pytest.mark.parametrize(
    ("lang", "size", "theme"),
    [("zh", "wide", "light"), ("en", "narrow", "dark")],
    indirect=["lang", "size"],
)
def test_an_administrator_lets_somebody_in(screen: Screen, lang: Lang, size: str, theme: Any) -> None:
    words, page = catalogue(lang), screen.page
    page.emulate_media(color_scheme=theme)
    enter(screen, "/")
    page.locator("#account > summary").click()
    page.get_by_role("button", name=words["office.title"]).click()
    expect(page.locator(".office-record tbody tr").first).to_contain_text(words["record.what.login"])
    assert faults(screen) == []

    name = f"wang.{size}"
    page.get_by_role("button", name=words["office.new"]).focus()
    page.keyboard.press("Enter")
    page.keyboard.type(name)
    page.locator("#office-role").select_option("editor")
    page.locator("#office-region").fill("nowhere")
    page.keyboard.press("Enter")
    expect(page.locator(".office-sheet .field-problem").first).to_have_text(words["office.error.region"])
    page.locator("#office-region").fill("A")
    page.keyboard.press("Enter")
    expect(page.locator(".office-chips li button")).to_have_count(1)
    assert faults(screen) == []
    page.get_by_role("button", name=words["office.add"], exact=True).click()
    once = page.locator(".office-once").inner_text()
    page.get_by_role("button", name=words["office.done"]).click()
    expect(page.locator("#office-accounts")).to_contain_text(name)
    expect(page.locator("#office-record")).to_contain_text(words["record.what.account.add"])
    wide = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert wide

    forgive(screen)
    page.locator("#account > summary").click()
    page.get_by_role("button", name=words["account.leave"]).click()
    log_in(screen, name, once)
    page.locator("#new").fill("words of my own")
    page.locator("#login button").click()
    expect(page.locator("#account > summary")).to_contain_text(name)
    page.locator("#account > summary").click()
    expect(page.get_by_role("button", name=words["account.leave"])).to_be_visible()
    expect(page.get_by_role("button", name=words["office.title"])).to_have_count(0)


def test_the_record_answers_what_was_asked_last_and_once(screen: Screen, world: Path) -> None:
    database, page = Database(world), screen.page
    for number in range(PAGE_ROWS + 30):
        Audit(database, days=730).note("wang", "login", str(number))
    enter(screen, "/accounts")
    rows, held = page.locator(".office-record tbody tr"), list[Route]()
    expect(rows).to_have_count(PAGE_ROWS)

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/office/record?*", hold)

    more = page.get_by_role("button", name=WORDS["record.more"])
    more.focus()
    for _ in range(2):
        more.dispatch_event("click")
    expect(more).to_have_attribute("aria-disabled", "true")
    expect(more).to_be_focused()
    assert len(held) == 1
    total = len(Audit(database, days=730).entries(1000))
    database.close()
    held.pop().continue_()
    expect(rows).to_have_count(total)

    for name in ("lin", "wang"):
        with page.expect_request(f"**/office/record?who={name}*"):
            page.locator("#record-who").select_option(name)
    first, last = held
    last.continue_()
    expect(rows).to_have_count(PAGE_ROWS)
    with page.expect_response("**/office/record?who=lin*"):
        first.continue_()
    page.evaluate("() => bordergap.me()")  # what came before it is drawn by then
    expect(rows).to_have_count(PAGE_ROWS)


def test_a_change_when_the_login_has_ended_is_made_after_the_next_one(screen: Screen, world: Path) -> None:
    gaps = ResultsCache(world).current().gaps
    gap = str(gaps["gap_id"][gaps["pairing_id"] == PAIRING].iloc[0])
    view, page = f"/pairing?id={PAIRING}&gap={gap}", screen.page
    enter(screen, view)
    page.get_by_role("button", name=WORDS["follow.take"]).click()
    expect(page.locator(".save-saved")).to_be_visible()
    end_logins(screen, world)

    page.locator("[data-field='todo'] textarea").fill("修路")
    page.locator("[data-field='todo'] textarea").press("Tab")
    expect(page.locator(".login-wrong").first).to_have_text(WORDS["login.ended_kept"])
    log_in(screen)

    expect(page.locator("[data-field='todo'] textarea")).to_have_value("修路")
    expect(page.locator(".save-saved")).to_be_visible()
    assert screen.address == view
    entry = ResultsCache(world).current().workspace.ledger.entry(gap)
    assert entry is not None
    assert entry.values["todo"] == "修路"


def test_a_form_when_the_login_has_ended_is_open_again_after_the_next_one(
    screen: Screen, world: Path
) -> None:
    page = screen.page
    enter(screen, "/programme")
    page.locator("[data-act='item-new']").first.click()
    page.locator("[data-field='title'] input").fill("联席会议")
    page.locator("[data-field='notes'] textarea").fill("每季度一次")
    end_logins(screen, world)

    page.get_by_role("button", name=WORDS["item.add"], exact=True).click()
    expect(page.locator(".login-wrong").first).to_have_text(WORDS["login.ended_kept"])
    log_in(screen)

    expect(page.locator("[data-field='title'] input")).to_have_value("联席会议")
    expect(page.locator("[data-field='notes'] textarea")).to_have_value("每季度一次")
    page.get_by_role("button", name=WORDS["item.add"], exact=True).click()
    expect(page.locator("#programme-board")).to_contain_text(re.compile("1"))
    page.goto(screen.base + "/programme")
    expect(page.locator("#programme-add")).to_be_visible()
    expect(page.locator("dialog")).to_have_count(0)


def test_a_file_is_no_refusal(screen: Screen, world: Path) -> None:
    page = screen.page
    enter(screen, "/ledger")
    page.locator("#ledger-grid .ag-row").first.wait_for()
    page.locator("#ledger-files > summary").click()
    with page.expect_download() as got:
        page.locator("#ledger-file-xlsx").click()
    assert got.value.suggested_filename == "bordergap-ledger.xlsx"
    end_logins(screen, world)

    page.locator("#ledger-file-xlsx").click()

    expect(page.locator(".login-wrong").first).to_have_text(WORDS["login.ended"])
