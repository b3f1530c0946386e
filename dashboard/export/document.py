"""A report as a document to edit: headings, contents, captions, tables whose heads repeat."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.export import document_chapter
from dashboard.export.document_parts import WIDTH_MM, Pages, quiet
from dashboard.export.office import set_properties
from dashboard.export.report_pictures import draw_pictures, pictures_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dashboard.export.report_model import Fact, Picture, Report
    from dashboard.export.report_pictures import Progress, Size
    from dashboard.results import Results

# Paper of the pictures, millimetres.
SIZES_MM: dict[str, Size] = {
    "overview": (WIDTH_MM, 190.0),
    "map": (WIDTH_MM, 118.0),
    "locator": (110.0, 70.0),
    "along": (WIDTH_MM, 55.0),
    "across": (WIDTH_MM * 0.6, 50.0),
}
DPI = 180.0
DEEPEST = 2  # heading in the contents of one pairing; an atlas has its chapters alone


def write_docx(report: Report, results: Results, path: Path, progress: Progress | None = None) -> None:
    """Write `report` to `path` as a document; what was written before an error is of no use."""
    with tempfile.TemporaryDirectory(prefix="bordergap-") as name:
        folder = Path(name)
        files = {
            picture: (folder / f"{number}.png", _size(picture))
            for number, picture in enumerate(pictures_of(report))
        }
        draw_pictures(report, results, files, progress, dpi=DPI)
        pages = Pages(report.lang)
        _write(pages, report, files)
    set_properties(pages.document.core_properties, report)
    pages.document.save(str(path))


def _write(pages: Pages, report: Report, files: Mapping[Picture, tuple[Path, Size]]) -> None:
    text = pages.text
    pages.running(f"{report.title} · {report.subject}", report.mark, report.review.text)
    pages.paragraph(report.title if report.atlas else report.chapters[0].title, "Title")
    about = (report.subject,) if report.atlas else (report.title, report.chapters[0].kind_text)
    pages.paragraph(" · ".join(part for part in (*about, report.workspace, report.date) if part), "Subtitle")
    if report.filtered:
        pages.paragraph(text("report.filtered", filters=report.filtered))
    for mark in report.appendix.marks:
        pages.paragraph(mark, "Intense Quote")
    contents = pages.paragraph(text("report.contents"), "TOC Heading")
    if report.overview is not None:
        pages.heading(text("report.overview"), 1).paragraph_format.page_break_before = True
        pages.picture(files[report.overview][0], SIZES_MM["overview"][0], report.overview.alt)
    for chapter in report.chapters:
        document_chapter.chapter_pages(pages, chapter, files, report.filtered, alone=not report.atlas)
    _appendix(pages, report)
    pages.contents(contents, 1 if report.atlas else DEEPEST)


def _appendix(pages: Pages, report: Report) -> None:
    text, appendix = pages.text, report.appendix
    pages.heading(text("report.appendix"), 1).paragraph_format.page_break_before = True
    pages.heading(text("report.method"), 2)
    for fact in appendix.method:
        pages.paragraph(fact.value)
    pages.paragraph(appendix.formula, "Intense Quote")
    if appendix.definitions:
        pages.heading(text("report.definitions"), 2)
        rows = pages.table(None, (45, 25, WIDTH_MM - 70))
        for one in appendix.definitions:
            rows.add([one.kind, quiet(one.domain), one.text])
        pages.after_table()
    pages.heading(text("report.settings"), 2)
    heads = [text(f"document.{name}") for name in ("setting", "value", "name")]
    rows = pages.table(heads, (75, 60, WIDTH_MM - 135))
    for line in appendix.settings:
        changed = f" · {text('report.changed')}" if line.changed else ""
        rows.add([line.meaning, f"{line.value}{changed}", quiet(line.name)])
    pages.after_table()
    pages.heading(text("report.sources"), 2)
    for source in appendix.sources:
        pages.heading(" · ".join(part for part in (source.layer, source.provenance_text) if part), 3)
        _facts(pages, source.facts)
        for note in source.notes:
            pages.paragraph(note, "List Bullet", quiet=True)
    pages.heading(text("report.run"), 2)
    _facts(pages, appendix.run)
    pages.paragraph(appendix.view, quiet=True)
    if appendix.address is not None:
        pages.paragraph(appendix.address, quiet=True)


def _facts(pages: Pages, facts: Sequence[Fact]) -> None:
    """Write facts one after the other."""
    paragraph = pages.paragraph("")
    for fact in facts:
        pages.run(paragraph, f"{fact.label} ", quiet=True)
        pages.run(paragraph, f"{fact.value}    ")


def _size(picture: Picture) -> Size:
    return SIZES_MM[str(picture.direction) if picture.kind == "profile" else picture.kind]
