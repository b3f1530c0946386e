"""A border on a page of another origin, the menu that gives it out, and briefing."""

from __future__ import annotations

import functools
import http.server
import re
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import shown_world
from playwright.sync_api import expect
from werkzeug.serving import make_server

from dashboard.app import create_app
from dashboard.embed import addresses_of, new_embed
from dashboard.results import ResultsCache

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Screen
    from playwright.sync_api import Page

LOOPBACK = "127.0.0.1"
PAIRING = shown_world.PAIRING


class _Portal(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Serve a folder as another origin; gives its address."""
    folder = tmp_path / "portal"
    folder.mkdir()
    server = http.server.ThreadingHTTPServer((LOOPBACK, 0), functools.partial(_Portal, directory=folder))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://{LOOPBACK}:{server.server_port}", folder
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_listed_page_shows_the_border_and_the_refusal(
    page: Page, portal: tuple[str, Path], tmp_path: Path
) -> None:
    origin, folder = portal
    workspace = shown_world.make(tmp_path / "world")
    (workspace.path / "display.toml").write_text(f'frame_ancestors = ["{origin}"]')
    server = make_server(LOOPBACK, 0, create_app(workspace.path).server, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    root = f"http://{LOOPBACK}:{server.server_port}/"
    results = ResultsCache(workspace.path).current()
    link, token = new_embed(results, PAIRING, lang="zh", lasts_s=3600)
    frame = addresses_of(root, results, link, token).iframe
    (folder / "index.html").write_text(f'<link rel="icon" href="data:,"><body>{frame}', encoding="utf-8")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))

    page.goto(f"{origin}/")
    inner = page.frame_locator("iframe")
    expect(inner.get_by_role("heading", level=1)).to_contain_text("西区")
    drawn = inner.locator("figure svg.map")
    before = drawn.locator(".geo").get_attribute("transform")
    drawn.focus()
    page.keyboard.press("+")
    expect(drawn.locator(".geo")).not_to_have_attribute("transform", before or "")
    inner.locator(".switches summary").click()
    roads = drawn.locator(".layer-roads")
    expect(roads).to_have_css("display", "inline")
    inner.locator("input[data-switch=roads]").uncheck()
    expect(roads).to_have_css("display", "none")
    mark = drawn.locator(".gap-mark").last
    mark.click(force=True)
    expect(inner.locator("li.chosen")).to_have_attribute("data-gap", mark.get_attribute("data-gap") or "")
    inner.locator("li .pick").last.click()
    expect(inner.locator("li").last).to_have_class("chosen")
    assert inner.locator("body").evaluate("() => window.__pwned") is None
    assert said == []

    workspace.embeds.revoke(link.id)
    page.reload()
    expect(inner.get_by_role("heading").first).to_have_text("链接已停用")
    expect(inner.locator("img, svg, script")).to_have_count(0)

    (workspace.path / "display.toml").unlink()  # nobody may any more: the browser shows nothing of it
    page.reload()
    page.wait_for_timeout(500)
    assert all(urlsplit(each.url).path != f"/embed/{PAIRING}" for each in page.frames[1:])
    server.shutdown()
    thread.join()
    server.server_close()


def test_share_gives_a_report_and_a_link_that_opens(screen: Screen) -> None:
    page = screen.page
    screen.open(f"/pairing?id={PAIRING}&severity=10")
    page.locator("#share > summary").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="PDF").click()
    assert re.fullmatch(r"bordergap-A--B-\w+\.pdf", download.value.suggested_filename)
    assert download.value.path().read_bytes().startswith(b"%PDF")

    page.locator(".share-form button").click()
    link = page.locator(".share-copy input").last
    expect(link).to_have_value(re.compile(r"/embed/A--B\?token="))
    assert page.request.get(link.input_value()).ok
    page.keyboard.press("Escape")
    expect(page.locator("#share-body")).to_be_hidden()


def test_the_ledger_hands_on_what_filters_it(screen: Screen) -> None:
    page = screen.page
    page.goto(f"{screen.base}/ledger?id={PAIRING}&severity=10&status=assigned,found&who=x&lang=en")
    page.locator("#share > summary").click()

    expect(page.locator("#share-body")).to_contain_text("Files do not filter by who is responsible")
    rows = page.locator(".share-files")
    for row, part in ((rows.first, "/report/A--B.pdf?"), (rows.last, "/gaps.xlsx?")):
        page.route("**/*.*?lang=en&*", lambda route: route.abort())
        with page.expect_request(lambda request, part=part: part in request.url) as asked:
            row.get_by_role("button").first.click()
        assert "severity=10&" in asked.value.url
        assert asked.value.url.endswith("status=assigned,found")
    page.unroute_all(behavior="ignoreErrors")
    screen.wrong.clear()  # what was asked for never came


def test_a_file_that_is_being_made_can_be_called_off(screen: Screen) -> None:
    page = screen.page
    screen.open(f"/pairing?id={PAIRING}")
    page.route("**/report/**", lambda _route: None)  # it never comes
    page.locator("#share > summary").click()
    button = page.locator(".share-body .file").first

    button.click()
    expect(button).to_have_text("取消")
    button.click()
    expect(button).to_have_text("PDF")
    page.unroute_all(behavior="ignoreErrors")


def test_the_overview_gives_an_atlas_and_tells_how_far_it_is(screen: Screen) -> None:
    page = screen.page
    screen.open("/?district=B")
    share = page.locator("#share > summary")
    share.click()
    button = page.locator(".share-files").first.get_by_role("button", name="HTML")
    with page.expect_download() as download:
        button.click()
        share.click()  # what is being made is made, and there again when the menu is
        share.click()
        expect(page.locator(".share-files .busy")).to_have_text(re.compile("取消$"))
    expect(button).to_be_visible()
    assert download.value.suggested_filename == "bordergap-atlas.html"
    found = download.value.path().read_text(encoding="utf-8")
    assert PAIRING in found
    assert "A--C" not in found


def test_an_atlas_can_be_called_off(screen: Screen) -> None:
    page = screen.page
    screen.open("/")
    page.locator("#share > summary").click()
    row = page.locator(".share-files").first
    row.get_by_role("button", name="PDF").click()
    row.locator(".busy").click()
    expect(row.get_by_role("button", name="PDF")).to_be_visible()


@pytest.mark.usefixtures("size")
def test_briefing_goes_from_gap_to_gap(screen: Screen) -> None:
    page = screen.page
    screen.open(f"/pairing?id={PAIRING}&brief=1")
    briefing = page.locator("#briefing")
    count = briefing.locator(".brief-count")
    expect(count).to_have_text(re.compile(r"^1 / [2-9]"))
    first = briefing.locator(".brief-sentence").inner_text()
    expect(page.locator(".topbar")).to_be_hidden()

    page.keyboard.press("ArrowRight")
    expect(count).to_have_text(re.compile(r"^2 /"))
    assert briefing.locator(".brief-sentence").inner_text() != first
    page.keyboard.press("ArrowLeft")
    expect(briefing.locator(".brief-sentence")).to_have_text(first)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.keyboard.press("Escape")

    expect(briefing).to_be_hidden()
    assert "brief" not in screen.address
    assert "gap=" in screen.address  # the gap stays chosen
