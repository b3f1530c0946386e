"""A report as a workbook: a cover, the list of gaps by domain with their follow-up, what it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard.export.gis import with_sentences
from dashboard.export.ledger_columns import ledger_column
from dashboard.export.office import LATIN
from dashboard.export.record_xlsx import FIRST_ROW, HEAD_ROW, name_columns, take_only_what_fits
from dashboard.export.workbook_rows import COLUMNS, FOLLOWED, SAID, list_rows
from dashboard.export.workbook_sheets import Look, cover, facts_sheet, table_sheet, write
from dashboard.export.xlsx import lines, new_workbook
from dashboard.i18n import Text
from dashboard.maps.palette import SEVERITY
from geodata.errors import BordergapError
from geodata.model import DOMAINS
from layers import wording
from layers.wording import LANGS

if TYPE_CHECKING:
    from pathlib import Path

    from dashboard.commands.terminal import Progress
    from dashboard.export.report_model import Report
    from dashboard.results import Results

OPTIONS = {"default_format_properties": {"font_name": LATIN, "font_size": 10}}
BAR = SEVERITY["light"][1]  # light enough for the number over it
PRINTED = 63  # per cent: what was found on one sheet of paper, what is done about it on the next
FROZEN = 3  # columns: number, severity, kind
MOST_FOOT = 230  # letters that a foot holds


def write_xlsx(report: Report, results: Results, path: Path, progress: Progress | None = None) -> None:
    """Write `report` to `path` as a workbook.

    After a cover there is a sheet for each domain: one row a gap, numbers as numbers and dates as dates, in
    the order of the report; then columns of follow-up, filled from the ledger, that take only what fits and
    are read back by `bordergap ledger import`. A gap that several chapters list has one row. No cell is a
    formula, whatever its text begins with.

    Raises
    ------
    BordergapError
        If it cannot be written.
    """
    ids = list(dict.fromkeys(one.gap_id for chapter in report.chapters for one in chapter.findings))
    gaps = results.gaps[results.gaps["gap_id"].isin(ids)]  # worst first
    names = {lang: results.names(lang) for lang in LANGS}
    rows = list_rows(with_sentences(gaps, names), results, report.lang)
    if len(rows) != len(ids):
        raise BordergapError(f"{path.name}: {len(rows)} rows for {len(ids)} gaps; analyse again")
    with new_workbook(path, OPTIONS) as book:
        _fill(book, report, rows, progress)


def _fill(book: Any, report: Report, rows: list[dict[str, Any]], progress: Progress | None) -> None:
    look, text = Look(book), Text(report.lang)
    _set_properties(book, report)
    front = book.add_worksheet(text("workbook.cover"))
    counts = []
    for done, domain in enumerate(DOMAINS, start=1):
        own = [row for row in rows if row["domain"] == domain]
        if own:
            name = wording.word(wording.DOMAIN_WORDS, domain, report.lang)
            _list(book.add_worksheet(name), own, report, look)
            counts.append((name, len(own), max(row["severity"] for row in own)))
        if progress is not None:
            progress(wording.word(wording.DOMAIN_WORDS, domain, report.lang), done, len(DOMAINS))
    _beside(book, report, look)
    cover(front, report, counts, len(rows), look)


def _set_properties(book: Any, report: Report) -> None:
    book.set_properties(
        {
            "title": f"{report.title} · {report.subject}"[:255],
            "author": "bordergap",
            "comments": " · ".join(filter(None, (report.mark, report.review.text)))[:255],
            **({} if report.made is None else {"created": report.made.replace(tzinfo=None)}),
        }
    )


def _list(sheet: Any, rows: list[dict[str, Any]], report: Report, look: Look) -> None:
    """Write the gaps of a domain, severity as bars, and room for what is done about them."""
    text, last = Text(report.lang), FIRST_ROW + len(rows) - 1
    keys = [column.key for column in COLUMNS]
    for place, column in enumerate(COLUMNS):
        sheet.set_column(place, place, column.width, look.of(column), {"hidden": column.hidden})
        sheet.write_string(HEAD_ROW, place, column.head(text), look.head_of(column))
        for number, row in enumerate(rows, start=FIRST_ROW):
            style = look.of(column, row["formats"].get(column.key))
            write(sheet, number, place, row[column.key], style)
    for number, row in enumerate(rows, start=FIRST_ROW):
        tall = [lines(str(row[column.key] or ""), column.width) for column in COLUMNS if column.wraps]
        sheet.set_row(number, look.line_height * max(tall))
        if row["address"] and number < look.most_links:
            sheet.write_url(number, keys.index("gap_id"), row["address"], look.link, string=row["gap_id"])
    bar = {"bar_solid": True, "bar_color": BAR, "min_type": "num", "max_type": "num", "data_bar_2010": True}
    sheet.conditional_format(
        FIRST_ROW, 1, last, 1, {"type": "data_bar", "min_value": 0, "max_value": 100, **bar}
    )
    columns = [ledger_column(column.key, column.head(text), text) for column in COLUMNS]
    name_columns(sheet, columns)
    sheet.set_row(HEAD_ROW, look.head_height)
    sheet.freeze_panes(FIRST_ROW, FROZEN)
    sheet.autofilter(HEAD_ROW, 0, last, len(COLUMNS) - 1)
    take_only_what_fits(sheet, columns, last, text)
    _on_paper(sheet, last, report)


def _on_paper(sheet: Any, last: int, report: Report) -> None:
    """Print on A4 across: the head on every page, what was found first, what is done about it beside it."""
    printed = len(SAID) + len(FOLLOWED)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(0.4, 0.4, 0.6, 0.6)
    sheet.repeat_rows(HEAD_ROW)
    sheet.repeat_columns(0, FROZEN - 1)
    sheet.print_area(HEAD_ROW, 0, last, printed - 1)
    sheet.set_print_scale(PRINTED)
    sheet.set_v_pagebreaks([len(SAID)])
    said = " · ".join(filter(None, (report.subject, report.filtered, report.mark, report.review.text)))
    said = said.replace("&", "&&")
    cut = said if len(said) <= MOST_FOOT else f"{said[: MOST_FOOT - 1].rstrip('&')}…"
    sheet.set_footer(f"&L&8 {cut}&R&8 &P / &N")  # a digit after the size of the type would be part of it


def _beside(book: Any, report: Report, look: Look) -> None:
    """Write members side by side, what was not computed, method with settings, and sources."""
    text, of = Text(report.lang), report.appendix
    colon = text("workbook.colon")
    compared: list[tuple[str, ...]] = [
        (chapter.title, *row)
        for chapter in report.chapters
        if chapter.comparison is not None
        for row in _compared(chapter.comparison)
    ]
    if compared:
        heads = [text(f"report.column.{name}") for name in ("pairing", "indicator")]
        heads += [text("workbook.whose"), text("report.values"), text("xlsx.provenance")]
        columns = dict(zip(heads, (26, 34, 26, 24, 14), strict=True))
        table_sheet(book, text("report.comparison"), columns, compared, look)
    missing = [
        (chapter.title, one.check, one.what, one.count, one.reason)
        for chapter in report.chapters
        for one in chapter.not_computed
    ]
    heads = [text(f"report.column.{name}") for name in ("pairing", "check", "what", "count", "reason")]
    none = [(text("report.all_computed"), "", "", "", "")]
    columns = dict(zip(heads, (26, 24, 26, 14, 70), strict=True))
    table_sheet(book, text("workbook.missing"), columns, missing or none, look)
    facts_sheet(book, text("report.method"), _method(report), look)
    sources = [
        (
            source.layer,
            source.provenance_text,
            "\n".join(f"{fact.label}{colon}{fact.value}" for fact in source.facts),
            "\n".join(source.notes),
        )
        for source in of.sources
    ]
    heads = [text("workbook.layer"), text("xlsx.provenance"), text("workbook.record"), text("workbook.notes")]
    columns = dict(zip(heads, (18, 14, 70, 60), strict=True))
    table_sheet(book, text("report.sources"), columns, sources, look)


def _compared(table: Any) -> list[tuple[str, ...]]:
    """Return the rows of a comparison with one value a row, so that they can be filtered."""
    rows: list[tuple[str, ...]] = []
    for label, values, mark in table.rows:
        heads = table.heads if len(values) == len(table.heads) else ("",) * len(values)
        rows += [(label, head, value, mark) for head, value in zip(heads, values, strict=True)]
    return rows


def _method(report: Report) -> list[tuple[str, str]]:
    """Return the rows of the sheet on method: how it is measured, kinds, values in force, the run."""
    text, of = Text(report.lang), report.appendix
    changed = text("report.changed")
    return [
        (text("report.method"), ""),
        *((fact.label, fact.value) for fact in of.method),
        ("", of.formula),
        (text("report.definitions"), ""),
        *((one.kind, one.text) for one in of.definitions),
        (text("report.settings"), ""),
        *(
            (f"{one.meaning} ({one.name})", f"{one.value} · {changed}" if one.changed else one.value)
            for one in of.settings
        ),
        (text("report.run"), ""),
        *((fact.label, fact.value) for fact in of.run),
        ("", of.view),
    ]
