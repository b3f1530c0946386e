"""From a question to its answer: searching, the list of all gaps, the matrix, members side by side."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd
import pytest
import shown_world
from conftest import Screen, served
from playwright.sync_api import expect
from shapely.geometry import Point
from shown_world import PAIRING
from world import STRIP, layer

from dashboard.i18n import catalogue
from geodata.intake import IntakeRecord
from layers.run import analyse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers.wording import Lang

WALL = {"zh": "公共服务隐形墙", "en": "Invisible wall in services"}
# Each language and each size once: test_dashboard_journey.py has all four together.
BOTH = pytest.mark.parametrize(("lang", "size"), [("zh", "wide"), ("en", "narrow")], indirect=True)
LEDGER_ROWS = "#ledger-grid .ag-row"


@pytest.fixture(scope="session")
def base_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the small world with counterparts, a group, parks and a programme."""
    workspace = shown_world.make(tmp_path_factory.mktemp("finding") / "world")
    pairings = [
        {"pairing_id": "far", "kind": "counterpart", "members": [["A"], ["C"]], "name": "甲—丙"},
        {"pairing_id": "three", "kind": "group", "members": [["A"], ["B"], ["C"]], "name": "三方"},
    ]
    parks = [
        {"name": "Leaf", "geometry": Point(-5000, 1000), "industries": ["Tea", "Steel"]},
        {"name": "Cup", "geometry": Point(3000, -3000), "industries": ["tea"]},
    ]
    items = [
        {
            "item_id": "1",
            "pairing_id": "far",
            "kind": "park",
            "title": "茶园",
            "status": "planned",
            "geometry": Point(-5000, 1000),
        }
    ]
    tables = {
        "pairings": pd.DataFrame(pairings),
        "parks": STRIP.unproject_frame(layer("parks", parks)),
        "programme": STRIP.unproject_frame(layer("programme", items)),
    }
    for name, rows in tables.items():
        record = IntakeRecord(name, rows_read=len(rows), accepted=len(rows), provenance="measured")
        workspace.write_layer(name, rows, record)
    analyse(workspace, engine="serial")
    said = {"todo": "ask the Water Board", "lead": "交通局"}
    workspace.ledger.change(workspace.read_table("gaps")["gap_id"].iloc[0], said, version=0, author="Li")
    with served(workspace.path) as address:
        yield address


@pytest.mark.parametrize("district", ["A", "B"])
def test_an_address_with_a_district_keeps_it(screen: Screen, district: str) -> None:
    """The box empties itself while its options are on their way: that is nobody's choice."""
    screen.open(f"/?district={district}")
    expect(screen.page.locator("#ranking-of .chip")).to_be_visible()
    expect(screen.page.locator("#find")).not_to_have_value("")

    assert screen.address == f"/?district={district}"
    screen.page.locator("#ranking-of .chip").click()
    expect(screen.page.locator("#ranking-of .chip")).to_have_count(0)
    assert screen.address == "/"


@BOTH
def test_from_pinyin_to_a_district_to_its_worst_gap(screen: Screen, lang: Lang, size: str) -> None:
    words, page = catalogue(lang), screen.page
    screen.open("/")
    page.locator("#find").fill("xiqu")
    page.get_by_role("option").first.click()
    expect(page.locator("#ranking-of")).to_contain_text({"zh": "西区", "en": "West"}[lang])
    assert "district=A" in screen.address

    page.locator("#pairings-grid .ag-row").first.click()
    page.locator("#gaps-grid .ag-row").first.click()
    expect(page.locator("#detail h2")).to_contain_text(WALL[lang])
    page.reload()
    screen.settled()

    expect(page.locator("#detail h2")).to_contain_text(WALL[lang])
    expect(page.locator("#gaps-grid .ag-row-selected")).to_have_count(1)
    clipped = """() => [...document.querySelectorAll("#gaps-grid .line-text")]
      .filter((each) => each.offsetParent && each.scrollWidth > each.clientWidth)
      .map((each) => each.textContent)"""
    if size == "narrow":
        page.locator("label").filter(has_text=words["tab.list"]).click()
    expect(page.locator("#gaps-grid .ag-row").first).to_be_visible()
    assert page.evaluate(clipped) == []


