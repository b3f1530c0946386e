"""Reports as slides, read back: what is listed stands there, native and described, in any template."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
import reported_world
from click.testing import CliRunner
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pptx import Presentation
from pptx.util import Pt

from dashboard.cli import main
from dashboard.export import slides
from dashboard.export.report import report_of
from dashboard.export.report_files import render, write_report
from dashboard.export.slide_text import cut, lines_of
from dashboard.gap_filters import Filters
from dashboard.profiles import profiles_body
from dashboard.results import Results, ResultsCache
from geodata.errors import SourceError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAIRING = "A--B"
UNSEEN = " \x07\ufffe end"  # letters that XML cannot hold


def png() -> bytes:
    """Return a picture of one pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0\0"))
        + chunk(b"IEND", b"")
    )


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return reported_world.make(tmp_path_factory.mktemp("slides") / "world").path


@pytest.fixture
def results(world: Path) -> Results:
    return ResultsCache(world).current()


@pytest.fixture
def blank_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the pictures empty, where a test is about the slides."""

    def drawn(_report: Any, _results: Results, wanted: Any, _progress: Any, *, dpi: float) -> None:
        assert dpi > 200
        for path, _ in wanted.values():
            path.write_bytes(png())

    monkeypatch.setattr(slides, "draw_pictures", drawn)


def made(results: Results, *pairings: str, lang: Any = "zh", filters: Filters | None = None) -> Any:
    report = report_of(results, pairings, lang=lang, filters=filters)
    return Presentation(io.BytesIO(render(report, results, ".pptx")))


def texts(slide: Any) -> list[str]:
    found = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
    tables = [shape.table for shape in slide.shapes if shape.has_table]
    return found + [cell.text_frame.text for table in tables for row in table.rows for cell in row.cells]


def charts(deck: Any) -> Iterator[Any]:
    for slide in deck.slides:
        yield from (shape.chart for shape in slide.shapes if shape.has_chart)


@pytest.mark.usefixtures("blank_pictures")
@pytest.mark.parametrize(
    ("pairing", "lang"), [(PAIRING, "en"), ("A--C", "zh"), ("../far=1", "zh"), ("all", "zh")]
)
def test_a_briefing_is_native_and_says_on_every_slide_what_it_rests_on(
    results: Results, pairing: str, lang: Any
) -> None:
    report = report_of(results, [pairing], lang=lang)
    deck = made(results, pairing, lang=lang)

    assert 5 <= len(deck.slides) <= 8
    assert deck.slide_width / deck.slide_height == pytest.approx(16 / 9)
    for number, slide in enumerate(deck.slides, start=1):
        assert slide.shapes.title.text_frame.text
        told = " ".join(texts(slide))
        assert report.mark in told
        assert report.review.text in told
        noted = slide.notes_slide.notes_text_frame.text
        assert all(mark in noted for mark in report.appendix.marks)
        assert all(source.layer in noted for source in report.appendix.sources)
        for shape in slide.shapes:
            if shape.has_chart or shape.has_table or shape.shape_type == 13:
                assert shape._element._nvXxPr.cNvPr.get("descr"), number  # noqa: SLF001
    summary = deck.slides[1].notes_slide.notes_text_frame.text
    assert all(sentence in summary for sentence in report.chapters[0].summary)
    times: Any = report.made
    core = deck.core_properties
    assert core.created == core.modified == times.replace(tzinfo=None, microsecond=0)
    assert b'typeface="Microsoft YaHei"' in deck.slides[1].part.blob


@pytest.mark.usefixtures("blank_pictures")
def test_the_list_has_what_passes_the_filters(results: Results) -> None:
    filters = Filters(min_severity=50)
    (chapter,) = report_of(results, [PAIRING], lang="zh", filters=filters).chapters
    everything = report_of(results, [PAIRING], lang="zh").chapters[0].findings
    assert 0 < len(chapter.findings) < len(everything)
    deck = made(results, PAIRING, filters=filters)

    (table,) = (shape.table for shape in deck.slides[3].shapes if shape.has_table)
    rows = [[cell.text_frame.text for cell in row.cells] for row in table.rows]
    assert [row[:3] for row in rows[1:]] == [
        [str(finding.rank), f"{finding.severity:.1f}", finding.sentence] for finding in chapter.findings
    ]
    said = "".join(
        text for slide in deck.slides for text in [*texts(slide), slide.notes_slide.notes_text_frame.text]
    )
    assert not any(finding.sentence in said for finding in everything[len(chapter.findings) :])
    assert any(chapter.findings[0].title in slide.shapes.title.text_frame.text for slide in deck.slides)


@pytest.mark.usefixtures("blank_pictures")
def test_a_long_list_says_how_much_of_it_is_shown(results: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.export.slide_pairing.rows_within", lambda *_: 3)
    deck = made(results, PAIRING, lang="en")

    (table,) = (shape.table for shape in deck.slides[3].shapes if shape.has_table)
    assert len(table.rows) == 3
    count = len(results.rows_of("gaps", PAIRING))
    assert any(f"2 of {count} shown" in text for text in texts(deck.slides[3]))


@pytest.mark.usefixtures("blank_pictures")
def test_charts_have_the_values_of_the_profile(results: Results) -> None:
    report = report_of(results, [PAIRING], lang="en")
    profile = report.chapters[0].profiles[0]
    bodies = profiles_body(results, PAIRING, "en")["measurables"]
    body = next(row for row in bodies if row["name"] == profile.measurable)
    domains, along, across = charts(made(results, PAIRING, lang="en"))

    a, b = along.plots[0].series
    assert list(a.values) == body["along"]["a"]
    assert list(b.values) == [None if value is None else -value for value in body["along"]["b"]]
    assert along.value_axis.tick_labels.number_format == "General;General"
    left, right = (list(series.values) for series in across.plots[0].series)
    assert [one if one is not None else other for one, other in zip(left, right, strict=True)] == body[
        "across"
    ]["value"]
    assert sum(domains.plots[0].series[0].values) == len(report.chapters[0].findings)


@pytest.mark.usefixtures("blank_pictures")
def test_names_are_harmless_and_stay_inside(world: Path, results: Results) -> None:
    before = dict(zip(results.districts["district_id"], results.districts["name"], strict=True))
    names = {**reported_world.HOSTILE, "A": reported_world.HOSTILE["B"] + UNSEEN, "B": "=1+1|" + UNSEEN}
    reported_world.rename(results.workspace, names)
    try:
        hostile = ResultsCache(world).current()
        decks = [made(hostile, *ids) for ids in ([PAIRING], ["../far=1"], [PAIRING, "all"])]
    finally:
        reported_world.rename(results.workspace, before)

    for deck in decks:
        width, height = deck.slide_width, deck.slide_height
        for slide in deck.slides:
            for shape in slide.shapes:
                assert 0 <= shape.left <= shape.left + shape.width <= width + Pt(1)
                assert 0 <= shape.top <= shape.top + shape.height <= height + Pt(1)
        for chart in charts(deck):
            book = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob))
            assert not any(cell.data_type == "f" for row in book.active for cell in row)
    assert '=HYPERLINK("http://x")' in " ".join(texts(decks[0].slides[1]))
    assert "=1+1|  end" in "".join(texts(decks[0].slides[0]))


@pytest.mark.usefixtures("blank_pictures")
def test_several_pairings_have_a_slide_each(results: Results) -> None:
    ids = list(results.members)
    report = report_of(results, ids, lang="en")
    deck = made(results, *ids, lang="en")

    titles = [slide.shapes.title.text_frame.text for slide in deck.slides]
    assert titles[2:-1] == [chapter.title for chapter in report.chapters]
    assert report.chapters[0].summary[0] in " ".join(texts(deck.slides[2]))


def template(path: Path, keep: str = "") -> Path:
    """Write a deck of another shape with a slide in it; `keep` the only type of layout, if given.

    The slide then stands in no list, but in the file.
    """
    deck = Presentation()
    deck.slide_width, deck.slide_height = Pt(720), Pt(540)
    slide = deck.slides.add_slide(deck.slide_layouts[0])
    slide.shapes.title.text = "ours, from last year"
    if keep:
        deck.slides._sldIdLst.remove(deck.slides._sldIdLst[0])  # noqa: SLF001
        for layout in list(deck.slide_layouts):
            if layout.element.get("type") != keep:
                deck.slide_layouts.remove(layout)
    deck.save(str(path))
    return path


@pytest.mark.usefixtures("blank_pictures")
@pytest.mark.parametrize("keep", ["", "titleOnly", "obj", "blank"])
def test_a_template_gives_its_layouts_and_none_of_its_slides(world: Path, tmp_path: Path, keep: str) -> None:
    ours = template(tmp_path / "ours.pptx", keep)
    out = tmp_path / "briefing.pptx"
    options = ["--pairing", PAIRING, "--lang", "en", "--template", str(ours), "-o", str(out)]
    result = CliRunner().invoke(main, ["report", str(world), *options])
    assert result.exit_code == 0, result.output

    deck = Presentation(str(out))
    assert (deck.slide_width, deck.slide_height) == (Pt(720), Pt(540))
    types = [slide.slide_layout.element.get("type") for slide in deck.slides]
    assert types == ([keep] * len(types) if keep else ["title", *["titleOnly"] * (len(types) - 1)])
    told = " ".join(text for slide in deck.slides for text in texts(slide))
    assert "ours, from last year" not in told
    assert "In one minute" in told
    assert b"ours, from last year" not in b"".join(
        zipfile.ZipFile(out).read(name) for name in zipfile.ZipFile(out).namelist()
    )
    for slide in deck.slides:
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.left + shape.width <= Pt(721)
            assert shape.top + shape.height <= Pt(541)


@pytest.mark.usefixtures("blank_pictures")
def test_a_template_that_cannot_be_used_says_why(results: Results, tmp_path: Path) -> None:
    report = report_of(results, [PAIRING], lang="en")
    text, macros, other = (tmp_path / name for name in ("text.pptx", "macros.pptx", "other.pptx"))
    text.write_text("no slides")
    template(macros)
    with zipfile.ZipFile(macros, "a") as package:
        package.writestr("ppt/vbaProject.bin", b"x")
    with zipfile.ZipFile(other, "w") as package:
        package.writestr("word/document.xml", b"<x/>")
    out = tmp_path / "out.pptx"
    for path, said in ((text, "no .pptx file"), (macros, "macros"), (other, "no presentation")):
        with pytest.raises(SourceError, match=f"{path.name} cannot be used(.|\n)*{said}"):
            write_report(report, results, out, template=path)
    with pytest.raises(UsageError, match="template"):
        write_report(report, results, tmp_path / "out.pdf", template=template(tmp_path / "fine.pptx"))
    assert not list(tmp_path.glob("*out*"))
    assert not list(tmp_path.glob(".*"))


def test_maps_are_pictures_of_their_place(results: Results) -> None:
    deck = made(results, PAIRING, lang="en")

    pictures = [shape for slide in deck.slides for shape in slide.shapes if shape.shape_type == 13]
    assert len(pictures) == 1 + sum(
        slide.shapes.title.text_frame.text[:2] in ("1.", "2.") for slide in deck.slides
    )
    for shape in pictures:
        width, height = shape.image.size
        assert width > 1000
        assert width / height == pytest.approx(shape.width / shape.height, rel=0.01)


@examples(max_examples=60)
@given(st.text(max_size=300), st.floats(40, 400), st.integers(1, 4))
def test_a_text_that_is_cut_fits_its_lines(text: str, width: float, lines: int) -> None:
    kept = cut(text, 12, width, lines)

    assert lines_of(kept, 12, width) <= lines or len(kept) <= 2
    assert kept == text or text.startswith(kept.removesuffix("…"))
