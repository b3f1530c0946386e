"""Rows of a sheet or text table: its header, and coordinates in two columns or as WKT in one."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geodata.errors import SourceError
from geodata.formulas import restored
from geodata.ingest.degrees import in_degrees
from geodata.ingest.dictionary import dictionary
from geodata.ingest.raw import DEGREES, RawTable
from geodata.ingest.written import written_shapes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

MAX_COLUMNS = 2_000  # a row bomb, no table
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")


def table_of_cells(
    name: str,
    header: Sequence[str],
    cells: Sequence[Sequence[object]],
    *,
    spoiled: Mapping[int, str],
    lines: Mapping[int, str],
    notes: list[str],
) -> RawTable:
    """Return rows of cells as a table with geometry where the header names coordinates.

    Parameters
    ----------
    cells
        One list a row, as long as `header`; "" and None are unknown.
    spoiled, lines
        By position: why a row cannot be used, and its text in full.

    Raises
    ------
    SourceError
        If the header is none, or names a column twice.
    """
    if {"row", "reason"} <= set(header):  # a file we handed out, made harmless for spreadsheets
        header = [restored(column) for column in header]
        cells = [[restored(cell) if isinstance(cell, str) else cell for cell in row] for row in cells]
    _require_header(header, name)
    rows = pd.DataFrame(list(cells), columns=list(header), dtype=object, index=pd.RangeIndex(len(cells)))
    for row, text in lines.items():
        rows.loc[row, "line"] = text
    rows = rows.where(rows != "", None)
    geometry, crs, wrong = _geometry(rows)
    reasons = {**wrong, **spoiled}
    for row in reasons:
        if geometry is not None:
            geometry[row] = None
    places = [column for columns in _place_columns(header) for column in columns]
    quiet = ("line", "row", "reason", "crs", *places)
    return RawTable(name, rows, geometry, crs, reasons, notes, quiet)


def with_places(raw: RawTable, field_map: Mapping[str, str]) -> RawTable:
    """Return a table with geometry of the columns that the user names as lon and lat, or wkt.

    Raises
    ------
    SourceError
        If a column is not there, or only one of lon and lat is named.
    """
    named = {place: field_map[place] for place in ("lon", "lat", "wkt") if field_map.get(place)}
    if not named:
        return raw
    problems = [
        f"there is no column {column!r} for {place}"
        for place, column in named.items()
        if column not in raw.rows
    ]
    if "wkt" not in named and len(named) < 2:  # noqa: PLR2004  # lon and lat
        problems.append("lon and lat go together; name both with --map lon=COLUMN --map lat=COLUMN")
    if problems:
        raise SourceError(raw.source, problems)
    wkt, lon, lat = ([named[place]] if place in named else [] for place in ("wkt", "lon", "lat"))
    shapes, crs, wrong = _made(raw.rows, wkt, lon, lat)
    spoiled = {**wrong, **raw.spoiled}
    quiet = (*raw.quiet, *named.values())
    return replace(raw, geometry=shapes, crs=raw.crs or crs, spoiled=spoiled, quiet=quiet)


def _require_header(header: Sequence[str], name: str) -> None:
    if not any(header):
        raise SourceError(name, ["line 1 is empty; it must name the columns"])
    if len(header) > MAX_COLUMNS:
        raise SourceError(name, [f"it has {len(header)} columns; more than {MAX_COLUMNS} are no table"])
    twice = sorted({column for column in header if list(header).count(column) > 1})
    if twice:
        raise SourceError(name, [f"column {column!r} is there twice; rename one" for column in twice])


def _geometry(rows: pd.DataFrame) -> tuple[NDArray[np.object_] | None, str | None, dict[int, str]]:
    """Return geometries, CRS where the columns' names tell it, and reasons by row."""
    return _made(rows, *_place_columns(list(rows.columns)))


def _place_columns(header: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    """Return the columns of geometry written out, of longitudes and of latitudes.

    One that may hold both numbers is asked only where no others are there: it may hold anything.
    """
    words = dictionary()
    wkt, lon, lat = (words.place_columns(header, place) for place in ("wkt", "lon", "lat"))
    return wkt or ([] if lon and lat else words.place_columns(header, "pair")), lon, lat


def _made(
    rows: pd.DataFrame, wkt: list[str], lon: list[str], lat: list[str]
) -> tuple[NDArray[np.object_] | None, str | None, dict[int, str]]:
    """Return the geometry of the named columns, its CRS where they tell it, and reasons by row.

    WKT comes first; rows without have the place their numbers tell.
    """
    crs = _declared(rows)
    if not wkt:
        if not (lon and lat):
            return None, None, {}
        shapes, degrees, wrong = _of_numbers(rows, lon[0], lat[0])
        return shapes, crs or degrees, wrong
    shapes, named, broken = written_shapes(rows[wkt[0]])
    crs = crs or named
    if not (lon and lat):
        return shapes, crs, broken
    drawn = rows[wkt[0]].notna().to_numpy()
    places, degrees, wrong = _of_numbers(rows, lon[0], lat[0])
    shapes[~drawn] = places[~drawn]
    reasons = broken | {row: reason for row, reason in wrong.items() if not drawn[row]}
    return shapes, crs or (None if drawn.any() else degrees), reasons


def _of_numbers(
    rows: pd.DataFrame, lon: str, lat: str
) -> tuple[NDArray[np.object_], str | None, dict[int, str]]:
    crs = None
    number = _metres
    if not (dictionary().may_be_metres(lon) and dictionary().may_be_metres(lat)):
        crs, number = DEGREES, _degrees
    numbers = rows[[lon, lat]].astype("str").apply(lambda column: column.map(number, na_action="ignore"))
    x, y = pd.DataFrame(numbers.apply(pd.to_numeric, errors="coerce")).to_numpy(dtype=float).T
    known = np.isfinite(x) & np.isfinite(y)
    given = rows[[lon, lat]].notna().any(axis=1).to_numpy()
    shapes = np.full(len(rows), None, dtype=object)
    shapes[known] = shapely.points(x[known], y[known])
    reason = f"{lon} and {lat} are not both numbers; give both"
    return shapes, crs, {int(row): reason for row in np.flatnonzero(given & ~known)}


def _degrees(text: str) -> str:
    """Return degrees as a decimal number: they have no thousands, a comma is a point."""
    return in_degrees(text).replace(",", ".")


def _metres(text: str) -> str:
    """Return metres, or what may be degrees, as a decimal number without commas between thousands."""
    plain = in_degrees(text)
    return plain.replace(",", "") if _THOUSANDS.fullmatch(plain) else plain


def _declared(rows: pd.DataFrame) -> str | None:
    """Return the CRS of rejected rows that come back corrected: they name it in a column."""
    named = set(rows["crs"].dropna()) if "crs" in rows else set()
    return str(named.pop()) if len(named) == 1 else None
