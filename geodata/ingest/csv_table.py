"""CSV and TSV: coordinates in two columns or as WKT in one, or a plain table.

Runs in `geodata.ingest.child`.
"""

from __future__ import annotations

import csv
import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geodata.errors import SourceError
from geodata.ingest.cells import table_of_cells
from geodata.ingest.handover import BATCH_BYTES, BATCH_ROWS
from geodata.ingest.headers import WITHIN, goes_on, header_notes, is_header, names_of
from geodata.ingest.text_encoding import encoding_of
from geodata.model import LAYERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geodata.ingest.handover import Handover
    from geodata.ingest.raw import RawTable
    from geodata.model import Layer

_MAX_CELL = 1 << 26  # letters; the outline of a province in full detail has 10 million
_DELIMITERS = ",;\t|，；"  # full-width ones, too: typed by hand on a Chinese keyboard


@dataclass(frozen=True)
class _Form:
    """How a file is written: its encoding and delimiter, the lines above the header, the columns."""

    name: str
    encoding: str
    delimiter: str
    above: int
    deep: int
    header: list[str]


def hand_over(asked: dict[str, Any], out: Handover) -> None:
    """Hand over the rows of a CSV file; its first line names the columns, or one below a title.

    Raises
    ------
    SourceError
        If it is no table, or its encoding is not known.
    """
    path, name = Path(asked["path"]), asked["name"]
    used = encoding_of(path, name, asked.get("encoding"))
    layer = LAYERS[asked["layer"]] if asked.get("layer") else None
    table = out.table(name)
    csv.field_size_limit(_MAX_CELL)
    for raw in _batches(path, _form(path, name, used, layer)):
        table.add(raw)
        out.progress(table.rows, 0)


def _form(path: Path, name: str, encoding: str, layer: Layer | None) -> _Form:
    """Return where the header stands: the first row that names known columns, else the first of all."""
    with path.open(encoding=encoding, newline="") as file:
        lines = [line if len(line) <= _MAX_CELL else "" for line in itertools.islice(file, 2 * WITHIN)]
    rows = [_row_at(lines, 0)]
    while (end := sum(rows[-1][:2])) < min(WITHIN, len(lines)):
        rows.append(_row_at(lines, end))
    above, high, head = next((row for row in rows if is_header(_split(row[2]), layer)), rows[0])
    delimiter = _delimiter(head)
    below = _split(_row_at(lines, above + high)[2], delimiter)
    deep = 2 if is_header(_split(head), layer) and goes_on(below, layer) else 1
    with path.open(encoding=encoding, newline="") as file:
        header = _rows(file, name, delimiter, skipped=above)
        names = names_of(next(header, []), next(header, []) if deep > 1 else ())
    return _Form(name, encoding, delimiter, above, deep, names)


def _row_at(lines: list[str], start: int) -> tuple[int, int, str]:
    """Return a row: the lines above it, how many it has, as texts in quotes may go on, and itself."""
    quotes = itertools.accumulate(line.count('"') for line in lines[start:])
    high = next((number for number, count in enumerate(quotes, start=1) if count % 2 == 0), 1)
    return start, high, "".join(lines[start : start + high])


def _delimiter(row: str) -> str:
    return max(_DELIMITERS, key=row.count)


def _split(row: str, delimiter: str | None = None) -> list[str]:
    """Return the cells of what may be no row at all."""
    lines = row.rstrip("\r\n").splitlines(keepends=True)
    try:
        return next(csv.reader(lines, delimiter=delimiter or _delimiter(row)), [])
    except csv.Error:
        return []


def _rows(file: Any, name: str, delimiter: str, *, skipped: int) -> Iterator[list[str]]:
    """Yield rows of cells from the line after those that are skipped."""
    for _ in itertools.islice(file, skipped):
        pass
    lines = csv.reader(file, delimiter=delimiter, strict=True)
    while True:
        first = skipped + lines.line_num + 1
        try:
            row = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            raise SourceError(name, [_misquoted(first, str(error))]) from error
        yield row


def _misquoted(line: int, said: str) -> str:
    if "unexpected end" in said or "expected after" in said:
        return (
            f"line {line}: a quotation mark opens a text that does not end as it should; "
            "close it, or write each mark inside a text twice"
        )
    return f"line {line}: {said}; save it as CSV again"


def _batches(path: Path, form: _Form) -> Iterator[RawTable]:
    """Yield tables of some lines each, one without lines if there are none."""
    with path.open(encoding=form.encoding, newline="") as file:
        lines = itertools.islice(_rows(file, form.name, form.delimiter, skipped=form.above), form.deep, None)
        body: list[list[str]] = []
        letters = 0
        empty = True
        for line in lines:
            if not any(line):
                continue
            body.append(line)
            letters += sum(map(len, line))
            if len(body) >= BATCH_ROWS or letters >= BATCH_BYTES:
                yield _table(form, body)
                body, letters, empty = [], 0, False
        if body or empty:
            yield _table(form, body)


def _table(form: _Form, body: list[list[str]]) -> RawTable:
    width = len(form.header)
    # Spreadsheets write empty cells for columns that once held something.
    body = [line if any(line[width:]) else line[:width] for line in body]
    spoiled = {
        row: f"it has {len(line)} cells instead of {width}; put texts with commas in quotes"
        for row, line in enumerate(body)
        if len(line) != width
    }
    cells = [[*line, *[""] * width][:width] for line in body]
    notes = [] if form.encoding.startswith("utf-8") else [f"read as {form.encoding}"]
    notes += header_notes(form.above, form.deep)
    kept = {row: form.delimiter.join(body[row]) for row in spoiled}
    raw = table_of_cells(form.name, form.header, cells, spoiled=spoiled, lines=kept, notes=notes)
    raw.encoding = form.encoding
    return raw
