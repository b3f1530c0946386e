"""XLSX: the sheet that holds the data, found by its header; formulas by the values stored with them.

Runs in `geodata.ingest.child`.
"""

from __future__ import annotations

import itertools
import warnings
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from geodata.errors import SourceError
from geodata.ingest.beside import listed
from geodata.ingest.cells import MAX_COLUMNS, table_of_cells
from geodata.ingest.headers import WITHIN, goes_on, header_notes, is_header, names_of
from geodata.ingest.xml_safety import checked_xml
from geodata.ingest.zipped import RATIO_FROM_BYTES, require_harmless
from geodata.model import LAYERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geodata.ingest.handover import Handover
    from geodata.ingest.raw import RawTable
    from geodata.model import Layer

_OLE = b"\xd0\xcf\x11\xe0"  # the old format, and what a password makes of the new one
_MAX_RATIO = 100  # a sheet shrinks to a tenth; one of blanks to a thousandth


@dataclass
class _Sheet:
    """A sheet with a header: its number of rows above it, and in it, its columns, its rows."""

    title: str
    above: int
    deep: int
    header: list[str]
    body: list[tuple[Any, ...]]


@dataclass
class _Book:
    """The sheets of a workbook with a header, the titles of those looked at, and of others with any value.

    These are `headless`, `hidden`, or `beside` the one that was asked for.
    """

    sheets: list[_Sheet]
    looked_at: list[str]
    headless: list[str]
    hidden: list[str]
    beside: list[str]
    several: bool

    def left_beside(self, taken: Sequence[_Sheet]) -> list[str]:
        """Return what is not used, a sentence for each reason."""
        beside = [*(sheet.title for sheet in self.sheets if sheet not in taken), *self.beside]
        return [
            *([f"sheets not imported this time: {listed(beside)}"] if beside else []),
            *([f"sheets without known columns, not used: {listed(self.headless)}"] if self.headless else []),
            *([f"hidden sheets, not used: {listed(self.hidden)}"] if self.hidden else []),
        ]


def hand_over(asked: dict[str, Any], out: Handover) -> None:
    """Hand over a sheet: the one called `table`, else the only visible one with a header of `layer`.

    Without a layer: every visible sheet with a header of any.

    Raises
    ------
    SourceError
        If it is no workbook, is encrypted or unsafe, or which sheet is meant is not clear.
    """
    name = asked["name"]
    layer = LAYERS[asked["layer"]] if asked.get("layer") else None
    book = _sheets(Path(asked["path"]), name, layer, asked.get("table"))
    if not book.sheets:
        raise _no_header(book.looked_at, name)
    taken = book.sheets if layer is None else [_the_one(book.sheets, book.looked_at, layer, name)]
    left = book.left_beside(taken)
    for sheet in taken:
        to = out.table(name, sheet.title)
        to.add(_raw(sheet, name, several=book.several))
        to.left = left


