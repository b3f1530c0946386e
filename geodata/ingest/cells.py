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
from geodata.ingest.dictionary import dictionary
from geodata.ingest.raw import DEGREES, RawTable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

MAX_COLUMNS = 2_000  # a row bomb, no table
_DMS = re.compile(
    r"\s*(\d{1,3})\s*[°度]\s*(\d{1,2})\s*['′’分]\s*(?:(\d{1,2}(?:\.\d+)?)\s*[\"″”秒]?)?\s*([NSEWnsew]?)\s*"
)


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
    quiet = ("line", "row", "reason", "crs", *dictionary().all_place_columns(header))
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
    header = list(rows.columns)
    return _made(rows, *(dictionary().place_columns(header, place) for place in ("wkt", "lon", "lat")))


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
    shapes, broken = _of_wkt(rows[wkt[0]])
    if not (lon and lat):
        return shapes, crs, broken
    drawn = rows[wkt[0]].notna().to_numpy()
    places, degrees, wrong = _of_numbers(rows, lon[0], lat[0])
    shapes[~drawn] = places[~drawn]
    reasons = broken | {row: reason for row, reason in wrong.items() if not drawn[row]}
    return shapes, crs or (None if drawn.any() else degrees), reasons


def _of_wkt(values: pd.Series) -> tuple[NDArray[np.object_], dict[int, str]]:
    texts = values.to_numpy(dtype=object)
    with np.errstate(invalid="ignore"):  # what is no number is set aside below
        shapes = np.asarray(shapely.from_wkt(texts, on_invalid="ignore"), dtype=object)
    given = np.array([text is not None for text in texts], dtype=bool)
    reason = "its WKT cannot be read; draw it again"
    return shapes, {int(row): reason for row in np.flatnonzero(given & shapely.is_missing(shapes))}


def _of_numbers(
    rows: pd.DataFrame, lon: str, lat: str
) -> tuple[NDArray[np.object_], str | None, dict[int, str]]:
    crs = None
    numbers = rows[[lon, lat]].astype("str")
    if not (dictionary().may_be_metres(lon) and dictionary().may_be_metres(lat)):
        crs = DEGREES
        numbers = numbers.apply(lambda column: column.str.replace(",", "."))  # degrees have no thousands
        numbers = numbers.apply(lambda column: column.map(_in_degrees, na_action="ignore"))
    x, y = pd.DataFrame(numbers.apply(pd.to_numeric, errors="coerce")).to_numpy(dtype=float).T
    known = np.isfinite(x) & np.isfinite(y)
    given = rows[[lon, lat]].notna().any(axis=1).to_numpy()
    shapes = np.full(len(rows), None, dtype=object)
    shapes[known] = shapely.points(x[known], y[known])
    reason = f"{lon} and {lat} are not both numbers; give both"
    return shapes, crs, {int(row): reason for row in np.flatnonzero(given & ~known)}


def _in_degrees(text: str) -> str:
    """Return degrees, minutes and seconds as a decimal number; any other text as it is."""
    found = _DMS.fullmatch(text)
    if found is None:
        return text
    degrees, minutes, seconds, side = found.groups()
    value = int(degrees) + int(minutes) / 60 + float(seconds or 0) / 3600
    return str(-value if side.lower() in ("s", "w") else value)


def _declared(rows: pd.DataFrame) -> str | None:
    """Return the CRS of rejected rows that come back corrected: they name it in a column."""
    named = set(rows["crs"].dropna()) if "crs" in rows else set()
    return str(named.pop()) if len(named) == 1 else None
