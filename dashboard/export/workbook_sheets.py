"""Sheets of a report's workbook beside its lists: cover, tables and facts, and the look of all of them."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING, Any

from dashboard.export.xlsx import LINE_HEIGHT, MAX_LINKS, lines
from dashboard.export.xlsx import write as write_plain
from dashboard.i18n import Text, plain
from dashboard.maps.palette import PAPER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dashboard.export.report_model import Report
    from dashboard.export.workbook_rows import Column

COVER_WIDTHS = (26, 18, 18, 18, 44)
FACT_WIDTHS = (44, 96)
WARNING = "#FBF3D9"  # behind what must be known before quoting


class Look:
    """The styles of a workbook."""

    line_height = LINE_HEIGHT
    head_height = 34.0  # points
    most_links = MAX_LINKS

    def __init__(self, book: Any) -> None:
        ink, quiet, accent = PAPER["light"].ink, "#EEF1F0", "#1F5F5B"
        top = {"valign": "top", "font_color": ink, "border": 1, "border_color": "#DDE2E0"}
        bare = {"valign": "top", "font_color": ink}
        words = {"num_format": "@", "quote_prefix": True, "text_wrap": True, "align": "left"}
        inset = {**words, "indent": 1}
        head = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "vcenter", "font_color": ink}
        self.head = book.add_format({**head, "bg_color": quiet, "align": "left", "indent": 1})
        self.number_head = book.add_format({**head, "bg_color": quiet, "align": "right"})
        self.own_head = book.add_format({**head, "bg_color": "#E2EEEC", "align": "left", "indent": 1})
        self.words = book.add_format({**top, **inset})
        self.number = book.add_format({**top, "num_format": "#,##0"})
        self.severity = book.add_format({**top, "num_format": "0.0"})
        self.title = book.add_format({"bold": True, "font_size": 20, "font_color": ink, "text_wrap": True})
        self.subject = book.add_format({**bare, "font_size": 13, "text_wrap": True, "num_format": "@"})
        self.section = book.add_format({"bold": True, "font_size": 12, "font_color": accent, "bottom": 1})
        self.label = book.add_format({**bare, "bold": True, "text_wrap": True, "num_format": "@"})
        self.prose = book.add_format({**bare, **words})
        self.warning = book.add_format({**bare, **words, "bg_color": WARNING})
        self.link = book.add_format({**bare, "font_color": accent, "underline": 1})
        self._columns: dict[str | None, Any] = {None: self.words}
        self._book, self._top = book, top

    def of(self, column: Column, form: str | None = None) -> Any:
        """Return how the cells of a column look, or numbers of another format in it."""
        form = form or column.number
        if form not in self._columns:
            align = {"align": "left", "indent": 1} if column.is_date else {}
            self._columns[form] = self._book.add_format({**self._top, "num_format": form, **align})
        return self._columns[form]

    def head_of(self, column: Column) -> Any:
        """Return how the head of a column looks."""
        if column.own:
            return self.own_head
        return self.number_head if column.number else self.head


def write(sheet: Any, row: int, place: int, value: Any, style: Any) -> None:
    """Write a day, a text or a number; what is unknown leaves the cell empty, in its style."""
    if isinstance(value, date):
        sheet.write_datetime(row, place, value, style)
    elif value is None or (isinstance(value, float) and math.isnan(value)):
        sheet.write_blank(row, place, None, style)
    else:
        write_plain(sheet, row, place, value, style)


def cover(
    sheet: Any, report: Report, counts: Sequence[tuple[str, int, float]], total: int, look: Look
) -> None:
    """Write the first sheet: title, what must be known, figures by domain, each chapter in a minute.

    Parameters
    ----------
    counts
        Sheet of a domain, its gaps, its worst severity.
    """
    text = Text(report.lang)
    page = _Page(sheet, look, COVER_WIDTHS)
    page.line(report.title, look.title)
    page.line(report.subject, look.subject)
    page.line(" · ".join(filter(None, (report.workspace, report.date))), look.prose)
    for said in (*report.appendix.marks, *_told_filter(report, text)):
        page.line(said, look.warning)
    page.skip()
    page.row([text("workbook.domain"), text("report.column.gaps"), text("report.column.worst")], look.head)
    for name, count, worst in counts:
        sheet.write_url(page.at, 0, f"internal:'{name}'!A1", look.link, string=name)
        write(sheet, page.at, 1, count, look.number)
        write(sheet, page.at, 2, worst, look.severity)
        page.at += 1
    write(sheet, page.at, 0, text("workbook.total"), look.label)
    write(sheet, page.at, 1, total, look.number)
    page.skip(2)
    if report.atlas:
        heads = ("pairing", "gaps", "worst", "people")
        page.row([text(f"report.column.{name}") for name in heads], look.head)
        for chapter in report.chapters:
            severest = chapter.findings[0].severity if chapter.findings else None
            write(sheet, page.at, 0, chapter.title, look.words)
            write(sheet, page.at, 1, len(chapter.findings), look.number)
            write(sheet, page.at, 2, severest, look.severity)
            write(sheet, page.at, 3, chapter.people, look.words)
            page.tall(lines(chapter.title, COVER_WIDTHS[0]))
            page.at += 1
        page.skip()
    for chapter in report.chapters:
        page.line(chapter.title if report.atlas else text("report.summary"), look.section)
        for fact in chapter.facts if not report.atlas else ():
            page.pair(fact.label, f"{fact.value} {fact.mark}".strip())
        for said in chapter.summary:
            page.line(said, look.prose)
        page.skip()
    page.line(text("workbook.about"), look.section)
    for key in ("workbook.follow_about", "xlsx.sides_about"):
        page.line(text(key), look.prose)
    if report.appendix.address:
        page.line(report.appendix.address, look.prose)
    _portrait(sheet)


def facts_sheet(book: Any, name: str, rows: Sequence[tuple[str, str]], look: Look) -> None:
    """Write a sheet of labels and texts; a label without text heads a part."""
    sheet = book.add_worksheet(name)
    page = _Page(sheet, look, FACT_WIDTHS)
    for place, (label, said) in enumerate(rows):
        if not said:
            page.skip(1 if place else 0)
            page.line(label, look.section)
        else:
            page.pair(label, said)
    _portrait(sheet)


def table_sheet(
    book: Any, name: str, columns: Mapping[str, int], rows: Sequence[Sequence[str]], look: Look
) -> None:
    """Write a sheet with a table of texts, to be filtered; `columns` are heads with widths in letters."""
    sheet = book.add_worksheet(name)
    for place, (head, width) in enumerate(columns.items()):
        sheet.set_column(place, place, width)
        write(sheet, 0, place, head, look.head)
    for number, row in enumerate(rows, start=1):
        for place, said in enumerate(row):
            write(sheet, number, place, said, look.words)
        tall = max(lines(said, width) for said, width in zip(row, columns.values(), strict=True))
        sheet.set_row(number, LINE_HEIGHT * tall)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


class _Page:
    """A sheet written from top to bottom."""

    def __init__(self, sheet: Any, look: Look, widths: Sequence[int]) -> None:
        self.sheet, self.look, self.widths, self.at = sheet, look, widths, 0
        for place, width in enumerate(widths):
            sheet.set_column(place, place, width)
        sheet.hide_gridlines(2)

    def line(self, said: str, style: Any) -> None:
        """Write a text over the whole width."""
        letters = round(sum(self.widths) / (1.7 if style is self.look.title else 1))
        self.sheet.merge_range(self.at, 0, self.at, len(self.widths) - 1, "", style)
        write(self.sheet, self.at, 0, plain(said), style)
        large = 1.8 if style is self.look.title else 1.25 if style is self.look.subject else 1.05
        self.tall(lines(said, letters), large)
        self.at += 1

    def pair(self, label: str, said: str) -> None:
        """Write a label, and its text over the rest of the width."""
        write(self.sheet, self.at, 0, label, self.look.label)
        if len(self.widths) > 2:  # noqa: PLR2004  # more than the one column of the text
            self.sheet.merge_range(self.at, 1, self.at, len(self.widths) - 1, "", self.look.prose)
        write(self.sheet, self.at, 1, said, self.look.prose)
        self.tall(max(lines(label, self.widths[0]), lines(said, sum(self.widths[1:]))))
        self.at += 1

    def row(self, cells: Sequence[str], style: Any) -> None:
        """Write cells beside each other."""
        for place, said in enumerate(cells):
            write(self.sheet, self.at, place, said, style)
        self.at += 1

    def skip(self, rows: int = 1) -> None:
        """Leave rows free."""
        self.at += rows

    def tall(self, count: int, large: float = 1.0) -> None:
        """Make the row as high as lines of its text."""
        self.sheet.set_row(self.at, LINE_HEIGHT * count * large)


def _told_filter(report: Report, text: Text) -> list[str]:
    return [text("report.filtered", filters=report.filtered)] if report.filtered else []


def _portrait(sheet: Any) -> None:
    sheet.set_paper(9)
    sheet.set_margins(0.6, 0.6, 0.7, 0.7)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&R&8 &P / &N")
