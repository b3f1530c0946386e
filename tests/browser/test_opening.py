"""A border is opened: what is painted meanwhile, what is laid out for it, what the overview made ready."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conftest import MARKS_SHOWN
from playwright.sync_api import expect
from shown_world import PAIRING

from dashboard.i18n import catalogue

if TYPE_CHECKING:
    from conftest import Screen

HOLD_MS = 1000  # as in assets/map.js
# From now on, note when a frame is painted of what is not all laid out, and which sources are told anew.
WATCHED = """() => {
  const map = bordergap.maplibre;
  const prototype = Object.getPrototypeOf(map.painter);
  const { render } = prototype;
  const begin = performance.now();
  window.unfinished = [];
  prototype.render = function (...given) {
    if (!map.style.loaded()) window.unfinished.push(performance.now() - begin);
    return render.apply(this, given);
  };
  window.told = new Set();
  map.on("sourcedata", (event) => event.sourceDataType === "content" && window.told.add(event.sourceId));
}"""
WARMED = """Object.keys(bordergap.maplibre.painter.cache).some((name) => name.startsWith("symbolIcon"))"""
OF_PAIRINGS = ["members", "segments", "gaps", "chosen"]
LEFT = """(names) => names.flatMap((source) => bordergap.maplibre.querySourceFeatures(source)).length"""
CHOSEN = """bordergap.maplibre.querySourceFeatures("chosen")
  .map((feature) => feature.properties.number).join()"""


def test_programs_are_made_while_the_overview_is_at_rest(screen: Screen) -> None:
    """By shapes that are gone before a border is opened."""
    screen.open("/")

    screen.page.wait_for_function(WARMED)

    screen.page.wait_for_function(f"!({LEFT})({OF_PAIRINGS})")


def test_a_border_is_painted_once_all_of_it_is_laid_out(screen: Screen) -> None:
    screen.open("/")
    screen.page.wait_for_function(WARMED)
    screen.page.wait_for_function(f"!({LEFT})({OF_PAIRINGS})")
    before = screen.page.evaluate("bordergap.maplibre.getContainer().clientHeight")

    screen.page.evaluate(WATCHED)
    screen.page.evaluate(f"bordergap.open('{PAIRING}')")
    # Marks alone tell nothing: those that made the programs may be on the map still.
    screen.page.wait_for_function(f"bordergap.calls.pairingShown?.id === '{PAIRING}' && {MARKS_SHOWN} > 0")

    height = screen.page.evaluate("bordergap.maplibre.getContainer().clientHeight")
    canvas = screen.page.evaluate("bordergap.maplibre.getCanvas().clientHeight")
    assert canvas == height < before  # the profile has its place
    unfinished = screen.page.evaluate("window.unfinished")
    # One in the new size, of what was there; and where the machine is slow, the wait has an end.
    assert len([at for at in unfinished if at < HOLD_MS]) <= 1
    assert {"gaps", "members"} <= set(screen.page.evaluate("[...window.told]"))
    assert "borders" not in screen.page.evaluate("[...window.told]")


def test_what_is_listed_under_a_new_heading_is_its_own(screen: Screen) -> None:
    """Nothing of the border before, and not that there were nothing."""
    screen.open(f"/pairing?id={PAIRING}")
    screen.page.locator("#gaps-grid .ag-row").first.wait_for()
    screen.page.evaluate("""() => {
      const head = document.querySelector("#pairing-head");
      const body = document.querySelector("#gaps-grid .ag-body");
      new MutationObserver(() => (window.seen ??= getComputedStyle(body).visibility))
        .observe(head, { childList: true });
    }""")

    screen.page.evaluate("bordergap.open('A--C')")

    screen.page.wait_for_function("window.seen")
    assert screen.page.evaluate("window.seen") == "hidden"
    expect(screen.page.locator("#gaps-grid .ag-row")).to_have_count(0)  # it has none, and says so
    expect(screen.page.locator("#gaps-grid")).to_be_hidden()
    expect(screen.page.locator("#detail .empty")).to_contain_text(catalogue("zh")["detail.no_gaps_listed"])


def test_choosing_a_gap_tells_the_map_of_that_gap_alone(screen: Screen) -> None:
    screen.open(f"/pairing?id={PAIRING}")
    screen.page.wait_for_function(f"{MARKS_SHOWN} > 0")
    screen.page.evaluate(WATCHED)

    screen.page.locator("#gaps-grid .ag-row").first.click()

    screen.page.wait_for_function(f"{CHOSEN}.includes('0')")
    assert screen.page.evaluate("[...window.told]") == ["chosen"]
    screen.page.evaluate("bordergap.go({ gap: '' })")
    screen.page.wait_for_function(f"{CHOSEN} === ''")