@BOTH
def test_the_ledger_counts_what_it_filters_and_opens_gaps(screen: Screen, lang: Lang, size: str) -> None:
    words, page = catalogue(lang), screen.page
    page.goto(f"{screen.base}/ledger?kind=service_wall")
    rows = page.locator(LEDGER_ROWS)
    expect(rows.first).to_contain_text(WALL[lang])
    counted = page.locator("#ledger-count")
    expect(counted).to_contain_text(re.compile(r"\d"))
    listed = rows.count()

    if size == "narrow":
        page.locator(".ledger-filters summary").click()
    page.get_by_role("button", name=words["filters.reset"]).last.click()
    expect(counted).to_have_text(re.compile(rf"^{words['gaps.count'].replace('{count}', '[0-9]+')}$"))
    assert rows.count() > listed
    assert screen.address.split("?")[0] == "/ledger"
    assert "kind=" not in screen.address
    rows.first.locator("[col-id='kind_text']").click()
    expect(page.locator("#ledger-entry h2")).to_contain_text(WALL[lang])
    page.get_by_role("button", name=words["ledger.on_map"]).click()

    expect(page.locator("#detail h2")).to_contain_text(WALL[lang])
    assert re.search("gap=[0-9a-f]{16}", page.url)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("ledger?words=", "WATER 交通局"),  # what is to be done, and by whom
        ("ledger?words=", "— 断头路"),  # between whom, and of what kind
        ("ledger?words=", "全线"),  # where
        (f"pairing?id={PAIRING}&find=", "— 断头路"),
        ("pairing?id=three&find=", "— 距起点"),
    ],
)
def test_words_find_the_same_on_the_page_and_in_its_files(screen: Screen, address: str, words: str) -> None:
    page, is_ledger = screen.page, address.startswith("ledger")
    page.goto(f"{screen.base}/{address}{words}")
    expect(page.locator(LEDGER_ROWS if is_ledger else "#gaps-grid .ag-row").first).to_be_visible()
    every = "ledgerNow().rows" if is_ledger else "calls.pairingShown.gaps"
    listed = page.evaluate(f"""bordergap.{"ledgerRows()" if is_ledger else every}
        .filter((row) => bordergap.passes(row, bordergap.now())).map((row) => row.id)""")

    page.locator("#share > summary").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()

    assert 0 < len(listed) < page.evaluate(f"bordergap.{every}.length")
    assert set(pd.read_csv(download.value.path())["gap_id"]) == set(listed)


def test_a_cell_of_the_matrix_is_a_pairing(screen: Screen) -> None:
    screen.page.goto(f"{screen.base}/compare?id=three")
    cell = screen.page.locator(f'.matrix .cell[data-pairing="{PAIRING}"]').first
    cell.focus()
    screen.page.keyboard.press("Enter")

    expect(screen.page.locator("#pairing-head .member-a")).to_have_text("西区")
    assert f"id={PAIRING}" in screen.address


@BOTH
def test_counterparts_side_by_side_in_either_language(screen: Screen, lang: Lang, size: str) -> None:
    words, page = catalogue(lang), screen.page
    page.goto(f"{screen.base}/pairing?id=far")
    page.get_by_role("button", name=words["compare.go"]).click()
    expect(page.locator("#compare .mixes tbody tr")).to_have_count(2)
    expect(page.locator("#compare .mixes tbody tr").first).to_contain_text(words["compare.industry_shared"])
    expect(page.locator("#compare .mix-said")).to_contain_text("0.5")
    expect(page.locator(".park-list").first).to_contain_text("Leaf")
    sideways = "document.documentElement.scrollWidth"
    assert page.evaluate(sideways) <= {"wide": 1440, "narrow": 390}[size]

    other: Lang = "en" if lang == "zh" else "zh"
    page.get_by_role("button", name=words["other_language"], exact=True).click()

    expect(page.locator(".mixes thead")).to_contain_text(catalogue(other)["compare.industry"])
    assert screen.address.startswith("/compare?id=far")


def test_an_item_of_the_programme_has_a_place_with_an_address(screen: Screen) -> None:
    screen.page.goto(f"{screen.base}/programme")
    screen.page.get_by_role("button", name=catalogue("zh")["programme.map"]).click()
    screen.settled()

    assert re.search(r"at=-?\d+\.\d+,-?\d+\.\d+", screen.address)
    screen.page.wait_for_function(
        "(([lng, lat]) => bordergap.maplibre.getCenter().distanceTo({ lng, lat }) < 50)(bordergap.now().at)"
    )


def test_pages_that_lack_their_body_offer_another_try(screen: Screen) -> None:
    for name in ("ledger", "programme", "compare"):
        failing = re.compile(rf"/{name}\.zh\.json")
        screen.page.route(failing, lambda route: route.fulfill(status=503))
        screen.page.goto(f"{screen.base}/{name}")
        told = screen.page.locator(f"#{name}").get_by_role("alert")
        expect(told).to_contain_text(catalogue("zh")[f"again.{name}"])

        screen.page.unroute(failing)
        told.get_by_role("button").click()

        expect(told).to_have_count(0)
    screen.wrong[:] = [said for said in screen.wrong if "503" not in said]
