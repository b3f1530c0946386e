"""A stranger finds the worst gap between two districts, understands it, and shares the view."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from conftest import MARKS_SHOWN, SIZES
from playwright.sync_api import expect
from shown_world import HOSTILE, PAIRING

from dashboard.i18n import catalogue, plain

if TYPE_CHECKING:
    from conftest import Screen
    from playwright.sync_api import Route

    from layers.wording import Lang

WALL = {"zh": "公共服务隐形墙", "en": "Invisible wall in services"}
DEAD_END = {"zh": "断头路", "en": "Dead-end road"}
WEST = {"zh": "西区", "en": "West"}


def test_find_the_worst_gap_understand_it_and_share_it(screen: Screen, lang: Lang, size: str) -> None:
    words, page = catalogue(lang), screen.page
    screen.open("/")
    expect(page.get_by_role("heading", name=words["overview.ranking"])).to_be_visible()

    page.locator("#pairings-grid .ag-row").first.click()
    expect(page.locator("#pairing-head .member-a")).to_have_text(WEST[lang])
    told = page.locator("#detail .preview .sentence" if size == "wide" else ".lead-gap")
    expect(told).to_contain_text({"zh": "30 分钟", "en": "30 min"}[lang])  # before any gap is chosen
    page.locator("#gaps-grid .ag-row").first.click()

    detail = page.locator("#detail")
    expect(detail.get_by_role("heading", level=2)).to_contain_text(WALL[lang])
    expect(detail.locator(".sentence")).to_contain_text({"zh": "30 分钟", "en": "30 min"}[lang])
    expect(detail.locator(".side-card-a .side-value")).to_have_text({"zh": "30 分钟", "en": "30 min"}[lang])
    expect(detail.locator(".side-card-b .side-value")).to_have_text({"zh": "2.2 分钟", "en": "2.2 min"}[lang])
    expect(detail.locator(".provenance")).to_have_text(words["provenance.generated_about"])
    expect(detail.locator(".evidence")).to_contain_text(words["evidence.threshold"])
    expect(detail.locator(".sum")).to_contain_text("100 ×")

    shared = page.url
    assert f"id={PAIRING}" in shared
    assert re.search("gap=[0-9a-f]{16}", shared)
    page.goto("about:blank")
    page.goto(shared)
    screen.settled()
    expect(page.locator("#detail").get_by_role("heading", level=2)).to_contain_text(WALL[lang])
    expect(page.locator("#gaps-grid .ag-row-selected")).to_have_count(1)
    if size == "narrow":
        page.locator("label").filter(has_text=words["tab.list"]).click()
        expect(page.locator("#gaps-grid .ag-row-selected")).to_be_visible()


def test_back_goes_where_one_came_from(screen: Screen) -> None:
    screen.open("/")
    screen.page.locator("#pairings-grid .ag-row").first.click()
    expect(screen.page.locator("#pairing-head")).to_be_visible()

    screen.page.go_back()

    expect(screen.page.locator("#pairings-grid")).to_be_visible()
    expect(screen.page.locator("#pairing-head")).to_be_hidden()


@pytest.mark.parametrize("size", ["narrow"], indirect=True)
def test_menus_and_lists_of_a_small_screen_are_within_reach(screen: Screen, size: str) -> None:
    page = screen.page
    screen.open("/")
    page.locator("#views > summary").click()
    expect(page.locator("#views-body input")).to_be_in_viewport(ratio=1)

    screen.open(f"/pairing?id={PAIRING}")
    expect(page.locator("#gaps-grid .ag-row").first).to_be_attached()
    page.locator("#list").evaluate("list => list.scrollTo(0, list.scrollHeight)")
    grid = page.locator("#gaps-grid").bounding_box()
    assert grid
    assert grid["y"] + grid["height"] <= SIZES[size]["height"] + 1


def test_rows_pressed_one_after_another_and_back_again_are_each_shown(screen: Screen) -> None:
    screen.open(f"/pairing?id={PAIRING}")
    rows = screen.page.locator("#gaps-grid .ag-row")
    first, second = rows.nth(0).get_attribute("row-id"), rows.nth(1).get_attribute("row-id")
    assert first != second
    assert first and second  # noqa: PT018

    for number, gap in ((0, first), (1, second), (0, first), (1, second)):
        rows.nth(number).click()
        expect(screen.page).to_have_url(re.compile(f"gap={gap}"))
        expect(screen.page.locator("#detail .gap-id")).to_have_text(gap)
    screen.page.wait_for_timeout(1500)  # late callbacks of the controls have come by now

    assert f"gap={second}" in screen.address
    screen.page.keyboard.press("Escape")


def test_filters_answer_without_the_server(screen: Screen) -> None:
    screen.open(f"/pairing?id={PAIRING}")
    rows = screen.page.locator("#gaps-grid .ag-row")
    expect(rows).to_have_count(3)
    asked: list[str] = []
    screen.page.on("request", lambda request: None if "favicon" in request.url else asked.append(request.url))

    screen.page.get_by_role("checkbox", name=re.compile("道路")).first.check()

    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text(DEAD_END["zh"])
    assert "domain=roads" in screen.address
    assert screen.page.evaluate(MARKS_SHOWN) == 1
    screen.page.get_by_role("button", name=catalogue("zh")["filters.reset"]).click()
    expect(rows).to_have_count(3)
    assert asked == []


def test_an_address_that_dash_is_told_of_again_and_again_is_shown(screen: Screen) -> None:
    """A call that begins while another is under way has Dash leave out what the other returned."""
    screen.open("/")
    expect(screen.page.locator("#pairings-grid .ag-row").first).to_be_visible()

    screen.page.evaluate(
        """pairing => {
          const tell = () => window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
          bordergap.open(pairing);
          bordergap.go({ severity: 5 });
          for (let i = 0; i < 6; i += 1) { window.setTimeout(tell, 7 * i); Promise.resolve().then(tell); }
        }""",
        PAIRING,
    )

    expect(screen.page.locator("#gaps-grid .ag-row")).to_have_count(3)
    expect(screen.page.locator("#severity-said")).to_have_text("≥ 5")
    assert screen.page.evaluate("dash_component_api.getLayout('state').props.data.severity") == 5


def test_a_border_that_comes_late_leaves_the_next_one_alone(screen: Screen) -> None:
    held: list[Route] = []
    slow = re.compile(r"/pairing\.zh\.json\?id=A--C")
    screen.page.route(slow, lambda route: held.append(route))  # noqa: PLW0108  # it is marked
    screen.open("/")
    expect(screen.page.locator("#pairings-grid .ag-row").first).to_be_visible()
    screen.page.evaluate("bordergap.open('A--C')")
    expect(screen.page.locator("#list .only-pairing")).to_be_visible()
    screen.page.wait_for_timeout(500)  # Dash is told of it without what there is to show

    screen.page.evaluate("pairing => bordergap.go({ pairing, brief: true }, true)", PAIRING)
    expect(screen.page.locator("#briefing .brief-count")).to_be_visible()
    expect(screen.page.locator("#profile")).not_to_have_attribute("hidden", "")
    assert held
    for route in held:
        route.continue_()
    screen.page.unroute(slow)
    screen.page.wait_for_timeout(1500)

    assert screen.page.locator("#shell").get_attribute("data-brief") == "on"
    expect(screen.page.locator("#profile")).not_to_have_attribute("hidden", "")
    expect(screen.page.locator("#gaps-grid .ag-row")).to_have_count(3)
    assert screen.page.evaluate("bordergap.calls.pairingShown.id") == PAIRING


def place_of_the_dead_end(screen: Screen) -> tuple[float, float]:
    """Return where on the screen its mark stands, shown or not."""
    spot = """() => {
      const features = bordergap.maplibre.queryRenderedFeatures({ layers: ["gap-marks"] });
      const found = features.find((feature) => feature.properties.domain === "roads");
      if (!found) return null;
      const at = bordergap.maplibre.project(found.geometry.coordinates);
      const box = bordergap.maplibre.getCanvas().getBoundingClientRect();
      return [box.left + at.x, box.top + at.y];
    }"""
    screen.page.wait_for_function(f"({spot})() !== null")
    x, y = screen.page.evaluate(spot)
    return x, y


def test_a_mark_on_the_map_is_hovered_and_clicked(screen: Screen) -> None:
    screen.open(f"/pairing?id={PAIRING}")
    x, y = place_of_the_dead_end(screen)

    screen.page.mouse.move(x - 3, y)
    screen.page.mouse.move(x, y)
    expect(screen.page.locator("#map-hint .hint-title")).to_contain_text(DEAD_END["zh"])
    screen.page.mouse.click(x, y)

    expect(screen.page.locator("#detail h2")).to_have_text(DEAD_END["zh"])
    expect(screen.page.locator("#gaps-grid .ag-row-selected")).to_contain_text(DEAD_END["zh"])


def test_filters_leave_the_detail_as_it_stands(screen: Screen) -> None:
    """What is being written beside it stays; its link is that of the view as it is now."""
    screen.open(f"/pairing?id={PAIRING}")
    rows = screen.page.locator("#gaps-grid .ag-row")
    rows.first.click()
    link = screen.page.locator("#detail .gap-id")
    expect(link).to_be_visible()
    screen.page.locator("#follow-up").evaluate("(part) => part.classList.add('as-it-was')")

    screen.page.evaluate("bordergap.go({ severity: 10 })")

    expect(link).to_have_attribute("href", re.compile("severity=10"))
    expect(screen.page.locator("#follow-up.as-it-was")).to_be_visible()
    screen.page.evaluate("bordergap.go({ severity: 0 })")
    rows.nth(1).click()
    expect(screen.page.locator("#follow-up.as-it-was")).to_have_count(0)


def test_a_mark_that_filters_leave_out_is_nowhere(screen: Screen) -> None:
    screen.open(f"/pairing?id={PAIRING}&domain=services")
    x, y = place_of_the_dead_end(screen)
    hint = screen.page.locator("#map-hint")

    screen.page.mouse.move(x - 3, y)
    screen.page.mouse.move(x, y)
    screen.page.wait_for_timeout(300)

    expect(hint).not_to_contain_text(DEAD_END["zh"])
    shown = screen.page.evaluate(MARKS_SHOWN)
    screen.page.evaluate("bordergap.go({ domain: [] })")
    screen.page.mouse.move(x - 3, y)
    screen.page.mouse.move(x, y)
    expect(hint).to_contain_text(DEAD_END["zh"])
    assert screen.page.evaluate(MARKS_SHOWN) > shown


def test_borders_are_coloured_by_what_the_address_says(screen: Screen) -> None:
    """In their states: nothing is laid out again."""
    screen.open("/?metric=people")
    metrics = """[...new Set(bordergap.maplibre.queryRenderedFeatures({ layers: ["borders"] })
      .map((feature) => feature.state.metric))].join()"""
    screen.page.wait_for_function(f"{metrics} === 'people'")
    screen.page.evaluate("""bordergap.maplibre.on("sourcedataloading",
          ({ sourceId }) => (window.laidOut ||= sourceId === "borders"))""")

    screen.page.evaluate("bordergap.go({ metric: 'share' })")

    screen.page.wait_for_function(f"{metrics} === 'share'")
    assert not screen.page.evaluate("window.laidOut")


def test_hostile_names_are_text_everywhere(screen: Screen) -> None:
    screen.open(f"/pairing?id={PAIRING}")
    screen.page.locator("#gaps-grid .ag-row").first.click()
    expect(screen.page.locator("#pairing-head .member-b")).to_have_text(plain(HOSTILE))
    expect(screen.page.locator("#detail .sentence")).to_contain_text("<b>East</b>")
    screen.page.locator("#profile-graph .nsewdrag").first.hover()
    screen.page.locator("#find").click()
    expect(screen.page.get_by_role("option").filter(has_text="<img src=x").first).to_be_visible()
    screen.page.goto(screen.base + "/data")
    expect(screen.page.locator("#document")).to_contain_text("<i>drawn</i> roads")

    assert screen.page.evaluate("window.__pwned") is None


def test_the_keyboard_reaches_every_gap(screen: Screen) -> None:
    screen.open(f"/pairing?id={PAIRING}")
    screen.page.locator("#gaps-grid .ag-row .ag-cell").first.focus()

    screen.page.keyboard.press("ArrowDown")
    screen.page.keyboard.press("Space")

    expect(screen.page.locator("#detail h2")).to_have_text(DEAD_END["zh"])


def test_the_other_language_shows_the_same_view(screen: Screen) -> None:
    screen.open(f"/pairing?id={PAIRING}&domain=roads")

    screen.page.get_by_role("button", name="EN", exact=True).click()

    expect(screen.page.locator("#pairing-head .member-a")).to_have_text(WEST["en"])
    expect(screen.page.locator("#gaps-grid .ag-row")).to_have_count(1)
    assert "lang=en" in screen.address
    assert screen.page.evaluate("document.documentElement.lang") == "en"


def test_dark_and_light(screen: Screen) -> None:
    screen.open("/")
    ground = "bordergap.maplibre.getPaintProperty('ground', 'background-color')"
    light = screen.page.evaluate(ground)

    screen.page.get_by_role("button", name=catalogue("zh")["theme"]).click()

    screen.page.wait_for_function(f"{ground} !== '{light}'")
    assert screen.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(12, 16, 15)"


@pytest.mark.parametrize("page_name", ["data", "method"])
def test_pages_that_are_read(screen: Screen, lang: Lang, page_name: str) -> None:
    screen.page.goto(f"{screen.base}/{page_name}")

    expect(screen.page.get_by_role("heading", level=1)).to_have_text(catalogue(lang)[f"{page_name}.title"])


def test_a_pairing_that_is_not_there_says_so(screen: Screen) -> None:
    screen.page.goto(f"{screen.base}/pairing?id=<b>nobody</b>")

    expect(screen.page.locator("#pairing-head h1")).to_have_text(catalogue("zh")["pairing.missing"])
    screen.wrong[:] = [said for said in screen.wrong if "404" not in said]  # the browser names the address


def test_small_screens_have_no_sideways_scroll(screen: Screen, lang: Lang, size: str) -> None:
    for address in ("/", f"/pairing?id={PAIRING}", "/data", "/method"):
        screen.page.goto(screen.base + address)
        screen.page.wait_for_function("document.querySelector('#shell')?.dataset.page !== undefined")
        if "pairing" in address:
            expect(screen.page.locator("#gaps-grid .ag-row")).to_have_count(3)
            expect(screen.page.locator("#profile")).not_to_have_attribute("hidden", "")
        widest = "Math.max(...[...document.querySelectorAll('#shell > *')].map((part) => part.scrollWidth))"
        assert screen.page.evaluate(widest) <= {"wide": 1440, "narrow": 390}[size]
        assert (
            screen.page.evaluate("document.documentElement.scrollWidth")
            <= {"wide": 1440, "narrow": 390}[size]
        )
        assert screen.page.evaluate("document.documentElement.lang").startswith(lang)
