"""Reports as documents, read back: all that is listed stands there, headed, captioned and in its language."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
import reported_world
from docx import Document
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st
from test_report_slides import UNSEEN, png

from dashboard.export import document
from dashboard.export.letters import written
from dashboard.export.report import report_of
from dashboard.export.report_files import render
from dashboard.export.report_pictures import pictures_of
from dashboard.gap_filters import Filters
from dashboard.results import Results, ResultsCache

if TYPE_CHECKING:
    from pathlib import Path

PAIRING = "A--B"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return reported_world.make(tmp_path_factory.mktemp("document") / "world").path


@pytest.fixture
def results(world: Path) -> Results:
    return ResultsCache(world).current()


@pytest.fixture(autouse=True)
def blank_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    def drawn(_report: Any, _results: Results, wanted: Any, _progress: Any, *, dpi: float) -> None:
        assert dpi > 100
        for path, _ in wanted.values():
            path.write_bytes(png())

    monkeypatch.setattr(document, "draw_pictures", drawn)


def all_text(pages: Any) -> str:
    return "\n".join(node.text or "" for node in pages.element.iter(qn("w:t")))


def rows_of(pages: Any, head: str) -> list[list[str]]:
    """Return the rows of the one table whose first head is this."""
    (table,) = (table for table in pages.tables if table.rows and table.rows[0].cells[0].text == head)
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None  # noqa: SLF001
    return [[cell.text for cell in row.cells] for row in table.rows[1:]]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_everything_listed_stands_there(results: Results, lang: Any) -> None:
    report = report_of(results, [PAIRING], lang=lang, filters=Filters(min_severity=50))
    (chapter,) = report.chapters
    pages = Document(io.BytesIO(render(report, results, ".docx")))
    text = all_text(pages)

    rows = rows_of(pages, {"zh": "序号", "en": "No."}[lang])
    assert [row[:2] for row in rows] == [[str(one.rank), f"{one.severity:.1f}"] for one in chapter.findings]
    assert [row[2].split("\n")[0] for row in rows] == [one.sentence for one in chapter.findings]
    left_out = report_of(results, [PAIRING], lang=lang).chapters[0].findings[len(chapter.findings) :]
    assert left_out
    assert not any(one.sentence in text for one in left_out)
    assert all(sentence in text for sentence in chapter.summary)
    missing = rows_of(pages, {"zh": "检查", "en": "Check"}[lang])
    assert missing == [[one.check, one.what, one.count, one.reason] for one in chapter.not_computed]
    settings = rows_of(pages, {"zh": "参数", "en": "Parameter"}[lang])
    assert [row[2] for row in settings] == [one.name for one in report.appendix.settings]

    section = pages.sections[0]
    assert report.mark in section.header.paragraphs[0].text
    assert report.review.text in section.footer.paragraphs[0].text
    footer: Any = section.footer._element  # noqa: SLF001
    fields = [field.get(qn("w:instr")) for field in footer.iter(qn("w:fldSimple"))]
    assert fields == ["PAGE", "NUMPAGES"]
    made: Any = pages.core_properties.created
    times: Any = report.made
    assert made.replace(tzinfo=None) == times.replace(tzinfo=None, microsecond=0)
    fonts = pages.styles["Normal"].element.rPr
    assert fonts.find(qn("w:rFonts")).get(qn("w:eastAsia")) == "Microsoft YaHei"
    assert fonts.find(qn("w:lang")).get(qn("w:val")) == {"zh": "zh-CN", "en": "en-US"}[lang]


def test_pictures_have_captions_and_contents_lead_to_headings(results: Results) -> None:
    report = report_of(results, list(results.members), lang="zh")
    pages: Any = Document(io.BytesIO(render(report, results, ".docx")))

    captions = [paragraph for paragraph in pages.paragraphs if paragraph.style.name == "Caption"]
    assert len(captions) == len(pages.inline_shapes) >= len(pictures_of(report))
    assert all(shape._inline.docPr.get("descr") for shape in pages.inline_shapes)  # noqa: SLF001
    marks = {mark.get(qn("w:name")) for mark in pages.element.iter(qn("w:bookmarkStart"))}
    links = {link.get(qn("w:anchor")): link for link in pages.element.iter(qn("w:hyperlink"))}
    assert set(links) <= marks
    titles = ["".join(node.text for node in link.iter(qn("w:t"))) for link in links.values()]
    assert [title for title in titles if title in {one.title for one in report.chapters}] == [
        chapter.title for chapter in report.chapters
    ]
    kinds = [part.get(qn("w:fldCharType")) for part in pages.element.iter(qn("w:fldChar"))]
    assert kinds == ["begin", "separate", "end"]


def test_names_are_harmless(world: Path, results: Results) -> None:
    before = dict(zip(results.districts["district_id"], results.districts["name"], strict=True))
    names = {**reported_world.HOSTILE, "A": reported_world.HOSTILE["A"] + UNSEEN}
    reported_world.rename(results.workspace, names)
    try:
        hostile = ResultsCache(world).current()
        data = render(report_of(hostile, [PAIRING, "A--C", "all"], lang="en"), hostile, ".docx")
    finally:
        reported_world.rename(results.workspace, before)

    text = all_text(Document(io.BytesIO(data)))
    for name in (
        reported_world.HOSTILE["A"] + "  end",
        reported_world.HOSTILE["B"],
        reported_world.HOSTILE["C"],
    ):
        assert name in text
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        body = package.read("word/document.xml").decode()
    assert "<script" not in body
    assert set(re.findall(r"w:instr=\"([^\"]*)\"", body)) == {" SEQ Figure \\* ARABIC "}


@given(st.text())
def test_every_text_can_be_written(text: str) -> None:
    pages = Document()
    pages.add_paragraph(written(text))

    assert [letter for letter in text if letter.isalnum()] == [
        letter for letter in written(text) if letter.isalnum()
    ]
