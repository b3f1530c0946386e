"""CSV and TSV: coordinates in two columns or as WKT in one, or a plain table."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from geodata.errors import SourceError
from geodata.ingest.cells import table_of_cells
from geodata.ingest.text_encoding import decoded

if TYPE_CHECKING:
    from pathlib import Path

    from geodata.ingest.raw import RawTable

_MAX_CELL = 1 << 26  # letters; the outline of a province in full detail has 10 million


def read_csv(path: Path, name: str, encoding: str | None = None) -> RawTable:
    """Return the rows of a CSV file; line 1 names the columns.

    Raises
    ------
    SourceError
        If it is no table, or its encoding is not known.
    """
    text, used = decoded(path.read_bytes(), name, encoding)
    lines = _lines(text, name)
    header = [cell.strip() for cell in lines[0]] if lines else []
    body = [line for line in lines[1:] if any(line)]
    spoiled = {
        row: f"it has {len(line)} cells instead of {len(header)}; put texts with commas in quotes"
        for row, line in enumerate(body)
        if len(line) != len(header)
    }
    cells = [[*line, *[""] * len(header)][: len(header)] for line in body]
    notes = [] if used.startswith("utf-8") else [f"read as {used}"]
    kept = {row: ",".join(body[row]) for row in spoiled}
    raw = table_of_cells(name, header, cells, spoiled=spoiled, lines=kept, notes=notes)
    raw.encoding = used
    return raw


def _lines(text: str, name: str) -> list[list[str]]:
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t|", key=head.count)
    csv.field_size_limit(_MAX_CELL)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise SourceError(name, [f"{error}; save it as CSV again"]) from error