def _sheets(path: Path, name: str, layer: Layer | None, table: str | None) -> _Book:
    """Return the sheets with a header, and what is told of the others."""
    require_safe(path, name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions, no matter here
            book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except (InvalidFileException, KeyError, ValueError, TypeError, zipfile.BadZipFile) as error:
        raise SourceError(name, [f"{error}; the workbook is damaged, save it again"]) from error
    except AttributeError as error:  # openpyxl, of a chart sheet without a chart
        problem = "one of its sheets is for a chart and has none; delete that sheet, and save it again"
        raise SourceError(name, [problem]) from error
    try:
        every = [sheet for sheet in book.worksheets if isinstance(sheet, ReadOnlyWorksheet)]  # no charts
        visible = [sheet for sheet in every if sheet.sheet_state == "visible"]
        wanted = [sheet for sheet in every if table in {None, sheet.title}]
        if not wanted:
            there = ", ".join(repr(sheet.title) for sheet in every)
            raise SourceError(name, [f"there is no sheet {table!r}; there are {there}"])
        candidates = visible if table is None else wanted
        sheets = [found for sheet in candidates if (found := _sheet(sheet, layer, name)) is not None]
        titles = [sheet.title for sheet in candidates]
        read = {sheet.title for sheet in sheets}
        others = [sheet for sheet in every if sheet.title not in read and not _is_empty(sheet)]
        headless = [sheet.title for sheet in others if sheet.title in titles]
        unasked = [sheet.title for sheet in others if sheet.title not in titles]
        hidden, beside = (unasked, []) if table is None else ([], unasked)
        return _Book(sheets, titles, headless, hidden, beside, several=len(every) > 1)
    finally:
        book.close()


def _is_empty(sheet: ReadOnlyWorksheet) -> bool:
    sheet.reset_dimensions()
    return all(value is None for row in sheet.iter_rows(values_only=True) for value in row)


def _raw(sheet: _Sheet, name: str, *, several: bool) -> RawTable:
    notes = [f"sheet {sheet.title!r} read"] if several else []
    notes += header_notes(sheet.above, sheet.deep)
    width = len(sheet.header)
    cells = [[_cell(value) for value in (*row, *[None] * width)[:width]] for row in sheet.body]
    return table_of_cells(name, sheet.header, cells, spoiled={}, lines={}, notes=notes)


def require_safe(path: Path, name: str) -> None:
    """Refuse what is no workbook, is encrypted, swells beyond reason or holds XML that is not plain."""
    with path.open("rb") as file:
        if file.read(len(_OLE)) == _OLE:
            problem = "it is encrypted with a password, or an old .xls; save it as .xlsx without a password"
            raise SourceError(name, [problem])
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            require_harmless(entries, name)
            for entry in entries:
                size = 0
                with archive.open(entry) as source:
                    while chunk := source.read(1 << 20):
                        size += len(chunk)
                        if size > RATIO_FROM_BYTES and size > _MAX_RATIO * max(1, entry.compress_size):
                            problem = (
                                f"{entry.filename[:80]!r} unpacks to a bomb's size, too large; save real data"
                            )
                            raise SourceError(name, [problem])
                if entry.filename.lower().endswith((".xml", ".rels")):
                    with archive.open(entry) as source:
                        checked_xml(source, f"{name}: {entry.filename[:80]}")
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise SourceError(
            name, [f"{error}; it is not a workbook in order, open and save it again"]
        ) from error


def _sheet(sheet: ReadOnlyWorksheet, layer: Layer | None, name: str) -> _Sheet | None:
    """Return what stands below the header of a sheet; None for one without."""
    sheet.reset_dimensions()  # what it says of its size may be wrong
    rows = sheet.iter_rows(values_only=True)
    above = 0
    for row in rows:
        if is_header(row, layer):
            break
        above += 1
        if above == WITHIN:
            return None
    else:
        return None
    below = next(rows, ())
    deep = 2 if goes_on(below, layer) else 1
    header = names_of(row, below if deep > 1 else ())
    if len(header) > MAX_COLUMNS:
        raise SourceError(name, [f"it has {len(header)} columns; more than {MAX_COLUMNS} are no table"])
    data = rows if deep > 1 else itertools.chain([below], rows)
    body = [tuple(row[: len(header)]) for row in data if any(value is not None for value in row)]
    return _Sheet(sheet.title, above, deep, header, body)


def _the_one(sheets: list[_Sheet], titles: list[str], layer: Layer, name: str) -> _Sheet:
    """Return the only sheet, or the one called by the layer."""
    called = [sheet for sheet in sheets if sheet.title.strip().lower() == layer.name]
    if len(called or sheets) == 1:
        return (called or sheets)[0]
    listed = ", ".join(repr(title) for title in titles)
    raise SourceError(name, [f"which sheet holds {layer.name} is not clear ({listed}); say --table"])


def _no_header(titles: list[str], name: str) -> SourceError:
    listed = ", ".join(repr(title) for title in titles)
    problem = (
        f"no sheet ({listed}) has a header row with columns such as name, lon, lat "
        f"in its first {WITHIN} rows; add one"
    )
    return SourceError(name, [problem])


def _cell(value: Any) -> Any:
    """Return a cell as the other tables have it: numbers as numbers, all else as text."""
    return value if value is None or isinstance(value, int | float | str) else str(value)
