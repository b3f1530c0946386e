"""Gaps as a workbook: what it is about, the table that scripts read, a sheet a domain for people."""

from __future__ import annotations

import io
import math
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pandas as pd
import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from dashboard.approval import review_note
from dashboard.export.letters import in_cell
from dashboard.i18n import Text, plain
from dashboard.import_words import imported
from dashboard.maps.palette import PAPER, SEVERITY
from dashboard.payloads import member_names, pairing_name
from geodata.errors import BordergapError
from geodata.model import DOMAINS
from layers import wording
from layers.wording import Lang, is_missing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import geopandas as gpd

    from dashboard.results import Results

SHEET = "gaps"  # for scripts: always these columns, always this name
MAX_CELL = 32_767  # letters in a cell of an XLSX file
MAX_LINKS = 60_000  # a sheet has no more than 65 530
SENTENCE_WIDTH = 70  # columns of a spreadsheet, in letters
MIN_WIDTH, MAX_WIDTH = 8, 24
ABOUT_WIDTHS = (32, 96)
KM_M = 1000.0
VALUES = ("value_a", "value_b")
SMALL = 0.001  # below it a value is written with a power of ten
HEAD_HEIGHT, LINE_HEIGHT = 32.0, 15.0  # points
WIDE_TYPE = 1.15  # of a reader's own type against the usual one
CHINESE = 0x2E80  # where the scripts of East Asia begin
BAR = SEVERITY["light"][1]  # light enough for the number over it
PLAIN = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,  # else parts of it stay in a temporary folder when writing breaks off
}


@dataclass(frozen=True)
class Column:
    """A column of a domain's sheet: key of its name, width in letters, number format (None: text)."""

    key: str
    width: int
    number: str | None = None


COLUMNS = (
    Column("rank", 7, "0"),
    Column("severity", 12, "0.0"),
    Column("kind", 18),
    Column("what", 16),
    Column("pairing", 26),
    Column("side", 16),
    Column("value_a", 11, "0.0"),
    Column("value_b", 11, "0.0"),
    Column("unit", 12),
    Column("people", 12, "#,##0"),
    Column("chainage", 12, "0.0"),
    Column("length", 11, "0.0"),
    Column("sentence", SENTENCE_WIDTH),
    Column("provenance", 12),
    Column("gap_id", 19),
)
SENTENCE = [column.key for column in COLUMNS].index("sentence")


@contextmanager
def new_workbook(
    path: Path, options: Mapping[str, Any] | None = None, *, name: str = "the workbook"
) -> Iterator[Any]:
    """Give a workbook, written to `path` at the end and at once: a disk that is full is told of once.

    Parameters
    ----------
    options
        Further ones of XlsxWriter.
    name
        Of the file, as errors name it.

    Raises
    ------
    BordergapError
        If it cannot be written.
    """
    made = io.BytesIO()
    try:
        with xlsxwriter.Workbook(made, {**PLAIN, **(options or {})}) as book:
            yield book
        path.write_bytes(made.getvalue())
    except (XlsxWriterException, OSError) as error:
        raise BordergapError(f"{name} was not written: {error}; check the free space") from error


def write_workbook(
    gaps: gpd.GeoDataFrame, path: Path, results: Results | None, lang: Lang, *, name: str
) -> None:
    """Write `gaps` (EPSG:4326) as a workbook.

    With `results` it opens with a sheet about the workspace, and after `gaps`, whose columns never change, it
    has a sheet for each domain in `lang`. No cell is a formula, whatever its text begins with.

    Parameters
    ----------
    gaps
        As `dashboard.export.gis.with_sentences` returns them.
    name
        Of the file, as errors name it.
    """
    with new_workbook(path, name=name) as book:
        writer = _Writer(book)
        about = book.add_worksheet(Text(lang)("xlsx.about")) if results is not None else None
        writer.table(book.add_worksheet(SHEET), gaps)
        if results is None or about is None:
            return
        rows = readable_rows(gaps, results, lang)
        counts = {}
        for domain in DOMAINS:
            own = [row for row in rows if row["domain"] == domain]
            if own:
                name = wording.word(wording.DOMAIN_WORDS, domain, lang)
                writer.domain(book.add_worksheet(name), own, Text(lang))
                counts[name] = len(own)
        writer.about(about, _about(gaps, results, counts, lang))


