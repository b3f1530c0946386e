"""Reports as PDF, read by another program: all that is listed stands there, nothing else, inside its page."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Any

import pypdfium2
import pytest
import reported_world
import shown_world
from matplotlib.ft2font import FT2Font

from dashboard.export import pdf, typesetting
from dashboard.export.cartography.lettering import FAMILIES, UNKNOWN, drawable
from dashboard.export.report import report_of
from dashboard.export.report_files import render, write_report
from dashboard.export.report_pictures import pictures_of
from dashboard.gap_filters import Filters
from dashboard.i18n import catalogue
from dashboard.results import Results, ResultsCache
from layers.run import analyse

if TYPE_CHECKING:
    from pathlib import Path

    from dashboard.export.report_model import Picture, Report

PAIRING = "A--B"
MARGIN_PT = 18 / 25.4 * 72
FOOT_PT = 20 / 25.4 * 72  # below it stands what every page has
BLANK = b'<svg xmlns="http://www.w3.org/2000/svg" width="10mm" height="6mm"><path d="M0 0H9V5z"/></svg>'
NEVER_SEEN = re.compile("[\\s\u200b\ufffe\u202e]+")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return reported_world.make(tmp_path_factory.mktemp("printed") / "world").path


@pytest.fixture
def results(world: Path) -> Results:
    return ResultsCache(world).current()


@pytest.fixture
def blank_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the pictures empty, where a test is about the pages."""

    def drawn(report: Any, _results: Results, folder: Path, _progress: Any) -> dict[Picture, str]:
        (folder / "blank.svg").write_bytes(BLANK)
        return dict.fromkeys(pictures_of(report), "blank.svg")

    monkeypatch.setattr(pdf, "_draw", drawn)


def pages(data: bytes) -> list[str]:
    """Return the text of each page, without spaces and breaks, which depend on where lines end."""
    document = pypdfium2.PdfDocument(data)
    return [NEVER_SEEN.sub("", page.get_textpage().get_text_range()) for page in document]


def dense(text: str) -> str:
    """Return what is to be found in `pages`: one mark stands for letters without type."""
    return NEVER_SEEN.sub("", drawable(text))


def test_everything_listed_is_printed_with_its_maps(results: Results) -> None:
    report = report_of(results, [PAIRING], lang="zh", filters=Filters(min_severity=50))
    (chapter,) = report.chapters
    assert 0 < len(chapter.findings) < chapter.all_gaps
    printed = pages(render(report, results, ".pdf"))
    text = "".join(printed)

    assert all(dense(finding.sentence) in text for finding in chapter.findings)
    left_out = report_of(results, [PAIRING], lang="zh").chapters[0].findings[len(chapter.findings) :]
    assert not any(dense(finding.sentence) in text for finding in left_out)
    for number, page in enumerate(printed, start=1):
        assert f"第{number}页/共{len(printed)}页" in page
        assert dense(report.review.text) in page
        assert dense(report.mark) in page
    assert dense(report.filtered) in text
    assert all(dense(fact.value) in printed[0] for fact in chapter.facts)


@pytest.mark.usefixtures("blank_pictures")
def test_names_stay_text_and_inside_the_page(world: Path, results: Results) -> None:
    before = dict(zip(results.districts["district_id"], results.districts["name"], strict=True))
    reported_world.rename(results.workspace, reported_world.HOSTILE)
    try:
        hostile = ResultsCache(world).current()
        data = render(report_of(hostile, [PAIRING, "A--C", "all"], lang="en"), hostile, ".pdf")
    finally:
        reported_world.rename(results.workspace, before)

    text = "".join(pages(data))
    for name in ("A", "B"):
        assert dense(reported_world.HOSTILE[name]) in text
    assert dense("#panic() [] {}") in text
    letters = set(reported_world.HOSTILE["C"])
    assert letters - {" "} <= set(text)  # read from the right: the order of the letters is the reader's
    require_inside(data)


