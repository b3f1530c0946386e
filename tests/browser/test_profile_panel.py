"""The border's profile in a browser: a stretch to look at alone, places on the map; views, and what fails."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from conftest import MARKS_SHOWN
from playwright.sync_api import expect
from shown_world import PAIRING

from dashboard.i18n import catalogue

if TYPE_CHECKING:
    from conftest import Screen
    from playwright.sync_api import Locator

    from layers.wording import Lang

DEAD_END = {"zh": "断头路", "en": "Dead-end road"}  # at km 5 of 10; the wall begins before km 3
WORDS = catalogue("zh")


def drag(screen: Screen, from_km: float, to_km: float) -> None:
    """Drag over the profile from one chainage to another."""
    plot = screen.page.locator("#profile-graph .nsewdrag").first
    expect(plot).to_be_visible()
    box = plot.bounding_box()
    assert box is not None
    xs = [box["x"] + box["width"] * km / 10 for km in (from_km, to_km)]
    screen.page.mouse.move(xs[0], box["y"] + 10)
    screen.page.mouse.down()
    screen.page.mouse.move(xs[1], box["y"] + 12, steps=3)
    screen.page.mouse.up()


def rows(screen: Screen) -> Locator:
    return screen.page.locator("#gaps-grid .ag-row")


def test_a_stretch_is_picked_moved_and_left_again(screen: Screen) -> None:
    screen.open(f"/pairing?id={PAIRING}")
    expect(rows(screen)).to_have_count(3)

    drag(screen, 4.4, 5.6)
    expect(rows(screen)).to_have_count(1)
    expect(rows(screen)).to_contain_text(DEAD_END["zh"])
    shared = screen.address
    assert re.search(r"km=4\.[345]\d?-5\.[567]", shared)
    screen.page.wait_for_function(f"{MARKS_SHOWN} === 1")
    chip = screen.page.locator("#stretch-chip")
    expect(chip).to_contain_text("公里")

    chip.focus()
    screen.page.keyboard.press("ArrowRight")
    expect(chip).not_to_contain_text(re.search(r"km=([\d.]+)", shared)[1])  # type: ignore[index]
    expect(chip).to_be_focused()
    screen.page.keyboard.press("Delete")
    expect(rows(screen)).to_have_count(3)
    assert "km=" not in screen.address


def test_a_stretch_by_its_kilometres_and_words_of_the_list(screen: Screen) -> None:
    screen.open(f"/pairing?id={PAIRING}")
    end = screen.page.get_by_label(WORDS["stretch.to"])
    end.fill("4")
    end.press("Enter")
    expect(screen.page.locator("#stretch-chip")).to_contain_text("0–4")
    expect(rows(screen).filter(has_text=DEAD_END["zh"])).to_have_count(0)
    screen.page.locator("#stretch-chip").click()
    expect(rows(screen)).to_have_count(3)

    screen.page.get_by_label(WORDS["gaps.find"]).fill("断头")
    expect(rows(screen)).to_have_count(1)
    assert "find=" in screen.address
    screen.page.get_by_role("button", name=WORDS["filters.reset"]).click()
    expect(rows(screen)).to_have_count(3)
    expect(screen.page.get_by_label(WORDS["gaps.find"])).to_have_value("")
    expect(screen.page.locator("#new-filter")).to_be_empty()  # there was no earlier run


def test_the_pointer_on_the_profile_is_a_place_on_the_map(screen: Screen) -> None:
    screen.open(f"/pairing?id={PAIRING}")
    expect(screen.page.locator("#profile-graph .nsewdrag").first).to_be_visible()
    at = "km => bordergap.placeAt(bordergap.calls.pairingShown, km)"
    (_, north), (_, middle), (_, south) = (screen.page.evaluate(at, km) for km in (0, 2.5, 10))

    assert north > middle > south
    assert (north - middle) / (north - south) == pytest.approx(0.25, abs=0.001)

    screen.page.locator("#gaps-grid .ag-row").filter(has_text=DEAD_END["zh"]).hover()
    expect(screen.page.locator("#profile-over .over-gap")).to_be_visible()
    screen.page.locator("#profile-graph .nsewdrag").first.hover()
    expect(screen.page.locator("#profile-over .over-values")).to_contain_text("5.0")


def test_across_says_which_way_a_border_shows(screen: Screen, lang: Lang) -> None:
    screen.open(f"/pairing?id={PAIRING}&direction=across&measure=road_local")

    expect(screen.page.locator("#profile-about .verdict")).to_be_visible()
    words = [catalogue(lang)[f"ways.{way}"] for way in ("jump", "depression", "both", "neither")]
    expect(screen.page.locator("#profile-about")).to_contain_text(re.compile("|".join(words)))
    screen.page.locator("#pairing-head .way-jump").click()
    assert "kind=" in screen.address


def test_what_fails_fails_alone_and_can_be_tried_again(screen: Screen) -> None:
    failing = re.compile(r"profiles\.zh\.json")
    screen.page.route(failing, lambda route: route.fulfill(status=404))
    screen.open(f"/pairing?id={PAIRING}")

    expect(screen.page.locator("#profile").get_by_role("alert")).to_contain_text(WORDS["again.profiles"])
    expect(rows(screen)).to_have_count(3)
    screen.page.unroute(failing)
    screen.page.get_by_role("button", name=WORDS["again.try"]).click()
    expect(screen.page.locator("#profile-graph .nsewdrag").first).to_be_visible()
    screen.wrong[:] = [said for said in screen.wrong if "404" not in said]


def test_results_replaced_while_the_page_is_open_are_loaded(screen: Screen) -> None:
    screen.open("/")
    gone = re.compile(r"/pairing\.zh\.json")
    screen.page.route(gone, lambda route: route.fulfill(status=410), times=1)

    screen.page.locator("#pairings-grid .ag-row").first.click()

    expect(rows(screen).first).to_be_visible()
    expect(screen.page.locator("#message")).to_have_text(WORDS["again.renewed"])
    screen.wrong[:] = [said for said in screen.wrong if "410" not in said]


def test_views_are_saved_opened_and_deleted(screen: Screen) -> None:
    screen.open(f"/pairing?id={PAIRING}&domain=roads")
    menu = screen.page.locator("#views")
    menu.locator("summary").click()
    menu.get_by_label(WORDS["views.name"]).fill("<b>道路</b>")
    menu.get_by_role("button", name=WORDS["views.save"]).click()
    expect(menu.get_by_role("link")).to_have_text("<b>道路</b>")

    screen.open("/")
    menu.locator("summary").click()
    menu.get_by_role("link").click()
    expect(rows(screen)).to_have_count(1)
    assert "domain=roads" in screen.address
    menu.locator("summary").click()
    menu.get_by_role("button", name=re.compile(f"^{WORDS['views.delete']}")).click()
    expect(menu.get_by_role("link")).to_have_count(0)
