"""Rows of a sheet or text table: its header, and coordinates in two columns or as WKT in one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geodata.errors import SourceError
from geodata.ingest.raw import DEGREES, RawTable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

LON_NAMES = ("lon", "lng", "long", "longitude", "经度", "x")
LAT_NAMES = ("lat", "latitude", "纬度", "y")
WKT_NAMES = ("wkt", "geometry", "geom", "the_geom", "wkt_geom")
MAX_COLUMNS = 2_000  # a row bomb, no table
_PLAIN_XY = ("x", "y")  # metres as likely as degrees: no sign of degrees


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
    quiet = ("line", "row", "reason", "crs", *columns_of(header, (*LON_NAMES, *LAT_NAMES, *WKT_NAMES)))
    return RawTable(name, rows, geometry, crs, reasons, notes, quiet)


def columns_of(header: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return the columns called by one of `names`, in their order."""
    by_name = {column.strip().lower(): column for column in header}
    return [by_name[name] for name in names if name in by_name]


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
    wkt, lon, lat = (columns_of(header, names) for names in (WKT_NAMES, LON_NAMES, LAT_NAMES))
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
