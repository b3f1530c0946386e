"""CSV and TSV: coordinates in two columns or as WKT in one, or a plain table.

Runs in `geodata.ingest.child`.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geodata.errors import SourceError
from geodata.ingest.cells import table_of_cells
from geodata.ingest.handover import BATCH_BYTES, BATCH_ROWS
from geodata.ingest.text_encoding import encoding_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geodata.ingest.handover import Handover
    from geodata.ingest.raw import RawTable

_MAX_CELL = 1 << 26  # letters; the outline of a province in full detail has 10 million


def hand_over(asked: dict[str, Any], out: Handover) -> None:
    """Hand over the rows of a CSV file; line 1 names the columns.

    Raises
    ------
    SourceError
        If it is no table, or its encoding is not known.
    """
    path, name = Path(asked["path"]), asked["name"]
    used = encoding_of(path, name, asked.get("encoding"))
    table = out.table(name)
    csv.field_size_limit(_MAX_CELL)
    try:
        for raw in _batches(path, name, used):
            table.add(raw)
            out.progress(table.rows, 0)
    except csv.Error as error:
        raise SourceError(name, [f"{error}; save it as CSV again"]) from error


def _batches(path: Path, name: str, encoding: str) -> Iterator[RawTable]:
    """Yield tables of some lines each, one without lines if there are none."""
    with path.open(encoding=encoding, newline="") as file:
        delimiter = max(",;\t|", key=file.readline().count)
        file.seek(0)
        lines = csv.reader(file, delimiter=delimiter, strict=True)
        header = [cell.strip() for cell in next(lines, [])]
        body: list[list[str]] = []
        letters = 0
        empty = True
        for line in lines:
            if not any(line):
                continue
            body.append(line)
            letters += sum(map(len, line))
            if len(body) >= BATCH_ROWS or letters >= BATCH_BYTES:
                yield _table(name, header, body, encoding)
                body, letters, empty = [], 0, False
        if body or empty:
            yield _table(name, header, body, encoding)


def _table(name: str, header: list[str], body: list[list[str]], encoding: str) -> RawTable:
    spoiled = {
        row: f"it has {len(line)} cells instead of {len(header)}; put texts with commas in quotes"
        for row, line in enumerate(body)
        if len(line) != len(header)
    }
    cells = [[*line, *[""] * len(header)][: len(header)] for line in body]
    notes = [] if encoding.startswith("utf-8") else [f"read as {encoding}"]
    kept = {row: ",".join(body[row]) for row in spoiled}
    raw = table_of_cells(name, header, cells, spoiled=spoiled, lines=kept, notes=notes)
    raw.encoding = encoding
    return raw
