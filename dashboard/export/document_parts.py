"""Parts of a document: type for both scripts, headings, fields, tables, pictures with captions."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from dashboard.export.letters import written
from dashboard.export.office import CHINESE, LATIN
from dashboard.i18n import TAGS, Text
from dashboard.maps.palette import PAPER, SEVERITY, SIDE_INK

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from layers.wording import Lang

PAGE_MM = (210.0, 297.0)
MARGIN_MM = 20.0
WIDTH_MM = PAGE_MM[0] - 2 * MARGIN_MM
INK, QUIET = PAPER["light"].ink, "#5B6461"
LINE, GROUND = "D5DAD7", "F3F5F4"
# Style -> letters (points), space above and below (points), bold, colour.
STYLES = {
    "Normal": (10.0, 0.0, 6.0, False, INK),
    "Title": (26.0, 0.0, 6.0, True, INK),
    "Subtitle": (12.0, 0.0, 10.0, False, QUIET),
    "Heading 1": (20.0, 0.0, 8.0, True, INK),
    "Heading 2": (14.0, 18.0, 6.0, True, INK),
    "Heading 3": (11.5, 14.0, 4.0, True, INK),
    "Intense Quote": (10.0, 2.0, 4.0, False, INK),
    "TOC Heading": (14.0, 18.0, 6.0, True, INK),
    "Caption": (8.5, 3.0, 10.0, False, QUIET),
    "Header": (8.0, 0.0, 0.0, False, QUIET),
    "Footer": (8.0, 0.0, 0.0, False, QUIET),
}
SMALL = 8.5
SIDE_LETTERS = dict(zip("ab", SIDE_INK["light"], strict=True))
_FIELD = re.compile(r"(\{page\}|\{pages\})")
_FIELDS = {"{page}": "PAGE", "{pages}": "NUMPAGES"}


class Pages:
    """A document in the making, in one language; `headings` have level, text and bookmark."""

    def __init__(self, lang: Lang) -> None:
        self.lang, self.text = lang, Text(lang)
        self.document = Document()
        self._bookmarks = itertools.count(1)
        self.headings: list[tuple[int, str, str]] = []
        section = self.document.sections[0]
        section.page_width, section.page_height = (Mm(side) for side in PAGE_MM)
        section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(
            MARGIN_MM
        )
        section.header_distance = section.footer_distance = Mm(10)
        for name, look in STYLES.items():
            self._style(name, *look)
        for style in self.document.styles.element.iter(qn("w:rPrDefault")):
            _set_type(style.find(qn("w:rPr")), lang)

    def _style(self, name: str, size: float, above: float, below: float, bold: bool, colour: str) -> None:  # noqa: FBT001, PLR0917  # a row of STYLES
        style: Any = self.document.styles[name]
        style.font.size, style.font.bold, style.font.italic = Pt(size), bold, False
        style.font.color.rgb = _rgb(colour)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(above), Pt(below)
        style.paragraph_format.line_spacing = 1.15
        _set_type(style.element.get_or_add_rPr(), self.lang)
        style.paragraph_format.tab_stops.clear_all()
        for border in list(style.element.iter(qn("w:pBdr"))):
            border.getparent().remove(border)
        if name == "Intense Quote":
            style.paragraph_format.left_indent = style.paragraph_format.right_indent = Mm(4)

    def heading(self, text: str, level: int) -> Any:
        """Add a heading that the contents can lead to."""
        paragraph = self.document.add_heading(written(text), level)
        number = str(next(self._bookmarks))
        name = f"_Toc{int(number):08}"
        start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
        for mark in (start, end):
            mark.set(qn("w:id"), number)
        start.set(qn("w:name"), name)
        paragraph._p.insert(1, start)  # noqa: SLF001
        paragraph._p.append(end)  # noqa: SLF001
        self.headings.append((level, text, name))
        return paragraph

    def paragraph(self, text: str, style: str = "Normal", *, quiet: bool = False) -> Any:
        """Add a paragraph; `quiet` is small and grey."""
        paragraph = self.document.add_paragraph(style=style)
        self.run(paragraph, text, quiet=quiet)
        return paragraph

    def run(
        self, paragraph: Any, text: str, *, quiet: bool = False, bold: bool = False, colour: str | None = None
    ) -> None:
        """Add letters of one look to a paragraph."""
        run = paragraph.add_run(written(text))
        if bold:
            run.font.bold = True
        if quiet:
            run.font.size = Pt(SMALL)
        if quiet or colour is not None:
            run.font.color.rgb = _rgb(colour or QUIET)

    def contents(self, place: Any, deepest: int) -> None:
        """Put the contents after the paragraph `place`, as a field that Word can bring up to date.

        Until then it has the headings, which lead to their places.
        """
        shown = [entry for entry in self.headings if entry[0] <= deepest]
        for number, (level, text, name) in enumerate(shown):
            paragraph = self.document.add_paragraph()
            paragraph.paragraph_format.left_indent = Mm(6 * (level - 1))
            paragraph.paragraph_format.space_after = Pt(2)
            if number == 0:
                self._field_part(paragraph, "begin", dirty=True)
                code = OxmlElement("w:instrText")
                code.set(qn("xml:space"), "preserve")
                code.text = f' TOC \\o "1-{deepest}" \\h \\z \\u '
                paragraph.add_run()._r.append(code)  # noqa: SLF001
                self._field_part(paragraph, "separate")
            link = OxmlElement("w:hyperlink")
            link.set(qn("w:anchor"), name)
            self.run(paragraph, text)
            link.append(paragraph.runs[-1]._r)  # noqa: SLF001
            paragraph._p.append(link)  # noqa: SLF001
            if number == len(shown) - 1:
                self._field_part(paragraph, "end")
            place._p.addnext(paragraph._p)  # noqa: SLF001
            place = paragraph

    def _field_part(self, paragraph: Any, kind: str, *, dirty: bool = False) -> None:
        part = OxmlElement("w:fldChar")
        part.set(qn("w:fldCharType"), kind)
        if dirty:
            part.set(qn("w:dirty"), "true")
        paragraph.add_run()._r.append(part)  # noqa: SLF001

    def field(self, paragraph: Any, code: str) -> None:
        """Add a field that every program works out by itself."""
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), code)
        paragraph.add_run("1")
        field.append(paragraph.runs[-1]._r)  # noqa: SLF001
        paragraph._p.append(field)  # noqa: SLF001

    def picture(self, path: Path, width_mm: float, alt: str, caption: str | None = None) -> None:
        """Add a picture with its caption, which says the same as its alternative unless told otherwise."""
        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        paragraph.paragraph_format.space_after = Pt(0)
        shape = paragraph.add_run().add_picture(str(path), width=Mm(width_mm))
        shape._inline.docPr.set("descr", written(alt))  # noqa: SLF001
        self._caption(caption or alt)

    def _caption(self, caption: str) -> None:
        """Add a caption whose number is a field, so that it stays right when a reader adds one."""
        paragraph = self.document.add_paragraph(style="Caption")
        before, _, after = self.text("document.figure", number="\x00", caption=caption).partition("\x00")
        self.run(paragraph, before)
        self.field(paragraph, " SEQ Figure \\* ARABIC ")
        self.run(paragraph, after)

    def table(
        self, heads: Sequence[str] | None, widths_mm: Sequence[float], *, aligned: str = ""
    ) -> TableRows:
        """Add a table; `aligned` has a letter for each column: l, r or c."""
        table = self.document.add_table(rows=0, cols=len(widths_mm))
        table.autofit = False
        table.alignment = WD_TABLE_ALIGNMENT.LEFT
        for column, width in zip(table.columns, widths_mm, strict=True):
            column.width = Mm(width)
        rows = TableRows(self, table, widths_mm, aligned or "l" * len(widths_mm))
        if heads is not None:
            rows.add([_Quiet(head) for head in heads], head=True)
        return rows

    def after_table(self) -> None:
        """Keep a distance to what follows a table."""
        self.document.add_paragraph().paragraph_format.space_after = Pt(2)

    def running(self, head: str, mark: str, foot: str) -> None:
        """Set what every page has at its head and foot, with its number."""
        section = self.document.sections[0]
        for holder, left in ((section.header, head), (section.footer, foot)):
            paragraph: Any = holder.paragraphs[0]
            stops = paragraph.paragraph_format.tab_stops
            stops.add_tab_stop(Mm(WIDTH_MM), WD_TAB_ALIGNMENT.RIGHT)
            self.run(paragraph, left)
            paragraph.add_run("\t")
            if holder is section.header:
                self.run(paragraph, mark, bold=True, colour=INK)
                continue
            for part in _FIELD.split(self.text("report.page", page="{page}", pages="{pages}")):
                if part in _FIELDS:
                    self.field(paragraph, _FIELDS[part])
                elif part:
                    self.run(paragraph, part)


class _Quiet(str):
    """A text of a cell, small and grey."""

    __slots__ = ()


class TableRows:
    """The rows of a table, one after the other."""

    def __init__(self, pages: Pages, table: Any, widths_mm: Sequence[float], aligned: str) -> None:
        self.pages, self.table, self.widths_mm, self.aligned = pages, table, widths_mm, aligned

    def add(self, texts: Sequence[str], *, head: bool = False) -> Any:
        """Add a row; fewer texts than columns: the last one takes the rest. Return its cells.

        A head is repeated on every page, and no row is torn apart by the end of one.
        """
        row = self.table.add_row()
        properties = row._tr.get_or_add_trPr()  # noqa: SLF001
        for name in ("w:cantSplit", *(("w:tblHeader",) if head else ())):
            properties.append(OxmlElement(name))
        cells = row.cells
        for cell, width in zip(cells, self.widths_mm, strict=True):
            cell.width = Mm(width)
        if len(texts) < len(cells):
            cells[len(texts) - 1].merge(cells[-1])
        for cell, text, align in zip(cells, texts, self.aligned, strict=False):
            _line(cell, "20302B" if head else LINE, 8 if head else 4)
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = paragraph.paragraph_format.space_before = Pt(2)
            paragraph.alignment = {"r": WD_ALIGN_PARAGRAPH.RIGHT, "c": WD_ALIGN_PARAGRAPH.CENTER}.get(align)
            self.pages.run(paragraph, text, quiet=isinstance(text, _Quiet))
        return cells


def quiet(text: str) -> str:
    """Return a text that a table shows small and grey."""
    return _Quiet(text)


def shade_severity(cell: Any, step: int) -> None:
    """Put a severity on its colour, in the ink that is read on it."""
    _shade(cell, SEVERITY["light"][step].removeprefix("#"))
    for run in cell.paragraphs[0].runs:
        run.font.bold = True
        run.font.color.rgb = _rgb("#FFFFFF" if step > 1 else INK)


def _shade(cell: Any, colour: str) -> None:
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001


def _line(cell: Any, colour: str, eighths: int) -> None:
    """Draw the line below a cell, in eighths of a point."""
    borders, bottom = OxmlElement("w:tcBorders"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", str(eighths)), ("space", "0"), ("color", colour)):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    cell._tc.get_or_add_tcPr().append(borders)  # noqa: SLF001


def _rgb(colour: str) -> Any:
    made: Any = RGBColor
    return made.from_string(colour.removeprefix("#"))


def _set_type(properties: Any, lang: Lang) -> None:
    """Set type and language of both scripts; themes are left aside, as they know no Chinese."""
    for name in ("w:rFonts", "w:lang"):
        for old in properties.findall(qn(name)):
            properties.remove(old)
    fonts, language = OxmlElement("w:rFonts"), OxmlElement("w:lang")
    for name in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{name}"), LATIN)
    fonts.set(qn("w:eastAsia"), CHINESE)
    if lang == "zh":  # quotation marks and dashes are those of Chinese type
        fonts.set(qn("w:hint"), "eastAsia")
    language.set(qn("w:val"), "en-US" if lang == "en" else TAGS["zh"])
    language.set(qn("w:eastAsia"), TAGS["zh"])
    properties.insert(0, fonts)
    properties.append(language)
