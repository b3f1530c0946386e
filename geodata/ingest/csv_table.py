"""CSV and TSV: coordinates in two columns or as WKT in one, or a plain table."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geodata.errors import SourceError
from geodata.ingest.raw import DEGREES, RawTable
from geodata.ingest.text_encoding import decoded

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

LON_NAMES = ("lon", "lng", "long", "longitude", "经度", "x")
LAT_NAMES = ("lat", "latitude", "纬度", "y")
WKT_NAMES = ("wkt", "geometry", "geom", "the_geom", "wkt_geom")
_PLAIN_XY = ("x", "y")  # metres as likely as degrees: no sign of degrees
_MAX_COLUMNS = 2_000  # a row bomb, no table
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
    _require_header(header, name)
    body = [line for line in lines[1:] if any(line)]
    spoiled = {
        row: f"it has {len(line)} cells instead of {len(header)}; put texts with commas in quotes"
        for row, line in enumerate(body)
        if len(line) != len(header)
    }
    cells = [[*line, *[""] * len(header)][: len(header)] for line in body]
    rows = pd.DataFrame(cells, columns=header, dtype=object, index=pd.RangeIndex(len(cells)))
    for row in spoiled:  # kept in full
        rows.loc[row, "line"] = ",".join(body[row])
    rows = rows.where(rows != "", None)
    geometry, crs, wrong = _geometry(rows)
    spoiled = {**wrong, **spoiled}
    for row in spoiled:
        if geometry is not None:
            geometry[row] = None
    notes = [] if used.startswith("utf-8") else [f"read as {used}"]
    quiet = ("line", "row", "reason", "crs", *_columns_of(header, (*LON_NAMES, *LAT_NAMES, *WKT_NAMES)))
    return RawTable(name, rows, geometry, crs, spoiled, notes, quiet)


def _lines(text: str, name: str) -> list[list[str]]:
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t|", key=head.count)
    csv.field_size_limit(_MAX_CELL)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise SourceError(name, [f"{error}; save it as CSV again"]) from error


def _require_header(header: list[str], name: str) -> None:
    if not any(header):
        raise SourceError(name, ["line 1 is empty; it must name the columns"])
    if len(header) > _MAX_COLUMNS:
        raise SourceError(name, [f"it has {len(header)} columns; more than {_MAX_COLUMNS} are no table"])
    twice = sorted({column for column in header if header.count(column) > 1})
    if twice:
        raise SourceError(name, [f"column {column!r} is there twice; rename one" for column in twice])


def _columns_of(header: list[str], names: tuple[str, ...]) -> list[str]:
    """Return the columns called by one of `names`, in their order."""
    by_name = {column.strip().lower(): column for column in header}
    return [by_name[name] for name in names if name in by_name]


def _geometry(rows: pd.DataFrame) -> tuple[NDArray[np.object_] | None, str | None, dict[int, str]]:
    """Return geometries, CRS where the columns' names tell it, and reasons by row."""
    header = list(rows.columns)
    wkt, lon, lat = (_columns_of(header, names) for names in (WKT_NAMES, LON_NAMES, LAT_NAMES))
    crs = None
    if wkt:
        texts = rows[wkt[0]].to_numpy(dtype=object)
        with np.errstate(invalid="ignore"):  # what is no number is set aside below
            shapes = np.asarray(shapely.from_wkt(texts, on_invalid="ignore"), dtype=object)
        given = np.array([text is not None for text in texts], dtype=bool)
        reason = "its WKT cannot be read; draw it again"
        broken = np.flatnonzero(given & shapely.is_missing(shapes))
        return shapes, _declared(rows), {int(row): reason for row in broken}
    if not (lon and lat):
        return None, None, {}
    numbers = rows[[lon[0], lat[0]]].astype("str")
    if (lon[0].lower(), lat[0].lower()) != _PLAIN_XY:
        crs = DEGREES
        numbers = numbers.apply(lambda column: column.str.replace(",", "."))  # degrees have no thousands
    x, y = pd.DataFrame(numbers.apply(pd.to_numeric, errors="coerce")).to_numpy(dtype=float).T
    known = np.isfinite(x) & np.isfinite(y)
    given = rows[[lon[0], lat[0]]].notna().any(axis=1).to_numpy()
    shapes = np.full(len(rows), None, dtype=object)
    shapes[known] = shapely.points(x[known], y[known])
    reason = f"{lon[0]} and {lat[0]} are not both numbers; give both"
    return shapes, crs, {int(row): reason for row in np.flatnonzero(given & ~known)}


def _declared(rows: pd.DataFrame) -> str | None:
    """Return the CRS of rejected rows that come back corrected: they name it in a column."""
    named = set(rows["crs"].dropna()) if "crs" in rows else set()
    return str(named.pop()) if len(named) == 1 else None