class _Writer:
    """The styles of a workbook, and its sheets."""

    def __init__(self, book: Any) -> None:
        ink, quiet = PAPER["light"].ink, "#EEF1F0"
        top = {"valign": "top", "font_color": ink}
        self.bold = book.add_format({"bold": True, "bottom": 1})
        head = {"bold": True, "bottom": 1, "bg_color": quiet, "text_wrap": True, "valign": "vcenter"}
        self.head = book.add_format({**head, "indent": 1, "align": "left"})
        self.number_head = book.add_format({**head, "align": "right"})
        self.title = book.add_format({"bold": True, "font_size": 15, "font_color": ink})
        self.label = book.add_format({**top, "bold": True, "text_wrap": True})
        self.plain = book.add_format({"valign": "top"})
        self.text = book.add_format({**top, "num_format": "@", "quote_prefix": True})
        self.word = book.add_format(
            {**top, "num_format": "@", "quote_prefix": True, "indent": 1, "align": "left"}
        )
        self.prose = book.add_format(
            {**top, "num_format": "@", "text_wrap": True, "indent": 1, "align": "left"}
        )
        self.link = book.add_format(
            {"valign": "top", "indent": 1, "align": "left", "font_color": "#1F5F5B", "underline": 1}
        )
        self._book, self._top = book, top
        self._numbers: dict[str, Any] = {}

    def number(self, form: str) -> Any:
        """Return the style of numbers in a format, made once."""
        if form not in self._numbers:
            self._numbers[form] = self._book.add_format({**self._top, "num_format": form})
        return self._numbers[form]

    def table(self, sheet: Any, gaps: gpd.GeoDataFrame) -> None:
        """Write the gaps with the names and values of the result table, place as longitude and latitude."""
        table = pd.DataFrame(gaps.drop(columns="geometry"))
        points = gaps.geometry.representative_point()
        table["lon"], table["lat"] = points.x, points.y
        for place, name in enumerate(table.columns):
            said, is_text = name.startswith("sentence_"), not pd.api.types.is_numeric_dtype(table[name])
            sheet.set_column(
                place,
                place,
                SENTENCE_WIDTH if said else min(MAX_WIDTH, max(MIN_WIDTH, len(name) + 2)),
            )
            sheet.write_string(0, place, name, self.bold)
            style = self.prose if said else self.text if is_text else self.plain
            for row, value in enumerate(table[name].tolist(), start=1):  # a cell has no vectorised way in
                write(sheet, row, place, str(value) if is_text and not is_missing(value) else value, style)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, max(len(table), 1), len(table.columns) - 1)

    def domain(self, sheet: Any, rows: list[dict[str, Any]], text: Text) -> None:
        """Write the gaps of a domain as a person reads them, severity as bars."""
        for place, column in enumerate(COLUMNS):
            sheet.set_column(place, place, column.width)
            sheet.write_string(
                0, place, text(f"xlsx.{column.key}"), self.number_head if column.number else self.head
            )
            style = self.number(column.number) if column.number else self.word
            style = self.prose if place == SENTENCE else style
            for number, row in enumerate(rows, start=1):
                own = self.number(row["formats"][column.key]) if column.key in VALUES else style
                write(sheet, number, place, row[column.key], own)
                if column.key == "gap_id" and row["address"] and number < MAX_LINKS:
                    sheet.write_url(number, place, row["address"], self.link, string=row["gap_id"])
        last = len(rows)
        for number, row in enumerate(rows, start=1):
            sheet.set_row(number, LINE_HEIGHT * lines(row["sentence"], SENTENCE_WIDTH))
        sheet.set_row(0, HEAD_HEIGHT)
        bar = {"bar_solid": True, "bar_color": BAR, "min_type": "num", "max_type": "num"}
        sheet.conditional_format(
            1,
            1,
            last,
            1,
            {"type": "data_bar", "data_bar_2010": True, "min_value": 0, "max_value": 100, **bar},
        )
        sheet.freeze_panes(1, 3)
        sheet.autofilter(0, 0, last, len(COLUMNS) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)

    def about(self, sheet: Any, rows: list[tuple[str, str]]) -> None:
        """Write what the workbook is about: a title, then labels with their texts."""
        for place, width in enumerate(ABOUT_WIDTHS):
            sheet.set_column(place, place, width)
        sheet.write_string(0, 0, rows[0][1], self.title)
        sheet.set_row(0, 26)
        for number, (label, said) in enumerate(rows[1:], start=2):
            write(sheet, number, 0, label, self.label)
            write(sheet, number, 1, said, self.prose)
            sheet.set_row(number, LINE_HEIGHT * lines(said, ABOUT_WIDTHS[1]))
        sheet.hide_gridlines(2)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)


def write(sheet: Any, row: int, place: int, value: Any, style: Any) -> None:
    """Write a text or a number; nothing for what is unknown, or infinite, which no cell can hold."""
    if is_missing(value):
        return
    if isinstance(value, str):
        sheet.write_string(row, place, _fitting(in_cell(value)), style)
    elif math.isfinite(value):
        sheet.write_number(row, place, float(value), style)


