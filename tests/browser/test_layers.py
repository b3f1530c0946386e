"""The layers of the map: switched, faded and asked about, by hand and by keyboard, whole and as tiles."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect
from shown_world import PAIRING

from dashboard.i18n import catalogue
from dashboard.maps import tiles

if TYPE_CHECKING:
    import pytest
    from conftest import Screen

WORDS = catalogue("zh")


def visibility(layer: str) -> str:
    return f"bordergap.maplibre.getLayoutProperty('{layer}', 'visibility')"


def test_a_layer_is_fetched_once_and_stays_from_page_to_page(screen: Screen) -> None:
    screen.open(f"/pairing?id={PAIRING}")
    asked: list[str] = []
    screen.page.on(
        "request", lambda request: asked.append(request.url) if "/roads.json" in request.url else None
    )
    roads = screen.page.locator("#layers").get_by_role("checkbox", name="道路")

    with screen.page.expect_request(re.compile(r"/layers/[0-9a-f]{16}/roads\.json")):
        roads.check()
    roads.uncheck()
    screen.page.wait_for_function(f"{visibility('roads')} === 'none'")
    roads.check()
    screen.page.wait_for_function(f"{visibility('roads')} === 'visible'")
    assert "layers=roads" in screen.address

    screen.page.get_by_role("button", name=WORDS["nav.overview"]).click()

    expect(screen.page.locator("#pairings-grid")).to_be_visible()
    expect(roads).to_be_checked()
    assert len(asked) == 1


def test_opacity_by_keyboard_is_part_of_the_address(screen: Screen) -> None:
    screen.open(f"/pairing?id={PAIRING}")
    line = screen.page.locator("#layers li").filter(has=screen.page.locator("#layer-districts"))
    line.get_by_role("button").focus()
    screen.page.keyboard.press("Enter")
    expect(line.locator(".layer-facts")).to_contain_text("drawn by hand")

    line.get_by_role("slider").focus()
    screen.page.keyboard.press("ArrowLeft")
    screen.page.keyboard.press("ArrowLeft")

    screen.page.wait_for_function("bordergap.maplibre.getPaintProperty('districts', 'fill-opacity') === 0.8")
    assert "opacity=districts-80" in screen.address
    screen.page.goto(screen.page.url)
    screen.settled()
    screen.page.wait_for_function("bordergap.maplibre.getPaintProperty('districts', 'fill-opacity') === 0.8")


def test_what_is_found_can_be_hidden_but_not_what_is_chosen(screen: Screen) -> None:
    screen.open(f"/pairing?id={PAIRING}")
    screen.page.locator("#gaps-grid .ag-row").first.click()

    screen.page.locator("#layers").get_by_role("checkbox", name=WORDS["layer.gaps"]).uncheck()

    screen.page.wait_for_function(f"{visibility('gap-marks')} === 'none'")
    assert screen.page.evaluate(visibility("chosen-mark")) != "none"
    assert "hidden=gaps" in screen.address


def test_a_heavy_layer_comes_as_tiles_by_itself(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiles, "LIGHT_ROWS", 1)

    screen.open(f"/pairing?id={PAIRING}&layers=roads")

    screen.page.wait_for_function("Boolean(bordergap.maplibre.getLayer('roads~near'))")
    screen.page.evaluate("() => { bordergap.maplibre.jumpTo({ zoom: 12 }); }")
    drawn = "bordergap.maplibre.querySourceFeatures('roads', { sourceLayer: 'near' }).length > 0"
    screen.page.wait_for_function(drawn)
    expect(screen.page.locator("#layer-roads")).to_be_checked()
    expect(screen.page.locator("#layers li").filter(has_text="道路").locator(".layer-said")).to_be_hidden()