@pytest.mark.usefixtures("blank_pictures")
def test_the_last_page_holds_more_than_a_few_lines(
    results: Results, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    report = report_of(results, [PAIRING], lang="zh")
    with monkeypatch.context() as loose:
        loose.setattr(typesetting, "LEAST_MM", 0.0)
        # Settings are what a report can have any number of: as many more as make the last page begin.
        for more in range(80):
            longer = with_settings(report, more)
            path = tmp_path / f"{more}.pdf"
            write_report(longer, results, path)
            before = end_of(path)
            if before[1] < 60:
                break
    write_report(longer, results, tmp_path / "fitted.pdf")

    assert before[1] < 60
    assert end_of(tmp_path / "fitted.pdf")[0] == before[0] - 1


def with_settings(report: Report, more: int) -> Report:
    settings = report.appendix.settings
    longer = (*settings, *settings[:1] * more)
    return dataclasses.replace(report, appendix=dataclasses.replace(report.appendix, settings=longer))


def end_of(path: Path) -> tuple[int, float]:
    """Return how many pages there are, and how far down the last one text goes, millimetres."""
    document = pypdfium2.PdfDocument(path)
    page = document[len(document) - 1]
    shown, height = page.get_textpage(), page.get_size()[1]
    bottoms = (shown.get_rect(rect)[1] for rect in range(shown.count_rects()))
    used = max(height - bottom for bottom in bottoms if bottom > FOOT_PT)
    return len(document), used / 72 * 25.4


@pytest.mark.usefixtures("blank_pictures")
def test_no_letter_is_an_empty_box(world: Path, results: Results) -> None:
    before = dict(zip(results.districts["district_id"], results.districts["name"], strict=True))
    names = {"A": "West 🚧🙂 𓀀𓀁 end", "B": "الشرق (שלום 12) 😀 東\U00020000", "C": "南县"}
    reported_world.rename(results.workspace, names)
    try:
        hostile = ResultsCache(world).current()
        data = render(report_of(hostile, [PAIRING], lang="zh"), hostile, ".pdf")
    finally:
        reported_world.rename(results.workspace, before)

    text = "".join(pages(data))
    known = {chr(code) for path in FAMILIES.values() for code in FT2Font(str(path)).get_charmap()}
    assert set(text) <= known
    assert {*"الشرقשלום😀東"} <= set(text)  # as far as the type has them they are shown
    assert f"West🚧🙂{UNKNOWN}end" in text  # for the others stands one mark a word


@pytest.mark.usefixtures("blank_pictures")
def test_lists_of_evidence_with_long_cells_stay_inside_the_page(results: Results) -> None:
    report = report_of(results, [PAIRING], lang="zh")
    (chapter,) = report.chapters
    cell = "位于 107.83509, 29.61269; 名称 双河—接龙公路; 路线编号 X296; 编号 geonames-1801859"
    rows = [[cell, cell, "geonames-1801859", "36,862 people", "同名", "r1"]]
    pairs = {"label": "路段", "heads": ["甲", "乙", "编号", "人口", "怎样相接", "Cannot reach any"]}
    worst = dataclasses.replace(chapter.worst[0], evidence=({**pairs, "rows": rows, "more": 0},))
    told = dataclasses.replace(report, chapters=(dataclasses.replace(chapter, worst=(worst,)),))

    data = render(told, results, ".pdf")
    require_inside(data)
    assert dense(cell) in "".join(pages(data))


def require_inside(data: bytes) -> None:
    """Check that nothing stands in the margins."""
    for page in pypdfium2.PdfDocument(data):
        shown = page.get_textpage()
        width, height = page.get_size()
        for rect in range(shown.count_rects()):
            left, bottom, right, top = shown.get_rect(rect)
            assert left >= MARGIN_PT - 1
            assert right <= width - MARGIN_PT + 1
            assert 0 < bottom < top < height


@pytest.mark.usefixtures("blank_pictures")
def test_how_firm_a_gap_is_stands_with_it(tmp_path: Path) -> None:
    workspace = shown_world.make(tmp_path / "varied")
    analyse(workspace, engine="serial", stability=True)
    varied = ResultsCache(workspace.path).current()
    report = report_of(varied, [PAIRING], lang="zh")
    text = "".join(pages(render(report, varied, ".pdf")))

    (chapter,) = report.chapters
    firm = dict(zip(varied.gaps["gap_id"], varied.gaps["stability"] * varied.gaps["runs"], strict=True))
    for finding in chapter.findings:
        assert f"有 {round(firm[finding.gap_id])} 次" in finding.stability
        said = dense(f"参数变动时：{finding.stability}")
        assert text.count(said) >= 1 + (finding in chapter.worst)


@pytest.mark.usefixtures("blank_pictures")
def test_what_was_all_computed_takes_no_page(results: Results) -> None:
    report = report_of(results, [PAIRING], lang="en")
    chapters = tuple(dataclasses.replace(chapter, not_computed=()) for chapter in report.chapters)
    printed = pages(render(dataclasses.replace(report, chapters=chapters), results, ".pdf"))

    said = dense(catalogue("en")["report.all_computed"])
    (page,) = (page for page in printed if said in page)
    assert dense(chapters[0].findings[0].sentence) in page
    assert not any(dense(catalogue("en")["report.missing"]) in page for page in printed)


@pytest.mark.usefixtures("blank_pictures")
def test_the_contents_of_an_atlas_name_the_pages(results: Results) -> None:
    ids = list(results.members)
    report = report_of(results, ids, lang="en")
    data = render(report, results, ".pdf")
    printed = pages(data)

    assert [chapter.pairing_id for chapter in report.chapters] == ids
    contents = printed[1]
    first = [
        next(
            number
            for number, page in enumerate(printed[3:], start=4)
            if page.count(dense(chapter.summary[0]))
        )
        for chapter in report.chapters
    ]
    assert first == sorted(set(first))
    for number, (chapter, page) in enumerate(zip(report.chapters, first, strict=True), start=1):
        row = rf"{number}{re.escape(dense(chapter.title))}.{{0,30}}?{page}({number + 1}\D|Appendix)"
        assert re.search(row, contents)
    outline = [mark.get_title() for mark in pypdfium2.PdfDocument(data).get_toc()]
    titles = [drawable(chapter.title) for chapter in report.chapters]
    assert [title for title in outline if title in titles] == titles


@pytest.mark.usefixtures("blank_pictures")
def test_a_report_has_alternatives_for_screen_readers(results: Results, tmp_path: Path) -> None:
    report = report_of(results, [PAIRING], lang="zh")
    files = pdf._draw(report, results, tmp_path, None)  # noqa: SLF001
    # The typesetter checks: it stops where a picture has no words, a heading no name, the text no language.
    pdf._set(report, files, tmp_path, tmp_path / "ua.pdf", pdf_standards="ua-1")  # noqa: SLF001
    assert b"pdfuaid" in (tmp_path / "ua.pdf").read_bytes()


@pytest.mark.usefixtures("blank_pictures")
def test_the_same_results_make_the_same_file(results: Results, tmp_path: Path) -> None:
    for name in ("one.pdf", "two.pdf"):
        write_report(report_of(results, [PAIRING], lang="zh"), results, tmp_path / name)

    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()


def test_every_text_of_the_templates_is_in_the_catalogues() -> None:
    said = "".join(path.read_text(encoding="utf-8") for path in pdf.TEMPLATES.glob("*.typ"))
    used = {*re.findall(r"\bw\.([a-z_]+)\b", said), *re.findall(r'w\.at\("([a-z_.]+)"\)', said)} - {"at"}

    assert used
    for lang in ("zh", "en"):
        assert {f"report.{name}" for name in used} <= catalogue(lang).keys()