def value_format(value: Any, unit: str | None) -> str:
    """Return the number format of a side's value: minutes to a tenth, others to three digits."""
    if is_missing(value) or unit == "min" or not math.isfinite(value):
        return "0.0"
    if unit == "share":
        return "0%"
    size = abs(float(value))
    if size == 0:
        return "0"
    if size < SMALL:
        return "0.0E+00"
    digits = max(0, 2 - math.floor(math.log10(size)))
    return f"#,##0.{'0' * digits}" if digits else "#,##0"


def readable_rows(gaps: gpd.GeoDataFrame, results: Results, lang: Lang) -> list[dict[str, Any]]:
    """Return gaps as people read them in lists, ranked as they stand in `gaps`."""
    text = Text(lang)
    base = results.workspace.display.address
    rows = []
    for rank, gap in enumerate(pd.DataFrame(gaps.drop(columns="geometry")).to_dict("records"), start=1):
        key = str(gap["pairing_id"])
        members = member_names(results, key, lang)
        sides = {"a": members[0], "b": members[1], "both": text("side.both")}
        query = urlencode({"id": key, "gap": gap["gap_id"], "lang": lang})
        rows.append(
            {
                **{
                    name: gap[name]
                    for name in ("domain", "severity", "value_a", "value_b", "people", "gap_id")
                },
                "rank": rank,
                "kind": wording.word(wording.KIND_WORDS, gap["kind"], lang),
                "what": None if is_missing(gap["what"]) else plain(wording.thing(gap["what"], lang)),
                "pairing": pairing_name(results, key, lang),
                "side": sides[gap["side"]],
                "formats": {side: value_format(gap[side], gap["unit"]) for side in VALUES},
                "unit": None
                if is_missing(gap["unit"])
                else wording.word(wording.UNIT_WORDS, gap["unit"], lang),
                "chainage": None if is_missing(gap["chainage_m"]) else gap["chainage_m"] / KM_M,
                "length": None if is_missing(gap["length_m"]) else gap["length_m"] / KM_M,
                "sentence": plain(gap[f"sentence_{lang}"]),
                "provenance": wording.word(wording.PROVENANCE_WORDS, gap["provenance"], lang),
                "address": f"{base}pairing?{query}" if base else None,
            }
        )
    return rows


def _about(
    gaps: gpd.GeoDataFrame, results: Results, counts: dict[str, int], lang: Lang
) -> list[tuple[str, str]]:
    """Return title and rows of the first sheet."""
    text, run = Text(lang), results.workspace.run_record() or {}
    found = set(gaps["provenance"])
    marks = [text(f"provenance.{name}_about") for name in ("generated", "fallback") if name in found]
    colon = "：" if lang == "zh" else ": "
    parts = [
        f"{text(f'detail.{name}')}{colon}{text(f'detail.{name}_about')}"
        for name in ("magnitude", "exposure", "confidence")
    ]
    listed = [f"{name} {count}" for name, count in counts.items()]
    rows = [
        ("", text("xlsx.title")),
        (text("report.workspace"), plain(results.workspace.name)),
        (text("data.finished"), str(run.get("finished", "—"))),
        (text("fact.gaps"), f"{wording.amount(len(gaps), lang)}（{'、'.join(listed)}）")
        if lang == "zh"
        else (text("fact.gaps"), f"{wording.amount(len(gaps), lang)} ({', '.join(listed)})"),
        (text("data.review"), review_note(results, lang).text),
        (text("report.marks"), "\n".join(marks) or text("xlsx.measured")),
        (text("report.severity_about"), "\n".join([text("method.formula"), *parts])),
        (text("xlsx.sides"), text("xlsx.sides_about")),
        (text("xlsx.sheets"), text("xlsx.sheets_about", sheet=SHEET)),
    ]
    kinds = dict.fromkeys(gaps["kind"])
    rows += [(wording.word(wording.KIND_WORDS, kind, lang), text(f"method.kind.{kind}")) for kind in kinds]
    for layer in results.intake.to_dict("records"):
        said = [
            layer[name]
            for name in ("source", "attribution", "licence", "date")
            if not is_missing(layer[name])
        ]
        marked = wording.word(wording.PROVENANCE_WORDS, layer["provenance"], lang)
        label = f"{text('report.sources')} · {wording.word(wording.LAYER_WORDS, layer['layer'], lang)}"
        rows.append((label, " · ".join([imported(str(part), lang) for part in said] + [marked])))
    return rows


def lines(text: str, letters: int) -> int:
    """Return how many lines a text takes in a column `letters` wide, in a wide type; Chinese counts twice."""
    widths = [sum(2 if ord(letter) >= CHINESE else 1 for letter in line) for line in text.split("\n")]
    return sum(max(1, math.ceil(width * WIDE_TYPE / letters)) for width in widths)


def _fitting(text: str) -> str:
    if len(text) <= MAX_CELL:
        return text
    return f"{len(text)} letters, more than a cell holds; see the GeoJSON, GeoPackage, Parquet or CSV export"
