"""Geometry in one cell of a table: WKT, also as databases write it, WKB in letters, or two numbers."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geodata.ingest.degrees import in_degrees

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

_SRID = re.compile(r"\s*SRID=(\d{1,6});", re.IGNORECASE)
_HEX = re.compile(r"(00|01)(?:[0-9A-Fa-f]{2}){8,}")
_LONGEST_PAIR = 120  # letters; the pattern takes long over blanks without end
_PAIR = re.compile(r"\s*[\[(（]?\s*([^,，;；、\s]+)\s*[,，;；、\s]\s*([^,，;；、\s]+?)\s*[\])）]?\s*")


def written_shapes(values: pd.Series) -> tuple[NDArray[np.object_], str | None, dict[int, str]]:
    """Return geometries, the CRS they name, and by position why a cell is none.

    WKT may have the SRID before it that PostGIS writes; WKB is hexadecimal; two numbers are a point.
    """
    cells = values.to_numpy(dtype=object)
    shapes = np.full(len(cells), None, dtype=object)
    texts = np.array([_wkt_of(cell) for cell in cells], dtype=object)
    with np.errstate(invalid="ignore"):  # what is no number is set aside below
        shapes = np.asarray(shapely.from_wkt(texts, on_invalid="ignore"), dtype=object)
    given = np.array([cell is not None and cell == cell for cell in cells], dtype=bool)  # noqa: PLR0124  NaN
    srids: dict[int, int] = {}
    for row in np.flatnonzero(given & shapely.is_missing(shapes)).tolist():
        shapes[row] = _otherwise(cells[row])
    for row in np.flatnonzero(given & ~shapely.is_missing(shapes)).tolist():
        said = _SRID.match(cells[row]) if isinstance(cells[row], str) else None
        number = int(said.group(1)) if said else int(shapely.get_srid(shapes[row]))
        if number:
            srids[row] = number
    unread = np.flatnonzero(given & shapely.is_missing(shapes)).tolist()
    wrong = dict.fromkeys(unread, "its WKT cannot be read; draw it again")
    first = next(iter(srids.values()), None)
    for row, number in srids.items():
        if number != first:
            shapes[row] = None
            wrong[row] = (
                f"its SRID is {number}, that of the first row {first}; give all rows one (ST_Transform)"
            )
    return shapes, None if first is None else f"EPSG:{first}", wrong


def _wkt_of(cell: Any) -> str | None:
    """Return the WKT in a cell, without an SRID; of two numbers that of a point."""
    if not isinstance(cell, str):
        return None
    said = _SRID.match(cell)
    text = cell[said.end() :] if said else cell
    pair = _PAIR.fullmatch(text) if len(text) <= _LONGEST_PAIR else None
    if pair is None:
        return text
    numbers = [in_degrees(part) for part in pair.groups()]
    try:
        x, y = (float(number) for number in numbers)
    except ValueError:
        return text
    return f"POINT ({x!r} {y!r})"


def _otherwise(cell: Any) -> shapely.Geometry | None:
    """Return geometry that is written in another way than as WKT, None for what is none."""
    if isinstance(cell, str) and _HEX.fullmatch(cell.strip()):
        return shapely.from_wkb(cell.strip(), on_invalid="ignore")
    if isinstance(cell, dict):
        return shapely.from_geojson(json.dumps(cell), on_invalid="ignore")
    return None
