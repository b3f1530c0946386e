"""A report as an HTML file, opened from its folder without network, with names that mean harm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import reported_world
from playwright.sync_api import expect

from dashboard.export.report import report_of
from dashboard.export.report_files import write_report
from dashboard.gap_filters import Filters
from dashboard.results import ResultsCache

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from dashboard.export.report_model import Report
    from layers.wording import Lang

PAIRING = "A--B"
HOSTILE = {
    "A": "</script><script>window.__pwned=1</script><img src=x onerror=window.__pwned=1>😀",
    "B": f"<!--<script> \u2028 \"'&lt;b&gt; {reported_world.LONG}",
    "C": reported_world.HOSTILE["C"],
}
FILTERS = Filters(min_severity=20)


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Report]]:
    """Write a report in both languages; return file and model by language."""
    folder = tmp_path_factory.mktemp("paged")
    workspace = reported_world.make(folder / "world")
    reported_world.rename(workspace, HOSTILE)
    results = ResultsCache(workspace.path).current()
    langs: tuple[Lang, ...] = ("zh", "en")
    written: dict[str, tuple[Path, Report]] = {}
    for lang in langs:
        report = report_of(results, [PAIRING, "all", "../far=1"], lang=lang, filters=FILTERS)
        write_report(report, results, folder / f"{lang}.html")
        written[lang] = (folder / f"{lang}.html", report)
    return written


@pytest.fixture
def wrong(page: Page) -> Iterator[list[str]]:
    """Collect what a page may not do: complain, ask for anything, open dialogs, run what names say."""
    found: list[str] = []
    page.context.set_offline(True)
    page.on("console", lambda said: found.append(said.text))
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("dialog", lambda dialog: found.append(f"dialog {dialog.message}"))
    page.on(
        "request",
        lambda asked: None if asked.is_navigation_request() else found.append(f"asks {asked.url}"),
    )
    yield found
    assert page.evaluate("window.__pwned") is None
    assert found == []


def chapter_of(page: Page, number: int) -> Locator:
    return page.locator(f"#chapter-{number}")


def ids(rows: Locator) -> list[Any]:
    return [row.get_attribute("data-gap") for row in rows.all()]


@pytest.mark.usefixtures("size")
def test_a_file_shows_filters_and_chooses(
    page: Page, reported: dict[str, tuple[Path, Report]], wrong: list[str], lang: str
) -> None:
    path, report = reported[lang]
    findings = report.chapters[0].findings
    assert 1 < len(findings) < report.chapters[0].all_gaps
    page.goto(path.as_uri())
    chapter = chapter_of(page, 1)
    rows, marks = chapter.locator("tr.gap"), chapter.locator("g.gap-mark")

    # What is listed is what passes the filters, in its order; every name is legible as it is.
    expect(rows).to_have_count(len(findings))
    assert ids(rows) == [one.gap_id for one in findings]
    expect(chapter.locator(".sides")).to_contain_text(HOSTILE["A"])
    assert page.evaluate("document.documentElement.scrollWidth") == page.evaluate("window.innerWidth")

    # A row chooses its mark, and a mark its row.
    located = [
        one.gap_id for one in findings if marks.locator(f"xpath=self::*[@data-gap='{one.gap_id}']").count()
    ]
    chosen = located[-1]
    chapter.locator(f"tr.gap[data-gap='{chosen}'] button.open").click()
    expect(chapter.locator("g.gap-mark.chosen")).to_have_attribute("data-gap", chosen)
    expect(chapter.locator("tr.detail:visible")).to_contain_text(f"{report.chapters[0].sides[0].name}")
    chapter.locator(f"tr.gap[data-gap='{chosen}'] button.open").click()
    expect(chapter.locator("tr.detail:visible")).to_have_count(0)
    chapter.locator("svg.map").scroll_into_view_if_needed()
    place = chapter.locator(f"g.gap-mark[data-gap='{located[0]}'] path").bounding_box()
    assert place is not None
    page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    expect(chapter.locator("tr.gap.chosen")).to_have_count(1)

    # A layer switched off is gone; a filter takes rows and marks away.
    border = chapter.locator("g.layer-segments")
    expect(border).to_have_css("display", "inline")
    chapter.locator("input[data-switch='segments']").uncheck()
    expect(border).to_have_css("display", "none")
    domain = findings[0].domain
    chapter.locator(f".domain input[value='{domain}']").check()
    wanted = [one.gap_id for one in findings if one.domain == domain]
    assert ids(rows) == wanted
    assert set(ids(chapter.locator("g.gap-mark:not(.away)"))) == set(wanted) & set(located)
    chapter.locator("button.reset").click()
    expect(rows).to_have_count(len(findings))
    assert wrong == []


def test_a_map_zooms_and_chapters_follow_the_address(
    page: Page, reported: dict[str, tuple[Path, Report]], wrong: list[str]
) -> None:
    path, report = reported["zh"]
    page.goto(path.as_uri())
    chapter = chapter_of(page, 1)
    geo, bar = chapter.locator("g.geo"), chapter.locator(".bar-text")
    before, scale = geo.get_attribute("transform"), bar.text_content()
    chapter.locator("svg.map").focus()
    for _ in range(4):
        page.keyboard.press("+")
    expect(geo).not_to_have_attribute("transform", str(before))
    expect(bar).not_to_have_text(str(scale))
    page.keyboard.press("0")
    expect(geo).to_have_attribute("transform", str(before))

    page.locator(".contents a").nth(2).click()
    expect(chapter).to_be_hidden()
    far = chapter_of(page, 3)
    expect(far.locator("h2")).to_have_text(report.chapters[2].title)
    assert report.chapters[2].comparison is not None
    expect(far.locator("table.comparison tbody tr")).to_have_count(len(report.chapters[2].comparison.rows))
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    for number, each in enumerate(report.chapters, start=1):
        expect(chapter_of(page, number)).to_be_visible()
        expect(chapter_of(page, number).locator("tr.gap")).to_have_count(len(each.findings))
    assert wrong == []
